package dingtalktest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

type vector struct {
	ID       string
	Kind     string
	Inputs   json.RawMessage
	Expected json.RawMessage
}

// read decodes a part of a vector.
func read[T any](t *testing.T, raw json.RawMessage) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal(raw, &v))
	return v
}

func vectorsOf(t *testing.T, kind string, n int) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Len(t, file.Vectors, 37)
	var out []vector
	for _, v := range file.Vectors {
		if v.Kind == kind {
			out = append(out, v)
		}
	}
	require.Len(t, out, n)
	return out
}

func TestVectorsAreTheContracts(t *testing.T) {
	t.Parallel()
	ours, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.Equal(t, string(testutil.Vectors(t, "dingtalk")), string(ours))
}

type callbackInputs struct {
	Token                                 string
	AESKey                                string `json:"aes_key"`
	OwnerKey                              string `json:"owner_key"`
	Random16, Timestamp, Nonce, Plaintext string
	Signature, Encrypt                    string
}

func TestVectorsOfCallbacks(t *testing.T) {
	t.Parallel()
	for _, v := range vectorsOf(t, "callback_encrypt", 5) {
		in := read[callbackInputs](t, v.Inputs)
		want := read[struct {
			Encrypt   string
			Signature string `json:"msg_signature"`
		}](t, v.Expected)
		c := &Callback{Token: in.Token, AESKey: in.AESKey, OwnerKey: in.OwnerKey}
		got, err := c.Encrypt(in.Plaintext, in.Random16)
		require.NoError(t, err)
		require.Equal(t, want.Encrypt, got, v.ID)
		require.Equal(t, want.Signature, c.Signature(in.Timestamp, in.Nonce, got), v.ID)
		plain, err := c.Decrypt(got)
		require.NoError(t, err)
		require.Equal(t, in.Plaintext, plain)
	}
	for _, v := range vectorsOf(t, "callback_decrypt", 4) {
		in := read[callbackInputs](t, v.Inputs)
		want := read[struct {
			Valid             bool
			Plaintext, Reason string
		}](t, v.Expected)
		c := &Callback{Token: in.Token, AESKey: in.AESKey, OwnerKey: in.OwnerKey}
		signed := c.Signature(in.Timestamp, in.Nonce, in.Encrypt) == in.Signature
		plain, err := c.Decrypt(in.Encrypt)
		require.Equal(t, want.Valid, signed && err == nil, v.ID)
		require.Equal(t, want.Reason == "signature", !signed, v.ID)
		require.Equal(t, want.Reason == "owner_key", signed && err != nil, v.ID)
		if want.Valid {
			require.Equal(t, want.Plaintext, plain)
		}
	}
}

// TestVectorsOfRobotsPass sends each address to a robot with that secret.
func TestVectorsOfRobotsPass(t *testing.T) {
	t.Parallel()
	for _, v := range vectorsOf(t, "robot_sign", 2) {
		in := read[struct {
			Timestamp, Secret string
			AccessToken       string `json:"access_token"`
		}](t, v.Inputs)
		want := read[struct{ Sign, URL string }](t, v.Expected)
		ms, err := strconv.ParseInt(in.Timestamp, 10, 64)
		require.NoError(t, err)
		for _, c := range []struct{ secret, code string }{{in.Secret, "0"}, {in.Secret + "x", "310000"}} {
			s := New(WithRobot(in.AccessToken, c.secret, ""), clockAt(time.UnixMilli(ms)).option())
			target := strings.Replace(want.URL, "https://oapi.dingtalk.com", "/oapi", 1)
			req := httptest.NewRequest(http.MethodPost, target, strings.NewReader(`{"msgtype":"text","text":{"content":"x"}}`))
			req.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			s.ServeHTTP(w, req)
			require.Contains(t, w.Body.String(), `"errcode":`+c.code, v.ID)
		}
		require.Equal(t, want.Sign, hmac64(in.Secret, in.Timestamp+"\n"+in.Secret))
	}
}

