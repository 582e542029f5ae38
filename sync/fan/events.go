package fan

import (
	"fmt"
	"runtime/debug"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// BranchFailed is sent when a branch stopped; the others go on.
type BranchFailed struct {
	duijiesync.Of // the fan's run
	Branch        string
	Err           error
}

// BranchCaughtUp is sent when a branch that was behind has come to the others.
type BranchCaughtUp struct {
	duijiesync.Of // the fan's run
	Branch        string
}

// EventName names the event for logs and metrics.
func (BranchFailed) EventName() string { return "branch_failed" }

// EventName names the event for logs and metrics.
func (BranchCaughtUp) EventName() string { return "branch_caught_up" }

func (r *run[T]) of() duijiesync.Of {
	return duijiesync.Of{Pipeline: r.o.Name, Partition: r.o.Partition, Run: r.id}
}

// emit tells the observer, where there is one.
func (r *run[T]) emit(e duijiesync.Event) {
	if r.o.Observer == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			r.logger.Error("observer panicked", "fan", r.o.Name, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	r.o.Observer.Observe(r.ctx, e)
}
