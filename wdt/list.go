package wdt

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// lister walks the pages of one list from the last to the first. Rows are
// ordered by modification time: a row that changes meanwhile leaves its place
// and those behind it move forward, onto pages not read yet.
type lister struct {
	client *Client
	method string
	query  Query
	opts   []duijie.CallOption
}

// position is where a walk stands. Its text is the cursor of a page.
type position struct {
	kind  kind
	page  int // from 0
	size  int
	total int64 // when the walk began
}

type kind string

const (
	atStart  kind = ""  // nothing is known yet
	backward kind = "b" // a page, on the way to page 0
	atTail   kind = "t" // the last page once more, for what moved there meanwhile
	forward  kind = "f" // a page, on the way up: the platform told no total
	anew     kind = "a" // the list changed: from the start again
)

func (p position) String() string {
	if p.kind == atStart || p.kind == anew {
		return string(p.kind)
	}
	return fmt.Sprintf("%s.%d.%d.%d", p.kind, p.page, p.size, p.total)
}

func parsePosition(op, cursor string) (position, error) {
	if cursor == "" || cursor == string(anew) {
		return position{}, nil
	}
	wrong := invalid(op, "the cursor is none of this list")
	parts := strings.Split(cursor, ".")
	if len(parts) != 4 {
		return position{}, wrong
	}
	p := position{kind: kind(parts[0])}
	page, errPage := strconv.Atoi(parts[1])
	size, errSize := strconv.Atoi(parts[2])
	total, errTotal := strconv.ParseInt(parts[3], 10, 64)
	p.page, p.size, p.total = page, size, total
	known := p.kind == backward || p.kind == atTail || p.kind == forward
	if errPage != nil || errSize != nil || errTotal != nil || !known || page < 0 || size < 1 {
		return position{}, wrong
	}
	return p, nil
}

// step is one page of a walk.
type step struct {
	at    position
	rows  []json.RawMessage
	total int64    // as told with this page, -1 when it was not
	next  position // where the walk goes on, if more
	more  bool
}

// read reads the page at p. At the start that is the last page; the first one
// is asked for the total before.
func (l *lister) read(ctx context.Context, p position) (step, error) {
	switch p.kind {
	case backward:
		rows, total, err := l.fetchInside(ctx, p, false)
		next := position{backward, p.page - 1, p.size, p.total}
		if p.page == 0 {
			last := (p.total - 1) / int64(p.size)
			next = position{atTail, int(last), p.size, p.total}
		}
		return step{p, rows, total, next, next.page != 0 || next.kind == backward}, err
	case atTail:
		rows, total, err := l.fetchInside(ctx, p, true)
		next := position{atTail, p.page + 1, p.size, total}
		return step{p, rows, total, next, total > int64(next.page)*int64(p.size)}, err
	case forward:
		rows, _, err := l.fetch(ctx, p.page, p.size, false)
		next := position{forward, p.page + 1, p.size, -1}
		return step{p, rows, -1, next, len(rows) > 0}, err
	}
	return l.start(ctx)
}

func (l *lister) start(ctx context.Context) (step, error) {
	size, err := l.pageSize()
	if err != nil {
		return step{}, err
	}
	rows, total, err := l.fetchInside(ctx, position{size: size}, true)
	if err != nil {
		return step{}, err
	}
	given, only, err := l.given(ctx, size, rows, total)
	if err != nil {
		return step{}, err
	}
	p := position{size: given, total: total}
	switch {
	case only:
		return step{at: p, rows: rows, total: total}, nil
	case total < 0:
		if given != size {
			if rows, _, err = l.fetch(ctx, 0, given, false); err != nil {
				return step{}, err
			}
		}
		p.kind = forward
		return step{p, rows, -1, position{forward, 1, given, -1}, len(rows) > 0}, nil
	}
	last := (total - 1) / int64(given)
	return l.read(ctx, position{backward, int(last), given, total})
}

