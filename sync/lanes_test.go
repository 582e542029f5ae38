package sync_test

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// slowLanes takes its time for each call, as long as pause says, and counts how
// many run at once.
type slowLanes struct {
	finderTarget
	lanes int
	pause func(kind, key string) time.Duration

	mu        sync.Mutex
	now, most int
	order     []string // keys and names in the order their writes ended
}

func (s *slowLanes) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 20, FindRows: 100, Lanes: s.lanes, SettleDelay: time.Second}
}

func (s *slowLanes) enter(kind, key string) func() {
	s.mu.Lock()
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	time.Sleep(s.pause(kind, key)) // virtual
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.now--
	}
}

func (s *slowLanes) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	defer s.enter("write", recs[0].Key)()
	out, err := s.finderTarget.Write(ctx, recs)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range recs {
		s.order = append(s.order, r.Key+"="+r.Value.Name)
	}
	return out, err
}

func (s *slowLanes) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	defer s.enter("find", recs[0].Key)()
	return s.finderTarget.Find(ctx, recs)
}

func always(d time.Duration) func(string, string) time.Duration {
	return func(string, string) time.Duration { return d }
}

// TestLanesReachOverBatches: with pages no larger than one write, eight lanes
// are eight times as fast as one.
func TestLanesReachOverBatches(t *testing.T) {
	t.Parallel()
	took := map[int]time.Duration{}
	for _, lanes := range []int{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			src := &listSource{items: docs(1600), page: 20}
			sink := &slowLanes{finderTarget: finderTarget{newTarget()}, lanes: lanes, pause: always(20 * time.Millisecond)}
			start := time.Now()
			rep := mustRun(t, pipe(src, sink, duijiesync.NewMemoryState()))
			took[lanes] = time.Since(start)
			require.EqualValues(t, 1600, rep.Created)
			require.Equal(t, lanes, sink.most, "calls of the sink at the same time")
			require.Equal(t, duijiesync.Checkpoint("end"), rep.Checkpoint.After)
			sink.check(t, src.items)
		})
	}
	require.InDelta(t, 8, float64(took[1])/float64(took[8]), 0.3, "%v", took)
}

// batchesSource yields batches as they are, with the batch's number as resume
// point, and counts what is handed out and not settled.
type batchesSource struct {
	batches  [][]duijiesync.Record[doc]
	underWay atomic.Int64
	most     atomic.Int64
	mu       sync.Mutex
	settled  []int // numbers in the order they settled
}

func (s *batchesSource) Read(_ context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[doc], error] {
	return func(yield func(duijiesync.Batch[doc], error) bool) {
		start := 0
		_, _ = fmt.Sscanf(string(after), "%d", &start)
		for i := start; i < len(s.batches); i++ {
			s.most.Store(max(s.most.Load(), s.underWay.Add(1)))
			batch := duijiesync.Batch[doc]{Records: s.batches[i], Checkpoint: duijiesync.Checkpoint(fmt.Sprint(i + 1))}
			batch.Settled = func(duijiesync.BatchResult) {
				s.underWay.Add(-1)
				s.mu.Lock()
				defer s.mu.Unlock()
				s.settled = append(s.settled, i+1)
			}
			if !yield(batch, nil) {
				return
			}
		}
	}
}

func rec(no, name string) duijiesync.Record[doc] {
	return duijiesync.Record[doc]{Key: no, Value: doc{No: no, Name: name}}
}

// TestOrderPerKeyOverBatches: a slow write of a record is not overtaken by the
// next state of the same record, while others do overtake it.
func TestOrderPerKeyOverBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &batchesSource{batches: [][]duijiesync.Record[doc]{
			{rec("A", "1")},
			{rec("B", "1")},
			{rec("A", "2"), rec("C", "1")},
			{rec("D", "1")},
			{rec("A", "3")},
		}}
		sink := &slowLanes{finderTarget: finderTarget{newTarget()}, lanes: 4}
		sink.pause = func(_, key string) time.Duration {
			if key == "A" {
				return time.Second
			}
			return 10 * time.Millisecond
		}
		rep := mustRun(t, pipe(src, sink, duijiesync.NewMemoryState()))
		require.EqualValues(t, 4, rep.Created)
		require.EqualValues(t, 2, rep.Updated)
		require.Equal(t, []string{"B=1", "A=1", "D=1", "A=2", "C=1", "A=3"}, sink.order)
		require.Equal(t, "3", sink.rows["A"][0].Name)
		require.Len(t, sink.rows["A"], 1)
	})
}

