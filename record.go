package duijie

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Record is a JSON object whose members are not known beforehand: a dynamic
// form, a custom field set, the answer of an operation without a typed method.
// Numbers are kept as [json.Number], so money and long ids lose no digit.
type Record map[string]any

// UnmarshalJSON decodes an object, numbers exactly.
func (r *Record) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return fmt.Errorf("duijie: record: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("duijie: record: text after the object")
	}
	*r = m
	return nil
}

// Get follows a dotted path of member names ("FCreateOrgId.FNumber"). A member
// whose own name holds the dots wins over a nested one. The second result
// tells whether the path exists.
func (r Record) Get(path string) (any, bool) {
	if v, ok := r[path]; ok {
		return v, true
	}
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		return nil, false
	}
	switch m := r[head].(type) {
	case map[string]any:
		return Record(m).Get(rest)
	case Record:
		return m.Get(rest)
	}
	return nil, false
}

// Text returns the value at path as text: a string as it is, a number as its
// literal, true and false; "" when it is absent, null, an object or a list.
func (r Record) Text(path string) string {
	v, _ := r.Get(path)
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	case bool:
		return fmt.Sprint(x)
	}
	return ""
}

// Decimal returns the value at path as an exact number. Absent, null and ""
// give the unset Decimal.
func (r Record) Decimal(path string) (Decimal, error) {
	s := strings.TrimSpace(r.Text(path))
	if s == "" {
		return Decimal{}, nil
	}
	d, err := ParseDecimal(s)
	if err != nil {
		return Decimal{}, fmt.Errorf("duijie: record member %q: %w", path, err)
	}
	return d, nil
}
