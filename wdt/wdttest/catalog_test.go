package wdttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func span(from, to string) string {
	return fmt.Sprintf(`[{"start_time":%q,"end_time":%q}]`, from, to)
}

func TestTimes(t *testing.T) {
	t.Parallel()
	s := New(fixed())
	const (
		orders = "sales.TradeQuery.queryWithDetail"
		noTime = "参数中必须包含起止时间"
		ok     = ""
	)
	wide := func(limit string) string { return "您的查询时间过宽,查询时间不能大于" + limit }
	for i, c := range []struct{ method, body, message string }{
		{orders, `[{}]`, noTime},
		{orders, `[{"start_time":"2025-10-09 11:00:00"}]`, noTime},
		{orders, `[{"start_time":"","end_time":""}]`, noTime},
		{orders, `[{"trade_no":"T1"}]`, ok},
		{orders, `[{"trade_no":""}]`, noTime},
		{orders, span("2025-10-09 11:00:00", "2025-10-09 12:00:00"), ok},
		{orders, span("2025-10-09 11:00:00", "2025-10-09 12:00:01"), wide("60分钟")},
		{orders, span("2025/10/09 11:00:00", "2025-10-09 12:00:00"), `Unparseable date: "2025/10/09 11:00:00"`},
		{orders, span("2025-10-09 11:00:00", "2025-10-09"), `Unparseable date: "2025-10-09"`},
		{orders, span("2025-10-09 9:00:00", "2025-10-09 09:30:00"), `Unparseable date: "2025-10-09 9:00:00"`},
		{orders, `[{"start_time":1759982400000,"end_time":1759982400000}]`, `Unparseable date: "1759982400000"`},
		{"aftersales.refund.RawRefund.search", `[{"tid":"T1"}]`, noTime},
		{"aftersales.refund.RawRefund.search", `[{"tid":"T1","platform_id":3}]`, ok},
		{"aftersales.refund.Refund.search", `[{}]`, noTime},
		{"aftersales.refund.Refund.search", `[{"settle_from":"2025-10-01 00:00:00","settle_to":"2025-10-09 00:00:00"}]`, ok},
		{"aftersales.refund.Refund.search", `[{"agree_from":"2025-08-01 00:00:00","agree_to":"2025-10-09 00:00:00"}]`, wide("30天")},
		{"purchase.PurchaseOrder.queryWithDetail", `[{"purchase_no":"P","start_time":"2020-01-01 00:00:00","end_time":"2025-01-01 00:00:00"}]`, ok},
		{"purchase.PurchaseOrder.queryWithDetail", `[{}]`, noTime},
		{"goods.Goods.queryWithSpec", `[{"spec_no":"S"}]`, ok},
		{"sales.RawTrade.search", `[{}]`, ok},
		{"sales.RawTrade.search", `[{"start_time":"2025-10-09 11:00:00"}]`, noTime},
		{"sales.RawTrade.search", span("2025-09-09 12:00:00", "2025-10-09 12:00:00"), ok},
		{"wms.stockin.Base.search", span("2025-10-08 11:59:59", "2025-10-09 12:00:00"), wide("1天")},
		{"statistic.StockinCollect.queryCostWithDetail", span("2025-10-02 11:59:59", "2025-10-09 12:00:00"), wide("7天")},
		{"finance.settle.Logistics.search", span("2025-10-09 10:59:59", "2025-10-09 12:00:00"), wide("1小时")},
		{"wms.StockSpec.queryChangeHistory", `[{"start_date":"2025-10-09 10:00:00","end_date":"2025-10-09 12:00:00"}]`, "您的查询时间过宽,不传商家编码,查询时间不能大于1小时"},
		{"wms.StockSpec.queryChangeHistory", `[{"start_date":"2025-10-08 10:00:00","end_date":"2025-10-09 12:00:00","spec_no":"S"}]`, ok},
		{warehouseMethod, `[{"start_time":"2025-10-09 11:00:00"}]`, ok},
		{"setting.Employee.search", `[{}]`, noTime},
		{"setting.Employee.search", span("2015-10-09 11:00:00", "2025-10-09 12:00:00"), ok},
	} {
		answer := sendDirect(t, s, ask{method: c.method, body: c.body})
		if c.message == ok {
			require.Equal(t, json.Number("0"), answer["status"], "%d: %v", i, answer)
		} else {
			failed(t, answer, 100, c.message)
		}
	}
}

