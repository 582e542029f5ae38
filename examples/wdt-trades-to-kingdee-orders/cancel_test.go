package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

func cancelled(o *wdttest.Trade) { o.Status = int(wdt.TradeCancelled) }

// TestCancelledWhileItWaits: an order that waits for an SKU and is cancelled
// meanwhile is not written when the SKU appears.
func TestCancelledWhileItWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	p := w.flow(t, duijiesync.NewMemoryState())
	lines := []wdttest.TradeLine{{SpecNo: "late", Price: "7"}}
	o := w.trade(2)
	o.Lines = lines
	w.seller.SeedTrade(o)
	rep, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Waiting)

	o.Status, o.Modified = int(wdt.TradeCancelled), time.Now()
	w.seller.SeedTrade(o)
	w.seller.SeedGoods(wdttest.Goods{No: "late", Name: "新"})
	p = w.flow(t, p.State) // another process, which remembers no misses
	for range 2 {
		rep, err = p.Run(t.Context())
		require.NoError(t, err)
	}
	_, found := w.erp.Record(orderForm, "JY0002")
	require.False(t, found, "a cancelled order was written")
	require.True(t, rep.Complete(), "%+v", rep)
	w.check(t)
}

// TestCancelledAfterItWasRefused: a replay does not write an order that was
// cancelled after Kingdee refused it.
func TestCancelledAfterItWasRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.refuse(2)
	p := w.flow(t, duijiesync.NewMemoryState())
	runUntilDone(t.Context(), t, p)
	o := w.trade(2)
	cancelled(&o)
	o.Modified = time.Now()
	w.seller.SeedTrade(o)
	w.erp.Refuse(orderForm, w.bad, "", "")
	runUntilDone(t.Context(), t, p)
	rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	_, found := w.erp.Record(orderForm, "JY0002")
	require.False(t, found, "a cancelled order was written")
	require.True(t, rep.Complete(), "%+v", rep)
}
