package dingtalk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// CallbackEvent is one event of a callback (事件回调). The platform pushes ids: read the
// record again.
type CallbackEvent struct {
	Type   string          // EventType: "user_add_org", "bpms_instance_change" and so on
	CorpID string          // CorpId, "" where the event tells none
	Time   time.Time       // TimeStamp, the zero time where the event tells none
	Data   json.RawMessage // the whole event
}

// EventCheckURL is sent when the callback's address is saved; the handler answers it.
const EventCheckURL = "check_url"

// Text is a member of the event as text, "" where there is none: Text("processInstanceId").
func (e CallbackEvent) Text(name string) string { return scalar(member(e.Data, name)) }

// UserIDs are the users the event is about (UserId).
func (e CallbackEvent) UserIDs() []string {
	var ids []wire.Text
	if raw := member(e.Data, "UserId"); wire.Unmarshal(raw, &ids) != nil {
		return nil
	}
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// CallbackConfig is what a handler of callbacks needs.
type CallbackConfig struct {
	Token  duijie.Secret // 签名 token of the subscription; required
	AESKey duijie.Secret // 加密 aes_key, 43 letters and digits; required
	// OwnerKeys are whom events may be for: the app key of the application, for older
	// callbacks the corp id. Required; the first encrypts the answers.
	OwnerKeys []string
	// Handle is called once for each event; required. An error has the platform send the
	// event again. The platform waits 1.5 s for the answer: be quick, or note the event
	// and return.
	Handle func(context.Context, CallbackEvent) error
	// MaxAge refuses events whose timestamp is further from now; 0 takes any, because
	// whether a repeat gets a new one is not documented.
	MaxAge time.Duration
	// Remember is how many events are kept to leave repeats out; 0 = 10,000, negative
	// none. They are lost when the process ends: handling one must be harmless twice.
	Remember int
	// MaxBody caps a request in bytes; 0 = 1 MiB.
	MaxBody int64
	// Clock is what timestamps are compared with and answers carry; nil = time.Now.
	Clock func() time.Time
	// Logger is told of refused callbacks and failures; nil = nobody.
	Logger *slog.Logger
}

// CallbackHandler answers callbacks. It is safe for concurrent use.
type CallbackHandler struct {
	cfg CallbackConfig

	mu    sync.Mutex
	state map[string]bool // events by signature of their contents; true: handled
	order []string        // handled ones, oldest first
}

// NewCallbackHandler makes a handler to serve at the address of an event subscription
// (事件订阅, https://open.dingtalk.com/document/orgapp/configure-event-subcription). A callback is
// verified first, then decrypted, and its owner key compared. The check of the address
// is answered by the handler itself. An event that was handled is answered as such and
// not handled again; one that is being handled is refused for now, and comes again.
//
// The error names what is missing or wrong, and matches duijie.ErrInvalid.
func NewCallbackHandler(cfg CallbackConfig) (*CallbackHandler, error) {
	var errs []error
	if cfg.Handle == nil {
		errs = append(errs, invalid("callback", "Handle is missing"))
	}
	if cfg.Token.IsZero() {
		errs = append(errs, invalid("callback", "Token is missing: 开发者后台 > 事件订阅 > 签名 token"))
	}
	if _, _, err := callbackCipher(cfg.AESKey); err != nil {
		errs = append(errs, err)
	}
	if len(cfg.OwnerKeys) == 0 || slices.Contains(cfg.OwnerKeys, "") {
		errs = append(errs, invalid("callback", "OwnerKeys is missing: the app key, or the corp id"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = 1 << 20
	}
	if cfg.Remember == 0 {
		cfg.Remember = 10_000
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	return &CallbackHandler{cfg: cfg, state: map[string]bool{}}, nil
}

// ServeHTTP answers one callback.
func (h *CallbackHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, err := h.take(w, r)
	if err == nil {
		return
	}
	if h.cfg.Logger != nil {
		h.cfg.Logger.LogAttrs(r.Context(), slog.LevelWarn, "dingtalk callback", slog.Int("status", status), slog.String("error", err.Error()))
	}
	http.Error(w, http.StatusText(status), status)
}

func (h *CallbackHandler) take(w http.ResponseWriter, r *http.Request) (status int, err error) {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, errors.New("not a POST")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.cfg.MaxBody))
	if err != nil {
		return http.StatusRequestEntityTooLarge, fmt.Errorf("read the body: %w", err)
	}
	event, owner, err := h.open(r, body)
	if err != nil {
		return http.StatusForbidden, err
	}
	if event.Type != EventCheckURL {
		if status, err := h.once(r.Context(), event); err != nil {
			return status, err
		}
	}
	answer, err := h.answer(owner)
	if err != nil {
		return http.StatusInternalServerError, err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer)
	return http.StatusOK, nil
}

// open verifies and decrypts a callback.
func (h *CallbackHandler) open(r *http.Request, body []byte) (CallbackEvent, string, error) {
	if !json.Valid(body) {
		return CallbackEvent{}, "", fmt.Errorf("%w: no JSON", ErrCallback)
	}
	q, encrypted := r.URL.Query(), scalar(member(body, "encrypt"))
	timestamp, signature := q.Get("timestamp"), firstOf(q.Get("msg_signature"), q.Get("signature"))
	if !VerifyCallback(h.cfg.Token, signature, timestamp, q.Get("nonce"), encrypted) {
		return CallbackEvent{}, "", fmt.Errorf("%w: the signature is wrong", ErrCallback)
	}
	if at, ok := unixTime(timestamp); h.cfg.MaxAge > 0 && (!ok || h.cfg.Clock().Sub(at).Abs() > h.cfg.MaxAge) {
		return CallbackEvent{}, "", fmt.Errorf("%w: its timestamp is more than %s from now", ErrCallback, h.cfg.MaxAge)
	}
	plain, owner, err := DecryptCallback(h.cfg.AESKey, encrypted)
	if err != nil {
		return CallbackEvent{}, "", err
	}
	if !slices.Contains(h.cfg.OwnerKeys, owner) {
		return CallbackEvent{}, "", fmt.Errorf("%w: it is for another owner", ErrCallback)
	}
	if wire.First(plain) != '{' || !json.Valid(plain) {
		return CallbackEvent{}, "", fmt.Errorf("%w: the event is no JSON object", ErrCallback)
	}
	e := CallbackEvent{Data: slices.Clone(plain)}
	e.Type, e.CorpID = e.Text("EventType"), firstOf(e.Text("CorpId"), e.Text("corpId"))
	e.Time, _ = unixTime(firstOf(e.Text("TimeStamp"), e.Text("timeStamp")))
	return e, owner, nil
}

// unixTime reads seconds or milliseconds since 1970.
func unixTime(text string) (time.Time, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n <= 0:
		return time.Time{}, false
	case n < 1e11:
		return time.Unix(n, 0), true
	}
	return time.UnixMilli(n), true
}

var errBusy = errors.New("the event is being handled: it is to be sent again")

// once handles an event unless that was done.
func (h *CallbackHandler) once(ctx context.Context, e CallbackEvent) (status int, err error) {
	key := string(e.Data)
	h.mu.Lock()
	done, known := h.state[key]
	if !known {
		h.state[key] = false
	}
	h.mu.Unlock()
	switch {
	case done:
		return http.StatusOK, nil
	case known:
		return http.StatusServiceUnavailable, errBusy
	}
	settled := false
	defer func() { h.settle(key, settled) }()
	if err := h.cfg.Handle(ctx, e); err != nil {
		return http.StatusInternalServerError, fmt.Errorf("handle %s: %w", e.Type, err)
	}
	settled = true
	return http.StatusOK, nil
}

// settle remembers an event as handled, or forgets it.
func (h *CallbackHandler) settle(key string, handled bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !handled || h.cfg.Remember < 0 {
		delete(h.state, key)
		return
	}
	h.state[key] = true
	h.order = append(h.order, key)
	for len(h.order) > h.cfg.Remember {
		delete(h.state, h.order[0])
		h.order = h.order[1:]
	}
}

// answer is the encrypted word success.
func (h *CallbackHandler) answer(owner string) ([]byte, error) {
	encrypted, err := EncryptCallback(h.cfg.AESKey, owner, "success")
	if err != nil {
		return nil, err
	}
	var random [8]byte
	_, _ = rand.Read(random[:])
	timestamp, nonce := strconv.FormatInt(h.cfg.Clock().UnixMilli(), 10), hex.EncodeToString(random[:])
	return wire.Marshal(map[string]string{
		"msg_signature": SignCallback(h.cfg.Token, timestamp, nonce, encrypted), "encrypt": encrypted, "timeStamp": timestamp, "nonce": nonce,
	})
}