// TestCheckpointWaitsForTheOldestBatch: a batch that settles behind one that
// fails does not take the checkpoint past it.
func TestCheckpointWaitsForTheOldestBatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &batchesSource{batches: [][]duijiesync.Record[doc]{{rec("A", "1")}, {rec("B", "1")}, {rec("C", "1")}, {rec("D", "1")}, {rec("E", "1")}}}
		to := newTarget()
		sink := &slowLanes{finderTarget: finderTarget{to}, lanes: 3}
		sink.pause = always(time.Millisecond)
		state := duijiesync.NewMemoryState()
		failing := &failingWrites{slowLanes: sink, key: "B"}
		rep, err := pipe(src, failing, state).Run(t.Context())
		require.ErrorIs(t, err, errDown)
		require.Equal(t, duijiesync.Checkpoint("1"), rep.Checkpoint.After, "A is behind it; C settled and B did not")
		require.Contains(t, to.rows, "C")
		cp, err := state.Checkpoint(t.Context(), duijiesync.Scope{Pipeline: "docs"})
		require.NoError(t, err)
		require.Equal(t, duijiesync.Checkpoint("1"), cp)

		rep = mustRun(t, pipe(src, sink, state))
		require.Equal(t, duijiesync.Checkpoint("5"), rep.Checkpoint.After)
		for _, b := range src.batches {
			require.Len(t, to.rows[b[0].Key], 1)
		}
	})
}

// failingWrites is down for one key.
type failingWrites struct {
	*slowLanes
	key string
}

func (f *failingWrites) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	if recs[0].Key == f.key {
		time.Sleep(time.Second) // virtual
		return nil, errDown
	}
	return f.slowLanes.Write(ctx, recs)
}

// TestBatchesUnderWayAreBounded: a sink that is slow holds the source back.
func TestBatchesUnderWayAreBounded(t *testing.T) {
	t.Parallel()
	for _, lanes := range []int{1, 5} {
		synctest.Test(t, func(t *testing.T) {
			src := &batchesSource{}
			for i := range 200 {
				src.batches = append(src.batches, []duijiesync.Record[doc]{rec(fmt.Sprint(i), "x")})
			}
			sink := &slowLanes{finderTarget: finderTarget{newTarget()}, lanes: lanes, pause: always(time.Second)}
			p := pipe(src, sink, duijiesync.NewMemoryState())
			p.Prefetch = 2
			mustRun(t, p)
			require.Len(t, src.settled, 200)
			require.Zero(t, src.underWay.Load())
			require.LessOrEqual(t, src.most.Load(), int64(lanes+2+2), "lanes, read ahead, one waiting to start, one being handed over")
		})
	}
}

// TestCancelEndsBatchesUnderWay: what is under way ends and is settled, nothing
// more is started, and the next run goes on.
func TestCancelEndsBatchesUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(500), page: 20}
		sink := &slowLanes{finderTarget: finderTarget{newTarget()}, lanes: 4, pause: always(time.Second)}
		state := duijiesync.NewMemoryState()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3500*time.Millisecond, cancel)
		start := time.Now()
		rep, err := pipe(src, sink, state).Run(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, time.Since(start), 6*time.Second)
		require.Equal(t, rep.Created, rep.Read)
		open, err := state.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "docs"})
		require.NoError(t, err)
		require.Empty(t, open)
		writes := sink.writes
		again := mustRun(t, pipe(src, sink, state))
		require.EqualValues(t, 500, again.Created+rep.Created)
		require.Equal(t, 25-writes, sink.writes-writes, "nothing is written twice")
		sink.check(t, src.items)
	})
}
