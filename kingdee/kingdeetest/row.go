package kingdeetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"sort"
	"strings"
	"time"
)

// saver stores rows of one form. It is used with the server's lock held.
type saver struct {
	s           *Server
	t           *table
	now         time.Time
	late        time.Duration
	seed        bool            // Seed: no checks
	draft       bool            // Draft (暂存)
	validate    bool            // ValidateFlag
	verify      bool            // IsVerifyBaseDataField
	audit       bool            // IsAutoSubmitAndAudit
	deleteLines bool            // IsDeleteEntry
	only        map[string]bool // NeedUpDateFields in small letters, nil for all
}

func invalid(field, text string) []issue {
	return []issue{{field: field, text: text, code: codeInvalid}}
}

func unknownField(key string) []issue {
	return []issue{{text: "元数据中标识为" + key + "的字段不存在", code: codeNoSuchField}}
}

// store checks and stores one Model; the issues, if any, are all about this row.
func (b *saver) store(model map[string]any) (*record, []issue) {
	rec, isNew, issues := b.target(model)
	if issues != nil {
		return nil, issues
	}
	if issues = b.merge(rec, model, isNew); issues != nil {
		return nil, issues
	}
	b.system(rec, model)
	if rec.number == "" && !b.draft {
		rec.number = b.drawNumber()
	}
	if issues = b.check(rec); issues != nil {
		return nil, issues
	}
	if rec.id == 0 {
		rec.id = b.s.newID()
	}
	b.s.lastID = max(b.s.lastID, rec.id)
	if !b.seed {
		rec.status = b.statusAfter(rec.status, isNew)
		rec.saves++
		rec.modified = b.now
	}
	b.t.put(rec, b.late)
	return rec, nil
}

// target is a fresh copy of the record the Model names by its primary key, or a
// new record.
func (b *saver) target(model map[string]any) (*record, bool, []issue) {
	fresh := &record{status: "A", forbid: "A", created: b.now, modified: b.now, vals: map[string]any{}}
	id, ok := parseKey(inner(model, b.t.Key))
	if !ok {
		return nil, false, invalid(b.t.Key, "内码值不正确")
	}
	cur := b.t.current(id)
	if b.seed {
		if n := plainText(inner(model, b.t.Number)); cur == nil && id == 0 && n != "" {
			cur = b.t.find(n)
		}
		if cur == nil {
			fresh.id, fresh.status = id, "C"
			return fresh, true, nil
		}
		id = cur.id
	}
	number := plainText(inner(model, b.t.Number))
	if cur != nil && number == "" {
		number = cur.number
	}
	if r, refused := b.s.refusals[refusalKey(b.t.ID, number)]; refused && !b.seed {
		return nil, false, invalid(r.field, r.message)
	}
	if id == 0 {
		return fresh, true, nil
	}
	if cur == nil {
		return nil, false, []issue{{text: fmt.Sprintf("内码值[%d]对应的数据不存在", id), code: codeNotFound}}
	}
	if cur.status == "C" && !b.seed {
		return nil, false, []issue{{blank: true, code: codeInvalid,
			text: "编号为“" + cur.number + "”的" + b.t.title() + "，已经审核，不允许修改！"}}
	}
	rec := *cur
	rec.vals = maps.Clone(cur.vals)
	return &rec, false, nil
}

// merge writes the Model's keys into the record.
func (b *saver) merge(rec *record, model map[string]any, isNew bool) []issue {
	for _, key := range sortedKeys(model) {
		v, low := model[key], strings.ToLower(key)
		if p := b.t.byPart[low]; p != nil {
			if issues := b.mergePart(rec, p, v, isNew); issues != nil {
				return issues
			}
			continue
		}
		f := b.t.fieldFor(nil, key)
		if f == nil {
			return unknownField(key)
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

// value turns what was sent into what is stored.
func (b *saver) value(f *field, v any) (any, []issue) {
	switch f.kind {
	case kindRef, kindCustom:
		return b.reference(f, v)
	case kindDecimal:
		return decimal(f, v)
	case kindDate:
		text, isText := v.(string)
		if v == nil || isText && strings.TrimSpace(text) == "" {
			return nil, nil
		}
		d, ok := parseDate(text)
		if !ok {
			return nil, invalid(f.key, "字段“"+label(f.key)+"”的日期格式不正确")
		}
		return d, nil
	}
	switch v.(type) {
	case map[string]any:
		return nil, invalid(f.key, "字段“"+label(f.key)+"”的值不正确")
	}
	return v, nil
}

func decimal(f *field, v any) (any, []issue) {
	text := strings.TrimSpace(plainText(v))
	if v == nil || text == "" {
		return nil, nil
	}
	var n json.Number
	if decode([]byte(text), &n) != nil || strings.HasPrefix(text, `"`) {
		return nil, invalid(f.key, "字段“"+label(f.key)+"”的数值格式不正确")
	}
	return n, nil
}

// reference takes {"FNumber":...}. A number the server can tell is wrong empties
// the field, or is an error when references are to be verified.
func (b *saver) reference(f *field, v any) (any, []issue) {
	if b.seed && f.kind == kindRef && v != nil {
		if _, isObject := v.(map[string]any); !isObject {
			return map[string]any{"FNumber": plainText(v)}, nil
		}
	}
	ref, isObject := v.(map[string]any)
	switch {
	case f.kind == kindCustom && !isObject:
		return v, nil
	case v == nil:
		return nil, nil
	case !isObject:
		return nil, invalid(f.key, "字段“"+label(f.key)+"”是基础资料，必须以对象形式传值")
	case blank(ref):
		return nil, nil
	}
	if b.seed || b.s.tables[f.target] == nil || b.s.referred(f.target, ref) != nil {
		return ref, nil
	}
	if b.verify {
		return nil, invalid(f.key, "字段“"+label(f.key)+"”的值["+refNumber(ref)+"]不存在")
	}
	return nil, nil
}

// system takes status and dates from a Seed; a Save can not set them.
func (b *saver) system(rec *record, model map[string]any) {
	if !b.seed {
		return
	}
	rec.modified = b.now
	if d, ok := parseDate(plainText(inner(model, "FModifyDate"))); ok {
		rec.modified = d
	}
	if d, ok := parseDate(plainText(inner(model, "FCreateDate"))); ok {
		rec.created = d
	}
	if st := plainText(inner(model, "FDocumentStatus")); st != "" {
		rec.status = st
	}
	if st := plainText(inner(model, "FForbidStatus")); st != "" {
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
	prefix := strings.ToUpper(b.t.ID[strings.IndexByte(b.t.ID, '_')+1:])
	prefix = prefix[:min(4, len(prefix))]
	for n := len(b.t.ids) + 1; ; n++ {
		number := fmt.Sprintf("%s%06d", prefix, n)
		if _, taken := b.t.byNumber[number]; !taken {
			return number
		}
	}
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
