package redisstore_test

import (
	"testing"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/sync/redisstore"
)

func TestTokenConformance(t *testing.T) {
	t.Parallel()
	for name, opt := range map[string]redisstore.Option{
		"Plain": redisstore.WithPlainTokens(), "Sealed": redisstore.WithTokenKey(tokenKey(1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestTokenStore(t, func(t *testing.T) func() duijie.TokenStore {
				prefix := newPrefix(t, shared(t))
				return func() duijie.TokenStore { return tokensAt(t, shared(t), prefix, opt) }
			})
		})
	}
}

func TestLeaseConformance(t *testing.T) {
	t.Parallel()
	pipelinetest.TestLeaseStore(t, func(t *testing.T) duijiesync.LeaseStore {
		client := shared(t)
		return newStore(t, client, redisstore.WithKeyPrefix(newPrefix(t, client))).Leases()
	})
}
