package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Limits of names, in bytes, as other stores have them.
const (
	maxPipeline  = 128
	maxPartition = 255
	maxOwner     = 128
)

// Leases hands out leases on the server of a [Store], for duijiesync.WithLease: jobs
// that one of several machines may do at a time. A pipeline needs none: its State has
// one of its own, which guards what it writes.
//
// Redis answers before its replicas have a lease: when a replica takes over, a second
// holder may begin while the first one's time runs. Where that hurts, hand the lease's
// Fence to what is written to and have it refuse a lower one than it has seen. Fences
// come from the server's clock and grow even where a lease was forgotten, as long as
// that clock does not go back.
type Leases struct{ store *Store }

var _ duijiesync.LeaseStore = (*Leases)(nil)

// Leases returns the leases on the server. The server is not called.
func (s *Store) Leases() *Leases { return &Leases{s} }

// A lease is a hash: owner, fence, until, and the nonce of the call that took it,
// which is absent while nobody has it.
var (
	// takeLease: owner, nonce, time in µs, least life of the key in ms.
	takeLease = newScript(luaNow + `
local row = redis.call('HMGET', KEYS[1], 'nonce', 'fence', 'until', 'owner')
if row[1] == ARGV[2] then return {1, row[2]} end
if row[1] and live(row[3]) then return {0, row[4], row[3]} end
local fence = after(row[2])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'nonce', ARGV[2], 'until', whole(now + ARGV[3]), 'fence', fence)
keep(ARGV[4])
return {1, fence}
`)

	// renewLease: owner, fence, time in µs, least life of the key in ms.
	renewLease = newScript(luaNow + `
local row = redis.call('HMGET', KEYS[1], 'owner', 'fence')
if row[1] ~= ARGV[1] or row[2] ~= ARGV[2] then return {0} end
redis.call('HSET', KEYS[1], 'until', whole(now + ARGV[3]))
keep(ARGV[4])
return {1}
`)

	// releaseLease: owner, fence, and, where the fence is '', the nonce.
	releaseLease = newScript(`
local row = redis.call('HMGET', KEYS[1], 'owner', 'fence', 'nonce')
if row[1] == ARGV[1] and (row[2] == ARGV[2] or ARGV[2] == '' and row[3] == ARGV[3]) then
	redis.call('HDEL', KEYS[1], 'owner', 'nonce', 'until')
end
return {}
`)
)

// key names a scope. The length keeps names apart whatever stands in them.
func (l *Leases) key(sc duijiesync.Scope) string {
	return fmt.Sprintf("%slease:%d:%s:%s", l.store.prefix, len(sc.Pipeline), sc.Pipeline, sc.Partition)
}

// Acquire takes the lease of a scope, which need not be a pipeline's. The owner is a
// name for people, 1 to 128 bytes; the same owner asking again while it holds the lease
// gets duijiesync.ErrLeaseHeld as well. Leases are kept to the microsecond by the
// server's clock.
//
// Where no answer comes, the lease is given up again if the server can be reached; if
// not, it may keep others waiting for ttl.
func (l *Leases) Acquire(ctx context.Context, sc duijiesync.Scope, owner string, ttl time.Duration) (duijiesync.Lease, error) {
	op, key, nonce := "acquire "+scopeText(sc), l.key(sc), rand.Text()
	if err := checkLease(sc, owner, ttl); err != nil {
		return duijiesync.Lease{}, l.store.fail(ctx, op, "", err)
	}
	row, err := l.store.run(ctx, takeLease, key, owner, nonce, micros(ttl), millis(ttl, leftOver))
	if err != nil {
		err = l.store.fail(ctx, op, key, err)
		if errors.Is(err, errNoAnswer) {
			l.abandon(ctx, key, owner, nonce)
		}
		return duijiesync.Lease{}, err
	}
	if row.text(0) != "1" {
		until, _ := strconv.ParseInt(row.text(2), 10, 64) // a time for people: the lease is held whatever it says
		return duijiesync.Lease{}, l.store.fail(ctx, op, key, fmt.Errorf("%w: owner %s, until %s", duijiesync.ErrLeaseHeld,
			quote(row.text(1)), time.UnixMicro(until).UTC().Format(time.RFC3339Nano)))
	}
	fence, err := row.number(1)
	if err != nil {
		return duijiesync.Lease{}, l.store.fail(ctx, op, key, corrupt(key, err))
	}
	return duijiesync.Lease{Scope: sc, Owner: owner, Fence: fence}, nil
}

// abandon gives up what may have been taken, also where the caller has gone.
func (l *Leases) abandon(ctx context.Context, key, owner, nonce string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	_, _ = l.store.run(ctx, releaseLease, key, owner, "", nonce) // failing that, the lease ends by itself
}

// Renew prolongs a lease by ttl from now. A lease that ran out is still its
// holder's until another one takes it over, or for a day.
func (l *Leases) Renew(ctx context.Context, lease duijiesync.Lease, ttl time.Duration) error {
	op, key := "renew lease of "+scopeText(lease.Scope), l.key(lease.Scope)
	lost := fmt.Errorf("%w: owner %s, fence %d", duijiesync.ErrLeaseLost, quote(lease.Owner), lease.Fence)
	if lease.Owner == "" {
		return l.store.fail(ctx, op, key, lost)
	}
	if err := checkLease(lease.Scope, lease.Owner, ttl); err != nil {
		return l.store.fail(ctx, op, "", err)
	}
	row, err := l.store.run(ctx, renewLease, key, lease.Owner, lease.Fence, micros(ttl), millis(ttl, leftOver))
	if err == nil && row.text(0) != "1" {
		err = lost
	}
	if err != nil {
		return l.store.fail(ctx, op, key, err)
	}
	return nil
}

// Release gives a lease up, so that the next one need not wait for its end. A lease
// already lost is left to the one who has it.
func (l *Leases) Release(ctx context.Context, lease duijiesync.Lease) error {
	op, key := "release lease of "+scopeText(lease.Scope), l.key(lease.Scope)
	if err := checkScope(lease.Scope); err != nil {
		return l.store.fail(ctx, op, "", err)
	}
	if _, err := l.store.run(ctx, releaseLease, key, lease.Owner, lease.Fence, ""); err != nil {
		return l.store.fail(ctx, op, key, err)
	}
	return nil
}

func checkLease(sc duijiesync.Scope, owner string, ttl time.Duration) error {
	if err := checkScope(sc); err != nil {
		return err
	}
	if ttl <= 0 {
		return fmt.Errorf("a lease of %s: the time must be positive", ttl)
	}
	return checkName("owner", owner, 1, maxOwner)
}

func checkScope(sc duijiesync.Scope) error {
	if err := checkName("pipeline", sc.Pipeline, 1, maxPipeline); err != nil {
		return err
	}
	return checkName("partition", sc.Partition, 0, maxPartition)
}

// scopeText names a scope in errors.
func scopeText(sc duijiesync.Scope) string {
	if sc.Partition == "" {
		return quote(sc.Pipeline)
	}
	return quote(sc.Pipeline) + " partition " + quote(sc.Partition)
}
