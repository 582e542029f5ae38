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

	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
	"github.com/duijie-go/duijie/wdt"
)

// childEnv carries the address of the fakes to a child process, which then runs
// the flow instead of the tests.
const childEnv = "DUIJIE_TEST_FLOW_CHILD"

type childTask struct {
	Address address
	State   string
}

func TestMain(m *testing.M) {
	if task := os.Getenv(childEnv); task != "" {
		os.Exit(runChild(task))
	}
	if os.Getenv(programEnv) != "" {
		cli.Main(name, hurriedRun)
	}
	if shops := os.Getenv(fakesEnv); shops != "" {
		os.Exit(serveFakes(shops))
	}
	os.Exit(m.Run())
}

func runChild(text string) int {
	var task childTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		return fail(err)
	}
	ctx := context.Background()
	state, err := sqlite.Open(ctx, task.State)
	if err != nil {
		return fail(err)
	}
	p, err := buildFlow(task.Address, state)
	if err != nil {
		return fail(err)
	}
	p.LeaseTTL = 400 * time.Millisecond
	if _, err := p.Run(ctx); err != nil {
		return fail(err)
	}
	return 0
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// killsEnv says how often TestKilledAtRandomMoments kills; `make soak` asks for more.
const killsEnv = "DUIJIE_KILLS"

func wantedKills(t *testing.T) int {
	t.Helper()
	text := os.Getenv(killsEnv)
	if text == "" {
		return 50
	}
	kills, err := strconv.Atoi(text)
	require.NoError(t, err, killsEnv)
	require.Positive(t, kills, killsEnv)
	return kills
}

// TestKilledAtRandomMoments: a child process runs the flow with a SQLite state
// and is killed with SIGKILL, fifty times at random moments, while shops are
// added and renamed. In the end every shop is a customer exactly once.
func TestKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	kills := wantedKills(t)
	rng := rand.New(rand.NewPCG(1, 2))
	w := newWorld(t, 60, kingdeetest.WithLatency(3*time.Millisecond))
	w.refuse(9)
	task := childTask{Address: w.config(setup{wdt.Direct, kingdee.SignHeaders}), State: filepath.Join(t.TempDir(), "state.db")}
	next, killed, finished := 61, 0, 0
	for killed < kills {
		for range 8 {
			w.put(next, fmt.Sprintf("店铺 %d", next), time.Now())
			next++
		}
		i := 1 + rng.IntN(next-1)
		w.put(i, fmt.Sprintf("店铺 %d (%d)", i, rng.Uint32()), time.Now())
		ended := startAndKill(t, w, task, rng)
		if ended {
			finished++
			require.Less(t, finished, 4*kills, "the kills come too late to hit anything")
			continue
		}
		killed++
	}
	cmd := child(t, task)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	w.check(t)
	t.Logf("%d kills, %d runs that ended before theirs, %d shops", killed, finished, next-1)
}

// startAndKill starts a child and kills it after it made some random number of
// calls. It tells whether the child ended by itself before that.
func startAndKill(t *testing.T, w *world, task childTask, rng *rand.Rand) bool {
	t.Helper()
	before := w.shops.Count("") + w.erp.Count("")
	after := 1 + rng.IntN(25)
	grace := time.Duration(rng.Int64N(int64(4 * time.Millisecond)))
	cmd := child(t, task)
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
	for w.shops.Count("")+w.erp.Count("") < before+after {
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

func child(t *testing.T, task childTask) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(task)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	return cmd
}
