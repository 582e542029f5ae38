package redisstore_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/redisstore"
)

// The client sends again what got no answer. Nothing is done twice for it, and
// nobody is told that he lost against himself.
func TestAnswersThatGetLost(t *testing.T) {
	t.Parallel()
	direct := shared(t)
	prefix := newPrefix(t, direct)
	p := startProxy(t, testutil.RedisAddr(t))
	store := newStore(t, connect(t, &redis.Options{Addr: p.addr, MinRetryBackoff: -1}),
		redisstore.WithKeyPrefix(prefix), redisstore.WithTokenKey(tokenKey(1)))
	tokens, err := store.Tokens(t.Context())
	require.NoError(t, err)
	lose := func() { p.lose.Store(1) }
	lost := func() { t.Helper(); require.Negative(t, p.lose.Load(), "nothing got lost") }
	other := tokensAt(t, direct, prefix)

	lose()
	lease, ok, err := tokens.Acquire(t.Context(), "scope", 0, time.Hour)
	require.NoError(t, err)
	require.True(t, ok, "the lease is ours")
	lost()
	for n := range 2 { // once for each script of Commit
		p.pass.Store(int64(n))
		lose()
		token, err := tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret(session)})
		require.NoError(t, err)
		require.EqualValues(t, n+1, token.Gen)
		lost()
		_, err = tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret("again")})
		require.ErrorIs(t, err, duijie.ErrFenced)
		lease, ok, err = other.Acquire(t.Context(), "scope", int64(n+1), time.Hour)
		require.NoError(t, err)
		require.True(t, ok)
	}
	forged := lease
	forged.Fence++
	require.NoError(t, tokens.Release(t.Context(), forged))
	_, ok, err = tokens.Acquire(t.Context(), "scope", 2, time.Hour)
	require.NoError(t, err)
	require.False(t, ok, "a lease of another fence is released")
	lose()
	require.NoError(t, tokens.Release(t.Context(), lease))
	lost()
	lose()
	token, err := tokens.Load(t.Context(), "scope")
	require.NoError(t, err)
	require.Equal(t, session, token.Value.Reveal())
	lost()

	lose()
	q := duijie.Quota{Calls: 2, Per: time.Hour}
	wait, ok, err := tokens.Reserve(t.Context(), "scope", q, 0)
	require.NoError(t, err)
	require.True(t, ok)
	require.Zero(t, wait)
	lost()
	_, ok, err = other.Reserve(t.Context(), "scope", q, 0)
	require.NoError(t, err)
	require.True(t, ok, "the first call was booked twice")
	_, ok, err = other.Reserve(t.Context(), "scope", q, 0)
	require.NoError(t, err)
	require.False(t, ok)

	lose()
	scope := duijiesync.Scope{Pipeline: "nightly"}
	held, err := store.Leases().Acquire(t.Context(), scope, "owner", time.Hour)
	require.NoError(t, err)
	lost()
	lose()
	require.NoError(t, store.Leases().Renew(t.Context(), held, time.Hour))
	lost()
	lose()
	require.NoError(t, store.Leases().Release(t.Context(), held))
	lost()
}

// Where the client does not ask again, what was asked for is given back as far as it
// can be, and what was done is found.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	direct := shared(t)
	prefix := newPrefix(t, direct)
	p := startProxy(t, testutil.RedisAddr(t))
	store := newStore(t, connect(t, &redis.Options{Addr: p.addr, MaxRetries: -1}),
		redisstore.WithKeyPrefix(prefix), redisstore.WithTokenKey(tokenKey(1)))
	tokens, err := store.Tokens(t.Context())
	require.NoError(t, err)
	unanswered := func(err error) {
		t.Helper()
		require.ErrorContains(t, err, "no answer, it may have been done")
		require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown, "that would be about a call of a platform")
		require.False(t, secretIn(err.Error()))
	}

	p.lose.Store(1)
	_, ok, err := tokens.Acquire(t.Context(), "scope", 0, time.Hour)
	unanswered(err)
	require.False(t, ok)
	lease, ok, err := tokens.Acquire(t.Context(), "scope", 0, time.Hour)
	require.NoError(t, err)
	require.True(t, ok, "the lease nobody heard of was not given up")

	p.lose.Store(1) // the look before the commit
	_, err = tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret(session)})
	unanswered(err)
	p.pass.Store(1) // the commit
	p.lose.Store(1)
	_, err = tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret(session)})
	unanswered(err)
	token, err := tokens.Load(t.Context(), "scope")
	require.NoError(t, err)
	require.EqualValues(t, 1, token.Gen)
	require.Equal(t, session, token.Value.Reveal(), "it was done")

	scope := duijiesync.Scope{Pipeline: "nightly"}
	p.lose.Store(1)
	_, err = store.Leases().Acquire(t.Context(), scope, "owner", time.Hour)
	unanswered(err)
	held, err := store.Leases().Acquire(t.Context(), scope, "owner", time.Hour)
	require.NoError(t, err)
	p.lose.Store(1)
	unanswered(store.Leases().Renew(t.Context(), held, time.Hour))
	p.lose.Store(1)
	_, _, err = tokens.Reserve(t.Context(), "scope", duijie.Quota{Calls: 1, Per: time.Hour}, 0)
	unanswered(err)
	_, ok, err = tokens.Reserve(t.Context(), "scope", duijie.Quota{Calls: 1, Per: time.Hour}, 0)
	require.NoError(t, err)
	require.False(t, ok, "a call that may have been booked counts")
}

