package dingtalktest

import (
	"fmt"
	"time"
)

// Instance is one row of a form, as [Server.SeedInstance] takes it and
// [Server.Instances] tells it.
type Instance struct {
	ID       string    // FINST-… or a UUID; "" to have one made
	Values   Row       // component ids and values in their writing form
	Creator  string    // userId; "" means [Server.UserID]
	Created  time.Time // zero means now
	Modified time.Time // zero means Created
	Status   string    // of a process; "" means RUNNING
	Result   string    // of a process: agree, disagree or ""
}

// Seed adds rows to a form, values in their writing form, and returns their ids.
// They are in the index at once and leave no effects. It panics over values the
// form refuses.
func (s *Server) Seed(formUUID string, rows ...Row) []string {
	var ids []string
	for _, r := range rows {
		ids = append(ids, s.SeedInstance(formUUID, Instance{Values: r}))
	}
	return ids
}

// SeedInstance is [Server.Seed] for one row whose times, creator or state matter.
func (s *Server) SeedInstance(formUUID string, in Instance) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seed(s.mustForm(formUUID), in).id
}

func (s *Server) seed(f *form, in Instance) *row {
	values, err := s.values(f, "", normalRow(in.Values), false)
	if err != nil {
		panic(fmt.Sprintf("dingtalktest: form %s refuses a row: %s", f.UUID, err))
	}
	if in.Creator == "" {
		in.Creator = DemoUser
	}
	if in.Created.IsZero() {
		in.Created = s.clock()
	}
	if in.Modified.IsZero() {
		in.Modified = in.Created
	}
	r := s.add(f, in.Creator, values, in.Created)
	if in.ID != "" {
		delete(f.byID, r.id)
		r.id = in.ID
		f.byID[r.id] = r
	}
	v := r.now()
	v.at, v.modified = time.Time{}, in.Modified
	if in.Status != "" {
		v.status = in.Status
	}
	v.result = in.Result
	return r
}

// Instances returns the rows of a form, oldest first, whether the index has them
// or not.
func (s *Server) Instances(formUUID string) []Instance {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Instance{}
	for _, r := range s.mustForm(formUUID).rows {
		if !r.now().gone && s.seen(r) {
			out = append(out, r.told())
		}
	}
	return out
}

// Instance returns the row of a form with that id.
func (s *Server) Instance(formUUID, id string) (Instance, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.live(s.mustForm(formUUID), id)
	if r == nil {
		return Instance{}, false
	}
	return r.told(), true
}

func (r *row) told() Instance {
	v := r.now()
	return Instance{ID: r.id, Values: plain(v.values), Creator: r.creator, Created: r.created, Modified: v.modified, Status: v.status, Result: v.result}
}

// Change edits a row as a user of the platform would: components are replaced and
// its time of change is now, in the index at once. It tells whether there is such a
// row.
func (s *Server) Change(formUUID, id string, values Row) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.mustForm(formUUID)
	r := s.live(f, id)
	if r == nil {
		return false
	}
	given, err := s.values(f, "", normalRow(values), false)
	if err != nil {
		panic(fmt.Sprintf("dingtalktest: form %s refuses a change: %s", f.UUID, err))
	}
	s.edit(r, given)
	return true
}

// edit changes a row from outside of all calls.
func (s *Server) edit(r *row, given Row) {
	s.write(r, DemoUser, func(v *version) { v.values, v.at = merged(v.values, given), time.Time{} })
	r.log = append(r.log, change{kind: "UPDATE", text: "", user: DemoUser, at: s.clock()})
}

// Remove deletes a row as a user of the platform would. It tells whether there was
// one.
func (s *Server) Remove(formUUID, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.live(s.mustForm(formUUID), id)
	if r == nil {
		return false
	}
	s.write(r, DemoUser, func(v *version) { v.gone, v.at = true, time.Time{} })
	return true
}

// FlushIndex puts all rows into the index that wait for it.
func (s *Server) FlushIndex() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.formOrder {
		for _, r := range f.rows {
			for i := range r.versions {
				r.versions[i].at = time.Time{}
			}
		}
	}
}

// merged lays new values over old ones; tables are replaced as a whole.
func merged(old, given Row) Row {
	out := Row{}
	for k, v := range old {
		out[k] = v
	}
	for k, v := range given {
		out[k] = v
	}
	return out
}
