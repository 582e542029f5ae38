package wdttest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// ready is a fake with a supplier, a buyer, two warehouses and two SKUs.
func ready(t *testing.T, opts ...Option) wire {
	t.Helper()
	w := serving(t, opts...)
	w.s.PutWarehouse(Warehouse{No: "W1", Name: "one"}, Warehouse{No: "W2"}, Warehouse{No: "W3", Disabled: true})
	w.s.SeedSupplier(Supplier{No: "P1", Name: "one"}, Supplier{No: "P2", Disabled: true})
	w.s.Seed(employee, Row{"employee_no": "E1", "shortname": "buyer"})
	w.s.SeedGoods(Goods{No: "G1", Name: "cup", Specs: []Spec{{No: "A", Name: "red"}, {No: "B"}}})
	return w
}

func saved(no string) m { return m{"status": json.Number("0"), "message": no} }

func purchaseOrder(no string) m {
	return m{
		"purchase_no": no, "provider_no": "P1", "receive_warehouse_nos": "W1", "expect_warehouse_no": "W1", "purchaser_name": "buyer", "is_check": true,
		"post_fee": "8", "purchase_details": []m{{"spec_no": "A", "num": 3, "price": "4.1250"}, {"spec_no": "B", "num": 1, "price": "10", "discount": "0.9"}},
	}
}

func TestPurchase(t *testing.T) {
	t.Parallel()
	w := ready(t, WithStockMoves())
	const create, upload = "purchase.PurchaseOrder.createOrder", "wms.stockin.Purchase.upload"
	require.Equal(t, saved("C1"), w.done(w.direct(create, "-", purchaseOrder("C1"))))
	failed(t, w.direct(create, "-", purchaseOrder("C1")), 100, "订单编号已存在")
	require.Equal(t, 1, w.s.Created(create, "C1"))
	first := w.done(w.direct(create, "-", purchaseOrder(""))).(m)["message"]
	require.Equal(t, "CG202510090001", first)
	require.Equal(t, saved("CG202510090002"), w.done(w.qimen("wdt.purchase.purchaseorder.createorder", "-", m{"params": purchaseOrder("")})), "without a number every call makes an order")

	r := w.rows(purchase, m{"purchase_no": "C1"})[0]
	for member, want := range map[string]any{
		"status": json.Number("40"), "goods_fee": json.Number("21.3750"), "total_fee": json.Number("29.3750"), "goods_count": json.Number("4.0000"),
		"provider_name": "one", "warehouse_no": "W1", "warehouse_name": "one", "purchaser_name": "buyer",
	} {
		require.Equal(t, want, r[member], member)
	}
	require.NotContains(t, r, "is_check")
	require.Equal(t, "cup", r["detail_list"].([]any)[0].(m)["goods_name"])

	for member, c := range map[string][2]string{
		"provider_no": {"P2", "供应商不存在"}, "expect_warehouse_no": {"W9", "仓库不存在"}, "purchaser_name": {"nobody", "采购员不存在"},
		"receive_warehouse_nos": {"", "receive_warehouse_nos 不能为空"},
	} {
		bad := purchaseOrder("C2")
		bad[member] = c[0]
		failed(t, w.direct(create, "-", bad), 100, c[1])
	}
	bad := purchaseOrder("C2")
	for text, lines := range map[string][]m{"单据明细不能为空": {}, "商家编码不能为空": {{}}, "商家编码:Z 单品不存在": {{"spec_no": "Z"}}, "商家编码:A 数量不合法": {{"spec_no": "A", "num": "-1"}}} {
		bad["purchase_details"] = lines
		failed(t, w.direct(create, "-", bad), 100, text)
	}
	require.Equal(t, 0, w.s.Created(create, "C2"))

	in := m{"purchase_no": "C1", "warehouse_no": "W1", "create_mode": 2}
	require.Equal(t, "RK202510090001", w.done(w.direct(upload, "-", in, []m{{"spec_no": "A", "num": "2"}})))
	r = w.rows(purchase, m{"purchase_no": "C1"})[0]
	require.Equal(t, [2]any{json.Number("50"), json.Number("1")}, [2]any{r["status"], r["stockin_status"]})
	w.done(w.direct(upload, "-", in, []m{{"spec_no": "A", "num": "1"}, {"spec_no": "B", "num": "1"}}))
	r = w.rows(purchase, m{"purchase_no": "C1"})[0]
	require.Equal(t, [2]any{json.Number("60"), json.Number("2")}, [2]any{r["status"], r["stockin_status"]})
	require.Equal(t, []any{json.Number("3.0000"), json.Number("1.0000")}, column(w.rows(stock, m{}), "stock_num"))
	require.Len(t, w.rows(bought, merge(lastHour, m{"purchase_no": "C1"})), 2)
	failed(t, w.direct(upload, "-", m{"purchase_no": "C9", "warehouse_no": "W1"}, []m{}), 100, "采购单号不存在")
	failed(t, w.direct(upload, "-", m{"purchase_no": "C1", "warehouse_no": "W9"}, []m{}), 100, "仓库编号为 W9 的仓库不存在或无权限")
}

