package okki

import (
	"testing"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// pipelineOf writes models of a test through a sink.
func pipelineOf[T any](t *testing.T, sink duijiesync.Sink[T], models []T, key func(T) string) *duijiesync.Pipeline[T, T] {
	t.Helper()
	return &duijiesync.Pipeline[T, T]{
		Name: t.Name(), Source: duijiesync.Slice(models, key), Sink: sink, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[T],
		Settle: duijiesync.SettlePolicy{Delay: time.Millisecond},
	}
}
