package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/banniu/banniutest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const (
	sheetID, appID = "27912", "30777"
	unknownGoods   = "G-nobody-knows"
)

// world is a sheet, the goods others know of, and a clock.
type world struct {
	server *banniutest.Server
	goods  Memory
	tasks  int
	hours  atomic.Int64 // since the beginning of the day
}

// newWorld has so many tasks, made in the morning of the demo's day; the
// fourth has goods nobody knows.
func newWorld(t testing.TB, tasks int, opts ...banniutest.Option) *world {
	t.Helper()
	w := &world{goods: Memory{}}
	w.hours.Store(12)
	w.server = banniutest.NewServer(append([]banniutest.Option{banniutest.WithClock(w.now)}, opts...)...)
	t.Cleanup(w.server.Close)
	w.server.AddProject(banniutest.Project{ID: sheetID, AppID: appID, Name: "货品", Columns: []banniutest.Column{
		{ID: 27963, Name: "货品编号"}, {ID: 101297, Name: "商品条码"},
	}})
	for range tasks {
		w.add(time.Duration(w.tasks) * time.Minute)
	}
	if tasks < 4 {
		return w
	}
	w.server.Set(sheetID, w.server.TaskIDs(sheetID)[3], banniutest.Cells{"27963": unknownGoods})
	return w
}

func (w *world) now() time.Time {
	return banniutest.DemoDay().Add(time.Duration(w.hours.Load()) * time.Hour)
}

// add makes a task some time into the day.
func (w *world) add(at time.Duration) {
	w.tasks++
	no := fmt.Sprintf("G%04d", w.tasks/2)
	w.goods[no] = fmt.Sprintf("69%011d", w.tasks/2)
	w.server.Add(sheetID, banniutest.Cells{"27963": no, "3": banniutest.DemoDay().Add(at).Format(time.DateTime)})
}

// client is one with waits nobody waits for.
func (w *world) client(t testing.TB, options ...duijie.Option) *banniu.Client {
	t.Helper()
	client, err := banniu.NewClient(banniu.Config{
		BaseURL: w.server.URL(), AppKey: w.server.AppKey(), AppSecret: duijie.NewSecret(w.server.AppSecret()),
		AccessToken: duijie.NewSecret(w.server.AccessToken()), ProjectID: sheetID, AppID: appID,
	}, append([]duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)), duijie.WithClock(w.now), duijie.WithMaxBody(1 << 20),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond}),
		duijie.WithAttemptTimeout(patience),
	}, options...)...)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// flow is the program's pipeline over the world.
func (w *world) flow(ctx context.Context, client *banniu.Client, state duijiesync.State) (*duijiesync.Pipeline[Task, Barcode], error) {
	p, err := pipeline(ctx, client.Project("", ""), state, w.goods, reading())
	if p != nil {
		p.Settle = duijiesync.SettlePolicy{Delay: 5 * time.Millisecond}
	}
	return p, err
}

// check: every task has its barcode and was changed once by it; those whose goods
// nobody knows have none.
func (w *world) check(t *testing.T) {
	t.Helper()
	ids := w.server.TaskIDs(sheetID)
	require.Len(t, ids, w.tasks)
	for _, id := range ids {
		cells, _ := w.server.Task(sheetID, id)
		want := w.goods[cells["27963"]]
		require.Equal(t, want, cells["101297"], "task %d, goods %s", id, cells["27963"])
		times := 1
		if want == "" {
			times = 0
		}
		require.Equal(t, times, w.server.Updated(sheetID, id), "task %d was written so many times", id)
	}
}

func reading() banniu.SourceConfig[Task] {
	return banniu.SourceConfig[Task]{Start: banniutest.DemoDay(), SettleDelay: time.Hour, Query: banniu.TaskQuery{PageSize: 20}}
}
