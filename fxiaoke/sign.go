package fxiaoke

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// sha1Hex is the SHA-1 of texts one after the other, in lower-case hex.
func sha1Hex(texts ...string) string {
	sum := sha1.Sum([]byte(strings.Join(texts, "")))
	return hex.EncodeToString(sum[:])
}

// sortedSHA1 is the SHA-1 of texts in the order of their bytes.
func sortedSHA1(texts ...string) string {
	slices.Sort(texts)
	return sha1Hex(texts...)
}

// sameSignature compares in constant time.
func sameSignature(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// JSAPISignature signs a page's use of the platform's JS API (JSAPI 签名): the SHA-1 in
// upper-case hex of ticket, nonce, timestamp in seconds and the page's address, whose fragment
// does not count. The ticket comes from /cgi/jsApiTicket/get.
func JSAPISignature(ticket, nonce, timestamp, url string) string {
	url, _, _ = strings.Cut(url, "#")
	return strings.ToUpper(sha1Hex("jsapi_ticket=" + ticket + "&noncestr=" + nonce + "&timestamp=" + timestamp + "&url=" + url))
}

// JumpSignature is codeSig of a jump into the application (应用免登): with code, timestamp
// and nonce of the address and the token of the application's callbacks. See [VerifyJump].
func JumpSignature(token, code, timestamp, nonce string) string {
	return sortedSHA1(token, code, timestamp, nonce)
}

// VerifyJump tells whether the platform signed a jump into the application.
func VerifyJump(token, code, timestamp, nonce, codeSig string) bool {
	return sameSignature(JumpSignature(token, code, timestamp, nonce), codeSig)
}

var errCipher = errors.New("fxiaoke: the content can not be decrypted: the key may be another")

// decryptCBC takes AES-256-CBC apart whose IV is the beginning of its key. The padding is
// left on.
func decryptCBC(key []byte, text string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) == 0 || len(raw)%aes.BlockSize != 0 {
		return nil, errCipher
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("fxiaoke: %w", err)
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(raw, raw)
	return raw, nil
}

// encryptCBC is its opposite, with PKCS#7 padding of 16.
func encryptCBC(key, plain []byte) (string, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("fxiaoke: %w", err)
	}
	n := aes.BlockSize - len(plain)%aes.BlockSize
	raw := append(slices.Clone(plain), slices.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(raw, raw)
	return base64.StdEncoding.EncodeToString(raw), nil
}

// unpad takes PKCS#7 padding off, of blocks of 16 or most bytes.
func unpad(plain []byte, most int) ([]byte, error) {
	n := int(plain[len(plain)-1])
	if n < 1 || n > most || n > len(plain) {
		return nil, errCipher
	}
	for _, c := range plain[len(plain)-n:] {
		if int(c) != n {
			return nil, errCipher
		}
	}
	return plain[:len(plain)-n], nil
}

// unframe takes 16 random bytes, a length and a text apart, and what comes behind. The padding
// is never trusted: the vendor's own sample is padded twice.
func unframe(plain []byte) (text, rest []byte, err error) {
	const head = 16 + 4
	if len(plain) < head {
		return nil, nil, errCipher
	}
	n := int64(binary.BigEndian.Uint32(plain[16:head]))
	plain = plain[head:]
	if n > int64(len(plain)) {
		return nil, nil, errCipher
	}
	return plain[:n], plain[n:], nil
}

// eventKey is the key of data events: 32 bytes in Base64.
func eventKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, errors.New("it must be 32 bytes in Base64")
	}
	return key, nil
}

// messageKey is the key of app messages: 43 characters of Base64 without their =.
func messageKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text + "=")
	if err != nil || len(text) != 43 || len(key) != 32 {
		return nil, errors.New("it must have 43 characters of Base64")
	}
	return key, nil
}
