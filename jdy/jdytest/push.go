package jdytest

import "math/big"

// pushes are the pairs of entities bill_push knows.
var pushes = map[[2]string]func(b *Book, src *list, bill *record, target *list) (Row, *Error){
	{"sal_bill_order", "sal_bill_outbound"}:              pushGoods,
	{"sal_bill_outbound", "sal_bill_inbound"}:            pushGoods,
	{"pur_bill_order", "pur_bill_inbound"}:               pushGoods,
	{"pur_bill_inbound", "pur_bill_outbound"}:            pushGoods,
	{"sal_bill_order", "pur_bill_order"}:                 pushGoods,
	{"pur_bill_request", "pur_bill_order"}:               pushGoods,
	{"inv_tfout_bill_outbound", "inv_tfin_bill_inbound"}: pushGoods,
	{"sal_bill_outbound", "ar_creditbill"}:               pushMoney,
	{"sal_bill_order", "ar_precreditbill"}:               pushMoney,
	{"pur_bill_inbound", "ap_paybill"}:                   pushMoney,
}

// billPush answers sys/bill_push: it makes the next bill from an audited one and
// saves it, not audited.
func billPush(c *call) (any, *Error) {
	from, to := text(c.body["source_bill"]), text(c.body["target_bill"])
	push, ok := pushes[[2]string{from, to}]
	if !ok {
		return nil, badRequest("不支持从%s下推到%s", from, to)
	}
	fromName, _ := byEntity(from)
	toName, _ := byEntity(to)
	src, target := c.list(fromName), c.list(toName)
	bill := src.find(text(c.body["id"]), "")
	switch {
	case bill == nil:
		return nil, refuse(codeMissing, "源单[%s]不存在", text(c.body["id"]))
	case text(bill.row["bill_status"]) != "C":
		return nil, refuse(codeSupplyChain, "%s未审核，不能下推", billName(src, bill))
	case text(bill.row["bill_close_state"]) == "H":
		return nil, refuse(codeSupplyChain, "%s已关闭，不能下推", billName(src, bill))
	}
	row, err := push(c.Book, src, bill, target)
	if err != nil {
		return nil, err
	}
	row["ignore_warn"] = true
	row["bill_date"] = c.s.clock().In(china).Format(dateLayout)
	rec, err := c.save(target, row)
	if err != nil {
		return nil, err
	}
	return saved(target, rec), nil
}

// pushGoods carries over what is left of each line.
func pushGoods(b *Book, src *list, bill *record, _ *list) (Row, *Error) {
	taken := b.taken(bill.id, false)
	entries := []any{}
	for _, e := range rowsOf(bill.row["material_entity"]) {
		rest := sub(dec(e["qty"]), or0(taken[text(e["id"])]))
		if rest.Sign() <= 0 {
			continue
		}
		out := Row{"qty": number(rest), "src_bill_type_id": src.entity, "src_inter_id": bill.id, "src_entry_id": e["id"]}
		for _, key := range []string{"material_id", "unit_id", "stock_id", "in_stock_id", "out_stock_id", "price", "cess", "is_free", "batch_no", "aux_prop_id"} {
			if v, ok := e[key]; ok {
				out[key] = v
			}
		}
		if stores := b.list("bd/store").rows; text(out["stock_id"]) == "" && len(stores) > 0 {
			out["stock_id"] = stores[0].id
		}
		entries = append(entries, out)
	}
	if len(entries) == 0 {
		return nil, refuse(codeSupplyChain, "%s已全部下推", billName(src, bill))
	}
	row := head(bill)
	row["material_entity"] = entries
	return row, nil
}

// pushMoney makes a receipt or payment of what is not settled yet.
func pushMoney(b *Book, src *list, bill *record, _ *list) (Row, *Error) {
	rest := dec(bill.row["total_amount"])
	if v, ok := bill.row["total_un_settle_amount"]; ok {
		rest = dec(v)
	}
	if rest.Cmp(new(big.Rat)) <= 0 {
		return nil, refuse(codeSupplyChain, "%s已全部结算", billName(src, bill))
	}
	row := head(bill)
	account := ""
	if rows := b.list("bd/settlement_account").rows; len(rows) > 0 {
		account = rows[0].id
	}
	row["pay_entry_list"] = []any{Row{"settle_account_id": account, "amount": plain(rest)}}
	row["source_bill_entry_list"] = []any{Row{"src_bill_type_id": src.entity, "src_bill_id": bill.id, "cur_settle_amount": plain(rest)}}
	return row, nil
}

// head is what bills of one chain share.
func head(bill *record) Row {
	row := Row{}
	for _, key := range []string{
		"customer_id", "supplier_id", "emp_id", "dept_id", "currency_id", "exchange_rate", "contact_linkman", "contact_phone", "contact_address",
	} {
		if v, ok := bill.row[key]; ok {
			row[key] = v
		}
	}
	return row
}
