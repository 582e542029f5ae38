package wdt

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// encodePush encodes what a write sends. Fields tagged omitempty go out when they
// are set; decimals go out as plain texts, which every signer signs alike, and one
// that is not set as "0"; times as yyyy-MM-dd HH:mm:ss in China. A field tagged
// push:"as-is" goes out in the form it was read in, one tagged push:"number" as a plain
// JSON number, a list tagged push:"comma" as one text.
func encodePush(v any) ([]byte, error) { return appendPush(nil, reflect.ValueOf(v)) }

func appendPush(out []byte, v reflect.Value) ([]byte, error) {
	t := v.Type()
	out = append(out, '{')
	empty := true
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		member := v.Field(i)
		if name == "" || name == "-" || strings.Contains(options, "omit") && (member.IsZero() || member.Kind() == reflect.Slice && member.Len() == 0) {
			continue
		}
		if !empty {
			out = append(out, ',')
		}
		empty = false
		var err error
		if out, err = wire.AppendText(out, name); err != nil {
			return nil, err
		}
		out = append(out, ':')
		if out, err = appendPushed(out, member, t.Field(i).Tag.Get("push")); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return append(out, '}'), nil
}

func appendPushed(out []byte, v reflect.Value, form string) ([]byte, error) {
	switch x := v.Interface().(type) {
	case duijie.Decimal:
		switch {
		case x.Err() != nil:
			return nil, x.Err()
		case form == "as-is" && x.IsSet():
			b, err := x.MarshalJSON()
			return append(out, b...), err
		case form == "number":
			return append(out, plainDecimal(x)...), nil
		}
		return wire.AppendText(out, plainDecimal(x))
	case []string:
		if form == "comma" {
			return wire.AppendText(out, strings.Join(x, ","))
		}
	case duijie.Time:
		if x.IsZero() {
			return append(out, "null"...), nil
		}
		return wire.AppendText(out, chinaTime(x.Time))
	}
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct {
		out = append(out, '[')
		for i := range v.Len() {
			if i > 0 {
				out = append(out, ',')
			}
			var err error
			if out, err = appendPush(out, v.Index(i)); err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
		}
		return append(out, ']'), nil
	}
	return appendMember(out, v)
}

// plainDecimal keeps the decimals a number is written with, without exponent.
func plainDecimal(d duijie.Decimal) string {
	if !d.IsSet() {
		return "0"
	}
	if text := d.String(); !strings.ContainsAny(text, "eE+") {
		return text
	}
	return d.Canonical()
}

// needs collects what is missing in the arguments of a write, so that one error
// names it all.
type needs struct {
	op      string
	missing []string
	wrong   []string
}

// text wants a text. Blanks alone are none.
func (n *needs) text(name, value string) {
	if strings.TrimSpace(value) == "" {
		n.missing = append(n.missing, name)
	}
}

// is wants something else.
func (n *needs) is(name string, there bool) {
	if !there {
		n.missing = append(n.missing, name)
	}
}

// wrongly notes what is there, but can't be.
func (n *needs) wrongly(format string, args ...any) {
	n.wrong = append(n.wrong, fmt.Sprintf(format, args...))
}

// amount wants a decimal the platform can keep: four decimals.
func (n *needs) amount(name string, d duijie.Decimal) {
	switch {
	case d.Err() != nil:
		n.wrongly("%s is no number", name)
	case !d.Round(storedScale, duijie.RoundHalfUp).Equal(d):
		n.wrongly("%s %s has more than %d decimals", name, d, storedScale)
	case d.Abs().Cmp(tooLarge) >= 0:
		n.wrongly("%s has more than %d digits before its decimals", name, storedDigits)
	}
}

// whole wants a number without decimals.
func (n *needs) whole(name string, d duijie.Decimal) {
	if d.Err() == nil && !d.Round(0, duijie.RoundHalfUp).Equal(d) {
		n.wrongly("%s %s is no whole number", name, d)
	}
}

// amounts wants every decimal of a push to be one the platform can keep.
func (n *needs) amounts(at string, push any) {
	v := reflect.ValueOf(push)
	for i := range v.NumField() {
		if d, ok := v.Field(i).Interface().(duijie.Decimal); ok {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			n.amount(at+name, d)
		}
	}
}

// The platform's numbers are DECIMAL(19,4).
const (
	storedScale  = 4
	storedDigits = 15
)

var tooLarge = duijie.MustDecimal("1000000000000000")

// key wants your own number of a document, by which a lost answer can be
// settled: one the platform gives back as it was.
func (n *needs) key(name, value string) {
	n.text(name, value)
	switch {
	case strings.TrimSpace(value) != value:
		n.wrongly("%s %q begins or ends with white space", name, value)
	case strings.ContainsFunc(value, notInKey):
		n.wrongly("%s %q holds a comma, which parts numbers in the platform's filters, or a control character", name, value)
	}
}

func notInKey(c rune) bool { return c < ' ' || c == ',' || c == '，' || c == 0x7f || c == 0xfffd }

func (n *needs) err() error {
	var parts []string
	if len(n.missing) > 0 {
		parts = append(parts, "not set: "+strings.Join(n.missing, ", "))
	}
	parts = append(parts, n.wrong...)
	if len(parts) == 0 {
		return nil
	}
	return invalid(n.op, "%s", strings.Join(parts, "; "))
}

// documentNo is the number in the answer of a write that creates a document:
// {"status":0,"message":"CG2026…"}, or a text.
func documentNo(a *Answer) string {
	if no := rawText(members(a.Data)["message"]); no != "" {
		return no
	}
	return rawText(a.Data)
}

// savedOnly tells that a document was saved although the call failed: what
// failed came after it, such as its approval.
func savedOnly(err error) bool {
	p, ok := errors.AsType[*PartialError](err)
	return ok && p.Saved
}

// quantity wants a decimal above 0.
func (n *needs) quantity(name string, d duijie.Decimal) {
	n.is(name, d.IsSet())
	if d.IsSet() && d.Sign() <= 0 {
		n.wrongly("%s is %s", name, d)
	}
}
