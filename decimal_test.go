package duijie_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func dec(s string) duijie.Decimal { return duijie.MustDecimal(s) }

func TestDecimalKeepsLiteral(t *testing.T) {
	t.Parallel()
	tests := []struct {
		literal, canonical string
		scale              int
	}{
		{"0", "0", 0},
		{"1.10", "1.1", 2},
		{"-1.10", "-1.1", 2},
		{"0.05", "0.05", 2},
		{"0.00", "0", 2},
		{"-0", "0", 0},
		{"-0.00", "0", 2},
		{"100", "100", 0},
		{"+5", "5", 0},
		{"007.50", "7.5", 2},
		{".5", "0.5", 1},
		{"-.5", "-0.5", 1},
		{"5.", "5", 0},
		{"1E+2", "100", 0},
		{"1.5e-3", "0.0015", 4},
		{"0E+64", "0", 0},
		{"1E064", "1" + strings.Repeat("0", 64), 0},
		{"9223372036854775807", "9223372036854775807", 0},
		{"-9223372036854775808", "-9223372036854775808", 0},
		{"1234567890123456789012345678.90", "1234567890123456789012345678.9", 2},
		{"0." + strings.Repeat("0", 61) + "1", "0." + strings.Repeat("0", 61) + "1", 62},
	}
	for _, tt := range tests {
		t.Run(tt.literal, func(t *testing.T) {
			t.Parallel()
			d, err := duijie.ParseDecimal(tt.literal)
			require.NoError(t, err)
			require.Equal(t, tt.literal, d.String())
			require.Equal(t, tt.canonical, d.Canonical())
			require.Equal(t, tt.scale, d.Scale())
			require.True(t, d.IsSet())
			require.NoError(t, d.Err())
			want, ok := new(big.Rat).SetString(strings.TrimSuffix(tt.literal, "."))
			require.True(t, ok)
			require.Zero(t, want.Cmp(d.Rat()))
			require.Equal(t, want.Sign(), d.Sign())
			require.Equal(t, want.Sign() == 0, d.IsZero())
		})
	}
}

func TestParseDecimalRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", " ", " 1", "1 ", "-", "+", ".", "-.", "e5", "1e", "1e+", "1.2.3", "--1", "1,000", "0x1F", "1_000",
		"NaN", "Infinity", "inf", "¥1", "１２", "1\n", "1e5.0", "true",
	} {
		_, err := duijie.ParseDecimal(s)
		require.ErrorContains(t, err, "duijie: ", "%q", s)
		require.NotErrorIs(t, err, duijie.ErrDecimalRange, "%q", s)
	}
	for _, s := range []string{
		strings.Repeat("1", 65), "1E65", "1E-65", "1E99999999999999999999999", strings.Repeat("x", 1000),
	} {
		_, err := duijie.ParseDecimal(s)
		require.ErrorIs(t, err, duijie.ErrDecimalRange, s)
		require.Less(t, len(err.Error()), 160)
	}
	require.Panics(t, func() { dec("1,0") })
}

func TestParseDecimalGrouped(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"34,579.99": "34579.99", "-1,234,567": "-1234567", "579.99": "579.99", "1234.5": "1234.5", "+1,000.00": "+1000.00",
	} {
		d, err := duijie.ParseDecimalGrouped(in)
		require.NoError(t, err, in)
		require.Equal(t, want, d.String())
	}
	for _, s := range []string{
		"34,57", "1234,567", "0,123", "1,,234", ",123", "1,234,", "1,23a", "1.234,5", "1,234.5,678", "1,234e2",
		"1,234E2", "--1,234", "1, 234", "", "1,234.x", strings.Repeat("1,", 40),
	} {
		_, err := duijie.ParseDecimalGrouped(s)
		require.Error(t, err, s)
	}
}

