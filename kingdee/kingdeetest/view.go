package kingdeetest

import "strings"

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
	org := c.orgAsked(data)
	var rec *record
	switch {
	case number != "":
		if rec = t.find(number, org); rec == nil {
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

// property is the entity property name of a field of this form.
func (t *table) property(f *field) string {
	if name := t.Entity[f.key]; name != "" && f.part == nil {
		return name
	}
	return property(f.key)
}

// property is the entity property name of a field: mostly without the leading F.
func property(key string) string {
	if isCustom(key) || strings.EqualFold(key, "FModifyDate") || !strings.HasPrefix(key, "F") {
		return key
	}
	return key[1:]
}

func (s *Server) viewOf(t *table, rec *record) map[string]any {
	master := rec.id
	if rec.master != 0 {
		master = rec.master
	}
	out := map[string]any{"Id": t.keyValue(rec.id)}
	if t.Name != "" {
		out["msterID"] = t.keyValue(master)
	}
	texts := map[string]any{}
	for _, f := range t.head {
		switch f.kind {
		case kindKey:
		case kindNumber:
			out[t.property(f)] = rec.number
			if t.Name != "" {
				out["Number"] = rec.number
			}
		case kindName, kindLang:
			name := t.property(f)
			if f.kind == kindName {
				name = "Name"
			}
			texts[name] = filled(plainText(rec.vals[f.key]))
			out[name] = languages(filled(plainText(rec.vals[f.key])))
		default:
			s.viewField(out, t, view{rec: rec}, f)
		}
	}
	if len(texts) > 0 {
		out["MultiLanguageText"] = translated(rec.id, texts)
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

// filled is a text as View shows it: one blank for an empty one.
func filled(text string) string {
	if text == "" {
		return " "
	}
	return text
}

func translated(id any, texts map[string]any) []any {
	out := map[string]any{"PkId": id, "LocaleId": 2052}
	for k, v := range texts {
		out[k] = v
	}
	return []any{out}
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
		m := map[string]any{"Seq": i + 1, "Id": rec.id}
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
	name := t.property(f)
	ref, isObject := v.stored(f).(map[string]any)
	switch {
	case isObject && f.kind == kindFlex:
		s.viewFlex(out, name, ref)
	case isObject:
		org := t.orgOf(v.rec, f)
		out[name+"_Id"], out[name] = s.refKey(f.target, ref, org), s.viewRef(f, ref, org)
	case f.kind == kindRef || f.kind == kindFlex:
		out[name+"_Id"], out[name] = s.noKey(f), nil
	case f.kind == kindList:
		list, _ := v.stored(f).([]any)
		out[name] = append([]any{}, list...)
	case f.kind == kindLang:
		out[name] = languages(filled(plainText(v.stored(f))))
	default:
		out[name] = jsonValue(t.value(s, v, column{field: f}))
	}
}

// noKey is the X_Id of an unset reference: 0, or one blank for forms with text keys.
func (s *Server) noKey(f *field) any {
	if t := s.tables[f.target]; t != nil && t.KeyText {
		return " "
	}
	return 0
}

// viewRef is the object of a reference; people have a plain name and an account.
func (s *Server) viewRef(f *field, ref map[string]any, org int64) any {
	id, number := s.refKey(f.target, ref, org), jsonValue(s.refValue(f, ref, "FNumber", org))
	name := plainText(s.refValue(f, ref, "FName", org))
	if f.target == "sec_user" {
		return map[string]any{"Id": id, "Name": name, "UserAccount": plainText(s.refValue(f, ref, "FUserAccount", org))}
	}
	return map[string]any{
		"Id": id, "Number": number, "Name": languages(name),
		"MultiLanguageText": translated(id, map[string]any{"Name": name}),
	}
}

// viewFlex writes a flex field: its values by their own names, without the part
// before the two underscores.
func (s *Server) viewFlex(out map[string]any, name string, flex map[string]any) {
	values := map[string]any{"Id": s.refID("", flex, 0)}
	for key, v := range flex {
		_, own, _ := strings.Cut(key, "__")
		ref, isRef := v.(map[string]any)
		if !isRef {
			values[own] = v
			continue
		}
		values[own+"_Id"], values[own] = s.refID("", ref, 0), s.viewRef(&field{}, ref, 0)
	}
	out[name+"_Id"], out[name] = values["Id"], values
}

func languages(text string) []any { return []any{map[string]any{"Key": 2052, "Value": text}} }
