package mirror

import (
	"context"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// maxRefusals is how many refusals a report names.
const maxRefusals = 100

// Report says what a run of a mirror found and did.
type Report struct {
	Pipeline string    `json:"pipeline"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`

	Scanned int64 `json:"scanned"` // keys of the source, each once
	Rows    int64 `json:"rows"`    // rows of the target the ledger knows as the pipeline's
	Missing int64 `json:"missing"` // of them not in the first scan of the source
	Back    int64 `json:"back"`    // of these found after all, by a later scan or by Exists
	Waiting int64 `json:"waiting"` // not missing long enough; see MissingRuns and MissingFor

	Gone    int64 `json:"gone"`    // deleted or forbidden
	Absent  int64 `json:"absent"`  // were out of the target already
	Refused int64 `json:"refused"` // tried again by the next run
	Busy    int64 `json:"busy"`    // locked just now; tried again by the next run
	Unknown int64 `json:"unknown"` // answer lost; tried again by the next run
	// Left are keys that left the source and are left alone, because they are held, dead
	// letters, share their row with another key, or were written during this run.
	Left int64 `json:"left"`

	Deletes  int64     `json:"deletes"`            // calls of the Deleter
	Lookups  int64     `json:"lookups"`            // calls of the Checker
	Refusals []Refusal `json:"refusals,omitempty"` // the first hundred
}

// Refusal is a row the target would not give up, with the platform's words.
type Refusal struct {
	Key      string `json:"key"`
	TargetID string `json:"target_id"`
	Code     string `json:"code,omitempty"`
	Message  string `json:"message,omitempty"`
}

// SourceScanned is the event of a full scan of the source.
type SourceScanned struct {
	duijiesync.Of
	Scan int   // 1 is the first
	Keys int64 // as yielded
}

// RecordsGone is the event of one batch that left the target.
type RecordsGone struct {
	duijiesync.Of
	Keys                                 []string // deleted, forbidden or out already
	Forbidden                            bool     // the form
	Gone, Absent, Refused, Busy, Unknown int64
}

// Ended is the event of a mirror run that is over.
type Ended struct {
	duijiesync.Of
	Report Report
	Err    error
}

// EventName names the event for logs and metrics.
func (SourceScanned) EventName() string { return "source_scanned" }

// EventName names the event for logs and metrics.
func (RecordsGone) EventName() string { return "records_gone" }

// EventName names the event for logs and metrics.
func (Ended) EventName() string { return "mirror_ended" }

// emit tells the observer of the context, where there is one. Its panics are its
// own.
func emit(ctx context.Context, build func() duijiesync.Event) {
	if o := duijiesync.ObserverFrom(ctx); o != nil {
		defer func() { _ = recover() }()
		o.Observe(ctx, build())
	}
}
