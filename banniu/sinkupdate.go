package banniu

import (
	"context"
	"errors"
	"net/http"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// wish is one update on its way.
type wish struct {
	at       int    // in the records of the Write
	id       string // task id
	target   string // what the ledger calls it
	contents Contents
}

// updater updates the tasks of one Write.
type updater struct {
	project *Project
	setup   *setup
	user    string
	out     []duijiesync.Outcome
	alone   bool // no other record of the Write is sent, so an error can speak for all
	began   bool // something was written or refused
}

// write updates tasks in one call, and alone those the answer does not tell of, or
// that share their task with another. Without an error each has its outcome.
func (u *updater) write(ctx context.Context, list []wish) error {
	first, later := parted(list)
	if len(first) > 1 {
		err := u.batch(ctx, first, &later)
		if refusedWhole(err) {
			if fault := u.setup.fault(ctx, u.project, err, contentsOf(first)...); fault != nil {
				err = fault
			}
		}
		switch {
		case err == nil: // what it did is noted
		case unknownOutcome(err):
			u.unknown(first, err)
			u.began = true
		case !refusedWhole(err):
			return u.stopped(append(first, later...), err)
		case u.alone:
			return err // the engine parts them
		default:
			later = append(first, later...) // to the engine the refusal would not speak for all
		}
	} else {
		later = append(first, later...)
	}
	for n, w := range later {
		if err := u.one(ctx, w); err != nil {
			return u.stopped(later[n:], err)
		}
		u.began = true
	}
	return nil
}

// parted leaves one update of each task in the first part.
func parted(list []wish) (first, later []wish) {
	seen := map[string]bool{}
	for _, w := range list {
		if seen[w.id] {
			later = append(later, w)
			continue
		}
		seen[w.id] = true
		first = append(first, w)
	}
	return first, later
}

// batch updates in one call. What the answer does not tell of goes to later.
func (u *updater) batch(ctx context.Context, list []wish, later *[]wish) error {
	updates := make([]TaskUpdate, len(list))
	for i, w := range list {
		updates[i] = TaskUpdate{TaskID: w.id, UserID: u.user, Contents: w.contents}
	}
	results, err := u.project.BatchUpdate(ctx, updates)
	if results == nil {
		return err
	}
	var said, unsaid, refused []wish
	for i, w := range list {
		switch r := results[i]; {
		case r.Done:
			u.out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: w.target}
			said = append(said, w)
		case r.Text == "", !r.clear():
			unsaid = append(unsaid, w)
		default:
			o := duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: w.target, Code: "entry", Message: r.Text}
			if v, found := match(u.project.client.cfg.Rules, http.StatusOK, "", r.Text); found && (v.Class == duijie.ClassThrottled || v.Class == duijie.ClassUnavailable) {
				o.Kind = duijiesync.OutcomeRetryable // not done, for a reason that passes
			} else {
				refused = append(refused, w)
			}
			u.out[w.at] = o
		}
	}
	if len(refused) > 0 {
		fault := u.setup.fault(ctx, u.project, err, contentsOf(refused)...)
		if fault != nil && len(said) == 0 {
			return fault
		}
		for _, w := range refused {
			if fault != nil {
				u.out[w.at].Kind = duijiesync.OutcomeRetryable // the next Write meets the fault and stops
			}
		}
	}
	u.began = u.began || len(unsaid) < len(list)
	*later = append(*later, unsaid...)
	return nil
}

func contentsOf(list []wish) []Contents {
	out := make([]Contents, len(list))
	for i, w := range list {
		out[i] = w.contents
	}
	return out
}

// one updates one task. An error speaks of no record.
func (u *updater) one(ctx context.Context, w wish) error {
	err := u.project.Update(ctx, w.id, w.contents, UpdateOptions{UserID: u.user})
	o, known := outcomeOf(err, duijiesync.OutcomeUpdated)
	if !known {
		return err
	}
	if o.Kind == duijiesync.OutcomeRefused {
		if err := u.setup.fault(ctx, u.project, err, w.contents); err != nil {
			return err
		}
	}
	o.TargetID = w.target
	u.out[w.at] = o
	return nil
}

// outcomeOf is the outcome of one write; known is false for an error that speaks of
// no record.
func outcomeOf(err error, done duijiesync.OutcomeKind) (o duijiesync.Outcome, known bool) {
	if err == nil {
		return duijiesync.Outcome{Kind: done}, true
	}
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok {
		return o, false
	}
	o = duijiesync.Outcome{Code: e.Code, Message: firstOf(e.Message, err.Error())}
	switch {
	case e.OutcomeUnknown:
		o.Kind = duijiesync.OutcomeUnknown
	case ofRecord(e):
		o.Kind = duijiesync.OutcomeRefused
	default:
		return o, false
	}
	return o, true
}

func unknownOutcome(err error) bool { return errors.Is(err, duijie.ErrOutcomeUnknown) }

// refusedWhole: nothing was written, because of at least one of the entries.
func refusedWhole(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	return ok && !e.OutcomeUnknown && ofRecord(e) && !errors.Is(err, duijiesync.ErrStop)
}

func (u *updater) unknown(list []wish, err error) {
	for _, w := range list {
		u.out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeUnknown, TargetID: w.target, Message: err.Error()}
	}
}

// stopped ends a Write at records that were not written. Where some were, the error
// can not speak for all: the engine meets it again.
func (u *updater) stopped(rest []wish, err error) error {
	if !u.began {
		return duijiesync.Stop(err)
	}
	for _, w := range rest {
		u.out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, TargetID: w.target, Message: err.Error()}
	}
	return nil
}
