package wdttest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Row is one row by the platform's own member names. Give amounts and quantities
// as text ("12.34"), times as [time.Time] or as text at +08:00, lists as []Row,
// one object as Row, everything else as string, integer or bool. The fake writes
// each member in the JSON type the platform uses on the gateway that asks; a
// [json.RawMessage], and a value that does not fit its member, goes out as it is.
// nil is null, and [Missing] leaves a documented member out.
type Row map[string]any

// Missing as the value of a member leaves it out of the answer.
var Missing any = missing{}

type missing struct{}

// clone copies a row with its lists, so that the caller's changes do not reach it.
func (r Row) clone() Row {
	out := make(Row, len(r))
	for k, v := range r {
		switch v := v.(type) {
		case Row:
			out[k] = v.clone()
		case map[string]any:
			out[k] = Row(v).clone()
		case []Row:
			rows := make([]Row, len(v))
			for i := range v {
				rows[i] = v[i].clone()
			}
			out[k] = rows
		default:
			out[k] = v
		}
	}
	return out
}

// prune keeps the members a shape knows, in lists too.
func prune(r Row, sh *shape) Row {
	if sh == nil {
		return r
	}
	out := Row{}
	for k, v := range r {
		if !sh.known[k] {
			continue
		}
		out[k] = v
		sub := sh.lists[k]
		if rows, ok := v.([]Row); ok && sub != nil {
			kept := make([]Row, len(rows))
			for i := range rows {
				kept[i] = prune(rows[i], &sub.shape)
			}
			out[k] = kept
		}
	}
	return out
}

// documented keeps the members that the rows under a path of a method have.
func documented(method, path string, r Row) Row {
	return prune(r, shapeOf(method).at(path))
}

// text is a member as text, "" when it is not there.
func (r Row) text(name string) string {
	switch v := r[name].(type) {
	case nil, missing:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.In(china).Format(timeLayout)
	default:
		return fmt.Sprint(v)
	}
}

// time is a member as a time, zero when it is none.
func (r Row) time(name string) time.Time {
	switch v := r[name].(type) {
	case time.Time:
		return v
	case string:
		if t, err := time.ParseInLocation(timeLayout, v, china); err == nil {
			return t
		}
	case int64:
		return time.UnixMilli(v)
	}
	return time.Time{}
}

// rows is a member as rows.
func (r Row) rows(name string) []Row {
	switch v := r[name].(type) {
	case []Row:
		return v
	case Row:
		return []Row{v}
	}
	return nil
}

// manner is how an answer writes its values.
type manner struct {
	qimen   bool
	variant int  // 0 as documented; see WithMixedTypes
	msText  bool // Qimen keeps milliseconds, as text
}

// shaped is a row on its way into an answer.
type shaped struct {
	row   Row
	shape *shape
	view  bool // of rows another method keeps: only its own members show
	manner
}

func (s shaped) render() map[string]any {
	if s.view {
		return s.manner.row(prune(s.row, s.shape), s.shape)
	}
	return s.manner.row(s.row, s.shape)
}

func (m manner) row(r Row, sh *shape) map[string]any {
	if sh == nil {
		return m.bare(r, nil)
	}
	out := m.bare(r, sh.known)
	for _, f := range sh.fields {
		v, there := r[f.name]
		if _, gone := v.(missing); gone || (!there && f.seeded) {
			continue
		}
		if value, ok := m.value(f, v, there); ok {
			out[f.name] = value
		}
	}
	for name, sub := range sh.lists {
		if value, ok := m.list(r, name, sub); ok {
			out[name] = value
		}
	}
	return out
}

func (m manner) list(r Row, name string, sub *sublist) (any, bool) {
	v, there := r[name]
	if !there {
		return []any{}, !sub.seeded && !sub.object
	}
	switch v := v.(type) {
	case missing:
		return nil, false
	case Row:
		return m.row(v, &sub.shape), true
	case []Row:
		out := make([]any, len(v))
		for i := range v {
			out[i] = m.row(v[i], &sub.shape)
		}
		return out, true
	}
	return v, true
}

