package redisstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/duijie-go/duijie/internal/tokenseal"
)

// ErrTokenKey says that a token is sealed and none of the keys given by
// [WithTokenKey] opens it. Nothing was changed. Give the key it was sealed with, or
// delete the key the error names: the next client then logs in anew.
var ErrTokenKey = errors.New("duijie/redisstore: the stored token was sealed with another key")

// Store keeps what processes share on a Redis server. It is safe for concurrent use;
// any number of stores, in one process or many, may share a server and a prefix.
type Store struct {
	client redis.UniversalClient
	prefix string
	sealer *tokenseal.Sealer
	plain  bool // tokens may be stored as they are
}

// New checks the server and returns a store on it. The caller keeps client and
// closes it after the store; it is a *redis.Client, with or without Sentinel, or a
// *redis.ClusterClient. A ring is refused: it would look for a lease on another
// server as soon as one does not answer.
//
// So are a server that may evict keys (see [WithEviction]) and a replica.
func New(ctx context.Context, client redis.UniversalClient, opts ...Option) (*Store, error) {
	o, err := buildOptions(opts)
	if err != nil {
		return nil, err
	}
	switch c := client.(type) {
	case nil:
		return nil, errors.New("duijie/redisstore: New needs a client")
	case *redis.Ring:
		return nil, errors.New("duijie/redisstore: a ring finds keys on another server when one fails, so that two may hold a lease: give a *redis.Client or a *redis.ClusterClient")
	case *redis.AutoPipeliner:
		return nil, fmt.Errorf("duijie/redisstore: a %T mixes the calls of others with ours: give the client it was made of", c)
	}
	sealer, err := tokenseal.New(ErrTokenKey, o.TokenKeys)
	if err != nil {
		return nil, fmt.Errorf("duijie/redisstore: WithTokenKey: %w", err)
	}
	s := &Store{client: client, prefix: o.KeyPrefix, sealer: sealer, plain: o.PlainTokens}
	if err := checkServers(ctx, client, o.Eviction); err != nil {
		return nil, s.fail(ctx, "open", "", err)
	}
	return s, nil
}

// fail wraps an error with what was being done, and with what to do about it where
// the server's words do not say.
func (s *Store) fail(ctx context.Context, op, key string, err error) error {
	cause := ctx.Err()
	// Connections end with the deadline too, and may be a moment ahead of the context.
	if end, ok := ctx.Deadline(); ok && cause == nil && errors.Is(err, os.ErrDeadlineExceeded) && !time.Now().Before(end) {
		cause = context.DeadlineExceeded
	}
	if cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	if hint := hintFor(err, key); hint != "" {
		return fmt.Errorf("duijie/redisstore: %s: %w (%s)", op, err, hint)
	}
	return fmt.Errorf("duijie/redisstore: %s: %w", op, err)
}

// hintFor says what an answer of the server means here.
func hintFor(err error, key string) string {
	said, ok := errors.AsType[redis.Error](err)
	if !ok {
		return ""
	}
	text := said.Error()
	for _, known := range []struct{ part, hint string }{
		{"WRONGTYPE", fmt.Sprintf("the key %s was written by another program: give each its own prefix, see WithKeyPrefix", quote(key))},
		{"NOPERM", "the commands and keys a user needs are in the documentation of package redisstore"},
		{"READONLY", "the server is a replica: connect to the master, or through Sentinel"},
		{"MOVED", "the server is part of a cluster: use redis.NewClusterClient"},
		{"OOM", "the server's memory is full"},
		{"unknown command", "the server must run Lua scripts"},
		{"can't run this command", "the commands and keys a user needs are in the documentation of package redisstore"},
		{"non deterministic", "Redis 5 or later is needed"},
	} {
		if strings.Contains(text, known.part) {
			return known.hint
		}
	}
	return ""
}

// checkName refuses a name that other stores refuse too.
func checkName(what, name string, least, most int) error {
	if len(name) < least || len(name) > most {
		return fmt.Errorf("%s %s has %d bytes, allowed are %d to %d", what, quote(name), len(name), least, most)
	}
	return nil
}

// quote is s for an error message, cut where it gets long.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		return fmt.Sprintf("%q... (%d bytes)", s[:most], len(s))
	}
	return fmt.Sprintf("%q", s)
}

// longest bounds times: the sums of scripts stay exact in Lua's numbers.
const longest = 100 * 365 * 24 * time.Hour

// micros is d in microseconds, rounded up.
func micros(d time.Duration) int64 {
	return (max(min(d, longest), -longest) + time.Microsecond - 1).Microseconds()
}

// millis is d, if it is above 0, and more, in milliseconds, rounded up.
func millis(d, more time.Duration) int64 {
	return (min(max(d, 0), longest) + more + time.Millisecond - 1).Milliseconds()
}
