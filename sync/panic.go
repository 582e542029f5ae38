package sync

import (
	"context"
	"encoding/json"
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
	return r.p.Transform(r.ctx, in.Value)
}

func (r *run[In, Out]) callFingerprint(key string, value *Out) (fp Fingerprint, raw json.RawMessage, err error) {
	defer r.caught("fingerprint", key, &err)
	return fingerprint(r.p.Fingerprint, value)
}

func (r *run[In, Out]) callWrite(records []Record[Out]) (out []Outcome, err error) {
	defer r.caught("sink", records[0].Key, &err)
	return r.p.Sink.Write(r.ctx, records)
}

// callFind looks records up and checks that there is an answer for each.
func (r *run[In, Out]) callFind(records []Record[Out]) (found []Found, err error) {
	defer r.caught("sink's Find", records[0].Key, &err)
	found, err = r.finder.Find(r.ctx, records)
	if err == nil && len(found) != len(records) {
		err = fmt.Errorf("the sink's Find returned %d results for %d records", len(found), len(records))
	}
	return found, err
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
