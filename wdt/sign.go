package wdt

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Signature methods of the Qimen gateway (sign_method).
const (
	SignMD5        = "md5"         // the default
	SignHMAC       = "hmac"        // HMAC-MD5
	SignHMACSHA256 = "hmac-sha256" // HMAC-SHA256
)

// directEpoch is 2012-01-01 00:00:00 +08:00, the zero of the direct gateway's
// timestamps.
const directEpoch = 1325347200

// directTimestamp is whole seconds since the direct gateway's own epoch.
func directTimestamp(t time.Time) string { return strconv.FormatInt(t.Unix()-directEpoch, 10) }

// directSign signs the query of the direct gateway together with the exact text
// of the body: lower-case hex of md5(secret + name value name value… + secret),
// names in byte order.
func directSign(secret string, query map[string]string, body string) string {
	signed := maps.Clone(query)
	delete(signed, "sign")
	signed["body"] = body
	return hexMD5(secret + joinSorted(signed) + secret)
}

// joinSorted is name and value of each parameter, in byte order of the names,
// nothing between.
func joinSorted(params map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(params)) {
		b.WriteString(name)
		b.WriteString(params[name])
	}
	return b.String()
}

func hexMD5(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// enterprisePacked is what the enterprise edition signs: each field but sign, in
// byte order of the names, as the length of its name, its name, the length of its
// value and its value. Lengths count characters, not bytes.
func enterprisePacked(form map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if name == "sign" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(';')
		}
		value := form[name]
		fmt.Fprintf(&b, "%02d-%s:%04d-%s", utf8.RuneCountInString(name), name, utf8.RuneCountInString(value), value)
	}
	return b.String()
}

// enterpriseSign is the signature of the enterprise edition: lower-case hex of
// md5(packed + secret).
func enterpriseSign(secret string, form map[string]string) string {
	return hexMD5(enterprisePacked(form) + secret)
}

// topSign signs the parameters of the Qimen gateway the way TOP does: all but
// sign and empty ones, in upper-case hex. method is one of the Sign constants.
func topSign(method, secret string, params map[string]string) string {
	signed := maps.Clone(params)
	delete(signed, "sign")
	maps.DeleteFunc(signed, func(_, value string) bool { return value == "" })
	text := joinSorted(signed)
	switch method {
	case SignHMAC:
		return upperHMAC(md5.New, secret, text)
	case SignHMACSHA256:
		return upperHMAC(sha256.New, secret, text)
	}
	return strings.ToUpper(hexMD5(secret + text + secret))
}

func upperHMAC(h func() hash.Hash, secret, text string) string {
	mac := hmac.New(h, []byte(secret))
	mac.Write([]byte(text))
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

// notInWDTSign are the members wdt_sign leaves out at any depth.
var notInWDTSign = map[string]bool{"wdt3_customer_id": true, "wdt_sign": true}

// wdtSign is the inner signature of the Qimen gateway over the business
// parameters and the method without its scene: lower-case hex of md5(secret +
// serialised + secret).
func wdtSign(secret, method string, business map[string]string) string {
	return hexMD5(secret + wdtSerialise(method, business) + secret)
}

// wdtSerialise writes the parameters as the platform does: maps by key in byte
// order, lists in order, nothing between; a text that is a whole JSON object or
// array is replaced by what it holds.
func wdtSerialise(method string, business map[string]string) string {
	top := make(map[string]any, len(business)+1)
	for name, value := range business {
		top[name] = value
	}
	top["method"] = withoutScene(method)
	var b strings.Builder
	appendSigned(&b, top)
	return b.String()
}

func appendSigned(b *strings.Builder, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if notInWDTSign[name] {
				continue
			}
			b.WriteString(name)
			appendSigned(b, v[name])
		}
	case []any:
		for _, item := range v {
			appendSigned(b, item)
		}
	case string:
		if inner, ok := jsonInside(v); ok {
			appendSigned(b, inner)
			return
		}
		b.WriteString(v)
	case json.Number:
		b.WriteString(v.String())
	case bool:
		b.WriteString(strconv.FormatBool(v))
	}
}

// jsonInside decodes a text that is a whole JSON object or array.
func jsonInside(text string) (any, bool) {
	if text == "" {
		return nil, false
	}
	if first := wire.First([]byte(text)); first != '{' && first != '[' {
		return nil, false
	}
	var v any
	if err := wire.Unmarshal([]byte(text), &v); err != nil {
		return nil, false
	}
	return v, true
}

// scene is the flagship application's custom scene on the Qimen gateway.
const scene = "3ldsmu02o9"

// withoutScene cuts the scene in front of a Qimen method name.
func withoutScene(method string) string {
	if strings.HasPrefix(method, "wdt.") {
		return method
	}
	_, rest, found := strings.Cut(method, ".")
	if !found {
		return method
	}
	return rest
}

// timeLayout is how the platform writes times, always China time.
const timeLayout = "2006-01-02 15:04:05"

func chinaTime(t time.Time) string { return t.In(duijie.China).Format(timeLayout) }
