package wdt

import (
	"context"
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
)

const (
	rawTradePushMethod    = "sales.RawTrade.pushSelf2"
	rawTradePushOldMethod = "sales.RawTrade.pushSelf"
	maxPushedTrades       = 100
)

// RawTradeService reads source orders (原始订单; 原始订单查询, sales.RawTrade.search) by
// windows of their modification time, 30 days at most each, and pushes those of own
// shops. Archived ones are in sales.RawTrade.searchHistory.
//
// Direct never returns rows of the Taobao family, Pinduoduo and system supply: use
// Qimen for them; Pinduoduo's come from Pinduoduo alone. Persons are filled for own
// and offline shops only.
type RawTradeService struct {
	WindowService[RawTrade, RawTradeQuery]
}

// RawTradePushRequest is a push of orders of one own shop.
type RawTradePushRequest struct {
	ShopNo string         // shop of the own platform (自有平台) or offline
	Orders []RawTradePush // 100 at most
	// AnyAmounts sends orders whose amounts do not agree. The rules that are checked
	// are known from use, not from the platform's pages.
	AnyAmounts bool
}

// RawTradePushResult tells what became of the orders of a push.
type RawTradePushResult struct {
	Created int64 `json:"new_count"` // 0 also where the platform gives no count
	Changed int64 `json:"chg_count"` // 0 also where the platform gives no count
	Failed  []RowError
}

// Push creates or updates orders of an own shop (推送自有平台订单, sales.RawTrade.pushSelf2;
// on Qimen the older pushSelf, which refuses the whole call for one order). An order
// is known by its TID: a repeat updates it.
//
// Before anything is sent all orders are checked: what is missing, and whether
// amounts agree exactly, TotalAmount = Num × Price − Discount + AdjustAmount in each
// line and Receivable = Σ TotalAmount − Σ ShareDiscount + Postage.
//
// Orders the platform refuses are an error that holds a [*PartialError] naming
// them; the result tells of the others, which were taken.
//
// Effect: idempotent. Limit: 1 call a second over all methods, 100 orders each.
func (s *RawTradeService) Push(ctx context.Context, r RawTradePushRequest, opts ...duijie.CallOption) (*RawTradePushResult, error) {
	method := rawTradePushMethod
	if s.client.Gateway() == Qimen {
		method = rawTradePushOldMethod
	}
	if err := r.check(method); err != nil {
		return nil, err
	}
	var a Answer
	err := s.client.Call(ctx, method, r.args(), &a, opts...)
	data := a.Data
	p, partial := errors.AsType[*PartialError](err)
	if partial {
		data = p.Data
	} else if err != nil {
		return nil, err
	}
	out := &RawTradePushResult{}
	_ = decodeRow(data, out) // status 0 is success, also where no counts can be read
	if partial {
		out.Failed = p.Rows
	}
	return out, err
}

// Find reads one source order by its number (原始单号), to settle a push whose answer
// was lost. found is false when the platform does not show it.
//
// Effect: read. Limit: 1 call a second over all methods.
func (s *RawTradeService) Find(ctx context.Context, tid string, opts ...duijie.CallOption) (t RawTrade, found bool, err error) {
	return findRow(ctx, &s.WindowService, RawTradeQuery{TID: tid}, tid, func(t RawTrade) string { return t.TID }, opts)
}

// args are the orders, and their lines and discounts in lists of their own.
func (r RawTradePushRequest) args() Args {
	orders := make([]RawTradePush, len(r.Orders))
	lines, discounts := []RawTradePushLine{}, []RawTradePushDiscount{}
	for i, o := range r.Orders {
		orders[i] = o.counted()
		for _, l := range o.Lines {
			l.TID = o.TID
			lines = append(lines, l)
		}
		for _, d := range o.Discounts {
			d.TID = o.TID
			discounts = append(discounts, d)
		}
	}
	return Args{{"shopNo", r.ShopNo}, {"rawTradeList", orders}, {"rawTradeOrderList", lines}, {"discountList", discounts}}
}

// counted fills the counts that are not set.
func (o RawTradePush) counted() RawTradePush {
	if o.OrderCount == 0 {
		o.OrderCount = int64(len(o.Lines))
	}
	if !o.GoodsCount.IsSet() {
		for _, l := range o.Lines {
			o.GoodsCount = o.GoodsCount.Add(l.Num)
		}
	}
	return o
}

