package okkitest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

type record struct {
	id      int64
	row     Row
	removed bool
	shows   time.Time // real time; nobody sees it before
}

func (r *record) seen() bool { return r.shows.IsZero() || !time.Now().Before(r.shows) }

// Add makes a record of a list, changed now unless row says otherwise ("update_time",
// "create_time" as "2006-01-02 15:04:05", China time), and returns its id.
func (s *Server) Add(list string, row Row) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(listNamed(list), cloneRow(row)).id
}

// Set changes members of a record as a person at the screen would; update_time becomes
// now unless row says otherwise. It panics when the record is not there.
func (s *Server) Set(list string, id int64, row Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.mustRecord(list, id)
	rec.row["update_time"] = s.now()
	maps.Copy(rec.row, cloneRow(row))
}

// Delete deletes a record as a person at the screen would.
func (s *Server) Delete(list string, id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(s.mustRecord(list, id))
}

// Record returns a record as its info call has it; false when it is not there or
// deleted.
func (s *Server) Record(list string, id int64) (Row, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.record(listNamed(list), id)
	if rec == nil || rec.removed {
		return nil, false
	}
	return cloneRow(rec.row), true
}

// Records lists the live records of a list, in the order of their ids.
func (s *Server) Records(list string) []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Row
	for _, rec := range s.records[listNamed(list).name] {
		if !rec.removed {
			out = append(out, cloneRow(rec.row))
		}
	}
	return out
}

func (s *Server) newID() int64 {
	s.nextID += 2
	return s.nextID
}

func (s *Server) add(l *list, row Row) *record {
	rec := &record{id: number(row[l.id]), row: row}
	if rec.id == 0 {
		rec.id = s.newID()
	}
	row[l.id] = rec.id
	for _, name := range []string{"create_time", "update_time"} {
		if row[name] == nil {
			row[name] = s.now()
		}
	}
	if l.number != "" && text(row[l.number]) == "" {
		row[l.number] = "NO" + strconv.FormatInt(rec.id, 10)
	}
	if l.name == "product" {
		if row["enable_flag"] == nil {
			row["enable_flag"] = 1
		}
		s.giveSKU(row)
	}
	s.records[l.name] = append(s.records[l.name], rec)
	return rec
}

// giveSKU gives a product without variants its one SKU.
func (s *Server) giveSKU(row Row) {
	items, _ := row["sku_items"].([]any)
	if len(items) == 0 {
		items = []any{map[string]any{"sku_code": row["product_no"]}}
	}
	for _, item := range objects(items) {
		if number(item["sku_id"]) == 0 {
			item["sku_id"] = s.newID()
		}
		if text(item["sku_code"]) == "" {
			item["sku_code"] = row["product_no"]
		}
	}
	row["sku_items"] = items
}

func (s *Server) drop(rec *record) {
	rec.removed = true
	rec.row["update_time"], rec.row["delete_time"] = s.now(), s.now()
	if rec.row["enable_flag"] != nil {
		rec.row["enable_flag"] = 0
	}
}

func (s *Server) record(l *list, id int64) *record {
	i := slices.IndexFunc(s.records[l.name], func(r *record) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	return s.records[l.name][i]
}

func (s *Server) mustRecord(name string, id int64) *record {
	rec := s.record(listNamed(name), id)
	if rec == nil {
		panic(fmt.Sprintf("okkitest: no record %d in %s", id, name))
	}
	return rec
}

// find is the first live record a query is about.
func (s *Server) find(l *list, id, num string) *record {
	for _, rec := range s.records[l.name] {
		if rec.removed || !rec.seen() {
			continue
		}
		if id != "" && strconv.FormatInt(rec.id, 10) == id || id == "" && num != "" && text(rec.row[l.number]) == num {
			return rec
		}
	}
	return nil
}

// shown is a copy of a value with ids as texts where the fake is told so.
func (s *Server) shown(v any) any {
	if !s.textIDs {
		return v
	}
	switch x := v.(type) {
	case Row:
		return s.shownRow(x)
	case map[string]any:
		return s.shownRow(x)
	case []any:
		for i, e := range x {
			x[i] = s.shown(e)
		}
	case int64:
		return strconv.FormatInt(x, 10)
	}
	return v
}

func (s *Server) shownRow(r map[string]any) map[string]any {
	for k, v := range r {
		r[k] = s.shown(v)
	}
	return r
}

// amount is a JSON number with places decimals.
func amount(n int64, places int) json.Number {
	t := strconv.FormatInt(n, 10)
	for len(t) <= places {
		t = "0" + t
	}
	return json.Number(t[:len(t)-places] + "." + t[len(t)-places:])
}
