package rows_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping/rows"
)

type vector struct {
	ID, Kind  string
	Condition json.RawMessage
	Record    json.RawMessage
	Metadata  struct {
		ID       string
		BeatFlat []string
	}
	GroupCalculate json.RawMessage
	Records        []json.RawMessage
	Expect         struct {
		Keep    json.RawMessage
		Drop    bool
		Records []json.RawMessage
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(b, &file))
	require.Len(t, file.Vectors, 8)
	for _, v := range file.Vectors {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			switch v.Kind {
			case "condition":
				c, err := rows.ParseCondition(v.Condition, nil)
				require.NoError(t, err)
				kept, keep, err := c.Apply(v.Record)
				require.NoError(t, err)
				require.Equal(t, !v.Expect.Drop, keep)
				if keep {
					require.JSONEq(t, string(v.Expect.Keep), string(kept))
				}
			case "beat_flat":
				flat, err := rows.Flattening{Arrays: v.Metadata.BeatFlat, Key: v.Metadata.ID}.Flatten(v.Record)
				require.NoError(t, err)
				key, ok := rows.Text(v.Record, v.Metadata.ID)
				require.True(t, ok)
				require.Len(t, flat, len(v.Expect.Records))
				for i, row := range flat {
					var want struct {
						ID      string
						Content json.RawMessage
					}
					require.NoError(t, json.Unmarshal(v.Expect.Records[i], &want))
					require.Equal(t, want.ID, key+row.Suffix)
					require.JSONEq(t, string(want.Content), string(row.Record))
				}
			case "group":
				g, err := rows.ParseGrouping(v.GroupCalculate)
				require.NoError(t, err)
				bills, err := g.Group(bytesOf(v.Records))
				require.NoError(t, err)
				require.Len(t, bills, len(v.Expect.Records))
				for i, bill := range bills {
					require.JSONEq(t, string(v.Expect.Records[i]), string(bill.Record))
				}
			default:
				t.Fatal(v.Kind)
			}
		})
	}
}

func bytesOf(raw []json.RawMessage) (out [][]byte) {
	for _, r := range raw {
		out = append(out, r)
	}
	return out
}

func TestConditionLogics(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		record, test string
		keep         bool
	}{
		{`{"a":"10"}`, `{"field":"a","logic":"gt","value":"9"}`, true},
		{`{"a":10}`, `{"field":"a","logic":"eq","value":"10.00"}`, true},
		{`{"a":"b10"}`, `{"field":"a","logic":"gt","value":"b9"}`, false},
		{`{"a":"1E2"}`, `{"field":"a","logic":"eq","value":"100"}`, false},
		{`{"a":12345678901234567890}`, `{"field":"a","logic":"eq","value":"12345678901234567891"}`, false},
		{`{"a":"x"}`, `{"field":"a","logic":"neq","value":"X"}`, true},
		{`{}`, `{"field":"a","logic":"eq","value":""}`, true},
		{`{}`, `{"field":"a","logic":"lt","value":"5"}`, false},
		{`{}`, `{"field":"a","logic":"neq","value":"5"}`, true},
		{`{"a":null}`, `{"field":"a","logic":"isnull"}`, true},
		{`{"a":""}`, `{"field":"a","logic":"notnull"}`, false},
		{`{"a":0}`, `{"field":"a","logic":"notnull"}`, true},
		{`{"a":true}`, `{"field":"a","logic":"eq","value":true}`, true},
		{`{"a":{"b":"x"}}`, `{"field":"a.b","logic":"eq","value":"x"}`, true},
		{`{"a.b":"x","a":{"b":"y"}}`, `{"field":"a.b","logic":"eq","value":"x"}`, true},
		{`{"a":{"b.c":"x"}}`, `{"field":"a.b.c","logic":"like","value":"x"}`, true},
		{`{"a":5}`, `{"field":"a","logic":"between","value":"5, 5"}`, true},
		{`{"a":"2024-03-14T16:00"}`, `{"field":"a","logic":"eq","value":"timestamp:1710403200"}`, true},
		{`{"a":1710403200}`, `{"field":"a","logic":"elt","value":"timestamp:1710403200"}`, true},
		{`{"a":1710403200123}`, `{"field":"a","logic":"elt","value":"timestamp:1710403200"}`, false},
		{`{"a":"2024-03-14T08:00:00Z"}`, `{"field":"a","logic":"between","value":"timestamp:1710403200,timestamp:1710403200"}`, true},
		{`{"a":"soon"}`, `{"field":"a","logic":"neq","value":"timestamp:1710403200"}`, true},
		{`{"a":"soon"}`, `{"field":"a","logic":"elt","value":"timestamp:1710403200"}`, false},
	} {
		cond, err := rows.ParseCondition([]byte(`[[`+c.test+`]]`), nil)
		require.NoError(t, err, c.test)
		kept, keep, err := cond.Apply([]byte(c.record))
		require.NoError(t, err)
		require.Equal(t, c.keep, keep, "%s with %s", c.record, c.test)
		if keep {
			require.Equal(t, c.record, string(kept))
		}
	}
}

