package jdytest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Book is one account set (账套) with its records. All methods are safe for
// concurrent use. A list is named by its path after /jdy/v2/, "bd/material" or
// "scm/sal_order".
type Book struct {
	s          *Server
	index      int
	account    Account
	calls      meter // business calls
	tokenCalls meter

	// Guarded by the server's mutex.
	lists   map[string]*list
	lastID  int64
	effects []Effect
	refused map[string]refusal // by list and number
	customs map[string][]Row   // custom field definitions by entity
	files   []File
}

type list struct {
	about
	rows  []*record          // as created, unless moved
	byID  map[string]*record // the same rows
	index map[string]*record // the same rows by number, outside id and name
	next  int                // last number the fake gave
}

// record is one kept row.
type record struct {
	id       string
	row      Row // canonical names, references by id
	created  time.Time
	modified time.Time
	keys     []string  // in the list's index
	shows    time.Time // of CommitLate, real time; zero for at once
}

func (r *record) hidden() bool { return !r.shows.IsZero() && time.Now().Before(r.shows) }

// EffectKind says what a call did to a record.
type EffectKind string

// Kinds of effects.
const (
	Created EffectKind = "created"
	Updated EffectKind = "updated"
	Audited EffectKind = "audited"
	Undone  EffectKind = "unaudited" // 反审核
	Deleted EffectKind = "deleted"
	Closed  EffectKind = "closed"
	Enabled EffectKind = "enabled" // or disabled
)

// Effect is one change that a call made; seeding and other methods of the fake
// leave none.
type Effect struct {
	List   string     // "scm/sal_order"
	Kind   EffectKind // what was done
	ID     string     // of the record
	Number string     // number or bill_no of the record
	At     time.Time  // by the server's clock
	Row    Row        // the record after it, before it for Deleted
}

func newBook(s *Server, i int, a Account) *Book {
	b := &Book{
		s: s, index: i, account: a, lists: map[string]*list{}, refused: map[string]refusal{}, customs: map[string][]Row{}, lastID: 2569613879843833856 + int64(i)*1_000_000_000,
	}
	b.seedBase()
	return b
}

// Account tells the account set's authorisation as it is now.
func (b *Book) Account() Account {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	return b.account
}

// list finds or makes a list.
func (b *Book) list(name string) *list {
	l := b.lists[name]
	if l == nil {
		l = &list{about: aboutList(name), byID: map[string]*record{}, index: map[string]*record{}}
		b.lists[name] = l
	}
	return l
}

// mustList is the list a test named.
func (b *Book) mustList(name string) *list {
	path := strings.TrimPrefix(name, businessRoot)
	if !paths()[path] && !strings.HasPrefix(path, "cust/") && !aboutList(listName(path)).known {
		panic(fmt.Sprintf("jdytest: no documented list %q", name))
	}
	return b.list(listName(path))
}

func (b *Book) newID() string {
	b.lastID++
	return strconv.FormatInt(b.lastID, 10)
}

// Seed puts records into a list, as if users had typed them in: fields as in the
// list's save, list or detail table. Ids, numbers and times that are left out are
// given by the fake; create_time and modify_time are yyyy-MM-dd HH:mm:ss, +08:00.
// References may be given by id or number. It returns the ids.
func (b *Book) Seed(name string, rows ...Row) []string {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	return b.seed(name, rows...)
}

func (b *Book) seed(name string, rows ...Row) []string {
	l := b.mustList(name)
	ids := make([]string, len(rows))
	for i, row := range rows {
		r := canonical(normal(row))
		_ = b.resolveAll(l, r, false) // what a test writes may name what is not there
		b.giveNumber(l, r, b.s.clock())
		rec := b.insert(l, r)
		ids[i] = rec.id
		b.derive(l, rec, true)
		if l.state != "" && text(rec.row["bill_status"]) == "C" {
			b.audited(l, rec)
		}
	}
	return ids
}

