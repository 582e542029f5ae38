package okkitest

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Option changes how a [Server] behaves.
type Option func(*config)

type config struct {
	clientID, clientSecret string
	username, passwordHash string
	scopes                 []string
	clock                  func() time.Time
	tokenLife              time.Duration
	sayExpiry              bool
	textIDs                bool
	latency                time.Duration
	refuseTakenProducts    bool
	escapeSlashes          bool
	demo                   bool
}

// AllScopes are the modules the documentation names.
func AllScopes() []string {
	return []string{
		"company", "lead", "opportunity", "product", "invoices", "purchaseOrder", "costInvoice", "paymentInvoice",
		"warehouse", "capitalAccount", "user", "webhook",
	}
}

func defaultConfig() config {
	return config{
		clientID: "ck_40117", clientSecret: "9d8e1b7a3c5f4e60", username: "erp@example.com", passwordHash: hash("open sesame"),
		scopes: AllScopes(), clock: time.Now, tokenLife: 8 * time.Hour, sayExpiry: true,
	}
}

func hash(password string) string {
	sum := sha256.Sum256([]byte(password))
	return hex.EncodeToString(sum[:])
}

// WithClient sets client_id and client_secret.
func WithClient(id, secret string) Option {
	return func(c *config) { c.clientID, c.clientSecret = id, secret }
}

// WithUser sets the login of the password grant. The standard one is erp@example.com
// with the password "open sesame".
func WithUser(username, password string) Option {
	return func(c *config) { c.username, c.passwordHash = username, hash(password) }
}

// WithScopes limits the scopes a token can be asked for; by default all of [AllScopes].
func WithScopes(scopes ...string) Option { return func(c *config) { c.scopes = scopes } }

// WithClock sets the server's clock; by default it is time.Now.
func WithClock(now func() time.Time) Option { return func(c *config) { c.clock = now } }

// WithTokenLife sets how long a token lives, 8 hours by default.
func WithTokenLife(d time.Duration) Option { return func(c *config) { c.tokenLife = d } }

// WithoutExpiry leaves expires_in out of token answers.
func WithoutExpiry() Option { return func(c *config) { c.sayExpiry = false } }

// WithTextIDs sends ids and totals as texts, as some answers have them.
func WithTextIDs() Option { return func(c *config) { c.textIDs = true } }

// WithLatency makes every call take d longer, real time.
func WithLatency(d time.Duration) Option { return func(c *config) { c.latency = d } }

// WithTakenProductsRefused refuses a product_no that is taken. By default a second
// product is made: what the platform does is not documented.
func WithTakenProductsRefused() Option { return func(c *config) { c.refuseTakenProducts = true } }

// WithEscapedSlashes writes every / of a webhook body as \/ while the signature is over
// the plain text, as one receiver saw it.
func WithEscapedSlashes() Option { return func(c *config) { c.escapeSlashes = true } }

// WithDemo fills the fake with a small exporter: 130 products in a tree of groups,
// customers, orders and users.
func WithDemo() Option { return func(c *config) { c.demo = true } }