func TestVectorsOfSuitesPass(t *testing.T) {
	t.Parallel()
	for _, v := range vectorsOf(t, "isv_signature", 3) {
		in := read[struct {
			Timestamp, Secret string
			SuiteTicket       string `json:"suite_ticket"`
			AccessKey         string `json:"access_key"`
		}](t, v.Inputs)
		want := read[struct {
			Escaped string `json:"signature_urlencoded"`
			Ticket  string `json:"suite_ticket_urlencoded"`
		}](t, v.Expected)
		s := New(WithSuite(in.AccessKey, in.Secret, in.SuiteTicket))
		target := "/oapi/service/get_corp_token?accessKey=" + in.AccessKey + "&timestamp=" + in.Timestamp + "&suiteTicket=" + want.Ticket + "&signature=" + want.Escaped
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, target, strings.NewReader(encodeText(obj{"auth_corpid": s.CorpID()}))))
		require.Contains(t, w.Body.String(), `"errcode":0`, v.ID)
	}
}

// vectorServer has what the vectors' requests are about.
func vectorServer(t *testing.T, token string, apps ...App) *Server {
	t.Helper()
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, china)
	s := New(WithCredentials("dingappkey0001", "App+Secret/==中"), WithApps(apps...), clockAt(at).option())
	s.AddUser(User{ID: "用户 1", Name: "甲"})
	s.AddProcess("PROC-1", "数量", "明细")
	text := []Component{{ID: "textField_a"}, {ID: "textField_b"}, {ID: "numberField_c"}}
	s.AddForm(Form{UUID: "FORM-1", App: "APP_X1", Components: text})
	s.AddForm(Form{UUID: "FORM-2", App: "APP X+&", Components: text})
	s.AddForm(Form{UUID: "FORM-MADEUP0000SEED0CASE0000000001", App: "APP_MADEUP0SEED0CASE0001", Kind: Process, ProcessCode: "TPROC--MADEUP0000SEED0CASE01", Components: []Component{
		{ID: "textField_lq0sj9h9"}, {ID: "textField_lq0sj9ha"}, {ID: "textareaField_lq0sj9hb"}, {ID: "numberField_lq0sj9hc"}, {ID: "dateField_lq0sj9hd"},
		{ID: "selectField_lq0sj9he"}, {ID: "employeeField_lq0sj9hf"}, {ID: "tableField_lq0sj9hg", Children: []Component{{ID: "textField_lq0sj9hh"}, {ID: "numberField_lq0sj9hi"}}},
		{ID: "associationFormField_lq0sj9hj"},
	}})
	s.SeedInstance("FORM-1", Instance{ID: "FINST-BK766VD1NF4C", Values: Row{"textField_a": "SKU-1"}})
	s.SeedInstance("FORM-1", Instance{Values: Row{"textField_a": "甲"}})
	s.SeedInstance("FORM-2", Instance{ID: "FINST-1", Values: Row{"textField_a": "甲"}})
	if token != "" {
		s.tokens[token] = &token1
	}
	return s
}

var token1 = token{app: "dingappkey0001", ends: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}

func TestVectorsOfRequestsAreServed(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"req-token": `"expireIn":7200`, "req-start-v1-seed": `{"result":"`, "req-save-v2": `{"result":"FINST-`, "req-batch-save": `{"result":["FINST-`,
		"req-search-v2": `"totalCount":1`, "req-delete-escapes": ``, "req-get-by-id-v2": `"formInstId":"FINST-BK766VD1NF4C"`,
		"req-insert-or-update-v2": `{"result":["FINST-BK766VD1NF4C"]}`, "req-ids-v2": `"totalCount":1`, "req-workflow-start": `{"instanceId":"`,
	}
	for _, v := range vectorsOf(t, "openapi_request", 10) {
		in := read[struct {
			Token string `json:"access_token"`
		}](t, v.Inputs)
		e := read[struct {
			Method, Path string
			RawQuery     string `json:"raw_query"`
			Headers      map[string]string
			Body         json.RawMessage `json:"body_json"`
		}](t, v.Expected)
		const secret = "hexxxx0000systemtoken"
		s := vectorServer(t, in.Token, App{"APP_X1", secret}, App{"APP_MADEUP0SEED0CASE0001", secret}, App{"APP X+&", "s=%/?"})
		target := e.Path
		if e.RawQuery != "" {
			target += "?" + e.RawQuery
		}
		var body string
		if string(e.Body) != "null" {
			body = string(e.Body)
		}
		req := httptest.NewRequest(e.Method, target, strings.NewReader(body))
		for k, h := range e.Headers {
			req.Header.Set(k, h)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		require.Equal(t, http.StatusOK, w.Code, "%s: %s", v.ID, w.Body)
		require.Contains(t, want, v.ID)
		require.Contains(t, w.Body.String(), want[v.ID], v.ID)
		require.NotContains(t, w.Body.String(), `"totalCount":0`, v.ID)
	}
}

