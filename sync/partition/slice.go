package partition

import (
	"context"
	"errors"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Budget is what one slice may take.
type Budget struct {
	// Time is after how long the slice stops; 0: when there is nothing more to do.
	// The batch under way is finished first, at most for the pipeline's StopGrace,
	// so give an engine's time-out that much more.
	Time time.Duration
}

// Outcome is what a slice came to.
type Outcome struct {
	// Report is the run's; nil where it did not come to one.
	Report *duijiesync.Report
	// More: there is more to do, or there may be. Run another slice.
	More bool
	// RetryAfter is how long to wait before that; 0: go on at once.
	RetryAfter time.Duration
	// Held: another runner has the partition, or a key of it. It is being done; after
	// RetryAfter another slice finds out whether it was.
	Held bool
	// Throttled: the platform's limit is used up. Nothing is lost.
	Throttled bool
	// Why is the error behind Held and Throttled.
	Why error
	// Progress: something was settled that was not before, or the checkpoint moved.
	// Slices in a row without it will get nowhere: see ErrStalled.
	Progress bool
}

// Waits where nobody says how long.
const (
	heldRetry      = 5 * time.Second
	throttledRetry = 30 * time.Second
)

// RunSlice runs one partition until its source has no more, the budget is used
// up or something fails. It keeps nothing between calls: what is done is in the
// State, so the next slice may run in another process.
//
// The error is nil when the slice did what it could: also where the budget ended
// it, where another runner has the partition and where the platform's limit is
// used up (see Outcome). Other errors are an [Error]; errors.Is(err, ErrPermanent)
// tells those that repeating can not help with. When ctx ends, the error is its
// cause.
func (r *Registry) RunSlice(ctx context.Context, name string, part Partition, budget Budget) (Outcome, error) {
	runner, err := r.open(ctx, name, part)
	if err != nil {
		return judge(ctx, name, part, nil, err)
	}
	slice, cancel := ctx, context.CancelFunc(func() {})
	if budget.Time > 0 {
		slice, cancel = context.WithTimeoutCause(ctx, budget.Time, errBudget)
	}
	defer cancel()
	rep, err := run(slice, runner)
	if closeErr := closeRunner(ctx, runner); closeErr != nil {
		err = errors.Join(err, closeErr)
	}
	return judge(slice, name, part, rep, err)
}

func run(ctx context.Context, runner Runner) (rep *duijiesync.Report, err error) {
	defer caught("runner", &err)
	return runner.Run(ctx)
}

// closeTime is how long a runner may take to close.
const closeTime = 10 * time.Second

func closeRunner(ctx context.Context, runner Runner) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	defer caught("runner's Close", &err)
	return runner.Close(ctx)
}

// judge makes the outcome of what a run returned.
func judge(ctx context.Context, name string, part Partition, rep *duijiesync.Report, err error) (Outcome, error) {
	o := Outcome{Report: rep, More: err != nil}
	if rep != nil {
		o.Progress = rep.Checkpoint.After != rep.Checkpoint.Before || rep.Writes > 0 || rep.Recovered > 0
	}
	failure := &Error{name, part, err}
	cause := context.Cause(ctx)
	stopped := cause != nil && (errors.Is(err, cause) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
	switch {
	case err == nil:
		return o, nil
	case permanent(err):
		o.More = false
		return o, failure
	case stopped && errors.Is(cause, errBudget):
		return o, nil
	case stopped:
		return o, failure
	case errors.Is(err, duijiesync.ErrLeaseHeld):
		o.Report = nil
		fallthrough
	case errors.Is(err, duijiesync.ErrLeaseLost), errors.Is(err, duijiesync.ErrKeyOpen):
		o.Held, o.RetryAfter, o.Why = true, heldRetry, failure
		return o, nil
	}
	if e, ok := errors.AsType[*duijie.APIError](err); ok {
		o.RetryAfter = e.RetryAfter
	}
	if errors.Is(err, duijie.ErrRateLimited) {
		o.Throttled, o.Why = true, failure
		if o.RetryAfter <= 0 {
			o.RetryAfter = throttledRetry
		}
		return o, nil
	}
	return o, failure
}

// Replay sends the dead letters of one partition again, as a pipeline's Replay.
// With q.AllPartitions it takes those of all partitions that share its ledger.
func (r *Registry) Replay(ctx context.Context, name string, part Partition, q duijiesync.ReplayQuery) (rep *duijiesync.Report, err error) {
	runner, err := r.open(ctx, name, part)
	if err != nil {
		return nil, &Error{name, part, err}
	}
	rep, err = replay(ctx, runner, q)
	if closeErr := closeRunner(ctx, runner); closeErr != nil {
		err = errors.Join(err, closeErr)
	}
	if err != nil {
		return rep, &Error{name, part, err}
	}
	return rep, nil
}

func replay(ctx context.Context, runner Runner, q duijiesync.ReplayQuery) (rep *duijiesync.Report, err error) {
	defer caught("runner", &err)
	return runner.Replay(ctx, q)
}
