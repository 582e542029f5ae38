package mapping_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
)

// lookupField is what a lookup vector's value means.
func lookupField(id string) mapping.Field {
	where := func(pairs ...string) (f mapping.Filter) {
		for pair := range slices.Chunk(pairs, 2) {
			f.And = append(f.And, mapping.Filter{Path: "content." + pair[0], Values: []string{pair[1]}})
		}
		return f
	}
	call := func(want string, f mapping.Filter) *mapping.LookupCall {
		return &mapping.LookupCall{Name: "c", Want: "content." + want, Where: f}
	}
	switch id {
	case "find-two-conditions", "find-none":
		return mapping.Field{Lookup: call("FPOOrderEntry_FEntryId", where("FBillNo", "{{outer_no}}", "FMaterialId_FNumber", "{{details_list.goods_no}}"))}
	case "find-ambiguous":
		return mapping.Field{Lookup: call("FPOOrderEntry_FEntryId", where("FBillNo", "{{outer_no}}"))}
	case "find-nested-true":
		return mapping.Field{
			Expr:  "case FIND when true then '2026-12-31' else '' end",
			Spans: []mapping.ExprLookup{{Start: 5, End: 9, Lookup: *call("FIsKFPeriod", where("FNumber", "{{details_list.goods_no}}"))}},
		}
	case "mongo-eq":
		return mapping.Field{Lookup: call("skuBarcode", where("goodsNo", "{{27963}}"))}
	case "mongo-quote-in-data":
		return mapping.Field{Lookup: call("goodsNo", where("name", "{{name}}"))}
	}
	return mapping.Field{}
}

