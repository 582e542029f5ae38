package platforms

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/jdy/jdytest"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// free takes the pace and the waits between tries out of tests.
type free struct{}

func (free) Wait(ctx context.Context) error { return ctx.Err() }

func unpaced() []duijie.Option {
	return []duijie.Option{duijie.WithRateLimiter(free{}), duijie.WithRetry(duijie.RetryPolicy{MinDelay: -1, ThrottleDelay: -1})}
}

func newKingdee(t *testing.T, opts ...kingdeetest.Option) (*kingdee.Client, *kingdeetest.Server) {
	t.Helper()
	s := kingdeetest.NewServer(opts...)
	a := s.Account()
	c, err := kingdee.NewClient(kingdee.Config{
		BaseURL: s.URL(), AcctID: a.AcctID, Username: a.Username, AppID: a.AppID, AppSecret: duijie.NewSecret(a.AppSecret),
	}, unpaced()...)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseIdleConnections(); s.Close() })
	return c, s
}

func newWDT(t *testing.T, g wdt.Gateway, opts ...wdttest.Option) (*wdt.Client, *wdttest.Server) {
	t.Helper()
	s := wdttest.NewServer(opts...)
	a := s.Account()
	cfg := wdt.Config{
		Gateway: g, BaseURL: s.DirectURL(), SID: a.SID, AppKey: a.AppKey, AppSecret: duijie.NewSecret(a.AppSecret),
		QimenAppKey: a.QimenAppKey, QimenAppSecret: duijie.NewSecret(a.QimenAppSecret),
	}
	switch g {
	case wdt.Qimen:
		cfg.BaseURL = s.QimenURL()
	case wdt.Enterprise:
		cfg.BaseURL, cfg.SID, cfg.AppKey, cfg.AppSecret = s.EnterpriseURL(), a.EnterpriseSID, a.EnterpriseAppKey, duijie.NewSecret(a.EnterpriseAppSecret)
	}
	c, err := wdt.NewClient(cfg, unpaced()...)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseIdleConnections(); s.Close() })
	return c, s
}

func newJDY(t *testing.T, opts ...jdytest.Option) (*jdy.Client, *jdytest.Server) {
	t.Helper()
	s := jdytest.NewServer(opts...)
	c, err := jdy.NewClient(jdy.Config{
		BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), OuterInstanceID: s.OuterInstanceID(),
	}, unpaced()...)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseIdleConnections(); s.Close() })
	return c, s
}

// sample is a recorded half.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	var doc struct{ Metadata json.RawMessage }
	require.NoError(t, json.Unmarshal(testutil.Sample(t, "qeasy", name), &doc))
	return doc.Metadata
}

func parse(t *testing.T, side qeasy.Side, doc string) *qeasy.Half {
	t.Helper()
	h, err := qeasy.Parse(side, []byte(doc))
	require.NoError(t, err)
	return h
}

// problems are those of a scheme that does not compile.
func problems(t *testing.T, source, target *qeasy.Half, cfg qeasy.Config) map[string]string {
	t.Helper()
	_, err := qeasy.Compile(source, target, cfg)
	var all *qeasy.Errors
	require.ErrorAs(t, err, &all)
	out := map[string]string{}
	for _, p := range all.Problems {
		out[string(p.Side)+p.Path] = p.Code
	}
	return out
}

func rawRecord(body string) duijiesync.Record[json.RawMessage] {
	return duijiesync.Record[json.RawMessage]{Value: json.RawMessage(body)}
}
