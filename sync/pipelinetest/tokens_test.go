package pipelinetest_test

import (
	"testing"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

func TestMemoryTokenStore(t *testing.T) {
	t.Parallel()
	pipelinetest.TestTokenStore(t, func(*testing.T) func() duijie.TokenStore {
		store := duijie.NewMemoryTokenStore()
		return func() duijie.TokenStore { return store }
	})
}