// A server that says nothing is left after the client's time-outs, or with the
// caller's deadline.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	p := startProxy(t, testutil.RedisAddr(t))
	client := connect(t, &redis.Options{Addr: p.addr, MaxRetries: -1})
	tokens := tokensAt(t, client, newPrefix(t, shared(t)))
	p.frozen.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := tokens.Load(ctx, "scope")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, _, err = tokens.Acquire(ctx, "scope", 0, time.Hour)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// A server that was restarted knows neither scripts nor keys. Clients go on with one
// login more.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	tokens := tokensAt(t, s.connect(), "duijie:")
	commitToken(t, tokens, "scope", 0, session)
	_, ok, err := tokens.Reserve(t.Context(), "scope", duijie.Quota{Calls: 1, Per: time.Hour}, 0)
	require.NoError(t, err)
	require.True(t, ok)
	lease, ok, err := tokens.Acquire(t.Context(), "scope", 1, time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	s.kill()
	_, err = tokens.Load(t.Context(), "scope")
	require.Error(t, err, "no server is no token")
	s.start()

	_, err = tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret("late")})
	require.ErrorIs(t, err, duijie.ErrFenced)
	token, err := tokens.Load(t.Context(), "scope")
	require.NoError(t, err)
	require.Zero(t, token.Gen)
	after, ok, err := tokens.Acquire(t.Context(), "scope", 0, time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	require.Greater(t, after.Fence, lease.Fence, "fences grow over restarts")
	require.NoError(t, tokens.Release(t.Context(), lease))
	_, err = tokens.Commit(t.Context(), after, duijie.Token{Value: duijie.NewSecret("next")})
	require.NoError(t, err)
	require.NotContains(t, s.logText(), session)
}

// afterFirst does something once, when the first script has answered.
type afterFirst struct {
	redis.Hook
	once sync.Once
	do   func()
}

func (a *afterFirst) DialHook(next redis.DialHook) redis.DialHook { return next }

func (a *afterFirst) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (a *afterFirst) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if err == nil && strings.HasPrefix(cmd.Name(), "eval") {
			a.once.Do(a.do)
		}
		return err
	}
}

// A lease that is taken over while its holder commits is lost: the commit looks again.
func TestTakenOverDuringCommit(t *testing.T) {
	t.Parallel()
	client := shared(t)
	prefix := newPrefix(t, client)
	slow := shared(t)
	tokens, other := tokensAt(t, slow, prefix), tokensAt(t, client, prefix)
	lease, ok, err := tokens.Acquire(t.Context(), "scope", 0, -time.Second)
	require.NoError(t, err)
	require.True(t, ok)
	var taken duijie.TokenLease
	slow.AddHook(&afterFirst{do: func() {
		taken, ok, err = other.Acquire(t.Context(), "scope", 0, time.Hour)
	}})
	_, lost := tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret("late")})
	require.NoError(t, err)
	require.True(t, ok)
	require.ErrorIs(t, lost, duijie.ErrFenced)
	token, err := other.Commit(t.Context(), taken, duijie.Token{Value: duijie.NewSecret(session)})
	require.NoError(t, err)
	require.EqualValues(t, 1, token.Gen)
}
