//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
	"github.com/duijie-go/duijie/wdt"
)

// programEnv makes a child process the program itself, with shortened waits.
const programEnv = "DUIJIE_TEST_PROGRAM"

func hurriedRun(ctx context.Context, env *cli.Env) (int, error) {
	return live(ctx, env, append(hurried(), duijie.WithAttemptTimeout(20*time.Second))...)
}

// process is the program in a process of its own.
type process struct {
	cmd      *exec.Cmd
	out, err lockedBuffer
	done     chan struct{}
}

func startProcess(t *testing.T, s settings, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.CommandContext(t.Context(), os.Args[0], args...), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), append(s.list(), programEnv+"=1")...)
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	require.NoError(t, p.cmd.Start())
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait()
	}()
	return p
}

// until waits for something to be so.
func (p *process) until(t *testing.T, what string, so func() bool) {
	t.Helper()
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	deadline := time.After(60 * time.Second)
	for !so() {
		select {
		case <-poll.C:
		case <-p.done:
			require.True(t, so(), "ended before %s: %v", what, p.result())
		case <-deadline:
			require.Fail(t, "too late", "%s: %s%s", what, p.out.String(), p.err.String())
		}
	}
}

func (p *process) ended(t *testing.T) result {
	t.Helper()
	p.until(t, "its end", func() bool {
		select {
		case <-p.done:
			return true
		default:
			return false
		}
	})
	return p.result()
}

func (p *process) result() result {
	return result{code: p.cmd.ProcessState.ExitCode(), out: p.out.String(), err: p.err.String()}
}

// TestInterrupted: an interrupt ends a run cleanly between two batches, the next
// run goes on, and every shop is a customer once.
func TestInterrupted(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			w, state := newWorld(t, 300, kingdeetest.WithLatency(20*time.Millisecond)), filepath.Join(t.TempDir(), "state.db")
			s := w.settings(wdt.Direct, false)
			p := startProcess(t, s, "-state", state, "-json")
			p.until(t, "the second save", func() bool { return w.erp.Count("BatchSave") >= 2 })
			require.NoError(t, p.cmd.Process.Signal(signal))
			r := p.ended(t)
			require.Equal(t, cli.ExitFailed, r.code, "%v", r)
			require.Contains(t, r.err, ": stopped: ")
			require.Contains(t, r.err, "nothing is lost: start it again with -state "+state)
			require.NotContains(t, r.err, "goroutine")
			first := report(t, r)
			held := len(w.erp.Records("BD_Customer"))
			require.Less(t, held, 300, "it was stopped on its way")
			require.EqualValues(t, held, first["created"], "the report tells what the target holds")

			r = startProcess(t, s, "-state", state, "-json").ended(t)
			require.Equal(t, cli.ExitSettled, r.code, "%v", r)
			second := report(t, r)
			require.EqualValues(t, 300-held, second["created"])
			require.EqualValues(t, 0, second["recovered"], "a clean stop leaves nothing to be settled")
			w.check(t)
		})
	}
}

// TestInterruptedTwice: who can not wait for the batch under way sends the
// signal again. That is a kill, and TestKilledAtRandomMoments shows that it loses
// nothing either.
func TestInterruptedTwice(t *testing.T) {
	t.Parallel()
	w, state := newWorld(t, 3), filepath.Join(t.TempDir(), "state.db")
	s := w.settings(wdt.Direct, false)
	w.erp.Inject(kingdeetest.Fault{Op: "BatchSave", Kind: kingdeetest.StallAfter, Times: -1})
	p := startProcess(t, s, "-state", state)
	p.until(t, "a save", func() bool { return w.erp.Count("BatchSave") > 0 })
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	p.until(t, "its end", func() bool {
		select {
		case <-p.done:
			return true
		case <-again.C:
			err := p.cmd.Process.Signal(os.Interrupt)
			require.True(t, err == nil || errors.Is(err, os.ErrProcessDone), err)
		default:
		}
		return false
	})
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	require.True(t, status.Signaled(), "%v", p.result())
}

// TestTwoProcesses: a second run of the same state waits for the first, says
// for whom, and then finds nothing left to do.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	w, state := newWorld(t, 100, kingdeetest.WithLatency(20*time.Millisecond)), filepath.Join(t.TempDir(), "state.db")
	s := w.settings(wdt.Direct, false)
	hold := make(chan struct{})
	w.erp.OnCall(func(op string, n int) {
		if op == "BatchSave" && n == 2 {
			<-hold
		}
	})
	release := sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release)
	first := startProcess(t, s, "-state", state, "-json")
	first.until(t, "the second save", func() bool { return w.erp.Count("BatchSave") >= 2 })
	second := startProcess(t, s, "-state", state, "-json")
	second.until(t, "its word that it waits", func() bool { return strings.Contains(second.err.String(), "waiting for another run's lease") })
	require.Contains(t, second.err.String(), fmt.Sprintf("/%d/", first.cmd.Process.Pid), "the holder is named")

	store, err := sqlite.Open(t.Context(), state)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	third := w.flow(t, setup{wdt.Direct, kingdee.SignHeaders}, store)
	third.LeaseWait = time.Millisecond
	_, err = third.Run(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
	require.ErrorContains(t, err, fmt.Sprintf("/%d/", first.cmd.Process.Pid), "who waited in vain learns for whom")
	release()
	a, b := first.ended(t), second.ended(t)
	require.Equal(t, cli.ExitSettled, a.code, "%v", a)
	require.Equal(t, cli.ExitSettled, b.code, "%v", b)
	require.EqualValues(t, 100, report(t, a)["created"])
	require.EqualValues(t, 100, report(t, b)["unchanged"])
	w.check(t)
}
