package wdt

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

const pushMethod = "wms.stockother.In.push"

func TestCallReads(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		server.PutShop(wdttest.Shop{No: "S1", Name: "店 & <一>"}, wdttest.Shop{No: "S2"})
		names := []string{shopMethod}
		if g == Qimen {
			names = append(names, "wdt.setting.shop.queryshop", "3ldsmu02o9.wdt.setting.shop.queryshop")
		}
		for _, name := range names {
			var data struct{ Details []Shop }
			require.NoError(t, client.Call(t.Context(), name, nil, &data))
			require.Equal(t, "店 & <一>", data.Details[0].Name)

			var a Answer
			require.NoError(t, client.Call(t.Context(), name, map[string]any{"shop_no": "S2"}, &a))
			require.Equal(t, int64(1), a.Total)
			require.NoError(t, client.Call(t.Context(), name, &Query{Size: 1, Page: 1, Total: true}, &data))
			require.Equal(t, "S2", data.Details[0].No)
			require.NoError(t, client.Call(t.Context(), name, (*Query)(nil), nil))
			require.NoError(t, client.Call(t.Context(), name, Query{Params: map[string]any(nil)}, nil))
		}
		require.Equal(t, shopMethod, server.Calls()[len(server.Calls())-1].Op)
		err := client.Call(t.Context(), shopMethod, nil, new(int))
		require.ErrorContains(t, err, "the call succeeded")
	})
}

func TestTotalIsIgnoredWhenNotAsked(t *testing.T) {
	t.Parallel()
	server, client := newFake(t, Direct)
	server.PutShop(wdttest.Shop{No: "S1"})
	var a Answer
	require.NoError(t, client.Call(t.Context(), shopMethod, &Query{}, &a))
	require.Equal(t, int64(-1), a.Total)
}

func TestCallWrites(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		var got []json.RawMessage
		server.Handle(pushMethod, false, func(args []json.RawMessage, _ wdttest.Page) (any, error) {
			got = args
			return map[string]any{"status": 0, "message": "QR1"}, nil
		})
		order := map[string]any{"outer_no": "O1", "remark": `[1,2] {"a":1}`, "json": `{"b":[1,"x"],"a":null}`, "empty": ""}
		lines := []map[string]any{{"spec_no": "红", "num": duijie.MustDecimal("1.50"), "defect": false, "none": nil}}
		var out struct{ Message string }
		require.NoError(t, client.Call(t.Context(), pushMethod, Args{{"", order}, {"", lines}}, &out))
		require.Equal(t, "QR1", out.Message)
		require.Len(t, got, 2)
		want := `[{"spec_no":"红","num":1.50,"defect":false,"none":null}]`
		if g == Qimen {
			want = `[{"spec_no":"红","num":"1.50","defect":false}]`
		}
		require.JSONEq(t, want, string(got[1]))

		server.Handle(pushMethod, false, func([]json.RawMessage, wdttest.Page) (any, error) {
			return map[string]any{"status": 20, "message": "check_fail", "outer_no": "O1"}, nil
		})
		err := client.Call(t.Context(), pushMethod, Args{{"order", order}, {"order_details", lines}}, nil)
		require.ErrorIs(t, err, duijie.ErrRefused)
		require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
		p, ok := errors.AsType[*PartialError](err)
		require.True(t, ok)
		require.True(t, p.Saved)
		require.ErrorContains(t, err, "check_fail")

		server.Handle(pushMethod, false, func([]json.RawMessage, wdttest.Page) (any, error) {
			return nil, &wdttest.BusinessError{Status: 100, Message: "外部单号重复"}
		})
		err = client.Call(t.Context(), pushMethod, Args{{"order", order}, {"order_details", lines}}, nil)
		require.ErrorIs(t, err, duijie.ErrConflict)
		e, ok := errors.AsType[*duijie.APIError](err)
		require.True(t, ok)
		require.Equal(t, "wdt", e.Platform)
		require.Equal(t, pushMethod, e.Op)
		require.Equal(t, "100", e.Code)
		require.Equal(t, "外部单号重复", e.Message)
	})
}

func TestArgumentMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		gateway Gateway
		method  string
		in      any
		want    string
	}{
		{Direct, "", nil, "no method name"},
		{Direct, "a b", nil, "no method name"},
		{Direct, "a.B.c?x=1", nil, "no method name"},
		{Direct, "wdt.setting.shop.queryshop", nil, "calls it setting.Shop.queryShop"},
		{Direct, "wdt.a.b", nil, "Qimen name"},
		{Direct, "wms.stockin.PreStockin.search", nil, "Qimen only"},
		{Direct, shopMethod, &Query{Page: -1}, "below 0"},
		{Direct, shopMethod, &Query{Size: 1001}, "above 1000"},
		{Direct, shopMethod, func() {}, "encode"},
		{Direct, "a.B.c", json.RawMessage("{\"a\":\"\xff\"}"), "not UTF-8"},
		{Qimen, pushMethod, map[string]any{}, "give them as Args"},
		{Qimen, "a.B.c", Args{{"", 1}, {"", 2}}, "needs a name"},
		{Qimen, "a.B.c", Args{{"x", 1}, {"x", 2}}, "can not be named"},
		{Qimen, "a.B.c", Args{{"wdt_sign", 1}}, "can not be named"},
		{Qimen, "a.B.c", Args{{"x", "@/etc/passwd"}}, "begins with @"},
		{Qimen, "a.B.c", []any{1, nil}, "holds null"},
	} {
		client, mt := newMock(t, tt.gateway, answers(200, `{}`))
		err := client.Call(t.Context(), tt.method, tt.in, nil)
		require.ErrorIs(t, err, duijie.ErrInvalid, tt.want)
		require.ErrorContains(t, err, tt.want)
		require.True(t, strings.HasPrefix(err.Error(), "wdt: "), err.Error())
		require.Zero(t, mt.GetTotalCallCount(), "found before anything is sent")
	}
}

func TestQimenFieldTexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{`null`, ""}, {`""`, ""}, {`"S1"`, "S1"}, {`true`, "true"}, {`12345678901234567890`, "12345678901234567890"},
		{`1.50`, "1.50"}, {`1e3`, "1000"}, {`{"b":1,"a":2}`, `{"b":1,"a":2}`},
		{`{"a":null,"b":{"c":null}}`, `{"b":{}}`}, {`[{"n":1.0},{"n":2}]`, `[{"n":"1.0"},{"n":2}]`},
		{`{"a":1.5E-3}`, `{"a":"0.0015"}`}, {`["<&>"]`, `["<&>"]`},
	} {
		got, err := fieldText(json.RawMessage(tt.in))
		require.NoError(t, err)
		require.Equal(t, tt.want, got)
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	all := Methods()
	require.Len(t, all, len(queries)+len(writes)+len(qimenReads))
	for _, m := range all {
		found, ok := LookupMethod(m.QimenName)
		require.True(t, ok)
		require.Equal(t, m.Name, found.Name)
		require.NotEqual(t, duijie.EffectDefault, m.Effect)
	}
	m, ok := LookupMethod("sales.TradeQuery.queryWithDetail")
	require.True(t, ok)
	require.Equal(t, Method{
		Name: "sales.TradeQuery.queryWithDetail", QimenName: "wdt.sales.tradequery.querywithdetail", OnQimen: true,
		What: "orders", Effect: duijie.EffectRead, Paged: true, List: "order", Times: []TimeFilter{{From: "start_time", To: "end_time", Kind: TimeModified}},
		Window: time.Hour, PageSize: 100, MaxPageSize: 1000, Fields: []string{"params"}, HiddenOnDirect: true,
		Filters: m.Filters, Lifts: []string{"trade_no", "src_tid", "logistics_no"},
	}, m)
	m, _ = LookupMethod("purchase.PurchaseReturn.cancelOrder")
	require.Equal(t, "wdt.purchase.purchasereturn.cancleorder", m.QimenName)
	require.Equal(t, duijie.EffectWrite, m.Effect)
	m, _ = LookupMethod("sales.RawTrade.pushSelf2")
	require.Equal(t, duijie.EffectIdempotent, m.Effect)
	_, ok = LookupMethod("no.Such.method")
	require.False(t, ok)
}

