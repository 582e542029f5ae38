package mapping

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// table is a list of pairs.
type table struct {
	forward, back map[string]string
	twice         map[string]bool // right texts of several left ones
}

// Table is a list of pairs of texts, such as the codes of one system and those of
// another. The zero Table is empty.
type Table struct{ t table }

// NewTable makes a table of pairs, left to right. Several left texts may have the
// same right text; looked up in reverse, such a text is an error on the record.
func NewTable(pairs map[string]string) Table {
	t := Table{table{forward: make(map[string]string, len(pairs)), back: make(map[string]string, len(pairs)), twice: map[string]bool{}}}
	for left, right := range pairs {
		t.t.forward[left] = right
		if _, known := t.t.back[right]; known {
			t.t.twice[right] = true
		}
		t.t.back[right] = left
	}
	for right := range t.t.twice {
		delete(t.t.back, right)
	}
	return t
}

var errNotInTable = errors.New("the table does not hold the value")

// find sends a value through the table.
func (t *table) find(v Value, call *TableCall) (Value, error) {
	if v.kind == KindArray || v.kind == KindObject {
		return Value{}, unfit("a text", v)
	}
	pairs := t.forward
	if call.Reverse {
		pairs = t.back
	}
	text := v.Text()
	if to, ok := pairs[text]; ok {
		return TextValue(to), nil
	}
	switch {
	case call.Reverse && t.twice[text]: // not even with Keep: it would pass for the left text
		return Value{}, failAt(CodeMappingNotFound, -1, "%q has several partners in the table", short(text))
	case call.Keep:
		return v, nil
	}
	return Value{}, &failure{code: CodeMappingNotFound, member: "/table", offset: -1, err: fmt.Errorf("%w %q", errNotInTable, short(text))}
}

// ReadTable reads a table from CSV whose first line names the columns: a_value holds
// the left texts and b_value the right ones, others are left out. Blank lines are
// passed over; a left text that comes again with another right one is an error.
func ReadTable(r io.Reader) (Table, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = -1
	names, err := in.Read()
	if err != nil {
		return Table{}, fmt.Errorf("mapping: table: the line of column names: %w", err)
	}
	names[0] = strings.TrimPrefix(names[0], "\ufeff") // spreadsheets write one
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	left, right := slices.Index(names, "a_value"), slices.Index(names, "b_value")
	if left < 0 || right < 0 {
		return Table{}, errors.New("mapping: table: there are no columns a_value and b_value")
	}
	pairs := map[string]string{}
	for {
		row, err := in.Read()
		if err == io.EOF {
			return NewTable(pairs), nil
		}
		if err != nil {
			return Table{}, fmt.Errorf("mapping: table: %w", err)
		}
		line, _ := in.FieldPos(0)
		if len(row) <= max(left, right) {
			return Table{}, fmt.Errorf("mapping: table: line %d has %d columns", line, len(row))
		}
		a, b := row[left], row[right]
		if a == "" && b == "" {
			continue
		}
		if old, twice := pairs[a]; twice && old != b {
			return Table{}, fmt.Errorf("mapping: table: line %d: %q has two partners", line, short(a))
		}
		pairs[a] = b
	}
}
