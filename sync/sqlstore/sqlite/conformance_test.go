package sqlite_test

import (
	"path/filepath"
	"testing"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
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
