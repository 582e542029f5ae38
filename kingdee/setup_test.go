package kingdee

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

// configOf are settings the fake server accepts.
func configOf(s *kingdeetest.Server, mode AuthMode) Config {
	a := s.Account()
	cfg := Config{BaseURL: s.URL(), AcctID: a.AcctID, Username: a.Username, Mode: mode}
	switch mode {
	case ValidateUser, ValidateUserEnDeCode:
		cfg.Password = duijie.NewSecret(a.Password)
	default:
		cfg.AppID, cfg.AppSecret = a.AppID, duijie.NewSecret(a.AppSecret)
	}
	return cfg
}

// quick retries without waiting.
var quick = duijie.WithRetry(duijie.RetryPolicy{MinDelay: -1, ThrottleDelay: -1})

// unlimited takes the pace out of tests.
type unlimited struct{}

func unpaced() duijie.Option { return duijie.WithRateLimiter(unlimited{}) }

func newPair(t *testing.T, mode AuthMode, opts ...kingdeetest.Option) (*Client, *kingdeetest.Server) {
	t.Helper()
	s := kingdeetest.NewServer(opts...)
	t.Cleanup(s.Close)
	c, err := NewClient(configOf(s, mode), quick, unpaced())
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c, s
}

// mocked is a client whose answers the responder gives.
func mocked(t *testing.T, mode AuthMode, responder httpmock.Responder, opts ...duijie.Option) *Client {
	t.Helper()
	mt := httpmock.NewMockTransport()
	mt.RegisterNoResponder(responder)
	cfg := Config{
		BaseURL: "http://erp.invalid/with/a/path/k3cloud", AcctID: "5f3c9a7d1b2e4c", Username: "demo", Mode: mode,
		AppID: "260101_bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN", AppSecret: duijie.NewSecret("app-secret-planted"),
		Password: duijie.NewSecret("password-planted"),
	}
	c, err := NewClient(cfg, append([]duijie.Option{quick, unpaced(), duijie.WithHTTPClient(&http.Client{Transport: mt})}, opts...)...)
	require.NoError(t, err)
	return c
}

func answerText(status int, body string) httpmock.Responder {
	return httpmock.NewStringResponder(status, body)
}

const okStatus = `{"Result":{"ResponseStatus":{"IsSuccess":true,"Errors":[],"SuccessEntitys":[{"Id":1,"Number":"A","DIndex":0}],"SuccessMessages":[],"MsgCode":0},"Id":1,"Number":"A"}}`

var testDay = time.Date(2025, 3, 7, 8, 9, 10, 0, duijie.China)

func (unlimited) Wait(ctx context.Context) error { return ctx.Err() }
