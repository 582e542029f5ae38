package fan

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	stdsync "sync"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// sourceError is an error of the source on its way through a branch.
type sourceError struct{ error }

func (e sourceError) Unwrap() error { return e.error }

// errGone is the error of code that never returned.
var errGone = errors.New("duijie/sync/fan: its code ended the goroutine (runtime.Goexit, or FailNow of a test)")

// errNobody ends the reading when no branch is left that it is for.
var errNobody = errors.New("duijie/sync/fan: no branch is left")

// pass reads the source once, for branches that stand at the same place.
type pass[T any] struct {
	run   *run[T]
	lines []*line[T]
	track *tracker
	late  map[string]bool // it is for these: without them it ends; nil: for all
	end   error           // of the source
	cut   error           // why the pass ended before the source did, nil when it came to the end
}

// line is one branch in a pass.
type line[T any] struct {
	Branch[T]
	feed   *feed[T]
	left   chan struct{} // closed when its run is over
	report *duijiesync.Report
	err    error
	failed bool // of its own, while the pass went on
	blamed bool // err is its own, and not what ended the pass
}

// pass runs branches from where they stand to the source's end, and calls store
// whenever they have come further. It returns the lines when everything of it has
// ended.
func (r *run[T]) pass(ctx context.Context, branches []Branch[T], late map[string]bool, from duijiesync.Checkpoint, store func(*pass[T]) error) (*pass[T], error) {
	work, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &pass[T]{run: r, late: late, track: newTracker(len(branches), from)}
	buffer := r.o.Buffer
	if buffer == 0 {
		buffer = 1
	}
	for _, b := range branches {
		p.lines = append(p.lines, &line[T]{
			Branch: b, left: make(chan struct{}),
			feed: &feed[T]{origin: origin[T]{r.o.Source}, batches: make(chan duijiesync.Batch[T], max(buffer, 0))},
		})
	}
	reading, stopReading := context.WithCancelCause(work)
	defer stopReading(nil)
	ended := make(chan struct{})
	var running, reader stdsync.WaitGroup
	reader.Go(func() { p.read(reading, from) })
	for i := range p.lines {
		running.Go(func() { p.copy(work, i, stopReading) })
	}
	go func() {
		defer close(ended)
		running.Wait()
		stopReading(errNobody)
		reader.Wait()
	}()
	for {
		select {
		case <-p.track.changed:
			if err := store(p); err != nil {
				cancel(err)
				<-ended
				p.cut = err
				return p, nil
			}
		case <-ended:
			p.cut = p.why(ctx)
			return p, store(p)
		}
	}
}

// why tells what ended the pass before the source did. That its branches have
// failed is their own story.
func (p *pass[T]) why(ctx context.Context) error {
	switch cause := context.Cause(ctx); {
	case cause != nil:
		return cause
	case p.end == nil, errors.Is(p.end, errNobody):
		return nil
	}
	return fmt.Errorf("duijie/sync/fan: read: %w", p.end)
}

// copy is the run of one branch.
func (p *pass[T]) copy(ctx context.Context, i int, stopReading context.CancelCauseFunc) {
	l := p.lines[i]
	l.err = errGone
	defer func() { p.leave(ctx, i, stopReading) }()
	l.report, l.err = p.runBranch(ctx, l)
}

// leave notes how the run of a branch ended.
func (p *pass[T]) leave(ctx context.Context, i int, stopReading context.CancelCauseFunc) {
	l := p.lines[i]
	_, fromSource := errors.AsType[sourceError](l.err)
	cause := context.Cause(ctx)
	l.failed = l.err != nil && !fromSource && cause == nil
	l.blamed = l.err != nil && !fromSource && (cause == nil || !errors.Is(l.err, cause))
	if l.failed && (p.track.fail(i) == 0 || p.pointless() || p.run.o.StopOnFailure) {
		stopReading(errNobody)
	}
	close(l.left)
}

// pointless tells whether all have failed that the pass is for.
func (p *pass[T]) pointless() bool {
	if p.late == nil {
		return false
	}
	s := p.track.peek()
	failed := 0
	for _, i := range s.failed {
		if p.late[p.lines[i].Name()] {
			failed++
		}
	}
	return failed == len(p.late)
}

func (p *pass[T]) runBranch(ctx context.Context, l *line[T]) (rep *duijiesync.Report, err error) {
	defer func() {
		if v := recover(); v != nil {
			p.run.logger.Error("branch panicked", "fan", p.run.o.Name, "branch", l.Name(), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			err = fmt.Errorf("it panicked: %v", v)
		}
	}()
	return l.bind(p.run.o.binding(l.feed)).Run(ctx)
}

// read hands every batch of the source to every branch that is still there, and
// waits for the slowest.
func (p *pass[T]) read(ctx context.Context, from duijiesync.Checkpoint) {
	err := errGone
	defer func() { p.close(ctx, err) }()
	err = p.each(ctx, from, func(batch duijiesync.Batch[T]) bool {
		if ctx.Err() != nil {
			return false
		}
		p.run.source.read(len(batch.Records))
		p.run.emit(duijiesync.BatchRead{Of: p.run.of(), Records: len(batch.Records)})
		n := p.track.add(batch.Checkpoint, batch.Settled)
		for i, l := range p.lines {
			handed := duijiesync.Batch[T]{Records: batch.Records, Settled: func(res duijiesync.BatchResult) { p.track.settle(i, n, res) }}
			select {
			case l.feed.batches <- handed:
			case <-l.left:
			case <-ctx.Done():
				return false
			}
		}
		return true
	})
}

// close ends the branches' feeds, with the error that ended the reading.
func (p *pass[T]) close(ctx context.Context, err error) {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	p.end = err
	for _, l := range p.lines {
		if err != nil && !errors.Is(err, errNobody) { // what those had that are left is settled
			l.feed.end = sourceError{err}
		}
		close(l.feed.batches)
	}
}

// each ranges over the source until give says no.
func (p *pass[T]) each(ctx context.Context, from duijiesync.Checkpoint, give func(duijiesync.Batch[T]) bool) (err error) {
	defer func() {
		if v := recover(); v != nil {
			p.run.logger.Error("source panicked", "fan", p.run.o.Name, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			err = fmt.Errorf("the source panicked: %v", v)
		}
	}()
	ctx = duijie.ContextWithCallObserver(ctx, p.run.called)
	if p.run.o.Observer != nil {
		ctx = duijiesync.ContextWithObserver(ctx, p.run.o.Observer)
	}
	for batch, err := range p.run.o.Source.Read(ctx, from) {
		if err != nil {
			return err
		}
		if !give(batch) {
			return nil
		}
	}
	return nil
}