// Lines that fail are taken out of the group that accepts, everything else stays byte for byte.
func TestConditionPrunesLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ condition, in, out string }{
		{
			`[[{"field":"items.qty","logic":"gt","value":"0"}]]`,
			`{"n" : 1.10,"items":[{"qty":"2.0"},{"qty":"0"},{"qty":3}],"z":"é"}`, `{"n":1.10,"items":[{"qty":"2.0"},{"qty":3}],"z":"é"}`,
		},
		{
			`[[{"field":"no","logic":"eq","value":"other"},{"field":"items.qty","logic":"gt","value":"2"}],[{"field":"items.qty","logic":"gt","value":"0"}]]`,
			`{"no":"1","items":[{"qty":2},{"qty":0}]}`, `{"no":"1","items":[{"qty":2}]}`,
		},
		{
			`[[{"field":"a.items.qty","logic":"gt","value":"1"},{"field":"a.items.ok","logic":"eq","value":"y"}]]`,
			`{"a":{"x":1,"items":[{"qty":2,"ok":"y"},{"qty":2,"ok":"n"},{"qty":0,"ok":"y"}]}}`, `{"a":{"x":1,"items":[{"qty":2,"ok":"y"}]}}`,
		},
		{`[[{"field":"items.qty","logic":"gt","value":"0","strictMode":true}]]`, `{"items":[{"qty":1},{"qty":0}]}`, ``},
		{`[[{"field":"items.qty","logic":"gt","value":"0"}]]`, `{"items":[]}`, ``},
	} {
		cond, err := rows.ParseCondition([]byte(c.condition), nil)
		require.NoError(t, err)
		kept, keep, err := cond.Apply([]byte(c.in))
		require.NoError(t, err)
		require.Equal(t, c.out != "", keep, c.in)
		require.Equal(t, c.out, string(kept))
	}
}

