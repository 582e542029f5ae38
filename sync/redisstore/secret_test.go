package redisstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/redisstore"
)

// contents is everything that is stored under a prefix, as text.
func contents(t *testing.T, client redis.UniversalClient, prefix string) string {
	t.Helper()
	var b strings.Builder
	for _, key := range keysUnder(t, client, prefix) {
		b.WriteString(key)
		switch kind := client.Type(t.Context(), key).Val(); kind {
		case "hash":
			fmt.Fprintf(&b, "%q", client.HGetAll(t.Context(), key).Val())
		case "zset":
			fmt.Fprintf(&b, "%v", client.ZRangeWithScores(t.Context(), key, 0, -1).Val())
		default:
			t.Fatalf("key %s is a %s", key, kind)
		}
	}
	return b.String()
}

func TestTokensAtRest(t *testing.T) {
	t.Parallel()
	s := startServer(t, "--slowlog-log-slower-than", "0")
	client := s.connect()
	slow := func() string { return fmt.Sprint(client.SlowLogGet(t.Context(), 1000).Val()) }

	commitToken(t, tokensAt(t, client, "sealed:"), "scope", 0, session)
	require.False(t, secretIn(contents(t, client, "sealed:")))
	require.Contains(t, slow(), "sealed:token:scope")
	require.False(t, secretIn(slow()))

	commitToken(t, tokensAt(t, client, "plain:", redisstore.WithPlainTokens()), "scope", 0, session)
	require.True(t, secretIn(contents(t, client, "plain:")), "the test would not find it")
	require.True(t, secretIn(slow()), "the test would not find it")
}

func TestTokensWantAKey(t *testing.T) {
	t.Parallel()
	client := shared(t)
	_, err := newStore(t, client).Tokens(t.Context())
	require.ErrorContains(t, err, "WithTokenKey")
	require.ErrorContains(t, err, "WithPlainTokens")
	for _, key := range []string{"", "secret", tokenKey(1).Reveal() + "AA"} {
		_, err := redisstore.New(t.Context(), client, redisstore.WithTokenKey(tokenKey(1), duijie.NewSecret(key)))
		require.ErrorContains(t, err, "WithTokenKey: key 2 is not 32 bytes in base64")
		if key != "" {
			require.NotContains(t, err.Error(), key)
		}
	}
	for _, prefix := range []string{"", "a b", "a*", "a\x00", strings.Repeat("p", 65)} {
		_, err := redisstore.New(t.Context(), client, redisstore.WithKeyPrefix(prefix))
		require.ErrorContains(t, err, "key prefix")
	}
	store := newStore(t, client, redisstore.WithTokenKey(duijie.NewSecret(tokenKey(1).Reveal()+"\n")))
	require.NotContains(t, fmt.Sprintf("%+v %#v %+v", store, store, *store), strings.TrimRight(tokenKey(1).Reveal(), "="))
}

func TestTokenKeyOfAnother(t *testing.T) {
	t.Parallel()
	client := shared(t)
	prefix := newPrefix(t, client)
	right := tokensAt(t, client, prefix)
	commitToken(t, right, "scope", 0, session)
	for name, wrong := range map[string]*redisstore.Tokens{
		"wrong": tokensAt(t, client, prefix, redisstore.WithTokenKey(tokenKey(2), tokenKey(3))),
		"none":  tokensAt(t, client, prefix, redisstore.WithPlainTokens()),
	} {
		_, loaded := wrong.Load(t.Context(), "scope")
		_, ok, acquired := wrong.Acquire(t.Context(), "scope", 1, time.Hour)
		require.False(t, ok, name)
		for _, err := range []error{loaded, acquired} {
			require.ErrorIs(t, err, redisstore.ErrTokenKey, name)
			require.ErrorContains(t, err, "WithTokenKey", name)
			require.ErrorContains(t, err, "token:scope", name)
			require.NotErrorIs(t, err, duijiesync.ErrStateCorrupt, name)
		}
		commitToken(t, wrong, "other of "+name, 0, "theirs")
	}
	token, err := right.Load(t.Context(), "scope")
	require.NoError(t, err)
	require.Equal(t, session, token.Value.Reveal())
	commitToken(t, right, "scope", 1, "next") // no lease was left behind
}

// Keys change one process after the other; what was plain is sealed next time.
func TestTokenKeysChange(t *testing.T) {
	t.Parallel()
	client := shared(t)
	prefix := newPrefix(t, client)
	for gen, opt := range []redisstore.Option{
		redisstore.WithPlainTokens(),
		redisstore.WithTokenKey(tokenKey(1)),
		redisstore.WithTokenKey(tokenKey(2), tokenKey(1)),
		redisstore.WithTokenKey(tokenKey(3), tokenKey(1), tokenKey(2)),
	} {
		tokens := tokensAt(t, client, prefix, opt)
		token, err := tokens.Load(t.Context(), "scope")
		require.NoError(t, err)
		require.EqualValues(t, gen, token.Gen)
		commitToken(t, tokens, "scope", int64(gen), session)
	}
	token, err := tokensAt(t, client, prefix, redisstore.WithTokenKey(tokenKey(3))).Load(t.Context(), "scope")
	require.NoError(t, err)
	require.Equal(t, session, token.Value.Reveal())
}

