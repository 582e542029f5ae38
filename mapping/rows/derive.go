package rows

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// Derivation is one field that is formatted from another (formatResponse).
type Derivation struct {
	Old string `json:"old"` // path of the value; it stays
	New string `json:"new"` // name of the new member
	// Format is one of:
	//
	//   - date, time, dateTime: "2024-03-14", "16:05:09", "2024-03-14 16:05" of a time
	//     (Unix seconds, milliseconds or text);
	//   - intval: the whole part of a number, cut towards zero;
	//   - round(n): n decimals, half away from zero; without n two;
	//   - longText(n): the first n characters; without n fifteen;
	//   - implode(','): the elements of an array, joined; without an argument by comma.
	Format string `json:"format"`
}

// Derive adds fields to records; make it with [CompileDerive].
type Derive struct {
	fields []derived
	zone   *time.Location
}

type derived struct {
	Derivation
	name   string
	digits int
	sep    string
}

var formatCall = regexp.MustCompile(`^([A-Za-z]+)(?:\((.*)\))?$`)

// CompileDerive checks derivations and compiles them. The formats shortDate, shortTime,
// shortDateTime, amount and dateDescription are refused: what they give is written
// nowhere. Times without a zone are read in zone, and written in it; nil is China.
func CompileDerive(fields []Derivation, zone *time.Location) (*Derive, error) {
	if zone == nil {
		zone = duijie.China
	}
	d := &Derive{zone: zone}
	var problems Problems
	for i, f := range fields {
		path := fmt.Sprintf("/%d", i)
		if f.Old == "" {
			problems.add(path+"/old", CodeDefinitionSyntax, "the path of the value is missing")
		}
		if f.New == "" {
			problems.add(path+"/new", CodeDefinitionSyntax, "the name of the new field is missing")
		}
		out := derived{Derivation: f, digits: 2, sep: ","}
		call := formatCall.FindStringSubmatch(strings.TrimSpace(f.Format))
		if call == nil {
			problems.add(path+"/format", CodeFormatUnknown, "%q is no format", f.Format)
			continue
		}
		out.name = call[1]
		if err := out.argument(call[2]); err != nil {
			problems.add(path+"/format", CodeFormatUnknown, "%s: %v", f.Format, err)
		}
		d.fields = append(d.fields, out)
	}
	return d, problems.err()
}

func (f *derived) argument(arg string) error {
	arg = strings.TrimSpace(arg)
	switch f.name {
	case "date", "time", "dateTime", "intval":
		if arg != "" {
			return fmt.Errorf("%s takes no argument", f.name)
		}
		return nil
	case "round", "longText":
		if f.name == "longText" {
			f.digits = 15
		}
		if arg == "" {
			return nil
		}
		n, err := strconv.Atoi(arg)
		if err != nil || n < 0 || n > 30 && f.name == "round" || n > 1<<20 {
			return fmt.Errorf("%q is no count", arg)
		}
		f.digits = n
		return nil
	case "implode":
		if arg != "" {
			if len(arg) < 2 || arg[0] != arg[len(arg)-1] || arg[0] != '\'' && arg[0] != '"' {
				return fmt.Errorf("the separator stands in quotes: implode(',')")
			}
			f.sep = arg[1 : len(arg)-1]
		}
		return nil
	}
	return fmt.Errorf("the result of %q is not documented; compute the field in the target half instead", f.name)
}

// Apply returns the record with its new fields; one whose value is absent, null or ""
// is left out. It is an error if a value does not fit its format: nothing is guessed.
func (d *Derive) Apply(record []byte) (json.RawMessage, error) {
	o, err := parseObject(record)
	if err != nil {
		return nil, err
	}
	for _, f := range d.fields {
		value, rest, found := o.at(f.Old)
		if !found || isNull(value) || isText(value) && text(value) == "" {
			continue
		}
		if rest != "" {
			return nil, fmt.Errorf("duijie/mapping/rows: derive %q: %q leads into an array", f.New, f.Old)
		}
		made, err := f.format(value, d.zone)
		if err != nil {
			return nil, fmt.Errorf("duijie/mapping/rows: derive %q from %q: %w", f.New, f.Old, err)
		}
		o = o.with(f.New, made)
	}
	return o.encode()
}

func (f *derived) format(value json.RawMessage, zone *time.Location) (json.RawMessage, error) {
	s := text(value)
	switch f.name {
	case "date", "time", "dateTime":
		at, ok := moment(s, zone)
		if !ok {
			return nil, fmt.Errorf("%q is no time", cut(s, value))
		}
		return quoted(at.Format(map[string]string{"date": time.DateOnly, "time": time.TimeOnly, "dateTime": "2006-01-02 15:04"}[f.name]))
	case "intval", "round":
		n, err := duijie.ParseDecimal(strings.TrimSpace(s))
		if err != nil {
			return nil, fmt.Errorf("%q is no number", cut(s, value))
		}
		if f.name == "intval" {
			return n.Round(0, duijie.RoundDown).Unquoted().MarshalJSON()
		}
		return n.Round(f.digits, duijie.RoundHalfUp).Unquoted().MarshalJSON()
	case "longText":
		if isArray(value) || isObject(value) {
			return nil, fmt.Errorf("%q is no text", cut("", value))
		}
		if r := []rune(s); len(r) > f.digits {
			s = string(r[:f.digits])
		}
		return quoted(s)
	}
	if !isArray(value) {
		return nil, fmt.Errorf("%q is no array", cut(s, value))
	}
	var parts []string
	for _, e := range elements(value) {
		if isArray(e) || isObject(e) {
			return nil, fmt.Errorf("an element of the array is no text or number")
		}
		parts = append(parts, text(e))
	}
	return quoted(strings.Join(parts, f.sep))
}
