package jdy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

// typedArea is one kind of record with its types.
type typedArea struct {
	kind              RecordKind
	row, detail, save reflect.Type
}

func area[Row, Detail, Model any](r *Records[Row, Detail, Model]) typedArea {
	return typedArea{kind: r.Kind(), row: reflect.TypeFor[Row](), detail: reflect.TypeFor[Detail](), save: reflect.TypeFor[Model]()}
}

// typedAreas are all services of a client.
func typedAreas(c *Client) []typedArea {
	return []typedArea{
		area(c.Materials), area(c.MaterialGroups), area(c.MeasureUnits), area(c.Customers), area(c.CustomerGroups), area(c.Suppliers),
		area(c.SupplierGroups), area(c.Stores), area(c.StoreGroups), area(c.Employees), area(c.Departments), area(c.SettlementAccounts),
		area(c.SettlementTypes), area(c.LedgerAccounts), area(c.SalesOrders), area(c.SalesOuts), area(c.SalesReturns), area(c.PurchaseOrders),
		area(c.PurchaseIns), area(c.PurchaseReturns), area(c.OtherStockIns), area(c.OtherStockOuts), area(c.StockMoves), area(c.TransferIns),
		area(c.TransferOuts), area(c.Receipts), area(c.Payments), area(c.Vouchers.Records),
	}
}

// endpoint is one operation of the contract's tables: rows of name, type and, in
// saves, whether it is required.
type endpoint struct {
	Method, Path string
	Body, Data   [][]any
	Asked        map[string][][]any `json:"request_types"`
	Told         map[string][][]any `json:"response_types"`
}

func endpoints(t *testing.T) map[string]endpoint {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(testutil.Contracts(t), "jdy.endpoints.json"))
	require.NoError(t, err)
	var all struct{ Endpoints []endpoint }
	require.NoError(t, json.Unmarshal(b, &all))
	out := map[string]endpoint{}
	for _, e := range all.Endpoints {
		out[e.Method+" "+e.Path] = e
	}
	return out
}

// optionMembers are members of saves that SaveOptions set.
var optionMembers = []string{"id", "ignore_warn", "operation_key", "operate_type"}

// fieldCheck compares structs with tables.
type fieldCheck struct {
	t     *testing.T
	types map[string][][]any
	save  bool
	path  string
	seen  int
}

func (f *fieldCheck) table(typ reflect.Type, rows [][]any, top bool) {
	fields := map[string]reflect.StructField{}
	l := layoutOf(typ)
	for _, one := range l.fields {
		fields[one.name] = typ.FieldByIndex(one.at)
	}
	require.Equal(f.t, f.save, l.extra != nil, typ)
	require.Equal(f.t, !f.save, l.raw != nil, typ)
	for _, row := range rows {
		name, kind := row[0].(string), row[1].(string)
		if f.save && top && slices.Contains(optionMembers, name) {
			continue
		}
		field, ok := fields[name]
		require.True(f.t, ok, "%s: %s has no %s", f.path, typ, name)
		f.seen++
		f.member(typ, field, name, kind)
		numbered := top && (name == "number" || name == "bill_no") // the platform may give it
		if len(row) > 2 && f.save && name != "id" && !numbered {
			f.required(typ, l, name)
		}
	}
}

// required members are checked before anything is sent, or always sent.
func (f *fieldCheck) required(typ reflect.Type, l *layout, name string) {
	derived := typ == reflect.TypeFor[VoucherSaveLine]() && slices.Contains([]string{"dc", "amount_for", "debit_amount", "credit_amount"}, name)
	for _, one := range l.fields {
		if one.always && one.name == name || slices.Contains(one.need, name) {
			return
		}
	}
	require.True(f.t, derived, "%s: %s of %s is required and not checked", f.path, name, typ)
}

