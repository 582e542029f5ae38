package okki

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/transport"
)

type webhookVector struct {
	ID, Signature, Plaintext string
	Security                 string            `json:"security_config"`
	Headers                  map[string]string `json:"headers"`
	RawBody                  string            `json:"raw_body"`
	ToSign                   string            `json:"string_to_sign"`
	ValidRaw                 *bool             `json:"valid_over_raw_body"`
	ExpectValid              *bool             `json:"expect_valid"`
	Ack                      json.RawMessage   `json:"ack"`
}

type vectorFile struct {
	Webhook      []webhookVector `json:"webhook"`
	TokenRequest []struct {
		Request struct {
			URL, Method, Body string
			Headers           map[string]string
		}
	} `json:"token_request"`
	TokenResponse []answerVector `json:"token_response"`
	Classify      []answerVector `json:"classify"`
	Hashes        []struct {
		Password string
		SHA256   string `json:"sha256_hex"`
	} `json:"password_hash"`
}

type answerVector struct {
	Name   string
	Status int `json:"http_status"`
	Body   json.RawMessage
	Result json.RawMessage
}

// body is the body of an answer: JSON, or the text a JSON text stands for.
func (a answerVector) body() []byte {
	var text string
	if json.Unmarshal(a.Body, &text) == nil {
		return []byte(text)
	}
	return a.Body
}

func vectors(t testing.TB) vectorFile {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var f vectorFile
	require.NoError(t, json.Unmarshal(raw, &f))
	require.NotEmpty(t, f.Webhook)
	require.NotEmpty(t, f.TokenRequest)
	require.NotEmpty(t, f.TokenResponse)
	require.NotEmpty(t, f.Classify)
	require.NotEmpty(t, f.Hashes)
	return f
}

func TestVectorsAreTheContracts(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.Equal(t, string(testutil.Vectors(t, "okki")), string(raw))
}

func TestWebhookVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t).Webhook {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			secret, body, stamp := duijie.NewSecret(v.Security), []byte(v.RawBody), v.Headers["X-Timestamp"]
			valid := VerifyWebhook(secret, stamp, v.Headers["X-Signature"], body)
			require.Equal(t, v.ExpectValid == nil || *v.ExpectValid, valid)
			if !valid {
				return
			}
			require.Equal(t, v.Signature, SignWebhook(secret, stamp, body))
			require.Equal(t, v.ToSign, stamp+strings.ReplaceAll(v.RawBody, `\/`, "/"))
			msg, err := readMessage(secret, body)
			require.NoError(t, err)
			plain, err := DecryptWebhook(secret, memberText(body, "data"))
			require.NoError(t, err)
			require.Equal(t, v.Plaintext, string(plain))

			seconds, ok := whole(stamp)
			require.True(t, ok)
			handled := 0
			h, err := NewWebhookHandler(WebhookConfig{
				Secret: secret, Clock: func() time.Time { return time.Unix(seconds, 0) },
				Handle: func(_ context.Context, got Message) error { handled++; require.Equal(t, msg, got); return nil },
			})
			require.NoError(t, err)
			for range 2 { // the second is a redelivery
				w := deliver(h, v.RawBody, stamp, v.Headers["X-Signature"])
				require.Equal(t, http.StatusOK, w.Code)
				require.JSONEq(t, string(v.Ack), w.Body.String())
			}
			want := 1
			if msg.Events[0].Type == EventTest {
				want = 0
			}
			require.Equal(t, want, handled)
		})
	}
}

func deliver(h http.Handler, body, stamp, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/okki", strings.NewReader(body))
	r.Header.Set("X-Timestamp", stamp)
	r.Header.Set("X-Signature", signature)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// The token request is byte for byte what a client in use sends.
func TestTokenRequestVector(t *testing.T) {
	t.Parallel()
	want := vectors(t).TokenRequest[0].Request
	var got, path, contentType string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, path, contentType = string(b), r.URL.Path, r.Header.Get("Content-Type")
		_, _ = io.WriteString(w, `{"token_type":"Bearer","access_token":"T1"}`)
	}))
	t.Cleanup(server.Close)
	c := clientOf(t, Config{
		BaseURL: server.URL, ClientID: "cid demo&2", ClientSecret: duijie.NewSecret("sec+=/% 秘"), Scopes: []string{"company", "product", "invoices"},
	})
	_, err := c.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, want.Body, got)
	require.True(t, strings.HasSuffix(want.URL, path))
	require.Equal(t, want.Headers["Content-Type"], contentType)
}

func TestTokenResponseVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t).TokenResponse {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			e, verdict := judge(tokenCall, &transport.Answer{Status: v.Status, Header: http.Header{}, Body: v.body()})
			ok := memberText(v.Result, "ok") == "true"
			require.Equal(t, ok, verdict.Class == duijie.ClassOK)
			if !ok {
				return
			}
			now := testDay
			token, err := readToken(tokenCall, e, now)
			require.NoError(t, err)
			s, err := readSession(token)
			require.NoError(t, err)
			require.Equal(t, memberText(v.Result, "access_token"), s.Access)
			seconds, _ := whole(memberText(v.Result, "expires_in_seconds"))
			require.Equal(t, time.Duration(seconds)*time.Second, token.Expires.Sub(now))
		})
	}
}

func TestClassifyVectors(t *testing.T) {
	t.Parallel()
	o := operationOf("GET", "/v1/product/list")
	for _, v := range vectors(t).Classify {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			_, verdict := judge(o, &transport.Answer{Status: v.Status, Header: http.Header{}, Body: v.body()})
			switch scalar(v.Result) {
			case "ok":
				require.Equal(t, duijie.ClassOK, verdict.Class)
			case "auth_failure":
				require.True(t, verdict.Renew)
				require.Equal(t, duijie.ClassUnauthenticated, verdict.Class)
			default:
				require.NotEqual(t, duijie.ClassOK, verdict.Class)
				require.False(t, verdict.Renew)
			}
		})
	}
}

func TestPasswordHashVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t).Hashes {
		require.Equal(t, v.SHA256, hashPassword(v.Password))
	}
}