// Every way a call can go wrong, by effect: reads survive what passes, a write
// is sent once unless it surely had no effect.
func TestFaults(t *testing.T) {
	t.Parallel()
	repeatedAsWrite := map[wdttest.FaultKind]bool{
		wdttest.Throttle: true, wdttest.ThrottleConcurrency: true, wdttest.TopLimited: true,
	}
	unharmed := map[wdttest.FaultKind]bool{wdttest.Slow: true, wdttest.EmptyPage: true}
	onBoth(t, func(t *testing.T, g Gateway) {
		for _, kind := range wdttest.FaultKinds() {
			t.Run(string(kind), func(t *testing.T) {
				t.Parallel()
				server, _ := newFake(t, g)
				server.Handle(pushMethod, false, func([]json.RawMessage, wdttest.Page) (any, error) { return "ok", nil })
				impatient := append(slices.Clone(fast), duijie.WithAttemptTimeout(300*time.Millisecond), duijie.WithMaxBody(1<<20))
				client, err := NewClient(fakeConfig(server, g), impatient...)
				require.NoError(t, err)
				t.Cleanup(client.CloseIdleConnections)

				server.Inject(wdttest.Fault{Kind: kind})
				err = client.Call(t.Context(), shopMethod, nil, nil)
				switch kind {
				case wdttest.RedirectAway:
					require.ErrorIs(t, err, duijie.ErrRedirected)
				case wdttest.ClockSkew:
					require.ErrorIs(t, err, duijie.ErrInvalid, "the clocks agree, so nothing can be corrected")
				default:
					require.NoError(t, err)
				}

				server.Inject(wdttest.Fault{Kind: kind})
				err = client.Call(t.Context(), pushMethod, Args{{"order", 1}, {"order_details", 2}}, nil)
				sent := 1
				switch {
				case unharmed[kind] || g == Direct && kind == wdttest.MissingStatus:
					require.NoError(t, err)
				case repeatedAsWrite[kind]:
					require.NoError(t, err)
					sent = 2
				case kind == wdttest.RedirectAway || kind == wdttest.ClockSkew:
					require.ErrorIs(t, err, duijie.ErrInvalid)
					require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
				default:
					require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
				}
				require.Equal(t, sent, server.Count(pushMethod))
			})
		}
	})
}

func TestAuthAndPermission(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, _ := newFake(t, g, wdttest.WithoutGrant("setting.Warehouse.queryWarehouse"))
		change := func(fn func(*Config)) error {
			cfg := fakeConfig(server, g)
			fn(&cfg)
			c, err := NewClient(cfg, fast...)
			require.NoError(t, err)
			t.Cleanup(c.CloseIdleConnections)
			return c.Call(t.Context(), "setting.Warehouse.queryWarehouse", nil, nil)
		}
		require.ErrorIs(t, change(func(*Config) {}), duijie.ErrPermission)
		for _, fn := range []func(*Config){
			func(c *Config) { c.SID = "other" },
			func(c *Config) { c.AppKey = "other" },
			func(c *Config) { c.AppSecret = duijie.NewSecret("plantedsecret:plantedsalt") },
		} {
			err := change(fn)
			require.ErrorIs(t, err, duijie.ErrUnauthenticated)
			requireNoSecret(t, err.Error())
		}
		if g == Qimen {
			require.ErrorIs(t, change(func(c *Config) { c.QimenAppSecret = duijie.NewSecret("other") }), duijie.ErrUnauthenticated)
			require.ErrorIs(t, change(func(c *Config) { c.QimenTargetAppKey = "1" }), duijie.ErrPermission)
			for _, method := range []string{SignHMAC, SignHMACSHA256} {
				require.ErrorIs(t, change(func(c *Config) { c.SignMethod, c.ScenePrefix = method, true }), duijie.ErrPermission, "signed right")
			}
		}
	})
}

func TestQimenAnswerForms(t *testing.T) {
	t.Parallel()
	for _, opt := range []wdttest.Option{
		wdttest.WithErrorResponseRoot(), wdttest.WithMethodRoot(), wdttest.WithNumbersAsText(), wdttest.WithMixedTypes(),
	} {
		server, client := newFake(t, Qimen, opt)
		seed(server, 9)
		names, err := shopNames(t.Context(), client, ShopQuery{PageSize: 4})
		require.NoError(t, err)
		require.Len(t, names, 9)
		err = client.Call(t.Context(), "no.Such.method", nil, nil)
		require.ErrorIs(t, err, duijie.ErrNotFound)
		require.ErrorContains(t, err, "direct gateway")
	}
	_, client := newFake(t, Qimen, wdttest.WithoutStatus())
	require.ErrorIs(t, client.Call(t.Context(), shopMethod, nil, nil), duijie.ErrMalformedAnswer)
}

