package sqlexpr

import (
	"math"
	"math/big"
)

// powPrecision is the number of bits POW computes with. The C library's pow is
// off by less than a unit in the last place, and prints so; math.Pow is not.
const powPrecision = 256

// pow returns x^y, correctly rounded.
func pow(x, y float64) float64 {
	f := math.Pow(x, y)
	if f == 0 || math.IsInf(f, 0) || math.IsNaN(f) || x == 1 || y == 0 {
		return f
	}
	exact := bigPow(math.Abs(x), y)
	r, _ := exact.Float64()
	return math.Copysign(r, f)
}

func newFloat(f float64) *big.Float { return new(big.Float).SetPrec(powPrecision).SetFloat64(f) }

func bigPow(x, y float64) *big.Float {
	if n := math.Abs(y); n == math.Trunc(n) && n < 1<<20 {
		r, p := newFloat(1), newFloat(x)
		for e := int(n); e > 0; e >>= 1 {
			if e&1 != 0 {
				r.Mul(r, p)
			}
			p.Mul(p, p)
		}
		if y < 0 {
			r.Quo(newFloat(1), r)
		}
		return r
	}
	ln := bigLog(newFloat(x))
	return bigExp(ln.Mul(ln, newFloat(y)))
}

// bigLog returns the natural logarithm of x > 0.
func bigLog(x *big.Float) *big.Float {
	m := newFloat(0)
	exp := x.MantExp(m)
	r := bigAtanhRatio(m)
	return r.Add(r, new(big.Float).Mul(newFloat(float64(exp)), bigLn2))
}

var bigLn2 = func() *big.Float {
	r := bigAtanhRatio(newFloat(0.5))
	return r.Neg(r)
}()

// bigAtanhRatio returns ln m for m from ½ to 1, as 2 artanh((m-1)/(m+1)).
func bigAtanhRatio(m *big.Float) *big.Float {
	one := newFloat(1)
	z := newFloat(0).Sub(m, one)
	z.Quo(z, newFloat(0).Add(m, one))
	square := newFloat(0).Mul(z, z)
	sum, term := newFloat(0), newFloat(0).Set(z)
	for k := 1; term.Sign() != 0 && term.MantExp(nil) > -powPrecision; k += 2 {
		sum.Add(sum, newFloat(0).Quo(term, newFloat(float64(k))))
		term.Mul(term, square)
	}
	return sum.Mul(sum, newFloat(2))
}

// bigExp returns e^x: the whole multiples of ln 2 apart, x is halved until the
// series is short.
func bigExp(x *big.Float) *big.Float {
	const halvings = 16
	q, _ := newFloat(0).Quo(x, bigLn2).Float64()
	n := math.Round(q)
	r := newFloat(0).Sub(x, newFloat(0).Mul(newFloat(n), bigLn2))
	r.SetMantExp(r, -halvings)
	sum, term := newFloat(1), newFloat(1)
	for k := 1; term.Sign() != 0 && term.MantExp(nil) > -powPrecision; k++ {
		term.Mul(term, r)
		term.Quo(term, newFloat(float64(k)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum.SetMantExp(sum, int(n))
}
