package wdttest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stored is one kept row. It is replaced, never changed.
type stored struct {
	row Row
	key string
	id  int64
	at  time.Time // modification time; with id the order of answers

	born time.Time // when it was first kept
}

// bin keeps the rows of one method.
type bin struct {
	rows   []*stored
	byKey  map[string]*stored
	sorted bool
	lastID int64
	last   time.Time // the latest modification

	changes int // grows with every change
}

// bin gives the rows of a method's store. The caller holds the lock.
func (s *Server) bin(method string) *bin {
	name := storeOf(method).name
	b := s.bins[name]
	if b == nil {
		b = &bin{byKey: map[string]*stored{}, lastID: 1000}
		s.bins[name] = b
	}
	return b
}

// ordered gives the rows in answer order.
func (b *bin) ordered() []*stored {
	if !b.sorted {
		slices.SortStableFunc(b.rows, func(x, y *stored) int {
			return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.id, y.id))
		})
		b.sorted = true
	}
	return b.rows
}

// behind is now, or just behind the last modification when that is not earlier.
func (b *bin) behind(now time.Time) time.Time {
	if !now.After(b.last) {
		return b.last.Add(1)
	}
	return now
}

// put adds a row or replaces the row with its key. The running number and the
// creation time of a replaced row stay unless given, and a replaced row without
// a modification time of its own moves behind the last row.
func (b *bin) put(t *table, r Row, now time.Time) *stored {
	n := &stored{row: r, key: t.keyOf(r)}
	if n.key == "" {
		n.key = "#" + strconv.FormatInt(b.lastID+1, 10)
	}
	old := b.byKey[n.key]
	if old != nil {
		for _, name := range append(strings.Fields(t.created), t.id) {
			if v, had := old.row[name]; r.text(name) == "" && had {
				r[name] = v
			}
		}
		now = b.behind(now)
	} else if ahead := b.last.Sub(now); ahead > 0 && ahead < time.Second {
		now = b.behind(now) // rows moved while the clock stood still
	}
	n.id = b.number(t, r, old)
	n.at = modifiedAt(t, r)
	if n.at.IsZero() {
		n.at = now
	}
	setTimes(t, r, n.at)
	n.born = n.at
	if old != nil {
		n.born = old.born
	}
	b.last = later(b.last, n.at)
	if old != nil {
		*old = *n
		n = old
	} else {
		b.rows = append(b.rows, n)
		b.byKey[n.key] = n
	}
	b.changed()
	return n
}

// number is the running number of a row, the next free one when it has none.
func (b *bin) number(t *table, r Row, old *stored) int64 {
	id, err := strconv.ParseInt(r.text(t.id), 10, 64)
	switch {
	case err == nil && id != 0:
	case old != nil:
		id = old.id
	default:
		id = b.lastID + 1
	}
	if shapeHas(t, t.id) && (err == nil || r.text(t.id) == "") {
		r[t.id] = id
	}
	b.lastID = max(b.lastID, id)
	return id
}

func shapeHas(t *table, member string) bool {
	sh := shapeOf(t.shapeName())
	return sh != nil && sh.known[member]
}

