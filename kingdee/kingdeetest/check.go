package kingdeetest

import (
	"fmt"
	"slices"
	"strings"
)

// check looks at a record as it would be stored: order of keys, required fields,
// the number, and the rules of the form.
func (b *saver) check(rec *record, model members, isNew bool) []issue {
	if b.seed {
		return b.taken(rec)
	}
	var issues []issue
	if b.validate && !b.draft {
		if issues = b.misplaced(model); issues != nil {
			return issues
		}
		issues = b.missing(rec)
		if isNew {
			issues = append(issues, b.foreign(rec)...)
		}
	}
	issues = append(issues, b.taken(rec)...)
	if len(issues) > 0 || !b.validate || b.draft {
		return issues
	}
	if strings.EqualFold(b.t.ID, "GL_VOUCHER") {
		issues = b.voucher(rec)
	}
	if issues == nil && b.t.Check != nil {
		if field, message := b.t.Check(b.t.export(rec)); message != "" {
			return invalid(field, message)
		}
	}
	return issues
}

// misplaced refuses a bill whose lines come before a sub-head: the sub-head
// (currency, tax) is worked through after them and overwrites their prices.
func (b *saver) misplaced(model members) []issue {
	lines := b.t.lines()
	if b.t.Name != "" || lines == nil || b.adjust {
		return nil
	}
	at := model.index(lines.key)
	sent, _ := model.get(lines.key).([]any)
	if at < 0 || len(sent) == 0 {
		return nil
	}
	for _, p := range b.t.parts {
		if !p.lines && model.index(p.key) > at {
			return invalid("FTaxPrice", "第1行分录，含税单价必须大于0！")
		}
	}
	return nil
}

func (b *saver) missing(rec *record) []issue {
	var issues []issue
	for _, f := range b.t.head {
		if f.must && b.t.empty(rec, f) {
			issues = append(issues, invalid(f.key, "字段“"+f.label()+"”是必填项")...)
		}
	}
	if b.t.Number != "" && rec.number == "" {
		issues = append(issues, invalid(b.t.Number, "字段“"+b.t.byKey[strings.ToLower(b.t.Number)].label()+"”是必填项")...)
	}
	for _, p := range b.t.parts {
		issues = append(issues, missingIn(rec, p)...)
	}
	return issues
}

func missingIn(rec *record, p *part) []issue {
	var issues []issue
	sub, _ := rec.vals[p.key].(map[string]any)
	lines, _ := rec.vals[p.key].([]map[string]any)
	for _, f := range p.fields {
		if !f.must {
			continue
		}
		if !p.lines && blank(sub[f.key]) {
			issues = append(issues, invalid(f.key, "字段“"+f.label()+"”是必填项")...)
		}
		for i, line := range lines {
			if blank(line[f.key]) {
				text := "单据体实体【%s】第【%d】行分录，【%s】字段必录"
				issues = append(issues, invalid(f.key, fmt.Sprintf(text, p.label(), i+1, f.label()))...)
			}
		}
	}
	return issues
}

func (t *table) empty(rec *record, f *field) bool {
	if own := rec.own(t.schema, f); own != nil {
		return blank(own)
	}
	return blank(rec.vals[f.key])
}

// foreign refuses new base data that is used elsewhere than where it is created:
// only Allocate does that.
func (b *saver) foreign(rec *record) []issue {
	created, okCreated := rec.vals["FCreateOrgId"].(map[string]any)
	used, okUsed := rec.vals["FUseOrgId"].(map[string]any)
	if !okCreated || !okUsed || b.s.refID("org_organizations", created, 0) == b.s.refID("org_organizations", used, 0) {
		return nil
	}
	return invalid("FUseOrgId", "新增时使用组织必须与创建组织一致")
}

// taken looks for a number in use. A form whose records are allocated may have
// one number in several organisations.
func (b *saver) taken(rec *record) []issue {
	if rec.number == "" {
		return nil
	}
	if !slices.ContainsFunc(b.t.byNumber[rec.number], func(id int64) bool {
		if id == rec.id {
			return false
		}
		other := b.t.current(id)
		if other == nil || !b.t.Allocated {
			return other != nil
		}
		theirs, ours := b.s.useOrg(other), b.s.useOrg(rec)
		return theirs == ours || theirs == 0 || ours == 0
	}) {
		return nil
	}
	return invalid(b.t.Number, "违反字段唯一性要求：编码唯一。["+rec.number+"]在当前系统中已经被使用。")
}
