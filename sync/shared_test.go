package sync_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestTwoPartitionsWithOneKey: a record both of them read is created once,
// whoever comes first and however long each write takes.
func TestTwoPartitionsWithOneKey(t *testing.T) {
	t.Parallel()
	for late := range 12 {
		for _, plain := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				to := newTarget()
				state := duijiesync.NewMemoryState()
				ends := make(chan error)
				all := docs(40)
				for n, name := range []string{"live", "backfill"} {
					sink := &slowLanes{finderTarget: finderTarget{to}, lanes: 2, pause: always(time.Second)}
					p := pipe(&listSource{items: all[:30+10*n], page: 10}, sink, state)
					if plain {
						p.Sink = plainLanes{sink}
					}
					p.Partition = name
					go func() {
						time.Sleep(time.Duration(n*late)*250*time.Millisecond + time.Duration(n)) // virtual
						_, err := p.Run(t.Context())
						ends <- err
					}()
				}
				require.NoError(t, <-ends)
				require.NoError(t, <-ends)
				to.check(t, all)
			})
		}
	}
}

// plainLanes can not look records up.
type plainLanes struct{ s *slowLanes }

func (p plainLanes) Limits() duijiesync.Limits { return p.s.Limits() }

func (p plainLanes) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	return p.s.Write(ctx, recs)
}

// TestKeyOpenInADeadPartition: a run does not write what another partition may
// have written before it died, and says which one it was.
func TestKeyOpenInADeadPartition(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := newTarget()
		memory := duijiesync.NewMemoryState()
		all := docs(5)
		c := &crashing{State: memory, at: 2, after: true}
		dead := pipe(&listSource{items: all, page: 5}, crashingTarget{finderTarget{to}, c}, c)
		dead.Partition = "dead"
		_, err := dead.Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		live := pipe(&listSource{items: renamed(all, "D0002"), page: 5}, finderTarget{to}, memory)
		_, err = live.Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrKeyOpen)
		require.ErrorContains(t, err, `partition "dead"`)

		dead.Sink, dead.State = finderTarget{to}, memory
		dead.LeaseWait = time.Hour
		mustRun(t, dead)
		rep := mustRun(t, live)
		require.EqualValues(t, 1, rep.Updated)
		require.EqualValues(t, 4, rep.Unchanged)
		to.check(t, renamed(all, "D0002"))
	})
}

func TestLedgerExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := newTarget()
		to.poison["D0004"] = true
		src := &listSource{items: docs(5), page: 5}
		p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
		p.LedgerExpiry = time.Hour
		require.Zero(t, mustRun(t, p).Expired)
		time.Sleep(50 * time.Minute) // virtual
		src.items = renamed(src.items, "D0002")
		require.Zero(t, mustRun(t, p).Expired)
		time.Sleep(20 * time.Minute) // virtual
		require.EqualValues(t, 3, mustRun(t, p).Expired)
		entries, _, err := p.State.Entries(t.Context(), "docs", "", 0)
		require.NoError(t, err)
		require.Len(t, entries, 2, "the renamed one and the dead letter")
		require.EqualValues(t, 4, mustRun(t, p).Unchanged, "the target knows the others")
		to.check(t, without(src.items, "D0004"))
	})
}

// TestForceRepairs: what was lost or changed in the target comes back only when
// it is forced, because the ledger says that it is there.
func TestForceRepairs(t *testing.T) {
	t.Parallel()
	all := docs(5)
	src := &listSource{items: all, page: 5}
	to := newTarget()
	state := duijiesync.NewMemoryState()
	mustRun(t, pipe(src, finderTarget{to}, state))
	delete(to.rows, "D0002")
	to.rows["D0003"][0].Name = "overwritten"
	require.EqualValues(t, 5, mustRun(t, pipe(src, finderTarget{to}, state)).Unchanged)

	var batch []duijiesync.Record[doc]
	for _, d := range all {
		r := rec(d.No, d.Name)
		r.Force = true
		batch = append(batch, r)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Hour) // virtual: what is gone was not written just now
		rep := mustRun(t, pipe(&batchesSource{batches: [][]duijiesync.Record[doc]{batch}}, finderTarget{to}, state))
		require.EqualValues(t, 1, rep.Created)
		require.EqualValues(t, 1, rep.Updated)
		require.EqualValues(t, 3, rep.Unchanged)
		to.check(t, all)
	})
}