func TestEveryQueryMethodAnswersItsEmptyList(t *testing.T) {
	t.Parallel()
	s := New(fixed())
	for _, q := range queries {
		filter := map[string]string{}
		if strings.HasPrefix(q.name, "wms.stockout.Sales.query") {
			filter["status_type"] = "0"
		}
		for pair := range strings.SplitSeq(q.times, ",") {
			if from, to, ok := strings.Cut(pair, "/"); ok {
				filter[from], filter[to] = "2025-10-09 11:30:00", "2025-10-09 12:00:00"
			}
		}
		params, err := json.Marshal(filter)
		require.NoError(t, err)
		name := qimenName(q.name)
		answers := []map[string]any{}
		if !q.qimenOnly {
			answers = append(answers, sendDirect(t, s, ask{method: q.name, body: "[" + string(params) + "]"}))
		}
		qimen := inner(t, sendQimen(t, s, ask{method: name, fields: map[string]string{"params": string(params)}}))
		if q.qimen {
			answers = append(answers, qimen)
		} else {
			require.Equal(t, "Invalid method", qimen["message"], q.name)
		}
		zero := json.Number("0")
		for _, answer := range answers {
			want := map[string]any{"status": zero, "data": map[string]any{q.list: []any{}, "total_count": zero}}
			switch q.list {
			case "":
				want = map[string]any{"status": zero, "data": []any{}, "total": zero}
			case "-":
				want["data"] = map[string]any{}
			}
			require.Equal(t, want, answer, q.name)
		}
	}
}

func TestHandle(t *testing.T) {
	t.Parallel()
	s := New(fixed())
	var got []string
	record := func(args []json.RawMessage, _ Page) (any, error) {
		got = nil
		for _, a := range args {
			got = append(got, string(a))
		}
		return 77, nil
	}
	seven := map[string]any{"status": json.Number("0"), "data": json.Number("77")}

	s.Handle("wms.stocktransfer.Edit.createOrder", false, record)
	require.Equal(t, seven, sendDirect(t, s, ask{method: "wms.stocktransfer.Edit.createOrder", page: "-", body: `[{"a":1},[],true]`}))
	require.Equal(t, []string{`{"a":1}`, `[]`, `true`}, got)
	fields := map[string]string{"orderInfo": `{"a":1}`, "isCheck": "true"}
	require.Equal(t, seven, inner(t, sendQimen(t, s, ask{method: "wdt.wms.stocktransfer.edit.createorder", pager: "-", fields: fields})))
	require.Equal(t, []string{`{"a":1}`, `null`, `true`}, got)

	s.Handle("purchase.PurchaseReturn.cancelOrder", false, record)
	fields = map[string]string{"returnNo": "12"}
	require.Equal(t, seven, inner(t, sendQimen(t, s, ask{method: "wdt.purchase.purchasereturn.cancleorder", pager: "-", fields: fields})))
	require.Equal(t, []string{`"12"`}, got, "plain text stays text")

	s.Handle("own.Thing.do", false, record)
	fields = map[string]string{"b": "2", "a": "[1]"}
	require.Equal(t, seven, inner(t, sendQimen(t, s, ask{method: "wdt.own.thing.do", pager: "-", fields: fields})))
	require.Equal(t, []string{`[1]`, `"2"`}, got)

	s.Handle("wdt.statistic.statsalesstatistic.querysales", false, record)
	require.Equal(t, seven, inner(t, sendQimen(t, s, ask{method: "wdt.statistic.statsalesstatistic.querysales", pager: "-"})))
}

func TestHandlePagesAndErrors(t *testing.T) {
	t.Parallel()
	s := New(fixed())
	rows := []any{"a", "b", "c"}
	s.Handle("own.Thing.list", true, func(_ []json.RawMessage, p Page) (any, error) {
		return List{Key: "order", Rows: p.Cut(rows), Total: len(rows)}, nil
	})
	want := map[string]any{"order": []any{"c"}, "total_count": json.Number("3")}
	require.Equal(t, want, sendDirect(t, s, ask{method: "own.Thing.list", page: "1", size: "2"})["data"])
	require.Equal(t, want, inner(t, sendQimen(t, s, ask{method: "wdt.own.thing.list", pager: `{"page_no":2,"page_size":2}`}))["data"])

	var fail error = &BusinessError{100, "外部单号重复!"}
	s.Handle("own.Thing.fail", false, func([]json.RawMessage, Page) (any, error) { return nil, fail })
	failed(t, sendDirect(t, s, ask{method: "own.Thing.fail", page: "-"}), 100, "外部单号重复!")
	failed(t, inner(t, sendQimen(t, s, ask{method: "wdt.own.thing.fail"})), 100, "外部单号重复!")
	require.ErrorContains(t, fail, "100 外部单号重复!")
	s.Handle("own.Thing.fail", false, func([]json.RawMessage, Page) (any, error) { return nil, errors.New("boom") })
	failed(t, sendDirect(t, s, ask{method: "own.Thing.fail", page: "-"}), 99, "boom")
	s.Handle("own.Thing.fail", false, accept)
	require.Equal(t, map[string]any{"status": json.Number("0")}, sendDirect(t, s, ask{method: "own.Thing.fail", page: "-"}))

	// A catalog method keeps its checks.
	s.Handle("sales.TradeQuery.queryWithDetail", true, accept)
	failed(t, sendDirect(t, s, ask{method: "sales.TradeQuery.queryWithDetail"}), 100, "参数中必须包含起止时间")
}
