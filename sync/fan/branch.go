package fan

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// BranchError is the failure of one branch. The others went on; the next run
// goes on with this one where it stopped.
type BranchError struct {
	Branch string
	Err    error
}

// Error names the branch.
func (e *BranchError) Error() string {
	return fmt.Sprintf("duijie/sync/fan: branch %q: %v", e.Branch, e.Err)
}

// Unwrap returns what the branch failed with.
func (e *BranchError) Unwrap() error { return e.Err }

// Planner is a pipeline that tells what a run would do.
type Planner interface {
	Plan(ctx context.Context) iter.Seq2[duijiesync.PlanItem, error]
}

// pipeline is what a *duijiesync.Pipeline does, whatever it writes.
type pipeline interface {
	BranchPipeline
	Run(ctx context.Context) (*duijiesync.Report, error)
	Close(ctx context.Context) error
}

// binding is what a branch gets from its fan.
type binding[T any] struct {
	source    duijiesync.Source[T]
	state     duijiesync.State
	partition string
	leaseTTL  time.Duration
	logger    *slog.Logger
	observer  duijiesync.Observer
}

func (o *Out[T]) binding(source duijiesync.Source[T]) binding[T] {
	return binding[T]{source, o.State, o.Partition, o.LeaseTTL, o.Logger, o.Observer}
}

// To makes a branch of a pipeline: name, transform, sink and settings are the
// pipeline's own. Source, State and Partition come from the fan and must be empty.
//
// A pipeline that ran by itself can become a branch: it keeps its ledger, and its
// own checkpoint no longer counts.
func To[T, Out any](p *duijiesync.Pipeline[T, Out]) Branch[T] { return &branch[T, Out]{p} }

type branch[T, Out any] struct {
	p *duijiesync.Pipeline[T, Out]
}

func (b *branch[T, Out]) Name() string {
	if b.p == nil {
		return ""
	}
	return b.p.Name
}

func (b *branch[T, Out]) missing() (missing []error) {
	if b.p == nil {
		return []error{errors.New("its pipeline is nil")}
	}
	need := func(ok bool, what string) {
		if !ok {
			missing = append(missing, errors.New(what))
		}
	}
	need(b.p.Name != "" && len(b.p.Name) <= 128, "Name must be 1 to 128 bytes")
	need(b.p.Transform != nil, "Transform is missing (duijiesync.Same passes items on as they are)")
	need(b.p.Sink != nil, "Sink is missing")
	need(b.p.Source == nil, "Source must be empty: the fan reads for it")
	need(b.p.State == nil, "State must be empty: it shares the fan's")
	need(b.p.Partition == "", "Partition must be empty: it is the fan's")
	return missing
}

func (b *branch[T, Out]) forgets() bool {
	if b.p.LedgerExpiry <= 0 {
		return false
	}
	_, finds := b.p.Sink.(duijiesync.Finder[Out])
	twice := b.p.ResendUnknown
	if l, ok := b.p.Sink.(duijiesync.Limited); ok {
		twice = twice || l.Limits().Idempotent
	}
	return !finds && !twice
}

func (b *branch[T, Out]) expiry() time.Duration { return b.p.LedgerExpiry }

// bind makes a pipeline of the branch. Its ledger is expired by the fan, once
// nothing older can be read again.
func (b *branch[T, Out]) bind(by binding[T]) pipeline {
	var p duijiesync.Pipeline[T, Out]
	if b.p != nil {
		p = *b.p
	}
	p.Source, p.State, p.Partition, p.LedgerExpiry = by.source, by.state, by.partition, 0
	p.LeaseTTL = cmp.Or(p.LeaseTTL, by.leaseTTL)
	p.Logger = cmp.Or(p.Logger, by.logger)
	if p.Observer == nil {
		p.Observer = by.observer
	}
	return &p
}

// feed is the source of a branch: what the fan's reader hands it. Its batches
// have no checkpoint, because the fan keeps that.
type feed[T any] struct {
	origin[T]
	batches chan duijiesync.Batch[T]
	end     error // why batches was closed; nil at the end of the source
}

// Read yields what the reader hands over. It is called once per run.
func (f *feed[T]) Read(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		for {
			select {
			case <-ctx.Done():
				yield(duijiesync.Batch[T]{}, context.Cause(ctx))
				return
			case batch, more := <-f.batches:
				if !more && f.end != nil {
					yield(duijiesync.Batch[T]{}, f.end)
				}
				if !more || !yield(batch, nil) {
					return
				}
			}
		}
	}
}

// planned is the fan's source from where a branch stands, for a plan.
type planned[T any] struct {
	o    *Out[T]
	name string
}

func (s *planned[T]) Read(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		at, _, _, err := s.o.position(ctx)
		if err != nil {
			yield(duijiesync.Batch[T]{}, err)
			return
		}
		for batch, err := range s.o.Source.Read(ctx, at.of(s.name)) {
			batch.Checkpoint, batch.Settled = "", nil
			if !yield(batch, err) {
				return
			}
		}
	}
}

func (s *planned[T]) Paging() string { return origin[T]{s.o.Source}.Paging() }

func (s *planned[T]) DecodeRaw(raw json.RawMessage) (T, error) {
	return origin[T]{s.o.Source}.DecodeRaw(raw)
}

// origin passes on what more the fan's source can do than read.
type origin[T any] struct{ source duijiesync.Source[T] }

// Paging is the source's, "" when it says nothing.
func (o origin[T]) Paging() string {
	if p, ok := o.source.(duijiesync.Pager); ok {
		return p.Paging()
	}
	return ""
}

// DecodeRaw decodes as the source does, else as JSON.
func (o origin[T]) DecodeRaw(raw json.RawMessage) (value T, err error) {
	if d, ok := o.source.(duijiesync.RawDecoder[T]); ok {
		return d.DecodeRaw(raw)
	}
	err = json.Unmarshal(raw, &value)
	return value, err
}
