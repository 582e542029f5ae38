//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// childEnv carries the address of the fakes to a child process, which then runs
// the flow instead of the tests.
const childEnv = "DUIJIE_TEST_ORDERS_CHILD"

type childTask struct {
	Address address
	State   string
}

func TestMain(m *testing.M) {
	if task := os.Getenv(childEnv); task != "" {
		if err := runChild(task); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func runChild(text string) error {
	var task childTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		return err
	}
	ctx := context.Background()
	state, err := sqlite.Open(ctx, task.State)
	if err != nil {
		return err
	}
	p, err := buildFlow(task.Address, state)
	if err != nil {
		return err
	}
	_, err = p.Run(ctx)
	return err
}

// killsEnv says how often TestKilledAtRandomMoments kills.
const killsEnv = "DUIJIE_KILLS"

// TestKilledAtRandomMoments: a child process runs the flow with a SQLite state
// and is killed with SIGKILL at random moments, while orders come and change. In
// the end every order is in Kingdee exactly once, and so is what they refer to.
func TestKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	kills := 8
	if text := os.Getenv(killsEnv); text != "" {
		var err error
		kills, err = strconv.Atoi(text)
		require.NoError(t, err, killsEnv)
		require.Positive(t, kills, killsEnv)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	w := newWorld(t, 12, kingdeetest.WithLatency(3*time.Millisecond))
	w.refuse(9)
	state := filepath.Join(t.TempDir(), "state.db")
	next, killed, finished := 13, 0, 0
	for killed < kills {
		for range 3 {
			w.change(next, func(*wdttest.Trade) {})
			next++
		}
		w.change(1+rng.IntN(next-1), func(o *wdttest.Trade) { o.PostAmount = fmt.Sprint(rng.IntN(50)) })
		if startAndKill(t, w, state, rng) {
			finished++
			require.Less(t, finished, 4*kills, "the kills come too late to hit anything")
			continue
		}
		killed++
	}
	for range 3 { // as a scheduler would: what waits is tried again
		out, err := child(t, w, state).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	w.check(t)
	t.Logf("%d kills, %d runs that ended before theirs, %d orders", killed, finished, next-1)
}

// startAndKill starts a child and kills it after it made some random number of
// calls. It tells whether the child ended by itself before that.
func startAndKill(t *testing.T, w *world, state string, rng *rand.Rand) bool {
	t.Helper()
	calls := func() int { return w.seller.Count("") + w.erp.Count("") }
	until := calls() + 1 + rng.IntN(20)
	grace := time.Duration(rng.Int64N(int64(4 * time.Millisecond)))
	cmd := child(t, w, state)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(done)
	}()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for calls() < until {
		select {
		case <-done:
			require.True(t, cmd.ProcessState.Success() || overtaxed(out.String()), "%s", out.String())
			return true
		case <-poll.C:
		}
	}
	select {
	case <-done:
		return true
	case <-time.After(grace):
	}
	_ = cmd.Process.Kill()
	<-done
	return false
}

// overtaxed tells that a run ended because its lease, short as it is here, was not renewed
// in time: the machine is busy. The next run goes on.
func overtaxed(output string) bool { return strings.Contains(output, "the lease was lost") }

func child(t *testing.T, w *world, state string) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(childTask{Address: w.address(), State: state})
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	return cmd
}
