package kingdeetest

import "strings"

// saver reads the options of a Save; the answer is not nil when they are wrong.
func (c *call) saver() (*saver, params, any) {
	form := c.params.text("formid")
	if form == "" {
		return nil, nil, c.fail(issue{text: "业务对象标识不能为空", code: codeNoForm})
	}
	data, ok := c.params.object("data")
	if !ok {
		return nil, nil, c.badParameter("参数data不是有效的JSON对象")
	}
	t := c.s.table(form)
	if t == nil {
		return nil, nil, c.unknownForm()
	}
	only, okOnly := data.texts("needupdatefields")
	if _, okReturn := data.texts("needreturnfields"); !okOnly || !okReturn {
		return nil, nil, c.badParameter("NeedUpDateFields和NeedReturnFields必须是数组")
	}
	b := &saver{
		s: c.s, t: t, op: c.op, now: c.now, late: c.late, draft: c.op == "Draft",
		validate: data.boolean("validateflag", true), verify: data.boolean("isverifybasedatafield", false),
		audit: data.boolean("isautosubmitandaudit", false), deleteLines: data.boolean("isdeleteentry", true),
		byKey: !data.boolean("numbersearch", true), adjust: data.boolean("isautoadjustfield", false),
	}
	for _, key := range only {
		if b.only == nil {
			b.only = map[string]bool{}
		}
		b.only[strings.ToLower(key)] = true
	}
	return b, data, nil
}

func (c *call) unknownForm() any {
	return c.fail(issue{text: "业务对象不存在", code: codeNoSuchField})
}

func (c *call) draft() any { return c.save() }

// save serves Save (保存) and Draft (暂存).
func (c *call) save() any {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	b, data, refused := c.saver()
	if refused != nil {
		return refused
	}
	model, ok := modelOf(data["model"])
	if !ok {
		return c.badParameter("参数Model必须是对象")
	}
	if r, ok := c.s.unnamedRefusal(b.t, model); ok {
		return c.fail(issue{text: r.message, code: codeInvalid, row: -1})
	}
	sum, seen := c.repeated(data)
	if seen {
		return c.fail(sameJSON)
	}
	rec, issues := b.store(model)
	if issues != nil {
		return c.fail(issues...)
	}
	c.s.remember(sum)
	done := []entity{c.entity(b.t, rec, 0)}
	out := answered{result{ResponseStatus: c.status(done, nil, nil), ID: b.t.keyValue(rec.id), Number: numberValue(rec)}}
	if !c.s.oldest {
		out.Result.NeedReturnData = []any{b.t.returned(rec, data)}
	}
	return out
}

func (c *call) batch() any {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	b, data, refused := c.saver()
	if refused != nil {
		return refused
	}
	models, ok := modelsOf(data["model"])
	if !ok {
		return c.badParameter("参数Model必须是对象数组")
	}
	for _, m := range models {
		if r, ok := c.s.unnamedRefusal(b.t, m); ok {
			return c.fail(issue{text: r.message, code: codeInvalid, row: -1})
		}
	}
	sum, seen := c.repeated(data)
	if seen {
		return c.fail(sameJSON)
	}
	share := shareOf(len(models), data.integer("batchcount"))
	done, back, all := []entity{}, []any{}, []issue{}
	for i, m := range models {
		rec, issues := b.store(m)
		for _, is := range issues {
			is.row = i % share
			all = append(all, is)
		}
		if issues == nil {
			done = append(done, c.entity(b.t, rec, i%share))
			back = append(back, b.t.returned(rec, data))
		}
	}
	if len(done) > 0 {
		c.s.remember(sum)
	}
	return answered{result{ResponseStatus: c.status(done, nil, all), NeedReturnData: back}}
}

func modelOf(raw []byte) (members, bool) {
	v, err := parseOrdered(raw)
	m, ok := v.(members)
	return m, ok && err == nil
}

func modelsOf(raw []byte) ([]members, bool) {
	v, err := parseOrdered(raw)
	list, ok := v.([]any)
	if !ok || err != nil || len(list) == 0 {
		return nil, false
	}
	out := make([]members, len(list))
	for i, x := range list {
		if out[i], ok = x.(members); !ok {
			return nil, false
		}
	}
	return out, true
}

// shareOf is how many rows one thread of the server gets: with a BatchCount
// below the number of rows, DIndex counts inside such a share.
func shareOf(rows, batchCount int) int {
	if batchCount <= 0 || rows <= batchCount {
		return rows
	}
	return (rows + batchCount - 1) / batchCount
}

// unnamedRefusal tells whether a row is one RefuseUnnamed was called for.
func (s *Server) unnamedRefusal(t *table, model members) (refusal, bool) {
	number := plainText(model.get(t.Number))
	if number == "" {
		if id, ok := parseKey(model.get(t.Key)); ok && t.current(id) != nil {
			number = t.current(id).number
		}
	}
	r, ok := s.refusals[refusalKey(t.ID, number)]
	return r, ok && r.unnamed
}

func numberValue(rec *record) any {
	if rec.number == "" {
		return nil
	}
	return rec.number
}

func (c *call) entity(t *table, rec *record, row int) entity {
	return entity{ID: t.keyValue(rec.id), Number: numberValue(rec), DIndex: c.index(row)}
}

// returned is the row of NeedReturnData: the asked fields, {} when none are asked.
func (t *table) returned(rec *record, data params) any {
	asked, _ := data.texts("needreturnfields")
	out := map[string]any{}
	for _, key := range asked {
		where, sub, inPart := strings.Cut(key, ".")
		if p := t.byPart[strings.ToLower(where)]; p != nil && p.lines && inPart {
			lines, _ := rec.vals[p.key].([]map[string]any)
			t.returnLines(out, p, sub, lines)
			continue
		}
		if col, ok := t.column(key); ok && !col.onLine() {
			out[key] = jsonValue(t.value(nil, view{rec: rec}, col))
		}
	}
	return out
}

// returnLines adds one field of every line to NeedReturnData.
func (t *table) returnLines(out map[string]any, p *part, key string, lines []map[string]any) {
	list, _ := out[p.key].([]map[string]any)
	if list == nil {
		list = make([]map[string]any, len(lines))
		for i := range list {
			list[i] = map[string]any{}
		}
	}
	if f := t.fieldFor(p, key); f != nil {
		for i, line := range lines {
			list[i][f.key] = jsonValue(line[f.key])
		}
	}
	out[p.key] = list
}
