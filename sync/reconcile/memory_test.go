package reconcile_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"runtime/metrics"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/sync/reconcile"
)

// These figures are taken in a process of their own, in which nothing else uses
// memory: the test binary starts itself, told what to do by these variables.
const (
	childKeys   = "DUIJIE_RECONCILE_KEYS"
	childMemory = "DUIJIE_RECONCILE_MEMORY"
	childRaw    = "DUIJIE_RECONCILE_RAW"
	// runMillion asks the ordinary tests for the million keys a side.
	runMillion = "DUIJIE_RECONCILE_MILLION"
)

func TestMain(m *testing.M) {
	if n, _ := strconv.Atoi(os.Getenv(childKeys)); n > 0 {
		compareInChild(n)
		return
	}
	os.Exit(m.Run())
}

// figures are what one comparison took.
type figures struct {
	Seconds float64 // both sides generated, sorted, compared
	GoMB    float64 // most memory the runtime held: heap, stacks and its own
	HeapMB  float64 // most of it objects, dead ones included
	RSSMB   float64 // most the system counted, the program's code included
	TempMB  float64
	Summary reconcile.Summary
}

// orders makes n rows in an order that jumps about. Each side has its own, and
// its own way to write the same contents. Of each thousand keys, one is missing, one
// extra and one different.
func orders(n, stride int, target bool) iter.Seq2[reconcile.Row, error] {
	return func(yield func(reconcile.Row, error) bool) {
		at := 0
		for range n {
			at = (at + stride) % n
			if target && at%1000 == 1 || !target && at%1000 == 2 {
				continue
			}
			amount := duijie.NewDecimal(int64(at)*10+10, 2)
			row := reconcile.Row{
				Key: fmt.Sprintf("SO-2026-%09d", at),
				ID:  strconv.Itoa(at),
				Fields: []reconcile.Value{
					reconcile.Number(amount), reconcile.Text(fmt.Sprintf("客户 %d, a name of common length", at%5000)),
					reconcile.Time(time.Unix(1700000000+int64(at), 0).In(duijie.China)), reconcile.Bool(at%2 == 0), reconcile.Null(),
				},
			}
			if !target {
				row.Raw = json.RawMessage(fmt.Sprintf(`{"no":%q,"amount":%s,"lines":[{"sku":"A-%d","qty":3},{"sku":"B-%d","qty":1}]}`, row.Key, amount, at, at))
			} else {
				row.Fields[0] = reconcile.Text(amount.Canonical()) // 1.10 as "1.1"
				if at%1000 == 3 {
					row.Fields[3] = reconcile.Null()
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// compareInChild compares n keys a side and prints the figures.
func compareInChild(n int) {
	memory, _ := strconv.ParseInt(os.Getenv(childMemory), 10, 64)
	c := reconcile.Comparison{
		Fields: []reconcile.Field{{Name: "amount"}, {Name: "customer"}, {Name: "at"}, {Name: "paid"}, {Name: "note"}},
		Source: reconcile.Side{Rows: reconcile.Rows(orders(n, 7919, false))},
		Target: reconcile.Side{Rows: reconcile.Rows(orders(n, 104729, true))},
		Memory: memory, KeepRaw: os.Getenv(childRaw) != "", TempDir: os.Getenv("TMPDIR"),
	}
	var f figures
	ctx, cancel := context.WithCancel(context.Background())
	sampled := make(chan struct{})
	go func() {
		defer close(sampled)
		samples := []metrics.Sample{
			{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
			{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"},
		}
		for tick := time.NewTicker(2 * time.Millisecond); ; {
			metrics.Read(samples)
			f.GoMB = max(f.GoMB, float64(samples[0].Value.Uint64()-samples[1].Value.Uint64())/(1<<20))
			f.HeapMB = max(f.HeapMB, float64(samples[2].Value.Uint64()+samples[3].Value.Uint64())/(1<<20))
			select {
			case <-tick.C:
			case <-ctx.Done():
				tick.Stop()
				return
			}
		}
	}()
	start := time.Now()
	for _, err := range c.Differences(ctx, &f.Summary) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	f.Seconds = time.Since(start).Seconds()
	cancel()
	<-sampled
	f.TempMB = float64(f.Summary.TempBytes) / (1 << 20)
	f.RSSMB = peakRSS()
	_ = json.NewEncoder(os.Stdout).Encode(f)
}

// peakRSS is the most memory the system counted for this process, 0 where that is
// not to be known.
func peakRSS() float64 {
	status, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer func() { _ = status.Close() }()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		if kb, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			n, _ := strconv.ParseFloat(strings.Fields(kb)[0], 64)
			return n / 1024
		}
	}
	return 0
}

func measure(tb testing.TB, keys int, memory int64, raw bool) figures {
	tb.Helper()
	child := exec.CommandContext(tb.Context(), os.Args[0])
	child.Env = append(os.Environ(), childKeys+"="+strconv.Itoa(keys), childMemory+"="+strconv.FormatInt(memory, 10),
		"TMPDIR="+tb.TempDir(), "GOGC=100", "GOMEMLIMIT=off")
	if raw {
		child.Env = append(child.Env, childRaw+"=1")
	}
	child.Stderr = os.Stderr
	out, err := child.Output()
	require.NoError(tb, err)
	var f figures
	require.NoError(tb, json.Unmarshal(out, &f))
	s := f.Summary
	thousands := int64(keys / 1000)
	require.True(tb, s.Complete)
	require.EqualValues(tb, keys, s.Keys)
	require.Equal(tb, []int64{thousands, thousands, thousands}, []int64{s.Missing, s.Extra, s.Different})
	require.Equal(tb, map[string]int64{"paid": thousands}, s.Fields)
	return f
}

// Ten times the keys take the memory they took before. The bounds leave room for a
// collector that comes late on a busy machine, and yet holding the rows would exceed
// them, as the last comparison shows, which is allowed to.
func TestMemoryDoesNotGrowWithTheSides(t *testing.T) {
	const limit = 2 << 20
	small, large := measure(t, 10_000, limit, true), measure(t, 100_000, limit, true)
	held := measure(t, 100_000, 1<<30, true)
	t.Logf("10,000 keys: %.1f MB; 100,000: %.1f MB and %.1f MB on disk; held in memory %.1f MB", small.GoMB, large.GoMB, large.TempMB, held.GoMB)
	require.Positive(t, small.Summary.TempRuns)
	require.Less(t, large.GoMB, small.GoMB+12)
	require.Zero(t, held.Summary.TempRuns)
	require.Greater(t, held.GoMB, small.GoMB+20)
}

// A million keys a side, with the source's items kept for a repair.
func TestAMillionKeysASideWithin64MB(t *testing.T) {
	if os.Getenv(runMillion) == "" {
		t.Skip("takes half a minute and 700 MB of disk: set " + runMillion + "=1")
	}
	for _, raw := range []bool{false, true} {
		f := measure(t, 1_000_000, 0, raw)
		t.Logf("raw items kept %t: %.1f s, Go %.1f MB, heap and stacks %.1f MB, RSS %.1f MB, disk %.1f MB, %d runs",
			raw, f.Seconds, f.GoMB, f.HeapMB, f.RSSMB, f.TempMB, f.Summary.TempRuns)
		require.Less(t, f.GoMB, 64.0)
		require.Less(t, f.RSSMB, 64.0)
	}
}

// BenchmarkMillionKeys reports what a million keys a side take.
func BenchmarkMillionKeys(b *testing.B) {
	for b.Loop() {
		f := measure(b, 1_000_000, 0, false)
		b.ReportMetric(f.Seconds, "s/comparison")
		b.ReportMetric(f.GoMB, "MB-go")
		b.ReportMetric(f.RSSMB, "MB-rss")
		b.ReportMetric(f.TempMB, "MB-disk")
	}
}
