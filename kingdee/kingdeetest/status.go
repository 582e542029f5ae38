package kingdeetest

import (
	"fmt"
	"maps"
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

// ignoreShort is the InterationFlags value that lets an audit make stock negative.
const ignoreShort = "STK_InvCheckResult"

// changeStatus serves Submit, Audit, UnAudit, CancelAssign and Delete.
func (c *call) changeStatus() any {
	st := steps[c.op]
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	data, _ := c.params.object("data")
	flags := data.text("interationflags")
	kind := StatusChanged
	if c.op == "Delete" {
		kind = Deleted
	}
	return c.each(data, c.op, kind, func(t *table, rec *record) (*record, string) {
		if c.op == "Audit" && rec.status == "C" {
			return nil, "单据已经审核！"
		}
		if !strings.Contains(st.from, rec.status) {
			return nil, st.wrong
		}
		if wrong := c.bound(t, rec, st.to, flags); wrong != "" {
			return nil, wrong
		}
		next := rec.clone()
		next.status = st.to
		return next, ""
	})
}

// bound tells what else stands in the way of a change of status: a void bill, a
// follow-up bill, or stock that would get negative.
func (c *call) bound(t *table, rec *record, to, flags string) string {
	cancelled := plainText(rec.vals["FCancelStatus"]) == "B"
	switch {
	case cancelled && (to == "B" || to == "C"):
		return "单据已经作废！"
	case (to == "D" || to == "") && c.s.pushed(t, rec):
		return "已有下游单据，不允许操作！"
	case to == "C" && c.s.stockCheck && !strings.Contains(flags, ignoreShort):
		if c.s.short(t, rec) != "" {
			return "更新库存时出现可以忽略的异常数据，是否继续？"
		}
	}
	return ""
}

// each runs a change over the records named by Numbers or Ids. Records that are
// not there are passed over, unless none is.
func (c *call) each(data params, op string, kind ChangeKind, change func(*table, *record) (*record, string)) any {
	t, recs, refused := c.named(data)
	if refused != nil {
		return refused
	}
	var done []entity
	var issues, messages []issue
	for i, rec := range recs {
		who := fmt.Sprintf("单据编号为“%s”的%s，", rec.number, t.name())
		if data.boolean("networkctrl", false) && c.s.locked[refusalKey(t.ID, rec.number)] {
			issues = append(issues, issue{blank: true, text: who + "正在被其他用户操作，请稍后再试！", code: codeLocked, row: i})
			continue
		}
		next, wrong := change(t, rec)
		if wrong != "" {
			issues = append(issues, issue{blank: true, text: who + wrong, code: codeInvalid, row: i})
			continue
		}
		c.commit(t, rec, next, op, kind)
		done = append(done, c.entity(t, rec, i))
		if c.op == "Audit" {
			messages = append(messages, issue{text: who + "审核成功！", row: i})
		}
	}
	return answered{result{ResponseStatus: c.status(done, messages, issues)}}
}

// commit stores a changed record with all that follows from it.
func (c *call) commit(t *table, rec, next *record, op string, kind ChangeKind) {
	if kind == Deleted {
		t.remove(rec.id, c.late)
		c.s.note(op, t, rec, kind, rec.status, c.now)
		return
	}
	next.touch(c.s, c.now)
	switch {
	case next.status == "C" && rec.status != "C":
		next.approve(c.s, c.now)
		c.s.moveStock(t, next, 1, c.now, c.late)
	case rec.status == "C" && next.status != "C":
		next.unapprove()
		c.s.moveStock(t, next, -1, c.now, c.late)
	}
	t.put(next, c.late)
	c.s.note(op, t, next, kind, rec.status, c.now)
}

// named finds the records a call names.
func (c *call) named(data params) (*table, []*record, any) {
	form := c.params.text("formid")
	if form == "" {
		form = data.text("formid")
	}
	if form == "" {
		return nil, nil, c.fail(issue{text: "业务对象标识不能为空", code: codeNoForm})
	}
	t := c.s.table(form)
	if t == nil {
		return nil, nil, c.unknownForm()
	}
	if data == nil {
		return nil, nil, c.badParameter("参数data不是有效的JSON对象")
	}
	numbers, ok := data.texts("numbers")
	if !ok {
		return nil, nil, c.badParameter("参数Numbers必须是数组")
	}
	if ids := data["ids"]; len(ids) > 0 && (ids[0] == '[' || ids[0] == '{') {
		return nil, nil, c.badParameter("参数Ids必须是以逗号分隔的文本")
	}
	return c.look(t, numbers, data.text("ids"), c.orgAsked(data))
}

func (c *call) look(t *table, numbers []string, ids string, org int64) (*table, []*record, any) {
	var recs []*record
	seen := map[int64]bool{}
	take := func(rec *record) {
		if rec != nil && !seen[rec.id] {
			if cur := t.current(rec.id); cur != nil {
				seen[rec.id] = true
				recs = append(recs, cur)
			}
		}
	}
	for _, n := range numbers {
		take(t.find(n, org))
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

// orgAsked is the organisation a call means numbers in: UseOrgId or CreateOrgId,
// or the one the session was switched to; 0 for any.
func (c *call) orgAsked(data params) int64 {
	for _, key := range []string{"useorgid", "createorgid"} {
		if id, ok := parseKey(data.text(key)); ok && id != 0 {
			return id
		}
	}
	return c.s.sessions.org(c.sid)
}

func noSuchNumber(number string) issue {
	return issue{text: `编码值["` + number + `"]不存在`, code: codeNoSuchField}
}

func clone(m map[string]any) map[string]any { return maps.Clone(m) }
