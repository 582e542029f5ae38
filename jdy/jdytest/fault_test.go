package jdytest

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

// outcome is what a caller sees of one spoilt save.
type outcome struct {
	status int  // 0: no complete answer came in time
	effect bool // the material is there
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	t.Parallel()
	want := map[FaultKind]outcome{
		Throttle: {429, false}, TokenExpired: {401, false}, Unavailable: {502, false}, UnavailableAfter: {502, true}, Cut: {0, false},
		CutAfter: {0, true}, Slow: {200, true}, StallAfter: {0, true}, TruncateAfter: {0, true}, GarbageAfter: {200, true}, HTML: {200, false},
		HugeAfter: {0, true}, DripAfter: {0, true}, RedirectAway: {307, false}, SecretRotated: {200, true}, GatewayTimeout: {504, false},
		GatewayTimeoutAfter: {504, true}, Timeout5004After: {519, true}, Overload: {519, false}, BreakerOpen: {519, false},
		Internal5000: {519, false}, ServiceError: {200, false}, Unauthorized: {401, false}, NoRoute: {404, false}, ClockSkew: {519, false},
		RowsMove: {200, true},
	}
	require.Len(t, FaultKinds(), len(want))
	require.Subset(t, FaultKinds(), []FaultKind{FaultKind(fakeserver.Kinds()[0])})
	for _, kind := range FaultKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			r := login(t)
			r.s.Inject(Fault{Op: "POST /jdy/v2/bd/material", Kind: kind, Delay: time.Millisecond})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			req := r.request("POST", businessRoot+"bd/material", "", `{"number":"A","name":"甲","base_unit_id":"1"}`).WithContext(ctx)
			status := 0
			resp, err := r.client.Do(req)
			if err == nil {
				defer func() { _ = resp.Body.Close() }()
				if _, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)); err == nil && ctx.Err() == nil {
					status = resp.StatusCode
				}
			}
			if kind == HugeAfter {
				status = 0 // it would never end
			}
			got := outcome{status, r.s.Created("bd/material", "A") == 1}
			require.Equal(t, want[kind], got)
			require.Equal(t, kind, r.s.Calls()[1].Fault)
			require.Contains(t, r.s.Calls()[1].Body, "甲")
			require.Equal(t, 1, r.s.Count("POST bd/material"))
		})
	}
}

func TestRowsMoveUnderANaiveReader(t *testing.T) {
	t.Parallel()
	r := login(t)
	seedMaterials(r.s, 30)
	r.s.Inject(Fault{Op: "GET bd/material", Call: 2, Kind: RowsMove})
	seen := map[string]int{}
	n := 0
	for _, page := range []string{"1", "2", "3"} {
		for _, number := range numbersOf(r.get("bd/material", "page", page, "page_size", "10")) {
			seen[number]++
			n++
		}
	}
	require.Equal(t, 30, n, "as many rows as count says")
	require.Len(t, seen, 29, "and still one is lost")
	require.NotContains(t, seen, "M011")
	require.Equal(t, 2, seen["M001"])

	// The row that moves is one the call would have shown.
	r.s.Inject(Fault{Op: "GET bd/material", Kind: RowsMove})
	require.Equal(t, []string{"M020", "M021"}, numbersOf(r.get("bd/material", "search", "02"))[:2])
	require.Equal(t, []string{"M002"}, numbersOf(r.get("bd/material", "search", "02", "page", "2")))
}

func TestTheTokenOfAFaultIsGone(t *testing.T) {
	t.Parallel()
	for _, kind := range []FaultKind{TokenExpired, Unauthorized} {
		r := login(t)
		r.s.Inject(Fault{Op: "GET bd/store", Kind: kind})
		for range 2 {
			_, answer := r.send("GET", businessRoot+"bd/store", nil, nil)
			require.NotEqual(t, "0", string(encode(answer["errcode"])), "the token does not come back")
		}
		r.token = r.fetch(r.s.Book)
		r.get("bd/store")
	}
}

