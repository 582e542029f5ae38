package redisstore

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/duijie-go/duijie"
)

// A quota is a sorted set: one member per call, named by a nonce, with the moment it
// may be sent as its score. It is duijie.Quota's Book, moved to where the clock is.
//
// reserveCall: nonce, calls, stretch in µs, longest wait in µs.
var reserveCall = newScript(luaNow + `
local mine = redis.call('ZSCORE', KEYS[1], ARGV[1])
if mine then return {1, whole(math.max(mine - now, 0))} end
local at = now
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
if last then at = math.max(at, tonumber(last)) end
local first = redis.call('ZRANGE', KEYS[1], -ARGV[2], -ARGV[2], 'WITHSCORES')[2]
if first then at = math.max(at, first + ARGV[3]) end
if at - now > tonumber(ARGV[4]) then return {0, whole(at - now)} end
redis.call('ZADD', KEYS[1], whole(at), ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[2] - 1)
keep(whole((at - now + ARGV[3]) / 1000 + 60000))
return {1, whole(at - now)}
`)

// Reserve books one call of scope, exactly over all processes. Moments are kept to
// the microsecond by the server's clock; of each scope the latest q.Calls are kept, for
// as long as they count and a minute more.
//
// The wait counts from when the server answers. A slow answer lets a call slip by as much
// towards the next: give q.Per that much more than the platform's own.
func (k *Tokens) Reserve(ctx context.Context, scope string, q duijie.Quota, maxWait time.Duration) (wait time.Duration, ok bool, err error) {
	op, key := "reserve call of "+quote(scope), k.store.prefix+"quota:"+scope
	if err := checkTokenScope(scope); err != nil {
		return 0, false, k.store.fail(ctx, op, "", err)
	}
	most := int64(-1) // no wait is as short as that
	if maxWait >= 0 {
		most = min(maxWait, longest).Microseconds() // rounded down: waits are whole microseconds
	}
	row, err := k.store.run(ctx, reserveCall, key, rand.Text(), max(q.Calls, 1), micros(max(q.Per, 0)), most)
	if err != nil {
		return 0, false, k.store.fail(ctx, op, key, err)
	}
	us, err := row.number(1)
	if err != nil {
		return 0, false, k.store.fail(ctx, op, key, corrupt(key, err))
	}
	return time.Duration(min(us, longest.Microseconds())) * time.Microsecond, row.text(0) == "1", nil
}
