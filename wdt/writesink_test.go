package wdt

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// newAnswering is a client of a server that gives every call the same answer.
func newAnswering(t *testing.T, g Gateway, status int, body string) *Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}))
	cfg := mockConfig(g)
	cfg.BaseURL = s.URL + "/openapi"
	c, err := NewClient(cfg, append(fast[:len(fast):len(fast)], duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 1, MinDelay: -1, ThrottleDelay: -1}))...)
	require.NoError(t, err)
	t.Cleanup(func() {
		c.CloseIdleConnections()
		s.Close()
	})
	return c
}

func pushedStockin() OtherStockinPush {
	return OtherStockinPush{No: "D1", WarehouseNo: "W01", Lines: []OtherStockinPushLine{{SpecNo: "A", Num: duijie.DecimalFromInt(1)}}}
}

func pushedPurchase() PurchaseOrderPush {
	return PurchaseOrderPush{
		No: "D1", ProviderNo: "P01", ExpectWarehouseNo: "W01", PurchaserName: "x", ReceiveWarehouseNos: []string{"W01"},
		Lines: []PurchaseOrderPushLine{{SpecNo: "A", Num: duijie.DecimalFromInt(1)}},
	}
}

func pushedTransfer() TransferPush {
	return TransferPush{No: "D1", FromWarehouseNo: "W01", ToWarehouseNo: "W02", Lines: []TransferPushLine{{SpecNo: "A", Num: duijie.DecimalFromInt(1)}}}
}

func pushedGoods() GoodsPush {
	return GoodsPush{No: "G1", Name: "x", Specs: []SpecPush{{No: "A"}}}
}

// sinks are one sink of each kind with a record each.
var sinks = map[string]func(context.Context, *Client) ([]duijiesync.Outcome, error){
	"stock-in": func(ctx context.Context, c *Client) ([]duijiesync.Outcome, error) {
		return NewOtherStockinSink(c, DocumentSinkConfig[OtherStockinPush, OtherStockinPush]{}).Write(ctx, recordOf("D1", pushedStockin()))
	},
	"purchase": func(ctx context.Context, c *Client) ([]duijiesync.Outcome, error) {
		return NewPurchaseOrderSink(c, DocumentSinkConfig[PurchaseOrderPush, PurchaseOrderPush]{}).Write(ctx, recordOf("D1", pushedPurchase()))
	},
	"transfer": func(ctx context.Context, c *Client) ([]duijiesync.Outcome, error) {
		return NewTransferSink(c, DocumentSinkConfig[TransferPush, TransferPush]{}).Write(ctx, recordOf("D1", pushedTransfer()))
	},
	"goods": func(ctx context.Context, c *Client) ([]duijiesync.Outcome, error) {
		return NewGoodsSink(c, GoodsSinkConfig[GoodsPush]{}).Write(ctx, recordOf("G1", pushedGoods()))
	},
	"orders": func(ctx context.Context, c *Client) ([]duijiesync.Outcome, error) {
		s, err := NewRawTradeSink(c, RawTradeSinkConfig[RawTradePush]{ShopNo: "S01"})
		if err != nil {
			return nil, err
		}
		return s.Write(ctx, recordOf("A1", newPush("A1", 1)))
	},
}

func recordOf[T any](key string, v T) []duijiesync.Record[T] {
	return []duijiesync.Record[T]{{Key: key, Value: v}}
}

// A fault of the setup stops the run: it makes no dead letters, and is nothing the
// engine would bisect.
func TestSetupFaultsStopASink(t *testing.T) {
	t.Parallel()
	wdt := func(status int, text string) string { return fmt.Sprintf(`{"status":%d,"message":%q}`, status, text) }
	top := func(code int, sub string) string {
		return fmt.Sprintf(`{"response":{"flag":"failure","code":%d,"message":"x","sub_code":%q}}`, code, sub)
	}
	type fault struct {
		g      Gateway
		status int
		body   string
	}
	faults := []fault{
		{Direct, 200, wdt(1, "sid is not exists")}, {Direct, 200, wdt(1, "app auth fail")}, {Direct, 200, wdt(1, "验证失败")},
		{Direct, 200, wdt(1, `For input string: "1665947116495"`)}, {Direct, 200, wdt(1, "invalid argument count")}, {Direct, 200, wdt(1, "参数个数错误")},
		{Direct, 200, wdt(3, "动态密码")}, {Direct, 200, wdt(6, "IP")}, {Direct, 200, wdt(7, "时间戳错误")}, {Direct, 200, wdt(8, "版本错误")},
		{Direct, 200, wdt(100, "The API used internal only: x")}, {Direct, 200, wdt(100, "权限不足")}, {Direct, 200, wdt(100, "超过每分钟最大调用频率限制")},
		{Direct, 404, "<html>"}, {Direct, 405, "<html>"}, {Direct, 403, "<html>"}, {Direct, 400, "x"},
	}
	for _, code := range []int{9, 11, 12, 13, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 40, 42, 777} {
		faults = append(faults, fault{Qimen, 200, top(code, "")})
	}
	for _, f := range faults {
		c := newAnswering(t, f.g, f.status, f.body)
		for name, write := range sinks {
			out, err := write(t.Context(), c)
			require.Error(t, err, "%s: %v", name, f)
			require.Nil(t, out, "%s: %v", name, f)
			require.ErrorIs(t, err, duijiesync.ErrStop, "%s: %v", name, f)
			require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown, "%s: %v", name, f)
			_, isAPI := errors.AsType[*duijie.APIError](err)
			require.True(t, isAPI, "%s: the call's own error stays in reach", name)
		}
	}
}

