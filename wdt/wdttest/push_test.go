package wdttest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	pushOld = "sales.RawTrade.pushSelf"
	pushNew = "sales.RawTrade.pushSelf2"
)

func pushedOrder(tid, receivable string) m {
	return m{
		"tid": tid, "process_status": 10, "trade_status": 30, "refund_status": 0, "pay_status": 2, "trade_time": "2025-10-09 11:00:00",
		"receiver_name": "n", "receiver_address": "a", "post_amount": "8", "discount": "1.5", "receivable": receivable, "invoice_title": "kept nowhere",
	}
}

func pushedLine(tid, oid string) m {
	return m{
		"tid": tid, "oid": oid, "status": 30, "goods_id": "G", "spec_id": "S", "goods_no": "G", "spec_no": "S", "goods_name": "g",
		"num": "3", "price": "12.34", "discount": "1", "adjust_amount": "0.5", "share_discount": "1.5", "total_amount": "36.5200",
	}
}

func TestPushSelf(t *testing.T) {
	t.Parallel()
	w := serving(t)
	w.s.PutShop(Shop{No: "S1", PlatformID: 127}, Shop{No: "S3", PlatformID: 3}, Shop{No: "S2", PlatformID: 127})
	orders := []m{pushedOrder("A", "43.02"), pushedOrder("B", "43.03"), pushedOrder("C", "43.02"), pushedOrder("D", "43.02")}
	lines := []m{pushedLine("A", "A1"), pushedLine("B", "B1"), pushedLine("C", "A1")}
	answer := w.done(w.direct(pushNew, "-", "S1", orders, lines)).(m)
	require.Equal(t, m{"new_count": json.Number("1"), "chg_count": json.Number("0"), "error_list": []any{
		m{"no": "B", "error": "应收金额不一致"}, m{"no": "C", "error": "子订单编号已存在:A1"}, m{"no": "D", "error": "原始单货品不能为空"},
	}}, answer)
	row := w.rows(rawTrade, lastHour)[0]
	require.Equal(t, json.Number("37.0200"), row["goods_amount"])
	require.Equal(t, "S1", row["shop_no"])
	require.NotContains(t, row, "invoice_title")
	line := row["trade_orders"].([]any)[0].(m)
	require.Equal(t, json.Number("35.0200"), line["share_amount"])

	again := w.done(w.direct(pushOld, "-", "S1", orders[:1], lines[:1], []m{})).(m)
	require.Equal(t, m{"new_count": json.Number("0"), "chg_count": json.Number("1")}, again, "a repeat updates")
	require.Equal(t, 1, w.s.Created(pushNew, "A"))
	require.Equal(t, 0, w.s.Created(pushOld, "A"))
	require.Equal(t, 1, w.s.Applied(pushOld, "A"))
	done := w.done(w.qimen("wdt.sales.rawtrade.pushself", "-", m{"shopNo": "S1", "rawTradeList": orders[:1], "rawTradeOrderList": lines[:1], "discountList": []m{}})).(m)
	require.Equal(t, json.Number("1"), done["chg_count"])

	failed(t, w.direct(pushOld, "-", "S1", orders[1:2], lines), 100, "应收金额不一致")
	failed(t, w.direct(pushOld, "-", "S9", orders, lines), 100, "店铺编号不存在或已停用")
	failed(t, w.direct(pushOld, "-", "S3", orders, lines), 100, "店铺不是自有平台店铺")
	failed(t, w.direct(pushOld, "-", "S1", []m{}, lines), 100, "原始单数量必须在1到100之间")
	failed(t, w.direct(pushOld, "-", "S2", orders[:1], lines), 100, "订单编号已存在")
	failed(t, w.direct(pushOld, "-", "S1", orders), 1, "invalid argument count")

	for member, text := range map[string]string{"total_amount": "货品金额不一致:E1", "num": "num 不能为空", "price": "price 不是数字", "oid": "子订单编号已存在:A1"} {
		bad := pushedLine("E", "E1")
		bad[member] = map[string]string{"total_amount": "36.51", "num": "", "price": "1,5", "oid": "A1"}[member]
		data := w.done(w.direct(pushNew, "-", "S1", []m{pushedOrder("E", "43.02")}, []m{bad})).(m)
		require.Equal(t, []any{m{"no": "E", "error": text}}, data["error_list"], member)
	}
	w.s.FailRow(pushNew, "F", "XXX")
	data := w.done(w.direct(pushNew, "-", "S1", []m{pushedOrder("F", "43.02")}, []m{pushedLine("F", "F1")})).(m)
	require.Equal(t, []any{m{"no": "F", "error": "XXX"}}, data["error_list"])
	require.Equal(t, 0, w.s.Applied(pushNew, "F"))
}

