package sync

import (
	"context"
	"time"
)

// Sink writes records to a target.
type Sink[T any] interface {
	// Write writes records, at most [Limits].Rows of them, and returns one outcome per
	// record in the same order.
	//
	// The records belong to the engine: Write must neither change nor keep them.
	//
	// Without outcomes, the error speaks for all records: one that matches
	// duijie.ErrOutcomeUnknown makes them unknown; [ErrStop] (see [Stop]) means that
	// none was written, for a reason that lies in no record, and stops the run;
	// duijie.ErrRefused, ErrInvalid or ErrConflict means that none was written
	// because of at least one bad record, which the engine then finds by bisecting;
	// any other error means that none was written and stops the run.
	Write(ctx context.Context, records []Record[T]) ([]Outcome, error)
}

// Finder is a sink that can look records up in its target. It settles unknown
// outcomes, tells create from update, and makes plans exact.
type Finder[T any] interface {
	// Find returns what the target holds for each record, in the same order.
	// With Target.KeyOnly set, only Key is known: answer Exists or Absent.
	Find(ctx context.Context, records []Record[T]) ([]Found, error)
}

// Limits is what a sink can take.
type Limits struct {
	Rows     int // records per Write; 0 = 100
	FindRows int // records per Find; 0 = 100
	Lanes    int // Writes at the same time; 0 = 1
	// SettleDelay is how long the target may still be working on a write whose
	// answer was lost; lookups wait this long first. 0 = 2 s.
	SettleDelay time.Duration
	// Idempotent: writing the same record twice has the effect of writing it
	// once, so unknown outcomes are written again; without a [Finder] after as long
	// as lookups would have taken, so that the lost write does not come last.
	Idempotent bool
}

// Limited is a sink that states its limits.
type Limited interface {
	Limits() Limits
}

// Closer is a source or sink that holds something to be released when its
// pipeline is closed.
type Closer interface {
	Close(ctx context.Context) error
}

// OutcomeKind says what became of a record in one write.
type OutcomeKind uint8

// The outcomes of a write.
const (
	OutcomeUnknown   OutcomeKind = iota // the answer does not tell; the engine looks it up
	OutcomeCreated                      // new in the target
	OutcomeUpdated                      // changed in the target
	OutcomeUnchanged                    // was already so
	OutcomeRefused                      // the target will not have it as it is
	OutcomeRetryable                    // not written for a reason that passes (locked, busy)
	OutcomeConflict                     // a record with this key exists already; the engine looks it up
)

var outcomeNames = [...]string{"unknown", "created", "updated", "unchanged", "refused", "retryable", "conflict"}

// certain tells that the answer leaves nothing to be settled.
func (k OutcomeKind) certain() bool { return k >= OutcomeCreated && k <= OutcomeRefused }

// String names the outcome.
func (k OutcomeKind) String() string {
	if int(k) < len(outcomeNames) {
		return outcomeNames[k]
	}
	return "invalid"
}

// Outcome is what became of one record.
type Outcome struct {
	Kind     OutcomeKind
	TargetID string // the target's id, where it tells
	Code     string // the platform's code of a refusal
	Field    string // the field it names
	Message  string // its words
	// Step names how far a record has come that is written in steps (saved,
	// submitted, audited), also where a later step was refused. The ledger keeps it
	// and [Target.Step] hands it back; "" keeps what the ledger has.
	Step string
}

// Match says what a lookup found.
type Match uint8

// The results of a lookup.
const (
	Absent    Match = iota // no such key in the target
	Exists                 // there, contents not compared
	Identical              // there, with the contents the record would write
	Different              // there, with other contents
)

// String names the match.
func (m Match) String() string {
	return [...]string{"absent", "exists", "identical", "different"}[m&3]
}

// Found is what a target holds for one record.
type Found struct {
	Match    Match
	TargetID string
	Changes  []Change // for Different: what writing the record would change
	Note     any      // handed to Write in Target.Note, to save it a second lookup
	// Err says why this record alone can not be told, as when the target has two
	// with its key: it becomes a dead letter, held where a write of it is in doubt.
	// The rest does not count.
	Err error
}

// Change is one field a write would change, as texts for people and reports.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}
