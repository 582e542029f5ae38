package fxiaoketest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

type record struct {
	id     string
	row    Row
	shows  time.Time // real time; queries do not know it before
	hidden bool
}

func (r *record) seen() bool { return !r.hidden && (r.shows.IsZero() || !time.Now().Before(r.shows)) }

func (r *record) invalid() bool { return text(r.row["life_status"]) == "invalid" }

// Add makes a record of an object, created and modified now unless row says otherwise
// ("create_time", "last_modified_time" in milliseconds), and returns its _id.
func (s *Server) Add(object string, r Row) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(s.mustObject(object), cloneRow(r), s.employeeID).id
}

// Set changes fields of a record as a person at the screen would; last_modified_time
// becomes now unless r says otherwise. It panics when the record is not there.
func (s *Server) Set(object, id string, r Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touch(s.mustRecord(object, id), cloneRow(r), s.employeeID)
}

// Remove takes a record away for good.
func (s *Server) Remove(object, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustRecord(object, id)
	o := s.mustObject(object)
	o.records = slices.DeleteFunc(o.records, func(r *record) bool { return r.id == id })
}

// Hide keeps a record from the acting employee, as missing rights do: queries leave it
// out without an error.
func (s *Server) Hide(object, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustRecord(object, id).hidden = true
}

// Record returns a record as it is kept.
func (s *Server) Record(object, id string) (Row, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.mustObject(object).record(id)
	if rec == nil {
		return nil, false
	}
	return cloneRow(rec.row), true
}

// Records lists the records of an object, invalidated ones too, in the order they were
// made.
func (s *Server) Records(object string) []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Row
	for _, rec := range s.mustObject(object).records {
		out = append(out, cloneRow(rec.row))
	}
	return out
}

func (s *Server) mustRecord(object, id string) *record {
	rec := s.mustObject(object).record(id)
	if rec == nil {
		panic(fmt.Sprintf("fxiaoketest: no record %s of %s", id, object))
	}
	return rec
}

func (o *object) record(id string) *record {
	i := slices.IndexFunc(o.records, func(r *record) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	return o.records[i]
}

// newID is 24 hex digits that do not grow: records come into being in no order of ids.
func (s *Server) newID() string {
	s.nextID++
	x := s.nextID * 0x9e3779b97f4a7c15
	return fmt.Sprintf("%08x%016x", uint32(s.nextID>>3)^uint32(x>>40), x) //nolint:gosec // bits for an id
}

func (s *Server) now() int64 { return s.clock().UnixMilli() }

func (s *Server) add(o *object, r Row, actor string) *record {
	rec := &record{id: text(r["_id"]), row: r}
	if rec.id == "" {
		rec.id = s.newID()
	}
	for name, v := range map[string]any{
		"_id": rec.id, "create_time": s.now(), "owner": []any{actor}, "created_by": []any{actor},
		"last_modified_by": []any{actor}, "life_status": "normal", "lock_status": "0", "record_type": "default__c", "version": "1",
		"is_deleted": false, "tenant_id": "691413", "object_describe_api_name": o.Name,
	} {
		if r[name] == nil {
			r[name] = v
		}
	}
	if r["last_modified_time"] == nil {
		r["last_modified_time"] = r["create_time"]
	}
	o.records = append(o.records, rec)
	return rec
}

func (s *Server) touch(rec *record, r Row, actor string) {
	version, _ := strconv.Atoi(text(rec.row["version"]))
	rec.row["version"] = strconv.Itoa(version + 1)
	rec.row["last_modified_time"], rec.row["last_modified_by"] = s.now(), []any{actor}
	maps.Copy(rec.row, r)
}

// shown is a record as an answer has it.
func (c *call) shown(o *object, rec *record, projection []string) map[string]any {
	out := map[string]any{}
	for name, v := range rec.row {
		if len(projection) > 0 && !slices.Contains(projection, name) {
			continue
		}
		if !c.nulls && v == nil {
			continue
		}
		out[name] = c.value(o, name, v)
	}
	if c.nulls {
		for _, f := range o.Fields {
			if _, ok := out[f.Name]; !ok && (len(projection) == 0 || slices.Contains(projection, f.Name)) {
				out[f.Name] = nil
			}
		}
	}
	return out
}

// value is one field's value: numbers of number fields as texts, employees as the mode
// of the call has them.
func (c *call) value(o *object, name string, v any) any {
	if list, ok := v.([]any); ok && isEmployee(o, name) {
		out := make([]any, len(list))
		for i, e := range list {
			out[i] = c.employee(text(e))
		}
		return out
	}
	if f := o.field(name); f != nil && (f.Type == "number" || f.Type == "currency" || f.Type == "percentile") {
		if t := text(v); t != "" {
			return t
		}
	}
	return cloneValue(v)
}

func isEmployee(o *object, name string) bool {
	if name == "owner" || name == "created_by" || name == "last_modified_by" {
		return true
	}
	f := o.field(name)
	return f != nil && (f.Type == "employee" || f.Type == "employee_many")
}

// employee is an employee as the call wants to see one.
func (c *call) employee(id string) string {
	open, plain := c.s.openIDOf(id), c.s.employeeOf(id)
	switch {
	case c.open && open != "":
		return open
	case !c.open && plain != "":
		return plain
	}
	return id
}
