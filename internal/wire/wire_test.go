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
