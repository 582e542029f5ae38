package sync_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// deterministic sees to it that what a seed does depends on nothing else: one
// goroutine runs at a time, and the collector comes between worlds only.
func deterministic(t *testing.T) {
	t.Helper()
	procs, percent := runtime.GOMAXPROCS(1), debug.SetGCPercent(-1)
	t.Cleanup(func() {
		runtime.GOMAXPROCS(procs)
		debug.SetGCPercent(percent)
	})
}

// simulate lives through one world.
func simulate(t *testing.T, seed uint64, weak weakness, verbose bool) (w *world) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		w = newWorld(seed, weak, verbose)
		w.run()
		w.lived = time.Since(w.begin)
	})
	if seed%16 == 0 {
		runtime.GC()
	}
	return w
}

// TestSimulation runs world after world and asks for the promise in each.
// DUIJIE_SEED=n runs one of them, DUIJIE_SEEDS=n so many, DUIJIE_FIRST=n from there on.
func TestSimulation(t *testing.T) {
	deterministic(t)
	var sum tally
	begin := time.Now()
	if alone := number(t, "DUIJIE_SEED", -1); alone >= 0 {
		sum.add(t, uint64(alone))
	} else {
		first := uint64(number(t, "DUIJIE_FIRST", 0))
		for seed := first; seed < first+uint64(number(t, "DUIJIE_SEEDS", simSeeds)); seed++ {
			sum.add(t, seed)
		}
		for _, seed := range pastSeeds(t) {
			sum.add(t, seed)
		}
	}
	took := time.Since(begin)
	t.Logf("%d seeds in %v (%.0f/s), %v of virtual time, %d events, %.1f faults a seed:%s", sum.seeds, took.Round(time.Millisecond),
		float64(sum.seeds)/took.Seconds(), sum.virtual.Round(time.Hour), sum.events, float64(sum.faultCount())/float64(sum.seeds), sum.faultList())
	if sum.seeds >= simSeeds {
		for f := range faultKinds {
			require.NotZero(t, sum.faults[f], "no world has a fault of the kind %q", f)
		}
	}
}

// tally adds up what many worlds went through.
type tally struct {
	seeds, events int
	virtual       time.Duration
	faults        [faultKinds]int
}

// add runs one world. One that goes wrong is run again, to tell more.
func (s *tally) add(t *testing.T, seed uint64) {
	t.Helper()
	w := simulate(t, seed, weakness{}, false)
	if w.wrong != "" {
		w = simulate(t, seed, weakness{}, true)
		last := 150
		if os.Getenv("DUIJIE_TRACE") == "all" {
			last = len(w.events)
		}
		t.Fatalf("%s\nseed %d: %s\nreplay it: DUIJIE_SEED=%d go test ./sync -run 'TestSimulation$' -cpu 1", w.trace(last), seed, w.wrong, seed)
	}
	s.seeds++
	s.events += len(w.events)
	s.virtual += w.lived
	for f, n := range w.faults {
		s.faults[f] += n
	}
}

func (s *tally) faultCount() (n int) {
	for _, of := range s.faults {
		n += of
	}
	return n
}

func (s *tally) faultList() string {
	var b strings.Builder
	for f := range faultKinds {
		fmt.Fprintf(&b, " %s %d,", f, s.faults[f])
	}
	return strings.TrimSuffix(b.String(), ",")
}

// number reads a variable of the environment.
func number(t *testing.T, name string, unset int64) int64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return unset
	}
	n, err := strconv.ParseInt(text, 10, 64)
	require.NoError(t, err, name)
	return n
}

// pastSeeds are the worlds that went wrong once.
func pastSeeds(t *testing.T) (seeds []uint64) {
	t.Helper()
	body, err := os.ReadFile("testdata/seeds.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(body)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		seed, err := strconv.ParseUint(line, 10, 64)
		require.NoError(t, err)
		seeds = append(seeds, seed)
	}
	require.NotEmpty(t, seeds)
	return seeds
}