func TestDecimalUnset(t *testing.T) {
	t.Parallel()
	var d duijie.Decimal
	require.False(t, d.IsSet())
	require.True(t, d.IsZero())
	require.Equal(t, "0", d.String())
	require.Equal(t, "0", d.Canonical())
	require.True(t, d.Equal(dec("0.00")))
	require.Equal(t, "5", d.Or(dec("5")).String())
	require.Equal(t, "0", dec("0").Or(dec("5")).String())
	for _, same := range []duijie.Decimal{d.Neg(), d.Abs(), d.Round(2, duijie.RoundHalfUp), d.Unquoted()} {
		require.False(t, same.IsSet())
	}
	require.True(t, d.Add(d).IsSet())
	require.Equal(t, "1.5", d.Add(dec("1.5")).String())
	require.Equal(t, "-1.5", d.Sub(dec("1.5")).String())
	require.Equal(t, "0.0", d.Mul(dec("1.5")).String())
	_, err := dec("1").Quo(d, 2, duijie.RoundHalfUp)
	require.ErrorIs(t, err, duijie.ErrDivideByZero)
}

func TestDecimalArithmetic(t *testing.T) {
	t.Parallel()
	require.Equal(t, "2.20", dec("1.10").Add(dec("1.1")).String())
	require.Equal(t, "0.00", dec("1.10").Sub(dec("1.1")).String())
	require.Equal(t, "1.210", dec("1.10").Mul(dec("1.1")).String())
	require.Equal(t, "7.00", dec("0.07").Mul(dec("100")).String())
	require.Equal(t, "29.00", dec("0.29").Mul(dec("1E+2").Add(duijie.Decimal{})).String())
	require.Equal(t, "-9223372036854775808", duijie.DecimalFromInt(math.MinInt64).String())
	require.Equal(t, "9223372036854775808", duijie.DecimalFromInt(math.MinInt64).Neg().String())
	require.Equal(t, "9223372036854775808", duijie.DecimalFromInt(math.MaxInt64).Add(dec("1")).String())
	require.Equal(t, "-9223372036854775808", duijie.DecimalFromInt(-math.MaxInt64).Sub(dec("1")).String())
	require.Equal(t, "9223372036854775807", dec("9223372036854775808").Sub(dec("1")).String())
	require.Equal(t, "1.10", duijie.NewDecimal(110, 2).String())
	require.Equal(t, "11000", duijie.NewDecimal(110, -2).String())
	require.Equal(t, "0", duijie.NewDecimal(0, -2).String())
	require.Equal(t, "0.00", dec("-0.00").Abs().String())
	require.Equal(t, "1.50", dec("-1.50").Abs().String())
	require.Equal(t, "0.0", dec("0.0").Neg().String())
	require.Equal(t, -1, dec("1").Cmp(dec("1E+64")))
	require.Equal(t, 1, dec("-1").Cmp(dec("-1E+64")))
	require.Equal(t, 1, dec("1E-64").Cmp(dec("-1E+64")))
	require.False(t, dec("12345678901234567890").Equal(dec("12345678901234567891")))
}

func TestDecimalConversions(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int64{
		"12": 12, "12.00": 12, "1.2E1": 12, "-9223372036854775808": math.MinInt64, "0": 0, "-0.0": 0,
	} {
		n, exact := dec(s).Int64()
		require.True(t, exact, s)
		require.Equal(t, want, n)
	}
	for _, s := range []string{"0.5", "9223372036854775808", "1E64", "1E-64"} {
		n, exact := dec(s).Int64()
		require.False(t, exact, s)
		require.Zero(t, n)
	}
	require.InDelta(t, 0.1, dec("0.10").Float64(), 0)
	require.InDelta(t, 1e64, dec("1E64").Float64(), 0)
}

