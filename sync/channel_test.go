package sync_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// queue is a message queue that delivers again what is not acknowledged.
type queue struct {
	mu      sync.Mutex
	waiting []doc
	acked   map[string]int
}

// connect delivers all that is not acknowledged, as to a new process.
func (q *queue) connect(n int) chan duijiesync.Delivery[doc] {
	q.mu.Lock()
	defer q.mu.Unlock()
	ch := make(chan duijiesync.Delivery[doc], max(n, len(q.waiting)))
	for _, d := range q.waiting {
		if q.acked[d.No] > 0 {
			continue
		}
		ch <- duijiesync.Delivery[doc]{
			Record: duijiesync.Record[doc]{Key: d.No, Value: d},
			Settled: func() {
				q.mu.Lock()
				defer q.mu.Unlock()
				q.acked[d.No]++
			},
		}
	}
	return ch
}

func (q *queue) acknowledged() (once, more int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, n := range q.acked {
		if n == 1 {
			once++
		} else {
			more++
		}
	}
	return once, more
}

// readBatches gives the sizes of the batches of one Read, and when they came.
func readBatches(ctx context.Context, t *testing.T, src duijiesync.Source[doc]) (sizes []int, at []time.Duration, err error) {
	t.Helper()
	began := time.Now()
	for b, e := range src.Read(ctx, "") {
		if e != nil {
			return sizes, at, e
		}
		sizes, at = append(sizes, len(b.Records)), append(at, time.Since(began))
		b.Settled(duijiesync.BatchResult{})
	}
	return sizes, at, nil
}

func TestChannelBatchesByCountAndTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan duijiesync.Delivery[doc])
		src := duijiesync.Channel(ch)
		src.Rows, src.Linger, src.Idle = 3, time.Second, 10*time.Second
		go func() {
			for i, pause := range []time.Duration{0, 0, 0, 0, 400, 700, 5000, 0} { // ms before each
				time.Sleep(pause * time.Millisecond)
				ch <- duijiesync.Delivery[doc]{Record: duijiesync.Record[doc]{Key: fmt.Sprint(i)}}
			}
		}()
		sizes, at, err := readBatches(t.Context(), t, src)
		require.NoError(t, err)
		// Three at once; two within a second of the first of them; one alone; two at last.
		require.Equal(t, []int{3, 2, 1, 2}, sizes)
		require.Equal(t, []time.Duration{0, 1000 * time.Millisecond, 2100 * time.Millisecond, 7100 * time.Millisecond}, at)
		require.Zero(t, src.Unsettled())
	})
}

func TestChannelEndsWhenIdleOrClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan duijiesync.Delivery[doc], 10)
		src := duijiesync.Channel(ch)
		src.Idle = time.Minute
		began := time.Now()
		sizes, _, err := readBatches(t.Context(), t, src)
		require.NoError(t, err)
		require.Empty(t, sizes)
		require.Equal(t, time.Minute, time.Since(began))

		src.Idle, src.Linger = 0, -1
		for i := range 3 {
			ch <- duijiesync.Delivery[doc]{Record: duijiesync.Record[doc]{Key: fmt.Sprint(i)}}
		}
		close(ch)
		began = time.Now()
		sizes, _, err = readBatches(t.Context(), t, src)
		require.NoError(t, err)
		require.Equal(t, []int{3}, sizes, "what was there is not lost when the channel closes")
		require.Zero(t, time.Since(began))
	})
}

// A context that ends while a batch fills loses nothing of it.
func TestChannelKeepsWhatItTook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan duijiesync.Delivery[doc], 10)
		src := duijiesync.Channel(ch)
		src.Linger = time.Hour
		for i := range 4 {
			ch <- duijiesync.Delivery[doc]{Record: duijiesync.Record[doc]{Key: fmt.Sprint(i)}}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		sizes, _, err := readBatches(ctx, t, src)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Empty(t, sizes)
		require.Empty(t, ch)
		require.Equal(t, 4, src.Unsettled())
		close(ch)
		sizes, _, err = readBatches(t.Context(), t, src)
		require.NoError(t, err)
		require.Equal(t, []int{4}, sizes)
	})
}

