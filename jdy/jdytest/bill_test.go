package jdytest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// trade is a rig with one customer, supplier, warehouse and material.
type trade struct {
	*rig
	clock                               *at
	customer, supplier, store, material string
}

func newTrade(t *testing.T, opts ...Option) *trade {
	t.Helper()
	clock := clockAt(noon)
	x := &trade{rig: login(t, append([]Option{clock.option()}, opts...)...), clock: clock}
	x.customer = x.s.Seed("bd/customer", Row{"number": "C1", "name": "客户一"})[0]
	x.supplier = x.s.Seed("bd/supplier", Row{"number": "S1", "name": "供应商一"})[0]
	x.material = x.s.Seed("bd/material", Row{"number": "M1", "name": "商品一", "model": "10*20", "base_unit_id": "1", "is_batch": true})[0]
	rec, _ := x.s.Record("bd/store", "CK001")
	x.store = rec["id"].(string)
	return x
}

func (x *trade) line(qty any, price any) obj {
	return obj{"material_id": x.material, "unit_id": "1", "stock_id": x.store, "qty": qty, "price": price, "is_free": false}
}

func (x *trade) order(lines ...obj) obj {
	return obj{"bill_date": "2026-09-16", "customer_id": x.customer, "material_entity": toList(lines)}
}

func toList(lines []obj) arr {
	out := arr{}
	for _, l := range lines {
		out = append(out, l)
	}
	return out
}

func (x *trade) operate(entity, kind string, ids ...string) obj {
	return x.post("sys/common_operate", obj{"entity_number": entity, "operate_type": kind, "ids": ids})
}

func TestSalesOrderLife(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	body := x.order(obj{"material_id": x.material, "unit_id": "1", "qty": 3, "price": json.Number("0.1"), "cess": "13", "is_free": false},
		obj{"material_id": x.material, "unit_id": "1", "qty": 1, "price": 0, "is_free": true})
	body["contact_phone"], body["bill_status"], body["total_amount"], body["bill_dis_amount"] = "13800000000", "C", 1, json.Number("0.039")
	data := x.post("scm/sal_order", body)
	id := savedID(data)
	number := data["id_number_map"].(obj)[id].(string)
	require.Equal(t, "XSDD-20260916-00001", number)

	row := rows(x.get("scm/sal_order"))[0]
	require.Equal(t, "Z", row["bill_status"])
	require.Equal(t, "0.3", row["total_amount"], "a string here, exact, and not what the caller says")
	require.Equal(t, "客户一", row["customer_name"])
	require.Equal(t, "A", row["io_status"])
	detail := x.get("scm/sal_order_detail", "number", number)
	require.Equal(t, json.Number("0.3"), detail["total_amount"], "a number there")
	require.Equal(t, x.s.Encrypt("13800000000"), detail["contact_phone"])
	require.Nil(t, detail["cost_fee_entity"])
	entry := detail["material_entity"].(arr)[0].(obj)
	require.Equal(t, "10*20", entry["material_model"])
	require.Equal(t, true, entry["material_is_batch"])
	require.Equal(t, json.Number("1"), entry["seq"])
	require.Equal(t, "0", entry["src_inter_id"])

	require.Equal(t, obj{id: number}, x.operate("sal_bill_order", "audit", id)["id_number_map"])
	x.refused(codeSupplyChain, "POST", "sys/common_operate", nil, obj{"entity_number": "sal_bill_order", "operate_type": "audit", "ids": arr{id}})
	body["id"] = id
	require.Contains(t, x.refused(codeSupplyChain, "POST", "scm/sal_order", nil, body), "已审核")
	x.refused(codeSupplyChain, "POST", "sys/common_operate", nil, obj{"entity_number": "sal_bill_order", "operate_type": "delete", "numbers": arr{number}})
	require.Len(t, rows(x.get("scm/sal_order", "bill_status", "C")), 1)
	require.Empty(t, rows(x.get("scm/sal_order", "bill_status", "Z")))
	require.Equal(t, "2026-09-16 12:00:00", x.get("scm/sal_order_detail", "id", id)["audit_time"])

	x.operate("sal_bill_order", "close_donothing", id)
	require.Equal(t, "H", x.get("scm/sal_order_detail", "id", id)["bill_close_state"])
	x.operate("sal_bill_order", "unaudit", id)
	x.operate("sal_bill_order", "delete", id)
	x.refused(codeMissing, "GET", "scm/sal_order_detail", query([]string{"id", id}), nil)
	var kinds []EffectKind
	for _, e := range x.s.Effects() {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []EffectKind{Created, Audited, Closed, Undone, Deleted}, kinds)
	require.Equal(t, 1, x.s.Created("scm/sal_order", number))
}

