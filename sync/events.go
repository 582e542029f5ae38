package sync

import (
	"time"

	"github.com/duijie-go/duijie"
)

// Of says which run an event belongs to.
type Of struct {
	Pipeline  string
	Partition string
	Run       string // the run's id, as in its RunRecord
}

// RunStarted tells that a run holds its lease and begins.
type RunStarted struct {
	Of
	Checkpoint Checkpoint // where it goes on from
	Paging     string     // the source's guarantee
}

// RunEnded tells that a run is over and its lease given up.
type RunEnded struct {
	Of
	Report Report
	Err    error // nil when everything is settled
}

// BatchRead tells that the source yielded a batch.
type BatchRead struct {
	Of
	Records int
}

// BatchSettled tells that everything of a batch is settled and stored, or as much
// of it as could be before an error.
type BatchSettled struct {
	Of
	Result   BatchResult
	Records  int
	Duration time.Duration // from reading to here
	Report   Report        // of the run so far
}

// CallDone tells of one attempt of one platform call.
type CallDone struct {
	Of
	Call duijie.CallEvent
}

// DeadLettered tells that a record became a dead letter, or became one again:
// refused, held or waiting.
type DeadLettered struct {
	Of
	Letter DeadLetter
}

// OutcomesUnknown tells that the answer to a write was lost; the target is asked
// what became of its records.
type OutcomesUnknown struct {
	Of
	Records int
	Message string
}

// RowsRetried tells that rows the target could not take just now are written
// again after a wait.
type RowsRetried struct {
	Of
	Records int
	Attempt int // 1 is the first repetition
	Wait    time.Duration
	Message string // the target's words for one of them
}

// BatchRecovered tells that a batch an earlier run left open is settled.
type BatchRecovered struct {
	Of
	Records int // whose outcome was not known
	Found   int // of them in the target
}

// LeaseLost tells that another run took over; this one writes nothing more.
type LeaseLost struct {
	Of
	Err error
}

// EventName names the event for logs and metrics.
func (RunStarted) EventName() string { return "run_started" }

// EventName names the event for logs and metrics.
func (RunEnded) EventName() string { return "run_ended" }

// EventName names the event for logs and metrics.
func (BatchRead) EventName() string { return "batch_read" }

// EventName names the event for logs and metrics.
func (BatchSettled) EventName() string { return "batch_settled" }

// EventName names the event for logs and metrics.
func (CallDone) EventName() string { return "call_done" }

// EventName names the event for logs and metrics.
func (DeadLettered) EventName() string { return "dead_lettered" }

// EventName names the event for logs and metrics.
func (OutcomesUnknown) EventName() string { return "outcomes_unknown" }

// EventName names the event for logs and metrics.
func (RowsRetried) EventName() string { return "rows_retried" }

// EventName names the event for logs and metrics.
func (BatchRecovered) EventName() string { return "batch_recovered" }

// EventName names the event for logs and metrics.
func (LeaseLost) EventName() string { return "lease_lost" }
