package wdttest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func ago(minutes int) time.Time { return noon.Add(-time.Duration(minutes) * time.Minute) }

func TestTradesByTime(t *testing.T) {
	t.Parallel()
	w := serving(t)
	w.s.SeedTrade(
		Trade{No: "J3", Modified: ago(10), TradeTime: ago(300), PayTime: ago(200)},
		Trade{No: "J1", Modified: ago(60), Status: 95, TradeTime: ago(70)},
		Trade{No: "J2", Modified: ago(59), Tid: "A,B", LogisticNo: "L2"},
		Trade{No: "J0", Modified: ago(61)},
	)
	for i, c := range []struct {
		filter m
		want   []any
	}{
		{lastHour, []any{"J1", "J2", "J3"}},
		{merge(lastHour, m{"order_type": 1}), []any{"J3", "J2", "J1"}},
		{times("2025-10-09 11:00:01", "2025-10-09 12:00:00"), []any{"J2", "J3"}},
		{times("2025-10-09 10:00:00", "2025-10-09 11:00:00"), []any{"J0", "J1"}},
		{merge(times("2025-10-09 08:30:00", "2025-10-09 09:00:00"), m{"time_type": 2}), []any{"J3"}},
		{merge(times("2025-10-09 07:00:00", "2025-10-09 07:00:00"), m{"time_type": "3"}), []any{"J3"}},
		{merge(lastHour, m{"status": "95,110"}), []any{"J1"}},
		{m{"trade_no": "J0"}, []any{"J0"}},
		{m{"src_tid": "B"}, []any{"J2"}},
		{m{"logistics_no": "L2"}, []any{"J2"}},
		{m{"trade_no": "none"}, []any{}},
	} {
		require.Equal(t, c.want, column(w.rows(trades, c.filter), "trade_no"), "%d", i)
		require.Equal(t, c.want, column(w.qimenRows(trades, c.filter), "trade_no"), "%d on Qimen", i)
	}
	failed(t, w.direct(trades, "0", merge(lastHour, m{"time_type": 9})), 1, "argument type mismatch")
}

func TestTypesDifferByGateway(t *testing.T) {
	t.Parallel()
	w := serving(t)
	w.s.SeedTrade(Trade{No: "J1", ShopNo: "S", Modified: noon, ConsignTime: ago(1), Lines: []TradeLine{{SpecNo: "A", Num: "3", Price: "12.34"}}})
	w.s.Seed("wms.stockin.Refund.queryWithDetail", Row{"order_no": "R1", "status": 80, "check_time": ago(2), "total_goods_stockin_num": "1"})

	direct, qimen := w.rows(trades, lastHour)[0], w.qimenRows(trades, lastHour)[0]
	for member, want := range map[string][2]any{
		"receivable":   {json.Number("37.0200"), "37.0200"},
		"package_cost": {"0.0000", "0.0000"},
		"consign_time": {json.Number("1759982340000"), "2025-10-09 11:59:00"},
		"modified":     {"2025-10-09 12:00:00", "2025-10-09 12:00:00"},
		"trade_id":     {json.Number("1001"), json.Number("1001")},
		"trade_status": {json.Number("55"), json.Number("55")},
		"is_sealed":    {false, false},
		"check_time":   {"", ""},
	} {
		require.Equal(t, want, [2]any{direct[member], qimen[member]}, member)
	}
	line := direct["detail_list"].([]any)[0].(m)
	require.Equal(t, json.Number("12.3400"), line["price"])

	back := "wms.stockin.Refund.queryWithDetail"
	direct, qimen = w.rows(back, lastHour)[0], w.qimenRows(back, lastHour)[0]
	require.Equal(t, [2]any{json.Number("80"), "80"}, [2]any{direct["status"], qimen["status"]})
	require.Equal(t, [2]any{json.Number("1759982280000"), "1759982280000"}, [2]any{direct["check_time"], qimen["check_time"]}, "Qimen keeps milliseconds here, as text")
}

