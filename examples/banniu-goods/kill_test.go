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
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/banniu/banniutest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// childEnv carries the address of the fake to a child process, which then runs the
// flow instead of the tests.
const childEnv = "DUIJIE_TEST_BARCODES_CHILD"

type childTask struct {
	URL, Key, Secret, Token, State string
	Hours                          int64 // the world's clock
	Goods                          map[string]string
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
	now := banniutest.DemoDay().Add(time.Duration(task.Hours) * time.Hour)
	client, err := banniu.NewClient(banniu.Config{
		BaseURL: task.URL, AppKey: task.Key, AppSecret: duijie.NewSecret(task.Secret), AccessToken: duijie.NewSecret(task.Token),
		ProjectID: sheetID, AppID: appID,
	}, duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)), duijie.WithClock(func() time.Time { return now }),
		duijie.WithRetry(duijie.RetryPolicy{MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond}))
	if err != nil {
		return err
	}
	p, err := pipeline(ctx, client.Project("", ""), state, Memory(task.Goods), reading())
	if err != nil {
		return err
	}
	p.Settle = duijiesync.SettlePolicy{Delay: 5 * time.Millisecond}
	p.LeaseTTL = 400 * time.Millisecond
	_, err = p.Run(ctx)
	return err
}

// TestKilledAtRandomMoments: a child process runs the flow with a SQLite state and is
// killed with SIGKILL at random moments, while tasks are made. In the end every task
// has its barcode, written once.
func TestKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	const kills = 8
	rng := rand.New(rand.NewPCG(1, 2))
	w := newWorld(t, 60, banniutest.WithLatency(2*time.Millisecond))
	state := filepath.Join(t.TempDir(), "state.db")
	for killed, finished := 0, 0; killed < kills; {
		for range 25 { // an hour later there are more
			w.add(time.Duration(w.hours.Load()-1)*time.Hour + time.Duration(rng.IntN(3000))*time.Second)
		}
		w.hours.Add(1)
		if startAndKill(t, w, state, rng) {
			finished++
			require.Less(t, finished, 4*kills, "the kills come too late to hit anything")
			continue
		}
		killed++
	}
	w.goods[unknownGoods] = "6999999999999"
	w.hours.Add(2)
	for range 2 { // as a scheduler would
		out, err := child(t, w, state).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	w.check(t)
}

// startAndKill starts a child and kills it after it made some random number of
// calls. It tells whether the child ended by itself before that.
func startAndKill(t *testing.T, w *world, state string, rng *rand.Rand) bool {
	t.Helper()
	after := w.server.Count("") + 1 + rng.IntN(12)
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
	for w.server.Count("") < after {
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
	text, err := json.Marshal(childTask{
		URL: w.server.URL(), Key: w.server.AppKey(), Secret: w.server.AppSecret(), Token: w.server.AccessToken(), State: state,
		Hours: w.hours.Load(), Goods: w.goods,
	})
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	return cmd
}
