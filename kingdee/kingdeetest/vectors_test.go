package kingdeetest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func base64Text(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

type vector struct {
	ID, Kind      string
	Input, Expect json.RawMessage
}

func vectors(t *testing.T, kind string) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var all struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(raw, &all))
	var out []vector
	for _, v := range all.Vectors {
		if v.Kind == kind {
			out = append(out, v)
		}
	}
	require.NotEmpty(t, out)
	return out
}

func TestHeadersOfOtherProgramsAreAccepted(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "header_sign") {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			var in map[string]string
			var want struct{ Headers map[string]string }
			require.NoError(t, json.Unmarshal(v.Input, &in))
			require.NoError(t, json.Unmarshal(v.Expect, &want))
			a := Account{AcctID: in["acct_id"], Username: in["user"], AppID: in["app_id"], AppSecret: in["app_secret"]}
			h := http.Header{}
			for k, x := range want.Headers {
				h.Set(k, x)
			}
			u, err := url.Parse(in["url"])
			require.NoError(t, err)
			now := vectorTime(t, in["timestamp"])

			require.True(t, checkKd(a, h))
			code, words := checkAPI(a, h, u.RequestURI(), now)
			require.Zero(t, code, words)

			code, _ = checkAPI(a, h, u.RequestURI(), now.Add(timestampWindow+time.Second))
			require.Equal(t, 4006, code)
			if _, secret := splitAppID(a.AppID); secret != "" {
				code, _ = checkAPI(a, h, u.RequestURI()+"x", now)
				require.Equal(t, 4008, code)
			}
			h.Set("X-Kd-Signature", base64Text("wrong"))
			require.False(t, checkKd(a, h))
		})
	}
}

func vectorTime(t *testing.T, text string) time.Time {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	require.NoError(t, err)
	if n > 1e11 {
		return time.UnixMilli(n)
	}
	return time.Unix(n, 0)
}

func TestSignsOfOtherProgramsLogIn(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "login_by_sign") {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			var in map[string]string
			var want struct{ Parameters []string }
			require.NoError(t, json.Unmarshal(v.Input, &in))
			require.NoError(t, json.Unmarshal(v.Expect, &want))
			now := vectorTime(t, in["timestamp"])
			opts := []Option{
				WithAccount(Account{AcctID: in["acct_id"], Username: in["user"], AppID: in["app_id"], AppSecret: in["app_secret"]}),
				WithClock(func() time.Time { return now.Add(timestampWindow) }),
			}
			if in["alg"] == "SHA1" {
				require.Equal(t, -1, loginType(t, New(opts...), "LoginBySign", want.Parameters))
				opts = append(opts, WithoutMsgCode())
			}
			s := New(opts...)
			require.Equal(t, 1, loginType(t, s, "LoginBySign", want.Parameters))
			require.Equal(t, 1, s.Logins())

			spoilt := append([]string(nil), want.Parameters...)
			spoilt[4] = strings.Repeat("0", len(spoilt[4]))
			require.Equal(t, -1, loginType(t, s, "LoginBySign", spoilt))
			late := New(append(opts, WithClock(func() time.Time { return now.Add(timestampWindow + time.Second) }))...)
			require.Equal(t, -1, loginType(t, late, "LoginBySign", want.Parameters))
		})
	}
}

func TestEncodedLoginsOfOtherProgramsLogIn(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "login_encoded") {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			var want struct{ Parameters []string }
			require.NoError(t, json.Unmarshal(v.Expect, &want))
			s := New()
			require.Equal(t, 1, loginType(t, s, "ValidateUserEnDeCode", want.Parameters))
			require.Equal(t, -1, loginType(t, s, "ValidateUserEnDeCode", []string{want.Parameters[0], "!", "AAAAAAAAAAA=", "2052"}))
			require.Equal(t, 1, s.Logins())
		})
	}
}

func loginType(t *testing.T, s *Server, op string, parameters []string) int {
	t.Helper()
	body, err := json.Marshal(obj{"parameters": parameters})
	require.NoError(t, err)
	w := direct(s, post(t, "/k3cloud/"+authService+op+suffix, string(body)))
	var out struct{ LoginResultType int }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out), w.Body.String())
	return out.LoginResultType
}

func post(t *testing.T, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(body))
	require.NoError(t, err)
	return r
}

func TestBodiesOfOtherProgramsAreBound(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "request_body") {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			var in struct {
				Service  string
				DataText string          `json:"data_text"`
				DataJSON json.RawMessage `json:"data_json"`
				FormID   string
				OpNumber string `json:"op_number"`
			}
			var want struct {
				Path    string
				BodyRaw string `json:"body_raw"`
			}
			require.NoError(t, json.Unmarshal(v.Input, &in))
			require.NoError(t, json.Unmarshal(v.Expect, &want))
			svc, ok := services[in.Service]
			require.True(t, ok)
			name, ok := New().serviceName(want.Path)
			require.True(t, ok)
			require.Equal(t, in.Service, name)

			p, bad := parseParams([]byte(want.BodyRaw), svc.params)
			require.Nil(t, bad)
			require.Equal(t, in.FormID, p.text("formid"))
			require.Equal(t, in.OpNumber, p.text("opnumber"))
			if in.DataText == "" {
				in.DataText = string(in.DataJSON)
			}
			got, ok := p.object("data")
			require.True(t, ok)
			wantData, err := lowerObject([]byte(in.DataText))
			require.NoError(t, err)
			require.Len(t, got, len(wantData))
			for k := range wantData {
				require.JSONEq(t, string(wantData[k]), string(got[k]))
			}
		})
	}
}

func TestAsyncBatchSaveOfOtherPrograms(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "async_poll") {
		var want struct {
			Calls []struct {
				Path     string
				BodyJSON json.RawMessage `json:"body_json"`
			}
		}
		require.NoError(t, json.Unmarshal(v.Expect, &want))
		c := start(t)
		name := func(i int) string { n, _ := c.s.serviceName(want.Calls[i].Path); return n }
		var first taskAnswer
		c.decode(c.call(name(0), []byte(want.Calls[0].BodyJSON)), &first)
		require.Equal(t, 0, first.Status)
		require.Equal(t, "null", string(first.Result))

		var poll struct{ QueryInfo string }
		require.NoError(t, json.Unmarshal(want.Calls[1].BodyJSON, &poll))
		poll.QueryInfo = strings.Replace(poll.QueryInfo, "11111111-2222-3333-4444-555555555555", first.TaskID, 1)
		for _, status := range []int{1, 2, 2} {
			var next taskAnswer
			c.decode(c.call(name(1), obj{"queryInfo": poll.QueryInfo}), &next)
			require.Equal(t, status, next.Status)
			if status == 2 {
				var r reply
				c.decode(string(next.Result), &r)
				require.Equal(t, codeInvalid, r.code(), "the vector's customer has no organisations")
			}
		}
	}
}