func TestHiddenFailureOfADocument(t *testing.T) {
	t.Parallel()
	w := ready(t)
	const create = "purchase.PurchaseOrder.createOrder"
	w.s.Inject(Fault{Op: create, Kind: HiddenFailure})
	require.Equal(t, m{"status": json.Number("20"), "message": "check_fail 未知错误"}, w.done(w.direct(create, "-", purchaseOrder("C1"))))
	r, _ := w.s.Row(purchase, "C1")
	require.EqualValues(t, 20, r["status"], "saved, not approved")
	require.Equal(t, 1, w.s.Created(create, "C1"))

	w.s.FailRow("wms.stocktransfer.Edit.createOrder", "X1", "库存不足")
	data := w.done(w.direct("wms.stocktransfer.Edit.createOrder", "-", m{"outer_no": "X1", "from_warehouse_no": "W1", "to_warehouse_no": "W2", "mode": 0}, []m{{"spec_no": "A", "num": 1}}, true))
	require.Equal(t, m{"status": json.Number("20"), "message": "check_fail 库存不足", "transfer_no": "X1"}, data)
	w.s.FailRow("wms.stockother.In.push", "X2", "推送WMS失败")
	data = w.done(w.direct("wms.stockother.In.push", "-", m{"outer_no": "X2", "warehouse_no": "W1", "is_check": true}, []m{{"spec_no": "A", "num": 1}}))
	require.Equal(t, m{"status": json.Number("20"), "message": "check_fail 推送WMS失败", "outer_no": "X2"}, data)
}

func TestOtherInAndOut(t *testing.T) {
	t.Parallel()
	w := ready(t, WithStockMoves())
	in, out := "wms.stockin.Other.createOtherOrder", "wms.stockout.Other.createOther"
	doc := func(no string, num any, check int) m {
		return m{"outer_no": no, "warehouse_no": "W1", "is_check": check, "reason": "盘盈", "goods_list": []m{{"spec_no": "A", "num": num, "defect": false}}}
	}
	require.Equal(t, saved("I1"), w.done(w.direct(in, "-", doc("I1", "10.5", 1))))
	failed(t, w.direct(in, "-", doc("I1", "10.5", 1)), 100, "外部单号重复!")
	require.Equal(t, saved("I2"), w.done(w.qimen("wdt.wms.stockin.other.createotherstockinorder", "-", m{"stockin_order": doc("I2", 5, 0)})))
	require.Equal(t, saved("O1"), w.done(w.direct(out, "-", doc("O1", 3, 1))))
	failed(t, w.qimen("wdt.wms.stockout.other.createotherstockoutorder", "-", m{"stockout_order": doc("O1", 3, 1)}), 100, "外部单号重复!")
	failed(t, w.direct(out, "-", doc("", 3, 1)), 100, "外部单号不能为空")
	failed(t, w.direct(in, "-", m{"outer_no": "I3", "warehouse_no": "W3"}), 100, "仓库不存在")
	require.Equal(t, 1, w.s.Created(in, "I1"))
	w.done(w.direct(out, "-", doc("O2", 1, 2)))
	o2, _ := w.s.Row(otherOut, "O2")
	require.Equal(t, 48, o2["status"])

	rows := w.rows(otherIn, lastHour)
	require.Equal(t, []any{"I1", "I2"}, column(rows, "order_no"))
	require.Equal(t, []any{json.Number("80"), json.Number("30")}, column(rows, "status"))
	require.Equal(t, []any{json.Number("10.5000"), json.Number("5.0000")}, column(rows, "goods_count"))
	require.Equal(t, json.Number("10.5000"), rows[0]["detail_list"].([]any)[0].(m)["goods_count"])
	require.Equal(t, []any{"O1"}, column(w.rows(otherOut, merge(lastHour, m{"reason_name": "盘盈"})), "order_no"))
	require.Equal(t, []any{json.Number("7.5000")}, column(w.rows(stock, m{}), "stock_num"), "I2 waits for its approval")
	moves := w.rows(history, m{"start_date": lastHour["start_time"], "end_date": lastHour["end_time"]})
	require.Equal(t, []any{json.Number("1"), json.Number("2")}, column(moves, "type"))
	require.Equal(t, []any{json.Number("20"), json.Number("21")}, column(moves, "src_order_type"))
	require.Equal(t, []any{json.Number("10.5000"), json.Number("7.5000")}, column(moves, "stock_num_new"))
	require.Equal(t, []any{json.Number("10.5000"), json.Number("3.0000")}, column(moves, "num"))

	still := ready(t)
	still.done(still.direct(in, "-", doc("I1", "10.5", 1)))
	require.Empty(t, still.rows(stock, m{}), "stock stands still unless asked for")
}

