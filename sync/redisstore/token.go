package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const (
	// maxTokenScope is the longest scope of a token or quota, in bytes.
	maxTokenScope = 512
	// kept is how long a token stays after its end, or after it was stored where it
	// has none: refresh tokens outlive it, and generations are counted on.
	kept = 30 * 24 * time.Hour
	// leftOver is how long what somebody died over stays.
	leftOver = 24 * time.Hour
	// parting bounds the call that gives up what was asked for and never answered.
	parting = time.Second
)

// Tokens is a duijie.TokenStore and a duijie.QuotaStore on the server of a [Store]:
// clients of all processes that use the server share their sessions and count their
// tightly limited calls together. It is safe for concurrent use.
type Tokens struct{ store *Store }

var (
	_ duijie.TokenStore = (*Tokens)(nil)
	_ duijie.QuotaStore = (*Tokens)(nil)
)

// Tokens returns the tokens on the server, for duijie.WithTokenStore. They must be
// sealed with [WithTokenKey], unless [WithPlainTokens] says that all who reach the
// server may see them. The server is not called.
func (s *Store) Tokens(ctx context.Context) (*Tokens, error) {
	if !s.sealer.HasKey() && !s.plain {
		return nil, s.fail(ctx, "share tokens", "", errors.New("all who reach the server could read them: seal them with WithTokenKey, or accept that with WithPlainTokens"))
	}
	return &Tokens{s}, nil
}

// A token is a hash: gen, value and expires of the token; owner, until and fence of
// the lease, whose owner is absent while nobody has it; done, the nonce of the last
// commit.
var (
	loadToken = newScript(`return redis.call('HMGET', KEYS[1], 'gen', 'expires', 'value')`)

	// takeToken: owner, generation seen, lease in µs, least life of the key in ms.
	takeToken = newScript(luaNow + `
local row = redis.call('HMGET', KEYS[1], 'gen', 'owner', 'until', 'fence', 'expires', 'value')
if (row[1] or '0') ~= ARGV[2] then return {0} end
if row[2] == ARGV[1] then return {1, row[4], row[5], row[6]} end
if row[2] and live(row[3]) then return {0} end
local fence = after(row[4])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', whole(now + ARGV[3]), 'fence', fence)
keep(ARGV[4])
return {1, fence, row[5], row[6]}
`)

	// commitToken: owner, fence, generation stored, nonce, new generation, life of the
	// key in ms, end of the token, value.
	commitToken = newScript(`
local row = redis.call('HMGET', KEYS[1], 'gen', 'owner', 'fence', 'done')
if row[4] == ARGV[4] then return {1} end
if row[2] ~= ARGV[1] or row[3] ~= ARGV[2] or (row[1] or '0') ~= ARGV[3] then return {0} end
redis.call('HSET', KEYS[1], 'gen', ARGV[5], 'done', ARGV[4], 'expires', ARGV[7], 'value', ARGV[8])
redis.call('HDEL', KEYS[1], 'owner', 'until')
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return {1}
`)

	// heldToken: owner, fence.
	heldToken = newScript(`
local row = redis.call('HMGET', KEYS[1], 'gen', 'owner', 'fence')
if row[2] ~= ARGV[1] or row[3] ~= ARGV[2] then return {0} end
return {1, row[1]}
`)

	// releaseToken: owner, fence, which is '' where it is not known.
	releaseToken = newScript(`
local row = redis.call('HMGET', KEYS[1], 'owner', 'fence')
if row[1] == ARGV[1] and (ARGV[2] == '' or row[2] == ARGV[2]) then
	redis.call('HDEL', KEYS[1], 'owner', 'until')
end
return {}
`)
)

func (k *Tokens) key(scope string) string { return k.store.prefix + "token:" + scope }

// Load returns the token of scope, the zero Token when there is none. It returns
// [ErrTokenKey] for one that was sealed with a key this store was not given.
func (k *Tokens) Load(ctx context.Context, scope string) (duijie.Token, error) {
	op := "load token of " + quote(scope)
	if err := checkTokenScope(scope); err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, "", err)
	}
	row, err := k.store.run(ctx, loadToken, k.key(scope))
	if err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, k.key(scope), err)
	}
	token, err := k.open(scope, row.text(0), row.text(1), row.text(2))
	if err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, k.key(scope), err)
	}
	return token, nil
}

// Acquire asks for the right to renew the token of scope. Leases are kept to the
// microsecond by the server's clock. A stored token that can not be opened is never
// given out for renewal, see [ErrTokenKey].
//
// Where no answer comes, the lease is given up again if the server can be reached; if
// not, it may keep others waiting for ttl.
func (k *Tokens) Acquire(ctx context.Context, scope string, seen int64, ttl time.Duration) (duijie.TokenLease, bool, error) {
	op := "acquire token of " + quote(scope)
	if err := checkTokenScope(scope); err != nil {
		return duijie.TokenLease{}, false, k.store.fail(ctx, op, "", err)
	}
	lease := duijie.TokenLease{Scope: scope, Owner: newOwner()}
	row, err := k.store.run(ctx, takeToken, k.key(scope), lease.Owner, seen, micros(ttl), millis(ttl, leftOver))
	if err == nil && row.text(0) != "1" {
		return duijie.TokenLease{}, false, nil
	}
	if err == nil {
		lease.Fence, err = row.number(1)
	}
	if err == nil && seen > 0 {
		_, err = k.open(scope, fmt.Sprint(seen), row.text(2), row.text(3))
	}
	if err != nil {
		err = k.store.fail(ctx, op, k.key(scope), err)
		return duijie.TokenLease{}, false, errors.Join(err, k.abandon(ctx, lease, err))
	}
	return lease, true, nil
}

