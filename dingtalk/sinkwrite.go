package dingtalk

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Write creates new instances by batch saves and updates the others one by one. A
// record's refusal is its own.
func (s *FormSink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	created, known := s.wishes(records, out)
	if err := s.fits(ctx, dataOf(slices.Concat(created, known))...); err != nil {
		return nil, err
	}
	began := len(created)+len(known) < len(records)
	err := s.create(ctx, created, out, &began)
	if err == nil {
		err = each(ctx, known, out, &began, s.update)
	} else {
		retryable(out, known, err)
	}
	if err != nil && !began {
		return nil, err
	}
	return out, nil
}

func retryable(out []duijiesync.Outcome, list []wish, err error) {
	for _, w := range list {
		out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, TargetID: w.id, Message: err.Error()}
	}
}

func (s *FormSink[T]) create(ctx context.Context, list []wish, out []duijiesync.Outcome, began *bool) error {
	switch {
	case s.cfg.Upsert:
		return each(ctx, list, out, began, s.upsert)
	case len(list) < 2:
		return each(ctx, list, out, began, s.save)
	}
	rows := make([]any, len(list))
	for i, w := range list {
		rows[i] = w.data
	}
	ids, err := s.y.BatchSaveForm(ctx, s.formUUID, rows, Batch{NoRules: s.cfg.NoRules})
	e, _ := errors.AsType[*duijie.APIError](err)
	switch {
	case err == nil:
		*began = true
		for i, w := range list {
			out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeUnknown, Message: "the answer does not tell of each row"}
			if len(ids) == len(list) && ids[i] != "" {
				out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: ids[i]}
			}
		}
		return nil
	case errors.Is(err, duijie.ErrOutcomeUnknown):
		*began = true
		for _, w := range list {
			out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeUnknown, Message: err.Error()}
		}
		return nil
	case e != nil && (ofRecord(e) || mayLack(e)):
		return s.part(ctx, list, out, began)
	}
	retryable(out, list, err)
	return stop(err)
}

// part finds out what of a refused batch was saved all the same, and saves the rest
// one by one.
func (s *FormSink[T]) part(ctx context.Context, list []wish, out []duijiesync.Outcome, began *bool) error {
	missing := list    // rows before the bad one may have been saved
	for n := range 3 { // the index lags: as long as the engine waits for a lost answer
		if len(missing) == 0 {
			return nil
		}
		if err := sleep(ctx, s.settleDelay()<<n); err != nil {
			*began = true
			return s.leave(missing, out, err)
		}
		var still []wish
		for i, w := range missing {
			found, err := s.lookup(ctx, w.key)
			switch {
			case errors.Is(err, duijie.ErrNotFound):
				still = append(still, w)
			case errors.Is(err, ErrAmbiguous):
				*began = true
				out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeUnknown, Message: err.Error()}
			case err != nil:
				*began = true
				return s.leave(append(still, missing[i:]...), out, err)
			default:
				*began = true
				out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: found.ID}
			}
		}
		missing = still
	}
	return each(ctx, missing, out, began, s.save)
}

// leave marks rows of which nobody knows whether they were saved.
func (s *FormSink[T]) leave(list []wish, out []duijiesync.Outcome, err error) error {
	for _, w := range list {
		out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeUnknown, Message: "the batch it was in was refused, and it could not be looked up: " + err.Error()}
	}
	return nil
}

func (s *FormSink[T]) save(ctx context.Context, w wish) (duijiesync.Outcome, error) {
	id, err := s.y.SaveForm(ctx, SaveFormRequest{FormUUID: s.formUUID, Data: w.data})
	if err != nil {
		return s.outcome(ctx, w, err)
	}
	return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: id}, nil
}

func (s *FormSink[T]) upsert(ctx context.Context, w wish) (duijiesync.Outcome, error) {
	ids, err := s.y.InsertOrUpdate(ctx, InsertOrUpdateRequest{
		FormUUID: s.formUUID, Where: []Condition{TextIs(s.component, w.key)}, Data: w.data, NoRules: s.cfg.NoRules,
	})
	switch {
	case err != nil:
		return s.outcome(ctx, w, err)
	case len(ids) != 1:
		return duijiesync.Outcome{Kind: duijiesync.OutcomeUnknown, Message: "the answer names no instance, or several"}, nil
	}
	return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: ids[0]}, nil
}

// update sets values, of processes too.
func (t *target[T]) update(ctx context.Context, w wish) (duijiesync.Outcome, error) {
	if err := t.y.UpdateForm(ctx, UpdateFormRequest{InstanceID: w.id, Data: w.data}); err != nil {
		return t.outcome(ctx, w, err)
	}
	return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: w.id}, nil
}

// Write starts an approval for each new record, and leaves those that were
// started, or sets their values where the sink is to.
func (s *ProcessSink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	created, known := s.wishes(records, out)
	if err := s.fits(ctx, dataOf(slices.Concat(created, known))...); err != nil {
		return nil, err
	}
	began := len(created)+len(known) < len(records)
	err := each(ctx, created, out, &began, s.start)
	switch {
	case err != nil:
		retryable(out, known, err)
	case s.cfg.Update:
		err = each(ctx, known, out, &began, s.update)
	default:
		began = began || len(known) > 0
		for _, w := range known {
			out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeUnchanged, TargetID: w.id, Message: "was started already"}
		}
	}
	if err != nil && !began {
		return nil, err
	}
	return out, nil
}

func (s *ProcessSink[T]) start(ctx context.Context, w wish) (duijiesync.Outcome, error) {
	id, err := s.y.StartProcess(ctx, StartProcessRequest{
		FormUUID: s.formUUID, Data: w.data, ProcessCode: s.cfg.ProcessCode, DepartmentID: s.cfg.DepartmentID, Approvers: s.cfg.Approvers,
	})
	if err != nil {
		return s.outcome(ctx, w, err)
	}
	return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: id}, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
