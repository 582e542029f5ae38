package okki

import (
	"context"
	"iter"
	"sync"
)

// result is what became of one item of inOrder.
type result[Out any] struct {
	value Out
	err   error
}

// inOrder does an item after another, up to so many at the same time, and yields
// the results in the order of the items. Memory is bounded by parallel. Leaving the
// range ends what is under way and waits for it.
func inOrder[In, Out any](ctx context.Context, items []In, parallel int, do func(context.Context, In) (Out, error)) iter.Seq[result[Out]] {
	return func(yield func(result[Out]) bool) {
		if parallel <= 0 {
			parallel = DefaultParallel
		}
		parallel = min(parallel, len(items))
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		slots := make([]chan result[Out], parallel)
		start := func(i int) {
			slot := make(chan result[Out], 1)
			slots[i%parallel] = slot
			running.Go(func() {
				var r result[Out]
				r.value, r.err = do(ctx, items[i])
				slot <- r
			})
		}
		for i := range parallel {
			start(i)
		}
		for i := range items {
			r := <-slots[i%parallel]
			ended := r.err != nil && !isAbsent(r.err)
			if next := i + parallel; next < len(items) && !ended {
				start(next)
			}
			if !yield(r) || ended {
				return
			}
		}
	}
}
