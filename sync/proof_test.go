package sync_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestNamedRowsCostNoWrite: rows the target names are parted without a further
// write.
func TestNamedRowsCostNoWrite(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(200), page: 50}
	to := newTarget()
	for _, k := range []string{"D0001", "D0020", "D0021", "D0150"} {
		to.poison[k] = true
	}
	require.EqualValues(t, 4, mustRun(t, pipe(src, finderTarget{to}, duijiesync.NewMemoryState())).Refused)
	require.Equal(t, 12, to.writes, "4 pages of 50 in chunks of 20")
}

// contested has another program's row come between the lookup and the write.
type contested struct {
	finderTarget
	whole bool // a conflict names no row
}

func (c contested) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	if len(c.rows) == 0 {
		c.rows["D0001"] = []row{{ID: "x1", Name: "name 1"}}
		c.rows["D0002"] = []row{{ID: "x2", Name: "another's"}}
	}
	if c.whole {
		for _, r := range recs {
			if r.Target.ID == "" && len(c.rows[r.Key]) > 0 {
				c.mu.Lock()
				c.writes++
				c.mu.Unlock()
				return nil, &duijie.APIError{Platform: "model", Op: "Write", Class: duijie.ClassConflict, Code: "dup", Message: "number used"}
			}
		}
	}
	return c.target.Write(ctx, recs)
}

// TestConflictIsSettledAsFound: what the conflict was with is looked up; the same
// contents are left alone, others are updated, and nothing is created twice.
func TestConflictIsSettledAsFound(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{false, true} {
		src := &listSource{items: docs(10), page: 10}
		to := newTarget()
		to.unique = true
		state := duijiesync.NewMemoryState()
		rep := mustRun(t, pipe(src, contested{finderTarget{to}, whole}, state))
		require.EqualValues(t, 8, rep.Created)
		require.EqualValues(t, 1, rep.Updated)
		require.EqualValues(t, 1, rep.Unchanged)
		to.check(t, src.items)
		entries, err := state.Ledger(t.Context(), "docs", []string{"D0001", "D0002"})
		require.NoError(t, err)
		require.Equal(t, "x1", entries["D0001"].TargetID)
		require.Equal(t, "x2", entries["D0002"].TargetID)
		require.EqualValues(t, 10, mustRun(t, pipe(src, finderTarget{to}, state)).Unchanged)
	}
}

// TestConflictWithoutLookup: what can not be looked up is refused in the
// target's words.
func TestConflictWithoutLookup(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(10), page: 10}
	to := newTarget()
	to.unique = true
	to.rows["D0002"] = []row{{ID: "x2", Name: "another's"}}
	p := pipe(src, to, duijiesync.NewMemoryState())
	rep := mustRun(t, p)
	require.EqualValues(t, 9, rep.Created)
	require.EqualValues(t, 1, rep.Refused)
	require.Equal(t, "number used", lettersOf(t, p.State)[0].Message)
	require.Equal(t, "another's", to.rows["D0002"][0].Name)
}

// TestBusyRowsAreRetriedWithBackoff: after 1, 2, 4 and 8 seconds, alone, and then
// no more.
func TestBusyRowsAreRetriedWithBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(20), page: 20}
		to := newTarget()
		to.busy["D0009"] = 100
		var at []time.Duration
		begin := time.Now()
		to.onWrite = func() { at = append(at, time.Since(begin)) }
		rep := mustRun(t, pipe(src, finderTarget{to}, duijiesync.NewMemoryState()))
		require.EqualValues(t, 1, rep.Refused)
		require.EqualValues(t, 4, rep.RowRetries)
		require.Equal(t, []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second}, at)
		require.Equal(t, 24, to.sentRows, "the others are not sent again")

		p := pipe(src, finderTarget{newTarget()}, duijiesync.NewMemoryState())
		p.Sink.(finderTarget).busy["D0009"] = 1
		p.RowRetries = -1
		require.EqualValues(t, 1, mustRun(t, p).Refused)
	})
}

// slowPages takes a second for each page.
type slowPages struct{ listSource }

func (s *slowPages) Read(ctx context.Context, after duijiesync.Checkpoint) batches {
	return func(yield func(duijiesync.Batch[doc], error) bool) {
		for b, err := range s.listSource.Read(ctx, after) {
			time.Sleep(time.Second) // virtual
			if !yield(b, err) {
				return
			}
		}
	}
}

// TestReadingOverlapsWriting: while the first page is written for 4 seconds, as
// many pages of a second each are read as the settings allow, and one is on its way.
func TestReadingOverlapsWriting(t *testing.T) {
	t.Parallel()
	for prefetch, want := range map[int]time.Duration{-1: 13 * time.Second, 0: 12 * time.Second, 3: 10 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			src := &slowPages{listSource{items: docs(200), page: 20}}
			sink := &slowLanes{finderTarget: finderTarget{newTarget()}, lanes: 1, pause: func(kind, key string) time.Duration {
				if kind == "write" && key == "D0001" {
					return 4 * time.Second
				}
				return 0
			}}
			p := pipe(src, sink, duijiesync.NewMemoryState())
			p.Prefetch = prefetch
			begin := time.Now()
			mustRun(t, p)
			require.Equal(t, want, time.Since(begin), "prefetch %d", prefetch)
		})
	}
}

