package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/duijie-go/duijie"
)

// SinkFunc is a function that writes one record, as a [Sink]. An outcome without
// Kind, and no error, means done: created, or updated where Target.ID is set.
// Return an outcome of another kind where the record alone is concerned:
// [OutcomeRetryable] for one that is locked for a while.
//
// Its errors are judged by their class:
//
//   - duijie.ErrOutcomeUnknown: the answer was lost. The engine finds out what
//     became of the record if it can, else it holds it.
//   - an error of the network (net.Error, io.EOF, io.ErrUnexpectedEOF) or of a
//     context that ended, without a class of ours: unknown too. Whether something
//     was sent the function alone can know; a class of ours says so.
//   - [ErrStop], as from [Stop]: nothing was written, and the run stops there.
//   - duijie.ErrConflict: a record with this key exists already.
//   - duijie.ErrRefused, ErrInvalid, ErrNotFound: the record is refused and becomes
//     a dead letter.
//   - any other, duijie.ErrUnavailable and ErrRateLimited among them: nothing was
//     written, and the run stops there. The next one goes on.
//
// For lookups, lanes or an idempotent target, see [Func].
type SinkFunc[T any] func(ctx context.Context, record Record[T]) (Outcome, error)

// Write calls f for each record, one after the other.
func (f SinkFunc[T]) Write(ctx context.Context, records []Record[T]) ([]Outcome, error) {
	out := make([]Outcome, len(records))
	for i := range records {
		if err := ctx.Err(); err != nil {
			return halted(out, i, err)
		}
		o, err := f(ctx, records[i])
		if err != nil {
			var known bool
			if o, known = judged(err); !known {
				return halted(out, i, err)
			}
		} else if o.Kind == OutcomeUnknown {
			o.Kind = OutcomeCreated
			if records[i].Target.ID != "" {
				o.Kind = OutcomeUpdated
			}
		}
		out[i] = o
	}
	return out, nil
}

// Limits are one record at a time.
func (SinkFunc[T]) Limits() Limits { return Limits{Rows: 1} }

// halted ends a write at a record that was not written, nor were those behind
// it. Where some were, the error can not speak for all: the engine meets it again.
func halted(out []Outcome, at int, err error) ([]Outcome, error) {
	if at == 0 {
		return nil, err
	}
	for i := at; i < len(out); i++ {
		out[i] = Outcome{Kind: OutcomeRetryable, Message: err.Error()}
	}
	return out, nil
}

// judged makes an outcome of an error, if it concerns one record.
func judged(err error) (Outcome, bool) {
	o := refusedOutcome(err)
	var network net.Error
	class := false
	for c := duijie.ClassThrottled; c <= duijie.ClassRefused; c++ {
		class = class || errors.Is(err, c.Err())
	}
	switch {
	case errors.Is(err, duijie.ErrOutcomeUnknown):
		o.Kind = OutcomeUnknown
	case errors.Is(err, ErrStop), errors.Is(err, duijie.ErrRedirected):
		return Outcome{}, false
	case errors.Is(err, duijie.ErrConflict):
		o.Kind = OutcomeConflict
	case errors.Is(err, duijie.ErrRefused), errors.Is(err, duijie.ErrInvalid), errors.Is(err, duijie.ErrNotFound):
		o.Kind = OutcomeRefused
	case !class && (errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)):
		o.Kind = OutcomeUnknown
	default:
		return Outcome{}, false
	}
	return o, true
}

// FuncConfig is a sink made of functions; see [Func].
type FuncConfig[T any] struct {
	// Write writes one record; required. Its errors are judged as [SinkFunc] says.
	Write SinkFunc[T]
	// Find looks one record up by its key, and compares it unless Target.KeyOnly is
	// set. With it unknown outcomes are settled and nothing is written twice. nil:
	// what is unknown is held, unless Idempotent.
	Find func(ctx context.Context, record Record[T]) (Found, error)
	// Lanes is how many records are written at the same time; 0 = 1.
	Lanes int
	// Idempotent: writing a record twice has the effect of writing it once.
	Idempotent bool
	// SettleDelay is how long the target may still work on a write whose answer was
	// lost; 0 = 2 s.
	SettleDelay time.Duration
}

// Func makes a sink of functions that take one record at a time. It is a
// [Finder] where Find is set.
func Func[T any](cfg FuncConfig[T]) Sink[T] {
	sink := funcSink[T]{cfg}
	if cfg.Find == nil {
		return sink
	}
	return findingFuncSink[T]{sink}
}

type funcSink[T any] struct{ cfg FuncConfig[T] }

// Write calls the function for each record.
func (s funcSink[T]) Write(ctx context.Context, records []Record[T]) ([]Outcome, error) {
	if s.cfg.Write == nil {
		return nil, fmt.Errorf("%w: FuncConfig.Write is missing", ErrPipeline)
	}
	return s.cfg.Write.Write(ctx, records)
}

// Limits are one record at a time, in as many lanes as were asked for.
func (s funcSink[T]) Limits() Limits {
	return Limits{Rows: 1, FindRows: 1, Lanes: s.cfg.Lanes, Idempotent: s.cfg.Idempotent, SettleDelay: s.cfg.SettleDelay}
}

type findingFuncSink[T any] struct{ funcSink[T] }

// Find calls the function for each record.
func (s findingFuncSink[T]) Find(ctx context.Context, records []Record[T]) ([]Found, error) {
	found := make([]Found, len(records))
	for i := range records {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var err error
		if found[i], err = s.cfg.Find(ctx, records[i]); err != nil {
			return nil, err
		}
	}
	return found, nil
}
