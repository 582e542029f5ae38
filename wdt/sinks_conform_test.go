package wdt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// refuser is a transport that answers calls about some keys itself, with a
// refusal of the whole call, as the platform refuses what it can't take.
type refuser struct {
	next   http.RoundTripper
	method string
	mu     sync.Mutex
	keys   []string
}

func (r *refuser) refuse(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, _ := json.Marshal(key)
	r.keys = append(r.keys, string(b))
}

func (r *refuser) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Body = io.NopCloser(bytes.NewReader(body))
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range r.keys {
		if req.URL.Query().Get("method") == r.method && (bytes.Contains(body, []byte(`_no":`+key)) || bytes.Contains(body, []byte(`"tid":`+key))) {
			return &http.Response{
				StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
				Body: io.NopCloser(strings.NewReader(`{"status":100,"message":"单据数据不合规"}`)),
			}, nil
		}
	}
	return r.next.RoundTrip(req)
}

// sinkPair is a fake with what documents refer to, and a client of it.
func sinkPair(t *testing.T, create string, opts ...wdttest.Option) (*wdttest.Server, *Client, *refuser) {
	t.Helper()
	s := wdttest.NewServer(opts...)
	tr := &http.Transport{}
	r := &refuser{next: tr, method: create}
	c, err := NewClient(fakeConfig(s, Direct), append(fast[:len(fast):len(fast)], duijie.WithHTTPClient(&http.Client{Transport: r}))...)
	require.NoError(t, err)
	t.Cleanup(func() {
		c.CloseIdleConnections()
		tr.CloseIdleConnections()
		s.Close()
	})
	s.PutShop(wdttest.Shop{No: "S01", PlatformID: 127})
	s.PutWarehouse(wdttest.Warehouse{No: "W01"}, wdttest.Warehouse{No: "W02"})
	s.SeedGoods(wdttest.Goods{No: "G01", Specs: []wdttest.Spec{{No: "G01-A"}, {No: "G01-B"}}})
	s.SeedSupplier(wdttest.Supplier{No: "P01"})
	return s, c, r
}

// lossCase is what all sinks share.
func lossCase[T any](s *wdttest.Server, r *refuser, create, query string, sink duijiesync.Sink[T]) pipelinetest.SinkCase[T] {
	fault := func(kind wdttest.FaultKind, op string, times int) {
		s.Inject(wdttest.Fault{Op: op, Kind: kind, Times: times})
	}
	return pipelinetest.SinkCase[T]{
		Sink: sink, Requests: func() int { return s.Count("") }, Down: setDown(s),
		LoseBefore: func() { fault(wdttest.Cut, create, 1) },
		LoseAfter:  func() { fault(wdttest.CutAfter, create, 1) },
		Throttle:   func(n int) { fault(wdttest.Throttle, "", n) },
		Refuse:     r.refuse, RefuseUnnamed: r.refuse,
		Remove: func(key string) { s.Remove(query, key) },
		Count: func(key string) int {
			if _, there := s.Row(query, key); there {
				return 1
			}
			return 0
		},
	}
}

// documentLacks are what no document has.
var documentLacks = map[pipelinetest.Feature]string{
	pipelinetest.Update: "a document that is there can not be changed",
}

// lineNum is the quantity of the first line of a stored row.
func lineNum(s *wdttest.Server, query, key, lines, num string) duijie.Decimal {
	row, there := s.Row(query, key)
	if !there {
		return duijie.Decimal{}
	}
	b, _ := json.Marshal(row)
	m := members(b)
	var list []json.RawMessage
	if json.Unmarshal(m[lines], &list) != nil || len(list) == 0 {
		return duijie.Decimal{}
	}
	d, _ := duijie.ParseDecimal(memberText(list[0], num))
	return d
}

func pieces(n int) duijie.Decimal { return duijie.MustDecimal(fmt.Sprintf("%d.5", n)) }

func TestOtherStockinSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[OtherStockinPush]{
		Lacks: documentLacks,
		Value: func(key string, n int) OtherStockinPush {
			return OtherStockinPush{No: key, WarehouseNo: "W01", Reason: "盘盈", Approve: new(int64(1)), Lines: []OtherStockinPushLine{{SpecNo: "G01-A", Num: pieces(n), Price: duijie.MustDecimal("2.10")}}}
		},
		Open: func(t *testing.T) pipelinetest.SinkCase[OtherStockinPush] {
			s, c, r := sinkPair(t, otherStockinCreateMethod)
			sink := NewOtherStockinSink(c, DocumentSinkConfig[OtherStockinPush, OtherStockinPush]{SettleDelay: 5 * time.Millisecond})
			k := lossCase(s, r, otherStockinCreateMethod, otherStockinsMethod, sink)
			k.Holds = func(key string, v OtherStockinPush) bool {
				return lineNum(s, otherStockinsMethod, key, "detail_list", "goods_count").Equal(v.Lines[0].Num)
			}
			return k
		},
	})
}

func TestOtherStockoutSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[OtherStockoutPush]{
		Lacks: documentLacks,
		Value: func(key string, n int) OtherStockoutPush {
			return OtherStockoutPush{No: key, WarehouseNo: "W01", Lines: []OtherStockoutPushLine{{SpecNo: "G01-A", Num: pieces(n)}, {SpecNo: "G01-B", Num: pieces(9)}}}
		},
		Open: func(t *testing.T) pipelinetest.SinkCase[OtherStockoutPush] {
			s, c, r := sinkPair(t, otherStockoutCreateMethod)
			sink := NewOtherStockoutSink(c, DocumentSinkConfig[OtherStockoutPush, OtherStockoutPush]{SettleDelay: 5 * time.Millisecond})
			k := lossCase(s, r, otherStockoutCreateMethod, otherStockoutsMethod, sink)
			k.Holds = func(key string, v OtherStockoutPush) bool {
				return lineNum(s, otherStockoutsMethod, key, "detail_list", "goods_count").Equal(v.Lines[0].Num)
			}
			return k
		},
	})
}

func TestPurchaseOrderSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[PurchaseOrderPush]{
		Lacks: documentLacks,
		Value: func(key string, n int) PurchaseOrderPush {
			return PurchaseOrderPush{
				No: key, ProviderNo: "P01", ExpectWarehouseNo: "W01", ReceiveWarehouseNos: []string{"W01", "W02"}, PurchaserName: "buyer01",
				Lines: []PurchaseOrderPushLine{{SpecNo: "G01-A", Num: duijie.DecimalFromInt(int64(n)), Price: duijie.MustDecimal("3.3333")}},
			}
		},
		Open: func(t *testing.T) pipelinetest.SinkCase[PurchaseOrderPush] {
			s, c, r := sinkPair(t, purchaseCreateMethod)
			sink := NewPurchaseOrderSink(c, DocumentSinkConfig[PurchaseOrderPush, PurchaseOrderPush]{SettleDelay: 5 * time.Millisecond})
			k := lossCase(s, r, purchaseCreateMethod, purchasesMethod, sink)
			k.Holds = func(key string, v PurchaseOrderPush) bool {
				return lineNum(s, purchasesMethod, key, "detail_list", "num").Equal(v.Lines[0].Num)
			}
			return k
		},
	})
}

// Transfers are found whether the platform keeps the caller's number or gives its
// own.
func TestTransferSinkConforms(t *testing.T) {
	t.Parallel()
	for _, own := range []bool{false, true} {
		t.Run(fmt.Sprintf("numbers of the platform %v", own), func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSink(t, pipelinetest.SinkSuite[TransferPush]{
				Lacks: documentLacks,
				Value: func(key string, n int) TransferPush {
					return TransferPush{No: key, FromWarehouseNo: "W01", ToWarehouseNo: "W02", Remark: "补货", Approve: true, Lines: []TransferPushLine{{SpecNo: "G01-A", Num: pieces(n)}}}
				},
				Open: func(t *testing.T) pipelinetest.SinkCase[TransferPush] { return transferCase(t, own) },
			})
		})
	}
}

