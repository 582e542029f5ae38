package mapping

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// amount draws an amount as platforms write them, as JSON number or text.
func amount(r *rand.Rand) (literal string, exact *big.Rat) {
	scale := 1 + r.IntN(6) // whole numbers are BIGINT in expressions, and overflow
	digits := fmt.Sprint(r.Int64N(1_000_000_000_000) >> r.IntN(40))
	if r.IntN(20) == 0 {
		digits = fmt.Sprintf("%d%012d", 1+r.IntN(900_000_000), r.Int64N(1_000_000_000_000))
	}
	digits = fmt.Sprintf("%0*s", scale+1, digits)
	digits = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	if r.IntN(4) == 0 {
		digits = "-" + digits
	}
	exact, ok := new(big.Rat).SetString(digits)
	if !ok {
		panic(digits)
	}
	return digits, exact
}

// roundHalfAway is x with scale decimals, by integers alone.
func roundHalfAway(x *big.Rat, scale int) *big.Rat {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	n := new(big.Int).Mul(new(big.Int).Abs(x.Num()), p)
	n.Mul(n, big.NewInt(2)).Add(n, x.Denom())
	n.Quo(n, new(big.Int).Mul(x.Denom(), big.NewInt(2)))
	if x.Sign() < 0 {
		n.Neg(n)
	}
	return new(big.Rat).SetFrac(n, p)
}

// Amounts go through templates and expressions as big.Rat would have them: from the
// bytes of the source to the bytes of the target.
func TestAmountsAreExact(t *testing.T) {
	t.Parallel()
	m, err := Compile(Spec{Fields: []Field{
		{Target: "a", Template: "{a}", Type: TypeFloat}, {Target: "text", Template: "{a}"},
		{Target: "sum", Expr: "{{a}}+{{b}}", Type: TypeFloat}, {Target: "difference", Expr: "{{a}}-{{b}}", Type: TypeFloat},
		{Target: "product", Expr: "{{a}}*{{b}}", Type: TypeFloat}, {Target: "rounded", Expr: "ROUND({{a}}*{{b}},2)", Type: TypeFloat},
		{Target: "total", Expr: "SUM({{l.x}})", Type: TypeFloat},
	}})
	require.NoError(t, err)
	n := 30_000 / slower
	if testing.Short() {
		n = 5_000
	}
	r := rand.New(rand.NewPCG(6, 6))
	var buf []byte
	for range n {
		a, x := amount(r)
		b, y := amount(r)
		first, second := a, `"`+b+`"`
		if r.IntN(2) == 0 {
			first, second = `"`+a+`"`, b
		}
		record := fmt.Sprintf(`{"a":%s,"b":%s,"l":[{"x":%s},{},{"x":%s},{"x":"0.10"}]}`, first, second, first, second)
		buf, err = m.AppendJSON(t.Context(), nil, buf[:0], []byte(record))
		require.NoError(t, err, record)
		out, err := ParseValue(buf)
		require.NoError(t, err)
		product := new(big.Rat).Mul(x, y)
		for target, want := range map[string]*big.Rat{
			"a": x, "sum": new(big.Rat).Add(x, y), "difference": new(big.Rat).Sub(x, y), "product": product,
			"rounded": roundHalfAway(product, 2), "total": new(big.Rat).Add(new(big.Rat).Add(x, y), big.NewRat(1, 10)),
		} {
			got, ok := new(big.Rat).SetString(out.Get(target).Text())
			if !ok || got.Cmp(want) != 0 {
				t.Fatalf("%s of %s is %s, want %s", target, record, out.Get(target).Text(), want.FloatString(12))
			}
		}
		assert.Equal(t, a, out.Get("text").Text(), "the digits of the source")
	}
}

func TestDistributeRemainder(t *testing.T) {
	t.Parallel()
	tests := []struct{ total, lines, scale, want string }{
		{"100.00", "33.33 33.33 33.33", "2", "33.34 33.33 33.33"},
		{"100.00", "10.00 45.01 45.02", "2", "9.99 45.00 45.01"},
		{"100.00", "10.00 45.01 45.01", "2", "10.00 45.00 45.00"},
		{"-100.00", "-33.33 -33.33 -33.33", "2", "-33.34 -33.33 -33.33"},
		{"0.02", "0.005 0.005 0.005", "2", "0.00 0.01 0.01"},
		{"0.03", "0.005 0.005 0.005", "2", "0.01 0.01 0.01"},
		{"1", "0.5 0.5", "0", "0 1"},
		{"10.00", "0.00 9.99", "2", "0.00 10.00"},
		{"10.02", "0.00 9.99", "2", "!"},
		{"0.01", "0 0", "2", "!"},
		{"0", "", "2", ""},
		{"1.005", "1", "2", "!"},
		{"2.00", "1.004 0.994", "2", "1.01 0.99"},
	}
	for _, test := range tests {
		var lines []duijie.Decimal
		for _, s := range strings.Fields(test.lines) {
			lines = append(lines, duijie.MustDecimal(s))
		}
		out, err := DistributeRemainder(duijie.MustDecimal(test.total), lines, len(test.scale)*int(test.scale[0]-'0'))
		if test.want == "!" {
			require.Error(t, err, "%v", test)
			continue
		}
		require.NoError(t, err, "%v", test)
		var got []string
		for _, d := range out {
			got = append(got, d.String())
		}
		assert.Equal(t, strings.Fields(test.want), append([]string{}, got...), "%v", test)
	}
	_, err := DistributeRemainder(duijie.MustDecimal("10.02"), []duijie.Decimal{duijie.MustDecimal("9.99")}, 2)
	require.ErrorIs(t, err, ErrRemainder)
	out, err := DistributeRemainder(duijie.MustDecimal("2.01"), []duijie.Decimal{duijie.MustDecimal("1").Quoted(), duijie.MustDecimal("1")}, 2)
	require.NoError(t, err)
	b, err := out[0].MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, `"1.01"`, string(b), "a text stays a text")
}

// Whatever the lines, they add up, none moves by more than a unit beyond its rounding,
// and none changes its sign.
func TestDistributeRemainderAddsUp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 7))
	unit := duijie.NewDecimal(1, 2)
	for range 5_000 {
		lines := make([]duijie.Decimal, 1+r.IntN(20))
		var sum duijie.Decimal
		for i := range lines {
			lines[i] = duijie.NewDecimal(r.Int64N(2_000_000)-200_000, 4)
			sum = sum.Add(lines[i])
		}
		total := sum.Round(2, duijie.RoundHalfUp)
		out, err := DistributeRemainder(total, lines, 2)
		if err != nil { // more units than lines that are not 0
			require.ErrorIs(t, err, ErrRemainder)
			continue
		}
		var got duijie.Decimal
		for i, d := range out {
			got = got.Add(d)
			require.LessOrEqual(t, d.Sub(lines[i].Round(2, duijie.RoundHalfUp)).Abs().Cmp(unit), 0)
			require.GreaterOrEqual(t, d.Sign()*lines[i].Sign(), 0)
		}
		require.True(t, got.Equal(total), "%v to %v", lines, total)
	}
}
