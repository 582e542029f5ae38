package paging_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
)

// row is a row of the moving list.
type row struct {
	ID       int64 `json:"id"`
	Modified int64 `json:"modified"` // ticks of the list's clock
	Change   int   `json:"change"`
}

// moving is a list that changes between the calls that read it.
type moving struct {
	rng    *rand.Rand
	rows   map[int64]row
	order  []int64 // ids, some of rows that are gone, to draw from
	clock  int64
	nextID int64
	calls  int
	newest bool // newest change first, else last
	// What happens between two calls: so many changes on average, of these kinds, while
	// calls is below quietFrom.
	churn                     float64
	inserts, updates, deletes bool
	quietFrom                 int
	moved                     map[int64]bool // changed or gone since the reading began
	total                     func(n int, at paging.At) int64
	more                      func(more bool) paging.More
	pageCap                   int // rows the platform gives at most in a page
	faults                    func(call int) bool
}

func newMoving(seed uint64, n int) *moving {
	m := &moving{
		rng: rand.New(rand.NewPCG(seed, 7)), rows: map[int64]row{}, moved: map[int64]bool{}, quietFrom: 1 << 30,
		total: func(n int, _ paging.At) int64 { return int64(n) },
		more:  func(bool) paging.More { return paging.MoreUnknown },
	}
	for range n {
		m.insert()
	}
	return m
}

func (m *moving) insert() {
	m.clock++
	m.nextID += 1 + m.rng.Int64N(3)
	m.rows[m.nextID] = row{ID: m.nextID, Modified: m.clock}
	m.order = append(m.order, m.nextID)
}

// pick draws a row, independent of the order of the map.
func (m *moving) pick() int64 {
	for len(m.order) > 0 {
		i := m.rng.IntN(len(m.order))
		if _, there := m.rows[m.order[i]]; there {
			return m.order[i]
		}
		m.order[i] = m.order[len(m.order)-1]
		m.order = m.order[:len(m.order)-1]
	}
	return 0
}

func (m *moving) ids() []int64 {
	ids := make([]int64, 0, len(m.rows))
	for id := range m.rows {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (m *moving) change() {
	m.calls++
	if m.calls == 1 || m.calls > m.quietFrom {
		return
	}
	var kinds []func()
	if m.inserts {
		kinds = append(kinds, m.insert)
	}
	if m.updates {
		kinds = append(kinds, func() {
			if id := m.pick(); id != 0 {
				m.clock++
				m.rows[id] = row{ID: id, Modified: m.clock, Change: m.rows[id].Change + 1}
				m.moved[id] = true
			}
		})
	}
	if m.deletes {
		kinds = append(kinds, func() {
			id := m.pick()
			delete(m.rows, id)
			m.moved[id] = true
		})
	}
	n := int(m.churn)
	if m.rng.Float64() < m.churn-float64(n) {
		n++
	}
	for range n {
		if len(kinds) > 0 {
			kinds[m.rng.IntN(len(kinds))]()
		}
	}
}

// list is the list as one call sees it: rows modified until end, in order.
func (m *moving) list(end int64) []row {
	var all []row
	for _, r := range m.rows {
		if r.Modified <= end {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b row) int {
		if m.newest {
			a, b = b, a
		}
		return cmp.Or(cmp.Compare(a.Modified, b.Modified), cmp.Compare(a.ID, b.ID)) // the rows come out of a map
	})
	return all
}

// numbered reads a page by its number, of the rows modified until end.
func (m *moving) numbered(end int64) func(context.Context, paging.At) (paging.Page[row], error) {
	return func(ctx context.Context, at paging.At) (paging.Page[row], error) {
		if ctx.Err() != nil {
			return paging.Page[row]{}, ctx.Err()
		}
		m.change()
		all := m.list(end)
		size := at.Size
		if m.pageCap > 0 {
			size = min(size, m.pageCap)
		}
		from := min(at.Page*size, len(all))
		to := min(from+size, len(all))
		page := paging.Page[row]{Total: m.total(len(all), at), More: m.more(to < len(all))}
		if m.faults != nil && m.faults(m.calls) {
			return page, nil // empty, under load
		}
		page.Records = records(all[from:to])
		return page, nil
	}
}

// byID reads the rows behind an id.
func (m *moving) byID(_ context.Context, after int64, size int) (paging.Page[row], error) {
	m.change()
	var all []row
	for _, id := range m.ids() {
		if id > after {
			all = append(all, m.rows[id])
		}
	}
	return m.first(all, size), nil
}

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func mark(r row) paging.Mark {
	return paging.Mark{Modified: epoch.Add(time.Duration(r.Modified) * time.Second), ID: fmt.Sprintf("%08d", r.ID)}
}

// byMark reads the rows behind a modification time and id.
func (m *moving) byMark(_ context.Context, after paging.Mark, size int) (paging.Page[row], error) {
	m.change()
	var all []row
	for _, r := range m.list(1 << 60) {
		if mark(r).Compare(after) > 0 {
			all = append(all, r)
		}
	}
	return m.first(all, size), nil
}

func (m *moving) first(all []row, size int) paging.Page[row] {
	n := min(size, len(all))
	return paging.Page[row]{Records: records(all[:n]), Total: -1, More: m.more(n < len(all))}
}

func records(rows []row) []duijiesync.Record[row] {
	out := make([]duijiesync.Record[row], len(rows))
	for i, r := range rows {
		raw, _ := json.Marshal(r)
		out[i] = duijiesync.Record[row]{Key: key(r.ID), Value: r, Version: r.Modified, Raw: raw}
	}
	return out
}

func key(id int64) string { return fmt.Sprintf("K%d", id) }

// got is what a reading brought.
type got struct {
	last        map[string]row // newest state of each key
	times       map[string]int
	checkpoints []duijiesync.Checkpoint // of every batch
	err         error
	pairs       int
}

func (g *got) add(b duijiesync.Batch[row]) {
	for _, r := range b.Records {
		g.last[r.Key] = r.Value
		g.times[r.Key]++
	}
	g.checkpoints = append(g.checkpoints, b.Checkpoint)
}

// read reads a source to its end; stop > 0 stops after so many batches.
func read(seq iter.Seq2[duijiesync.Batch[row], error], stop int) *got {
	g := &got{last: map[string]row{}, times: map[string]int{}}
	for b, err := range seq {
		g.pairs++
		if err != nil {
			g.err = err
			continue // an error must be the last pair: a further one would be counted
		}
		g.add(b)
		if stop > 0 && g.pairs == stop {
			break
		}
	}
	return g
}

// lost are the rows that were there throughout and were not read.
func (m *moving) lost(end int64, g *got) []int64 {
	var lost []int64
	for _, r := range m.list(end) {
		if !m.moved[r.ID] && g.times[key(r.ID)] == 0 {
			lost = append(lost, r.ID)
		}
	}
	return lost
}

// naive is the loop everybody writes: page after page until one is short.
func naive(t *testing.T, size int, fetch func(context.Context, paging.At) (paging.Page[row], error)) *got {
	t.Helper()
	g := &got{last: map[string]row{}, times: map[string]int{}}
	for no := 0; ; no++ {
		page, err := fetch(t.Context(), paging.At{Page: no, Size: size, Offset: int64(no * size), Total: no == 0})
		require.NoError(t, err)
		g.add(duijiesync.Batch[row]{Records: page.Records})
		if len(page.Records) < size {
			return g
		}
	}
}
