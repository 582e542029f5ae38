package same_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/same"
)

func TestScalar(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`1.10`, `1.1`, true},
		{`1E2`, `100`, true},
		{`"1.10"`, `"1.1"`, false},
		{`"1.10"`, `1.1`, true},
		{`"007"`, `7`, false},
		{`"007"`, `"7"`, false},
		{`"1E2"`, `100`, false},
		{`" 1"`, `1`, false},
		{`"+1"`, `1`, false},
		{`-0`, `0`, true},
		{`"a"`, `"a"`, true},
		{`"\u0061"`, `"a"`, true},
		{`"a"`, `"A"`, false},
		{`true`, `1`, true},
		{`true`, `"1"`, true},
		{`true`, `"true"`, true},
		{`false`, `0`, true},
		{`false`, `""`, false},
		{`true`, `2`, false},
		{`"true"`, `"1"`, false},
		{`null`, `null`, true},
		{`null`, `""`, false},
		{`12345678901234567890`, `"12345678901234567890"`, true},
		{`12345678901234567890`, `12345678901234567891`, false},
		{`[]`, `[]`, false},
		{`{}`, `{}`, false},
		{``, ``, false},
		{`1x`, `1x`, false},
	} {
		require.Equal(t, c.want, same.Scalar(json.RawMessage(c.a), json.RawMessage(c.b)), "%s and %s", c.a, c.b)
		require.Equal(t, c.want, same.Scalar(json.RawMessage(c.b), json.RawMessage(c.a)), "%s and %s", c.b, c.a)
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	require.True(t, same.Number("1.10", "1.1"))
	require.True(t, same.Number("-1.10", "-1.1"))
	require.True(t, same.Number("abc", "abc"))
	for _, pair := range [][2]string{{"007", "7"}, {"1E2", "100"}, {"1.", "1"}, {".5", "0.5"}, {"", "0"}, {"1", "-1"}, {"--1", "-1"}, {"1.2.3", "1.2"}} {
		require.False(t, same.Number(pair[0], pair[1]), "%q", pair)
	}
}
