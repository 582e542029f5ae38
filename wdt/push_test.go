package wdt

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// newSeller is a fake with a small seller, made up, and a client of it.
func newSeller(t *testing.T, g Gateway, opts ...wdttest.Option) (*wdttest.Server, *Client) {
	t.Helper()
	s, c := newFake(t, g, opts...)
	s.SeedDemo()
	return s, c
}

func TestEncodePush(t *testing.T) {
	t.Parallel()
	at := duijie.NewTime(time.Date(2026, 1, 5, 0, 30, 0, 0, time.UTC))
	order := RawTradePush{TID: "T<1>", TradeTime: at, Receivable: duijie.MustDecimal("1E+2"), OtherAmount: duijie.MustDecimal("0"), Sealed: new(int64(0))}
	b, err := json.Marshal(order)
	require.NoError(t, err)
	m := members(b)
	require.JSONEq(t, `"T<1>"`, string(m["tid"]))
	require.JSONEq(t, `"2026-01-05 08:30:00"`, string(m["trade_time"]), "China time")
	require.JSONEq(t, `null`, string(m["end_time"]), "required, and not set")
	require.JSONEq(t, `"100"`, string(m["receivable"]))
	require.JSONEq(t, `"0"`, string(m["discount"]), "an amount that is not set is 0")
	require.JSONEq(t, `"0"`, string(m["other_amount"]), "0 is set")
	require.JSONEq(t, `0`, string(m["is_sealed"]))
	require.NotContains(t, m, "paid")
	require.NotContains(t, m, "pay_time")
	require.NotContains(t, m, "Lines")

	millis := duijie.Time{}
	require.NoError(t, json.Unmarshal([]byte("1767573000000"), &millis))
	b, err = json.Marshal(RawTradePush{TradeTime: millis})
	require.NoError(t, err)
	require.JSONEq(t, `"2026-01-05 08:30:00"`, string(members(b)["trade_time"]), "whatever form it was read in")

	p := PurchaseOrderPush{ReceiveWarehouseNos: []string{"W1", "W2"}, Lines: []PurchaseOrderPushLine{{SpecNo: "A", Num: duijie.DecimalFromInt(3)}}}
	b, err = json.Marshal(p)
	require.NoError(t, err)
	require.Contains(t, string(b), `"receive_warehouse_nos":"W1,W2"`)
	require.NotContains(t, string(b), "apply_nos")
	require.Contains(t, string(b), `"purchase_details":[{"spec_no":"A","num":3}]`, "documented as a whole number")
	p.Lines[0].Num = duijie.MustDecimal("1E+2").Quoted()
	b, err = json.Marshal(p)
	require.NoError(t, err)
	require.Contains(t, string(b), `"num":100}`, "whatever form it was read in: no text, no exponent")

	bad := duijie.NewDecimal(1, 0)
	for range 3000 {
		bad = bad.Mul(duijie.MustDecimal("10"))
	}
	_, err = json.Marshal(RawTradePush{Receivable: bad})
	require.ErrorContains(t, err, "receivable")
}

func TestRawTradePush(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		s, c := newSeller(t, g)
		good, bad := newPush("A1", 1), newPush("A2", 2)
		r := RawTradePushRequest{ShopNo: "S01", Orders: []RawTradePush{good}}
		res, err := c.RawTrades.Push(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, RawTradePushResult{Created: 1}, *res)
		res, err = c.RawTrades.Push(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, RawTradePushResult{Changed: 1}, *res, "a repeat updates")

		found, there, err := c.RawTrades.Find(t.Context(), "A1")
		require.NoError(t, err)
		require.True(t, there)
		require.Equal(t, "8", found.Receivable.Canonical())
		require.Equal(t, RawTradeToShip, found.Lines[0].Status)
		require.Equal(t, "2", found.Lines[0].Num.Canonical())
		require.Equal(t, start.Unix(), found.TradeTime.Time.Unix())
		_, there, err = c.RawTrades.Find(t.Context(), "A9")
		require.NoError(t, err)
		require.False(t, there)

		if g == Qimen {
			return
		}
		s.FailRow(rawTradePushMethod, "A2", "数据不合规")
		res, err = c.RawTrades.Push(t.Context(), RawTradePushRequest{ShopNo: "S01", Orders: []RawTradePush{bad, newPush("A3", 3)}})
		p, ok := errors.AsType[*PartialError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, []RowError{{No: "A2", Message: "数据不合规"}}, p.Rows)
		require.Equal(t, RawTradePushResult{Created: 1, Failed: p.Rows}, *res)

		_, err = c.RawTrades.Push(t.Context(), RawTradePushRequest{ShopNo: "S03", Orders: []RawTradePush{good}})
		require.ErrorIs(t, err, duijie.ErrRefused, "no own shop")
	})
}

