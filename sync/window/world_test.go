package window_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/window"
)

// bill is a row of the simulated platform.
type bill struct {
	No       string    `json:"no"`
	Change   int       `json:"change"`
	Modified time.Time `json:"modified"` // by the platform's clock
}

// commit is a change that is to be seen from at on, though its modification
// time is earlier.
type commit struct {
	at  time.Time // by our clock
	row bill
}

// world is a platform whose rows change while it is read, and are shown late.
// What happens is drawn beforehand and happens as virtual time goes by.
type world struct {
	mu      sync.Mutex
	rows    map[string]bill
	commits []commit // to come, in order of time
	skew    time.Duration
	granule time.Duration // of modification times
	inside  func(span window.Span, t time.Time) bool
	maxSpan time.Duration
	maxRows int   // of one query; more are refused
	told    int64 // the same, where the total tells
	latency time.Duration
	spans   []window.Span // asked for
	order   int           // 1 oldest first, -1 newest first
}

func newWorld() *world {
	return &world{
		rows: map[string]bill{}, granule: time.Second, latency: 300 * time.Millisecond, order: 1,
		inside: func(s window.Span, t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) },
	}
}

// schedule draws changes for a time, one every so often on average, each shown
// at most late after its modification time.
func (w *world) schedule(seed uint64, span, every, late time.Duration) {
	rng := rand.New(rand.NewPCG(seed, 11))
	begin := time.Now()
	busy := map[string]time.Time{} // until when a change of the key is under way
	last := map[string]int{}
	for at := begin; at.Before(begin.Add(span)); at = at.Add(time.Duration(rng.Int64N(int64(2 * every)))) {
		no := fmt.Sprintf("B%04d", len(last))
		if len(last) > 0 && rng.IntN(10) >= 3 {
			no = fmt.Sprintf("B%04d", rng.IntN(len(last)))
		}
		if busy[no].After(at) {
			continue
		}
		lag := time.Duration(rng.Int64N(int64(late) + 1))
		if rng.IntN(3) == 0 {
			lag = late
		}
		last[no]++
		busy[no] = at.Add(lag + w.granule)
		w.commits = append(w.commits, commit{at.Add(lag), bill{No: no, Change: last[no], Modified: at.Add(w.skew).Truncate(w.granule)}})
	}
	slices.SortFunc(w.commits, func(a, b commit) int { return cmp.Or(a.at.Compare(b.at), strings.Compare(a.row.No, b.row.No)) })
}

// settle makes everything visible that is due.
func (w *world) settle() {
	for len(w.commits) > 0 && !w.commits[0].at.After(time.Now()) {
		w.rows[w.commits[0].row.No] = w.commits[0].row
		w.commits = w.commits[1:]
	}
}

var errSpan = errors.New("the span is too wide")

// fetch is the platform's call: a page of the rows modified in a span.
func (w *world) fetch(ctx context.Context, span window.Span, at paging.At) (paging.Page[bill], error) {
	select {
	case <-time.After(w.latency):
	case <-ctx.Done():
		return paging.Page[bill]{}, ctx.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settle()
	w.spans = append(w.spans, span)
	if w.maxSpan > 0 && span.To.Sub(span.From) > w.maxSpan {
		return paging.Page[bill]{}, errSpan
	}
	var found []bill
	for _, r := range w.rows {
		if w.inside(span, r.Modified) {
			found = append(found, r)
		}
	}
	if w.maxRows > 0 && len(found) > w.maxRows {
		return paging.Page[bill]{}, fmt.Errorf("%d rows: %w", len(found), window.ErrTooMany)
	}
	slices.SortFunc(found, func(a, b bill) int {
		return w.order * cmp.Or(a.Modified.Compare(b.Modified), strings.Compare(a.No, b.No))
	})
	from := min(at.Page*at.Size, len(found))
	page := paging.Page[bill]{Total: int64(len(found))}
	for _, r := range found[from:min(from+at.Size, len(found))] {
		raw, _ := json.Marshal(r)
		page.Records = append(page.Records, duijiesync.Record[bill]{Key: r.No, Value: r, Version: int64(r.Change), Raw: raw})
	}
	return page, nil
}

// slice reads a span as it should be.
func (w *world) slice(span window.Span) duijiesync.Source[bill] {
	return paging.List[bill]{
		Name: "bills", Size: 10, Cap: w.told,
		Fetch: func(ctx context.Context, at paging.At) (paging.Page[bill], error) { return w.fetch(ctx, span, at) },
	}.ClosedWindow()
}

// naive is the cursor everybody writes: from the last end to now, page after
// page.
func (w *world) naive(start time.Time) duijiesync.Source[bill] {
	return duijiesync.SourceFunc[bill](func(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[bill], error] {
		return func(yield func(duijiesync.Batch[bill], error) bool) {
			from := start
			if after != "" {
				from, _ = time.Parse(time.RFC3339Nano, string(after))
			}
			to := time.Now()
			for no := 0; ; no++ {
				page, err := w.fetch(ctx, window.Span{From: from, To: to}, paging.At{Page: no, Size: 10})
				batch := duijiesync.Batch[bill]{Records: page.Records}
				end := len(page.Records) < 10
				if end {
					batch.Checkpoint = duijiesync.Checkpoint(to.Format(time.RFC3339Nano))
				}
				if !yield(batch, err) || err != nil || end {
					return
				}
			}
		}
	})
}

// target is a sink that keeps what it is sent.
type target struct {
	mu     sync.Mutex
	rows   map[string]bill
	writes int
}

func newTarget() *target { return &target{rows: map[string]bill{}} }

func (m *target) Write(_ context.Context, records []duijiesync.Record[bill]) ([]duijiesync.Outcome, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	outcomes := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		m.writes++
		outcomes[i].Kind = duijiesync.OutcomeUpdated
		if r.Target.ID == "" {
			outcomes[i].Kind = duijiesync.OutcomeCreated
			if _, there := m.rows[r.Key]; there {
				return nil, errors.New("created twice: " + r.Key)
			}
		}
		m.rows[r.Key] = r.Value
	}
	return outcomes, nil
}

// Limits has batches written side by side.
func (m *target) Limits() duijiesync.Limits { return duijiesync.Limits{Rows: 4, Lanes: 3} }

// wrong are the keys the target does not hold as the world does.
func (w *world) wrong(m *target) (keys []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settle()
	for _, no := range slices.Sorted(maps.Keys(w.rows)) {
		if m.rows[no] != w.rows[no] {
			keys = append(keys, no)
		}
	}
	return keys
}

// pipe is a pipeline from a source into a target, forwarding state.
func pipe(src duijiesync.Source[bill], to *target, state duijiesync.State) *duijiesync.Pipeline[bill, bill] {
	return &duijiesync.Pipeline[bill, bill]{Name: "bills", Source: src, Transform: duijiesync.Same[bill], Sink: to, State: state}
}

// runFor runs a pipeline every so often for some virtual time.
func runFor(t *testing.T, p *duijiesync.Pipeline[bill, bill], span, every time.Duration) {
	t.Helper()
	for end := time.Now().Add(span); time.Now().Before(end); time.Sleep(every) {
		rep, err := p.Run(t.Context())
		require.NoError(t, err)
		require.Zero(t, rep.Refused)
	}
}

func checkpoint(t *testing.T, state duijiesync.State) string {
	t.Helper()
	c, err := state.Checkpoint(t.Context(), duijiesync.Scope{Pipeline: "bills"})
	require.NoError(t, err)
	return string(c)
}
