package sqlstore

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// Options is what the options of [New] set.
type Options struct {
	// TablePrefix begins the name of every table and index.
	TablePrefix string
	// RelaxedDurability accepts settings under which a power cut may undo the
	// latest commits.
	RelaxedDurability bool
	// Name says in errors about damage which database it is.
	Name string
	// TokenKeys seal tokens with the first and open them with any; none: not sealed.
	TokenKeys []duijie.Secret
}

// Option changes a default of [New].
type Option func(*Options)

// WithTablePrefix begins the names of all tables with prefix, default
// "duijie_". It must match ^[a-z_][a-z0-9_]{0,20}$. Stores with different
// prefixes in one database know nothing of each other.
func WithTablePrefix(prefix string) Option {
	return func(o *Options) { o.TablePrefix = prefix }
}

// WithRelaxedDurability accepts a database that does not wait for the disk at
// every commit (SQLite: synchronous=NORMAL; PostgreSQL: synchronous_commit=off; MySQL:
// innodb_flush_log_at_trx_commit other than 1). A crash of the process loses
// nothing; a power cut or a crash of the operating system may undo the last
// commits, among them notes of writes that the target has executed already.
// Records of sinks without a Finder may then arrive twice.
func WithRelaxedDurability() Option {
	return func(o *Options) { o.RelaxedDurability = true }
}

// WithName has errors about damage name the database, such as by its file.
func WithName(name string) Option {
	return func(o *Options) { o.Name = name }
}

// WithTokenKey seals the tokens of [Store.Tokens] with AES-256-GCM. The key is
// 32 random bytes in base64, as "openssl rand -base64 32" prints them; keep it
// where the database is not. Older keys only open what they sealed, so that keys can
// be changed while processes run. Tokens that were stored before there was a key are
// read, and sealed when they are renewed.
//
// Without a key tokens are stored as they are, and only in a SQLite file that no
// other user of the machine can read.
func WithTokenKey(key duijie.Secret, older ...duijie.Secret) Option {
	return func(o *Options) { o.TokenKeys = append([]duijie.Secret{key}, older...) }
}

var prefixPattern = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,20}$`)

// buildOptions applies opts to the defaults.
func buildOptions(opts []Option) (Options, error) {
	o := Options{TablePrefix: "duijie_"}
	for _, opt := range opts {
		opt(&o)
	}
	if !prefixPattern.MatchString(o.TablePrefix) {
		return o, fmt.Errorf("duijie/sqlstore: table prefix %q does not match %s", o.TablePrefix, prefixPattern)
	}
	return o, nil
}

// tables are the names of all tables, without their prefix.
var tables = []string{"meta", "partition", "openbatch", "ledger", "dead", "run", "token", "quota"}

// tableNames replaces {table} by the prefixed name, and the dialect's own tokens.
func tableNames(prefix string, tokens []string) *strings.Replacer {
	pairs := slices.Clone(tokens)
	for _, table := range tables {
		pairs = append(pairs, "{"+table+"}", prefix+table)
	}
	return strings.NewReplacer(pairs...)
}
