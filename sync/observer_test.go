package sync_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// recorder keeps all events.
type recorder struct {
	mu     sync.Mutex
	events []duijiesync.Event
}

func (r *recorder) Observe(_ context.Context, e duijiesync.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *recorder) names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for _, e := range r.events {
		names = append(names, e.EventName())
	}
	return names
}

func eventsOf[E duijiesync.Event](r *recorder) (found []E) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e, ok := e.(E); ok {
			found = append(found, e)
		}
	}
	return found
}

// callingTarget reports a platform call with each write, and finds the observer
// in its context.
type callingTarget struct {
	finderTarget
	seen *bool
}

func (c callingTarget) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	*c.seen = duijiesync.ObserverFrom(ctx) != nil
	duijie.CallObserverFrom(ctx)(duijie.CallEvent{Platform: "model", Op: "Write", Attempt: 1})
	return c.finderTarget.Write(ctx, recs)
}

func TestObserverIsToldEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(30), page: 10}
		to := newTarget()
		to.poison["D0002"] = true
		to.busy["D0021"] = 1
		to.fault = func(n int) fault { return map[int]fault{2: lostAfter}[n] }
		var all recorder
		var seen bool
		p := pipe(src, callingTarget{finderTarget{to}, &seen}, duijiesync.NewMemoryState())
		p.Observer = &all
		rep := mustRun(t, p)
		require.True(t, seen, "the sink finds the observer")
		names := all.names()
		require.Equal(t, "run_started", names[0])
		require.Equal(t, "run_ended", names[len(names)-1])
		for _, name := range []string{"batch_read", "batch_settled", "call_done", "dead_lettered", "outcomes_unknown", "rows_retried"} {
			require.Contains(t, names, name)
		}
		require.Len(t, eventsOf[duijiesync.BatchRead](&all), 3)
		letters := eventsOf[duijiesync.DeadLettered](&all)
		require.Len(t, letters, 1)
		require.Equal(t, "D0002", letters[0].Letter.Key)
		require.Equal(t, "docs", letters[0].Pipeline)
		require.NotEmpty(t, letters[0].Run)
		settled := eventsOf[duijiesync.BatchSettled](&all)
		var created int64
		for _, s := range settled {
			created += s.Result.Created
		}
		require.Equal(t, rep.Created, created)
		require.Equal(t, rep.Created, settled[len(settled)-1].Report.Created)
		require.Equal(t, 10, eventsOf[duijiesync.OutcomesUnknown](&all)[0].Records)
		require.Equal(t, *rep, eventsOf[duijiesync.RunEnded](&all)[0].Report)
		require.EqualValues(t, 1, rep.RowRetries)
		require.Positive(t, rep.Lookups)
		require.EqualValues(t, to.writes, rep.Writes)

		// A crash, what the next run settles, and a lost lease.
		src.items = append(src.items, docs(40)[30:]...)
		c := &crashing{State: p.State, at: 5, after: true}
		_, err := pipe(src, crashingTarget{finderTarget{to}, c}, c).Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		time.Sleep(2 * time.Minute) // virtual
		mustRun(t, p)
		recovered := eventsOf[duijiesync.BatchRecovered](&all)
		require.Len(t, recovered, 1)
		require.Equal(t, 10, recovered[0].Found)
		src.items = renamed(src.items, "D0001")
		lost := pipe(src, &slowLanes{finderTarget: finderTarget{to}, lanes: 1, pause: always(5 * time.Minute)}, &paused{State: p.State, cut: true})
		lost.Observer = &all
		_, err = lost.Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrLeaseLost)
		require.Len(t, eventsOf[duijiesync.LeaseLost](&all), 1, "%v %v", err, all.names())
	})
}

// TestObserverThatPanics is logged and changes nothing.
func TestObserverThatPanics(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(30), page: 10}
	to := newTarget()
	var log bytes.Buffer
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	p.Observer = duijiesync.ObserverFunc(func(context.Context, duijiesync.Event) { panic("observer") })
	p.Logger = slog.New(slog.NewTextHandler(&log, nil))
	require.EqualValues(t, 30, mustRun(t, p).Created)
	require.Contains(t, log.String(), "observer panicked")
	require.Contains(t, log.String(), "stack=")
}

type ownEvent struct{ Late int }

func (ownEvent) EventName() string { return "own_event" }

func TestLogObserver(t *testing.T) {
	t.Parallel()
	of := duijiesync.Of{Pipeline: "docs", Partition: "a", Run: "R"}
	events := []duijiesync.Event{
		duijiesync.RunStarted{Of: of, Checkpoint: "cp", Paging: "keyset"},
		duijiesync.RunEnded{Of: of, Report: duijiesync.Report{Read: 7, Created: 5}},
		duijiesync.RunEnded{Of: of, Err: errors.New("broken")},
		duijiesync.BatchRead{Of: of, Records: 3},
		duijiesync.BatchSettled{Of: of, Records: 3},
		duijiesync.CallDone{Of: of, Call: duijie.CallEvent{Platform: "wdt", Op: "query", Err: errors.New("cut")}},
		duijiesync.DeadLettered{Of: of, Letter: duijiesync.DeadLetter{Key: "K", Reason: duijiesync.DeadHeld, Raw: []byte(`{"phone":"13800000000"}`)}},
		duijiesync.OutcomesUnknown{Of: of, Records: 2, Message: "lost"},
		duijiesync.RowsRetried{Of: of, Records: 1, Attempt: 1, Wait: time.Second},
		duijiesync.BatchRecovered{Of: of, Records: 2, Found: 1},
		duijiesync.LeaseLost{Of: of, Err: errors.New("gone")},
		ownEvent{3},
	}
	lines := func(level slog.Level) []string {
		var log bytes.Buffer
		o := duijiesync.LogObserver(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})))
		for _, e := range events {
			o.Observe(t.Context(), e)
		}
		var all []string
		for line := range bytes.Lines(log.Bytes()) {
			all = append(all, string(line))
		}
		return all
	}
	all := lines(slog.LevelDebug)
	require.Len(t, all, len(events))
	for i, e := range events {
		require.Contains(t, all[i], fmt.Sprintf("msg=%s", e.EventName()))
		if e.EventName() != "own_event" {
			require.Contains(t, all[i], "pipeline=docs")
			require.Contains(t, all[i], "partition=a")
		}
	}
	require.False(t, slices.ContainsFunc(all, func(l string) bool { return bytes.Contains([]byte(l), []byte("13800000000")) }), "items stay out of logs")
	require.Contains(t, all[1], "created=5")
	require.Contains(t, all[2], "level=ERROR")
	require.Contains(t, all[11], "Late:3")
	require.Len(t, lines(slog.LevelInfo), 8)
	require.Len(t, lines(slog.LevelWarn), 5)
	require.Len(t, lines(slog.LevelError), 2)
}

// TestObserversCostNothingUnused: a run without one makes no more garbage than
// one whose observer does nothing, less the events.
func TestObserversCostNothingUnused(t *testing.T) {
	src := &listSource{items: docs(200), page: 20}
	run := func(o duijiesync.Observer) float64 {
		return testing.AllocsPerRun(5, func() {
			p := pipe(src, finderTarget{newTarget()}, duijiesync.NewMemoryState())
			p.Observer = o
			_, err := p.Run(t.Context())
			require.NoError(t, err)
		})
	}
	without, with := run(nil), run(duijiesync.ObserverFunc(func(context.Context, duijiesync.Event) {}))
	require.Less(t, without, with, "events were built for nobody")
	t.Logf("%.0f allocations without an observer, %.0f with one", without, with)
}
