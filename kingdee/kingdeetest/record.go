package kingdeetest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Record is one stored base data record or bill.
type Record struct {
	Form   string                     // 表单标识
	ID     int64                      // primary key (内码)
	Number string                     // 编码 or 单据编号, "" for a draft without one
	Status string                     // FDocumentStatus: Z 暂存, A 创建, B 审核中, C 已审核, D 重新审核
	Fields map[string]json.RawMessage // as last saved, with the primary key, status and dates
	Saves  int                        // how many times a Save, BatchSave or Draft changed it
}

// Text is a field as text: what a scalar says, the number of a reference, "" for
// a field that is not filled. "FFin.FCurrId" reads a sub-head.
func (r Record) Text(key string) string {
	where, sub, inPart := strings.Cut(key, ".")
	raw := pick(r.Fields, where)
	if !inPart {
		return rawText(raw)
	}
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return ""
	}
	return rawText(pick(m, sub))
}

// Line is one line (分录) of a bill, as last saved.
type Line map[string]json.RawMessage

// Text is a field of the line as text, the number of a reference, "" when it is
// not filled.
func (l Line) Text(key string) string { return rawText(pick(l, key)) }

// Lines are the lines (单据体) of that key, in order; nil when there are none.
func (r Record) Lines(key string) []Line {
	var lines []Line
	_ = json.Unmarshal(pick(r.Fields, key), &lines)
	return lines
}

func pick(m map[string]json.RawMessage, key string) json.RawMessage {
	for k, v := range m {
		if strings.EqualFold(k, key) {
			return v
		}
	}
	return nil
}

func rawText(raw json.RawMessage) string {
	var v any
	if len(raw) == 0 || decode(raw, &v) != nil {
		return ""
	}
	if ref, ok := v.(map[string]any); ok {
		return refNumber(ref)
	}
	return plainText(v)
}

// Records returns the visible records of a form, sorted by ID.
func (s *Server) Records(form string) []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.table(form)
	if t == nil {
		return nil
	}
	var out []Record
	for _, rec := range t.visible() {
		out = append(out, t.export(rec))
	}
	return out
}

// Record returns the visible record of that number. Of records allocated to
// several organisations it is the one with the lowest ID.
func (s *Server) Record(form, number string) (Record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.table(form); t != nil {
		if rec := t.find(number, 0); rec != nil {
			return t.export(rec), true
		}
	}
	return Record{}, false
}

func (t *table) export(rec *record) Record {
	out := Record{
		Form: t.ID, ID: rec.id, Number: rec.number, Status: rec.status, Saves: rec.saves,
		Fields: map[string]json.RawMessage{},
	}
	for _, f := range t.head {
		if v := rec.own(t.schema, f); v != nil {
			out.Fields[f.key] = encode(jsonValue(v))
		}
	}
	for key, v := range rec.vals {
		out.Fields[key] = encode(jsonValue(v))
	}
	return out
}

// Seed puts records straight in, with no checks beyond the form and its keys:
// status C unless FDocumentStatus is given, and FModifyDate now unless given. A
// primary key or number that is there already changes that record. References
// may be given as plain text. It returns the primary keys, and panics when the
// form is unknown or a value does not fit, because that is a mistake of the test.
func (s *Server) Seed(form string, fields ...map[string]any) []int64 {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.table(form)
	if t == nil {
		panic("kingdeetest: Seed: unknown form " + form)
	}
	var ids []int64
	for _, m := range fields {
		raw, err := json.Marshal(m)
		var model any
		if err == nil {
			model, err = parseOrdered(raw)
		}
		if err != nil {
			panic("kingdeetest: Seed: " + err.Error())
		}
		object, _ := model.(members)
		b := saver{s: s, t: t, now: now, seed: true, deleteLines: true}
		rec, issues := b.store(object)
		if len(issues) > 0 {
			panic(fmt.Sprintf("kingdeetest: Seed: %s: %s", issues[0].field, issues[0].text))
		}
		ids = append(ids, rec.id)
	}
	return ids
}

// Remove takes a record out as if somebody had deleted it; false when it is not there.
func (s *Server) Remove(form, number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, rec := s.seek(form, number)
	if rec == nil {
		return false
	}
	t.remove(rec.id, 0)
	return true
}

// Touch changes nothing of a record but its FModifyDate, as if somebody had saved
// it; false when it is not there. Between two pages it moves the record to the
// end of an order by date.
func (s *Server) Touch(form, number string) bool {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	t, rec := s.seek(form, number)
	if rec == nil {
		return false
	}
	next := rec.clone()
	next.modified = now
	t.put(next, 0)
	return true
}

func (s *Server) seek(form, number string) (*table, *record) {
	t := s.table(form)
	if t == nil {
		return nil, nil
	}
	return t, t.find(number, 0)
}
