package window

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Backfill reads one past part of time, in the slices of its [Source], beside
// the live runs: it never touches their checkpoint.
//
// Run it in a pipeline of the same Name, so that the ledger is shared and nothing
// that is in the target unchanged is sent again, with a Partition that names the
// backfill, so that lease and checkpoint are its own. A run that was cut short goes on
// where it stopped; one that is finished has nothing more to read: to read the
// same time once more use a new Partition.
//
// The live run may handle the same key at the same time. The State keeps them apart:
// a key that is open in one partition is not opened in another, and what waits for
// it asks the ledger again (duijiesync.ErrKeyOpen when it takes too long). Set
// Record.Version too, so that an older state read here never overwrites a newer one.
type Backfill[T any] struct {
	s        *Source[T]
	from, to time.Time
}

// Backfill makes a source of the rows modified from from up to, and not
// including, to. to must lie before what windows stay behind now.
func (s *Source[T]) Backfill(from, to time.Time) *Backfill[T] {
	return &Backfill[T]{s: s, from: from, to: to}
}

// Read implements duijiesync.Source.
func (b *Backfill[T]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		r := &reading[T]{ctx: ctx, yield: yield}
		if err := b.read(r, after); err != nil && !r.stopped {
			yield(duijiesync.Batch[T]{}, err)
		}
	}
}

func (b *Backfill[T]) read(r *reading[T], after duijiesync.Checkpoint) (err error) {
	if r.c, err = b.s.setup(); err != nil {
		return err
	}
	from, to := r.c.grid.floor(b.from), r.c.grid.ceil(b.to)
	if b.from.IsZero() || !from.Before(to) {
		return b.s.errorf("backfill from %s to %s holds nothing: %w", show(from), show(to), duijie.ErrInvalid)
	}
	cp := &backfillCheckpoint{head: head{checkpointVersion, backfillKind, b.s.Name}, From: from, progress: progress{At: from, To: to}}
	if after != "" {
		if cp, err = b.parse(after, from, to); err != nil {
			return err
		}
	}
	now, err := r.c.now(r.ctx)
	if err != nil {
		return err
	}
	if end := r.c.end(now); to.After(end) {
		return b.s.errorf("backfill to %s: rows up to %s only are settled; end it before that, the live runs read the rest: %w",
			show(to), show(end), duijie.ErrInvalid)
	}
	return r.slices(&cp.progress, func(bool) (duijiesync.Checkpoint, error) { return encode(cp) })
}

func (b *Backfill[T]) parse(after duijiesync.Checkpoint, from, to time.Time) (*backfillCheckpoint, error) {
	cp := &backfillCheckpoint{}
	if err := parse(b.s, backfillKind, after, cp, &cp.head); err != nil {
		return nil, err
	}
	if !cp.From.Equal(from) || !cp.To.Equal(to) {
		return nil, wrongCheckpoint(b.s, backfillKind, "it is of the backfill from %s to %s: give each its own Partition", show(cp.From), show(cp.To))
	}
	if wrong := cp.check(); wrong != "" || cp.At.Before(from) {
		return nil, wrongCheckpoint(b.s, backfillKind, "%s", wrong)
	}
	return cp, nil
}

// Paging says how the backfill stays right while rows move. It implements
// duijiesync.Pager.
func (b *Backfill[T]) Paging() string {
	c, err := b.s.setup()
	if err != nil {
		return err.Error()
	}
	return c.named(fmt.Sprintf("backfill of modification times from %s to %s, %s", show(b.from), show(b.to), c.slices()))
}

// DecodeRaw reads the raw item of a dead letter back. It implements
// duijiesync.RawDecoder.
func (b *Backfill[T]) DecodeRaw(raw json.RawMessage) (T, error) { return b.s.DecodeRaw(raw) }

var (
	_ duijiesync.Source[any]     = (*Backfill[any])(nil)
	_ duijiesync.Pager           = (*Backfill[any])(nil)
	_ duijiesync.RawDecoder[any] = (*Backfill[any])(nil)
)