func TestVectorsOfTimes(t *testing.T) {
	t.Parallel()
	for _, v := range vectorsOf(t, "yida_time", 2) {
		in := read[struct{ Text string }](t, v.Inputs)
		want := read[struct {
			Ms int64 `json:"unix_ms"`
		}](t, v.Expected)
		s := New()
		s.plainTimes = !strings.Contains(in.Text, "T")
		require.Equal(t, in.Text, s.gmt(time.UnixMilli(want.Ms)))
	}
}

// TestVectorsOfErrorsAreOurWords provokes each error and compares code and shape.
func TestVectorsOfErrorsAreOurWords(t *testing.T) {
	t.Parallel()
	provoke := map[string]func(r *rig) (int, obj){
		"err-token-invalid": func(r *rig) (int, obj) {
			r.token = "test"
			return r.send("GET", "/v1.0/yida/forms", nil, nil)
		},
		"err-permission": func(r *rig) (int, obj) {
			r.s.Inject(Fault{Kind: NoPermission})
			return r.send("GET", "/v1.0/yida/forms", nil, nil)
		},
		"err-throttle-app": func(r *rig) (int, obj) {
			r.s.Inject(Fault{Kind: Throttle})
			return r.send("GET", "/v1.0/yida/forms", nil, nil)
		},
		"err-yida-param": func(r *rig) (int, obj) {
			return r.send("POST", "/v2.0/yida/forms/instances/search", nil, r.yida(obj{"formUuid": DemoForm, "pageSize": 101}))
		},
		"oapi-wrapped-token": func(r *rig) (int, obj) {
			r.token = "test"
			return r.send("POST", "/oapi/topapi/v2/user/get", nil, obj{"userid": "x"})
		},
		"oapi-bad-credentials": func(r *rig) (int, obj) {
			return r.send("GET", "/oapi/gettoken", url.Values{"appkey": {"test"}, "appsecret": {"test"}}, nil)
		},
		"oapi-robot-throttle": func(r *rig) (int, obj) {
			r.s.Inject(Fault{Kind: Throttle})
			return r.send("POST", "/oapi/robot/send", nil, obj{})
		},
		"oapi-wrapped-qps": func(r *rig) (int, obj) {
			r.s.Inject(Fault{Kind: Throttle})
			return r.send("POST", "/oapi/topapi/v2/user/get", nil, obj{"userid": "x"})
		},
	}
	for _, v := range vectorsOf(t, "error_classify", 8) {
		in := read[struct {
			Status int `json:"http_status"`
			Body   string
		}](t, v.Inputs)
		recorded, err := decode([]byte(in.Body))
		require.NoError(t, err)
		status, got := provoke[v.ID](start(t))
		require.Equal(t, in.Status, status, v.ID)
		for k, w := range recorded.(obj) {
			require.IsType(t, w, got[k], "%s %s", v.ID, k)
			if k == "code" || k == "errcode" || k == "sub_code" {
				require.Equal(t, w, got[k], v.ID)
			}
		}
		require.Len(t, got, len(recorded.(obj)), v.ID)
	}
}

func FuzzDecrypt(f *testing.F) {
	c := &Callback{Token: callbackToken, AESKey: callbackKey, OwnerKey: "me"}
	good, err := c.Encrypt("success", "")
	require.NoError(f, err)
	f.Add([]byte(good))
	f.Add([]byte(base64.StdEncoding.EncodeToString(make([]byte, 32))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if plain, err := c.Decrypt(string(raw)); err == nil {
			again, err := c.Encrypt(plain, "")
			require.NoError(t, err)
			back, err := c.Decrypt(again)
			require.NoError(t, err)
			require.Equal(t, plain, back)
		}
	})
}
