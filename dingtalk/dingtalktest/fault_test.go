package dingtalktest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

// outcome is what a caller sees of one spoilt start of a process.
type outcome struct {
	status int  // 0: no complete answer came in time
	effect bool // the process runs
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	t.Parallel()
	want := map[FaultKind]outcome{
		Throttle: {403, false}, TokenExpired: {400, false}, Unavailable: {502, false}, UnavailableAfter: {502, true}, Cut: {0, false},
		CutAfter: {0, true}, Slow: {200, true}, StallAfter: {0, true}, TruncateAfter: {0, true}, GarbageAfter: {200, true}, HTML: {200, false},
		HugeAfter: {0, true}, DripAfter: {0, true}, RedirectAway: {307, false}, TokenRefused: {400, false}, PlatformThrottle: {403, false},
		MinuteThrottle: {403, false}, QuotaUsed: {403, false}, NoPermission: {403, false}, Banned: {200, false}, ServerError: {500, false},
		ServerErrorAfter: {500, true}, TooManyVisitors: {500, false}, FormBusy: {400, false}, EmptyAfter: {200, true}, GatewayTimeout: {504, true},
		RowsMove: {200, true}, Refusal: {429, false}, RefusalAfter: {429, true},
	}
	require.Len(t, FaultKinds(), len(want))
	require.Subset(t, FaultKinds(), []FaultKind{FaultKind(fakeserver.Kinds()[0])})
	for _, kind := range FaultKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			r := start(t)
			r.s.Inject(Fault{Op: "POST /v1.0/yida/processes/instances/start", Kind: kind, Delay: time.Millisecond, Error: &Error{Status: 429, Code: "system.busy"}})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			req := r.request("POST", "/v2.0/yida/processes/instances/start", nil, r.yida(obj{"formUuid": DemoForm, "formDataJson": product("甲", "F-1")})).WithContext(ctx)
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
			got := outcome{status, r.s.Created(DemoForm, "textField_lq23ags2", "F-1") == 1}
			require.Equal(t, want[kind], got)
			last := r.s.Calls()[1]
			require.Equal(t, []any{kind, "POST yida/processes/instances/start", "/v2.0/yida/processes/instances/start"}, []any{last.Fault, last.Op, last.Path})
			require.Contains(t, last.Body, "甲")
			require.Equal(t, 1, r.s.Count("POST yida/processes/instances/start"))
		})
	}
}

func TestFaultsInTheWordsOfEachGateway(t *testing.T) {
	t.Parallel()
	r := start(t)
	for kind, code := range map[FaultKind]string{
		Throttle: "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", PlatformThrottle: "Forbidden.AccessDenied.QpsLimitForApi", TokenRefused: "InvalidAuthentication",
		MinuteThrottle: "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", QuotaUsed: "Forbidden.AccessDenied.ApiCountLimitForOrg",
		NoPermission: "Forbidden.AccessDenied.AccessTokenPermissionDenied", ServerError: "unknownError", TooManyVisitors: "failure.operation.tooManyVisitors",
		FormBusy: "invalidState.batchOperation.previousBatchUpdatingIsRunning",
	} {
		r.s.Inject(Fault{Op: "GET yida/forms", Kind: kind})
		_, answer := r.send("GET", "/v1.0/yida/forms", values(r.yida(nil)), nil)
		require.Equal(t, code, answer["code"])
	}
	for kind, code := range map[FaultKind]string{
		Throttle: "90018", PlatformThrottle: "90002", TokenRefused: "40014", MinuteThrottle: "90018", QuotaUsed: "90020", NoPermission: "60011",
	} {
		r.s.Inject(Fault{Op: "POST topapi/v2/user/get", Kind: kind})
		require.Equal(t, code, r.old("88", "/topapi/v2/user/get", obj{"userid": DemoUser})["sub_code"])
	}
	for _, kind := range []FaultKind{ServerError, TooManyVisitors, FormBusy} {
		r.s.Inject(Fault{Op: "POST topapi/v2/user/get", Kind: kind})
		r.old("-1", "/topapi/v2/user/get", obj{"userid": DemoUser})
	}
	r.s.Inject(Fault{Op: "GET gettoken", Kind: Throttle})
	_, bare := r.send("GET", "/oapi/gettoken", nil, nil)
	require.Equal(t, json.Number("90018"), bare["errcode"], "wrapped under topapi only")
	r.s.Inject(Fault{Kind: Banned})
	_, answer := r.send("GET", "/v1.0/yida/forms", nil, nil)
	require.Equal(t, []any{json.Number("1111"), json.Number("5"), "x5", "deny"}, []any{answer["status"], answer["wait"], answer["source"], answer["punish"]})
	r.s.Inject(Fault{Op: "POST topapi/v2/user/get", Kind: Refusal, Error: &Error{Code: "50002", Message: "不在授权范围"}})
	require.Equal(t, "不在授权范围", r.old("50002", "/topapi/v2/user/get", obj{"userid": DemoUser})["errmsg"])
	require.Panics(t, func() { r.s.Inject(Fault{Op: "GET yida/form", Kind: Cut}) })
	require.Panics(t, func() { r.s.Count("POST gettoken") })
}

