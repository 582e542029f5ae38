package kingdee

import (
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
)

// AuthMode is a way to prove who calls.
type AuthMode string

// The ways to authenticate.
const (
	// SignHeaders signs every request; there is no login and no session. Needs
	// AppID and AppSecret, and server patch PT136657 (7.3.1310.2) or later. The
	// public cloud gateway accepts nothing else.
	SignHeaders AuthMode = "sign"
	// ValidateUser logs in with Username and Password and keeps the session. With
	// OrgNum it logs in to that organisation (ValidateUserByOrgNumber).
	ValidateUser AuthMode = "password"
	// LoginByAppSecret logs in with AppID and AppSecret; the user must be on the
	// application's white list.
	LoginByAppSecret AuthMode = "app-secret"
	// LoginBySign logs in with a hash over AppID and AppSecret.
	LoginBySign AuthMode = "login-sign"
	// ValidateUserEnDeCode is the legacy login with an encoded password.
	ValidateUserEnDeCode AuthMode = "password-encoded"
)

// Config is what a client can not work without. All of it is found in the
// product under 第三方系统登录授权 (third-party system login authorisation).
type Config struct {
	BaseURL   string        // server address, "https://host/k3cloud/"
	AcctID    string        // data centre id (数据中心 ID, 账套 ID)
	Username  string        // integration user (集成用户)
	AppID     string        // application id (应用 ID), "<number>_<32 characters>"
	AppSecret duijie.Secret // application secret (应用密钥)
	Password  duijie.Secret // password of Username, for the password logins

	// Mode is the way to authenticate. Default: SignHeaders when AppSecret is
	// set, else ValidateUser.
	Mode AuthMode
	LCID int // language: 2052 simplified Chinese (0 = 2052), 1033 English, 3076 traditional Chinese
	// OrgNum is the number of the organisation to work in; "" = the user's own. Logins
	// that can not name one switch to it before their session is used.
	OrgNum string

	SecondsTimestamp bool // sign with seconds; default milliseconds
	LegacySHA1       bool // LoginBySign of servers before PT-146911 (8.0.0.202205)
	PositionalBody   bool // send {"parameters":[...]} instead of named parameters
}

const defaultLCID = 2052

// where says where in the product each setting is found.
var where = map[string]string{ //nolint:gosec // names, no credentials
	"BaseURL":   "the address of the web client up to and with /k3cloud/",
	"AcctID":    "数据中心 ID: 管理中心 > 数据中心列表, or 系统管理 > 第三方系统登录授权 > 生成测试链接",
	"Username":  "集成用户: 系统管理 > 第三方系统登录授权",
	"AppID":     "应用 ID: 系统管理 > 第三方系统登录授权, the whole text with the part behind _",
	"AppSecret": "应用密钥: 系统管理 > 第三方系统登录授权",
	"Password":  "the password Username logs in to the web client with",
	"LCID":      "2052, 1033 or 3076; leave it out for 2052",
	"Mode":      "one of the AuthMode constants; leave it out for the default",
}

// ConfigFromEnv reads KINGDEE_BASE_URL, KINGDEE_ACCT_ID, KINGDEE_USERNAME,
// KINGDEE_APP_ID and KINGDEE_APP_SECRET (or KINGDEE_PASSWORD instead of these
// two), KINGDEE_LCID and KINGDEE_ORG_NUM. Its error names everything that is
// missing or malformed, and where to find it; it matches [duijie.ErrInvalid].
func ConfigFromEnv() (Config, error) {
	get := func(field string) string { return strings.TrimSpace(os.Getenv(envNames[field])) }
	cfg := Config{
		BaseURL: get("BaseURL"), AcctID: get("AcctID"), Username: get("Username"), AppID: get("AppID"),
		AppSecret: duijie.NewSecret(get("AppSecret")),
		Password:  duijie.NewSecret(os.Getenv(envNames["Password"])), // may end in a blank
		OrgNum:    get("OrgNum"),
	}
	var problems []problem
	if text := get("LCID"); text != "" {
		lcid, err := strconv.Atoi(text)
		if err != nil || lcid <= 0 {
			problems = append(problems, problem{"LCID", "is not a number"})
		}
		cfg.LCID = max(lcid, 0)
	}
	problems = append(problems, cfg.problems()...)
	if len(problems) > 0 {
		return Config{}, settingsError("environment", problems, func(field string) string { return envNames[field] })
	}
	return cfg, nil
}