func TestBillSavesAreChecked(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	with := func(change func(b, line obj)) obj {
		line := x.line(2, 10.5)
		delete(line, "stock_id")
		b := x.order(line)
		change(b, line)
		return b
	}
	for name, c := range map[string]struct {
		code   int
		words  string
		change func(b, line obj)
	}{
		"no date":           {codeEmpty, "参数[bill_date]不能为空", func(b, _ obj) { delete(b, "bill_date") }},
		"no customer":       {codeEmpty, "customer_id", func(b, _ obj) { b["customer_id"] = "" }},
		"unknown customer":  {codeMissing, "参数number[C9]不存在", func(b, _ obj) { delete(b, "customer_id"); b["customer_number"] = "C9" }},
		"no lines":          {codeEmpty, "material_entity", func(b, _ obj) { b["material_entity"] = arr{} }},
		"no unit":           {codeEmpty, `第1行基础资料"unit"字段不能为空`, func(_, l obj) { delete(l, "unit_id") }},
		"no quantity":       {codeEmpty, "第1行参数[qty]", func(_, l obj) { delete(l, "qty") }},
		"number for string": {400, "proto: invalid value for string type: 0.39", func(_, l obj) { l["cess"] = 0.39 }},
		"text for number":   {400, "proto: invalid value for double type", func(_, l obj) { l["qty"] = "many" }},
		"list for object":   {400, "proto: syntax error", func(b, _ obj) { b["cost_fee_entity"] = arr{} }},
		"price 0":           {400, "单价为0", func(_, l obj) { l["price"] = 0 }},
		"wrong source": {codeSupplyChain, "已被删除", func(_, l obj) {
			l["src_bill_type_id"], l["src_inter_id"], l["src_entry_id"] = "sal_bill_order", "1", "2"
		}},
	} {
		path := "scm/sal_order"
		if name == "wrong source" {
			path = "scm/sal_out_bound"
		}
		body := with(c.change)
		if path != "scm/sal_order" {
			body["material_entity"].(arr)[0].(obj)["stock_id"] = x.store
		}
		require.Contains(t, x.refused(c.code, "POST", path, nil, body), c.words, name)
	}
	require.Zero(t, x.s.Created("scm/sal_order", ""))

	ok := with(func(b, l obj) {
		delete(b, "customer_id")
		b["customer_number"], b["bill_no"], b["unheard_of"] = "C1", "X-1", 1
		l["material_number"] = "M1"
		delete(l, "material_id")
	})
	x.post("scm/sal_order", ok)
	require.Contains(t, x.refused(codeExists, "POST", "scm/sal_order", nil, ok), "组合值重复")
	rec, _ := x.s.Record("scm/sal_order", "X-1")
	require.Equal(t, x.customer, rec["customer_id"])
	lines := make([]obj, maxEntries+1)
	for i := range lines {
		lines[i] = x.line(1, 1)
		delete(lines[i], "stock_id")
	}
	x.refused(codeTooMany, "POST", "scm/sal_order", nil, x.order(lines...))

	strict := newTrade(t, WithStrictFields(), WithoutNumbering())
	bad := strict.order(strict.line(1, 1))
	bad["unheard_of"] = "x"
	require.Contains(t, strict.refused(400, "POST", "scm/sal_order", nil, bad), "unheard_of")
	strict.refused(400, "GET", "scm/sal_order", query([]string{"modify_start", "1"}), nil)
	delete(bad, "unheard_of")
	strict.refused(codeEmpty, "POST", "scm/sal_order", nil, bad)
}

func TestEntriesOfAnUpdate(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		var opts []Option
		if keep {
			opts = []Option{WithMissingEntriesKept()}
		}
		x := newTrade(t, opts...)
		a, b := x.line(1, 10), x.line(2, 10)
		delete(a, "stock_id")
		delete(b, "stock_id")
		id := savedID(x.post("scm/sal_order", x.order(a, b)))
		entries := x.get("scm/sal_order_detail", "id", id)["material_entity"].(arr)
		a["id"], a["qty"] = entries[0].(obj)["id"], 5
		c := x.line(7, 1)
		delete(c, "stock_id")
		update := x.order(a, c)
		update["id"] = id
		x.post("scm/sal_order", update)
		detail := x.get("scm/sal_order_detail", "id", id)
		entries = detail["material_entity"].(arr)
		want := map[bool]int{false: 2, true: 3}[keep]
		require.Len(t, entries, want)
		require.Equal(t, a["id"], entries[0].(obj)["id"])
		require.Equal(t, json.Number("50"), entries[0].(obj)["all_amount"], "computed anew")
		require.Equal(t, map[bool]json.Number{false: "57", true: "77"}[keep], detail["total_amount"])
		a["id"] = "1"
		x.refused(codeMissing, "POST", "scm/sal_order", nil, update)
	}
}

