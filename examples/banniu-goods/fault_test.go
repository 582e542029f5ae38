package main

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/banniu/banniutest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const cellTasks = 45 // three pages

// cell is one play of the story.
type cell struct {
	*world
	state duijiesync.State
}

// run starts the program's flow anew until it ends without an error, as a scheduler
// would.
func (c *cell) run(t *testing.T) *duijiesync.Report {
	t.Helper()
	var err error
	for range 6 {
		var report *duijiesync.Report
		var p *duijiesync.Pipeline[Task, Barcode]
		if p, err = c.flow(t.Context(), c.client(t), c.state); err != nil {
			continue
		}
		if report, err = p.Run(t.Context()); err == nil {
			return report
		}
	}
	require.NoError(t, err, "six runs and no end")
	return nil
}

// story: a first run; tasks made since and goods that became known, and a second run;
// the replay of what was refused; and a run that has nothing to do.
func (c *cell) story(t *testing.T) {
	t.Helper()
	c.run(t)
	c.hours.Add(10)
	for i := range 5 {
		c.add(14*time.Hour + time.Duration(i)*time.Minute)
	}
	c.goods[unknownGoods] = "6999999999999"
	c.run(t)
	p, err := c.flow(t.Context(), c.client(t), c.state)
	for range 3 { // a fault may hit these calls too
		if err == nil {
			_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
		}
		if err == nil {
			break
		}
		p, err = c.flow(t.Context(), c.client(t), c.state)
	}
	require.NoError(t, err)
	c.server.ClearFaults()
	report := c.run(t)
	require.Zero(t, report.Created+report.Updated+report.Held+report.Refused, "the last run finds nothing to do")
	require.Zero(t, report.DeadLetters)
	c.check(t)
}

// slows tells the faults after which a client goes slowly for seconds.
func slows(kind banniutest.FaultKind) bool {
	return kind == banniutest.Throttle || kind == banniutest.TooManyRequests || kind == banniutest.Overloaded
}

// TestEveryFault plays the story once per fault kind and call.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	clean := &cell{newWorld(t, cellTasks), duijiesync.NewMemoryState()}
	clean.story(t)
	calls := clean.server.Count("")
	require.Greater(t, calls, 15)
	slots := make(chan struct{}, 32)
	var wg sync.WaitGroup
	cells := 0
	for i, kind := range banniutest.FaultKinds() {
		step := stride
		if slows(kind) {
			step *= 2
		}
		for call := 1 + i%stride; call <= calls; call += step {
			cells++
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				t.Run(fmt.Sprintf("%d %s", call, kind), func(t *testing.T) {
					c := &cell{newWorld(t, cellTasks), duijiesync.NewMemoryState()}
					c.server.Inject(banniutest.Fault{Call: call, Kind: kind, Delay: 5 * time.Millisecond})
					c.story(t)
				})
			})
		}
	}
	for _, method := range []string{"task.batchUpdate", "task.list"} { // and each kind at what matters most
		for _, kind := range banniutest.FaultKinds() {
			cells++
			times := 2
			if slows(kind) {
				times = 1
			}
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				t.Run(method+" "+string(kind), func(t *testing.T) {
					c := &cell{newWorld(t, cellTasks), duijiesync.NewMemoryState()}
					c.server.Inject(banniutest.Fault{Method: method, Call: 2, Times: times, Kind: kind, Delay: 5 * time.Millisecond})
					c.story(t)
				})
			})
		}
	}
	wg.Wait()
	t.Logf("%d cells over %d calls", cells, calls)
}

// Whatever the forms of the answers, the flow is the same.
func TestOtherForms(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]banniutest.Option{
		"newest first": banniutest.WithNewestFirst(), "numbers": banniutest.WithNumberCells(), "null": banniutest.WithNullCells(), "unsaid": banniutest.WithFailuresUnsaid(),
		"exclusive end": banniutest.WithExclusiveEnd(), "array": banniutest.WithTaskAsArray(), "top level": banniutest.WithTopLevelErrors(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			(&cell{newWorld(t, cellTasks, option), duijiesync.NewMemoryState()}).story(t)
		})
	}
}
