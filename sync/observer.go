package sync

import "context"

// Event is something that happened in a run. The types of this package are
// listed with [Observer]; rooms and sources have further ones of their own.
type Event interface {
	// EventName is the event's name for logs and metrics, in snake case.
	EventName() string
}

// Observer is told what a run does, while it does it: [RunStarted],
// [RunEnded], [BatchRead], [BatchSettled], [CallDone], [DeadLettered],
// [OutcomesUnknown], [RowsRetried], [BatchRecovered], [LeaseLost] and the
// events of the rooms. Switch on the type.
//
// Observe is called from many goroutines and must be quick. A panic in it is
// logged and otherwise ignored. No event is built when nobody observes.
type Observer interface {
	Observe(ctx context.Context, e Event)
}

// ObserverFunc is a function as an [Observer].
type ObserverFunc func(ctx context.Context, e Event)

// Observe calls f.
func (f ObserverFunc) Observe(ctx context.Context, e Event) { f(ctx, e) }

type observerKey struct{}

// ContextWithObserver returns a context that carries o, in place of one that
// ctx carries. A run does so for its source, transform and sink.
func ContextWithObserver(ctx context.Context, o Observer) context.Context {
	return context.WithValue(ctx, observerKey{}, o)
}

// ObserverFrom returns the observer ctx carries, nil when nobody listens: then
// build no event.
func ObserverFrom(ctx context.Context) Observer {
	o, _ := ctx.Value(observerKey{}).(Observer)
	return o
}
