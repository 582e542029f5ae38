package sync

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
)

// Checkpoint is a source's resume point. Only the source understands it; ""
// means from the beginning.
type Checkpoint string

// Record is one item on its way from source to target.
type Record[T any] struct {
	// Key is the business key: what the target finds the record by. It must be
	// stable; any bytes, any length. A record whose key is empty becomes a dead letter.
	Key string
	// Value is the item itself.
	Value T
	// Version orders states of the same key (a modification time in Unix
	// milliseconds, a sequence number): an older one never overwrites a newer
	// one. 0 means the source has none.
	Version int64
	// Raw is the item as the source sent it, kept with dead letters; nil: the
	// engine encodes Value as JSON when it needs to. In a record for a sink it is
	// the JSON of Value, when the engine made it for the fingerprint, so that a sink
	// that sends JSON need not encode again (it is valid); a sink must do without.
	Raw json.RawMessage

	// Err says why the source could not decode the item. Such a record becomes a
	// dead letter alone, with Raw; Value does not count.
	Err error

	// Force has the record sent even where the ledger knows it unchanged: a repair
	// of what got lost or was changed in the target. A [Finder] that finds it
	// there as it should be still keeps it from being sent.
	Force bool

	// Target is what is known of the record in the target. The engine sets it
	// for sinks; sources leave it alone.
	Target Target
}

// Target is what the engine knows of a record in the target when it asks a
// sink to write it.
type Target struct {
	// ID is the target's own id: the record exists, this is an update. "" is a create.
	ID string
	// KeyOnly marks a lookup after a crash: only Key is known, Value is zero.
	KeyOnly bool
	// Note is what the sink's own Finder put into [Found.Note], nil without one.
	Note any
	// Step is the last [Outcome.Step] the ledger has for the key, "" without one.
	Step string
}

// Batch is some records and the resume point behind them.
type Batch[T any] struct {
	Records []Record[T]
	// Checkpoint is where to resume once every record of this and all earlier
	// batches is settled; "" when there is no resume point here.
	Checkpoint Checkpoint
	// Settled, when not nil, is called once everything of the batch is settled and
	// stored, with what became of it: a source learns here whether what it read
	// was news. It must be quick, and safe beside the source's own Read. It is not
	// called for a batch that could not be settled.
	Settled func(BatchResult)
}

// BatchResult counts what became of the records of one batch.
type BatchResult struct {
	Created, Updated, Unchanged, Skipped, Refused, Held, Waiting int64
}

// Source yields batches in order. The contract:
//
//   - nothing is read before the range starts, and each Read starts anew;
//   - after is a checkpoint of an earlier batch, or "";
//   - records after a checkpoint are yielded again when they were not settled,
//     so reading twice must be possible (a source that can not says so);
//   - a Read may end before the source does, as a window that was cut short: the
//     next run goes on behind its last checkpoint;
//   - a batch that was yielded is the engine's: its records are neither changed nor
//     used again;
//   - an error is the last pair;
//   - the context's end ends the sequence with its error.
type Source[T any] interface {
	Read(ctx context.Context, after Checkpoint) iter.Seq2[Batch[T], error]
}

// SourceFunc is a function as a [Source].
type SourceFunc[T any] func(ctx context.Context, after Checkpoint) iter.Seq2[Batch[T], error]

// Read calls f.
func (f SourceFunc[T]) Read(ctx context.Context, after Checkpoint) iter.Seq2[Batch[T], error] {
	return f(ctx, after)
}

// Pager is a source that can say how it stays right while rows move. The text
// goes into the report.
type Pager interface {
	Paging() string
}

// RawDecoder is a source whose raw items are not the JSON of its values: Replay
// has it decode them. [Pipeline.Decode] goes before it.
type RawDecoder[T any] interface {
	DecodeRaw(raw json.RawMessage) (T, error)
}

// Transform turns an item of the source into an item of the target. An error
// makes the record a dead letter; [ErrSkip] leaves it out, [ErrWait] parks it,
// [ErrStop] ends the run. It must be pure: the same input gives the same output, or unchanged records look
// changed. It is called from several goroutines where the sink has lanes.
type Transform[In, Out any] func(ctx context.Context, in In) (Out, error)

// What a [Transform] may answer, with or without words of its own around it.
var (
	// ErrSkip leaves a record out. What an older state of it left in the dead
	// letters goes, so that no retry or replay writes it; what is in the target stays.
	ErrSkip = errors.New("duijie/sync: record left out by the transform")
	// ErrWait parks a record that can not be written yet, because something it
	// refers to is missing: it becomes a dead letter with reason [DeadWaiting],
	// and every run tries it again at its end, as Replay does.
	ErrWait = errors.New("duijie/sync: record waits for something it refers to")
	// ErrStop ends the run, for what concerns no single record: a lookup in another
	// system that is down. The record and all behind it are left for the next run.
	// A [Sink] says the same of a write with [Stop].
	ErrStop = errors.New("duijie/sync: run stopped")
)

// Stop returns err as one that ends the run whatever else it matches: a right that
// is missing, a path the customer's edition does not have. A sink returns it where
// a refusal speaks of the setup and of no record, so that the engine neither looks
// for a bad record nor makes dead letters of good ones. It matches [ErrStop] and all
// that err matches; an outcome that is unknown stays so. Stop(nil) is nil.
func Stop(err error) error {
	if err == nil {
		return nil
	}
	return &stopError{err}
}

type stopError struct{ err error }

func (e *stopError) Error() string { return e.err.Error() }

func (e *stopError) Is(target error) bool { return target == ErrStop }

func (e *stopError) Unwrap() error { return e.err }

// Same is the transform of a pipeline whose source already yields what the
// target takes.
func Same[T any](_ context.Context, in T) (T, error) { return in, nil }
