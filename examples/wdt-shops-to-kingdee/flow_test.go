package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// setup is one way to reach both platforms.
type setup struct {
	gateway wdt.Gateway
	mode    kingdee.AuthMode
}

// world is both fakes and what the target must look like in the end.
type world struct {
	shops *wdttest.Server
	erp   *kingdeetest.Server
	bad   string // the shop Kingdee refuses
	page  int    // shops per page
}

func newWorld(t testing.TB, n int, opts ...kingdeetest.Option) *world {
	t.Helper()
	w := &world{shops: wdttest.NewServer(), erp: kingdeetest.NewServer(opts...), page: 10}
	t.Cleanup(w.shops.Close)
	t.Cleanup(w.erp.Close)
	start := time.Now().Add(-time.Hour)
	for i := 1; i <= n; i++ {
		w.put(i, fmt.Sprintf("店铺 %d", i), start.Add(time.Duration(i)*time.Second))
	}
	return w
}

func (w *world) put(i int, name string, modified time.Time) {
	w.shops.PutShop(wdttest.Shop{ID: int64(1000 + i), No: fmt.Sprintf("S%04d", i), Name: name, PlatformID: 127, Modified: modified})
}

func (w *world) refuse(i int) {
	w.bad = fmt.Sprintf("S%04d", i)
	w.erp.Refuse("BD_Customer", w.bad, "FName", "名称含有非法字符")
}

// flow builds the example's pipeline with clients that do not wait long.
func (w *world) flow(t testing.TB, s setup, state duijiesync.State) *duijiesync.Pipeline[wdt.Shop, kingdee.Customer] {
	t.Helper()
	p, err := buildFlow(w.config(s), state)
	require.NoError(t, err)
	return p
}

// address is all a process needs to reach the fakes; it goes to child processes
// as JSON, which the packages' own Configs would redact.
type address struct {
	WDT     wdttest.Account
	Kingdee kingdeetest.Account
	WDTURL  string
	ERPURL  string
	Gateway wdt.Gateway
	Mode    kingdee.AuthMode
	Page    int
}

func (w *world) config(s setup) address {
	a := address{
		WDT: w.shops.Account(), Kingdee: w.erp.Account(), WDTURL: w.shops.DirectURL(), ERPURL: w.erp.URL(),
		Gateway: s.gateway, Mode: s.mode, Page: w.page,
	}
	if s.gateway == wdt.Qimen {
		a.WDTURL = w.shops.QimenURL()
	}
	return a
}

func buildFlow(a address, state duijiesync.State) (*duijiesync.Pipeline[wdt.Shop, kingdee.Customer], error) {
	options := []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond}),
		duijie.WithAttemptTimeout(400 * time.Millisecond),
		duijie.WithMaxBody(1 << 20),
	}
	shops, err := wdt.NewClient(wdt.Config{
		Gateway: a.Gateway, BaseURL: a.WDTURL, SID: a.WDT.SID, AppKey: a.WDT.AppKey, AppSecret: duijie.NewSecret(a.WDT.AppSecret),
		QimenAppKey: a.WDT.QimenAppKey, QimenAppSecret: duijie.NewSecret(a.WDT.QimenAppSecret), QimenTargetAppKey: a.WDT.TargetAppKey,
	}, options...)
	if err != nil {
		return nil, err
	}
	erp, err := kingdee.NewClient(kingdee.Config{
		BaseURL: a.ERPURL, AcctID: a.Kingdee.AcctID, Username: a.Kingdee.Username, AppID: a.Kingdee.AppID,
		AppSecret: duijie.NewSecret(a.Kingdee.AppSecret), Mode: a.Mode,
	}, options...)
	if err != nil {
		return nil, err
	}
	p, err := pipeline(shops, erp, state, "100")
	if err != nil {
		return nil, err
	}
	p.Source = wdt.NewListScan(shops.Shops, wdt.ShopQuery{PageSize: a.Page})
	p.Settle = duijiesync.SettlePolicy{Delay: 20 * time.Millisecond, Attempts: 2}
	p.LeaseTTL, p.LeaseWait = time.Second, 20*time.Second
	return p, nil
}

func openState(t testing.TB) *sqlite.Store {
	t.Helper()
	state, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = state.Close() })
	return state
}

// check: the customers are the shops that can be saved, each exactly once, with
// today's name, audited.
func (w *world) check(t require.TestingT) {
	want := map[string]string{}
	for _, s := range w.shops.Shops() {
		if s.No != w.bad {
			want[s.No] = s.Name
		}
	}
	got := map[string]string{}
	for _, r := range w.erp.Records("BD_Customer") {
		_, twice := got[r.Number]
		require.False(t, twice, "customer %s was created twice", r.Number)
		got[r.Number] = string(r.Fields["FName"])
		require.Equal(t, "C", r.Status, "customer %s is audited", r.Number)
	}
	require.Len(t, got, len(want))
	for no, name := range want {
		require.Equal(t, fmt.Sprintf("%q", name), got[no], "customer %s", no)
	}
}

// patience is how long runs are tried at least: a busy machine exceeds the short time
// limits of these tests, whose faults are few.
const patience = time.Minute

// runUntilDone runs p until it ends without an error, as a scheduler would.
func runUntilDone(ctx context.Context, t require.TestingT, p *duijiesync.Pipeline[wdt.Shop, kingdee.Customer]) *duijiesync.Report {
	var err error
	for i, begin := 0, time.Now(); i < 4 || time.Since(begin) < patience; i++ {
		var rep *duijiesync.Report
		if rep, err = p.Run(ctx); err == nil {
			return rep
		}
	}
	require.NoError(t, err, "no end")
	return nil
}
