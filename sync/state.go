package sync

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Errors of a [State].
var (
	// ErrLeaseHeld: another run of the same pipeline is under way. Wait for it,
	// or for its lease to end.
	ErrLeaseHeld = errors.New("duijie/sync: another run holds the pipeline's lease")
	// ErrLeaseLost: this run was paused so long that another one took over. It
	// can write nothing more; the other run has the work.
	ErrLeaseLost = errors.New("duijie/sync: the lease was lost to another run")
	// ErrStateCorrupt: a stored record can not be decoded. The error names it.
	// Nothing is reset silently.
	ErrStateCorrupt = errors.New("duijie/sync: stored state is corrupt")
	// ErrKeyOpen: another partition of the pipeline is writing a record with the
	// same key, or was when it died. A run waits for it; where that does not help,
	// run that partition, which settles what it left open.
	ErrKeyOpen = errors.New("duijie/sync: another partition is writing the same key")
)

// Scope is what one run owns: a pipeline, or one partition of it.
type Scope struct {
	Pipeline  string // at most 128 bytes
	Partition string // "" for a pipeline that is not split; at most 255 bytes
}

// Lease is the right to run a scope. Fence grows with every new holder; a
// State refuses writes under an older one.
type Lease struct {
	Scope Scope
	Owner string
	Fence int64
}

// Fingerprint identifies the contents of a record: the first 16 bytes of the
// SHA-256 of what would be written.
type Fingerprint [16]byte

// EntryState says how far a ledger entry can be trusted.
type EntryState uint8

// The states of a ledger entry. The numbers are stored: never change them.
const (
	EntryDone  EntryState = 1 // in the target with this fingerprint
	EntryDoubt EntryState = 2 // in the target after a crash, or sent before it to one that can not tell; contents not yet compared
	EntryHeld  EntryState = 3 // outcome unknown and no way to look it up
	EntryDead  EntryState = 4 // refused with this fingerprint
	EntryGone  EntryState = 5 // taken out of the target because it left the source; TargetID is kept where it was forbidden only
)

// Entry is the ledger's knowledge of one key.
type Entry struct {
	Key         string
	Fingerprint Fingerprint
	TargetID    string
	State       EntryState
	Version     int64
	Updated     time.Time
	Step        string // last known [Outcome.Step], at most 64 bytes
}

// Intent is one record of an open batch.
type Intent struct {
	Key         string
	Fingerprint Fingerprint
	TargetID    string // "" when a create was sent
	Version     int64
}

// OpenBatch is the durable note, made before anything is sent, of what is about
// to be sent.
type OpenBatch struct {
	Seq     int64 // unique in its scope
	Started time.Time
	Intents []Intent
}

// DeadReason says why a record is a dead letter. The numbers are stored.
type DeadReason uint8

// The reasons of dead letters.
const (
	DeadRefused   DeadReason = 1 // the target refused it
	DeadTransform DeadReason = 2 // the transform returned an error or panicked, or the item could not be decoded
	DeadHeld      DeadReason = 3 // its outcome is unknown and can not be looked up
	DeadWaiting   DeadReason = 4 // the transform waits for something the record refers to
)

// String names the reason.
func (r DeadReason) String() string {
	switch r {
	case DeadRefused:
		return "refused"
	case DeadTransform:
		return "transform"
	case DeadHeld:
		return "held"
	case DeadWaiting:
		return "waiting"
	}
	return "invalid"
}

// DeadLetter is a record that did not reach the target, with all it takes to
// understand and replay it. There is at most one per key.
type DeadLetter struct {
	Key         string          `json:"key"`
	Partition   string          `json:"partition,omitempty"` // of the run that made it; a State fills it in
	Reason      DeadReason      `json:"reason"`
	Code        string          `json:"code,omitempty"`    // the platform's code
	Field       string          `json:"field,omitempty"`   // the field it names
	Message     string          `json:"message,omitempty"` // its words
	Raw         json.RawMessage `json:"raw,omitempty"`     // the item as the source gave it
	Fingerprint Fingerprint     `json:"-"`
	Version     int64           `json:"version,omitempty"`
	Attempts    int             `json:"attempts"` // refusals so far
	First       time.Time       `json:"first"`
	Last        time.Time       `json:"last"`
}

