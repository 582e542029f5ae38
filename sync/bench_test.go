package sync_test

import (
	"context"
	"fmt"
	"iter"
	"testing"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// order is a record of some weight.
type order struct {
	No, Buyer, Address, Phone, Remark string
	Amount, Postage                   string
	Lines                             [4]orderLine
}

type orderLine struct{ SKU, Name, Price, Count string }

func orders(n int) []duijiesync.Record[order] {
	all := make([]duijiesync.Record[order], n)
	for i := range all {
		o := order{
			No: fmt.Sprintf("T%09d", i), Buyer: "某某商贸有限公司", Address: "上海市浦东新区世纪大道 100 号", Phone: "13800000000",
			Remark: "请尽快发货", Amount: "1234.50", Postage: "8.00",
		}
		for l := range o.Lines {
			o.Lines[l] = orderLine{SKU: fmt.Sprintf("SKU%05d", i%1000+l), Name: "测试商品", Price: "99.90", Count: "2"}
		}
		all[i] = duijiesync.Record[order]{Key: o.No, Value: o}
	}
	return all
}

func orderSource(all []duijiesync.Record[order], page int) duijiesync.Source[order] {
	return duijiesync.SourceFunc[order](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
		return func(yield func(duijiesync.Batch[order], error) bool) {
			for i := 0; i < len(all); i += page {
				if !yield(duijiesync.Batch[order]{Records: all[i:min(i+page, len(all))], Checkpoint: duijiesync.Checkpoint(fmt.Sprint(i))}, nil) {
					return
				}
			}
		}
	})
}

// emptyHole takes everything and knows nothing.
type emptyHole struct{ lanes int }

func (h emptyHole) Limits() duijiesync.Limits { return duijiesync.Limits{Rows: 20, Lanes: h.lanes} }

func (emptyHole) Write(_ context.Context, recs []duijiesync.Record[order]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(recs))
	for i := range out {
		out[i].Kind = duijiesync.OutcomeCreated
	}
	return out, nil
}

func (emptyHole) Find(_ context.Context, recs []duijiesync.Record[order]) ([]duijiesync.Found, error) {
	return make([]duijiesync.Found, len(recs)), nil
}

// BenchmarkEngine is what a run costs per record besides its calls, with the
// state in memory: all new, and all unchanged.
func BenchmarkEngine(b *testing.B) {
	const n = 10_000
	all := orders(n)
	for _, lanes := range []int{1, 8} {
		run := func(b *testing.B, state duijiesync.State) {
			b.Helper()
			p := &duijiesync.Pipeline[order, order]{
				Name: "orders", Source: orderSource(all, 100), Transform: duijiesync.Same[order], Sink: emptyHole{lanes}, State: state,
			}
			if _, err := p.Run(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("new/lanes=%d", lanes), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run(b, duijiesync.NewMemoryState())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record")
		})
		b.Run(fmt.Sprintf("unchanged/lanes=%d", lanes), func(b *testing.B) {
			state := duijiesync.NewMemoryState()
			run(b, state)
			b.ReportAllocs()
			for b.Loop() {
				run(b, state)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record")
		})
	}
}
