package dingtalk

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
)

const (
	testToken  = "6d1bfeed0000made0up00token"
	testSecret = "made+up/app==secret"
	testSystem = "hexxxx0000systemtoken"
)

// seen is one request a test server got.
type seen struct {
	Method, Path, RawQuery string
	Header                 http.Header
	Body                   string
}

// server answers token calls and hands everything else to the test.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	seen   []seen
	tokens int
}

func newServer(t *testing.T, answer func(n int, r seen) (status int, body string)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := seen{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header, string(body)}
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		w.Header().Set("x-acs-request-id", "REQ-1")
		s.mu.Lock()
		if got.Path == "/v1.0/oauth2/accessToken" {
			s.tokens++
			s.mu.Unlock()
			_, _ = io.WriteString(w, `{"expireIn":7200,"accessToken":"`+testToken+`"}`)
			return
		}
		s.seen = append(s.seen, got)
		n := len(s.seen)
		s.mu.Unlock()
		status, text := answer(n, got)
		if status == cutConnection {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s
}

const cutConnection = -1

func (s *server) requests() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]seen(nil), s.seen...)
}

func testConfig(base string) Config {
	return Config{
		BaseURL: base, AppKey: "dingappkey0001", AppSecret: duijie.NewSecret(testSecret),
		Yida: YidaApp{AppType: "APP_X1", SystemToken: duijie.NewSecret(testSystem), UserID: "manager123", FormUUID: "FORM-1"},
	}
}

// quick has no waits between the attempts of a call.
func quick() duijie.Option {
	return duijie.WithRetry(duijie.RetryPolicy{MinDelay: -1, ThrottleDelay: -1})
}

func newClient(t *testing.T, base string, opts ...duijie.Option) *Client {
	t.Helper()
	c, err := NewClient(testConfig(base), append([]duijie.Option{quick()}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// client is a client of a server that answers each call alike.
func client(t *testing.T, status int, body string) (*Client, *server) {
	t.Helper()
	s := newServer(t, func(int, seen) (int, string) { return status, body })
	return newClient(t, s.URL), s
}

// unpaced is a limit no test comes to. A client that is told one is not slowed down
// far by a throttle answer.
func unpaced() duijie.Option { return duijie.WithRateLimiter(rate.NewLimiter(2000, 50)) }