func TestTransfers(t *testing.T) {
	t.Parallel()
	w := ready(t, WithStockMoves(), WithTransferNumbers())
	const create, in, out = "wms.stocktransfer.Edit.createOrder", "wms.stockin.Transfer.createOrder", "wms.stockout.Transfer.createOrder"
	head := m{"outer_no": "X1", "from_warehouse_no": "W1", "to_warehouse_no": "W2", "mode": 0}
	lines := []m{{"spec_no": "A", "num": "4"}}
	require.Equal(t, saved("TF202510090001"), w.done(w.direct(create, "-", head, lines, true)))
	failed(t, w.direct(create, "-", head, lines, true), 100, "此外部单已使用")
	require.Equal(t, 1, w.s.Created(create, "X1"))
	failed(t, w.direct(create, "-", merge(head, m{"outer_no": "X2", "from_warehouse_no": "W9"}), lines, true), 100, "源仓库不存在")
	waiting := w.done(w.qimen("wdt.wms.stocktransfer.edit.createorder", "-", m{"orderInfo": merge(head, m{"outer_no": "X3"}), "detailList": lines, "isCheck": "false"})).(m)["message"]

	ship := func(no any, num string) m { return m{"src_order_no": no, "warehouse_no": "W1"} }
	failed(t, w.direct(out, "-", ship(waiting, "1"), lines, true), 100, "调拨单状态不正确")
	failed(t, w.direct(out, "-", ship("none", "1"), lines, true), 100, "调拨单号不存在")
	require.Equal(t, saved("CK202510090001"), w.done(w.direct(out, "-", ship("TF202510090001", "4"), lines, true)))
	require.Equal(t, saved("RK202510090001"), w.done(w.direct(in, "-", m{"src_order_no": "TF202510090001", "warehouse_no": "W2", "is_check": 1}, lines)))
	r := w.rows(transfer, merge(lastHour, m{"transfer_no": "TF202510090001"}))[0]
	require.Equal(t, []any{json.Number("90"), json.Number("4.0000"), json.Number("4.0000")}, []any{r["status"], r["goods_out_count"], r["goods_in_count"]})
	require.Equal(t, []any{json.Number("-4.0000"), json.Number("4.0000")}, column(w.rows(stock, m{}), "stock_num"))
	require.Len(t, w.rows("wms.stockout.Transfer.queryWithDetail", lastHour), 1)
	failed(t, w.direct(create, "-", merge(head, m{"outer_no": "X23456789012345678901"}), lines, true), 100, "外部单号超长")
	w.done(w.direct(create, "-", merge(head, m{"outer_no": "X5", "mode": 5}), lines, true))
	require.ElementsMatch(t, []any{json.Number("-8.0000"), json.Number("8.0000")}, column(w.rows(stock, m{}), "stock_num"))
	plain := ready(t)
	require.Equal(t, saved("X1"), plain.done(plain.direct(create, "-", head, lines, true)))
	failed(t, plain.direct(create, "-", head, lines, true), 100, "此外部单已使用")
	require.Equal(t, []any{json.Number("40")}, column(plain.rows(transfer, merge(lastHour, m{"transfer_no": "X1"})), "status"))
	require.Len(t, w.rows("wms.stockin.Transfer.queryWithDetail", merge(lastHour, m{"transfer_no": "TF202510090001", "warehouse_no": "W2"})), 1)
}