// Messages are acknowledged when they are settled, once and not before, and
// those a run or a process left behind come again.
func TestChannelAcknowledgesWhatIsSettled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &queue{waiting: docs(100), acked: map[string]int{}}
		state, m := duijiesync.NewMemoryState(), newTarget()
		m.fault = func(write int) fault {
			once, _ := q.acknowledged()
			require.LessOrEqual(t, once, 20*(write-1), "nothing is acknowledged before it is written")
			if write == 3 {
				return down
			}
			return fine
		}
		src := duijiesync.Channel(q.connect(0))
		src.Rows, src.Idle = 20, time.Second
		p := pipe(src, finderTarget{m}, state)
		_, err := p.Run(t.Context())
		require.ErrorIs(t, err, errDown)
		once, more := q.acknowledged()
		require.Equal(t, []int{40, 0}, []int{once, more})
		require.GreaterOrEqual(t, src.Unsettled(), 20)

		// The same process runs again: what the source kept comes first.
		m.fault = func(write int) fault {
			if write == 5 {
				return down
			}
			return fine
		}
		_, err = p.Run(t.Context())
		require.ErrorIs(t, err, errDown)
		once, more = q.acknowledged()
		require.Equal(t, []int{60, 0}, []int{once, more})

		// The process dies, and the queue delivers the rest to another one.
		m.fault = nil
		src = duijiesync.Channel(q.connect(0))
		src.Rows, src.Idle = 20, time.Second
		p = pipe(src, finderTarget{m}, state)
		mustRun(t, p)
		once, more = q.acknowledged()
		require.Equal(t, []int{100, 0}, []int{once, more})
		m.check(t, docs(100))
		require.Zero(t, src.Unsettled())
	})
}

// A dead letter is settled too: it is stored, and the queue must not bring it
// for ever.
func TestChannelAcknowledgesDeadLetters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &queue{waiting: docs(10), acked: map[string]int{}}
		m := newTarget()
		m.poison["D0004"] = true
		ch := q.connect(0)
		close(ch)
		mustRun(t, pipe(duijiesync.Channel(ch), finderTarget{m}, duijiesync.NewMemoryState()))
		once, more := q.acknowledged()
		require.Equal(t, []int{10, 0}, []int{once, more})
	})
}

// A plan settles nothing, so the run behind it gets everything.
func TestChannelPlannedThenRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &queue{waiting: docs(30), acked: map[string]int{}}
		src := duijiesync.Channel(q.connect(0))
		src.Rows, src.Idle = 10, time.Second
		m := newTarget()
		p := pipe(src, finderTarget{m}, duijiesync.NewMemoryState())
		planned := 0
		for _, err := range p.Plan(t.Context()) {
			require.NoError(t, err)
			planned++
		}
		require.Equal(t, 30, planned)
		once, _ := q.acknowledged()
		require.Zero(t, once)
		require.EqualValues(t, 30, mustRun(t, p).Created)
		once, _ = q.acknowledged()
		require.Equal(t, 30, once)
	})
}

func TestChannelIsReadByOne(t *testing.T) {
	t.Parallel()
	ch := make(chan duijiesync.Delivery[doc], 1)
	src := duijiesync.Channel(ch)
	ch <- duijiesync.Delivery[doc]{Record: duijiesync.Record[doc]{Key: "a"}}
	for _, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		_, _, err = readBatches(t.Context(), t, src)
		require.ErrorIs(t, err, duijiesync.ErrChannelInUse)
		break
	}
	close(ch)
	sizes, _, err := readBatches(t.Context(), t, src)
	require.NoError(t, err)
	require.Equal(t, []int{1}, sizes)
}

