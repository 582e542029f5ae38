package refs

import (
	"context"
	"fmt"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// CodeWaitedTooLong is the code of a dead letter that [RefuseWaiting] made of
// one that waited.
const CodeWaitedTooLong = "waited_too_long"

// RefuseWaiting ends the patience with records that have waited longer than
// age for what they refer to: their dead letters become failures of the transform with
// code [CodeWaitedTooLong], and runs no longer try them again. Replay does, and
// so does a run that reads the record from its source once more. It returns how
// many there were. It works under the pipeline's lease and is refused with
// duijiesync.ErrLeaseHeld while a run is under way.
func RefuseWaiting(ctx context.Context, state duijiesync.State, scope duijiesync.Scope, age time.Duration) (int, error) {
	n := 0
	err := duijiesync.WithLease(ctx, state, scope, duijiesync.LeaseOptions{}, func(ctx context.Context, lease duijiesync.Lease) error {
		now := time.Now()
		q := duijiesync.DeadLetterQuery{Reason: duijiesync.DeadWaiting, Partition: &scope.Partition, Limit: 100}
		for {
			letters, err := state.DeadLetters(ctx, scope.Pipeline, q)
			if err != nil || len(letters) == 0 {
				return err
			}
			q.After = letters[len(letters)-1].Key
			var s duijiesync.Settlement
			for _, letter := range letters {
				waited := now.Sub(letter.First)
				if waited < age {
					continue
				}
				letter.Reason, letter.Code = duijiesync.DeadTransform, CodeWaitedTooLong
				letter.Message = fmt.Sprintf("waited since %s: %s", letter.First.UTC().Format(time.RFC3339), letter.Message)
				letter.Attempts = 0 // added to what is stored
				s.Dead = append(s.Dead, letter)
			}
			if len(s.Dead) == 0 {
				continue
			}
			if err := state.Settle(ctx, lease, s); err != nil {
				return err
			}
			n += len(s.Dead)
		}
	})
	if err != nil {
		return n, fmt.Errorf("duijie/sync/refs: refuse what waited too long in %s: %w", scope.Pipeline, err)
	}
	return n, nil
}