func TestPurchaseReturn(t *testing.T) {
	t.Parallel()
	w := ready(t)
	const create = "purchase.PurchaseReturn.createOrder"
	head := m{"outer_no": "R1", "warehouse_no": "W1", "provider_no": "P1"}
	require.Equal(t, saved("R1"), w.done(w.direct(create, "-", head, []m{{"spec_no": "A", "num": "2", "price": "1.25"}}, true)))
	failed(t, w.qimen("wdt.purchase.purchasereturn.createorder", "-", m{"orderInfo": head, "detailList": []m{{"spec_no": "A", "num": "2"}}, "is_submit": true}), 100, "外部单号重复!")
	failed(t, w.direct(create, "-", m{"warehouse_no": "W1"}, []m{}), 100, "外部单号不能为空")
	failed(t, w.direct(create, "-", m{"outer_no": "R2", "provider_no": "P9"}, []m{}), 100, "供应商不存在")
	r := w.rows(returns, m{"return_no": "R1"})[0]
	require.Equal(t, []any{json.Number("40"), json.Number("2.5000"), "one"}, []any{r["status"], r["goods_fee"], r["provider_name"]})
}

// TestDocumentsNameAnythingInAnEmptyFake: what a fake knows none of, it does not
// check.
func TestDocumentsNameAnythingInAnEmptyFake(t *testing.T) {
	t.Parallel()
	w := serving(t)
	w.done(w.direct("purchase.PurchaseOrder.createOrder", "-", purchaseOrder("C1")))
	w.done(w.direct(pushNew, "-", "S1", []m{pushedOrder("A", "43.02")}, []m{pushedLine("A", "A1")}))
}

func TestForms(t *testing.T) {
	t.Parallel()
	w := serving(t)
	for i, c := range []struct {
		form any
		want string
	}{
		{ApprovalFailed("t", ""), `{"data":{"status":20,"message":"t"},"status":0}`},
		{ApprovalFailed("t", "X"), `{"data":{"status":20,"message":"t","outer_no":"X"},"status":0}`},
		{CodeFailed(), `{"data":{"code":0,"message":"","error_count":0},"status":0}`},
		{CodeFailed("a", "b"), `{"data":{"code":1,"message":"[{\"error\":\"a\"},{\"error\":\"b\"}]","error_count":2},"status":0}`},
		{ErrorList(Failure{"N", "e"}), `{"data":{"error_list":[{"no":"N","error":"e"}]},"status":0}`},
		{ErrorTexts("a"), `{"data":{"error_list":["a"]},"status":0}`},
		{ErrorInfo(Failure{"N", "e"}), `{"data":{"error_info":[{"order_no":"N","message":"e"}]},"status":0}`},
		{ErrorData(Failure{"N", "e"}), `{"data":{"error_data":[{"order_no":"N","err_msg":"e"}]},"status":0}`},
		{FailedTexts(), `{"data":[],"status":0}`},
		{FailedTexts("a"), `{"data":["a"],"status":0}`},
		{FailedRows(), `{"data":[],"status":0}`},
		{FailedRows(Failure{"N", "e"}), `{"data":[{"order_id":1001,"order_no":"N","error":"e","error_code":0}],"total":1,"status":0}`},
	} {
		w.s.Handle("purchase.PurchaseApply.cancelForApi", false, func([]json.RawMessage, Page) (any, error) { return c.form, nil })
		got, err := json.Marshal(w.direct("purchase.PurchaseApply.cancelForApi", "-", []string{"N"}))
		require.NoError(t, err)
		require.JSONEq(t, c.want, string(got), "%d", i)
	}
}

// TestWritesMeetEveryFault: the work is done once when the fault comes after
// the effect, and not at all when it comes before.
func TestWritesMeetEveryFault(t *testing.T) {
	t.Parallel()
	const create = "wms.stockin.Other.createOtherOrder"
	for kind, effect := range map[FaultKind]int{
		Throttle: 0, Unavailable: 0, Cut: 0, HTML: 0, DatabaseFault: 0, UnavailableAfter: 1, CutAfter: 1, TruncateAfter: 1, GarbageAfter: 1, Slow: 1,
	} {
		w := serving(t)
		w.s.Inject(Fault{Op: create, Kind: kind})
		q, text := ask{method: create, body: `[{"outer_no":"I1","warehouse_no":"W","goods_list":[{"spec_no":"A","num":1}]}]`, page: "-"}.direct(w.s)
		resp, err := postRaw(w.s.DirectURL()+"?"+q.Encode(), text)
		if err == nil {
			_ = resp.Body.Close()
		}
		require.Equal(t, effect, w.s.Created(create, "I1"), kind)
	}
}
