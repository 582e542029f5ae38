package jdy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// pair is one parameter of a query, not encoded. A list is one pair per element.
type pair struct{ key, value string }

// encodePath is the encoder of paths and of the second pass over a query (the
// vendor's GwURLEncoder): A-Z a-z 0-9 - _ . ~ stay.
func encodePath(s string) string { return url.QueryEscape(s) }

var valueFixes = strings.NewReplacer("~", "%7E", "%2A", "*")

// encodeValue is the first pass over a value, Java's URLEncoder: * stays and ~
// does not.
func encodeValue(s string) string { return valueFixes.Replace(url.QueryEscape(s)) }

// wireQuery is the query as it is sent, in the order of the pairs.
func wireQuery(pairs []pair) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(encodePath(p.key))
		b.WriteByte('=')
		b.WriteString(encodeValue(p.value))
	}
	return b.String()
}

// canonicalQuery is the query as it is signed: the pieces of the text that is
// sent, in byte order, each side encoded once more. A piece without = is not
// signed.
func canonicalQuery(wire string) string {
	if wire == "" {
		return ""
	}
	var pieces []string
	for piece := range strings.SplitSeq(wire, "&") {
		if strings.Contains(piece, "=") {
			pieces = append(pieces, piece)
		}
	}
	slices.Sort(pieces)
	for i, piece := range pieces {
		key, value, _ := strings.Cut(piece, "=")
		pieces[i] = encodePath(key) + "=" + encodePath(value)
	}
	return strings.Join(pieces, "&")
}

// stringToSign is what a request is signed over. The body and the token are not
// part of it.
func stringToSign(method, path, wire, nonce, timestamp string) string {
	return method + "\n" + encodePath(path) + "\n" + canonicalQuery(wire) +
		"\nx-api-nonce:" + nonce + "\nx-api-timestamp:" + timestamp + "\n"
}

// hmacText is base64 over the hex text of the HMAC, not over its bytes.
func hmacText(key, text string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(m.Sum(nil))))
}

// appSignature proves the application's key to the token call.
func appSignature(appKey, appSecret string) string { return hmacText(appSecret, appKey) }

// signHeaders sets the signing headers of one request. path is the platform's
// own path, wire the query as it is sent.
func signHeaders(h http.Header, clientID, clientSecret, method, path, wire, nonce, timestamp string) {
	h.Set("X-Api-ClientID", clientID)
	h.Set("X-Api-Auth-Version", "2.0")
	h.Set("X-Api-TimeStamp", timestamp)
	h.Set("X-Api-Nonce", nonce)
	h.Set("X-Api-SignHeaders", "X-Api-Nonce,X-Api-TimeStamp")
	h.Set("X-Api-Signature", hmacText(clientSecret, stringToSign(method, path, wire, nonce, timestamp)))
}
