package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// SourceKeys makes [Mirror.Keys] of a source that yields everything it has when
// it is read from the beginning. A source that yields changes of a time window
// only does not: give Keys a full listing then.
func SourceKeys[T any](source duijiesync.Source[T]) func(ctx context.Context) iter.Seq2[string, error] {
	return func(ctx context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for batch, err := range source.Read(ctx, "") {
				if err != nil {
					yield("", err)
					return
				}
				for i := range batch.Records { // those that do not decode are there too
					if !yield(batch.Records[i].Key, nil) {
						return
					}
				}
			}
		}
	}
}

// scan hands every key of the source to each. A scan that ends without error has
// seen all.
func (r *run) scan(ctx context.Context, number int, each func(hash)) (n int64, err error) {
	for key, err := range r.m.Keys(ctx) {
		if err != nil {
			return n, fmt.Errorf("duijie/sync/mirror: scan the source: %w", err)
		}
		if key == "" {
			return n, errors.New("duijie/sync/mirror: scan the source: it yielded a record without key")
		}
		n++
		each(hashOf(key))
	}
	if ctx.Err() != nil { // it may have ended the scan quietly
		return n, context.Cause(ctx)
	}
	emit(ctx, func() duijiesync.Event { return SourceScanned{r.of(), number, n} })
	return n, nil
}

// survey finds the keys that the ledger has and the source has not, in every
// scan, and looks at the guards. No more than one set of the source's keys is
// held at a time.
func (r *run) survey(ctx context.Context) error {
	var source keySet
	first, err := r.scan(ctx, 1, source.add)
	if err != nil {
		return err
	}
	source.seal()
	r.rep.Scanned = source.size()
	missing, err := r.missingIn(ctx, &source)
	if err != nil {
		return err
	}
	if r.rep.Scanned == 0 && r.rep.Rows > 0 {
		return fmt.Errorf("%w: the ledger of %q has %d rows", ErrEmptySource, r.m.Name, r.rep.Rows)
	}
	source = keySet{}
	r.missing = missing
	if !r.plan {
		if err := errors.Join(r.dropNotes(ctx), r.guard()); err != nil {
			return err
		}
	}
	return r.scanAgain(ctx, first)
}

// scanAgain lets keys go that a further scan finds after all.
func (r *run) scanAgain(ctx context.Context, first int64) error {
	missing := r.missing
	for number := 2; number <= r.cfg.scans && missing.size() > 0; number++ {
		var still, seen keySet
		n, err := r.scan(ctx, number, func(h hash) {
			if missing.has(h) {
				seen.add(h)
			}
		})
		if err != nil {
			return err
		}
		if lost := first - n; lost > r.cfg.minGone && float64(lost) > r.cfg.maxShare*float64(first) {
			return fmt.Errorf("%w: scan %d yielded %d keys, the first one %d: the source is not steady",
				ErrTooManyGone, number, n, first)
		}
		seen.seal()
		for h := range missing.all {
			if !seen.has(h) {
				still.add(h)
			}
		}
		still.seal()
		r.rep.Back += seen.size()
		missing = &still
	}
	r.missing = missing
	if missing.size() == 0 {
		return nil
	}
	return r.findShared(ctx)
}

// findShared notes the target ids of missing keys that other keys have too: of a
// record that got another key in the source, and kept its row.
func (r *run) findShared(ctx context.Context) error {
	ids, shared := &keySet{}, &keySet{}
	err := walk(ctx, r.m.State, r.m.Name, func(e duijiesync.Entry) error {
		if r.missing.has(hashOf(e.Key)) {
			ids.add(hashOf(e.TargetID))
		}
		return nil
	})
	if err != nil {
		return err
	}
	ids.seal()
	err = walk(ctx, r.m.State, r.m.Name, func(e duijiesync.Entry) error {
		if e.State == duijiesync.EntryGone || r.missing.has(hashOf(e.Key)) {
			return nil
		}
		if id := hashOf(e.TargetID); ids.has(id) {
			shared.add(id)
		}
		return nil
	})
	shared.seal()
	r.shared = shared
	return err
}

// missingIn walks the ledger for keys that are not in the source.
func (r *run) missingIn(ctx context.Context, source *keySet) (*keySet, error) {
	missing := &keySet{}
	err := walk(ctx, r.m.State, r.m.Name, func(e duijiesync.Entry) error {
		if e.State == duijiesync.EntryGone {
			return nil
		}
		ours := e.State == duijiesync.EntryDone || e.State == duijiesync.EntryDoubt
		if ours {
			r.rep.Rows++
		}
		h := hashOf(e.Key)
		switch {
		case source.has(h):
		case !ours || e.TargetID == "" || e.Updated.After(r.rep.Started):
			r.rep.Left++
		default:
			missing.add(h)
			r.rep.Missing++
			if len(r.sample) < 5 {
				r.sample = append(r.sample, e.Key)
			}
		}
		return nil
	})
	missing.seal()
	return missing, err
}

// guard stops a run that would take too much away.
func (r *run) guard() error {
	n, of := r.rep.Missing, r.rep.Rows
	switch {
	case n <= r.cfg.minGone && (r.cfg.maxCount < 0 || n <= r.cfg.maxCount):
		return nil
	case r.cfg.maxShare < 1 && float64(n) > r.cfg.maxShare*float64(of):
		return fmt.Errorf("%w: %d of %d rows are not in the source, allowed is a share of %v: %q",
			ErrTooManyGone, n, of, r.cfg.maxShare, r.sample)
	case r.cfg.maxCount >= 0 && n > r.cfg.maxCount:
		return fmt.Errorf("%w: %d of %d rows are not in the source, allowed are %d: %q",
			ErrTooManyGone, n, of, r.cfg.maxCount, r.sample)
	}
	return nil
}

// walk hands every entry of a ledger to each.
func walk(ctx context.Context, state duijiesync.State, pipeline string, each func(duijiesync.Entry) error) error {
	for after := ""; ; {
		entries, next, err := state.Entries(ctx, pipeline, after, 0)
		if err != nil {
			return fmt.Errorf("duijie/sync/mirror: list the ledger: %w", err)
		}
		for i := range entries {
			if err := each(entries[i]); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}
