package redisstore_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/redisstore"
)

func TestClientsThatAreRefused(t *testing.T) {
	t.Parallel()
	_, err := redisstore.New(t.Context(), nil)
	require.ErrorContains(t, err, "needs a client")
	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": "127.0.0.1:1"}})
	t.Cleanup(func() { require.NoError(t, ring.Close()) })
	_, err = redisstore.New(t.Context(), ring)
	require.ErrorContains(t, err, "ring")
	piped, err := shared(t).AutoPipeline()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, piped.Close()) })
	_, err = redisstore.New(t.Context(), piped)
	require.ErrorContains(t, err, "AutoPipeliner")
}

func TestServerThatEvicts(t *testing.T) {
	t.Parallel()
	client := startServer(t).connect()
	set := func(name, value string) { require.NoError(t, client.ConfigSet(t.Context(), name, value).Err()) }
	set("maxmemory-policy", "allkeys-lru")
	newStore(t, client) // without a limit nothing is evicted
	set("maxmemory", "100mb")
	for _, policy := range []string{"allkeys-lru", "allkeys-random", "volatile-lru", "volatile-ttl"} {
		set("maxmemory-policy", policy)
		_, err := redisstore.New(t.Context(), client)
		require.ErrorContains(t, err, "maxmemory-policy "+policy)
		require.ErrorContains(t, err, "noeviction")
		require.ErrorContains(t, err, "WithEviction")
		newStore(t, client, redisstore.WithEviction())
	}
	set("maxmemory-policy", "noeviction")
	tokens := tokensAt(t, client, "duijie:")
	commitToken(t, tokens, "scope", 0, session)

	set("maxmemory", "1")
	_, _, acquired := tokens.Acquire(t.Context(), "scope", 1, time.Hour)
	_, _, reserved := tokens.Reserve(t.Context(), "scope", duijie.Quota{Calls: 1, Per: time.Hour}, 0)
	for _, err := range []error{acquired, reserved} {
		require.ErrorContains(t, err, "memory is full")
	}
	token, err := tokens.Load(t.Context(), "scope")
	require.NoError(t, err)
	require.Equal(t, session, token.Value.Reveal())
	set("maxmemory", "0")
	commitToken(t, tokens, "scope", 1, "next")
}

// aclRules are those of the package's documentation.
var aclRules = []string{
	"resetkeys", "~duijie:*", "resetchannels", "-@all",
	"+evalsha", "+eval", "+hmget", "+hset", "+hdel", "+zadd", "+zrange", "+zscore", "+zremrangebyrank",
	"+pttl", "+pexpire", "+time", "+info", "+ping",
}

func TestRightsAreThoseOfTheDocumentation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	var documented []string
	_, rules, _ := strings.Cut(string(text), ">PASSWORD ")
	rules, _, _ = strings.Cut(rules, "\n//\n")
	for _, rule := range strings.Fields(rules) {
		if rule != "//" {
			documented = append(documented, rule)
		}
	}
	require.Equal(t, aclRules, documented)
}

// user makes a user with these rights on a server.
func user(t *testing.T, admin *redis.Client, name string, rules ...string) {
	t.Helper()
	args := []any{"acl", "setuser", name, "on", ">" + session}
	for _, rule := range rules {
		args = append(args, rule)
	}
	require.NoError(t, admin.Do(t.Context(), args...).Err())
}

