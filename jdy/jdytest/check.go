package jdytest

import (
	"encoding/json"
	"slices"
	"strings"
)

func sortedKeys(m Row) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// checker checks a body against a table.
type checker struct {
	types  map[string][]field
	strict bool
	update bool // an id is given
	needs  bool // numbers are needed: there are no numbering rules
	master bool // master data needs its number on update
	bulk   bool // what is missing in one of several objects is that object's matter
}

// object checks the types of an object's members, then that the required ones
// are there. Unknown members and nulls are taken out, as if they had not come. line is the number of an entry, 0 for the head.
func (c checker) object(fields []field, row Row, line int) *Error {
	for _, key := range sortedKeys(row) {
		if row[key] == nil {
			delete(row, key)
			continue
		}
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == key })
		if i < 0 {
			if c.strict {
				return badRequest("proto: unknown field %q", key)
			}
			delete(row, key)
			continue
		}
		if err := c.value(fields[i], row[key]); err != nil {
			return err
		}
	}
	if c.bulk && line > 0 {
		return nil
	}
	for _, f := range fields {
		numbered := line == 0 && (f.name == "number" || f.name == "bill_no")
		if (f.required || numbered) && c.missing(fields, f, row, line) {
			return emptyField(f.name, line)
		}
	}
	return nil
}

func emptyField(name string, line int) *Error {
	if line == 0 {
		return refuse(codeEmpty, "参数[%s]不能为空", name)
	}
	if x, ok := strings.CutSuffix(name, "_id"); ok {
		return refuse(codeEmpty, "第%d行基础资料\"%s\"字段不能为空", line, x)
	}
	return refuse(codeEmpty, "第%d行参数[%s]不能为空", line, name)
}

// missing tells whether a required field is missing. An id is made up for by its
// number and the other way round; ids of the object itself and numbers are given
// by the platform; false and absent are the same for switches.
func (c checker) missing(fields []field, f field, row Row, line int) bool {
	v := row[f.name]
	switch {
	case f.name == "id" || f.kind == "b":
		return false
	case line == 0 && (f.name == "number" || f.name == "bill_no"):
		return text(v) == "" && (c.needs && !c.update || c.update && c.master)
	}
	if x, ok := strings.CutSuffix(f.name, "_id"); ok && text(row[x+"_number"]) != "" {
		return false
	}
	if x, ok := strings.CutSuffix(f.name, "_number"); ok && (text(row[x+"_id"]) != "" || hasField(fields, x+"_id")) {
		return text(row[x+"_id"]) == "" && text(v) == ""
	}
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}

func hasField(fields []field, name string) bool { _, ok := has(fields, name); return ok }

func (c checker) value(f field, v any) *Error {
	switch f.kind {
	case "s":
		if _, ok := v.(string); !ok {
			return badValue("string", v)
		}
		return nil
	case "n", "i":
		return checkNumber(f.kind, v)
	case "b":
		if _, ok := v.(bool); !ok {
			return badValue("bool", v)
		}
		return nil
	case "m", "o":
		if _, ok := v.(map[string]any); !ok {
			return unexpected(v)
		}
		return nil
	}
	return c.nested(f, v)
}

func (c checker) nested(f field, v any) *Error {
	name, list := listed(f.kind)
	if !list && !strings.HasPrefix(f.kind, "[") && f.kind != "a" {
		row, ok := v.(map[string]any)
		if !ok {
			return unexpected(v)
		}
		return c.object(c.types[f.kind], row, 0)
	}
	items, ok := v.([]any)
	if !ok {
		return unexpected(v)
	}
	for i, x := range items {
		if !list {
			if _, ok := x.(string); f.kind == "[s]" && !ok {
				return badValue("string", x)
			}
			continue
		}
		row, ok := x.(map[string]any)
		if !ok {
			return unexpected(x)
		}
		if err := c.object(c.types[name], row, i+1); err != nil {
			return err
		}
	}
	return nil
}

// checkNumber takes a JSON number or a text that is one.
func checkNumber(kind string, v any) *Error {
	r, ok := parseDec(text(v))
	if _, isBool := v.(bool); isBool || !ok {
		return badValue(map[string]string{"n": "double", "i": "int64"}[kind], v)
	}
	if kind == "i" && !r.IsInt() {
		return badValue("int64", v)
	}
	return nil
}

func badValue(kind string, v any) *Error {
	switch v.(type) {
	case map[string]any, []any:
		return unexpected(v)
	}
	return badRequest("proto: invalid value for %s type: %s", kind, literal(v))
}

func unexpected(v any) *Error {
	return badRequest("proto: syntax error: unexpected token %s", literal(v))
}

func literal(v any) string {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case map[string]any:
		return "{"
	case []any:
		return "["
	}
	return string(encode(v))
}
