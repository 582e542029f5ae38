package sync_test

import (
	"context"
	"iter"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// leaving ends the goroutine of whoever calls it, for the n-th time.
type leaving struct {
	*slowLanes
	find, write atomic.Int64
}

func (l *leaving) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	if l.find.Add(-1) == 0 {
		runtime.Goexit()
	}
	return l.slowLanes.Find(ctx, recs)
}

func (l *leaving) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	if l.write.Add(-1) == 0 {
		runtime.Goexit()
	}
	return l.slowLanes.Write(ctx, recs)
}

// TestGoexitIsNoSuccess: code of the caller that ends its goroutine, as a failing
// test does, neither hangs the run nor passes for an end that went well.
func TestGoexitIsNoSuccess(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"source", "transform", "find", "write"} {
		synctest.Test(t, func(t *testing.T) {
			items := docs(200)
			to := newTarget()
			sink := &leaving{slowLanes: &slowLanes{finderTarget: finderTarget{to}, lanes: 3, pause: always(time.Millisecond)}}
			state := duijiesync.NewMemoryState()
			p := pipe(&listSource{items: items, page: 50}, sink, state)
			switch who {
			case "source":
				p.Source = duijiesync.SourceFunc[doc](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[doc], error] {
					return func(func(duijiesync.Batch[doc], error) bool) { runtime.Goexit() }
				})
			case "transform":
				p.Transform = func(_ context.Context, d doc) (doc, error) {
					if d.No == "D0120" {
						runtime.Goexit()
					}
					return d, nil
				}
			case "find":
				sink.find.Store(2)
			case "write":
				sink.write.Store(2)
			}
			_, err := p.Run(t.Context())
			require.ErrorContains(t, err, "goroutine was ended", who)
			p = pipe(&listSource{items: items, page: 50}, finderTarget{to}, state)
			mustRun(t, p)
			to.check(t, items)
		})
	}
}
