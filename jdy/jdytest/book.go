package jdytest

import (
	"fmt"
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