func (r RawTradePushRequest) check(op string) error {
	n := &needs{op: op}
	n.text("shop_no", r.ShopNo)
	n.is("rawTradeList", len(r.Orders) > 0)
	if len(r.Orders) > maxPushedTrades {
		n.wrongly("%d orders are more than %d", len(r.Orders), maxPushedTrades)
	}
	seen := map[string]bool{}
	for i, o := range r.Orders {
		if seen["t"+o.TID] && o.TID != "" {
			n.wrongly("order %d: tid %q stands there twice", i+1, o.TID)
		}
		seen["t"+o.TID] = true
		o.check(n, fmt.Sprintf("order %d: ", i+1), seen, !r.AnyAmounts)
	}
	return n.err()
}

func (o RawTradePush) check(n *needs, at string, seen map[string]bool, amounts bool) {
	n.key(at+"tid", o.TID)
	for _, m := range []struct{ name, value string }{
		{"buyer_nick", o.BuyerNick}, {"receiver_name", o.ReceiverName}, {"receiver_address", o.ReceiverAddress}, {"receiver_mobile", o.ReceiverMobile},
	} {
		n.text(at+m.name, m.value)
	}
	n.is(at+"receiver_area", o.ReceiverArea != "" || o.ReceiverProvinceNo != nil && o.ReceiverCityNo != nil && o.ReceiverDistrictNo != nil)
	n.is(at+"trade_status", o.Status != 0)
	n.is(at+"process_status", o.ProcessStatus != 0)
	n.is(at+"pay_method", o.PayMethod != 0)
	n.is(at+"delivery_term", o.DeliveryTerm != 0)
	n.is(at+"trade_time", !o.TradeTime.IsZero())
	n.is(at+"receivable", o.Receivable.IsSet())
	n.amounts(at, o)
	for i, d := range o.Discounts {
		n.amounts(fmt.Sprintf("%sdiscount %d: ", at, i+1), d)
	}
	n.is(at+"lines", len(o.Lines) > 0)
	for i, l := range o.Lines {
		line := fmt.Sprintf("%sline %d: ", at, i+1)
		l.check(n, line)
		if l.TID != "" && l.TID != o.TID {
			n.wrongly("%stid %q is not %q", line, l.TID, o.TID)
		}
		if seen["o"+l.OID] && l.OID != "" {
			n.wrongly("%soid %q stands there twice", line, l.OID)
		}
		seen["o"+l.OID] = true
	}
	if amounts {
		o.checkAmounts(n, at)
	}
}

func (l RawTradePushLine) check(n *needs, at string) {
	n.key(at+"oid", l.OID)
	for _, m := range []struct{ name, value string }{
		{"goods_id", l.GoodsID}, {"spec_id", l.SpecID}, {"goods_no", l.GoodsNo}, {"spec_no", l.SpecNo}, {"goods_name", l.GoodsName},
	} {
		n.text(at+m.name, m.value)
	}
	n.is(at+"status", l.Status != 0)
	n.is(at+"num", l.Num.IsSet())
	n.is(at+"price", l.Price.IsSet())
	n.is(at+"total_amount", l.TotalAmount.IsSet())
	n.amounts(at, l)
}

// checkAmounts holds the amounts of an order against each other, exactly.
func (o RawTradePush) checkAmounts(n *needs, at string) {
	sum := o.Postage
	for i, l := range o.Lines {
		line := fmt.Sprintf("%sline %d: ", at, i+1)
		total := l.Num.Mul(l.Price).Sub(l.Discount).Add(l.AdjustAmount)
		if l.TotalAmount.IsSet() && !total.Round(storedScale, duijie.RoundHalfUp).Equal(l.TotalAmount) {
			n.wrongly("%stotal_amount is %s, and num × price − discount + adjust_amount is %s", line, l.TotalAmount, total)
		}
		sum = sum.Add(l.TotalAmount).Sub(l.ShareDiscount)
	}
	if o.Receivable.IsSet() && !sum.Equal(o.Receivable) {
		n.wrongly("%sreceivable is %s, and the lines less their share_discount plus post_amount are %s", at, o.Receivable, sum)
	}
}
