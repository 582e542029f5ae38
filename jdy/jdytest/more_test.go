package jdytest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBillFilters(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	other := x.s.Seed("bd/customer", Row{"number": "C2", "name": "客户二"})[0]
	for i, b := range []Row{
		{"bill_no": "B1", "bill_date": "2026-08-01", "customer_id": x.customer, "create_time": "2026-08-01 10:00:00", "bill_status": "C"},
		{"bill_no": "B2", "bill_date": "2026-08-15", "customer_id": other, "create_time": "2026-08-15 10:00:00"},
		{"bill_no": "B3", "bill_date": "2026-09-01", "customer_id": other, "create_time": "2026-09-01 10:00:00", "modify_time": "2026-09-05 10:00:00", "bill_status": "C"},
	} {
		b["material_entity"] = []Row{{"material_number": "M1", "unit_id": "1", "qty": i + 1, "price": 2}}
		x.s.Seed("scm/sal_order", b)
	}
	bills := func(pairs ...string) string {
		var out []string
		for _, r := range rows(x.get("scm/sal_order", pairs...)) {
			out = append(out, r["bill_no"].(string))
		}
		return strings.Join(out, " ")
	}
	ms := func(month time.Month, day, hour int) string {
		return strconv.FormatInt(time.Date(2026, month, day, hour, 0, 0, 0, china).UnixMilli(), 10)
	}
	for want, pairs := range map[string][]string{
		"B3 B2 B1": nil,
		"B2 B1":    {"end_bill_date", "2026-08-15"},
		"B3 B2":    {"start_bill_date", "2026-08-15"},
		"B2":       {"start_bill_date", "2026-08-02", "end_bill_date", "2026-08-31"},
		"B3 B1":    {"bill_status", "C"},
		"B1":       {"customer_number", "C1"},
		"B3":       {"modify_start_time", ms(9, 5, 10)},
		"":         {"modify_start_time", ms(9, 5, 11)},
	} {
		require.Equal(t, want, bills(pairs...), "%v", pairs)
	}
	require.Equal(t, "B3 B2", bills("customer_name", "二"))
	require.Equal(t, "B3 B2 B1", bills("material_number", "M1"))
	require.Empty(t, bills("material_number", "M2"))
	require.Equal(t, "B2", bills("bill_no", "B2"))
	require.Equal(t, "B3 B2 B1", bills("bill_status", ""))
	require.Equal(t, "B1", bills("create_end_time", ms(8, 1, 10)))
	require.Equal(t, "B3 B2 B1", bills("modify_end_time", "-1"))

	x.s.Seed("scm/entrust", Row{"bill_no": "E1", "create_time": "2026-08-01 10:00:00"}, Row{"bill_no": "E2", "create_time": "2026-09-01 10:00:00"})
	require.Len(t, rows(x.get("scm/entrust", "start_time", ms(8, 2, 0), "end_time", "-1")), 1, "other names of the same filters")
	require.Len(t, rows(x.get("scm/entrust", "expire_time", ms(8, 2, 0))), 1)
}

