package dingtalktest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxTableRows  = 500
	maxOptionText = 255
)

// rowID is the member of a sub-table's row that holds its id; no component has
// such a name.
const rowID = "\x00row"

// checker judges and normalises one value in its writing form.
type checker func(s *Server, p *Component, v any) (any, *Error)

// checks are the writing forms of section 7, by componentName. TableField is
// judged by values.
var checks = map[string]checker{
	"TextField": checkText, "TextareaField": checkText, "EditorField": checkText, "DigitalSignatureField": checkText,
	"NumberField": checkNumber, "DateField": checkInteger, "RateField": checkInteger, "RadioField": checkOption, "SelectField": checkOption,
	"CheckboxField": checkTexts, "MultiSelectField": checkTexts, "CascadeSelectField": checkTexts, "CitySelectField": checkTexts,
	"CascadeDateField": checkSpan, "EmployeeField": checkPeople, "DepartmentSelectField": checkDepartments,
	"CountrySelectField": objects("value"), "LinkField": objects("link", "text"), "ImageField": objects("name", "url"),
	"AttachmentField": objects("name", "url"), "AssociationFormField": checkAssociation, "AddressField": checkAddress, "SerialNumberField": checkSerial,
}

func badValue(p *Component, why string) *Error {
	return refuse(codeBadData, "表单数据格式不正确：%s %s", p.ID, why)
}

func checkText(_ *Server, p *Component, v any) (any, *Error) {
	if _, isText := v.(string); !isText {
		return nil, badValue(p, "应为字符串")
	}
	return v, nil
}

func checkNumber(_ *Server, p *Component, v any) (any, *Error) {
	n, isNumber := v.(json.Number)
	if !isNumber {
		if v == "" {
			return "", nil
		}
		return nil, refuse(codeNotNumber, "期望数值，但实际不是数值：%s", p.ID)
	}
	d, fits := double(n)
	if !fits {
		return nil, refuse(codeDigits, "数值长度超限：%s", p.ID)
	}
	return d, nil
}

func checkInteger(s *Server, p *Component, v any) (any, *Error) {
	n, err := checkNumber(s, p, v)
	if err != nil || n == "" {
		return n, err
	}
	if _, isInt := integer(v); !isInt {
		return nil, badValue(p, "应为整数")
	}
	return v, nil
}

func checkOption(_ *Server, p *Component, v any) (any, *Error) {
	word, isText := v.(string)
	if !isText {
		return nil, badValue(p, "应为字符串")
	}
	if utf8.RuneCountInString(word) > maxOptionText {
		return nil, refuse(codeOption, "选项值超过255个字符：%s", p.ID)
	}
	return v, nil
}

// list is what array components share.
func list(p *Component, v any) ([]any, *Error) {
	switch v := v.(type) {
	case []any:
		return v, nil
	case string:
		return nil, refuse(codeNotObjects, "数组类型的组件值不能为字符串：%s", p.ID)
	}
	return nil, badValue(p, "应为数组")
}

func checkTexts(_ *Server, p *Component, v any) (any, *Error) {
	items, err := list(p, v)
	if err != nil {
		return nil, err
	}
	if _, all := texts(items); !all {
		return nil, badValue(p, "应为字符串数组")
	}
	return v, nil
}

// checkSpan wants two texts of milliseconds; either may be empty.
func checkSpan(s *Server, p *Component, v any) (any, *Error) {
	if _, err := checkTexts(s, p, v); err != nil {
		return nil, err
	}
	ends, _ := texts(v)
	if len(ends) != 2 && len(ends) != 0 {
		return nil, badValue(p, "应为两个时间")
	}
	for _, e := range ends {
		if _, isInt := integer(e); e != "" && !isInt {
			return nil, badValue(p, "应为毫秒时间戳")
		}
	}
	return v, nil
}

func checkPeople(s *Server, p *Component, v any) (any, *Error) {
	if _, err := checkTexts(s, p, v); err != nil {
		return nil, err
	}
	ids, _ := texts(v)
	for _, id := range ids {
		if s.people.users[id] == nil {
			return nil, refuse(codeNoUser, "用户不存在：%s %s", p.ID, id)
		}
	}
	return v, nil
}

func checkDepartments(s *Server, p *Component, v any) (any, *Error) {
	if _, err := checkTexts(s, p, v); err != nil {
		return nil, err
	}
	ids, _ := texts(v)
	for _, id := range ids {
		n, isInt := integer(id)
		if !isInt || s.people.departments[n] == nil {
			return nil, badValue(p, "部门不存在 "+id)
		}
	}
	return v, nil
}

// objects wants an array of objects with some members of text.
func objects(need ...string) checker {
	return func(_ *Server, p *Component, v any) (any, *Error) {
		items, err := list(p, v)
		if err != nil {
			return nil, err
		}
		for _, x := range items {
			if _, isText := x.(string); isText {
				return nil, refuse(codeNotObjects, "数组元素不能为字符串：%s", p.ID)
			}
			o, isObject := x.(Row)
			if !isObject {
				return nil, badValue(p, "应为对象数组")
			}
			for _, name := range need {
				if _, isText := o[name].(string); !isText {
					return nil, badValue(p, "缺少"+name)
				}
			}
		}
		return v, nil
	}
}

