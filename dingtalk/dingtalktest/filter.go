package dingtalktest

import (
	"encoding/json"
	"slices"
	"strings"
)

// matcher tells whether a row is wanted.
type matcher func(hit) bool

// tested is a matcher of one component's value.
type tested func(v any) bool

func badSearch(why string, args ...any) *Error {
	e := refuse(codeSearch, why, args...)
	e.Message = "搜索时发生异常：" + e.Message
	return e
}

// conditions reads searchFieldJson or searchCondition. Objects (mode 1) are taken
// where the operation has them.
func (c *call) conditions(f *form, raw string, objects bool) (matcher, *Error) {
	v, broken := decode([]byte(raw))
	if broken != nil {
		return nil, badSearch("不是JSON")
	}
	switch v := v.(type) {
	case Row:
		if objects {
			return c.simple(f, v)
		}
	case []any:
		return c.listed(f, v)
	}
	return nil, badSearch("应为条件数组")
}

// simple is mode 1: an object of component ids and values, all of which match.
func (c *call) simple(f *form, given Row) (matcher, *Error) {
	if len(given) == 0 {
		return nil, refuse(codeNoValues, "searchFieldJson中组件值为空")
	}
	var all []matcher
	for _, key := range sortedKeys(given) {
		p := c.component(f, key)
		if p == nil {
			return nil, badSearch("没有组件%s", key)
		}
		if isEmpty(given[key]) {
			return nil, refuse(codeNoValues, "searchFieldJson中组件值为空：%s", key)
		}
		t := c.simpleTest(p, given[key])
		if t == nil {
			return nil, badSearch("组件%s的条件值不正确", key)
		}
		all = append(all, f.on(p, t))
	}
	return func(h hit) bool { return !slices.ContainsFunc(all, func(m matcher) bool { return !m(h) }) }, nil
}

// component finds a component as the call names it.
func (c *call) component(f *form, key string) *Component {
	if c.alias() && f.aliases[key] != "" {
		key = f.aliases[key]
	}
	return f.parts[key]
}

// on makes a matcher of a component's test; in a table one row is enough.
func (f *form) on(p *Component, t tested) matcher {
	table := f.parent[p.ID]
	return func(h hit) bool {
		if table == "" {
			return t(h.v.values[p.ID])
		}
		rows, _ := h.v.values[table].([]any)
		return slices.ContainsFunc(rows, func(x any) bool { return t(x.(Row)[p.ID]) })
	}
}

// simpleTest is the test of mode 1, nil when the value is of the wrong form.
func (c *call) simpleTest(p *Component, want any) tested {
	word, isText := want.(string)
	switch p.Name {
	case "TextField", "TextareaField":
		if isText {
			return func(v any) bool { return strings.Contains(text(v), word) }
		}
	case "NumberField", "RateField":
		if ends, all := texts(want); all && len(ends) == 2 {
			return c.between([]any{json.Number(ends[0]), json.Number(ends[1])})
		}
	case "DateField":
		return c.between(want)
	case "CascadeDateField":
		return c.spans(want)
	case "RadioField", "SelectField":
		if isText {
			return func(v any) bool { return text(v) == word }
		}
	case "CheckboxField", "MultiSelectField":
		if wanted, all := texts(want); all {
			return func(v any) bool {
				have, _ := texts(v)
				return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(have, w) })
			}
		}
	case "EmployeeField", "CascadeSelectField", "CitySelectField":
		if wanted, all := texts(want); all {
			return equalLists(wanted)
		}
	case "DepartmentSelectField":
		if id := text(want); id != "" {
			return equalLists([]string{id})
		}
	case "TableField":
		if isText {
			return anyCell(word)
		}
	}
	return nil
}

func equalLists(wanted []string) tested {
	return func(v any) bool {
		have, _ := texts(v)
		return slices.Equal(have, wanted)
	}
}

func anyOf(wanted []string) tested {
	return func(v any) bool {
		for _, have := range listed(v) {
			if slices.Contains(wanted, have) {
				return true
			}
		}
		return false
	}
}

// listed are the ids a value holds: one, several, or codes of countries.
func listed(v any) []string {
	items, isList := v.([]any)
	if !isList {
		return []string{text(v)}
	}
	var out []string
	for _, x := range items {
		if o, isObject := x.(Row); isObject {
			x = o["value"]
		}
		out = append(out, text(x))
	}
	return out
}

