package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/mirror"
)

// doc is what these tests copy.
type doc struct{ No, Name string }

// shop is a source: its documents in order of number, in pages behind the last
// number that was read.
type shop struct {
	mu     sync.Mutex
	docs   map[string]string // number to name
	page   int
	onPage func(n int)   // between pages, without the lock
	fail   map[int]error // instead of the n-th page of a read, from 1
	end    int           // a clean end after so many pages; 0 = all
	hide   func(no string) bool
	reads  int
}

func newShop(n int) *shop {
	s := &shop{docs: map[string]string{}, page: 10, fail: map[int]error{}}
	for i := range n {
		s.docs[number(i)] = fmt.Sprint("name ", i)
	}
	return s
}

func number(i int) string { return fmt.Sprintf("D%04d", i) }

func (s *shop) remove(nos ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, no := range nos {
		delete(s.docs, no)
	}
}

func (s *shop) put(no, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.docs[no] = name
}

func (s *shop) keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.docs))
}

func (s *shop) after(last string) (page []duijiesync.Record[doc]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, no := range slices.Sorted(maps.Keys(s.docs)) {
		if no > last && len(page) < s.page {
			page = append(page, duijiesync.Record[doc]{Key: no, Value: doc{no, s.docs[no]}})
		}
	}
	return page
}

func (s *shop) Read(_ context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[doc], error] {
	return func(yield func(duijiesync.Batch[doc], error) bool) {
		s.reads++
		last := ""
		for n := 1; ; n++ {
			if err := s.fail[n]; err != nil {
				yield(duijiesync.Batch[doc]{}, err)
				return
			}
			records := s.after(last)
			if len(records) == 0 || s.end > 0 && n > s.end {
				return
			}
			last = records[len(records)-1].Key
			if s.hide != nil {
				records = slices.DeleteFunc(records, func(r duijiesync.Record[doc]) bool { return s.hide(r.Key) })
			}
			if !yield(duijiesync.Batch[doc]{Records: records}, nil) {
				return
			}
			if s.onPage != nil {
				s.onPage(n)
			}
		}
	}
}

// fault is what the target does with one call.
type fault int

const (
	fine       fault = iota
	lostBefore       // answer lost, nothing done
	lostAfter        // done, answer lost
	late             // answer lost, done a second later
	half             // half of it done, answer lost
	down             // unavailable, nothing done
)

var (
	errLost = &duijie.APIError{Platform: "model", Op: "Delete", Class: duijie.ClassUnavailable, OutcomeUnknown: true}
	errDown = &duijie.APIError{Platform: "model", Op: "Delete", Class: duijie.ClassUnavailable}
	errBad  = &duijie.APIError{Platform: "model", Op: "Delete", Class: duijie.ClassRefused, Code: "11", Message: "it is referred to"}
)

type row struct {
	ID, Key, Name string
	Forbidden     bool
}

// erp is a target with ids of its own. A create of a key it has makes a second
// row.
type erp struct {
	mu      sync.Mutex
	rows    map[string]*row // by id
	next    int
	forbids bool
	sticky  map[string]bool // keys that are refused to go
	named   bool            // refusals name their rows
	busy    map[string]int
	fault   func(call int) fault
	deletes int
	gone    []string // keys in the order they went
	guard   func(key string)
}

func newERP() *erp {
	return &erp{rows: map[string]*row{}, sticky: map[string]bool{}, busy: map[string]int{}, named: true}
}

func (e *erp) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 4, FindRows: 3, SettleDelay: 2 * time.Second}
}

func (e *erp) Write(_ context.Context, records []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		if r.Target.ID == "" {
			e.next++
			id := fmt.Sprint("id", e.next)
			e.rows[id] = &row{ID: id, Key: r.Key, Name: r.Value.Name}
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: id}
			continue
		}
		old := e.rows[r.Target.ID]
		if old == nil {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Message: "no such id " + r.Target.ID}
			continue
		}
		old.Name, old.Forbidden = r.Value.Name, false
		out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: old.ID, Step: "in use"}
	}
	return out, nil
}

func (e *erp) Delete(_ context.Context, rows []mirror.Gone) ([]duijiesync.Outcome, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.deletes++
	f := fine
	if e.fault != nil {
		f = e.fault(e.deletes)
	}
	switch f {
	case lostBefore:
		return nil, errLost
	case down:
		return nil, errDown
	case half:
		e.takeAll(rows[:len(rows)/2])
		return nil, errLost
	case late:
		time.AfterFunc(time.Second, func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.takeAll(rows)
		})
		return nil, errLost
	}
	stuck := func(g mirror.Gone) bool { return e.sticky[g.Key] && e.rows[g.TargetID] != nil }
	if !e.named && slices.ContainsFunc(rows, stuck) {
		return nil, errBad
	}
	out := e.takeAll(rows)
	if f == lostAfter {
		return nil, errLost
	}
	return out, nil
}