// given is the number of rows the platform gives for a page of size: some give
// fewer without a word, so that page after page of the size asked for passes rows
// over. page and total are what page 0 held. only says that it is all.
func (l *lister) given(ctx context.Context, size int, page []json.RawMessage, total int64) (given int, only bool, err error) {
	rows := len(page)
	switch {
	case total >= 0 && total <= int64(rows), total < 0 && rows == 0:
		return size, true, nil
	case rows == 0 || rows >= size:
		return size, false, nil
	case total < 0:
		next, _, err := l.fetch(ctx, 1, size, false)
		if err != nil || len(next) == 0 || sameRows(next, page) { // the same rows: page numbers are not looked at
			return size, true, err
		}
		return rows, false, nil
	}
	again, now, err := l.fetch(ctx, 0, size, true)
	if n := len(again); err != nil || n >= size || now >= 0 && int64(n) >= now {
		return size, false, err
	}
	return max(rows, len(again)), false, nil
}

// pageSize is the size the list is walked with.
func (l *lister) pageSize() (int, error) {
	q := l.query
	r, err := l.client.named(l.method)
	if err != nil {
		return 0, err
	}
	if err := r.setPage(&q); err != nil {
		return 0, err
	}
	return r.page.size, nil
}

func sameRows(a, b []json.RawMessage) bool {
	return slices.EqualFunc(a, b, func(x, y json.RawMessage) bool { return bytes.Equal(x, y) })
}

// fetchInside fetches a page that should hold rows, and as many as are counted
// for it once the size is known to be what the platform gives.
func (l *lister) fetchInside(ctx context.Context, p position, total bool) ([]json.RawMessage, int64, error) {
	for try := 0; ; try++ {
		rows, n, err := l.fetch(ctx, p.page, p.size, total || try > 0)
		counted := n
		if n < 0 {
			counted = p.total // 0 at the start
		}
		due := min(counted-int64(p.page)*int64(p.size), int64(p.size))
		if p.kind == atStart {
			due = min(due, 1)
		}
		if err != nil || int64(len(rows)) >= due {
			return rows, n, err
		}
		if try == emptyRepeats {
			return nil, 0, fmt.Errorf("wdt: %s: page %d holds %d rows again and again, but %d rows are counted and %d were asked for: %w",
				l.method, p.page, len(rows), counted, p.size, duijie.ErrNoProgress)
		}
	}
}

// fetch fetches one page by its number from 0. The total is -1 unless it was
// asked for and told; one that is less than the rows beside it is none.
func (l *lister) fetch(ctx context.Context, no, size int, total bool) ([]json.RawMessage, int64, error) {
	q := l.query
	q.Page, q.Size, q.Total = no, size, total
	r, err := l.client.prepare(l.method, &q)
	if err != nil {
		return nil, -1, err
	}
	// A method that is not listed is read all the same.
	opts := append([]duijie.CallOption{duijie.WithEffect(duijie.EffectRead)}, l.opts...)
	a, err := l.client.send(ctx, r, opts)
	if err != nil {
		return nil, -1, err
	}
	list := ""
	if r.known != nil {
		list = r.known.List
	}
	rows, err := a.rows(list)
	if err != nil {
		return nil, -1, fmt.Errorf("wdt: %s: page %d: %w", r.op, no, err)
	}
	now := a.Total
	if total && r.enterprise && no > 0 {
		// Which tells the total on page 0 alone: one call more.
		if _, now, err = l.fetch(ctx, 0, size, true); err != nil {
			return nil, -1, err
		}
	}
	if !total || now < int64(len(rows)) {
		now = -1
	}
	return rows, now, nil
}

// rows finds the list of an answer: data itself, the member the catalogue
// names, or the only member that is a list.
func (a *Answer) rows(list string) ([]json.RawMessage, error) {
	raw := a.Data
	if wire.First(raw) == '{' {
		m := members(raw)
		named, there := m[list]
		if !there || list == "" {
			named = onlyList(m)
		}
		raw = named
	}
	switch wire.First(raw) {
	case '[':
		var rows []json.RawMessage
		for row := range wire.Elements(raw) {
			rows = append(rows, row)
		}
		return rows, nil
	case 0, 'n':
		if a.Total <= 0 {
			return nil, nil
		}
	}
	return nil, fmt.Errorf("the answer holds no list: %w", duijie.ErrMalformedAnswer)
}

// onlyList is the one member that is a list; with several it is the object
// itself, which is none.
func onlyList(m map[string]json.RawMessage) json.RawMessage {
	var only json.RawMessage
	for _, member := range m {
		if wire.First(member) != '[' {
			continue
		}
		if only != nil {
			return json.RawMessage("{}")
		}
		only = member
	}
	return only
}
