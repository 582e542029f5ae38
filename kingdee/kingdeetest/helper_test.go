package kingdeetest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type obj = map[string]any

type list = []any

// caller calls a server as a logged-in or signing program would.
type caller struct {
	t       *testing.T
	s       *Server
	session string
	sign    bool
	off     time.Duration // of the caller's clock
}

func start(t *testing.T, opts ...Option) *caller {
	t.Helper()
	s := NewServer(opts...)
	t.Cleanup(s.Close)
	c := &caller{t: t, s: s}
	c.login()
	return c
}

func (c *caller) login() {
	c.t.Helper()
	a := c.s.Account()
	var out struct {
		LoginResultType int
		KDSVCSessionId  string //nolint:revive // the server's spelling
	}
	c.decode(c.call(authService+"ValidateUser",
		obj{"acctID": a.AcctID, "username": a.Username, "password": a.Password, "lcid": 2052}), &out)
	require.Equal(c.t, 1, out.LoginResultType)
	c.session = out.KDSVCSessionId
}

func (c *caller) decode(raw string, v any) {
	c.t.Helper()
	require.NoError(c.t, decode([]byte(raw), v), "answer: %s", raw)
}

// head is the status and the cookies of an answer.
type head struct {
	status  int
	cookies []*http.Cookie
}

// try sends a body; raw bytes go as they are, anything else as JSON.
func (c *caller) try(service string, body any) (head, string, error) {
	raw, isRaw := body.([]byte)
	if !isRaw {
		raw, _ = json.Marshal(body)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.s.URL()+service+suffix, bytes.NewReader(raw))
	require.NoError(c.t, err)
	if c.session != "" {
		req.Header.Set(sessionName, c.session)
	}
	if c.sign {
		signRequest(req, c.s.Account(), c.s.now().Add(c.off))
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return head{}, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return head{resp.StatusCode, resp.Cookies()}, string(text), err
}

func (c *caller) call(service string, body any) string {
	c.t.Helper()
	h, text, err := c.try(service, body)
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusOK, h.status, "answer: %s", text)
	return text
}

// envelope calls a service with formid and data and reads the usual answer.
func (c *caller) envelope(op, form string, data any) reply {
	c.t.Helper()
	var out reply
	c.decode(c.call(dynamicForm+op, obj{"formid": form, "data": data}), &out)
	return out
}

// onData calls a service that takes data only.
func (c *caller) onData(op string, data any) reply {
	c.t.Helper()
	var out reply
	c.decode(c.call(dynamicForm+op, obj{"data": data}), &out)
	return out
}

// operate calls ExcuteOperation.
func (c *caller) operate(form, number string, data obj) reply {
	c.t.Helper()
	var out reply
	c.decode(c.call(dynamicForm+"ExcuteOperation", obj{"formid": form, "opNumber": number, "data": data}), &out)
	return out
}

func (r reply) ok() bool { return r.Result.ResponseStatus.IsSuccess }

// raise saves a bill from the sample and takes it to audited.
func (c *caller) raise(form, number string, change func(obj)) reply {
	c.t.Helper()
	model, _ := modelOf(sample(c.s, form, number))
	m := model.plain()
	if change != nil {
		change(m)
	}
	r := c.envelope("Save", form, obj{"Model": m, "IsAutoAdjustField": true, "IsAutoSubmitAndAudit": true})
	require.True(c.t, r.ok(), "%s: %s", form, r.firstError())
	return r
}

func (c *caller) query(data obj) [][]any {
	c.t.Helper()
	var rows [][]any
	c.decode(c.call(dynamicForm+"ExecuteBillQuery", obj{"data": data}), &rows)
	return rows
}

// reply is the envelope as a program reads it.
type reply struct {
	Result struct {
		ResponseStatus struct {
			ErrorCode int
			IsSuccess bool
			Errors    []struct {
				FieldName *string
				Message   string
				DIndex    *int
			}
			SuccessEntitys []struct {
				Id     any //nolint:revive // the server's spelling
				Number *string
				DIndex *int
			}
			SuccessMessages []struct{ Message string }
			MsgCode         *int
		}
		ConvertResponseStatus struct {
			IsSuccess      bool
			Errors         []struct{ Message string }
			SuccessEntitys []struct{ Number string }
		}
		FileId         string //nolint:revive // the server's spelling
		Message        string
		Id             any //nolint:revive // the server's spelling
		Number         any
		NeedReturnData any
		Result         obj
	}
}

func (r reply) code() int {
	if r.Result.ResponseStatus.MsgCode == nil {
		return -1
	}
	return *r.Result.ResponseStatus.MsgCode
}

func (r reply) firstError() string {
	if len(r.Result.ResponseStatus.Errors) == 0 {
		return ""
	}
	return r.Result.ResponseStatus.Errors[0].Message
}

func (r reply) numbers() []string {
	var out []string
	for _, e := range r.Result.ResponseStatus.SuccessEntitys {
		out = append(out, *e.Number)
	}
	return out
}

// ordered is an object with its keys in this order: key, value, key, value.
func ordered(pairs ...any) json.RawMessage {
	var b bytes.Buffer
	if len(pairs) == 0 {
		b.WriteByte('{')
	}
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
		b.Write(encode(pairs[i]))
		b.WriteByte(':')
		b.Write(encode(pairs[i+1]))
	}
	b.WriteByte('}')
	return b.Bytes()
}

func ref(number string) obj { return obj{"FNumber": number} }

func customer(number, name string) obj {
	return obj{"FCreateOrgId": ref("100"), "FUseOrgId": ref("100"), "FNumber": number, "FName": name}
}

// signRequest adds the nine headers.
func signRequest(req *http.Request, a Account, now time.Time) {
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	id, secret := splitAppID(a.AppID)
	plain := a.AcctID + "," + a.Username + ",2052,"
	for k, v := range map[string]string{
		"X-Api-ClientID": id, "X-Api-Auth-Version": "2.0", "x-api-timestamp": stamp, "x-api-nonce": newID(),
		"x-api-signheaders": "x-api-timestamp,x-api-nonce",
		"X-Kd-Appkey":       a.AppID, "X-Kd-Appdata": base64Text(plain), "X-Kd-Signature": hmacText(a.AppSecret, a.AppID+plain),
	} {
		req.Header.Set(k, v)
	}
	req.Header.Set("X-Api-Signature", hmacText(secret, apiStringToSign(req.URL.RequestURI(), req.Header.Get("x-api-nonce"), stamp)))
}

// direct serves one request without a socket.
func direct(s *Server, req *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	return w
}

// signedPost is a signed request without a socket.
func signedPost(t *testing.T, c *caller, op string, body any) *http.Request {
	t.Helper()
	r := post(t, "/k3cloud/"+dynamicForm+op+suffix, string(encode(body)))
	signRequest(r, c.s.Account(), time.Now())
	return r
}
