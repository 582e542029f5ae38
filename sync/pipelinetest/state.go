package pipelinetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"strconv"
	"testing"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestState checks a duijiesync.State. The function open returns a new, empty
// state for each test and leaves its end to t.Cleanup; tests run in parallel.
//
// Times are given in whole milliseconds and may come back in any location.
func TestState(t *testing.T, open func(t *testing.T) duijiesync.State) {
	t.Helper()
	for _, test := range stateTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(&stateTest{T: t, state: open(t)})
		})
	}
}

// TestDurableState is [TestState] for a state that outlives its process, with
// tests that open it again. The function open returns the state kept in dir, an
// empty folder at first: for the same dir it returns the same state. A state
// that implements io.Closer is closed by the suite before it is opened again and
// at the end.
func TestDurableState(t *testing.T, open func(t *testing.T, dir string) duijiesync.State) {
	t.Helper()
	TestState(t, func(t *testing.T) duijiesync.State {
		t.Helper()
		state := open(t, t.TempDir())
		t.Cleanup(func() { closeState(t, state) })
		return state
	})
	for _, test := range durableTests {
		t.Run("Reopened"+test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := &stateTest{T: t, state: open(t, dir)}
			s.reopen = func() {
				t.Helper()
				closeState(t, s.state)
				s.state = open(t, dir)
			}
			t.Cleanup(func() { closeState(t, s.state) })
			test.run(s)
		})
	}
}

func closeState(t *testing.T, state duijiesync.State) {
	t.Helper()
	if closer, ok := state.(io.Closer); ok {
		if err := closer.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}

type namedStateTest struct {
	name string
	run  func(s *stateTest)
}

var stateTests = []namedStateTest{
	{"LeaseIsExclusive", testLeaseIsExclusive},
	{"LeaseOfOtherScopes", testLeaseOfOtherScopes},
	{"FenceGrows", testFenceGrows},
	{"LeaseRunsOut", testLeaseRunsOut},
	{"RenewKeepsOthersOut", testRenewKeepsOthersOut},
	{"OneOfManyAcquires", testOneOfManyAcquires},
	{"OldFenceWritesNothing", testOldFenceWritesNothing},
	{"ForgedLeaseWritesNothing", testForgedLeaseWritesNothing},

	{"Checkpoints", testCheckpoints},
	{"LedgerRoundTrip", testLedgerRoundTrip},
	{"LedgerKeys", testLedgerKeys},
	{"LedgerLastEntryWins", testLedgerLastEntryWins},
	{"LedgerForget", testLedgerForget},
	{"LedgerOfOtherPipelines", testLedgerOfOtherPipelines},
	{"LedgerManyEntries", testLedgerManyEntries},
	{"LedgerListed", testLedgerListed},
	{"LedgerListedWhileItChanges", testLedgerListedWhileItChanges},
	{"LedgerExpires", testLedgerExpires},

	{"OpenBatchRoundTrip", testOpenBatchRoundTrip},
	{"OpenBatchOrder", testOpenBatchOrder},
	{"OpenBatchesOfAnOlderRun", testOpenBatchesOfAnOlderRun},
	{"KeyOpenElsewhere", testKeyOpenElsewhere},

	{"SettleEverything", testSettleEverything},
	{"SettleNothing", testSettleNothing},

	{"DeadLetterRoundTrip", testDeadLetterRoundTrip},
	{"DeadLettersMerge", testDeadLettersMerge},
	{"DeadLetterPages", testDeadLetterPages},
	{"DeadLetterQueries", testDeadLetterQueries},
	{"DeadLettersOfPartitions", testDeadLettersOfPartitions},
	{"DeadLettersResolve", testDeadLettersResolve},

	{"Runs", testRuns},

	{"ArgumentsStayTheirOwners", testArgumentsStayTheirOwners},
	{"ContextEnds", testContextEnds},
	{"ConcurrentUse", testConcurrentUse},
}

var durableTests = []namedStateTest{
	{"Everything", testReopenedEverything},
	{"Lease", testReopenedLease},
	{"Keys", testReopenedKeys},
}

// openBatch is Open where other partitions are of no interest.
func (s *stateTest) openBatch(ctx context.Context, lease duijiesync.Lease, batch duijiesync.OpenBatch) error {
	_, err := s.state.Open(ctx, lease, batch)
	return err
}

// stateTest is one test of a state. Its helpers end the test on errors.
type stateTest struct {
	*testing.T

	state  duijiesync.State
	only   duijiesync.LeaseStore // where there is no state
	reopen func()                // closes and opens the state; nil when it can not be done
}

// leases is what hands out leases.
func (s *stateTest) leases() duijiesync.LeaseStore {
	if s.only != nil {
		return s.only
	}
	return s.state
}

// noon is a time that all states keep exactly.
var noon = time.UnixMilli(1_767_225_600_123).UTC()

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func scope(pipeline, partition string) duijiesync.Scope {
	return duijiesync.Scope{Pipeline: pipeline, Partition: partition}
}

func fingerprint(n int) duijiesync.Fingerprint {
	sum := sha256.Sum256([]byte(strconv.Itoa(n)))
	return duijiesync.Fingerprint(sum[:16])
}

func entry(key string, n int) duijiesync.Entry {
	return duijiesync.Entry{
		Key: key, Fingerprint: fingerprint(n), TargetID: "id-" + key, State: duijiesync.EntryDone,
		Version: int64(n), Updated: at(n % 1000),
	}
}

func (s *stateTest) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stateTest) mustBe(err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Fatalf("the error is %v, want %v", err, want)
	}
}