func TestConditionProblemsTogether(t *testing.T) {
	t.Parallel()
	_, err := rows.ParseCondition([]byte(`[[{"field":"a","logic":"greater","value":1},{"logic":"eq"}],[],{"x":1},[{"field":"a","logic":"eq","vaule":2}],[7]]`), nil)
	var problems rows.Problems
	require.ErrorAs(t, err, &problems)
	require.ErrorContains(t, err, `/3/0/vaule`)
	require.ErrorContains(t, err, `/4/0`)
	require.ErrorContains(t, err, `/2:`)
	_, err = rows.ParseCondition([]byte(`[[{"field":"a","logic":"greater","value":1},{"logic":"eq"}],[],[{"field":"b","logic":"between","value":"1"},`+
		`{"field":"b","logic":"like","value":"timestamp:1"},{"field":"b","logic":"gt","value":"timestamp:x"},{"field":"b","logic":"gt","value":[1]}]]`), nil)
	require.ErrorAs(t, err, &problems)
	var codes []string
	for _, p := range problems {
		codes = append(codes, p.Path+" "+p.Code)
	}
	require.Equal(t, []string{
		"/0/0/logic condition_logic_unknown", "/0/1/field condition_syntax", "/1 condition_syntax",
		"/2/0/value condition_syntax", "/2/1/value condition_syntax", "/2/2/value condition_syntax", "/2/3/value condition_syntax",
	}, codes)
	for _, bad := range []string{``, `null x`, `{}`, `[null]`, `[[null]]`} {
		_, err := rows.ParseCondition([]byte(bad), nil)
		require.Error(t, err, bad)
	}
	c, err := rows.ParseCondition([]byte(`[[{"field":"a","logic":"eq","value":"1"}]]`), nil)
	require.NoError(t, err)
	for _, bad := range []string{``, `[]`, `{"a":`, `1`} {
		_, _, err := c.Apply([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestFlattenNested(t *testing.T) {
	t.Parallel()
	f := rows.Flattening{Arrays: []string{"details", "details_detail"}, Key: "no"}
	flat, err := f.Flatten([]byte(`{"no":7,"details":[{"g":"A","detail":[{"b":"x","q":1.50},{"b":"y"}]},{"g":"B","detail":[{"b":"z"}]},{"g":"C"}],"e":1}`))
	require.NoError(t, err)
	var got []string
	for _, r := range flat {
		got = append(got, r.Suffix+" "+string(r.Record))
	}
	require.Equal(t, []string{
		`-1-1 {"no":"7-1-1","details_g":"A","details_detail_b":"x","details_detail_q":1.50,"e":1}`,
		`-1-2 {"no":"7-1-2","details_g":"A","details_detail_b":"y","e":1}`,
		`-2-1 {"no":"7-2-1","details_g":"B","details_detail_b":"z","e":1}`,
	}, got)
	for _, none := range []string{`{"no":1}`, `{"no":1,"details":null}`, `{"no":1,"details":[]}`} {
		flat, err := f.Flatten([]byte(none))
		require.NoError(t, err)
		require.Empty(t, flat)
	}
	for _, bad := range []string{`{"details":{}}`, `{"details":"x"}`, `{"details":[1]}`, `{"details_g":1,"details":[{"g":2}]}`, `[]`, `{`} {
		_, err := f.Flatten([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestSplitAndText(t *testing.T) {
	t.Parallel()
	parts, err := rows.Split([]byte(`{"no":1,"items":[{"a":1.0},"x"],"z":2}`), "items")
	require.NoError(t, err)
	require.Len(t, parts, 2)
	require.Equal(t, `{"no":1,"items":{"a":1.0},"z":2}`, string(parts[0]))
	require.Equal(t, `{"no":1,"items":"x","z":2}`, string(parts[1]))
	key, ok := rows.Text(parts[0], "items.a")
	require.True(t, ok)
	require.Equal(t, "1.0", key)
	_, err = rows.Split([]byte(`{"items":{}}`), "items")
	require.Error(t, err)
	parts, err = rows.Split([]byte(`{"no":1}`), "items")
	require.NoError(t, err)
	require.Empty(t, parts)
	for _, absent := range []string{`{}`, `{"a":null}`, `{"a":[]}`, `{"a":{}}`, ``} {
		_, ok := rows.Text([]byte(absent), "a")
		require.False(t, ok, absent)
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	g := rows.Grouping{
		Header: []string{"h"}, Body: []string{"b"}, BodyName: "lines", MaxLines: 2,
		Calculate: map[string]string{"q": "$sum", "p": "$avg", "lo": "$min", "hi": "$max", "all": "$push", "set": "$addToSet", "f": "$first", "l": "$last"},
	}
	in := []string{
		`{"h":1,"b":"x","q":0.10,"p":1,"lo":"9","hi":"9","all":"a","set":"a","f":1,"l":1}`,
		`{"h":"1","b":"x","q":0.20,"p":2,"lo":"10","hi":"10","all":"a","set":"a","f":2,"l":2}`,
		`{"h":1,"b":"y","q":"","p":"1"}`,
		`{"h":1,"b":"z","q":"1.10"}`,
		`{"b":"x","q":null}`,
		`{"h":"","b":"x"}`,
	}
	var raw [][]byte
	for _, s := range in {
		raw = append(raw, []byte(s))
	}
	bills, err := g.Group(raw)
	require.NoError(t, err)
	var got []string
	for _, b := range bills {
		got = append(got, string(b.Record))
	}
	require.Equal(t, []string{
		`{"h":1,"lines":[{"b":"x","q":0.30,"p":1.5000,"lo":"9","hi":"10","all":["a","a"],"set":["a"],"f":1,"l":2},{"b":"y","p":"1.0000","all":[],"set":[]}]}`,
		`{"h":1,"lines":[{"b":"z","q":"1.10","all":[],"set":[]}]}`,
		`{"lines":[{"b":"x","all":[],"set":[]}]}`,
		`{"h":"","lines":[{"b":"x","all":[],"set":[]}]}`,
	}, got)
	require.Equal(t, []int{0, 1, 2}, bills[0].Rows)
	require.Equal(t, []int{3}, bills[1].Rows)
	_, err = g.Group([][]byte{[]byte(`{"h":1,"b":1,"q":"12kg"}`)})
	require.ErrorContains(t, err, `"12kg" is no number, in field "q"`)
	_, err = g.Group([][]byte{[]byte(`[]`)})
	require.Error(t, err)
}

func TestGroupingProblems(t *testing.T) {
	t.Parallel()
	_, err := rows.ParseGrouping([]byte(`{"headerGroup":[],"bodyGroup":["a"],"bodyMaxLine":-1,"calculate":{"a":"$sum","b":"$median"},"mergeBy":1}`))
	for _, path := range []string{"/headerGroup", "/bodyName", "/bodyMaxLine", "/calculate/a", "/calculate/b", "/mergeBy"} {
		require.ErrorContains(t, err, path+": group_syntax")
	}
	for _, bad := range []string{``, `[]`, `{"headerGroup":"a"}`} {
		_, err := rows.ParseGrouping([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestDerive(t *testing.T) {
	t.Parallel()
	d, err := rows.CompileDerive([]rows.Derivation{
		{"t", "date", "date"},
		{"t", "time", "time"},
		{"ms", "dt", "dateTime"},
		{"n", "whole", "intval"},
		{"n", "r", "round(1)"},
		{"m", "r2", "round"},
		{"s", "cut", "longText(2)"},
		{"tags", "joined", "implode('; ')"},
		{"a.b", "inner", "longText"},
		{"none", "x", "date"},
	}, nil)
	require.NoError(t, err)
	out, err := d.Apply([]byte(`{"t":"2024-03-14 16:05:09","ms":1710403509000,"n":"-1.25","m":1.005,"s":"中文字","tags":["a",1.10],"a":{"b":"in"},"none":""}`))
	require.NoError(t, err)
	require.Equal(t, `{"t":"2024-03-14 16:05:09","ms":1710403509000,"n":"-1.25","m":1.005,"s":"中文字","tags":["a",1.10],"a":{"b":"in"},"none":"",`+
		`"date":"2024-03-14","time":"16:05:09","dt":"2024-03-14 16:05","whole":-1,"r":-1.3,"r2":1.01,"cut":"中文","joined":"a; 1.10","inner":"in"}`, string(out))
	for _, bad := range []string{`{"t":"yesterday"}`, `{"n":"x"}`, `{"s":{}}`, `{"tags":"a"}`, `{"tags":[{}]}`, `{"a":[{"b":1}]}`, `[]`} {
		_, err := d.Apply([]byte(bad))
		require.Error(t, err, bad)
	}
	_, err = rows.CompileDerive([]rows.Derivation{{"a", "b", "amount"}, {"", "", "round(x)"}, {"a", "b", "implode(,)"}, {"a", "b", "9"}, {"a", "b", "date(1)"}}, nil)
	problems, ok := errors.AsType[rows.Problems](err)
	require.True(t, ok)
	require.Len(t, problems, 7)
	require.ErrorContains(t, err, "/0/format: unsupported_member")
}

func FuzzCondition(f *testing.F) {
	f.Add([]byte(`[[{"field":"a.b","logic":"gt","value":"0"}]]`), []byte(`{"a":[{"b":1},{"b":0}]}`))
	f.Add([]byte(`[[{"field":"a","logic":"between","value":"timestamp:1,timestamp:2"}]]`), []byte(`{"a":"2024-01-01"}`))
	f.Fuzz(func(t *testing.T, definition, record []byte) {
		c, err := rows.ParseCondition(definition, nil)
		if err != nil {
			return
		}
		kept, keep, err := c.Apply(record)
		if err == nil && keep && !json.Valid(kept) {
			t.Fatalf("%s is no JSON", kept)
		}
	})
}

func FuzzFlatten(f *testing.F) {
	f.Add([]byte(`{"no":"1","a":[{"b":1,"c":[{"d":2}]}]}`), "a", "a_c")
	f.Fuzz(func(t *testing.T, record []byte, first, second string) {
		flat, err := rows.Flattening{Arrays: []string{first, second}, Key: "no"}.Flatten(record)
		if err != nil {
			return
		}
		for _, r := range flat {
			if !json.Valid(r.Record) {
				t.Fatalf("%s is no JSON", r.Record)
			}
		}
	})
}
