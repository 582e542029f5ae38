package okki

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/fakeserver"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/transport"
)

type answerCase struct {
	code    any
	message string
	class   duijie.Class
}

// Every code and message of the contract has its class.
var answerCases = []answerCase{
	{200, "success", duijie.ClassOK},
	{0, "success", duijie.ClassOK},
	{"200", "success", duijie.ClassOK},
	{404, "Not Found Resource", duijie.ClassNotFound},
	{404, "Not Found Resource.", duijie.ClassNotFound},
	{404, "Not Found Resource, the user may not edit the order", duijie.ClassPermission},
	{404, "No Privilege", duijie.ClassPermission},
	{404, "'handler' cannot be empty", duijie.ClassInvalid},
	{404, "Input data validate error origin_list must be array", duijie.ClassInvalid},
	{404, "The associated customer cannot be empty use company_id", duijie.ClassInvalid},
	{404, "The specifications don't exist", duijie.ClassNotFound},
	{404, "System group cannot be deleted", duijie.ClassRefused},
	{404, "系统分组无法被删除", duijie.ClassRefused},
	{404, "单据被锁定，无法操作", duijie.ClassRefused},
	{404, "分类设置不存在", duijie.ClassNotFound},
	{404, "Operation Failed. 序号为[1]可用库存数量不足", duijie.ClassRefused},
	{404, "something nobody has seen", duijie.ClassRefused},
	{400, "Invalid query", duijie.ClassInvalid},
	{400, "Invalid data json", duijie.ClassInvalid},
	{400, "Empty POST request body data", duijie.ClassInvalid},
	{400, "something nobody has seen", duijie.ClassInvalid},
	{-1, "不支持的类型", duijie.ClassInvalid},
	{-1, "备注内容不能为空", duijie.ClassInvalid},
	{-1, "lead_id and company_id and opportunity_id is empty", duijie.ClassInvalid},
	{-1, "分组不存在", duijie.ClassInvalid},
	{-1, "something nobody has seen", duijie.ClassRefused},
	{500, "父级节点不存在", duijie.ClassRefused},
	{403, "no permission product scopes", duijie.ClassPermission},
	{403, "Forbidden", duijie.ClassPermission},
	{200.5, "success", duijie.ClassRefused},
	{401, "", duijie.ClassUnauthenticated},
	{429, "", duijie.ClassThrottled},
	{777, "success", duijie.ClassRefused},
}

func TestCodes(t *testing.T) {
	t.Parallel()
	o := operationOf("POST", "/v1/product/push")
	for _, c := range answerCases {
		body, err := json.Marshal(map[string]any{"code": c.code, "message": c.message, "now": "2026-08-07 09:10:11"})
		require.NoError(t, err)
		_, v := judge(o, &transport.Answer{Status: 200, Header: http.Header{}, Body: body})
		require.Equal(t, c.class, v.Class, "%v %s", c.code, c.message)
		require.Equal(t, c.class == duijie.ClassUnauthenticated, v.Renew, "%v %s", c.code, c.message)
		require.False(t, v.Ambiguous)
	}
}

// Each line of the tables is reached by a case: none is shadowed by one before it.
func TestNoRuleIsShadowed(t *testing.T) {
	t.Parallel()
	reached := map[int]bool{}
	for _, c := range append(answerCases, answerCase{"access_denied", "", 0}, answerCase{"invalid_scope", "", 0}, answerCase{"server_error", "", 0}) {
		for i, r := range table {
			if (r.code == "" || r.code == fmt.Sprint(c.code)) && (r.says == nil || r.says(c.message)) {
				reached[i] = true
				break
			}
		}
	}
	require.Len(t, reached, len(table))
}

