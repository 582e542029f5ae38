package fan

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// ErrFan means that an [Out] or [In] is put together wrongly. The error names
// everything that is missing.
var ErrFan = errors.New("duijie/sync/fan: not complete")

// Out copies what one source yields into several sinks. Fill the fields and
// call Run; an Out may be run again and again, one run at a time.
//
// In every optional field zero means the default.
type Out[T any] struct {
	// Name identifies the fan in the State: its lease and checkpoint. No branch may
	// have it. At most 128 bytes.
	Name string
	// Partition is the part of the fan this one runs, "" for all of it. It is the
	// partition of each branch too.
	Partition string

	Source duijiesync.Source[T]
	State  duijiesync.State
	// Branches are the pipelines to the targets. Their transforms get the same
	// values, so they must not change what those refer to.
	Branches []Branch[T]

	// Buffer is how many batches the reader may be ahead of a branch, besides the
	// branch's own Prefetch and lanes. Default 1; negative: none.
	Buffer int
	// StopOnFailure ends the run for all branches when one fails. Set it over a
	// source that goes on for long, such as a channel: a branch that failed is not
	// tried again before the run ends. Default: the others go on.
	StopOnFailure bool
	// LeaseTTL is after how long without a sign of life another process may take
	// over. Default 60 s.
	LeaseTTL time.Duration
	// LeaseWait is how long Run waits for the lease of another run. Default: not
	// at all, Run returns duijiesync.ErrLeaseHeld.
	LeaseWait time.Duration
	// Logger is given to branches that have none. Default: nothing is logged.
	Logger *slog.Logger
	// Observer is told what the fan does, and is given to branches that have none:
	// the events of the package sync, and [BranchFailed] and [BranchCaughtUp].
	Observer duijiesync.Observer
}

// Branch is one target of an [Out]; [To] makes it.
type Branch[T any] interface {
	// Name is the name of the branch's pipeline.
	Name() string

	bind(binding[T]) pipeline
	expiry() time.Duration
	forgets() bool // what it wrote long ago it would write again
	missing() []error
}

// BranchPipeline is what can be done with one branch on its own, as with any
// pipeline. Running it is the fan's affair.
type BranchPipeline interface {
	// Plan reads the source from where the branch stands, for it alone.
	Planner
	// Replay sends the branch's dead letters again.
	Replay(ctx context.Context, q duijiesync.ReplayQuery) (*duijiesync.Report, error)
	// DeadLetters lists them.
	DeadLetters(ctx context.Context, q duijiesync.DeadLetterQuery) ([]duijiesync.DeadLetter, error)
	// MarkDone tells that held or dead records are in the target after all.
	MarkDone(ctx context.Context, keys ...string) error
	// MarkUnsent tells that held or dead records are not in the target.
	MarkUnsent(ctx context.Context, keys ...string) error
}

// Branch returns the branch with a name, to replay, plan or amend it. An
// unknown name is an ErrFan.
func (o *Out[T]) Branch(name string) (BranchPipeline, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	for _, b := range o.Branches {
		if b.Name() == name {
			return b.bind(o.binding(&planned[T]{o, name})), nil
		}
	}
	return nil, fmt.Errorf("%w: it has no branch %q", ErrFan, name)
}

// Close closes the source and the branches' sinks, where they hold something.
func (o *Out[T]) Close(ctx context.Context) error {
	var errs []error
	if c, ok := o.Source.(duijiesync.Closer); ok {
		errs = append(errs, c.Close(ctx))
	}
	for _, b := range o.Branches {
		if b != nil {
			errs = append(errs, b.bind(binding[T]{}).Close(ctx))
		}
	}
	return errors.Join(errs...)
}

func (o *Out[T]) scope() duijiesync.Scope {
	return duijiesync.Scope{Pipeline: o.Name, Partition: o.Partition}
}

// names are the branches' names, in order.
func (o *Out[T]) names() []string {
	names := make([]string, len(o.Branches))
	for i, b := range o.Branches {
		names[i] = b.Name()
	}
	return names
}

// check finds all mistakes at once, before anything runs.
func (o *Out[T]) check() error {
	var missing []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			missing = append(missing, fmt.Errorf(format, args...))
		}
	}
	need(o.Name != "" && len(o.Name) <= 128, "Name must be 1 to 128 bytes")
	need(len(o.Partition) <= 255, "Partition must be at most 255 bytes")
	need(o.Source != nil, "Source is missing")
	need(o.State != nil, "State is missing (a SQL store, or duijiesync.NewMemoryState for tests)")
	need(len(o.Branches) > 0, "Branches are missing")
	seen := map[string]bool{o.Name: true}
	for i, b := range o.Branches {
		if b == nil {
			need(false, "branch %d is nil", i+1)
			continue
		}
		name := b.Name()
		need(name == "" || !seen[name], "branch %d: the name %q is taken: each branch and the fan have one of their own", i+1, name)
		need(utf8.ValidString(name), "branch %d: the name %q is no UTF-8", i+1, name)
		seen[name] = true
		for _, err := range b.missing() {
			need(false, "branch %d (%s): %w", i+1, name, err)
		}
	}
	if missing != nil {
		return fmt.Errorf("%w: %w", ErrFan, errors.Join(missing...))
	}
	return nil
}
