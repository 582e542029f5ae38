package redisstore_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/redisstore"
)

// Programs that share an account share its tokens: give tokens to their clients with
// duijie.WithTokenStore. Here is what the client of one does with it. The key comes from
// where the program's other secrets are.
func Example() {
	ctx := context.Background()
	key := duijie.NewSecret(os.Getenv("TOKEN_KEY")) // openssl rand -base64 32
	client := redis.NewClient(&redis.Options{Addr: "redis:6379", ContextTimeoutEnabled: true})
	defer func() {
		if err := client.Close(); err != nil {
			log.Print(err)
		}
	}()

	store, err := redisstore.New(ctx, client, redisstore.WithTokenKey(key))
	if err != nil {
		log.Print(err)
		return
	}
	tokens, err := store.Tokens(ctx)
	if err != nil {
		log.Print(err)
		return
	}
	token, err := tokens.Load(ctx, "kingdee")
	if err != nil {
		log.Print(err)
		return
	}
	if token.Gen > 0 {
		fmt.Println("somebody has logged in")
		return
	}
	lease, ours, err := tokens.Acquire(ctx, "kingdee", token.Gen, time.Minute)
	if err != nil || !ours {
		log.Print("somebody else is about to log in: load again in a moment ", err)
		return
	}
	if _, err := tokens.Commit(ctx, lease, duijie.Token{Value: duijie.NewSecret("session")}); err != nil {
		log.Print(err)
	}
}

// A server with replicas that Sentinel watches, and a cluster, need nothing more than
// their client.
func Example_sentinel() {
	ctx := context.Background()
	key := duijie.NewSecret(os.Getenv("TOKEN_KEY"))
	for _, client := range []redis.UniversalClient{
		redis.NewFailoverClient(&redis.FailoverOptions{
			MasterName: "main", SentinelAddrs: []string{"sentinel-1:26379", "sentinel-2:26379"}, ContextTimeoutEnabled: true,
		}),
		redis.NewClusterClient(&redis.ClusterOptions{
			Addrs: []string{"node-1:6379", "node-2:6379"}, ContextTimeoutEnabled: true,
		}),
	} {
		store, err := redisstore.New(ctx, client, redisstore.WithTokenKey(key), redisstore.WithKeyPrefix("erp:"))
		if err != nil {
			log.Print(err)
			continue
		}
		if _, err := store.Tokens(ctx); err != nil {
			log.Print(err)
		}
	}
}

// A job runs on one of several machines at a time. Its context ends with its lease.
func ExampleStore_Leases() {
	ctx := context.Background()
	client := redis.NewClient(&redis.Options{Addr: "redis:6379", ContextTimeoutEnabled: true})
	store, err := redisstore.New(ctx, client)
	if err != nil {
		log.Print(err)
		return
	}
	err = duijiesync.WithLease(ctx, store.Leases(), duijiesync.Scope{Pipeline: "nightly export"}, duijiesync.LeaseOptions{},
		func(ctx context.Context, lease duijiesync.Lease) error {
			fmt.Println("exporting under fence", lease.Fence)
			return ctx.Err()
		})
	if err != nil {
		log.Print(err) // duijiesync.ErrLeaseHeld: another machine is at it
	}
}
