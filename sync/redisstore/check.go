package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// checkServers asks the server, or every master of a cluster, how it is set.
func checkServers(ctx context.Context, client redis.UniversalClient, eviction bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if cluster, ok := client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
			if err := checkServer(ctx, master, eviction); err != nil {
				return fmt.Errorf("node %s: %w", master.Options().Addr, err)
			}
			return nil
		})
	}
	return checkServer(ctx, client, eviction)
}

// checkServer refuses settings under which keys get lost while all is well.
func checkServer(ctx context.Context, client redis.Cmdable, eviction bool) error {
	text, err := client.Info(ctx).Result()
	if said, ok := errors.AsType[redis.Error](err); ok && eviction && strings.HasPrefix(said.Error(), "NOPERM") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask for its settings with INFO: %w", err)
	}
	info := readInfo(text)
	if info["role"] == "slave" {
		return errors.New("the server is a replica and takes no writes: connect to the master, or through Sentinel")
	}
	policy, limit := info["maxmemory_policy"], info["maxmemory"]
	switch {
	case eviction, policy == "noeviction", limit == "0":
		return nil
	case policy == "":
		return errors.New("the server does not say whether it evicts keys (no maxmemory_policy in INFO): accept that with WithEviction")
	}
	return fmt.Errorf("the server evicts keys when its memory is full (maxmemory-policy %s, maxmemory %s): "+
		"set the policy to noeviction, use a server that is no cache, or accept lost keys with WithEviction", policy, limit)
}

// readInfo takes an answer of INFO apart.
func readInfo(text string) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	return info
}
