package wdt

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/transport"
)

func judgeOn(g Gateway, status int, body string, writes, documented bool) (reply, transport.Verdict) {
	c := &Client{cfg: Config{Gateway: g}}
	var known *Method
	if documented {
		known = &Method{}
	}
	return c.judge(&transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)}, writes, known)
}

func TestDirectEnvelope(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       duijie.Class
		malformed  bool
	}{
		{"object", `{"status":0,"data":{}}`, duijie.ClassOK, false},
		{"absent data", `{"status":0}`, duijie.ClassOK, false},
		{"status as text", `{"status":"0","data":1}`, duijie.ClassOK, false},
		{"status with a fraction of 0", `{"status":0.0}`, duijie.ClassOK, false},
		{"failure", `{"status":100,"message":"x"}`, duijie.ClassRefused, false},
		{"failure as text", `{"status":"100","message":"x"}`, duijie.ClassRefused, false},
		{"unknown code", `{"status":4711,"message":"x"}`, duijie.ClassRefused, false},
		{"negative code", `{"status":-1}`, duijie.ClassRefused, false},
		{"message without status", `{"message":"x"}`, duijie.ClassRefused, false},
		{"throttle without status", `{"message":"超过每分钟最大调用频率限制"}`, duijie.ClassThrottled, false},
		{"message inside data", `{"status":100,"data":{"message":"未知错误"}}`, duijie.ClassUnavailable, false},
		{"message is an object", `{"status":100,"message":{"a":1}}`, duijie.ClassRefused, false},
		{"nothing", `{}`, duijie.ClassUnavailable, true},
		{"null status", `{"status":null,"data":[]}`, duijie.ClassUnavailable, true},
		{"empty status", `{"status":"","data":[]}`, duijie.ClassUnavailable, true},
		{"bool status", `{"status":false,"data":[]}`, duijie.ClassUnavailable, true},
		{"word status", `{"status":"ok","data":[]}`, duijie.ClassUnavailable, true},
		{"status 0.5", `{"status":0.5}`, duijie.ClassUnavailable, true},
		{"data without status", `{"data":{"message":"CG1"}}`, duijie.ClassUnavailable, true},
		{"Qimen's envelope", `{"response":{"status":0}}`, duijie.ClassUnavailable, true},
		{"enterprise envelope", `{"code":0,"message":"","trades":[]}`, duijie.ClassUnavailable, true},
		{"list", `[]`, duijie.ClassUnavailable, true},
		{"text", `"ok"`, duijie.ClassUnavailable, true},
		{"cut", `{"status":0,"data":{"det`, duijie.ClassUnavailable, true},
		{"two answers", `{"status":0}{"status":0}`, duijie.ClassUnavailable, true},
		{"empty", ``, duijie.ClassUnavailable, true},
		{"html", "<html><body>502</body></html>", duijie.ClassUnavailable, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, v := judgeOn(Direct, 200, tt.body, false, true)
			require.Equal(t, tt.want.String(), v.Class.String())
			require.Equal(t, tt.malformed, v.Malformed)
		})
	}
}

