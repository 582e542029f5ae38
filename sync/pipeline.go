package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"
)

// Errors of a run.
var (
	// ErrTooManyRefused: the target refused more records than the pipeline
	// allows, so the run stopped before it filled the dead letters. What was
	// refused is kept there; the rest is untouched.
	ErrTooManyRefused = errors.New("duijie/sync: too many records refused")
	// ErrPipeline: the pipeline is put together wrongly. The error names
	// everything that is missing.
	ErrPipeline = errors.New("duijie/sync: pipeline not complete")
)

// Pipeline copies what Source yields into Sink. Fill the fields and call Run;
// a Pipeline may be run again and again, one run at a time.
//
// In every optional field zero means the default.
type Pipeline[In, Out any] struct {
	// Name identifies the pipeline in the State: its lease, checkpoint, ledger
	// and dead letters. Renaming a pipeline starts it anew. At most 128 bytes.
	Name string
	// Partition is the part of the pipeline this one runs, "" for all of it.
	// Partitions have their own lease and checkpoint and share the ledger.
	Partition string

	Source    Source[In]
	Transform Transform[In, Out]
	Sink      Sink[Out]
	State     State

	// Prefetch is how many batches are read while others are written. Default 1;
	// negative: none.
	Prefetch int
	// Lanes is how many calls of the sink run at the same time, at most the sink's
	// Limits, and how many batches of the source are under way. Two batches with
	// the same key are not, so that order per key is kept. Default: the sink's
	// Limits.
	Lanes int
	// Settle says how unknown outcomes are looked up.
	Settle SettlePolicy
	// RowRetries is how often a row the target could not take just now (locked,
	// busy) is written again before it becomes a dead letter. Default 4;
	// negative: never. The waits are 1, 2, 4 ... seconds.
	RowRetries int
	// RetryBudget is how many such rows one run writes again, besides one for
	// every four that are written, before it stops with ErrTargetBusy. Default
	// 1000; negative: no limit.
	RetryBudget int
	// MaxRefused stops a run after so many refused records. Default: no limit.
	MaxRefused int64
	// MaxRefusedShare stops a run when more than this share of at least 20
	// records was refused. Default 0.5; 1 or more: no limit.
	MaxRefusedShare float64
	// ResendUnknown sends records whose outcome is unknown and can not be looked
	// up again, at the risk of doing them twice. Default: they are held.
	ResendUnknown bool
	// LeaseTTL is after how long without a sign of life another process may take
	// over. Default 60 s.
	LeaseTTL time.Duration
	// LeaseWait is how long Run waits for the lease of another run, for example
	// one that was killed, to end. Default: not at all, Run returns ErrLeaseHeld.
	LeaseWait time.Duration
	// LedgerExpiry forgets what was written longer ago than this, at the end of a
	// run that settled everything: for sources whose overlap alone can yield a record
	// again, so that the ledger does not grow for ever. Shorter than the overlap it would
	// have records written twice to a sink that can not look them up. Default:
	// nothing is forgotten.
	LedgerExpiry time.Duration
	// StopGrace is how long a batch under way may still take when the context
	// ends. Default 30 s.
	StopGrace time.Duration

	// Fingerprint returns the bytes that stand for a record's contents. Default:
	// its JSON.
	Fingerprint func(Out) ([]byte, error)
	// Decode turns the raw item of a dead letter into In for Replay. Default: the
	// source, where it is a [RawDecoder], else JSON, with the numbers of untyped
	// members as json.Number, so that they lose no digit.
	Decode func(json.RawMessage) (In, error)
	// Logger receives what a run does, as [LogObserver] writes it, and what goes
	// wrong in the caller's own code. Default: nothing is logged.
	Logger *slog.Logger
	// Observer is told what a run does, while it does it. Default: nobody is.
	Observer Observer

	weak weakness // zero but in tests
}

// SettlePolicy says how often and how patiently the target is asked for a
// record whose write had no answer, before the record counts as absent. A
// target that commits later than all of the delays together could still be
// written twice, so be generous.
type SettlePolicy struct {
	Attempts int           // lookups; default 3
	Delay    time.Duration // before the first lookup; doubles; default: the sink's SettleDelay, else 2 s
}

// span is how long a target may work on a write whose answer was lost.
func (s SettlePolicy) span() time.Duration { return s.Delay * (1<<min(s.Attempts, 16) - 1) }

