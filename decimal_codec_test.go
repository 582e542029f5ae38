package duijie_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestDecimalJSONLossless(t *testing.T) {
	t.Parallel()
	const payload = `{"price":"3.0000","qty":3.0000,"exp":1E+2,"small":1.5e-7,"id":12345678901234567890,` +
		`"blank":" 7.50 ","none":null,"empty":"","space":" ","zero":0.00,"minus":-0.0,"plus":"+1","lead":"007"}`
	var m map[string]duijie.Decimal
	require.NoError(t, json.Unmarshal([]byte(payload), &m))
	require.False(t, m["none"].IsSet())
	require.False(t, m["empty"].IsSet())
	require.False(t, m["space"].IsSet())
	require.True(t, m["blank"].Equal(dec("7.5")))
	require.Equal(t, "7.50", m["blank"].String())

	type row struct {
		Price, Qty, Exp, Small, ID, Blank, None, Empty, Space, Zero, Minus, Plus, Lead duijie.Decimal
	}
	var r row
	require.NoError(t, json.Unmarshal([]byte(payload), &r))
	out, err := json.Marshal(r)
	require.NoError(t, err)
	require.Equal(t, strings.ToLower(payload), strings.ToLower(string(out)))
}

func TestDecimalQuoted(t *testing.T) {
	t.Parallel()
	tests := []struct {
		d    duijie.Decimal
		want string
	}{
		{dec("1.10"), `1.10`},
		{dec("1.10").Quoted(), `"1.10"`},
		{dec("1.10").Quoted().Unquoted(), `1.10`},
		{dec("+1").Quoted(), `"+1"`},
		{dec("+1"), `1`},
		{dec("007"), `7`},
		{dec(".50"), `0.50`},
		{dec("5."), `5`},
		{dec("+1e2"), `100`},
		{dec("1E+2"), `1E+2`},
		{dec("-0.00"), `-0.00`},
		{dec("1").Quoted().Add(dec("2")), `"3"`},
		{dec("1").Mul(dec("2").Quoted()), `"2"`},
		{dec("1.5").Quoted().Round(0, duijie.RoundHalfUp), `"2"`},
		{duijie.Decimal{}, `null`},
		{duijie.Decimal{}.Quoted(), `""`},
		{duijie.Decimal{}.Quoted().Unquoted(), `null`},
	}
	for _, tt := range tests {
		out, err := json.Marshal(tt.d)
		require.NoError(t, err)
		require.Equal(t, tt.want, string(out))
	}
}

func TestDecimalUnmarshalRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`true`:                    "boolean: true",
		`{"a":1}`:                 `object: {"a":1}`,
		`[1]`:                     "array: [1]",
		`"NaN"`:                   `"NaN"`,
		`"Infinity"`:              `"Infinity"`,
		`"0x1F"`:                  `"0x1F"`,
		`"1,000.00"`:              `"1,000.00"`,
		`"  1"`:                   `" 1"`,
		`"1\n"`:                   `"1\n"`,
		`"` + long(60, "甲") + `"`: long(40, "甲") + "…",
		`1E400`:                   "exponent",
	}
	for in, want := range tests {
		d := dec("5")
		err := json.Unmarshal([]byte(in), &d)
		require.ErrorContains(t, err, want, in)
		require.ErrorContains(t, err, "duijie: ")
		require.Equal(t, "5", d.String(), "an error leaves the value alone")
	}
	for _, in := range []string{``, `NaN`, `+1`, `01`, `.5`, `"1`, `"`, `nul`} {
		var d duijie.Decimal
		require.Error(t, d.UnmarshalJSON([]byte(in)), in)
	}
	var d duijie.Decimal
	require.NoError(t, json.Unmarshal([]byte(`"\u0031.50"`), &d))
	require.Equal(t, "1.50", d.String())
}

func long(n int, s string) string { return strings.Repeat(s, n) }

