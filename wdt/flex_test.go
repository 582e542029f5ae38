package wdt

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

type flexKind string

// flexRow has every kind of member rows are made of.
type flexRow struct {
	Text  string         `json:"text"`
	Kind  flexKind       `json:"kind"`
	Int   int64          `json:"int"`
	Small int8           `json:"small"`
	Bool  bool           `json:"bool"`
	Dec   duijie.Decimal `json:"dec"`
	Time  duijie.Time    `json:"time"`
	List  []flexLine     `json:"list"`
	Names []string       `json:"names"`
	Obj   flexLine       `json:"obj"`
	Ptr   *flexLine      `json:"ptr,omitempty"`
	Max   *int64         `json:"max,omitempty"`
	Own   trade          `json:"own,omitzero"` // decodes itself

	Raw json.RawMessage `json:"-"`
}

type flexLine struct {
	No  string         `json:"no"`
	Num duijie.Decimal `json:"num"`

	Raw json.RawMessage `json:"-"`
}

func (r *flexRow) UnmarshalJSON(b []byte) error { return decodeRow(b, r) }
func (r flexRow) MarshalJSON() ([]byte, error)  { return encodeRow(r) }

// Every form a member may come in (chapter 9 of the contract), and what it is then.
func TestChangingTypes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		json string
		want func(t *testing.T, r flexRow)
	}{
		{`{"text":"a"}`, func(t *testing.T, r flexRow) { require.Equal(t, "a", r.Text) }},
		{`{"text":127}`, func(t *testing.T, r flexRow) { require.Equal(t, "127", r.Text) }},
		{`{"text":1.50}`, func(t *testing.T, r flexRow) { require.Equal(t, "1.50", r.Text) }},
		{`{"text":true}`, func(t *testing.T, r flexRow) { require.Equal(t, "true", r.Text) }},
		{`{"text":null}`, func(t *testing.T, r flexRow) { require.Empty(t, r.Text) }},
		{`{"kind":7}`, func(t *testing.T, r flexRow) { require.Equal(t, flexKind("7"), r.Kind) }},
		{`{"int":127}`, func(t *testing.T, r flexRow) { require.Equal(t, int64(127), r.Int) }},
		{`{"int":"127"}`, func(t *testing.T, r flexRow) { require.Equal(t, int64(127), r.Int) }},
		{`{"int":"127.0000"}`, func(t *testing.T, r flexRow) { require.Equal(t, int64(127), r.Int) }},
		{`{"int":true}`, func(t *testing.T, r flexRow) { require.Equal(t, int64(1), r.Int) }},
		{`{"int":""}`, func(t *testing.T, r flexRow) { require.Zero(t, r.Int) }},
		{`{"int":null}`, func(t *testing.T, r flexRow) { require.Zero(t, r.Int) }},
		{`{"int":9223372036854775807}`, func(t *testing.T, r flexRow) { require.Equal(t, int64(9223372036854775807), r.Int) }},
		{`{"small":"-12"}`, func(t *testing.T, r flexRow) { require.Equal(t, int8(-12), r.Small) }},
		{`{"bool":true}`, func(t *testing.T, r flexRow) { require.True(t, r.Bool) }},
		{`{"bool":1}`, func(t *testing.T, r flexRow) { require.True(t, r.Bool) }},
		{`{"bool":"1"}`, func(t *testing.T, r flexRow) { require.True(t, r.Bool) }},
		{`{"bool":"true"}`, func(t *testing.T, r flexRow) { require.True(t, r.Bool) }},
		{`{"bool":0}`, func(t *testing.T, r flexRow) { require.False(t, r.Bool) }},
		{`{"bool":""}`, func(t *testing.T, r flexRow) { require.False(t, r.Bool) }},
		{`{"dec":3}`, func(t *testing.T, r flexRow) { require.Equal(t, "3", r.Dec.String()) }},
		{`{"dec":"3.0000"}`, func(t *testing.T, r flexRow) { require.Equal(t, "3.0000", r.Dec.String()) }},
		{`{"dec":0.1000}`, func(t *testing.T, r flexRow) { require.Equal(t, "0.1000", r.Dec.String()) }},
		{`{"dec":""}`, func(t *testing.T, r flexRow) { require.True(t, r.Dec.IsZero()) }},
		{`{"dec":null}`, func(t *testing.T, r flexRow) { require.True(t, r.Dec.IsZero()) }},
		{`{"time":"2023-03-28 16:48:12"}`, func(t *testing.T, r flexRow) { require.Equal(t, int64(1679993292000), unixMilli(r.Time)) }},
		{`{"time":1679993292000}`, func(t *testing.T, r flexRow) { require.Equal(t, int64(1679993292000), unixMilli(r.Time)) }},
		{`{"time":"1679993292000"}`, func(t *testing.T, r flexRow) { require.Equal(t, int64(1679993292000), unixMilli(r.Time)) }},
		{`{"time":"2023-03-28"}`, func(t *testing.T, r flexRow) { require.Equal(t, int64(1679932800000), unixMilli(r.Time)) }},
		{`{"time":""}`, func(t *testing.T, r flexRow) { require.True(t, r.Time.IsZero()) }},
		{`{"time":null}`, func(t *testing.T, r flexRow) { require.True(t, r.Time.IsZero()) }},
		{`{"time":"0000-00-00 00:00:00"}`, func(t *testing.T, r flexRow) { require.True(t, r.Time.IsZero()) }},
		{`{"time":"0000-00-00"}`, func(t *testing.T, r flexRow) { require.True(t, r.Time.IsZero()) }},
		{`{"list":[{"no":1,"num":"2.0"},{"no":"x"}]}`, func(t *testing.T, r flexRow) {
			require.Len(t, r.List, 2)
			require.Equal(t, "1", r.List[0].No)
			require.Equal(t, "2.0", r.List[0].Num.String())
		}},
		{`{"list":[]}`, func(t *testing.T, r flexRow) { require.Empty(t, r.List) }},
		{`{"list":{}}`, func(t *testing.T, r flexRow) { require.Empty(t, r.List) }},
		{`{"list":""}`, func(t *testing.T, r flexRow) { require.Empty(t, r.List) }},
		{`{"list":null}`, func(t *testing.T, r flexRow) { require.Empty(t, r.List) }},
		{`{"names":["a",1]}`, func(t *testing.T, r flexRow) { require.Equal(t, []string{"a", "1"}, r.Names) }},
		{`{"obj":{"no":"a"}}`, func(t *testing.T, r flexRow) { require.Equal(t, "a", r.Obj.No) }},
		{`{"obj":[]}`, func(t *testing.T, r flexRow) { require.Empty(t, r.Obj.No) }},
		{`{"obj":""}`, func(t *testing.T, r flexRow) { require.Empty(t, r.Obj.No) }},
		{`{"obj":null}`, func(t *testing.T, r flexRow) { require.Empty(t, r.Obj.No) }},
		{`{"ptr":{"no":"a"}}`, func(t *testing.T, r flexRow) { require.Equal(t, "a", r.Ptr.No) }},
		{`{"ptr":[]}`, func(t *testing.T, r flexRow) { require.Nil(t, r.Ptr) }},
		{`{"ptr":{}}`, func(t *testing.T, r flexRow) { require.Nil(t, r.Ptr) }},
		{`{"own":{"trade_no":5}}`, func(t *testing.T, r flexRow) { require.Equal(t, "5", r.Own.No) }},
		{`{"own":[]}`, func(t *testing.T, r flexRow) { require.Empty(t, r.Own.No) }},
		{`{"own":""}`, func(t *testing.T, r flexRow) { require.Empty(t, r.Own.No) }},
		{`{"own":null}`, func(t *testing.T, r flexRow) { require.Empty(t, r.Own.No) }},
		{`{"time":[]}`, func(t *testing.T, r flexRow) { require.True(t, r.Time.IsZero()) }},
		{`{"max":"5"}`, func(t *testing.T, r flexRow) { require.Equal(t, int64(5), *r.Max) }},
		{`{"max":""}`, func(t *testing.T, r flexRow) { require.Nil(t, r.Max) }},
		{`{"nobody":{"a":[1]}}`, func(t *testing.T, r flexRow) { require.JSONEq(t, `{"nobody":{"a":[1]}}`, string(r.Raw)) }},
	} {
		t.Run(tt.json, func(t *testing.T) {
			t.Parallel()
			var r flexRow
			require.NoError(t, json.Unmarshal([]byte(tt.json), &r))
			tt.want(t, r)
			b, err := json.Marshal(r)
			require.NoError(t, err)
			var again flexRow
			require.NoError(t, json.Unmarshal(b, &again))
			tt.want(t, flexRow{again.Text, again.Kind, again.Int, again.Small, again.Bool, again.Dec, again.Time, again.List, again.Names, again.Obj, again.Ptr, again.Max, again.Own, r.Raw})
		})
	}
	for _, wrong := range []string{
		`{"int":"1.5"}`, `{"int":"x"}`, `{"small":300}`, `{"bool":2}`, `{"dec":"x"}`, `{"dec":[1]}`, `{"time":"soon"}`,
		`{"list":"x"}`, `{"list":{"no":1}}`, `{"list":[1]}`, `{"obj":[1]}`, `{"obj":"x"}`, `{"text":{}}`, `{"names":[[1]]}`, `[]`, `"x"`,
	} {
		var r flexRow
		require.Error(t, json.Unmarshal([]byte(wrong), &r), wrong)
	}
}

