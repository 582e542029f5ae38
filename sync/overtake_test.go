package sync_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// crash runs a pipeline that dies right after its first write took effect.
func crash(t *testing.T, src duijiesync.Source[doc], to *target, memory duijiesync.State, finder bool) {
	t.Helper()
	c := &crashing{State: memory, at: 2, after: true} // Open, then the write
	p := pipe(src, plainCrashing{to, c}, c)
	if finder {
		p = pipe(src, crashingTarget{finderTarget{to}, c}, c)
	}
	p.LeaseTTL = time.Second
	_, err := p.Run(t.Context())
	require.ErrorIs(t, err, errCrash)
	time.Sleep(1100 * time.Millisecond) // virtual: its lease runs out
}

// TestHeldRecordThatNoLongerPasses: that the next state of a held record can not be
// transformed does not settle the write that is in doubt.
func TestHeldRecordThatNoLongerPasses(t *testing.T) {
	t.Parallel()
	to := newTarget()
	to.fault = func(n int) fault { return map[int]fault{1: lostAfter}[n] }
	memory := duijiesync.NewMemoryState()
	sink := upsertByKey{to}
	require.EqualValues(t, 1, mustRun(t, pipe(states(state("one", 1)), sink, memory)).Held)

	p := pipe(states(state("two", 2)), sink, memory)
	p.Transform = func(context.Context, doc) (doc, error) { return doc{}, errCrash }
	require.EqualValues(t, 1, mustRun(t, p).Held)
	p.Transform = duijiesync.Same[doc]
	rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Held, "it may be in the target")
	require.Len(t, to.rows["A"], 1)

	require.NoError(t, p.MarkDone(t.Context(), "A"))
	rep, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Updated)
	to.check(t, []doc{{"A", "two"}})
}

// TestLateWriteIsNotTheLastOne: a sink that can not look records up but may write them
// again commits a lost write late. It must not do so after newer contents.
func TestLateWriteIsNotTheLastOne(t *testing.T) {
	t.Parallel()
	for _, crashed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			to := newTarget()
			to.upsert, to.late = true, 5*time.Second // the settle policy waits for 7 s
			to.fault = func(n int) fault { return map[int]fault{1: lateCommit}[n] }
			memory := duijiesync.NewMemoryState()
			if crashed {
				crash(t, states(state("one", 1)), to, memory, false)
				mustRun(t, pipe(states(state("two", 2)), to, memory))
			} else {
				mustRun(t, pipe(states(state("one", 1), state("two", 2)), to, memory))
			}
			time.Sleep(time.Minute) // virtual
			to.check(t, []doc{{"A", "two"}})
		})
	}
}

// TestLetterOlderThanAWriteInDoubt: the letter of a refused record is not
// replayed over the newer contents that a crashed run has sent since.
func TestLetterOlderThanAWriteInDoubt(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"finder", "upsert", "neither"} {
		synctest.Test(t, func(t *testing.T) {
			to := newTarget()
			to.upsert, to.poison["A"] = kind == "upsert", true
			memory := duijiesync.NewMemoryState()
			one, two := state("one", 0), state("two", 0)
			require.EqualValues(t, 1, mustRun(t, pipe(states(one), to, memory)).Refused)
			delete(to.poison, "A")
			crash(t, states(two), to, memory, kind == "finder")

			p := pipe(states(two), to, memory)
			if kind == "finder" {
				p.Sink = finderTarget{to}
			}
			_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
			require.NoError(t, err)
			to.check(t, []doc{{"A", "two"}})
			if kind == "neither" {
				require.Empty(t, lettersOf(t, memory)[0].Raw, "the item is an older one")
				require.NoError(t, p.MarkDone(t.Context(), "A"))
				_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
				require.NoError(t, err)
			}
			mustRun(t, p)
			to.check(t, []doc{{"A", "two"}})
			require.Empty(t, lettersOf(t, memory), kind)
		})
	}
}

// TestCrashedReplayKeepsItsLetter: the source does not yield again what a letter
// alone holds.
func TestCrashedReplayKeepsItsLetter(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"finder", "upsert", "neither"} {
		synctest.Test(t, func(t *testing.T) {
			to := newTarget()
			to.upsert, to.poison["A"] = kind == "upsert", true
			memory := duijiesync.NewMemoryState()
			require.EqualValues(t, 1, mustRun(t, pipe(states(state("one", 0)), to, memory)).Refused)
			delete(to.poison, "A")
			to.fault = func(n int) fault { return map[int]fault{2: lostBefore}[n] }
			c := &crashing{State: memory, at: 2, after: true}
			p := pipe(states(), plainCrashing{to, c}, c)
			if kind == "finder" {
				p.Sink = crashingTarget{finderTarget{to}, c}
			}
			_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
			require.ErrorIs(t, err, errCrash)
			time.Sleep(2 * time.Minute) // virtual

			p = pipe(states(), to, memory)
			if kind == "finder" {
				p.Sink = finderTarget{to}
			}
			mustRun(t, p)
			letters := lettersOf(t, memory)
			require.Len(t, letters, 1, kind)
			require.NotEmpty(t, letters[0].Raw)
			if kind == "neither" {
				require.NoError(t, p.MarkUnsent(t.Context(), "A"))
			}
			rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
			require.NoError(t, err)
			require.EqualValues(t, 1, rep.Created)
			to.check(t, []doc{{"A", "one"}})
			require.Empty(t, lettersOf(t, memory))
		})
	}
}

