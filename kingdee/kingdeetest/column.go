package kingdeetest

import (
	"encoding/json"
	"strings"
)

// column is a field as a query names it: "FNumber", "FCreateOrgId.FNumber",
// "FSaleOrderEntry_FEntryID", or a property of what a reference points to.
type column struct {
	field *field
	path  string // after the dot, "" for the field itself
}

func (c column) onLine() bool { return c.field.part != nil && c.field.part.lines }

// view is one row of a query: a record with one line of each set of lines in use.
type view struct {
	rec   *record
	lines map[*part]map[string]any
}

// column resolves a name; false when the form has no such field.
func (t *table) column(name string) (column, bool) {
	name = strings.TrimSpace(name)
	key, path, _ := strings.Cut(name, ".")
	low := strings.ToLower(key)
	if p := t.byPart[low]; p != nil && path != "" { // FEntry.FField
		key, path, _ = strings.Cut(path, ".")
		f := p.byKey[strings.ToLower(key)]
		if f == nil {
			f = t.custom[low+"."+strings.ToLower(key)]
		}
		return column{f, path}, f != nil
	}
	if f := t.byKey[low]; f != nil {
		return column{f, path}, true
	}
	for _, p := range t.parts {
		if f := p.byKey[low]; f != nil {
			return column{f, path}, true
		}
		if p.lines && low == strings.ToLower(p.key)+"_fentryid" {
			return column{p.byKey["fentryid"], path}, true
		}
	}
	return t.customColumn(key, low, path)
}

// asked is a column a query may name: a flex field alone is none.
func (t *table) asked(name string) (column, bool) {
	col, ok := t.column(name)
	return col, ok && (col.field.kind != kindFlex || col.path != "")
}

func (t *table) customColumn(key, low, path string) (column, bool) {
	if f := t.custom[low]; f != nil {
		return column{f, path}, true
	}
	for _, p := range t.parts {
		if f := t.custom[strings.ToLower(p.key)+"."+low]; f != nil {
			return column{f, path}, true
		}
	}
	return column{&field{key: key, kind: kindCustom}, path}, isCustom(key)
}

// flexValue reads one value of a flex field: FDetailID.FFLEX6.FNumber finds what
// was saved as FDETAILID__FFLEX6.
func (s *Server) flexValue(flex map[string]any, path string) any {
	name, rest, _ := strings.Cut(path, ".")
	for key, v := range flex {
		if _, own, ok := strings.Cut(key, "__"); !ok || !strings.EqualFold(own, name) {
			continue
		}
		ref, isRef := v.(map[string]any)
		if !isRef {
			return v
		}
		return s.refValue(&field{}, ref, rest, 0)
	}
	return nil
}

// value is what a query sees of a column: nil, bool, string, json.Number, int64
// or time.Time. Fields that were never filled read as the server shows them: one
// blank for texts, 0 for decimals and references, null for the rest. A nil s
// leaves references as they were saved.
func (t *table) value(s *Server, v view, c column) any {
	f := c.field
	raw := v.rec.own(t.schema, f)
	if raw == nil {
		raw = v.stored(f)
	}
	if ref, ok := raw.(map[string]any); ok {
		if s == nil {
			return ref
		}
		if f.kind == kindFlex {
			return s.flexValue(ref, c.path)
		}
		return s.refValue(f, ref, c.path, t.orgOf(v.rec, f))
	}
	if c.path != "" {
		return nil
	}
	if raw != nil {
		return raw
	}
	if f.kind == kindDecimal && s != nil && c.onLine() {
		if sum := s.writtenBack(t, v.rec, v.lines[f.part], f); sum != nil {
			return sum
		}
	}
	switch f.kind {
	case kindText, kindName, kindLang:
		return " "
	case kindDecimal, kindRef:
		return json.Number("0")
	case kindBool:
		return false
	case kindState:
		return f.first
	}
	return nil
}

// orgOf is the organisation that decides which of several records of one number
// a reference means.
func (t *table) orgOf(rec *record, f *field) int64 {
	if target := t.s.tables[f.target]; target == nil || !target.Allocated {
		return 0
	}
	return t.s.workingOrg(t, rec, nil)
}

func (v view) stored(f *field) any {
	switch {
	case f.part == nil:
		return v.rec.vals[f.key]
	case f.part.lines:
		return v.lines[f.part][f.key]
	}
	sub, _ := v.rec.vals[f.part.key].(map[string]any)
	return sub[f.key]
}

// refValue reads a reference: its id without a path, else the named property of
// the record it points to, or what was saved in it.
func (s *Server) refValue(f *field, ref map[string]any, path string, org int64) any {
	if path == "" {
		return s.refKey(f.target, ref, org)
	}
	if rec := s.referred(f.target, ref, org); rec != nil {
		t := s.tables[f.target]
		if col, ok := t.column(path); ok && !col.onLine() {
			return t.value(s, view{rec: rec}, col)
		}
		return nil
	}
	if v := inner(ref, path); v != nil {
		return v
	}
	if strings.EqualFold(path, "FNumber") || strings.EqualFold(path, "FName") {
		return refNumber(ref)
	}
	return nil
}