func (s *stateTest) acquire(sc duijiesync.Scope, owner string) duijiesync.Lease {
	s.Helper()
	lease, err := s.leases().Acquire(s.Context(), sc, owner, time.Minute)
	s.must(err)
	return lease
}

// acquireWhenFree polls until the present lease has run out.
func (s *stateTest) acquireWhenFree(sc duijiesync.Scope, owner string) duijiesync.Lease {
	s.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(3 * patience)
	for {
		lease, err := s.leases().Acquire(s.Context(), sc, owner, time.Minute)
		if err == nil {
			return lease
		}
		s.mustBe(err, duijiesync.ErrLeaseHeld)
		select {
		case <-ticker.C:
		case <-deadline:
			s.Fatalf("the lease does not run out: %v", err)
		}
	}
}

func (s *stateTest) settle(lease duijiesync.Lease, settlement duijiesync.Settlement) {
	s.Helper()
	s.must(s.state.Settle(s.Context(), lease, settlement))
}

func (s *stateTest) checkpoint(sc duijiesync.Scope, want duijiesync.Checkpoint) {
	s.Helper()
	got, err := s.state.Checkpoint(s.Context(), sc)
	s.must(err)
	if got != want {
		s.Fatalf("checkpoint of %v: got %q, want %q", sc, got, want)
	}
}

// ledger checks that exactly the wanted of keys are in the ledger.
func (s *stateTest) ledger(pipeline string, keys []string, want ...duijiesync.Entry) {
	s.Helper()
	got, err := s.state.Ledger(s.Context(), pipeline, keys)
	s.must(err)
	for _, w := range want {
		g, ok := got[w.Key]
		if !ok {
			s.Fatalf("ledger of %q: no entry for key %.100q", pipeline, w.Key)
		}
		sameEntry(s.T, g, w)
		delete(got, w.Key)
	}
	for key := range got {
		s.Fatalf("ledger of %q: an entry for key %.100q that was not wanted", pipeline, key)
	}
}

func sameEntry(t *testing.T, got, want duijiesync.Entry) {
	t.Helper()
	if !got.Updated.Equal(want.Updated) {
		t.Fatalf("entry %.100q: updated %v, want %v", want.Key, got.Updated, want.Updated)
	}
	got.Updated = want.Updated
	if got != want {
		t.Fatalf("entry: got %.300v, want %.300v", got, want)
	}
}

// open checks that exactly the wanted batches are open, in this order.
func (s *stateTest) open(sc duijiesync.Scope, want ...duijiesync.OpenBatch) {
	s.Helper()
	got, err := s.state.OpenBatches(s.Context(), sc)
	s.must(err)
	if len(got) != len(want) {
		s.Fatalf("%d batches are open in %v, want %d", len(got), sc, len(want))
	}
	for i, w := range want {
		g := got[i]
		if g.Seq != w.Seq || !g.Started.Equal(w.Started) || len(g.Intents) != len(w.Intents) {
			s.Fatalf("open batch %d: got seq %d started %v with %d intents, want seq %d started %v with %d",
				i, g.Seq, g.Started, len(g.Intents), w.Seq, w.Started, len(w.Intents))
		}
		for j := range w.Intents {
			if g.Intents[j] != w.Intents[j] {
				s.Fatalf("open batch %d, intent %d: got %.300v, want %.300v", w.Seq, j, g.Intents[j], w.Intents[j])
			}
		}
	}
}

// dead checks that the query gives exactly the wanted letters, in this order.
func (s *stateTest) dead(pipeline string, q duijiesync.DeadLetterQuery, want ...duijiesync.DeadLetter) {
	s.Helper()
	got, err := s.state.DeadLetters(s.Context(), pipeline, q)
	s.must(err)
	if len(got) != len(want) {
		s.Fatalf("%d dead letters, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if !g.First.Equal(w.First) || !g.Last.Equal(w.Last) {
			s.Fatalf("dead letter %.100q: from %v to %v, want %v to %v", w.Key, g.First, g.Last, w.First, w.Last)
		}
		if g.Key != w.Key || g.Reason != w.Reason || g.Code != w.Code || g.Field != w.Field || g.Message != w.Message ||
			string(g.Raw) != string(w.Raw) || g.Fingerprint != w.Fingerprint || g.Version != w.Version ||
			g.Attempts != w.Attempts {
			s.Fatalf("dead letter %d: got %.500v, want %.500v", i, g, w)
		}
	}
}

func (s *stateTest) deadCount(pipeline string, want int64) {
	s.Helper()
	got, err := s.state.CountDeadLetters(s.Context(), pipeline)
	s.must(err)
	if got != want {
		s.Fatalf("%d dead letters are counted in %q, want %d", got, pipeline, want)
	}
}

// runs checks the latest runs, newest first.
func (s *stateTest) runs(sc duijiesync.Scope, limit int, want ...duijiesync.RunRecord) {
	s.Helper()
	got, err := s.state.Runs(s.Context(), sc, limit)
	s.must(err)
	if len(got) != len(want) {
		s.Fatalf("%d runs of %v, want %d", len(got), sc, len(want))
	}
	for i, w := range want {
		g := got[i]
		if g.ID != w.ID || !g.Started.Equal(w.Started) || !g.Ended.Equal(w.Ended) || g.Ended.IsZero() != w.Ended.IsZero() ||
			string(g.Report) != string(w.Report) || g.Error != w.Error {
			s.Fatalf("run %d: got %v, want %v", i, g, w)
		}
	}
}
