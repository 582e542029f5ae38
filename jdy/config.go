package jdy

import (
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// DefaultBaseURL is the one host of the platform, for all data centres.
const DefaultBaseURL = "https://api.kingdee.com"

// Config is what a client can not work without: the application's pair and
// OuterInstanceID, from which everything else is fetched and kept fresh. Without
// OuterInstanceID it takes AppKey, AppSecret and Domain as they are, which ends
// when the platform changes the secret, about once a day.
type Config struct {
	BaseURL      string        // "" = DefaultBaseURL; a path of its own is kept, and not signed
	ClientID     string        // application id, digits
	ClientSecret duijie.Secret // application secret, 32 hex characters
	// OuterInstanceID is the instance id of the authorisation (第三方实例 ID), 18 digits.
	OuterInstanceID string

	// AccountID chooses among several account sets (账套) that authorised the
	// application, ServiceID and AppKey where that is not enough. See [Client.Accounts].
	AccountID string
	ServiceID string        // serviceId of the authorisation, where one account set has several
	AppKey    string        // appKey of the authorisation; required without OuterInstanceID
	AppSecret duijie.Secret // only without OuterInstanceID
	Domain    string        // the data centre, "https://tf.jdy.com"; only without OuterInstanceID

	// UserID is the uid calls are made as; "" is the administrator of the account set.
	UserID string
}

// where says where each setting is found.
var where = map[string]string{
	"BaseURL":         "leave it out for " + DefaultBaseURL,
	"ClientID":        "the application's Client ID: open.jdy.com > 控制台",
	"ClientSecret":    "the application's Client Secret: open.jdy.com > 控制台",
	"OuterInstanceID": "第三方实例 ID of the authorisation: open.jdy.com > 控制台",
	"AppKey":          "of the authorisation; OuterInstanceID makes it unnecessary",
	"AppSecret":       "of the authorisation; OuterInstanceID makes it unnecessary",
	"Domain":          "of the authorisation; OuterInstanceID makes it unnecessary",
}

var envNames = map[string]string{ //nolint:gosec // names, no credentials
	"BaseURL": "JDY_BASE_URL", "ClientID": "JDY_CLIENT_ID", "ClientSecret": "JDY_CLIENT_SECRET",
	"OuterInstanceID": "JDY_OUTER_INSTANCE_ID", "AccountID": "JDY_ACCOUNT_ID", "ServiceID": "JDY_SERVICE_ID",
	"AppKey": "JDY_APP_KEY", "AppSecret": "JDY_APP_SECRET", "Domain": "JDY_DOMAIN", "UserID": "JDY_USER_ID",
}

// ConfigFromEnv reads JDY_CLIENT_ID, JDY_CLIENT_SECRET and
// JDY_OUTER_INSTANCE_ID; JDY_BASE_URL where it is not the platform's host;
// JDY_ACCOUNT_ID or JDY_SERVICE_ID to choose an account set; JDY_USER_ID; and
// JDY_APP_KEY, JDY_APP_SECRET and JDY_DOMAIN instead of the instance id. Its
// error names everything that is missing or malformed, and where to find it; it
// matches [duijie.ErrInvalid].
func ConfigFromEnv() (Config, error) {
	get := func(field string) string { return strings.TrimSpace(os.Getenv(envNames[field])) }
	cfg := Config{
		BaseURL: get("BaseURL"), ClientID: get("ClientID"), ClientSecret: duijie.NewSecret(get("ClientSecret")),
		OuterInstanceID: get("OuterInstanceID"), AccountID: get("AccountID"), ServiceID: get("ServiceID"),
		AppKey: get("AppKey"), AppSecret: duijie.NewSecret(get("AppSecret")), Domain: get("Domain"), UserID: get("UserID"),
	}
	if problems := cfg.problems(); len(problems) > 0 {
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
	return fmt.Errorf("jdy: %s: %s: %w", of, strings.Join(texts, "; "), duijie.ErrInvalid)
}

// static tells that the key and secret are given, not fetched.
func (c Config) static() bool { return c.OuterInstanceID == "" }

func (c Config) base() string {
	if c.BaseURL == "" {
		return DefaultBaseURL
	}
	return strings.TrimRight(c.BaseURL, "/")
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
	need("ClientID", c.ClientID == "")
	need("ClientSecret", c.ClientSecret.IsZero())
	if c.static() {
		given := c.AppKey != "" || !c.AppSecret.IsZero()
		if !given {
			need("OuterInstanceID", true)
		} else {
			need("AppKey", c.AppKey == "")
			need("AppSecret", c.AppSecret.IsZero())
			need("Domain", c.Domain == "")
		}
	}
	for field, text := range map[string]string{"ClientID": c.ClientID, "Domain": c.Domain} {
		if !headerText(text) {
			out = append(out, problem{field, "holds a character that no header can carry"})
		}
	}
	return out
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
		"BaseURL": c.base(), "ClientID": c.ClientID, "ClientSecret": c.ClientSecret.String(),
		"OuterInstanceID": c.OuterInstanceID, "AccountID": c.AccountID, "ServiceID": c.ServiceID,
		"AppKey": c.AppKey, "AppSecret": c.AppSecret.String(), "Domain": c.Domain, "UserID": c.UserID,
	}
}

// Format prints the Config without its secrets, under every verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "jdy.Config%v", c.safe()) }

// LogValue is the Config without its secrets.
func (c Config) LogValue() slog.Value { return slog.AnyValue(c.safe()) }

// MarshalJSON writes the Config without its secrets.
func (c Config) MarshalJSON() ([]byte, error) { return wire.Marshal(c.safe()) }
