package lookup

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping"
)

// ErrFilter is matched by errors about a filter that can not be asked: an operation a
// lookup does not know, a pattern that is no regular expression, a column that is not
// mapped. It lies in the mapping, not in a record.
var ErrFilter = errors.New("duijie/mapping/lookup: the filter can not be asked")

// Match tells whether a record matches a filter; get gives the value at a path.
// An absent value matches OpNotEqual and OpNotIn, and OpExists with "false"; a null is
// as good as absent. An error matches [ErrFilter].
func Match(f mapping.Filter, get func(path string) (json.RawMessage, bool)) (bool, error) {
	switch {
	case len(f.And) > 0:
		for _, part := range f.And {
			if ok, err := Match(part, get); !ok || err != nil {
				return false, err
			}
		}
		return true, nil
	case len(f.Or) > 0:
		for _, part := range f.Or {
			if ok, err := Match(part, get); ok || err != nil {
				return ok, err
			}
		}
		return false, nil
	case f.Path == "":
		return false, fmt.Errorf("%w: an empty filter matches everything", ErrFilter)
	}
	v, found := get(f.Path)
	has, scalar := text(v)
	return compare(f, has, found && scalar)
}

func compare(f mapping.Filter, has string, found bool) (bool, error) {
	switch f.Op {
	case mapping.OpIn:
		return found && slices.Contains(f.Values, has), nil
	case mapping.OpNotIn:
		return !found || !slices.Contains(f.Values, has), nil
	}
	if len(f.Values) != 1 {
		return false, fmt.Errorf("%w: %s of %q takes one value, not %d", ErrFilter, f.Op, f.Path, len(f.Values))
	}
	want := f.Values[0]
	switch f.Op {
	case "", mapping.OpEqual:
		return found && has == want, nil
	case mapping.OpNotEqual:
		return !found || has != want, nil
	case mapping.OpGreater:
		return found && order(has, want) > 0, nil
	case mapping.OpGreaterEqual:
		return found && order(has, want) >= 0, nil
	case mapping.OpLess:
		return found && order(has, want) < 0, nil
	case mapping.OpLessEqual:
		return found && order(has, want) <= 0, nil
	case mapping.OpExists:
		if want != "true" && want != "false" {
			return false, fmt.Errorf("%w: exists of %q takes true or false", ErrFilter, f.Path)
		}
		return found == (want == "true"), nil
	case mapping.OpRegexp:
		re, err := pattern(want)
		if err != nil {
			return false, fmt.Errorf("%w: %q is no pattern: %w", ErrFilter, f.Path, err)
		}
		return found && re.MatchString(has), nil
	}
	return false, fmt.Errorf("%w: unknown comparison %q of %q", ErrFilter, f.Op, f.Path)
}

const maxPattern = 1000

func pattern(s string) (*regexp.Regexp, error) {
	if len(s) > maxPattern {
		return nil, fmt.Errorf("it is longer than %d bytes", maxPattern)
	}
	return regexp.Compile(s)
}

func order(a, b string) int {
	x, errX := duijie.ParseDecimal(a)
	y, errY := duijie.ParseDecimal(b)
	if errX == nil && errY == nil {
		return x.Cmp(y)
	}
	return strings.Compare(a, b)
}

// text is a scalar as text; numbers keep their digits. Null and what is no scalar is
// none.
func text(v json.RawMessage) (string, bool) {
	switch wire.First(v) {
	case '"':
		var s string
		err := json.Unmarshal(v, &s)
		return s, err == nil
	case 'n', '{', '[', 0:
		return "", false
	}
	return strings.TrimSpace(string(v)), true
}

// at finds the value at a path of an object: the whole path as one name first, then
// its parts.
func at(object json.RawMessage, path string) (value json.RawMessage, found bool) {
	members := map[string]json.RawMessage{}
	for m := range wire.Walk(object) {
		members[string(m.Key)] = m.Value
	}
	if v, ok := members[path]; ok {
		return v, true
	}
	for head, tail, cut := strings.Cut(path, "."); cut; {
		if v, ok := members[head]; ok {
			if value, found := at(v, tail); found {
				return value, true
			}
		}
		var next string
		next, tail, cut = strings.Cut(tail, ".")
		head += "." + next
	}
	return nil, false
}