func TestTheTokenOfAFaultIsGone(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.s.Inject(Fault{Op: "GET yida/forms", Kind: TokenExpired})
	for range 2 {
		status, answer := r.send("GET", "/v1.0/yida/forms", values(r.yida(nil)), nil)
		r.refused(400, "InvalidAuthentication", status, answer)
	}
	r.token = r.fetch()
	r.get("/v1.0/yida/forms", nil)
	r.s.Inject(Fault{Op: "GET yida/forms", Kind: TokenRefused})
	status, answer := r.send("GET", "/v1.0/yida/forms", values(r.yida(nil)), nil)
	r.refused(400, "InvalidAuthentication", status, answer)
	require.Equal(t, r.token, r.fetch(), "the same text again")
}

func TestRowsMoveUnderANaiveReader(t *testing.T) {
	t.Parallel()
	r := bare(t)
	for i := range 30 {
		r.s.SeedInstance(DemoPlainForm, Instance{Created: noon.Add(time.Duration(i-60) * time.Minute), Values: Row{"textField_sku": string(rune('A' + i))}})
	}
	read := func(order string) map[string]int {
		r.s.Inject(Fault{Op: "POST yida/forms/instances/search", Call: 2, Kind: RowsMove})
		seen := map[string]int{}
		for page := range 3 {
			for _, sku := range r.skus("[]", obj{"currentPage": page + 1, "pageSize": 10, "dynamicOrder": order}) {
				seen[sku]++
			}
		}
		return seen
	}
	seen := read(`{"gmt_modified":"+"}`)
	require.Len(t, seen, 29, "one is lost, one comes twice")
	require.NotContains(t, seen, "K")
	require.Equal(t, 2, seen["A"])
	require.Len(t, read(""), 29, "the same, newest first")
	require.Empty(t, r.s.Effects())
}

func TestOnCallAndLatency(t *testing.T) {
	t.Parallel()
	r := start(t, WithLatency(time.Millisecond))
	id := r.s.Seed(DemoPlainForm, Row{"textField_sku": "H"})[0]
	r.s.OnCall(func(op string, n int) {
		if op == "GET yida/forms/instances/{id}" && n == 2 {
			r.s.Change(DemoPlainForm, id, Row{"textareaField_note": "改过"})
			r.s.Inject(Fault{Op: op, Call: 2, Kind: Throttle})
		}
	})
	require.Empty(t, r.stock(id)["textareaField_note"])
	require.Equal(t, "改过", r.stock(id)["textareaField_note"])
	status, _ := r.send("GET", "/v2.0/yida/forms/instances/"+id, values(r.yida(nil)), nil)
	require.Equal(t, http.StatusForbidden, status)
	r.s.OnCall(nil)
	r.s.ClearFaults()
	require.False(t, r.s.Change(DemoPlainForm, "none", Row{}))
	require.True(t, r.s.Remove(DemoPlainForm, id))
	require.False(t, r.s.Remove(DemoPlainForm, id))
}

func TestLateCommits(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.s.CommitLate("POST yida/processes/instances/start", 1, 5*time.Second)
	resp, err := r.client.Do(r.request("POST", "/v2.0/yida/processes/instances/start", nil, r.yida(obj{"formUuid": DemoForm, "formDataJson": product("甲", "L-1")})))
	if err == nil {
		_ = resp.Body.Close()
	}
	require.Error(t, err)
	find := obj{"searchFieldJson": eq("textField_lq23ags2", "L-1")}
	require.Empty(t, r.processes(find, "")["data"])
	require.Len(t, r.s.Instances(DemoForm), 4)
	r.clock.move(5 * time.Second)
	require.Len(t, r.processes(find, "")["data"], 1)
	require.Equal(t, 1, r.s.Created(DemoForm, "textField_lq23ags2", "L-1"))
}