// abandon gives up a lease nobody will use, if it may have been granted, also where the
// caller has gone. Where the server did not say so, failing is no further error.
func (k *Tokens) abandon(ctx context.Context, lease duijie.TokenLease, failed error) error {
	if lease.Fence == 0 && !errors.Is(failed, errNoAnswer) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	_, err := k.store.run(ctx, releaseToken, k.key(lease.Scope), lease.Owner, "")
	if err != nil && lease.Fence != 0 {
		return k.store.fail(ctx, "release token of "+quote(lease.Scope), k.key(lease.Scope), err)
	}
	return nil
}

// Commit stores a renewed token and ends the lease, or returns duijie.ErrFenced.
// Expires is kept to the millisecond. A lease that ran out is good until somebody
// takes it over, or for a day.
func (k *Tokens) Commit(ctx context.Context, lease duijie.TokenLease, token duijie.Token) (duijie.Token, error) {
	op, key := "commit token of "+quote(lease.Scope), k.key(lease.Scope)
	if err := checkTokenScope(lease.Scope); err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, "", err)
	}
	fenced := fmt.Errorf("%w: fence %d", duijie.ErrFenced, lease.Fence)
	if lease.Owner == "" {
		return duijie.Token{}, k.store.fail(ctx, op, key, fenced)
	}
	// The generation is sealed with the token; nobody else changes it under our lease.
	row, err := k.store.run(ctx, heldToken, key, lease.Owner, lease.Fence)
	if err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, key, err)
	}
	if row.text(0) != "1" {
		return duijie.Token{}, k.store.fail(ctx, op, key, fenced)
	}
	seen, err := row.number(1)
	if err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, key, corrupt(key, err))
	}
	expires := toMillis(token.Expires)
	token.Gen, token.Expires = seen+1, fromMillis(expires)
	sealed := k.store.sealer.Seal(lease.Scope, token.Gen, expires, token.Value)
	row, err = k.store.run(ctx, commitToken, key, lease.Owner, lease.Fence, seen, rand.Text(), token.Gen, lifeOf(token), expires, sealed)
	if err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, key, err)
	}
	if row.text(0) != "1" {
		return duijie.Token{}, k.store.fail(ctx, op, key, fenced)
	}
	return token, nil
}

// Release gives the lease up without a new token. A lease that was lost is left
// to the one who has it.
func (k *Tokens) Release(ctx context.Context, lease duijie.TokenLease) error {
	op, key := "release token of "+quote(lease.Scope), k.key(lease.Scope)
	if err := checkTokenScope(lease.Scope); err != nil {
		return k.store.fail(ctx, op, "", err)
	}
	if _, err := k.store.run(ctx, releaseToken, key, lease.Owner, lease.Fence); err != nil {
		return k.store.fail(ctx, op, key, err)
	}
	return nil
}

func checkTokenScope(scope string) error { return checkName("token scope", scope, 1, maxTokenScope) }

// newOwner names one lease: fences alone would not tell two of them apart where the
// server lost the first.
func newOwner() string { return fmt.Sprintf("process %d %s", os.Getpid(), rand.Text()) }

// open returns the token of a row.
func (k *Tokens) open(scope, gen, expires, sealed string) (token duijie.Token, err error) {
	row := reply{gen, expires}
	if token.Gen, err = row.number(0); err != nil || token.Gen == 0 {
		return duijie.Token{}, corrupt(k.key(scope), err)
	}
	end, err := row.number(1)
	if err != nil {
		return duijie.Token{}, corrupt(k.key(scope), err)
	}
	token.Expires = fromMillis(end)
	token.Value, err = k.store.sealer.Open(scope, token.Gen, end, []byte(sealed))
	if errors.Is(err, ErrTokenKey) {
		return duijie.Token{}, fmt.Errorf("key %s: %w", quote(k.key(scope)), err)
	}
	if err != nil {
		return duijie.Token{}, corrupt(k.key(scope), err)
	}
	return token, nil
}

// corrupt is the error for a key that does not hold what was written; nil for none.
func corrupt(key string, why error) error {
	if why == nil {
		return nil
	}
	return fmt.Errorf("%w: key %s: %w; delete it and the next client logs in anew", duijiesync.ErrStateCorrupt, quote(key), why)
}

// lifeOf is how long the key of a token lives, in milliseconds. It is a span, so
// that it does not matter whether the server's clock goes like ours.
func lifeOf(t duijie.Token) int64 {
	if t.Expires.IsZero() {
		return millis(0, kept)
	}
	return millis(time.Until(t.Expires), kept)
}

// toMillis is t in milliseconds since 1970; the zero time is 0.
func toMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMillis is the inverse of toMillis, in UTC.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