func TestDecimalText(t *testing.T) {
	t.Parallel()
	var d duijie.Decimal
	require.NoError(t, d.UnmarshalText([]byte(" 1E+2 ")))
	out, err := d.MarshalText()
	require.NoError(t, err)
	require.Equal(t, "1E+2", string(out))
	require.NoError(t, d.UnmarshalText(nil))
	require.False(t, d.IsSet())
	out, err = d.AppendText([]byte("x"))
	require.NoError(t, err)
	require.Equal(t, "x", string(out))
	require.Error(t, d.UnmarshalText([]byte("x")))
	out, err = json.Marshal(map[string]duijie.Decimal{"a": dec("1.0")})
	require.NoError(t, err)
	require.Equal(t, `{"a":1.0}`, string(out))
}

func TestDecimalSQL(t *testing.T) {
	t.Parallel()
	tests := []struct {
		src  any
		want any
	}{
		{nil, nil}, {"1.10", "1.10"}, {[]byte("1.10"), "1.10"}, {int64(-7), "-7"}, {"", nil}, {"1E+2", "1E+2"},
	}
	for _, tt := range tests {
		d := dec("5")
		require.NoError(t, d.Scan(tt.src))
		v, err := d.Value()
		require.NoError(t, err)
		require.Equal(t, tt.want, v)
	}
	var d duijie.Decimal
	require.ErrorContains(t, d.Scan(1.1), "float64")
	require.Error(t, d.Scan(true))
}

func FuzzDecimal(f *testing.F) {
	for _, s := range []string{
		"0", "1.10", "-0.00", "1E+2", "1.5e-64", "+5", ".5", "5.", "007", "34,579.99", "", " ", "NaN", "0x1F", "1e65",
		"9223372036854775807", "-9223372036854775808", "99999999999999999999", strings.Repeat("9", 64), "null", "true",
		`"3.0000"`, `" 1 "`, `{"a":1}`, `"\u0031"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if g, err := duijie.ParseDecimalGrouped(s); err == nil {
			require.Equal(t, strings.ReplaceAll(s, ",", ""), g.String())
		}
		d, err := duijie.ParseDecimal(s)
		if err == nil {
			checkDecimal(t, s, d)
		}
		var j duijie.Decimal
		if j.UnmarshalJSON([]byte(s)) != nil || !json.Valid([]byte(s)) || s != strings.TrimSpace(s) {
			return
		}
		out, err := json.Marshal(j)
		require.NoError(t, err)
		if !strings.Contains(s, `\`) {
			require.Equal(t, s, string(out))
		}
	})
}

func checkDecimal(t *testing.T, s string, d duijie.Decimal) {
	t.Helper()
	require.Equal(t, s, d.String())
	require.True(t, d.IsSet())
	again := dec(d.String())
	require.Equal(t, d, again)
	if c, err := duijie.ParseDecimal(d.Canonical()); err == nil {
		require.True(t, c.Equal(d))
		require.Equal(t, d.Canonical(), c.Canonical())
	} else {
		require.ErrorIs(t, err, duijie.ErrDecimalRange)
	}
	for _, x := range []duijie.Decimal{d.Quoted(), d.Unquoted()} {
		out, err := json.Marshal(x)
		require.NoError(t, err)
		var back duijie.Decimal
		err = json.Unmarshal(out, &back)
		if len(out) > 64 && errors.Is(err, duijie.ErrDecimalRange) {
			continue // a literal like +1E64, written plainly
		}
		require.NoError(t, err)
		require.True(t, back.Equal(d))
	}
	require.True(t, d.Sub(d).IsZero())
	require.True(t, d.Add(d).Sub(d).Equal(d))
	require.NoError(t, d.Mul(d).Err())
	require.True(t, d.Round(d.Scale(), duijie.RoundHalfUp).Equal(d))
	require.Zero(t, d.Cmp(d.Neg().Neg()))
}
