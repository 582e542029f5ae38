package redisstore_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache/tokencachetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/sync/redisstore"
)

func TestCluster(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t)
	t.Run("Conformance", func(t *testing.T) {
		pipelinetest.TestTokenStore(t, func(t *testing.T) func() duijie.TokenStore {
			prefix := strings.ToLower(strings.NewReplacer("/", ":", "#", ":").Replace(t.Name())) + ":"
			return func() duijie.TokenStore {
				return tokensAt(t, connectCluster(t, nodes, &redis.ClusterOptions{}), prefix)
			}
		})
		pipelinetest.TestLeaseStore(t, func(t *testing.T) duijiesync.LeaseStore {
			prefix := strings.ToLower(strings.NewReplacer("/", ":", "#", ":").Replace(t.Name())) + ":"
			return newStore(t, connectCluster(t, nodes, &redis.ClusterOptions{}), redisstore.WithKeyPrefix(prefix)).Leases()
		})
	})
	t.Run("Settings", func(t *testing.T) {
		cluster := connectCluster(t, nodes, &redis.ClusterOptions{})
		newStore(t, cluster)
		last := nodes[2].connect()
		require.NoError(t, last.ConfigSet(t.Context(), "maxmemory", "100mb").Err())
		require.NoError(t, last.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err())
		_, err := redisstore.New(t.Context(), cluster)
		require.ErrorContains(t, err, "node "+nodes[2].addr)
		require.ErrorContains(t, err, "allkeys-lru")
		require.NoError(t, last.ConfigSet(t.Context(), "maxmemory", "0").Err())
	})
	t.Run("FewRights", func(t *testing.T) {
		for _, n := range nodes {
			admin := n.connect()
			user(t, admin, "enough", append(aclRules[:len(aclRules):len(aclRules)], "+cluster|slots", "+command")...)
		}
		o := &redis.ClusterOptions{Username: "enough", Password: session}
		exercise(t, newStore(t, connectCluster(t, nodes, o), redisstore.WithTokenKey(tokenKey(1))))
	})
	t.Run("OneNode", func(t *testing.T) {
		refused := 0
		for _, n := range nodes { // all but the one that has the key
			leases := newStore(t, n.connect()).Leases()
			_, err := leases.Acquire(t.Context(), duijiesync.Scope{Pipeline: "elsewhere"}, "owner", time.Hour)
			if err != nil {
				require.ErrorContains(t, err, "NewClusterClient")
				refused++
			}
		}
		require.Equal(t, 2, refused)
	})
}

// A failover loses the last writes. That costs a login or two; nobody gets a token
// that is not of their scope, and no two are committed under one lease.
func TestFailoverLosesTheLastToken(t *testing.T) {
	t.Parallel()
	master := startServer(t)
	p := startProxy(t, master.addr)
	replica := startServer(t, "--replicaof", "127.0.0.1 "+strings.TrimPrefix(p.addr, "127.0.0.1:"))
	copied := replica.connect()
	eventually(t, "a replica", func() bool {
		return strings.Contains(copied.Info(t.Context(), "replication").Val(), "master_link_status:up")
	})
	sentinel := startSentinel(t, master)
	watching := connect(t, &redis.Options{Addr: sentinel.addr})
	eventually(t, "a sentinel that knows the replica", func() bool {
		return strings.Contains(watching.Info(t.Context(), "sentinel").Val(), "slaves=1")
	})
	open := func() *redisstore.Tokens {
		client := redis.NewFailoverClient(&redis.FailoverOptions{
			MasterName: "main", SentinelAddrs: []string{sentinel.addr}, ContextTimeoutEnabled: true,
		})
		t.Cleanup(func() { require.NoError(t, client.Close()) })
		return tokensAt(t, client, "duijie:")
	}
	platform := &tokencachetest.Vendor{Life: vendorLife}
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	one, two := open(), open()
	first, second := tokencachetest.Source(one, server.URL), tokencachetest.Source(two, server.URL)
	require.NoError(t, tokencachetest.Call(ctx, first, server.URL, 1))
	require.NoError(t, tokencachetest.Call(ctx, second, server.URL, 1))
	commitToken(t, one, "other", 0, session)
	eventually(t, "the first token on the replica", func() bool {
		return copied.HGet(ctx, "duijie:token:other", "gen").Val() == "1"
	})

	p.frozen.Store(true) // the replica falls behind
	_, err := first.Token(ctx, 1)
	require.NoError(t, err)
	lease, ok, err := one.Acquire(ctx, "other", 1, time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	master.kill()
	eventually(t, "a new master", func() bool {
		info := copied.Info(ctx, "replication").Val()
		return strings.Contains(info, "role:master")
	})

	_, err = one.Commit(ctx, lease, duijie.Token{Value: duijie.NewSecret("lost")})
	require.ErrorIs(t, err, duijie.ErrFenced, "the lease is not known any more")
	token, err := two.Load(ctx, "other")
	require.NoError(t, err)
	require.Equal(t, session, token.Value.Reveal())
	for range 5 {
		require.NoError(t, tokencachetest.Call(ctx, second, server.URL, 1))
		require.NoError(t, tokencachetest.Call(ctx, first, server.URL, 1))
	}
	require.LessOrEqual(t, platform.Counts().Logins, 4, "two before, and one for each process after")
}
