package sync_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// doc is what these tests copy.
type doc struct {
	No   string
	Name string
}

// docs makes n documents named after their number.
func docs(n int) []doc {
	all := make([]doc, n)
	for i := range all {
		all[i] = doc{No: fmt.Sprintf("D%04d", i+1), Name: fmt.Sprintf("name %d", i+1)}
	}
	return all
}

// listSource yields a slice in pages; a checkpoint is the number of pages done.
type listSource struct {
	mu      sync.Mutex
	items   []doc
	version int64
	page    int
	fail    error // returned after the first page when set
}

func (s *listSource) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[doc], error] {
	return func(yield func(duijiesync.Batch[doc], error) bool) {
		s.mu.Lock()
		items, size, version, fail := slices.Clone(s.items), max(s.page, 1), s.version, s.fail
		s.mu.Unlock()
		start := 0
		if after != "" && after != "end" {
			if _, err := fmt.Sscanf(string(after), "page %d", &start); err != nil {
				yield(duijiesync.Batch[doc]{}, err)
				return
			}
		}
		pages := slices.Collect(slices.Chunk(items, size))
		for i := start; i < len(pages); i++ {
			if ctx.Err() != nil {
				yield(duijiesync.Batch[doc]{}, ctx.Err())
				return
			}
			if fail != nil && i == start+1 {
				yield(duijiesync.Batch[doc]{}, fail)
				return
			}
			batch := duijiesync.Batch[doc]{Checkpoint: duijiesync.Checkpoint(fmt.Sprintf("page %d", i+1))}
			if i == len(pages)-1 {
				batch.Checkpoint = "end"
			}
			for _, d := range pages[i] {
				batch.Records = append(batch.Records, duijiesync.Record[doc]{Key: d.No, Value: d, Version: version})
			}
			if !yield(batch, nil) {
				return
			}
		}
	}
}

func (*listSource) Paging() string { return "a list" }

// row is one row of the target.
type row struct {
	ID   string
	Name string
}

// fault is what the target does with one write.
type fault int

const (
	fine       fault = iota
	lostBefore       // connection cut, nothing done
	lostAfter        // done, answer lost
	lateCommit       // answer lost, done only later
	down             // refused to serve, nothing done
	halfDone         // half of the rows done, answer lost
)

var (
	errLost = &duijie.APIError{Platform: "model", Op: "Write", Class: duijie.ClassUnavailable, OutcomeUnknown: true}
	errDown = &duijie.APIError{Platform: "model", Op: "Write", Class: duijie.ClassUnavailable}
	errBad  = &duijie.APIError{Platform: "model", Op: "Write", Class: duijie.ClassRefused, Code: "11", Message: "one of the rows is bad"}
)

// target is the most dangerous kind: a create of a key it has makes a second
// row.
type target struct {
	mu       sync.Mutex
	rows     map[string][]row
	writes   int
	finds    int
	sentRows int
	next     int
	fault    func(write int) fault
	late     time.Duration
	poison   map[string]bool // refused
	refuse   func(doc) bool  // refused too
	named    bool            // refusals name their rows
	busy     map[string]int  // retryable so many times
	unique   bool            // creates of an existing key are conflicts
	upsert   bool            // creates of an existing key are updates
	onWrite  func()
}

func newTarget() *target {
	return &target{rows: map[string][]row{}, named: true, poison: map[string]bool{}, busy: map[string]int{}}
}

func (m *target) Write(_ context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.onWrite != nil {
		m.onWrite()
	}
	m.writes++
	m.sentRows += len(recs)
	f := fine
	if m.fault != nil {
		f = m.fault(m.writes)
	}
	return m.suffer(f, recs)
}

// write is Write with a fault of the caller's choice.
func (m *target) write(f fault, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.suffer(f, recs)
}

func (m *target) suffer(f fault, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	switch f {
	case lostBefore:
		return nil, errLost
	case down:
		return nil, errDown
	case lateCommit:
		recs = slices.Clone(recs)
		time.AfterFunc(m.late, func() {
			m.mu.Lock()
			defer m.mu.Unlock()
			_, _ = m.apply(recs)
		})
		return nil, errLost
	case halfDone:
		_, _ = m.apply(recs[:len(recs)/2])
		return nil, errLost
	}
	outcomes, err := m.apply(recs)
	if f == lostAfter {
		return nil, errLost
	}
	return outcomes, err
}

