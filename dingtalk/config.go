package dingtalk

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// The hosts of the two gateways. There is no sandbox.
const (
	// DefaultBaseURL is the host of the new gateway: Yida, OA approval, tokens.
	DefaultBaseURL = "https://api.dingtalk.com"
	// DefaultOAPIBaseURL is the host of the old gateway: contacts, robots, work notices.
	DefaultOAPIBaseURL = "https://oapi.dingtalk.com"
)

// Config is what a client needs: the application's pair, and what Yida wants
// beside it where Yida is used.
type Config struct {
	// BaseURL is the new gateway; "" = DefaultBaseURL. A dedicated Yida cluster has
	// a host of its own. A path of its own is kept.
	BaseURL string
	// OAPIBaseURL is the old gateway; "" = DefaultOAPIBaseURL, or BaseURL where that
	// is another host: a token never goes to a host nobody named.
	OAPIBaseURL string

	AppKey    string        // AppKey or Client ID of the application; SuiteKey of a third-party one
	AppSecret duijie.Secret // its secret
	// CorpID is the organisation (corpId). Set, the token is asked for by organisation
	// (/v1.0/oauth2/{corpId}/token), as client credentials. Most need it not.
	CorpID string
	// SuiteTicket makes it a third-party application (/v1.0/oauth2/corpAccessToken): it
	// returns the latest ticket the platform pushed. CorpID is then required.
	SuiteTicket func(context.Context) (duijie.Secret, error)
	// SeparateOAPIToken asks for a second token (gettoken) for the old gateway. The
	// default, one token for both, works in the field but is not promised.
	SeparateOAPIToken bool

	Yida YidaApp // the Yida application [Client.Yida] works on; zero where Yida is not used
}

// YidaVersion chooses between the two generations of the Yida operations that
// have both.
type YidaVersion string

const (
	// YidaV2 is the default.
	YidaV2 YidaVersion = "v2.0"
	// YidaV1 is for applications with the old permission. Those created after
	// 2024-11-01 can not get it.
	YidaV1 YidaVersion = "v1.0"
)

// YidaApp is a Yida application (宜搭应用) and the user calls are made for.
type YidaApp struct {
	AppType     string        // 应用编码, "APP_..."
	SystemToken duijie.Secret // 应用秘钥: 宜搭 > 应用设置 > 应用数据
	UserID      string        // DingTalk userId; needs rights on the forms
	FormUUID    string        // 表单编码, "FORM-...", for calls that name none; may be ""
	Language    string        // "zh_CN" or "en_US": the text of options; "" = zh_CN
	Version     YidaVersion   // "" = YidaV2
	Env         string        // "sgp_vpc" for Yida outside China; "" = China
	// OldMetadata: the application has not "SUPPORT_META_3":"y" in its appConfig. Its lists
	// then name the instance id guid in an order, not pid.
	OldMetadata bool
	// Zone is the zone of the times Yida writes; nil = China. Their Z is wrong.
	Zone *time.Location
}

// where says where each setting is found.
var where = map[string]string{ //nolint:gosec // places, no credentials
	"BaseURL":          "leave it out for " + DefaultBaseURL,
	"OAPIBaseURL":      "leave it out for " + DefaultOAPIBaseURL,
	"AppKey":           "Client ID: open.dingtalk.com > 应用开发 > 凭证与基础信息",
	"AppSecret":        "Client Secret: open.dingtalk.com > 应用开发 > 凭证与基础信息",
	"Yida.AppType":     "应用编码: 宜搭 > 应用设置 > 应用数据",
	"Yida.SystemToken": "应用秘钥: 宜搭 > 应用设置 > 应用数据",
	"Yida.UserID":      "userId of the person calls are made for: 钉钉管理后台 > 通讯录",
	"Yida.FormUUID":    "表单编码, it begins with FORM-",
	"Yida.Version":     "v1.0 or v2.0",
	"Yida.OldMetadata": `true where the application's appConfig lacks "SUPPORT_META_3":"y"; else leave it out`,
}

var envNames = map[string]string{ //nolint:gosec // names, no credentials
	"BaseURL": "DINGTALK_BASE_URL", "OAPIBaseURL": "DINGTALK_OAPI_BASE_URL",
	"AppKey": "DINGTALK_APP_KEY", "AppSecret": "DINGTALK_APP_SECRET", "CorpID": "DINGTALK_CORP_ID",
	"Yida.AppType": "DINGTALK_YIDA_APP_TYPE", "Yida.SystemToken": "DINGTALK_YIDA_SYSTEM_TOKEN",
	"Yida.FormUUID": "DINGTALK_YIDA_FORM_UUID", "Yida.UserID": "DINGTALK_USER_ID",
	"Yida.Version": "DINGTALK_YIDA_VERSION", "Yida.Language": "DINGTALK_YIDA_LANGUAGE", "Yida.Env": "DINGTALK_YIDA_ENV",
	"Yida.OldMetadata": "DINGTALK_YIDA_OLD_METADATA",
}

