package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// row is one row on its way out of the target.
type row struct {
	entry   duijiesync.Entry // as the ledger had it
	outcome duijiesync.Outcome
	tried   bool
}

// takeOut takes a batch of rows out of the target, as far as they still are
// missing and nothing speaks against it.
func (r *run) takeOut(ctx context.Context, entries []duijiesync.Entry) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	entries, err := r.withoutLetters(ctx, entries)
	if err == nil {
		entries, err = r.stillMissing(ctx, entries)
	}
	if err == nil {
		entries, err = r.missingLongEnough(ctx, entries)
	}
	if err != nil || len(entries) == 0 {
		return err
	}
	rows := make([]*row, len(entries))
	for i, e := range entries {
		rows[i] = &row{entry: e}
	}
	// The lease is proved right before the rows are sent.
	if err := r.m.State.Settle(ctx, r.lease, duijiesync.Settlement{Entries: marks(entries)}); err != nil {
		return fmt.Errorf("duijie/sync/mirror: note what is to go: %w", err)
	}
	err = r.send(ctx, rows)
	if err == nil {
		err = r.settleUnknown(ctx, rows)
	}
	if booked := r.book(ctx, rows); booked != nil {
		return errors.Join(err, booked)
	}
	if err == nil && r.rep.Refused >= 20 && r.rep.Refused > r.rep.Gone+r.rep.Absent {
		err = fmt.Errorf("%w to be deleted: %d, gone are %d; the last words are: %s",
			duijiesync.ErrTooManyRefused, r.rep.Refused, r.rep.Gone, r.rep.Refusals[len(r.rep.Refusals)-1].Message)
	}
	return err
}

// marks are what the ledger says of rows while they are on their way out, and
// afterwards where the answer was lost: perhaps there, with unknown contents. A
// record that comes back meanwhile is then looked up and written again, and not
// taken for unchanged.
func marks(entries []duijiesync.Entry) []duijiesync.Entry {
	marked := make([]duijiesync.Entry, len(entries))
	for i, e := range entries {
		e.State, e.Fingerprint, e.Version = duijiesync.EntryDoubt, duijiesync.Fingerprint{}, 0
		marked[i] = e
	}
	return marked
}

// withoutLetters leaves rows alone that have a dead letter: replayed, it would
// bring them back.
func (r *run) withoutLetters(ctx context.Context, entries []duijiesync.Entry) ([]duijiesync.Entry, error) {
	letters, err := r.m.State.DeadLetters(ctx, r.m.Name, duijiesync.DeadLetterQuery{Keys: keysOf(entries), Limit: len(entries)})
	if err != nil || len(letters) == 0 {
		return entries, err
	}
	has := map[string]bool{}
	for i := range letters {
		has[letters[i].Key] = true
	}
	r.rep.Left += int64(len(letters))
	return keep(entries, func(i int) bool { return !has[entries[i].Key] }), nil
}

// stillMissing asks the source about single keys, where that can be done.
func (r *run) stillMissing(ctx context.Context, entries []duijiesync.Entry) ([]duijiesync.Entry, error) {
	if r.m.Exists == nil || len(entries) == 0 {
		return entries, nil
	}
	there, err := r.m.Exists(ctx, keysOf(entries))
	if err == nil && len(there) != len(entries) {
		err = fmt.Errorf("%d answers for %d keys", len(there), len(entries))
	}
	if err != nil {
		return nil, fmt.Errorf("duijie/sync/mirror: ask the source for keys: %w", err)
	}
	left := keep(entries, func(i int) bool { return !there[i] })
	r.rep.Back += int64(len(entries) - len(left))
	return left, nil
}

// send hands rows to the Deleter and notes their outcomes. An error stops the
// run.
func (r *run) send(ctx context.Context, rows []*row) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	gone := goneOf(rows)
	r.rep.Deletes++
	outcomes, err := r.m.Deleter.Delete(ctx, gone)
	switch {
	case outcomes != nil && len(outcomes) == len(rows):
		for i, o := range outcomes {
			rows[i].outcome, rows[i].tried = o, true
		}
		return stopping(err)
	case err == nil || errors.Is(err, duijie.ErrOutcomeUnknown):
		o := duijiesync.Outcome{Message: fmt.Sprintf("%d outcomes for %d rows", len(outcomes), len(rows))}
		if err != nil {
			o.Message = err.Error()
		}
		for _, row := range rows {
			row.outcome, row.tried = o, true
		}
		return nil
	case stopping(err) != nil:
		return fmt.Errorf("duijie/sync/mirror: delete: %w", err)
	case len(rows) == 1:
		rows[0].outcome, rows[0].tried = refused(err), true
		return nil
	}
	half := len(rows) / 2
	if err := r.send(ctx, rows[:half]); err != nil {
		return err
	}
	return r.send(ctx, rows[half:])
}

// stopping returns an error that is about no single row.
func stopping(err error) error {
	for _, rowsOwn := range []error{duijie.ErrOutcomeUnknown, duijie.ErrRefused, duijie.ErrInvalid, duijie.ErrConflict, duijie.ErrNotFound} {
		if errors.Is(err, rowsOwn) {
			return nil
		}
	}
	return err
}

func refused(err error) duijiesync.Outcome {
	o := duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Message: err.Error()}
	if e, ok := errors.AsType[*duijie.APIError](err); ok {
		o.Code, o.Message = e.Code, cmp.Or(e.Message, o.Message)
	}
	return o
}

func goneOf(rows []*row) []Gone {
	gone := make([]Gone, len(rows))
	for i, row := range rows {
		gone[i] = Gone{row.entry.Key, row.entry.TargetID, row.entry.Step}
	}
	return gone
}

func keysOf(entries []duijiesync.Entry) []string {
	keys := make([]string, len(entries))
	for i := range entries {
		keys[i] = entries[i].Key
	}
	return keys
}

// keep returns the entries whose index passes.
func keep(entries []duijiesync.Entry, pass func(i int) bool) []duijiesync.Entry {
	var kept []duijiesync.Entry
	for i := range entries {
		if pass(i) {
			kept = append(kept, entries[i])
		}
	}
	return kept
}
