package jdy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/transport"
)

// expectation is what the contract says about one code.
type expectation struct {
	code  string
	class duijie.Class
	renew bool
	skew  bool
	doubt bool // a write's outcome is unknown
}

func renews(code string) expectation {
	return expectation{code: code, class: duijie.ClassUnauthenticated, renew: true}
}
func busy(code string) expectation {
	return expectation{code: code, class: duijie.ClassUnavailable, doubt: true}
}
func plainly(code string, class duijie.Class) expectation {
	return expectation{code: code, class: class}
}

// codes are all codes of the contract's chapter 7, on business calls.
var codes = []expectation{
	plainly("4001", duijie.ClassUnauthenticated), plainly("4002", duijie.ClassUnauthenticated), plainly("4003", duijie.ClassUnauthenticated),
	plainly("4004", duijie.ClassUnauthenticated), plainly("4005", duijie.ClassUnauthenticated),
	{code: "4006", class: duijie.ClassUnauthenticated, skew: true},
	plainly("4007", duijie.ClassUnauthenticated), plainly("4008", duijie.ClassUnauthenticated),
	renews("4009"), renews("4010"), renews("4011"), plainly("4012", duijie.ClassPermission),
	busy("5000"), plainly("5001", duijie.ClassInvalid), plainly("5002", duijie.ClassInvalid), busy("5003"), busy("5004"), busy("5005"),
	plainly("5006", duijie.ClassThrottled), plainly("5007", duijie.ClassThrottled),
	plainly("400", duijie.ClassInvalid), renews("401"), plainly("403", duijie.ClassPermission), plainly("404", duijie.ClassInvalid),
	plainly("429", duijie.ClassThrottled), busy("500"), busy("503"), busy("504"),
	renews("1000202001"), busy("1000002001"), renews("1020002008"),
	plainly("1030002000", duijie.ClassInvalid), plainly("1030002001", duijie.ClassInvalid), plainly("1030002002", duijie.ClassConflict),
	plainly("1030002003", duijie.ClassNotFound), plainly("1030002004", duijie.ClassRefused), plainly("1030002005", duijie.ClassInvalid),
	plainly("1030002006", duijie.ClassInvalid),
	plainly("1040002000", duijie.ClassRefused), plainly("1040003000", duijie.ClassRefused),
	busy("2000002000"), busy("2011002000"), busy("2012002000"), busy("2013002000"), busy("2014002000"), busy("2015002000"),
	busy("2016002000"), busy("2017002000"), busy("2018002000"),
	plainly("2016002095", duijie.ClassRefused), plainly("2016002096", duijie.ClassRefused), plainly("2016002097", duijie.ClassRefused),
	plainly("2016002098", duijie.ClassRefused), plainly("2016002099", duijie.ClassRefused), plainly("2016012098", duijie.ClassRefused),
	plainly("2016012099", duijie.ClassRefused), plainly("2016022099", duijie.ClassRefused), plainly("2016003063", duijie.ClassRefused),
	plainly("2016043001", duijie.ClassRefused), plainly("2016043099", duijie.ClassRefused), plainly("2018012345", duijie.ClassRefused),
	plainly("77", duijie.ClassRefused), plainly("9999999999", duijie.ClassRefused), // unknown: never a success
}

// Each code has its class whether it comes with HTTP 200 or the gateway's 519,
// as a number or a text, to a read or a write.
func TestCodes(t *testing.T) {
	t.Parallel()
	for _, want := range codes {
		for _, form := range []string{`{"errcode":%s,"description":"words","data":null}`, `{"errcode":"%s","description_cn":"words"}`} {
			for _, status := range []int{200, 519} {
				a := &transport.Answer{Status: status, Header: http.Header{"X-Api-Requestid": {"id-1"}}, Body: fmt.Appendf(nil, form, want.code)}
				for _, effect := range []duijie.Effect{duijie.EffectRead, duijie.EffectWrite} {
					_, v := judge(&Operation{Path: "/jdy/v2/scm/sal_order"}, effect, a)
					if status == 519 && (want.code == "77" || want.code == "9999999999") {
						require.True(t, v.Ambiguous, "an unknown refusal by the gateway tells nothing of a write")
					}
					require.Equal(t, want.class, v.Class, want.code)
					require.Equal(t, want.renew, v.Renew, want.code)
					require.Equal(t, want.skew, v.Skew, want.code)
					require.Equal(t, want.code, v.Code)
					require.Equal(t, "words", v.Message)
					require.Equal(t, "id-1", v.RequestID)
					if want.renew || want.skew {
						require.True(t, v.NoEffect, want.code)
					}
					require.Equal(t, want.doubt, !v.NoEffect && v.Class == duijie.ClassUnavailable, want.code)
				}
			}
		}
	}
}

