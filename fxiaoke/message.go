package fxiaoke

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// MessageScheme is how the content of an app message is encrypted.
type MessageScheme uint8

const (
	// SchemeFramed is the vendor's: random bytes, a length and the text, then the id of
	// the application.
	SchemeFramed MessageScheme = iota
	// SchemePlain is the text alone, padded, as one client was seen to read.
	SchemePlain
)

// MessageConfig says how app messages are taken (消息推送, the older way to be told of
// authorisations and chats).
type MessageConfig struct {
	Token          duijie.Secret // token of the application's callback
	EncodingAESKey duijie.Secret // 43 characters
	// AppID refuses messages for other applications; "" takes all that are signed. It is
	// not checked in SchemePlain, which does not carry it.
	AppID  string
	Scheme MessageScheme // zero is the vendor's
	// MaxAge is how far the time of a message may be from now; 0 = 500 s, the platform's
	// own rule; negative takes any.
	MaxAge time.Duration
	// Logger gets what was refused and why; nil logs nothing.
	Logger *slog.Logger
	// Clock tells the time; nil is time.Now.
	Clock func() time.Time
}

// AppMessage is an app message.
type AppMessage struct {
	Type    string // "PermanentCode", "CancelPermanentCode", "Message"; "" where the text is no JSON
	Content string // its content, JSON as text for most types
	Text    []byte // the whole decrypted text
}

// MessageSignature is sig of an app message: the SHA-1 of its four texts in the order of
// their bytes.
func MessageSignature(token duijie.Secret, timestamp, nonce, content string) string {
	return sortedSHA1(token.Reveal(), timestamp, nonce, content)
}

// DecodeMessage verifies and decrypts the body of an app message. The zone of its times is
// of no matter: they are milliseconds. Errors: [ErrSignature], [ErrStale]; duijie.ErrInvalid for a body
// or key that is none.
func DecodeMessage(cfg MessageConfig, body []byte) (AppMessage, error) {
	key, err := messageKey(cfg.EncodingAESKey.Reveal())
	if err != nil {
		return AppMessage{}, invalid("MessageConfig.EncodingAESKey", err.Error())
	}
	var in struct {
		Nonce     wire.Text `json:"nonce"`
		TimeStamp wire.Text `json:"timeStamp"`
		Content   wire.Text `json:"content"`
		Sig       wire.Text `json:"sig"`
	}
	if err := wire.Unmarshal(body, &in); err != nil || wire.First(body) != '{' {
		return AppMessage{}, invalid("app message", "the body is no push")
	}
	if !sameSignature(string(in.Sig), MessageSignature(cfg.Token, string(in.TimeStamp), string(in.Nonce), string(in.Content))) {
		return AppMessage{}, ErrSignature
	}
	now := time.Now
	if cfg.Clock != nil {
		now = cfg.Clock
	}
	most := cfg.MaxAge
	if most == 0 {
		most = 500 * time.Second
	}
	if most > 0 && stale(string(in.TimeStamp), now(), most) {
		return AppMessage{}, ErrStale
	}
	text, err := cfg.open(key, string(in.Content))
	if err != nil {
		return AppMessage{}, err
	}
	out := AppMessage{Text: text}
	if wire.First(text) == '{' {
		m := membersOf(text)
		out.Type, out.Content = scalar(m["type"]), scalar(m["content"])
	}
	return out, nil
}

// open decrypts the content.
func (cfg MessageConfig) open(key []byte, content string) ([]byte, error) {
	plain, err := decryptCBC(key, content)
	if err != nil {
		return nil, err
	}
	if cfg.Scheme == SchemePlain {
		return unpad(plain, 32)
	}
	text, rest, err := unframe(plain)
	if err != nil {
		return nil, err
	}
	if cfg.AppID != "" && !bytes.HasPrefix(rest, []byte(cfg.AppID)) {
		return nil, ErrSignature
	}
	return text, nil
}

// NewMessageHandler takes app messages: it verifies and decrypts them, calls fn, and
// answers success. The platform waits 3 s and sends a message once more; an error of fn
// answers 500. fn must be safe for concurrent use, and harmless when called twice.
func NewMessageHandler(cfg MessageConfig, fn func(context.Context, AppMessage) error) (http.Handler, error) {
	if _, err := messageKey(cfg.EncodingAESKey.Reveal()); err != nil {
		return nil, invalid("MessageConfig.EncodingAESKey", err.Error())
	}
	if cfg.Token.IsZero() || fn == nil {
		return nil, invalid("NewMessageHandler", "the token or the function is missing")
	}
	log := cfg.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	const mostBody = 1 << 20
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := readPush(w, r, mostBody)
		if !ok {
			return
		}
		m, err := DecodeMessage(cfg, body)
		if err != nil {
			refuse(w, log, err)
			return
		}
		if err := fn(r.Context(), m); err != nil {
			log.Error("an app message was not taken", "platform", platform, "error", err)
			http.Error(w, "not taken", http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, "success")
	}), nil
}
