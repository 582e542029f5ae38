package kingdeetest

import (
	"encoding/json"
	"fmt"
	"math/big"
	"sort"
	"strings"
)

// pushAnswer is what Push answers: how the conversion went, and how saving the
// bills it made went.
type pushAnswer struct {
	Result struct {
		ResponseStatus        *status
		ConvertResponseStatus *status
	}
}

// pushing is one Push on its way.
type pushing struct {
	c        *call
	from, to *table
	rule     *PushRule
	data     params
	only     map[string]bool // EntryIds, nil for all lines
}

// push serves Push (下推): one bill for each source bill, with what its lines have
// not been pushed for yet.
func (c *call) push() any {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	p, recs, refused := c.pushing()
	if refused != nil {
		return refused
	}
	var done, converted []entity
	var saveIssues, convertIssues []issue
	for i, rec := range recs {
		model, entries, wrong := p.convert(rec)
		if wrong != "" {
			text := fmt.Sprintf("单据编号为“%s”的%s，%s", rec.number, p.from.name(), wrong)
			convertIssues = append(convertIssues, issue{blank: true, text: text, code: codeInvalid, row: i})
			continue
		}
		converted = append(converted, c.entity(p.from, rec, i))
		target, issues := p.save(model)
		for _, is := range issues {
			is.row = i
			saveIssues = append(saveIssues, is)
		}
		if issues == nil {
			p.join(rec, entries, target)
			done = append(done, c.entity(p.to, target, i))
		}
	}
	var out pushAnswer
	out.Result.ResponseStatus = c.status(done, nil, saveIssues)
	out.Result.ConvertResponseStatus = c.status(converted, nil, convertIssues)
	if len(done) == 0 && len(saveIssues) == 0 { // nothing came of the conversion: the reasons stand there
		out.Result.ResponseStatus.IsSuccess, out.Result.ResponseStatus.ErrorCode = false, 500
	}
	return out
}

func (c *call) pushing() (*pushing, []*record, any) {
	t := c.s.table(c.params.text("formid"))
	if t == nil {
		return nil, nil, c.unknownForm()
	}
	data, ok := c.params.object("data")
	if !ok {
		return nil, nil, c.badParameter("参数data不是有效的JSON对象")
	}
	p := &pushing{c: c, from: t, data: data, only: numberSet(data.text("entryids"))}
	id, to := data.text("ruleid"), data.text("targetformid")
	if id == "" && (!data.boolean("isenabledefaultrule", false) || to == "") {
		return nil, nil, c.badParameter("RuleId，或者IsEnableDefaultRule和TargetFormId，必须传其一")
	}
	if p.rule = c.s.rule(id, t.ID, to); p.rule == nil {
		return nil, nil, c.fail(issue{text: "转换规则[" + id + to + "]不存在", code: codeNotFound})
	}
	if p.to = c.s.table(p.rule.To); p.to == nil || p.to.lines() == nil || t.lines() == nil {
		return nil, nil, c.unknownForm()
	}
	if numbers, _ := data.texts("numbers"); len(numbers) == 0 && data.text("ids") == "" && p.only != nil {
		recs := p.holders()
		if len(recs) == 0 {
			return nil, nil, c.fail(issue{text: "分录内码[" + data.text("entryids") + "]不存在", code: codeNotFound})
		}
		return p, recs, nil
	}
	_, recs, refused := c.named(data)
	return p, recs, refused
}

// holders are the bills that hold the lines of EntryIds.
func (p *pushing) holders() []*record {
	var out []*record
	for _, rec := range p.from.visible() {
		lines, _ := rec.vals[p.from.lines().key].([]map[string]any)
		for _, line := range lines {
			if p.only[plainText(line[lineKey])] {
				out = append(out, rec)
				break
			}
		}
	}
	return out
}

