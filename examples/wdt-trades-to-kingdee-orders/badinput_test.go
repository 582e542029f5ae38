package main

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// TestBadOrders: each order that can not be right is a dead letter that says
// why, alone; the rest of the page is written.
func TestBadOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	one := func(l wdttest.TradeLine) []wdttest.TradeLine { return []wdttest.TradeLine{l} }
	good := wdttest.TradeLine{SpecNo: "G01-1", Num: "2", Price: "10"}
	cases := map[string]struct {
		trade  wdttest.Trade
		reason duijiesync.DeadReason
		words  string
	}{
		"B01": {wdttest.Trade{}, duijiesync.DeadTransform, "the order has no lines"},
		"B02": {wdttest.Trade{Lines: one(wdttest.TradeLine{SpecNo: "nowhere", Price: "1"})}, duijiesync.DeadWaiting, `materials "nowhere" is not in the target yet`},
		"B03": {wdttest.Trade{ShopNo: "hidden", Lines: one(good)}, duijiesync.DeadWaiting, `customers "hidden" is not in the target yet`},
		"B04": {wdttest.Trade{WarehouseNo: "W99", Lines: one(good)}, duijiesync.DeadWaiting, `stocks "W99" is not in the target yet`},
		"B05": {wdttest.Trade{PostAmount: "5", Lines: one(wdttest.TradeLine{SpecNo: "G01-1", Num: "0", Price: "10"})}, duijiesync.DeadTransform, "the order has no lines"},
		"B06": {wdttest.Trade{Lines: one(wdttest.TradeLine{SpecNo: "G01-1", Num: "-2", Price: "-10"})}, duijiesync.DeadTransform, "its quantity is -2"},
		"B07": {wdttest.Trade{PostAmount: "0.01", Lines: one(wdttest.TradeLine{SpecNo: "G01-1", Num: "3000001", Price: "0.01"})}, duijiesync.DeadTransform, "no price of 6 decimals"},
		"B08": {wdttest.Trade{Discount: "100", Lines: one(good)}, duijiesync.DeadTransform, "less than nothing"},
		"B09": {wdttest.Trade{PostAmount: "0.005", Lines: one(good)}, duijiesync.DeadTransform, "parts of a cent"},
		"B10": {wdttest.Trade{PostAmount: "5", Lines: one(wdttest.TradeLine{SpecNo: "G01-1", Gift: true})}, duijiesync.DeadTransform, "no line is worth anything"},
		"B11": {wdttest.Trade{Lines: one(good), More: wdttest.Row{"currency": "USD"}}, duijiesync.DeadTransform, "the order is in USD"},
		"B12": {wdttest.Trade{Lines: one(wdttest.TradeLine{SpecNo: "G01-1", Num: "2", Price: "10", More: wdttest.Row{"actual_num": "1"}})}, duijiesync.DeadTransform, "of 2.0000 pieces were shipped"},
	}
	for no, c := range cases {
		o := c.trade
		o.No, o.Modified = no, w.start.Add(2*time.Minute)
		if o.ShopNo == "" {
			o.ShopNo = "S01"
		}
		if o.WarehouseNo == "" {
			o.WarehouseNo = "W01"
		}
		w.seller.SeedTrade(o)
	}
	p := w.flow(t, duijiesync.NewMemoryState())
	rep, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 4, rep.Created)
	require.EqualValues(t, len(cases), rep.DeadLetters)
	for no, c := range cases {
		l := letter(t, t.Context(), p, no)
		require.Equal(t, c.reason, l.Reason, no)
		require.Contains(t, l.Message, c.words, no)
		require.True(t, w.seller.Remove(tradeList, no))
	}
	w.check(t)
}

// TestUnusualOrders: what looks odd and is right goes through.
func TestUnusualOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	gifts := w.trade(1)
	gifts.PostAmount, gifts.Discount = "0", "0"
	gifts.Lines = []wdttest.TradeLine{{SpecNo: "G01-1", Gift: true, Price: "0"}, {SpecNo: "G02-1", Gift: true, Price: "0"}}
	long := w.trade(2)
	long.Lines = nil
	for i := range 50 {
		long.Lines = append(long.Lines, wdttest.TradeLine{SpecNo: fmt.Sprintf("G%02d-%d", i%4+1, i%2+1), Num: fmt.Sprint(i%7 + 1), Price: fmt.Sprintf("%d.%02d", i, 99-i)})
	}
	huge := w.trade(3)
	huge.Lines = []wdttest.TradeLine{{SpecNo: "G01-1", Num: "3", Price: "99999999999.99"}, {SpecNo: "G01-2", Num: "7", Price: "12345678901.23"}}
	ended, waiting, strange := w.trade(4), w.trade(5), w.trade(6)
	ended.Status, waiting.Status, strange.Status = int(wdt.TradeCancelled), int(wdt.TradeServiceReview), int(wdt.TradeCompleted)
	w.seller.SeedTrade(gifts, long, huge, ended, waiting, strange)
	p := w.flow(t, duijiesync.NewMemoryState())
	rep, err := p.Run(t.Context())
	require.NoError(t, err)
	require.True(t, rep.Complete(), "%+v", rep)
	require.EqualValues(t, 4, rep.Created)
	require.EqualValues(t, 2, rep.Skipped)
	w.check(t)
}