// maxResends bounds how often one record is sent again after lookups that did
// not find it; then it is held.
const maxResends = 5

// settings are the pipeline's fields with their defaults.
type settings struct {
	rows, findRows, lanes, prefetch int
	idempotent                      bool
	settle                          SettlePolicy
	rowRetries, retryBudget         int
	maxShare                        float64
	leaseTTL, grace                 time.Duration
	log                             *slog.Logger
	observer                        Observer
}

func (p *Pipeline[In, Out]) settings() (settings, error) {
	var missing []error
	need := func(ok bool, what string) {
		if !ok {
			missing = append(missing, errors.New(what))
		}
	}
	need(p.Name != "" && len(p.Name) <= 128, "Name must be 1 to 128 bytes")
	need(len(p.Partition) <= 255, "Partition must be at most 255 bytes")
	need(p.Source != nil, "Source is missing")
	need(p.Transform != nil, "Transform is missing (sync.Same passes items on as they are)")
	need(p.Sink != nil, "Sink is missing")
	need(p.State != nil, "State is missing (a SQL store, or NewMemoryState for tests)")
	if missing != nil {
		return settings{}, fmt.Errorf("%w: %w", ErrPipeline, errors.Join(missing...))
	}
	var limits Limits
	if l, ok := p.Sink.(Limited); ok {
		limits = l.Limits()
	}
	s := settings{
		rows: orCount(limits.Rows, 100), findRows: orCount(limits.FindRows, 100), lanes: orCount(limits.Lanes, 1),
		prefetch: max(orInt(p.Prefetch, 1), 0), idempotent: limits.Idempotent,
		settle:     SettlePolicy{Attempts: orCount(p.Settle.Attempts, 3), Delay: orTime(p.Settle.Delay, orTime(limits.SettleDelay, 2*time.Second))},
		rowRetries: max(orInt(p.RowRetries, 4), 0), retryBudget: max(orInt(p.RetryBudget, 1000), 0), maxShare: p.MaxRefusedShare,
		leaseTTL: orTime(p.LeaseTTL, time.Minute), grace: orTime(p.StopGrace, 30*time.Second), log: p.Logger,
	}
	if p.Lanes > 0 {
		s.lanes = min(s.lanes, p.Lanes)
	}
	if s.maxShare <= 0 {
		s.maxShare = 0.5
	}
	if s.maxShare >= 1 {
		s.maxShare = math.Inf(1)
	}
	s.observer = p.Observer
	switch {
	case s.log == nil:
		s.log = slog.New(slog.DiscardHandler)
	case s.observer != nil:
		s.observer = observers{LogObserver(s.log), p.Observer}
	default:
		s.observer = LogObserver(s.log)
	}
	return s, nil
}

func orInt(v, def int) int {
	if v == 0 {
		return def
	}
	return v
}

// orCount is orInt for what can not be below 1.
func orCount(v, def int) int { return orInt(max(v, 0), def) }

func orTime(v, def time.Duration) time.Duration {
	if v <= 0 {
		return def
	}
	return v
}

// Run makes one pass: it settles what an earlier run left open, reads the
// source from the checkpoint to its end, and writes what is new or changed.
//
// The report is never nil. The error is nil when every record of the source
// is settled: written, unchanged, or a dead letter; look at Refused and Held
// for those. A run that ends early can be started again and goes on where it
// stopped. When ctx ends, the batch under way is finished first.
func (p *Pipeline[In, Out]) Run(ctx context.Context) (*Report, error) {
	return p.run(ctx, func(r *run[In, Out]) error {
		if err := r.recover(); err != nil {
			return err
		}
		if err := r.copy(ctx); err != nil {
			return err
		}
		if err := r.retryWaiting(ctx); err != nil {
			return err
		}
		return r.expire()
	})
}

// DeadLetters lists the pipeline's dead letters by key.
func (p *Pipeline[In, Out]) DeadLetters(ctx context.Context, q DeadLetterQuery) ([]DeadLetter, error) {
	if _, err := p.settings(); err != nil {
		return nil, err
	}
	return p.State.DeadLetters(ctx, p.Name, q)
}

// Close closes the source and the sink, where they hold something.
func (p *Pipeline[In, Out]) Close(ctx context.Context) error {
	var errs []error
	for _, part := range []any{p.Source, p.Sink} {
		if c, ok := part.(Closer); ok {
			errs = append(errs, c.Close(ctx))
		}
	}
	return errors.Join(errs...)
}