// Everything that is missing, and every amount that does not agree, is in one
// error, and nothing is sent.
func TestRawTradePushChecks(t *testing.T) {
	t.Parallel()
	s, c := newSeller(t, Direct)
	before := s.Count("")
	_, err := c.RawTrades.Push(t.Context(), RawTradePushRequest{Orders: []RawTradePush{{Lines: []RawTradePushLine{{}}}}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{"shop_no", "order 1: tid", "receiver_name", "receiver_area", "trade_time", "receivable", "order 1: line 1: oid", "line 1: spec_no", "line 1: num", "line 1: total_amount"} {
		require.ErrorContains(t, err, name)
	}
	tests := map[string]func(o *RawTradePush){
		"receivable is 8.01":       func(o *RawTradePush) { o.Receivable = duijie.MustDecimal("8.01") },
		"total_amount is 3.0001":   func(o *RawTradePush) { o.Lines[0].TotalAmount = duijie.MustDecimal("3.0001") },
		"more than 4 decimals":     func(o *RawTradePush) { o.Lines[0].Price = duijie.MustDecimal("1.50001") },
		"white space":              func(o *RawTradePush) { o.TID = " A1" },
		"comma":                    func(o *RawTradePush) { o.TID = "A1,A2" },
		"is not":                   func(o *RawTradePush) { o.Lines[0].TID = "other" },
		`oid "A1-1" stands there`:  func(o *RawTradePush) { o.Lines = append(o.Lines, o.Lines[0]) },
		"post_amount are 9.00":     func(o *RawTradePush) { o.Postage = duijie.MustDecimal("6.00") },
		"lines less their share":   func(o *RawTradePush) { o.Lines[0].ShareDiscount = duijie.MustDecimal("0.01") },
		"discount + adjust_amount": func(o *RawTradePush) { o.Lines[0].AdjustAmount = duijie.MustDecimal("-0.01") },
	}
	for want, spoil := range tests {
		o := newPush("A1", 1)
		o.Lines = append([]RawTradePushLine(nil), o.Lines...)
		spoil(&o)
		_, err := c.RawTrades.Push(t.Context(), RawTradePushRequest{ShopNo: "S01", Orders: []RawTradePush{o}})
		require.ErrorIs(t, err, duijie.ErrInvalid, want)
		require.ErrorContains(t, err, want)
	}
	many := make([]RawTradePush, 101)
	_, err = c.RawTrades.Push(t.Context(), RawTradePushRequest{ShopNo: "S01", Orders: many})
	require.ErrorContains(t, err, "more than 100")
	require.Equal(t, before, s.Count(""), "nothing was sent")

	o := newPush("A1", 1)
	o.Receivable = duijie.MustDecimal("8.01")
	_, err = c.RawTrades.Push(t.Context(), RawTradePushRequest{ShopNo: "S01", Orders: []RawTradePush{o}, AnyAmounts: true})
	require.Error(t, err, "the platform does not take it")
	require.Greater(t, s.Count(""), before, "but it was sent")

	// 0.1 + 0.2 is 0.3 here.
	o = newPush("B1", 1)
	o.Postage = duijie.MustDecimal("0.2")
	o.Lines[0].Num, o.Lines[0].Price, o.Lines[0].TotalAmount = duijie.DecimalFromInt(1), duijie.MustDecimal("0.1"), duijie.MustDecimal("0.1")
	o.Receivable = duijie.MustDecimal("0.3")
	_, err = c.RawTrades.Push(t.Context(), RawTradePushRequest{ShopNo: "S01", Orders: []RawTradePush{o}})
	require.NoError(t, err)
}

func TestGoodsPush(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		_, c := newSeller(t, g)
		push := GoodsPush{No: "N1", Name: "新品", Specs: []SpecPush{{No: "N1-A", RetailPrice: duijie.MustDecimal("9.90"), LowerCost: new(true)}, {No: "N1-B"}}}
		id, err := c.Goods.Push(t.Context(), push)
		require.NoError(t, err)
		require.NotZero(t, id)
		again, err := c.Goods.Push(t.Context(), push)
		require.NoError(t, err)
		require.Equal(t, id, again, "a repeat updates")
		found, there, err := c.Goods.Find(t.Context(), "N1")
		require.NoError(t, err)
		require.True(t, there)
		require.Len(t, found.Specs, 2)
		require.Equal(t, "9.9", found.Specs[0].RetailPrice.Canonical())

		push.Specs[0].No = "G02"
		_, err = c.Goods.Push(t.Context(), push)
		require.ErrorIs(t, err, duijie.ErrConflict, "an SKU of other goods")

		_, err = c.Goods.Push(t.Context(), GoodsPush{Specs: []SpecPush{{}, {No: "A", Weight: duijie.MustDecimal("0.12345")}}})
		require.ErrorIs(t, err, duijie.ErrInvalid)
		for _, name := range []string{"goods_no", "goods_name", "spec 1: spec_no", "spec 2: weight"} {
			require.ErrorContains(t, err, name)
		}
		_, _, err = c.Goods.Find(t.Context(), "")
		require.ErrorIs(t, err, duijie.ErrInvalid)
	})
}

