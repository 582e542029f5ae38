package okki

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// DefaultBaseURL is the one host the platform publishes. In spite of its name it is
// no sandbox: every write makes real data.
const DefaultBaseURL = "https://api-sandbox.xiaoman.cn"

// Config is what a client can not work without: the application's pair and its
// scopes. With Username it signs in as that user (password grant), else as the
// application (client_credentials).
type Config struct {
	BaseURL      string        // "" = DefaultBaseURL; a path of its own is kept
	ClientID     string        // CRM main account > 企业管理 > 外部集成 > API 集成
	ClientSecret duijie.Secret // beside the client id
	// Scopes are the modules the token is for: company, lead, opportunity, product,
	// invoices, purchaseOrder, costInvoice, paymentInvoice, warehouse, capitalAccount,
	// user, webhook. They are passed on as they are; for suppliers, outbound,
	// inbound and returns try purchaseOrder, invoices and warehouse.
	Scopes []string

	Username string        // login e-mail of the password grant; "" = client_credentials
	Password duijie.Secret // its password in plain text; the client sends its SHA-256
	// PasswordHash is what is sent for the password instead, where the lower-case hex
	// of its SHA-256 is not what the platform wants.
	PasswordHash duijie.Secret

	// TokenJSON asks for tokens with a JSON body instead of a form. Refreshing is a form
	// always.
	TokenJSON bool
	// BareToken sends the token alone in the Authorization header, without "Bearer ".
	// Both are in use.
	BareToken bool
	// QuotationInfoBody repeats the parameters of invoices/quotation/info in a JSON
	// body, as the platform's page says; for when a query alone is "Invalid query".
	QuotationInfoBody bool
	// MaxPageSize is the largest page the client asks for; 0 = 500, the largest that
	// was seen to work.
	MaxPageSize int
	// Zone is the zone of times without one, in answers and parameters; nil =
	// duijie.China.
	Zone *time.Location
}

// where says where each setting is found.
var where = map[string]string{ //nolint:gosec // words, no credentials
	"BaseURL":      "leave it out for " + DefaultBaseURL,
	"ClientID":     "CRM main account > 企业管理 > 外部集成 > API 集成",
	"ClientSecret": "CRM main account > 企业管理 > 外部集成 > API 集成",
	"Scopes":       "modules with blanks between them, such as: company product invoices",
	"Password":     "of the user in Username; leave both out for client_credentials",
	"Username":     "leave Username and Password out for client_credentials",
}

var envNames = map[string]string{ //nolint:gosec // names, no credentials
	"BaseURL": "OKKI_BASE_URL", "ClientID": "OKKI_CLIENT_ID", "ClientSecret": "OKKI_CLIENT_SECRET", "Scopes": "OKKI_SCOPES",
	"Username": "OKKI_USERNAME", "Password": "OKKI_PASSWORD",
}

// ConfigFromEnv reads OKKI_CLIENT_ID, OKKI_CLIENT_SECRET and OKKI_SCOPES (with
// blanks or commas between); OKKI_BASE_URL where it is not the platform's host;
// OKKI_USERNAME and OKKI_PASSWORD for the password grant. Its error names everything
// that is missing or malformed, and where to find it; it matches
// [duijie.ErrInvalid].
func ConfigFromEnv() (Config, error) {
	get := func(field string) string { return strings.TrimSpace(os.Getenv(envNames[field])) }
	cfg := Config{
		BaseURL: get("BaseURL"), ClientID: get("ClientID"), ClientSecret: duijie.NewSecret(get("ClientSecret")),
		Scopes:   strings.FieldsFunc(get("Scopes"), func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' }),
		Username: get("Username"), Password: duijie.NewSecret(os.Getenv(envNames["Password"])),
	}
	if problems := cfg.problems(); len(problems) > 0 {
		return Config{}, settingsError("environment", problems, func(field string) string { return firstOf(envNames[field], field) })
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
	return fmt.Errorf("okki: %s: %s: %w", of, strings.Join(texts, "; "), duijie.ErrInvalid)
}

func (c Config) base() string {
	if c.BaseURL == "" {
		return DefaultBaseURL
	}
	return strings.TrimRight(c.BaseURL, "/")
}

func (c Config) zone() *time.Location {
	if c.Zone == nil {
		return duijie.China
	}
	return c.Zone
}

func (c Config) maxPage() int {
	if c.MaxPageSize == 0 {
		return MaxPageSize
	}
	return c.MaxPageSize
}

// scopeText is the scopes as they are sent.
func (c Config) scopeText() string { return strings.Join(c.Scopes, " ") }

// passwordHash is what is sent for the password.
func (c Config) passwordHash() string {
	if !c.PasswordHash.IsZero() {
		return c.PasswordHash.Reveal()
	}
	return hashPassword(c.Password.Reveal())
}

// hashPassword is the SHA-256 of a password as lower-case hex.
func hashPassword(password string) string {
	sum := sha256.Sum256([]byte(password))
	return hex.EncodeToString(sum[:])
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
	need("Scopes", len(c.Scopes) == 0)
	if slices.ContainsFunc(c.Scopes, func(s string) bool { return s == "" || strings.ContainsAny(s, " \t\r\n,") }) {
		out = append(out, problem{"Scopes", "holds one that is empty or has blanks: give one module per entry"})
	}
	given := !c.Password.IsZero() || !c.PasswordHash.IsZero()
	need("Password", c.Username != "" && !given)
	need("Username", c.Username == "" && given)
	if c.MaxPageSize < 0 {
		out = append(out, problem{"MaxPageSize", "is below 0"})
	}
	return out
}

// safe is the Config with everything secret blanked out.
func (c Config) safe() map[string]any {
	return map[string]any{
		"BaseURL": c.base(), "ClientID": c.ClientID, "ClientSecret": c.ClientSecret.String(), "Scopes": c.Scopes,
		"Username": c.Username, "Password": c.Password.String(), "PasswordHash": c.PasswordHash.String(),
		"TokenJSON": c.TokenJSON, "BareToken": c.BareToken, "QuotationInfoBody": c.QuotationInfoBody,
		"MaxPageSize": c.maxPage(), "Zone": c.zone().String(),
	}
}

// Format prints the Config without its secrets, under every verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "okki.Config%v", c.safe()) }

// LogValue is the Config without its secrets.
func (c Config) LogValue() slog.Value { return slog.AnyValue(c.safe()) }

// MarshalJSON writes the Config without its secrets.
func (c Config) MarshalJSON() ([]byte, error) { return wire.Marshal(c.safe()) }