// convert makes the Model of the target, with the source line of each of its
// lines; or tells why it can not.
func (p *pushing) convert(rec *record) (members, []int64, string) {
	switch {
	case rec.status != "C":
		return nil, nil, "只有已审核的单据才能下推！"
	case plainText(rec.vals["FCloseStatus"]) == "B":
		return nil, nil, "单据已经关闭，不能下推！"
	case plainText(rec.vals["FCancelStatus"]) == "B":
		return nil, nil, "单据已经作废，不能下推！"
	}
	var lines []any
	var entries []int64
	stored, _ := rec.vals[p.from.lines().key].([]map[string]any)
	for _, line := range stored {
		id, _ := parseKey(line[lineKey])
		if p.only != nil && !p.only[plainText(line[lineKey])] || stopped(line) {
			continue
		}
		if qty, open := p.open(rec, id, line); open {
			lines, entries = append(lines, p.line(rec, line, qty)), append(entries, id)
		}
	}
	if len(lines) == 0 {
		return nil, nil, "没有可以下推的分录，关联数量已经达到单据数量！"
	}
	model := p.head(rec)
	return append(model, member{p.to.lines().key, lines}), entries, ""
}

// stopped tells a line that was closed, terminated or frozen.
func stopped(line map[string]any) bool {
	for _, key := range []string{"FMRPCloseStatus", "FMRPTerminateStatus", "FMRPFreezeStatus"} {
		if plainText(line[key]) == "B" {
			return true
		}
	}
	return false
}

// open is what a line has not been pushed for; false when nothing is left.
func (p *pushing) open(rec *record, entry int64, line map[string]any) (*big.Rat, bool) {
	sum, before := p.c.s.joined(p.from, rec.id, entry, p.to.ID, false)
	all := ratOf(inner(line, p.rule.FromQty))
	if all == nil {
		return nil, before == 0
	}
	left := new(big.Rat).Sub(all, sum)
	return left, before == 0 || left.Sign()*all.Sign() > 0
}

// head makes the head and the sub-heads of the target.
func (p *pushing) head(rec *record) members {
	source := map[string]any{}
	for _, part := range p.from.parts {
		if sub, ok := rec.vals[part.key].(map[string]any); ok {
			for k, v := range sub {
				source[strings.ToLower(k)] = v
			}
		}
	}
	for k, v := range rec.vals {
		source[strings.ToLower(k)] = v
	}
	delete(source, "fapprovedate")
	out := members{}
	if billType := p.data.text("targetbilltypeid"); billType != "" || p.to.BillType != "" {
		if billType == "" {
			billType = p.to.BillType
		}
		out = append(out, member{"FBillTypeID", members{{"FNUMBER", billType}}})
	}
	today := p.c.now.In(zone).Format("2006-01-02")
	for _, f := range p.to.head {
		if strings.EqualFold(f.key, "FDate") {
			out = append(out, member{f.key, today})
			continue
		}
		if strings.EqualFold(f.key, p.to.Org) && p.data.text("targetorgid") != "" && p.data.text("targetorgid") != "0" {
			out = append(out, member{f.key, members{{"FOrgID", json.Number(p.data.text("targetorgid"))}}})
			continue
		}
		out = p.take(out, f, p.rule.Head, source)
	}
	for _, key := range sortedKeys(rec.vals) {
		if isCustom(key) && p.to.byKey[strings.ToLower(key)] == nil && p.from.byPart[strings.ToLower(key)] == nil {
			out = append(out, member{key, sent(rec.vals[key])})
		}
	}
	for _, part := range p.to.parts {
		sub := members{}
		for _, f := range part.fields {
			sub = p.take(sub, f, p.rule.Head, source)
		}
		if !part.lines && len(sub) > 0 {
			out = append(out, member{part.key, sub})
		}
	}
	return out
}

