package kingdeetest

import (
	"fmt"
	"strings"
)

// step is one change of status: from which states, to which, and the words for
// the states it is refused in.
type step struct {
	from, to string
	verb     string
	wrong    string
}

var steps = map[string]step{
	"Submit":       {from: "ZAD", to: "B", verb: "提交", wrong: "只有暂存、创建、重新审核状态的数据才能提交！"},
	"Audit":        {from: "B", to: "C", verb: "审核", wrong: "只有审核中的数据才能审核！"},
	"UnAudit":      {from: "C", to: "D", verb: "反审核", wrong: "只有已审核的数据才能反审核！"},
	"CancelAssign": {from: "B", to: "A", verb: "撤销", wrong: "只有审核中的数据才能撤销！"},
	"Delete":       {from: "ZAD", verb: "删除", wrong: "只能删除创建/暂存/重新审核状态的数据"},
}

// changeStatus serves Submit, Audit, UnAudit, CancelAssign and Delete.
func (c *call) changeStatus() any {
	st := steps[c.op]
	return c.onEach(func(t *table, rec *record) (*record, string) {
		if c.op == "Audit" && rec.status == "C" {
			return nil, "单据已经审核！"
		}
		if !strings.Contains(st.from, rec.status) {
			return nil, st.wrong
		}
		next := *rec
		next.status, next.modified = st.to, c.now
		return &next, ""
	})
}

// operate serves ExcuteOperation: Forbid (禁用) and Enable (反禁用).
func (c *call) operate() any {
	op := c.params.text("opnumber")
	if op == "" {
		return c.fail(issue{text: "操作标识不能为空", code: codeNoOperation})
	}
	to, wrong := "", ""
	switch {
	case strings.EqualFold(op, "Forbid"):
		to, wrong = "B", "数据已经禁用！"
	case strings.EqualFold(op, "Enable"):
		to, wrong = "A", "数据没有禁用！"
	default:
		return c.fail(issue{text: "操作[" + op + "]不存在", code: codeNoSuchField})
	}
	return c.onEach(func(_ *table, rec *record) (*record, string) {
		if rec.forbid == to {
			return nil, wrong
		}
		next := *rec
		next.forbid, next.modified = to, c.now
		return &next, ""
	})
}

// onEach runs a change over the records named by Numbers or Ids. Records that are
// not there are passed over, unless none is.
func (c *call) onEach(change func(*table, *record) (*record, string)) any {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	t, recs, refused := c.named()
	if refused != nil {
		return refused
	}
	var done []entity
	var issues, messages []issue
	for i, rec := range recs {
		who := fmt.Sprintf("单据编号为“%s”的%s，", rec.number, t.title())
		next, wrong := change(t, rec)
		if wrong != "" {
			issues = append(issues, issue{blank: true, text: who + wrong, code: codeInvalid, row: i})
			continue
		}
		if c.op == "Delete" {
			t.remove(rec.id, c.late)
		} else {
			t.put(next, c.late)
		}
		done = append(done, c.entity(t, rec, i))
		if c.op == "Audit" {
			messages = append(messages, issue{text: who + "审核成功！", row: i})
		}
	}
	return answered{result{ResponseStatus: c.status(done, messages, issues)}}
}

// named finds the records a call names.
func (c *call) named() (*table, []*record, any) {
	form := c.params.text("formid")
	if form == "" {
		return nil, nil, c.fail(issue{text: "业务对象标识不能为空", code: codeNoForm})
	}
	t := c.s.table(form)
	if t == nil {
		return nil, nil, c.unknownForm()
	}
	data, ok := c.params.object("data")
	if !ok {
		return nil, nil, c.badParameter("参数data不是有效的JSON对象")
	}
	numbers, ok := data.texts("numbers")
	if !ok {
		return nil, nil, c.badParameter("参数Numbers必须是数组")
	}
	if ids := data["ids"]; len(ids) > 0 && (ids[0] == '[' || ids[0] == '{') {
		return nil, nil, c.badParameter("参数Ids必须是以逗号分隔的文本")
	}
	return c.look(t, numbers, data.text("ids"))
}

func (c *call) look(t *table, numbers []string, ids string) (*table, []*record, any) {
	var recs []*record
	seen := map[int64]bool{}
	take := func(rec *record) {
		if rec != nil && !seen[rec.id] {
			seen[rec.id] = true
			recs = append(recs, t.current(rec.id))
		}
	}
	for _, n := range numbers {
		take(t.find(n))
	}
	for id := range strings.SplitSeq(ids, ",") {
		if n, ok := parseKey(id); ok && n != 0 {
			take(t.findID(n))
		}
	}
	switch {
	case len(recs) > 0:
		return t, recs, nil
	case len(numbers) > 0:
		return nil, nil, c.fail(noSuchNumber(numbers[0]))
	case strings.TrimSpace(ids) != "":
		return nil, nil, c.fail(issue{text: "内码值[" + ids + "]不存在", code: codeNotFound})
	}
	return nil, nil, c.badParameter("编码值或内码值必须传其一")
}

func noSuchNumber(number string) issue {
	return issue{text: `编码值["` + number + `"]不存在`, code: codeNoSuchField}
}
