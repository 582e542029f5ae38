package dingtalktest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Callback sends events to a user's handler the way DingTalk pushes them
// (事件订阅, HTTP 推送): signed, encrypted, and expecting an encrypted "success".
type Callback struct {
	Token    string // 签名 token of the event subscription
	AESKey   string // aes_key, 43 letters and digits
	OwnerKey string // client id, corpId, suiteKey or customKey

	// OldName sends the signature as signature in place of msg_signature.
	OldName bool
	// Pad16 pads to blocks of 16 bytes, as one of the vendor's classes does, in
	// place of 32.
	Pad16 bool
	// BadSignature sends a signature that does not fit.
	BadSignature bool
	// Clock gives the timestamp; nil means time.Now.
	Clock func() time.Time
}

// Callback makes a sender whose owner key is the application's client id.
func (s *Server) Callback(token, aesKey string) *Callback {
	return &Callback{Token: token, AESKey: aesKey, OwnerKey: s.appKey, Clock: s.clock}
}

// key decodes the aes_key; stray bits of its last character do not matter.
func (c *Callback) key() ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(c.AESKey + "=")
	if err != nil || len(key) != 32 {
		return nil, errors.New("dingtalktest: 900004 the aes_key must have 43 letters and digits")
	}
	return key, nil
}

// Signature signs one message: SHA-1 of the four texts in byte order.
func (c *Callback) Signature(timestamp, nonce, encrypted string) string {
	parts := []string{c.Token, timestamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// Encrypt hides a text behind 16 random bytes, its length and the owner key.
// random "" takes random bytes.
func (c *Callback) Encrypt(plaintext, random string) (string, error) {
	key, err := c.key()
	if err != nil {
		return "", err
	}
	head := make([]byte, 16)
	_, _ = rand.Read(head)
	if random != "" {
		copy(head, random)
	}
	data := binary.BigEndian.AppendUint32(head, uint32(len(plaintext))) //nolint:gosec // events are short
	data = append(append(data, plaintext...), c.OwnerKey...)
	block := 32
	if c.Pad16 {
		block = aes.BlockSize
	}
	pad := block - len(data)%block
	data = append(data, bytes.Repeat([]byte{byte(pad)}, pad)...) //nolint:gosec // 1 to 32
	b, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	cipher.NewCBCEncrypter(b, key[:16]).CryptBlocks(data, data)
	return base64.StdEncoding.EncodeToString(data), nil
}

// Decrypt reads what a handler answered, or what [Callback.Encrypt] wrote.
func (c *Callback) Decrypt(encrypted string) (string, error) {
	key, err := c.key()
	if err != nil {
		return "", err
	}
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return "", errors.New("dingtalktest: 900008 no encrypted text")
	}
	b, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	cipher.NewCBCDecrypter(b, key[:16]).CryptBlocks(data, data)
	if pad := int(data[len(data)-1]); pad >= 1 && pad <= 32 && pad <= len(data) {
		data = data[:len(data)-pad]
	}
	if len(data) < 20 {
		return "", errors.New("dingtalktest: 900009 too short")
	}
	n := int64(binary.BigEndian.Uint32(data[16:20]))
	if n > int64(len(data)-20) {
		return "", errors.New("dingtalktest: 900009 the length runs past the end")
	}
	if owner := string(data[20+n:]); owner != c.OwnerKey {
		return "", errors.New("dingtalktest: 900010 another owner key")
	}
	return string(data[20 : 20+n]), nil
}

// Request makes the request that pushes an event to address, which may be a path
// alone for handlers called without a server.
func (c *Callback) Request(address string, event any) (*http.Request, error) {
	encrypted, err := c.Encrypt(encodeText(event), "")
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if c.Clock != nil {
		now = c.Clock()
	}
	stamp, nonce := itoa(now.UnixMilli()), randomHex(4)
	name, signature := "msg_signature", c.Signature(stamp, nonce, encrypted)
	if c.OldName {
		name = "signature"
	}
	if c.BadSignature {
		signature = c.Signature(stamp, nonce+"x", encrypted)
	}
	query := url.Values{name: {signature}, "timestamp": {stamp}, "nonce": {nonce}}
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	target := address + separator + query.Encode()
	if strings.HasPrefix(target, "/") {
		target = "http://callback.example.com" + target
	}
	req, err := http.NewRequest(http.MethodPost, target, strings.NewReader(encodeText(Row{"encrypt": encrypted}))) //nolint:noctx // whoever sends it gives it one
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}

// Deliver pushes an event to a handler and checks its answer as DingTalk does. The
// error says what was wrong with it.
func (c *Callback) Deliver(h http.Handler, event any) error {
	req, err := c.Request("/", event)
	if err != nil {
		return err
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return c.CheckAnswer(w.Result())
}

// Post pushes an event to a URL and checks the answer. An answer must be there
// within 1.5 seconds.
func (c *Callback) Post(address string, event any) error {
	req, err := c.Request(address, event)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: 1500 * time.Millisecond}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	return c.CheckAnswer(resp)
}

// CheckURL pushes the check_url event, which DingTalk sends when the address is
// saved.
func (c *Callback) CheckURL(h http.Handler) error {
	return c.Deliver(h, Row{"EventType": "check_url"})
}

// CheckAnswer judges a handler's answer: HTTP 200 with a signed and encrypted
// "success". It closes the body.
func (c *Callback) CheckAnswer(resp *http.Response) error {
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("dingtalktest: the handler answered HTTP %d: %s", resp.StatusCode, raw)
	}
	v, err := decode(raw)
	answer, isObject := v.(Row)
	if err != nil || !isObject {
		return fmt.Errorf("dingtalktest: the handler answered no JSON object: %s", raw)
	}
	stamp, isText := answer["timeStamp"].(string)
	if !isText {
		return errors.New("dingtalktest: the answer has no timeStamp of text")
	}
	encrypted := text(answer["encrypt"])
	if !same(text(answer["msg_signature"]), c.Signature(stamp, text(answer["nonce"]), encrypted)) {
		return errors.New("dingtalktest: the answer's msg_signature does not fit")
	}
	plain, err := c.Decrypt(encrypted)
	if err != nil {
		return err
	}
	if plain != "success" {
		return fmt.Errorf("dingtalktest: the answer says %q, not success", plain)
	}
	return nil
}
