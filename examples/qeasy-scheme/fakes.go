package main

import (
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/banniu/banniutest"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/jdy/jdytest"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/okki"
	"github.com/duijie-go/duijie/okki/okkitest"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// hurried are options for fakes: they answer at once and their limits are nobody's.
func hurried(more ...duijie.Option) []duijie.Option {
	return append([]duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(500, 10)),
		duijie.WithRetry(duijie.RetryPolicy{ThrottleDelay: 200 * time.Millisecond, MinDelay: 50 * time.Millisecond}),
	}, more...)
}

// served is an endpoint on a fake, which ends with it.
func served(e endpoint, err error, stop func()) (endpoint, error) {
	if err != nil {
		stop()
		return endpoint{}, err
	}
	idle := e.close
	e.close = func() {
		idle()
		stop()
	}
	return e, nil
}

const demoShops = 120

// fakeKingdee loses one answer and refuses one customer.
func fakeKingdee() (endpoint, error) {
	s := kingdeetest.NewServer()
	s.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 2, Kind: kingdeetest.CutAfter})
	s.Refuse("BD_Customer", "S0050", "FName", "名称含有非法字符")
	a := s.Account()
	e, err := joinKingdee(kingdee.Config{
		BaseURL: s.URL(), AcctID: a.AcctID, Username: a.Username, AppID: a.AppID, AppSecret: duijie.NewSecret(a.AppSecret),
	}, hurried()...)
	return served(e, err, s.Close)
}

// fakeWDT has shops and throttles one call.
func fakeWDT() (endpoint, error) {
	s := wdttest.NewServer()
	start := time.Now().Add(-24 * time.Hour)
	for i := 1; i <= demoShops; i++ {
		s.PutShop(wdttest.Shop{
			ID: int64(1000 + i), No: fmt.Sprintf("S%04d", i), Name: fmt.Sprintf("店铺 %d", i), PlatformID: 127,
			Modified: start.Add(time.Duration(i) * time.Second), Created: start,
		})
	}
	s.Inject(wdttest.Fault{Op: "setting.Shop.queryShop", Call: 2, Kind: wdttest.Throttle})
	a := s.Account()
	e, err := joinWDT(wdt.Config{BaseURL: s.DirectURL(), SID: a.SID, AppKey: a.AppKey, AppSecret: duijie.NewSecret(a.AppSecret)}, hurried()...)
	return served(e, err, s.Close)
}

func fakeJDY() (endpoint, error) {
	s := jdytest.NewServer(jdytest.WithDemo())
	e, err := joinJDY(jdy.Config{
		BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), OuterInstanceID: s.OuterInstanceID(),
	}, hurried()...)
	return served(e, err, s.Close)
}

func fakeOKKI() (endpoint, error) {
	s := okkitest.NewServer(okkitest.WithDemo())
	e, err := joinOKKI(okki.Config{
		BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), Scopes: []string{"product"},
	}, hurried()...)
	e.since = time.Date(2020, 1, 1, 0, 0, 0, 0, duijie.China)
	return served(e, err, s.Close)
}

func fakeDingTalk() (endpoint, error) {
	s := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0))
	e, err := joinDingTalk(dingtalk.Config{
		BaseURL: s.URL(), OAPIBaseURL: s.OapiURL(), AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret()),
		Yida: dingtalk.YidaApp{AppType: s.AppType(), SystemToken: duijie.NewSecret(s.SystemToken()), UserID: s.UserID(), FormUUID: dingtalktest.DemoForm},
	}, hurried()...)
	return served(e, err, s.Close)
}

func fakeFxiaoke() (endpoint, error) {
	s := fxiaoketest.NewServer(fxiaoketest.WithDemo())
	e, err := joinFxiaoke(fxiaoke.Config{
		BaseURL: s.URL(), AppID: s.AppID(), AppSecret: duijie.NewSecret(s.AppSecret()),
		PermanentCode: duijie.NewSecret(s.PermanentCode()), OpenUserID: s.OpenUserID(),
	}, hurried()...)
	return served(e, err, s.Close)
}

func fakeBanniu() (endpoint, error) {
	s := banniutest.NewServer(banniutest.WithDemo())
	e, err := joinBanniu(banniu.Config{
		BaseURL: s.URL(), AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret()), AccessToken: duijie.NewSecret(s.AccessToken()),
		ProjectID: banniutest.DemoProject, AppID: banniutest.DemoApp,
	}, hurried(duijie.WithClock(afterDemoDay))...)
	e.now, e.since = afterDemoDay, banniutest.DemoDay()
	return served(e, err, s.Close)
}

// afterDemoDay is a clock on the day after the one the tasks of the demo were made.
func afterDemoDay() time.Time { return banniutest.DemoDay().Add(36 * time.Hour) }
