package kingdeetest

import (
	"encoding/json"
	"math/big"
	"strings"
)

// fill works out what the server fills in by itself: the amounts of lines, and
// the period and number of a voucher.
func (b *saver) fill(rec *record) {
	if p := b.t.lines(); p != nil {
		b.amounts(rec, p)
	}
	if strings.EqualFold(b.t.ID, "GL_VOUCHER") {
		b.numberVoucher(rec)
	}
}

// amounts fills FAmount, FTaxAmount and FAllAmount (or the names receivables
// have for them) of lines that carry a price, rounded to cents. What a Seed gives
// stays.
func (b *saver) amounts(rec *record, p *part) {
	lines, _ := rec.vals[p.key].([]map[string]any)
	net, tax, all := p.firstOf("FAmount", "FNoTaxAmountFor_D"), p.firstOf("FTaxAmount"), p.firstOf("FAllAmount", "FALLAMOUNTFOR_D")
	if all == nil {
		return
	}
	qty := p.firstOf("FQty", "FRealQty", "FPriceQty")
	for _, line := range lines {
		count, price, taxPrice := p.rat(line, qty), p.rat(line, p.firstOf("FPrice")), p.rat(line, p.firstOf("FTaxPrice"))
		if count == nil || price == nil && taxPrice == nil || b.seed && line[all.key] != nil {
			continue
		}
		factor := big.NewRat(1, 1)
		if rate := p.rat(line, p.firstOf("FEntryTaxRate")); rate != nil {
			factor.Add(factor, rate.Quo(rate, big.NewRat(100, 1)))
		}
		if taxPrice == nil {
			taxPrice = price.Mul(price, factor)
		}
		total := cents(taxPrice.Mul(taxPrice, count))
		line[all.key] = number2(total)
		if factor.Sign() == 0 {
			continue
		}
		before := cents(new(big.Rat).Quo(total, factor))
		if net != nil {
			line[net.key] = number2(before)
		}
		if tax != nil {
			line[tax.key] = number2(total.Sub(total, before))
		}
	}
}

// firstOf is the first field of these the part has, nil for none.
func (p *part) firstOf(keys ...string) *field {
	for _, key := range keys {
		if f := p.byKey[strings.ToLower(key)]; f != nil {
			return f
		}
	}
	return nil
}

// rat is a decimal of a line, nil when it is not filled.
func (p *part) rat(line map[string]any, f *field) *big.Rat {
	if f == nil {
		return nil
	}
	return ratOf(line[f.key])
}

// ratOf reads a decimal, nil when there is none or it has an exponent too large
// to write out.
func ratOf(v any) *big.Rat {
	text := plainText(v)
	if text == "" || len(text) > 100 || strings.ContainsAny(text, "eE") {
		return nil
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return r
}

func ratOrZero(v any) *big.Rat {
	if r := ratOf(v); r != nil {
		return r
	}
	return new(big.Rat)
}

func cents(r *big.Rat) *big.Rat {
	out, _ := new(big.Rat).SetString(r.FloatString(2))
	return out
}

func number2(r *big.Rat) json.Number { return json.Number(r.FloatString(2)) }

// decimalText is a quantity without zeros at its end.
func decimalText(r *big.Rat) json.Number {
	text := r.FloatString(10)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	return json.Number(text)
}
