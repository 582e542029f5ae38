package wdttest

import (
	"encoding/json"
	"strconv"
	"time"
)

// row is one seeded row; its values are string, int64, bool or stamp.
type row map[string]any

// stamp is a time in a row; the zero time is unset.
type stamp struct {
	at     time.Time
	millis bool // documented as milliseconds instead of text
}

func text(t time.Time) stamp   { return stamp{at: t} }
func millis(t time.Time) stamp { return stamp{at: t, millis: true} }

// render gives the row its JSON types; mixed varies them by the position i.
func (r row) render(mixed bool, i int) map[string]any {
	variant := 0
	if mixed {
		variant = i % 4
	}
	out := make(map[string]any, len(r))
	for name, v := range r {
		switch v := v.(type) {
		case stamp:
			if t, there := v.render(variant); there {
				out[name] = t
			}
		case bool:
			out[name] = renderBool(v, variant)
		case int64:
			out[name] = v
			if variant == 1 {
				out[name] = strconv.FormatInt(v, 10)
			}
		default:
			out[name] = v
		}
	}
	return out
}

func (t stamp) render(variant int) (v any, there bool) {
	if t.at.IsZero() {
		switch variant {
		case 1:
			return nil, true
		case 2:
			return nil, false
		}
		return "", true
	}
	switch ms := t.at.UnixMilli(); {
	case variant == 1:
		return ms, true
	case variant == 2:
		return strconv.FormatInt(ms, 10), true
	case t.millis:
		return ms, true
	}
	return t.at.In(china).Format(timeLayout), true
}

func renderBool(b bool, variant int) any {
	digit := json.Number("0")
	if b {
		digit = "1"
	}
	switch variant {
	case 1:
		return digit
	case 2:
		return strconv.FormatBool(b)
	case 3:
		return digit.String()
	}
	return b
}
