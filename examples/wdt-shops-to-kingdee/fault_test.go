package main

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

const matrixShops = 23

var setups = map[string]setup{
	"direct, signing headers": {wdt.Direct, kingdee.SignHeaders},
	"qimen, login":            {wdt.Qimen, kingdee.LoginBySign},
}

// story is what each cell of the matrix plays: a first run, two shops renamed,
// a second run, a third that must change nothing.
func story(t *testing.T, w *world, s setup, state duijiesync.State) {
	t.Helper()
	p := w.flow(t, s, state)
	runUntilDone(t.Context(), t, p)
	w.put(5, "店铺 5 (改名)", time.Now())
	w.put(17, "店铺 17 (改名)", time.Now())
	runUntilDone(t.Context(), t, p)
	rep := runUntilDone(t.Context(), t, p)
	require.Zero(t, rep.Created+rep.Updated+rep.Held, "the third run finds nothing to do")
	require.EqualValues(t, matrixShops-1, rep.Unchanged)
	require.EqualValues(t, 1, rep.Refused)
	require.EqualValues(t, 1, rep.DeadLetters)
	w.check(t)
}

// TestEveryFaultAtEveryCall plays the story once per fault kind and call
// position, on either platform.
func TestEveryFaultAtEveryCall(t *testing.T) {
	t.Parallel()
	for name, s := range setups {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clean := newWorld(t, matrixShops)
			clean.refuse(9)
			story(t, clean, s, openState(t))
			wdtCalls, kingdeeCalls := clean.shops.Count(""), clean.erp.Count("")
			t.Logf("%d calls of WDT × %d kinds, %d calls of Kingdee × %d kinds",
				wdtCalls, len(wdttest.FaultKinds()), kingdeeCalls, len(kingdeetest.FaultKinds()))
			cells := newPool(t)
			for call := 1; call <= wdtCalls; call++ {
				for _, kind := range wdttest.FaultKinds() {
					cells.run(fmt.Sprintf("wdt %d %s", call, kind), func(t *testing.T) {
						w := newWorld(t, matrixShops)
						w.refuse(9)
						w.shops.Inject(wdttest.Fault{Call: call, Kind: kind, Delay: 5 * time.Millisecond})
						story(t, w, s, duijiesync.NewMemoryState())
					})
				}
			}
			for call := 1; call <= kingdeeCalls; call++ {
				for _, kind := range kingdeetest.FaultKinds() {
					cells.run(fmt.Sprintf("kingdee %d %s", call, kind), func(t *testing.T) {
						w := newWorld(t, matrixShops)
						w.refuse(9)
						w.erp.Inject(kingdeetest.Fault{Call: call, Kind: kind, Delay: 5 * time.Millisecond})
						story(t, w, s, duijiesync.NewMemoryState())
					})
				}
			}
			cells.wait()
		})
	}
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
	return &pool{t: t, slots: make(chan struct{}, 24)}
}

func (p *pool) run(name string, f func(*testing.T)) {
	p.slots <- struct{}{}
	p.wg.Go(func() {
		defer func() { <-p.slots }()
		p.t.Run(name, f)
	})
}

func (p *pool) wait() { p.wg.Wait() }
