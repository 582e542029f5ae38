package wdttest

import (
	"cmp"
	"strings"
	"time"
)

// Trade is an order of the ERP (系统订单). Amounts are texts such as "12.34" in
// the order's currency; "" is 0.
type Trade struct {
	No          string // trade_no (订单编号), the key
	Tid         string // src_tids (原始单号), the platform's order number; "" is "T" + No
	ShopNo      string // shop_no (店铺编号)
	PlatformID  int    // platform_id; 0 takes that of the shop, 127 when the shop is not known
	Offline     bool   // an offline order: platform_id 0
	WarehouseNo string // warehouse_no (仓库编号)
	Status      int    // trade_status (订单状态): 55 approved, 95 shipped, 110 completed, 5 cancelled; 0 means 55
	Refund      int    // refund_status: 0 none, 1 asked, 2 part, 3 all

	PostAmount string      // post_amount (邮费), paid by the buyer
	Discount   string      // discount of the whole order, shared over the lines by their amounts
	Lines      []TradeLine // detail_list
	LogisticNo string      // logistics_no (物流单号)

	Buyer, Receiver, Mobile, Area, Address string // buyer_nick, receiver_name, receiver_mobile, receiver_area, receiver_address

	TradeTime, PayTime, ConsignTime time.Time // order, payment and shipping time; zero: an hour and 55 minutes before Modified, unset
	Modified, Created               time.Time // zero: now, TradeTime
	More                            Row       // other members by their names
}

// TradeLine is one line of a [Trade].
type TradeLine struct {
	SpecNo   string // spec_no (商家编码); what the fake knows of the SKU is filled in
	Num      string // num (数量); "" is 1
	Price    string // price (单价) before any discount
	Discount string // discount of this line
	Gift     bool   // gift_type 1
	More     Row    // other members by their names
}

// SeedTrade adds orders to sales.TradeQuery.queryWithDetail, or replaces those of
// the same number. Totals are computed as the platform does: goods_amount is the
// sum of price times num, discount that of all discounts, share_amount what is
// left of a line after them, and receivable = goods_amount - discount +
// post_amount. It panics when an amount is no decimal.
func (s *Server) SeedTrade(all ...Trade) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range all {
		s.bin(trades).put(tableOf(trades), s.tradeRow(t), s.clock())
	}
}

func (s *Server) tradeRow(t Trade) Row {
	tid := cmp.Or(t.Tid, "T"+t.No)
	platform := s.platform(t)
	now := t.Modified
	if now.IsZero() {
		now = s.clock()
	}
	created := firstTime(t.TradeTime, now.Add(-time.Hour))
	list, sum := s.tradeLines(t, tid, platform)
	post := decimalOf("PostAmount", t.PostAmount)
	receivable := sum.goods.minus(sum.discount).plus(post)
	r := Row{
		"trade_no": t.No, "src_tids": tid, "shop_no": t.ShopNo, "shop_name": s.nameOf(shopMethod, t.ShopNo, "shop_name"),
		"platform_id": platform, "shop_platform_id": platform, "warehouse_no": t.WarehouseNo, "warehouse_type": 1,
		"trade_status": cmp.Or(t.Status, 55), "trade_type": 1, "trade_from": 1, "refund_status": t.Refund, "delivery_term": 1,
		"goods_amount": sum.goods.String(), "discount": sum.discount.String(), "post_amount": post.String(),
		"receivable": receivable.String(), "paid": receivable.String(), "goods_count": sum.count.String(),
		"goods_type_count": len(t.Lines), "raw_goods_count": sum.count.String(), "raw_goods_type_count": len(t.Lines),
		"currency": "CNY", "logistics_no": t.LogisticNo, "detail_list": list,
		"buyer_nick": t.Buyer, "receiver_name": t.Receiver, "receiver_mobile": t.Mobile, "receiver_area": t.Area, "receiver_address": t.Address,
		"trade_time": created, "pay_time": firstTime(t.PayTime, created.Add(5*time.Minute)),
		"modified": now, "created": firstTime(t.Created, created),
	}
	if len(t.Lines) == 1 {
		r["single_spec_no"] = t.Lines[0].SpecNo
	}
	r.giveTime("consign_time", t.ConsignTime)
	return with(r, t.More)
}

func firstTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// platform is the platform of a trade's shop.
func (s *Server) platform(t Trade) int64 {
	if o := s.bin(shopMethod).byKey[t.ShopNo]; o != nil && t.PlatformID == 0 && !t.Offline {
		return o.row.int("platform_id")
	}
	if t.PlatformID == 0 && !t.Offline {
		return 127
	}
	return int64(t.PlatformID)
}

func (s *Server) nameOf(method, key, member string) string {
	if o := s.bin(method).byKey[key]; o != nil {
		return o.row.text(member)
	}
	return ""
}

type tradeSum struct{ goods, discount, count amount }

// tradeLines computes the lines. The discount of the order is shared by the
// amounts of the lines; the last one takes what rounding leaves.
func (s *Server) tradeLines(t Trade, tid string, platform int64) ([]Row, tradeSum) {
	zero := decimalOf("", "")
	sum := tradeSum{zero, zero, zero}
	amounts := make([]amount, len(t.Lines)) // after the line's own discount
	left := zero
	for i, l := range t.Lines {
		num, price, off := decimalOf("Num", cmp.Or(l.Num, "1")), decimalOf("Price", l.Price), decimalOf("Discount", l.Discount)
		gross := num.times(price).round()
		amounts[i] = gross.minus(off)
		left = left.plus(amounts[i])
		sum.goods, sum.discount, sum.count = sum.goods.plus(gross), sum.discount.plus(off), sum.count.plus(num)
	}
	whole := decimalOf("Discount", t.Discount)
	sum.discount = sum.discount.plus(whole)
	post, rest, postRest := decimalOf("PostAmount", t.PostAmount), whole, decimalOf("PostAmount", t.PostAmount)
	list := make([]Row, 0, len(t.Lines))
	for i, l := range t.Lines {
		part, postage := whole.times(amounts[i]).over(left).round(), post.times(amounts[i]).over(left).round()
		if i == len(t.Lines)-1 {
			part, postage = rest, postRest
		}
		rest, postRest = rest.minus(part), postRest.minus(postage)
		num := decimalOf("Num", cmp.Or(l.Num, "1"))
		share := amounts[i].minus(part)
		r := Row{
			"src_tid": tid, "tid": tid, "src_oid": tid + "-" + digits(i+1), "platform_id": platform, "num": num.String(), "actual_num": num.String(),
			"price": l.Price, "order_price": amounts[i].over(num).String(), "discount": decimalOf("Discount", l.Discount).plus(part).String(),
			"share_price": share.over(num).String(), "share_amount": share.String(), "paid": share.plus(postage).String(),
			"share_post_price": postage.String(), "pay_status": 2, "guarantee_mode": 2, "delivery_term": 1, "goods_type": 1, "rec_id": s.number("trade line"),
		}
		if l.Gift {
			r["gift_type"] = 1
		}
		list = append(list, with(with(r, documented(trades, "detail_list", s.specMembers(l.SpecNo))), l.More))
	}
	return list, sum
}

// number gives the next running number of a kind. The caller holds the lock.
func (s *Server) number(kind string) int64 {
	s.writes.next[kind]++
	return 1000 + s.writes.next[kind]
}

func digits(n int) string { return strings.TrimPrefix(Row{"": n}.text(""), "+") }