// A seal is good for its own key and generation only.
func TestSealedTokenOfAnotherRow(t *testing.T) {
	t.Parallel()
	client := shared(t)
	prefix := newPrefix(t, client)
	tokens := tokensAt(t, client, prefix)
	commitToken(t, tokens, "mine", 0, session)
	commitToken(t, tokens, "theirs", 0, "their-session")
	mine := prefix + "token:mine"
	whole := client.HGetAll(t.Context(), mine).Val()
	theirs := client.HGet(t.Context(), prefix+"token:theirs", "value").Val()
	for _, edit := range [][2]string{
		{"value", theirs},
		{"value", ""},
		{"value", "\x01"},
		{"value", "\x02AA"},
		{"gen", "2"},
		{"gen", "many"},
		{"expires", "1"},
		{"expires", "soon"},
	} {
		require.NoError(t, client.HSet(t.Context(), mine, edit[0], edit[1]).Err())
		_, err := tokens.Load(t.Context(), "mine")
		require.ErrorIs(t, err, duijiesync.ErrStateCorrupt, "%q", edit)
		require.ErrorContains(t, err, `token:mine"`, "%q", edit)
		require.False(t, secretIn(err.Error()), "%q", edit)
		require.NoError(t, client.HSet(t.Context(), mine, whole).Err())
	}
	require.NoError(t, client.HDel(t.Context(), mine, "value").Err())
	_, err := tokens.Load(t.Context(), "mine")
	require.ErrorIs(t, err, duijiesync.ErrStateCorrupt)
	_, err = tokens.Load(t.Context(), "theirs")
	require.NoError(t, err)
}

// What belongs to a lease is written anew by every holder: damage there heals.
func TestDamagedLeaseHeals(t *testing.T) {
	t.Parallel()
	client := shared(t)
	prefix := newPrefix(t, client)
	tokens := tokensAt(t, client, prefix)
	for gen, edit := range [][]string{
		{"until", "soon", "owner", "nobody"},
		{"fence", "nan", "owner", "nobody", "until", "0"},
		{"fence", "1e300"},
		{"fence", "-inf"},
	} {
		if gen > 0 {
			require.NoError(t, client.HSet(t.Context(), prefix+"token:scope", edit).Err())
		}
		commitToken(t, tokens, "scope", int64(gen), session)
	}
}

// Another program has the key already.
func TestKeyOfAnotherProgram(t *testing.T) {
	t.Parallel()
	client := shared(t)
	prefix := newPrefix(t, client)
	tokens := tokensAt(t, client, prefix)
	leases := newStore(t, client, redisstore.WithKeyPrefix(prefix)).Leases()
	for _, key := range []string{"token:scope", "quota:scope", "lease:7:nightly:"} {
		require.NoError(t, client.Set(t.Context(), prefix+key, session, time.Hour).Err())
	}
	scope := duijiesync.Scope{Pipeline: "nightly"}
	lease := duijie.TokenLease{Scope: "scope", Owner: "owner", Fence: 1}
	_, loaded := tokens.Load(t.Context(), "scope")
	_, _, acquired := tokens.Acquire(t.Context(), "scope", 0, time.Hour)
	_, committed := tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret(session)})
	_, _, reserved := tokens.Reserve(t.Context(), "scope", duijie.Quota{}, 0)
	_, taken := leases.Acquire(t.Context(), scope, "owner", time.Hour)
	for what, err := range map[string]error{
		"load": loaded, "acquire token": acquired, "commit": committed, "release token": tokens.Release(t.Context(), lease),
		"reserve": reserved, "acquire": taken, "release lease": leases.Release(t.Context(), duijiesync.Lease{Scope: scope, Owner: "owner"}),
		"renew": leases.Renew(t.Context(), duijiesync.Lease{Scope: scope, Owner: "owner"}, time.Hour),
	} {
		require.ErrorContains(t, err, "duijie/redisstore: "+what, what)
		require.ErrorContains(t, err, "WithKeyPrefix", what)
		require.ErrorContains(t, err, prefix, what)
		require.False(t, secretIn(err.Error()), what)
	}
	require.Equal(t, session, client.Get(t.Context(), prefix+"token:scope").Val(), "it is left as it was")
}

// A server without scripts repeats in its error what it was sent.
func TestServerWithoutScripts(t *testing.T) {
	t.Parallel()
	for _, commands := range [][]string{{"evalsha"}, {"eval"}, {"eval", "evalsha"}} {
		var args []string
		for _, command := range commands {
			args = append(args, "--rename-command", command, "")
		}
		s := startServer(t, args...)
		tokens := tokensAt(t, s.connect(), "d:", redisstore.WithPlainTokens())
		_, _, acquired := tokens.Acquire(t.Context(), "s", 0, time.Hour)
		_, committed := tokens.Commit(t.Context(), duijie.TokenLease{Scope: "s", Owner: "o", Fence: 1}, duijie.Token{Value: duijie.NewSecret(session)})
		for _, err := range []error{acquired, committed} {
			require.ErrorContains(t, err, "must run Lua scripts", commands)
			require.False(t, secretIn(err.Error()))
		}
	}
}
