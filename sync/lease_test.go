package sync_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// sluggish is a State whose store is slow to answer and then out of reach.
type sluggish struct {
	duijiesync.State
	acquire time.Duration // between taking the lease and saying so
}

func (s sluggish) Acquire(ctx context.Context, scope duijiesync.Scope, owner string, ttl time.Duration) (duijiesync.Lease, error) {
	lease, err := s.State.Acquire(ctx, scope, owner, ttl)
	time.Sleep(s.acquire)
	return lease, err
}

func (sluggish) Renew(ctx context.Context, _ duijiesync.Lease, _ time.Duration) error {
	<-ctx.Done() // the connection hangs
	return ctx.Err()
}

// endless is a target whose writes end with their context only.
type endless struct {
	finderTarget
	begun, ended time.Time
}

func (e *endless) Write(ctx context.Context, _ []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	e.begun = time.Now()
	<-ctx.Done()
	e.ended = time.Now()
	return nil, errLost
}

// TestWriteEndsWithTheLease: once another process may have taken over, nothing
// is begun and what is under way is cut off.
func TestWriteEndsWithTheLease(t *testing.T) {
	t.Parallel()
	for _, slow := range []time.Duration{0, 50 * time.Second, 70 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			asked := time.Now()
			to := &endless{finderTarget: finderTarget{newTarget()}}
			_, err := pipe(&listSource{items: docs(5), page: 5}, to, sluggish{duijiesync.NewMemoryState(), slow}).Run(t.Context())
			require.ErrorIs(t, err, duijiesync.ErrLeaseLost)
			if slow > time.Minute {
				require.Zero(t, to.begun, "the lease ended before the answer came")
				return
			}
			require.LessOrEqual(t, to.ended.Sub(asked), time.Minute, "the lease of a minute began when it was asked for")
		})
	}
}
