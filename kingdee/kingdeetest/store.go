package kingdeetest

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"
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

// record is one stored version; versions are never changed, only replaced.
type record struct {
	id                int64
	number            string
	status, forbid    string
	created, modified time.Time
	saves             int
	vals              map[string]any // by key: scalars, references, sub-heads (map) and lines ([]map)
}

// row holds the current version, and the one readers see until a moment.
type row struct {
	cur, old *record
	at       time.Time // real time; zero: cur is visible
}

func (r *row) seen(now time.Time) *record {
	if r.at.IsZero() || !now.Before(r.at) {
		return r.cur
	}
	return r.old
}

// table holds the records of one form.
type table struct {
	*schema
	rows     map[int64]*row
	ids      []int64 // sorted
	byNumber map[string]int64
	custom   map[string]*field // custom fields seen so far
	late     map[int64]bool    // rows that are or were hidden by CommitLate
}

func (s *Server) addForm(f Form) {
	s.tables[strings.ToLower(f.ID)] = &table{
		schema: newSchema(f), rows: map[int64]*row{}, byNumber: map[string]int64{}, custom: map[string]*field{},
		late: map[int64]bool{},
	}
}

func (s *Server) table(form string) *table { return s.tables[strings.ToLower(strings.TrimSpace(form))] }

func (s *Server) newID() int64 {
	s.lastID++
	return s.lastID
}

// put stores a version; late > 0 hides it for that long.
func (t *table) put(rec *record, late time.Duration) {
	t.write(rec.id, rec, late)
	if rec.number != "" {
		t.byNumber[rec.number] = rec.id
	}
}

func (t *table) remove(id int64, late time.Duration) { t.write(id, nil, late) }

func (t *table) write(id int64, rec *record, late time.Duration) {
	r := t.rows[id]
	if r == nil {
		r = &row{}
		t.rows[id] = r
		at := sort.Search(len(t.ids), func(i int) bool { return t.ids[i] >= id })
		t.ids = append(t.ids, 0)
		copy(t.ids[at+1:], t.ids[at:])
		t.ids[at] = id
	}
	if r.cur != nil && t.byNumber[r.cur.number] == id {
		delete(t.byNumber, r.cur.number)
	}
	if now := time.Now(); late > 0 {
		r.old, r.at = r.seen(now), now.Add(late)
		t.late[id] = true
	} else {
		r.old, r.at = nil, time.Time{}
		delete(t.late, id)
	}
	r.cur = rec
}

// current is the newest version of a key, hidden or not.
func (t *table) current(id int64) *record {
	if r := t.rows[id]; r != nil {
		return r.cur
	}
	return nil
}

// visible lists the versions readers see, in order of key.
func (t *table) visible() []*record {
	now := time.Now()
	out := make([]*record, 0, len(t.ids))
	for _, id := range t.ids {
		if rec := t.rows[id].seen(now); rec != nil {
			out = append(out, rec)
		}
	}
	return out
}

// find looks a number up among what readers see.
func (t *table) find(number string) *record {
	if id, ok := t.byNumber[number]; ok {
		if rec := t.rows[id].seen(time.Now()); rec != nil && rec.number == number {
			return rec
		}
	}
	for id := range t.late { // a hidden version may have given the number up
		if rec := t.rows[id].seen(time.Now()); rec != nil && rec.number == number {
			return rec
		}
	}
	return nil
}

func (t *table) findID(id int64) *record {
	if r := t.rows[id]; r != nil {
		return r.seen(time.Now())
	}
	return nil
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

// Record returns the visible record of that number.
func (s *Server) Record(form, number string) (Record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.table(form); t != nil {
		if rec := t.find(number); rec != nil {
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

// own is the value of a field every record has outside vals.
func (r *record) own(s *schema, f *field) any {
	switch f.kind {
	case kindKey:
		return s.keyValue(r.id)
	case kindNumber:
		return r.number
	case kindStatus:
		return r.status
	case kindForbid:
		return r.forbid
	case kindCreated:
		return r.created
	case kindModified:
		return r.modified
	}
	return nil
}

// Seed puts records straight in, with no checks beyond the form and its keys:
// status C unless FDocumentStatus is given, and FModifyDate now unless given. A
// primary key or number that is there already changes that record. References
// may be given as plain text. It panics when the form is unknown or a value does
// not fit, because that is a mistake of the test.
func (s *Server) Seed(form string, fields ...map[string]any) {
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.table(form)
	if t == nil {
		panic("kingdeetest: Seed: unknown form " + form)
	}
	for _, m := range fields {
		var model map[string]any
		raw, err := json.Marshal(m)
		if err == nil {
			err = decode(raw, &model)
		}
		if err != nil {
			panic("kingdeetest: Seed: " + err.Error())
		}
		sv := saver{s: s, t: t, now: now, seed: true, validate: false, deleteLines: true}
		if _, issues := sv.store(model); len(issues) > 0 {
			panic(fmt.Sprintf("kingdeetest: Seed: %s: %s", issues[0].field, issues[0].text))
		}
	}
}

// Remove takes a record out as if somebody had deleted it; false when it is not there.
func (s *Server) Remove(form, number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.table(form)
	if t == nil {
		return false
	}
	rec := t.find(number)
	if rec == nil {
		return false
	}
	t.remove(rec.id, 0)
	return true
}
