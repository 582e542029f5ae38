package okki

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// WebhookConfig is what a handler of deliveries needs.
type WebhookConfig struct {
	// Secret is security_config as WebhookService.Create gave it; required.
	Secret duijie.Secret
	// OldSecret is accepted too, while a new one is being rolled out.
	OldSecret duijie.Secret
	// Handle is called once for each message; required. An error, or a panic, has the
	// platform send it again after 10 s, 30 s and 60 s, and then no more: go on polling
	// as a safety net. It must be quick, or note the message and return.
	Handle func(context.Context, Message) error
	// Window is how far X-Timestamp may be from now. Default 5 min; negative: not
	// looked at.
	Window time.Duration
	// Seen remembers messages, so that a redelivery is not handled again. nil: in this
	// process, for as long as a delivery stays within Window, an hour at least. Give one
	// of your own where several processes answer.
	//
	// What is answered where it fails: Begin, 503, and the message comes again. End
	// behind a handled message, success: sent again it might be handled twice. End behind
	// one that failed, 500 as without the store's error; should the store go on to call it
	// running, its redeliveries are refused with 503, and polling is what finds it. Both
	// failures of End are logged as errors, with message_id and handled.
	Seen MessageStore
	// MaxBody caps a delivery in bytes; 0 = 1 MiB.
	MaxBody int64
	// Clock is what X-Timestamp is compared with; nil = time.Now.
	Clock func() time.Time
	// Logger is told of refused deliveries and failures, those of Seen among them; nil =
	// nobody.
	Logger *slog.Logger
}

const (
	defaultWindow  = 5 * time.Minute
	defaultMaxBody = 1 << 20
)

// WebhookHandler answers deliveries (消息推送). It is safe for concurrent use.
type WebhookHandler struct{ cfg WebhookConfig }

// NewWebhookHandler makes a handler to serve at the callback_url. Its error names what
// is missing or wrong, and matches duijie.ErrInvalid.
//
// A delivery is verified before anything else: its signature over the exact body,
// then its time, then it is decrypted. The platform's test challenge is answered by
// the handler itself. A message that was handled is answered as such and not handled
// again; one that is being handled is refused for now, and comes again.
func NewWebhookHandler(cfg WebhookConfig) (*WebhookHandler, error) {
	var errs []error
	if cfg.Handle == nil {
		errs = append(errs, fmt.Errorf("okki: webhook: Handle is missing: %w", duijie.ErrInvalid))
	}
	if cfg.Secret.IsZero() {
		errs = append(errs, fmt.Errorf("okki: webhook: Secret is missing (security_config): %w", duijie.ErrInvalid))
	}
	for _, s := range []duijie.Secret{cfg.Secret, cfg.OldSecret} {
		if s.IsZero() {
			continue
		}
		if _, err := webhookKey(s); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if cfg.Window == 0 {
		cfg.Window = defaultWindow
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = defaultMaxBody
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Seen == nil {
		cfg.Seen = NewMemoryMessages(max(2*cfg.Window, time.Hour), 100_000)
	}
	return &WebhookHandler{cfg}, nil
}

// ServeHTTP answers one delivery.
func (h *WebhookHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		h.refuse(w, http.StatusMethodNotAllowed, "deliveries are POSTs", nil)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.cfg.MaxBody))
	if err != nil {
		h.refuse(w, http.StatusRequestEntityTooLarge, "the body could not be read", err)
		return
	}
	secret, ok := h.verified(r.Header.Get("X-Timestamp"), r.Header.Get("X-Signature"), body)
	if !ok {
		h.refuse(w, http.StatusUnauthorized, "the signature is wrong", nil)
		return
	}
	if !h.timely(r.Header.Get("X-Timestamp")) {
		h.refuse(w, http.StatusUnauthorized, "the timestamp is outside the window", nil)
		return
	}
	msg, err := readMessage(secret, body)
	if err != nil {
		h.refuse(w, http.StatusBadRequest, "the delivery can not be read", err)
		return
	}
	if text, test := challenge(msg); test {
		h.accept(w, msg.ID, &text)
		return
	}
	h.once(r.Context(), w, msg)
}

// verified finds the secret a delivery is signed with.
func (h *WebhookHandler) verified(timestamp, signature string, body []byte) (duijie.Secret, bool) {
	for _, s := range []duijie.Secret{h.cfg.Secret, h.cfg.OldSecret} {
		if VerifyWebhook(s, timestamp, signature, body) {
			return s, true
		}
	}
	return duijie.Secret{}, false
}

// timely tells whether a timestamp, in Unix seconds, is near enough to now.
func (h *WebhookHandler) timely(timestamp string) bool {
	if h.cfg.Window < 0 {
		return true
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	const latest = 253402300799 // the end of the year 9999
	return err == nil && seconds > 0 && seconds <= latest && h.cfg.Clock().Sub(time.Unix(seconds, 0)).Abs() <= h.cfg.Window
}

// challenge is the text a test delivery wants back.
func challenge(m Message) (string, bool) {
	if len(m.Events) != 1 || m.Events[0].Type != EventTest {
		return "", false
	}
	return scalar(m.Events[0].Data), true
}

// once hands a message to Handle, unless that was done before.
func (h *WebhookHandler) once(ctx context.Context, w http.ResponseWriter, msg Message) {
	state, err := h.cfg.Seen.Begin(ctx, msg.ID)
	switch {
	case err != nil:
		h.refuse(w, http.StatusServiceUnavailable, "the message store failed", err)
		return
	case state == MessageDone:
		h.accept(w, msg.ID, nil)
		return
	case state == MessageRunning:
		h.refuse(w, http.StatusServiceUnavailable, "the message is being handled", nil)
		return
	}
	err = h.handle(ctx, msg)
	if end := h.cfg.Seen.End(context.WithoutCancel(ctx), msg.ID, err == nil); end != nil {
		h.cfg.Logger.Error("okki webhook: the message store did not take what became of a message",
			"message_id", msg.ID, "handled", err == nil, "error", end)
	}
	if err != nil {
		h.refuse(w, http.StatusInternalServerError, "the message could not be handled", err)
		return
	}
	h.accept(w, msg.ID, nil)
}

// handle calls Handle; a panic is an error.
func (h *WebhookHandler) handle(ctx context.Context, msg Message) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("okki: webhook: Handle panicked: %v", p)
		}
	}()
	return h.cfg.Handle(ctx, msg)
}

// accept is the answer the platform takes for success.
func (h *WebhookHandler) accept(w http.ResponseWriter, id string, echo *string) {
	data := map[string]string{"message_id": id}
	if echo != nil {
		data["data"] = *echo
	}
	body, err := wire.Marshal(map[string]any{"code": http.StatusOK, "data": data})
	if err != nil {
		h.refuse(w, http.StatusInternalServerError, "the answer can not be written", err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body)
}

// refuse answers with the reason; what went wrong inside is for the log.
func (h *WebhookHandler) refuse(w http.ResponseWriter, status int, reason string, err error) {
	h.cfg.Logger.Warn("okki webhook: delivery not accepted", "status", status, "reason", reason, "error", err)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	body, _ := wire.Marshal(map[string]any{"code": status, "message": reason})
	_, _ = w.Write(body)
}
