//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// childEnv makes a child process the program itself, with shortened waits.
const childEnv = "DUIJIE_TEST_SCHEME"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		pace.lease, pace.settle = 400*time.Millisecond, 10*time.Millisecond
		pace.client = []duijie.Option{
			duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
			duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 2, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond}),
		}
		main()
	}
	os.Exit(m.Run())
}

// hosts are a shop system and an ERP that outlive the program.
type hosts struct {
	shops  *wdttest.Server
	erp    *kingdeetest.Server
	state  string
	names  map[string]string // of each shop, as it is now
	halves []string
}

func newHosts(t *testing.T, shops int, options ...kingdeetest.Option) *hosts {
	t.Helper()
	h := &hosts{
		shops: wdttest.NewServer(), erp: kingdeetest.NewServer(options...), state: filepath.Join(t.TempDir(), "state.db"), names: map[string]string{},
		halves: []string{file(t, "shops.json", string(demoSource)), file(t, "customers.json", string(demoTarget))},
	}
	t.Cleanup(h.shops.Close)
	t.Cleanup(h.erp.Close)
	for i := range shops {
		h.put(i, fmt.Sprintf("店铺 %d", i))
	}
	return h
}

func (h *hosts) put(i int, name string) {
	no := fmt.Sprintf("S%04d", i)
	h.shops.PutShop(wdttest.Shop{ID: int64(i + 1), No: no, Name: name, PlatformID: 1, Modified: time.Now()})
	h.names[no] = name
}

// check: every shop is a customer once, under its latest name, but for those that are refused.
func (h *hosts) check(t *testing.T, refused ...string) {
	t.Helper()
	got := map[string]string{}
	for _, c := range h.erp.Records("BD_Customer") {
		require.NotContains(t, got, c.Number, "created twice")
		var name string
		require.NoError(t, json.Unmarshal(c.Fields["FName"], &name))
		got[c.Number] = name
		require.Equal(t, 1, h.erp.Effects("BD_Customer", c.Number, kingdeetest.Created), "customer %s", c.Number)
	}
	want := map[string]string{}
	for no, name := range h.names {
		want[no] = name
	}
	for _, no := range refused {
		delete(want, no)
	}
	require.Equal(t, want, got)
}

// child is the program in a process of its own.
func (h *hosts) child(t *testing.T, out *written, args ...string) *exec.Cmd {
	t.Helper()
	w, k := h.shops.Account(), h.erp.Account()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append(append([]string{"-json", "-state", h.state}, args...), h.halves...)...)
	cmd.Env = append(os.Environ(), childEnv+"=1",
		"WDT_BASE_URL="+h.shops.DirectURL(), "WDT_SID="+w.SID, "WDT_APP_KEY="+w.AppKey, "WDT_APP_SECRET="+w.AppSecret,
		"KINGDEE_BASE_URL="+h.erp.URL(), "KINGDEE_ACCT_ID="+k.AcctID, "KINGDEE_USERNAME="+k.Username, "KINGDEE_APP_ID="+k.AppID, "KINGDEE_APP_SECRET="+k.AppSecret)
	cmd.Stdout, cmd.Stderr = out, out
	return cmd
}

// written is what a process printed.
type written struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// run runs the program to its end.
func (h *hosts) run(t *testing.T, args ...string) result {
	t.Helper()
	var out written
	cmd := h.child(t, &out, args...)
	_ = cmd.Run()
	return result{cmd.ProcessState.ExitCode(), out.String(), out.String()}
}

func wantedKills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("DUIJIE_KILLS") // `make soak` asks for more
	if text == "" {
		return 15
	}
	kills, err := strconv.Atoi(text)
	require.NoError(t, err)
	return kills
}

