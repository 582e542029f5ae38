package wdt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"iter"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// maxPasses bounds how often a list that keeps changing is read.
const maxPasses = 5

// scan reads a whole list, row by row.
type scan[T any] struct {
	list lister
	// key and version identify a row and order its states. Without a key rows are
	// not compared with each other.
	key     func(T, json.RawMessage) string
	version func(T) int64
	// complete repeats the walk until no row can have been missed. A closed window
	// of modification times needs one walk only: rows leave it, none comes in, and
	// those behind move to pages not read yet. Walked upwards, for want of a total,
	// they move to pages that were, so that it is read again too.
	complete bool
}

// item is a row with its decoded value.
type item[T any] struct {
	key     string
	version int64
	value   T
	raw     json.RawMessage
	err     error // it does not fit T; value holds what does
}

// scanPage is what one page brought that was not seen before.
type scanPage[T any] struct {
	items []item[T]
	next  string
	total int64
}

// seenRow is the newest state of a row, and the pass it was met in last.
type seenRow struct {
	version int64
	pass    int
}

// pass is one walk over the list.
type pass struct {
	no       int
	distinct int64 // rows met in this walk
	fresh    bool  // some were new or newer
	same     int   // pages in a row with the same rows as the one before
	sum      uint64
}

// pages walks the list until it is done. All state is inside the sequence.
func (s *scan[T]) pages(ctx context.Context) iter.Seq2[*scanPage[T], error] {
	return func(yield func(*scanPage[T], error) bool) {
		seen := map[string]seenRow{}
		seed := maphash.MakeSeed()
		for no := 1; no <= maxPasses; no++ {
			p := &pass{no: no}
			done, stopped := s.walk(ctx, p, seen, seed, yield)
			if done || stopped {
				return
			}
		}
		yield(nil, fmt.Errorf("wdt: %s: the list kept changing through %d readings: %w",
			s.list.method, maxPasses, duijie.ErrNoProgress))
	}
}

// walk reads the list once. done tells that nothing can have been missed,
// stopped that the sequence is over for another reason.
func (s *scan[T]) walk(ctx context.Context, p *pass, seen map[string]seenRow, seed maphash.Seed,
	yield func(*scanPage[T], error) bool,
) (done, stopped bool) {
	for at := (position{}); ; {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return false, true
		}
		st, err := s.list.read(ctx, at)
		if err == nil {
			err = p.repeated(s.list.method, seed, st)
		}
		var items []item[T]
		var firstFresh bool
		if err == nil {
			items, firstFresh = s.absorb(p, seen, st.rows)
		}
		if err != nil {
			yield(nil, err)
			return false, true
		}
		page := &scanPage[T]{items: items, total: max(st.total, st.at.total)}
		if st.at.kind == forward {
			page.total = -1
		}
		if !s.complete && st.next.kind == atTail {
			st.more = false
		}
		if !st.more {
			upwards := st.at.kind == forward && s.key != nil
			done = !s.complete && !upwards || p.missedNone(st, firstFresh)
		}
		switch {
		case st.more:
			page.next = st.next.String()
		case !done && p.no < maxPasses:
			page.next = position{kind: anew}.String()
		}
		if !yield(page, nil) {
			return false, true
		}
		if !st.more {
			return done, false
		}
		at = st.next
	}
}

// missedNone judges a walk by its last step. What changed while it went on is
// on the page read again at the end; when that page is new from its first row
// on, or rows came or went, the list is read again.
func (p *pass) missedNone(last step, firstFresh bool) bool {
	switch last.at.kind {
	case forward:
		return !p.fresh || last.at.page == 0
	case atTail:
		return last.total == last.at.total && p.distinct >= last.total && !firstFresh
	}
	return p.distinct >= last.total
}

// repeated finds a list that ignores the page number.
func (p *pass) repeated(op string, seed maphash.Seed, st step) error {
	if st.at.kind == atTail || len(st.rows) == 0 {
		return nil
	}
	var h maphash.Hash
	h.SetSeed(seed)
	for _, raw := range st.rows {
		_, _ = h.Write(raw)
	}
	sum, limit := h.Sum64(), 1
	if st.at.kind == backward {
		limit = 2 // a whole page of rows may have moved forward
	}
	if sum != p.sum {
		p.sum, p.same = sum, 0
		return nil
	}
	if p.same++; p.same < limit {
		return nil
	}
	return fmt.Errorf("wdt: %s: page %d has the rows of the page before: %w", op, st.at.page, duijie.ErrNoProgress)
}

// absorb decodes rows and keeps those that are new, or newer than when they
// were met before. firstFresh tells it of the first row.
func (s *scan[T]) absorb(p *pass, seen map[string]seenRow, rows []json.RawMessage) (items []item[T], firstFresh bool) {
	items = make([]item[T], 0, len(rows)) // decoded where they stay
	for i, raw := range rows {
		items = append(items, item[T]{raw: raw})
		it := &items[len(items)-1]
		if err := decodeValue(raw, &it.value); err != nil {
			it.err = rowError(s.list.method, i, it.value, err)
		}
		if s.version != nil {
			it.version = s.version(it.value)
		}
		if s.key == nil {
			p.distinct++
			continue
		}
		if it.key = s.key(it.value, raw); it.key == "" {
			it.key = "row:" + rowSum(raw)
		}
		before, known := seen[it.key]
		if !known || before.pass != p.no {
			p.distinct++
		}
		if known && it.version <= before.version {
			seen[it.key] = seenRow{before.version, p.no}
			items = items[:len(items)-1]
			continue
		}
		seen[it.key] = seenRow{it.version, p.no}
		p.fresh = true
		firstFresh = firstFresh || i == 0
	}
	return items, firstFresh
}

// decodeValue decodes one row. A type that decodes itself is asked directly,
// which saves two readings of the row.
func decodeValue(raw json.RawMessage, v any) error {
	if u, ok := v.(json.Unmarshaler); ok {
		return u.UnmarshalJSON(raw)
	}
	return wire.Unmarshal(raw, v)
}

func rowError(op string, i int, v any, err error) error {
	return fmt.Errorf("wdt: %s: row %d of a page does not fit %T: %w", op, i+1, v, err)
}

// rowSum identifies a row that has no key of its own.
func rowSum(raw json.RawMessage) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}