func (m *target) apply(recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	if !m.named && slices.ContainsFunc(recs, func(r duijiesync.Record[doc]) bool { return m.poison[r.Key] }) {
		return nil, errBad
	}
	outcomes := make([]duijiesync.Outcome, len(recs))
	for i, r := range recs {
		outcomes[i] = m.applyRow(r)
	}
	return outcomes, nil
}

func (m *target) applyRow(r duijiesync.Record[doc]) duijiesync.Outcome {
	switch {
	case m.poison[r.Key], m.refuse != nil && m.refuse(r.Value):
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "11", Field: "Name", Message: "bad name"}
	case m.busy[r.Key] > 0:
		m.busy[r.Key]--
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, Message: "locked"}
	case r.Target.ID == "" && m.unique && len(m.rows[r.Key]) > 0:
		return duijiesync.Outcome{Kind: duijiesync.OutcomeConflict, Code: "11", Message: "number used"}
	case r.Target.ID == "" && m.upsert && len(m.rows[r.Key]) > 0:
		m.rows[r.Key][0].Name = r.Value.Name
		return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: m.rows[r.Key][0].ID}
	case r.Target.ID == "":
		m.next++
		id := fmt.Sprintf("id%d", m.next)
		m.rows[r.Key] = append(m.rows[r.Key], row{ID: id, Name: r.Value.Name})
		return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: id}
	}
	for i, old := range m.rows[r.Key] {
		if old.ID == r.Target.ID {
			m.rows[r.Key][i].Name = r.Value.Name
			return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: old.ID}
		}
	}
	return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "9", Message: "no such id " + r.Target.ID}
}

func (m *target) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 20, FindRows: 50, SettleDelay: time.Second, Idempotent: m.upsert}
}

// check asserts that the target equals the source, each row exactly once.
func (m *target) check(t require.TestingT, want []doc) {
	m.mu.Lock()
	defer m.mu.Unlock()
	missing, double, wrong := []string{}, []string{}, []string{}
	for _, d := range want {
		switch got := m.rows[d.No]; {
		case len(got) == 0:
			missing = append(missing, d.No)
		case len(got) > 1:
			double = append(double, d.No)
		case got[0].Name != d.Name:
			wrong = append(wrong, d.No)
		}
	}
	require.Empty(t, missing, "lost")
	require.Empty(t, double, "done twice")
	require.Empty(t, wrong, "old contents")
	require.Len(t, m.rows, len(want), "rows nobody asked for")
}

// finderTarget can look its rows up.
type finderTarget struct{ *target }

func (m finderTarget) Find(_ context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.finds++
	found := make([]duijiesync.Found, len(recs))
	for i, r := range recs {
		rows := m.rows[r.Key]
		switch {
		case len(rows) == 0:
		case r.Target.KeyOnly:
			found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: rows[0].ID}
		case rows[0].Name == r.Value.Name:
			found[i] = duijiesync.Found{Match: duijiesync.Identical, TargetID: rows[0].ID}
		default:
			found[i] = duijiesync.Found{
				Match: duijiesync.Different, TargetID: rows[0].ID,
				Changes: []duijiesync.Change{{Field: "Name", Old: rows[0].Name, New: r.Value.Name}},
			}
		}
	}
	return found, nil
}

// pipe is a pipeline over the model, with a looking-up target.
func pipe(src duijiesync.Source[doc], sink duijiesync.Sink[doc], state duijiesync.State) *duijiesync.Pipeline[doc, doc] {
	return &duijiesync.Pipeline[doc, doc]{
		Name: "docs", Source: src, Transform: duijiesync.Same[doc], Sink: sink, State: state,
	}
}

func mustRun(t *testing.T, p *duijiesync.Pipeline[doc, doc]) *duijiesync.Report {
	t.Helper()
	rep, err := p.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, rep.Read, rep.Created+rep.Updated+rep.Unchanged+rep.Skipped+rep.Refused+rep.Held+rep.Waiting, "the counts add up")
	return rep
}

var errCrash = errors.New("crash")

func without(all []doc, no ...string) []doc {
	return slices.DeleteFunc(slices.Clone(all), func(d doc) bool { return slices.Contains(no, d.No) })
}

func renamed(all []doc, no ...string) []doc {
	all = slices.Clone(all)
	for i := range all {
		if slices.Contains(no, all[i].No) {
			all[i].Name = strings.ToUpper(all[i].Name) + " renamed"
		}
	}
	return all
}
