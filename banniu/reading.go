package banniu

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
)

// list is a list of the gateway, which goes by page numbers from 1.
type list struct {
	name  string
	size  int // rows a call
	fetch func(ctx context.Context, page int) (listed, error)
	key   func(json.RawMessage) string // what a row is known by, "" for one without
	state func(json.RawMessage) string // what tells two states of a row apart
}

// keyOf is the key of a row; one without is known by all it holds.
func (l list) keyOf(row json.RawMessage) string { return firstOf(l.key(row), "row:"+string(row)) }

// How long a list may take to come to rest.
const (
	mostPasses  = 5         // readings of a list
	mostRepeats = 3         // further askings for an empty page
	mostPages   = 1_000_000 // of one reading
)

// pages reads the list from its first page to its last, again and again, until one
// reading and the next agree: each row the first met is met again in the same state, and
// none of them was met twice. A row is skipped only where one before it left its place,
// and that one is then gone, changed or met twice. Each row comes once.
func (l list) pages(ctx context.Context) duijie.Pages[json.RawMessage] {
	return func(yield func(*duijie.Page[json.RawMessage], error) bool) {
		r := &reading{list: l, rows: map[string]rowMet{}, seed: maphash.MakeSeed(), at: place{pass: 1, page: 1}, now: pass{total: -1}}
		pager.Pages(ctx, r.at.cursor(), r.step)(yield)
	}
}

// reading is the state of one walk over pages.
type reading struct {
	list
	rows        map[string]rowMet
	seed        maphash.Seed
	at          place
	now, before pass
	sum         uint64 // of the page before, to find a list that repeats itself
	same        int    // pages in a row with the same rows
}

// place is what is asked for next; no two steps have the same.
type place struct{ pass, page, try int }

func (p place) cursor() string { return fmt.Sprintf("%d.%d.%d", p.pass, p.page, p.try) }

// rowMet is when and how a row was met last.
type rowMet struct {
	pass  int
	state uint64
}

// pass counts what one reading met.
type pass struct {
	calls, rows, distinct int64
	again                 int64  // met in the one before too, in the same state
	twice                 string // a row met twice, "" for none
	total                 int64  // rows counted by the platform, -1 where it does not
}

// step fetches a page and says which is next.
func (r *reading) step(ctx context.Context, _ string) (*duijie.Page[json.RawMessage], error) {
	if r.at.page > mostPages {
		return nil, r.stuck("more than %d pages: the list does not end", mostPages)
	}
	l, err := r.fetch(ctx, r.at.page)
	if err != nil {
		return nil, err
	}
	r.now.calls++
	if l.counted && (l.total > 0 || len(l.rows) == 0) {
		r.now.total = l.total
	}
	if err := r.repeats(l); err != nil {
		return nil, err
	}
	out := &duijie.Page[json.RawMessage]{Items: r.take(l.rows), Total: -1}
	ended, err := r.ended(l)
	if err != nil {
		return nil, err
	}
	if ended {
		done, err := r.agreed()
		if done || err != nil {
			return out, err
		}
	}
	out.Next = r.at.cursor()
	return out, nil
}

// take notes the rows of a page and returns those never met before.
func (r *reading) take(rows []json.RawMessage) (fresh []json.RawMessage) {
	for _, row := range rows {
		key := r.keyOf(row)
		met, known := r.rows[key]
		state := maphash.String(r.seed, r.state(row))
		r.now.rows++
		if known && met.pass == r.at.pass {
			r.now.twice = key
		} else {
			r.now.distinct++
			if known && met.pass == r.at.pass-1 && met.state == state {
				r.now.again++
			}
		}
		if !known {
			fresh = append(fresh, row)
		}
		r.rows[key] = rowMet{r.at.pass, state}
	}
	return fresh
}

// ended tells whether the reading came to the end of the list, and else moves on. An
// empty page is asked for again where more rows are claimed.
func (r *reading) ended(l listed) (bool, error) {
	more, less := l.more()
	lacking := more || r.now.rows < r.now.total
	switch {
	case len(l.rows) == 0 && !lacking:
		return true, nil
	case len(l.rows) == 0 && r.at.try < mostRepeats:
		r.at.try++
		return false, nil
	case len(l.rows) == 0 && !more:
		return true, nil // fewer rows than were counted: agreed compares
	case len(l.rows) == 0 && r.at.try == 10*mostRepeats:
		return false, r.stuck("empty pages up to page %d, and the platform claims more", r.at.page)
	case len(l.rows) == 0: // passed over
		r.at.page, r.at.try = r.at.page+1, r.at.try+1
		return false, nil
	case !more && (less || l.short || r.now.total >= 0 && r.now.rows >= r.now.total):
		return true, nil
	}
	r.at.page, r.at.try = r.at.page+1, 0
	return false, nil
}

// agreed compares a reading with the one before, and begins the next where they differ.
// One that took a single call saw no row move.
func (r *reading) agreed() (bool, error) {
	now, before := r.now, r.before
	same := r.at.pass > 1 && before.twice == "" && now.again == before.distinct
	switch {
	case (same || now.calls == 1) && now.distinct >= now.total:
		return true, nil
	case r.at.pass < mostPasses:
		r.before, r.now = now, pass{total: -1}
		r.at, r.sum, r.same = place{pass: r.at.pass + 1, page: 1}, 0, 0
		return false, nil
	case before.twice != "":
		return false, r.stuck("read %d times without two readings that agree: %.60s was met twice in one; are ids unique in this list?", r.at.pass, before.twice)
	case now.distinct < now.total:
		return false, r.stuck("read %d times: %d rows are counted, %d were met", r.at.pass, now.total, now.distinct)
	}
	return false, r.stuck("read %d times without two readings that agree: of %d rows only %d were met again as they were; read at a quieter time",
		r.at.pass, before.distinct, now.again)
}

// repeats finds a list that ignores the page number. A whole page of rows may leave
// between two calls, so it takes the same rows three times.
func (r *reading) repeats(l listed) error {
	if len(l.rows) == 0 {
		return nil
	}
	var h maphash.Hash
	h.SetSeed(r.seed)
	for _, row := range l.rows {
		_, _ = h.Write(row)
	}
	if sum := h.Sum64(); sum != r.sum {
		r.sum, r.same = sum, 0
		return nil
	}
	if r.same++; r.same < 2 {
		return nil
	}
	return r.stuck("page %d has the same rows as the two before: the list repeats itself, or ignores the page number", r.at.page)
}

func (r *reading) stuck(format string, args ...any) error {
	return fmt.Errorf("banniu: %s: %s: %w", r.name, fmt.Sprintf(format, args...), duijie.ErrNoProgress)
}
