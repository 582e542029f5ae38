package kingdeetest

import (
	"encoding/json"
	"strings"
)

// Operation is one opNumber of ExcuteOperation: it moves a state of the record,
// or of its lines, from one value to another.
type Operation struct {
	Number   string // opNumber, in the case callers must use
	Name     string // 操作名称, "" for the number
	Field    string // the state: "FCloseStatus", or "FEntry[].FMRPCloseStatus" for one of lines
	From, To string // the value it must have, "" for any, and the one it gets
	States   string // the FDocumentStatus values it is allowed in, as "C" or "ZAD"; "" for all
}

// mark is the state as a key with marks; it starts as A where the form says
// nothing else.
func (o Operation) mark() string { return o.Field + "=A" }

var forbidOperations = []Operation{
	{Number: "Forbid", Name: "禁用", To: "B"}, {Number: "Enable", Name: "反禁用", To: "A"},
}

func (t *table) operation(number string) (Operation, bool) {
	for _, op := range t.Operations {
		if op.Number == number {
			return op, true
		}
	}
	return Operation{}, false
}

// operate serves ExcuteOperation (操作): Forbid (禁用) and Enable (反禁用) of base
// data, and the operations of the form.
func (c *call) operate() any {
	number := c.params.text("opnumber")
	if number == "" {
		return c.fail(issue{text: "操作标识不能为空", code: codeNoOperation})
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	t := c.s.table(c.params.text("formid"))
	if t == nil {
		return c.unknownForm()
	}
	for _, op := range forbidOperations {
		if op.Number == number && t.Name != "" {
			return c.forbid(op)
		}
	}
	op, ok := t.operation(number)
	if !ok {
		return c.fail(issue{text: "操作[" + number + "]不存在", code: codeNoSuchField})
	}
	data, _ := c.params.object("data")
	entries, ids, refused := c.entries(t, data)
	if refused != nil {
		return refused
	}
	if len(ids) > 0 { // the bills of the lines are meant, whether they are named or not
		data["ids"] = encode(strings.Join(append(ids, data.text("ids")), ","))
	}
	return c.each(data, number, Operated, func(t *table, rec *record) (*record, string) {
		return c.apply(t, rec, op, entries[rec.id])
	})
}

func (c *call) forbid(op Operation) any {
	data, _ := c.params.object("data")
	return c.each(data, op.Number, Operated, func(_ *table, rec *record) (*record, string) {
		if rec.forbid == op.To {
			return nil, map[string]string{"B": "数据已经禁用！", "A": "数据没有禁用！"}[op.To]
		}
		next := rec.clone()
		next.forbid = op.To
		return next, ""
	})
}

// entries reads PkEntryIds [{"Id":"1","EntryIds":"2,3"}]: the lines asked for, by
// bill, and the bills in order.
func (c *call) entries(t *table, data params) (map[int64]map[string]bool, []string, any) {
	raw, ok := data["pkentryids"]
	if !ok || string(raw) == "null" || string(raw) == `""` {
		return nil, nil, nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil, nil, c.badParameter("参数PkEntryIds必须是数组")
	}
	out := map[int64]map[string]bool{}
	var ids []string
	for _, item := range list {
		p, err := lowerObject(item)
		if err != nil {
			return nil, nil, c.badParameter("PkEntryIds的元素必须是对象")
		}
		id, ok := parseKey(p.text("id"))
		if rec := t.findID(id); !ok || rec == nil {
			return nil, nil, c.fail(issue{text: "内码值[" + p.text("id") + "]不存在", code: codeNotFound})
		}
		out[id] = numberSet(p.text("entryids"))
		ids = append(ids, p.text("id"))
	}
	return out, ids, nil
}

// apply moves the state of a record, or of its lines: those in only, or all.
func (c *call) apply(t *table, rec *record, op Operation, only map[string]bool) (*record, string) {
	if op.States != "" && !strings.Contains(op.States, rec.status) {
		return nil, "当前单据状态不允许执行操作“" + op.title() + "”！"
	}
	where, key, onLines := strings.Cut(op.Field, "[].")
	next := rec.clone()
	if !onLines {
		now := t.state(rec.vals, t.byKey[strings.ToLower(op.Field)])
		if op.From != "" && now != op.From || now == op.To {
			return nil, "已经是操作“" + op.title() + "”之后的状态！"
		}
		next.vals[op.Field] = op.To
		return next, ""
	}
	p := t.byPart[strings.ToLower(where)]
	f := p.byKey[strings.ToLower(key)]
	before, _ := rec.vals[p.key].([]map[string]any)
	after, moved, found := make([]map[string]any, len(before)), 0, 0
	for i, line := range before {
		after[i] = line
		if len(only) > 0 && !only[plainText(line[lineKey])] {
			continue
		}
		found++
		if now := t.state(line, f); op.From != "" && now != op.From || now == op.To {
			continue
		}
		moved++
		after[i] = clone(line)
		after[i][f.key] = op.To
	}
	if found < len(only) {
		return nil, "分录内码不存在！"
	}
	if moved == 0 {
		return nil, "没有可以执行操作“" + op.title() + "”的分录！"
	}
	next.vals[p.key] = after
	return next, ""
}

// state is what a state field holds now.
func (t *table) state(vals map[string]any, f *field) string {
	if v := plainText(vals[f.key]); v != "" {
		return v
	}
	return f.first
}

func (o Operation) title() string {
	if o.Name != "" {
		return o.Name
	}
	return o.Number
}
