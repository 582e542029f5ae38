package banniu

import (
	"crypto/md5"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Sign is the signature of a request: MD5 over all query parameters but sign,
// sorted by name, each name followed by its decoded value, between two copies of the
// application's secret; in upper-case hex. Bodies are not signed. Of a parameter given
// twice the first counts; the client sends none twice.
func Sign(secret string, query url.Values) string {
	sum := md5.Sum([]byte(stringToSign(secret, query)))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func stringToSign(secret string, query url.Values) string {
	names := make([]string, 0, len(query))
	for name := range query {
		if name != signParam {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(secret)
	for _, name := range names {
		b.WriteString(name)
		b.WriteString(query.Get(name))
	}
	b.WriteString(secret)
	return b.String()
}

// Names of the system parameters.
const (
	signParam      = "sign"
	keyParam       = "app_key"
	tokenParam     = "access_token"
	secretParam    = "app_secret"
	methodParam    = "method"
	timestampParam = "timestamp"
	versionParam   = "v"
)

// systemParams are the client's own; a call can not set them.
var systemParams = []string{signParam, keyParam, tokenParam, secretParam, methodParam, timestampParam, versionParam}

// signed is the query of one attempt: the business parameters, the system
// parameters at this moment, and the signature over them.
func (c Config) signed(method string, business url.Values, now time.Time) url.Values {
	q := make(url.Values, len(business)+len(systemParams))
	for name, values := range business {
		q[name] = values
	}
	q.Set(keyParam, c.AppKey)
	q.Set(tokenParam, c.AccessToken.Reveal())
	q.Set(methodParam, method)
	q.Set(timestampParam, c.timeText(now))
	q.Set(versionParam, c.version())
	if c.SendAppSecret {
		q.Set(secretParam, c.AppSecret.Reveal())
	}
	q.Set(signParam, Sign(c.AppSecret.Reveal(), q))
	return q
}

// timeText is a time as the platform writes it.
func (c Config) timeText(t time.Time) string { return t.In(c.zone()).Format(time.DateTime) }
