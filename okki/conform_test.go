package okki

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/fakeserver"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// A source keeps the contract of a source, in windows and in full.
func TestSourceConforms(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]SourceConfig[ProductRow]{
		"windows": {SettleDelay: -1},
		"full":    {Full: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lacks := map[pipelinetest.Feature]string{}
			if cfg.Full {
				lacks[pipelinetest.Resume] = "a list read until two passes agree has no resume point but its end"
			}
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[ProductRow]{
				Records: 23, Lacks: lacks,
				Open: func(t *testing.T) pipelinetest.SourceCase[ProductRow] {
					c, s := newPair(t, productKind)
					s.seed(23)
					open := func() duijiesync.Source[ProductRow] {
						src, err := NewListSource(c.Products, Query{PageSize: 5}, cfg)
						require.NoError(t, err)
						return src
					}
					return sourceCase(s, open)
				},
			})
		})
	}
}

func sourceCase[T any](s *stage, open func() duijiesync.Source[T]) pipelinetest.SourceCase[T] {
	return pipelinetest.SourceCase[T]{
		Source: open(), Again: open, Requests: func() int { return s.faults.Count("") }, Down: s.setDown,
		Move: func(round int) {
			if round > 3 {
				return
			}
			s.remove(fmt.Sprintf("P-%03d", 22-round))
			s.change(fmt.Sprintf("P-%03d", round), row{"remark": "moved"})
		},
	}
}

// The records behind the rows are a source too, read several at a time.
func TestDetailSourceConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSource(t, pipelinetest.SourceSuite[Product]{
		Records: 23,
		Open: func(t *testing.T) pipelinetest.SourceCase[Product] {
			c, s := newPair(t, productKind)
			s.seed(23)
			open := func() duijiesync.Source[Product] {
				src, err := NewDetailSource(c.Products, Query{PageSize: 5}, SourceConfig[Product]{SettleDelay: -1})
				require.NoError(t, err)
				return src
			}
			out := sourceCase(s, open)
			out.Move = func(round int) { s.remove(fmt.Sprintf("P-%03d", 3*round)) }
			return out
		},
	})
}

// A naive loop over pages loses rows of the very list the source misses none of.
func TestNaivePagesLoseRows(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, productKind)
	s.seed(20)
	frozen := Query{PageSize: 5, To: testDay}
	naive := map[string]bool{}
	for page := 1; ; page++ {
		frozen.Cursor = fmt.Sprint(page)
		p, err := c.Products.List(t.Context(), frozen)
		require.NoError(t, err)
		for _, r := range p.Items {
			naive[r.ProductNo] = true
		}
		if p.Next == "" {
			break
		}
		s.change(fmt.Sprintf("P-%03d", 20-page), nil) // leaves the window
	}
	require.Less(t, len(naive), 20, "the stage does not move rows")

	c, s = newPair(t, productKind)
	s.seed(20)
	src, err := NewListSource(c.Products, Query{PageSize: 5}, SourceConfig[ProductRow]{SettleDelay: -1, Key: func(p ProductRow) string { return p.ProductNo }})
	require.NoError(t, err)
	got, round := map[string]bool{}, 0
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range b.Records {
			got[r.Key] = true
		}
		round++
		s.change(fmt.Sprintf("P-%03d", 20-round), nil)
	}
	for i := range 20 {
		number := fmt.Sprintf("P-%03d", i)
		require.True(t, got[number] || i >= 20-round, number) // those that left come with the next window
	}
	src2, err := NewListSource(c.Products, Query{PageSize: 5}, SourceConfig[ProductRow]{Full: true, Key: func(p ProductRow) string { return p.ProductNo }})
	require.NoError(t, err)
	for b, err := range src2.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range b.Records {
			got[r.Key] = true
		}
	}
	require.Len(t, got, 20)
}

func sinkSuite[T any](kind RecordKind, name string, holds func(r row, v T) bool) pipelinetest.SinkSuite[T] {
	return pipelinetest.SinkSuite[T]{
		Open: func(t *testing.T) pipelinetest.SinkCase[T] {
			c, s := newPair(t, kind)
			sink, err := NewSink(c, kind, SinkConfig[T]{SettleDelay: 5 * time.Millisecond})
			require.NoError(t, err)
			push := "POST " + kind.push().Path
			return pipelinetest.SinkCase[T]{
				Sink: sink, Requests: func() int { return s.faults.Count("") }, Down: s.setDown,
				LoseBefore: func() { s.faults.Add(fakeserver.Rule{Op: push, Kind: fakeserver.Cut}) },
				LoseAfter:  func() { s.faults.Add(fakeserver.Rule{Op: push, Kind: fakeserver.CutAfter}) },
				Throttle:   func(n int) { s.faults.Add(fakeserver.Rule{Kind: fakeserver.Throttle, Times: n}) },
				Refuse: func(key string) {
					s.mu.Lock()
					defer s.mu.Unlock()
					s.refused[key] = true
				},
				Remove: s.remove, Count: s.countOf,
				Holds: func(key string, v T) bool { return holds(s.record(key), v) },
			}
		},
		Lacks: map[pipelinetest.Feature]string{pipelinetest.RefuseUnnamed: "each push carries one record"},
	}
}

// A sink keeps the contract of a sink: products.
func TestProductSinkConforms(t *testing.T) {
	t.Parallel()
	suite := sinkSuite(productKind, "name", func(r row, v ProductPush) bool { return r["name"] == v.Name && r["cost"] == v.Cost.String() })
	suite.Value = func(_ string, n int) ProductPush {
		return ProductPush{ProductType: 1, Name: fmt.Sprintf("产品 %d 版", n), Cost: duijie.MustDecimal(fmt.Sprintf("%d.10", n)).Quoted()}
	}
	pipelinetest.TestSink(t, suite)
}

// Orders have lines, and a platform that edits by number where a product does not.
func TestOrderSinkConforms(t *testing.T) {
	t.Parallel()
	suite := sinkSuite(orderKind, "name", func(r row, v OrderPush) bool {
		lines, _ := r["product_list"].([]any)
		if r["name"] != v.Name || len(lines) != len(v.Lines) {
			return false
		}
		for i, l := range lines {
			if fmt.Sprint(l.(map[string]any)["count"]) != v.Lines[i].Count.String() {
				return false
			}
		}
		return true
	})
	suite.Value = func(_ string, n int) OrderPush {
		o := OrderPush{Currency: "USD", Name: fmt.Sprintf("订单 %d 版", n)}
		for i := range 2 {
			o.Lines = append(o.Lines, OrderLinePush{
				ProductID: 7, SKUID: int64(70 + i), Count: duijie.MustDecimal(fmt.Sprint(10*n + i)), UnitPrice: duijie.MustDecimal("2.5"),
			})
		}
		return o
	}
	pipelinetest.TestSink(t, suite)
}

// Companies are found by serial_id and carry contacts.
func TestCompanySinkConforms(t *testing.T) {
	t.Parallel()
	suite := sinkSuite(companyKind, "name", func(r row, v CompanyPush) bool { return r["name"] == v.Name })
	suite.Value = func(_ string, n int) CompanyPush {
		return CompanyPush{Name: fmt.Sprintf("客户 %d 版", n), Customers: []ContactPush{{Name: "王", Email: "w@example.com"}}}
	}
	pipelinetest.TestSink(t, suite)
}
