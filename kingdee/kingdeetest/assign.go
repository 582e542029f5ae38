package kingdeetest

import (
	"encoding/json"
	"strings"
)

// value turns what was sent into what is stored.
func (b *saver) value(f *field, v any) (any, []issue) {
	switch f.kind {
	case kindRef, kindCustom:
		return b.reference(f, v)
	case kindDecimal:
		return decimal(f, v)
	case kindBool:
		return boolean(f, v)
	case kindDate:
		return date(f, v)
	case kindFlex:
		return b.flex(f, v)
	case kindList:
		if _, isList := v.([]any); v != nil && !isList {
			return nil, invalid(f.key, "“"+f.key+"”必须是数组")
		}
		return plainValue(v), nil
	case kindName, kindLang:
		return b.languages(f, v)
	}
	if _, isObject := v.(members); isObject {
		return nil, wrongValue(f)
	}
	return plainValue(v), nil
}

func wrongValue(f *field) []issue { return invalid(f.key, "字段“"+f.label()+"”的值不正确") }

// languages takes a text, or a list with one text for each language of which the
// Chinese one counts.
func (b *saver) languages(f *field, v any) (any, []issue) {
	list, isList := v.([]any)
	if !isList {
		if _, isObject := v.(members); isObject {
			return nil, wrongValue(f)
		}
		return v, nil
	}
	for _, x := range list {
		if m, ok := x.(members); ok && plainText(m.get("Key")) == "2052" {
			return m.get("Value"), nil
		}
	}
	return nil, wrongValue(f)
}

func date(f *field, v any) (any, []issue) {
	text, isText := v.(string)
	if v == nil || isText && strings.TrimSpace(text) == "" {
		return nil, nil
	}
	d, ok := parseDate(text)
	if !ok {
		return nil, invalid(f.key, "字段“"+f.label()+"”的日期格式不正确")
	}
	return d, nil
}

func decimal(f *field, v any) (any, []issue) {
	text := strings.TrimSpace(plainText(v))
	if v == nil || v == "" {
		return nil, nil
	}
	var n json.Number
	if text == "" || decode([]byte(text), &n) != nil || strings.HasPrefix(text, `"`) {
		return nil, invalid(f.key, "字段“"+f.label()+"”的数值格式不正确")
	}
	return n, nil
}

func boolean(f *field, v any) (any, []issue) {
	switch strings.ToLower(strings.TrimSpace(plainText(v))) {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	case "":
		if _, isObject := v.(members); !isObject {
			return nil, nil
		}
	}
	return nil, wrongValue(f)
}

// flex takes {"FDETAILID__FFLEX6":{"FNumber":".."}}, an object of references.
func (b *saver) flex(f *field, v any) (any, []issue) {
	m, isObject := v.(members)
	switch {
	case v == nil:
		return nil, nil
	case !isObject:
		return nil, invalid(f.key, "字段“"+f.label()+"”是维度字段，必须以对象形式传值")
	}
	for _, x := range m {
		if _, inner, ok := strings.Cut(strings.ToLower(x.key), "__"); !ok || inner == "" {
			return nil, unknownField(x.key)
		}
		if _, isObject := x.value.(members); !isObject && x.value != nil {
			if _, isText := x.value.(string); !isText {
				return nil, wrongValue(f)
			}
		}
	}
	return m.plain(), nil
}

// reference takes {"FNumber":...}. A number the server can tell is wrong empties
// the field, or is an error when references are to be verified.
func (b *saver) reference(f *field, v any) (any, []issue) {
	m, isObject := v.(members)
	if b.seed && f.kind == kindRef && v != nil && !isObject {
		return map[string]any{"FNumber": plainText(v)}, nil
	}
	switch {
	case f.kind == kindCustom && !isObject:
		return plainValue(v), nil
	case v == nil:
		return nil, nil
	case !isObject:
		return nil, invalid(f.key, "字段“"+f.label()+"”是基础资料，必须以对象形式传值")
	}
	ref := m.plain()
	if blank(ref) {
		return nil, nil
	}
	if b.seed || b.known(f, ref) {
		b.name(f, ref)
		return ref, nil
	}
	if b.verify {
		return nil, invalid(f.key, "字段“"+f.label()+"”的值["+refNumber(ref)+"]不存在")
	}
	return nil, nil
}

// name adds the number to a reference that was made by primary key or by name.
func (b *saver) name(f *field, ref map[string]any) {
	t := b.s.tables[f.target]
	if t == nil || inner(ref, "FNumber") != nil || inner(ref, t.Number) != nil {
		return
	}
	if rec := b.s.referred(f.target, ref, b.org); rec != nil {
		ref["FNumber"] = rec.number
	}
}

// known tells whether a reference points to something, as far as the server can
// tell.
func (b *saver) known(f *field, ref map[string]any) bool {
	t := b.s.tables[f.target]
	if t == nil || f.lax && len(t.ids) == 0 {
		return true
	}
	if b.byKey && blank(inner(ref, t.Key)) {
		return false
	}
	return b.s.referred(f.target, ref, b.org) != nil
}
