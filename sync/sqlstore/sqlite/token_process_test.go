package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache/tokencachetest"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

const (
	// How many processes share the file, goroutines each has, and what each of those does.
	sharers    = 3
	inEach     = 4
	callsEach  = 40
	bookEach   = 5
	vendorLife = 60 // calls a session lasts
	// leaderTTL is the lease of a process that is killed.
	leaderTTL = 400 * time.Millisecond
)

var sharedQuota = duijie.Quota{Calls: 2, Per: time.Minute}

func TestProcessesLogInOncePerGeneration(t *testing.T) {
	t.Parallel()
	platform := &tokencachetest.Vendor{Life: vendorLife}
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	path := stateFile(t)
	runSharers(t, path, "renew", server.URL)

	seen := platform.Counts()
	require.Zero(t, seen.Wasted, "of %d logins", seen.Logins)
	require.Equal(t, sharers*inEach*callsEach/vendorLife, seen.Logins)
	require.LessOrEqual(t, seen.Refused, seen.Logins*sharers*inEach, "each worker is refused once a session")
	token, err := tokensOf(t, openStore(t, path)).Load(t.Context(), "vendor")
	require.NoError(t, err)
	require.EqualValues(t, seen.Logins, token.Gen)
	require.Equal(t, tokencachetest.Session(seen.Logins), token.Value.Reveal())
}

// runSharers runs the children side by side and returns the lines they print.
func runSharers(t *testing.T, path, mode, vendor string) (lines []string) {
	t.Helper()
	var cmds []*exec.Cmd
	for range sharers {
		cmd := childCommand(t, path, mode)
		cmd.Env = append(cmd.Env, childVendorEnv+"="+vendor)
		cmd.Stdout = new(strings.Builder)
		require.NoError(t, cmd.Start())
		cmds = append(cmds, cmd)
	}
	for _, cmd := range cmds {
		require.NoError(t, cmd.Wait(), cmd.Stderr)
		lines = append(lines, strings.Fields(fmt.Sprint(cmd.Stdout))...)
	}
	return lines
}

// bookCalls prints, for each call it books, between which moments it lies.
func bookCalls(ctx context.Context, store *sqlite.Store) error {
	tokens, err := store.Tokens(ctx)
	if err != nil {
		return err
	}
	errs := make(chan error)
	for range inEach {
		go func() {
			var err error
			for range bookEach {
				before := time.Now()
				wait, ok, failed := tokens.Reserve(ctx, "vendor", sharedQuota, time.Hour)
				if failed != nil || !ok {
					err = fmt.Errorf("booked: %v: %w", ok, failed)
				}
				fmt.Printf("%d-%d\n", before.Add(wait).UnixNano(), time.Now().Add(wait).UnixNano())
			}
			errs <- err
		}()
	}
	for range inEach {
		err = errors.Join(err, <-errs)
	}
	return err
}

func TestProcessesKeepAQuotaTogether(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	type booking struct{ earliest, latest int64 }
	var booked []booking
	for _, line := range runSharers(t, path, "book", "") {
		var b booking
		_, err := fmt.Sscanf(line, "%d-%d", &b.earliest, &b.latest)
		require.NoError(t, err)
		booked = append(booked, b)
	}
	require.Len(t, booked, sharers*inEach*bookEach)
	slices.SortFunc(booked, func(a, b booking) int { return int(a.latest - b.latest) })
	least := int64(sharedQuota.Per - time.Millisecond)
	for i := sharedQuota.Calls; i < len(booked); i++ {
		first := booked[i].earliest
		for _, b := range booked[i-sharedQuota.Calls : i] {
			first = min(first, b.earliest)
		}
		require.GreaterOrEqual(t, booked[i].latest-first, least, "calls up to %d", i)
	}
	_, ok, err := tokensOf(t, openStore(t, path)).Reserve(t.Context(), "vendor", sharedQuota, 10*time.Minute)
	require.NoError(t, err)
	require.False(t, ok, "those of the ended processes still count")
}

// leadForever takes the lease, says so, and never comes back from its login.
func leadForever(ctx context.Context, store *sqlite.Store) error {
	tokens, err := store.Tokens(ctx)
	if err != nil {
		return err
	}
	lease, ok, err := tokens.Acquire(ctx, "vendor", 1, leaderTTL)
	if err != nil || !ok {
		return fmt.Errorf("no lease: %w", err)
	}
	fmt.Println(lease.Owner, lease.Fence)
	<-ctx.Done()
	return ctx.Err()
}

// leadWhenFree polls until the lease has run out. Meanwhile the old token serves.
func leadWhenFree(t *testing.T, tokens duijie.TokenStore) duijie.TokenLease {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		token, err := tokens.Load(ctx, "vendor")
		require.NoError(t, err)
		require.Equal(t, "first", token.Value.Reveal())
		lease, ok, err := tokens.Acquire(ctx, "vendor", 1, time.Hour)
		require.NoError(t, err, "the lease of the dead does not run out")
		if ok {
			return lease
		}
		<-ticker.C
	}
}

func TestKilledLeaderIsReplacedAfterItsLease(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	tokens := tokensOf(t, openStore(t, path))
	commitToken(t, tokens, "vendor", 0, "first")

	cmd := childCommand(t, path, "lead")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	start := time.Now()
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, cmd.Stderr)
	require.NoError(t, cmd.Process.Kill()) // SIGKILL
	require.Error(t, cmd.Wait())
	var pid int
	old := duijie.TokenLease{Scope: "vendor"}
	_, err = fmt.Sscanf(line, "process %d %s %d", &pid, &old.Owner, &old.Fence)
	require.NoError(t, err)
	require.Equal(t, cmd.Process.Pid, pid)
	old.Owner = fmt.Sprintf("process %d %s", pid, old.Owner)

	taken := leadWhenFree(t, tokens)
	require.GreaterOrEqual(t, time.Since(start), leaderTTL, "not before the lease ended")
	_, err = tokens.Commit(t.Context(), old, duijie.Token{Value: duijie.NewSecret("of the dead")})
	require.ErrorIs(t, err, duijie.ErrFenced)
	token, err := tokens.Commit(t.Context(), taken, duijie.Token{Value: duijie.NewSecret("second")})
	require.NoError(t, err)
	require.EqualValues(t, 2, token.Gen)
}
