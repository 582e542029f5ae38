package sync_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// laggingTarget shows a row only some time after it was created, as a search
// index does.
type laggingTarget struct {
	finderTarget
	lag  time.Duration
	made map[string]time.Time
}

func (l *laggingTarget) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	out, err := l.finderTarget.Write(ctx, recs)
	for i, r := range recs {
		if err == nil && out[i].Kind == duijiesync.OutcomeCreated {
			l.made[r.Key] = time.Now()
		}
	}
	return out, err
}

func (l *laggingTarget) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	found, err := l.finderTarget.Find(ctx, recs)
	for i, r := range recs {
		if time.Since(l.made[r.Key]) < l.lag {
			found[i] = duijiesync.Found{}
		}
	}
	return found, err
}

// TestLaggingLookupCreatesNothingTwice: records are changed right after they
// were created, while the target's search does not show them yet.
func TestLaggingLookupCreatesNothingTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(30), page: 10}
		to := newTarget()
		lagging := &laggingTarget{finderTarget{to}, 2500 * time.Millisecond, map[string]time.Time{}} // lookups come at 0, 1 and 3 s
		p := pipe(src, lagging, duijiesync.NewMemoryState())
		mustRun(t, p)
		src.items = renamed(src.items, "D0003", "D0025")
		rep := mustRun(t, p)
		require.EqualValues(t, 2, rep.Updated)
		to.check(t, src.items)

		time.Sleep(time.Hour) // virtual: what was deleted long after is created again at once
		delete(to.rows, "D0003")
		src.items = renamed(src.items, "D0003")
		begin := time.Now()
		rep = mustRun(t, p)
		require.EqualValues(t, 1, rep.Created)
		require.Less(t, time.Since(begin), time.Second)
		to.check(t, src.items)
	})
}
