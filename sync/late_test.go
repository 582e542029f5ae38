package sync_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// states yields the given states of one record, one batch each.
func states(all ...duijiesync.Record[doc]) duijiesync.Source[doc] {
	return duijiesync.SourceFunc[doc](func(context.Context, duijiesync.Checkpoint) batches {
		return func(yield func(duijiesync.Batch[doc], error) bool) {
			for _, r := range all {
				if !yield(duijiesync.Batch[doc]{Records: []duijiesync.Record[doc]{r}}, nil) {
					return
				}
			}
		}
	})
}

func state(name string, version int64) duijiesync.Record[doc] {
	return duijiesync.Record[doc]{Key: "A", Value: doc{"A", name}, Version: version}
}

// TestLateUpdateDoesNotOverwriteANewerOne: the target still works on an update
// whose answer was lost; the next one must not overtake it, in this run or, after
// a crash, in the next.
func TestLateUpdateDoesNotOverwriteANewerOne(t *testing.T) {
	t.Parallel()
	for _, crash := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			to := newTarget()
			to.late = 5 * time.Second // the lookups are at 1, 3 and 7 s
			memory := duijiesync.NewMemoryState()
			mustRun(t, pipe(states(state("one", 1)), finderTarget{to}, memory))
			to.fault = func(n int) fault { return map[int]fault{2: lateCommit}[n] }
			if crash {
				_, err := pipe(states(state("two", 2)), &brokenAfter{finderTarget{to}, 1}, memory).Run(t.Context())
				require.ErrorIs(t, err, errCrash)
				mustRun(t, pipe(states(state("three", 3)), finderTarget{to}, memory))
			} else {
				mustRun(t, pipe(states(state("two", 2), state("three", 3)), finderTarget{to}, memory))
			}
			time.Sleep(time.Minute) // virtual
			to.check(t, []doc{{"A", "three"}})
		})
	}
}

// brokenAfter can look nothing up once more than so many writes were made.
type brokenAfter struct {
	finderTarget
	writes int
}

func (b *brokenAfter) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	if b.target.writes > b.writes {
		return nil, errCrash
	}
	return b.finderTarget.Find(ctx, recs)
}

// TestHeldUpdateIsSentAgainAsOne: what is not in the target is the update, not
// the record.
func TestHeldUpdateIsSentAgainAsOne(t *testing.T) {
	t.Parallel()
	to := newTarget()
	memory := duijiesync.NewMemoryState()
	mustRun(t, pipe(states(state("one", 1)), to, memory))
	to.fault = func(n int) fault { return map[int]fault{2: lostBefore}[n] }
	p := pipe(states(state("two", 2)), to, memory)
	require.EqualValues(t, 1, mustRun(t, p).Held)
	require.NoError(t, p.MarkUnsent(t.Context(), "A"))
	require.EqualValues(t, 1, mustRun(t, p).Updated)
	to.check(t, []doc{{"A", "two"}})
}
