package mirror

import (
	"context"
	"errors"
	"iter"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// PlanItem is a row that Run would take out of the target.
type PlanItem struct {
	Key      string `json:"key"`
	TargetID string `json:"target_id"`
	// Waits tells that the key is not missing long enough yet; see MissingRuns and
	// MissingFor.
	Waits bool `json:"waits,omitempty"`
	// Since is when an earlier run missed the key first; zero where none noted it.
	Since time.Time `json:"since,omitzero"`
}

var errStop = errors.New("enough")

// Plan is Run without deleting: it scans as often, asks Exists, and yields what
// would go. It takes no lease and changes nothing. An error is the last pair;
// ErrTooManyGone comes behind the rows it is about.
//
// It can not tell whether the pipeline has further partitions, nor which rows the
// target would refuse.
func (m *Mirror) Plan(ctx context.Context) iter.Seq2[PlanItem, error] {
	return func(yield func(PlanItem, error) bool) {
		r, err := m.newRun(true)
		if err == nil {
			err = r.survey(ctx)
		}
		if err == nil {
			err = r.eachBatch(ctx, func(entries []duijiesync.Entry) error { return r.planBatch(ctx, entries, yield) })
		}
		if err == nil {
			err = r.guard()
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(PlanItem{}, err)
		}
	}
}

func (r *run) planBatch(ctx context.Context, entries []duijiesync.Entry, yield func(PlanItem, error) bool) error {
	entries, err := r.withoutLetters(ctx, entries)
	if err == nil {
		entries, err = r.stillMissing(ctx, entries)
	}
	if err != nil || len(entries) == 0 {
		return err
	}
	notes := map[string]duijiesync.Entry{}
	if r.patient() {
		if notes, err = r.m.State.Ledger(ctx, NotesScope(r.m.Name).Pipeline, keysOf(entries)); err != nil {
			return err
		}
	}
	for _, e := range entries {
		old := notes[e.Key]
		item := PlanItem{Key: e.Key, TargetID: e.TargetID, Since: old.Updated, Waits: r.patient() && !r.due(r.note(e, old))}
		if !yield(item, nil) {
			return errStop
		}
	}
	return nil
}
