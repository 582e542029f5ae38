package wdt

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// creates are the calls that create one document.
var creates = map[string]func(context.Context, *Client) error{
	"stock-in": func(ctx context.Context, c *Client) error {
		_, err := c.OtherStockins.Create(ctx, pushedStockin())
		return err
	},
	"stock-out": func(ctx context.Context, c *Client) error {
		_, err := c.OtherStockouts.Create(ctx, OtherStockoutPush{No: "D1", WarehouseNo: "W01", Lines: []OtherStockoutPushLine{{SpecNo: "A", Num: duijie.DecimalFromInt(1)}}})
		return err
	},
	"purchase": func(ctx context.Context, c *Client) error {
		_, err := c.Purchases.Create(ctx, pushedPurchase())
		return err
	},
	"transfer": func(ctx context.Context, c *Client) error {
		_, err := c.Transfers.Create(ctx, pushedTransfer())
		return err
	},
}

// A status of the data other than 0 is no success, with or without a message.
func TestStatusWithoutMessageIsNoSuccess(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status         string
		saved, unknown bool
	}{{"1", false, false}, {"20", true, false}, {`"20"`, true, false}, {"100", false, false}, {`"failed"`, false, true}, {"{}", false, true}} {
		c := newAnswering(t, Direct, 200, `{"status":0,"data":{"status":`+tt.status+`}}`)
		for name, create := range creates {
			err := create(t.Context(), c)
			require.Error(t, err, "%s %s", name, tt.status)
			require.Equal(t, tt.saved, savedOnly(err), "%s %s", name, tt.status)
			require.Equal(t, tt.unknown, errors.Is(err, duijie.ErrOutcomeUnknown), "%s %s", name, tt.status)
		}
	}
	for _, data := range []string{`{"code":1}`, `{"code":"x"}`, `{"code":1,"error_count":0}`} {
		_, err := through(t, Direct, "purchase.PurchaseOrder.cancelByType", `{"status":0,"data":`+data+`}`)
		require.Error(t, err, data)
	}
	_, err := through(t, Direct, "purchase.PurchaseOrder.createOrder", `{"status":0,"data":false}`)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	_, err = through(t, Direct, "sales.StockSync.calcStock", `{"status":0,"data":{"status":1,"stock_num":0}}`)
	require.NoError(t, err, "there it is a member of the row")
}

// Whatever stands in a list of errors is a failure.
func TestErrorListsInAnyForm(t *testing.T) {
	t.Parallel()
	for _, member := range []string{"error_list", "error_info", "error_data"} {
		for _, content := range []string{
			`[{"reason":"x"}]`, `[{}]`, `[7]`, `[["x"]]`, `[null]`, `{"no":"T1","error":"x"}`, `{"T1":"x"}`, `"x"`, `"[{\"no\":\"T1\",\"error\":\"x\"}]"`, `3`, `true`,
		} {
			_, err := through(t, Direct, rawTradePushMethod, `{"status":0,"data":{"new_count":1,"`+member+`":`+content+`}}`)
			p, ok := errors.AsType[*PartialError](err)
			require.True(t, ok, "%s %s: %v", member, content, err)
			require.NotEmpty(t, p.Rows)
		}
		for _, none := range []string{`[]`, `{}`, `""`, `null`, `0`, `false`, `"[]"`} {
			_, err := through(t, Direct, rawTradePushMethod, `{"status":0,"data":{"new_count":1,"`+member+`":`+none+`}}`)
			require.NoError(t, err, none)
		}
	}
	_, err := through(t, Direct, rawTradePushMethod, `{"status":0,"data":{"error_list":[{"no":"T1","error":"x"}],"error_info":[{"order_no":"T2","message":"y"}]}}`)
	p, _ := errors.AsType[*PartialError](err)
	require.Len(t, p.Rows, 2, "the second list counts too")
}

