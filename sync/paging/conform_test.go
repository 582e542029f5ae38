package paging_test

import (
	"cmp"
	"context"
	"math"
	"sync"
	"testing"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// conformSize makes five pages of the rows of a case.
const conformSize = 5

// platform is a moving list that counts its calls, can be down, and is safe to
// be read by several at the same time. It moves only when it is told to.
type platform struct {
	*moving
	mu       sync.Mutex
	requests int
	down     bool
}

func newPlatform() *platform { return &platform{moving: newMoving(5, 23)} }

// call is one request.
func call[Q any](p *platform, fetch func(context.Context, Q) (paging.Page[row], error)) func(context.Context, Q) (paging.Page[row], error) {
	return func(ctx context.Context, q Q) (paging.Page[row], error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.requests++
		if p.down {
			return paging.Page[row]{}, &duijie.APIError{Platform: "model", Op: "List", Class: duijie.ClassUnavailable}
		}
		return fetch(ctx, q)
	}
}

// keyset is a Keyset over the platform.
func keyset[K any](p *platform, list paging.Keyset[row, K]) func() duijiesync.Source[row] {
	type query struct {
		after K
		size  int
	}
	one := list.Fetch
	guarded := call(p, func(ctx context.Context, q query) (paging.Page[row], error) { return one(ctx, q.after, q.size) })
	list.Fetch = func(ctx context.Context, after K, size int) (paging.Page[row], error) {
		return guarded(ctx, query{after, size})
	}
	list.Name, list.Size = "rows", conformSize
	return func() duijiesync.Source[row] { return list.Source() }
}

// rows is a list over the platform, of the rows modified until end.
func (p *platform) rows(end int64) paging.List[row] {
	return paging.List[row]{Name: "rows", Size: conformSize, Fetch: call(p, p.numbered(end))}
}

// byGroup reads the rows behind a group of ids.
func (m *moving) byGroup(_ context.Context, after int64, size int) (paging.Page[row], error) {
	var all []row
	for _, id := range m.ids() {
		if group(id) > after {
			all = append(all, m.rows[id])
		}
	}
	return m.first(all, size), nil
}

// group holds up to four rows.
func group(id int64) int64 { return (id + 7) / 4 }

// touch changes a row, drop deletes one.
func (m *moving) touch(id int64) {
	m.clock++
	m.rows[id] = row{ID: id, Modified: m.clock, Change: m.rows[id].Change + 1}
}

func (m *moving) drop(id int64) { delete(m.rows, id) }

// leave has rows leave the window that ended at end, from its beginning and its
// middle: those behind them move onto pages that a loop has read.
func (p *platform) leave(end int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if left := p.list(end); len(left) > 3 {
		p.drop(left[0].ID)
		p.touch(left[len(left)/2].ID)
	}
	p.insert() // behind the window
}

// live changes the list as a whole: rows go, come and change.
func (p *platform) live() {
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := p.ids()
	p.drop(ids[0])
	p.touch(ids[2])
	p.touch(ids[len(ids)-2])
	p.insert()
}

func (p *platform) sourceCase(open func() duijiesync.Source[row], move func()) pipelinetest.SourceCase[row] {
	return pipelinetest.SourceCase[row]{
		Source: open(), Again: open,
		Requests: func() int { p.mu.Lock(); defer p.mu.Unlock(); return p.requests },
		Down:     func(down bool) { p.mu.Lock(); defer p.mu.Unlock(); p.down = down },
		Move:     func(int) { move() },
	}
}

// foreignPlaces are checkpoints of other lists, or such as no reading leaves.
var foreignPlaces = []duijiesync.Checkpoint{
	`{"v":1,"builder":"keyset","list":"others","at":7}`, `{"v":1,"builder":"keyset","list":"rows","at":"seven"}`, `{"v":1,"builder":"keyset","list":"rows"}`,
	`{"v":1,"builder":"backward","list":"rows","rest":-5}`, `{"v":1,"builder":"closed-window","list":"rows","rest":5,"met":-1}`,
	`{"v":2,"builder":"double-pass","list":"rows","finished":"2026-01-01T00:00:00Z"}`, `{"v":1,"builder":"appended","list":"rows","rest":5}`,
}

// TestSourcesConform: every builder keeps the contract of a source, in each of
// the ways a platform may tell where its list ends.
func TestSourcesConform(t *testing.T) {
	t.Parallel()
	noResume := map[pipelinetest.Feature]string{
		pipelinetest.Resume: "the list is read as a whole, so only a finished reading leaves a checkpoint",
	}
	for name, lacks := range map[string]map[pipelinetest.Feature]string{
		"Keyset": nil, "Keyset/rescan": nil, "Keyset/groups": nil, "Keyset/mark": nil,
		"Backward": nil, "ClosedWindow": nil, "ClosedWindow/no total": nil, "ClosedWindow/short is last": nil, "ClosedWindow/more": nil,
		"DoublePass": noResume, "DoublePass/no total": noResume, "Appended": noResume,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[row]{
				Records: 23, Lacks: lacks, Foreign: foreignPlaces,
				Open: func(t *testing.T) pipelinetest.SourceCase[row] {
					p := newPlatform()
					if open := p.keyset(name); open != nil {
						return p.sourceCase(open, p.live)
					}
					open, move := p.numberedList(t, name)
					return p.sourceCase(open, move)
				},
			})
		})
	}
}

// keyset is a source that reads by position; nil: the name is of another.
func (p *platform) keyset(name string) func() duijiesync.Source[row] {
	byID := paging.Keyset[row, int64]{
		Fetch: p.byID, Compare: cmp.Compare[int64],
		Position: func(r duijiesync.Record[row]) (int64, bool) { return r.Value.ID, true },
	}
	switch name {
	case "Keyset":
		return keyset(p, byID)
	case "Keyset/rescan":
		p.more, byID.Rescan = claimed, true
		return keyset(p, byID)
	case "Keyset/groups":
		byID.Fetch, byID.Groups = p.byGroup, true
		byID.Position = func(r duijiesync.Record[row]) (int64, bool) { return group(r.Value.ID), true }
		return keyset(p, byID)
	case "Keyset/mark":
		return keyset(p, paging.Keyset[row, paging.Mark]{
			Fetch: p.byMark, Compare: paging.Mark.Compare, ShortIsLast: true,
			Position: func(r duijiesync.Record[row]) (paging.Mark, bool) { return mark(r.Value), true },
		})
	}
	return nil
}

// numberedList is a source that reads by page number, and what moves its rows.
func (p *platform) numberedList(t *testing.T, name string) (open func() duijiesync.Source[row], move func()) {
	t.Helper()
	end := p.clock
	window, whole := p.rows(end), p.rows(math.MaxInt64)
	leave := func() { p.leave(end) }
	switch name {
	case "Backward":
		return func() duijiesync.Source[row] { return window.Backward() }, leave
	case "ClosedWindow/no total":
		p.total = noTotal
	case "ClosedWindow/short is last":
		p.total, window.ShortIsLast = noTotal, true
	case "ClosedWindow/more":
		p.total, p.more = noTotal, claimed
	case "DoublePass/no total":
		p.total = noTotal
		return func() duijiesync.Source[row] { return whole.DoublePass() }, p.live
	case "DoublePass":
		return func() duijiesync.Source[row] { return whole.DoublePass() }, p.live
	case "Appended":
		return func() duijiesync.Source[row] { return whole.Appended() }, p.live
	case "ClosedWindow":
	default:
		t.Fatalf("no source is called %q", name)
	}
	return func() duijiesync.Source[row] { return window.ClosedWindow() }, leave
}
