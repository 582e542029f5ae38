package redisstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/tokencache/tokencachetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/redisstore"
)

// The environment variables that make a child of the test binary: what to do, under
// which prefix, and the address of the platform it calls.
const (
	childModeEnv   = "DUIJIE_TEST_CHILD_MODE"
	childPrefixEnv = "DUIJIE_TEST_CHILD_PREFIX"
	childVendorEnv = "DUIJIE_TEST_CHILD_VENDOR"

	// How many processes share the server, goroutines each has, and what each of those does.
	sharers    = 3
	inEach     = 4
	callsEach  = 40
	bookEach   = 5
	jobsEach   = 3
	vendorLife = 60 // calls a session lasts
	// leaderTTL is the lease of a process that is killed.
	leaderTTL = 400 * time.Millisecond
)

var (
	sharedQuota = duijie.Quota{Calls: 2, Per: time.Minute}
	nightly     = duijiesync.Scope{Pipeline: "nightly"}
)

// child is the main function of a child.
func child(mode string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := redis.NewClient(&redis.Options{Addr: os.Getenv(testutil.RedisEnv), ContextTimeoutEnabled: true})
	defer func() { err = errors.Join(err, client.Close()) }()
	store, err := redisstore.New(ctx, client, redisstore.WithKeyPrefix(os.Getenv(childPrefixEnv)), redisstore.WithTokenKey(tokenKey(1)))
	if err != nil {
		return err
	}
	tokens, err := store.Tokens(ctx)
	if err != nil {
		return err
	}
	vendor := os.Getenv(childVendorEnv)
	switch mode {
	case "renew":
		return tokencachetest.CallInMany(ctx, tokens, vendor, inEach, callsEach)
	case "book":
		return inMany(func() error { return bookCalls(ctx, tokens) }, inEach)
	case "job":
		return inMany(func() error { return doJobs(ctx, store.Leases(), vendor) }, inEach)
	}
	return leadForever(ctx, tokens)
}

// inMany does something in n goroutines.
func inMany(do func() error, n int) (err error) {
	errs := make(chan error)
	for range n {
		go func() { errs <- do() }()
	}
	for range n {
		err = errors.Join(err, <-errs)
	}
	return err
}

// workplace counts the jobs that are done at it.
type workplace struct {
	mu      sync.Mutex
	inside  int // jobs under way
	jobs    int
	crowded int // jobs that found another one under way
	fences  []string
}

func (w *workplace) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.inside++; w.inside > 1 {
		w.crowded++
	}
	w.jobs++
	w.fences = append(w.fences, r.FormValue("fence"))
	w.mu.Unlock()
	<-time.After(time.Millisecond) // let others in
	w.mu.Lock()
	w.inside--
}

func childCommand(t *testing.T, prefix, mode, vendor string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childModeEnv+"="+mode, childPrefixEnv+"="+prefix, childVendorEnv+"="+vendor)
	cmd.Stderr = new(strings.Builder)
	return cmd
}