func TestOutsideIDsAreUnique(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	line := obj{"material_id": x.material, "unit_id": "1", "stock_id": x.store, "qty": 2, "price": 5}
	for path, text := range map[string]bool{"scm/pur_order": true, "scm/pur_inbound": false} {
		body := obj{"bill_date": "2026-09-16", "supplier_id": x.supplier, "outside_pk_id": "OUT-1", "material_entity": arr{line}}
		if text {
			line["price"], line["delivery_date"] = "5", "2026-09-20"
		} else {
			line["price"] = 5
		}
		x.post(path, body)
		require.Contains(t, x.refused(codeExists, "POST", path, nil, body), "OUT-1")
		require.Equal(t, 1, x.s.CreatedWith(path, "outside_pk_id", "OUT-1"))
	}
	line["price"] = 5
	body := obj{"bill_date": "2026-09-16", "supplier_id": x.supplier, "material_entity": arr{line}}
	require.Contains(t, x.refused(400, "POST", "scm/pur_order", nil, body), "string type: 5")
}

func TestGoodsMove(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	in := savedID(x.post("scm/pur_inbound", obj{"bill_date": "2026-09-16", "supplier_id": x.supplier, "operation_key": "audit", "material_entity": arr{
		obj{"material_id": x.material, "unit_id": "1", "stock_id": x.store, "qty": json.Number("10.5"), "price": 4},
	}}))
	require.Equal(t, "10.5", x.s.Stock("M1", "CK001"))
	stock := rows(x.get("scm/inventory", "material_numbers", "M1"))[0]
	require.Equal(t, "10.5000000000", stock["qty"])
	require.Equal(t, "主仓", stock["stock_name"])

	order := savedID(x.post("scm/sal_order", func() obj {
		l := x.line(8, 10)
		delete(l, "stock_id")
		o := x.order(l)
		o["operation_key"] = "audit"
		return o
	}()))
	x.clock.move(time.Hour)
	pushed := x.post("sys/bill_push", obj{"id": order, "source_bill": "sal_bill_order", "target_bill": "sal_bill_outbound"})
	out := savedID(pushed)
	entry := x.get("scm/sal_out_bound_detail", "id", out)["material_entity"].(arr)[0].(obj)
	require.Equal(t, order, entry["src_inter_id"])
	require.Equal(t, "sal_bill_order", entry["src_bill_type_id"])
	require.Equal(t, "10.5", x.s.Stock("M1", "CK001"), "not audited yet")
	detail := x.get("scm/sal_order_detail", "id", order)
	require.Equal(t, "C", detail["io_status"])
	require.Equal(t, "C", detail["bill_close_state"])
	require.Contains(t, x.refused(codeSupplyChain, "POST", "sys/bill_push", nil, obj{"id": order, "source_bill": "sal_bill_order", "target_bill": "sal_bill_outbound"}), "全部下推")
	require.Contains(t, x.refused(codeInUse, "POST", "sys/common_operate", nil, obj{"entity_number": "sal_bill_order", "operate_type": "unaudit", "ids": arr{order}}), "下游")

	x.operate("sal_bill_outbound", "audit", out)
	require.Equal(t, "2.5", x.s.Stock("M1", "CK001"))
	require.Equal(t, "S", x.get("scm/sal_order_detail", "id", order)["bill_close_state"], "delivered: closed by the system")
	require.Equal(t, "C", rows(x.get("scm/sal_order"))[0]["real_io_status"])
	since := rows(x.get("scm/inventory", "modify_start_time", "1789534800000"))
	require.Len(t, since, 1)
	synced := rows(x.get("inv/inv_synchronous", "ids", x.s.Records("scm/inventory")[0]["id"].(string)))
	require.Equal(t, json.Number("2.5"), synced[0]["qty"])
	require.Equal(t, "2.5", rows(x.get("scm/inventory_stock", "material_id", x.material))[0]["inv_qty"])

	receipt := savedID(x.post("sys/bill_push", obj{"id": out, "source_bill": "sal_bill_outbound", "target_bill": "ar_creditbill"}))
	x.operate("ar_creditbill", "audit", receipt)
	require.Equal(t, "C", rows(x.get("scm/sal_out_bound"))[0]["settle_status"])
	require.Equal(t, "80", rows(x.get("arap/ar_credit"))[0]["total_settle_amount"])
	require.Equal(t, "C", rows(x.get("arap/ar_credit", "customer_id", x.customer))[0]["bill_status"])

	require.Contains(t, x.refused(codeInUse, "POST", "sys/common_operate", nil, obj{"entity_number": "bd_material", "operate_type": "delete", "numbers": arr{"M1"}}), "引用")
	x.operate("pur_bill_inbound", "unaudit", in)
	require.Equal(t, "-8", x.s.Stock("M1", "CK001"))
}