func TestGatewaysKeepPlatformsBack(t *testing.T) {
	t.Parallel()
	w := serving(t)
	for i, platform := range []int{127, 3, 1, 39, 0} {
		no := fmt.Sprintf("J%d", platform)
		w.s.SeedTrade(Trade{No: no, PlatformID: platform, Offline: platform == 0, Modified: ago(10 - i), Buyer: "b", Receiver: "r"})
		w.s.Seed(rawTrade, Row{"tid": no, "platform_id": platform, "modified": ago(10 - i)})
		w.s.Seed(refund, Row{"refund_no": no, "shop_platform_id": platform, "modified": ago(10 - i)})
	}
	require.Equal(t, []any{"J127", "J3", "J0"}, column(w.rows(trades, lastHour), "trade_no"))
	require.Equal(t, []any{"J127", "J3", "J1", "J0"}, column(w.qimenRows(trades, lastHour), "trade_no"))
	require.Equal(t, []any{"J127", "J0"}, column(w.rows("sales.TradeQuery.querySelfOrderWithDetail", lastHour), "trade_no"))
	require.Equal(t, []any{"J127", "J3", "J0"}, column(w.rows(rawTrade, lastHour), "tid"))
	require.Equal(t, []any{"J127", "J0"}, column(w.rows("sales.RawTrade.searchSelfOrder", lastHour), "tid"))
	modified := m{"modified_from": "2025-10-09 11:00:00", "modified_to": "2025-10-09 12:00:00"}
	require.Equal(t, []any{"J127", "J3", "J1", "J0"}, column(w.qimenRows(refund, modified), "refund_no"))
	require.Equal(t, []any{"b", "", "b"}, column(w.rows(trades, lastHour), "buyer_nick"), "personal data of other platforms stay there")
	answer := w.direct(trades, "0", lastHour)
	require.Equal(t, json.Number("3"), answer["data"].(m)["total_count"], "nothing tells that rows are missing")

	other := serving(t, WithKeptBack(3))
	other.s.SeedTrade(Trade{No: "A", PlatformID: 3}, Trade{No: "B", PlatformID: 1}, Trade{No: "C", PlatformID: 39})
	require.Equal(t, []any{"B"}, column(other.rows(trades, lastHour), "trade_no"))
}

