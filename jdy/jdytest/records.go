package jdytest

import (
	"slices"
	"time"
)

// Records returns a list's records, oldest first, under the names and with the
// times the fake keeps them by.
func (b *Book) Records(name string) []Row {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	l := b.mustList(name)
	out := []Row{}
	for _, r := range l.rows {
		if !r.hidden() {
			out = append(out, b.shown(r))
		}
	}
	return out
}

// Record returns the record with that number (or bill_no, or id).
func (b *Book) Record(name, number string) (Row, bool) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	rec := b.mustList(name).find(number, number)
	if rec == nil || rec.hidden() {
		return nil, false
	}
	return b.shown(rec), true
}

func (b *Book) shown(r *record) Row {
	row := cloneRow(r.row)
	row["create_time"], row["modify_time"] = stamp(r.created), stamp(r.modified)
	return row
}

func stamp(t time.Time) string { return t.In(china).Format(timeLayout) }

// Change edits a record as a user of the platform would: members are replaced
// and its modify time is now. It tells whether the record exists.
func (b *Book) Change(name, number string, members Row) bool {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	l := b.mustList(name)
	rec := l.find(number, number)
	if rec == nil {
		return false
	}
	r := canonical(normal(members))
	_ = b.resolveAll(l, r, false) // what a test writes may name what is not there
	for k, v := range r {
		rec.row[k] = v
	}
	rec.modified = b.s.clock()
	b.derive(l, rec, true)
	return true
}

// Remove deletes a record as a user of the platform would. It tells whether the
// record existed.
func (b *Book) Remove(name, number string) bool {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	l := b.mustList(name)
	rec := l.find(number, number)
	if rec == nil {
		return false
	}
	l.remove(rec)
	return true
}

// MoveToEnd moves a record behind all others in the order lists are read in, so
// that what followed it comes one place earlier.
func (b *Book) MoveToEnd(name, number string) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	l := b.mustList(name)
	if rec := l.find(number, number); rec != nil {
		b.toEnd(l, rec)
	}
}

func (b *Book) toEnd(l *list, rec *record) {
	l.remove(rec)
	l.byID[rec.id] = rec
	l.reindex(rec)
	if l.newestFirst() {
		l.rows = slices.Insert(l.rows, 0, rec)
		return
	}
	l.rows = append(l.rows, rec)
}

// newestFirst tells the order of a list: bills newest first, the rest as created.
func (l *list) newestFirst() bool { return l.state != "" }

// ordered is the rows in the order the list is read in.
func (l *list) ordered() []*record {
	rows := slices.Clone(l.rows)
	if l.newestFirst() {
		slices.Reverse(rows)
	}
	return rows
}