// runSharers runs children side by side and returns the lines they print.
func runSharers(t *testing.T, prefix, mode, vendor string) (lines []string) {
	t.Helper()
	var cmds []*exec.Cmd
	for range sharers {
		cmd := childCommand(t, prefix, mode, vendor)
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

func TestProcessesLogInOncePerGeneration(t *testing.T) {
	t.Parallel()
	client := shared(t)
	platform := &tokencachetest.Vendor{Life: vendorLife}
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	prefix := newPrefix(t, client)
	runSharers(t, prefix, "renew", server.URL)

	seen := platform.Counts()
	require.Zero(t, seen.Wasted, "of %d logins", seen.Logins)
	require.Equal(t, sharers*inEach*callsEach/vendorLife, seen.Logins)
	require.LessOrEqual(t, seen.Refused, seen.Logins*sharers*inEach, "each worker is refused once a session")
	token, err := tokensAt(t, client, prefix).Load(t.Context(), "vendor")
	require.NoError(t, err)
	require.EqualValues(t, seen.Logins, token.Gen)
	require.Equal(t, tokencachetest.Session(seen.Logins), token.Value.Reveal())
}

// bookCalls prints, for each call it books, between which moments it lies.
func bookCalls(ctx context.Context, tokens duijie.QuotaStore) (err error) {
	for range bookEach {
		before := time.Now()
		wait, ok, failed := tokens.Reserve(ctx, "vendor", sharedQuota, time.Hour)
		if failed != nil || !ok {
			err = fmt.Errorf("booked: %v: %w", ok, failed)
		}
		fmt.Printf("%d-%d\n", before.Add(wait).UnixNano(), time.Now().Add(wait).UnixNano())
	}
	return err
}

func TestProcessesKeepAQuotaTogether(t *testing.T) {
	t.Parallel()
	client := shared(t)
	prefix := newPrefix(t, client)
	type booking struct{ earliest, latest int64 }
	var booked []booking
	for _, line := range runSharers(t, prefix, "book", "") {
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
	_, ok, err := tokensAt(t, client, prefix).Reserve(t.Context(), "vendor", sharedQuota, 10*time.Minute)
	require.NoError(t, err)
	require.False(t, ok, "those of the ended processes still count")
	require.EqualValues(t, sharedQuota.Calls, client.ZCard(t.Context(), prefix+"quota:vendor").Val(), "no more is kept than counts")
}

// doJobs does something under a lease, again and again.
func doJobs(ctx context.Context, leases duijiesync.LeaseStore, vendor string) error {
	for range jobsEach {
		err := duijiesync.WithLease(ctx, leases, nightly, duijiesync.LeaseOptions{TTL: 2 * time.Second, Wait: 30 * time.Second},
			func(ctx context.Context, lease duijiesync.Lease) error {
				_, _, err := tokencachetest.Ask(ctx, fmt.Sprintf("%s/job?fence=%d", vendor, lease.Fence))
				return err
			})
		if err != nil {
			return err
		}
	}
	return nil
}

func TestProcessesTakeTurnsUnderALease(t *testing.T) {
	t.Parallel()
	client := shared(t)
	platform := &workplace{}
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	runSharers(t, newPrefix(t, client), "job", server.URL)
	platform.mu.Lock()
	defer platform.mu.Unlock()
	require.Equal(t, sharers*inEach*jobsEach, platform.jobs)
	require.Zero(t, platform.crowded)
	require.True(t, slices.IsSorted(platform.fences), "fences grow: %v", platform.fences)
	require.Len(t, slices.Compact(platform.fences), platform.jobs)
}

// leadForever takes the lease, says so, and never comes back from its login.
func leadForever(ctx context.Context, tokens duijie.TokenStore) error {
	lease, ok, err := tokens.Acquire(ctx, "vendor", 1, leaderTTL)
	if err != nil || !ok {
		return fmt.Errorf("no lease: %w", err)
	}
	fmt.Println(lease.Owner, lease.Fence)
	<-ctx.Done()
	return ctx.Err()
}

func TestKilledLeaderIsReplacedAfterItsLease(t *testing.T) {
	t.Parallel()
	client := shared(t)
	prefix := newPrefix(t, client)
	tokens := tokensAt(t, client, prefix)
	commitToken(t, tokens, "vendor", 0, "first")

	cmd := childCommand(t, prefix, "lead", "")
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

	var taken duijie.TokenLease
	eventually(t, "the end of the lease of the dead", func() (ok bool) {
		token, err := tokens.Load(t.Context(), "vendor")
		require.NoError(t, err)
		require.Equal(t, "first", token.Value.Reveal(), "meanwhile the old token serves")
		taken, ok, err = tokens.Acquire(t.Context(), "vendor", 1, time.Hour)
		require.NoError(t, err)
		return ok
	})
	require.GreaterOrEqual(t, time.Since(start), leaderTTL, "not before the lease ended")
	_, err = tokens.Commit(t.Context(), old, duijie.Token{Value: duijie.NewSecret("of the dead")})
	require.ErrorIs(t, err, duijie.ErrFenced)
	token, err := tokens.Commit(t.Context(), taken, duijie.Token{Value: duijie.NewSecret("second")})
	require.NoError(t, err)
	require.EqualValues(t, 2, token.Gen)
}