// exercise calls everything once.
func exercise(t *testing.T, store *redisstore.Store) {
	t.Helper()
	tokens, err := store.Tokens(t.Context())
	require.NoError(t, err)
	commitToken(t, tokens, "scope", 0, session)
	token, err := tokens.Load(t.Context(), "scope")
	require.NoError(t, err)
	require.Equal(t, session, token.Value.Reveal())
	lease, ok, err := tokens.Acquire(t.Context(), "scope", 1, time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	require.NoError(t, tokens.Release(t.Context(), lease))
	for range 3 {
		_, ok, err = tokens.Reserve(t.Context(), "scope", duijie.Quota{Calls: 1, Per: time.Minute}, time.Hour)
		require.NoError(t, err)
		require.True(t, ok)
	}
	held, err := store.Leases().Acquire(t.Context(), duijiesync.Scope{Pipeline: "nightly"}, "owner", time.Hour)
	require.NoError(t, err)
	require.NoError(t, store.Leases().Renew(t.Context(), held, time.Hour))
	require.NoError(t, store.Leases().Release(t.Context(), held))
}

func TestUserWithFewRights(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	admin := s.connect()
	connectAs := func(name string) *redis.Client {
		return connect(t, &redis.Options{Addr: s.addr, Username: name, Password: session})
	}
	user(t, admin, "enough", aclRules...)
	exercise(t, newStore(t, connectAs("enough"), redisstore.WithTokenKey(tokenKey(1))))

	for _, missing := range aclRules[4:] {
		name := "without" + missing
		user(t, admin, name, append(append([]string{}, aclRules...), "-"+missing[1:])...)
		if missing == "+info" || missing == "+ping" {
			continue
		}
		require.NoError(t, admin.FlushAll(t.Context()).Err())
		require.NoError(t, admin.ScriptFlush(t.Context()).Err())
		store := newStore(t, connectAs(name), redisstore.WithTokenKey(tokenKey(1)))
		err := firstError(t, store)
		require.Error(t, err, "%s is not needed", missing)
		require.ErrorContains(t, err, "documentation of package redisstore", missing)
		require.False(t, secretIn(err.Error()), missing)
	}
	_, err := redisstore.New(t.Context(), connectAs("without+info"))
	require.ErrorContains(t, err, "INFO")
	require.ErrorContains(t, err, "documentation of package redisstore")
	newStore(t, connectAs("without+info"), redisstore.WithEviction())

	_, err = newStore(t, connectAs("enough"), redisstore.WithTokenKey(tokenKey(1)), redisstore.WithKeyPrefix("other:")).Leases().
		Acquire(t.Context(), duijiesync.Scope{Pipeline: "nightly"}, "owner", time.Hour)
	require.ErrorContains(t, err, "documentation of package redisstore")

	_, err = redisstore.New(t.Context(), connect(t, &redis.Options{Addr: s.addr, Username: "enough", Password: session + "wrong"}))
	require.ErrorContains(t, err, "WRONGPASS")
	require.False(t, secretIn(err.Error()))
}

// firstError does what exercise does until something fails.
func firstError(t *testing.T, store *redisstore.Store) error {
	t.Helper()
	ctx := t.Context()
	tokens, err := store.Tokens(ctx)
	require.NoError(t, err)
	lease, _, err := tokens.Acquire(ctx, "scope", 0, time.Hour)
	if err == nil {
		_, err = tokens.Commit(ctx, lease, duijie.Token{Value: duijie.NewSecret(session)})
	}
	if err == nil {
		_, _, err = tokens.Reserve(ctx, "scope", duijie.Quota{Calls: 1, Per: time.Minute}, time.Hour)
	}
	return err
}

func TestReplicaIsRefused(t *testing.T) {
	t.Parallel()
	master := startServer(t)
	replica := startServer(t, "--replicaof", "127.0.0.1 "+master.addr[len("127.0.0.1:"):])
	_, err := redisstore.New(t.Context(), replica.connect())
	require.ErrorContains(t, err, "replica")
	require.ErrorContains(t, err, "Sentinel")

	// One that becomes a replica later says so as well.
	store := newStore(t, master.connect())
	require.NoError(t, master.connect().Do(t.Context(), "replicaof", "127.0.0.1", "1").Err())
	_, err = store.Leases().Acquire(t.Context(), duijiesync.Scope{Pipeline: "nightly"}, "owner", time.Hour)
	require.ErrorContains(t, err, "the server is a replica")
}

// Everything ends by itself.
func TestKeysEndByThemselves(t *testing.T) {
	t.Parallel()
	client := shared(t)
	prefix := newPrefix(t, client)
	exercise(t, newStore(t, client, redisstore.WithKeyPrefix(prefix), redisstore.WithTokenKey(tokenKey(1))))
	const month = 30 * 24 * time.Hour
	for key, most := range map[string]time.Duration{
		"token:scope": month, "quota:scope": 5 * time.Minute, "lease:7:nightly:": 26 * time.Hour,
	} {
		life := client.PTTL(t.Context(), prefix+key).Val()
		require.Positive(t, life, key)
		require.LessOrEqual(t, life, most, key)
	}
	require.Len(t, keysUnder(t, client, prefix), 3, "and there is nothing else")
	leases := newStore(t, client, redisstore.WithKeyPrefix(prefix)).Leases()
	held, err := leases.Acquire(t.Context(), duijiesync.Scope{Pipeline: "nightly"}, "owner", time.Minute)
	require.NoError(t, err)
	require.NoError(t, leases.Renew(t.Context(), held, 100*time.Hour))
	require.InDelta(t, 124*time.Hour, client.PTTL(t.Context(), prefix+"lease:7:nightly:").Val(), float64(time.Minute))

	// A token outlives its end, whatever end that is.
	tokens := tokensAt(t, client, prefix)
	lease, ok, err := tokens.Acquire(t.Context(), "scope", 1, time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	_, err = tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret(session), Expires: time.Now().Add(2 * month)})
	require.NoError(t, err)
	life := client.PTTL(t.Context(), prefix+"token:scope").Val()
	require.InDelta(t, 3*month, life, float64(time.Minute))
	_, ok, err = tokens.Acquire(t.Context(), "scope", 2, time.Minute)
	require.NoError(t, err)
	require.True(t, ok)
	require.InDelta(t, life, client.PTTL(t.Context(), prefix+"token:scope").Val(), float64(time.Minute), "a lease does not shorten it")

	_, ok, err = tokens.Acquire(t.Context(), "brief", 0, time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	require.InDelta(t, 25*time.Hour, client.PTTL(t.Context(), prefix+"token:brief").Val(), float64(time.Minute))
	lease, ok, err = tokens.Acquire(t.Context(), "long", 0, 1<<63-1)
	require.NoError(t, err)
	require.True(t, ok)
	_, err = tokens.Commit(t.Context(), lease, duijie.Token{Expires: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	token, err := tokens.Load(t.Context(), "long")
	require.NoError(t, err)
	require.EqualValues(t, 1, token.Gen, "it is gone at once")
	_, ok, err = tokens.Acquire(t.Context(), "long", 1, 1<<63-1)
	require.NoError(t, err)
	require.True(t, ok)
	_, _, err = tokens.Reserve(t.Context(), "long", duijie.Quota{Calls: 1 << 40, Per: 1<<63 - 1}, 1<<63-1)
	require.NoError(t, err)
}