func TestDecimalRound(t *testing.T) {
	t.Parallel()
	modes := []duijie.RoundingMode{
		duijie.RoundHalfUp, duijie.RoundHalfEven, duijie.RoundDown, duijie.RoundUp, duijie.RoundFloor, duijie.RoundCeil,
	}
	tests := []struct {
		in    string
		scale int
		want  [6]string
	}{
		{"2.5", 0, [6]string{"3", "2", "2", "3", "2", "3"}},
		{"-2.5", 0, [6]string{"-3", "-2", "-2", "-3", "-3", "-2"}},
		{"3.5", 0, [6]string{"4", "4", "3", "4", "3", "4"}},
		{"2.1", 0, [6]string{"2", "2", "2", "3", "2", "3"}},
		{"-2.9", 0, [6]string{"-3", "-3", "-2", "-3", "-3", "-2"}},
		{"1.005", 2, [6]string{"1.01", "1.00", "1.00", "1.01", "1.00", "1.01"}},
		{"1.5", 2, [6]string{"1.50", "1.50", "1.50", "1.50", "1.50", "1.50"}},
		{"-0.004", 2, [6]string{"0.00", "0.00", "0.00", "-0.01", "-0.01", "0.00"}},
		{"1250", -2, [6]string{"1300", "1200", "1200", "1300", "1200", "1300"}},
		{"49", -2, [6]string{"0", "0", "0", "100", "0", "100"}},
		{"12345678901234567890.125", 2, [6]string{
			"12345678901234567890.13", "12345678901234567890.12", "12345678901234567890.12",
			"12345678901234567890.13", "12345678901234567890.12", "12345678901234567890.13",
		}},
		{"1E-64", 0, [6]string{"0", "0", "0", "1", "0", "1"}},
	}
	for _, tt := range tests {
		for i, mode := range modes {
			require.Equal(t, tt.want[i], dec(tt.in).Round(tt.scale, mode).String(), "%s at %d, mode %d", tt.in, tt.scale, mode)
		}
	}
	require.Error(t, dec("1").Round(0, 99).Err())
	require.ErrorIs(t, dec("1").Round(1001, duijie.RoundUp).Err(), duijie.ErrDecimalRange)
	require.ErrorIs(t, dec("1").Round(-1001, duijie.RoundUp).Err(), duijie.ErrDecimalRange)
}

func TestDecimalQuo(t *testing.T) {
	t.Parallel()
	q, err := dec("10").Quo(dec("3"), 4, duijie.RoundHalfUp)
	require.NoError(t, err)
	require.Equal(t, "3.3333", q.String())
	q, err = dec("-2").Quo(dec("3"), 0, duijie.RoundFloor)
	require.NoError(t, err)
	require.Equal(t, "-1", q.String())
	q, err = dec("12345678901234567890").Quo(dec("1E-5"), 0, duijie.RoundDown)
	require.NoError(t, err)
	require.Equal(t, "1234567890123456789000000", q.String())
	_, err = dec("1").Quo(dec("0.00"), 2, duijie.RoundHalfUp)
	require.ErrorIs(t, err, duijie.ErrDivideByZero)
	_, err = dec("1").Quo(dec("3"), 1001, duijie.RoundHalfUp)
	require.ErrorIs(t, err, duijie.ErrDecimalRange)
	_, err = dec("1").Quo(dec("3"), 2, 99)
	require.ErrorContains(t, err, "rounding mode")
}

// TestDecimalInvalid checks that a result beyond the bounds cannot be taken
// for a number anywhere.
func TestDecimalInvalid(t *testing.T) {
	t.Parallel()
	long := dec(strings.Repeat("9", 64))
	bad := long
	for range 15 {
		bad = bad.Mul(long)
	}
	require.ErrorIs(t, bad.Err(), duijie.ErrDecimalRange)
	for _, d := range []duijie.Decimal{
		bad, bad.Add(dec("1")), dec("1").Sub(bad), bad.Mul(dec("0")), bad.Neg(), bad.Abs(), bad.Quoted(), bad.Unquoted(),
		bad.Round(2, duijie.RoundHalfUp), bad.Or(dec("1")), duijie.NewDecimal(1, 5000), duijie.NewDecimal(1, -5000),
		duijie.NewDecimal(10, -999),
	} {
		require.ErrorIs(t, d.Err(), duijie.ErrDecimalRange)
		require.Equal(t, "invalid", d.String())
		require.Equal(t, "invalid", d.Canonical())
		require.True(t, d.IsSet())
		require.False(t, d.IsZero())
		require.False(t, d.Equal(d))
		require.Equal(t, -1, d.Cmp(dec("-1E64")))
		require.Equal(t, 1, dec("-1E64").Cmp(d))
		require.Equal(t, 0, d.Cmp(bad))
		require.True(t, math.IsNaN(d.Float64()))
		require.Nil(t, d.Rat())
		_, exact := d.Int64()
		require.False(t, exact)
		_, err := json.Marshal(d)
		require.ErrorIs(t, err, duijie.ErrDecimalRange)
		_, err = d.MarshalText()
		require.ErrorIs(t, err, duijie.ErrDecimalRange)
		_, err = d.Value()
		require.ErrorIs(t, err, duijie.ErrDecimalRange)
		_, err = d.Quo(dec("2"), 2, duijie.RoundHalfUp)
		require.ErrorIs(t, err, duijie.ErrDecimalRange)
		_, err = duijie.Allocate(dec("1"), []duijie.Decimal{dec("1"), d}, 2)
		require.ErrorIs(t, err, duijie.ErrDecimalRange)
		_, err = duijie.Allocate(d, []duijie.Decimal{dec("1")}, 2)
		require.ErrorIs(t, err, duijie.ErrDecimalRange)
	}
	most := duijie.NewDecimal(1, -999)
	require.NoError(t, most.Err())
	require.Len(t, most.String(), 1000)
	require.NoError(t, most.Sub(dec("1")).Err())
	require.ErrorIs(t, most.Add(dec("0.1")).Err(), duijie.ErrDecimalRange)
}

