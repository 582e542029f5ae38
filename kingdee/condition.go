package kingdee

import (
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// Condition is one condition of the array form of a filter: what [Filter] is in
// one text comes in pieces here. A request firewall that stops texts with
// < or ( in them may let it pass. Make them with [Filter.Conditions].
type Condition struct {
	Left      string // opening brackets, "" or "(("
	FieldName string // field key
	Compare   string // "=", "<>", ">", ">=", "<", "<="
	Value     string // without quotes
	Right     string // closing brackets
	Logic     string // "0" and, "1" or
}

// The two values of Condition.Logic.
const (
	logicAnd = "0"
	logicOr  = "1"
)

// array is a filter in the array form, as far as it has one.
type array struct {
	list  []Condition
	logic string // what joins them, "" for a single one
	no    string // why there is none
}

// Conditions is the array form of the filter, for [Query.Conditions]. The
// platform describes little of it, so only what can not be misunderstood is
// made: comparisons and lists, all joined by and, or all by or, whose values
// hold no quotation mark. Anything else is [duijie.ErrInvalid]: use the text.
func (f Filter) Conditions() ([]Condition, error) {
	if f.err != nil {
		return nil, f.err
	}
	if strings.TrimSpace(f.text) == "" {
		return nil, nil
	}
	a := f.array()
	if a.no != "" {
		return nil, fmt.Errorf("kingdee: filter: there is no array form: %s: %w", a.no, duijie.ErrInvalid)
	}
	return slices.Clone(a.list), nil
}

func noArray(why string) func() array { return func() array { return array{no: why} } }

// oneArray is a comparison with a literal as the text form writes it.
func oneArray(field, op, text string) array {
	if len(text) > 1 && text[0] == '\'' {
		text = text[1 : len(text)-1]
		if strings.Contains(text, "'") {
			return array{no: "a value holds a quotation mark"}
		}
	}
	return array{list: []Condition{{FieldName: field, Compare: op, Value: text, Logic: logicAnd}}}
}

// inArray is a list: equal to one of the values.
func inArray[T any](field string, values []T) array {
	if len(values) > InMost {
		return array{no: "the list is too long"}
	}
	out := array{}
	for _, v := range values {
		text, err := literal(v)
		if err != nil {
			return array{no: err.Error()}
		}
		one := oneArray(field, "=", text)
		if one.no != "" {
			return one
		}
		out.list = append(out.list, one.list...)
	}
	if len(out.list) > 1 {
		out.setLogic(logicOr)
	}
	return out
}

func joinArray(word string, parts []Filter) array {
	logic := logicAnd
	if word == " or " {
		logic = logicOr
	}
	out := array{}
	for _, f := range parts {
		a := f.array()
		if a.no != "" {
			return a
		}
		if a.logic != "" && a.logic != logic {
			return array{no: "it mixes and with or"}
		}
		out.list = append(out.list, a.list...)
	}
	out.setLogic(logic)
	return out
}

// setLogic joins all conditions in one way: then it does not matter whether Logic
// joins a condition with the one before or behind it.
func (a *array) setLogic(logic string) {
	a.logic = logic
	for i := range a.list {
		a.list[i].Logic = logic
	}
}

var compareWords = []string{"=", "<>", ">", ">=", "<", "<="}

// checkConditions refuses what is no condition, and brackets that do not match.
func checkConditions(list []Condition) error {
	depth := 0
	for i, c := range list {
		if err := checkField(c.FieldName); err != nil {
			return err
		}
		depth += len(c.Left) - len(c.Right)
		if !slices.Contains(compareWords, c.Compare) || c.Logic != logicAnd && c.Logic != logicOr || depth < 0 ||
			strings.Trim(c.Left, "(") != "" || strings.Trim(c.Right, ")") != "" || strings.Contains(c.Value, "'") {
			return fmt.Errorf("kingdee: condition %d on %s: an unknown comparison or logic, a quotation mark, or brackets that do not match: %w", i, c.FieldName, duijie.ErrInvalid)
		}
	}
	if depth != 0 {
		return fmt.Errorf("kingdee: conditions: brackets that do not match: %w", duijie.ErrInvalid)
	}
	return nil
}
