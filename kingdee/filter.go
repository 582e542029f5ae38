package kingdee

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// Filter builds a FilterString that a value can not break out of. Its text is
// what Query.Filter takes; mistakes are reported by Err and Text. What the
// platform's filters can do beyond, "is null" for example, goes through [Raw].
type Filter struct {
	text string
	or   bool // needs brackets beside an "and"
	err  error
	// array makes the array form; only those who want it pay for it. nil: the
	// empty filter.
	array func() array
}

// Eq is field = value. Values: text, whole numbers, bool, Decimal, Time and
// time.Time, which is written in China's zone to the second. Unset ones are a
// mistake.
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

// Between is from <= field <= to, both ends included.
func Between(field string, from, to any) Filter { return And(Ge(field, from), Le(field, to)) }

// Within is from <= field < to: spans of time that follow each other share no
// record and leave none out.
func Within(field string, from, to time.Time) Filter { return And(Ge(field, from), Lt(field, to)) }

// InMost is how many values stand in one list of a filter: databases under the
// server take no more than 1000. In cuts longer ones into lists joined by "or".
const InMost = 500

// In is field in (values). Without values it is true for no record.
func In[T any](field string, values ...T) Filter {
	if err := checkField(field); err != nil {
		return Filter{err: err}
	}
	if len(values) == 0 {
		return Filter{text: "1=0", array: noArray("it is true for no record")}
	}
	text := make([]byte, 0, len(field)+16*len(values)+8)
	for i, v := range values {
		switch {
		case i == 0:
			text = append(append(text, field...), " in ("...)
		case i%InMost == 0:
			text = append(append(append(text, ") or "...), field...), " in ("...)
		default:
			text = append(text, ',')
		}
		var err error
		if text, err = appendLiteral(text, v); err != nil {
			return Filter{err: fmt.Errorf("kingdee: filter on %s: %w", field, err)}
		}
	}
	return Filter{text: string(append(text, ')')), or: len(values) > InMost, array: func() array { return inArray(field, values) }}
}

// InChunks are filters for several queries, each with at most size of the
// values; size 0 is [InMost]. For lists so long that one query would be too large.
func InChunks[T any](field string, size int, values ...T) []Filter {
	if size <= 0 {
		size = InMost
	}
	var out []Filter
	for part := range slices.Chunk(values, size) {
		out = append(out, In(field, part...))
	}
	return out
}

// Contains is field like '%text%', the text taken literally.
func Contains(field, text string) Filter { return like(field, "%", text, "%") }

// StartsWith is field like 'text%', the text taken literally.
func StartsWith(field, text string) Filter { return like(field, "", text, "%") }

// EndsWith is field like '%text', the text taken literally.
func EndsWith(field, text string) Filter { return like(field, "%", text, "") }

var likeEscape = strings.NewReplacer("[", "[[]", "%", "[%]", "_", "[_]")

func like(field, before, text, after string) Filter {
	if err := checkField(field); err != nil {
		return Filter{err: err}
	}
	quoted, err := quote(before + likeEscape.Replace(text) + after)
	if err != nil {
		return Filter{err: fmt.Errorf("kingdee: filter on %s: %w", field, err)}
	}
	return Filter{text: field + " like " + quoted, array: noArray("how the array form takes patterns is not documented")}
}

// Raw takes a condition as it is. Never build it from outside values.
func Raw(condition string) Filter {
	return Filter{text: condition, or: orWord.MatchString(condition), array: noArray("a raw condition is text")}
}

// And is true where all filters are; empty ones do not count.
func And(filters ...Filter) Filter { return join(" and ", filters) }

// Or is true where one of the filters is; empty ones do not count.
func Or(filters ...Filter) Filter { return join(" or ", filters) }

// Not is true where the filter is not. That of an empty filter is a mistake.
func Not(f Filter) Filter {
	switch {
	case f.err != nil:
		return f
	case strings.TrimSpace(f.text) == "":
		return Filter{err: fmt.Errorf("kingdee: filter: Not of an empty filter: %w", duijie.ErrInvalid)}
	}
	return Filter{text: "not (" + f.text + ")", array: noArray("the array form has no not")}
}

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
	return Filter{
		text: strings.Join(texts, word), or: word == " or " && len(parts) > 0,
		array: func() array { return joinArray(word, parts) },
	}
}

func compare(field, op string, value any) Filter {
	if err := checkField(field); err != nil {
		return Filter{err: err}
	}
	text, err := literal(value)
	if err != nil {
		return Filter{err: fmt.Errorf("kingdee: filter on %s: %w", field, err)}
	}
	return Filter{text: field + op + text, array: func() array { return oneArray(field, op, text) }}
}

// sqlWords are the words of filters, which are no field keys.
var sqlWords = []string{"and", "or", "not", "in", "like", "between", "is", "null", "exists", "select", "case"}

// checkField refuses what is no field key: letters, digits, _ and dots, and no
// digit at the beginning, lest a condition compare two numbers.
func checkField(field string) error {
	if !validName(field) || field[0] >= '0' && field[0] <= '9' || slices.Contains(sqlWords, strings.ToLower(field)) {
		return fmt.Errorf("kingdee: field key %q: want letters, digits, _ and dots: %w", cut(field), duijie.ErrInvalid)
	}
	return nil
}

func cut(s string) string { return s[:min(len(s), 60)] }