func TestQimenEnvelope(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       duijie.Class
		malformed  bool
	}{
		{"success", `{"response":{"status":0,"data":{}}}`, duijie.ClassOK, false},
		{"success with TOP's members", `{"response":{"flag":"success","code":"0","status":"0","message":"","request_id":"r"}}`, duijie.ClassOK, false},
		{"empty flag", `{"response":{"flag":"","status":0}}`, duijie.ClassOK, false},
		{"method root", `{"wdt_setting_shop_queryshop_response":{"status":0}}`, duijie.ClassOK, false},
		{"response beside something", `{"response":{"status":0},"request_id":"r"}`, duijie.ClassOK, false},
		{"error_response", `{"error_response":{"code":25,"msg":"Invalid signature"}}`, duijie.ClassUnauthenticated, false},
		{"error_response beats status", `{"error_response":{"code":"7"},"response":{"status":0}}`, duijie.ClassThrottled, false},
		{"flag beats status", `{"response":{"flag":"FAILURE","code":41,"status":0}}`, duijie.ClassInvalid, false},
		{"error_response without anything", `{"error_response":{}}`, duijie.ClassRefused, false},
		{"business", `{"response":{"status":100,"message":"x"}}`, duijie.ClassRefused, false},
		{"business as text", `{"response":{"status":"99","message":"x"}}`, duijie.ClassUnavailable, false},
		{"no status", `{"response":{"data":{"total_count":0}}}`, duijie.ClassUnavailable, true},
		{"no status, a message", `{"response":{"message":"x"}}`, duijie.ClassUnavailable, true},
		{"no root", `{"status":0,"data":{}}`, duijie.ClassOK, false},
		{"response is a list", `{"response":[]}`, duijie.ClassUnavailable, true},
		{"empty", ``, duijie.ClassUnavailable, true},
		{"html", `<!DOCTYPE html>`, duijie.ClassUnavailable, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, v := judgeOn(Qimen, 200, tt.body, false, true)
			require.Equal(t, tt.want.String(), v.Class.String())
			require.Equal(t, tt.malformed, v.Malformed)
		})
	}
}

func TestHTTPStatus(t *testing.T) {
	t.Parallel()
	const html = "<html></html>"
	for _, tt := range []struct {
		status   int
		body     string
		want     duijie.Class
		noEffect bool
	}{
		{500, html, duijie.ClassUnavailable, false},
		{502, "", duijie.ClassUnavailable, false},
		{504, html, duijie.ClassUnavailable, false},
		{408, html, duijie.ClassUnavailable, false},
		{429, html, duijie.ClassThrottled, false},
		{404, html, duijie.ClassInvalid, true},
		{400, html, duijie.ClassInvalid, true},
		{403, html, duijie.ClassPermission, true},
		// The body is judged under every status.
		{403, `{"status":100,"message":"超过每分钟最大调用频率限制"}`, duijie.ClassThrottled, false},
		{500, `{"status":100,"message":"外部单号重复"}`, duijie.ClassConflict, false},
		{500, `{"status":0,"data":[]}`, duijie.ClassUnavailable, false},
	} {
		_, v := judgeOn(Direct, tt.status, tt.body, false, true)
		require.Equal(t, tt.want.String(), v.Class.String(), "%d %s", tt.status, tt.body)
		require.Equal(t, tt.noEffect, v.NoEffect, "%d %s", tt.status, tt.body)
	}
}

// samples are the platform's own answers, by file name.
func samples(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testutil.Contracts(t), "samples", "wdt", "*.json"))
	require.NoError(t, err)
	require.Greater(t, len(files), 80)
	out := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		out[filepath.Base(f)] = string(b)
	}
	return out
}

// sampleClasses are the classes the contract's table gives the texts of the
// error samples; what it does not know is refused.
var sampleClasses = map[string]duijie.Class{
	"参数中必须包含起止时间": duijie.ClassInvalid,
	"查询时间过宽":      duijie.ClassInvalid,
	"支持分页查询":      duijie.ClassInvalid,
	"最大调用频率限制":    duijie.ClassThrottled,
	"http status": duijie.ClassUnavailable,
	"未知错误":        duijie.ClassUnavailable,
	"商家编码已存在":     duijie.ClassConflict,
	"外部单号重复":      duijie.ClassConflict,
	"无权限":         duijie.ClassPermission,
}

