package duijie

import (
	"context"
	"time"
)

// CallEvent describes one attempt of one call, as observers see it. It holds
// no secret and no body.
type CallEvent struct {
	Platform  string
	Op        string
	Effect    Effect
	Attempt   int           // 1 is the first
	Status    int           // HTTP status, 0 when no answer came
	Class     Class         // verdict on the answer
	Code      string        // the platform's code
	RequestID string        // the platform's id of the call
	Wait      time.Duration // time spent waiting for the limiter
	Duration  time.Duration // time from sending to the verdict
	BytesOut  int64         // request body
	BytesIn   int64         // answer body, decompressed
	Err       error         // nil on success
}

// CallObserver receives an event per attempt. It must be quick and safe for
// concurrent use.
type CallObserver func(CallEvent)

type observerKey struct{}

// ContextWithCallObserver returns a context whose calls are reported to o, in
// addition to observers ctx already carries. The sync package counts a run's
// calls this way; it changes nothing about the calls.
func ContextWithCallObserver(ctx context.Context, o CallObserver) context.Context {
	if outer := CallObserverFrom(ctx); outer != nil {
		inner := o
		o = func(e CallEvent) { outer(e); inner(e) }
	}
	return context.WithValue(ctx, observerKey{}, o)
}

// CallObserverFrom returns the observer ctx carries, nil when there is none.
func CallObserverFrom(ctx context.Context) CallObserver {
	o, _ := ctx.Value(observerKey{}).(CallObserver)
	return o
}
