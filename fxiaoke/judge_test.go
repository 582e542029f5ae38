package fxiaoke

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

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/transport"
)

// expectation is what the contract says about some codes.
type expectation struct {
	codes   string
	class   duijie.Class
	renew   bool
	on      place
	doubtIn bool // a write's outcome is unknown
	quota   error
}

// expectations are all codes of the contract's chapter 4.
var expectations = []expectation{
	{codes: "-1 -2 50009", class: duijie.ClassUnavailable, doubtIn: true},
	{codes: "10001 10002 10003 10004 10005 10006 10007 10008 10009 10010 10012 10013 10014 10015", class: duijie.ClassInvalid},
	{codes: "10001 10002 10006 10012", on: onToken, class: duijie.ClassUnauthenticated},
	{codes: "11001 11002 11003 11004 11005 11006 11007 11008 11009 11010 11011 11013 11015 11016 11017 11018", class: duijie.ClassInvalid},
	{codes: "11014 20005 20016", class: duijie.ClassUnauthenticated, renew: true},
	{codes: "20005 20016", on: onToken, class: duijie.ClassUnauthenticated},
	{codes: "12002", class: duijie.ClassUnauthenticated},
	{codes: "12003 12004 12005 15002 32000 40010", class: duijie.ClassInvalid},
	{codes: "14001 30004", class: duijie.ClassThrottled, quota: ErrInterfaceLimit},
	{codes: "30002", class: duijie.ClassThrottled, quota: ErrDailyQuota},
	{codes: "30003", class: duijie.ClassPermission, quota: ErrNoQuota},
	{codes: "15003 20014 20020 20021 20022 20023", class: duijie.ClassPermission},
	{codes: "20006 20010 20015 20017", class: duijie.ClassUnauthenticated},
	{codes: "20012 30007 30027", class: duijie.ClassInvalid},
	{codes: "20012 30007 30027", on: onAddress, class: duijie.ClassNotFound},
	{codes: "20013 301099 7 99999999 abc", class: duijie.ClassRefused}, // in no table: never a success
}

// Each code has its class whether it comes as a number or a text, with HTTP 200 or not.
func TestCodes(t *testing.T) {
	t.Parallel()
	for _, want := range expectations {
		for code := range strings.FieldsSeq(want.codes) {
			for _, form := range []string{`{"errorCode":%s,"errorMessage":"m","errorDescription":"说明","traceId":"E-O.1"}`, `{"errorCode":"%s","errorMessage":"m","errorDescription":"说明","traceId":"E-O.1","data":null}`} {
				if code == "abc" && strings.Contains(form, ":%s") {
					continue
				}
				for _, status := range []int{200, 400, 502} {
					_, v := judge(want.on, "trace", &transport.Answer{Status: status, Header: http.Header{}, Body: fmt.Appendf(nil, form, code)})
					require.Equal(t, want.class, v.Class, code)
					require.Equal(t, want.renew, v.Renew, code)
					require.Equal(t, code, v.Code)
					require.Equal(t, "说明 (m)", v.Message)
					require.Equal(t, "E-O.1", v.RequestID)
					require.Equal(t, want.doubtIn, v.Class == duijie.ClassUnavailable && !v.NoEffect, code)
					f, ok := errors.AsType[*Failure](v.Cause)
					require.True(t, ok)
					require.Equal(t, want.quota, f.Quota, code)
					require.Equal(t, "trace", f.ThirdTraceID)
				}
			}
		}
	}
}

// The whole way: what a caller gets for each code, of a read and of a write.
func TestCodesReachTheCaller(t *testing.T) {
	t.Parallel()
	for _, want := range expectations {
		for code := range strings.FieldsSeq(want.codes) {
			if want.on == onToken || code == "abc" {
				continue
			}
			path := map[place]string{anywhere: "/cgi/crm/v2/data/create", onAddress: "/cgi/user/get"}[want.on]
			c := canned(t, 200, fmt.Sprintf(`{"errorCode":%s,"errorMessage":"m","traceId":"E-O.9"}`, code), duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: -1}))
			err := c.Call(t.Context(), path, nil, nil, duijie.WithEffect(duijie.EffectWrite))
			require.ErrorIs(t, err, want.class.Err(), code)
			require.Equal(t, want.doubtIn, errors.Is(err, duijie.ErrOutcomeUnknown), code)
			if want.quota != nil {
				require.ErrorIs(t, err, want.quota)
			}
			require.ErrorContains(t, err, "thirdTraceId")
			e, _ := errors.AsType[*duijie.APIError](err)
			require.Equal(t, path, e.Op)
			require.Equal(t, "E-O.9", e.RequestID)
			if code == "30002" {
				require.Positive(t, e.RetryAfter)
			}
		}
	}
}