func TestShipmentsStayUntilAcknowledged(t *testing.T) {
	t.Parallel()
	w := serving(t)
	const update = "sales.LogisticsSync.update"
	for i := range 4 {
		w.s.Seed(shipSync, Row{"sync_id": 11 + i, "tid": "T", "shop_no": "S", "platform_id": []int{127, 127, 127, 3}[i]})
	}
	own := m{"is_own_platform": true}
	require.Equal(t, []any{json.Number("11"), json.Number("12"), json.Number("13")}, column(w.rows(shipSync, own), "sync_id"))
	require.Len(t, w.rows(shipSync, m{}), 1)
	require.Len(t, w.rows(shipSync, merge(own, m{"shop_no": "S"})), 3)
	require.Empty(t, w.rows(shipSync, merge(own, m{"shop_no": "S2"})))
	require.NotContains(t, w.rows(shipSync, own)[0], "shop_no")
	require.Equal(t, json.Number("3"), w.direct(shipSync, "0", own)["total"])
	data := w.done(w.direct(update, "-", []m{
		{"sync_id": 11, "status": 0}, {"sync_id": 12, "status": -100}, {"sync_id": 13}, {"sync_id": 99, "status": 0}, {"sync_id": 12, "status": 7},
	}))
	require.Equal(t, []any{"同步结果状态为空!", "未找到对应的单据信息:99", "同步结果状态错误!"}, data)
	require.Equal(t, []any{json.Number("12"), json.Number("13")}, column(w.rows(shipSync, own), "sync_id"))
	require.Equal(t, 1, w.s.Applied(update, "11"))

	w.s.Inject(Fault{Op: update, Kind: HiddenFailure})
	require.Equal(t, []any{"未知错误"}, w.done(w.direct(update, "-", []m{{"sync_id": 12, "status": 0}, {"sync_id": 13, "status": 2}})))
	require.Equal(t, []any{json.Number("12")}, column(w.rows(shipSync, own), "sync_id"))
	require.Equal(t, []any{}, w.done(w.qimen("wdt.sales.logisticssync.update", "-", m{"syncList": []m{{"sync_id": 12, "status": "0"}}})))
}

func TestStockSync(t *testing.T) {
	t.Parallel()
	w := serving(t)
	const (
		list = "sales.StockSync.getSelfWaitSyncIdListOpen"
		calc = "sales.StockSync.calcStock"
		good = "sales.StockSync.syncSuccess"
		bad  = "sales.StockSync.syncFail"
	)
	w.s.Seed(apiGoods, Row{"rec_id": 1, "goods_id": "g", "spec_id": "s", "platform_id": 127}, Row{"rec_id": 2, "is_disable_syn": true, "goods_id": "g2", "spec_id": "s2"}, Row{"rec_id": 3})
	require.Equal(t, m{"id_list": []any{}, "position": json.Number("0")}, w.done(w.direct(list, "-", 10, 0)))
	require.True(t, w.s.ChangeStock("2", "9"))
	require.True(t, w.s.ChangeStock("1", "7.5000"))
	require.False(t, w.s.ChangeStock("9", "1"))
	require.Equal(t, m{"id_list": []any{json.Number("2"), json.Number("1")}, "position": json.Number("1002")}, w.done(w.direct(list, "-", 10, 0)))
	require.Equal(t, m{"id_list": []any{json.Number("1")}, "position": json.Number("1002")}, w.done(w.direct(list, "-", 10, 1001)))
	failed(t, w.direct(list, "-", 9, 0), 100, "count 必须在10到5000之间")

	failed(t, w.direct(calc, "-", 2, false), 100, "货品id:g2规格Id:s2 已停用或者未开启同步")
	require.Equal(t, json.Number("9"), w.done(w.direct(calc, "-", 2, true)).(m)["syn_stock"])
	info := w.done(w.direct(calc, "-", 1, false)).(m)
	require.Equal(t, json.Number("7"), info["syn_stock"])
	require.Equal(t, json.Number("1"), info["stock_change_count"])
	require.Equal(t, json.Number("0"), info["is_auto_listing"])

	w.s.ChangeStock("1", "6")
	require.Equal(t, m{"status": json.Number("0")}, w.direct(good, "-", 1, info))
	r, _ := w.s.Row(apiGoods, "1")
	require.EqualValues(t, 2, r["stock_change_count"], "it changed again meanwhile")
	info = w.done(w.direct(calc, "-", 1, false)).(m)
	w.done(w.direct(bad, "-", 1, info))
	w.done(w.direct(good, "-", 1, info))
	require.Equal(t, []any{json.Number("2")}, w.done(w.direct(list, "-", 10, 0)).(m)["id_list"])
	require.Equal(t, 2, w.s.Applied(good, "1"))
	failed(t, w.direct(good, "-", 1, m{}), 100, "syn_stock 不能为空")
	failed(t, w.direct(good, "-", 77, info), 100, "未找到对应的单据信息")
	w.s.FailRow(bad, "1", "no")
	failed(t, w.direct(bad, "-", 1, info), 100, "no")
}