func TestPushesThatMayNot(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	order := func(status string) string {
		return x.s.Seed("scm/sal_order", Row{"bill_date": "2026-09-01", "customer_id": x.customer, "bill_status": status, "material_entity": []Row{
			{"material_id": x.material, "unit_id": "1", "stock_id": x.store, "qty": 10, "price": 2},
		}})[0]
	}
	push := func(id, to string) obj { return obj{"id": id, "source_bill": "sal_bill_order", "target_bill": to} }
	x.refused(codeParameter, "POST", "sys/bill_push", nil, push(order("C"), "gl_voucher"))
	x.refused(codeMissing, "POST", "sys/bill_push", nil, push("1", "sal_bill_outbound"))
	require.Contains(t, x.refused(codeSupplyChain, "POST", "sys/bill_push", nil, push(order("Z"), "sal_bill_outbound")), "未审核")
	closed := order("C")
	x.operate("sal_bill_order", "close_donothing", closed)
	require.Contains(t, x.refused(codeSupplyChain, "POST", "sys/bill_push", nil, push(closed, "sal_bill_outbound")), "已关闭")
	for code, body := range map[int]obj{
		codeSupplyChain: {"entity_number": "sal_bill_order", "operate_type": "close_donothing", "ids": arr{closed}},
		codeParameter:   {"entity_number": "sal_bill_outbound", "operate_type": "close_donothing", "ids": arr{savedID(x.post("scm/sal_out_bound", x.order(x.line(1, 1))))}},
	} {
		x.refused(code, "POST", "sys/common_operate", nil, body)
	}
	x.refused(codeParameter, "POST", "sys/common_operate", nil, obj{"entity_number": "sal_bill_order", "operate_type": "invalid", "ids": arr{closed}})
	x.refused(codeParameter, "POST", "sys/common_operate", nil, obj{"entity_number": "bd_store", "operate_type": "audit", "ids": arr{x.store}})
	x.refused(codeSupplyChain, "POST", "sys/common_operate", nil, obj{"entity_number": "sal_bill_order", "operate_type": "unaudit", "ids": arr{order("Z")}})

	// Half of an order delivered: partly, still open; the rest follows.
	half := order("C")
	entry := x.get("scm/sal_order_detail", "id", half)["material_entity"].(arr)[0].(obj)
	line := x.line(4, 2)
	line["src_bill_type_id"], line["src_inter_id"], line["src_entry_id"] = "sal_bill_order", half, entry["id"]
	body := x.order(line)
	body["operation_key"] = "audit"
	x.post("scm/sal_out_bound", body)
	detail := x.get("scm/sal_order_detail", "id", half)
	entry = detail["material_entity"].(arr)[0].(obj)
	require.Equal(t, []any{"Z", "C", json.Number("4"), json.Number("6")}, []any{detail["io_status"], detail["bill_close_state"], entry["out_qty"], entry["un_out_qty"]})
	rest := savedID(x.post("sys/bill_push", push(half, "sal_bill_outbound")))
	require.Equal(t, json.Number("6"), x.get("scm/sal_out_bound_detail", "id", rest)["material_entity"].(arr)[0].(obj)["qty"])
	x.operate("sal_bill_outbound", "delete", rest)
	require.Equal(t, "Z", x.get("scm/sal_order_detail", "id", half)["io_status"], "what is deleted does not count")
	line["material_id"] = x.s.Seed("bd/material", Row{"number": "M2", "name": "商品二", "base_unit_id": "1"})[0]
	require.Contains(t, x.refused(codeSupplyChain, "POST", "scm/sal_out_bound", nil, body), "与源单不一致")
}

func TestReceiptsSettle(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	bill := x.order(x.line(10, 10))
	bill["operation_key"] = "audit"
	out := savedID(x.post("scm/sal_out_bound", bill))
	account := x.s.Records("bd/settlement_account")[0]["id"]
	receipt := obj{
		"bill_date": "2026-09-16", "customer_id": x.customer, "operate_type": "audit",
		"pay_entry_list":         arr{obj{"settle_account_id": account, "amount": "30.5"}},
		"source_bill_entry_list": arr{obj{"src_bill_id": out, "src_bill_type_id": "sal_bill_outbound", "cur_settle_amount": "30.5"}},
	}
	id := savedID(x.post("arap/ar_credit", receipt))
	detail := x.get("scm/sal_out_bound_detail", "id", out)
	require.Equal(t, json.Number("69.5"), detail["total_un_settle_amount"])
	require.Equal(t, "B", rows(x.get("scm/sal_out_bound"))[0]["settle_status"])
	require.Equal(t, "30.5", x.get("arap/ar_credit_detail", "id", id)["total_amount"])
	receipt["id"] = id
	require.Contains(t, x.refused(codeSupplyChain, "POST", "arap/ar_credit", nil, receipt), "已审核")
	receipt["operate_type"] = "unaudit"
	x.post("arap/ar_credit", receipt)
	require.Equal(t, "A", rows(x.get("scm/sal_out_bound"))[0]["settle_status"])
	require.Equal(t, "A", rows(x.get("arap/ar_credit"))[0]["bill_status"])
	delete(receipt, "id")
	receipt["source_bill_entry_list"].(arr)[0].(obj)["src_bill_id"] = "77"
	require.Contains(t, x.refused(codeSupplyChain, "POST", "arap/ar_credit", nil, receipt), "源单id[77]不存在")
	receipt["pay_entry_list"].(arr)[0].(obj)["amount"] = 30.5
	require.Contains(t, x.refused(400, "POST", "arap/ar_credit", nil, receipt), "string type: 30.5")
}

