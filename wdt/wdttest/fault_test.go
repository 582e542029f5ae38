package wdttest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// post sends one shop query over the network, on either gateway.
func post(ctx context.Context, s *Server, gateway string) (*http.Response, error) {
	var r *http.Request
	if gateway == GatewayDirect {
		q, body := ask{method: shopMethod}.direct(s)
		r, _ = http.NewRequestWithContext(ctx, http.MethodPost, s.DirectURL()+"?"+q.Encode(), strings.NewReader(body))
	} else {
		system, form := ask{method: qimenShop}.qimen(s)
		r, _ = http.NewRequestWithContext(ctx, http.MethodPost, s.QimenURL()+"?"+system.Encode(), strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	c := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c.Do(r)
}

// outcomeOf tells what a caller sees of a call with this fault.
func outcomeOf(t *testing.T, gateway string, kind FaultKind) (status int, body []byte, err error) {
	t.Helper()
	s := NewServer()
	defer s.Close()
	s.PutShop(Shop{No: "S1"})
	s.Inject(Fault{Op: shopMethod, Kind: kind, Delay: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if kind == StallAfter {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, 50*time.Millisecond)
		defer stop()
	}
	resp, err := post(ctx, s, gateway)
	require.Equal(t, []FaultKind{kind}, []FaultKind{s.Calls()[0].Fault})
	require.Equal(t, 1, s.Count(shopMethod))
	if err != nil {
		return 0, nil, err
	}
	defer func() { require.NoError(t, resp.Body.Close()) }()
	limit := int64(1 << 16)
	if kind == DripAfter {
		limit = 3
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, limit))
	return resp.StatusCode, body, err
}

func TestTransportFaultKinds(t *testing.T) {
	t.Parallel()
	for _, gateway := range []string{GatewayDirect, GatewayQimen} {
		for kind, check := range map[FaultKind]func(t *testing.T, status int, body string, err error){
			Unavailable:      is(http.StatusBadGateway, "502 Bad Gateway"),
			UnavailableAfter: is(http.StatusBadGateway, "502 Bad Gateway"),
			Cut:              broken, CutAfter: broken, StallAfter: broken, TruncateAfter: broken,
			Slow:         is(http.StatusOK, `"shop_no":"S1"`),
			GarbageAfter: is(http.StatusOK, "not the format"),
			HTML:         is(http.StatusOK, "<html>"),
			HugeAfter:    is(http.StatusOK, "[0,[0,[0,"),
			DripAfter:    is(http.StatusOK, "   "),
			RedirectAway: is(http.StatusTemporaryRedirect, ""),
		} {
			t.Run(gateway+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				status, body, err := outcomeOf(t, gateway, kind)
				check(t, status, string(body), err)
			})
		}
	}
}

func is(status int, part string) func(*testing.T, int, string, error) {
	return func(t *testing.T, got int, body string, err error) {
		t.Helper()
		require.NoError(t, err)
		require.Equal(t, status, got)
		require.Contains(t, body, part)
	}
}

func broken(t *testing.T, _ int, _ string, err error) {
	t.Helper()
	require.Error(t, err)
}

func TestPlatformFaultKinds(t *testing.T) {
	t.Parallel()
	const limited, concurrent = "超过每分钟最大调用频率限制，请稍后重试", "超过每分钟最大并发次数限制,请稍后重试"
	for kind, want := range map[FaultKind]struct{ direct, qimen string }{
		Throttle:            {`{"message":"` + limited + `","status":100}`, ""},
		ThrottleConcurrency: {`{"message":"` + concurrent + `","status":100}`, ""},
		DatabaseFault:       {`{"message":"数据库异常","status":4}`, ""},
		OtherFault:          {`{"message":"其他异常","status":99}`, ""},
		ServerText:          {`{"message":"invalid http status 502","status":100}`, ""},
		ClockSkew:           {`{"message":"时间戳错误","status":7}`, ""},
		EmptyPage:           {`{"data":{"details":[],"total_count":1},"status":0}`, ""},
		TopLimited:          {`{"message":"` + limited + `","status":100}`, `{"code":7,"flag":"failure","message":"App Call Limited","request_id":"16fake000001","sub_code":"accesscontrol.limited-by-app-access-count","sub_message":"This ban will last for 1 more seconds"}`},
		TopISP:              {`{"message":"invalid http status 502","status":100}`, `{"code":15,"flag":"failure","message":"Remote service error","request_id":"16fake000001","sub_code":"isp.remote-connection-error","sub_message":"connection refused"}`},
	} {
		_, body, err := outcomeOf(t, GatewayDirect, kind)
		require.NoError(t, err)
		require.JSONEq(t, want.direct, string(body), kind)
		_, body, err = outcomeOf(t, GatewayQimen, kind)
		require.NoError(t, err)
		require.JSONEq(t, `{"response":`+or(want.qimen, want.direct)+`}`, string(body), kind)
	}
	_, body, err := outcomeOf(t, GatewayDirect, MissingStatus)
	require.NoError(t, err)
	require.Contains(t, string(body), `"status":0`)
	_, body, err = outcomeOf(t, GatewayQimen, MissingStatus)
	require.NoError(t, err)
	require.NotContains(t, string(body), `"status"`)
	require.Contains(t, string(body), `"shop_no":"S1"`)
}

func TestEveryKindIsListedOnce(t *testing.T) {
	t.Parallel()
	seen := map[FaultKind]bool{}
	for _, k := range FaultKinds() {
		require.False(t, seen[k], k)
		seen[k] = true
	}
	require.Len(t, seen, 22)
}

func TestFaultMatching(t *testing.T) {
	t.Parallel()
	s := withShops(1)
	s.Inject(Fault{Op: warehouseMethod, Kind: OtherFault, Times: -1})
	s.Inject(Fault{Op: shopMethod, Call: 2, Times: 2, Kind: DatabaseFault})
	var statuses []string
	for range 4 {
		statuses = append(statuses, sendDirect(t, s, ask{method: shopMethod})["status"].(json.Number).String())
	}
	require.Equal(t, []string{"0", "4", "4", "0"}, statuses)
	s.ClearFaults()
	require.Equal(t, json.Number("0"), sendDirect(t, s, ask{method: warehouseMethod})["status"])
	require.Equal(t, 5, s.Count(""))
	require.Equal(t, 4, s.Count(shopMethod))
}

func TestCallLog(t *testing.T) {
	t.Parallel()
	s := withShops(1)
	var hooked []int
	s.OnCall(func(_ string, n int) { hooked = append(hooked, n) })
	sendDirect(t, s, ask{method: shopMethod, page: "3", size: "20"})
	sendQimen(t, s, ask{method: scene + "." + qimenShop, pager: `{"page_no":4,"page_size":30}`})
	sendQimen(t, s, ask{method: "wdt.unknown", pager: "-"})
	require.Equal(t, []Call{
		{Op: shopMethod, Gateway: GatewayDirect, PageNo: 3, PageSize: 20, At: noon},
		{Op: shopMethod, Gateway: GatewayQimen, PageNo: 4, PageSize: 30, At: noon},
		{Op: "wdt.unknown", Gateway: GatewayQimen, At: noon},
	}, s.Calls())
	require.Equal(t, []int{1, 2, 1}, hooked)
	s.OnCall(nil)
	sendDirect(t, s, ask{method: shopMethod})
	require.Len(t, hooked, 3)
}

func TestCallsPerMinute(t *testing.T) {
	t.Parallel()
	now := noon
	s := New(WithClock(func() time.Time { return now }), WithCallsPerMinute(2))
	const limited = "超过每分钟最大调用频率限制，请稍后重试"
	require.Equal(t, json.Number("0"), sendDirect(t, s, ask{method: shopMethod})["status"])
	now = now.Add(30 * time.Second)
	require.Equal(t, json.Number("0"), inner(t, sendQimen(t, s, ask{method: qimenShop}))["status"])
	failed(t, sendDirect(t, s, ask{method: warehouseMethod}), 100, limited)
	failed(t, inner(t, sendQimen(t, s, ask{method: qimenShop})), 100, limited)
	now = now.Add(30 * time.Second)
	require.Equal(t, json.Number("0"), sendDirect(t, s, ask{method: shopMethod})["status"])
	failed(t, sendDirect(t, s, ask{method: shopMethod}), 100, limited)
}

func TestConcurrencyLimit(t *testing.T) {
	t.Parallel()
	s := withShops(1, WithConcurrency(1))
	entered, leave := make(chan struct{}), make(chan struct{})
	s.Handle("own.Thing.hold", false, func([]json.RawMessage, Page) (any, error) {
		close(entered)
		<-leave
		return nil, nil
	})
	var wg sync.WaitGroup
	wg.Go(func() { sendDirect(t, s, ask{method: "own.Thing.hold", page: "-"}) })
	<-entered
	failed(t, sendDirect(t, s, ask{method: shopMethod}), 100, "超过每分钟最大并发次数限制，请稍后重试")
	close(leave)
	wg.Wait()
	require.Equal(t, json.Number("0"), sendDirect(t, s, ask{method: shopMethod})["status"])
}

func TestLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(WithLatency(3 * time.Second))
		begin := time.Now()
		sendDirect(t, s, ask{method: shopMethod})
		require.Equal(t, 3*time.Second, time.Since(begin))
	})
}

