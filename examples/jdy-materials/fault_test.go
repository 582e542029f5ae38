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
	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const cellMaterials = 230 // three pages

// cell is one play of the story: a server, a state, and what was recorded.
type cell struct {
	server *jdytest.Server
	p      *duijiesync.Pipeline[jdy.MaterialRow, jdy.MaterialRow]
	runs   atomic.Int64   // each run is two seconds behind the one before, as times have whole seconds
	times  map[string]int // how often each material was recorded, by number and name
}

func newCell(t *testing.T) *cell {
	t.Helper()
	s := jdytest.NewServer()
	t.Cleanup(s.Close)
	old := time.Now().Add(-time.Hour).In(duijie.China).Format(time.DateTime)
	for i := 1; i <= cellMaterials; i++ {
		s.Seed(materials, jdytest.Row{"number": fmt.Sprintf("M%03d", i), "name": fmt.Sprintf("商品 %d", i), "create_time": old, "modify_time": old})
	}
	c := &cell{server: s, times: map[string]int{}}
	client, err := jdy.NewClient(jdy.Config{
		BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), OuterInstanceID: s.OuterInstanceID(),
	},
		duijie.WithTokenStore(duijie.NewMemoryTokenStore()), duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond, MaxRetryAfter: time.Second}),
		duijie.WithAttemptTimeout(600*time.Millisecond), duijie.WithMaxBody(1<<20),
		duijie.WithClock(func() time.Time { return time.Now().Add(time.Duration(c.runs.Load()) * 2 * time.Second) }),
	)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	c.p, err = pipeline(client, duijiesync.NewMemoryState(), jdy.SourceConfig[jdy.MaterialRow]{SettleDelay: -1})
	require.NoError(t, err)
	var mu sync.Mutex
	c.p.Sink = duijiesync.SinkFunc[jdy.MaterialRow](func(_ context.Context, r duijiesync.Record[jdy.MaterialRow]) (duijiesync.Outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		c.times[r.Key+" "+r.Value.Name]++
		return duijiesync.Outcome{}, nil
	})
	return c
}

// run runs until it ends without an error, as a scheduler would. A third token call
// within a minute is not made, and the error says so: then the story ends here.
func (c *cell) run(t *testing.T) bool {
	t.Helper()
	var err error
	for range 6 {
		c.runs.Add(1)
		if _, err = c.p.Run(t.Context()); err == nil {
			return true
		}
	}
	if errors.Is(err, duijie.ErrRateLimited) {
		require.ErrorContains(t, err, "token")
		return false
	}
	require.NoError(t, err, "six runs and no end")
	return false
}

// TestEveryFault plays a first run, two changes and a secret that rotates, and a
// second run, once per fault kind and call position of the list; and once per
// kind with the fault at the first call of the authorisation and of the token.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	lists := newCell(t)
	require.True(t, lists.run(t))
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

func (c *cell) story(t *testing.T, op string, call int, kind jdytest.FaultKind) {
	t.Helper()
	c.server.Inject(jdytest.Fault{Op: op, Call: call, Kind: kind, Delay: 5 * time.Millisecond})
	if !c.run(t) {
		return
	}
	at := time.Now().In(duijie.China).Format(time.DateTime)
	for _, no := range []string{"M007", "M200"} {
		require.True(t, c.server.Change(materials, no, jdytest.Row{"name": "改名 " + no, "modify_time": at}))
	}
	c.server.RotateSecret()
	c.server.RevokeTokens()
	done := c.run(t)
	done = done && c.run(t) // finds nothing to do
	require.LessOrEqual(t, c.server.MaxTokenCallsPerMinute(), 2)
	for i := 1; i <= cellMaterials; i++ {
		no := fmt.Sprintf("M%03d", i)
		require.Equal(t, 1, c.times[fmt.Sprintf("%s 商品 %d", no, i)], no)
		if done && (i == 7 || i == 200) {
			require.Equal(t, 1, c.times[no+" 改名 "+no], no)
		}
	}
}
