package rows

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// Grouping gathers flat rows into bills with lines (数据聚合, groupCalculate).
type Grouping struct {
	// Header are the fields rows of one bill share; they become the bill's head.
	Header []string `json:"headerGroup"`
	// Body are the fields rows of one line share.
	Body []string `json:"bodyGroup"`
	// BodyName is the name of the bill's lines.
	BodyName string `json:"bodyName"`
	// Calculate says what a line holds of other fields: "$sum" "$avg" "$min" "$max"
	// "$push" "$addToSet" "$first" "$last". Fields that are in none of these are lost.
	Calculate map[string]string `json:"calculate"`
	// MaxLines is how many lines a bill may have; the rest become further bills with
	// the same head. 0 is no limit.
	MaxLines int `json:"bodyMaxLine"`
	// TargetBodyName names the array of the target that is cut so; for its reader.
	TargetBodyName string `json:"targetBodyName,omitempty"`
}

// Bill is a group of rows.
type Bill struct {
	Record json.RawMessage // the header's fields, then the lines
	Rows   []int           // the rows it was made of, as indexes into what was given, ascending
}

var operators = []string{"$sum", "$avg", "$min", "$max", "$push", "$addToSet", "$first", "$last"}

// ParseGrouping reads a grouping from JSON and checks it.
func ParseGrouping(definition []byte) (Grouping, error) {
	var g Grouping
	var problems Problems
	if !isObject(definition) {
		problems.add("", CodeGroupSyntax, "a grouping is an object")
		return g, problems
	}
	known := []string{"headerGroup", "bodyGroup", "bodyName", "calculate", "bodyMaxLine", "targetBodyName"}
	for _, m := range inner(definition) {
		if !slices.Contains(known, m.name) {
			problems.add("/"+pointer(m.name), CodeGroupSyntax, "a grouping has %s, no %q", strings.Join(known, ", "), m.name)
		}
	}
	if err := json.Unmarshal(definition, &g); err != nil {
		problems.add("", CodeGroupSyntax, "a member has the wrong type: %v", err)
		return g, problems
	}
	if err := g.Check(); err != nil {
		more, _ := errors.AsType[Problems](err)
		problems = append(problems, more...)
	}
	return g, problems.err()
}

// Check reports all that is missing or unknown, as [Problems].
func (g Grouping) Check() error {
	var p Problems
	if len(g.Header) == 0 {
		p.add("/headerGroup", CodeGroupSyntax, "without fields of the head all rows would be one bill")
	}
	if g.BodyName == "" {
		p.add("/bodyName", CodeGroupSyntax, "the name of the lines is missing")
	}
	if g.MaxLines < 0 {
		p.add("/bodyMaxLine", CodeGroupSyntax, "a bill can not have %d lines at most", g.MaxLines)
	}
	if slices.Contains(g.Header, g.BodyName) {
		p.add("/bodyName", CodeGroupSyntax, "the head has a field %q too", g.BodyName)
	}
	for _, field := range slices.Sorted(maps.Keys(g.Calculate)) {
		path := "/calculate/" + pointer(field)
		if !slices.Contains(operators, g.Calculate[field]) {
			p.add(path, CodeGroupSyntax, "%q is none of %s", g.Calculate[field], strings.Join(operators, ", "))
		}
		if slices.Contains(g.Body, field) {
			p.add(path, CodeGroupSyntax, "%q is a field of bodyGroup too", field)
		}
	}
	return p.err()
}

// Group gathers rows, bills and lines in the order of their first row. Sums and
// averages are exact decimals over numbers and texts that are numbers; an absent, null
// or empty value does not count, any other is an error: it would be lost in the sum. A
// result is a JSON number if all values were, else a text. An average has four more
// decimals than the sum, rounded half up. Empty values are neither least nor greatest.
func (g Grouping) Group(rows [][]byte) ([]Bill, error) {
	if err := g.Check(); err != nil {
		return nil, err
	}
	bills := map[string]*bill{}
	var order []*bill
	for i, raw := range rows {
		o, err := parseObject(raw)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
		head := identity(o, g.Header)
		b := bills[head]
		if b == nil {
			b = &bill{head: o, lines: map[string]*line{}}
			bills[head] = b
			order = append(order, b)
		}
		body := identity(o, g.Body)
		l := b.lines[body]
		if l == nil {
			l = &line{first: o}
			b.lines[body] = l
			b.order = append(b.order, l)
		}
		l.rows, l.from = append(l.rows, o), append(l.from, i)
	}
	var out []Bill
	for _, b := range order {
		size := len(b.order)
		if g.MaxLines > 0 {
			size = g.MaxLines
		}
		for part := range slices.Chunk(b.order, size) {
			made, err := g.bill(b.head, part)
			if err != nil {
				return nil, err
			}
			out = append(out, made)
		}
	}
	return out, nil
}

type bill struct {
	head  object
	lines map[string]*line
	order []*line
}