func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	s := NewServer(WithMixedTypes())
	defer s.Close()
	s.OnCall(func(_ string, n int) { s.PutShop(Shop{No: "S" + string(rune('a'+n%26))}) })
	s.Inject(Fault{Call: 5, Times: 10, Kind: Throttle})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 10 {
				resp, err := post(t.Context(), s, []string{GatewayDirect, GatewayQimen}[i%2])
				if err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
				s.RemoveShop("Sb")
				_, _ = s.Shops(), s.Calls()
			}
		})
	}
	wg.Wait()
	require.Equal(t, 80, s.Count(""))
}

func TestHandlerOnlyHasNoURL(t *testing.T) {
	t.Parallel()
	s := New()
	require.Empty(t, s.DirectURL())
	require.Empty(t, s.QimenURL())
	s.Close()
}

func TestCloseCutsCallsStillServed(t *testing.T) {
	t.Parallel()
	s := NewServer()
	s.Inject(Fault{Kind: StallAfter})
	entered := make(chan struct{})
	s.OnCall(func(string, int) { close(entered) })
	failedCall := make(chan error)
	go func() {
		_, err := post(t.Context(), s, GatewayDirect) //nolint:bodyclose // there is no answer
		failedCall <- err
	}()
	<-entered
	s.Close()
	require.Error(t, <-failedCall)
}