// Every amount and quantity of a push fits the platform's DECIMAL(19,4).
func TestEveryDecimalOfAPushIsChecked(t *testing.T) {
	t.Parallel()
	c := newAnswering(t, Direct, 200, `{"status":0}`)
	for _, text := range []string{"1.00001", "1000000000000000"} {
		d := duijie.MustDecimal(text)
		order := func(change func(*RawTradePush)) RawTradePush {
			o := newPush("A1", 1)
			change(&o)
			return o
		}
		for name, o := range map[string]RawTradePush{
			"discount": order(func(o *RawTradePush) { o.Discount = d }), "paid": order(func(o *RawTradePush) { o.Paid = d }),
			"goods_count": order(func(o *RawTradePush) { o.GoodsCount = d }), "receivable": order(func(o *RawTradePush) { o.Receivable = d }),
			"num":    order(func(o *RawTradePush) { o.Lines[0].Num = d }),
			"amount": order(func(o *RawTradePush) { o.Discounts = []RawTradePushDiscount{{Amount: d}} }),
		} {
			_, err := c.RawTrades.Push(t.Context(), RawTradePushRequest{ShopNo: "S01", Orders: []RawTradePush{o}, AnyAmounts: true})
			require.ErrorIs(t, err, duijie.ErrInvalid, name)
			require.ErrorContains(t, err, name)
		}
		for name, change := range map[string]func(*PurchaseOrderPush){
			"post_fee": func(p *PurchaseOrderPush) { p.Postage = d }, "other_fee": func(p *PurchaseOrderPush) { p.OtherFee = d },
			"discount": func(p *PurchaseOrderPush) { p.Lines[0].Discount = d }, "tax_rate": func(p *PurchaseOrderPush) { p.Lines[0].TaxRate = d },
			"num": func(p *PurchaseOrderPush) { p.Lines[0].Num = duijie.MustDecimal("1.5") },
		} {
			p := pushedPurchase()
			change(&p)
			_, err := c.Purchases.Create(t.Context(), p)
			require.ErrorIs(t, err, duijie.ErrInvalid, name)
			require.ErrorContains(t, err, name)
		}
		g := pushedGoods()
		g.Specs[0].Height, g.Specs[0].CustomPrice1, g.Specs[0].PackScore = d, d, d
		_, err := c.Goods.Push(t.Context(), g)
		require.ErrorIs(t, err, duijie.ErrInvalid)
		for _, name := range []string{"height", "custom_price1", "pack_score"} {
			require.ErrorContains(t, err, name)
		}
	}
}

// Status 0 is success whatever stands beside it, or does not.
func TestSuccessInOtherForms(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"status":0}`, `{"status":0,"data":null}`, `{"status":0,"data":{"new_count":{}}}`, `{"status":0,"data":"ok"}`} {
		res, err := newAnswering(t, Direct, 200, body).RawTrades.Push(t.Context(), RawTradePushRequest{ShopNo: "S01", Orders: []RawTradePush{newPush("A1", 1)}})
		require.NoError(t, err, body)
		require.NotNil(t, res)
	}
	for body, id := range map[string]int64{
		`7`: 7, `"7"`: 7, `{"goods_id":7}`: 7, `{"goods_id":"7"}`: 7, `[7]`: 0, `"ok"`: 0, `{}`: 0, `null`: 0,
		`"12345678901234567890123"`: 0,
	} {
		got, err := newAnswering(t, Direct, 200, `{"status":0,"data":`+body+`}`).Goods.Push(t.Context(), pushedGoods())
		require.NoError(t, err, body)
		require.Equal(t, id, got, body)
	}
	require.Equal(t, duijie.ClassRefused, classify(fromWDT, "100", "", "goodsid is not exists").class)
	require.Equal(t, duijie.ClassUnauthenticated, classify(fromWDT, "1", "", "sid is not exists").class)
	require.Equal(t, duijie.ClassUnauthenticated, classify(fromWDT, "1", "", "The sid is not found").class)
}

// Secrets the platform echoes stay in no part of an error.
func TestPartialErrorsAreRedacted(t *testing.T) {
	t.Parallel()
	for _, g := range gateways {
		body := `{"status":0,"data":{"error_list":[{"no":"plantedsecret","error":"bad plantedsecret:plantedsalt","error_code":"plantedsalt"}],"x\/y":"plantedsecre\u0074 12345678901234567890 plantedtopsecret"}}`
		_, err := through(t, g, rawTradePushMethod, body)
		p, ok := errors.AsType[*PartialError](err)
		require.True(t, ok)
		text := fmt.Sprintf("%v %+v %#v %s %v", err, p, p.Rows, p.Data, p.message())
		for _, secret := range []string{"plantedsecret", "plantedsalt", `plantedsecre\u0074`} {
			require.NotContains(t, text, secret)
		}
		require.Contains(t, string(p.Data), "12345678901234567890")
	}
}
