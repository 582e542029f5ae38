package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Repair is a source of the records that are missing in the target or differ
// there. It belongs into a copy of the pipeline that copies them ordinarily, with
// everything else the same, the Name above all: the same ledger, the same transform,
// the same exactly-once path. Its records say Force, so that what the ledger
// believes to be there is written all the same; its batches have no checkpoint, so
// that the pipeline's own stays.
//
// What is ambiguous, not decodable or extra is left to a person: see Each.
type Repair[T any] struct {
	Comparison *Comparison
	// Fetch reads the records of keys anew, without those that are gone: what is
	// written is then as new as can be. Default: the items that were compared, which
	// needs [Comparison].KeepRaw. They are as old as the comparison: where records have no
	// Version, which keeps an older state from overwriting a newer one, use Fetch.
	Fetch func(ctx context.Context, keys []string) ([]duijiesync.Record[T], error)
	// Decode turns a raw item into T, where there is no Fetch and when a dead letter is
	// replayed. Default: JSON; of a source that is a duijiesync.RawDecoder, its DecodeRaw.
	Decode func(raw json.RawMessage) (T, error)
	// Rows is how many records a batch has. Default 100.
	Rows int
	// Each is told of every difference, for a report (see [Tee]) or a list of what is
	// extra. An error ends the repair. Nothing is ever deleted.
	Each func(d *Difference) error
	// Summary, when not nil, receives the comparison's summary.
	Summary *Summary
}

// Paging says in the report of a run where its records came from.
func (r *Repair[T]) Paging() string { return "repair: what a comparison found missing or different" }

// DecodeRaw decodes as Decode does, so that a dead letter can be replayed by the
// repair's pipeline too. It implements duijiesync.RawDecoder.
func (r *Repair[T]) DecodeRaw(raw json.RawMessage) (T, error) { return r.decode(raw) }

// Read compares and yields what is to be written. The checkpoint is of another
// source and does not count.
func (r *Repair[T]) Read(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		err := r.read(ctx, func(records []duijiesync.Record[T]) bool {
			return yield(duijiesync.Batch[T]{Records: records}, nil)
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(duijiesync.Batch[T]{}, err)
		}
	}
}

func (r *Repair[T]) read(ctx context.Context, yield func([]duijiesync.Record[T]) bool) error {
	if r.Comparison == nil || r.Fetch == nil && !r.Comparison.KeepRaw {
		return fmt.Errorf("%w: a repair needs a Comparison, and its KeepRaw or a Fetch", ErrComparison)
	}
	rows := int(orInt64(int64(max(r.Rows, 0)), 100))
	pending := make([]Difference, 0, rows)
	flush := func() error {
		if len(pending) == 0 {
			return nil
		}
		records, err := r.records(ctx, pending)
		if err != nil {
			return err
		}
		pending = pending[:0]
		if len(records) > 0 && !yield(records) {
			return errStopped
		}
		return nil
	}
	for d, err := range r.Comparison.Differences(ctx, r.Summary) {
		if err != nil {
			return err
		}
		if r.Each != nil {
			if err := r.Each(&d); err != nil {
				return err
			}
		}
		if !d.Repairable() {
			continue
		}
		if pending = append(pending, d); len(pending) == rows {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// Repairable tells whether writing the source's record again would mend it.
func (d *Difference) Repairable() bool {
	return (d.Kind == Missing || d.Kind == Different) && !d.Ambiguous
}

func (r *Repair[T]) records(ctx context.Context, diffs []Difference) ([]duijiesync.Record[T], error) {
	if r.Fetch != nil {
		keys := make([]string, len(diffs))
		for i, d := range diffs {
			keys[i] = d.Key
		}
		records, err := r.Fetch(ctx, keys)
		if err != nil {
			return nil, fmt.Errorf("duijie/sync/reconcile: read what is to be repaired: %w", err)
		}
		for i := range records {
			records[i].Force = true
		}
		return records, nil
	}
	records := make([]duijiesync.Record[T], len(diffs))
	for i, d := range diffs {
		records[i] = duijiesync.Record[T]{Key: d.Key, Version: d.Version, Raw: d.Raw, Force: true}
		records[i].Value, records[i].Err = r.decode(d.Raw)
	}
	return records, nil
}

func (r *Repair[T]) decode(raw json.RawMessage) (value T, err error) {
	switch {
	case len(raw) == 0:
		err = errors.New("duijie/sync/reconcile: the source sent no raw item")
	case r.Decode != nil:
		return r.Decode(raw)
	default:
		err = json.Unmarshal(raw, &value)
	}
	return value, err
}

// Extras yields what only the target has, as far as that is certain: a list for a
// person, or for a mirror that deletes what left the source. This package deletes
// nothing. Read it to its end before anything is deleted: a comparison that breaks
// off has an error as its last pair.
func Extras(diffs iter.Seq2[Difference, error]) iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		for d, err := range diffs {
			if (err != nil || d.Kind == Extra && !d.Ambiguous) && !yield(d, err) {
				return
			}
		}
	}
}
