package banniu

import (
	"context"
	"iter"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// LiveKeys are the keys of a pipeline's ledger but for those that are in the sheet's
// recycle bin and in no task of the sheet: give it to mirror.Mirror as Keys, so that what
// was deleted here goes from the target. key is the business key of a task, as in
// [SourceConfig.Key]; nil: its id.
//
// It reads recycle.task.list (回收站工单列表) and the ledger; and, where the ledger has a key
// that is in the bin, the sheet after the bin (task.list.new): a task that was deleted and
// made again under its key is live. A task that left the recycle bin too counts as live;
// for those, mirror a full source.
func (p *Project) LiveKeys(state duijiesync.State, pipeline string, key func(Row) string) func(context.Context) iter.Seq2[string, error] {
	return func(ctx context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			gone, err := p.goneKeys(ctx, state, pipeline, key)
			if err != nil {
				yield("", err)
				return
			}
			for e, err := range entries(ctx, state, pipeline) {
				if err != nil {
					yield("", err)
					return
				}
				if !gone[e.Key] && !yield(e.Key, nil) {
					return
				}
			}
		}
	}
}

// goneKeys are the keys of the ledger that are in the recycle bin and not in the sheet.
func (p *Project) goneKeys(ctx context.Context, state duijiesync.State, pipeline string, key func(Row) string) (map[string]bool, error) {
	binned := map[string]bool{}
	for row, err := range p.Deleted(ctx) {
		if err != nil {
			return nil, err
		}
		binned[keyOf(row, key)] = true
	}
	gone := map[string]bool{}
	if len(binned) > 0 {
		for e, err := range entries(ctx, state, pipeline) {
			if err != nil {
				return nil, err
			}
			if binned[e.Key] {
				gone[e.Key] = true
			}
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	for row, err := range p.Scan(ctx) {
		if err != nil {
			return nil, err
		}
		delete(gone, keyOf(row, key))
	}
	return gone, nil
}

// entries are what a ledger has of records that are not known to be gone.
func entries(ctx context.Context, state duijiesync.State, pipeline string) iter.Seq2[duijiesync.Entry, error] {
	return func(yield func(duijiesync.Entry, error) bool) {
		for after := ""; ; {
			page, next, err := state.Entries(ctx, pipeline, after, 0)
			if err != nil {
				yield(duijiesync.Entry{}, err)
				return
			}
			for _, e := range page {
				if e.State != duijiesync.EntryGone && !yield(e, nil) {
					return
				}
			}
			if after = next; next == "" {
				return
			}
		}
	}
}

func keyOf(row Row, key func(Row) string) string {
	if key == nil {
		return row.ID()
	}
	return firstOf(key(row), row.ID())
}
