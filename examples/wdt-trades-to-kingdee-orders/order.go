package main

import (
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
)

const (
	moneyDecimals = 2     // of the currency
	priceDecimals = 6     // of a unit price in the account set (单价精度)
	soldCurrency  = "CNY" // of the orders (currency), which choices.Currency stands for
)

// choices are what a company decides about its orders.
type choices struct {
	Org        string         // organisation (组织) that sells, stocks and settles
	Salesman   string         // 销售员, which Kingdee asks for
	Currency   string         // 结算币别
	Unit       string         // 计量单位 of materials that are created, and of the lines
	TaxRate    duijie.Decimal // per cent; WDT's prices contain the tax
	Category   string         // 存货类别 of materials that are created
	StockField string         // field of a line that takes the warehouse, "" = none
}

// lineFields are the fields lineOf and orderOf set in a line.
func (c choices) lineFields() []string {
	fields := []string{
		"FMaterialId.FNumber", "FUnitID.FNumber", "FQty", "FTaxPrice", "FEntryTaxRate", "FIsFree", "FDeliveryDate", "FEntryNote",
	}
	if c.StockField != "" {
		fields = append(fields, c.StockField+".FNumber")
	}
	return fields
}

// wanted tells of an order that has no place in the target: duijiesync.ErrSkip.
// An order that is not approved yet comes again when it is, because that changes
// it.
func wanted(t wdt.Trade) error {
	if t.Status < wdt.TradeApproved {
		return duijiesync.ErrSkip
	}
	return nil
}

// orderOf makes the sales order of a trade. Its lines add up to what the buyer
// owes, to the cent: discounts and postage are spread over them.
func orderOf(t wdt.Trade, c choices) (kingdee.SaleOrder, error) {
	org := kingdee.Number(c.Org)
	order := kingdee.SaleOrder{
		BillType: kingdee.RefBy("FNUMBER", kingdee.BillTypeSaleOrder), Number: t.No, Date: t.TradeTime,
		SaleOrg: org, Customer: kingdee.Number(t.ShopNo), Salesman: kingdee.Number(c.Salesman),
		Note: note(t),
		Finance: kingdee.SaleOrderFinance{
			Currency: kingdee.Number(c.Currency), TaxIncluded: new(true),
		},
	}
	if t.ShopNo == "" || t.TradeTime.IsZero() {
		return order, errors.New("the order has no shop (shop_no) or no date (trade_time)")
	}
	if t.Currency != "" && t.Currency != soldCurrency {
		return order, fmt.Errorf("the order is in %s, and this flow takes %s alone", t.Currency, soldCurrency)
	}
	lines := soldLines(t)
	amounts, err := spread(t.Receivable, lines)
	if err != nil {
		return order, err
	}
	delivery := t.EstimateConsignTime
	if delivery.IsZero() {
		delivery = t.TradeTime
	}
	for i, l := range lines {
		line, err := lineOf(l, amounts[i], c)
		if err != nil {
			return order, fmt.Errorf("line %d, %s: %w", i+1, l.SpecNo, err)
		}
		line.StockOrg, line.SettleOrg, line.DeliveryDate = org, org, delivery
		if c.StockField != "" && t.WarehouseNo != "" {
			line.Extra = append(line.Extra, kingdee.Field{Key: c.StockField, Value: kingdee.Number(t.WarehouseNo)})
		}
		order.Lines = append(order.Lines, line)
	}
	return order, nil
}

// soldLines are the lines that are left of a trade.
func soldLines(t wdt.Trade) []wdt.TradeLine {
	var lines []wdt.TradeLine
	for _, l := range t.Lines {
		removed := l.ActualNum.IsSet() && l.ActualNum.IsZero()
		if !removed {
			lines = append(lines, l)
		}
	}
	return lines
}

// spread shares the whole amount out over the lines, in proportion to what each
// is worth: its price after the discounts that are its own already. What is
// left over, a cent or two, goes to the largest line. Gifts get nothing.
func spread(total duijie.Decimal, lines []wdt.TradeLine) ([]duijie.Decimal, error) {
	switch {
	case len(lines) == 0:
		return nil, errors.New("the order has no lines")
	case !total.IsSet():
		return nil, errors.New("the order does not say what the buyer owes (receivable)")
	case total.Cmp(duijie.DecimalFromInt(0)) < 0:
		return nil, fmt.Errorf("the buyer owes %s, less than nothing", total)
	case !total.Equal(total.Round(moneyDecimals, duijie.RoundDown)):
		return nil, fmt.Errorf("the buyer owes %s, which has parts of a cent", total)
	}
	worth := make([]duijie.Decimal, len(lines))
	var sum duijie.Decimal
	for i, l := range lines {
		if l.Gift == 0 {
			worth[i] = l.ShareAmount
		}
		sum = sum.Add(worth[i])
	}
	if sum.IsZero() {
		if total.IsZero() {
			return worth, nil // nothing but gifts
		}
		return nil, fmt.Errorf("the buyer owes %s and no line is worth anything", total)
	}
	parts, err := duijie.Allocate(total, worth, moneyDecimals)
	if err != nil {
		return nil, fmt.Errorf("share %s out over the lines: %w", total, err)
	}
	return parts, nil
}

// lineOf makes one line worth amount. Kingdee computes the amount of a line
// from price and quantity, so the price must lead back to it.
func lineOf(l wdt.TradeLine, amount duijie.Decimal, c choices) (kingdee.SaleOrderLine, error) {
	line := kingdee.SaleOrderLine{
		Material: kingdee.Number(l.SpecNo), Unit: kingdee.Number(c.Unit), PriceUnit: kingdee.Number(c.Unit),
		Qty: l.Num, TaxRate: c.TaxRate, Note: l.Remark,
	}
	if l.SpecNo == "" {
		return line, errors.New("it names no SKU (spec_no)")
	}
	if l.Num.Cmp(duijie.DecimalFromInt(0)) <= 0 {
		return line, fmt.Errorf("its quantity is %s", l.Num)
	}
	if partly := l.ActualNum.IsSet() && !l.ActualNum.IsZero() && !l.ActualNum.Equal(l.Num); partly {
		return line, fmt.Errorf("%s of %s pieces were shipped: what is owed for them is for a person to say", l.ActualNum, l.Num)
	}
	if amount.IsZero() {
		line.Free = new(true)
		return line, nil
	}
	price, err := amount.Quo(l.Num, priceDecimals, duijie.RoundHalfUp)
	if err != nil {
		return line, err
	}
	if back := price.Mul(l.Num).Round(moneyDecimals, duijie.RoundHalfUp); !back.Equal(amount) {
		return line, fmt.Errorf("%s pieces for %s have no price of %d decimals", l.Num, amount, priceDecimals)
	}
	line.TaxPrice = price
	return line, nil
}

// note is what people look for in an order.
func note(t wdt.Trade) string {
	if t.SrcTIDs == "" {
		return ""
	}
	return "原始单号 " + t.SrcTIDs
}
