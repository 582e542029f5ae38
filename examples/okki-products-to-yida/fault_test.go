package main

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const cellProducts = 13 // three pages of five

// cell is one play of the story: two servers and a state.
type cell struct {
	from *okkitest.Server
	to   *dingtalktest.Server
	run  func(t *testing.T) error

	restart func(t *testing.T)
	runs    atomic.Int64 // each run is two seconds behind the one before, as times have whole seconds
}

func newCell(t *testing.T, version dingtalk.YidaVersion) *cell {
	t.Helper()
	c := &cell{from: okkitest.NewServer(), to: dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0), dingtalktest.WithIndexLag(2*time.Millisecond))}
	t.Cleanup(c.from.Close)
	t.Cleanup(c.to.Close)
	group := c.from.AddGroup("吊灯", c.from.AddGroup("灯具", 0))
	for i := range cellProducts {
		at := time.Now().Add(-time.Duration(60+i) * time.Minute).In(duijie.China).Format(time.DateTime)
		c.from.Add("product", okkitest.Row{
			"product_no": fmt.Sprintf("P%02d", i), "name": fmt.Sprintf("产品 %d", i), "group_id": group, "product_type": 1, "create_time": at, "update_time": at,
		})
	}
	state := duijiesync.NewMemoryState()
	c.restart = func(t *testing.T) { c.start(t, state, version) }
	c.restart(t)
	return c
}

// start makes clients and a pipeline, as a process does that starts.
func (c *cell) start(t *testing.T, state duijiesync.State, version dingtalk.YidaVersion) {
	t.Helper()
	source, target, err := fakeClients(c.from, c.to,
		duijie.WithTokenStore(duijie.NewMemoryTokenStore()), duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond, MaxRetryAfter: time.Second}),
		duijie.WithAttemptTimeout(attempt), duijie.WithMaxBody(1<<20),
		duijie.WithClock(func() time.Time { return time.Now().Add(time.Duration(c.runs.Load()) * 2 * time.Second) }),
	)
	require.NoError(t, err)
	t.Cleanup(source.CloseIdleConnections)
	t.Cleanup(target.CloseIdleConnections)
	if version != "" {
		target = inVersion(t, c.to, version)
	}
	p, err := pipeline(source, target, state, tuning{sourceSettle: -1, indexSettle: 10 * time.Millisecond, page: 5})
	require.NoError(t, err)
	p.LeaseWait = 0
	c.run = func(t *testing.T) error {
		_, err := p.Run(t.Context())
		return err
	}
}

// inVersion is a client of one version of the Yida calls.
func inVersion(t *testing.T, to *dingtalktest.Server, version dingtalk.YidaVersion) *dingtalk.Client {
	t.Helper()
	c, err := dingtalk.NewClient(dingtalk.Config{
		BaseURL: to.URL(), OAPIBaseURL: to.OapiURL(), AppKey: to.AppKey(), AppSecret: duijie.NewSecret(to.AppSecret()),
		Yida: dingtalk.YidaApp{
			AppType: to.AppType(), SystemToken: duijie.NewSecret(to.SystemToken()), UserID: to.UserID(), FormUUID: dingtalktest.DemoForm, Version: version,
		},
	}, duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// settle runs until a run ends without an error, as a scheduler would.
func (c *cell) settle(t *testing.T) {
	t.Helper()
	var err error
	for range 8 {
		c.runs.Add(1)
		if err = c.run(t); err == nil {
			return
		}
		if e, ok := errors.AsType[*duijie.APIError](err); ok && e.RetryAfter > time.Second {
			c.restart(t) // a wait nobody sleeps through: a scheduler starts anew when it is over
		}
	}
	require.NoError(t, err, "eight runs and no end")
}

func (c *cell) story(t *testing.T) {
	t.Helper()
	c.settle(t)
	c.from.Add("product", okkitest.Row{"product_no": "P90", "name": "新产品", "product_type": 1})
	c.from.Set("product", idOf(c.from.Records("product")[3]), okkitest.Row{"name": "改名"})
	c.from.RevokeTokens()
	c.to.ExpireTokens()
	c.settle(t)
	c.settle(t) // finds nothing to do
	for _, r := range c.from.Records("product") {
		no := fmt.Sprint(r["product_no"])
		require.Equal(t, 1, c.to.Created(dingtalktest.DemoForm, componentNo, no), no)
	}
	require.Equal(t, cellProducts+1, c.to.Created(dingtalktest.DemoForm, "", ""), "nothing else")
}

// TestBothVersions plays the story on either version of the Yida calls.
func TestBothVersions(t *testing.T) {
	t.Parallel()
	for _, version := range []dingtalk.YidaVersion{dingtalk.YidaV1, dingtalk.YidaV2} {
		c := newCell(t, version)
		c.story(t)
		require.Equal(t, cellProducts, c.to.Created(dingtalktest.DemoForm, componentTop, "灯具"))
		require.Equal(t, cellProducts, c.to.Created(dingtalktest.DemoForm, componentGroup, "吊灯"))
		want := "/" + string(version) + "/"
		for _, call := range c.to.Calls() {
			if call.Op == startOp {
				require.Contains(t, call.Path, want)
			}
		}
	}
}

// TestEveryFault plays the story once per fault kind of either platform and sampled call
// positions: every product has one approval in the end.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	slots := make(chan struct{}, plays)
	var wg sync.WaitGroup
	play := func(name string, inject func(*cell), fired func(*cell) bool) {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			t.Run(name, func(t *testing.T) {
				c := newCell(t, "")
				inject(c)
				c.story(t)
				require.True(t, fired(c), "the fault fired")
			})
		})
	}
	for i, kind := range okkitest.FaultKinds() {
		for _, at := range []struct {
			op    string
			calls int
		}{{listOp, 4}, {"GET product/groups", 1}, {"POST oauth2/access_token", 1}} {
			for call := 1 + i%min(2, at.calls); call <= at.calls; call += stride {
				play(fmt.Sprintf("okki %s %d %s", at.op, call, kind), func(c *cell) {
					c.from.Inject(okkitest.Fault{Op: at.op, Call: call, Kind: kind, Delay: 5 * time.Millisecond})
				}, func(c *cell) bool {
					for _, call := range c.from.Calls() {
						if call.Fault == kind {
							return true
						}
					}
					return false
				})
			}
		}
	}
	for i, kind := range dingtalktest.FaultKinds() {
		if kind == dingtalktest.Refusal || kind == dingtalktest.RefusalAfter {
			continue // any code at all: the package's own tests play the table of codes
		}
		for _, at := range []struct {
			op    string
			calls int
		}{{startOp, 9}, {"POST yida/processes/instances", 9}, {"POST oauth2/accessToken", 1}} {
			for call := 1 + i%min(3, at.calls); call <= at.calls; call += 3 * stride {
				play(fmt.Sprintf("dingtalk %s %d %s", at.op, call, kind), func(c *cell) {
					c.to.Inject(dingtalktest.Fault{Op: at.op, Call: call, Kind: kind, Delay: 5 * time.Millisecond})
				}, func(c *cell) bool {
					for _, call := range c.to.Calls() {
						if call.Fault == kind {
							return true
						}
					}
					return false
				})
			}
		}
	}
	wg.Wait()
}
