package sync_test

import (
	"context"
	"errors"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// weakness takes a protection away, to see that the simulation notices. The
// zero value takes none.
type weakness struct {
	knobs    func(*knobs)                                                                       // another setting
	write    func(context.Context, sender, records) ([]duijiesync.Outcome, error)               // another Write
	settle   func(context.Context, disk, duijiesync.Lease, duijiesync.Settlement) (bool, error) // before a settlement; true: instead
	open     func(context.Context, disk, duijiesync.Lease, duijiesync.OpenBatch) error          // before a batch is opened
	ledger   func(map[string]duijiesync.Entry) map[string]duijiesync.Entry                      // what the ledger tells
	intents  bool                                                                               // no open batches
	fence    bool                                                                               // leases and fences do not count
	versions bool                                                                               // the source tells none
	engine   duijiesync.Weakness                                                                // of the engine itself
	want     string                                                                             // what must be noticed; a pattern
}

// ttl is what the engine believes of its lease.
func (k weakness) ttl(stored time.Duration) time.Duration {
	if k.fence {
		return 1000 * stored
	}
	return stored
}

// lease is under which lease the store is written to.
func (k weakness) lease(own, newest duijiesync.Lease) duijiesync.Lease {
	if k.fence {
		return newest
	}
	return own
}

// sendBlindly sends again what had no answer, as clients that retry do.
func sendBlindly(ctx context.Context, s sender, recs records) (out []duijiesync.Outcome, err error) {
	for range 4 {
		if out, err = s.write(ctx, recs); !errors.Is(err, duijie.ErrOutcomeUnknown) {
			break
		}
	}
	return out, err
}

// takeForFailed says of a lost answer that nothing was done.
func takeForFailed(ctx context.Context, s sender, recs records) ([]duijiesync.Outcome, error) {
	out, err := s.write(ctx, recs)
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		err = errDown
	}
	return out, err
}

// allAreBad blames every row for a refusal without names.
func allAreBad(kind duijiesync.OutcomeKind) func(context.Context, sender, records) ([]duijiesync.Outcome, error) {
	return func(ctx context.Context, s sender, recs records) ([]duijiesync.Outcome, error) {
		out, err := s.write(ctx, recs)
		if errors.Is(err, errBad) {
			out, err = make([]duijiesync.Outcome, len(recs)), nil
			for i := range out {
				out[i].Kind = kind
			}
		}
		return out, err
	}
}

// checkpointFirst moves the checkpoint before the batch is sent.
func checkpointFirst(ctx context.Context, s disk, lease duijiesync.Lease, b duijiesync.OpenBatch) error {
	for _, y := range s.batchesRead() {
		for _, row := range y.records {
			if row.No == b.Intents[0].Key && y.checkpoint != "" {
				return s.w.store.state.Settle(ctx, lease, duijiesync.Settlement{Checkpoint: &y.checkpoint})
			}
		}
	}
	return nil
}

// checkpointFar moves the checkpoint past batches that were read and are not
// settled.
func checkpointFar(ctx context.Context, s disk, lease duijiesync.Lease, set duijiesync.Settlement) (bool, error) {
	for _, y := range s.batchesRead() {
		if set.Checkpoint != nil && y.checkpoint != "" {
			set.Checkpoint = &y.checkpoint
		}
	}
	return true, s.w.store.state.Settle(ctx, lease, set)
}

// tornSettlement is no transaction: the process may die in the middle.
func tornSettlement(ctx context.Context, s disk, lease duijiesync.Lease, set duijiesync.Settlement) (bool, error) {
	first := duijiesync.Settlement{Checkpoint: set.Checkpoint, Close: set.Close}
	if err := s.w.store.state.Settle(ctx, lease, first); err != nil {
		return true, err
	}
	set.Checkpoint, set.Close = nil, nil
	if d := s.w.dice(s.id, "torn", ""); d.below(30) == 0 && !s.calm {
		go s.die("between two transactions")
		return true, errCrash
	}
	return true, s.w.store.state.Settle(ctx, lease, set)
}

func forgetAll(map[string]duijiesync.Entry) map[string]duijiesync.Entry { return nil }

// forgetWhen takes from the entries when they were written.
func forgetWhen(m map[string]duijiesync.Entry) map[string]duijiesync.Entry {
	for k, e := range m {
		e.Updated = time.Time{}
		m[k] = e
	}
	return m
}

func (p *proc) batchesRead() []yielded {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.reads
}