func TestSampleVerdicts(t *testing.T) {
	t.Parallel()
	for name, body := range samples(t) {
		method, isMethod := LookupMethod(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, ".json"), ".error"), ".2"))
		switch {
		case strings.HasPrefix(name, "qimen."):
			_, v := judgeOn(Qimen, 200, body, true, true)
			want := duijie.ClassInvalid
			if strings.Contains(name, "signature") {
				want = duijie.ClassUnauthenticated
			}
			require.Equal(t, want.String(), v.Class.String(), name)
			require.NotEmpty(t, v.RequestID, name)
		case strings.HasSuffix(name, ".error.json"):
			require.True(t, isMethod, name)
			want := duijie.ClassRefused
			for text, class := range sampleClasses {
				if strings.Contains(body, text) {
					want = class
				}
			}
			_, v := judgeOn(Direct, 200, body, method.Effect != duijie.EffectRead, true)
			require.Equal(t, want.String(), v.Class.String(), name)
			require.NotEmpty(t, v.Message, name)
		case strings.HasSuffix(name, ".2.json"):
			require.True(t, isMethod, name)
			_, v := judgeOn(Direct, 200, body, method.Effect != duijie.EffectRead, true)
			require.Equal(t, duijie.ClassRefused.String(), v.Class.String(), name)
			var p *PartialError
			require.ErrorAs(t, v.Cause, &p, name)
			require.NotEmpty(t, p.Rows, name)
			require.NotEmpty(t, p.Rows[0].Message, name)
		default:
			require.True(t, isMethod, name)
			c := &Client{cfg: Config{Gateway: Direct}}
			_, v := c.judge(&transport.Answer{Status: 200, Header: http.Header{}, Body: []byte(body)}, method.Effect != duijie.EffectRead, &method)
			require.Equal(t, duijie.ClassOK.String(), v.Class.String(), name)
		}
	}
}

// The rows of every list sample are found where the catalogue says.
func TestSampleLists(t *testing.T) {
	t.Parallel()
	for name, body := range samples(t) {
		method, ok := LookupMethod(strings.TrimSuffix(name, ".json"))
		if !ok || !method.Paged {
			continue
		}
		r, v := judgeOn(Direct, 200, body, false, true)
		require.Equal(t, duijie.ClassOK, v.Class, name)
		a := r.answer(true)
		if method.List != "[]" {
			var data map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(a.Data, &data), name)
			require.Contains(t, data, method.List, name)
		}
		rows, err := a.rows(method.List)
		require.NoError(t, err, name)
		require.NotEmpty(t, rows, name)
	}
}

func TestAnswerData(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body  string
		data  string
		total int64
	}{
		{`{"status":0,"data":{"total_count":"12","order":[]}}`, `{"total_count":"12","order":[]}`, 12},
		{`{"status":0,"total":3,"data":[1]}`, `[1]`, 3},
		{`{"status":0,"data":54645}`, `54645`, -1},
		{`{"status":0,"data":"RK1"}`, `"RK1"`, -1},
		{`{"status":0,"data":null}`, ``, -1},
		{`{"status":0}`, ``, -1},
	} {
		r, ok := readDirect([]byte(tt.body))
		require.True(t, ok)
		a := r.answer(true)
		require.Equal(t, tt.data, string(a.Data))
		require.Equal(t, tt.total, a.Total)
		require.Equal(t, int64(-1), r.answerTotal(false))
	}
}

func (r *reply) answerTotal(asked bool) int64 { a := r.answer(asked); return a.Total }

func TestAnswerRows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		data, list string
		want       int
		fails      bool
	}{
		{`{"order":[1,2]}`, "order", 2, false},
		{`[1,2,3]`, "order", 3, false}, // one method answers both forms
		{`{"total_count":2,"rows":[1,2]}`, "", 2, false},
		{`{"total_count":2,"renamed":[1,2]}`, "order", 2, false},
		{`{"total_count":0}`, "order", 0, false},
		{`{"order":null}`, "order", 0, false},
		{``, "[]", 0, false},
		{`{"a":[1],"b":[2]}`, "order", 0, true},
		{`7`, "order", 0, true},
		{`{"order":{"a":1}}`, "order", 0, true},
	} {
		a := Answer{Data: json.RawMessage(tt.data), Total: -1}
		rows, err := a.rows(tt.list)
		if tt.fails {
			require.ErrorIs(t, err, duijie.ErrMalformedAnswer)
			continue
		}
		require.NoError(t, err, tt.data)
		require.Len(t, rows, tt.want, tt.data)
	}
	// A total without rows is no empty list.
	a := Answer{Data: json.RawMessage(`{"total_count":5}`), Total: 5}
	_, err := a.rows("order")
	require.ErrorIs(t, err, duijie.ErrMalformedAnswer)
}