// TestGoneRecordsComeBack: a key that was taken out of the target is created
// again when the source has it again, and one that was forbidden is updated.
func TestGoneRecordsComeBack(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		src := &listSource{items: docs(2), page: 5}
		to := newTarget()
		state := duijiesync.NewMemoryState()
		p := pipe(src, finderTarget{to}, state)
		if plain {
			p.Sink = to
		}
		mustRun(t, p)
		entries, err := state.Ledger(t.Context(), "docs", []string{"D0001", "D0002"})
		require.NoError(t, err)
		deleted, forbidden := entries["D0001"], entries["D0002"]
		deleted.State, deleted.TargetID, forbidden.State = duijiesync.EntryGone, "", duijiesync.EntryGone
		delete(to.rows, "D0001")
		to.rows["D0002"][0].Name = "forbidden"
		require.NoError(t, duijiesync.WithLease(t.Context(), state, duijiesync.Scope{Pipeline: "docs"}, duijiesync.LeaseOptions{},
			func(ctx context.Context, lease duijiesync.Lease) error {
				return state.Settle(ctx, lease, duijiesync.Settlement{Entries: []duijiesync.Entry{deleted, forbidden}})
			}))
		rep := mustRun(t, p)
		require.EqualValues(t, 1, rep.Created)
		require.EqualValues(t, 1, rep.Updated)
		to.check(t, src.items)
	}
}

// TestWithLease keeps runs out, goes on as long as it takes, and ends with the
// lease.
func TestWithLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := duijiesync.NewMemoryState()
		scope := duijiesync.Scope{Pipeline: "docs"}
		p := pipe(&listSource{items: docs(2), page: 5}, finderTarget{newTarget()}, memory)
		err := duijiesync.WithLease(t.Context(), memory, scope, duijiesync.LeaseOptions{TTL: 10 * time.Second},
			func(ctx context.Context, _ duijiesync.Lease) error {
				time.Sleep(time.Hour) // virtual
				_, err := p.Run(ctx)
				require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
				return errCrash
			})
		require.ErrorIs(t, err, errCrash)
		mustRun(t, p)

		cut := &paused{State: memory, cut: true}
		err = duijiesync.WithLease(t.Context(), cut, scope, duijiesync.LeaseOptions{TTL: 10 * time.Second},
			func(ctx context.Context, lease duijiesync.Lease) error {
				<-ctx.Done()
				require.ErrorIs(t, context.Cause(ctx), duijiesync.ErrLeaseLost)
				mustRun(t, p)
				return memory.Settle(t.Context(), lease, duijiesync.Settlement{Forget: []string{"D0001"}})
			})
		require.ErrorIs(t, err, duijiesync.ErrLeaseLost)
	})
}

// TestBusyTargetStopsTheRun: a target that takes nothing is not waited for row
// by row, and its rows become no dead letters.
func TestBusyTargetStopsTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(200), page: 20}
		to := newTarget()
		for i, d := range src.items {
			if i >= 40 {
				to.busy[d.No] = 1000
			}
		}
		p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
		p.RetryBudget, p.RowRetries = 50, 100
		rep, err := p.Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrTargetBusy)
		require.ErrorContains(t, err, "locked")
		require.EqualValues(t, 40, rep.Created)
		require.Zero(t, rep.DeadLetters)
		require.LessOrEqual(t, rep.RowRetries, int64(60))
		open, err := p.State.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "docs"})
		require.NoError(t, err)
		require.Empty(t, open, "busy rows are not in doubt")
		clear(to.busy)
		rep = mustRun(t, p)
		require.EqualValues(t, 160, rep.Created)
		to.check(t, src.items)
	})
}

// TestConflictThenCrash: the create met another's record and became an update;
// the process dies in it. What is there must not count as ours. Only before the
// update is noted can a sink that finds keys alone not tell: then found is done.
func TestConflictThenCrash(t *testing.T) {
	t.Parallel()
	noted := false
	for at := 1; at < 12; at++ {
		for _, after := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				to := newTarget()
				to.unique = true
				memory := duijiesync.NewMemoryState()
				src := &listSource{items: docs(3), page: 3}
				c := &crashing{State: memory, at: at, after: after}
				sink := keyFinder{crashingTarget{finderTarget{to}, c}}
				to.onWrite = func() { // it comes between the lookup and the write
					if len(to.rows["D0002"]) == 0 {
						to.rows["D0002"] = []row{{ID: "foreign", Name: "another's"}}
					}
				}
				_, err := pipe(src, sink, c).Run(t.Context())
				if err != nil && !errors.Is(err, errCrash) {
					require.NoError(t, err)
				}
				open, openErr := memory.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "docs"})
				require.NoError(t, openErr)
				time.Sleep(5 * time.Minute) // virtual
				again := &crashing{State: memory}
				sink.c = again
				mustRun(t, pipe(src, sink, again))
				if len(open) == 1 && to.rows["D0002"][0].Name == "another's" {
					to.rows["D0002"][0].Name = src.items[1].Name
				}
				noted = noted || len(open) == 2
				to.check(t, src.items)
			})
		}
	}
	require.True(t, noted, "no crash came after the update was noted")
}

// keyFinder tells only whether a key is there.
type keyFinder struct{ crashingTarget }

func (k keyFinder) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	found, err := k.crashingTarget.Find(ctx, recs)
	for i := range found {
		if found[i].Match != duijiesync.Absent {
			found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: found[i].TargetID}
		}
	}
	return found, err
}
