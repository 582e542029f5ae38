package jdytest

import (
	"strings"
)

// codeSupplyChain is a refusal of the supply-chain service.
const codeSupplyChain = 2016002099

// maxEntries is how many rows one save may have.
const maxEntries = 500

// saveOne answers a save of one object: SAVED, or the saved record where the
// table says so.
func (c *call) saveOne() (any, *Error) {
	l := c.list(listName(c.op.path))
	if items := rowsOf(c.body["items"]); len(c.op.body) == 1 && hasField(c.op.data, "ids") && len(items) > 0 {
		return c.saveEach(l, items)
	}
	rec, err := c.save(l, c.body)
	if err != nil {
		return nil, err
	}
	if !hasField(c.op.data, "ids") {
		row := c.shown(rec)
		row["bill_id"] = rec.id
		return c.shape(l, c.op.data, row), nil
	}
	return saved(l, rec), nil
}

// saveEach saves the items of a body that has nothing else.
func (c *call) saveEach(l *list, items []Row) (any, *Error) {
	if len(items) > maxEntries {
		return nil, refuse(codeTooMany, "单次最多保存%d条", maxEntries)
	}
	if err := c.refusesWhole(l, items); err != nil {
		return nil, err
	}
	var recs []*record
	for _, item := range items {
		rec, err := c.save(l, item)
		if err != nil {
			return nil, err
		}
		recs = append(recs, rec)
	}
	return saved(l, recs...), nil
}

// saved is the reply of most saves and operations.
func saved(l *list, recs ...*record) Row {
	ids, numbers := []any{}, Row{}
	for _, rec := range recs {
		ids = append(ids, rec.id)
		numbers[rec.id] = text(rec.row[l.number])
	}
	return Row{"ids": ids, "id_number_map": numbers}
}

// saveItems answers a bulk save of a body with items: one reply row each.
func (c *call) saveItems() (any, *Error) {
	l := c.list(listName(c.op.path))
	items := rowsOf(c.body["items"])
	if len(items) > maxEntries {
		return nil, refuse(codeTooMany, "单次最多保存%d条", maxEntries)
	}
	if err := c.refusesWhole(l, items); err != nil {
		return nil, err
	}
	rows := []any{}
	for _, item := range items {
		rec, err := c.save(l, item)
		if err != nil {
			return nil, err
		}
		rows = append(rows, saved(l, rec))
	}
	return Row{"rows": rows}, nil
}

// options are the members of a save that say how to save and are not kept.
type options struct {
	ignoreWarn bool
	audit      bool
	unaudit    bool
}

func takeOptions(row Row) options {
	var o options
	o.ignoreWarn = truth(row["ignore_warn"])
	for _, key := range []string{"operation_key", "operate_type"} {
		switch text(row[key]) {
		case "audit":
			o.audit = true
		case "unaudit":
			o.unaudit = true
		}
		delete(row, key)
	}
	delete(row, "ignore_warn")
	return o
}

// save creates or updates one record; nothing is changed when it is refused.
func (b *Book) save(l *list, body Row) (*record, *Error) {
	row := canonical(cloneRow(body))
	how := takeOptions(row)
	b.uncover(l, row)
	if text(row["id"]) == "0" {
		row["id"] = ""
	}
	if err := b.resolveAll(l, row, true); err != nil {
		return nil, err
	}
	if err := b.checkLinks(l, row); err != nil {
		return nil, err
	}
	for _, v := range row {
		if len(rowsOf(v)) > maxEntries {
			return nil, refuse(codeTooMany, "分录不能超过%d行", maxEntries)
		}
	}
	if r, ok := b.refusing(l, row); ok {
		return nil, refuse(codeSupplyChain, "%s", r.words)
	}
	if text(row["id"]) != "" {
		return b.update(l, row, how)
	}
	return b.create(l, row, how)
}

func (b *Book) create(l *list, row Row, how options) (*record, *Error) {
	num := text(row[l.number])
	if err := b.checkUnique(l, row, nil); err != nil {
		return nil, err
	}
	if !how.ignoreWarn {
		if err := b.warn(l, row, nil); err != nil {
			return nil, err
		}
	}
	if num == "" {
		b.giveNumber(l, row, b.s.clock())
	}
	rec := b.insert(l, row)
	b.derive(l, rec, false)
	b.note(l, Created, rec)
	b.relink(rec)
	if how.audit && l.state != "" {
		b.audit(l, rec)
	}
	return rec, nil
}

func (b *Book) update(l *list, row Row, how options) (*record, *Error) {
	rec := l.find(text(row["id"]), "")
	if rec == nil {
		return nil, refuse(codeMissing, "对象不存在")
	}
	if err := b.locked(rec); err != nil {
		return nil, err
	}
	if how.unaudit {
		if err := mayUnaudit(b, l, rec); err != nil {
			return nil, err
		}
	} else if text(rec.row["bill_status"]) == "C" {
		return nil, refuse(codeSupplyChain, "%s已审核，不能修改", billName(l, rec))
	}
	if err := b.checkUnique(l, row, rec); err != nil {
		return nil, err
	}
	if !how.ignoreWarn {
		if err := b.warn(l, row, rec); err != nil {
			return nil, err
		}
	}
	merged, err := b.merge(rec.row, row)
	if err != nil {
		return nil, err
	}
	if how.unaudit {
		b.unaudit(l, rec)
	}
	if text(merged[l.number]) == "" {
		merged[l.number] = rec.row[l.number]
	}
	merged["bill_status"] = rec.row["bill_status"]
	if l.state == "" {
		delete(merged, "bill_status")
	}
	rec.row, rec.modified = merged, b.s.clock()
	b.derive(l, rec, false)
	b.note(l, Updated, rec)
	b.relink(rec)
	if how.audit && l.state != "" {
		b.audit(l, rec)
	}
	return rec, nil
}

// checkUnique refuses a number or outside id that another record has.
func (b *Book) checkUnique(l *list, row Row, self *record) *Error {
	num := text(row[l.number])
	if other := l.find("", num); other != nil && other != self && l.name != "fi/voucher" {
		if l.state != "" {
			return refuse(codeExists, "组合值重复：单据编号[%s]与其他单据重复", num)
		}
		return refuse(codeExists, "编码[%s]已存在", num)
	}
	if l.outside == "" || text(row[l.outside]) == "" {
		return nil
	}
	if other := l.with(l.outside, text(row[l.outside])); other != nil && other != self {
		return refuse(codeExists, "%s[%s]已存在", l.outside, text(row[l.outside]))
	}
	return nil
}

// warn gives the warnings that ignore_warn passes over: a name somebody has, a
// price of 0.
func (b *Book) warn(l *list, row Row, self *record) *Error {
	if name := text(row["name"]); name != "" && strings.HasPrefix(l.name, "bd/") {
		if other := l.with("name", name); other != nil && other != self {
			return refuse(codeParameter, "名称[%s]重复，是否继续？", name)
		}
	}
	for i, e := range rowsOf(row["material_entity"]) {
		if price, ok := e["price"]; ok && dec(price).Sign() == 0 && !truth(e["is_free"]) {
			return refuse(codeParameter, "第%d行单价为0，是否继续？", i+1)
		}
	}
	return nil
}
