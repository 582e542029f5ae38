package kingdeetest

import (
	"strings"
)

// view serves View (查看): the record under its entity property names.
func (c *call) view() any {
	form := c.params.text("formid")
	if form == "" {
		return c.fail(issue{text: "业务对象标识不能为空", code: codeNoForm})
	}
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	t := c.s.table(form)
	if t == nil {
		return c.unknownForm()
	}
	number, id := data.text("number"), data.text("id")
	var rec *record
	switch {
	case number != "":
		if rec = t.find(number); rec == nil {
			return c.fail(noSuchNumber(number))
		}
	case id != "" && id != "0":
		key, _ := parseKey(id)
		if rec = t.findID(key); rec == nil {
			return c.fail(issue{text: "内码值[" + id + "]不存在", code: codeNotFound})
		}
	default:
		return c.badParameter("编码值或内码值必须传其一")
	}
	return answered{result{Result: c.s.viewOf(t, rec)}}
}

// property is the entity property name of a field: mostly without the leading F.
func property(key string) string {
	if isCustom(key) || strings.EqualFold(key, "FModifyDate") || !strings.HasPrefix(key, "F") {
		return key
	}
	return key[1:]
}

func (s *Server) viewOf(t *table, rec *record) map[string]any {
	out := map[string]any{"Id": t.keyValue(rec.id), "msterID": t.keyValue(rec.id)}
	for _, f := range t.head {
		switch {
		case f.kind == kindKey:
		case strings.EqualFold(f.key, t.Name):
			name := plainText(rec.vals[f.key])
			out["Name"] = languages(name)
			out["MultiLanguageText"] = []any{map[string]any{"PkId": rec.id, "LocaleId": 2052, "Name": name}}
		default:
			s.viewField(out, t, view{rec: rec}, f)
		}
	}
	for _, f := range t.custom {
		if f.part == nil {
			s.viewField(out, t, view{rec: rec}, f)
		}
	}
	for _, p := range t.parts {
		out[property(p.key)] = s.viewPart(t, rec, p)
	}
	return out
}

// viewPart lists lines; a sub-head is a list of one.
func (s *Server) viewPart(t *table, rec *record, p *part) []any {
	lines, _ := rec.vals[p.key].([]map[string]any)
	if sub, ok := rec.vals[p.key].(map[string]any); ok {
		lines = []map[string]any{sub}
	}
	out := []any{}
	for i, line := range lines {
		v := view{rec, map[*part]map[string]any{p: line}}
		m := map[string]any{"Seq": i + 1}
		if p.lines {
			m["Id"] = line[lineKey]
		}
		for _, f := range p.fields {
			if f.kind != kindLineID {
				s.viewField(m, t, v, f)
			}
		}
		for _, f := range t.custom {
			if f.part == p {
				s.viewField(m, t, v, f)
			}
		}
		out = append(out, m)
	}
	return out
}

// viewField writes a field; a reference is X_Id beside X, 0 and null when unset.
func (s *Server) viewField(out map[string]any, t *table, v view, f *field) {
	name := property(f.key)
	ref, isRef := v.stored(f).(map[string]any)
	switch {
	case isRef:
		col := func(path string) any { return jsonValue(t.value(s, v, column{f, path})) }
		out[name+"_Id"] = col("")
		out[name] = map[string]any{
			"Id": s.refID(f.target, ref), "Number": col("FNumber"), "Name": languages(plainText(col("FName"))),
		}
	case f.kind == kindRef:
		out[name+"_Id"], out[name] = 0, nil
	default:
		out[name] = jsonValue(t.value(s, v, column{field: f}))
	}
}

func languages(text string) []any { return []any{map[string]any{"Key": 2052, "Value": text}} }
