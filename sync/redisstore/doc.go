// Package redisstore shares tokens, quotas and leases between processes on Redis.
//
// # Overview
//
// [New] takes a client of github.com/redis/go-redis/v9 that the caller made for a single
// server, for Sentinel or for a cluster, and returns a [Store]:
//
//	client := redis.NewClient(&redis.Options{Addr: "redis:6379", ContextTimeoutEnabled: true})
//	store, err := redisstore.New(ctx, client, redisstore.WithTokenKey(key))
//	tokens, err := store.Tokens(ctx)
//	erp, err := kingdee.NewClient(config, duijie.WithTokenStore(tokens))
//
// [Tokens] does what those of package sqlstore do in a database: of all processes that
// share an account one logs in and the others find the result, a process that died while
// it logged in is replaced when its lease ends, and calls that a platform allows a few
// times a minute are counted together. [Leases] are for jobs that one machine at a time
// may do, with duijiesync.WithLease.
//
// What a pipeline must not forget (checkpoints, ledger, open batches) is not kept here:
// Redis may lose the last thing it acknowledged. Package sqlstore keeps it.
//
// # Clients
//
// Every call is a script on one key, so that it runs on any node of a cluster, and a
// script that is sent twice does its work once. Leave the client's MaxRetries as they are:
// answers that get lost then go unnoticed. With ContextTimeoutEnabled calls end with the
// deadline of their context; without, after the client's time-outs.
//
// The clock is the server's. That of a process may be wrong by any amount, as far as the
// platforms themselves do not mind.
//
// # Keys
//
// All keys begin with a prefix, see [WithKeyPrefix]:
//
//	duijie:token:SCOPE                     hash: a token and the lease of who renews it
//	duijie:quota:SCOPE                     sorted set: the moments of the latest calls
//	duijie:lease:LENGTH:PIPELINE:PARTITION hash: a lease; LENGTH is that of PIPELINE
//
// All of them end by themselves: a token 30 days after its end, or after it was stored where
// the platform names no end; what belongs to a lease a day after it; a quota a minute after its
// last call stopped to count. Nothing is listed or flushed. To have a client log in anew,
// delete its token.
//
// # Servers
//
// Redis 5 or later is needed, or a server that does the same (tested with Redis 7). It should
// serve as a database, not as a cache: New refuses one that evicts keys when its memory
// is full, unless [WithEviction] says that this is known. A restart without persistence, or a
// failover to a replica that was behind, loses what was written last. Then:
//
//   - Tokens: processes that hold one go on with it. Those that do not log in again, and where a login
//     ends the session before it, each of the others may log in once more. A token is
//     never one of another account: its scope is in its key and in its seal.
//   - Leases: two may do the same at the same time, until the first one renews, commits or
//     asks; both are fenced from then on.
//   - Quotas: calls that were booked last are booked again. Where the platform would punish
//     that, have the server write them down (appendonly yes, appendfsync always) or keep
//     quotas in package sqlstore.
//
// A server that can not be reached is an error, never a login on the quiet.
//
// # Secrets
//
// Tokens are sealed with a key of yours ([WithTokenKey]) before they leave the process:
// the server, its dumps, its replicas and its slow log see nothing else. [Store.Tokens] wants
// such a key, unless [WithPlainTokens] says otherwise. Values are in no error. Scopes are in keys
// and errors: they name platform, host and account, with a hash of the secret.
//
// A user of the server needs these rights and no others; for a cluster also
// +cluster|slots +command:
//
//	ACL SETUSER duijie on >PASSWORD resetkeys ~duijie:* resetchannels -@all
//	    +evalsha +eval +hmget +hset +hdel +zadd +zrange +zscore +zremrangebyrank
//	    +pttl +pexpire +time +info +ping
//
// Without +info, New can not tell whether keys get lost and wants [WithEviction].
//
// # Errors
//
// Lost leases are duijie.ErrFenced and duijiesync.ErrLeaseLost, held ones
// duijiesync.ErrLeaseHeld. What can not be read as it was written is
// duijiesync.ErrStateCorrupt, and a token sealed with a key that was not given [ErrTokenKey]; both
// name the key. Everything else is the client's error, wrapped, with what to do where the
// server does not say it. A call that got no answer says so: it may have been done. A
// lease nobody heard of is given up again, or ends by itself; a call that may have been booked
// counts.
package redisstore
