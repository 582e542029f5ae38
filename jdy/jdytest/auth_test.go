package jdytest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGatewayRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := login(t)
	resign := func(change func(stringToSign string) string) func(*http.Request) {
		return func(q *http.Request) {
			text := stringToSign(q.Method, q.URL.Path, q.URL.RawQuery, q.Header.Get("X-Api-Nonce"), q.Header.Get("X-Api-TimeStamp"))
			q.Header.Set("X-Api-Signature", sign(r.s.ClientSecret(), change(text)))
		}
	}
	stampAt := func(d time.Duration) func(*http.Request) {
		return func(q *http.Request) { r.sign(q, strconv.FormatInt(noon.Add(d).UnixMilli(), 10), "7") }
	}
	header := func(name, value string) func(*http.Request) {
		return func(q *http.Request) { q.Header.Set(name, value) }
	}
	for name, x := range map[string]struct {
		change func(*http.Request)
		code   string
		status int
	}{
		"right":                  {func(*http.Request) {}, "0", 200},
		"no client":              {header("X-Api-ClientID", ""), "4002", 519},
		"unknown client":         {header("X-Api-ClientID", "1"), "4003", 519},
		"version":                {header("X-Api-Auth-Version", "1.0"), "4001", 519},
		"no time":                {header("X-Api-TimeStamp", ""), "4006", 519},
		"text for time":          {header("X-Api-TimeStamp", "now"), "4006", 519},
		"too old":                {stampAt(-clockWindow - time.Millisecond), "4006", 519},
		"too new":                {stampAt(clockWindow + time.Millisecond), "4006", 519},
		"just in time":           {stampAt(-clockWindow), "0", 200},
		"seconds":                {func(q *http.Request) { r.sign(q, strconv.FormatInt(noon.Unix(), 10), "8") }, "4006", 519},
		"one sign header":        {header("X-Api-SignHeaders", "X-Api-Nonce"), "4007", 519},
		"other order and case":   {header("X-Api-SignHeaders", "x-api-timestamp, X-API-NONCE"), "0", 200},
		"no nonce":               {func(q *http.Request) { r.sign(q, strconv.FormatInt(noon.UnixMilli(), 10), "") }, "4008", 519},
		"no final newline":       {resign(func(s string) string { return strings.TrimSuffix(s, "\n") }), "4008", 519},
		"encoded once":           {resign(func(s string) string { return strings.ReplaceAll(s, "%25", "%") }), "4008", 519},
		"unsorted":               {resign(func(s string) string { return strings.Replace(s, "page=1&search=", "search=&page=1&x", 1) }), "4008", 519},
		"timestamp before nonce": {resign(swapLastLines), "4008", 519},
		"raw bytes in base64": {func(q *http.Request) {
			text, _ := base64.StdEncoding.DecodeString(q.Header.Get("X-Api-Signature"))
			raw, _ := hex.DecodeString(string(text))
			q.Header.Set("X-Api-Signature", base64.StdEncoding.EncodeToString(raw))
		}, "4008", 519},
		"no token":         {header("app-token", ""), "4009", 519},
		"unknown token":    {header("app-token", "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.c2FtcGxl"), "4010", 519},
		"wrong router":     {header("X-GW-Router-Addr", "https://vip1-hz.jdy.com"), "5001", 519},
		"router with /":    {header("X-GW-Router-Addr", "https://tf.jdy.com/"), "0", 200},
		"router left out":  {func(q *http.Request) { q.Header.Del("X-GW-Router-Addr") }, "0", 200},
		"spare empty part": {func(q *http.Request) { q.URL.RawQuery += "&" }, "0", 200},
	} {
		req := r.request("GET", businessRoot+"bd/material", "page=1&search=a%26b", "")
		x.change(req)
		status, answer := r.do(req)
		require.Equal(t, x.status, status, "%s: %v", name, answer)
		require.EqualValues(t, x.code, answer["errcode"], "%s: %v", name, answer)
		if status == 519 {
			require.Regexp(t, `\[GW\]$`, answer["description"], name)
			require.Regexp(t, `\[网关\]$`, answer["description_cn"], name)
		}
	}
}

func swapLastLines(s string) string {
	lines := strings.Split(s, "\n")
	lines[3], lines[4] = lines[4], lines[3]
	return strings.Join(lines, "\n")
}

func TestGatewayKnowsPathsAndVerbs(t *testing.T) {
	t.Parallel()
	r := login(t)
	for _, x := range [][3]string{
		{"GET", "/", "5001"},
		{"GET", businessRoot + "bd/nothing", "5001"},
		{"POST", businessRoot + "bd/material_detail", "5002"},
		{"GET", authorizePath, "5002"},
		{"POST", tokenPath, "5002"},
	} {
		status, answer := r.send(x[0], x[1], nil, nil)
		require.EqualValues(t, x[2], answer["errcode"], "%v %v", x, answer)
		require.Equal(t, 519, status)
	}
	// Paths come before everything else: no credentials are needed to be told so.
	resp, err := r.client.Get(r.s.URL() + businessRoot + "nope")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 519, resp.StatusCode)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, resp.Header.Get("X-Api-Requestid"))
}

