package pipelinetest_test

import (
	"testing"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

func TestMemoryState(t *testing.T) {
	t.Parallel()
	pipelinetest.TestState(t, func(*testing.T) duijiesync.State { return duijiesync.NewMemoryState() })
}
