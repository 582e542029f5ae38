// Package crashtest has a target that keeps what is written to it twice, and a process that
// dies at a step of its own, for tests of states that pipelines go on from.
package crashtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Order is what the pipelines of these tests copy.
type Order struct{ No, Name string }

// Orders are n orders.
func Orders(n int) []Order {
	all := make([]Order, n)
	for i := range all {
		all[i] = Order{fmt.Sprintf("O%05d", i), fmt.Sprintf("名 %d", i)}
	}
	return all
}

// Warehouse is a target that makes a second row of a create of a key it has: the
// most dangerous kind.
type Warehouse struct {
	mu   sync.Mutex
	rows map[string][]string

	Pause       func()        // while a write is under way
	SettleDelay time.Duration // see duijiesync.Limits
	Writes      int
	Most        int // writes at the same time
	busy        int
}

// NewWarehouse makes a target that pauses in each write.
func NewWarehouse(pause func(), settle time.Duration) *Warehouse {
	return &Warehouse{rows: map[string][]string{}, Pause: pause, SettleDelay: settle}
}

// Limits are eight lanes of fifty.
func (w *Warehouse) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 50, FindRows: 50, Lanes: 8, SettleDelay: w.SettleDelay}
}

// Write makes a row of each record, whatever there is of its key.
func (w *Warehouse) Write(_ context.Context, records []duijiesync.Record[Order]) ([]duijiesync.Outcome, error) {
	w.mu.Lock()
	w.Writes++
	w.busy++
	w.Most = max(w.Most, w.busy)
	w.mu.Unlock()
	w.Pause()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy--
	out := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		if r.Target.ID == "" {
			w.rows[r.Key] = append(w.rows[r.Key], r.Value.Name)
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: "id-" + r.Key}
		} else {
			w.rows[r.Key][0] = r.Value.Name
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: r.Target.ID}
		}
	}
	return out, nil
}

// Find tells what the first row of each key holds.
func (w *Warehouse) Find(_ context.Context, records []duijiesync.Record[Order]) ([]duijiesync.Found, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := make([]duijiesync.Found, len(records))
	for i, r := range records {
		switch rows := w.rows[r.Key]; {
		case len(rows) == 0:
			continue
		case r.Target.KeyOnly:
			found[i].Match = duijiesync.Exists
		case rows[0] == r.Value.Name:
			found[i].Match = duijiesync.Identical
		default:
			found[i].Match = duijiesync.Different
		}
		found[i].TargetID = "id-" + r.Key
	}
	return found, nil
}

// Check asserts that each order is there once, as it should be.
func (w *Warehouse) Check(t *testing.T, want []Order) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var wrong []string
	for _, o := range want {
		if rows := w.rows[o.No]; len(rows) != 1 || rows[0] != o.Name {
			wrong = append(wrong, fmt.Sprintf("%s %q", o.No, rows))
		}
	}
	require.Empty(t, wrong[:min(len(wrong), 5)], "%d lost, twice, or with other contents", len(wrong))
	require.Len(t, w.rows, len(want))
}

// Blind hides the lookup: only the state keeps records from being written twice.
type Blind struct{ Of *Warehouse }

// Limits are those of the target.
func (b Blind) Limits() duijiesync.Limits { return b.Of.Limits() }

// Write writes to the target.
func (b Blind) Write(ctx context.Context, records []duijiesync.Record[Order]) ([]duijiesync.Outcome, error) {
	return b.Of.Write(ctx, records)
}

// ErrDies is what a dead process returns.
var ErrDies = errors.New("the process dies")

// Process is a State and a target whose process dies at its n-th step: before it,
// or after it took effect. What other lanes have under way takes effect or not,
// and nobody learns of it.
type Process struct {
	duijiesync.State
	*Warehouse
	At       int64        // the step it dies at, 0: never
	After    bool         // it dies when the step took effect
	KeyOpen  atomic.Int64 // opens refused for another partition's key
	CancelAt int64        // at this step the process is told to end
	Cancel   context.CancelFunc
	steps    atomic.Int64
	dead     atomic.Bool
}

func (p *Process) step(do func() error) error {
	n := p.steps.Add(1)
	if n == p.CancelAt {
		p.Cancel()
	}
	if p.dead.Load() {
		return ErrDies
	}
	if n == p.At {
		if p.After {
			_ = do()
		}
		p.dead.Store(true)
		return ErrDies
	}
	err := do()
	if p.dead.Load() {
		return ErrDies
	}
	return err
}

// Open is a step.
func (p *Process) Open(ctx context.Context, l duijiesync.Lease, b duijiesync.OpenBatch) (shared bool, err error) {
	err = p.step(func() error {
		shared, err = p.State.Open(ctx, l, b)
		if errors.Is(err, duijiesync.ErrKeyOpen) {
			p.KeyOpen.Add(1)
		}
		return err
	})
	return shared, err
}

// Settle is a step.
func (p *Process) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	return p.step(func() error { return p.State.Settle(ctx, l, s) })
}

// Renew is no step: how often it comes is up to the clock.
func (p *Process) Renew(ctx context.Context, l duijiesync.Lease, ttl time.Duration) error {
	if p.dead.Load() {
		return ErrDies
	}
	return p.State.Renew(ctx, l, ttl)
}

// Release is what no dead process does.
func (p *Process) Release(ctx context.Context, l duijiesync.Lease) error {
	if p.dead.Load() {
		return ErrDies
	}
	return p.State.Release(ctx, l)
}

// Write is a step.
func (p *Process) Write(ctx context.Context, records []duijiesync.Record[Order]) (out []duijiesync.Outcome, err error) {
	err = p.step(func() error {
		out, err = p.Warehouse.Write(ctx, records)
		return err
	})
	return out, err
}

// Copying is a pipeline of orders, 50 a page.
func Copying(all []Order, sink duijiesync.Sink[Order], state duijiesync.State) *duijiesync.Pipeline[Order, Order] {
	src := duijiesync.Slice(all, func(o Order) string { return o.No })
	src.Page = 50
	return &duijiesync.Pipeline[Order, Order]{
		Name: "orders", Source: src, Transform: duijiesync.Same[Order], Sink: sink, State: state, LeaseTTL: time.Minute, LeaseWait: time.Hour,
	}
}