func TestAllocate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		total, weights string
		scale          int
		want           string
	}{
		{"100.00", "1 1 1", 2, "[33.34 33.33 33.33]"},
		{"-100", "1 1 1", 2, "[-33.34 -33.33 -33.33]"},
		{"10", "1 2 0", 0, "[3 7 0]"},
		{"0.05", "1 1 1 1 1 1 1 1 1 1", 2, "[0.05 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00]"},
		{"10.0000", "0.5 0.5", 2, "[5.00 5.00]"},
		{"1200", "1 2", -2, "[400 800]"},
		{"0", "1 2", 2, "[0.00 0.00]"},
	}
	for _, tt := range tests {
		var weights []duijie.Decimal
		for w := range strings.FieldsSeq(tt.weights) {
			weights = append(weights, dec(w))
		}
		parts, err := duijie.Allocate(dec(tt.total), weights, tt.scale)
		require.NoError(t, err)
		require.Equal(t, tt.want, fmt.Sprint(parts))
	}
	for _, weights := range [][]duijie.Decimal{nil, {dec("0"), {}}, {dec("-1"), dec("2")}} {
		_, err := duijie.Allocate(dec("1"), weights, 2)
		require.ErrorContains(t, err, "duijie: ")
	}
	_, err := duijie.Allocate(dec("0.005"), []duijie.Decimal{dec("1")}, 2)
	require.ErrorContains(t, err, "more than 2 decimals")
	_, err = duijie.Allocate(dec("1"), []duijie.Decimal{dec("1")}, 5000)
	require.ErrorIs(t, err, duijie.ErrDecimalRange)
	parts, err := duijie.Allocate(dec("1").Quoted(), []duijie.Decimal{dec("1"), dec("1").Quoted()}, 2)
	require.NoError(t, err)
	out, err := json.Marshal(parts)
	require.NoError(t, err)
	require.JSONEq(t, `["0.50","0.50"]`, string(out))
}

// randomLiteral makes literals around the edges of int64 and of the bounds.
func randomLiteral(r *rand.Rand) string {
	var b strings.Builder
	if r.Intn(2) == 0 {
		b.WriteByte('-')
	}
	digits := 1 + r.Intn(22)
	if r.Intn(10) == 0 {
		digits = 1 + r.Intn(60)
	}
	point := r.Intn(digits + 4)
	for i := range digits {
		if i == point && i > 0 {
			b.WriteByte('.')
		}
		b.WriteByte(byte('0' + r.Intn(10)*r.Intn(2)%10))
	}
	if r.Intn(4) == 0 && b.Len() < 60 {
		fmt.Fprintf(&b, "e%d", r.Intn(129)-64)
	}
	return b.String()
}

