package kingdeetest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// allocate serves Allocate (分配): a record of its own in each organisation, with
// the same number and msterID.
func (c *call) allocate() any {
	return c.perOrganisation(func(t *table, rec *record, org *record, audit bool) (*record, string) {
		if rec.status != "C" {
			return nil, "只有已审核的数据才能分配！"
		}
		if c.s.copyIn(t, rec, org.id) != nil {
			return nil, "已经分配到组织“" + org.number + "”！"
		}
		next := rec.clone()
		next.id, next.master, next.saves, next.status = c.s.newID(), masterOf(rec), 0, "A"
		next.created = c.now
		next.vals["FUseOrgId"] = map[string]any{"FNumber": org.number}
		next.unapprove()
		next.creator(c.s)
		next.touch(c.s, c.now)
		if audit {
			next.status = "C"
			next.approve(c.s, c.now)
		}
		t.put(next, c.late)
		c.s.note(c.op, t, next, Created, "", c.now)
		return next, ""
	})
}

// cancelAllocate serves CancelAllocate (取消分配).
func (c *call) cancelAllocate() any {
	return c.perOrganisation(func(t *table, rec *record, org *record, _ bool) (*record, string) {
		there := c.s.copyIn(t, rec, org.id)
		switch {
		case there == nil || there.master == 0:
			return nil, "没有分配到组织“" + org.number + "”！"
		case c.s.used(t, there, org.id):
			return nil, "在组织“" + org.number + "”中已经被使用，不允许取消分配！"
		}
		t.remove(there.id, c.late)
		c.s.note(c.op, t, there, Deleted, there.status, c.now)
		return there, ""
	})
}

// perOrganisation works through every record of PkIds and organisation of TOrgIds.
func (c *call) perOrganisation(work func(t *table, rec, org *record, audit bool) (*record, string)) any {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	t := c.s.table(c.params.text("formid"))
	if t == nil {
		return c.unknownForm()
	}
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	if !t.Allocated {
		return c.fail(issue{text: t.name() + "不是分配型资料", code: codeNotOperable})
	}
	orgs, refused := c.recordsOf(c.s.table("ORG_Organizations"), data, "torgids")
	if refused != nil {
		return refused
	}
	recs, refused := c.recordsOf(t, data, "pkids")
	if refused != nil {
		return refused
	}
	var done []entity
	var issues []issue
	for i, rec := range recs {
		for _, org := range orgs {
			out, wrong := work(t, rec, org, data.boolean("isautosubmitandaudit", false))
			if wrong != "" {
				issues = append(issues, issue{blank: true, text: fmt.Sprintf("编码为“%s”的%s，%s", rec.number, t.name(), wrong), code: codeInvalid, row: i})
				continue
			}
			done = append(done, c.entity(t, out, i))
		}
	}
	return answered{result{ResponseStatus: c.status(done, nil, issues)}}
}

// recordsOf reads a comma list of primary keys, all of which must exist.
func (c *call) recordsOf(t *table, data params, name string) ([]*record, any) {
	list := data.text(name)
	if texts, ok := data.texts(name); ok && len(texts) > 0 {
		list = strings.Join(texts, ",")
	}
	var out []*record
	for id := range strings.SplitSeq(list, ",") {
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		key, _ := parseKey(id)
		rec := t.findID(key)
		if rec == nil {
			return nil, c.fail(issue{text: "内码值[" + id + "]不存在", code: codeNotFound})
		}
		out = append(out, rec)
	}
	if len(out) == 0 {
		return nil, c.badParameter("参数" + name + "不能为空")
	}
	return out, nil
}

func masterOf(rec *record) int64 {
	if rec.master != 0 {
		return rec.master
	}
	return rec.id
}

// copyIn is the record of the same master in an organisation, nil for none.
func (s *Server) copyIn(t *table, rec *record, org int64) *record {
	for _, id := range t.byNumber[rec.number] {
		if other := t.current(id); other != nil && masterOf(other) == masterOf(rec) && s.useOrg(other) == org {
			return other
		}
	}
	return nil
}

// used tells whether a bill that works in the organisation refers to a record.
func (s *Server) used(t *table, rec *record, org int64) bool {
	target := strings.ToLower(t.ID)
	for _, bills := range s.tables {
		if bills.Name != "" || bills.Org == "" {
			continue
		}
		for _, bill := range bills.visible() {
			if s.workingOrg(bills, bill, nil) == org && bills.refersTo(bill, target, rec.number) {
				return true
			}
		}
	}
	return false
}

func (t *table) refersTo(rec *record, target, number string) bool {
	names := func(fields []*field, vals map[string]any) bool {
		for _, f := range fields {
			if ref, ok := vals[f.key].(map[string]any); ok && f.target == target && refNumber(ref) == number {
				return true
			}
		}
		return false
	}
	if names(t.head, rec.vals) {
		return true
	}
	for _, p := range t.parts {
		if sub, ok := rec.vals[p.key].(map[string]any); ok && names(p.fields, sub) {
			return true
		}
		lines, _ := rec.vals[p.key].([]map[string]any)
		for _, line := range lines {
			if names(p.fields, line) {
				return true
			}
		}
	}
	return false
}

// workflowAudit serves WorkflowAudit (工作流审批): 1 approves, 2 rejects, 3 stops
// the process. It takes Ids as an array too.
func (c *call) workflowAudit() any {
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	to, known := map[string]string{"1": "C", "2": "D", "3": "A"}[data.text("approvaltype")]
	switch {
	case !known:
		return c.badParameter("参数ApprovalType必须是1、2或3")
	case data.text("username") == "" && data.integer("userid") == 0:
		return c.badParameter("参数UserId和UserName必须传其一")
	}
	if ids, isList := data.texts("ids"); isList && len(ids) > 0 {
		data["ids"] = json.RawMessage(encode(strings.Join(ids, ",")))
	} else if isList {
		delete(data, "ids")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	out := c.each(data, c.op, StatusChanged, func(t *table, rec *record) (*record, string) {
		if rec.status != "B" {
			return nil, "没有待审批的流程！"
		}
		if wrong := c.bound(t, rec, map[string]string{"C": "C"}[to], data.text("interationflags")); to == "C" && wrong != "" {
			return nil, wrong
		}
		next := rec.clone()
		next.status = to
		return next, ""
	})
	if a, isAnswer := out.(answered); isAnswer {
		a.Result.OperationResults = map[string]any{}
		return a
	}
	return out
}
