package wdttest

import "cmp"

// createPurchase serves purchase.PurchaseOrder.createOrder. The number is
// purchase_no, or one the platform gives.
func createPurchase(c *writeCall) (any, error) {
	o, err := c.object(0)
	if err != nil {
		return nil, err
	}
	from, err := c.mustSupplier(o.text("provider_no"))
	if err != nil {
		return nil, err
	}
	warehouse := o.text("expect_warehouse_no")
	for _, name := range []string{"receive_warehouse_nos", "expect_warehouse_no"} {
		if o.text(name) == "" {
			return nil, refuse(name + " 不能为空")
		}
	}
	if _, err := c.mustWarehouse(warehouse, "仓库不存在"); err != nil {
		return nil, err
	}
	buyer := o.text("purchaser_name")
	if buyer == "" || !c.isEmployee(buyer) {
		return nil, refuse("采购员不存在")
	}
	lines := o.rows("purchase_details")
	fee, count := decimalOf("", ""), decimalOf("", "")
	for _, l := range lines {
		rate := amountOr(l, "discount", "1")
		l["amount"] = l.amount("num").times(l.amount("price")).times(rate).String()
		fee, count = fee.plus(l.amount("amount")), count.plus(l.amount("num"))
		l["lack_num"] = l.text("num")
	}
	head := with(with(c.warehouseMembers(warehouse), Row{
		"provider_name": from.text("provider_name"), "provider_id": from.int("provider_id"), "purchaser_name": buyer, "creator_name": c.account.AppKey,
		"goods_fee": fee.String(), "total_fee": fee.plus(o.amount("post_fee")).plus(o.amount("other_fee")).String(),
	}), o)
	if at := o.time("expect_time"); !at.IsZero() {
		head["expect_arrive_time"] = at
	}
	delete(head, "created")
	return c.create(document{
		method: purchase, key: "purchase_no", lines: "detail_list", prefix: "CG", taken: "订单编号已存在", approved: 40, waiting: 20, numMember: "num",
	}, o.text("purchase_no"), head, lines, approved(o, "is_check"), nil)
}

func amountOr(r Row, name, otherwise string) amount {
	a, ok := parseAmount(cmp.Or(r.text(name), otherwise))
	if !ok {
		return decimalOf("", otherwise)
	}
	return a
}

// isEmployee tells whether an employee has this nickname; anybody while none is known.
func (c *writeCall) isEmployee(nick string) bool {
	rows := c.bin(employee).rows
	for _, o := range rows {
		if o.row.text("shortname") == nick {
			return true
		}
	}
	return len(rows) == 0
}

// createReturn serves purchase.PurchaseReturn.createOrder. outer_no becomes the
// number.
func createReturn(c *writeCall) (any, error) {
	o, err := c.object(0)
	if err != nil {
		return nil, err
	}
	lines, err := c.list(1)
	if err != nil {
		return nil, err
	}
	if o.text("outer_no") == "" {
		return nil, refuse("外部单号不能为空")
	}
	to, err := c.mustSupplier(o.text("provider_no"))
	if err != nil {
		return nil, err
	}
	if _, err := c.mustWarehouse(o.text("warehouse_no"), "仓库不存在"); err != nil {
		return nil, err
	}
	fee := decimalOf("", "")
	for _, l := range lines {
		l["amount"] = l.amount("num").times(l.amount("price")).times(amountOr(l, "discount", "1")).String()
		fee = fee.plus(l.amount("amount"))
	}
	head := with(with(c.warehouseMembers(o.text("warehouse_no")), Row{"provider_name": to.text("provider_name"), "goods_fee": fee.String(), "type": 1}), o)
	return c.create(document{
		method: returns, key: "return_no", lines: "detail_list", taken: "外部单号重复!", approved: 40, waiting: 20, numMember: "num",
	}, o.text("outer_no"), head, lines, c.word(2) == "true", nil)
}

// uploadPurchaseIn serves wms.stockin.Purchase.upload: goods arrive for a
// purchase order. data is the number of the stock-in document.
func uploadPurchaseIn(c *writeCall) (any, error) {
	o, err := c.object(0)
	if err != nil {
		return nil, err
	}
	lines, err := c.list(1)
	if err != nil {
		return nil, err
	}
	order := c.bin(purchase).byKey[o.text("purchase_no")]
	if order == nil {
		return nil, refuse("采购单号不存在")
	}
	if s := order.row.int("status"); s < 40 {
		return nil, refuse("订单状态不正确")
	}
	warehouse := o.text("warehouse_no")
	if _, err := c.mustWarehouse(warehouse, "仓库编号为 "+warehouse+" 的仓库不存在或无权限"); err != nil {
		return nil, err
	}
	if text, fails := c.fails(o.text("purchase_no")); fails {
		return nil, refuse(text)
	}
	done := o.text("create_mode") == "2" || c.word(2) == "true"
	head := with(Row{
		"warehouse_no": warehouse, "provider_no": order.row["provider_no"], "provider_name": order.row["provider_name"], "purchase_id": order.id,
	}, o)
	if done {
		head["check_time"] = c.now
	}
	data, err := c.create(document{
		method: bought, key: "order_no", lines: "details_list", prefix: "RK", approved: 80, waiting: 20, numMember: "num",
	}, "", head, lines, done, moved(warehouse, lines, 10, false, order.key))
	if err != nil {
		return nil, err
	}
	if done {
		c.noteArrival(order, lines)
	}
	made, _ := data.(map[string]any)
	return made["message"], nil
}

// noteArrival notes what arrived on a purchase order.
func (c *writeCall) noteArrival(order *stored, lines []Row) {
	r := order.row.clone()
	delete(r, "modified")
	count := r.amount("goods_stockin_count")
	for _, l := range lines {
		count = count.plus(l.amount("num"))
		for _, d := range r.rows("detail_list") {
			if d.text("spec_no") == l.text("spec_no") {
				in := d.amount("stockin_num").plus(l.amount("num"))
				d["stockin_num"], d["lack_num"] = in.String(), d.amount("num").minus(in).String()
				break
			}
		}
	}
	r["goods_stockin_count"], r["goods_arrive_count"] = count.String(), count.String()
	r["status"], r["stockin_status"] = 50, 1
	if !r.amount("goods_count").minus(count).positive() {
		r["status"], r["stockin_status"] = 60, 2
	}
	c.bin(purchase).touch(tableOf(purchase), order, []Row{r}, c.now)
}