// TestLostLeaseWritesNothing: under a lease another run has taken over, nothing of
// the state can be changed.
func TestLostLeaseWritesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := duijiesync.NewMemoryState()
		scope := duijiesync.Scope{Pipeline: "docs"}
		old, err := memory.Acquire(t.Context(), scope, "old", time.Minute)
		require.NoError(t, err)
		time.Sleep(2 * time.Minute) // virtual
		src := &listSource{items: docs(3), page: 3}
		p := pipe(src, finderTarget{newTarget()}, memory)
		mustRun(t, p)
		cp := duijiesync.Checkpoint("stale")
		for name, write := range map[string]func() error{
			"renew": func() error { return memory.Renew(t.Context(), old, time.Minute) },
			"settle": func() error {
				return memory.Settle(t.Context(), old, duijiesync.Settlement{Checkpoint: &cp, Forget: []string{"D0001"}})
			},
			"open": func() error {
				_, err := memory.Open(t.Context(), old, duijiesync.OpenBatch{Seq: 1})
				return err
			},
			"expire": func() error {
				_, err := memory.Expire(t.Context(), old, time.Now().Add(time.Hour))
				return err
			},
		} {
			require.ErrorIs(t, write(), duijiesync.ErrLeaseLost, name)
		}
		require.NoError(t, memory.Release(t.Context(), old))
		require.EqualValues(t, 3, mustRun(t, p).Unchanged)
	})
}

// TestKeysOfAnyBytesAndLength take every path there is: created, unchanged,
// updated, refused, replayed, held, marked.
func TestKeysOfAnyBytesAndLength(t *testing.T) {
	t.Parallel()
	keys := []string{"\x00", "a\x00b", "\xff\xfe", " ", "a", "A", "a ", "订单/1?#%", "'; --", strings.Repeat("k", 10<<20), strings.Repeat("k", 10<<20) + "!"}
	records := func(name string) [][]duijiesync.Record[doc] {
		var page []duijiesync.Record[doc]
		for i, k := range keys {
			page = append(page, duijiesync.Record[doc]{Key: k, Value: doc{No: fmt.Sprint(i), Name: name}})
		}
		return [][]duijiesync.Record[doc]{page}
	}
	n := int64(len(keys))
	to := newTarget()
	state := duijiesync.NewMemoryState()
	run := func(name string) *duijiesync.Report {
		p := pipe(&batchesSource{batches: records(name)}, finderTarget{to}, fresh{state})
		p.MaxRefusedShare = 1
		return mustRun(t, p)
	}
	require.Equal(t, n, run("one").Created)
	require.Equal(t, n, run("one").Unchanged)
	require.Equal(t, n, run("two").Updated)
	for _, k := range keys {
		to.poison[k] = true
	}
	require.Equal(t, n, run("three").Refused)
	clear(to.poison)
	p := pipe(&batchesSource{}, finderTarget{to}, state)
	for _, k := range keys {
		rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{Keys: []string{k}})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Updated)
	}
	for _, k := range keys {
		require.Len(t, to.rows[k], 1)
		require.Equal(t, "three", to.rows[k][0].Name)
	}
	to.fault = func(int) fault { return lostAfter }
	p = pipe(&batchesSource{batches: records("four")}, to, state)
	require.Equal(t, n, func() int64 {
		p.State = fresh{state}
		return mustRun(t, p).Held
	}())
	require.NoError(t, p.MarkDone(t.Context(), keys...))
	to.fault = nil
	p = pipe(&batchesSource{batches: records("four")}, to, fresh{state})
	require.Equal(t, n, mustRun(t, p).Unchanged)
	require.Empty(t, lettersOf(t, state))
}

// fresh is a State without a resume point.
type fresh struct{ duijiesync.State }

func (fresh) Checkpoint(context.Context, duijiesync.Scope) (duijiesync.Checkpoint, error) {
	return "", nil
}

// TestPanicsInLanesAreDeadLetters: on goroutines of the engine too.
func TestPanicsInLanesAreDeadLetters(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(40), page: 10}
	to := newTarget()
	p := pipe(src, laned{finderTarget{to}}, duijiesync.NewMemoryState())
	p.Transform = func(_ context.Context, d doc) (doc, error) {
		if d.No == "D0017" {
			panic(errors.New("no such unit"))
		}
		return d, nil
	}
	require.EqualValues(t, 39, mustRun(t, p).Created)
	letters := lettersOf(t, p.State)
	require.Len(t, letters, 1)
	require.Contains(t, letters[0].Message, "panicked: no such unit")
	to.check(t, without(src.items, "D0017"))
}

// TestRefusalsAtTheLimit: exactly as many as allowed do not stop a run, one more
// does; those that were dead letters before do not count.
func TestRefusalsAtTheLimit(t *testing.T) {
	t.Parallel()
	for _, share := range []bool{false, true} {
		src := &listSource{items: docs(40), page: 20}
		to := newTarget()
		for _, d := range src.items[:10] {
			to.poison[d.No] = true
		}
		limit := func(n int64) *duijiesync.Pipeline[doc, doc] {
			p := pipe(src, finderTarget{to}, fresh{duijiesync.NewMemoryState()})
			if share {
				p.MaxRefusedShare = float64(n) / 20
			} else {
				p.MaxRefused = n
			}
			return p
		}
		p := limit(10)
		require.EqualValues(t, 10, mustRun(t, p).Refused)
		p.MaxRefused, p.MaxRefusedShare = 1, 0.01
		require.EqualValues(t, 10, mustRun(t, p).Refused, "all of them known")
		rep, err := limit(9).Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrTooManyRefused)
		require.EqualValues(t, 20, rep.Read, "stopped at the page that crossed it")
	}
}
