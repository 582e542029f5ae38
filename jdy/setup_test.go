package jdy

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
)

// configOf are settings the fake server accepts.
func configOf(s *jdytest.Server) Config {
	return Config{
		BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), OuterInstanceID: s.OuterInstanceID(),
	}
}

// quick retries without waiting.
var quick = duijie.WithRetry(duijie.RetryPolicy{MinDelay: -1, ThrottleDelay: -1})

// unlimited takes the pace out of tests.
type unlimited struct{}

func (unlimited) Wait(ctx context.Context) error { return ctx.Err() }

func unpaced() duijie.Option { return duijie.WithRateLimiter(unlimited{}) }

// newServer is a fake of its own.
func newServer(t *testing.T, opts ...jdytest.Option) *jdytest.Server {
	t.Helper()
	s := jdytest.NewServer(opts...)
	t.Cleanup(s.Close)
	return s
}

func clientOf(t *testing.T, cfg Config, opts ...duijie.Option) *Client {
	t.Helper()
	c, err := NewClient(cfg, append([]duijie.Option{quick, unpaced(), duijie.WithTokenStore(duijie.NewMemoryTokenStore())}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func newPair(t *testing.T, opts ...jdytest.Option) (*Client, *jdytest.Server) {
	t.Helper()
	s := newServer(t, opts...)
	return clientOf(t, configOf(s)), s
}

const (
	plantedSecret    = "0123456789abcdef0123456789abcdef"
	plantedAppSecret = "appsecret-planted-0123456789abcdef012345"
	plantedToken     = "token-planted-aaaaaaaa"
)

// mocked is a client whose answers the responder gives; the authorisation and the
// token are answered already.
func mocked(t *testing.T, responder httpmock.Responder, opts ...duijie.Option) *Client {
	t.Helper()
	return mockedWith(t, responder, httpmock.NewStringResponder(200, tokenAnswer(plantedToken)), opts...)
}

func mockedWith(t *testing.T, responder, token httpmock.Responder, opts ...duijie.Option) *Client {
	t.Helper()
	mt := httpmock.NewMockTransport()
	mt.RegisterNoResponder(responder)
	mt.RegisterResponder("POST", `=~^https://gw\.invalid/with/path/jdyconnector/app_management/push_app_authorize`, httpmock.NewStringResponder(200, authorizeAnswer))
	mt.RegisterResponder("GET", `=~^https://gw\.invalid/with/path/jdyconnector/app_management/kingdee_auth_token`, token)
	cfg := Config{
		BaseURL: "https://gw.invalid/with/path/", ClientID: "300017", ClientSecret: duijie.NewSecret(plantedSecret), OuterInstanceID: "480012345678901234",
	}
	return clientOf(t, cfg, append([]duijie.Option{duijie.WithHTTPClient(&http.Client{Transport: mt})}, opts...)...)
}

const authorizeAnswer = `{"code":200,"msg":"success","data":[{"serviceId":"7900000000001","accountId":"1783803326505631821","accountName":"总部",` +
	`"domain":"https://tf.invalid","status":1,"outerInstanceId":"480012345678901234","appKey":"Ab3dEf9Z","appSecret":"` + plantedAppSecret + `"}]}`

func tokenAnswer(token string) string {
	return fmt.Sprintf(`{"errcode":0,"description":"成功","data":{"uid":1,"app-token":%q}}`, token)
}

func answer(status int, body string) httpmock.Responder {
	return httpmock.NewStringResponder(status, body)
}

var testDay = time.Date(2026, 8, 7, 9, 10, 11, 0, duijie.China)