func checkAssociation(s *Server, p *Component, v any) (any, *Error) {
	if _, err := objects("appType", "formUuid", "formType", "instanceId", "title")(s, p, v); err != nil {
		return nil, err
	}
	for _, x := range v.([]any) {
		if kind := text(x.(Row)["formType"]); kind != string(Receipt) && kind != string(Process) {
			return nil, badValue(p, "formType不正确 "+kind)
		}
	}
	return v, nil
}

func checkAddress(_ *Server, p *Component, v any) (any, *Error) {
	if v == "" {
		return v, nil
	}
	o, isObject := v.(Row)
	if !isObject {
		return nil, badValue(p, "应为地址对象")
	}
	regions, isList := o["regionIds"].([]any)
	if !isList {
		return nil, badValue(p, "缺少regionIds")
	}
	for _, id := range regions {
		if _, isNumber := id.(json.Number); !isNumber {
			return nil, badValue(p, "regionIds应为数值")
		}
	}
	if _, isList := o["regionText"].([]any); !isList {
		return nil, badValue(p, "缺少regionText")
	}
	return v, nil
}

func checkSerial(_ *Server, p *Component, _ any) (any, *Error) {
	return nil, badValue(p, "流水号不可写入")
}

// formData reads a string that holds the values of a form.
func (c *call) formData(f *form, raw string, alias, rules bool) (Row, *Error) {
	v, err := decode([]byte(raw))
	given, isObject := v.(Row)
	if err != nil || !isObject {
		return nil, refuse(codeFormat, "方法入参格式不正确：表单数据不是JSON对象")
	}
	values, refused := c.s.values(f, "", given, alias)
	if refused != nil {
		return nil, refused
	}
	return values, c.s.refusedRow(f, values, rules)
}

// values judges values of a form, or of one of its tables.
func (s *Server) values(f *form, parent string, given Row, alias bool) (Row, *Error) {
	out := Row{}
	for _, key := range sortedKeys(given) {
		id := key
		if alias && f.aliases[key] != "" {
			id = f.aliases[key]
		}
		p := f.parts[id]
		if p == nil || f.parent[id] != parent || alias && p.Alias != "" && key != p.Alias {
			if s.ignoreUnknown {
				continue
			}
			return nil, refuse(codeComponent, "组件已被删除：%s", key)
		}
		v, err := s.value(f, p, given[key], alias)
		if err != nil {
			return nil, err
		}
		out[id] = v
	}
	return out, nil
}

func (s *Server) value(f *form, p *Component, v any, alias bool) (any, *Error) {
	if v == nil {
		return nil, badValue(p, "不能为null")
	}
	if p.Name != "TableField" {
		return checks[p.Name](s, p, v)
	}
	items, err := list(p, v)
	if err != nil {
		return nil, err
	}
	if len(items) > maxTableRows {
		return nil, refuse(codeArray, "数组长度超过%d：%s", maxTableRows, p.ID)
	}
	rows := []any{}
	for _, x := range items {
		if _, isText := x.(string); isText {
			return nil, refuse(codeNotObjects, "数组元素不能为字符串：%s", p.ID)
		}
		cells, isObject := x.(Row)
		if !isObject {
			return nil, badValue(p, "应为对象数组")
		}
		kept, err := s.values(f, p.ID, cells, alias)
		if err != nil {
			return nil, err
		}
		kept[rowID] = strings.ToUpper("row" + strconv.FormatInt(s.next(), 36))
		rows = append(rows, kept)
	}
	return rows, nil
}

// isEmpty tells whether a value counts as not filled in.
func isEmpty(v any) bool {
	if items, isList := v.([]any); isList {
		return len(items) == 0
	}
	return v == nil || v == ""
}

// complete checks the rule that required components are filled in.
func (f *form) complete(values Row) *Error {
	for _, p := range f.Components {
		if p.Required && isEmpty(values[p.ID]) {
			return refuse(codeRules, "表单提交校验规则不通过：%s 必填", p.ID)
		}
	}
	return nil
}

// poison makes writes with a value fail.
type poison struct {
	form, component, value string
	err                    *Error
}

// Refuse makes every write to the form fail whose component has that text, with
// this code of Yida ("" takes the poison away again). Batches say no more than that
// something in them was refused.
func (s *Server) Refuse(formUUID, component, value, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.poison = slices.DeleteFunc(s.poison, func(p poison) bool { return p.form == formUUID && p.component == component && p.value == value })
	if code != "" {
		s.poison = append(s.poison, poison{formUUID, component, value, refuse(code, "表单数据校验不通过")})
	}
}

// refusedRow applies the poison of [Server.Refuse] and, with rules on, refuses an
// empty form.
func (s *Server) refusedRow(f *form, values Row, rules bool) *Error {
	for _, p := range s.poison {
		if p.form == f.UUID && text(values[p.component]) == p.value && p.value != "" {
			return p.err
		}
	}
	if rules && len(values) == 0 {
		return refuse(codeBlank, "表单数据为空")
	}
	return nil
}

func sortedKeys(r Row) []string {
	keys := make([]string, 0, len(r))
	for k := range r {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
