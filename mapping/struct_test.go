package mapping

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

type baseIn struct {
	ID   int64  `json:"id"`
	Kind string `json:"kind"`
}

type lineIn struct {
	SKU  string          `json:"sku"`
	Qty  duijie.Decimal  `json:"qty"`
	Paid *duijie.Decimal `json:"paid,omitempty"`
	Tags []string        `json:"tags"`
}

type orderIn struct {
	baseIn
	*embedded
	No      string            `json:"no"`
	Kind    string            `json:"kind,omitempty"` // hides that of baseIn
	Count   int32             `json:"count,string"`
	Big     uint64            `json:"big"`
	OK      *bool             `json:"ok"`
	At      duijie.Time       `json:"at"`
	Std     time.Time         `json:"std,omitzero"`
	Num     json.Number       `json:"num"`
	Raw     json.RawMessage   `json:"raw"`
	Any     any               `json:"any"`
	More    duijie.Record     `json:"more"`
	Float   float64           `json:"float"`
	Lines   []lineIn          `json:"lines"`
	Pointer []*lineIn         `json:"pointers"`
	Labels  map[string]string `json:"labels"`
	Bytes   []byte            `json:"bytes"`
	Hidden  string            `json:"-"`
	Nested  struct {
		Deep struct {
			V string `json:"v"`
		} `json:"deep"`
	} `json:"nested"`
}

type embedded struct {
	Extra string `json:"extra"`
}

// sampleOrder has a value of each kind.
func sampleOrder() orderIn {
	yes := true
	paid := duijie.MustDecimal("59.80").Quoted()
	o := orderIn{
		baseIn: baseIn{ID: 9007199254740993, Kind: "hidden"}, Kind: "base", embedded: &embedded{Extra: "e"}, No: "CK\"88", Count: 7, Big: 1<<64 - 1, OK: &yes,
		At: duijie.NewTime(time.Unix(1710403509, 0)), Num: "1.10", Raw: json.RawMessage(`{"r": [1,2]}`), Any: map[string]any{"x": json.Number("5.50")},
		More: duijie.Record{"m": map[string]any{"n": "deep"}, "l": []any{map[string]any{"k": "v1"}, map[string]any{"k": "v2"}}}, Float: 0.5,
		Lines:   []lineIn{{SKU: "A", Qty: duijie.MustDecimal("2.0000"), Paid: &paid, Tags: []string{"p", "q"}}, {SKU: "B", Qty: duijie.MustDecimal("1")}},
		Pointer: []*lineIn{{SKU: "P"}}, Labels: map[string]string{"a.b": "dotted"}, Bytes: []byte("hi"),
	}
	o.Nested.Deep.V = "v"
	return o
}

// Structs are mapped as their JSON would be.
func TestStructsAreReadAsTheirJSON(t *testing.T) {
	t.Parallel()
	var fields []Field
	for _, path := range []string{
		"id", "kind", "extra", "no", "count", "big", "ok", "at", "std", "num", "raw", "raw.r", "any", "any.x", "more.m.n", "more.l", "float",
		"lines", "nested", "nested.deep.v", "labels.a.b", "bytes", "labels",
	} {
		fields = append(fields, Field{Target: path, Template: "{{" + path + "}}", Type: TypeAny})
	}
	fields = append(fields, Field{Target: "kind or default", Template: "{kind}", Default: json.RawMessage(`"d"`)},
		Field{Target: "L", Each: "lines", Children: []Field{
			{Target: "sku", Template: "{{lines.sku}}"}, {Target: "qty", Template: "{{lines.qty}}", Type: TypeAny},
			{Target: "paid", Template: "{{lines.paid}}", Type: TypeAny}, {Target: "tags", Template: "{{lines.tags}}", Type: TypeAny}, {Target: "no", Template: "{no}"},
		}},
		Field{Target: "P", Each: "pointers", Children: []Field{{Target: "sku", Template: "{{pointers.sku}}"}}},
		Field{Target: "M", Each: "more.l", Children: []Field{{Target: "k", Template: "{{more.l.k}}"}}},
		Field{Target: "sum", Expr: "IFNULL(SUM({{lines.qty}}),0)"},
	)
	m, err := Compile(Spec{Fields: fields})
	require.NoError(t, err)
	f, err := Transform[orderIn, json.RawMessage](m, nil)
	require.NoError(t, err)
	for name, in := range map[string]orderIn{"full": sampleOrder(), "empty": {Raw: json.RawMessage("null"), Lines: []lineIn{}, Pointer: []*lineIn{}, More: duijie.Record{"l": []any{}}}} {
		doc, err := json.Marshal(in)
		require.NoError(t, err)
		want, wantErr := m.MapJSON(t.Context(), nil, doc)
		got, err := f(t.Context(), in)
		require.NoError(t, wantErr)
		require.NoError(t, err)
		assert.JSONEq(t, string(want.JSON), string(got), name)
		if name == "empty" {
			assert.Contains(t, string(got), `"kind or default":"d"`)
			continue
		}
		assert.Contains(t, string(got), `"id":9007199254740993`)
		assert.Contains(t, string(got), `"big":18446744073709551615`)
		assert.Contains(t, string(got), `"num":1.10`)
		assert.Contains(t, string(got), `{"sku":"A","qty":2.0000,"paid":"59.80","tags":["p","q"],"no":"CK\"88"}`)
	}
}

