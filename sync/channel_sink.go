package sync

import (
	"bytes"
	"context"
)

// ChannelSink is a sink that delivers to a Go channel; see [ToChannel]. It is
// safe for concurrent use.
type ChannelSink[T any] struct {
	records chan<- Record[T]

	// Idempotent says that the receiver drops a record it has had before with the
	// same contents. Then what a crash left open is delivered again; without it those
	// records are held, because nobody can tell whether they were received.
	Idempotent bool
}

// ToChannel makes a sink of a channel. Write blocks while the channel is full,
// until its context ends: what was delivered by then counts as written, and the
// rest as not written.
//
// Delivered is not done: that the receiver took a record is all the pipeline
// knows, and what the receiver still had when the process died is lost to it. Where
// that matters, do the receiver's work in a [SinkFunc]. A record is delivered as a
// copy, whose Target.ID is its key when it was delivered before with other contents.
// Close the channel after the last run and not before: a send on a closed channel
// is a panic, which ends the run with its batch in doubt.
func ToChannel[T any](records chan<- Record[T]) *ChannelSink[T] {
	return &ChannelSink[T]{records: records}
}

// Write delivers the records in order.
func (s *ChannelSink[T]) Write(ctx context.Context, records []Record[T]) ([]Outcome, error) {
	out := make([]Outcome, len(records))
	for i := range records {
		if err := ctx.Err(); err != nil { // select picks at random when both are ready
			return halted(out, i, err)
		}
		rec := records[i]
		rec.Raw = bytes.Clone(rec.Raw) // it is the engine's
		select {
		case s.records <- rec:
			out[i].Kind = OutcomeCreated
			if rec.Target.ID != "" {
				out[i].Kind = OutcomeUpdated
			}
		case <-ctx.Done():
			return halted(out, i, ctx.Err())
		}
	}
	return out, nil
}

// Limits says what Idempotent says.
func (s *ChannelSink[T]) Limits() Limits { return Limits{Idempotent: s.Idempotent} }