var envNames = map[string]string{ //nolint:gosec // names, no credentials
	"BaseURL": "KINGDEE_BASE_URL", "AcctID": "KINGDEE_ACCT_ID", "Username": "KINGDEE_USERNAME", "AppID": "KINGDEE_APP_ID",
	"AppSecret": "KINGDEE_APP_SECRET", "Password": "KINGDEE_PASSWORD", "LCID": "KINGDEE_LCID", "OrgNum": "KINGDEE_ORG_NUM",
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
	return fmt.Errorf("kingdee: %s: %s: %w", of, strings.Join(texts, "; "), duijie.ErrInvalid)
}

// mode is Mode with its default filled in.
func (c Config) mode() AuthMode {
	switch {
	case c.Mode != "":
		return c.Mode
	case !c.AppSecret.IsZero() || c.Password.IsZero():
		return SignHeaders
	}
	return ValidateUser
}

// problems lists everything that is missing or wrong.
func (c Config) problems() []problem {
	var out []problem
	add := func(field, what string) { out = append(out, problem{field, what}) }
	need := func(field string, empty bool) {
		if empty {
			add(field, "is missing")
		}
	}
	if _, err := duijie.ParseBaseURL(c.BaseURL); c.BaseURL == "" {
		add("BaseURL", "is missing")
	} else if err != nil {
		add("BaseURL", "is wrong: "+err.Error())
	}
	need("AcctID", c.AcctID == "")
	need("Username", c.Username == "")
	switch c.mode() {
	case SignHeaders, LoginByAppSecret, LoginBySign:
		need("AppID", c.AppID == "")
		need("AppSecret", c.AppSecret.IsZero())
		if c.Mode == "" && c.AppID == "" && c.AppSecret.IsZero() {
			add("Password", "is missing too, and would do instead of these two")
		}
	case ValidateUser, ValidateUserEnDeCode:
		need("Password", c.Password.IsZero())
	default:
		add("Mode", "is unknown")
	}
	if _, _, err := splitAppID(c.AppID); err != nil && c.mode() == SignHeaders {
		add("AppID", "is wrong: "+err.Error())
	}
	if strings.Contains(c.AcctID+c.Username, ",") && c.mode() == SignHeaders {
		add("Username", "and AcctID must not hold a comma")
	}
	if c.LCID < 0 {
		add("LCID", "is negative")
	}
	return out
}

func (c Config) credentials() credentials {
	lcid := c.LCID
	if lcid == 0 {
		lcid = defaultLCID
	}
	return credentials{
		acctID: c.AcctID, username: c.Username, orgNum: c.OrgNum, lcid: lcid,
		appID: duijie.NewSecret(c.AppID), appSecret: c.AppSecret, password: c.Password,
	}
}

// secrets are the texts no error or log may show: the client secret hides in
// the AppID under a mask everybody knows.
func (c Config) secrets() []duijie.Secret {
	list := []duijie.Secret{c.AppSecret, c.Password}
	if _, clientSecret, _ := splitAppID(c.AppID); clientSecret != "" {
		list = append(list, duijie.NewSecret(clientSecret), duijie.NewSecret(strings.Split(c.AppID, "_")[1]))
	}
	return list
}

// safe is the Config with everything secret blanked out.
func (c Config) safe() map[string]any {
	appID, _, hidden := strings.Cut(c.AppID, "_")
	if hidden {
		appID += "_[redacted]"
	}
	return map[string]any{
		"BaseURL": c.BaseURL, "AcctID": c.AcctID, "Username": c.Username, "AppID": appID,
		"AppSecret": c.AppSecret.String(), "Password": c.Password.String(), "Mode": string(c.mode()),
		"LCID": c.credentials().lcid, "OrgNum": c.OrgNum,
	}
}

// Format prints the Config without its secrets, under every verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "kingdee.Config%v", c.safe()) }

// LogValue is the Config without its secrets.
func (c Config) LogValue() slog.Value { return slog.AnyValue(c.safe()) }

// MarshalJSON writes the Config without its secrets.
func (c Config) MarshalJSON() ([]byte, error) { return marshal(c.safe()) }
