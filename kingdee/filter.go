package kingdee

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// Filter builds a FilterString that a value can not break out of. Its text is
// what Query.Filter takes; mistakes are reported by Err and Text.
type Filter struct {
	text string
	or   bool // needs brackets beside an "and"
	err  error
}

// Eq is field = value. Values: text, whole numbers, bool, Decimal, Time and
// time.Time.
func Eq(field string, value any) Filter { return compare(field, "=", value) }

// Ne is field <> value. The server's request firewall may stop the < in it.
func Ne(field string, value any) Filter { return compare(field, "<>", value) }

// Gt is field > value.
func Gt(field string, value any) Filter { return compare(field, ">", value) }

// Ge is field >= value.
func Ge(field string, value any) Filter { return compare(field, ">=", value) }

// Lt is field < value. The server's request firewall may stop the < in it.
func Lt(field string, value any) Filter { return compare(field, "<", value) }

// Le is field <= value. The server's request firewall may stop the < in it.
func Le(field string, value any) Filter { return compare(field, "<=", value) }

// In is field in (values). Without values it is true for no record.
func In[T any](field string, values ...T) Filter {
	if err := checkField(field); err != nil {
		return Filter{err: err}
	}
	if len(values) == 0 {
		return Filter{text: "1=0"}
	}
	text := append(make([]byte, 0, len(field)+16*len(values)+8), field...)
	text = append(text, " in ("...)
	for i, v := range values {
		if i > 0 {
			text = append(text, ',')
		}
		var err error
		if text, err = appendLiteral(text, v); err != nil {
			return Filter{err: fmt.Errorf("kingdee: filter on %s: %w", field, err)}
		}
	}
	return Filter{text: string(append(text, ')'))}
}

// Contains is field like '%text%', the text taken literally.
func Contains(field, text string) Filter {
	if err := checkField(field); err != nil {
		return Filter{err: err}
	}
	text = strings.NewReplacer("[", "[[]", "%", "[%]", "_", "[_]").Replace(text)
	quoted, err := quote("%" + text + "%")
	return Filter{text: field + " like " + quoted, err: err}
}

// Raw takes a condition as it is. Never build it from outside values.
func Raw(condition string) Filter {
	return Filter{text: condition, or: orWord.MatchString(condition)}
}

// And is true where all filters are; empty ones do not count.
func And(filters ...Filter) Filter { return join(" and ", filters) }

// Or is true where one of the filters is; empty ones do not count.
func Or(filters ...Filter) Filter { return join(" or ", filters) }

// Text is the FilterString, or the first mistake.
func (f Filter) Text() (string, error) { return f.text, f.err }

// String is the FilterString; a filter with a mistake gives one that matches
// no record, so that a query can never become wider than meant.
func (f Filter) String() string {
	if f.err != nil {
		return "1=0"
	}
	return f.text
}

// Err is the first mistake: a bad field name, a value of an unfit type.
func (f Filter) Err() error { return f.err }

// Quote makes a text literal: 'O”Neil' with the quote doubled. It refuses control
// characters.
func Quote(text string) (string, error) { return quote(text) }

var orWord = regexp.MustCompile(`(?i)\bor\b`)

func join(word string, filters []Filter) Filter {
	var parts []Filter
	for _, f := range filters {
		if f.err != nil {
			return f
		}
		if strings.TrimSpace(f.text) != "" {
			parts = append(parts, f)
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	texts := make([]string, len(parts))
	for i, f := range parts {
		texts[i] = f.text
		if f.or && word == " and " {
			texts[i] = "(" + f.text + ")"
		}
	}
	return Filter{text: strings.Join(texts, word), or: word == " or " && len(parts) > 0}
}

func compare(field, op string, value any) Filter {
	if err := checkField(field); err != nil {
		return Filter{err: err}
	}
	text, err := literal(value)
	if err != nil {
		return Filter{err: fmt.Errorf("kingdee: filter on %s: %w", field, err)}
	}
	return Filter{text: field + op + text}
}

// checkField refuses what is no field key: letters, digits, _ and dots.
func checkField(field string) error {
	if !validName(field) {
		return fmt.Errorf("kingdee: field key %q: want letters, digits, _ and dots: %w", cut(field), duijie.ErrInvalid)
	}
	return nil
}

func cut(s string) string { return s[:min(len(s), 60)] }

func quote(text string) (string, error) {
	b, err := appendQuoted(nil, text)
	return string(b), err
}

func appendQuoted(b []byte, text string) ([]byte, error) {
	for _, r := range text {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffd || r == 0x7f {
			return nil, fmt.Errorf("kingdee: text %q holds a control character or is not UTF-8: %w", cut(text), duijie.ErrInvalid)
		}
	}
	b = append(b, '\'')
	for i := range len(text) {
		if text[i] == '\'' {
			b = append(b, '\'')
		}
		b = append(b, text[i])
	}
	return append(b, '\''), nil
}

// appendLiteral appends a value as it stands in a filter. Texts, which come by
// the hundred, are written where they go.
func appendLiteral[T any](b []byte, value T) ([]byte, error) {
	if text, ok := any(value).(string); ok {
		return appendQuoted(b, text)
	}
	text, err := literal(value)
	return append(b, text...), err
}

func literal(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return quote(v)
	case bool:
		if v {
			return "'1'", nil
		}
		return "'0'", nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case int32:
		return strconv.FormatInt(int64(v), 10), nil
	case duijie.Decimal:
		return v.Canonical(), v.Err()
	case duijie.Time:
		return quote(v.In(nil).Time.Format(time.DateTime))
	case time.Time:
		return quote(v.In(duijie.China).Format(time.DateTime))
	}
	return "", fmt.Errorf("a value of type %T does not fit a filter: %w", value, duijie.ErrInvalid)
}