// What is no answer of the platform's is judged by its status, and is no success.
func TestStrangeAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		body   string
		class  duijie.Class
		doubt  bool
	}{
		{200, "", duijie.ClassUnavailable, true}, {200, "<html>", duijie.ClassUnavailable, true}, {200, `{"errorCode":`, duijie.ClassUnavailable, true},
		{200, `[]`, duijie.ClassUnavailable, true}, {200, `{}`, duijie.ClassUnavailable, true}, {200, `{"errorCode":""}`, duijie.ClassUnavailable, true},
		{200, `{"errorCode":null}`, duijie.ClassUnavailable, true}, {200, `{"errorCode":{}}`, duijie.ClassUnavailable, true},
		{500, `{"errorCode":0}`, duijie.ClassUnavailable, true}, {502, "bad gateway", duijie.ClassUnavailable, true}, {408, "", duijie.ClassUnavailable, true},
		{429, "", duijie.ClassThrottled, false}, {404, "<html>", duijie.ClassInvalid, false}, {403, "", duijie.ClassPermission, false},
	} {
		_, v := judge(anywhere, "t", &transport.Answer{Status: test.status, Header: http.Header{}, Body: []byte(test.body)})
		require.Equal(t, test.class, v.Class, "%d %s", test.status, test.body)
		require.Equal(t, test.doubt, v.Class == duijie.ClassUnavailable && !v.NoEffect, "%d %s", test.status, test.body)
	}
	_, v := judge(anywhere, "t", &transport.Answer{Status: 502, Body: []byte(`{"errorCode":77}`)})
	require.True(t, v.Ambiguous, "an unknown refusal with a failure's status tells nothing of a write")
	_, v = judge(anywhere, "t", &transport.Answer{Status: 429, Body: []byte(`{"errorCode":77}`)})
	require.Equal(t, duijie.ClassThrottled, v.Class)
	for _, zero := range []string{"0", `"0"`, "0.0"} {
		_, v := judge(anywhere, "t", &transport.Answer{Status: 200, Body: []byte(`{"errorCode":` + zero + `}`)})
		require.Equal(t, duijie.ClassOK, v.Class)
	}
}

type sample struct {
	Request   struct{ Path string }
	Truncated bool
	Status    int `json:"http_status"`
	Response  json.RawMessage
}

func samples(t *testing.T) map[string]sample {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testutil.Contracts(t), "samples", platform, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	out := map[string]sample{}
	for _, f := range files {
		var s sample
		require.NoError(t, json.Unmarshal(testutil.Sample(t, platform, filepath.Base(f)), &s), f)
		out[strings.TrimSuffix(filepath.Base(f), ".json")] = s
	}
	return out
}

// Every recorded answer is judged as its name says.
func TestSamplesAreJudged(t *testing.T) {
	t.Parallel()
	want := map[string]duijie.Class{
		"error-bad-bearer": duijie.ClassUnauthenticated, "error-bad-legacy-token": duijie.ClassUnauthenticated, "error-no-credentials": duijie.ClassUnauthenticated,
		"error-offset-range": duijie.ClassInvalid, "error-token-bad-secret": duijie.ClassUnauthenticated, "error-token-bad-secret-legacy": duijie.ClassUnauthenticated,
		"error-token-wiki": duijie.ClassUnauthenticated,
	}
	for name, s := range samples(t) {
		op := operationOf(s.Request.Path)
		e, v := judge(op.place(), "t", &transport.Answer{Status: s.Status, Body: s.Response})
		if s.Truncated && e.code == "" {
			continue // the end of the envelope was cut off
		}
		require.Equal(t, want[name], v.Class, name)
		require.Equal(t, name == "error-bad-bearer" || name == "error-bad-legacy-token" || name == "error-token-wiki", v.Renew, name)
	}
}

// The table has every code the contract names, found by reading the contract.
func TestEveryCodeOfTheContractIsExpected(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(testutil.Contracts(t), platform+".md"))
	require.NoError(t, err)
	_, chapter, _ := strings.Cut(string(text), "## 4. Error codes")
	chapter, _, _ = strings.Cut(chapter, "## 5.")
	known := map[string]bool{}
	for _, e := range expectations {
		for code := range strings.FieldsSeq(e.codes) {
			known[code] = true
		}
	}
	found := regexp.MustCompile(`\b\d{5}\b`).FindAllString(chapter, -1)
	require.Greater(t, len(found), 40)
	for _, code := range found {
		require.True(t, known[code] || code == "10000", code) // 10000 is the largest offset
	}
}

func FuzzJudge(f *testing.F) {
	for _, s := range []string{`{"errorCode":0,"data":{}}`, `{"errorCode":"20016"}`, `{"errorCode":-1}`, "<", "", `{"errorCode":[0]}`, `{"errorCode":"0x0"}`} {
		f.Add(200, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		_, v := judge(anywhere, "t", &transport.Answer{Status: status, Header: http.Header{}, Body: body})
		if v.Class == duijie.ClassOK {
			require.True(t, json.Valid(body))
			require.True(t, status >= 200 && status <= 299)
		}
	})
}
