package fxiaoke

import (
	"context"
	"crypto/rand"
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

// Event says that the data of an object changed (CRM 数据变更推送). Only ids are pushed:
// read the record again with [Client.Get], and treat one that is gone as removed. The order of
// events is not guaranteed.
type Event struct {
	TenantID string `json:"tenantId"`
	// Type is "update", and likely "add", "delete", "invalid" and "recover"; what it does
	// not know it should treat as an update.
	Type      string `json:"eventType"`
	Object    string `json:"apiName"`   // dataObjectApiName
	ID        string `json:"dataId"`    // _id of the record
	Time      Time   `json:"timestamp"` // of the change
	MessageID string `json:"messageId"` // the same for every repeat

	EnterpriseAccount string `json:"-"` // ea of the envelope
	RetryTimes        int    `json:"-"` // how often the platform sent it before, where it tells

	Extra map[string]json.RawMessage `json:"-"` // what else is pushed, and members that could not be read, as they came

	// Err tells that a member could not be read, or that the push is signed and holds no
	// event; nil for all others. The members that could be read are there, so an event that has
	// Object and ID is as good as any: its record is to be read again anyhow. Otherwise keep Raw
	// for somebody to look at. Who returns nil for it has taken it: the platform is answered success, and
	// sends it no more. An error has it sent again, with the same contents.
	Err error `json:"-"`
	// Raw is what was pushed: the decrypted text, or the whole body where it can't be decrypted.
	Raw []byte `json:"-"`
}

// EventConfig says how pushed events are taken.
type EventConfig struct {
	// AESKey is the key of the subscription as the platform shows it: 32 bytes in Base64.
	AESKey duijie.Secret
	// EnterpriseAccount refuses events of other enterprises; "" takes all that are signed.
	EnterpriseAccount string
	// MaxAge refuses events whose timestamp is further from now than this; 0 takes any,
	// because it is not known whether a repeat keeps its timestamp.
	MaxAge time.Duration
	// Remember is how many message ids are kept to leave repeats out; 0 = 10,000,
	// negative none. They are lost when the process ends: handling an event must be harmless twice.
	Remember int
	// MaxBody caps a request in bytes; 0 = 1 MiB.
	MaxBody int64
	// Logger gets what was refused and why; nil logs nothing.
	Logger *slog.Logger
	// Clock tells the time; nil is time.Now.
	Clock func() time.Time
}

// eventEnvelope is a push as it comes.
type eventEnvelope struct {
	Signature  wire.Text       `json:"signature"`
	Timestamp  wire.Text       `json:"timestamp"`
	Nonce      wire.Text       `json:"nonce"`
	MessageID  wire.Text       `json:"messageId"`
	RetryTimes json.RawMessage `json:"retryTimes"`
	Account    wire.Text       `json:"enterpriseAccount"`
	Content    wire.Text       `json:"encryptedContent"`
}

// signature of a push: everything one after the other; retryTimes only where it is there.
func (e eventEnvelope) signature(aesKey string) string {
	return sha1Hex(string(e.Timestamp), string(e.Nonce), string(e.MessageID), scalar(e.RetryTimes), string(e.Account), string(e.Content), aesKey)
}

// Errors of a push that is refused.
var (
	// ErrSignature: a push is not signed with the key, so it is not the platform's.
	ErrSignature = errors.New("fxiaoke: the signature of the push is wrong")
	// ErrStale: a push is older, or newer, than is taken.
	ErrStale = errors.New("fxiaoke: the push is too old, or the clocks differ")
)

// DecodeEvent verifies and decrypts the body of a pushed event with the key of the subscription.
// It is what [NewEventHandler] does, for those who have another web server. Errors: [ErrSignature];
// duijie.ErrInvalid for a body or key that is none. What is signed is always an event, whose Err
// tells what could not be read of it.
func DecodeEvent(aesKey duijie.Secret, body []byte) (Event, error) {
	key, err := eventKey(aesKey.Reveal())
	if err != nil {
		return Event{}, invalid("event key", err.Error())
	}
	_, event, err := decodeEvent(key, aesKey, body)
	return event, err
}

func decodeEvent(key []byte, aesKey duijie.Secret, body []byte) (eventEnvelope, Event, error) {
	var e eventEnvelope
	if err := wire.Unmarshal(body, &e); err != nil || wire.First(body) != '{' {
		return e, Event{}, invalid("event", "the body is no push")
	}
	if !sameSignature(string(e.Signature), e.signature(aesKey.Reveal())) {
		return e, Event{}, ErrSignature
	}
	event := readEvent(key, e)
	if event.Raw == nil {
		event.Raw = slices.Clone(body)
	}
	return e, event, nil
}

// readEvent reads what a signed push holds, as far as it can be read.
func readEvent(key []byte, e eventEnvelope) Event {
	var event Event
	plain, err := decryptCBC(key, string(e.Content))
	if err == nil {
		plain, err = unpad(plain, 16)
	}
	if err == nil {
		err = decode(plain, &event)
		event.Raw = plain
	}
	if event.MessageID == "" {
		event.MessageID = string(e.MessageID)
	}
	event.EnterpriseAccount = string(e.Account)
	if len(e.RetryTimes) > 0 {
		var n wire.Int
		err = errors.Join(err, n.UnmarshalJSON(e.RetryTimes))
		event.RetryTimes = int(n)
	}
	if err == nil && (event.Object == "" || event.ID == "") {
		err = errors.New("it names no record")
	}
	if err != nil {
		event.Err = fmt.Errorf("fxiaoke: event %s: %w", event.MessageID, err)
	}
	return event
}

// EventReply is the signed and encrypted answer to a push, as JSON; success is what
// the platform wants to read. now is in its timestamp.
func EventReply(aesKey duijie.Secret, result, nonce string, now time.Time) ([]byte, error) {
	key, err := eventKey(aesKey.Reveal())
	if err != nil {
		return nil, invalid("event key", err.Error())
	}
	text, err := encryptCBC(key, []byte(result))
	if err != nil {
		return nil, err
	}
	ms := now.UnixMilli()
	return wire.Marshal(map[string]any{
		"signature": sha1Hex(strconv.FormatInt(ms, 10), nonce, text, aesKey.Reveal()), "timestamp": ms, "nonce": nonce, "encryptedResult": text,
	})
}

// NewEventHandler takes pushed events: it verifies and decrypts them, calls fn, and
// answers success signed and encrypted. An error of fn answers 500, after which the platform sends the
// event again. An event of which something could not be read is given to fn too, with its Err: fn
// decides what the platform is answered. A repeat of an event that fn took is answered without calling it; one that comes
// while fn still works waits for it. fn must be safe for concurrent use.
func NewEventHandler(cfg EventConfig, fn func(context.Context, Event) error) (http.Handler, error) {
	key, err := eventKey(cfg.AESKey.Reveal())
	if err != nil {
		return nil, invalid("EventConfig.AESKey", err.Error())
	}
	if fn == nil {
		return nil, invalid("NewEventHandler", "the function is nil")
	}
	h := &eventHandler{cfg: cfg, key: key, fn: fn, seen: newMemo(cfg.Remember)}
	if h.cfg.Clock == nil {
		h.cfg.Clock = time.Now
	}
	if h.cfg.Logger == nil {
		h.cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if h.cfg.MaxBody <= 0 {
		h.cfg.MaxBody = 1 << 20
	}
	return h, nil
}

type eventHandler struct {
	cfg  EventConfig
	key  []byte
	fn   func(context.Context, Event) error
	seen *memo
}

// ServeHTTP takes one push.
func (h *eventHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, ok := readPush(w, r, h.cfg.MaxBody)
	if !ok {
		return
	}
	envelope, event, err := decodeEvent(h.key, h.cfg.AESKey, body)
	if err == nil && h.cfg.EnterpriseAccount != "" && event.EnterpriseAccount != h.cfg.EnterpriseAccount {
		err = ErrSignature
	}
	if err == nil && h.cfg.MaxAge > 0 && stale(string(envelope.Timestamp), h.cfg.Clock(), h.cfg.MaxAge) {
		err = ErrStale
	}
	if err != nil {
		refuse(w, h.cfg.Logger, err)
		return
	}
	if event.Err != nil {
		h.cfg.Logger.Warn("an event could not be read in full", "platform", platform, "message_id", event.MessageID, "object", event.Object, "error", event.Err)
	}
	if err := h.seen.once(event.MessageID, func() error { return h.fn(r.Context(), event) }); err != nil {
		h.cfg.Logger.Error("an event was not taken", "platform", platform, "message_id", event.MessageID, "object", event.Object, "error", err)
		http.Error(w, "not taken", http.StatusInternalServerError)
		return
	}
	reply, err := EventReply(h.cfg.AESKey, "success", rand.Text(), h.cfg.Clock())
	if err != nil {
		http.Error(w, "no reply", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(reply)
}

// readPush reads the body of a POST.
func readPush(w http.ResponseWriter, r *http.Request, most int64) ([]byte, bool) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		status := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "the body can not be read", status)
		return nil, false
	}
	return body, true
}

// refuse answers a push that is not taken, without telling a stranger why.
func refuse(w http.ResponseWriter, log *slog.Logger, err error) {
	log.Warn("a push was refused", "platform", platform, "error", err)
	status := http.StatusBadRequest
	if errors.Is(err, ErrSignature) || errors.Is(err, ErrStale) {
		status = http.StatusForbidden
	}
	http.Error(w, "refused", status)
}

// stale tells a time in milliseconds that is too far from now.
func stale(ms string, now time.Time, most time.Duration) bool {
	n, err := strconv.ParseInt(ms, 10, 64)
	return err != nil || now.Sub(time.UnixMilli(n)).Abs() > most
}

// memo remembers what was done by its id, and what is being done.
type memo struct {
	mu      sync.Mutex
	most    int
	done    map[string]bool
	ring    []string
	next    int
	pending map[string]*doing
}

type doing struct {
	over chan struct{}
	err  error
}

func newMemo(most int) *memo {
	if most == 0 {
		most = 10_000
	}
	return &memo{most: most, done: map[string]bool{}, pending: map[string]*doing{}}
}

// once calls fn unless it was done for the id; at the same time it shares its result.
func (m *memo) once(id string, fn func() error) error {
	if m.most < 0 || id == "" {
		return fn()
	}
	m.mu.Lock()
	if m.done[id] {
		m.mu.Unlock()
		return nil
	}
	if d := m.pending[id]; d != nil {
		m.mu.Unlock()
		<-d.over
		return d.err
	}
	d := &doing{over: make(chan struct{}), err: errors.New("fxiaoke: the handler of the event did not return")}
	m.pending[id] = d
	m.mu.Unlock()
	defer func() { // also when fn panics, which net/http catches
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.pending, id)
		if d.err == nil {
			m.keep(id)
		}
		close(d.over)
	}()
	d.err = fn()
	return d.err
}

// keep remembers an id and forgets the oldest.
func (m *memo) keep(id string) {
	if len(m.ring) < m.most {
		m.ring = append(m.ring, id)
	} else {
		delete(m.done, m.ring[m.next])
		m.ring[m.next] = id
		m.next = (m.next + 1) % m.most
	}
	m.done[id] = true
}
