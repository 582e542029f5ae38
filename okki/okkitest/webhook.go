package okkitest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Event is one entry of a delivery.
type Event struct {
	Type string `json:"biz_type"` // "xiaoman.crm.product.update"
	Data any    `json:"biz_data"` // ids, such as {"product_id":1,"product_no":"A"}
}

// Delivery is one message to a callback.
type Delivery struct {
	Secret        string    // security_config, base64 text of 32 bytes
	MessageID     string    // "" = a new one
	At            time.Time // X-Timestamp
	Events        []Event
	EscapeSlashes bool // write / as \/ in the body but sign it plain
}

// NewDelivery makes the signed and encrypted request of a delivery.
func NewDelivery(ctx context.Context, url string, d Delivery) (*http.Request, error) {
	key, err := base64.StdEncoding.DecodeString(d.Secret)
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("okkitest: the secret is no base64 of 32 bytes")
	}
	plain, err := json.Marshal(map[string]any{"biz": d.Events})
	if err != nil {
		return nil, fmt.Errorf("okkitest: encode the events: %w", err)
	}
	sealed, err := seal(key, plain)
	if err != nil {
		return nil, err
	}
	if d.MessageID == "" {
		d.MessageID = "msg_" + hex.EncodeToString(random(7))
	}
	body := fmt.Sprintf(`{"message_id":%q,"data":%q}`, d.MessageID, sealed)
	stamp := strconv.FormatInt(d.At.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(d.Secret))
	mac.Write([]byte(stamp + body))
	if d.EscapeSlashes {
		body = strings.ReplaceAll(body, "/", `\/`)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("okkitest: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Timestamp", stamp)
	req.Header.Set("X-Signature", hex.EncodeToString(mac.Sum(nil)))
	return req, nil
}

// seal encrypts with AES-256-GCM: nonce, tag, ciphertext.
func seal(key, plain []byte) (string, error) {
	gcm, err := newGCM(key)
	if err != nil {
		return "", err
	}
	nonce := random(gcm.NonceSize())
	out := gcm.Seal(nil, nonce, plain, nil)
	text, tag := out[:len(plain)], out[len(plain):]
	return base64.StdEncoding.EncodeToString(append(append(nonce, tag...), text...)), nil
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("okkitest: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("okkitest: %w", err)
	}
	return gcm, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// WebhookSecret is the security_config of the callback a program registered; "" before.
func (s *Server) WebhookSecret() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hookSecret
}