// TestOlderVersionAfterACrash: what was sent before the crash is newer than what the
// source yields first.
func TestOlderVersionAfterACrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := newTarget()
		to.upsert = true
		memory := duijiesync.NewMemoryState()
		crash(t, states(state("two", 2)), to, memory, false)
		mustRun(t, pipe(states(state("one", 1)), to, memory))
		to.check(t, []doc{{"A", "two"}})
		mustRun(t, pipe(states(state("two", 2)), to, memory))
		to.check(t, []doc{{"A", "two"}})
	})
}

// meanwhile does something after the ledger was asked for the first time.
type meanwhile struct {
	duijiesync.State
	do func()
}

func (m *meanwhile) Ledger(ctx context.Context, pipeline string, keys []string) (map[string]duijiesync.Entry, error) {
	found, err := m.State.Ledger(ctx, pipeline, keys)
	if do := m.do; do != nil {
		m.do = nil
		do()
	}
	return found, err
}

// TestFailureBesideAnotherPartition: an older state can not be transformed, while
// another partition writes a newer one.
func TestFailureBesideAnotherPartition(t *testing.T) {
	t.Parallel()
	to := newTarget()
	memory := duijiesync.NewMemoryState()
	newer := pipe(states(state("five", 5)), to, memory)
	newer.Partition = "b"
	older := pipe(states(state("three", 3)), to, &meanwhile{memory, func() { mustRun(t, newer) }})
	older.Partition = "a"
	older.Transform = func(context.Context, doc) (doc, error) { return doc{}, errCrash }
	require.EqualValues(t, 1, mustRun(t, older).Unchanged)
	require.Empty(t, lettersOf(t, memory))
	newer.Source = states(state("six", 6))
	require.EqualValues(t, 1, mustRun(t, newer).Updated)
	to.check(t, []doc{{"A", "six"}})
}

// TestNotedFailureIsNotInDoubt: a crash right after the note of a record that can not
// be transformed leaves nothing to look up, for nothing was to be sent.
func TestNotedFailureIsNotInDoubt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := newTarget()
		memory := duijiesync.NewMemoryState()
		c := &crashing{State: memory, at: 1, after: true}
		p := pipe(states(state("one", 1)), plainCrashing{to, c}, c)
		p.Partition = "a"
		p.Transform = func(context.Context, doc) (doc, error) { return doc{}, errCrash }
		_, err := p.Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		time.Sleep(2 * time.Minute) // virtual
		p.Sink, p.State = to, memory
		rep := mustRun(t, p)
		require.Zero(t, rep.Held)
		require.EqualValues(t, 1, rep.Refused)
	})
}

// TestReplayOfAllPartitionsNeedsTheirLeases: letters are left alone while the
// partition they belong to is running.
func TestReplayOfAllPartitionsNeedsTheirLeases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := newTarget()
		to.poison["A"], to.poison["B"] = true, true
		memory := duijiesync.NewMemoryState()
		parts := map[string]*duijiesync.Pipeline[doc, doc]{}
		for part, key := range map[string]string{"a": "A", "b": "B"} {
			p := pipe(states(duijiesync.Record[doc]{Key: key, Value: doc{key, "one"}}), to, memory)
			p.Partition, p.MaxRefusedShare = part, 1
			require.EqualValues(t, 1, mustRun(t, p).Refused)
			parts[part] = p
		}
		delete(to.poison, "A")
		delete(to.poison, "B")
		lease, err := memory.Acquire(t.Context(), duijiesync.Scope{Pipeline: "docs", Partition: "a"}, "a run", time.Minute)
		require.NoError(t, err)
		all := pipe(states(), to, memory)
		rep, err := all.Replay(t.Context(), duijiesync.ReplayQuery{AllPartitions: true})
		require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
		require.EqualValues(t, 1, rep.Created)
		to.check(t, []doc{{"B", "one"}})

		require.NoError(t, memory.Release(t.Context(), lease))
		rep, err = all.Replay(t.Context(), duijiesync.ReplayQuery{AllPartitions: true})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Read)
		require.Zero(t, rep.DeadLetters)
		to.check(t, []doc{{"A", "one"}, {"B", "one"}})
	})
}

