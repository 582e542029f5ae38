package wdt

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// A document's status other than 0 is a failure, with words beside it or without.
func TestStatusWithoutWordsIsAFailure(t *testing.T) {
	t.Parallel()
	for data, saved := range map[string]bool{
		`{"status":1}`: false, `{"status":100}`: false, `{"status":"100"}`: false, `{"status":20}`: true, `{"status":"fail"}`: false,
		`{"status":true}`: false,
	} {
		_, err := through(t, Direct, otherStockinCreateMethod, `{"status":0,"data":`+data+`}`)
		require.ErrorIs(t, err, duijie.ErrRefused, data)
		require.Equal(t, saved, savedOnly(err), data)
		unclear := data == `{"status":"fail"}` || data == `{"status":true}`
		require.Equal(t, unclear, errors.Is(err, duijie.ErrOutcomeUnknown), "what nobody documents may be a success: %s", data)
		require.ErrorContains(t, err, noReason, data)
	}
	_, err := through(t, Direct, "purchase.PurchaseOrder.cancelByType", `{"status":0,"data":{"code":1,"error_count":0}}`)
	require.ErrorIs(t, err, duijie.ErrRefused)
	for _, data := range []string{`{"status":0}`, `{"status":"0"}`, `{"status":null}`, `{}`} {
		_, err := through(t, Direct, otherStockinCreateMethod, `{"status":0,"data":`+data+`}`)
		require.NoError(t, err, data)
	}
}

// Whatever stands in a member for errors is one.
func TestErrorsInUnknownForms(t *testing.T) {
	t.Parallel()
	for _, known := range []string{rawTradePushMethod, "unlisted.Thing.push"} {
		for content, words := range map[string]string{
			`[{"reason":"库存不足"}]`: "库存不足", `[["T1","x"]]`: `["T1","x"]`, `[7]`: "7", `"订单T1失败"`: "订单T1失败",
			`"[{\"no\":\"T1\",\"error\":\"bad\"}]"`: "T1: bad", `{"T1":"bad"}`: "bad", `{"no":"T1","error":"bad"}`: "T1: bad", `3`: "3",
		} {
			for _, name := range []string{"error_list", "error_info", "error_data"} {
				_, err := through(t, Direct, known, `{"status":0,"data":{"new_count":1,"`+name+`":`+content+`}}`)
				var p *PartialError
				require.ErrorAs(t, err, &p, "%s %s", name, content)
				require.ErrorContains(t, err, words, "%s %s", name, content)
			}
		}
		for _, nothing := range []string{`[]`, `null`, `""`, `"[]"`, `{}`, `0`, `false`} {
			_, err := through(t, Direct, known, `{"status":0,"data":{"new_count":1,"error_list":`+nothing+`}}`)
			require.NoError(t, err, nothing)
		}
	}
	_, err := through(t, Direct, rawTradePushMethod, `{"status":0,"data":{"error_list":["a"],"error_info":["b"]}}`)
	require.ErrorContains(t, err, "a; b", "all members are read")
	_, err = through(t, Direct, rawTradePushMethod, `{"status":0,"data":{"error_list":[[`+strings.Repeat(`"x",`, 500)+`1]]}}`)
	require.Less(t, len(err.Error()), 600, "a message stays short")
}

// Status 0 alone is a push that was done.
func TestPushesAnsweredWithoutData(t *testing.T) {
	t.Parallel()
	c, _ := newMock(t, Direct, answers(200, `{"status":0}`), fast...)
	rep, err := c.RawTrades.Push(t.Context(), RawTradePushRequest{ShopNo: "S01", Orders: []RawTradePush{newPush("T1", 1)}})
	require.NoError(t, err)
	require.Zero(t, *rep)
	for data, want := range map[string]int64{`7`: 7, `"7"`: 7, `{"goods_id":7}`: 7, `{"goods_id":"7"}`: 7, `"done"`: 0, `null`: 0, `[7]`: 0} {
		c, _ := newMock(t, Direct, answers(200, `{"status":0,"data":`+data+`}`), fast...)
		id, err := c.Goods.Push(t.Context(), GoodsPush{No: "G1", Name: "x", Specs: []SpecPush{{No: "S1"}}})
		require.NoError(t, err, data)
		require.Equal(t, want, id, data)
	}
}

// A word is not found inside another.
func TestSIDIsAWord(t *testing.T) {
	t.Parallel()
	_, err := through(t, Direct, goodsPushMethod, `{"status":100,"message":"goodsid is not exists"}`)
	require.NotErrorIs(t, err, duijie.ErrUnauthenticated)
	_, err = through(t, Direct, goodsPushMethod, `{"status":1,"message":"sid is not exists"}`)
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
}

