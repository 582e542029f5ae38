package sync_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// ambiguous can not tell about one key.
type ambiguous struct {
	finderTarget
	key string
}

var errTwo = errors.New("two records have this number")

func (a ambiguous) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	found, err := a.finderTarget.Find(ctx, recs)
	for i, r := range recs {
		if r.Key == a.key {
			found[i] = duijiesync.Found{Err: errTwo}
		}
	}
	return found, err
}

// TestOneUnclearRecord: a key that the target has twice hurts its record alone.
func TestOneUnclearRecord(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(30), page: 10}
	to := newTarget()
	p := pipe(src, ambiguous{finderTarget{to}, "D0007"}, duijiesync.NewMemoryState())
	refused := 0
	for item, err := range p.Plan(t.Context()) {
		require.NoError(t, err)
		if item.Action == duijiesync.ActionRefuse {
			refused++
			require.Equal(t, errTwo.Error(), item.Reason)
		}
	}
	require.Equal(t, 1, refused)
	rep := mustRun(t, p)
	require.EqualValues(t, 29, rep.Created)
	require.EqualValues(t, 1, rep.Refused)
	letter := lettersOf(t, p.State)[0]
	require.Equal(t, duijiesync.DeadRefused, letter.Reason)
	require.Equal(t, "lookup", letter.Code)
	to.check(t, without(src.items, "D0007"))

	p.Sink = finderTarget{to}
	rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Created)
	to.check(t, src.items)
}

// TestUnclearAfterALostAnswer: what may have been written is held, not refused
// and not sent again, be it found out by the run itself or by the one after a crash.
func TestUnclearAfterALostAnswer(t *testing.T) {
	t.Parallel()
	for _, crashed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			src := &listSource{items: docs(5), page: 5}
			to := newTarget()
			memory := duijiesync.NewMemoryState()
			later := &laterAmbiguous{finderTarget: finderTarget{to}, key: "D0003"}
			if crashed {
				c := &crashing{State: memory, at: 2, after: true}
				_, err := pipe(src, crashingTarget{finderTarget{to}, c}, c).Run(t.Context())
				require.ErrorIs(t, err, errCrash)
				time.Sleep(2 * time.Minute) // virtual
				later.finds = 1
			} else {
				to.fault = func(n int) fault { return map[int]fault{1: lostAfter}[n] }
			}
			p := pipe(src, later, memory)
			rep := mustRun(t, p)
			letter := lettersOf(t, memory)[0]
			if crashed { // read again, and looked up again
				require.EqualValues(t, 1, rep.Refused)
			} else {
				require.EqualValues(t, 1, rep.Held)
				require.Equal(t, duijiesync.DeadHeld, letter.Reason)
			}
			require.Equal(t, errTwo.Error(), letter.Message)
			require.Len(t, to.rows["D0003"], 1)

			p.Sink = finderTarget{to}
			_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
			require.NoError(t, err)
			require.Empty(t, lettersOf(t, memory))
			to.check(t, src.items)
		})
	}
}

// laterAmbiguous can not tell from the second lookup on.
type laterAmbiguous struct {
	finderTarget
	key   string
	finds int
}

func (a *laterAmbiguous) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	a.finds++
	if a.finds == 1 {
		return a.finderTarget.Find(ctx, recs)
	}
	return ambiguous{a.finderTarget, a.key}.Find(ctx, recs)
}

// TestTransformStopsTheRun: an outage that no record is to blame for makes no
// dead letters.
func TestTransformStopsTheRun(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(30), page: 10}
	to := newTarget()
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	down, planned := true, false
	p.Transform = func(ctx context.Context, d doc) (doc, error) {
		planned = duijiesync.IsPlan(ctx)
		if down && d.No == "D0015" {
			return d, fmt.Errorf("units: %w: connection refused", duijiesync.ErrStop)
		}
		return d, nil
	}
	rep, err := p.Run(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrStop)
	require.ErrorContains(t, err, `record "D0015": units`)
	require.False(t, planned)
	require.EqualValues(t, 10, rep.Created)
	require.Zero(t, rep.DeadLetters)
	down = false
	for _, err := range p.Plan(t.Context()) {
		require.NoError(t, err)
		require.True(t, planned)
	}
	require.EqualValues(t, 20, mustRun(t, p).Created)
	to.check(t, src.items)
}