func TestGoodsPushSpecs(t *testing.T) {
	t.Parallel()
	_, c := newSeller(t, Direct)
	out, err := c.Goods.PushSpecs(t.Context(), GoodsPush{No: "N1", Name: "新品", Specs: []SpecPush{{No: "N1-A"}}})
	require.NoError(t, err)
	require.Equal(t, "N1", out.No)
	require.NotZero(t, out.ID)
	require.Equal(t, "N1-A", out.Specs[0].No)
	require.NotZero(t, out.Specs[0].ID)
}

func TestDocumentCreate(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		s, c := newSeller(t, g)
		in := OtherStockinPush{No: "I1", WarehouseNo: "W01", Approve: new(int64(1)), Lines: []OtherStockinPushLine{{SpecNo: "G02", Num: duijie.MustDecimal("1.5")}}}
		no, err := c.OtherStockins.Create(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, "I1", no)
		_, err = c.OtherStockins.Create(t.Context(), in)
		require.ErrorIs(t, err, duijie.ErrConflict)
		require.Equal(t, 1, s.Created(otherStockinCreateMethod, "I1"))
		doc, there, err := c.OtherStockins.Find(t.Context(), "I1", 90*24*time.Hour)
		require.NoError(t, err)
		require.True(t, there)
		require.Equal(t, StockinCompleted, doc.Status)
		require.Equal(t, "1.5", doc.Lines[0].GoodsCount.Canonical())

		s.FailRow(otherStockinCreateMethod, "I2", "审核失败")
		in.No = "I2"
		no, err = c.OtherStockins.Create(t.Context(), in)
		p, ok := errors.AsType[*PartialError](err)
		require.True(t, ok && p.Saved, "%v", err)
		require.Equal(t, "I2", no)

		out := OtherStockoutPush{No: "O1", WarehouseNo: "W01", Lines: []OtherStockoutPushLine{{SpecNo: "G02", Num: duijie.MustDecimal("1")}}}
		no, err = c.OtherStockouts.Create(t.Context(), out)
		require.NoError(t, err)
		require.Equal(t, "O1", no)
		_, there, err = c.OtherStockouts.Find(t.Context(), "O1", 0)
		require.NoError(t, err)
		require.True(t, there)

		buy := PurchaseOrderPush{
			No: "P-1", ProviderNo: "P01", ExpectWarehouseNo: "W01", ReceiveWarehouseNos: []string{"W01"}, PurchaserName: "buyer01",
			Lines: []PurchaseOrderPushLine{{SpecNo: "G02", Num: duijie.DecimalFromInt(4), Price: duijie.MustDecimal("4.125")}},
		}
		no, err = c.Purchases.Create(t.Context(), buy)
		require.NoError(t, err)
		require.Equal(t, "P-1", no)
		order, there, err := c.Purchases.Find(t.Context(), "P-1")
		require.NoError(t, err)
		require.True(t, there)
		require.Equal(t, "16.5", order.TotalFee.Canonical())
		_, err = c.Purchases.Create(t.Context(), buy)
		require.ErrorIs(t, err, duijie.ErrConflict)

		move := TransferPush{No: "M[1]", FromWarehouseNo: "W01", ToWarehouseNo: "W02", Remark: "补货", Lines: []TransferPushLine{{SpecNo: "G02", Num: duijie.MustDecimal("2")}}}
		_, err = c.Transfers.Create(t.Context(), move)
		require.NoError(t, err)
		tr, there, err := c.Transfers.Find(t.Context(), "M[1]", 0)
		require.NoError(t, err)
		require.True(t, there)
		require.Equal(t, "补货 [M[[1]]]", tr.Remark)
		require.Equal(t, "2", tr.Lines[0].Num.Canonical())
	})
}

