package wdt

import (
	"context"
	"encoding/json"
	"fmt"
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
		return step{at: p, rows: rows, total: total}, err
	case forward:
		rows, _, err := l.fetch(ctx, p.page, p.size, false)
		next := position{forward, p.page + 1, p.size, -1}
		return step{p, rows, -1, next, len(rows) >= p.size}, err
	}
	return l.start(ctx)
}

func (l *lister) start(ctx context.Context) (step, error) {
	size, err := l.pageSize()
	if err != nil {
		return step{}, err
	}
	p := position{size: size}
	rows, total, err := l.fetchInside(ctx, p, true)
	if err != nil {
		return step{}, err
	}
	switch {
	case total < 0:
		p.kind = forward
		next := position{forward, 1, size, -1}
		return step{p, rows, -1, next, len(rows) >= size}, nil
	case total <= int64(size):
		p.total = total
		return step{at: p, rows: rows, total: total}, nil
	}
	last := (total - 1) / int64(size)
	return l.read(ctx, position{backward, int(last), size, total})
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

// fetchInside fetches a page that should hold rows.
func (l *lister) fetchInside(ctx context.Context, p position, total bool) ([]json.RawMessage, int64, error) {
	for try := 0; ; try++ {
		rows, n, err := l.fetch(ctx, p.page, p.size, total || try > 0)
		outside := n >= 0 && int64(p.page)*int64(p.size) >= n
		unknown := p.kind == atStart && n < 0
		if err != nil || len(rows) > 0 || outside || unknown {
			return rows, n, err
		}
		if try == emptyRepeats {
			return nil, 0, fmt.Errorf("wdt: %s: page %d stays empty, but %d rows are counted: %w",
				l.method, p.page, max(n, p.total), duijie.ErrNoProgress)
		}
	}
}

// fetch fetches one page by its number from 0. The total is -1 unless it was
// asked for and told.
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
	switch {
	case !total:
		return rows, -1, nil
	case r.enterprise && no > 0:
		// Which tells the total on page 0 alone: one call more.
		_, now, err := l.fetch(ctx, 0, size, true)
		return rows, now, err
	}
	return rows, a.Total, nil
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
