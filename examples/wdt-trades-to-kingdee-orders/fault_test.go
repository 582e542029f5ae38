package main

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

const matrixTrades = 12

// story is what each cell of the matrix plays: a first run that creates all the
// orders refer to on the way; then one order costs more, one moves to another
// warehouse, and one is cancelled; a second run, and a third that must change
// nothing.
func story(t *testing.T, w *world, state duijiesync.State) {
	t.Helper()
	ctx := t.Context()
	p := w.flow(t, state)
	runUntilDone(ctx, t, p)
	w.check(t)
	w.change(3, func(o *wdttest.Trade) { o.PostAmount = "88" })
	w.change(5, func(o *wdttest.Trade) { o.WarehouseNo = "W02" })
	w.change(8, func(o *wdttest.Trade) { o.Status = int(wdt.TradeCancelled) })
	runUntilDone(ctx, t, p)
	w.check(t)
	writes := len(w.erp.History("", ""))
	rep := runUntilDone(ctx, t, p)
	require.Zero(t, rep.Created+rep.Updated+rep.Held+rep.Waiting, "the third run finds nothing to do")
	require.Len(t, w.erp.History("", ""), writes, "nor does it do anything")
	require.EqualValues(t, 2, rep.DeadLetters)
	poisoned := letter(t, ctx, p, w.bad)
	require.Equal(t, duijiesync.DeadRefused, poisoned.Reason)
	require.Equal(t, "FNote", poisoned.Field)
	require.Equal(t, badWords, poisoned.Message)
	gone, _ := w.erp.Record(orderForm, "JY0008")
	require.Contains(t, letter(t, ctx, p, "JY0008").Message,
		fmt.Sprintf("it is 已取消 in WDT, and sales order %d in Kingdee: void that one (作废) by hand", gone.ID))
	w.check(t)
}

// TestEveryFaultAtEveryCall plays the story once per fault kind and call
// position, on either platform. There are more cells than time: of each kind
// every stride-th position is tried, from another one on for each kind, so that
// each position meets several kinds and each kind all parts of the story.
func TestEveryFaultAtEveryCall(t *testing.T) {
	t.Parallel()
	clean := newWorld(t, matrixTrades)
	clean.refuse(9)
	story(t, clean, openState(t))
	wdtCalls, kingdeeCalls := clean.seller.Count(""), clean.erp.Count("")
	cells := newPool(t)
	n := 0
	play := func(name string, inject func(*world)) {
		n++
		cells.run(name, func(t *testing.T) {
			w := newWorld(t, matrixTrades)
			w.limit = stalled
			w.refuse(9)
			inject(w)
			story(t, w, duijiesync.NewMemoryState())
		})
	}
	for i, kind := range wdttest.FaultKinds() {
		for call := 1 + i%stride; call <= wdtCalls; call += stride {
			play(fmt.Sprintf("wdt %d %s", call, kind), func(w *world) {
				w.seller.Inject(wdttest.Fault{Call: call, Kind: kind, Delay: 5 * time.Millisecond})
			})
		}
	}
	for i, kind := range kingdeetest.FaultKinds() {
		for call := 1 + i%stride; call <= kingdeeCalls; call += stride {
			play(fmt.Sprintf("kingdee %d %s", call, kind), func(w *world) {
				w.erp.Inject(kingdeetest.Fault{Call: call, Kind: kind, Delay: 5 * time.Millisecond})
			})
		}
	}
	cells.wait()
	t.Logf("%d cells of %d calls of WDT × %d kinds, %d calls of Kingdee × %d kinds",
		n, wdtCalls, len(wdttest.FaultKinds()), kingdeeCalls, len(kingdeetest.FaultKinds()))
}

// pool runs subtests side by side, more of them than there are processors: the
// cells mostly wait, for time limits and for a client that was throttled.
type pool struct {
	t     *testing.T
	slots chan struct{}
	wg    sync.WaitGroup
}

func newPool(t *testing.T) *pool {
	t.Helper()
	return &pool{t: t, slots: make(chan struct{}, 16)}
}

func (p *pool) run(name string, f func(*testing.T)) {
	p.slots <- struct{}{}
	p.wg.Go(func() {
		defer func() { <-p.slots }()
		p.t.Run(name, f)
	})
}

func (p *pool) wait() { p.wg.Wait() }
