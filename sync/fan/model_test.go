package fan_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/fan"
)

// order is what these tests copy.
type order struct {
	No   string
	Name string
}

func orders(from, to int) []order {
	var all []order
	for i := from; i <= to; i++ {
		all = append(all, order{fmt.Sprintf("O%04d", i), fmt.Sprintf("name %d", i)})
	}
	return all
}

// log is a source to which rows are appended; a checkpoint is the number of
// rows before it. It counts how often each page is read.
type log struct {
	mu      sync.Mutex
	rows    []order
	page    int
	pages   map[int]int // by first row
	yielded int
	fail    func(row int) error
	settled []duijiesync.BatchResult
}

func newLog(rows []order, page int) *log { return &log{rows: rows, page: page, pages: map[int]int{}} }

func (l *log) add(rows []order) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = append(l.rows, rows...)
}

func (l *log) batch(at int) (batch duijiesync.Batch[order], next int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		if err := l.fail(at); err != nil {
			return batch, at, err
		}
	}
	next = min(at+l.page, len(l.rows))
	if next == at {
		return batch, at, nil
	}
	l.pages[at]++
	l.yielded++
	for _, row := range l.rows[at:next] {
		batch.Records = append(batch.Records, duijiesync.Record[order]{Key: row.No, Value: row})
	}
	batch.Checkpoint = duijiesync.Checkpoint(fmt.Sprint(next))
	batch.Settled = func(r duijiesync.BatchResult) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.settled = append(l.settled, r)
	}
	return batch, next, nil
}

func (l *log) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
	return func(yield func(duijiesync.Batch[order], error) bool) {
		at := 0
		if after != "" {
			if _, err := fmt.Sscan(string(after), &at); err != nil {
				yield(duijiesync.Batch[order]{}, err)
				return
			}
		}
		for {
			batch, next, err := l.batch(at)
			if err == nil && ctx.Err() != nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(duijiesync.Batch[order]{}, err)
				return
			}
			if next == at || !yield(batch, nil) {
				return
			}
			at = next
		}
	}
}

func (*log) Paging() string { return "a log" }

func (l *log) reads() (total, most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.pages {
		total += n
		most = max(most, n)
	}
	return total, most
}

// target makes a second row of a create of a key it has: the most dangerous kind.
type target struct {
	mu     sync.Mutex
	rows   map[string][]string
	writes int
	before func(ctx context.Context, write int) error
	refuse map[string]bool
	lanes  int
}

func newTarget() *target { return &target{rows: map[string][]string{}, refuse: map[string]bool{}} }

func (t *target) Write(ctx context.Context, recs []duijiesync.Record[order]) ([]duijiesync.Outcome, error) {
	t.mu.Lock()
	t.writes++
	n, before := t.writes, t.before
	t.mu.Unlock()
	if before != nil {
		if err := before(ctx, n); err != nil {
			return nil, err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	outcomes := make([]duijiesync.Outcome, len(recs))
	for i, r := range recs {
		switch {
		case t.refuse[r.Key]:
			outcomes[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "7", Message: "bad"}
		case r.Target.ID == "":
			t.rows[r.Key] = append(t.rows[r.Key], r.Value.Name)
			outcomes[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: "id-" + r.Key}
		default:
			t.rows[r.Key][0] = r.Value.Name
			outcomes[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: r.Target.ID}
		}
	}
	return outcomes, nil
}

func (t *target) Find(_ context.Context, recs []duijiesync.Record[order]) ([]duijiesync.Found, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := make([]duijiesync.Found, len(recs))
	for i, r := range recs {
		switch rows := t.rows[r.Key]; {
		case len(rows) == 0:
		case r.Target.KeyOnly:
			found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: "id-" + r.Key}
		case rows[0] == r.Value.Name:
			found[i] = duijiesync.Found{Match: duijiesync.Identical, TargetID: "id-" + r.Key}
		default:
			found[i] = duijiesync.Found{Match: duijiesync.Different, TargetID: "id-" + r.Key}
		}
	}
	return found, nil
}

func (t *target) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 20, SettleDelay: time.Second, Lanes: t.lanes}
}