func transferCase(t *testing.T, own bool) pipelinetest.SinkCase[TransferPush] {
	t.Helper()
	var opts []wdttest.Option
	if own {
		opts = append(opts, wdttest.WithTransferNumbers())
	}
	s, c, r := sinkPair(t, transferCreateMethod, opts...)
	sink := NewTransferSink(c, DocumentSinkConfig[TransferPush, TransferPush]{SettleDelay: 5 * time.Millisecond})
	k := lossCase(s, r, transferCreateMethod, transfersMethod, sink)
	stored := func(key string) (nos []string) {
		for _, row := range s.Rows(transfersMethod) {
			b, _ := json.Marshal(row)
			var tr Transfer
			if json.Unmarshal(b, &tr) == nil && tr.madeAs(key) {
				nos = append(nos, tr.No)
			}
		}
		return nos
	}
	k.Count = func(key string) int { return len(stored(key)) }
	k.Remove = func(key string) {
		for _, no := range stored(key) {
			s.Remove(transfersMethod, no)
		}
	}
	k.Holds = func(key string, v TransferPush) bool {
		nos := stored(key)
		return len(nos) == 1 && lineNum(s, transfersMethod, nos[0], "details_list", "num").Equal(v.Lines[0].Num)
	}
	return k
}

// upsertLacks are what a push that updates has not.
var upsertLacks = map[pipelinetest.Feature]string{
	pipelinetest.Conflict: "a push of what is there updates it",
}

func TestGoodsSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[GoodsPush]{
		Lacks: upsertLacks,
		Value: func(key string, n int) GoodsPush {
			return GoodsPush{No: key, Name: fmt.Sprintf("货品 %d 版", n), Specs: []SpecPush{{No: "spec of " + key, RetailPrice: pieces(n), UnitName: "个"}}}
		},
		Open: func(t *testing.T) pipelinetest.SinkCase[GoodsPush] {
			s, c, r := sinkPair(t, goodsPushMethod)
			sink := NewGoodsSink(c, GoodsSinkConfig[GoodsPush]{SettleDelay: 5 * time.Millisecond})
			k := lossCase(s, r, goodsPushMethod, goodsMethod, sink)
			k.Holds = func(key string, v GoodsPush) bool {
				row, there := s.Row(goodsMethod, key)
				return there && row["goods_name"] == v.Name && lineNum(s, goodsMethod, key, "spec_list", "retail_price").Equal(v.Specs[0].RetailPrice)
			}
			return k
		},
	})
}

func newPush(tid string, n int) RawTradePush {
	price := pieces(n)
	total := price.Mul(duijie.DecimalFromInt(2))
	return RawTradePush{
		TID: tid, Status: RawTradeToShip, PayStatus: 2, ProcessStatus: RawProcessToSubmit, TradeTime: duijie.NewTime(start), BuyerNick: "b1",
		ReceiverName: "某人", ReceiverArea: "北京 北京市 朝阳区", ReceiverAddress: "示例路1号", ReceiverMobile: "13800000000", PayMethod: 1, DeliveryTerm: 1,
		Receivable: total.Add(duijie.MustDecimal("5")), Postage: duijie.MustDecimal("5.00"),
		Lines: []RawTradePushLine{{
			OID: tid + "-1", Status: RawTradeToShip, GoodsID: "I1", SpecID: "I1-1", GoodsNo: "G01", SpecNo: "G01-A", GoodsName: "示例",
			Num: duijie.DecimalFromInt(2), Price: price, TotalAmount: total,
		}},
	}
}

func TestRawTradeSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[RawTradePush]{
		Lacks: upsertLacks, Value: newPush,
		Open: func(t *testing.T) pipelinetest.SinkCase[RawTradePush] {
			s, c, r := sinkPair(t, rawTradePushMethod)
			sink, err := NewRawTradeSink(c, RawTradeSinkConfig[RawTradePush]{ShopNo: "S01", SettleDelay: 5 * time.Millisecond})
			require.NoError(t, err)
			k := lossCase(s, r, rawTradePushMethod, rawTradesMethod, sink)
			k.Refuse = func(key string) { s.FailRow(rawTradePushMethod, key, "数据不合规") }
			k.Holds = func(key string, v RawTradePush) bool {
				return lineNum(s, rawTradesMethod, key, "trade_orders", "price").Equal(v.Lines[0].Price)
			}
			return k
		},
	})
}
