package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// cell is one play of the story: a server, a state, and what was recorded.
type cell struct {
	server *fxiaoketest.Server
	state  duijiesync.State
	p      *duijiesync.Pipeline[Row, Warehouse]
	runs   atomic.Int64 // each run is two seconds behind the one before, so that what changed lies in the past
	mu     sync.Mutex
	times  map[string]int // how often each warehouse was recorded, by id and name
}

func newCell(t *testing.T) *cell {
	t.Helper()
	c := &cell{times: map[string]int{}, state: duijiesync.NewMemoryState()}
	c.server = fxiaoketest.NewServer(fxiaoketest.WithDemo(), fxiaoketest.WithTokenRate(0), fxiaoketest.WithRate(0), fxiaoketest.WithClock(c.now))
	t.Cleanup(c.server.Close)
	c.start(t)
	return c
}

func (c *cell) now() time.Time { return time.Now().Add(time.Duration(c.runs.Load()) * 2 * time.Second) }

// start makes a client and a pipeline, as a process does that starts.
func (c *cell) start(t *testing.T) {
	t.Helper()
	s := c.server
	client, err := fxiaoke.NewClient(fxiaoke.Config{
		BaseURL: s.URL(), AppID: s.AppID(), AppSecret: duijie.NewSecret(s.AppSecret()),
		PermanentCode: duijie.NewSecret(s.PermanentCode()), OpenUserID: s.OpenUserID(),
	},
		duijie.WithTokenStore(duijie.NewMemoryTokenStore()), duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond, MaxRetryAfter: time.Second}),
		duijie.WithAttemptTimeout(attempt), duijie.WithMaxBody(1<<20),
		duijie.WithClock(c.now),
	)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	sink := duijiesync.SinkFunc[Warehouse](func(_ context.Context, r duijiesync.Record[Warehouse]) (duijiesync.Outcome, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.times[r.Key+" "+r.Value.Name]++
		return duijiesync.Outcome{}, nil
	})
	c.p, err = pipeline(client, c.state, sink, fxiaoke.SourceConfig[Row]{SettleDelay: -1})
	require.NoError(t, err)
}

// run runs until it ends without an error, as a scheduler would.
func (c *cell) run(t *testing.T) {
	t.Helper()
	var err error
	for range 6 {
		c.runs.Add(1)
		if _, err = c.p.Run(t.Context()); err == nil {
			return
		}
		if e, ok := errors.AsType[*duijie.APIError](err); ok && e.RetryAfter > time.Second {
			c.start(t) // a wait nobody sleeps through: a scheduler starts anew when it is over
		}
	}
	require.NoError(t, err, "six runs and no end")
}

// TestEveryFault plays a first run, two changes with a token that ends, a second run and a
// third, once per fault kind and call position of the query, and once per kind with the
// fault at the first token call.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	first := newCell(t)
	first.run(t)
	calls := first.server.Count(queryOp)
	require.GreaterOrEqual(t, calls, 3)
	slots := make(chan struct{}, plays)
	var wg sync.WaitGroup
	play := func(op string, call int, kind fxiaoketest.FaultKind) {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			t.Run(fmt.Sprintf("%s %d %s", op, call, kind), func(t *testing.T) { newCell(t).story(t, op, call, kind) })
		})
	}
	for i, kind := range fxiaoketest.FaultKinds() {
		for call := 1 + i%2; call <= calls+2; call += stride {
			play(queryOp, call, kind)
		}
		play("/cgi/corpAccessToken/get/V2", 1, kind)
	}
	wg.Wait()
}

func (c *cell) story(t *testing.T, op string, call int, kind fxiaoketest.FaultKind) {
	t.Helper()
	c.server.Inject(fxiaoketest.Fault{Op: op, Call: call, Kind: kind, Delay: 5 * time.Millisecond})
	c.run(t)
	renamed := c.server.Records(object)
	for _, i := range []int{7, 200} {
		c.server.Set(object, fmt.Sprint(renamed[i]["_id"]), fxiaoketest.Row{"name": "改名"})
	}
	c.server.RevokeToken()
	c.run(t)
	c.run(t) // finds nothing to do
	fired := false
	for _, call := range c.server.Calls() {
		fired = fired || call.Fault == kind
	}
	require.True(t, fired)
	before := map[string]any{}
	for _, rec := range renamed {
		before[fmt.Sprint(rec["_id"])] = rec["version"]
	}
	for _, rec := range c.server.Records(object) {
		id, want := fmt.Sprint(rec["_id"]), 1
		if kind == fxiaoketest.RowsMove && rec["name"] != "改名" && rec["version"] != before[id] {
			want = 2 // the fault modified it after the first run, and its new time was recorded
		}
		require.Equal(t, want, c.times[id+" "+fmt.Sprint(rec["name"])], "%s %v", id, rec["name"])
	}
	for _, i := range []int{7, 200} {
		require.Equal(t, 1, c.times[fmt.Sprint(renamed[i]["_id"], " ", renamed[i]["name"])], "its first name too")
	}
	require.Len(t, c.times, fxiaoketest.DemoRecords+2, "nothing else")
}
