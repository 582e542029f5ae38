package oracle

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

const pairs = 100_000

// known are the pairs binary floating point gets wrong, and the edges of
// int64.
var known = [][2]string{
	{"0.07", "100"}, {"0.29", "100"}, {"1.15", "100"}, {"4.35", "100"}, {"1.15", "0.1"}, {"4.35", "0.01"},
	{"1.005", "1"}, {"2.5", "-2.5"}, {"0.00", "-0.00"}, {"1E+2", "100.00"}, {"0.1", "0.2"},
	{"9223372036854775807", "1"}, {"-9223372036854775808", "-1"}, {"9223372036854775807", "9223372036854775807"},
	{"1234567890123456789", "-9876543210987654321"}, {"9999999999999999999", "0.0000000000000000001"},
}

// literal returns a random number, mostly like money and sometimes of 19
// digits or more.
func literal(r *rand.Rand) string {
	digits := 1 + r.Intn(10)
	switch r.Intn(4) {
	case 0:
		digits = 18 + r.Intn(3)
	case 1:
		digits = 1 + r.Intn(45)
	}
	var b strings.Builder
	if r.Intn(3) == 0 {
		b.WriteByte('-')
	}
	whole := r.Intn(digits + 1)
	if whole == 0 {
		b.WriteByte('0')
	}
	for i := range digits {
		if i == whole {
			b.WriteByte('.')
		}
		// Many zeros and fives, so that ties and trailing zeros are common.
		b.WriteByte("00555123456789"[r.Intn(14)])
	}
	if r.Intn(20) == 0 {
		fmt.Fprintf(&b, "E%d", r.Intn(41)-20)
	}
	return b.String()
}

func TestDecimalAgainstShopspring(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewSource(20240229))
	for i := range pairs {
		a, b := literal(r), literal(r)
		if i < len(known) {
			a, b = known[i][0], known[i][1]
		}
		compare(t, a, b, r.Int31n(25)-4)
	}
}

func compare(t *testing.T, a, b string, places int32) {
	t.Helper()
	scale := int(places)
	x, y := duijie.MustDecimal(a), duijie.MustDecimal(b)
	ox, oy := decimal.RequireFromString(a), decimal.RequireFromString(b)
	same := func(op string, want decimal.Decimal, got duijie.Decimal) {
		t.Helper()
		// The texts are equal or the numbers are not; require costs too much
		// to be called millions of times.
		if g, err := decimal.NewFromString(got.Canonical()); err != nil || !g.Equal(want) {
			require.Failf(t, "differs", "%s %s %s at %d: want %s, got %s", a, op, b, scale, want, got)
		}
	}
	same("literal", ox, x)
	same("+", ox.Add(oy), x.Add(y))
	same("-", ox.Sub(oy), x.Sub(y))
	same("*", ox.Mul(oy), x.Mul(y))
	same("round", ox.Round(places), x.Round(scale, duijie.RoundHalfUp))
	same("half even", ox.RoundBank(places), x.Round(scale, duijie.RoundHalfEven))
	same("down", ox.RoundDown(places), x.Round(scale, duijie.RoundDown))
	same("up", ox.RoundUp(places), x.Round(scale, duijie.RoundUp))
	same("floor", ox.RoundFloor(places), x.Round(scale, duijie.RoundFloor))
	same("ceil", ox.RoundCeil(places), x.Round(scale, duijie.RoundCeil))
	if ox.Cmp(oy) != x.Cmp(y) || ox.Equal(oy) != x.Equal(y) {
		require.Failf(t, "differs", "%s and %s: want %d, got %d", a, b, ox.Cmp(oy), x.Cmp(y))
	}
	if oy.IsZero() {
		_, err := x.Quo(y, scale, duijie.RoundHalfUp)
		require.ErrorIs(t, err, duijie.ErrDivideByZero)
		return
	}
	q, err := x.Quo(y, scale, duijie.RoundHalfUp)
	require.NoError(t, err)
	same("/", ox.DivRound(oy, places), q)
}