// Every code the contract writes down is in the table.
func TestCodesAreTheContracts(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(testutil.Contracts(t), "jdy.md"))
	require.NoError(t, err)
	chapter := string(text)
	chapter = chapter[strings.Index(chapter, "## 7. Error codes"):strings.Index(chapter, "### 7.4")]
	found := 0
	for _, m := range regexp.MustCompile(`(?m)^\| ([0-9][0-9, /-]*)[^x0-9]`).FindAllStringSubmatch(chapter, -1) {
		for _, code := range regexp.MustCompile(`[0-9]{4,}`).FindAllString(m[1], -1) {
			if len(code) == 4 || len(code) == 10 {
				_, known := classify(onBusiness, code)
				require.True(t, known, code)
				found++
			}
		}
	}
	require.Greater(t, found, 35)
}

// The code with two meanings.
func TestSecretCode(t *testing.T) {
	t.Parallel()
	a := &transport.Answer{Status: 200, Body: testBody(t, "token_error_secret_rotated.json")}
	_, v := judge(tokenCall, duijie.EffectRead, a)
	require.Equal(t, duijie.ClassUnauthenticated, v.Class)
	_, v = judge(&Operation{Path: "/jdy/v2/bd/material"}, duijie.EffectRead, a)
	require.Equal(t, duijie.ClassInvalid, v.Class)
}

func testBody(t *testing.T, name string) []byte {
	t.Helper()
	var sample struct{ Value json.RawMessage }
	require.NoError(t, json.Unmarshal(testutil.Sample(t, "jdy", name), &sample))
	return sample.Value
}

func TestSamplesOfErrors(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		status int
		class  duijie.Class
		code   string
	}{
		"gateway_4002_app_id_empty.json":    {519, duijie.ClassUnauthenticated, "4002"},
		"gateway_4006_timestamp.json":       {519, duijie.ClassUnauthenticated, "4006"},
		"gateway_5001_api_not_found.json":   {519, duijie.ClassInvalid, "5001"},
		"business_error_token_expired.json": {401, duijie.ClassUnauthenticated, "1000202001"},
	} {
		_, v := judge(&Operation{}, duijie.EffectRead, &transport.Answer{Status: want.status, Body: testBody(t, name)})
		require.Equal(t, want.class, v.Class, name)
		require.Equal(t, want.code, v.Code, name)
		require.NotEmpty(t, v.Message, name)
	}
}

// An answer that is not in the platform's format is judged by its HTTP status,
// and never a success.
func TestAnswersOutOfForm(t *testing.T) {
	t.Parallel()
	page := "<html>gateway</html>"
	for _, c := range []struct {
		status int
		body   string
		class  duijie.Class
		doubt  bool
	}{
		{200, page, duijie.ClassUnavailable, true},
		{200, "", duijie.ClassUnavailable, true},
		{200, `{"errcode":0,"data":`, duijie.ClassUnavailable, true},
		{200, `{"data":{"ids":["1"]}}`, duijie.ClassUnavailable, true},
		{200, `[]`, duijie.ClassUnavailable, true},
		{200, `{"errcode":null}`, duijie.ClassUnavailable, true},
		{500, `{"errcode":0,"description":"success"}`, duijie.ClassUnavailable, true},
		{502, page, duijie.ClassUnavailable, true},
		{504, page, duijie.ClassUnavailable, true},
		{408, page, duijie.ClassUnavailable, true},
		{401, page, duijie.ClassUnauthenticated, true},
		{403, page, duijie.ClassPermission, false},
		{404, "No Route", duijie.ClassInvalid, false},
		{413, page, duijie.ClassInvalid, false},
		{429, "slow down", duijie.ClassThrottled, false},
		{429, `{"errcode":77}`, duijie.ClassThrottled, false},
		{401, `{"errcode":77}`, duijie.ClassUnauthenticated, false},
		{403, `{"errcode":77}`, duijie.ClassPermission, false},
		{502, `{"errcode":77}`, duijie.ClassUnavailable, true},
		{503, `{"errcode":77}`, duijie.ClassUnavailable, true},
		{400, `{"errcode":77}`, duijie.ClassRefused, false},
		{404, `{"errcode":77}`, duijie.ClassRefused, false},
		{599, `{"errcode":77}`, duijie.ClassRefused, true},
	} {
		_, v := judge(&Operation{}, duijie.EffectWrite, &transport.Answer{Status: c.status, Body: []byte(c.body)})
		name := fmt.Sprint(c.status, " ", c.body)
		require.Equal(t, c.class, v.Class, name)
		require.Equal(t, c.doubt, !v.NoEffect && v.Class != duijie.ClassThrottled && (v.Class == duijie.ClassUnavailable || v.Ambiguous || v.Malformed), name)
	}
}

