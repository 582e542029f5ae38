package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
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

const (
	orderForm = "SAL_SaleOrder"
	tradeList = "sales.TradeQuery.queryWithDetail"
	badWords  = "备注含有敏感词"
)

// world is both fakes and what the target must look like in the end.
type world struct {
	seller *wdttest.Server
	erp    *kingdeetest.Server
	start  time.Time
	bad    string          // the order Kingdee refuses
	ended  map[string]bool // orders that were cancelled after they were written
	runs   atomic.Int64
	limit  time.Duration // of an attempt; short where servers stall, else what a busy machine needs
}

// newWorld has three shops, two warehouses, eight SKUs, and n approved orders
// of the last minutes.
func newWorld(t testing.TB, n int, opts ...kingdeetest.Option) *world {
	t.Helper()
	return newWorldOf(t, n, wdttest.NewServer(), kingdeetest.NewServer(opts...))
}

func newWorldOf(t testing.TB, n int, seller *wdttest.Server, erp *kingdeetest.Server) *world {
	t.Helper()
	w := &world{seller: seller, erp: erp, start: time.Now().Add(-20 * time.Minute), ended: map[string]bool{}, limit: 20 * time.Second}
	t.Cleanup(w.seller.Close)
	t.Cleanup(w.erp.Close)
	old := w.start.Add(-time.Hour)
	for i := 1; i <= 3; i++ {
		w.seller.PutShop(wdttest.Shop{No: fmt.Sprintf("S%02d", i), Name: fmt.Sprintf("店铺 %d", i), PlatformID: 127, Modified: old})
	}
	for i := 1; i <= 2; i++ {
		w.seller.PutWarehouse(wdttest.Warehouse{No: fmt.Sprintf("W%02d", i), Name: fmt.Sprintf("仓库 %d", i), Modified: old})
	}
	for i := 1; i <= 4; i++ {
		no := fmt.Sprintf("G%02d", i)
		w.seller.SeedGoods(wdttest.Goods{No: no, Name: "货品 " + no, Modified: old, Specs: []wdttest.Spec{{No: no + "-1", Name: "红"}, {No: no + "-2", Name: "蓝"}}})
	}
	seedERP(w.erp)
	for i := 1; i <= n; i++ {
		w.seller.SeedTrade(w.trade(i))
	}
	return w
}

// trade is an order of a shop for one to three SKUs, with discounts and postage.
func (w *world) trade(i int) wdttest.Trade {
	t := wdttest.Trade{
		No: fmt.Sprintf("JY%04d", i), ShopNo: fmt.Sprintf("S%02d", i%3+1), WarehouseNo: "W01", Status: int(wdt.TradeApproved),
		PostAmount: fmt.Sprint(i % 3 * 4), Discount: fmt.Sprintf("%d.%02d", i%5, i*7%100),
		TradeTime: w.start.Add(-time.Hour), Modified: w.start.Add(time.Minute + time.Duration(i)*time.Second),
	}
	for n := range i%3 + 1 {
		t.Lines = append(t.Lines, wdttest.TradeLine{
			SpecNo: fmt.Sprintf("G%02d-%d", (i+n)%4+1, n%2+1), Num: fmt.Sprint(n + 1), Price: fmt.Sprintf("%d.%02d", 9+n*7, i*37%100),
		})
	}
	return t
}

func (w *world) refuse(i int) {
	w.bad = fmt.Sprintf("JY%04d", i)
	w.erp.Refuse(orderForm, w.bad, "FNote", badWords)
}

// change seeds an order again as it is after a change, now.
func (w *world) change(i int, how func(*wdttest.Trade)) {
	t := w.trade(i)
	t.Modified = time.Now()
	how(&t)
	if t.Status < int(wdt.TradeApproved) {
		w.ended[t.No] = true
	}
	w.seller.SeedTrade(t)
}

// address is all a process needs to reach the fakes; it goes to child processes
// as JSON, which the packages' own Configs would redact.
type address struct {
	WDT     wdttest.Account
	Kingdee kingdeetest.Account
	WDTURL  string
	ERPURL  string
	Start   time.Time
	Limit   time.Duration // of an attempt
	Ahead   time.Duration // of the clock, so that each run has a second of its own
}

func (w *world) address() address {
	return address{WDT: w.seller.Account(), Kingdee: w.erp.Account(), WDTURL: w.seller.DirectURL(), ERPURL: w.erp.URL(), Start: w.start, Limit: w.limit, Ahead: time.Duration(w.runs.Add(1)) * 2 * time.Second}
}

// reach makes clients that do not wait long.
func reach(a address) (*wdt.Client, *kingdee.Client, error) {
	options := []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond}),
		duijie.WithAttemptTimeout(a.Limit),
		duijie.WithMaxBody(1 << 20),
	}
	seller, err := wdt.NewClient(wdt.Config{BaseURL: a.WDTURL, SID: a.WDT.SID, AppKey: a.WDT.AppKey, AppSecret: duijie.NewSecret(a.WDT.AppSecret)}, options...)
	if err != nil {
		return nil, nil, err
	}
	erp, err := kingdee.NewClient(kingdee.Config{
		BaseURL: a.ERPURL, AcctID: a.Kingdee.AcctID, Username: a.Kingdee.Username, AppID: a.Kingdee.AppID, AppSecret: duijie.NewSecret(a.Kingdee.AppSecret),
	}, options...)
	return seller, erp, err
}