// TestDecimalAgainstRat checks every exact operation, and rounding by its
// definition, against big.Rat.
func TestDecimalAgainstRat(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewSource(1))
	for range 5_000 {
		a, b := dec(randomLiteral(r)), dec(randomLiteral(r))
		ra, rb := a.Rat(), b.Rat()
		lit, _ := new(big.Rat).SetString(a.String())
		require.Zero(t, lit.Cmp(ra), "%s", a)
		require.Zero(t, new(big.Rat).Add(ra, rb).Cmp(a.Add(b).Rat()), "%s + %s", a, b)
		require.Zero(t, new(big.Rat).Sub(ra, rb).Cmp(a.Sub(b).Rat()), "%s - %s", a, b)
		require.Zero(t, new(big.Rat).Mul(ra, rb).Cmp(a.Mul(b).Rat()), "%s * %s", a, b)
		require.Equal(t, ra.Cmp(rb), a.Cmp(b), "%s ? %s", a, b)
		require.Equal(t, ra.Cmp(rb) == 0, a.Canonical() == b.Canonical())
		canonical, _ := new(big.Rat).SetString(a.Canonical())
		require.Zero(t, canonical.Cmp(ra), "%s", a)
		scale := r.Intn(40) - 10
		for mode := range duijie.RoundCeil + 1 {
			checkRounded(t, ra, a.Round(scale, mode), scale, mode)
			if !b.IsZero() {
				q, err := a.Quo(b, scale, mode)
				require.NoError(t, err)
				checkRounded(t, new(big.Rat).Quo(ra, rb), q, scale, mode)
			}
		}
	}
}

func checkRounded(t *testing.T, exact *big.Rat, got duijie.Decimal, scale int, mode duijie.RoundingMode) {
	t.Helper()
	require.Equal(t, max(0, scale), got.Scale())
	unit := duijie.NewDecimal(1, scale).Rat()
	steps := new(big.Rat).Quo(got.Rat(), unit)
	require.True(t, steps.IsInt())
	diff := new(big.Rat).Sub(got.Rat(), exact)
	size := new(big.Rat).Abs(diff)
	require.Negative(t, size.Cmp(unit))
	half := size.Add(size, size).Cmp(unit)
	away := diff.Sign() * exact.Sign()
	ok := true
	switch mode {
	case duijie.RoundHalfUp:
		ok = half < 0 || half == 0 && away > 0
	case duijie.RoundHalfEven:
		ok = half < 0 || half == 0 && steps.Num().Bit(0) == 0
	case duijie.RoundDown:
		ok = away <= 0
	case duijie.RoundUp:
		ok = away >= 0
	case duijie.RoundFloor:
		ok = diff.Sign() <= 0
	case duijie.RoundCeil:
		ok = diff.Sign() >= 0
	}
	require.True(t, ok, "%s rounds to %s at %d, mode %d", exact.RatString(), got, scale, mode)
}

func TestAllocateAddsUp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewSource(2))
	for range 2000 {
		scale := r.Intn(5)
		total := duijie.NewDecimal(r.Int63n(2_000_000)-1_000_000, scale)
		weights := make([]duijie.Decimal, 1+r.Intn(8))
		for i := range weights {
			weights[i] = duijie.NewDecimal(1+r.Int63n(10_000), r.Intn(5))
		}
		parts, err := duijie.Allocate(total, weights, scale)
		require.NoError(t, err)
		var sum duijie.Decimal
		for _, p := range parts {
			require.Equal(t, scale, p.Scale())
			require.NotEqual(t, -1, p.Sign()*total.Sign())
			sum = sum.Add(p)
		}
		require.True(t, sum.Equal(total))
	}
}

func BenchmarkDecimalParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = duijie.ParseDecimal("34579.99")
	}
}

func BenchmarkDecimalParseLong(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = duijie.ParseDecimal("1234567890123456789012345678.90")
	}
}

func BenchmarkDecimalAdd(b *testing.B) {
	x, y := dec("34579.99"), dec("0.125")
	b.ReportAllocs()
	for b.Loop() {
		_ = x.Add(y)
	}
}

func BenchmarkDecimalCmp(b *testing.B) {
	x, y := dec("34579.99"), dec("34579.990")
	b.ReportAllocs()
	for b.Loop() {
		_ = x.Cmp(y)
	}
}

func BenchmarkDecimalRound(b *testing.B) {
	x := dec("34579.995")
	b.ReportAllocs()
	for b.Loop() {
		_ = x.Round(2, duijie.RoundHalfUp)
	}
}

func BenchmarkDecimalMarshalJSON(b *testing.B) {
	x := dec("34579.99").Quoted()
	b.ReportAllocs()
	for b.Loop() {
		_, _ = x.MarshalJSON()
	}
}

func BenchmarkDecimalUnmarshalJSON(b *testing.B) {
	in := []byte(`"34579.99"`)
	var d duijie.Decimal
	b.ReportAllocs()
	for b.Loop() {
		_ = d.UnmarshalJSON(in)
	}
}