// Success has three forms.
func TestSuccess(t *testing.T) {
	t.Parallel()
	for body, o := range map[string]*Operation{
		`{"errcode":0,"description":"成功","data":[]}`: {}, `{"errcode":"0","data":{}}`: {}, `{"code":200,"msg":"success","data":[]}`: authorizeCall,
		`{"success":true,"errorCode":"success","data":{"file1":"u"}}`: {Kind: KindUpload},
	} {
		_, v := judge(o, duijie.EffectWrite, &transport.Answer{Status: 200, Body: []byte(body)})
		require.Equal(t, duijie.ClassOK, v.Class, body)
	}
	for _, body := range []string{
		`{"code":201,"msg":"no"}`, `{"errorCode":"success","success":false}`, `{"errorCode":"fail"}`, `{"errcode":"ok"}`, `{"errcode":1,"code":200}`,
	} {
		_, v := judge(&Operation{}, duijie.EffectWrite, &transport.Answer{Status: 200, Body: []byte(body)})
		require.NotEqual(t, duijie.ClassOK, v.Class, body)
	}
}

// Failures under errcode 0 are errors, with the rows.
func TestHiddenFailures(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]RowError{
		`{"rows":[{"index":"0","id":"1","number":"A","success":"true","errors":[]},{"index":"1","id":"","number":"","success":"false","errors":[{"id":"","type":"","message":"仓库不存在"}]}]}`: {{Index: 1, Message: "仓库不存在"}},
		`{"rows":[{"index":"1","id":"","success":"true","errors":[]}]}`:                              {{Index: 1}},
		`{"rows":[{"id":"5","number":"B","success":1,"errors":[{"messages":"x"},{"message":"y"}]}]}`: {{Index: 0, ID: "5", Number: "B", Message: "x; y"}},
		`{"rows":[{"success":false,"message":"qq","ids":[]}]}`:                                       {{Index: 0, Message: "qq"}},
		`{"ids":["1"],"errors":["失败"]}`:                                                              {{Index: -1, Message: "失败"}},
		`{"success_fields":["a"],"error_fields":[{"field_id":"b","error_msg":"bad"}]}`:               {{Index: -1, Message: "bad"}},
		`{"success":false,"message":"no invoice","error_code":"7","data":""}`:                        {{Index: -1, Message: "no invoice"}},
		`{"rows":[{"id":"1","message":"period closed","reverse_voucher_id":""}]}`:                    {{Index: 0, ID: "1", Message: "period closed"}},
		`{"rows":[{"ids":["1"],"id_number_map":{}},{"ids":[],"id_number_map":{}}]}`:                  {{Index: 1}},
	} {
		_, v := judge(&Operation{}, duijie.EffectWrite, &transport.Answer{Status: 200, Body: fmt.Appendf(nil, `{"errcode":0,"data":%s}`, body)})
		require.Equal(t, duijie.ClassRefused, v.Class, body)
		p, ok := errors.AsType[*PartialError](v.Cause)
		require.True(t, ok, body)
		require.Equal(t, want, p.Rows, body)
		require.NotEmpty(t, v.Message)
	}
	for _, body := range []string{
		`{"ids":["1"],"id_number_map":{"1":"A"}}`, `{"rows":[{"id":"1","index":"0","success":true,"errors":[]}]}`, `{"rows":[{"url":"u"}]}`, `{}`, `null`,
		`{"ids":["1"],"errors":[]}`, `{"success":true}`, `{"rows":[{"id":"1","message":"","reverse_voucher_id":"2"}]}`, `{"success":"100","data":"1"}`,
	} {
		_, v := judge(&Operation{}, duijie.EffectWrite, &transport.Answer{Status: 200, Body: fmt.Appendf(nil, `{"errcode":0,"data":%s}`, body)})
		require.Equal(t, duijie.ClassOK, v.Class, body)
	}
	// What a list shows is no verdict.
	_, v := judge(&Operation{}, duijie.EffectRead, &transport.Answer{Status: 200, Body: []byte(`{"errcode":0,"data":{"rows":[{"success":"false"}]}}`)})
	require.Equal(t, duijie.ClassOK, v.Class)
}

