package wdttest

import (
	"cmp"
	"time"
)

// Refund is a refund or exchange order of the ERP (退换单).
type Refund struct {
	No          string // refund_no (退换单号), the key
	RawNo       string // raw_refund_nos (原始退款单号), the platform's number; "" is "R" + No
	TradeNo     string // trade_no_list; shop, platform and order number come from the order, if it was seeded
	ShopNo      string // shop_no; "" takes that of the order
	Type        int    // type: 1 before shipping, 2 return, 3 exchange, 4 refund only; 0 means 2
	Status      int    // status: 20 to review, 30 approved, 80 settled, 90 completed; 0 means 30
	StockIn     int    // stockin_status: 0 none needed, 1 waiting, 2 part, 3 all
	WarehouseNo string // return_warehouse_no
	Reason      string // reason_name

	Lines []RefundLine // detail_list

	Modified, Created, Settled time.Time // zero: now, Modified, unset
	More                       Row       // other members by their names
}

// RefundLine is one line of a [Refund].
type RefundLine struct {
	SpecNo string // spec_no
	Num    string // refund_num; "" is 1
	Price  string // price
	Amount string // refund_amount of the line; "" is Price times Num
	More   Row    // other members by their names
}

// SeedRefund adds refund orders to aftersales.refund.Refund.search, or replaces
// those of the same number. guarantee_refund_amount, return_goods_amount and
// actual_refund_amount are the sum of the lines.
func (s *Server) SeedRefund(all ...Refund) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range all {
		s.bin(refund).put(tableOf(refund), s.refundRow(o), s.clock())
	}
}

func (s *Server) refundRow(o Refund) Row {
	platform, tid, shop, raw := int64(127), "", o.ShopNo, cmp.Or(o.RawNo, "R"+o.No)
	if t := s.bin(trades).byKey[o.TradeNo]; t != nil {
		platform, tid, shop = t.row.int("platform_id"), t.row.text("src_tids"), cmp.Or(shop, t.row.text("shop_no"))
	} else if sh := s.bin(shopMethod).byKey[shop]; sh != nil {
		platform = sh.row.int("platform_id")
	}
	zero := decimalOf("", "")
	sum, count := zero, zero
	list := make([]Row, 0, len(o.Lines))
	for i, l := range o.Lines {
		num, price := decimalOf("Num", cmp.Or(l.Num, "1")), decimalOf("Price", l.Price)
		off := num.times(price).round()
		if l.Amount != "" {
			off = decimalOf("Amount", l.Amount)
		}
		sum, count = sum.plus(off), count.plus(num)
		list = append(list, with(with(Row{
			"rec_id": s.number("refund line"), "platform_id": platform, "tid": tid, "oid": tid + "-" + digits(i+1), "trade_no": o.TradeNo,
			"num": num.String(), "refund_num": num.String(), "price": price.String(), "original_price": price.String(),
			"total_amount": off.String(), "refund_amount": off.String(), "raw_refund_no": raw, "raw_refund_nos": raw,
		}, documented(refund, "detail_list", s.specMembers(l.SpecNo))), l.More))
	}
	r := Row{
		"refund_no": o.No, "raw_refund_nos": raw, "trade_no_list": o.TradeNo, "tid_list": tid, "src_tids": tid, "shop_no": shop,
		"platform_id": platform, "shop_platform_id": platform, "type": cmp.Or(o.Type, 2), "status": cmp.Or(o.Status, 30),
		"stockin_status": o.StockIn, "return_warehouse_no": o.WarehouseNo, "reason_name": o.Reason,
		"return_goods_count": count.String(), "return_goods_amount": sum.String(), "guarantee_refund_amount": sum.String(),
		"actual_refund_amount": sum.String(), "detail_list": list,
	}
	r.giveTime("modified", o.Modified)
	r.giveTime("created", o.Created)
	r.giveTime("settle_time", o.Settled)
	r.giveTime("refund_time", firstTime(o.Created, o.Modified))
	return with(r, o.More)
}