type line struct {
	first object
	rows  []object
	from  []int
}

// Head is what the rows of one bill share, as a text for sorting and comparing: rows can be
// grouped a head at a time, so that not all of them need be in memory.
func (g Grouping) Head(row []byte) (string, error) {
	o, err := parseObject(row)
	if err != nil {
		return "", err
	}
	return identity(o, g.Header), nil
}

// identity is what rows of one group share; 1 and "1" are one value, absent and ""
// are not.
func identity(o object, fields []string) string {
	var b strings.Builder
	for _, f := range fields {
		v, ok := o.get(f)
		s := text(v)
		if isArray(v) || isObject(v) {
			s = string(v)
		}
		fmt.Fprintf(&b, "%t%d:%s", ok && !isNull(v), len(s), s)
	}
	return b.String()
}

func (g Grouping) bill(head object, lines []*line) (Bill, error) {
	var out Bill
	record := pick(head, g.Header)
	encoded := make([]json.RawMessage, len(lines))
	for i, l := range lines {
		fields := pick(l.first, g.Body)
		for _, field := range calculated(l.first, g.Calculate) {
			v, ok, err := calculate(l.rows, field, g.Calculate[field])
			if err != nil {
				return out, fmt.Errorf("duijie/mapping/rows: group: rows %v: %w", l.from, err)
			}
			if ok {
				fields = fields.with(field, v)
			}
		}
		raw, err := fields.encode()
		if err != nil {
			return out, err
		}
		encoded[i] = raw
		out.Rows = append(out.Rows, l.from...)
	}
	slices.Sort(out.Rows)
	raw, err := record.with(g.BodyName, encodeArray(encoded)).encode()
	out.Record = raw
	return out, err
}

func pick(o object, fields []string) (out object) {
	for _, f := range fields {
		if v, ok := o.get(f); ok {
			out = out.with(f, v)
		}
	}
	return out
}

// calculated are the fields to be calculated: in the order of the row, so that a line
// looks like what it was made of, then those the first row lacks.
func calculated(first object, fields map[string]string) (names []string) {
	for _, m := range first {
		if fields[m.name] != "" && !slices.Contains(names, m.name) {
			names = append(names, m.name)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(names, f) {
			names = append(names, f)
		}
	}
	return names
}

// calculate makes one value of a field over rows; ok is false where there is none.
func calculate(rows []object, field, operator string) (v json.RawMessage, ok bool, err error) {
	var values []json.RawMessage
	for _, r := range rows {
		if v, ok := r.get(field); ok && !isNull(v) {
			values = append(values, v)
		}
	}
	switch operator {
	case "$push":
		return encodeArray(values), true, nil
	case "$addToSet":
		return encodeArray(distinct(values)), true, nil
	case "$sum", "$avg":
		return total(values, field, operator == "$avg")
	}
	if operator == "$min" || operator == "$max" {
		values = slices.DeleteFunc(values, func(v json.RawMessage) bool { return isText(v) && text(v) == "" })
		if i := slices.IndexFunc(values, func(v json.RawMessage) bool { return isArray(v) || isObject(v) }); i >= 0 {
			return nil, false, fmt.Errorf("%q has no order, in field %q", cut("", values[i]), field)
		}
	}
	if len(values) == 0 {
		return nil, false, nil
	}
	best := values[0]
	for _, v := range values[1:] {
		c := compare(plain(v), plain(best))
		if operator == "$last" || operator == "$min" && c < 0 || operator == "$max" && c > 0 {
			best = v
		}
	}
	return best, true, nil
}

func distinct(values []json.RawMessage) (out []json.RawMessage) {
	seen := map[string]bool{}
	for _, v := range values {
		if !seen[string(v)] {
			seen[string(v)] = true
			out = append(out, v)
		}
	}
	return out
}

func total(values []json.RawMessage, field string, average bool) (json.RawMessage, bool, error) {
	sum, count, texts := duijie.Decimal{}, int64(0), false
	for _, v := range values {
		s := strings.TrimSpace(text(v))
		if isText(v) && s == "" {
			continue
		}
		d, err := duijie.ParseDecimal(s)
		if err != nil {
			return nil, false, fmt.Errorf("%q is no number, in field %q", cut(s, v), field)
		}
		sum, count, texts = sum.Add(d), count+1, texts || isText(v)
	}
	if count == 0 {
		return nil, false, nil
	}
	if average {
		var err error
		if sum, err = sum.Quo(duijie.DecimalFromInt(count), sum.Scale()+4, duijie.RoundHalfUp); err != nil {
			return nil, false, err
		}
	}
	if texts {
		sum = sum.Quoted()
	} else {
		sum = sum.Unquoted()
	}
	raw, err := sum.MarshalJSON()
	return raw, true, err
}

// cut is a value as an error shows it.
func cut(s string, v json.RawMessage) string {
	if s == "" {
		s = string(v)
	}
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
