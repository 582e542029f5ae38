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
		sent, ok := v.(members)
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

// mergeFields lays the sent fields over the stored ones, in the order they came
// in: a material that comes after its prices draws the price again, which the
// server has none of, so that the prices sent are lost.
func (b *saver) mergeFields(p *part, before map[string]any, sent members, limited bool) (map[string]any, []issue) {
	after := maps.Clone(before)
	if after == nil {
		after = map[string]any{}
	}
	for _, m := range sent {
		f := b.t.fieldFor(p, m.key)
		if f == nil && b.s.quirks.ignore {
			continue
		}
		if f == nil {
			return nil, unknownField(m.key)
		}
		if f.kind == kindLineID || f.kind == kindState && !b.seed || limited && !b.only[strings.ToLower(m.key)] {
			continue
		}
		v, issues := b.value(f, m.value)
		if issues != nil {
			return nil, issues
		}
		after[f.key] = v
		if p.lines && !b.seed && !b.adjust && strings.EqualFold(f.key, "FMaterialId") {
			p.dropPrices(after, sent)
		}
	}
	return after, nil
}

func (p *part) dropPrices(line map[string]any, sent members) {
	at := sent.index("FMaterialId")
	for _, key := range []string{"FPrice", "FTaxPrice"} {
		if f := p.byKey[strings.ToLower(key)]; f != nil {
			if i := sent.index(key); i >= 0 && i < at {
				delete(line, f.key)
			}
		}
	}
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
		line, ok := v.(members)
		if !ok {
			return nil, invalid(p.key, fmt.Sprintf("单据体“%s”第%d行必须是对象", p.label(), i+1))
		}
		id := plainText(line.get(lineKey))
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
