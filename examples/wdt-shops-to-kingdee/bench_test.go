//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// fakesEnv makes a child process serve both fakes with so many shops, until its
// standard input is closed, so that this process's CPU time is the client's alone.
const fakesEnv = "DUIJIE_TEST_FAKES"

func serveFakes(shops string) int {
	n, err := strconv.Atoi(shops)
	if err != nil {
		return fail(err)
	}
	w := &world{shops: wdttest.NewServer(), erp: kingdeetest.NewServer(), page: 100}
	all := make([]wdttest.Shop, n)
	for i := range all {
		all[i] = wdttest.Shop{
			ID: int64(1000 + i), No: fmt.Sprintf("S%04d", i), Name: fmt.Sprintf("店铺 %d 旗舰店", i), PlatformID: 127,
			Modified: time.Unix(int64(1700000000+i), 0),
		}
	}
	w.shops.PutShop(all...)
	if err := json.NewEncoder(os.Stdout).Encode(w.config(setup{wdt.Direct, kingdee.SignHeaders})); err != nil {
		return fail(err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// fakes starts such a child and returns its address.
func fakes(b *testing.B, shops int) address {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", fakesEnv, shops))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(b, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	b.Cleanup(func() { _ = stdin.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	require.NoError(b, err)
	var a address
	require.NoError(b, json.Unmarshal(line, &a))
	return a
}

// spent is what one run cost this process.
type spent struct {
	cpu    time.Duration
	allocs float64 // per record
	wall   time.Duration
}

func measure(b *testing.B, records int, run func() error) spent {
	b.Helper()
	runtime.GC()
	var m0, m1 runtime.MemStats
	runtime.ReadMemStats(&m0)
	cpu0, wall0 := cpuTime(b), time.Now()
	require.NoError(b, run())
	s := spent{cpu: cpuTime(b) - cpu0, wall: time.Since(wall0)}
	runtime.ReadMemStats(&m1)
	s.allocs = float64(m1.Mallocs-m0.Mallocs) / float64(records)
	return s
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPipelineVsBare runs the flow's first run (all shops are created) and
// a hand-written serial loop in turn, against fakes in another process, and
// prints what the pipeline costs more: CPU time of this process per record as a
// ratio, and allocations. Both decode whole rows. The loop does nothing about
// lost answers; "with lookup" asks Kingdee what exists, as the pipeline does,
// because Kingdee has no upsert.
func BenchmarkPipelineVsBare(b *testing.B) {
	const records = 3000
	kinds := []struct {
		name string
		run  func(b *testing.B, a address) error
	}{
		{"bare loop", func(b *testing.B, a address) error { return runBare(b, a, records, false) }},
		{"bare loop with lookup", func(b *testing.B, a address) error { return runBare(b, a, records, true) }},
		{"pipeline, memory", func(b *testing.B, a address) error {
			return runPipeline(b, a, records, duijiesync.NewMemoryState())
		}},
		{"pipeline, SQLite", func(b *testing.B, a address) error {
			state, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "state.db"))
			require.NoError(b, err)
			defer func() { _ = state.Close() }()
			return runPipeline(b, a, records, state)
		}},
	}
	costs := make([][]spent, len(kinds))
	for b.Loop() {
		for range 3 {
			for i, k := range kinds {
				a := fakes(b, records)
				costs[i] = append(costs[i], measure(b, records, func() error { return k.run(b, a) }))
			}
		}
	}
	base := median(costs[0]).cpu
	for i, k := range kinds {
		m := median(costs[i])
		b.Logf("%-22s %6.1f µs CPU/record  %5.2f × bare  %6.1f allocs/record  %8.0f records/s", k.name,
			float64(m.cpu.Microseconds())/records, float64(m.cpu)/float64(base), m.allocs, records/m.wall.Seconds())
	}
	b.ReportMetric(float64(median(costs[2]).cpu)/float64(base), "memory/bare")
	b.ReportMetric(float64(median(costs[2]).cpu)/float64(median(costs[1]).cpu), "memory/lookup")
	b.ReportMetric(float64(median(costs[3]).cpu)/float64(base), "sqlite/bare")
	b.ReportMetric(median(costs[2]).allocs, "allocs/record")
	b.ReportMetric(median(costs[0]).allocs, "bare-allocs/record")
}

func median(all []spent) spent {
	all = slices.Clone(all)
	slices.SortFunc(all, func(x, y spent) int { return int(x.cpu - y.cpu) })
	return all[len(all)/2]
}

func runBare(b *testing.B, a address, records int, lookUp bool) error {
	b.Helper()
	loop := &bare{a: a, secret: clientSecret(a.Kingdee.AppID), lookUp: lookUp}
	err := loop.run(b.Context())
	require.Equal(b, records, loop.records)
	return err
}

func runPipeline(b *testing.B, a address, records int, state duijiesync.State) error {
	b.Helper()
	p, err := buildFlow(a, state)
	require.NoError(b, err)
	p.Lanes, p.Prefetch = 1, -1
	rep, err := p.Run(context.WithoutCancel(b.Context()))
	require.EqualValues(b, records, rep.Created)
	return err
}
