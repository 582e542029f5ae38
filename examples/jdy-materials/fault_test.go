package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const cellMaterials = 230 // three pages

// clock is the time of one play, for platform, client and bookings alike. Waits for
// the turn of a token call take none of ours: the clock is put forward instead.
type clock struct {
	duijie.TokenStore
	mu     sync.Mutex
	ahead  time.Duration
	booked map[string][]time.Time
}

func newClock() *clock {
	return &clock{TokenStore: duijie.NewMemoryTokenStore(), booked: map[string][]time.Time{}}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// Reserve books a call as a shared store does, and lets the wait pass.
func (c *clock) Reserve(_ context.Context, scope string, q duijie.Quota, _ time.Duration) (time.Duration, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now().Add(c.ahead)
	at, keep := q.Book(now, c.booked[scope])
	c.booked[scope] = keep
	c.ahead += at.Sub(now)
	return 0, true, nil
}

// cell is one play of the story: a server, a state, and what was recorded.
type cell struct {
	*clock
	server *jdytest.Server
	state  duijiesync.State
	p      *duijiesync.Pipeline[jdy.MaterialRow, jdy.MaterialRow]
	times  map[string]int // how often each material was recorded, by number and name
}

func newCell(t *testing.T) *cell {
	t.Helper()
	c := &cell{clock: newClock(), times: map[string]int{}, state: duijiesync.NewMemoryState()}
	c.server = jdytest.NewServer(jdytest.WithClock(c.now))
	t.Cleanup(c.server.Close)
	seed(c.server, cellMaterials, time.Now().Add(-time.Hour))
	c.start(t)
	return c
}

// start makes a client and a pipeline, as a process does that starts.
func (c *cell) start(t *testing.T) {
	t.Helper()
	s := c.server
	client, err := jdy.NewClient(jdy.Config{
		BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), OuterInstanceID: s.OuterInstanceID(),
	},
		duijie.WithTokenStore(c.clock), duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond, MaxRetryAfter: time.Second}),
		duijie.WithAttemptTimeout(600*time.Millisecond), duijie.WithMaxBody(1<<20), duijie.WithClock(c.now),
	)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	c.p, err = pipeline(client, c.state, jdy.SourceConfig[jdy.MaterialRow]{SettleDelay: -1})
	require.NoError(t, err)
	var mu sync.Mutex
	c.p.Sink = duijiesync.SinkFunc[jdy.MaterialRow](func(_ context.Context, r duijiesync.Record[jdy.MaterialRow]) (duijiesync.Outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		c.times[r.Key+" "+r.Value.Name]++
		return duijiesync.Outcome{}, nil
	})
}

// seed makes materials M001, M002 and so on that were changed at a time.
func seed(s *jdytest.Server, n int, changed time.Time) {
	at := changed.In(duijie.China).Format(time.DateTime)
	for i := 1; i <= n; i++ {
		s.Seed(materials, jdytest.Row{"number": fmt.Sprintf("M%03d", i), "name": fmt.Sprintf("商品 %d", i), "create_time": at, "modify_time": at})
	}
}

// run runs until it ends without an error, as a scheduler would, two seconds after
// the run before, as times have whole seconds.
func (c *cell) run(t *testing.T) {
	t.Helper()
	var err error
	for range 6 {
		c.forward(2 * time.Second)
		if _, err = c.p.Run(t.Context()); err == nil {
			return
		}
		if e, ok := errors.AsType[*duijie.APIError](err); ok && e.RetryAfter > time.Second {
			c.start(t) // a wait nobody sleeps through: a scheduler starts anew when it is over
		}
	}
	require.NoError(t, err, "six runs and no end")
}

// TestEveryFault plays a first run, two changes and a secret that rotates, and a
// second run, once per fault kind and call position of the list; and once per
// kind with the fault at the first call of the authorisation and of the token.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	lists := newCell(t)
	lists.run(t)
	calls := lists.server.Count("GET " + materials)
	require.GreaterOrEqual(t, calls, 4)
	slots := make(chan struct{}, 16)
	var wg sync.WaitGroup
	play := func(op string, call int, kind jdytest.FaultKind) {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			t.Run(fmt.Sprintf("%s %d %s", op, call, kind), func(t *testing.T) { newCell(t).story(t, op, call, kind) })
		})
	}
	for i, kind := range jdytest.FaultKinds() {
		for call := 1 + i%2; call <= calls; call += stride {
			play("GET "+materials, call, kind)
		}
		play("POST push_app_authorize", 1, kind)
		play("GET kingdee_auth_token", 1, kind)
	}
	wg.Wait()
}

// story has no ending but one: every material once, and every change once.
func (c *cell) story(t *testing.T, op string, call int, kind jdytest.FaultKind) {
	t.Helper()
	c.server.Inject(jdytest.Fault{Op: op, Call: call, Kind: kind, Delay: 5 * time.Millisecond})
	c.run(t)
	require.True(t, fired(c.server, op, kind), "the fault was met")
	at := c.now().In(duijie.China).Format(time.DateTime)
	for _, no := range []string{"M007", "M200"} {
		require.True(t, c.server.Change(materials, no, jdytest.Row{"name": "改名 " + no, "modify_time": at}))
	}
	c.server.RotateSecret()
	c.server.RevokeTokens()
	tokens := c.server.Tokens()
	c.run(t)
	require.Greater(t, c.server.Tokens(), tokens, "with the new secret")
	c.run(t) // finds nothing to do
	require.LessOrEqual(t, c.server.MaxTokenCallsPerMinute(), 2)
	for i := 1; i <= cellMaterials; i++ {
		no := fmt.Sprintf("M%03d", i)
		require.Equal(t, 1, c.times[fmt.Sprintf("%s 商品 %d", no, i)], no)
		if i == 7 || i == 200 {
			require.Equal(t, 1, c.times[no+" 改名 "+no], no)
		}
	}
}

// fired tells whether a call of op met the fault.
func fired(s *jdytest.Server, op string, kind jdytest.FaultKind) bool {
	return slices.ContainsFunc(s.Calls(), func(c jdytest.Call) bool { return c.Op == op && c.Fault == kind })
}
