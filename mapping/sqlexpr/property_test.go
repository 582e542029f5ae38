package sqlexpr_test

import (
	"iter"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// numbers are operands by their position.
type numbers []string

func (o numbers) Hole(i int) (sqlexpr.Operand, error)        { return sqlexpr.NumberOperand(o[i]), nil }
func (o numbers) Rows(int) iter.Seq2[sqlexpr.Operand, error] { return nil }
func (o numbers) Span(int) (sqlexpr.Operand, error)          { return sqlexpr.NullOperand(), nil }

// fixed is coefficient / 10^scale over math/big, the arithmetic the results
// are held to.
type fixed struct {
	c     *big.Int
	scale int
}

func parseFixed(s string) fixed {
	whole, frac, _ := strings.Cut(s, ".")
	c, ok := new(big.Int).SetString(whole+frac, 10)
	if !ok {
		panic(s)
	}
	return fixed{c, len(frac)}
}

// tens are the powers of ten that occur; nobody changes them.
var tens = func() (powers [160]*big.Int) {
	powers[0] = big.NewInt(1)
	for i := 1; i < len(powers); i++ {
		powers[i] = new(big.Int).Mul(powers[i-1], big.NewInt(10))
	}
	return powers
}()

// round rounds half away from zero to so many decimals.
func (f fixed) round(scale int) fixed {
	if scale >= f.scale {
		return fixed{new(big.Int).Mul(f.c, tens[scale-f.scale]), scale}
	}
	q, r := new(big.Int).QuoRem(f.c, tens[f.scale-scale], new(big.Int))
	if r.Abs(r).Lsh(r, 1).Cmp(tens[f.scale-scale]) >= 0 {
		q.Add(q, big.NewInt(int64(f.c.Sign())))
	}
	return fixed{q, scale}
}

func (f fixed) add(g fixed, sign int64) fixed {
	s := max(f.scale, g.scale)
	a, b := f.round(s), g.round(s)
	return fixed{new(big.Int).Add(a.c, b.c.Mul(b.c, big.NewInt(sign))), s}
}

func (f fixed) mul(g fixed) fixed { return fixed{new(big.Int).Mul(f.c, g.c), f.scale + g.scale} }

// quo keeps whole groups of nine decimals, truncated.
func (f fixed) quo(g fixed) fixed {
	group := func(n int) int { return (n + 8) / 9 * 9 }
	a, b := group(f.scale), group(g.scale)
	scale := group(a + b + max(0, 4-(a-f.scale)-(b-g.scale)))
	num := new(big.Int).Mul(f.c, tens[scale+g.scale-f.scale])
	return fixed{num.Quo(num, g.c), scale}
}

func (f fixed) String() string {
	s := new(big.Int).Abs(f.c).Text(10)
	if len(s) <= f.scale {
		s = strings.Repeat("0", f.scale-len(s)+1) + s
	}
	if f.scale > 0 {
		s = s[:len(s)-f.scale] + "." + s[len(s)-f.scale:]
	}
	if f.c.Sign() < 0 {
		s = "-" + s
	}
	return s
}

// amount returns a random number like those of invoices, sometimes long.
func amount(r *rand.Rand) string {
	digits, decimals := 1+r.IntN(7), r.IntN(5)
	if r.IntN(5) == 0 {
		digits, decimals = 1+r.IntN(18), r.IntN(11)
	}
	b := make([]byte, 0, 40)
	if r.IntN(3) == 0 {
		b = append(b, '-')
	}
	for range digits {
		b = append(b, "0055123456789"[r.IntN(13)])
	}
	for i := range decimals {
		if i == 0 {
			b = append(b, '.')
		}
		b = append(b, "0055123456789"[r.IntN(13)])
	}
	return string(b)
}

// TestArithmeticAgainstBig computes a million pairs both ways.
func TestArithmeticAgainstBig(t *testing.T) {
	t.Parallel()
	pairs := 1_000_000
	if testing.Short() || raceDetector {
		pairs = 50_000
	}
	const workers = 4
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { comparePairs(t, uint64(w), pairs/workers) })
	}
	wg.Wait()
}

func comparePairs(t *testing.T, seed uint64, n int) {
	r := rand.New(rand.NewPCG(seed, 20240314))
	compile := func(src string) *sqlexpr.Expr {
		e, err := sqlexpr.Compile(src, sqlexpr.Options{Holes: true})
		if err != nil {
			panic(err)
		}
		return e
	}
	sum, difference, product := compile("{{a}}+{{b}}"), compile("{{a}}-{{b}}"), compile("{{a}}*{{b}}")
	quotient, rounded, chain := compile("{{a}}/{{b}}"), compile("ROUND({{a}},2)"), compile("ROUND({{a}}/{{b}}*{{c}},4)")
	check := func(e *sqlexpr.Expr, want fixed, values ...string) {
		v, err := e.Eval(numbers(values), nil)
		// require costs too much to be called millions of times.
		if err != nil || v.Text() != want.String() {
			t.Errorf("%s of %v: got %s %v, want %s", e, values, v.Text(), err, want)
		}
	}
	for i := range n {
		if t.Failed() {
			return
		}
		a, b := amount(r), amount(r)
		x, y := parseFixed(a), parseFixed(b)
		if x.scale+y.scale > 0 { // else it is BIGINT, which overflows
			if i%2 == 0 {
				check(sum, x.add(y, 1), a, b)
			} else {
				check(difference, x.add(y, -1), a, b)
			}
			check(product, x.mul(y), a, b)
		}
		if x.scale > 0 {
			check(rounded, x.round(2), a)
		}
		if y.c.Sign() != 0 {
			q := x.quo(y)
			check(quotient, q.round(x.scale+4), a, b)
			if i%4 != 0 {
				continue
			}
			c := "3.7"
			check(chain, q.mul(parseFixed(c)).round(4), a, b, c)
		}
	}
}

func TestFixedIsSchoolArithmetic(t *testing.T) {
	t.Parallel()
	require.Equal(t, "-0.05", parseFixed("-0.045").round(2).String())
	require.Equal(t, "3.333333333", parseFixed("10").quo(parseFixed("3")).String())
	require.Equal(t, "-1.20", parseFixed("-1.5").add(parseFixed("0.30"), 1).String())
}