func TestAuthorisationTellsTheAccountSets(t *testing.T) {
	t.Parallel()
	accounts := WithAccounts(Account{Name: "甲"}, Account{Name: "乙", Domain: "https://vip1-hz.jdy.com"},
		Account{Name: "旧", Invalid: true}, Account{Name: "别家", OuterInstanceID: "480099999999999999"})
	r := start(t, accounts)
	one := url.Values{"outerInstanceId": {r.s.OuterInstanceID()}}
	status, answer := r.send("POST", authorizePath, one, nil)
	require.Equal(t, 200, status)
	require.EqualValues(t, "200", answer["code"])
	require.NotContains(t, answer, "errcode")
	require.Len(t, answer["data"], 3)
	third := answer["data"].(arr)[2].(obj)
	require.EqualValues(t, "0", third["status"])
	_, answer = r.send("POST", authorizePath, nil, obj{})
	require.Len(t, answer["data"], 4, "without the parameter all authorisations come")

	r = start(t, accounts, WithErrcodeForm())
	_, answer = r.send("POST", authorizePath, one, obj{})
	require.EqualValues(t, "0", answer["errcode"])
	require.NotContains(t, answer, "code")

	second := r.s.In(answer["data"].(arr)[1].(obj)["accountId"].(string))
	require.Equal(t, "乙", second.Account().Name)
	second.Seed("bd/material", Row{"number": "B", "name": "乙的"})
	r.token, r.router = r.fetch(second), second.Account().Domain
	require.Equal(t, "乙的", r.get("bd/material_detail", "number", "B")["name"])
	r.token, r.router = r.fetch(r.s.Book), r.s.Account().Domain
	r.refused(codeMissing, "GET", "bd/material_detail", query([]string{"number", "B"}), nil)
}

func TestTokenEndpoint(t *testing.T) {
	t.Parallel()
	clock := clockAt(noon)
	r := start(t, clock.option())
	ask := func(key, secret string) (int, obj) {
		return r.send("GET", tokenPath, url.Values{"app_key": {key}, "app_signature": {sign(secret, key)}}, nil)
	}
	a := r.s.Account()
	status, answer := ask("nobody00", a.AppSecret)
	require.Equal(t, 200, status)
	require.EqualValues(t, "1020002008", answer["errcode"])

	fresh := r.s.RotateSecret()
	status, answer = ask(a.AppKey, a.AppSecret)
	require.Equal(t, 200, status)
	require.EqualValues(t, "1030002006", answer["errcode"])
	require.Nil(t, answer["data"])

	_, answer = ask(a.AppKey, fresh)
	data := answer["data"].(obj)
	r.token = data["app-token"].(string)
	claims := obj{}
	part, err := base64.RawURLEncoding.DecodeString(strings.Split(r.token, ".")[1])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(part, &claims))
	require.Equal(t, int64(86400), int64(claims["exp"].(float64))-int64(claims["iat"].(float64)))
	require.Equal(t, json.Number(strconv.FormatInt(noon.Add(24*time.Hour).UnixMilli(), 10)), data["expires"])

	status, answer = ask(a.AppKey, fresh)
	require.Equal(t, 429, status, "the third call in a minute")
	require.EqualValues(t, "429", answer["errcode"])
	clock.move(time.Minute)
	_, answer = ask(a.AppKey, fresh)
	require.EqualValues(t, "0", answer["errcode"])
	require.Equal(t, 3, r.s.MaxTokenCallsPerMinute(), "two answered and one refused in the first minute")
	require.Equal(t, 2, r.s.Tokens())
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 200, 519} {
		clock := clockAt(noon)
		r := login(t, clock.option(), WithExpiredStatus(status), WithTokenCallsPerMinute(0))
		list := func() (int, obj) { return r.send("GET", businessRoot+"bd/material", nil, nil) }
		old := r.token
		r.s.RotateSecret()
		r.get("bd/material")
		clock.move(24*time.Hour - time.Second)
		r.get("bd/material")
		clock.move(time.Second)
		got, answer := list()
		require.Equal(t, status, got)
		require.EqualValues(t, "1000202001", answer["errcode"])

		r.token = r.fetch(r.s.Book)
		r.get("bd/material")
		r.s.ExpireTokens()
		_, answer = list()
		require.EqualValues(t, "1000202001", answer["errcode"])
		r.token = r.fetch(r.s.Book)
		r.s.RevokeTokens()
		_, answer = list()
		require.EqualValues(t, "4010", answer["errcode"])
		r.token = old
		_, answer = list()
		require.EqualValues(t, "4010", answer["errcode"])
	}
}

func TestOneTokenAtATime(t *testing.T) {
	t.Parallel()
	for single, code := range map[bool]string{false: "0", true: "4010"} {
		opts := []Option{WithBareToken()}
		if single {
			opts = append(opts, WithSingleToken())
		}
		r := login(t, opts...)
		r.fetch(r.s.Book)
		_, answer := r.send("GET", businessRoot+"bd/store", nil, nil)
		require.EqualValues(t, code, answer["errcode"])
	}
}

func TestCallsPerMinute(t *testing.T) {
	t.Parallel()
	clock := clockAt(noon)
	r := login(t, clock.option(), WithCallsPerMinute(3), WithStrictRouter())
	for range 3 {
		r.get("bd/store")
	}
	status, answer := r.send("GET", businessRoot+"bd/store", nil, nil)
	require.Equal(t, 429, status)
	require.EqualValues(t, "429", answer["errcode"])
	clock.move(time.Minute)
	r.get("bd/store")
	require.Equal(t, 4, r.s.MaxCallsPerMinute())
	r.router = ""
	_, answer = r.send("GET", businessRoot+"bd/store", nil, nil)
	require.EqualValues(t, "5001", answer["errcode"])
	require.Zero(t, r.s.ReusedNonces())
	req := r.request("GET", businessRoot+"bd/store", "", "")
	r.do(req)
	r.do(req.Clone(t.Context()))
	require.Equal(t, 1, r.s.ReusedNonces())
}
