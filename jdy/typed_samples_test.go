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

	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/wire"
)

// sampleTypes are the types of what a GET answers.
func sampleTypes(c *Client) (rows, data map[string]reflect.Type) {
	rows = map[string]reflect.Type{
		inventoryPath: reflect.TypeFor[InventoryRow](), warehouseStockPath: reflect.TypeFor[WarehouseStockRow](), stockChangePath: reflect.TypeFor[StockChangeRow](),
		customFieldPath: reflect.TypeFor[CustomFieldRow](), lockPath: reflect.TypeFor[LockRow](), userPath: reflect.TypeFor[UserRow](),
	}
	data = map[string]reflect.Type{currentUserPath: reflect.TypeFor[CurrentUser]()}
	for _, a := range typedAreas(c) {
		rows[a.kind.Path], data[a.kind.Path+"_detail"] = a.row, a.detail
	}
	return rows, data
}

// sortedPlain is JSON with members in order and scalars as texts.
func sortedPlain(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	switch wire.First(raw) {
	case '{':
		var parts []string
		for m := range wire.Walk(raw) {
			parts = append(parts, strings.TrimSpace(string(m.Key))+":"+sortedPlain(t, m.Value))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ",") + "}"
	case '[':
		var parts []string
		for item := range wire.Elements(raw) {
			parts = append(parts, sortedPlain(t, item))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return string(appendPlain(nil, raw))
}

// roundTrip decodes into a type and encodes again: nothing is lost, nothing added.
func roundTrip(t *testing.T, typ reflect.Type, raw json.RawMessage, name string) {
	t.Helper()
	v := reflect.New(typ)
	require.NoError(t, decode(raw, v.Interface()), name)
	b, err := marshal(v.Elem().Interface())
	require.NoError(t, err, name)
	want := sortedPlain(t, raw)
	require.Equal(t, want, sortedPlain(t, b), name)
	again := reflect.New(typ)
	require.NoError(t, decode(b, again.Interface()), name)
	twice, err := marshal(again.Elem().Interface())
	require.NoError(t, err, name)
	require.Equal(t, want, sortedPlain(t, twice), name)
}

// Every recorded answer goes through its type and back without loss, both as it
// is and with a member nobody knows on every level.
func TestSamplesRoundTrip(t *testing.T) {
	t.Parallel()
	rows, data := sampleTypes(mocked(t, answer(200, "{}")))
	files, err := filepath.Glob(filepath.Join(testutil.Contracts(t), "samples", "jdy", "*.json"))
	require.NoError(t, err)
	checked := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		var s struct {
			Kind    string
			Request struct{ Method, Path string }
			Value   json.RawMessage
		}
		require.NoError(t, json.Unmarshal(b, &s), file)
		if s.Request.Method != "GET" {
			continue
		}
		try := func(typ reflect.Type, raw json.RawMessage) {
			if typ == nil || wire.First(raw) != '{' {
				return
			}
			checked++
			roundTrip(t, typ, raw, file)
			roundTrip(t, typ, withUnknown(raw), file)
		}
		switch s.Kind {
		case "row":
			try(rows[s.Request.Path], s.Value)
		case "data", "data_partial":
			try(data[s.Request.Path], s.Value)
		case "full_body":
			d := members(s.Value)["data"]
			try(data[s.Request.Path], d)
			for row := range wire.Elements(members(d)["rows"]) {
				try(rows[s.Request.Path], row)
			}
		case "row_and_detail": // "/jdy/v2/bd/customer (row) and customer_detail (data)"
			s.Request.Path, _, _ = strings.Cut(s.Request.Path, " ")
			m := members(s.Value)
			for _, raw := range []json.RawMessage{m["row"], m["list_row"]} {
				try(rows[s.Request.Path], raw)
			}
			for _, raw := range []json.RawMessage{m["detail"], m["detail_data"]} {
				try(data[s.Request.Path+"_detail"], raw)
			}
		}
	}
	require.Greater(t, checked, 30)
}

// withUnknown puts a member nobody knows into every object.
func withUnknown(raw json.RawMessage) json.RawMessage {
	switch wire.First(raw) {
	case '{':
		var parts []string
		for m := range wire.Walk(raw) {
			key, _ := json.Marshal(string(m.Key))
			parts = append(parts, string(key)+":"+string(withUnknown(m.Value)))
		}
		return json.RawMessage(`{"` + strings.Join(append([]string{`zz_new":{"a":[1.50,null]}`}, parts...), ",") + "}")
	case '[':
		var parts []string
		for item := range wire.Elements(raw) {
			parts = append(parts, string(withUnknown(item)))
		}
		return json.RawMessage("[" + strings.Join(parts, ",") + "]")
	}
	return raw
}

// A changed field is written instead of what came, and Extra instead of a field.
func TestEncodeChanges(t *testing.T) {
	t.Parallel()
	var row MaterialRow
	require.NoError(t, decode(json.RawMessage(`{"id":7,"name":"a","is_batch":"1","units":[{"id":"1","coefficient":2.50,"new":1}],"later ":null}`), &row))
	row.Name = "b"
	row.Units[0].UnitID = "3"
	b, err := marshal(row)
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"7","name":"b","is_batch":true,"units":[{"id":"1","coefficient":2.50,"unit_id":"3","new":1}],"later":null}`, string(b))

	save := MaterialSave{Name: "a", BaseUnitID: "1", IsBatch: new(false), Extra: map[string]any{"remark": "", "later": 1}}
	save.Remark = "kept back"
	b, err = marshalModel(save)
	require.NoError(t, err)
	require.JSONEq(t, `{"base_unit_id":"1","name":"a","is_batch":false,"remark":"","later":1}`, string(b))
}
