package kingdeetest

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

// saver stores rows of one form. It is used with the server's lock held.
type saver struct {
	s           *Server
	t           *table
	op          string // the service, for the history
	now         time.Time
	late        time.Duration
	seed        bool            // Seed: no checks
	draft       bool            // Draft (暂存)
	validate    bool            // ValidateFlag
	verify      bool            // IsVerifyBaseDataField
	audit       bool            // IsAutoSubmitAndAudit
	deleteLines bool            // IsDeleteEntry
	byKey       bool            // NumberSearch false: references are looked up by primary key only
	adjust      bool            // IsAutoAdjustField: the server orders the keys
	only        map[string]bool // NeedUpDateFields in small letters, nil for all
	org         int64           // the organisation the record works in, 0 for none
}

func invalid(field, text string) []issue {
	return []issue{{field: field, text: text, code: codeInvalid}}
}

func unknownField(key string) []issue {
	return []issue{{text: "元数据中标识为" + key + "的字段不存在", code: codeNoSuchField}}
}

// store checks and stores one Model; the issues, if any, are all about this row.
func (b *saver) store(model members) (*record, []issue) {
	rec, isNew, issues := b.target(model)
	if issues != nil {
		return nil, issues
	}
	b.org = b.s.workingOrg(b.t, rec, model)
	if issues = b.merge(rec, model, isNew); issues != nil {
		return nil, issues
	}
	b.system(rec, model)
	if rec.number == "" && !b.draft && b.t.Number != "" && b.t.Rule != "-" {
		rec.number = b.drawNumber()
	}
	b.fill(rec)
	if issues = b.check(rec, model, isNew); issues != nil {
		return nil, issues
	}
	if rec.id == 0 {
		rec.id = b.s.newID()
	}
	b.s.lastID = max(b.s.lastID, rec.id)
	before := rec.status
	if !b.seed {
		rec.status = b.statusAfter(rec.status, isNew)
		rec.saves++
		rec.touch(b.s, b.now)
		if rec.status == "C" {
			rec.approve(b.s, b.now)
		}
	}
	b.t.put(rec, b.late)
	if !b.seed {
		b.log(rec, isNew, before)
	}
	return rec, nil
}

// log writes the history of one save, and moves stock when it audited a bill.
func (b *saver) log(rec *record, isNew bool, before string) {
	change := Updated
	if isNew {
		change, before = Created, ""
	}
	b.s.note(b.op, b.t, rec, change, before, b.now)
	if rec.status == "C" && before != "C" {
		b.s.moveStock(b.t, rec, 1, b.now, b.late)
	}
}

// target is a fresh copy of the record the Model names by its primary key, or a
// new record.
func (b *saver) target(model members) (*record, bool, []issue) {
	fresh := &record{status: "A", forbid: "A", created: b.now, modified: b.now, vals: map[string]any{}}
	id, ok := parseKey(model.get(b.t.Key))
	if !ok {
		return nil, false, invalid(b.t.Key, "内码值不正确")
	}
	cur := b.t.current(id)
	if b.seed {
		if n := b.numberIn(model); cur == nil && id == 0 && n != "" {
			cur = b.t.find(n, 0)
		}
		if cur == nil {
			fresh.id, fresh.status = id, "C"
			return fresh, true, nil
		}
		rec := cur.clone()
		return rec, false, nil
	}
	number := b.numberIn(model)
	if cur != nil && number == "" {
		number = cur.number
	}
	if r, refused := b.s.refusals[refusalKey(b.t.ID, number)]; refused {
		return nil, false, invalid(r.field, r.message)
	}
	if b.t.ReadOnly {
		return nil, false, []issue{{text: b.t.name() + "不允许保存", code: codeNotOperable}}
	}
	if id == 0 {
		fresh.creator(b.s)
		return fresh, true, nil
	}
	if cur == nil {
		return nil, false, []issue{{text: fmt.Sprintf("内码值[%d]对应的数据不存在", id), code: codeNotFound}}
	}
	if wrong := b.closed(cur); wrong != "" {
		return nil, false, []issue{{blank: true, code: codeInvalid, text: "编号为“" + cur.number + "”的" + b.t.name() + "，" + wrong}}
	}
	return cur.clone(), false, nil
}

