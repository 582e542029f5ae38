package jdytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Row is one record or entry: JSON members by name. Rows the fake hands out hold
// string, json.Number, bool, nil, []any and Row's kind of map only.
type Row = map[string]any

// china is the platform's time zone, +08:00 without daylight saving.
var china = time.FixedZone("UTC+8", 8*60*60)

const (
	timeLayout = "2006-01-02 15:04:05"
	dateLayout = "2006-01-02"
)

// decode reads one JSON value and nothing after it, numbers kept as written.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("decode: text after the value")
	}
	return v, nil
}

// normal turns a row a test wrote with Go values into plain JSON values.
func normal(row Row) Row {
	v, err := decode(encode(row))
	if err != nil {
		panic("jdytest: " + err.Error())
	}
	return v.(map[string]any)
}

// clone copies a value deeply.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = clone(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = clone(x)
		}
		return out
	}
	return v
}

func cloneRow(r Row) Row { return clone(r).(map[string]any) }

// text is the text of a scalar, "" for anything else.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// truth reads a switch in any of the platform's spellings.
func truth(v any) bool {
	t := text(v)
	return t == "true" || t == "1"
}

// parseDec reads a decimal exactly. Texts that would need much memory are none.
func parseDec(t string) (*big.Rat, bool) {
	t = strings.TrimSpace(t)
	if len(t) > 64 || strings.ContainsAny(t, "/_xXpPoObB") {
		return nil, false
	}
	if i := strings.IndexAny(t, "eE"); i >= 0 {
		if n, err := strconv.Atoi(t[i+1:]); err != nil || n > 40 || n < -40 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(t)
}

// dec reads a decimal; what is none counts as 0.
func dec(v any) *big.Rat {
	if r, ok := parseDec(text(v)); ok {
		return r
	}
	return new(big.Rat)
}

// plain writes a decimal in plain notation with at most 10 fraction digits.
func plain(r *big.Rat) string {
	s := r.FloatString(10)
	s = strings.TrimRight(s, "0")
	s = strings.TrimSuffix(s, ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

func number(r *big.Rat) json.Number { return json.Number(plain(r)) }

func mul(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func add(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }
func sub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

// rowsOf are the objects in a list member; other elements are left out.
func rowsOf(v any) []Row {
	items, _ := v.([]any)
	var out []Row
	for _, x := range items {
		if r, ok := x.(map[string]any); ok {
			out = append(out, r)
		}
	}
	return out
}

// sameName are fields with another name in another table, under the name the
// fake keeps them by.
var sameName = map[string]string{
	"allow_negative": "is_allow_neg", "paid_amount": "pay_amount", "deptid_id": "dept_id", "contact_persons": "bomentity",
	"assist_list": "assist", "audit_date": "audit_time", "out_side_pk_id": "outside_pk_id", "conversion_unit1_id": "conversion_unit_id1",
	"conversion_unit2_id": "conversion_unit_id2", "conversion_unit3_id": "conversion_unit_id3", "un_settle_amount": "unsettle_amount",
	"bomentity_save": "bom_entity", "billsource": "bill_source", "prop_lace": "pro_place", "deliveryman_id": "deliveryman", "driver_id": "driver",
}

func canon(name string) string {
	if c, ok := sameName[name]; ok {
		return c
	}
	return name
}

// canonical renames the members of a row, entries included.
func canonical(row Row) Row {
	out := make(Row, len(row))
	for k, v := range row {
		switch v := v.(type) {
		case map[string]any:
			if !strings.HasPrefix(k, "custom_") {
				out[canon(k)] = canonical(v)
				continue
			}
			out[k] = maps.Clone(v)
		case []any:
			items := make([]any, len(v))
			for i, x := range v {
				items[i] = x
				if r, ok := x.(map[string]any); ok {
					items[i] = canonical(r)
				}
			}
			out[canon(k)] = items
		default:
			out[canon(k)] = v
		}
	}
	return out
}