func TestTokenErrors(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]duijie.Class{
		"invalid_client": duijie.ClassUnauthenticated, "user.authentication.failed": duijie.ClassUnauthenticated,
		"invalid_credentials": duijie.ClassUnauthenticated, "invalid_scope": duijie.ClassPermission, "unsupported_grant_type": duijie.ClassInvalid,
		"invalid_request": duijie.ClassInvalid, "invalid_grant": duijie.ClassUnauthenticated, "access_denied": duijie.ClassUnauthenticated,
		"server_error": duijie.ClassUnavailable, "never_heard_of": duijie.ClassRefused,
	} {
		for _, status := range []int{200, 400, 401} {
			body := fmt.Sprintf(`{"error":%q,"error_description":"words","message":"words","hint":"why"}`, name)
			_, v := judge(tokenCall, &transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)})
			if name == "never_heard_of" && status == 401 {
				continue // the status says it
			}
			require.Equal(t, want, v.Class, "%s %d", name, status)
			require.Equal(t, name, v.Code)
			require.Equal(t, "words (why)", v.Message)
		}
	}
	_, v := judge(refreshCall, &transport.Answer{Status: 400, Header: http.Header{}, Body: testutil.Sample(t, "okki", "POST_oauth2_refresh_token_3.json")})
	require.Equal(t, duijie.ClassUnauthenticated, v.Class)
	_, v = judge(refreshCall, &transport.Answer{Status: 400, Header: http.Header{}, Body: testutil.Sample(t, "okki", "POST_oauth2_refresh_token_2.json")})
	require.Equal(t, duijie.ClassUnauthenticated, v.Class)
}

// What is none of the platform's answers is judged by its status, and no missing
// page is a missing record.
func TestAnswersOutOfForm(t *testing.T) {
	t.Parallel()
	o := operationOf("POST", "/v1/product/push")
	html := "<html>bad gateway</html>"
	for _, c := range []struct {
		status              int
		body                string
		class               duijie.Class
		noEffect, ambiguous bool
	}{
		{200, html, duijie.ClassUnavailable, false, false},
		{200, "", duijie.ClassUnavailable, false, false},
		{200, "{}", duijie.ClassUnavailable, false, false},
		{200, "[1]", duijie.ClassUnavailable, false, false},
		{200, `{"code":200,`, duijie.ClassUnavailable, false, false},
		{404, html, duijie.ClassInvalid, true, false},
		{401, "", duijie.ClassUnauthenticated, true, false},
		{403, html, duijie.ClassPermission, true, false},
		{400, html, duijie.ClassInvalid, true, false},
		{429, "", duijie.ClassThrottled, false, false},
		{503, "upstream connect error", duijie.ClassThrottled, false, true},
		{502, html, duijie.ClassUnavailable, false, false},
		{500, `{"code":500,"message":"boom"}`, duijie.ClassUnavailable, false, false},
		{502, `{"code":200,"message":"success","data":{}}`, duijie.ClassUnavailable, false, false},
		{503, `{"code":500,"message":"boom"}`, duijie.ClassThrottled, false, true},
		{404, `{"code":404,"message":"System group cannot be deleted"}`, duijie.ClassRefused, false, false},
		{403, `{"code":1,"message":"?"}`, duijie.ClassPermission, false, false},
		{401, `{"message":"no permission product scopes","code":1}`, duijie.ClassPermission, true, false},
		{200, `{"error":"no permission","error_description":"no permission product scopes"}`, duijie.ClassPermission, true, false},
		{200, `{"error":"access_denied"}`, duijie.ClassUnauthenticated, true, false},
		{200, `{"error_code":401}`, duijie.ClassUnauthenticated, true, false},
	} {
		_, v := judge(o, &transport.Answer{Status: c.status, Header: http.Header{}, Body: []byte(c.body)})
		require.Equal(t, c.class, v.Class, "%d %s", c.status, c.body)
		require.Equal(t, c.noEffect, v.NoEffect, "%d %s", c.status, c.body)
		require.Equal(t, c.ambiguous, v.Ambiguous, "%d %s", c.status, c.body)
	}
}

