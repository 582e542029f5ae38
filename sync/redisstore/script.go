package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// Each script works on one key, so that it runs on any node of a cluster; goes by the
// server's clock, in microseconds, which Lua counts exactly; and gives the same answer
// when the client sends it again because the first answer got lost: that is what the
// nonces are for. Scripts are sent by their hash, and as text where a server that was
// restarted does not know it.

// now is the beginning of the scripts that look at the clock. A fence is never below
// the clock, so that it grows even where the key of the last one is gone.
const luaNow = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function whole(n) return string.format('%.0f', n) end
local function live(till) return now < (tonumber(till) or 0) end
local function after(fence)
	local last = tonumber(fence) or 0
	if not (last < 2^53 - 1) then last = 0 end
	return whole(math.max(last + 1, now))
end
local function keep(ms)
	if redis.call('PTTL', KEYS[1]) < tonumber(ms) then redis.call('PEXPIRE', KEYS[1], ms) end
end
`

// errNoAnswer: the server was asked and did not say what came of it.
var errNoAnswer = errors.New("no answer, it may have been done")

// script is a script of this package.
type script struct{ *redis.Script }

func newScript(text string) script { return script{redis.NewScript(text)} }

// run runs a script on one key and returns the list it answers with.
func (s *Store) run(ctx context.Context, script script, key string, args ...any) (reply, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	list, err := script.Run(ctx, s.client, []string{key}, args...).Slice()
	if err != nil {
		if _, said := errors.AsType[redis.Error](err); !said {
			return nil, fmt.Errorf("%w: %w", errNoAnswer, err)
		}
		return nil, err
	}
	return list, nil
}

// reply is what a script answers: texts, whole numbers, and nil for what is absent.
type reply []any

// text is the n-th part; "" where it is absent.
func (r reply) text(n int) string {
	if n >= len(r) {
		return ""
	}
	switch v := r[n].(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

// number is the n-th part as a number, 0 where it is absent.
func (r reply) number(n int) (int64, error) {
	text := r.text(n)
	if text == "" {
		return 0, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, errors.New("a number is none")
	}
	return v, nil
}