// A member that does not fit is told by name, and the others are there.
func TestOneWrongMember(t *testing.T) {
	t.Parallel()
	var r flexRow
	err := json.Unmarshal([]byte(`{"int":"x","text":"a","list":[{"no":"1","num":"x"},{"no":"2"}],"obj":{"num":[1]}}`), &r)
	require.ErrorContains(t, err, "int: ")
	require.Equal(t, "a", r.Text)
	require.Len(t, r.List, 2)
	require.Equal(t, "2", r.List[1].No)
	err = json.Unmarshal([]byte(`{"list":[{"no":"1"},{"num":"x"}]}`), &r)
	require.ErrorContains(t, err, "list: item 2: num: ")
}

// What a struct does not know comes back at every depth, and nothing twice.
func TestUnknownMembersComeBack(t *testing.T) {
	t.Parallel()
	const row = `{"text":"a","zz":1.50,"list":[{"no":"1","extra":[1,{"b":2}]}],"obj":{"no":"2","more":"x"},"ptr":{"no":"3","deep":null}}`
	var r flexRow
	require.NoError(t, json.Unmarshal([]byte(row), &r))
	b, err := json.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(b), `"zz":1.50`)
	require.Contains(t, string(b), `"extra":[1,{"b":2}]`)
	require.Contains(t, string(b), `"more":"x"`)
	require.Contains(t, string(b), `"deep":null`)
	r.List[0].No = "changed"
	b, err = json.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(b), `{"no":"changed","num":null,"extra":[1,{"b":2}]}`)
	require.NotContains(t, string(b), `"max"`)

	r.Raw = json.RawMessage(`{"broken`)
	b, err = json.Marshal(r)
	require.NoError(t, err)
	require.True(t, json.Valid(b))
}