// buildFlow is the example's pipeline with such clients.
func buildFlow(a address, state duijiesync.State) (*orderFlow, error) {
	seller, erp, err := reach(a)
	if err != nil {
		return nil, err
	}
	var reads atomic.Int64
	return flow{
		name: name, seller: seller, erp: erp, state: state, choices: demoChoices(),
		window: wdt.WindowConfig{Start: a.Start, SettleDelay: -1},
		settle: duijiesync.SettlePolicy{Delay: 20 * time.Millisecond, Attempts: 2}, settleSink: 20 * time.Millisecond,
		lease: time.Second,
		clock: func(context.Context) (time.Time, error) {
			return time.Now().Add(a.Ahead + time.Duration(reads.Add(1))*2*time.Second), nil
		},
	}.pipeline()
}

func (w *world) flow(t testing.TB, state duijiesync.State) *orderFlow {
	t.Helper()
	p, err := buildFlow(w.address(), state)
	require.NoError(t, err)
	return p
}

func openState(t testing.TB) *sqlite.Store {
	t.Helper()
	state, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = state.Close() })
	return state
}

// check: every order that is approved and can be saved is in Kingdee exactly
// once, audited, with today's lines, which add up to what the buyer owes to the
// cent; what it refers to was created once.
func (w *world) check(t require.TestingT) {
	want := 0
	for _, row := range w.seller.Rows(tradeList) {
		no := fmt.Sprint(row["trade_no"])
		if w.ended[no] {
			require.Equal(t, 1, w.erp.Effects(orderForm, no, kingdeetest.Created), "order %s was written before it ended", no)
			want++
			continue
		}
		if no == w.bad || fmt.Sprint(row["trade_status"]) < fmt.Sprint(int(wdt.TradeApproved)) && len(fmt.Sprint(row["trade_status"])) < 3 {
			require.Zero(t, w.erp.Effects(orderForm, no, kingdeetest.Created), "order %s has no place in Kingdee", no)
			continue
		}
		want++
		w.checkOrder(t, no, row)
	}
	require.Len(t, w.erp.Records(orderForm), want)
	for _, form := range []string{"BD_Customer", "BD_MATERIAL", "BD_STOCK"} {
		for _, r := range w.erp.Records(form) {
			require.Equal(t, 1, w.erp.Effects(form, r.Number, kingdeetest.Created), "%s %s", form, r.Number)
			require.Equal(t, kingdee.StatusAudited, r.Status, "%s %s", form, r.Number)
		}
	}
}

func (w *world) checkOrder(t require.TestingT, no string, row wdttest.Row) {
	r, found := w.erp.Record(orderForm, no)
	require.True(t, found, "order %s", no)
	require.Equal(t, 1, w.erp.Effects(orderForm, no, kingdeetest.Created), "order %s", no)
	require.Equal(t, kingdee.StatusAudited, r.Status, "order %s", no)
	require.Equal(t, fmt.Sprint(row["shop_no"]), r.Text("FCustId"), "order %s", no)
	sold, ok := row["detail_list"].([]wdttest.Row)
	require.True(t, ok, "%T", row["detail_list"])
	lines := r.Lines("FSaleOrderEntry")
	require.Len(t, lines, len(sold), "lines of order %s", no)
	var sum duijie.Decimal
	for i, l := range lines {
		require.Equal(t, fmt.Sprint(sold[i]["spec_no"]), l.Text("FMaterialId"), "order %s", no)
		require.Equal(t, fmt.Sprint(row["warehouse_no"]), l.Text(demoStock), "order %s", no)
		require.True(t, decimal(t, sold[i]["num"]).Equal(decimal(t, l.Text("FQty"))), "order %s: %s pieces", no, l.Text("FQty"))
		if amount := l.Text("FAllAmount"); amount != "" { // as of a gift
			sum = sum.Add(decimal(t, amount))
		}
	}
	require.True(t, decimal(t, row["receivable"]).Equal(sum), "order %s: lines of %s for %v", no, sum, row["receivable"])
}

func decimal(t require.TestingT, v any) duijie.Decimal {
	d, err := duijie.ParseDecimal(fmt.Sprint(v))
	require.NoError(t, err)
	return d
}

// letter is the dead letter of an order.
func letter(t require.TestingT, ctx context.Context, p *orderFlow, no string) duijiesync.DeadLetter { //nolint:revive // t comes first in tests
	letters, err := p.DeadLetters(ctx, duijiesync.DeadLetterQuery{Keys: []string{no}, Limit: 2})
	require.NoError(t, err)
	require.Len(t, letters, 1, "dead letters of %s", no)
	return letters[0]
}

// patience is how long runs are tried at least: a busy machine exceeds the short time
// limits of these tests, whose faults are few.
const patience = time.Minute

// runUntilDone runs p until it ends without an error and nothing waits, as a
// scheduler would. What waits for longer is what Kingdee refused to create, and a
// person replays it.
func runUntilDone(ctx context.Context, t require.TestingT, p *orderFlow) *duijiesync.Report {
	var err error
	var rep *duijiesync.Report
	for i, begin := 0, time.Now(); i < 6 || time.Since(begin) < patience; i++ {
		if rep, err = p.Run(ctx); err == nil && rep.Held+rep.Waiting == 0 {
			return rep
		}
		if err == nil && i > 1 {
			_, err = p.Replay(ctx, duijiesync.ReplayQuery{Reason: duijiesync.DeadWaiting})
		}
	}
	require.NoError(t, err, "no end")
	require.Fail(t, "records that wait for good", "%+v", rep)
	return nil
}