// What the platform says about one record hurts this record alone.
func TestFaultsOfARecordRefuseIt(t *testing.T) {
	t.Parallel()
	for _, f := range []struct {
		g    Gateway
		code int
		body string
	}{
		{Direct, 200, `{"status":100,"message":"供应商不存在"}`}, {Direct, 200, `{"status":100,"message":"goodsid is not exists"}`},
		{Direct, 200, `{"status":100,"message":"仓库编号为 1001x 的仓库不存在或无权限"}`}, {Direct, 200, `{"status":100,"message":"无仓库访问权限"}`},
		{Direct, 200, `{"status":1,"message":"For input string: \"1.5\""}`},
		{Direct, 200, `{"status":100,"message":"Data truncation: Data too long"}`}, {Direct, 413, `<html>`},
		{Direct, 200, `{"status":0,"data":{"status":1,"message":"权限不足"}}`},
		{Qimen, 200, `{"response":{"flag":"failure","code":15,"message":"x","sub_code":"isv.invalid-parameter"}}`},
		{Qimen, 200, `{"response":{"flag":"failure","code":41,"message":"x"}}`},
	} {
		c := newAnswering(t, f.g, f.code, f.body)
		for name, write := range sinks {
			out, err := write(t.Context(), c)
			require.NoError(t, err, "%s: %v", name, f)
			require.Len(t, out, 1)
			require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind, "%s: %v: %v", name, f, out[0])
		}
	}
}

// A sink that was set up wrong refuses no record.
func TestSinkWithoutDocumentStops(t *testing.T) {
	t.Parallel()
	c := newAnswering(t, Direct, 200, `{"status":0}`)
	_, err := NewOtherStockinSink(c, DocumentSinkConfig[int, OtherStockinPush]{}).Write(t.Context(), recordOf("D1", 1))
	require.ErrorContains(t, err, "needs Document")
	require.NotErrorIs(t, err, duijie.ErrInvalid)
	s, err := NewRawTradeSink(c, RawTradeSinkConfig[int]{ShopNo: "S01"})
	require.NoError(t, err)
	_, err = s.Write(t.Context(), recordOf("D1", 1))
	require.ErrorContains(t, err, "needs Document")
	require.NotErrorIs(t, err, duijie.ErrInvalid)
}

// A client of the other edition can write no record at all.
func TestSinksOfTheOtherEditionStop(t *testing.T) {
	t.Parallel()
	c, mt := newMock(t, Enterprise, answers(200, `{"code":0}`), fast...)
	for name, write := range sinks {
		out, err := write(t.Context(), c)
		require.ErrorContains(t, err, "enterprise", name)
		require.NotErrorIs(t, err, duijie.ErrInvalid, name)
		require.Nil(t, out, name)
	}
	require.Zero(t, mt.GetTotalCallCount())
}

// Through a pipeline: the run ends with the fault, and no record is lost to it.
func TestSetupFaultMakesNoDeadLetters(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"status":7,"message":"时间戳错误"}`, `{"status":8,"message":"版本错误"}`, `<html>`} {
		status := 200
		if body == `<html>` {
			status = 404
		}
		c := newAnswering(t, Direct, status, body)
		var goods []GoodsPush
		for i := range 3 {
			g := pushedGoods()
			g.No = fmt.Sprintf("G%d", i)
			goods = append(goods, g)
		}
		p := &duijiesync.Pipeline[GoodsPush, GoodsPush]{
			Name: "goods", Source: duijiesync.Slice(goods, func(g GoodsPush) string { return g.No }), Transform: duijiesync.Same[GoodsPush],
			Sink: pushOnly{NewGoodsSink(c, GoodsSinkConfig[GoodsPush]{})}, State: duijiesync.NewMemoryState(),
		}
		report, err := p.Run(t.Context())
		require.Error(t, err, body)
		require.Zero(t, report.Refused, body)
	}
}

// pushOnly is a sink without its lookups, which would fail first.
type pushOnly struct{ duijiesync.Sink[GoodsPush] }