// Every decimal a push sends is one the platform can keep.
func TestEveryAmountIsChecked(t *testing.T) {
	t.Parallel()
	fine, d := duijie.MustDecimal("1.23456"), duijie.MustDecimal
	c, mt := newMock(t, Direct, answers(200, `{"status":0,"data":{"status":0,"message":"N1"}}`), fast...)
	order := func(change func(*RawTradePush)) func() error {
		return func() error {
			o := newPush("T1", 1)
			change(&o)
			_, err := c.RawTrades.Push(t.Context(), RawTradePushRequest{ShopNo: "S01", Orders: []RawTradePush{o}, AnyAmounts: true})
			return err
		}
	}
	purchase := func(change func(*PurchaseOrderPush)) func() error {
		return func() error {
			p := PurchaseOrderPush{
				No: "CG1", ProviderNo: "P", ExpectWarehouseNo: "W", PurchaserName: "x", ReceiveWarehouseNos: []string{"W"},
				Lines: []PurchaseOrderPushLine{{SpecNo: "A", Num: d("2")}},
			}
			change(&p)
			_, err := c.Purchases.Create(t.Context(), p)
			return err
		}
	}
	for name, send := range map[string]func() error{
		"discount of the order": order(func(o *RawTradePush) { o.Discount = fine }),
		"other_amount":          order(func(o *RawTradePush) { o.OtherAmount = fine }),
		"cod_amount":            order(func(o *RawTradePush) { o.CODAmount = fine }),
		"price":                 order(func(o *RawTradePush) { o.Lines[0].Price = fine }),
		"amount":                order(func(o *RawTradePush) { o.Discounts = []RawTradePushDiscount{{Amount: fine}} }),
		"post_fee":              purchase(func(p *PurchaseOrderPush) { p.Postage = fine }),
		"other_fee":             purchase(func(p *PurchaseOrderPush) { p.OtherFee = fine }),
		"tax_rate":              purchase(func(p *PurchaseOrderPush) { p.Lines[0].TaxRate = fine }),
		"num":                   purchase(func(p *PurchaseOrderPush) { p.Lines[0].Num = d("1.5") }),
		"height": func() error {
			_, err := c.Goods.Push(t.Context(), GoodsPush{No: "G1", Name: "x", Specs: []SpecPush{{No: "S1", Height: fine}}})
			return err
		},
		"stockin_price": func() error {
			_, err := c.OtherStockins.Create(t.Context(), OtherStockinPush{No: "N1", WarehouseNo: "W", Lines: []OtherStockinPushLine{{SpecNo: "A", Num: d("1"), Price: fine}}})
			return err
		},
	} {
		require.ErrorIs(t, send(), duijie.ErrInvalid, name)
	}
	require.Zero(t, mt.GetTotalCallCount(), "nothing was sent")
	require.NoError(t, purchase(func(p *PurchaseOrderPush) { p.Lines[0].Num = d("2.0") })())
}

// A fault of the whole setup stops a run: it makes no dead letter of a good record. What
// is wrong with one record does.
func TestWhoIsToBlame(t *testing.T) {
	t.Parallel()
	records := []duijiesync.Record[GoodsPush]{{Key: "G1", Value: GoodsPush{Name: "x", Specs: []SpecPush{{No: "S1"}}}}}
	for _, tt := range []struct {
		gateway Gateway
		status  int
		body    string
		stops   bool
	}{
		{Direct, 200, `{"status":7,"message":"时间戳错误"}`, true},
		{Direct, 200, `{"status":8,"message":"版本错误"}`, true},
		{Direct, 200, `{"status":1,"message":"For input string: \"1665947116495\""}`, true},
		{Direct, 200, `{"status":1,"message":"invalid argument count"}`, true},
		{Direct, 200, `{"status":2,"message":"specInfoList"}`, true},
		{Direct, 200, `{"status":3,"message":"password"}`, true},
		{Direct, 200, `{"status":6,"message":"ip"}`, true},
		{Direct, 200, `{"status":100,"message":"The API used internal only: x"}`, true},
		{Direct, 200, `{"status":100,"message":"权限不足"}`, true},
		{Direct, 404, `<html>not found</html>`, true},
		{Direct, 400, `bad`, true},
		{Qimen, 200, `{"error_response":{"code":22,"msg":"Invalid Method"}}`, true},
		{Qimen, 200, `{"error_response":{"code":31,"msg":"Invalid Timestamp"}}`, true},
		{Qimen, 200, `{"error_response":{"code":40,"msg":"Missing Required Arguments"}}`, true},
		{Qimen, 200, `{"error_response":{"code":99,"msg":"new"}}`, true},
		{Qimen, 200, `{"error_response":{"code":15,"sub_code":"isv.invalid","sub_msg":"x"}}`, false},
		{Direct, 200, `{"status":100,"message":"商家编码已存在"}`, false},
		{Direct, 200, `{"status":100,"message":"没有这样的分类"}`, false},
		{Direct, 200, `{"status":100,"message":"无该仓库权限"}`, false},
		{Direct, 200, `{"status":0,"data":{"status":1,"message":"权限不足"}}`, false},
		{Direct, 200, `{"status":0,"data":{"error_list":["权限不足"]}}`, false},
	} {
		c, _ := newMock(t, tt.gateway, answers(tt.status, tt.body), append([]duijie.Option{}, fast[0], duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 1}))...)
		out, err := NewGoodsSink(c, GoodsSinkConfig[GoodsPush]{}).Write(t.Context(), records)
		if tt.stops {
			require.Error(t, err, tt.body)
			require.Empty(t, out, tt.body)
			continue
		}
		require.NoError(t, err, tt.body)
		require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind, tt.body)
	}
}

// What the platform says of failed rows may repeat what was sent: no secret stays in it.
func TestPartialErrorKeepsNoSecret(t *testing.T) {
	t.Parallel()
	body := `{"status":0,"data":{"error_list":[{"no":"plantedsecret","error":"sign with plantedsecret and plantedsalt"}]}}`
	_, err := through(t, Direct, rawTradePushMethod, body)
	var p *PartialError
	require.ErrorAs(t, err, &p)
	for _, planted := range []string{"plantedsecret", "plantedsalt"} {
		require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", err, p, p.Rows, p.Data), planted)
	}
}
