package jdy

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// typedSink is the case of a sink of typed models, whose records the fake knows
// by a member.
func typedSink[T any](s *jdytest.Server, sink duijiesync.Sink[T], list, member string, remark func(T) string) pipelinetest.SinkCase[T] {
	fault := func(kind jdytest.FaultKind) { // into the next save, be it of one or in bulk
		var once sync.Once
		s.OnCall(func(op string, _ int) {
			if op == "POST "+list || op == "POST "+list+"_batch" {
				once.Do(func() { s.Inject(jdytest.Fault{Op: op, Kind: kind}) })
			}
		})
	}
	find := func(key string) jdytest.Row {
		for _, r := range s.Records(list) {
			if r[member] == key {
				return r
			}
		}
		return nil
	}
	return pipelinetest.SinkCase[T]{
		Sink: sink, Requests: func() int { return s.Count("") }, Down: setDown(s),
		LoseBefore: func() { fault(jdytest.Cut) },
		LoseAfter:  func() { fault(jdytest.CutAfter) },
		Throttle:   func(n int) { s.Inject(jdytest.Fault{Kind: jdytest.Throttle, Times: n}) },
		Refuse:     func(key string) { s.Refuse(list, key, "不合规") },
		Remove:     func(key string) { s.Remove(list, find(key)["number"].(string)) },
		Count:      func(key string) int { return count(s, list, member, key) },
		Holds: func(key string, v T) bool {
			r := find(key)
			return r != nil && r["remark"] == remark(v)
		},
	}
}

var typedLacks = map[pipelinetest.Feature]string{pipelinetest.RefuseUnnamed: "each save carries one record, or names its rows"}

func note(n int) string { return fmt.Sprintf("第 %d 版", n) }

// Typed materials are a sink.
func TestMaterialSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[MaterialSave]{
		Open: func(t *testing.T) pipelinetest.SinkCase[MaterialSave] {
			c, s := newPair(t)
			sink, err := NewSink(c, c.Materials.Kind(), SinkConfig[MaterialSave]{IgnoreWarn: true, SettleDelay: 5 * time.Millisecond})
			require.NoError(t, err)
			return typedSink(s, sink, "bd/material", "number", func(m MaterialSave) string { return m.Remark })
		},
		Value: func(_ string, n int) MaterialSave {
			return MaterialSave{Name: "商品", BaseUnitID: "1", Remark: note(n)}
		},
		Lacks: typedLacks,
	})
}

// Typed sales orders are a sink.
func TestSalesOrderSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[SalesOrderSave]{
		Open: func(t *testing.T) pipelinetest.SinkCase[SalesOrderSave] {
			c, s := newPair(t)
			s.Seed("bd/customer", jdytest.Row{"number": "C1", "name": "客户一"})
			s.Seed("bd/material", jdytest.Row{"number": "M1", "name": "商品一", "base_unit_id": "1"})
			sink, err := NewSink(c, c.SalesOrders.Kind(), SinkConfig[SalesOrderSave]{IgnoreWarn: true, SettleDelay: 5 * time.Millisecond, Compare: []string{"remark"}})
			require.NoError(t, err)
			out := typedSink(s, sink, "scm/sal_order", "bill_no", func(m SalesOrderSave) string { return m.Remark })
			out.Remove = func(key string) { s.Remove("scm/sal_order", key) }
			return out
		},
		Value: func(_ string, n int) SalesOrderSave {
			return SalesOrderSave{BillDate: date(), CustomerNumber: "C1", Remark: note(n), Lines: []SalesOrderSaveLine{
				{MaterialNumber: "M1", UnitID: "1", Qty: num("1"), Price: num("10.5")},
			}}
		},
		Lacks: typedLacks,
	})
}

// Rows of typed lists are sources.
func TestMaterialSourceConforms(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]SourceConfig[MaterialRow]{"windows": {SettleDelay: -1}, "full": {Full: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lacks := map[pipelinetest.Feature]string{pipelinetest.Versions: "the rows of the list carry no modification time"}
			if cfg.Full {
				lacks[pipelinetest.Resume] = "a list read until two passes agree has no resume point but its end"
			}
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[MaterialRow]{
				Records: 23, Lacks: lacks,
				Open: func(t *testing.T) pipelinetest.SourceCase[MaterialRow] {
					c, s := newPair(t)
					for i := range 23 {
						stamp := testDay.AddDate(-1, 0, i).Format(time.DateTime)
						s.Seed("bd/material", jdytest.Row{"number": fmt.Sprintf("M-%03d", i), "name": "商品", "base_unit_id": "1", "create_time": stamp, "modify_time": stamp})
					}
					open := func() duijiesync.Source[MaterialRow] {
						src, err := NewListSource(c.Materials, Query{PageSize: 5}, cfg)
						require.NoError(t, err)
						return src
					}
					return pipelinetest.SourceCase[MaterialRow]{
						Source: open(), Again: open, Requests: func() int { return s.Count("") }, Down: setDown(s),
						Move: func(round int) {
							if round <= 3 {
								s.Remove("bd/material", fmt.Sprintf("M-%03d", round))
							}
						},
					}
				},
			})
		})
	}
}

// Vouchers are a sink by their own id, and a source by the platform's.
func TestVoucherEnds(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	sink, err := NewSink(c, c.Vouchers.Kind(), SinkConfig[VoucherSave]{SettleDelay: 1, Compare: []string{"remark"}})
	require.NoError(t, err)
	var in []VoucherSave
	for i := range 5 {
		in = append(in, VoucherSave{
			SourceBillNo: fmt.Sprintf("S-%d", i), Date: date(), GroupNumber: "001", Remark: note(i), Lines: voucherLines("1.5", "1.50"),
		})
	}
	in[3].Lines = voucherLines("1", "2")
	s.Inject(jdytest.Fault{Op: "POST fi/voucher", Call: 2, Kind: jdytest.CutAfter})
	state := duijiesync.NewMemoryState()
	p := &duijiesync.Pipeline[VoucherSave, VoucherSave]{
		Name: "vouchers", Source: duijiesync.Slice(in, func(v VoucherSave) string { return v.SourceBillNo }), Sink: sink, State: state, Transform: duijiesync.Same[VoucherSave],
	}
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Refused, "the one that does not balance")
	for i := range 5 {
		want := 1
		if i == 3 {
			want = 0
		}
		require.Equal(t, want, s.CreatedWith("fi/voucher", "source_bill_no", in[i].SourceBillNo), i)
	}
	src, err := NewListSource(c.Vouchers, Query{}, SourceConfig[VoucherRow]{Full: true})
	require.NoError(t, err)
	rows := 0
	for batch, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range batch.Records {
			require.Equal(t, r.Value.ID, r.Key)
			rows++
		}
	}
	require.GreaterOrEqual(t, rows, 4)
}
