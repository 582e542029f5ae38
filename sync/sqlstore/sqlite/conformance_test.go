package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	pipelinetest.TestDurableState(t, func(t *testing.T, dir string) duijiesync.State {
		return openStore(t, filepath.Join(dir, "state.db"))
	})
}

func TestConformanceInMemory(t *testing.T) {
	t.Parallel()
	pipelinetest.TestState(t, func(t *testing.T) duijiesync.State { return openStore(t, ":memory:") })
}

func TestTokenConformance(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]sqlstore.Option{"Plain": nil, "Sealed": {sqlstore.WithTokenKey(tokenKey(1))}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestTokenStore(t, func(t *testing.T) func() duijie.TokenStore {
				path := stateFile(t)
				return func() duijie.TokenStore { return tokensOf(t, openStore(t, path, opts...)) }
			})
		})
	}
}

func TestTokenConformanceInMemory(t *testing.T) {
	t.Parallel()
	pipelinetest.TestTokenStore(t, func(t *testing.T) func() duijie.TokenStore {
		tokens := tokensOf(t, openStore(t, ":memory:"))
		return func() duijie.TokenStore { return tokens }
	})
}
