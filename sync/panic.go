package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
)

// panicError is a panic of the caller's code. Most of it is called on
// goroutines of the engine, where a panic would end the whole process.
type panicError struct {
	who   string
	value any
}

func (e *panicError) Error() string { return fmt.Sprintf("the %s panicked: %v", e.who, e.value) }

// errGoexit: the caller's code ended its goroutine (runtime.Goexit, or FailNow of a
// test), so that what it did is not known.
var errGoexit = errors.New("duijie/sync: the goroutine was ended by what it called")

// caught is deferred around the caller's code: a panic becomes its error, with
// the stack in the log.
func (r *run[In, Out]) caught(who, key string, err *error) {
	if p := recover(); p != nil {
		r.cfg.log.Error(who+" panicked", "pipeline", r.p.Name, "key", key, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		*err = &panicError{who, p}
	}
}

func (r *run[In, Out]) callTransform(in Record[In]) (out Out, err error) {
	defer r.caught("transform", in.Key, &err)
	out, err = r.p.Transform(r.ctx, in.Value)
	if err != nil {
		_ = err.Error() // an error that panics, as a nil pointer in one does, does so here
	}
	return out, err
}

func (r *run[In, Out]) callFingerprint(key string, value *Out) (fp Fingerprint, raw json.RawMessage, err error) {
	defer r.caught("fingerprint", key, &err)
	return fingerprint(r.p.Fingerprint, value)
}

// errLaneEnded: the run ended while a call waited for a lane; it was not made.
var errLaneEnded = errors.New("duijie/sync: the run ended before the call")

// lane waits for one of the sink's lanes.
func (r *run[In, Out]) lane() (leave func(), err error) {
	select {
	case r.slots <- struct{}{}:
		return func() { <-r.slots }, nil
	case <-r.ctx.Done():
		return nil, errLaneEnded
	}
}

func (r *run[In, Out]) callWrite(records []Record[Out]) (out []Outcome, err error) {
	leave, err := r.lane()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := r.keep.check(); err != nil { // the wait may have been long
		return nil, err
	}
	r.rep.update(func(rep *Report) { rep.Writes++ })
	defer r.caught("sink", records[0].Key, &err)
	return r.p.Sink.Write(r.ctx, records)
}

// callSettled tells a source what became of a batch.
func (r *run[In, Out]) callSettled(settled func(BatchResult), result BatchResult) (err error) {
	defer r.caught("source's Settled", "", &err)
	settled(result)
	return nil
}

// callFind looks records up and checks that there is an answer for each.
func (r *run[In, Out]) callFind(records []Record[Out]) (found []Found, err error) {
	leave, err := r.lane()
	if err != nil {
		return nil, context.Cause(r.ctx)
	}
	defer leave()
	r.rep.update(func(rep *Report) { rep.Lookups++ })
	defer r.caught("sink's Find", records[0].Key, &err)
	found, err = r.finder.Find(r.ctx, records)
	if err == nil && len(found) != len(records) {
		err = fmt.Errorf("the sink's Find returned %d results for %d records", len(found), len(records))
	}
	if err != nil {
		return nil, err
	}
	return found, nil
}

// read passes what the source yields to each, until that says no.
func (r *run[In, Out]) read(ctx context.Context, from Checkpoint, each func(readResult[In]) bool) {
	var err error
	func() {
		defer r.caught("source", "", &err)
		for batch, err := range r.p.Source.Read(ctx, from) {
			if !each(readResult[In]{batch, err}) || err != nil {
				return
			}
		}
	}()
	if err != nil {
		each(readResult[In]{err: err})
	}
}