// A read is tried again; a push whose answer is lost is not, and says so.
func TestRetriesByEffect(t *testing.T) {
	t.Parallel()
	for _, kind := range []fakeserver.Kind{
		fakeserver.UnavailableAfter, fakeserver.CutAfter, fakeserver.TruncateAfter, fakeserver.GarbageAfter, fakeserver.HTML, fakeserver.Cut,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			c, s := newPair(t, productKind)
			s.seed(1)
			push, info := "POST /v1/product/push", "GET /v1/product/info"
			s.faults.Add(fakeserver.Rule{Op: info, Kind: kind})
			s.faults.Add(fakeserver.Rule{Op: push, Kind: kind})
			_, err := c.Products.GetByNumber(t.Context(), "P-000")
			require.NoError(t, err)
			require.Equal(t, 2, s.faults.Count(info))
			_, err = c.Products.Push(t.Context(), ProductPush{ProductType: 1, ProductNo: "N-1"})
			require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
			require.Equal(t, 1, s.faults.Count(push))
		})
	}
}

// A throttled push had no effect and is sent again; so is one whose token died, with
// a new token, once.
func TestPushIsRepeatedWhereNothingWasDone(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, productKind)
	push := "POST /v1/product/push"
	s.faults.Add(fakeserver.Rule{Op: push, Kind: fakeserver.TokenExpired})
	_, err := c.Products.Push(t.Context(), ProductPush{ProductType: 1, ProductNo: "N-1"})
	require.NoError(t, err)
	require.Equal(t, 2, s.faults.Count(push))
	require.Equal(t, 2, s.tokens)
	require.Equal(t, 1, s.countOf("N-1"))

	s.faults.Add(fakeserver.Rule{Op: push, Kind: fakeserver.TokenExpired, Times: -1})
	_, err = c.Products.Push(t.Context(), ProductPush{ProductType: 1, ProductNo: "N-2"})
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Equal(t, 4, s.faults.Count(push))
	require.Equal(t, 0, s.countOf("N-2"))
}

// A GET that deletes is never sent twice.
func TestRemovalIsNoRead(t *testing.T) {
	t.Parallel()
	s := newStage(t, productKind)
	op := "GET /v1/product/remove"
	s.extra = func(w http.ResponseWriter, _ *http.Request) { envelopeOf(w, 200, "success", "success") }
	c := clientOf(t, s.config())
	require.NoError(t, c.Products.Remove(t.Context(), 5))
	s.faults.Add(fakeserver.Rule{Op: op, Kind: fakeserver.CutAfter}) // on a kept connection, which net/http would try again
	err := c.Products.Remove(t.Context(), 6)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Equal(t, 2, s.faults.Count(op))
}

// Only the platform's own words mean that a record is absent.
func TestAbsent(t *testing.T) {
	t.Parallel()
	s := newStage(t, productKind)
	message := "Not Found Resource"
	s.extra = func(w http.ResponseWriter, _ *http.Request) {
		if message == "" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		envelopeOf(w, 404, message, nil)
	}
	c := clientOf(t, s.config())
	_, err := c.Products.Get(t.Context(), 5)
	require.ErrorIs(t, err, duijie.ErrNotFound)
	for _, other := range []string{"No Privilege", "boom", ""} {
		message = other
		_, err = c.Products.Get(t.Context(), 5)
		require.Error(t, err)
		require.NotErrorIs(t, err, duijie.ErrNotFound)
	}
	require.NotErrorIs(t, err, duijie.ErrRefused)
}

func FuzzEnvelope(f *testing.F) {
	f.Add([]byte(`{"code":200,"message":"success","data":{"count":"1","list":[]}}`), 200)
	f.Add([]byte(`{"error":"access_denied"}`), 401)
	f.Add([]byte(`<html>`), 502)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		o := operationOf("GET", "/v1/product/list")
		e, v := judge(o, &transport.Answer{Status: status, Header: http.Header{}, Body: body})
		if v.Class != duijie.ClassOK {
			return
		}
		if !e.ok || status < 200 || status > 299 {
			t.Fatalf("a success without its code: %d %q", status, body)
		}
		_, _ = readListed(o, e.data, 1)
		var p ProductRow
		_ = decode(orNull(e.data), &p)
	})
}
