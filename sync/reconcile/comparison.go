package reconcile

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	stdsync "sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Errors of a comparison.
var (
	// ErrComparison: the comparison is put together wrongly. The error names
	// everything that is.
	ErrComparison = errors.New("duijie/sync/reconcile: comparison not complete")
	// ErrOrder: a side declared Sorted yields a key that belongs further up. Sort it
	// by the bytes of its keys (a database's own order is often another), or leave
	// Sorted away.
	ErrOrder = errors.New("duijie/sync/reconcile: rows are not in the order declared")
)

const (
	defaultMemory  = 16 << 20
	defaultMaxDisk = 4 << 30
)

// Comparison compares a source with a target. Fill the fields and range over
// Differences; a Comparison can be used again, also at the same time as far as its
// sides can.
//
// In every optional field zero means the default.
type Comparison struct {
	// Fields are compared, in this order in every row. None: only keys are.
	Fields []Field
	Source Side
	Target Side

	// NormalizeKey brings both sides' ways to write a key together, for example
	// strings.ToUpper. Keys of one side that become the same are reported as a
	// [Collision]. It must be safe for concurrent use.
	NormalizeKey func(string) string
	// KeepRaw keeps the source's items until they are compared, so that a [Repair] need
	// not read them again. They then take temporary space too.
	KeepRaw bool
	// Recheck asks both sides again before a difference is reported.
	Recheck Recheck

	// Memory is how many bytes of rows are held in memory before they go to disk. The
	// process takes about three times that, the garbage of reading included, and a row
	// longer than the limit is still held whole. Default 16 MiB.
	Memory int64
	// MaxDisk is how many bytes of temporary files may exist at a time, else the
	// comparison ends in [ErrDiskLimit]. Default 4 GiB; negative: no limit.
	MaxDisk int64
	// TempDir is where a folder for temporary files is made, which only this user can
	// read. Default: the system's, which on some systems is held in memory; name a folder
	// on a disk there. They are removed when the sequence ends, in
	// whatever way. A killed process leaves its duijie-reconcile-* folder behind: empty,
	// except on systems that can not remove open files (Windows).
	TempDir string
}

// Recheck says how differences that came about while the sides were being read
// are told from those that stay. It takes effect where a side has a Lookup.
//
// Differences are looked up in batches, in order: those that agree now are not
// reported and counted as Settled; the others are reported as they are now.
type Recheck struct {
	// Delay is how long after the rows were read both sides are asked again. 0: at once.
	Delay time.Duration
	// Batch is how many keys are asked for at a time. Default 100.
	Batch int
}

func (c *Comparison) check() error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if c.Source.Rows == nil {
		add("Source.Rows is missing")
	}
	if c.Target.Rows == nil {
		add("Target.Rows is missing")
	}
	names := map[string]bool{}
	for i, f := range c.Fields {
		switch {
		case f.Name == "":
			add("Fields[%d] has no name", i)
		case names[f.Name]:
			add("field %q is there twice", f.Name)
		}
		names[f.Name] = true
		if f.As > AsBool {
			add("field %q is compared in an unknown way", f.Name)
		}
		if f.Granularity < 0 {
			add("field %q has a granularity below 0", f.Name)
		}
	}
	if c.Memory < 0 {
		add("Memory is below 0")
	}
	if wrong != nil {
		return fmt.Errorf("%w: %w", ErrComparison, errors.Join(wrong...))
	}
	return nil
}

// Differences reads both sides and yields what differs, in order of key (after
// NormalizeKey); rows without a key come first, from a Sorted side as they come.
// Nothing is read before the range starts. An error is the last pair.
//
// sum, when not nil, is overwritten: its counts of differences grow with those
// that were yielded, and Complete is set at the end.
//
// When a key has several rows on a side, the one with the highest Version
// stands for it, then the last one read.
func (c *Comparison) Differences(ctx context.Context, sum *Summary) iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		if sum == nil {
			sum = &Summary{}
		}
		*sum = Summary{Started: time.Now(), Fields: map[string]int64{}}
		err := c.compare(ctx, sum, func(d Difference) error {
			if !yield(d, nil) {
				return errStopped
			}
			return nil
		})
		sum.Ended = time.Now()
		switch {
		case err == nil:
			sum.Complete = true
		case !errors.Is(err, errStopped):
			sum.Error = err.Error()
		}
		if o := duijiesync.ObserverFrom(ctx); o != nil {
			s := *sum
			s.Fields = maps.Clone(sum.Fields)
			o.Observe(ctx, Compared{Summary: s})
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(Difference{}, err)
		}
	}
}

// errStopped: whoever ranges over the differences has enough.
var errStopped = errors.New("stopped")

// compare does it all; its temporary files are gone when it returns.
func (c *Comparison) compare(ctx context.Context, sum *Summary, emit func(Difference) error) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	if ctx.Err() != nil { // before anybody is asked for anything
		return fmt.Errorf("duijie/sync/reconcile: %w", context.Cause(ctx))
	}
	ctx, cancel := context.WithCancel(ctx)
	d := &disk{parent: c.TempDir, max: orInt64(c.MaxDisk, defaultMaxDisk)}
	j := &joiner{c: c, ctx: ctx, sum: sum}
	j.again = &rechecker{j: j, emit: emit}
	defer func() { // after a panic too
		cancel()
		j.source.close()
		j.target.close()
		left := d.remove()
		sum.TempBytes, sum.TempRuns = d.peak.Load(), d.runs.Load()
		switch {
		case left == nil:
		case errors.Is(err, errStopped):
			sum.Error = left.Error() // nobody reads the sequence any more
		default:
			err = errors.Join(err, left)
		}
	}()
	j.source = feed{j: j, side: &c.Source, which: OnSource, stats: &sum.Source, enc: c.encoder(c.KeepRaw)}
	j.target = feed{j: j, side: &c.Target, which: OnTarget, stats: &sum.Target, enc: c.encoder(false)}
	if err := j.load(d); err != nil {
		return err
	}
	return j.join()
}

func (c *Comparison) encoder(keepRaw bool) encoder {
	return encoder{fields: len(c.Fields), normalize: c.NormalizeKey, keepRaw: keepRaw}
}

// load reads the sides that are not sorted, at the same time.
func (j *joiner) load(d *disk) error {
	var todo []*feed
	for _, f := range [...]*feed{&j.source, &j.target} {
		if f.side.Sorted {
			f.pull(j.ctx)
		} else {
			todo = append(todo, f)
		}
	}
	var (
		wg       stdsync.WaitGroup
		mu       stdsync.Mutex
		first    error
		panicked any
	)
	ctx, cancel := context.WithCancel(j.ctx)
	defer cancel()
	for _, f := range todo {
		wg.Go(func() {
			defer func() { // a panic belongs to the goroutine that ranges over the differences
				if p := recover(); p != nil {
					cancel()
					mu.Lock()
					defer mu.Unlock()
					panicked = p
				}
			}()
			if err := f.sort(ctx, d, orInt64(j.c.Memory, defaultMemory)/int64(len(todo))); err != nil {
				mu.Lock()
				if first == nil {
					first = err
				}
				mu.Unlock()
				cancel() // the other side need not go on, and what it ends with is no news
			}
		})
	}
	wg.Wait()
	if panicked != nil {
		panic(panicked)
	}
	j.streaming = len(todo) < 2
	j.loaded = time.Now()
	return first
}

func orInt64(v, def int64) int64 {
	if v == 0 {
		return def
	}
	return v
}
