package wdttest

import "strings"

const maxPushed = 100 // orders a call

// pushTrades serves sales.RawTrade.pushSelf and pushSelf2. An order that is
// refused hurts itself alone in pushSelf2, which lists it; pushSelf has no list,
// so there it refuses the call.
func pushTrades(c *writeCall) (any, error) {
	shop, err := c.mustShop(c.word(0))
	if err != nil {
		return nil, err
	}
	if p := shop.text("platform_id"); p != "127" && p != "0" {
		return nil, refuse("店铺不是自有平台店铺")
	}
	orders, err := c.list(1)
	if err != nil {
		return nil, err
	}
	lines, err := c.list(2)
	if err != nil {
		return nil, err
	}
	discounts, err := c.list(3)
	if err != nil {
		return nil, err
	}
	if len(orders) == 0 || len(orders) > maxPushed {
		return nil, refuse("原始单数量必须在1到100之间")
	}
	perOrder := strings.HasSuffix(c.method, "2")
	refused := []any{}
	taken := map[string]string{} // order by line number
	var good []Row
	for _, o := range orders {
		tid := o.text("tid")
		text := c.checkPushed(c.word(0), o, of(tid, lines), taken)
		if failing, fails := c.fails(tid); fails && text == "" {
			text = failing
		}
		switch {
		case text == "":
			good = append(good, o)
		case !perOrder:
			return nil, refuse(text)
		default:
			refused = append(refused, map[string]any{"no": tid, "error": text})
		}
	}
	created, changed := 0, 0
	for _, o := range good {
		if c.keepPushed(shop, o, of(o.text("tid"), lines), of(o.text("tid"), discounts)) {
			created++
		} else {
			changed++
		}
	}
	data := map[string]any{"new_count": created, "chg_count": changed}
	if perOrder {
		data["error_list"] = refused
	}
	return data, nil
}

// of are the rows of one order.
func of(tid string, rows []Row) []Row {
	var out []Row
	for _, r := range rows {
		if r.text("tid") == tid {
			out = append(out, r)
		}
	}
	return out
}

// pushedNeeds are members a pushed order and its lines must have.
var (
	orderNeeds = []string{"tid", "trade_status", "pay_status", "process_status", "trade_time", "receiver_name", "receiver_address", "post_amount", "discount", "receivable"}
	lineNeeds  = []string{"oid", "num", "price", "total_amount", "goods_id", "spec_no", "status"}
)

// checkPushed gives the reason an order is refused, "" when there is none.
func (c *writeCall) checkPushed(shopNo string, o Row, lines []Row, taken map[string]string) string {
	for _, name := range orderNeeds {
		if o.text(name) == "" {
			return name + " 不能为空"
		}
	}
	if len(lines) == 0 {
		return "原始单货品不能为空"
	}
	old := c.bin(rawTrade).byKey[o.text("tid")]
	if old != nil && old.row.text("shop_no") != shopNo {
		return "订单编号已存在"
	}
	sum := decimalOf("", "")
	for _, l := range lines {
		for _, name := range lineNeeds {
			if l.text(name) == "" {
				return name + " 不能为空"
			}
		}
		oid := l.text("oid")
		if owner, there := taken[oid]; (there && owner != o.text("tid")) || c.oidTaken(oid, o.text("tid")) {
			return "子订单编号已存在:" + oid
		}
		taken[oid] = o.text("tid")
		for _, name := range []string{"num", "price", "discount", "adjust_amount", "share_discount", "total_amount"} {
			if _, ok := parseAmount(l.text(name)); !ok {
				return name + " 不是数字"
			}
		}
		total := l.amount("num").times(l.amount("price")).minus(l.amount("discount")).plus(l.amount("adjust_amount"))
		if !total.same(l.amount("total_amount")) {
			return "货品金额不一致:" + oid
		}
		sum = sum.plus(total).minus(l.amount("share_discount"))
	}
	if receivable, ok := parseAmount(o.text("receivable")); !ok || !receivable.same(sum.plus(o.amount("post_amount"))) {
		return "应收金额不一致"
	}
	return ""
}

// oidTaken tells whether a pushed order has the line number already.
func (c *writeCall) oidTaken(oid, tid string) bool {
	owner, there := c.writes.oids[oid]
	return there && owner != tid
}

// keepPushed keeps a pushed order as a source order; it tells whether it is new.
func (c *writeCall) keepPushed(shop, o Row, lines, discounts []Row) bool {
	tid := o.text("tid")
	created := !c.has(rawTrade, tid)
	r := o.clone()
	goodsAmount := decimalOf("", "")
	list := make([]Row, 0, len(lines))
	for _, l := range lines {
		goodsAmount = goodsAmount.plus(l.amount("num").times(l.amount("price")))
		c.writes.oids[l.text("oid")] = tid
		line := l.clone()
		line["share_amount"] = l.amount("total_amount").minus(l.amount("share_discount")).String()
		line["platform_id"], line["rec_id"] = shop.int("platform_id"), c.number("raw line")
		line["modified"], line["created"] = c.now, c.now
		list = append(list, line)
	}
	for name, v := range map[string]any{
		"shop_no": c.word(0), "shop_id": shop.int("shop_id"), "platform_id": shop.int("platform_id"), "shop_platform_id": shop.int("platform_id"),
		"trade_from": 5, "goods_amount": goodsAmount.String(), "trade_orders": list, "discount_list": discounts,
	} {
		r[name] = v
	}
	c.put(rawTrade, r)
	c.note(tid, created)
	return created
}

// acknowledgeShipments serves sales.LogisticsSync.update: a shipment that was
// told (status 0) or given up (2) leaves the list, one to be tried again (-100)
// stays. data lists the words for each row that failed.
func acknowledgeShipments(c *writeCall) (any, error) {
	rows, err := c.list(0)
	if err != nil {
		return nil, err
	}
	failed := []string{}
	for _, r := range rows {
		id, status := r.text("sync_id"), r.text("status")
		if text, fails := c.fails(id); fails {
			failed = append(failed, text)
			continue
		}
		switch {
		case status == "":
			failed = append(failed, "同步结果状态为空!")
		case status != "0" && status != "2" && status != "-100":
			failed = append(failed, "同步结果状态错误!")
		case !c.has(shipSync, id):
			failed = append(failed, "未找到对应的单据信息:"+id)
		default:
			if status != "-100" {
				c.bin(shipSync).remove(id)
			}
			c.note(id, false)
		}
	}
	return failed, nil
}
