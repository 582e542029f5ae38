package workflow

import (
	"errors"
	"slices"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// bisect makes a call for a list and finds the bad ones where it is refused
// without naming them: halves are tried until each bad one stands alone. It puts
// an outcome in out for each item that was answered; after an error the others
// have none, ok tells.
func bisect[E any](items []E, call func([]E) ([]duijiesync.Outcome, error), each func(item E, o duijiesync.Outcome)) error {
	outcomes, err := call(items)
	switch {
	case len(outcomes) == len(items):
		for i, item := range items {
			each(item, outcomes[i])
		}
		return nil
	case err == nil || outcomes != nil:
		err = errors.New("duijie/sync/workflow: a wrong number of outcomes was returned")
		fallthrough
	case errors.Is(err, duijie.ErrOutcomeUnknown):
		for _, item := range items {
			each(item, duijiesync.Outcome{Kind: duijiesync.OutcomeUnknown, Message: err.Error()})
		}
		return nil
	case !refusal(err):
		return err
	case len(items) == 1:
		each(items[0], refused(err))
		return nil
	}
	return halves(items, call, each)
}

// halves parts a list that holds at least one bad item.
func halves[E any](items []E, call func([]E) ([]duijiesync.Outcome, error), each func(item E, o duijiesync.Outcome)) error {
	half := len(items) / 2
	first, second := items[:half], items[half:]
	bad := false
	err := bisect(first, call, func(item E, o duijiesync.Outcome) {
		bad = bad || o.Kind == duijiesync.OutcomeRefused || o.Kind == duijiesync.OutcomeConflict
		each(item, o)
	})
	if err != nil {
		return err
	}
	if !bad && len(second) > 1 {
		return halves(second, call, each) // it is in there: that need not be asked
	}
	return bisect(second, call, each)
}

// refusal: none took it because of at least one.
func refusal(err error) bool {
	if errors.Is(err, duijie.ErrRedirected) {
		return false
	}
	return slices.ContainsFunc([]error{duijie.ErrRefused, duijie.ErrInvalid, duijie.ErrConflict, duijie.ErrNotFound}, func(e error) bool {
		return errors.Is(err, e)
	})
}

// passing: nothing was done for a reason that passes.
func passing(err error) bool {
	return errors.Is(err, duijie.ErrRateLimited) || errors.Is(err, duijie.ErrUnavailable)
}

func refused(err error) duijiesync.Outcome {
	o := duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Message: err.Error()}
	if errors.Is(err, duijie.ErrConflict) {
		o.Kind = duijiesync.OutcomeConflict
	}
	if e, ok := errors.AsType[*duijie.APIError](err); ok {
		o.Code = e.Code
		if e.Message != "" {
			o.Message = e.Message
		}
	}
	return o
}