// MarshalJSON encodes the letter. A raw item that is no JSON is a text in it.
func (l DeadLetter) MarshalJSON() ([]byte, error) {
	if len(l.Raw) > 0 && !json.Valid(l.Raw) {
		text, err := json.Marshal(string(l.Raw))
		if err != nil {
			return nil, err
		}
		l.Raw = text
	}
	type plain DeadLetter // without this method
	return json.Marshal(plain(l))
}

// DeadLetterQuery selects dead letters, in order of key.
type DeadLetterQuery struct {
	Keys   []string   // only these; empty = all
	Reason DeadReason // only this one; 0 = all
	// Partition selects letters of one partition; nil = all of the pipeline.
	Partition *string
	After     string // keys greater than this, for paging
	Limit     int    // at most so many; 0 = 100
}

// Settlement is everything one batch changes, in one transaction. The parts are
// applied in the order of the fields; of equal keys in one part the last wins.
type Settlement struct {
	Close       []int64      // open batches that are settled
	Entries     []Entry      // ledger entries to put, by key
	Forget      []string     // keys whose entries go
	Dead        []DeadLetter // dead letters to put; Attempts adds to the stored ones, First is kept, and Raw where it is nil (not where it is empty)
	Resolved    []string     // keys whose dead letters go
	Checkpoint  *Checkpoint  // new resume point, nil to leave it
	RecordedRun *RunRecord   // the run's row, nil to leave it
}

// RunRecord is the history of one run, written at its end. A run that was killed
// leaves none.
type RunRecord struct {
	ID      string
	Started time.Time
	Ended   time.Time
	Report  json.RawMessage
	Error   string
}

// LeaseStore hands out leases. Every [State] is one. Implementations are safe for
// concurrent use and pass pipelinetest.TestLeaseStore.
type LeaseStore interface {
	// Acquire takes the lease of a scope for ttl, which is above 0, or returns
	// ErrLeaseHeld, also to the same owner. A lease that ran out is taken over
	// with a higher fence. owner has 1 to 128 bytes.
	Acquire(ctx context.Context, scope Scope, owner string, ttl time.Duration) (Lease, error)
	// Renew prolongs the lease by ttl from now.
	Renew(ctx context.Context, lease Lease, ttl time.Duration) error
	// Release gives the lease up. A lease already lost is not an error.
	Release(ctx context.Context, lease Lease) error
}

// State keeps what a pipeline must not forget. All writes of a run are guarded
// by its lease and return ErrLeaseLost under an old fence. Implementations are
// safe for concurrent use and pass pipelinetest.TestState.
type State interface {
	LeaseStore

	// Checkpoint returns the scope's resume point, "" when there is none.
	Checkpoint(ctx context.Context, scope Scope) (Checkpoint, error)
	// Ledger returns the entries of keys; absent keys are not in the map.
	Ledger(ctx context.Context, pipeline string, keys []string) (map[string]Entry, error)
	// OpenBatches returns the scope's open batches in order of Seq.
	OpenBatches(ctx context.Context, scope Scope) ([]OpenBatch, error)
	// Open stores an open batch; it is durable when Open returns. A Seq that is
	// open already is an error, and so is, with ErrKeyOpen, a key that is in an open
	// batch of another partition of the pipeline. It tells whether the pipeline has
	// other partitions: then they may have changed the ledger since it was read.
	Open(ctx context.Context, lease Lease, batch OpenBatch) (shared bool, err error)
	// Settle applies a settlement in one transaction, durable when it returns.
	Settle(ctx context.Context, lease Lease, s Settlement) error

	// Entries lists the whole ledger of a pipeline, at most limit entries at a time
	// (0 or less: 1000), in an order of its own. after is the cursor an earlier call
	// returned, "" to begin; next is "" at the end. Entries that stay are listed
	// once, whatever is put or forgotten between the calls.
	Entries(ctx context.Context, pipeline, after string, limit int) (entries []Entry, next string, err error)
	// Expire forgets entries in state EntryDone that were last updated before a
	// time, and returns how many.
	Expire(ctx context.Context, lease Lease, before time.Time) (int64, error)

	// DeadLetters lists dead letters of a pipeline.
	DeadLetters(ctx context.Context, pipeline string, q DeadLetterQuery) ([]DeadLetter, error)
	// CountDeadLetters counts them.
	CountDeadLetters(ctx context.Context, pipeline string) (int64, error)
	// Runs returns the latest runs of a scope, newest first, at most limit; 0 or
	// less is 100. At least the latest thousand are kept, times to the millisecond.
	Runs(ctx context.Context, scope Scope, limit int) ([]RunRecord, error)
}