func (f *fieldCheck) member(typ reflect.Type, field reflect.StructField, name, kind string) {
	got := field.Type
	fail := func() { require.Failf(f.t, "kind", "%s: %s.%s (%s) is a %s", f.path, typ, field.Name, kind, got) }
	if nested, list := strings.CutPrefix(strings.TrimSuffix(kind, "]"), "["); list && f.types[nested] != nil {
		if got.Kind() != reflect.Slice {
			fail()
		}
		f.table(got.Elem(), f.types[nested], false)
		return
	}
	if rows := f.types[kind]; rows != nil {
		if got.Kind() == reflect.Pointer {
			if got.Elem() != reflect.TypeFor[UserPlace]() {
				f.table(got.Elem(), rows, false)
			}
			return
		}
		fail()
	}
	decimal, number, text := reflect.TypeFor[duijie.Decimal](), reflect.TypeFor[Number](), reflect.TypeFor[NumberText]()
	ok := false
	switch {
	case strings.HasPrefix(kind, "map["):
		ok = got == reflect.TypeFor[duijie.Record]()
	case kind == "[string]":
		ok = got == reflect.TypeFor[[]string]()
	case f.save && kind == "string": // a JSON text
		ok = got.Kind() == reflect.String || got == text || got == reflect.TypeFor[Date]()
	case f.save && kind == "number":
		ok = got == number
	case f.save && kind == "integer":
		ok = got == reflect.TypeFor[*int64]() || got == number
	case f.save && kind == "boolean":
		ok = got == reflect.TypeFor[*bool]() || got.Kind() == reflect.Bool
	case kind == "string":
		ok = got.Kind() == reflect.String || got == decimal || got == reflect.TypeFor[duijie.Time]()
	case name == "deduct": // the documentation's own example is a number
		ok = got.Kind() == reflect.String
	case kind == "number":
		ok = got == decimal || strings.HasSuffix(name, "_id") && got.Kind() == reflect.String
	case kind == "integer":
		ok = got.Kind() == reflect.Int64 || got == decimal || got.Kind() == reflect.String // enumerations
	case kind == "boolean":
		ok = got.Kind() == reflect.Bool
	}
	if !ok {
		fail()
	}
	money := strings.HasSuffix(name, "amount") || strings.HasSuffix(name, "price") || strings.HasSuffix(name, "_qty") || name == "qty"
	if money && kind != "boolean" && got != decimal && got != number && got != text {
		fail()
	}
	if strings.HasSuffix(name, "_id") && got.Kind() != reflect.String {
		fail()
	}
}

// Each member of the contract's tables is a field of its kind, nested ones too:
// texts are sent as texts and numbers as numbers.
func TestFieldsAreTheContracts(t *testing.T) {
	t.Parallel()
	all := endpoints(t)
	c := mocked(t, answer(200, "{}"))
	seen := 0
	check := func(typ reflect.Type, rows [][]any, types map[string][][]any, save bool, path string) {
		f := &fieldCheck{t: t, types: types, save: save, path: path}
		f.table(typ, rows, true)
		seen += f.seen
	}
	for _, a := range typedAreas(c) {
		list, ok := all["GET "+a.kind.Path]
		require.True(t, ok, a.kind.Path)
		check(a.row, rowTable(list), list.Told, false, a.kind.Path)
		if detail, ok := all["GET "+a.kind.Path+"_detail"]; ok {
			check(a.detail, detail.Data, detail.Told, false, a.kind.Path+"_detail")
		} else {
			require.Equal(t, a.row, a.detail, a.kind.Path)
		}
		save, ok := all["POST "+a.kind.Path]
		require.True(t, ok, a.kind.Path)
		body := save.Body
		if item := a.kind.save().Batch; item != "" {
			body = save.Asked[strings.Trim(body[0][1].(string), "[]")]
		}
		check(a.save, body, save.Asked, true, "POST "+a.kind.Path)
	}
	for path, typ := range map[string]reflect.Type{
		inventoryPath: reflect.TypeFor[InventoryRow](), warehouseStockPath: reflect.TypeFor[WarehouseStockRow](), stockChangePath: reflect.TypeFor[StockChangeRow](),
		customFieldPath: reflect.TypeFor[CustomFieldRow](), lockPath: reflect.TypeFor[LockRow](), userPath: reflect.TypeFor[UserRow](),
		accountTypePath: reflect.TypeFor[LedgerAccountTypeRow](),
	} {
		e := all["GET "+path]
		check(typ, rowTable(e), e.Told, false, path)
	}
	me := all["GET "+currentUserPath]
	check(reflect.TypeFor[CurrentUser](), me.Data, me.Told, false, currentUserPath)
	batch := all["POST "+salesOutRecords.BatchPath]
	check(reflect.TypeFor[SalesOutSave](), batch.Asked[strings.Trim(batch.Body[0][1].(string), "[]")], batch.Asked, true, salesOutRecords.BatchPath)
	require.Greater(t, seen, 3000)
}

func rowTable(e endpoint) [][]any {
	for _, m := range e.Data {
		if m[0] == "rows" {
			return e.Told[strings.Trim(m[1].(string), "[]")]
		}
	}
	return nil
}
