package wdttest

import (
	"fmt"
	"math/big"
)

// amount is an exact amount or quantity.
type amount struct{ r *big.Rat }

// parseAmount reads a decimal; ok is false when text is none. "" is 0.
func parseAmount(text string) (a amount, ok bool) {
	if text == "" {
		return amount{new(big.Rat)}, true
	}
	if !isNumber.MatchString(text) || len(text) > 40 {
		return amount{}, false
	}
	r, ok := new(big.Rat).SetString(text)
	return amount{r}, ok
}

// decimalOf is a seeded amount. It panics when it is none, because the test that
// seeds it is wrong.
func decimalOf(what, text string) amount {
	a, ok := parseAmount(text)
	if !ok {
		panic(fmt.Sprintf("wdttest: %s %q is no decimal", what, text))
	}
	return a
}

func (a amount) plus(b amount) amount  { return amount{new(big.Rat).Add(a.r, b.r)} }
func (a amount) minus(b amount) amount { return amount{new(big.Rat).Sub(a.r, b.r)} }
func (a amount) times(b amount) amount { return amount{new(big.Rat).Mul(a.r, b.r)} }

// over divides; by 0 it gives 0.
func (a amount) over(b amount) amount {
	if b.r.Sign() == 0 {
		return amount{new(big.Rat)}
	}
	return amount{new(big.Rat).Quo(a.r, b.r)}
}

// String is the amount with four places, as DECIMAL(19,4) keeps it.
func (a amount) String() string { return a.r.FloatString(4) }

// round is the amount as DECIMAL(19,4) keeps it.
func (a amount) round() amount {
	r, _ := new(big.Rat).SetString(a.String())
	return amount{r}
}

func (a amount) same(b amount) bool { return a.String() == b.String() }
func (a amount) positive() bool     { return a.r.Sign() > 0 }

// amount is a member of a row as an amount, 0 when it is none.
func (r Row) amount(name string) amount {
	a, ok := parseAmount(r.text(name))
	if !ok {
		return amount{new(big.Rat)}
	}
	return a
}