func (e *erp) takeAll(rows []mirror.Gone) []duijiesync.Outcome {
	out := make([]duijiesync.Outcome, len(rows))
	for i, g := range rows {
		out[i] = e.take(g)
	}
	return out
}

func (e *erp) take(g mirror.Gone) duijiesync.Outcome {
	old := e.rows[g.TargetID]
	switch {
	case old == nil || old.Forbidden:
		return duijiesync.Outcome{Kind: duijiesync.OutcomeUnchanged}
	case e.sticky[g.Key]:
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "11", Message: "it is referred to"}
	case e.busy[g.Key] > 0:
		e.busy[g.Key]--
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, Message: "locked"}
	}
	if e.guard != nil {
		e.guard(old.Key)
	}
	e.gone = append(e.gone, old.Key)
	if e.forbids {
		old.Forbidden = true
		return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, Step: "forbidden"}
	}
	delete(e.rows, g.TargetID)
	return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated}
}

// inUse are the keys of the rows that are not forbidden, in order, doubles too.
func (e *erp) inUse() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var keys []string
	for _, r := range e.rows {
		if !r.Forbidden {
			keys = append(keys, r.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

// seeing is an erp that can look its rows up, by key and by id.
type seeing struct{ *erp }

func (s seeing) Find(_ context.Context, records []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make([]duijiesync.Found, len(records))
	for i, r := range records {
		for _, old := range s.rows {
			switch {
			case old.Key != r.Key:
			case r.Target.KeyOnly:
				found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: old.ID}
			case old.Name == r.Value.Name && !old.Forbidden:
				found[i] = duijiesync.Found{Match: duijiesync.Identical, TargetID: old.ID}
			default:
				found[i] = duijiesync.Found{Match: duijiesync.Different, TargetID: old.ID}
			}
		}
	}
	return found, nil
}

func (s seeing) Remaining(_ context.Context, rows []mirror.Gone) ([]bool, error) {
	if len(rows) > s.Limits().FindRows {
		return nil, errors.New("too many rows")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	remaining := make([]bool, len(rows))
	for i, g := range rows {
		old := s.rows[g.TargetID]
		remaining[i] = old != nil && !old.Forbidden
	}
	return remaining, nil
}

// world is a pipeline with its mirror.
type world struct {
	src   *shop
	to    *erp
	state duijiesync.State
	pipe  *duijiesync.Pipeline[doc, doc]
	m     *mirror.Mirror
}

// newWorld has n documents copied already. blind: the target can not look up.
func newWorld(t *testing.T, n int, blind bool) *world {
	t.Helper()
	w := &world{src: newShop(n), to: newERP(), state: duijiesync.NewMemoryState()}
	w.pipe = &duijiesync.Pipeline[doc, doc]{Name: "docs", Source: w.src, Transform: duijiesync.Same[doc], State: w.state}
	w.m = &mirror.Mirror{Name: "docs", State: w.state, Keys: mirror.SourceKeys(w.src), MaxShare: 0.5}
	w.pipe.Sink, w.m.Deleter = seeing{w.to}, seeing{w.to}
	if blind {
		w.pipe.Sink, w.m.Deleter = w.to, w.to
	}
	w.copy(t)
	w.src.reads = 0
	return w
}

func (w *world) copy(t *testing.T) *duijiesync.Report {
	t.Helper()
	rep, err := w.pipe.Run(t.Context())
	require.NoError(t, err)
	return rep
}

func (w *world) mirror(t *testing.T) *mirror.Report {
	t.Helper()
	rep, err := w.m.Run(t.Context())
	require.NoError(t, err)
	return rep
}

func (w *world) entry(t *testing.T, key string) duijiesync.Entry {
	t.Helper()
	entries, err := w.state.Ledger(t.Context(), "docs", []string{key})
	require.NoError(t, err)
	return entries[key]
}

// same asserts that the target in use is the source, each key once, plus extra.
func (w *world) same(t *testing.T, extra ...string) {
	t.Helper()
	want := append(w.src.keys(), extra...)
	slices.Sort(want)
	require.Equal(t, strings.Join(want, " "), strings.Join(w.to.inUse(), " "))
}
