package main

import (
	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/okki"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/sync/qeasy/platforms"
	"github.com/duijie-go/duijie/wdt"
)

// keyComponent is the flag -key.
var keyComponent string

// nobody and none are settings of clients that are asked what they know and call nobody.
const nobody = "https://host.invalid"

var none = duijie.NewSecret("x")

func knowsKingdee() (qeasy.Connector, error) {
	e, err := joinKingdee(kingdee.Config{BaseURL: nobody + "/k3cloud/", AcctID: "x", Username: "x", AppID: "x_00000000000000000000000000000000", AppSecret: duijie.NewSecret("00000000000000000000000000000000")})
	return e.connector, err
}

func liveKingdee(options ...duijie.Option) (endpoint, error) {
	cfg, err := kingdee.ConfigFromEnv()
	if err != nil {
		return endpoint{}, err
	}
	return joinKingdee(cfg, options...)
}

func joinKingdee(cfg kingdee.Config, options ...duijie.Option) (endpoint, error) {
	c, err := kingdee.NewClient(cfg, options...)
	if err != nil {
		return endpoint{}, err
	}
	return endpoint{connector: platforms.Kingdee(c, platforms.KingdeeConfig{}), close: c.CloseIdleConnections}, nil
}

func knowsWDT() (qeasy.Connector, error) {
	e, err := joinWDT(wdt.Config{BaseURL: nobody, SID: "x", AppKey: "x", AppSecret: duijie.NewSecret("x:x")})
	return e.connector, err
}

func liveWDT(options ...duijie.Option) (endpoint, error) {
	cfg, err := wdt.ConfigFromEnv()
	if err != nil {
		return endpoint{}, err
	}
	return joinWDT(cfg, options...)
}

func joinWDT(cfg wdt.Config, options ...duijie.Option) (endpoint, error) {
	c, err := wdt.NewClient(cfg, options...)
	if err != nil {
		return endpoint{}, err
	}
	return endpoint{connector: platforms.WDT(c, platforms.WDTConfig{}), close: c.CloseIdleConnections}, nil
}

func knowsJDY() (qeasy.Connector, error) {
	e, err := joinJDY(jdy.Config{ClientID: "x", ClientSecret: none, OuterInstanceID: "x"})
	return e.connector, err
}

func liveJDY(options ...duijie.Option) (endpoint, error) {
	cfg, err := jdy.ConfigFromEnv()
	if err != nil {
		return endpoint{}, err
	}
	return joinJDY(cfg, options...)
}

func joinJDY(cfg jdy.Config, options ...duijie.Option) (endpoint, error) {
	c, err := jdy.NewClient(cfg, options...)
	if err != nil {
		return endpoint{}, err
	}
	return endpoint{connector: platforms.JDY(c), close: c.CloseIdleConnections}, nil
}

func knowsOKKI() (qeasy.Connector, error) {
	e, err := joinOKKI(okki.Config{ClientID: "x", ClientSecret: none, Scopes: []string{"product"}})
	return e.connector, err
}

func liveOKKI(options ...duijie.Option) (endpoint, error) {
	cfg, err := okki.ConfigFromEnv()
	if err != nil {
		return endpoint{}, err
	}
	return joinOKKI(cfg, options...)
}

func joinOKKI(cfg okki.Config, options ...duijie.Option) (endpoint, error) {
	c, err := okki.NewClient(cfg, options...)
	if err != nil {
		return endpoint{}, err
	}
	return endpoint{
		connector: platforms.OKKI(c), close: c.CloseIdleConnections,
		lookups: map[string]mapping.Lookup{"okki-groups": platforms.OKKIGroups(c)},
	}, nil
}

func knowsDingTalk() (qeasy.Connector, error) {
	e, err := joinDingTalk(dingtalk.Config{AppKey: "x", AppSecret: none})
	return e.connector, err
}

func liveDingTalk(options ...duijie.Option) (endpoint, error) {
	cfg, err := dingtalk.ConfigFromEnv()
	if err != nil {
		return endpoint{}, err
	}
	return joinDingTalk(cfg, options...)
}

func joinDingTalk(cfg dingtalk.Config, options ...duijie.Option) (endpoint, error) {
	c, err := dingtalk.NewClient(cfg, options...)
	if err != nil {
		return endpoint{}, err
	}
	return endpoint{connector: platforms.DingTalk(c, platforms.DingTalkConfig{App: cfg.Yida, Key: keyComponent}), close: c.CloseIdleConnections}, nil
}

func knowsFxiaoke() (qeasy.Connector, error) {
	e, err := joinFxiaoke(fxiaoke.Config{AppID: "x", AppSecret: none, PermanentCode: none, OpenUserID: "1000"})
	return e.connector, err
}

func liveFxiaoke(options ...duijie.Option) (endpoint, error) {
	cfg, err := fxiaoke.ConfigFromEnv()
	if err != nil {
		return endpoint{}, err
	}
	return joinFxiaoke(cfg, options...)
}

func joinFxiaoke(cfg fxiaoke.Config, options ...duijie.Option) (endpoint, error) {
	c, err := fxiaoke.NewClient(cfg, options...)
	if err != nil {
		return endpoint{}, err
	}
	return endpoint{connector: platforms.Fxiaoke(c, platforms.FxiaokeConfig{KeyField: keyComponent}), close: c.CloseIdleConnections}, nil
}

func knowsBanniu() (qeasy.Connector, error) {
	e, err := joinBanniu(banniu.Config{AppKey: "x", AppSecret: none, AccessToken: none, ProjectID: "1", AppID: "1"})
	return e.connector, err
}

func liveBanniu(options ...duijie.Option) (endpoint, error) {
	cfg, err := banniu.ConfigFromEnv()
	if err != nil {
		return endpoint{}, err
	}
	return joinBanniu(cfg, options...)
}

func joinBanniu(cfg banniu.Config, options ...duijie.Option) (endpoint, error) {
	c, err := banniu.NewClient(cfg, options...)
	if err != nil {
		return endpoint{}, err
	}
	return endpoint{connector: platforms.Banniu(c, platforms.BanniuConfig{KeyColumn: keyComponent}), close: c.CloseIdleConnections}, nil
}
