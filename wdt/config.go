package wdt

import (
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
)

// Gateway is one of the ways into the platform.
type Gateway string

// The gateways.
const (
	// Direct is the platform's own openapi gateway (直连). It never returns orders,
	// refunds and goods of the Taobao family, Pinduoduo and system supply.
	Direct Gateway = "direct"
	// Qimen is the platform's scene on Taobao's custom gateway (奇门自定义接口).
	Qimen Gateway = "qimen"
	// Enterprise is the openapi of 旺店通企业版 (enterprise edition), another product
	// with accounts, names and fields of its own: [Client.Call], [QueryPage] and
	// [QueryAs] work on it, with its scripts as methods ("trade_query.php"). The typed
	// lists do not.
	Enterprise Gateway = "enterprise"
)

// Official addresses, and a constant of the flagship application.
const (
	DirectURL         = "http://wdt.wangdian.cn/openapi"
	DirectTestURL     = "http://47.92.239.46/openapi"
	QimenURL          = "http://3ldsmu02o9.api.taobao.com/router/qm"
	QimenTestURL      = "http://3ldsmu02o9.api.taobao.com/router/qmtest"
	EnterpriseURL     = "https://api.wangdian.cn/openapi2/"
	EnterpriseTestURL = "https://sandbox.wangdian.cn/openapi2/"
	// TargetAppKey is the public key of the flagship application, the same for everyone.
	TargetAppKey = "21363512"
)

// Config says whose data to work on. It prints and logs without its secrets.
type Config struct {
	// Gateway is Direct when empty.
	Gateway Gateway
	// BaseURL is the gateway's address; empty means the official one. A bare host
	// gets the path /openapi on Direct, /openapi2 on Enterprise. duijie.WithBaseURL
	// overrides it.
	BaseURL string

	SID    string // seller account (卖家账号)
	AppKey string // interface account (接口账号)
	// AppSecret is the text "secret:salt" as the platform hands it out. It is cut
	// at the first colon. On Enterprise it has no salt and is used whole.
	AppSecret duijie.Secret

	// QimenAppKey is the App Key of your own application on the Taobao open
	// platform (淘宝开放平台); required on Qimen, unused on Direct.
	QimenAppKey string
	// QimenAppSecret is that application's App Secret.
	QimenAppSecret duijie.Secret
	// QimenTargetAppKey is TargetAppKey when empty.
	QimenTargetAppKey string
	// QimenSession is the TOP session, for applications that need one.
	QimenSession duijie.Secret
	// SignMethod of the outer Qimen signature: SignMD5 when empty, SignHMAC or
	// SignHMACSHA256.
	SignMethod string
	// ScenePrefix sends the scene in front of method names on Qimen. Both forms
	// work on the official host.
	ScenePrefix bool
}

// setting ties a field of Config to its environment variable and tells where
// its value comes from.
type setting struct {
	field string
	env   string
	where string
}

var (
	setGateway   = setting{"Gateway", "WDT_GATEWAY", `"direct", "qimen" or "enterprise"`}
	setBaseURL   = setting{"BaseURL", "WDT_BASE_URL", "the gateway's address, empty for the official one"}
	setSID       = setting{"SID", "WDT_SID", "seller account (卖家账号), shown when logging in to the ERP"}
	setAppKey    = setting{"AppKey", "WDT_APP_KEY", "interface account (接口账号), from open.wangdian.cn"}
	setAppSecret = setting{"AppSecret", "WDT_APP_SECRET", `text "secret:salt", from open.wangdian.cn beside the interface account`}
	setTopKey    = setting{"QimenAppKey", "WDT_QIMEN_APP_KEY", "App Key of your own application on open.taobao.com"}
	setTopSecret = setting{"QimenAppSecret", "WDT_QIMEN_APP_SECRET", "App Secret of your own application on open.taobao.com"}
	setTarget    = setting{"QimenTargetAppKey", "WDT_QIMEN_TARGET_APP_KEY", "empty for " + TargetAppKey}
	setSession   = setting{"QimenSession", "WDT_QIMEN_SESSION", "the TOP session, where your application needs one"}
	setScene     = setting{"ScenePrefix", "WDT_QIMEN_SCENE_PREFIX", `"true" or "false"`}
	setSign      = setting{"SignMethod", "WDT_QIMEN_SIGN_METHOD", `"md5", "hmac" or "hmac-sha256"`}
)

