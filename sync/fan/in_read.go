package fan

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Read reads the parts from where after has them.
func (in *In[T]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		err := in.check()
		var places map[string]duijiesync.Checkpoint
		if err == nil {
			places, err = decodePlaces(after)
		}
		if err == nil {
			var goOn bool
			if goOn, err = in.read(ctx, places, yield); !goOn {
				return
			}
		}
		if err != nil {
			yield(duijiesync.Batch[T]{}, err)
		}
	}
}

// read yields the batches of all parts. It returns the error that is to be
// yielded last, and whether anything more may be yielded.
func (in *In[T]) read(ctx context.Context, places map[string]duijiesync.Checkpoint, yield func(duijiesync.Batch[T], error) bool) (goOn bool, err error) {
	open := make([]*pulled[T], len(in.Parts))
	defer func() {
		for _, r := range open {
			if r.stop != nil {
				r.stop()
			}
		}
	}()
	for i, p := range in.Parts {
		open[i] = &pulled[T]{part: p, at: places[p.Name]}
	}
	var errs []error
	for left := open; len(left) > 0; {
		if ctx.Err() != nil {
			return true, context.Cause(ctx)
		}
		r := left[0]
		left = left[1:]
		batch, more, err := r.next(ctx)
		switch {
		case err != nil:
			errs = append(errs, &PartError{Part: r.part.Name, Err: err, Stack: r.stack})
			if !in.GoOn {
				return true, errors.Join(errs...)
			}
			continue
		case !more:
			continue
		}
		if batch, err = in.pass(places, r.part, batch); err != nil {
			return true, err
		}
		if !yield(batch, nil) {
			return false, nil
		}
		if in.InTurn {
			left = append(left[:len(left):len(left)], r)
		} else {
			left = append([]*pulled[T]{r}, left...)
		}
	}
	return true, errors.Join(errs...)
}

// pass makes a batch of a part one of the whole.
func (in *In[T]) pass(places map[string]duijiesync.Checkpoint, p Part[T], batch duijiesync.Batch[T]) (duijiesync.Batch[T], error) {
	if batch.Checkpoint != "" {
		places[p.Name] = batch.Checkpoint
		at, err := encodePlaces(places)
		if err != nil {
			return batch, &PartError{Part: p.Name, Err: err}
		}
		batch.Checkpoint = at
	}
	_, decodes := p.Source.(duijiesync.RawDecoder[T])
	if in.Keys == KeysShared && !decodes {
		return batch, nil
	}
	records := make([]duijiesync.Record[T], len(batch.Records)) // the part's own stay as they are
	for i, rec := range batch.Records {
		if rec.Key != "" { // which the engine reports
			rec.Key = in.key(p.Name, rec.Key)
		}
		if decodes && len(rec.Raw) > 0 {
			rec.Raw = wrapRaw(p.Name, rec.Raw)
		}
		records[i] = rec
	}
	batch.Records = records
	return batch, nil
}

// pulled is the reading of one part. It is pulled, so that the parts can take
// turns, and so that a panic of a part is told from one of the reader.
type pulled[T any] struct {
	part  Part[T]
	at    duijiesync.Checkpoint
	pull  func() (duijiesync.Batch[T], error, bool)
	stop  func()
	err   error // of a panic
	stack []byte
}

// next returns the part's next batch; nothing is read before the first call.
func (r *pulled[T]) next(ctx context.Context) (batch duijiesync.Batch[T], more bool, err error) {
	if r.pull == nil {
		r.pull, r.stop = iter.Pull2(func(yield func(duijiesync.Batch[T], error) bool) {
			defer func() {
				if v := recover(); v != nil {
					r.err, r.stack = fmt.Errorf("it panicked: %v", v), debug.Stack()
				}
			}()
			r.part.Source.Read(ctx, r.at)(yield)
		})
	}
	batch, err, more = r.pull()
	if r.err != nil {
		err = r.err
	}
	return batch, more && err == nil, err
}