// A slow target holds the queue back: what is in memory stays within a few
// batches.
func TestChannelHoldsTheQueueBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan duijiesync.Delivery[doc])
		src := duijiesync.Channel(ch)
		src.Rows, src.Linger = 10, -1
		most := 0
		sink := duijiesync.SinkFunc[doc](func(context.Context, duijiesync.Record[doc]) (duijiesync.Outcome, error) {
			time.Sleep(time.Second)
			most = max(most, src.Unsettled())
			return duijiesync.Outcome{}, nil
		})
		go func() {
			defer close(ch)
			for _, d := range docs(300) {
				ch <- duijiesync.Delivery[doc]{Record: duijiesync.Record[doc]{Key: d.No, Value: d}}
			}
		}()
		rep := mustRun(t, pipe(src, sink, duijiesync.NewMemoryState()))
		require.EqualValues(t, 300, rep.Created)
		require.LessOrEqual(t, most, 50)
		t.Logf("at most %d of 300 in memory", most)
	})
}

func TestToChannelBlocksUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan duijiesync.Record[doc], 2)
		sink := duijiesync.ToChannel(ch)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		records := []duijiesync.Record[doc]{
			{Key: "a", Raw: []byte(`{"a":1}`)}, {Key: "b", Target: duijiesync.Target{ID: "b"}}, {Key: "c"}, {Key: "d"},
		}
		began := time.Now()
		out, err := sink.Write(ctx, records)
		require.NoError(t, err)
		require.Equal(t, time.Minute, time.Since(began))
		kinds := []duijiesync.OutcomeKind{out[0].Kind, out[1].Kind, out[2].Kind, out[3].Kind}
		require.Equal(t, []duijiesync.OutcomeKind{
			duijiesync.OutcomeCreated, duijiesync.OutcomeUpdated, duijiesync.OutcomeRetryable, duijiesync.OutcomeRetryable,
		}, kinds)
		records[0].Raw[2] = '#'
		require.JSONEq(t, `{"a":1}`, string((<-ch).Raw), "the record is the receiver's own")
		require.Equal(t, "b", (<-ch).Key)
		require.Empty(t, ch)
		_, err = sink.Write(ctx, records)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// What a crash left open is held, or delivered again where the receiver is told
// to drop it.
func TestToChannelAfterACrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, idempotent := range []bool{false, true} {
			ch := make(chan duijiesync.Record[doc], 100)
			sink := duijiesync.ToChannel(ch)
			sink.Idempotent = idempotent
			state := duijiesync.NewMemoryState()
			lease, err := state.Acquire(t.Context(), duijiesync.Scope{Pipeline: "docs"}, "a process", time.Minute)
			require.NoError(t, err)
			_, err = state.Open(t.Context(), lease, duijiesync.OpenBatch{Seq: 1, Started: time.Now(), Intents: []duijiesync.Intent{{Key: "D0002"}}})
			require.NoError(t, err)
			require.NoError(t, state.Release(t.Context(), lease))
			rep := mustRun(t, pipe(&listSource{items: docs(3), page: 3}, sink, state))
			if idempotent {
				require.EqualValues(t, 3, rep.Created)
				require.Len(t, ch, 3)
			} else {
				require.EqualValues(t, 1, rep.Held)
				require.Len(t, ch, 2)
			}
		}
	})
}

// A record that was yielded twice, because a run between ended early, is
// acknowledged once.
func TestChannelAcknowledgesOnce(t *testing.T) {
	t.Parallel()
	q := &queue{waiting: docs(1), acked: map[string]int{}}
	ch := q.connect(0)
	close(ch)
	src := duijiesync.Channel(ch)
	for range 2 {
		for b, err := range src.Read(t.Context(), "") {
			require.NoError(t, err)
			defer b.Settled(duijiesync.BatchResult{})
		}
	}
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		b.Settled(duijiesync.BatchResult{})
		b.Settled(duijiesync.BatchResult{})
	}
	require.Equal(t, map[string]int{"D0001": 1}, q.acked)
	t.Cleanup(func() { require.Equal(t, map[string]int{"D0001": 1}, q.acked) })
}