type lineOut struct {
	SKU   string         `json:"FMaterialId"`
	Qty   duijie.Decimal `json:"FQty"`
	Price json.Number    `json:"FPrice"`
}

type orderOut struct {
	No     string                   `json:"FBillNo"`
	ID     int64                    `json:"FID"`
	Small  *int8                    `json:"small"`
	OK     bool                     `json:"FOK"`
	Date   duijie.Time              `json:"FDate"`
	Amount float64                  `json:"amount"`
	Org    struct{ FNumber string } `json:"FOrg"`
	Head   *struct {
		Rate string `json:"rate"`
	} `json:"head"`
	Lines []lineOut         `json:"FEntity"`
	List  []string          `json:"list"`
	Map   map[string]string `json:"map"`
	Any   any               `json:"any"`
}

func orderSpec() Spec {
	return Spec{Fields: []Field{
		{Target: "FBillNo", Template: "{no}"}, {Target: "FID", Template: "{id}"}, {Target: "small", Template: "{count}"},
		{Target: "FOK", Template: "{ok}"}, {Target: "FDate", Template: "{at}"}, {Target: "amount", Template: "{float}", Type: TypeFloat},
		{Target: "FOrg", Template: "100", Parsers: []Parser{{Name: ParserObject, Params: "FNumber"}}},
		{Target: "head", Children: []Field{{Target: "rate", Template: "{kind}"}}},
		{Target: "FEntity", Each: "lines", Children: []Field{
			{Target: "FMaterialId", Template: "{{lines.sku}}"}, {Target: "FQty", Template: "{{lines.qty}}", Type: TypeFloat},
			{Target: "FPrice", Expr: "IFNULL({{lines.paid}},0)/{{lines.qty}}", Type: TypeFloat},
		}},
		{Target: "list", Const: json.RawMessage(`["a","b"]`)}, {Target: "map", Template: "{{labels}}"}, {Target: "any", Template: "{num}", Type: TypeAny},
	}}
}

func TestStructsAreWritten(t *testing.T) {
	t.Parallel()
	m, err := Compile(orderSpec())
	require.NoError(t, err)
	f, err := Transform[orderIn, orderOut](m, nil)
	require.NoError(t, err)
	out, err := f(t.Context(), sampleOrder())
	require.NoError(t, err)
	b, err := json.Marshal(out)
	require.NoError(t, err)
	assert.Equal(t, `{"FBillNo":"CK\"88","FID":9007199254740993,"small":7,"FOK":true,"FDate":"2024-03-14 16:05:09","amount":0.5,`+
		`"FOrg":{"FNumber":"100"},"head":{"rate":"base"},"FEntity":[{"FMaterialId":"A","FQty":2.0000,"FPrice":29.900000},{"FMaterialId":"B","FQty":1,"FPrice":0.0000}],`+
		`"list":["a","b"],"map":{"a.b":"dotted"},"any":1.10}`, string(b))

	out.List[0] = "changed"
	again, err := f(t.Context(), sampleOrder())
	require.NoError(t, err)
	assert.Equal(t, "a", again.List[0], "records share no memory")

	bad := sampleOrder()
	bad.Count = 300 // does not fit int8
	bad.Lines[1].Qty = duijie.DecimalFromInt(0)
	out, err = f(t.Context(), bad)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "small: type_conversion")
	assert.Contains(t, err.Error(), "FEntity[1].FPrice: null_result")
	assert.Equal(t, orderOut{}, out, "no half record")
}