func TestTheSecretOfAFaultIsGone(t *testing.T) {
	t.Parallel()
	r := login(t)
	old := r.s.Account().AppSecret
	r.s.Inject(Fault{Op: "GET kingdee_auth_token", Kind: SecretRotated})
	_, answer := r.send("GET", tokenPath, query([]string{"app_key", r.s.Account().AppKey, "app_signature", sign(old, r.s.Account().AppKey)}), nil)
	require.Equal(t, "1030002006", string(encode(answer["errcode"])))
	require.NotEqual(t, old, r.s.Account().AppSecret)
	r.get("bd/store")
	r.s.Inject(Fault{Op: "POST push_app_authorize", Kind: Cut})
	resp, err := r.client.Do(r.request("POST", authorizePath, "", ""))
	if err == nil {
		_ = resp.Body.Close()
	}
	require.Error(t, err)
	require.Equal(t, 1, r.s.Count("POST push_app_authorize"))
}

func TestOnCallAndLatency(t *testing.T) {
	t.Parallel()
	r := login(t, WithLatency(time.Millisecond))
	seedMaterials(r.s, 3)
	r.s.OnCall(func(op string, n int) {
		if op == "GET bd/material" && n == 2 {
			r.s.MoveToEnd("bd/material", "M001")
			r.s.Change("bd/material", "M002", Row{"name": "改过"})
			r.s.Remove("bd/material", "M003")
			r.s.Inject(Fault{Op: op, Call: 2, Kind: Throttle})
		}
	})
	require.Equal(t, []string{"M001", "M002", "M003"}, numbersOf(r.get("bd/material")))
	second := r.get("bd/material")
	require.Equal(t, []string{"M002", "M001"}, numbersOf(second))
	require.Equal(t, "改过", rows(second)[0]["name"])
	status, _ := r.send("GET", businessRoot+"bd/material", nil, nil)
	require.Equal(t, http.StatusTooManyRequests, status)
	r.s.OnCall(nil)
	r.s.ClearFaults()
	require.Empty(t, r.s.Effects())
}

func TestLateCommits(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	x.s.CommitLate("POST scm/sal_out_bound", 1, 50*time.Millisecond)
	body := x.order(x.line(1, 10))
	body["bill_no"] = "L-1"
	resp, err := x.client.Do(x.request("POST", businessRoot+"scm/sal_out_bound", "", string(encode(body))))
	if err == nil {
		_ = resp.Body.Close()
	}
	require.Error(t, err)
	require.Empty(t, rows(x.get("scm/sal_out_bound", "bill_no", "L-1")))
	x.refused(codeMissing, "GET", "scm/sal_out_bound_detail", query([]string{"number", "L-1"}), nil)
	_, ok := x.s.Record("scm/sal_out_bound", "L-1")
	require.False(t, ok)
	x.refused(codeExists, "POST", "scm/sal_out_bound", nil, body)
	require.Eventually(t, func() bool { return len(x.s.Records("scm/sal_out_bound")) == 1 }, 5*time.Second, time.Millisecond)
	require.Len(t, rows(x.get("scm/sal_out_bound", "bill_no", "L-1")), 1)
	require.Equal(t, 1, x.s.Created("scm/sal_out_bound", "L-1"))
}

func TestUnnamedRefusals(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	x.s.RefuseUnnamed("scm/sal_out_bound", "U-2")
	x.s.RefuseUnnamed("fi/voucher", "SRC-2")
	bills := arr{}
	for _, no := range []string{"U-1", "U-2"} {
		b := x.order(x.line(1, 10))
		b["bill_no"] = no
		bills = append(bills, b)
	}
	x.refused(codeSupplyChain, "POST", "scm/sal_out_bound_batch", nil, obj{"data": bills})
	x.refused(codeSupplyChain, "POST", "fi/voucher", nil, obj{"items": arr{voucherItem("SRC-1", "1", "1"), voucherItem("SRC-2", "1", "1")}})
	require.Empty(t, x.s.Effects())
	x.s.Refuse("scm/sal_out_bound", "U-2", "")
	for _, row := range rows(x.post("scm/sal_out_bound_batch", obj{"data": bills})) {
		require.Equal(t, "true", row["success"])
	}
}