// ConfigFromEnv reads DINGTALK_APP_KEY and DINGTALK_APP_SECRET; for Yida also
// DINGTALK_YIDA_APP_TYPE, DINGTALK_YIDA_SYSTEM_TOKEN, DINGTALK_USER_ID and
// DINGTALK_YIDA_FORM_UUID; DINGTALK_BASE_URL and DINGTALK_OAPI_BASE_URL where they are
// not the platform's hosts. DINGTALK_CORP_ID, DINGTALK_YIDA_VERSION (v1.0 or v2.0),
// DINGTALK_YIDA_LANGUAGE, DINGTALK_YIDA_ENV and DINGTALK_YIDA_OLD_METADATA (true or false)
// are for those who need them. Its error
// names everything that is missing or malformed, and where to find it; it matches
// [duijie.ErrInvalid].
func ConfigFromEnv() (Config, error) {
	get := func(field string) string { return strings.TrimSpace(os.Getenv(envNames[field])) }
	cfg := Config{
		BaseURL: get("BaseURL"), OAPIBaseURL: get("OAPIBaseURL"),
		AppKey: get("AppKey"), AppSecret: duijie.NewSecret(get("AppSecret")), CorpID: get("CorpID"),
		Yida: YidaApp{
			AppType: get("Yida.AppType"), SystemToken: duijie.NewSecret(get("Yida.SystemToken")), UserID: get("Yida.UserID"),
			FormUUID: get("Yida.FormUUID"), Language: get("Yida.Language"), Version: YidaVersion(get("Yida.Version")), Env: get("Yida.Env"),
		},
	}
	problems := cfg.problems()
	if text := get("Yida.OldMetadata"); text != "" {
		var err error
		if cfg.Yida.OldMetadata, err = strconv.ParseBool(text); err != nil {
			problems = append(problems, problem{"Yida.OldMetadata", "is neither true nor false"})
		}
	}
	if len(problems) > 0 {
		return Config{}, settingsError("environment", problems, func(field string) string { return envNames[field] })
	}
	return cfg, nil
}

// problem is one setting that is missing or wrong.
type problem struct{ field, what string }

func settingsError(of string, problems []problem, name func(string) string) error {
	texts := make([]string, len(problems))
	for i, p := range problems {
		texts[i] = name(p.field) + " " + p.what
		if w := where[p.field]; w != "" {
			texts[i] += " (" + w + ")"
		}
	}
	return fmt.Errorf("dingtalk: %s: %s: %w", of, strings.Join(texts, "; "), duijie.ErrInvalid)
}

func (c Config) base() string {
	if c.BaseURL == "" {
		return DefaultBaseURL
	}
	return strings.TrimRight(c.BaseURL, "/")
}

func (c Config) oapiBase() string {
	switch {
	case c.OAPIBaseURL != "":
		return strings.TrimRight(c.OAPIBaseURL, "/")
	case c.base() != DefaultBaseURL:
		return c.base()
	}
	return DefaultOAPIBaseURL
}

// problems lists everything that is missing or wrong.
func (c Config) problems() []problem {
	var out []problem
	need := func(field string, empty bool) {
		if empty {
			out = append(out, problem{field, "is missing"})
		}
	}
	if _, err := duijie.ParseBaseURL(c.base()); err != nil {
		out = append(out, problem{"BaseURL", "is wrong: " + err.Error()})
	} else if _, err := duijie.ParseBaseURL(c.oapiBase()); err != nil {
		out = append(out, problem{"OAPIBaseURL", "is wrong: " + err.Error()})
	}
	need("AppKey", c.AppKey == "")
	need("AppSecret", c.AppSecret.IsZero())
	need("CorpID", c.SuiteTicket != nil && c.CorpID == "")
	if !c.Yida.unused() {
		out = append(out, c.Yida.problems()...)
	}
	return out
}

// unused tells that nothing of Yida was set; a userId alone may be meant for
// other things.
func (a YidaApp) unused() bool {
	return a.AppType == "" && a.SystemToken.IsZero() && a.FormUUID == ""
}

func (a YidaApp) problems() []problem {
	var out []problem
	for _, s := range []struct {
		field string
		empty bool
	}{
		{"Yida.AppType", a.AppType == ""}, {"Yida.SystemToken", a.SystemToken.IsZero()}, {"Yida.UserID", a.UserID == ""},
	} {
		if s.empty {
			out = append(out, problem{s.field, "is missing"})
		}
	}
	switch a.Version {
	case "", YidaV1, YidaV2:
	default:
		out = append(out, problem{"Yida.Version", "is neither"})
	}
	return out
}

// safe is the Config with everything secret blanked out.
func (c Config) safe() map[string]any {
	return map[string]any{
		"BaseURL": c.base(), "OAPIBaseURL": c.oapiBase(), "AppKey": c.AppKey, "AppSecret": c.AppSecret.String(),
		"CorpID": c.CorpID, "SeparateOAPIToken": c.SeparateOAPIToken, "Yida": c.Yida.safe(),
	}
}

func (a YidaApp) safe() map[string]any {
	return map[string]any{
		"AppType": a.AppType, "SystemToken": a.SystemToken.String(), "UserID": a.UserID, "FormUUID": a.FormUUID,
		"Language": a.Language, "Version": string(a.Version), "Env": a.Env, "OldMetadata": a.OldMetadata,
	}
}

// Format prints the Config without its secrets, under every verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "dingtalk.Config%v", c.safe()) }

// LogValue is the Config without its secrets.
func (c Config) LogValue() slog.Value { return slog.AnyValue(c.safe()) }

// MarshalJSON writes the Config without its secrets.
func (c Config) MarshalJSON() ([]byte, error) { return wire.Marshal(c.safe()) }
