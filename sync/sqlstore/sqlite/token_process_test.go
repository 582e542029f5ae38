package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

const (
	// How many processes share the file, goroutines each has, and what each of those does.
	sharers    = 3
	inEach     = 4
	callsEach  = 40
	bookEach   = 5
	vendorLife = 60 // calls a session lasts
	loginTime  = 20 * time.Millisecond
	// leaderTTL is the lease of a process that is killed.
	leaderTTL = 400 * time.Millisecond
)

var sharedQuota = duijie.Quota{Calls: 2, Per: time.Minute}

// vendor is a platform of the worst kind: a login ends the session before it.
type vendor struct {
	mu      sync.Mutex
	logins  int
	left    int // calls the latest session is good for
	wasted  int // logins that ended a session which was still good
	refused int
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if r.URL.Path == "/login" { // it takes a while, for others to want one too
		v.mu.Unlock()
		<-time.After(loginTime)
		v.mu.Lock()
	}
	switch session := fmt.Sprint("session-", v.logins); {
	case r.URL.Path == "/login":
		if v.left > 0 {
			v.wasted++
		}
		v.logins++
		v.left = vendorLife
		fmt.Fprint(w, "session-", v.logins)
	case r.FormValue("session") != session || v.left == 0:
		v.refused++
		w.WriteHeader(http.StatusUnauthorized)
	default:
		v.left--
	}
}

// ask calls the vendor and returns what it says.
func ask(ctx context.Context, url string) (text string, status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", 0, err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), answer.StatusCode, err
}

// useTokens calls the vendor from many goroutines, as a client does.
func useTokens(ctx context.Context, store *sqlite.Store, vendor string) error {
	tokens, err := store.Tokens(ctx)
	if err != nil {
		return err
	}
	source := tokencache.New(tokens, "vendor", func(ctx context.Context) (duijie.Token, error) {
		text, _, err := ask(ctx, vendor+"/login")
		return duijie.Token{Value: duijie.NewSecret(text)}, err
	})
	errs := make(chan error)
	for range inEach {
		go func() { errs <- callOften(ctx, source, vendor) }()
	}
	for range inEach {
		err = errors.Join(err, <-errs)
	}
	return err
}

func callOften(ctx context.Context, source *tokencache.Source, vendor string) error {
	refused := int64(0)
	for done := 0; done < callsEach; {
		token, err := source.Token(ctx, refused)
		if err != nil {
			return err
		}
		_, status, err := ask(ctx, vendor+"/call?session="+token.Value.Reveal())
		if err != nil {
			return err
		}
		if status == http.StatusUnauthorized {
			refused = token.Gen
			continue
		}
		done++
	}
	return nil
}

func TestProcessesLogInOncePerGeneration(t *testing.T) {
	t.Parallel()
	platform := &vendor{}
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	path := stateFile(t)
	runSharers(t, path, "renew", server.URL)

	platform.mu.Lock()
	defer platform.mu.Unlock()
	require.Zero(t, platform.wasted, "of %d logins", platform.logins)
	require.Equal(t, sharers*inEach*callsEach/vendorLife, platform.logins)
	require.LessOrEqual(t, platform.refused, platform.logins*sharers*inEach, "each worker is refused once a session")
	token, err := tokensOf(t, openStore(t, path)).Load(t.Context(), "vendor")
	require.NoError(t, err)
	require.EqualValues(t, platform.logins, token.Gen)
	require.Equal(t, fmt.Sprint("session-", platform.logins), token.Value.Reveal())
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