// TestKilledAtRandomMoments: the program runs a scheme and is killed with SIGKILL, again and
// again at random moments, while shops are added and renamed. In the end every shop is a
// customer exactly once, the refused one waits, and -replay sends it when the ERP takes it.
func TestKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 5))
	h := newHosts(t, 60, kingdeetest.WithLatency(3*time.Millisecond))
	h.erp.Refuse("BD_Customer", "S0009", "FName", "名称含有非法字符")
	kills, killed, ended := wantedKills(t), 0, 0
	for next := 60; killed < kills; {
		for range 8 {
			h.put(next, fmt.Sprintf("店铺 %d", next))
			next++
		}
		h.put(rng.IntN(next), fmt.Sprintf("改名 %d", rng.Uint32()))
		if h.startAndKill(t, rng) {
			killed++
		} else if ended++; ended > 4*kills {
			require.Fail(t, "the kills come too late to hit anything")
		}
	}
	r := h.run(t)
	require.Equal(t, cli.ExitParked, r.code, "%s", r.out)
	h.check(t, "S0009")
	t.Logf("%d kills, %d runs that ended before theirs, %d shops", killed, ended, len(h.names))

	r = h.run(t, "-replay")
	require.Equal(t, cli.ExitParked, r.code, "still refused: %s", r.out)
	require.Contains(t, r.out, "名称含有非法字符")
	h.erp.Refuse("BD_Customer", "S0009", "", "")
	r = h.run(t, "-replay")
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.out)
	h.check(t)
	r = h.run(t)
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.out)
	h.check(t)
}

// startAndKill starts the program and kills it after a random number of calls; false where
// it ended before that.
func (h *hosts) startAndKill(t *testing.T, rng *rand.Rand) bool {
	t.Helper()
	calls := func() int { return h.shops.Count("") + h.erp.Count("") }
	limit := calls() + 1 + rng.IntN(25)
	grace := time.Duration(rng.Int64N(int64(4 * time.Millisecond)))
	var out written
	cmd := h.child(t, &out)
	require.NoError(t, cmd.Start())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait()
	}()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for calls() < limit {
		select {
		case <-done:
			require.Contains(t, []int{cli.ExitSettled, cli.ExitParked}, cmd.ProcessState.ExitCode(), "%s", out.String())
			return false
		case <-poll.C:
		}
	}
	select {
	case <-done:
		return false
	case <-time.After(grace):
	}
	_ = cmd.Process.Kill()
	<-done
	return true
}

// TestInterrupted: SIGINT ends the program between two batches, with its report and what to do
// next; the next run goes on and finds nothing to be settled.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 300, kingdeetest.WithLatency(20*time.Millisecond))
	var out written
	cmd := h.child(t, &out)
	require.NoError(t, cmd.Start())
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.Now().Add(time.Minute); h.erp.Count("BatchSave") < 2; <-poll.C {
		require.True(t, time.Now().Before(deadline), "no save: %s", out.String())
	}
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_ = cmd.Wait()
	require.Equal(t, cli.ExitFailed, cmd.ProcessState.ExitCode(), "%s", out.String())
	require.Contains(t, out.String(), "nothing is lost: start it again with -state "+h.state)
	require.NotContains(t, out.String(), "goroutine")
	held := len(h.erp.Records("BD_Customer"))
	require.Less(t, held, 300, "it was stopped on its way")
	r := h.run(t)
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.out)
	report := r.report(t)
	require.EqualValues(t, 300-held, report["created"])
	require.EqualValues(t, 0, report["recovered"])
	h.check(t)
}

// TestPlans: -plan says what a run would do, record by record, and changes nothing on either
// side, nor in the state.
func TestPlans(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 5)
	for range 2 {
		r := h.run(t, "-plan")
		require.Equal(t, cli.ExitSettled, r.code, "%s", r.out)
		require.Contains(t, r.out, "S0003")
		require.Contains(t, r.out, "create")
		require.Empty(t, h.erp.Records("BD_Customer"))
	}
	require.Equal(t, cli.ExitSettled, h.run(t).code)
	h.put(3, "改名")
	r := h.run(t, "-plan")
	require.Contains(t, r.out, "update")
	require.Contains(t, r.out, "改名")
	customer, ok := h.erp.Record("BD_Customer", "S0003")
	require.True(t, ok)
	require.JSONEq(t, `"店铺 3"`, string(customer.Fields["FName"]))
	require.Equal(t, cli.ExitSettled, h.run(t).code)
	h.check(t)
}
