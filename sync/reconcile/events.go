package reconcile

import (
	"context"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// RowsRead tells an observer of the context (see duijiesync.ContextWithObserver) how
// far the reading of a side has come: every 10,000 rows and at its end.
type RowsRead struct {
	Side Which
	Rows int64
	Done bool // that was all
}

// EventName is the event's name.
func (RowsRead) EventName() string { return "reconcile_rows_read" }

// Compared tells an observer of the context that a comparison has ended, and how.
type Compared struct {
	Summary Summary
}

// EventName is the event's name.
func (Compared) EventName() string { return "reconcile_compared" }

const tellEvery = 10_000

// told counts a row that was read and tells of it now and then.
func (f *feed) told(ctx context.Context) {
	f.stats.Rows++
	if f.stats.Rows%tellEvery == 0 {
		f.tell(ctx, false)
	}
}

func (f *feed) tell(ctx context.Context, done bool) {
	if o := duijiesync.ObserverFrom(ctx); o != nil {
		o.Observe(ctx, RowsRead{Side: f.which, Rows: f.stats.Rows, Done: done})
	}
}
