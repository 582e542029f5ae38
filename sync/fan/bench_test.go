package fan_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/fan"
)

// hole takes everything.
type hole struct{}

func (hole) Write(_ context.Context, recs []duijiesync.Record[order]) ([]duijiesync.Outcome, error) {
	outcomes := make([]duijiesync.Outcome, len(recs))
	for i := range outcomes {
		outcomes[i].Kind = duijiesync.OutcomeCreated
	}
	return outcomes, nil
}

func (hole) Limits() duijiesync.Limits { return duijiesync.Limits{Idempotent: true} }

// BenchmarkOut compares a fan of three with three pipelines one after the other,
// over the same pages: CPU alone, because reading costs nothing here.
func BenchmarkOut(b *testing.B) {
	const pages, size = 100, 100
	all := make([]duijiesync.Batch[order], pages)
	for p := range all {
		all[p].Checkpoint = duijiesync.Checkpoint(fmt.Sprint(p + 1))
		for i := range size {
			o := order{fmt.Sprintf("O%06d", p*size+i), "name"}
			all[p].Records = append(all[p].Records, duijiesync.Record[order]{Key: o.No, Value: o})
		}
	}
	source := duijiesync.SourceFunc[order](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
		return func(yield func(duijiesync.Batch[order], error) bool) {
			for _, batch := range all {
				if !yield(batch, nil) {
					return
				}
			}
		}
	})
	names := []string{"a", "b", "c"}
	var apart, together time.Duration
	for b.Loop() {
		state := duijiesync.NewMemoryState()
		started := time.Now()
		for _, name := range names {
			p := &duijiesync.Pipeline[order, order]{Name: name, Source: source, Transform: duijiesync.Same[order], Sink: hole{}, State: state}
			if _, err := p.Run(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		apart += time.Since(started)
		o := &fan.Out[order]{Name: "fan", Source: source, State: duijiesync.NewMemoryState()}
		for _, name := range names {
			o.Branches = append(o.Branches, fan.To(&duijiesync.Pipeline[order, order]{Name: name, Transform: duijiesync.Same[order], Sink: hole{}}))
		}
		started = time.Now()
		if _, err := o.Run(b.Context()); err != nil {
			b.Fatal(err)
		}
		together += time.Since(started)
	}
	b.ReportMetric(float64(together)/float64(apart), "fan/apart")
}