// bare writes the members outside known as they are.
func (m manner) bare(r Row, known map[string]bool) map[string]any {
	out := make(map[string]any, len(r))
	for k, v := range r {
		if known[k] {
			continue
		}
		switch v := v.(type) {
		case missing:
		case time.Time:
			out[k] = v.In(china).Format(timeLayout)
		case Row:
			out[k] = m.bare(v, nil)
		case []Row:
			list := make([]any, len(v))
			for i := range v {
				list[i] = m.bare(v[i], nil)
			}
			out[k] = list
		default:
			out[k] = v
		}
	}
	return out
}

// value gives a member its JSON type; ok is false when it is left out.
func (m manner) value(f field, v any, there bool) (value any, ok bool) {
	if raw, isRaw := v.(json.RawMessage); isRaw || (there && v == nil) {
		if isRaw {
			return raw, true
		}
		return nil, true
	}
	r := Row{f.name: v}
	text := r.text(f.name)
	switch f.kind {
	case 's':
		if text == "" && f.form == "num" {
			text = "0"
		}
		return inForm(text, f.form == "num"), true
	case 'i':
		return m.integer(f, text), true
	case 'd':
		return m.decimal(f, text), true
	case 'b':
		return m.boolean(f, text), true
	}
	at := r.time(f.name)
	if at.IsZero() && text != "" && text != emptyTime {
		return v, true
	}
	return m.time(f, at)
}

var emptyTime = time.Time{}.In(china).Format(timeLayout)

func (m manner) integer(f field, text string) any {
	asText := m.variant == 1 || f.form == "str" || (m.qimen && f.name == "status")
	switch text {
	case "", "false":
		text = "0"
	case "true":
		text = "1"
	}
	return inForm(text, !asText)
}

var (
	isNumber  = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?$`)
	isDecimal = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d{0,4})?$`)
)

// decimal writes DECIMAL(19,4) with all its places.
func (m manner) decimal(f field, text string) any {
	text = places(text)
	if m.variant == 3 && strings.Contains(text, ".") {
		return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return inForm(text, !m.qimen && m.variant != 1 && f.form != "str")
}

// places pads a decimal to four places; other text stays.
func places(text string) string {
	if text == "" {
		text = "0"
	}
	if !isDecimal.MatchString(text) {
		return text
	}
	whole, fraction, _ := strings.Cut(text, ".")
	return whole + "." + fraction + "0000"[len(fraction):]
}

// inForm is text as a JSON number, if that is asked for and it is one.
func inForm(text string, number bool) any {
	if number && isNumber.MatchString(text) {
		return json.Number(text)
	}
	return text
}

func (m manner) boolean(f field, text string) any {
	var b bool
	switch text {
	case "true", "1":
		b = true
	case "", "false", "0":
	default:
		return text
	}
	digit := "0"
	if b {
		digit = "1"
	}
	switch {
	case m.variant == 1 || (m.variant == 0 && f.form == "num"):
		return json.Number(digit)
	case m.variant == 2:
		return strconv.FormatBool(b)
	case m.variant == 3:
		return digit
	}
	return b
}

func (m manner) time(f field, at time.Time) (any, bool) {
	if at.IsZero() {
		switch {
		case m.variant == 1:
			return nil, true
		case m.variant == 2 || f.kind == 'm':
			return nil, false
		}
		return "", true
	}
	ms := strconv.FormatInt(at.UnixMilli(), 10)
	switch {
	case m.variant == 1:
		return json.Number(ms), true
	case m.variant == 2 || (f.kind == 'm' && m.qimen && m.msText):
		return ms, true
	case f.kind == 'm' && !m.qimen:
		return json.Number(ms), true
	}
	return at.In(china).Format(timeLayout), true
}