// Decoding ends on anything, never changes what it is given, and what it takes it
// can write and take again.
func FuzzRow(f *testing.F) {
	for _, seed := range []string{
		`{"text":1,"int":"2","bool":"0","dec":"1.10","time":1679993292000,"list":[{"no":1,"num":""}],"obj":[],"ptr":""}`,
		`{"list":{},"names":null,"time":"0000-00-00 00:00:00","max":true,"a":{"b":[1.50]}}`,
		`{"int":1e400,"dec":1e5,"text":"\ud800"}`, `{"a":1,"a":2,"text":"x","text":"y"}`, `{"\u0061":1}`, `[]`, `null`, `{"obj":{"obj":{}}}`,
		`{"dec":true,"time":false}`, `{"small":-129}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		before := slices.Clone(raw)
		var r flexRow
		err := decodeRow(raw, &r)
		if string(before) != string(raw) {
			t.Fatalf("%q became %q", before, raw)
		}
		if err != nil {
			return
		}
		first, err := json.Marshal(r)
		if err != nil {
			t.Fatalf("%q was taken and can not be written: %v", raw, err)
		}
		var again flexRow
		if err := json.Unmarshal(first, &again); err != nil {
			t.Fatalf("%q was written as %q: %v", raw, first, err)
		}
		second, err := json.Marshal(again)
		if err != nil || string(first) != string(second) {
			t.Fatalf("%q, then %q (%v)", first, second, err)
		}
		for m := range wire.Walk(raw) {
			if !json.Valid(m.Value) {
				t.Fatalf("%q", m.Value)
			}
		}
	})
}