func TestTransfersMoveStock(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	second := x.s.Seed("bd/store", Row{"number": "CK002", "name": "二号仓"})[0]
	x.s.SetStock("M1", "CK001", "20")
	out := savedID(x.post("scm/inv_tfout", obj{"bill_date": "2026-09-16", "operation_key": "audit", "material_entity": arr{
		obj{"material_id": x.material, "unit_id": "1", "out_stock_id": x.store, "in_stock_id": second, "qty": 6},
	}}))
	require.Equal(t, "14", x.s.Stock("M1", "CK001"))
	require.Equal(t, "0", x.s.Stock("M1", "CK002"), "on its way")
	require.Len(t, rows(x.get("scm/inv_tfout", "in_stock_number", "CK002")), 1)
	in := savedID(x.post("sys/bill_push", obj{"id": out, "source_bill": "inv_tfout_bill_outbound", "target_bill": "inv_tfin_bill_inbound"}))
	x.operate("inv_tfin_bill_inbound", "audit", in)
	require.Equal(t, "6", x.s.Stock("M1", "CK002"))
	for path, want := range map[string]string{"scm/inv_other_in": "17", "scm/inv_other_out": "14"} {
		before := x.s.Stock("M1", "CK001")
		x.post(path, obj{"bill_date": "2026-09-16", "trans_type_id": "12", "operation_key": "audit", "material_entity": arr{
			obj{"material_id": x.material, "unit_id": "1", "stock_id": x.store, "qty": 3},
		}})
		require.NotEqual(t, before, x.s.Stock("M1", "CK001"), want)
	}
	require.Equal(t, "14", x.s.Stock("M1", "CK001"))
}

func TestIncompleteLinksAreIgnored(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	line := x.line(1, 1)
	line["src_inter_id"], line["src_entry_id"] = "123", "456"
	id := savedID(x.post("scm/sal_out_bound", x.order(line)))
	entry := x.get("scm/sal_out_bound_detail", "id", id)["material_entity"].(arr)[0].(obj)
	require.Equal(t, "0", entry["src_inter_id"])
	require.Empty(t, entry["src_bill_type_id"])
}

func TestBatchAnswersRowByRow(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	good, bad := x.order(x.line(1, 10)), x.order(x.line(1, 10))
	good["bill_no"] = "B-1"
	bad["material_entity"].(arr)[0].(obj)["stock_id"] = "9"
	data := x.post("scm/sal_out_bound_batch", obj{"data": arr{good, bad, good}})
	got := rows(data)
	require.Equal(t, []any{"0", "true", "B-1"}, []any{got[0]["index"], got[0]["success"], got[0]["number"]})
	require.Equal(t, []any{"1", "false", ""}, []any{got[1]["index"], got[1]["success"], got[1]["id"]})
	require.Contains(t, got[1]["errors"].(arr)[0].(obj)["message"], "参数id[9]不存在")
	require.Equal(t, "false", got[2]["success"])
	require.Equal(t, 1, x.s.Created("scm/sal_out_bound", "B-1"))
	x.s.Refuse("scm/sal_out_bound", "B-2", "客户已停用")
	good["bill_no"] = "B-2"
	require.Contains(t, rows(x.post("scm/sal_out_bound_batch", obj{"data": arr{good}}))[0]["errors"].(arr)[0].(obj)["message"], "客户已停用")
	many := make(arr, maxEntries+1)
	for i := range many {
		many[i] = obj{}
	}
	x.refused(codeTooMany, "POST", "scm/sal_out_bound_batch", nil, obj{"data": many})
}
