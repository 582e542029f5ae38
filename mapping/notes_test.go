package mapping

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// Notes reach their observer on every way a record can go, with what names the record.
func TestWithNotes(t *testing.T) {
	t.Parallel()
	type in struct {
		No  string `json:"no"`
		SKU string `json:"sku"`
		Bad int    `json:"bad"`
	}
	type out struct {
		ID string `json:"id"`
		X  string `json:"x"`
	}
	var seen []string
	nothing := LookupFunc(func(_ context.Context, q []Query) ([]Answer, error) { return make([]Answer, len(q)), nil })
	spec := Spec{
		Fields: []Field{{Target: "id", Lookup: &LookupCall{Name: "ids", Want: "id", Where: Filter{Path: "sku", Values: []string{"{sku}"}}}}, {Target: "x", Expr: "1/(1-{bad})"}},
		Rules:  []Rule{{Name: "id there", Check: CheckRequired, Field: "id", Action: ActionNote}},
	}
	m, err := Compile(spec, WithLookup("ids", nothing), WithNotes(func(_ context.Context, record Row, notes []Note) {
		for _, n := range notes {
			seen = append(seen, record.Get("no").Text()+" "+n.Code)
		}
	}))
	require.NoError(t, err)
	good, bad := []byte(`{"no":"A1","sku":"s","bad":0}`), []byte(`{"no":"A2","sku":"s","bad":1}`)
	both := []string{"A1 lookup_not_found", "A1 rule_failed"}

	_, err = m.AppendJSON(t.Context(), nil, nil, good)
	require.NoError(t, err)
	require.Equal(t, both, seen)
	seen = nil
	r, err := m.MapJSON(t.Context(), nil, good)
	require.NoError(t, err)
	require.Equal(t, both, seen)
	require.Len(t, r.Notes, 2)
	seen = nil
	f, err := Transform[in, out](m, nil)
	require.NoError(t, err)
	got, err := f(t.Context(), in{No: "A1", SKU: "s"})
	require.NoError(t, err)
	require.Equal(t, out{X: "1.0000"}, got)
	require.Equal(t, both, seen)
	seen = nil
	_, err = f(t.Context(), in{No: "A2", SKU: "s", Bad: 1})
	require.Error(t, err)
	_, err = m.AppendJSON(t.Context(), nil, nil, bad)
	require.Error(t, err)
	require.Equal(t, []string{"A2 lookup_not_found", "A2 lookup_not_found"}, seen)
}

// With rules a struct is built once: what was checked is what is returned.
func TestTransformBuildsOnce(t *testing.T) {
	t.Parallel()
	type in struct {
		Lines []struct {
			A string `json:"a"`
		} `json:"lines"`
	}
	type line struct {
		N int    `json:"n"`
		A *int32 `json:"a"`
	}
	type out struct {
		ID    string            `json:"id"`
		Once  int               `json:"once"`
		Head  *struct{ X int8 } `json:"head"`
		Lines []line            `json:"lines"`
		Org   map[string]string `json:"org"`
	}
	var calls atomic.Int32
	next := func(context.Context, Row) (any, error) { return calls.Add(1), nil }
	spec := Spec{
		Fields: []Field{
			{Target: "id", Template: "{random}"}, {Target: "once", Func: "next"},
			{Target: "head", Children: []Field{{Target: "X", Template: "12", Type: TypeInt}}},
			{Target: "lines", Each: "lines", Children: []Field{{Target: "n", Func: "next"}, {Target: "a", Template: "{{lines.a}}"}}},
			{Target: "org", Template: "100", Parsers: []Parser{{Name: ParserObject, Params: "FNumber"}}},
		},
		Rules: []Rule{{Check: CheckUnique, Field: "id", Key: "id"}, {Check: CheckPattern, Field: "id", Pattern: "r1"}},
	}
	m, err := Compile(spec, WithFunc("next", next))
	require.NoError(t, err)
	random := 0
	f, err := Transform[in, out](m, &Env{Random: func() string { random++; return fmt.Sprint("r", random) }})
	require.NoError(t, err)
	var from in
	from.Lines = append(from.Lines, struct {
		A string `json:"a"`
	}{"7"}, struct {
		A string `json:"a"`
	}{"8"})
	got, err := f(t.Context(), from)
	require.NoError(t, err)
	seven, eight := int32(7), int32(8)
	require.Equal(t, out{ID: "r1", Once: 1, Head: &struct{ X int8 }{12}, Lines: []line{{2, &seven}, {3, &eight}}, Org: map[string]string{"FNumber": "100"}}, got)
	require.Equal(t, int32(3), calls.Load())

	from.Lines[1].A = "3000000000"
	spec.Rules = spec.Rules[:1]
	m, err = Compile(spec, WithFunc("next", next))
	require.NoError(t, err)
	f, err = Transform[in, out](m, nil)
	require.NoError(t, err)
	_, err = f(t.Context(), from)
	require.ErrorContains(t, err, "lines[1].a: type_conversion")
}

// A note names the field it is about, also where its value was asked for before.
func TestOddTimesAreTheirFields(t *testing.T) {
	t.Parallel()
	nothing := LookupFunc(func(_ context.Context, q []Query) ([]Answer, error) { return make([]Answer, len(q)), nil })
	m, err := Compile(Spec{Fields: []Field{
		{Target: "no", Template: "{no}"},
		{Target: "rate", Lookup: &LookupCall{Name: "l", Want: "x", Where: Filter{Path: "day", Values: []string{"{{day|date}}"}}}},
		{Target: "l", Each: "l", Children: []Field{{Target: "day", Template: "{{l.day}}", Type: TypeDate}}},
	}}, WithLookup("l", nothing))
	require.NoError(t, err)
	r, err := m.MapJSON(t.Context(), nil, []byte(`{"no":"A","day":20240314,"l":[{"day":1710403200},{"day":20240314}]}`))
	require.NoError(t, err)
	var got []string
	for _, n := range r.Notes {
		got = append(got, fmt.Sprint(n.Code, " ", n.Field, " ", n.Rows))
	}
	require.Equal(t, []string{"lookup_not_found rate []", "odd_time rate []", "odd_time l.day [1]"}, got)
}