// Deliver sends one message to the registered callback and returns its answer.
func (s *Server) Deliver(ctx context.Context, messageID string, events ...Event) (status int, answer string, err error) {
	s.mu.Lock()
	url, d := s.hookURL, Delivery{Secret: s.hookSecret, MessageID: messageID, At: s.clock(), Events: events, EscapeSlashes: s.escapeSlashes}
	s.mu.Unlock()
	if url == "" {
		return 0, "", fmt.Errorf("okkitest: no callback is registered")
	}
	req, err := NewDelivery(ctx, url, d)
	if err != nil {
		return 0, "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", fmt.Errorf("okkitest: deliver: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return res.StatusCode, "", fmt.Errorf("okkitest: read the callback's answer: %w", err)
	}
	return res.StatusCode, string(raw), nil
}

// testCallback sends the test message; it works outside the lock.
func (s *Server) testCallback() reply {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	id, word := "msg_"+hex.EncodeToString(random(7)), hex.EncodeToString(random(6))
	status, answer, err := s.Deliver(ctx, id, Event{Type: "xiaoman.open.callback.test", Data: word})
	var ack struct {
		Code int
		Data struct {
			MessageID string `json:"message_id"`
			Data      string
		}
	}
	if err != nil || status != http.StatusOK || json.Unmarshal([]byte(answer), &ack) != nil ||
		ack.Code != 200 || ack.Data.MessageID != id || ack.Data.Data != word {
		return s.refused(refuse(404, "callback verify failed"))
	}
	return s.succeeded("success")
}

func addWebhookRoutes(out map[string]route) {
	scope := []string{"webhook"}
	out["POST webhook"] = route{scopes: scope, reads: true, serve: (*call).setWebhook}
	out["PUT webhook"] = route{scopes: scope, reads: true, serve: (*call).setWebhook}
	out["GET webhook"] = route{scopes: scope, serve: func(c *call) (any, *refusal) {
		if c.s.hookURL == "" {
			return nil, refuse(404, "Not Found Resource")
		}
		return map[string]any{
			"callback_url": c.s.hookURL, "callback_verify": 1, "security_method": "AES-256-GCM", "security_config": c.s.hookSecret,
		}, nil
	}}
	out["DELETE webhook"] = route{scopes: scope, serve: func(c *call) (any, *refusal) {
		c.s.hookURL, c.s.hookSecret = "", ""
		return "success", nil
	}}
	out["POST webhook/test"] = route{scopes: scope, webhookTest: true}
	out["POST webhook/regenerate-secret"] = route{scopes: scope, serve: func(c *call) (any, *refusal) {
		c.s.hookSecret = base64.StdEncoding.EncodeToString(random(32))
		return map[string]any{"webhook_secret": c.s.hookSecret}, nil
	}}
	out["POST subscribe"] = route{scopes: scope, reads: true, serve: func(c *call) (any, *refusal) {
		return c.subscribe(text(c.body["subscribe_type"]))
	}}
	out["GET subscribe"] = route{scopes: scope, serve: func(c *call) (any, *refusal) {
		rows := []any{}
		for kind, events := range c.s.subscribed {
			rows = append(rows, map[string]any{"subscribe_type": kind, "subscribe_config": events})
		}
		return rows, nil
	}}
}

func (c *call) setWebhook() (any, *refusal) {
	url := text(c.body["callback_url"])
	if !strings.HasPrefix(url, "http") {
		return nil, refuse(404, "'callback_url' cannot be empty")
	}
	c.s.hookURL = url
	if c.s.hookSecret == "" {
		c.s.hookSecret = base64.StdEncoding.EncodeToString(random(32))
	}
	return map[string]any{"security_method": "AES-256-GCM", "security_config": c.s.hookSecret}, nil
}

// subscriptionCalls are the calls of subscribe/{subscribe_type}.
var subscriptionCalls = map[string]func(*call, string) (any, *refusal){
	http.MethodGet: func(c *call, kind string) (any, *refusal) {
		events, ok := c.s.subscribed[kind]
		if !ok {
			return nil, refuse(404, "Not Found Resource")
		}
		return map[string]any{"subscribe_type": kind, "subscribe_config": events}, nil
	},
	http.MethodPut: func(c *call, kind string) (any, *refusal) { return c.subscribe(kind) },
	http.MethodDelete: func(c *call, kind string) (any, *refusal) {
		if _, ok := c.s.subscribed[kind]; !ok {
			return nil, refuse(404, "Not Found Resource")
		}
		delete(c.s.subscribed, kind)
		return "success", nil
	},
}

func (c *call) subscribe(kind string) (any, *refusal) {
	configs := objects(c.body["subscribe_configs"])
	if kind == "" || len(configs) == 0 {
		return nil, refuse(404, "'subscribe_type' cannot be empty")
	}
	var events []string
	for _, e := range configs {
		biz := text(e["biz_type"])
		if !strings.HasPrefix(biz, "xiaoman."+kind+".") {
			return nil, refuse(404, "Input data validate error biz_type")
		}
		events = append(events, biz)
	}
	c.s.subscribed[kind] = events
	return "success", nil
}

// Subscriptions are the events a program subscribed to, by module ("crm.product").
func (s *Server) Subscriptions() map[string][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string][]string{}
	for k, v := range s.subscribed {
		out[k] = append([]string(nil), v...)
	}
	return out
}