func anyCell(word string) tested {
	return func(v any) bool {
		rows, _ := v.([]any)
		for _, x := range rows {
			for k, cell := range x.(Row) {
				if k != rowID && strings.Contains(cellText(cell), word) {
					return true
				}
			}
		}
		return false
	}
}

func cellText(v any) string {
	if _, isList := v.([]any); isList {
		return encodeText(v)
	}
	return text(v)
}

// between is the range of two numbers; nil when want is none.
func (c *call) between(want any) tested {
	ends, isList := want.([]any)
	if !isList || len(ends) != 2 {
		return nil
	}
	low, okLow := float(ends[0])
	high, okHigh := float(ends[1])
	if !okLow || !okHigh {
		return nil
	}
	return func(v any) bool {
		n, isNumber := float(v)
		if !isNumber {
			return false
		}
		if c.s.exclusive && low != high {
			return n > low && n < high
		}
		return n >= low && n <= high
	}
}

// spans is the pair of ranges a date range is looked for by.
func (c *call) spans(want any) tested {
	pair, isList := want.([]any)
	if !isList || len(pair) != 2 {
		return nil
	}
	start, end := c.between(pair[0]), c.between(pair[1])
	if start == nil || end == nil {
		return nil
	}
	return func(v any) bool {
		have, _ := texts(v)
		return len(have) == 2 && start(have[0]) && end(have[1])
	}
}

// searchable is what mode 2 takes for a component: its type and operators.
type searchable struct {
	kind      string
	operators []string
}

var (
	ordered  = []string{"gt", "ge", "lt", "le", "between"}
	chosen   = []string{"eq", "contains"}
	worded   = []string{"eq", "like"}
	searches = map[string]searchable{
		"TextField": {"TEXT", worded}, "TextareaField": {"TEXT", worded}, "NumberField": {"DOUBLE", ordered}, "RateField": {"DOUBLE", ordered},
		"RadioField": {"ARRAY", chosen}, "SelectField": {"ARRAY", chosen}, "CheckboxField": {"ARRAY", chosen}, "MultiSelectField": {"ARRAY", chosen},
		"CascadeSelectField": {"STRING", chosen}, "DateField": {"DOUBLE", ordered}, "CascadeDateField": {"DOUBLE", []string{""}},
		"ImageField": {"TEXT", []string{"like"}}, "AttachmentField": {"TEXT", []string{"like"}}, "EmployeeField": {"STRING", chosen},
		"DepartmentSelectField": {"ARRAY", chosen}, "CountrySelectField": {"ARRAY", chosen}, "AddressField": {"TEXT", worded},
		"TableField": {"TEXT", []string{"contains"}},
	}
)