// Each write names all that is missing before anything is sent.
func TestDocumentChecks(t *testing.T) {
	t.Parallel()
	s, c := newSeller(t, Direct)
	before := s.Count("")
	zero := duijie.DecimalFromInt(0)
	calls := map[string]func(context.Context) (string, error){
		"outer_no, warehouse_no, goods_list": func(ctx context.Context) (string, error) { return c.OtherStockins.Create(ctx, OtherStockinPush{}) },
		"outer_no, warehouse_no, line 1: spec_no; line 1: num is 0": func(ctx context.Context) (string, error) {
			return c.OtherStockouts.Create(ctx, OtherStockoutPush{Lines: []OtherStockoutPushLine{{Num: zero}}})
		},
		"purchase_no, provider_no, expect_warehouse_no, purchaser_name, receive_warehouse_nos, purchase_details": func(ctx context.Context) (string, error) {
			return c.Purchases.Create(ctx, PurchaseOrderPush{})
		},
		"outer_no, from_warehouse_no, to_warehouse_no, line 1: spec_no, line 1: num": func(ctx context.Context) (string, error) {
			return c.Transfers.Create(ctx, TransferPush{Lines: []TransferPushLine{{}}})
		},
	}
	for want, call := range calls {
		_, err := call(t.Context())
		require.ErrorIs(t, err, duijie.ErrInvalid)
		require.ErrorContains(t, err, want)
	}
	_, err := c.Transfers.Create(t.Context(), TransferPush{No: "A", FromWarehouseNo: "W", ToWarehouseNo: "W", Lines: []TransferPushLine{{SpecNo: "S", Num: duijie.DecimalFromInt(1)}}})
	require.ErrorContains(t, err, "are the same")
	require.Equal(t, before, s.Count(""), "nothing was sent")
}

// A mark is found at its whole length only.
func TestTransferMarks(t *testing.T) {
	t.Parallel()
	require.True(t, Transfer{Remark: "x [A1]"}.madeAs("A1"))
	require.True(t, Transfer{Remark: "[A1]"}.madeAs("A1"))
	require.True(t, Transfer{No: "A1"}.madeAs("A1"))
	require.False(t, Transfer{Remark: "x [BA1]"}.madeAs("A1"))
	require.False(t, Transfer{Remark: "x[A1]"}.madeAs("A1"))
	require.False(t, Transfer{Remark: "[A1] x"}.madeAs("A1"))
	require.False(t, Transfer{Remark: "[B [A1]]"}.madeAs("A1"))
	require.False(t, Transfer{Remark: TransferPush{No: "B [A1]"}.marked().Remark}.madeAs("A1]"))
}
