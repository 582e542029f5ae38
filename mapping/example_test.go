package mapping_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
)

// An order becomes a bill: texts, a constant in an object, a date, and a line per
// article with an exact price.
func Example() {
	m, err := mapping.Compile(mapping.Spec{Fields: []mapping.Field{
		{Target: "FBillNo", Template: "{order_no}", Required: true},
		{Target: "FDate", Template: "{{consign_time|date}}"},
		{Target: "FSaleOrgId", Template: "100", Parsers: []mapping.Parser{{Name: mapping.ParserObject, Params: "FNumber"}}},
		{Target: "FEntity", Each: "lines", Children: []mapping.Field{
			{Target: "FMaterialId", Template: "{{lines.sku}}"},
			{Target: "FQty", Template: "{{lines.qty}}", Type: mapping.TypeFloat},
			{Target: "FTaxPrice", Expr: "{{lines.paid}}/{{lines.qty}}", Type: mapping.TypeFloat},
		}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := m.MapJSON(context.Background(), nil, []byte(`{
		"order_no": "CK88", "consign_time": "2024-03-14 16:05:09",
		"lines": [{"sku": "A", "qty": 2, "paid": "59.80"}, {"sku": "B", "qty": 3, "paid": "0.10"}]}`))
	fmt.Println(string(out.JSON), err)
	// Output:
	// {"FBillNo":"CK88","FDate":"2024-03-14","FSaleOrgId":{"FNumber":"100"},"FEntity":[{"FMaterialId":"A","FQty":2,"FTaxPrice":29.900000},{"FMaterialId":"B","FQty":3,"FTaxPrice":0.033333}]} <nil>
}

// All mistakes of a spec come together, each with its place.
func ExampleCompileJSON() {
	_, err := mapping.CompileJSON([]byte(`{"fields": [
  {"target": "FDate", "template": "{{time|dat}}"},
  {"target": "FQty", "template": "{qty}", "type": "flaot"},
  {"target": "FPrice", "expr": "ROUN({{paid}}, 2)"}
]}`))
	fmt.Println(err)
	// Output:
	// mapping: 3 mistakes in the spec
	// 	2:35: /fields/0/template (FDate) at 0: unknown_pipe: there is no pipe dat; did you mean "date"?
	// 	3:51: /fields/1/type (FQty): unknown_type: there is no type flaot; did you mean "float"?
	// 	4:32: /fields/2/expr (FPrice) at 0: sql_function_unsupported: there is no function ROUN; did you mean "ROUND"?
}

// What a record makes impossible is an error that names the field, never a value.
func ExampleRecordError() {
	m, err := mapping.Compile(mapping.Spec{Fields: []mapping.Field{{Target: "FTaxPrice", Expr: "{{paid}}/{{qty}}"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = m.MapJSON(context.Background(), nil, []byte(`{"paid": "8.80", "qty": 0}`))
	fmt.Println(err)
	var refused *mapping.RecordError
	fmt.Println(errors.As(err, &refused), refused.Code)
	// Output:
	// mapping: FTaxPrice: null_result in "{{paid}}/{{qty}}": the expression gives NULL
	// true null_result
}

// Structs are mapped by their json tags, and paths they do not have are found before
// the run.
func ExampleTransform() {
	type shop struct {
		No      string         `json:"shop_no"`
		Name    string         `json:"shop_name"`
		Balance duijie.Decimal `json:"balance"`
	}
	type customer struct {
		FNumber string
		FName   string
		FAmount duijie.Decimal
	}
	m, err := mapping.Compile(mapping.Spec{Fields: []mapping.Field{
		{Target: "FNumber", Template: "{shop_no}"},
		{Target: "FName", Template: "{shop_name}"},
		{Target: "FAmount", Expr: "{{balance}}*1.13", Type: mapping.TypeFloat},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	transform, err := mapping.Transform[shop, customer](m, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := transform(context.Background(), shop{No: "S1", Name: "杭州店", Balance: duijie.MustDecimal("10.10")})
	fmt.Println(out, err)

	_, err = mapping.Transform[struct{ ShopNo string }, customer](m, nil)
	fmt.Println(err != nil)
	// Output:
	// {S1 杭州店 11.4130} <nil>
	// true
}

// A page of records asks its lookups once.
func ExampleMapper_Prefetch() {
	goods, err := lookup.NewCollection(
		json.RawMessage(`{"goods_no": "G1", "barcode": "6901234567892"}`),
		json.RawMessage(`{"goods_no": "G2", "barcode": "6909876543210"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := mapping.Compile(mapping.Spec{Fields: []mapping.Field{{Target: "barcode", Lookup: &mapping.LookupCall{
		Name: "goods", Want: "barcode", Where: mapping.Filter{Path: "goods_no", Values: []string{"{no}"}},
	}}}}, mapping.WithLookup("goods", goods))
	if err != nil {
		fmt.Println(err)
		return
	}
	page := [][]byte{[]byte(`{"no": "G2"}`), []byte(`{"no": "G3"}`)}
	ctx := context.Background()
	env, err := m.Prefetch(ctx, &mapping.Env{Now: time.Unix(1710406800, 0)}, func(yield func([]byte) bool) {
		for _, record := range page {
			if !yield(record) {
				return
			}
		}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, record := range page {
		out, err := m.MapJSON(ctx, env, record)
		fmt.Println(string(out.JSON), len(out.Notes), err)
	}
	// Output:
	// {"barcode":"6909876543210"} 0 <nil>
	// {} 1 <nil>
}

// Rounded lines are made to add up to the amount of the bill.
func ExampleDistributeRemainder() {
	lines := []duijie.Decimal{duijie.MustDecimal("33.335"), duijie.MustDecimal("33.335"), duijie.MustDecimal("33.33")}
	out, err := mapping.DistributeRemainder(duijie.MustDecimal("100.00"), lines, 2)
	fmt.Println(out, err)
	// Output: [33.33 33.34 33.33] <nil>
}

// Notes reach WithNotes whichever way a record goes.
func ExampleWithNotes() {
	ids := mapping.LookupFunc(func(_ context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
		return make([]mapping.Answer, len(queries)), nil // nothing is found
	})
	m, err := mapping.Compile(mapping.Spec{Fields: []mapping.Field{
		{Target: "FBillNo", Template: "{no}"},
		{Target: "FMaterialId", Lookup: &mapping.LookupCall{Name: "materials", Want: "id", Where: mapping.Filter{Path: "sku", Values: []string{"{sku}"}}}},
	}}, mapping.WithLookup("materials", ids), mapping.WithNotes(func(_ context.Context, record mapping.Row, notes []mapping.Note) {
		for _, n := range notes {
			fmt.Println(record.Get("no").Text(), n.Field, n.Code)
		}
	}))
	if err != nil {
		panic(err)
	}
	out, err := m.AppendJSON(context.Background(), nil, nil, []byte(`{"no": "A1", "sku": "T-01"}`))
	fmt.Println(string(out), err)
	// Output:
	// A1 FMaterialId lookup_not_found
	// {"FBillNo":"A1"} <nil>
}