// insert adds a record with its id, times and state.
func (b *Book) insert(l *list, row Row) *record {
	now := b.s.clock()
	if text(row["id"]) == "" {
		row["id"] = b.newID()
	}
	rec := &record{id: text(row["id"]), row: row, created: now, modified: now}
	row["id"] = rec.id
	if t, err := time.ParseInLocation(timeLayout, text(row["create_time"]), china); err == nil {
		rec.created, rec.modified = t, t
	}
	if t, err := time.ParseInLocation(timeLayout, text(row["modify_time"]), china); err == nil {
		rec.modified = t
	}
	if l.state != "" && text(row["bill_status"]) == "" {
		row["bill_status"] = l.state
	}
	if l.state == "" && strings.HasPrefix(l.name, "bd/") && text(row["enable"]) == "" {
		row["enable"] = "1"
	}
	for _, e := range b.entriesOf(row) {
		b.entryID(e)
	}
	l.rows = append(l.rows, rec)
	l.byID[rec.id] = rec
	l.reindex(rec)
	return rec
}

// entriesOf are the objects in all list members of a row.
func (b *Book) entriesOf(row Row) []Row {
	var out []Row
	for _, v := range row {
		out = append(out, rowsOf(v)...)
	}
	return out
}

func (b *Book) entryID(e Row) {
	if text(e["id"]) == "" {
		e["id"] = b.newID()
	}
}

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

// moveFirst moves the first row of the list an operation reads to its end.
func (b *Book) moveFirst(op *operation) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	l := b.list(listName(op.path))
	if rows := l.ordered(); len(rows) > 0 {
		b.toEnd(l, rows[0])
	}
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

// note keeps an effect.
func (b *Book) note(l *list, kind EffectKind, rec *record) {
	b.effects = append(b.effects, Effect{
		List: l.name, Kind: kind, ID: rec.id, Number: text(rec.row[l.number]), At: b.s.clock(), Row: b.shown(rec),
	})
}

// Effects returns what calls did to records so far, in order.
func (b *Book) Effects() []Effect {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	return slices.Clone(b.effects)
}

// Created tells how often calls created a record with that number or bill_no in
// a list; number "" counts all.
func (b *Book) Created(name, number string) int {
	l := listName(name)
	n := 0
	for _, e := range b.Effects() {
		if e.List == l && e.Kind == Created && (number == "" || e.Number == number) {
			n++
		}
	}
	return n
}

// CreatedWith tells how often calls created a record whose field has that text:
// for bills the fake numbers, count by a remark or an outside id.
func (b *Book) CreatedWith(name, field, value string) int {
	l := listName(name)
	n := 0
	for _, e := range b.Effects() {
		if e.List == l && e.Kind == Created && text(e.Row[canon(field)]) == value {
			n++
		}
	}
	return n
}

// Refuse makes every save of that number, bill_no or outside id fail in its row
// with these words and errcode 2016002099. An empty description ends it.
func (b *Book) Refuse(name, number, description string) {
	b.setRefusal(name, number, refusal{words: description})
}

// RefuseUnnamed makes every call that would save that number, bill_no or outside
// id fail as a whole: one error that names no row, and nothing is stored.
func (b *Book) RefuseUnnamed(name, number string) {
	b.setRefusal(name, number, refusal{words: "保存失败，数据不符合业务规则", whole: true})
}

// refusal is a record the fake was told not to take.
type refusal struct {
	words string
	whole bool // the whole call, without naming the row
}

func (b *Book) setRefusal(name, number string, r refusal) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	key := listName(name) + " " + number
	if r.words == "" {
		delete(b.refused, key)
		return
	}
	b.refused[key] = r
}

// refusing is the refusal a row meets.
func (b *Book) refusing(l *list, row Row) (refusal, bool) {
	for _, member := range []string{l.number, l.outside} {
		if r, ok := b.refused[l.name+" "+text(row[member])]; ok && member != "" {
			return r, true
		}
	}
	return refusal{}, false
}

// refusesWhole is the refusal of a whole bulk call for one of its rows.
func (b *Book) refusesWhole(l *list, items []Row) *Error {
	for _, item := range items {
		if r, ok := b.refusing(l, canonical(item)); ok && r.whole {
			return refuse(codeSupplyChain, "%s", r.words)
		}
	}
	return nil
}
