package jdytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// sign is base64 of the lower-case hex text of HMAC-SHA256.
func sign(key, message string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(message))
	return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(mac.Sum(nil))))
}

// stringToSign is what X-Api-Signature covers, made of the bytes on the wire:
// the query's pieces are encoded once more as they are, so that every consistent
// first encoding is right and a mixed one is not.
func stringToSign(method, path, rawQuery, nonce, timestamp string) string {
	return strings.ToUpper(method) + "\n" + url.QueryEscape(path) + "\n" + canonicalQuery(rawQuery) + "\n" +
		"x-api-nonce:" + nonce + "\nx-api-timestamp:" + timestamp + "\n"
}

// canonicalQuery sorts the pairs as text, drops pieces without "=" and encodes
// both sides once more.
func canonicalQuery(raw string) string {
	var pairs []string
	for piece := range strings.SplitSeq(raw, "&") {
		if strings.Contains(piece, "=") {
			pairs = append(pairs, piece)
		}
	}
	slices.Sort(pairs)
	for i, p := range pairs {
		left, right, _ := strings.Cut(p, "=")
		pairs[i] = url.QueryEscape(left) + "=" + url.QueryEscape(right)
	}
	return strings.Join(pairs, "&")
}

// namesBoth tells whether X-Api-SignHeaders names nonce and timestamp, and
// nothing else, in any order and case.
func namesBoth(header string) bool {
	names := strings.Split(strings.ToLower(header), ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	slices.Sort(names)
	return slices.Equal(names, []string{"x-api-nonce", "x-api-timestamp"})
}

func equal(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
