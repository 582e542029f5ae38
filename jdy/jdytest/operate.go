package jdytest

// audit makes a bill audited (审核): it counts from now on. The caller has
// checked that it may.
func (b *Book) audit(l *list, rec *record) {
	rec.row["bill_status"] = "C"
	rec.row["audit_time"] = stamp(b.s.clock())
	rec.row["auditor_id"], rec.row["auditor_name"], rec.row["auditor_number"] = adminID, "管理员", "admin"
	rec.modified = b.s.clock()
	b.audited(l, rec)
	b.note(l, Audited, rec)
}

// audited does what an audited bill does to others.
func (b *Book) audited(l *list, rec *record) {
	b.move(l, rec, false)
	b.relink(rec)
}

// unaudit takes the audit back (反审核).
func (b *Book) unaudit(l *list, rec *record) {
	if text(rec.row["bill_status"]) != "C" {
		return
	}
	rec.row["bill_status"] = l.state
	for _, key := range []string{"audit_time", "auditor_id", "auditor_name", "auditor_number"} {
		delete(rec.row, key)
	}
	rec.modified = b.s.clock()
	b.move(l, rec, true)
	b.relink(rec)
	b.note(l, Undone, rec)
}

// operation of common_operate: whether a record may, and what is done.
type operateKind struct {
	may func(b *Book, l *list, rec *record) *Error
	do  func(b *Book, l *list, rec *record)
}

var operateKinds = map[string]operateKind{
	"audit":           {mayAudit, (*Book).audit},
	"unaudit":         {mayUnaudit, (*Book).unaudit},
	"delete":          {mayDelete, (*Book).drop},
	"close_donothing": {mayClose, (*Book).closeBill},
	"invalid":         {mayEnable, func(b *Book, l *list, rec *record) { b.enable(l, rec, "0") }},
	"valid":           {mayEnable, func(b *Book, l *list, rec *record) { b.enable(l, rec, "1") }},
}

func billName(l *list, rec *record) string { return "单据" + text(rec.row[l.number]) }

func mayAudit(_ *Book, l *list, rec *record) *Error {
	switch {
	case l.state == "":
		return refuse(codeParameter, "%s不支持审核", l.entity)
	case text(rec.row["bill_status"]) == "C":
		return refuse(codeSupplyChain, "%s已审核，不能重复审核", billName(l, rec))
	}
	return nil
}

func mayUnaudit(b *Book, l *list, rec *record) *Error {
	switch {
	case text(rec.row["bill_status"]) != "C":
		return refuse(codeSupplyChain, "%s未审核，不能反审核", billName(l, rec))
	case b.references(l, rec):
		return refuse(codeInUse, "%s已被下游单据引用，不能反审核", billName(l, rec))
	}
	return nil
}

func mayDelete(b *Book, l *list, rec *record) *Error {
	switch {
	case text(rec.row["bill_status"]) == "C":
		return refuse(codeSupplyChain, "%s已审核，不能删除", billName(l, rec))
	case b.references(l, rec):
		return refuse(codeInUse, "[%s]已被引用，不能删除", text(rec.row[l.number]))
	}
	return nil
}

func mayClose(_ *Book, l *list, rec *record) *Error {
	state := text(rec.row["bill_close_state"])
	switch {
	case l.name != "scm/sal_order" && l.name != "scm/pur_order":
		return refuse(codeParameter, "%s不支持关闭", l.entity)
	case text(rec.row["bill_status"]) != "C":
		return refuse(codeSupplyChain, "%s未审核，不能关闭", billName(l, rec))
	case state == "S" || state == "H":
		return refuse(codeSupplyChain, "%s已关闭", billName(l, rec))
	}
	return nil
}

func mayEnable(_ *Book, l *list, _ *record) *Error {
	if l.state != "" {
		return refuse(codeParameter, "%s不支持启用和禁用", l.entity)
	}
	return nil
}

func (b *Book) drop(l *list, rec *record) {
	l.remove(rec)
	b.relink(rec)
	b.note(l, Deleted, rec)
}

func (b *Book) closeBill(l *list, rec *record) {
	rec.row["bill_close_state"] = "H"
	rec.modified = b.s.clock()
	b.note(l, Closed, rec)
}

func (b *Book) enable(l *list, rec *record, to string) {
	rec.row["enable"] = to
	rec.modified = b.s.clock()
	b.note(l, Enabled, rec)
}

// commonOperate answers sys/common_operate. It is all or nothing: the first
// record that may not refuses the call.
func commonOperate(c *call) (any, *Error) {
	name, ok := byEntity(text(c.body["entity_number"]))
	if !ok {
		return nil, badRequest("entity_number[%s]不存在", text(c.body["entity_number"]))
	}
	kind, ok := operateKinds[text(c.body["operate_type"])]
	if !ok {
		return nil, badRequest("operate_type[%s]不支持", text(c.body["operate_type"]))
	}
	l := c.list(name)
	recs, err := c.named(l, c.body["ids"], c.body["numbers"])
	if err != nil {
		return nil, err
	}
	return c.operate(l, kind, recs)
}

func (c *call) operate(l *list, kind operateKind, recs []*record) (any, *Error) {
	if len(recs) == 0 {
		return nil, refuse(codeEmpty, "ids和numbers不能同时为空")
	}
	if len(recs) > maxEntries {
		return nil, refuse(codeTooMany, "单次最多操作%d条", maxEntries)
	}
	for _, rec := range recs {
		if err := c.locked(rec); err != nil {
			return nil, err
		}
		if err := kind.may(c.Book, l, rec); err != nil {
			return nil, err
		}
	}
	for _, rec := range recs {
		kind.do(c.Book, l, rec)
	}
	return saved(l, recs...), nil
}

// named are the records that ids and numbers name, each once.
func (c *call) named(l *list, ids, numbers any) ([]*record, *Error) {
	var out []*record
	seen := map[*record]bool{}
	take := func(rec *record, name string) *Error {
		if rec == nil {
			return refuse(codeMissing, "对象[%s]不存在", name)
		}
		if !seen[rec] {
			seen[rec] = true
			out = append(out, rec)
		}
		return nil
	}
	idList, _ := ids.([]any)
	for _, id := range idList {
		if err := take(l.find(text(id), ""), text(id)); err != nil {
			return nil, err
		}
	}
	numberList, _ := numbers.([]any)
	for _, num := range numberList {
		if err := take(l.find("", text(num)), text(num)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
