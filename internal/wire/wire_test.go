package wire

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTolerantScalars(t *testing.T) {
	t.Parallel()
	type row struct {
		T Text
		I Int
		B Bool
	}
	var r row
	for in, want := range map[string]row{
		`{"T":"x","I":12,"B":true}`:           {"x", 12, true},
		`{"T":1.10,"I":"12","B":1}`:           {"1.10", 12, true},
		`{"T":true,"I":12.000,"B":"1"}`:       {"true", 12, true},
		`{"T":null,"I":null,"B":null}`:        {"", 0, false},
		`{"T":"","I":"","B":""}`:              {"", 0, false},
		`{"I":true,"B":"false"}`:              {"", 1, false},
		`{"I":9223372036854775807,"B":false}`: {"", 9223372036854775807, false},
	} {
		r = row{}
		require.NoError(t, Unmarshal([]byte(in), &r), in)
		require.Equal(t, want, r, in)
	}
	for _, bad := range []string{`{"T":{}}`, `{"T":[1]}`, `{"I":"1.5"}`, `{"I":"x"}`, `{"I":1e3}`, `{"B":"yes"}`, `{"B":2}`, `{} {}`, ``, `{"I":9223372036854775808}`} {
		require.Error(t, Unmarshal([]byte(bad), &row{}), bad)
	}
}

func TestMarshalKeepsTextAsItIs(t *testing.T) {
	t.Parallel()
	b, err := Marshal(map[string]any{"a": "<&>", "n": json.Number("1.10")})
	require.NoError(t, err)
	require.Equal(t, `{"a":"<&>","n":1.10}`, string(b))
	require.EqualValues(t, '[', First([]byte("\xef\xbb\xbf \n[1]")))
	require.Zero(t, First(nil))
}

func TestNumbersInsideAnyAreExact(t *testing.T) {
	t.Parallel()
	type inner struct{ Extra map[string]any }
	var s struct{ List []inner }
	require.NoError(t, Unmarshal([]byte(`{"List":[{"Extra":{"n":1.10}}]}`), &s))
	require.Equal(t, json.Number("1.10"), s.List[0].Extra["n"])
	var v any
	require.NoError(t, Unmarshal([]byte(` [12345678901234567890] `), &v))
	require.Equal(t, []any{json.Number("12345678901234567890")}, v)
	require.Error(t, Unmarshal([]byte(`1 2`), &v))
	require.Error(t, Unmarshal([]byte(`{"List":[]} x`), &s))
}

func TestMembersKeepOrderAndText(t *testing.T) {
	t.Parallel()
	text := ` { "b" : 1.10 , "a":"x\\\"}{", "":[{"c":[1,2]} , null],"n":-1e5,"中":{},"t":true,"e\u0041":false}`
	var keys, values []string
	for m, err := range Members([]byte(text)) {
		require.NoError(t, err)
		keys, values = append(keys, string(m.Key)), append(values, string(m.Value))
	}
	require.Equal(t, []string{"b", "a", "", "n", "中", "t", "eA"}, keys)
	require.Equal(t, []string{"1.10", `"x\\\"}{"`, `[{"c":[1,2]} , null]`, "-1e5", "{}", "true", "false"}, values)
	for _, bad := range []string{"", "[]", "1", `{"a":}`, `{"a":1`, `{"a" 1}`} {
		n := 0
		for _, err := range Members([]byte(bad)) {
			require.Error(t, err, bad)
			n++
		}
		require.Equal(t, 1, n, bad)
	}
	for m, err := range Members([]byte(`{}`)) {
		t.Error("an empty object has no members", m, err)
	}
}

// FuzzMembers: what is put together from the members equals the object.
func FuzzMembers(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1}`, `{"a":{"b":[1,"}"]},"c":"\\"}`, `[`, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		for range Elements(object) { // ends and does not panic, whatever it is given
		}
		for range Walk(object) {
		}
		whole := map[string]json.RawMessage{}
		parts := map[string]json.RawMessage{}
		wholeErr := json.Unmarshal(object, &whole)
		var partsErr error
		for m, err := range Members(object) {
			if partsErr = err; err == nil {
				parts[string(m.Key)] = m.Value
			}
		}
		if wholeErr != nil || First(object) != '{' {
			require.Error(t, partsErr)
			return
		}
		require.NoError(t, partsErr)
		require.Len(t, parts, len(whole))
		for k, v := range whole {
			require.JSONEq(t, string(v), string(parts[k]))
		}
	})
}

func TestElements(t *testing.T) {
	t.Parallel()
	var got []string
	for e := range Elements([]byte(` [ 1 ,"a,]", {"b":[2]},[],null ] `)) {
		got = append(got, string(e))
	}
	require.Equal(t, []string{"1", `"a,]"`, `{"b":[2]}`, "[]", "null"}, got)
	for range Elements([]byte(`{}`)) {
		t.Error("an object has no elements")
	}
}

func FuzzScalars(f *testing.F) {
	for _, s := range []string{`1`, `"1"`, `true`, `null`, `"x"`, `{}`, `1e400`, `""`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var text Text
		var n Int
		var v Bool
		if json.Unmarshal(b, &text) == nil && json.Unmarshal(b, &n) == nil {
			_ = json.Unmarshal(b, &v)
		}
		require.LessOrEqual(t, len(Excerpt(b)), 130)
	})
}

func FuzzAppendText(f *testing.F) {
	for _, s := range []string{"", "plain", "上海 & <贸易>", "a\"b\\c\n", "\u2028", "\u2029", "\u2030", "\xe2\x80", "\xff", "\x7f", "\U0001F600", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := Marshal(s)
		require.NoError(t, err)
		got, err := AppendText([]byte("x"), s)
		require.NoError(t, err)
		require.Equal(t, "x"+string(want), string(got))
	})
}
