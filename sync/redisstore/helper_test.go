package redisstore_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/sync/redisstore"
)

// session is a token's value that must be nowhere to be seen.
const session = "s3cret-session-id"

// noon is when tokens end: long ago, so that nothing depends on the day of the test.
var noon = time.UnixMilli(1_767_225_600_123).UTC()

// TestMain turns the test binary into one of its children where asked to.
func TestMain(m *testing.M) {
	if mode := os.Getenv(childModeEnv); mode != "" {
		if err := child(mode); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// connect returns a client that is closed at the end of the test.
func connect(t testing.TB, o *redis.Options) *redis.Client {
	t.Helper()
	o.ContextTimeoutEnabled = true
	client := redis.NewClient(o)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// shared is a client of the server that tests share.
func shared(t testing.TB) *redis.Client {
	t.Helper()
	return connect(t, &redis.Options{Addr: testutil.RedisAddr(t)})
}

var prefixes atomic.Int64

// newPrefix is a key prefix of the test's own. What is under it ends by itself, whatever
// the test did, and is gone after it.
func newPrefix(t testing.TB, client redis.UniversalClient) string {
	t.Helper()
	prefix := fmt.Sprintf("duijie-test-%d-%d-%d:", os.Getpid(), time.Now().UnixNano(), prefixes.Add(1))
	t.Cleanup(func() {
		for _, key := range keysUnder(t, client, prefix) {
			assert.Positive(t, client.PTTL(context.WithoutCancel(t.Context()), key).Val(), "%q stays for ever", key)
			require.NoError(t, client.Del(context.WithoutCancel(t.Context()), key).Err())
		}
	})
	return prefix
}

// keysUnder lists the keys of a server under a prefix.
func keysUnder(t testing.TB, client redis.UniversalClient, prefix string) (keys []string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	for it := client.Scan(ctx, 0, prefix+"*", 1000).Iterator(); ; {
		if !it.Next(ctx) {
			require.NoError(t, it.Err())
			return keys
		}
		keys = append(keys, it.Val())
	}
}

func tokenKey(n byte) duijie.Secret {
	return duijie.NewSecret(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{n}, 32)))
}

func newStore(t testing.TB, client redis.UniversalClient, opts ...redisstore.Option) *redisstore.Store {
	t.Helper()
	store, err := redisstore.New(t.Context(), client, opts...)
	require.NoError(t, err)
	return store
}

// tokensAt opens tokens under a prefix, sealed unless opts say otherwise.
func tokensAt(t testing.TB, client redis.UniversalClient, prefix string, opts ...redisstore.Option) *redisstore.Tokens {
	t.Helper()
	if len(opts) == 0 {
		opts = []redisstore.Option{redisstore.WithTokenKey(tokenKey(1))}
	}
	tokens, err := newStore(t, client, append(opts, redisstore.WithKeyPrefix(prefix))...).Tokens(t.Context())
	require.NoError(t, err)
	return tokens
}

func commitToken(t testing.TB, tokens *redisstore.Tokens, scope string, seen int64, value string) {
	t.Helper()
	lease, ok, err := tokens.Acquire(t.Context(), scope, seen, time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	_, err = tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret(value), Expires: noon})
	require.NoError(t, err)
}

// eventually polls until ok, for at most half a minute.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("it never comes to: %s", what)
		}
	}
}

// secretIn tells whether a text holds what must not be seen.
func secretIn(text string) bool {
	return strings.Contains(text, session) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(session))[:20])
}