// check asserts that the target has each row exactly once.
func (t *target) check(tt require.TestingT, want []order, prefix string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var wrong []string
	for _, o := range want {
		if got := t.rows[o.No]; len(got) != 1 || got[0] != prefix+o.Name {
			wrong = append(wrong, fmt.Sprintf("%s %q", o.No, got))
		}
	}
	require.Empty(tt, wrong, "lost, twice, or with other contents")
	require.Len(tt, t.rows, len(want), "rows nobody asked for")
}

var (
	errDown  = &duijie.APIError{Platform: "model", Op: "Write", Class: duijie.ClassUnavailable}
	errCrash = errors.New("crash")
)

// plain hides the lookup: only the ledger keeps records from being written twice.
type plain struct{ t *target }

func (p plain) Write(ctx context.Context, recs []duijiesync.Record[order]) ([]duijiesync.Outcome, error) {
	return p.t.Write(ctx, recs)
}

func (p plain) Limits() duijiesync.Limits { return p.t.Limits() }

// to is a branch that puts its name before what it writes.
func to(name string, sink duijiesync.Sink[order], set ...func(*duijiesync.Pipeline[order, order])) fan.Branch[order] {
	p := &duijiesync.Pipeline[order, order]{
		Name: name, Sink: sink,
		Transform: func(_ context.Context, o order) (order, error) {
			o.Name = name + " " + o.Name
			return o, nil
		},
	}
	for _, f := range set {
		f(p)
	}
	return fan.To(p)
}

func out(src duijiesync.Source[order], state duijiesync.State, branches ...fan.Branch[order]) *fan.Out[order] {
	return &fan.Out[order]{Name: "orders", Source: src, State: state, Branches: branches}
}

func mustRun(t require.TestingT, ctx context.Context, o *fan.Out[order]) *fan.Report { //nolint:revive // t comes first, as in testify
	rep, err := o.Run(ctx)
	require.NoError(t, err)
	require.Equal(t, rep.Read, rep.Created+rep.Updated+rep.Unchanged+rep.Skipped+rep.Refused+rep.Held+rep.Waiting, "the counts add up")
	return rep
}

// crashing is a process that dies at its n-th step: before it, or after it took
// effect. A dead process does nothing more, on no goroutine.
type crashing struct {
	duijiesync.State
	mu    sync.Mutex
	steps int
	at    int
	after bool
	dead  bool
}

func (c *crashing) step(do func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return errCrash
	}
	c.steps++
	if c.steps == c.at {
		c.dead = true
		if c.after {
			_ = do()
		}
		return errCrash
	}
	return do()
}

func (c *crashing) Acquire(ctx context.Context, s duijiesync.Scope, owner string, ttl time.Duration) (l duijiesync.Lease, err error) {
	err = c.step(func() error {
		l, err = c.State.Acquire(ctx, s, owner, ttl)
		return err
	})
	return l, err
}

func (c *crashing) Open(ctx context.Context, l duijiesync.Lease, b duijiesync.OpenBatch) (shared bool, err error) {
	err = c.step(func() error {
		shared, err = c.State.Open(ctx, l, b)
		return err
	})
	return shared, err
}

func (c *crashing) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	return c.step(func() error { return c.State.Settle(ctx, l, s) })
}

func (c *crashing) Release(ctx context.Context, l duijiesync.Lease) error {
	return c.step(func() error { return c.State.Release(ctx, l) })
}

// crashingTarget dies with its process in the middle of a send.
type crashingTarget struct {
	*target
	c *crashing
}

func (s crashingTarget) Write(ctx context.Context, recs []duijiesync.Record[order]) (o []duijiesync.Outcome, err error) {
	err = s.c.step(func() error {
		o, err = s.target.Write(ctx, recs)
		return err
	})
	return o, err
}

func names(r *fan.Report, which func(fan.BranchReport) bool) string {
	var found []string
	for _, b := range r.Branches {
		if which(b) {
			found = append(found, b.Name)
		}
	}
	return strings.Join(found, " ")
}

func behind(b fan.BranchReport) bool   { return b.Behind }
func caughtUp(b fan.BranchReport) bool { return b.CaughtUp }

func without(all []order, no ...string) []order {
	return slices.DeleteFunc(slices.Clone(all), func(o order) bool { return slices.Contains(no, o.No) })
}
