package jdytest

import "slices"

// find looks a record up by id, or by number when there is no such id.
func (l *list) find(id, number string) *record {
	if rec := l.byID[id]; rec != nil || number == "" {
		return rec
	}
	return l.with(l.number, number)
}

// with is the record whose indexed member has that text, the latest of several.
func (l *list) with(member, value string) *record { return l.index[member+"\x00"+value] }

// reindex makes a record found by what it holds now.
func (l *list) reindex(rec *record) {
	l.unindex(rec)
	for _, member := range []string{l.number, l.outside, "name"} {
		if v := text(rec.row[member]); v != "" {
			rec.keys = append(rec.keys, member+"\x00"+v)
		}
	}
	if l.name == stockList {
		rec.keys = append(rec.keys, stockKey+"\x00"+stockKeyOf(rec.row))
	}
	for _, k := range rec.keys {
		l.index[k] = rec
	}
}

func (l *list) unindex(rec *record) {
	for _, k := range rec.keys {
		if l.index[k] == rec {
			delete(l.index, k)
		}
	}
	rec.keys = nil
}

func (l *list) remove(rec *record) {
	l.rows = slices.DeleteFunc(l.rows, func(r *record) bool { return r == rec })
	delete(l.byID, rec.id)
	l.unindex(rec)
}