func TestTransformMistakes(t *testing.T) {
	t.Parallel()
	m, err := Compile(Spec{Fields: []Field{
		{Target: "FBilNo", Template: "{no} {nmo}"}, {Target: "FEntity", Each: "lines", Children: []Field{{Target: "FQty", Expr: "{{lines.qtyy}}"}}},
		{Target: "FID", Template: "x"}, {Target: "head", Each: "lnes", Children: []Field{{Target: "rate", Const: json.RawMessage("1")}}},
	}})
	require.NoError(t, err)
	_, err = Transform[orderIn, orderOut](m, nil)
	var bad *SpecErrors
	require.ErrorAs(t, err, &bad)
	var got []string
	for _, e := range bad.Errors {
		got = append(got, e.Path+" "+e.Code+" "+e.Nearest)
	}
	assert.Equal(t, []string{
		"/fields/0/template unknown_path no", "/fields/1/children/0/expr unknown_path lines.qty", "/fields/3/each unknown_path lines",
		"/fields/0/target unknown_target FBillNo", "/fields/2/target type_conversion ",
	}, got)
}

type clashA struct {
	ID   string `json:"a_id"`
	Same string `json:"same"`
	One  string
}

type clashB struct {
	ID   string `json:"b_id"`
	Same string `json:"same"`
	Two  string `json:"One"`
}

type clash struct {
	clashA
	*clashB
	ID string `json:"id"`
}

// Members of embedded structs are found as encoding/json finds them.
func TestEmbeddedStructs(t *testing.T) {
	t.Parallel()
	in := clash{clashA: clashA{ID: "a", Same: "x", One: "1"}, clashB: &clashB{ID: "b", Same: "y", Two: "2"}, ID: "own"}
	b, err := json.Marshal(in)
	require.NoError(t, err)
	require.Equal(t, `{"a_id":"a","b_id":"b","One":"2","id":"own"}`, string(b))
	var fields []Field
	for _, name := range []string{"a_id", "b_id", "One", "id"} {
		fields = append(fields, Field{Target: name, Template: "{" + name + "}"})
	}
	m, err := Compile(Spec{Fields: fields})
	require.NoError(t, err)
	f, err := Transform[clash, json.RawMessage](m, nil)
	require.NoError(t, err)
	out, err := f(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, string(b), string(out))

	same, err := Compile(Spec{Fields: []Field{{Target: "a_id", Template: "{same}"}, {Target: "b_id", Template: "{id}"}}})
	require.NoError(t, err)
	_, err = Transform[clash, clash](same, nil)
	var bad *SpecErrors
	require.ErrorAs(t, err, &bad)
	require.Len(t, bad.Errors, 2)
	assert.Equal(t, "/fields/0/template unknown_path", bad.Errors[0].Path+" "+bad.Errors[0].Code, "of two with one name none counts")
	assert.Equal(t, "/fields/1/target unknown_target", bad.Errors[1].Path+" "+bad.Errors[1].Code, "a nil pointer nobody can set")
}

// With rules a struct is checked like JSON.
func TestTransformRules(t *testing.T) {
	t.Parallel()
	spec := orderSpec()
	spec.Rules = []Rule{{Name: "kind", Check: CheckEnum, Field: "head.rate", Values: []string{"base"}}, {Name: "once", Check: CheckUnique, Field: "FBillNo", Key: "{id}-{kind}"}}
	m, err := Compile(spec)
	require.NoError(t, err)
	f, err := Transform[orderIn, orderOut](m, nil)
	require.NoError(t, err)
	in := sampleOrder()
	out, err := f(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, int64(9007199254740993), out.ID)
	_, err = f(t.Context(), in)
	require.NoError(t, err, "the same record again")
	in.Kind = "other"
	_, err = f(t.Context(), in)
	var broken *RuleError
	require.ErrorAs(t, err, &broken)
	counts := m.RuleCounts()
	assert.Equal(t, int64(1), counts[0].Failed)
	assert.Equal(t, int64(1), counts[1].Failed, "the same number, another record")
}

// A Func sees all of a struct.
func TestTransformFunc(t *testing.T) {
	t.Parallel()
	m, err := Compile(Spec{Fields: []Field{{Target: "l", Each: "lines", Children: []Field{{Target: "x", Func: "f"}}}}},
		WithFunc("f", func(_ context.Context, row Row) (any, error) {
			return row.Get("nested.deep.v").Text() + row.Get("lines.sku").Text(), nil
		}))
	require.NoError(t, err)
	f, err := Transform[orderIn, duijie.Record](m, nil)
	require.NoError(t, err)
	out, err := f(t.Context(), sampleOrder())
	require.NoError(t, err)
	assert.Equal(t, duijie.Record{"l": []any{map[string]any{"x": "vA"}, map[string]any{"x": "vB"}}}, out)
}