func TestOddOperations(t *testing.T) {
	t.Parallel()
	x := newTrade(t, WithSeconds(), WithTokenLife(time.Hour), WithOuterInstanceID("1"))
	require.Equal(t, "1", x.s.OuterInstanceID())
	req := x.request("GET", businessRoot+"bd/store", "", "")
	x.sign(req, strconv.FormatInt(noon.Unix(), 10), "99")
	status, _ := x.do(req)
	require.Equal(t, http.StatusOK, status)

	// The location of a warehouse: three paths, one list.
	id := savedID(x.post("bd/space", obj{"number": "CW1", "name": "A-1", "stock_id": x.store}))
	require.Equal(t, "A-1", x.get("bd/space_detail", "id", id)["name"])
	require.Len(t, rows(x.get("bd/spaces")), 1)

	currency := full(operations()["POST bd/currency"].body, nil, 0)
	delete(currency, "id")
	currency["number"], currency["name"] = "USD", "美元"
	data := x.post("bd/currency", currency)
	require.NotEmpty(t, data["id"])
	require.Equal(t, "美元", x.get("bd/currency_detail", "number", "USD")["name"])
	require.NotEmpty(t, rows(x.post("basedata/image_upload", obj{"base_string": "aGk=", "filename": "a.png"}))[0]["url"])
	x.post("cust/save", obj{"biz_type": "k", "data": obj{"number": "1"}})
	require.Equal(t, "1", x.post("cust/detail", obj{"biz_type": "k", "data": obj{"number": "1"}, "page_no": "1", "page_size": "1"})["number"])
	x.refused(codeMissing, "POST", "cust/detail", nil, obj{"biz_type": "k", "data": obj{"number": "2"}, "page_no": "1", "page_size": "1"})
	x.refused(codeParameter, "POST", "cust/operate", nil, obj{"entity_number": "k", "id": arr{"1"}, "operate_type": "burn"})
	x.s.Seed("fi/assistdetail_report", Row{"explanation": "a"}, Row{"explanation": "b"})
	op := operations()["POST fi/assistdetail_report"]
	body := full(op.body, op.asked, 2)
	body["page"], body["explanation"] = "9", ""
	require.NotEmpty(t, x.post("fi/assistdetail_report", body)["items"], "the last page again")
	long := strings.Repeat("x", maxURL)
	status, _ = x.send("GET", businessRoot+"bd/store", query([]string{"search", long}), nil)
	require.Equal(t, http.StatusRequestURITooLong, status)
	_, err := x.s.Decrypt("no")
	require.Error(t, err)
	require.Nil(t, x.s.In("nobody"))
	require.Empty(t, New().URL())
	x.s.SetStock("M1", "CK001", "1.5")
	require.Equal(t, "1.5", x.s.Stock("M1", "CK001"))
	require.Panics(t, func() { x.s.SetStock("M9", "CK001", "1") })
	require.Panics(t, func() { x.s.Handle("GET nothing", nil) })
	require.Panics(t, func() { x.s.Lock("bd/store", "none", "u") })
	require.Empty(t, rows(x.get("bd/emp")))
	many := query(nil)
	for i := range maxSynchronous + 1 {
		many.Add("ids", strconv.Itoa(i))
	}
	x.refused(codeTooMany, "GET", "inv/inv_synchronous", many, nil)
}

func TestPayrollItemsAreSavedTogether(t *testing.T) {
	t.Parallel()
	r := login(t)
	op := operations()["POST fi/sa_bill"]
	kind, ok := has(op.body, "items")
	require.True(t, ok)
	name, _ := listed(kind)
	item := full(op.asked[name], op.asked, 2)
	delete(item, "id")
	emp := r.s.Seed("bd/emp", Row{"number": "E1", "name": "周岚"})[0]
	entry := item["entry_list"].([]any)[0].(obj)
	entry["emp_id"], entry["dept_id"] = emp, ""
	data := r.post("fi/sa_bill", obj{"items": arr{item}})
	require.Len(t, data["ids"], 1)
	require.Equal(t, 1, r.s.Created("fi/sa_bill", ""))
}