func TestBaseURLWithPath(t *testing.T) {
	t.Parallel()
	fake := wdttest.New()
	for _, tt := range []struct {
		gateway Gateway
		base    string
	}{{Direct, "https://proxy.example/erp/openapi"}, {Qimen, "https://proxy.example/erp/router/qm"}} {
		mt := httpmock.NewMockTransport()
		mt.RegisterResponder(http.MethodPost, `=~^https://proxy\.example/erp/`, func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.URL.Path = strings.TrimPrefix(r.URL.Path, "/erp")
			return served(fake, r), nil
		})
		cfg := fakeConfig(fake, tt.gateway)
		cfg.BaseURL = tt.base
		c, err := NewClient(cfg, append(slices.Clone(fast), duijie.WithHTTPClient(&http.Client{Transport: mt}))...)
		require.NoError(t, err)
		require.NoError(t, c.Call(t.Context(), shopMethod, nil, nil))
		require.Equal(t, 1, mt.GetTotalCallCount())
	}
}

// A caller's transport may serve several sellers, so its connections are not
// kept; the client's own are.
func TestConnections(t *testing.T) {
	t.Parallel()
	var closing atomic.Bool
	client, _ := newMock(t, Direct, func(r *http.Request) (*http.Response, error) {
		closing.Store(r.Close)
		return httpmock.NewStringResponse(200, `{"status":0}`), nil
	})
	require.NoError(t, client.Call(t.Context(), "a.B.c", nil, nil))
	require.True(t, closing.Load())
	own, err := NewClient(mockConfig(Direct), duijie.WithHTTPClient(&http.Client{Timeout: time.Second}))
	require.NoError(t, err)
	require.False(t, own.closing)
}

func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		var log strings.Builder
		logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		refusals := []httpmock.Responder{
			answers(200, `{"status":1,"message":"验证失败 plantedsecret plantedsalt plantedtopsecret plantedsession"}`),
			answers(200, `{"response":{"flag":"failure","code":25,"message":"plantedtopsecret plantedsession plantedsalt"}}`),
			answers(502, `<html>plantedsecret</html>`),
			func(r *http.Request) (*http.Response, error) {
				return nil, &url.Error{Op: "Post", URL: r.URL.String(), Err: errors.New("dial " + r.URL.String())}
			},
			func(r *http.Request) (*http.Response, error) {
				return nil, errors.New("proxy refused plantedsalt")
			},
		}
		for _, respond := range refusals {
			client, _ := newMock(t, g, respond, append(slices.Clone(fast), duijie.WithLogger(logger))...)
			err := client.Call(t.Context(), pushMethod, Args{{"order", 1}, {"order_details", 1}}, nil)
			require.Error(t, err)
			requireNoSecret(t, err.Error())
			require.NotContains(t, err.Error(), "sign=")
			e, ok := errors.AsType[*duijie.APIError](err)
			require.True(t, ok)
			b, jsonErr := json.Marshal(e)
			require.NoError(t, jsonErr)
			requireNoSecret(t, string(b))
			logger.Info("failed", "err", err)
		}
		require.NotEmpty(t, log.String())
		requireNoSecret(t, log.String())
		require.NotContains(t, log.String(), "sign=")
	})
}

// After a throttle answer the call waits 1, 2 and 4 minutes; other calls wait too.
func TestThrottleWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		begin := time.Now()
		client, _ := newMock(t, Direct, func(*http.Request) (*http.Response, error) {
			at = append(at, time.Since(begin).Round(10*time.Second))
			if len(at) < 4 {
				return httpmock.NewStringResponse(200, `{"status":100,"message":"超过每分钟最大调用频率限制,请稍后重试"}`), nil
			}
			return httpmock.NewStringResponse(200, `{"status":0}`), nil
		})
		require.NoError(t, client.Call(t.Context(), pushMethod, Args{{"order", 1}}, nil), "a throttled write had no effect")
		require.Len(t, at, 4)
		require.Equal(t, time.Minute, at[1])
		require.GreaterOrEqual(t, at[2], 3*time.Minute)
		require.GreaterOrEqual(t, at[3], 7*time.Minute)
		require.Less(t, at[3], 9*time.Minute)
	})
}

func TestThrottleGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, mt := newMock(t, Qimen, answers(200, `{"response":{"status":100,"message":"超过每分钟最大并发次数限制，请稍后重试"}}`))
		err := client.Call(t.Context(), shopMethod, nil, nil)
		require.ErrorIs(t, err, duijie.ErrRateLimited)
		require.Equal(t, 4, mt.GetTotalCallCount())
		e, _ := errors.AsType[*duijie.APIError](err)
		require.Equal(t, 5*time.Minute, e.RetryAfter)
		require.False(t, e.OutcomeUnknown)
	})
}

func TestOneCallASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := newMock(t, Direct, answers(200, `{"status":0}`))
		begin := time.Now()
		for range 5 {
			require.NoError(t, client.Call(t.Context(), "a.B.c", nil, nil))
		}
		require.Equal(t, 4*time.Second, time.Since(begin).Round(time.Millisecond))
	})
}

// A clock that is off is corrected by the platform's Date header, and the call
// repeated once.
func TestClockIsCorrected(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		fake := wdttest.New()
		seen := 0
		respond := func(r *http.Request) (*http.Response, error) {
			seen++
			return served(fake, r), nil
		}
		mt := httpmock.NewMockTransport()
		mt.RegisterNoResponder(respond)
		cfg := fakeConfig(fake, g)
		cfg.BaseURL = map[Gateway]string{Direct: "http://x.example/openapi", Qimen: "http://x.example/router/qm"}[g]
		slow := func() time.Time { return time.Now().Add(-17 * time.Minute) }
		c, err := NewClient(cfg, append(slices.Clone(fast), duijie.WithHTTPClient(&http.Client{Transport: mt}), duijie.WithClock(slow))...)
		require.NoError(t, err)
		require.NoError(t, c.Call(t.Context(), shopMethod, nil, nil))
		require.Equal(t, 2, seen)
		require.NoError(t, c.Call(t.Context(), shopMethod, nil, nil))
		require.Equal(t, 3, seen, "the correction stays")
	})
}

func TestWithResponse(t *testing.T) {
	t.Parallel()
	client, _ := newMock(t, Qimen, answers(200, `{"response":{"flag":"failure","code":25,"message":"Invalid signature","request_id":"r1"}}`))
	var resp duijie.Response
	err := client.Call(t.Context(), shopMethod, nil, nil, duijie.WithResponse(&resp))
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
	require.Equal(t, "r1", resp.RequestID)
	require.Equal(t, 200, resp.StatusCode)
	require.Contains(t, string(resp.Body), "Invalid signature")
	var sent string
	client, _ = newMock(t, Direct, func(r *http.Request) (*http.Response, error) {
		b, err := io.ReadAll(r.Body)
		sent = string(b)
		return httpmock.NewStringResponse(200, `{"status":0}`), err
	})
	require.NoError(t, client.Call(t.Context(), "system.ScriptExtension.call", Args{{"name", "s<1>"}, {"arg", 1.50}, {"none", nil}}, nil))
	require.Equal(t, `["s<1>",1.5,null]`, sent)
}

// The error of a write whose answer was lost says how to find out.
func TestLostAnswerSaysWhereToLook(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]string{
		"wms.stockin.Other.createOtherOrder": `look outer_no up with wms.stockin.Other.queryWithDetail by stockin_no; sent again with the same outer_no, "already exists" means it was done`,
		"purchase.PurchaseOrder.createOrder": "look purchase_no up with purchase.PurchaseOrder.queryWithDetail by purchase_no",
		"wms.stockother.In.cancelOrder":      "nothing is known that identifies the document",
	} {
		client, _ := newMock(t, Direct, answers(502, ""), fast...)
		err := client.Call(t.Context(), method, Args{{Value: map[string]any{"outer_no": "O1"}}}, nil)
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, method)
		require.ErrorContains(t, err, want, method)
	}
}
