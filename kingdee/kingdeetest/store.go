package kingdeetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// record is one stored version; versions are never changed, only replaced.
type record struct {
	id                int64
	master            int64 // msterID: the id of what it was allocated from, 0 for its own
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
	s        *Server
	rows     map[int64]*row
	ids      []int64 // sorted
	byNumber map[string][]int64
	custom   map[string]*field // custom fields seen so far
	late     map[int64]bool    // rows that are or were hidden by CommitLate
}

func (s *Server) addForm(f Form) {
	s.tables[strings.ToLower(f.ID)] = &table{
		schema: newSchema(f), s: s, rows: map[int64]*row{}, byNumber: map[string][]int64{}, custom: map[string]*field{},
		late: map[int64]bool{},
	}
	for _, key := range s.tables[strings.ToLower(f.ID)].groups {
		s.addForm(groupOf(f.ID, key))
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
		ids := t.byNumber[rec.number]
		at, _ := slices.BinarySearch(ids, rec.id)
		t.byNumber[rec.number] = slices.Insert(ids, at, rec.id)
	}
}

func (t *table) remove(id int64, late time.Duration) { t.write(id, nil, late) }

func (t *table) write(id int64, rec *record, late time.Duration) {
	r := t.rows[id]
	if r == nil {
		r = &row{}
		t.rows[id] = r
		at := sort.Search(len(t.ids), func(i int) bool { return t.ids[i] >= id })
		t.ids = slices.Insert(t.ids, at, id)
	}
	if r.cur != nil {
		t.dropNumber(r.cur.number, id)
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

func (t *table) dropNumber(number string, id int64) {
	ids := t.byNumber[number]
	at, found := slices.BinarySearch(ids, id)
	switch {
	case !found:
	case len(ids) == 1:
		delete(t.byNumber, number)
	default:
		t.byNumber[number] = slices.Delete(ids, at, at+1)
	}
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

// find looks a number up among what readers see. With an organisation, records
// that are usable elsewhere only do not count.
func (t *table) find(number string, org int64) *record {
	fits := func(id int64) *record {
		rec := t.rows[id].seen(time.Now())
		if rec == nil || rec.number != number {
			return nil
		}
		if org != 0 && t.Allocated {
			if used := t.s.useOrg(rec); used != 0 && used != org {
				return nil
			}
		}
		return rec
	}
	for _, id := range t.byNumber[number] {
		if rec := fits(id); rec != nil {
			return rec
		}
	}
	for id := range t.late { // a hidden version may have given the number up
		if rec := fits(id); rec != nil {
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

// user is the reference to the integration user, as people fields hold it.
func (s *Server) user() map[string]any {
	return map[string]any{"FUserID": json.Number(fmt.Sprint(userID))}
}

// touch notes who changed the record, and when. The record must be a clone.
func (r *record) touch(s *Server, now time.Time) {
	r.modified = now
	r.vals["FModifierId"] = s.user()
}

func (r *record) creator(s *Server) { r.vals["FCreatorId"] = s.user() }

func (r *record) approve(s *Server, now time.Time) {
	r.vals["FApproverId"], r.vals["FApproveDate"] = s.user(), now
}

func (r *record) unapprove() {
	delete(r.vals, "FApproverId")
	delete(r.vals, "FApproveDate")
}

// useOrg is the organisation a record is usable in, 0 for everywhere.
func (s *Server) useOrg(rec *record) int64 {
	for _, key := range []string{"FUseOrgId", "FCreateOrgId"} {
		if ref, ok := rec.vals[key].(map[string]any); ok {
			return s.refID("org_organizations", ref, 0)
		}
	}
	return 0
}

// workingOrg is the organisation a record works in: the one the Model names, or
// else the stored one; 0 for none.
func (s *Server) workingOrg(t *table, rec *record, model members) int64 {
	if t.Org == "" {
		return 0
	}
	ref, ok := rec.vals[t.Org].(map[string]any)
	if sent, isSent := model.get(t.Org).(members); isSent {
		ref, ok = sent.plain(), true
	}
	if !ok {
		return 0
	}
	if org := s.referred("org_organizations", ref, 0); org != nil {
		return org.id
	}
	return 0
}