// ConfigFromEnv reads the settings from WDT_GATEWAY, WDT_BASE_URL, WDT_SID,
// WDT_APP_KEY, WDT_APP_SECRET and, for Qimen, WDT_QIMEN_APP_KEY,
// WDT_QIMEN_APP_SECRET and, where they are needed, WDT_QIMEN_TARGET_APP_KEY,
// WDT_QIMEN_SESSION, WDT_QIMEN_SIGN_METHOD and WDT_QIMEN_SCENE_PREFIX. Its error
// names all that are missing or malformed.
func ConfigFromEnv() (Config, error) {
	get := func(s setting) string { return strings.TrimSpace(os.Getenv(s.env)) }
	cfg := Config{
		Gateway:           Gateway(get(setGateway)),
		BaseURL:           get(setBaseURL),
		SID:               get(setSID),
		AppKey:            get(setAppKey),
		AppSecret:         duijie.NewSecret(get(setAppSecret)),
		QimenAppKey:       get(setTopKey),
		QimenAppSecret:    duijie.NewSecret(get(setTopSecret)),
		QimenTargetAppKey: get(setTarget),
		QimenSession:      duijie.NewSecret(get(setSession)),
		SignMethod:        get(setSign),
	}
	problems := cfg.problems(func(s setting) string { return s.env })
	if text := get(setScene); text != "" {
		var err error
		if cfg.ScenePrefix, err = strconv.ParseBool(text); err != nil {
			problems = append(problems, fmt.Sprintf("%s is malformed (%s)", setScene.env, setScene.where))
		}
	}
	if err := settingsError(problems); err != nil {
		return Config{}, err
	}
	return cfg, nil
}

// settingsError joins all problems to one error that matches duijie.ErrInvalid.
func settingsError(problems []string) error {
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("wdt: settings: %s: %w", strings.Join(problems, "; "), duijie.ErrInvalid)
}

// problems names every setting that is missing or malformed. It repeats no
// value: it might be a secret in the wrong place.
func (c Config) problems(name func(setting) string) []string {
	var out []string
	bad := func(s setting, what string) {
		out = append(out, fmt.Sprintf("%s %s (%s)", name(s), what, s.where))
	}
	need := func(s setting, value string) {
		if value == "" {
			bad(s, "is not set")
		}
	}
	switch c.Gateway {
	case "", Direct, Qimen, Enterprise:
	default:
		bad(setGateway, "is malformed")
	}
	if _, err := duijie.ParseBaseURL(c.BaseURL); c.BaseURL != "" && err != nil {
		bad(setBaseURL, "is malformed: "+err.Error())
	}
	need(setSID, c.SID)
	need(setAppKey, c.AppKey)
	need(setAppSecret, c.AppSecret.Reveal())
	if c.gateway() == Enterprise {
		return out
	}
	if secret, salt, found := strings.Cut(c.AppSecret.Reveal(), ":"); !c.AppSecret.IsZero() && (!found || secret == "" || salt == "") {
		bad(setAppSecret, "is malformed")
	}
	if c.gateway() != Qimen {
		return out
	}
	need(setTopKey, c.QimenAppKey)
	need(setTopSecret, c.QimenAppSecret.Reveal())
	if c.QimenTargetAppKey != "" && strings.Trim(c.QimenTargetAppKey, "0123456789") != "" {
		bad(setTarget, "is malformed")
	}
	switch c.SignMethod {
	case "", SignMD5, SignHMAC, SignHMACSHA256:
	default:
		bad(setSign, "is malformed")
	}
	return out
}

func (c Config) gateway() Gateway {
	if c.Gateway == "" {
		return Direct
	}
	return c.Gateway
}

// endpoint is the address calls go to; override is duijie.WithBaseURL's.
func (c Config) endpoint(override string) (*url.URL, error) {
	base := override
	if base == "" {
		base = c.BaseURL
	}
	if base == "" {
		base = map[Gateway]string{Direct: DirectURL, Qimen: QimenURL, Enterprise: EnterpriseURL}[c.gateway()]
	}
	u, err := duijie.ParseBaseURL(base)
	if err != nil {
		return nil, fmt.Errorf("wdt: %w: %w", err, duijie.ErrInvalid)
	}
	if u.Path == "" || u.Path == "/" {
		switch c.gateway() {
		case Direct:
			u.Path = "/openapi"
		case Enterprise:
			u.Path = "/openapi2"
		}
	}
	return u, nil
}
