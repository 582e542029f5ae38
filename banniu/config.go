package banniu

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// DefaultBaseURL is the platform's one host.
const DefaultBaseURL = "https://open.bytenew.com"

// Config is what a client needs: the application's key pair and its token, and
// how requests are written. In every optional field zero means the default.
type Config struct {
	BaseURL     string        // "" = DefaultBaseURL; a path of its own is kept
	AppKey      string        // app_key, digits
	AppSecret   duijie.Secret // app_secret, the salt of signatures
	AccessToken duijie.Secret // access_token; it does not end by itself and can not be renewed by a call

	// ProjectID is the work sheet (工作表) of [Client.Project] without an id of its own;
	// optional.
	ProjectID string
	// AppID is the app that holds the sheet; writes and the recycle list need it.
	AppID string

	// SendAppSecret sends the secret as a parameter too, and signs it, as one known
	// client does. It ends up in the logs of every proxy, so leave it off.
	SendAppSecret bool
	// BearerHeader sends the token in an Authorization header beside the query.
	BearerHeader bool
	// Version is the parameter v; "" = "1.0". The platform takes "1" as well.
	Version string
	// Location is the zone of the times that are sent; nil = duijie.China. Those that come
	// without a zone are read as China time.
	Location *time.Location
	// NumericIDs sends ids in bodies as JSON numbers. Default: as texts.
	NumericIDs bool

	// Rules tell failures apart, first match first; nil = [DefaultRules]. The platform
	// publishes no codes: add those you meet before the default ones.
	Rules []Rule
	// EntryDone reads the text task.batchUpdate answers for one entry; nil = [EntryDone].
	EntryDone func(text string) bool
	// ListSize is the largest page of task.list and user.list; 0 = 100.
	ListSize int
	// ScanSize is the largest page of task.list.new and recycle.task.list; 0 = 200.
	ScanSize int
	// BatchSize is the most entries of one task.batchUpdate; 0 = 200.
	BatchSize int
}

// where says where each setting is found.
var where = map[string]string{ //nolint:gosec // where to find them, no credentials
	"BaseURL":     "leave it out for " + DefaultBaseURL,
	"AppKey":      "app_key of the application, from 班牛's support or open platform",
	"AppSecret":   "app_secret of the application, issued with its app_key",
	"AccessToken": "access_token of the tenant, issued with the pair",
}

var envNames = map[string]string{ //nolint:gosec // names, no credentials
	"BaseURL": "BANNIU_BASE_URL", "AppKey": "BANNIU_APP_KEY", "AppSecret": "BANNIU_APP_SECRET",
	"AccessToken": "BANNIU_ACCESS_TOKEN", "ProjectID": "BANNIU_PROJECT_ID", "AppID": "BANNIU_APP_ID",
}

// ConfigFromEnv reads BANNIU_APP_KEY, BANNIU_APP_SECRET and BANNIU_ACCESS_TOKEN;
// BANNIU_BASE_URL where it is not the platform's host; and BANNIU_PROJECT_ID and
// BANNIU_APP_ID, the sheet to work on, which may be left out. Its error names
// everything that is missing or malformed, and where to find it; it matches
// [duijie.ErrInvalid].
func ConfigFromEnv() (Config, error) {
	get := func(field string) string { return strings.TrimSpace(os.Getenv(envNames[field])) }
	cfg := Config{
		BaseURL: get("BaseURL"), AppKey: get("AppKey"), AppSecret: duijie.NewSecret(get("AppSecret")),
		AccessToken: duijie.NewSecret(get("AccessToken")), ProjectID: get("ProjectID"), AppID: get("AppID"),
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
	return fmt.Errorf("banniu: %s: %s: %w", of, strings.Join(texts, "; "), duijie.ErrInvalid)
}

// problems lists everything that is missing or wrong.
func (c Config) problems() []problem {
	var out []problem
	add := func(wrong bool, field, what string) {
		if wrong {
			out = append(out, problem{field, what})
		}
	}
	if _, err := duijie.ParseBaseURL(c.base()); err != nil {
		add(true, "BaseURL", "is wrong: "+err.Error())
	}
	add(c.AppKey == "", "AppKey", "is missing")
	add(c.AppSecret.IsZero(), "AppSecret", "is missing")
	add(c.AccessToken.IsZero(), "AccessToken", "is missing")
	add(c.ProjectID != "" && !isID(c.ProjectID), "ProjectID", "is no id: digits are wanted")
	add(c.AppID != "" && !isID(c.AppID), "AppID", "is no id: digits are wanted")
	add(c.BearerHeader && !headerText(c.AccessToken.Reveal()), "AccessToken", "holds a character that no header can carry")
	for field, n := range map[string]int{"ListSize": c.ListSize, "ScanSize": c.ScanSize, "BatchSize": c.BatchSize} {
		add(n < 0, field, "is below 0")
	}
	return out
}

func (c Config) base() string { return strings.TrimRight(firstOf(c.BaseURL, DefaultBaseURL), "/") }

func (c Config) zone() *time.Location {
	if c.Location == nil {
		return duijie.China
	}
	return c.Location
}

func (c Config) listSize() int  { return orInt(c.ListSize, 100) }
func (c Config) scanSize() int  { return orInt(c.ScanSize, 200) }
func (c Config) batchSize() int { return orInt(c.BatchSize, 200) }

func orInt(n, def int) int {
	if n == 0 {
		return def
	}
	return n
}

// isID tells the form of the platform's ids, which are long whole numbers.
func isID(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && s[0] != '0' && len(s) <= 19
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
		"BaseURL": c.base(), "AppKey": c.AppKey, "AppSecret": c.AppSecret.String(), "AccessToken": c.AccessToken.String(),
		"ProjectID": c.ProjectID, "AppID": c.AppID, "SendAppSecret": c.SendAppSecret, "BearerHeader": c.BearerHeader,
		"Version": c.version(), "Location": c.zone().String(), "NumericIDs": c.NumericIDs,
	}
}

func (c Config) version() string { return firstOf(c.Version, "1.0") }

// Format prints the Config without its secrets, under every verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "banniu.Config%v", c.safe()) }

// LogValue is the Config without its secrets.
func (c Config) LogValue() slog.Value { return slog.AnyValue(c.safe()) }

// MarshalJSON writes the Config without its secrets.
func (c Config) MarshalJSON() ([]byte, error) { return wire.Marshal(c.safe()) }

// firstOf is the first text that is not empty.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