// take copies one field of the target from the source, or from a constant "=X".
func (p *pushing) take(out members, f *field, rename map[string]string, source map[string]any) members {
	switch f.kind {
	case kindText, kindRef, kindDecimal, kindDate, kindBool, kindLang, kindFlex:
	default:
		return out
	}
	if strings.EqualFold(f.key, "FBillTypeID") || f.target == "sec_user" {
		return out
	}
	from := f.key
	for to, name := range rename {
		if strings.EqualFold(to, f.key) {
			from = name
		}
	}
	if constant, ok := strings.CutPrefix(from, "="); ok {
		if f.kind == kindRef {
			return append(out, member{f.key, members{{"FNumber", constant}}})
		}
		return append(out, member{f.key, constant})
	}
	v := source[strings.ToLower(from)]
	if blank(v) {
		return out
	}
	return append(out, member{f.key, sent(v)})
}

// line makes one line of the target. A warehouse it needs and has none for is
// the material's own (SubHeadEntity1.FStockId), or the only one there is.
func (p *pushing) line(rec *record, line map[string]any, qty *big.Rat) any {
	source := map[string]any{}
	for k, v := range line {
		source[strings.ToLower(k)] = v
	}
	out := members{}
	lines := p.to.lines()
	for _, f := range lines.fields {
		switch {
		case strings.EqualFold(f.key, p.rule.ToQty) && qty != nil:
			out = append(out, member{f.key, decimalText(qty)})
		default:
			before := len(out)
			out = p.take(out, f, p.rule.Line, source)
			if len(out) == before && f.must && f.target == "bd_stock" {
				if stock := p.stockFor(rec, source); stock != nil {
					out = append(out, member{f.key, stock})
				}
			}
		}
	}
	for _, k := range sortedKeys(line) {
		if isCustom(k) && lines.byKey[strings.ToLower(k)] == nil {
			out = append(out, member{k, sent(line[k])})
		}
	}
	return inWorkingOrder(out)
}

// inWorkingOrder puts prices last, as the server itself does.
func inWorkingOrder(m members) members {
	price := func(key string) bool { return strings.HasSuffix(strings.ToLower(key), "price") }
	sort.SliceStable(m, func(i, j int) bool { return !price(m[i].key) && price(m[j].key) })
	return m
}

func (p *pushing) stockFor(rec *record, line map[string]any) any {
	s := p.c.s
	ref, _ := line["fmaterialid"].(map[string]any)
	if material := s.referred("bd_material", ref, s.workingOrg(p.from, rec, nil)); material != nil {
		sub, _ := material.vals["SubHeadEntity1"].(map[string]any)
		if own, ok := inner(sub, "FStockId").(map[string]any); ok {
			return sent(own)
		}
	}
	if stocks := s.table("BD_STOCK").visible(); len(stocks) == 1 {
		return members{{"FNumber", stocks[0].number}}
	}
	return nil
}

// save stores the target; as a draft when it can not be saved and the caller
// wants that.
func (p *pushing) save(model members) (*record, []issue) {
	c := p.c
	b := &saver{s: c.s, t: p.to, op: c.op, now: c.now, late: c.late, validate: true, deleteLines: true, adjust: true}
	target, issues := b.store(model)
	if issues != nil && p.data.boolean("isdraftwhensavefail", false) {
		b.draft = true
		target, issues = b.store(model)
	}
	return target, issues
}

// join links the lines of the target with those they came from.
func (p *pushing) join(rec *record, entries []int64, target *record) {
	s, from := p.c.s, strings.ToLower(p.from.ID)
	if s.links[from] == nil {
		s.links[from] = map[int64][]link{}
	}
	lines, _ := target.vals[p.to.lines().key].([]map[string]any)
	for i, line := range lines {
		entry, _ := parseKey(line[lineKey])
		s.links[from][rec.id] = append(s.links[from][rec.id], link{
			to: strings.ToLower(p.to.ID), fromEntry: entries[i], toID: target.id, toEntry: entry, toField: p.rule.ToQty,
		})
	}
}
