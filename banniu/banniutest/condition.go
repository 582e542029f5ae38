package banniutest

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// condition is one entry of condition_column; entries are combined with AND.
type condition struct {
	ID           json.Number `json:"id"`
	BehaviorType json.Number `json:"behaviorType"`
	SearchType   string      `json:"searchType"`
	Value        any         `json:"value"`
}

// conditions is the filter of condition_column.
func (c *call) conditions(p *project) (func(*task) bool, *refusal) {
	raw := c.query.Get("condition_column")
	if raw == "" {
		return func(*task) bool { return true }, nil
	}
	dec := json.NewDecoder(strings.NewReader(raw))
	dec.UseNumber()
	var list []condition
	if err := dec.Decode(&list); err != nil {
		return nil, refuse(c.s.codes.Parameter, "condition_column格式错误")
	}
	var tests []func(*task) bool
	for _, cond := range list {
		test, ref := c.condition(p, cond)
		if ref != nil {
			return nil, ref
		}
		tests = append(tests, test)
	}
	return func(t *task) bool {
		for _, test := range tests {
			if !test(t) {
				return false
			}
		}
		return true
	}, nil
}

func (c *call) condition(p *project, cond condition) (func(*task) bool, *refusal) {
	id := cond.ID.String()
	col := p.column(id)
	behavior := Text
	switch {
	case col != nil:
		behavior = max(col.Behavior, Text)
	case id == "0" || slices.ContainsFunc(builtIn, func(b Column) bool { return strconv.FormatInt(b.ID, 10) == id }):
	default:
		return nil, refuse(c.s.codes.Parameter, "条件列%s不存在", id)
	}
	if cond.BehaviorType.String() == "" {
		return nil, refuse(c.s.codes.Parameter, "条件列%s缺少behaviorType", id)
	}
	wanted := []string{text(cond.Value)}
	if list, ok := cond.Value.([]any); ok {
		wanted = nil
		for _, v := range list {
			wanted = append(wanted, text(v))
		}
	}
	cell := func(t *task) string {
		if id == "0" {
			return strconv.FormatInt(t.id, 10)
		}
		return t.cells[id]
	}
	equal := func(t *task) bool {
		return slices.ContainsFunc(wanted, func(w string) bool { return same(behavior, cell(t), w) })
	}
	contains := func(t *task) bool {
		return slices.ContainsFunc(wanted, func(w string) bool { return strings.Contains(cell(t), w) })
	}
	anyOf := func(t *task) bool {
		return equal(t) || slices.ContainsFunc(strings.Split(cell(t), ","), func(one string) bool { return slices.Contains(wanted, one) })
	}
	switch cond.SearchType {
	case "1":
		return equal, nil
	case "2":
		return func(t *task) bool { return !equal(t) }, nil
	case "3":
		return contains, nil
	case "4":
		return func(t *task) bool { return !contains(t) }, nil
	case "5":
		return anyOf, nil
	}
	return nil, refuse(c.s.codes.Parameter, "searchType错误")
}

// same compares a cell with a value: numbers by worth, option ids as sets, else texts.
func same(b Behavior, cell, value string) bool {
	if cell == value {
		return true
	}
	switch b {
	case Number:
		x, okX := new(big.Rat).SetString(cell)
		y, okY := new(big.Rat).SetString(value)
		return okX && okY && x.Cmp(y) == 0
	case Multiple, Cascade, Tags:
		x, y := strings.Split(cell, ","), strings.Split(value, ",")
		slices.Sort(x)
		slices.Sort(y)
		return slices.Equal(x, y)
	}
	return false
}