// modifiedAt is the modification time a row was given, else zero.
func modifiedAt(t *table, r Row) time.Time {
	for name := range strings.FieldsSeq(t.modified) {
		if at := r.time(name); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// setTimes fills the modification and creation times that are not given.
func setTimes(t *table, r Row, at time.Time) {
	if shapeOf(t.shapeName()) == nil {
		return
	}
	created := at
	for name := range strings.FieldsSeq(t.created) {
		if given := r.time(name); !given.IsZero() {
			created = given
			break
		}
	}
	for _, set := range []struct {
		names string
		at    time.Time
	}{{t.modified, at}, {t.created, created}} {
		for name := range strings.FieldsSeq(set.names) {
			if r[name] == nil && shapeHas(t, name) {
				r[name] = set.at
			}
		}
	}
}

// touch changes members of a row and moves it to now, behind every other row.
func (b *bin) touch(t *table, o *stored, changes []Row, now time.Time) {
	r := o.row.clone()
	for name := range strings.FieldsSeq(t.modified) {
		delete(r, name)
	}
	for _, change := range changes {
		for k, v := range change.clone() {
			r[k] = v
		}
	}
	at := modifiedAt(t, r)
	if at.IsZero() {
		at = b.behind(now)
	}
	for name := range strings.FieldsSeq(t.modified) {
		if _, had := o.row[name]; r[name] == nil && had {
			r[name] = at
		}
	}
	b.last = later(b.last, at)
	delete(b.byKey, o.key)
	o.row, o.at = r, at
	if key := t.keyOf(r); key != "" {
		o.key = key
	}
	b.byKey[o.key] = o
	b.changed()
}

func (b *bin) changed() {
	b.sorted = false
	b.changes++
}

func (b *bin) remove(key string) *stored {
	o := b.byKey[key]
	if o == nil {
		return nil
	}
	delete(b.byKey, key)
	b.changes++
	b.rows = slices.DeleteFunc(b.rows, func(other *stored) bool { return other == o })
	return o
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Seed adds rows to what a query method answers, or replaces the rows of the
// same key: trade_no, goods_no, order_no and so on; a stock row is known by
// warehouse_no and spec_no, and a row of a method without a documented key by
// order_no, refund_no, trade_no or rec_id, if it has one of them. A row without
// a modification time gets now. Members that are not given get the empty value
// of their type where the method's members are known.
//
// Method is a direct name, such as "wms.stockin.Other.queryWithDetail", also of
// methods that only answer rows kept elsewhere: seeding an own-shop form seeds
// the common form. Scripts of the enterprise edition have
// [Server.SeedEnterprise]. Seed panics when method is no query method.
func (s *Server) Seed(method string, rows ...Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustQuery(method)
	now := s.clock()
	b, t := s.bin(method), storeOf(method)
	for _, r := range rows {
		if t.name == goods {
			s.putGoods(r.clone())
			continue
		}
		b.put(t, r.clone(), now)
	}
}

func (s *Server) mustQuery(method string) {
	if m, known := s.methods[method]; !known || m.query == nil {
		panic(fmt.Sprintf("wdttest: %q is no query method of the catalog", method))
	}
}

// Touch changes members of the row with this key, as somebody at the platform
// would: its modification time becomes now, so it moves behind every other row
// and the rows after it move one place forward. Without changes only the time
// moves. It tells whether there is such a row.
func (s *Server) Touch(method, key string, changes ...Row) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bin(method)
	o := b.byKey[key]
	if o == nil {
		return false
	}
	b.touch(storeOf(method), o, changes, s.clock())
	return true
}

// moveFirst touches the first row of a method.
func (s *Server) moveFirst(method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bin(method)
	if rows := b.ordered(); len(rows) > 0 {
		b.touch(storeOf(method), rows[0], nil, s.clock())
	}
}

// Remove takes the row with this key away and tells whether there was one.
func (s *Server) Remove(method, key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bin(method).remove(key) != nil
}

// Archive moves the row with this key to the archive method (历史), as the
// platform does with rows that are months old, and tells whether it could.
func (s *Server) Archive(method, key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := storeOf(method).archive
	if to == "" {
		return false
	}
	o := s.bin(method).remove(key)
	if o == nil {
		return false
	}
	s.bin(to).put(tableOf(to), o.row.clone(), s.clock())
	return true
}

// Rows gives copies of the rows a method draws on, in the order of modification,
// whatever a gateway would keep back.
func (s *Server) Rows(method string) []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Row
	for _, o := range s.bin(method).ordered() {
		out = append(out, o.row.clone())
	}
	return out
}

// Row gives a copy of the row with this key.
func (s *Server) Row(method, key string) (Row, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.bin(method).byKey[key]
	if o == nil {
		return nil, false
	}
	return o.row.clone(), true
}