// TestOrderGoesBackToReview: an order that was written and then taken back in
// WDT must not be delivered; once it is approved again all is well.
func TestOrderGoesBackToReview(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	p := w.flow(t, duijiesync.NewMemoryState())
	runUntilDone(t.Context(), t, p)
	w.change(2, func(o *wdttest.Trade) { o.Status = int(wdt.TradeServiceReview) })
	runUntilDone(t.Context(), t, p)
	require.Contains(t, letter(t, t.Context(), p, "JY0002").Message, "it went back to 待客审 in WDT")
	delete(w.ended, "JY0002")
	w.change(2, func(o *wdttest.Trade) { o.PostAmount = "31" })
	rep := runUntilDone(t.Context(), t, p)
	require.True(t, rep.Complete(), "%+v", rep)
	w.check(t)
}

// TestCancelledAfterItsChangeWasRefused: that it is in Kingdee is not forgotten.
func TestCancelledAfterItsChangeWasRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	p := w.flow(t, duijiesync.NewMemoryState())
	runUntilDone(t.Context(), t, p)
	w.erp.Refuse(orderForm, "JY0002", "FNote", badWords)
	w.change(2, func(o *wdttest.Trade) { o.PostAmount = "31" })
	runUntilDone(t.Context(), t, p)
	require.Equal(t, badWords+`; the document is back in status "C"`, letter(t, t.Context(), p, "JY0002").Message)
	r, _ := w.erp.Record(orderForm, "JY0002")
	require.Equal(t, kingdee.StatusAudited, r.Status, "it is audited again as it was")
	w.change(2, func(o *wdttest.Trade) { o.Status = int(wdt.TradeCancelled) })
	runUntilDone(t.Context(), t, p)
	require.Contains(t, letter(t, t.Context(), p, "JY0002").Message, "void that one (作废) by hand")
}

// TestDeliveredOrderChanges: Kingdee refuses the un-audit of an order that was
// delivered. It stays as it was, audited, and a dead letter tells.
func TestDeliveredOrderChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	p := w.flow(t, duijiesync.NewMemoryState())
	runUntilDone(t.Context(), t, p)
	_, erp, err := reach(w.address())
	require.NoError(t, err)
	_, err = erp.Push(t.Context(), kingdee.PushRequest{FormID: orderForm, Numbers: []string{"JY0002"}, TargetFormID: "SAL_OUTSTOCK"})
	require.NoError(t, err)
	require.NotEmpty(t, w.erp.FollowUps(orderForm, "JY0002"))
	before, _ := w.erp.Record(orderForm, "JY0002")
	w.change(2, func(o *wdttest.Trade) { o.Status, o.LogisticNo = int(wdt.TradeShipped), "SF1" })
	rep := runUntilDone(t.Context(), t, p)
	require.True(t, rep.Complete(), "what changes in WDT alone does not touch it: %+v", rep)
	w.change(2, func(o *wdttest.Trade) { o.PostAmount = "31" })
	w.change(3, func(o *wdttest.Trade) { o.PostAmount = "31" })
	rep = runUntilDone(t.Context(), t, p)
	require.EqualValues(t, 1, rep.Updated, "the others of the batch are not held up")
	l := letter(t, t.Context(), p, "JY0002")
	require.Equal(t, duijiesync.DeadRefused, l.Reason)
	require.Contains(t, l.Message, "已有下游单据，不允许操作")
	after, _ := w.erp.Record(orderForm, "JY0002")
	require.Equal(t, string(before.Fields["FSaleOrderEntry"]), string(after.Fields["FSaleOrderEntry"]))
	require.Equal(t, kingdee.StatusAudited, after.Status)
}

// TestRandomOrders: two hundred orders with whatever quantities, prices,
// discounts, gifts and postage arrive, each once and to the cent, changes too.
func TestRandomOrders(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 5))
	w := newWorld(t, 0)
	random := func(i int, modified time.Time) wdttest.Trade {
		o := w.trade(i)
		o.Lines, o.Modified, o.Discount, o.PostAmount = nil, modified, "0", fmt.Sprintf("%d.%02d", rng.IntN(30), rng.IntN(100))
		cents := 0
		for range 1 + rng.IntN(12) {
			l := wdttest.TradeLine{SpecNo: fmt.Sprintf("G%02d-%d", 1+rng.IntN(4), 1+rng.IntN(2)), Num: fmt.Sprint(1 + rng.IntN(60))}
			if l.Gift = rng.IntN(6) == 0; !l.Gift {
				price := rng.IntN(200_000)
				l.Price = fmt.Sprintf("%d.%02d", price/100, price%100)
				cents += price
			}
			o.Lines = append(o.Lines, l)
		}
		if cents == 0 {
			o.PostAmount = "0"
		} else {
			off := rng.IntN(cents)
			o.Discount = fmt.Sprintf("%d.%02d", off/100, off%100)
		}
		return o
	}
	for i := 1; i <= 200; i++ {
		w.seller.SeedTrade(random(i, w.start.Add(time.Minute+time.Duration(rng.IntN(600))*time.Second)))
	}
	p := w.flow(t, openState(t))
	rep := runUntilDone(t.Context(), t, p)
	require.True(t, rep.Complete(), "%+v", rep)
	w.check(t)
	for range 40 {
		w.seller.SeedTrade(random(1+rng.IntN(200), time.Now()))
	}
	rep = runUntilDone(t.Context(), t, p)
	require.True(t, rep.Complete(), "%+v", rep)
	require.Positive(t, rep.Updated)
	w.check(t)
}