// listed is mode 2: an array of conditions joined by AND, or by OR where a version
// 1.0 search says so.
func (c *call) listed(f *form, list []any) (matcher, *Error) {
	var all []matcher
	for _, x := range list {
		one, isObject := x.(Row)
		if !isObject {
			return nil, badSearch("条件应为对象")
		}
		m, err := c.condition(f, one)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if c.str("logicOperator") == "or" && len(all) > 0 {
		return func(h hit) bool { return slices.ContainsFunc(all, func(m matcher) bool { return m(h) }) }, nil
	}
	return func(h hit) bool { return !slices.ContainsFunc(all, func(m matcher) bool { return !m(h) }) }, nil
}

func (c *call) condition(f *form, one Row) (matcher, *Error) {
	key, operator := text(one["key"]), text(one["operator"])
	if key == "" {
		return nil, badSearch("条件缺少key")
	}
	if isEmpty(one["value"]) {
		return nil, refuse(codeNoValues, "条件值为空：%s", key)
	}
	rule, isPreset := presets[key]
	p := c.component(f, key)
	if p != nil {
		rule = preset{component: p.Name, searchable: searches[p.Name]}
		if parent := text(one["parentId"]); parent != f.parent[p.ID] && (c.component(f, parent) == nil || c.component(f, parent).ID != f.parent[p.ID]) {
			return nil, badSearch("组件%s的parentId不正确", key)
		}
	} else if !isPreset {
		return nil, badSearch("没有组件%s", key)
	}
	switch {
	case rule.kind == "":
		return nil, badSearch("组件%s不支持搜索", key)
	case text(one["type"]) != rule.kind || text(one["componentName"]) != rule.component:
		return nil, badSearch("组件%s的type或componentName不正确", key)
	case !slices.Contains(rule.operators, operator):
		return nil, badSearch("组件%s不支持操作符%s", key, operator)
	}
	t := c.test(rule.component, operator, one["value"])
	if t == nil {
		return nil, badSearch("组件%s的条件值不正确", key)
	}
	if p != nil {
		return f.on(p, t), nil
	}
	return func(h hit) bool { return t(rule.of(c.s, h)) }, nil
}

// test is the test of mode 2, nil when the value is of the wrong form.
func (c *call) test(component, operator string, want any) tested {
	word, isText := want.(string)
	wanted, isTexts := texts(want)
	switch component {
	case "NumberField", "RateField", "DateField":
		return c.compare(operator, want)
	case "CascadeDateField":
		return c.spans(want)
	case "TableField":
		if isText {
			return anyCell(word)
		}
		return nil
	case "AddressField":
		return address(operator, want)
	case "EmployeeField":
		if operator == "contains" {
			v, err := decode([]byte(word))
			ids, all := texts(v)
			if err != nil || !all || !isText {
				return nil
			}
			return anyOf(ids)
		}
	}
	switch {
	case operator == "contains" || operator == "in":
		if isTexts {
			return anyOf(wanted)
		}
	case operator == "like":
		if isText {
			return func(v any) bool { return strings.Contains(cellText(v), word) }
		}
	case component == "CheckboxField" || component == "MultiSelectField" || component == "CascadeSelectField":
		if isTexts {
			return equalLists(wanted)
		}
	case isText:
		return func(v any) bool { return slices.Equal(listed(v), []string{word}) }
	}
	return nil
}

func (c *call) compare(operator string, want any) tested {
	if operator == "between" {
		return c.between(want)
	}
	if _, isNumber := want.(json.Number); !isNumber {
		return nil
	}
	limit, _ := float(want)
	return func(v any) bool {
		n, isNumber := float(v)
		if !isNumber {
			return false
		}
		switch operator {
		case "gt":
			return n > limit
		case "ge":
			return n >= limit
		case "lt":
			return n < limit
		}
		return n <= limit
	}
}

// address compares regions and the rest of an address.
func address(operator string, want any) tested {
	o, isObject := want.(Row)
	if !isObject {
		return nil
	}
	regions, isTexts := texts(o["regionIds"])
	if !isTexts && o["regionIds"] != nil {
		return nil
	}
	word := text(o["address"])
	return func(v any) bool {
		a, isAddress := v.(Row)
		if !isAddress {
			return false
		}
		have := listed(a["regionIds"])
		if operator == "eq" {
			return slices.Equal(have, regions) && text(a["address"]) == word
		}
		return len(have) >= len(regions) && slices.Equal(have[:len(regions)], regions) && strings.Contains(text(a["address"]), word)
	}
}

// preset is a key that is no component.
type preset struct {
	component string
	searchable
	of func(*Server, hit) any
}

var presets = map[string]preset{
	"originator":            {"EmployeeField", searchable{"STRING", []string{"eq"}}, func(_ *Server, h hit) any { return h.creator }},
	"originatorCorp":        {"SelectField", searchable{"ARRAY", []string{"eq"}}, func(s *Server, _ hit) any { return s.corpID }},
	"createTime":            {"DateField", searchable{"DOUBLE", ordered}, func(_ *Server, h hit) any { return millis(h.created) }},
	"modifiedTime":          {"DateField", searchable{"DOUBLE", ordered}, func(_ *Server, h hit) any { return millis(h.v.modified) }},
	"serialNo":              {"TextField", searchable{"TEXT", []string{"eq"}}, func(_ *Server, h hit) any { return h.serial }},
	"currentNodeName":       {"TextField", searchable{"TEXT", worded}, func(_ *Server, h hit) any { return h.nodeName() }},
	"processApprovedResult": {"SelectField", searchable{"ARRAY", []string{"in"}}, func(_ *Server, h hit) any { return h.v.result }},
	"processInstanceStatus": {"SelectField", searchable{"ARRAY", []string{"in"}}, func(_ *Server, h hit) any { return h.v.status }},
	"taskId":                {"TextField", searchable{"TEXT", worded}, func(_ *Server, h hit) any { return h.taskText() }},
}
