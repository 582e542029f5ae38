package fxiaoke

import (
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// The hosts of the platform's clouds. The rule is open- and the domain with which
// the customer logs in to its own cloud.
const (
	DefaultBaseURL = "https://open.fxiaoke.com"         // 纷享云
	HuaweiBaseURL  = "https://open-hwcloud.fxiaoke.com" // 华为云
	AlibabaBaseURL = "https://open-ale.fxiaoke.com"     // 阿里云
	OverseaBaseURL = "https://open-hws.fxiaoke.com"     // Frankfurt
	HongKongURL    = "https://open-ksc.sharecrm.com"    // Hong Kong
	AmericaURL     = "https://open-na.sharecrm.com"     // North America
)

// Mode is one of the platform's two generations of passing credentials.
type Mode uint8

const (
	// ModeAuto takes ModeBody where [Config.OpenUserID] begins with FSUID_, else ModeHeader.
	ModeAuto Mode = iota
	// ModeBody puts corpAccessToken, corpId and currentOpenUserId into the body of each
	// call (/cgi/corpAccessToken/get/V2). Employees are FSUID_ ids.
	ModeBody
	// ModeHeader sends authorization, x-fs-ea and x-fs-userid as headers
	// (/oauth2.0/token), as the platform recommends since 2025. Employees are numbers.
	ModeHeader
)

// String names the mode.
func (m Mode) String() string {
	switch m {
	case ModeBody:
		return "body"
	case ModeHeader:
		return "header"
	}
	return "auto"
}

// Config is what a client can not work without. Everything is on the page of the
// self-built application (自建应用) in the administration of the customer, who must also
// allow the caller's IP addresses there and own an open API quota pack.
type Config struct {
	BaseURL       string        // "" = DefaultBaseURL; a path of its own is kept
	AppID         string        // appId, FSAID_ and hex digits
	AppSecret     duijie.Secret // appSecret
	PermanentCode duijie.Secret // permanentCode (永久授权码)
	// OpenUserID is the employee calls are made as: FSUID_ and 32 hex digits in ModeBody, the
	// employee's number ("1000") in ModeHeader. Its rights decide which rows and fields are
	// seen; what it may not see is missing without a word. Use an administrator of the CRM.
	OpenUserID string

	// Mode chooses between the two generations of credentials; zero goes by OpenUserID.
	Mode Mode
	// EA is the enterprise account (企业账号) of ModeHeader; "" takes what the token call says.
	EA string
}

var where = map[string]string{ //nolint:gosec // names, no credentials
	"BaseURL":       "leave it out for " + DefaultBaseURL,
	"AppID":         "appId, FSAID_…: 管理后台 > 自建应用",
	"AppSecret":     "appSecret: 管理后台 > 自建应用",
	"PermanentCode": "permanentCode (永久授权码): 管理后台 > 自建应用",
	"OpenUserID":    "the employee calls are made as: FSUID_… or an employee number; use a CRM administrator",
}

var envNames = map[string]string{ //nolint:gosec // names, no credentials
	"BaseURL": "FXIAOKE_BASE_URL", "AppID": "FXIAOKE_APP_ID", "AppSecret": "FXIAOKE_APP_SECRET",
	"PermanentCode": "FXIAOKE_PERMANENT_CODE", "OpenUserID": "FXIAOKE_OPEN_USER_ID", "EA": "FXIAOKE_EA", "Mode": "FXIAOKE_AUTH_MODE",
}

// ConfigFromEnv reads FXIAOKE_APP_ID, FXIAOKE_APP_SECRET, FXIAOKE_PERMANENT_CODE and
// FXIAOKE_OPEN_USER_ID; FXIAOKE_BASE_URL where it is not the default cloud; FXIAOKE_EA and
// FXIAOKE_AUTH_MODE (body or header) where they are wanted. Its error names everything that is missing
// or malformed, and where to find it; it matches [duijie.ErrInvalid].
func ConfigFromEnv() (Config, error) {
	get := func(field string) string { return strings.TrimSpace(os.Getenv(envNames[field])) }
	cfg := Config{
		BaseURL: get("BaseURL"), AppID: get("AppID"), AppSecret: duijie.NewSecret(get("AppSecret")),
		PermanentCode: duijie.NewSecret(get("PermanentCode")), OpenUserID: get("OpenUserID"), EA: get("EA"),
	}
	var problems []problem
	switch mode := strings.ToLower(get("Mode")); mode {
	case "", "auto":
	case "body":
		cfg.Mode = ModeBody
	case "header":
		cfg.Mode = ModeHeader
	default:
		problems = append(problems, problem{"Mode", "is neither body nor header"})
	}
	if problems = append(problems, cfg.problems()...); len(problems) > 0 {
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
	return fmt.Errorf("fxiaoke: %s: %s: %w", of, strings.Join(texts, "; "), duijie.ErrInvalid)
}

func (c Config) base() string {
	if c.BaseURL == "" {
		return DefaultBaseURL
	}
	return strings.TrimRight(c.BaseURL, "/")
}

func (c Config) host() string {
	if u, err := url.Parse(c.base()); err == nil {
		return strings.ToLower(u.Host)
	}
	return ""
}

// mode is the generation of credentials that is used.
func (c Config) mode() Mode {
	if c.Mode != ModeAuto {
		return c.Mode
	}
	if isOpenUserID(c.OpenUserID) {
		return ModeBody
	}
	return ModeHeader
}

func isOpenUserID(id string) bool { return strings.HasPrefix(id, "FSUID_") }

// isEmployeeID tells employee numbers, and the system's own "-10000".
func isEmployeeID(id string) bool {
	digits := strings.TrimPrefix(id, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
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
	}
	need("AppID", c.AppID == "")
	need("AppSecret", c.AppSecret.IsZero())
	need("PermanentCode", c.PermanentCode.IsZero())
	need("OpenUserID", c.OpenUserID == "")
	if c.Mode > ModeHeader {
		out = append(out, problem{"Mode", "is unknown"})
	}
	if c.OpenUserID != "" {
		if what := userProblem(c.mode(), c.OpenUserID); what != "" {
			out = append(out, problem{"OpenUserID", what})
		}
	}
	if !headerText(c.EA) {
		out = append(out, problem{"EA", "holds a character that no header can carry"})
	}
	return out
}

// userProblem says why an employee can not be named so, "" when it can.
func userProblem(m Mode, id string) string {
	switch {
	case m == ModeHeader && isOpenUserID(id):
		return "is an FSUID_ id, which can not be used in header mode: give the employee's number, or use body mode"
	case m == ModeHeader && !isEmployeeID(id):
		return "is neither an FSUID_ id nor an employee's number"
	case m == ModeBody && !isOpenUserID(id):
		return "must begin with FSUID_ in body mode"
	}
	return ""
}

// headerText tells whether a text can be sent in a header as it is.
func headerText(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// safe is the Config with everything secret blanked out.
func (c Config) safe() map[string]any {
	return map[string]any{
		"BaseURL": c.base(), "AppID": c.AppID, "AppSecret": c.AppSecret.String(), "PermanentCode": c.PermanentCode.String(),
		"OpenUserID": c.OpenUserID, "Mode": c.Mode.String(), "EA": c.EA,
	}
}

// Format prints the Config without its secrets, under every verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "fxiaoke.Config%v", c.safe()) }

// LogValue is the Config without its secrets.
func (c Config) LogValue() slog.Value { return slog.AnyValue(c.safe()) }

// MarshalJSON writes the Config without its secrets.
func (c Config) MarshalJSON() ([]byte, error) { return wire.Marshal(c.safe()) }
