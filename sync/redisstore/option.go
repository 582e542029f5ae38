package redisstore

import (
	"fmt"
	"regexp"

	"github.com/duijie-go/duijie"
)

// Options is what the options of [New] set.
type Options struct {
	// KeyPrefix begins the name of every key.
	KeyPrefix string
	// TokenKeys seal tokens with the first and open them with any; none: not sealed.
	TokenKeys []duijie.Secret
	// PlainTokens stores tokens as they are where there is no key.
	PlainTokens bool
	// Eviction accepts a server that may evict keys, or does not say.
	Eviction bool
}

// Option changes a default of [New].
type Option func(*Options)

// WithKeyPrefix begins the names of all keys with prefix, default "duijie:": 1 to 64
// letters, digits and any of : . _ / { } -. Stores with different prefixes on one
// server know nothing of each other. Braces put all keys into one slot of a cluster,
// which nothing here needs.
func WithKeyPrefix(prefix string) Option {
	return func(o *Options) { o.KeyPrefix = prefix }
}

// WithTokenKey seals the tokens of [Store.Tokens] with AES-256-GCM. The key is
// 32 random bytes in base64, as "openssl rand -base64 32" prints them; keep it
// where the server is not. Older keys only open what they sealed, so that keys can
// be changed while processes run. Tokens that were stored before there was a key are
// read, and sealed when they are renewed.
func WithTokenKey(key duijie.Secret, older ...duijie.Secret) Option {
	return func(o *Options) { o.TokenKeys = append([]duijie.Secret{key}, older...) }
}

// WithPlainTokens stores tokens as they are where no key seals them. Then everybody
// who may read the server's keys, its dumps, its slow log or the network between can
// act as your application.
func WithPlainTokens() Option {
	return func(o *Options) { o.PlainTokens = true }
}

// WithEviction accepts a server that evicts keys when its memory is full, or that
// does not let us ask. A key that is evicted takes with it a token (one login more), a
// lease (two may do the same thing at the same time) or a quota (a platform is called
// more often than it allows, and may lock the account).
func WithEviction() Option {
	return func(o *Options) { o.Eviction = true }
}

var prefixPattern = regexp.MustCompile(`^[A-Za-z0-9:._/{}-]{1,64}$`)

// buildOptions applies opts to the defaults.
func buildOptions(opts []Option) (Options, error) {
	o := Options{KeyPrefix: "duijie:"}
	for _, opt := range opts {
		opt(&o)
	}
	if !prefixPattern.MatchString(o.KeyPrefix) {
		return o, fmt.Errorf("duijie/redisstore: key prefix %q does not match %s", o.KeyPrefix, prefixPattern)
	}
	return o, nil
}