// TestEditThatChangesNothing: a letter that is left as it is counts as what the
// source yields, so that the next reading sends nothing.
func TestEditThatChangesNothing(t *testing.T) {
	t.Parallel()
	to := newTarget()
	p := pipe(states(state("one", 0)), to, duijiesync.NewMemoryState())
	p.MaxRefusedShare, p.Transform = 1, func(context.Context, doc) (doc, error) { return doc{}, duijiesync.ErrWait }
	require.EqualValues(t, 1, mustRun(t, p).Waiting)
	p.Transform = duijiesync.Same[doc]
	_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{
		Edit: func(l duijiesync.DeadLetter) (json.RawMessage, error) { return l.Raw, nil },
	})
	require.NoError(t, err)
	to.check(t, []doc{{"A", "one"}})
	require.EqualValues(t, 1, mustRun(t, p).Unchanged)
}

// TestFailureThatCouldNotBeNoted: the store refuses the note, so that the failure
// stays with a later run.
func TestFailureThatCouldNotBeNoted(t *testing.T) {
	t.Parallel()
	to := newTarget()
	memory := duijiesync.NewMemoryState()
	p := pipe(states(state("one", 1)), to, unnoted{memory})
	p.Partition = "a"
	p.Transform = func(context.Context, doc) (doc, error) { return doc{}, errCrash }
	rep, err := p.Run(t.Context())
	require.ErrorIs(t, err, errDown)
	require.Zero(t, rep.Read)
	require.Empty(t, lettersOf(t, memory))
	p.State = memory
	require.EqualValues(t, 1, mustRun(t, p).Refused)
}

// unnoted opens no batch.
type unnoted struct{ duijiesync.State }

func (unnoted) Open(context.Context, duijiesync.Lease, duijiesync.OpenBatch) (bool, error) {
	return false, errDown
}

// TestNotedButHeldBefore: another partition noted a newer state of a record that was
// held meanwhile, and died before it looked again. It sent nothing, and what is
// in doubt is the older write.
func TestNotedButHeldBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := newTarget()
		to.fault = func(n int) fault { return map[int]fault{1: lostAfter}[n] }
		memory := duijiesync.NewMemoryState()
		part := func(name string, recs ...duijiesync.Record[doc]) *duijiesync.Pipeline[doc, doc] {
			p := pipe(states(recs...), upsertByKey{to}, memory)
			p.Partition = name
			return p
		}
		even := part("even", state("one", 1))
		require.EqualValues(t, 1, mustRun(t, even).Held)
		before, err := memory.Ledger(t.Context(), "docs", []string{"A"})
		require.NoError(t, err)

		lease, err := memory.Acquire(t.Context(), duijiesync.Scope{Pipeline: "docs", Partition: "odd"}, "dead", time.Second)
		require.NoError(t, err)
		_, err = memory.Open(t.Context(), lease, duijiesync.OpenBatch{Seq: 1, Started: time.Now(), Intents: []duijiesync.Intent{{Key: "A", Fingerprint: duijiesync.Fingerprint{2}, Version: 2}}})
		require.NoError(t, err)
		time.Sleep(2 * time.Second) // virtual
		mustRun(t, part("odd"))
		after, err := memory.Ledger(t.Context(), "docs", []string{"A"})
		require.NoError(t, err)
		require.Equal(t, before, after)

		require.NoError(t, even.MarkDone(t.Context(), "A")) // as a person finds
		rep := mustRun(t, part("odd", state("two", 2)))
		require.EqualValues(t, 1, rep.Updated)
		to.check(t, []doc{{"A", "two"}})
	})
}

// TestCrashedReplayOfARefusalFromAClockAhead: the refusal that made the letter was
// noted by a machine whose clock is ahead. It must not pass for the answer to the
// replay that died.
func TestCrashedReplayOfARefusalFromAClockAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := newTarget()
		to.poison["A"] = true
		memory := duijiesync.NewMemoryState()
		require.EqualValues(t, 1, mustRun(t, pipe(states(state("one", 0)), to, memory)).Refused)
		entries, err := memory.Ledger(t.Context(), "docs", []string{"A"})
		require.NoError(t, err)
		ahead := entries["A"]
		ahead.Updated = ahead.Updated.Add(time.Minute)
		require.NoError(t, duijiesync.WithLease(t.Context(), memory, duijiesync.Scope{Pipeline: "docs"}, duijiesync.LeaseOptions{},
			func(ctx context.Context, lease duijiesync.Lease) error {
				return memory.Settle(ctx, lease, duijiesync.Settlement{Entries: []duijiesync.Entry{ahead}})
			}))
		delete(to.poison, "A")
		c := &crashing{State: memory, at: 2, after: true}
		_, err = pipe(states(), plainCrashing{to, c}, c).Replay(t.Context(), duijiesync.ReplayQuery{})
		require.ErrorIs(t, err, errCrash)
		require.Len(t, to.rows["A"], 1)
		time.Sleep(2 * time.Minute) // virtual

		p := pipe(states(), to, memory)
		mustRun(t, p)
		require.Equal(t, duijiesync.DeadHeld, lettersOf(t, memory)[0].Reason)
		_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		require.Len(t, to.rows["A"], 1, "it may be there, and is")
		require.NoError(t, p.MarkDone(t.Context(), "A"))
		require.Empty(t, lettersOf(t, memory))
	})
}
