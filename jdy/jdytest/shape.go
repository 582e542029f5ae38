package jdytest

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// shaper writes rows as a reply table has them.
type shaper struct {
	b     *Book
	l     *list
	types map[string][]field
}

// object makes one object: every documented field is there, in its documented
// JSON type.
func (s shaper) object(fields []field, row Row) Row {
	out := make(Row, len(fields))
	for _, f := range fields {
		v, _ := s.b.lookup(s.l, row, f.name)
		out[f.name] = s.value(f, v)
	}
	return out
}

func (s shaper) value(f field, v any) any {
	switch f.kind {
	case "s":
		return s.b.s.hide(s.l.name, f.name, text(v))
	case "n":
		return number(dec(v))
	case "i":
		r := dec(v)
		return json.Number(new(big.Int).Quo(r.Num(), r.Denom()).String())
	case "b":
		return truth(v)
	case "m", "o":
		if m, ok := v.(map[string]any); ok {
			return m
		}
		return Row{}
	case "[s]", "[i]", "a":
		items, _ := v.([]any)
		if items == nil {
			items = []any{}
		}
		return items
	}
	if name, ok := listed(f.kind); ok {
		rows := []any{}
		for _, r := range rowsOf(v) {
			rows = append(rows, s.object(s.types[name], r))
		}
		return rows
	}
	if m, ok := v.(map[string]any); ok {
		return s.object(s.types[f.kind], m)
	}
	return nil
}

// mix varies the JSON types of a row the way real replies do.
func mix(row Row, n int) Row {
	i := n
	for _, key := range sortedKeys(row) {
		i++
		switch v := row[key].(type) {
		case json.Number:
			switch i % 3 {
			case 0:
				row[key] = v.String()
			case 1:
				if isMoney(key) {
					row[key] = dec(v).FloatString(10)
				}
			}
		case bool:
			switch i % 3 {
			case 0:
				row[key] = strconv.FormatBool(v)
			case 1:
				row[key] = map[bool]int{true: 1}[v]
			}
		case string:
			switch {
			case v == "" && i%5 == 0:
				row[key] = nil
			case v != "" && isMoney(key) && i%2 == 0:
				row[key] = number(dec(v))
			}
		case []any:
			if len(v) == 0 && i%5 == 0 {
				row[key] = nil
			}
			for j, r := range rowsOf(v) {
				mix(r, i+j)
			}
		}
	}
	row["unheard_of"] = "x"
	return row
}

// isMoney tells the fields whose types drift most: amounts, prices, quantities.
func isMoney(key string) bool {
	return strings.HasSuffix(key, "amount") || strings.HasSuffix(key, "price") || strings.HasSuffix(key, "qty")
}