func TestLookupVectors(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/qeasy.json")
	require.NoError(t, err)
	var all struct {
		Vectors []struct {
			ID, Kind string
			Type     mapping.Type
			Record   json.RawMessage
			Row      *struct {
				Array string
				Index int
			}
			Collections map[string][]json.RawMessage
			Expect      struct {
				JSON    json.RawMessage
				Omitted bool
				Report  string
				Error   *struct{ Code string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(b, &all))
	ran := 0
	for _, v := range all.Vectors {
		f := lookupField(v.ID)
		if v.Kind != "lookup" || f.Lookup == nil && f.Expr == "" {
			continue // those about the text of a scheme are sync/qeasy's
		}
		ran++
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			f.Target, f.Type = "x", v.Type
			if v.Row != nil {
				f = mapping.Field{Target: "rows", Each: v.Row.Array, Children: []mapping.Field{f}}
			}
			var records []json.RawMessage
			for _, c := range v.Collections {
				records = append(records, c...)
			}
			collection, err := lookup.NewCollection(records...)
			require.NoError(t, err)
			m, err := mapping.Compile(mapping.Spec{Fields: []mapping.Field{f}}, mapping.WithLookup("c", collection))
			require.NoError(t, err)
			r, err := m.MapJSON(t.Context(), nil, v.Record)
			if v.Expect.Error != nil {
				var re *mapping.RecordError
				require.ErrorAs(t, err, &re)
				assert.Equal(t, v.Expect.Error.Code, re.Code)
				return
			}
			require.NoError(t, err)
			out, err := mapping.ParseValue(r.JSON)
			require.NoError(t, err)
			if v.Row != nil {
				out = slices.Collect(out.Get("rows").Elements())[v.Row.Index]
			}
			if v.Expect.Omitted {
				assert.False(t, out.Get("x").IsSet())
				require.NotEmpty(t, r.Notes)
				assert.Equal(t, v.Expect.Report, r.Notes[0].Code)
				assert.Equal(t, []int{v.Row.Index}, r.Notes[0].Rows)
				return
			}
			assert.Equal(t, string(v.Expect.JSON), string(out.Get("x").JSON()))
		})
	}
	assert.Equal(t, 6, ran)
}

// counting is a lookup that counts its calls and queries.
type counting struct {
	calls, queries int
	err            error
	answers        func(q mapping.Query) []json.RawMessage
}

func (c *counting) Find(_ context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
	c.calls++
	c.queries += len(queries)
	if c.err != nil {
		return nil, c.err
	}
	out := make([]mapping.Answer, len(queries))
	for i, q := range queries {
		out[i].Values = c.answers(q)
	}
	return out, nil
}

func echo(q mapping.Query) []json.RawMessage {
	b, err := json.Marshal(q.Where.Values[0])
	if err != nil || q.Where.Values[0] == "none" {
		return nil
	}
	return []json.RawMessage{b}
}

func lookupSpec(call mapping.LookupCall) mapping.Spec {
	return mapping.Spec{Fields: []mapping.Field{{Target: "l", Each: "lines", Children: []mapping.Field{{Target: "x", Lookup: &call}}}}}
}

// A page asks each lookup once, each question once, and mapping it asks nothing more.
func TestPrefetch(t *testing.T) {
	t.Parallel()
	c := &counting{answers: echo}
	m, err := mapping.Compile(lookupSpec(mapping.LookupCall{Name: "c", Want: "w", Where: mapping.Filter{Path: "p", Values: []string{"{{lines.a}}"}}}), mapping.WithLookup("c", c))
	require.NoError(t, err)
	page := [][]byte{[]byte(`{"lines":[{"a":1},{"a":2},{"a":1}]}`), []byte(`broken`), []byte(`{"lines":[{"a":2},{"a":3}]}`), []byte(`{}`)}
	ctx := t.Context()
	env, err := m.Prefetch(ctx, nil, slices.Values(page))
	require.NoError(t, err)
	assert.Equal(t, 1, c.calls)
	assert.Equal(t, 3, c.queries)
	r, err := m.MapJSON(ctx, env, page[0])
	require.NoError(t, err)
	assert.Equal(t, `{"l":[{"x":"1"},{"x":"2"},{"x":"1"}]}`, string(r.JSON))
	_, err = m.MapJSON(ctx, env, page[2])
	require.NoError(t, err)
	assert.Equal(t, 1, c.calls, "what the page asked is known")
	_, err = m.MapJSON(ctx, env, []byte(`{"lines":[{"a":4},{"a":1}]}`))
	require.NoError(t, err)
	assert.Equal(t, 2, c.calls)
	assert.Equal(t, 4, c.queries, "a record of another page asks for what is new")
	_, err = m.MapJSON(ctx, env, page[3])
	var re *mapping.RecordError
	require.ErrorAs(t, err, &re)
	assert.Equal(t, mapping.CodeArraySourceMissing, re.Code)
}

func TestLookupChoices(t *testing.T) {
	t.Parallel()
	two := func(mapping.Query) []json.RawMessage {
		return []json.RawMessage{json.RawMessage(`1`), json.RawMessage(`2`)}
	}
	none := func(mapping.Query) []json.RawMessage { return nil }
	bad := func(mapping.Query) []json.RawMessage { return []json.RawMessage{json.RawMessage(`{`)} }
	call := mapping.LookupCall{Name: "c", Want: "w", Where: mapping.Filter{Path: "p", Values: []string{"{{lines.a}}"}}}
	first, required := call, call
	first.First, required.Required = true, true
	tests := []struct {
		name    string
		call    mapping.LookupCall
		answers func(mapping.Query) []json.RawMessage
		want    string // the target, or !code
	}{
		{"several", call, two, "!" + mapping.CodeLookupAmbiguous},
		{"the first of several", first, two, `{"l":[{"x":"1"}]}`},
		{"none", call, none, `{"l":[{}]}`},
		{"none, required", required, none, "!" + mapping.CodeLookupRequired},
		{"no JSON", call, bad, "!" + mapping.CodeInvalidJSON},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m, err := mapping.Compile(lookupSpec(test.call), mapping.WithLookup("c", &counting{answers: test.answers}))
			require.NoError(t, err)
			r, err := m.MapJSON(t.Context(), nil, []byte(`{"lines":[{"a":1}]}`))
			if test.want[0] == '!' {
				var re *mapping.RecordError
				require.ErrorAs(t, err, &re)
				assert.Equal(t, test.want[1:], re.Code)
				assert.Equal(t, "l.x", re.Field)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, string(r.JSON))
		})
	}
}

// A lookup that is down is no record's fault.
func TestLookupFails(t *testing.T) {
	t.Parallel()
	down := errors.New("connection refused")
	m, err := mapping.Compile(lookupSpec(mapping.LookupCall{Name: "c", Want: "w", Where: mapping.Filter{Path: "p", Values: []string{"{{lines.a}}"}}}),
		mapping.WithLookup("c", &counting{err: down}))
	require.NoError(t, err)
	_, err = m.MapJSON(t.Context(), nil, []byte(`{"lines":[{"a":1}]}`))
	var le *mapping.LookupError
	require.ErrorAs(t, err, &le)
	require.ErrorIs(t, err, down)
	assert.Equal(t, "c", le.Name)
	var re *mapping.RecordError
	assert.NotErrorAs(t, err, &re)
	_, err = m.Prefetch(t.Context(), nil, slices.Values([][]byte{[]byte(`{"lines":[{"a":1}]}`)}))
	require.ErrorIs(t, err, down)

	short, err := mapping.Compile(lookupSpec(mapping.LookupCall{Name: "c", Want: "w", Where: mapping.Filter{Path: "p", Values: []string{"{{lines.a}}"}}}),
		mapping.WithLookup("c", mapping.LookupFunc(func(context.Context, []mapping.Query) ([]mapping.Answer, error) { return nil, nil })))
	require.NoError(t, err)
	_, err = short.MapJSON(t.Context(), nil, []byte(`{"lines":[{"a":1}]}`))
	require.ErrorAs(t, err, &le, "fewer answers than queries")
}