// A failed row reaches the caller as an error with its rows.
func TestPartialError(t *testing.T) {
	t.Parallel()
	c := mocked(t, answer(200, `{"errcode":0,"data":{"rows":[{"index":"0","id":"9","number":"A","success":"true","errors":[]},{"index":"1","id":"","number":"B","success":"false","errors":[{"message":"仓库不存在"}]}]}}`))
	err := c.Call(t.Context(), "POST /jdy/v2/scm/sal_out_bound_batch", nil, map[string]any{"data": []any{}}, nil)
	require.ErrorIs(t, err, duijie.ErrRefused)
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.ErrorContains(t, err, "B: 仓库不存在")
	p, ok := errors.AsType[*PartialError](err)
	require.True(t, ok)
	require.True(t, p.Named)
	require.Equal(t, []string{"9"}, p.Saved.IDs)
}

// The effect decides what is repeated.
func TestRetriesByEffect(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		op      string
		body    any
		answer  httpmock.Responder
		calls   int
		unknown bool
	}{
		{"GET /jdy/v2/bd/material", nil, answer(502, "<html>"), 4, false},
		{"GET /jdy/v2/bd/material", nil, answer(519, `{"errcode":5004}`), 4, false},
		{"GET /jdy/v2/unheard/of", nil, answer(502, "<html>"), 4, false},
		{"POST /jdy/v2/pm/bom_material", map[string]any{}, answer(502, "<html>"), 4, false},
		{"POST /jdy/v2/scm/sal_order", map[string]any{"bill_no": "1"}, answer(502, "<html>"), 1, true},
		{"POST /jdy/v2/scm/sal_order", map[string]any{"bill_no": "1"}, answer(519, `{"errcode":5004}`), 1, true},
		{"POST /jdy/v2/scm/sal_order", map[string]any{"bill_no": "1"}, answer(200, `{"errcode":2016002000}`), 1, true},
		{"POST /jdy/v2/scm/sal_order", map[string]any{"bill_no": "1"}, httpmock.NewErrorResponder(errors.New("reset")), 1, true},
		{"POST /jdy/v2/scm/sal_order", map[string]any{"bill_no": "1"}, answer(519, `{"errcode":5007}`), 4, false},
		{"POST /jdy/v2/scm/sal_order", map[string]any{"bill_no": "1"}, answer(429, `{"errcode":429}`), 4, false},
		{"POST /jdy/v2/scm/sal_order", map[string]any{"bill_no": "1"}, answer(200, `{"errcode":1030002000}`), 1, false},
		{"POST /jdy/v2/unheard/of", map[string]any{"id": "1"}, answer(502, "<html>"), 1, true},
		{"POST /jdy/v2/bd/material", map[string]any{"id": "1", "name": "n"}, answer(502, "<html>"), 4, true}, // an update of values
		{"POST /jdy/v2/bd/material", map[string]any{"id": "1", "lines": []any{map[string]any{"qty": 1}}}, answer(502, "<html>"), 1, true},
		{"POST /jdy/v2/bd/material", map[string]any{"id": "1", "lines": []any{map[string]any{"id": "2"}}}, answer(502, "<html>"), 4, true},
		{"POST /jdy/v2/scm/sal_order", map[string]any{"id": "1", "operation_key": "audit"}, answer(502, "<html>"), 1, true},
		{"POST /jdy/v2/sys/common_operate", map[string]any{"id": "1"}, answer(502, "<html>"), 1, true},
	} {
		calls := 0
		client := mocked(t, func(r *http.Request) (*http.Response, error) { calls++; return c.answer(r) })
		err := client.Call(t.Context(), c.op, nil, c.body, nil)
		require.Error(t, err, c.op)
		require.Equal(t, c.calls, calls, "%s %v", c.op, c.body)
		require.Equal(t, c.unknown, errors.Is(err, duijie.ErrOutcomeUnknown), "%s %v: %v", c.op, c.body, err)
	}
}

func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{
		`{"errcode":0,"data":{"rows":[{"id":"","success":"x","errors":[1,"a",{"message":null}]}]}}`, `{"code":200}`, `{"errorCode":"success"}`,
		`{"errcode":[],"code":{}}`, "\xef\xbb\xbf{}", `{"errcode":0,"data":{"ids":[1,null,"2"],"id_number_map":{"a":1}}}`, `{"errcode":-0.0}`,
	} {
		f.Add([]byte(seed), 200)
		f.Add([]byte(seed), 519)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		e, v := judge(&Operation{Kind: KindSave}, duijie.EffectWrite, &transport.Answer{Status: status, Header: http.Header{}, Body: body})
		if v.Class == duijie.ClassOK && (status < 200 || status > 299 || !json.Valid(body)) {
			t.Fatalf("status %d and %q are a success", status, body)
		}
		_ = readSaved(e.data)
		_, _ = readListed(&Operation{}, e.data, 1, 10)
		var row struct {
			ID   string          `json:"id"`
			List []int           `json:"list"`
			Raw  json.RawMessage `json:"-"`
		}
		_ = e.into(&Client{}, &Operation{}, &row)
	})
}
