package fxiaoketest

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Event is a CRM data event (数据事件推送).
type Event struct {
	AESKey    string    // base64 text of 32 bytes
	Type      string    // "update"; others are not confirmed
	Object    string    // apiName
	DataID    string    // _id of the record
	MessageID string    // "" = a new one
	EA        string    // enterpriseAccount
	At        time.Time // when it is sent
	Retry     int       // retryTimes; below 0 leaves the member out
}

// NewEvent makes the signed and encrypted request of an event.
func NewEvent(ctx context.Context, url string, e Event) (*http.Request, error) {
	if e.MessageID == "" {
		e.MessageID = strings.ToUpper(hex.EncodeToString(random(10)))
	}
	plain, err := json.Marshal(map[string]any{
		"tenantId": 691413, "eventType": e.Type, "apiName": e.Object, "dataId": e.DataID, "timestamp": e.At.UnixMilli(), "messageId": e.MessageID,
	})
	if err != nil {
		return nil, fmt.Errorf("fxiaoketest: %w", err)
	}
	sealed, err := encrypt(e.AESKey, plain)
	if err != nil {
		return nil, err
	}
	stamp, nonce, retry := strconv.FormatInt(e.At.UnixMilli(), 10), hex.EncodeToString(random(8)), ""
	body := map[string]any{
		"timestamp": e.At.UnixMilli(), "nonce": nonce, "messageId": e.MessageID, "enterpriseAccount": e.EA, "encryptedContent": sealed,
	}
	if e.Retry >= 0 {
		retry = strconv.Itoa(e.Retry)
		body["retryTimes"] = e.Retry
	}
	body["signature"] = sha1Hex(stamp + nonce + e.MessageID + retry + e.EA + sealed + e.AESKey)
	return jsonRequest(ctx, url, body)
}

func jsonRequest(ctx context.Context, url string, body any) (*http.Request, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("fxiaoketest: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("fxiaoketest: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}

// OpenReply checks and decrypts the answer to an event; the platform wants "success".
func OpenReply(aesKey string, body []byte) (string, error) {
	var r struct {
		Signature       string
		Timestamp       json.Number
		Nonce           string
		EncryptedResult string
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return "", fmt.Errorf("fxiaoketest: the reply is no JSON: %w", err)
	}
	if r.Signature != sha1Hex(r.Timestamp.String()+r.Nonce+r.EncryptedResult+aesKey) {
		return "", errors.New("fxiaoketest: the reply's signature is wrong")
	}
	plain, err := decrypt(aesKey, r.EncryptedResult)
	return string(plain), err
}

// AppMessage is a message of the older push.
type AppMessage struct {
	Token   string    // of the app's callback settings
	AESKey  string    // encodingAesKey, 43 characters
	AppID   string    // follows the content
	Content string    // JSON text, such as {"type":"Message"}
	At      time.Time // when it is sent
}

// NewAppMessage makes the signed and encrypted request of an older message.
func NewAppMessage(ctx context.Context, url string, m AppMessage) (*http.Request, error) {
	plain := append(random(16), binary.BigEndian.AppendUint32(nil, uint32(len(m.Content)))...) //nolint:gosec // short
	plain = append(append(plain, m.Content...), m.AppID...)
	pad := 32 - len(plain)%32
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, iv, err := cipherOf(m.AESKey + "=")
	if err != nil {
		return nil, err
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(plain, plain)
	content := base64.StdEncoding.EncodeToString(plain)
	stamp, nonce := strconv.FormatInt(m.At.UnixMilli(), 10), hex.EncodeToString(random(6))
	parts := []string{m.Token, stamp, nonce, content}
	slices.Sort(parts)
	return jsonRequest(ctx, url, map[string]any{
		"nonce": nonce, "timeStamp": stamp, "content": content, "sig": sha1Hex(strings.Join(parts, "")),
	})
}

func sha1Hex(s string) string {
	sum := sha1.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func cipherOf(key string) (cipher.Block, []byte, error) {
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(raw) != 32 {
		return nil, nil, errors.New("fxiaoketest: the key is no base64 of 32 bytes")
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("fxiaoketest: %w", err)
	}
	return block, raw[:aes.BlockSize], nil
}

func encrypt(key string, plain []byte) (string, error) {
	block, iv, err := cipherOf(key)
	if err != nil {
		return "", err
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	plain = append(slices.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}

func decrypt(key, sealed string) ([]byte, error) {
	block, iv, err := cipherOf(key)
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) == 0 || len(raw)%aes.BlockSize != 0 {
		return nil, errors.New("fxiaoketest: no ciphertext")
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(raw, raw)
	pad := int(raw[len(raw)-1])
	if pad < 1 || pad > aes.BlockSize || pad > len(raw) {
		return nil, errors.New("fxiaoketest: wrong padding")
	}
	return raw[:len(raw)-pad], nil
}
