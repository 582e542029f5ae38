package kingdeetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

const lineKey = "FEntryID"

// mergePart writes a sub-head or a set of lines into the record.
func (b *saver) mergePart(rec *record, p *part, v any, isNew bool) []issue {
	if v == nil || !isNew && b.only != nil && !b.only[strings.ToLower(p.key)] {
		return nil
	}
	if !p.lines {
		sent, ok := v.(map[string]any)
		if !ok {
			return invalid(p.key, "“"+p.key+"”必须是对象")
		}
		before, _ := rec.vals[p.key].(map[string]any)
		after, issues := b.mergeFields(p, before, sent, false)
		rec.vals[p.key] = after
		return issues
	}
	sent, ok := v.([]any)
	if !ok {
		return invalid(p.key, "“"+p.key+"”必须是数组")
	}
	before, _ := rec.vals[p.key].([]map[string]any)
	after, issues := b.mergeLines(p, before, sent, isNew)
	rec.vals[p.key] = after
	return issues
}

// mergeFields lays the sent fields over the stored ones.
func (b *saver) mergeFields(p *part, before, sent map[string]any, limited bool) (map[string]any, []issue) {
	after := maps.Clone(before)
	if after == nil {
		after = map[string]any{}
	}
	for _, key := range sortedKeys(sent) {
		f := b.t.fieldFor(p, key)
		if f == nil {
			return nil, unknownField(key)
		}
		if f.kind == kindLineID || limited && !b.only[strings.ToLower(key)] {
			continue
		}
		v, issues := b.value(f, sent[key])
		if issues != nil {
			return nil, issues
		}
		after[f.key] = v
	}
	return after, nil
}

// mergeLines keeps the lines sent with their FEntryID, adds those without, and
// drops the others unless IsDeleteEntry is false.
func (b *saver) mergeLines(p *part, before []map[string]any, sent []any, isNew bool) ([]map[string]any, []issue) {
	stored := map[string]map[string]any{}
	for _, line := range before {
		stored[plainText(line[lineKey])] = line
	}
	changed := map[string]map[string]any{}
	var after []map[string]any
	for i, v := range sent {
		line, ok := v.(map[string]any)
		if !ok {
			return nil, invalid(p.key, fmt.Sprintf("单据体“%s”第%d行必须是对象", partTitle(p), i+1))
		}
		id := plainText(inner(line, lineKey))
		known := stored[id]
		if known == nil && id != "" && id != "0" && !b.seed {
			return nil, []issue{{field: lineKey, text: "分录内码[" + id + "]不存在", code: codeNotFound}}
		}
		merged, issues := b.mergeFields(p, known, line, known != nil && !isNew && b.only != nil)
		if issues != nil {
			return nil, issues
		}
		if known == nil && (id == "" || id == "0") {
			id = fmt.Sprint(b.s.newID())
		}
		merged[lineKey] = json.Number(id)
		changed[id] = merged
		after = append(after, merged)
	}
	if b.deleteLines {
		return after, nil
	}
	return keepLines(before, after, changed), nil
}

// keepLines puts the stored lines first, changed or not, then the new ones.
func keepLines(before, after []map[string]any, changed map[string]map[string]any) []map[string]any {
	out := make([]map[string]any, 0, len(before)+len(after))
	done := map[string]bool{}
	for _, line := range before {
		id := plainText(line[lineKey])
		if c := changed[id]; c != nil {
			line = c
		}
		done[id] = true
		out = append(out, line)
	}
	for _, line := range after {
		if !done[plainText(line[lineKey])] {
			out = append(out, line)
		}
	}
	return out
}

func partTitle(p *part) string {
	if t := titles[strings.ToLower(p.key)]; t != "" {
		return t
	}
	return p.key
}

// check looks for required fields that are empty and for a number in use.
func (b *saver) check(rec *record) []issue {
	var issues []issue
	if b.validate && !b.draft && !b.seed {
		issues = b.missing(rec)
	}
	if owner, taken := b.t.byNumber[rec.number]; taken && rec.number != "" && owner != rec.id {
		issues = append(issues, invalid(b.t.Number,
			"违反字段唯一性要求：编码唯一。["+rec.number+"]在当前系统中已经被使用。")...)
	}
	return issues
}

func (b *saver) missing(rec *record) []issue {
	var issues []issue
	for _, f := range b.t.head {
		if f.must && blank(rec.vals[f.key]) {
			issues = append(issues, invalid(f.key, "字段“"+label(f.key)+"”是必填项")...)
		}
	}
	for _, p := range b.t.parts {
		sub, _ := rec.vals[p.key].(map[string]any)
		lines, _ := rec.vals[p.key].([]map[string]any)
		for _, f := range p.fields {
			if f.must && !p.lines && blank(sub[f.key]) {
				issues = append(issues, invalid(f.key, "字段“"+label(f.key)+"”是必填项")...)
			}
			for i, line := range lines {
				if f.must && blank(line[f.key]) {
					text := "单据体实体【%s】第【%d】行分录，【%s】字段必录"
					issues = append(issues, invalid(f.key, fmt.Sprintf(text, partTitle(p), i+1, label(f.key)))...)
				}
			}
		}
	}
	return issues
}
