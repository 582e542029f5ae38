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

var purOrderKind = RecordKind{
	Name: "purchase order", Path: "/jdy/v2/scm/pur_order", Entity: "pur_bill_order", Number: "bill_no", External: "outside_pk_id",
}

// order is what the bill sinks of the tests are fed with.
type order struct {
	Remark string `json:"remark"`
}

// goods are records bills refer to.
type goods struct{ customer, supplier, material, store, unit string }

func seedGoods(t *testing.T, s *jdytest.Server) goods {
	t.Helper()
	store, ok := s.Record("bd/store", "CK001")
	require.True(t, ok)
	g := goods{
		customer: s.Seed("bd/customer", jdytest.Row{"number": "C1", "name": "客户一"})[0],
		supplier: s.Seed("bd/supplier", jdytest.Row{"number": "S1", "name": "供应商一"})[0],
		material: s.Seed("bd/material", jdytest.Row{"number": "M1", "name": "商品一", "base_unit_id": "1"})[0],
		store:    store["id"].(string), unit: "1",
	}
	s.SetStock("M1", "CK001", "100000")
	return g
}

// bill is the model of either kind of bill.
func (g goods) bill(remark string) map[string]any {
	return map[string]any{
		"bill_date": "2026-08-07", "customer_id": g.customer, "supplier_id": g.supplier, "remark": remark,
		"material_entity": []any{map[string]any{
			"material_id": g.material, "unit_id": g.unit, "stock_id": g.store, "qty": 1, "is_free": false, "delivery_date": "2026-08-09",
		}},
	}
}

func billSink(t *testing.T, kind RecordKind, audit bool) (pipelinetest.SinkCase[order], *jdytest.Server) {
	t.Helper()
	c, s := newPair(t)
	g := seedGoods(t, s)
	list := kind.Path[len(pathPrefix):]
	sink, err := NewSink(c, kind, SinkConfig[order]{
		Audit: audit, IgnoreWarn: true, SettleDelay: 5 * time.Millisecond, Compare: []string{"remark"},
		Model: func(rec duijiesync.Record[order]) (any, error) {
			model := g.bill(rec.Value.Remark)
			model["material_entity"].([]any)[0].(map[string]any)["price"] = price(kind)
			return model, nil
		},
	})
	require.NoError(t, err)
	fault := func(kind jdytest.FaultKind) { // into the next save, be it of one or in bulk
		var once sync.Once
		s.OnCall(func(op string, _ int) {
			if op == "POST "+list || op == "POST "+list+"_batch" {
				once.Do(func() { s.Inject(jdytest.Fault{Op: op, Kind: kind}) })
			}
		})
	}
	return pipelinetest.SinkCase[order]{
		Sink: sink, Requests: func() int { return s.Count("") }, Down: setDown(s),
		LoseBefore: func() { fault(jdytest.Cut) },
		LoseAfter:  func() { fault(jdytest.CutAfter) },
		Throttle:   func(n int) { s.Inject(jdytest.Fault{Kind: jdytest.Throttle, Times: n}) },
		Refuse:     func(key string) { s.Refuse(list, key, "客户已停用") },
		Remove:     func(key string) { s.Remove(list, key) },
		Count:      func(key string) int { return count(s, list, "bill_no", key) },
		Holds: func(key string, v order) bool {
			r, ok := s.Record(list, key)
			return ok && r["remark"] == v.Remark && (r["bill_status"] == "C") == audit &&
				(kind.External == "" || r[kind.External] == key)
		},
	}, s
}

// price is a text in purchase orders and a number in sales.
func price(k RecordKind) any {
	if k.External != "" {
		return "10.5"
	}
	return 10.5
}

// Bills are saved in bulk and one by one, audited and not, with an id of the
// caller's and without.
func TestBillSinkConforms(t *testing.T) {
	t.Parallel()
	for kind, audit := range map[*RecordKind]bool{&salOutKind: true, &purOrderKind: false} {
		t.Run(fmt.Sprintf("%s audit %v", kind.Name, audit), func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSink(t, pipelinetest.SinkSuite[order]{
				Open: func(t *testing.T) pipelinetest.SinkCase[order] {
					c, _ := billSink(t, *kind, audit)
					return c
				},
				Value: func(_ string, n int) order { return order{fmt.Sprintf("第 %d 版", n)} },
				Lacks: map[pipelinetest.Feature]string{
					pipelinetest.RefuseUnnamed: "the bulk save names its rows, the other carries one record",
				},
			})
		})
	}
}
