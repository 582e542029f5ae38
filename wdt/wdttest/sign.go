package wdttest

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// directSign is the signature of the direct gateway: the query without sign,
// and the body under the name body, sorted and joined between two secrets.
func directSign(secret string, query map[string]string, body []byte) string {
	signed := maps.Clone(query)
	if signed == nil {
		signed = map[string]string{}
	}
	delete(signed, "sign")
	signed["body"] = string(body)
	return md5Hex(secret + joinSorted(signed) + secret)
}

// topSign is the signature TOP asks for around everything, empty values left
// out. ok is false for an unknown method.
func topSign(method, secret string, params map[string]string) (sign string, ok bool) {
	signed := map[string]string{}
	for k, v := range params {
		if k != "sign" && v != "" {
			signed[k] = v
		}
	}
	joined := joinSorted(signed)
	switch method {
	case "md5":
		sign = md5Hex(secret + joined + secret)
	case "hmac":
		m := hmac.New(md5.New, []byte(secret))
		_, _ = io.WriteString(m, joined)
		sign = hex.EncodeToString(m.Sum(nil))
	case "hmac-sha256":
		m := hmac.New(sha256.New, []byte(secret))
		_, _ = io.WriteString(m, joined)
		sign = hex.EncodeToString(m.Sum(nil))
	default:
		return "", false
	}
	return strings.ToUpper(sign), true
}

// notInWDTSign are the parameters wdt_sign does not cover.
var notInWDTSign = map[string]bool{
	"wdt3_customer_id": true, "wdt_sign": true,
	"app_key": true, "target_app_key": true, "session": true, "sign": true, "timestamp": true,
	"v": true, "format": true, "sign_method": true, "partner_id": true,
}

// wdtSign is the signature the flagship application asks for inside: the
// business parameters and the method without its scene, serialized.
func wdtSign(secret string, params map[string]string) string {
	signed := map[string]any{}
	for k, v := range params {
		if !notInWDTSign[k] {
			signed[k] = v
		}
	}
	signed["method"] = withoutScene(params["method"])
	return md5Hex(secret + serialize(signed) + secret)
}

// withoutScene cuts the scene off a Qimen method name.
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

// serialize writes a value the way wdt_sign covers it: members in byte order of
// their names, name and value with nothing between; a text that is a JSON object
// or array counts as that object or array.
func serialize(v any) string {
	var b strings.Builder
	appendValue(&b, v)
	return b.String()
}

func appendValue(b *strings.Builder, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if k == "wdt3_customer_id" || k == "wdt_sign" {
				continue
			}
			b.WriteString(k)
			appendValue(b, v[k])
		}
	case []any:
		for _, e := range v {
			appendValue(b, e)
		}
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case json.Number:
		b.WriteString(v.String())
	case string:
		if inner, ok := jsonInside(v); ok {
			appendValue(b, inner)
			return
		}
		b.WriteString(v)
	}
}

// jsonInside parses a text that is one JSON object or array and nothing else.
func jsonInside(s string) (any, bool) {
	t := strings.TrimLeft(s, " \t\r\n")
	if t == "" || (t[0] != '{' && t[0] != '[') || !utf8.ValidString(s) {
		return nil, false
	}
	v, err := decodeJSON([]byte(s))
	return v, err == nil
}

// decodeJSON decodes one JSON value that fills data, numbers kept as written.
func decodeJSON(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON value")
	}
	return v, nil
}

func joinSorted(params map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(params)) {
		b.WriteString(k)
		b.WriteString(params[k])
	}
	return b.String()
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// same compares two texts in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