func TestRowsMoveWhenChanged(t *testing.T) {
	t.Parallel()
	w := serving(t)
	for i := range 6 {
		w.s.SeedTrade(Trade{No: fmt.Sprintf("J%d", i), Modified: ago(30 - i)})
	}
	page := func(no string) []any {
		q, text := ask{method: trades, body: string(must(json.Marshal([]any{lastHour}))), page: no, size: "2", total: "0"}.direct(w.s)
		answer := w.post(w.s.DirectURL()+"?"+q.Encode(), "application/json", text)
		require.NotContains(t, answer["data"], "total_count")
		return column(w.listed(trades, answer), "trade_no")
	}
	require.Equal(t, []any{"J0", "J1"}, page("0"))
	require.True(t, w.s.Touch(trades, "J0", Row{"trade_status": 95}))
	require.Equal(t, []any{"J3", "J4"}, page("1"), "J2 moved to the page already read")
	require.Equal(t, []any{"J5", "J0"}, page("2"))
	require.Equal(t, []any{}, page("3"))
	r, ok := w.s.Row(trades, "J0")
	require.True(t, ok)
	require.Equal(t, 95, r["trade_status"])

	w.s.Inject(Fault{Op: trades, Kind: MoveRow})
	require.Equal(t, []any{"J2", "J3"}, page("0"))
	require.True(t, w.s.Remove(trades, "J2"))
	require.Equal(t, []any{"J3", "J4"}, page("0"))
	require.False(t, w.s.Touch(trades, "none"))
	require.False(t, w.s.Remove(trades, "none"))
	_, ok = w.s.Row(trades, "none")
	require.False(t, ok)
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestArchive(t *testing.T) {
	t.Parallel()
	w := serving(t)
	w.s.SeedTrade(Trade{No: "J1"}, Trade{No: "J2", PlatformID: 3})
	require.True(t, w.s.Archive(trades, "J1"))
	require.True(t, w.s.Archive(trades, "J2"))
	require.False(t, w.s.Archive(trades, "J2"))
	require.False(t, w.s.Archive(goods, "J2"))
	require.Empty(t, w.rows(trades, lastHour))
	require.Len(t, w.rows("sales.TradeQuery.queryHistoryWithDetail", lastHour), 2)
	require.Len(t, w.rows("sales.TradeQuery.queryHistorySelfOrderWithDetail", lastHour), 1)
}

func TestSalesStockOutMeansWhatStatusTypeSays(t *testing.T) {
	t.Parallel()
	w := serving(t)
	method := "wms.stockout.Sales.queryWithDetail"
	w.s.PutWarehouse(Warehouse{No: "W1"})
	w.s.Seed(method,
		Row{"order_no": "CK1", "status": 110, "consign_time": ago(30), "modified": ago(5), "shop_no": "S1", "warehouse_no": "W1"},
		Row{"order_no": "CK2", "status": 110, "consign_time": ago(300), "modified": ago(4)},
		Row{"order_no": "CK3", "status": 5, "modified": ago(3)},
		Row{"order_no": "CK4", "status": 75, "modified": ago(2)},
	)
	for i, c := range []struct {
		filter m
		want   []any
	}{
		{m{"status_type": 0}, []any{"CK1"}},
		{m{"status_type": 1}, []any{"CK3"}},
		{m{"status_type": 2}, []any{"CK4"}},
		{m{"status_type": 3}, []any{"CK1"}},
		{m{"status_type": 3, "status": "110，75"}, []any{"CK1", "CK2", "CK4"}},
		{m{"status_type": 3, "status": "110", "shop_nos": "S0,S1"}, []any{"CK1"}},
		{m{"status_type": 3, "status": "110", "warehouse_no": "W1"}, []any{"CK1"}},
	} {
		require.Equal(t, c.want, column(w.rows(method, merge(lastHour, c.filter)), "order_no"), "%d", i)
	}
	failed(t, w.direct(method, "0", lastHour), 100, "参数中必须包含状态")
	failed(t, w.direct(method, "0", merge(lastHour, m{"status_type": 0, "warehouse_no": "W9"})), 100, "仓库不存在")
	require.Equal(t, []any{"CK2"}, column(w.rows(method, m{"stockout_no": "CK2", "status_type": 3}), "order_no"))
}

func TestTimeTypesOfOtherMethods(t *testing.T) {
	t.Parallel()
	w := serving(t)
	day := times("2025-10-08 12:00:00", "2025-10-09 12:00:00")
	w.s.Seed(otherOut, Row{"order_no": "A", "consign_time": ago(10)}, Row{"order_no": "B"})
	require.Equal(t, []any{"A"}, column(w.rows(otherOut, day), "order_no"), "the default is the shipping time")
	require.Equal(t, []any{"A", "B"}, column(w.rows(otherOut, merge(day, m{"time_type": 3})), "order_no"))
	w.s.Seed(otherOut, Row{"order_no": "C", "modified": ago(10000)})
	w.s.Touch(otherOut, "C")
	require.Len(t, w.rows(otherOut, merge(day, m{"time_type": 3})), 3)
	require.Equal(t, []any{"A", "B"}, column(w.rows(otherOut, merge(day, m{"time_type": 2})), "order_no"), "C was created days ago")
	w.s.Seed("aftersales.refund.RawRefund.search", Row{"refund_no": "A", "refund_time": ago(10000)}, Row{"refund_no": "B", "refund_time": ago(1)})
	require.Len(t, w.rows("aftersales.refund.RawRefund.search", day), 2)
	require.Equal(t, []any{"B"}, column(w.rows("aftersales.refund.RawRefund.search", merge(day, m{"time_type": 2})), "refund_no"))
	w.s.SeedRefund(Refund{No: "T1", Settled: ago(5)}, Refund{No: "T2"})
	require.Equal(t, []any{"T1"}, column(w.rows(refund, m{"settle_from": day["start_time"], "settle_to": day["end_time"]}), "refund_no"))
	w.s.SeedSupplier(Supplier{No: "P1", More: Row{"created": ago(10000)}}, Supplier{No: "P2"})
	require.Equal(t, []any{"P2"}, column(w.rows(supplier, m{"created_begin": day["start_time"], "created_end": day["end_time"]}), "provider_no"))
	require.Len(t, w.rows(supplier, m{"modified_begin": day["start_time"], "modified_end": day["end_time"]}), 2)
	require.Len(t, w.rows(supplier, m{}), 2)
	pre := "wms.stockin.PreStockin.search"
	w.s.Seed(pre, Row{"stockin_no": "Y1", "detail_list": []Row{{"spec_no": "A"}}})
	require.Len(t, w.qimenRows(pre, m{"mt_from": day["start_time"], "mt_to": day["end_time"], "spec_no": "A"}), 1)
	failed(t, w.direct(pre, "0", m{}), 100, "The API used internal only: "+pre)
}

func TestStockAndGoodsFilters(t *testing.T) {
	t.Parallel()
	w := serving(t)
	w.s.PutWarehouse(Warehouse{No: "W1", Name: "one"}, Warehouse{No: "W2", Disabled: true})
	w.s.SeedGoods(
		Goods{No: "G1", Name: "cup", Specs: []Spec{{No: "G1-A", Barcode: "69"}, {No: "G1-B"}}},
		Goods{No: "G2", Deleted: true},
	)
	w.s.SeedStock(
		Stock{WarehouseNo: "W1", SpecNo: "G1-A", Num: "10", Sending: "2.5"},
		Stock{WarehouseNo: "W1", SpecNo: "G1-A", Num: "1", Defect: true},
		Stock{WarehouseNo: "W2", SpecNo: "G1-B", Num: "7"},
	)
	require.Equal(t, []any{"G1"}, column(w.rows(goods, m{"spec_no": "G1-B"}), "goods_no"))
	require.Equal(t, []any{"G1"}, column(w.rows(goods, lastHour), "goods_no"), "deleted goods are hidden")
	require.Equal(t, []any{"G1", "G2"}, column(w.rows(goods, merge(lastHour, m{"hide_deleted": false})), "goods_no"))
	require.Equal(t, []any{"W1"}, column(w.rows(warehouseMethod, m{}), "warehouse_no"))
	require.Equal(t, []any{"W1", "W2"}, column(w.rows(warehouseMethod, m{"hide_delete": 0}), "warehouse_no"))

	rows := w.rows(stock, m{"spec_nos": []string{"G1-A"}})
	require.Equal(t, []any{json.Number("10.0000"), json.Number("1.0000")}, column(rows, "stock_num"))
	require.Equal(t, []any{false, true}, column(rows, "defect"))
	require.Equal(t, "cup", rows[0]["goods_name"])
	require.Equal(t, json.Number("1759982400000"), rows[0]["modified"])
	older := w.listed("wms.StockSpec.search", w.direct("wms.StockSpec.search", "0", m{"warehouse_no": "W1"}))
	require.Equal(t, []any{json.Number("0"), json.Number("1")}, column(older, "defect"))
	require.Equal(t, "2025-10-09 12:00:00", older[0]["modified"])
	require.Equal(t, json.Number("2"), w.direct("wms.StockSpec.search", "0", m{"warehouse_no": "W1"})["total"])
	object := serving(t, WithStockAsObject())
	require.Equal(t, m{"detail_list": []any{}, "total_count": json.Number("0")}, object.done(object.qimen("wdt.wms.stockspec.search", "", m{"params": m{}})))
	require.Equal(t, []any{}, object.done(object.direct(olderStock, "0", m{})))
	free := w.rows(available, m{"warehouse_no": "W1", "spec_no": "G1-A"})
	require.Equal(t, []any{json.Number("7.5000"), json.Number("1.0000")}, column(free, "num"))
	require.NotContains(t, free[0], "stock_num")
	failed(t, w.direct(stock, "0", m{"warehouse_no": "W9"}), 100, "仓库不存在  仓库编号: W9")
	failed(t, w.direct("wms.StockSpec.search", "0", m{"warehouse_no": "W9"}), 100, "仓库不存在 仓库编号: W9")
	failed(t, w.direct(stock, "0", m{"spec_nos": m{}}), 1, "argument type mismatch")
}

func TestStrictFilters(t *testing.T) {
	t.Parallel()
	w := serving(t)
	require.Empty(t, w.rows(shopMethod, m{"page_no": 1}))
	strict := serving(t, WithStrictFilters())
	failed(t, strict.direct(shopMethod, "0", m{"page_no": 1}), 2, "page_no")
	require.Empty(t, strict.rows(trades, lastHour))
}

// TestAnyMethodCanBeSeeded: methods without documented members answer rows as
// they were given, found by their times.
func TestAnyMethodCanBeSeeded(t *testing.T) {
	t.Parallel()
	w := serving(t)
	method := "wms.stockin.Process.queryWithDetail"
	w.s.Seed(method,
		Row{"order_no": "A", "n": 1, "d": "1.5", "at": noon, "modified": "2025-10-09 11:30:00", "list": []Row{{"x": noon}}, "one": Row{"y": true}},
		Row{"order_no": "B", "modified": ago(90)}, Row{"order_no": "C", "gone": Missing})
	require.Equal(t, []map[string]any{
		{"order_no": "A", "n": json.Number("1"), "d": "1.5", "at": "2025-10-09 12:00:00", "modified": "2025-10-09 11:30:00", "list": []any{m{"x": "2025-10-09 12:00:00"}}, "one": m{"y": true}},
		{"order_no": "C"},
	}, w.rows(method, lastHour))
	w.s.Seed(method, Row{"order_no": "A", "n": 2})
	require.Equal(t, []any{"C", "A"}, column(w.rows(method, lastHour), "order_no"))
	require.Len(t, w.s.Rows(method), 3)
	for _, q := range queries {
		if q.list != "-" {
			w.s.Seed(q.name, Row{"odd": "1"})
			require.NotEmpty(t, w.s.Rows(q.name), q.name)
		}
	}
	require.Panics(t, func() { w.s.Seed("no.Such.method", Row{}) })
	require.Panics(t, func() { w.s.Seed("goods.Goods.push", Row{}) })
	require.Panics(t, func() { w.s.SeedTrade(Trade{Lines: []TradeLine{{Price: "x"}}}) })
}

// TestValuesThatDoNotFit: what a test seeds wrong on purpose goes out as it is.
func TestValuesThatDoNotFit(t *testing.T) {
	t.Parallel()
	w := serving(t)
	w.s.Seed(trades, Row{
		"trade_no": "J", "trade_id": json.RawMessage(`{"odd":1}`), "receivable": "a lot", "trade_status": "x", "is_sealed": "maybe",
		"pay_time": "yesterday", "remark_flag": nil, "goods_cost": Missing, "weight": "1.23456", "detail_list": "none", "src_tids": 12,
	})
	r := w.rows(trades, lastHour)[0]
	for member, want := range map[string]any{
		"trade_id": m{"odd": json.Number("1")}, "receivable": "a lot", "trade_status": "x", "is_sealed": "maybe", "pay_time": "yesterday",
		"remark_flag": nil, "weight": json.Number("1.23456"), "detail_list": "none", "src_tids": "12",
	} {
		require.Equal(t, want, r[member], member)
	}
	require.NotContains(t, r, "goods_cost")
	require.Contains(t, r, "remark_flag")
}

func TestMixedTypesOfDecimals(t *testing.T) {
	t.Parallel()
	w := serving(t, WithMixedTypes())
	for i := range 4 {
		w.s.SeedStock(Stock{WarehouseNo: "W", SpecNo: fmt.Sprint("S", i), Num: "1.5"})
	}
	require.Equal(t, []any{json.Number("1.5000"), "1.5000", json.Number("1.5000"), "1.5"}, column(w.rows(stock, m{}), "stock_num"))
}