// closed tells why a stored record can not be saved, "" when it can.
func (b *saver) closed(cur *record) string {
	switch {
	case cur.status == "C":
		return "已经审核，不允许修改！"
	case plainText(cur.vals["FCancelStatus"]) == "B":
		return "已经作废，不允许修改！"
	}
	return ""
}

func (b *saver) numberIn(model members) string {
	if b.t.Number == "" {
		return ""
	}
	n := plainText(model.get(b.t.Number))
	if n == "" && b.t.NumberAlso != "" {
		n = plainText(model.get(b.t.NumberAlso))
	}
	return strings.TrimSpace(n)
}

func (r *record) clone() *record {
	rec := *r
	rec.vals = maps.Clone(r.vals)
	return &rec
}

// merge writes the Model's keys into the record, in the order they came in.
func (b *saver) merge(rec *record, model members, isNew bool) []issue {
	for _, m := range model {
		v, low := m.value, strings.ToLower(m.key)
		if p := b.t.byPart[low]; p != nil {
			if issues := b.mergePart(rec, p, v, isNew); issues != nil {
				return issues
			}
			continue
		}
		f := b.t.fieldFor(nil, m.key)
		if f == nil && b.s.quirks.ignore {
			continue
		}
		if f == nil {
			return unknownField(m.key)
		}
		if !isNew && b.only != nil && !b.only[low] {
			continue
		}
		nv, issues := b.value(f, v)
		if issues != nil {
			return issues
		}
		switch f.kind {
		case kindKey, kindStatus, kindForbid, kindCreated, kindModified:
		case kindNumber:
			rec.number = strings.TrimSpace(plainText(nv))
		case kindState:
			if b.seed {
				rec.vals[f.key] = nv
			}
		default:
			rec.vals[f.key] = nv
		}
	}
	return nil
}

// fieldFor finds a field of the head (p nil) or of a part. Custom fields become
// known when they are first used.
func (t *table) fieldFor(p *part, key string) *field {
	low := strings.ToLower(key)
	known := t.byKey
	if p != nil {
		known = p.byKey
	}
	if f := known[low]; f != nil {
		return f
	}
	if !isCustom(key) && (p == nil || !p.any) {
		return nil
	}
	name := low
	if p != nil {
		name = strings.ToLower(p.key) + "." + low
	}
	if f := t.custom[name]; f != nil {
		return f
	}
	f := &field{key: key, part: p, kind: kindCustom}
	t.custom[name] = f
	return f
}

// system takes status, dates and people from a Seed; a Save can not set them.
func (b *saver) system(rec *record, model members) {
	if !b.seed {
		return
	}
	rec.modified = b.now
	if d, ok := parseDate(plainText(model.get("FModifyDate"))); ok {
		rec.modified = d
	}
	if d, ok := parseDate(plainText(model.get("FCreateDate"))); ok {
		rec.created = d
	}
	if st := plainText(model.get("FDocumentStatus")); st != "" {
		rec.status = st
	}
	if st := plainText(model.get("FForbidStatus")); st != "" {
		rec.forbid = st
	}
}

func (b *saver) statusAfter(before string, isNew bool) string {
	switch {
	case b.audit && !b.draft:
		return "C"
	case b.draft && isNew:
		return "Z"
	case !b.draft && before == "Z":
		return "A"
	}
	return before
}

// drawNumber makes the next number of the form's own number rule (编码规则).
func (b *saver) drawNumber() string {
	prefix := b.t.Rule
	if prefix == "" {
		prefix = strings.ToUpper(b.t.ID[strings.IndexByte(b.t.ID, '_')+1:])
		prefix = prefix[:min(4, len(prefix))]
	}
	for n := len(b.t.ids) + 1; ; n++ {
		number := fmt.Sprintf("%s%06d", prefix, n)
		if len(b.t.byNumber[number]) == 0 {
			return number
		}
	}
}
