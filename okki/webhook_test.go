package okki

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

var webhookSecret = duijie.NewSecret("gXQJloeiZiH04s3XzAOz2s7bP7liJVsar9Azyr6DFTA=")

// encrypted is a delivery of events.
func encrypted(t testing.TB, id string, events string) string {
	t.Helper()
	aead, err := webhookKey(webhookSecret)
	require.NoError(t, err)
	nonce := make([]byte, nonceSize)
	_, err = rand.Read(nonce)
	require.NoError(t, err)
	sealed := aead.Seal(nil, nonce, []byte(`{"biz":`+events+`}`), nil)
	text, tag := sealed[:len(sealed)-tagSize], sealed[len(sealed)-tagSize:]
	data := base64.StdEncoding.EncodeToString(bytes.Join([][]byte{nonce, tag, text}, nil))
	b, err := json.Marshal(map[string]string{"message_id": id, "data": data})
	require.NoError(t, err)
	return string(b)
}

const orderEvent = `[{"biz_type":"xiaoman.crm.order.create","biz_data":{"order_id":45704320657171,"order_no":"SO-1"}}]`

func deliverNow(h http.Handler, body string) *httptest.ResponseRecorder {
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	return deliver(h, body, stamp, SignWebhook(webhookSecret, stamp, []byte(body)))
}

func handlerOf(t *testing.T, cfg WebhookConfig) *WebhookHandler {
	t.Helper()
	cfg.Secret = webhookSecret
	h, err := NewWebhookHandler(cfg)
	require.NoError(t, err)
	return h
}

// Nothing that is not signed, timely and whole reaches the program.
func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	h := handlerOf(t, WebhookConfig{
		Handle: func(context.Context, Message) error { t.Error("handled"); return nil }, MaxBody: 4096,
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	body := encrypted(t, "m1", orderEvent)
	now := strconv.FormatInt(time.Now().Unix(), 10)
	sign := func(stamp, body string) string { return SignWebhook(webhookSecret, stamp, []byte(body)) }
	old := strconv.FormatInt(time.Now().Add(-6*time.Minute).Unix(), 10)
	ahead := strconv.FormatInt(time.Now().Add(6*time.Minute).Unix(), 10)
	for name, c := range map[string]struct {
		body, stamp, signature string
		status                 int
	}{
		"no signature":    {body, now, "", 401},
		"wrong signature": {body, now, strings.Repeat("0", 64), 401},
		"short signature": {body, now, sign(now, body)[:62], 401},
		"other body":      {body + " ", now, sign(now, body), 401},
		"other time":      {body, old, sign(now, body), 401},
		"no time":         {body, "", sign("", body), 401},
		"no number":       {body, "x", sign("x", body), 401},
		"too old":         {body, old, sign(old, body), 401},
		"too new":         {body, ahead, sign(ahead, body), 401},
		"too far":         {body, "99999999999999999", sign("99999999999999999", body), 401},
		"no JSON":         {"{", now, sign(now, "{"), 400},
		"no id":           {`{"data":""}`, now, sign(now, `{"data":""}`), 400},
		"no data":         {`{"message_id":"m"}`, now, sign(now, `{"message_id":"m"}`), 400},
		"no events":       {encrypted(t, "m", `{}`), now, "", 401},
		"too large":       {strings.Repeat("x", 5000), now, sign(now, strings.Repeat("x", 5000)), 413},
	} {
		require.Equal(t, c.status, deliver(h, c.body, c.stamp, c.signature).Code, name)
	}
	changed := strings.Replace(body, `"data":"`, `"data":"AAAA`, 1)
	require.Equal(t, 400, deliver(h, changed, now, sign(now, changed)).Code)
	empty := encrypted(t, "m", `{}`)
	require.Equal(t, 400, deliver(h, empty, now, sign(now, empty)).Code)
	nameless := encrypted(t, "m", `[{"biz_data":{}}]`)
	require.Equal(t, 400, deliver(h, nameless, now, sign(now, nameless)).Code)
	get := httptest.NewRecorder()
	h.ServeHTTP(get, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, 405, get.Code)
	require.NotContains(t, log.String(), webhookSecret.Reveal())
}

func TestWebhookSettings(t *testing.T) {
	t.Parallel()
	_, err := NewWebhookHandler(WebhookConfig{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "Handle is missing")
	require.ErrorContains(t, err, "Secret is missing")
	_, err = NewWebhookHandler(WebhookConfig{Secret: duijie.NewSecret("c2hvcnQ="), Handle: func(context.Context, Message) error { return nil }})
	require.ErrorContains(t, err, "32 bytes")
	require.NotContains(t, fmt.Sprintf("%v %+v", err, WebhookConfig{Secret: webhookSecret}), webhookSecret.Reveal())
}

// A message is handled once; one that failed comes again; the old secret goes on while
// the new one is rolled out.
func TestWebhookOnce(t *testing.T) {
	t.Parallel()
	fails, handled := 2, 0
	h := handlerOf(t, WebhookConfig{Handle: func(_ context.Context, m Message) error {
		handled++
		require.EqualValues(t, 45704320657171, m.Events[0].ID())
		require.Equal(t, "SO-1", m.Events[0].Number())
		switch fails {
		case 2:
			fails--
			return errors.New("the database is down")
		case 1:
			fails--
			panic("boom")
		}
		return nil
	}})
	body := encrypted(t, "m1", orderEvent)
	require.Equal(t, 500, deliverNow(h, body).Code)
	require.Equal(t, 500, deliverNow(h, body).Code)
	for range 3 {
		w := deliverNow(h, body)
		require.Equal(t, 200, w.Code)
		require.JSONEq(t, `{"code":200,"data":{"message_id":"m1"}}`, w.Body.String())
	}
	require.Equal(t, 3, handled)
	require.Equal(t, 200, deliverNow(h, encrypted(t, "m2", orderEvent)).Code)
	require.Equal(t, 4, handled)

	rolled, err := NewWebhookHandler(WebhookConfig{
		Secret: duijie.NewSecret("sQJTdkyLIz+zdULiNAHHtFDlpvl1HztaAU9vZ+i8mZ0="), OldSecret: webhookSecret,
		Handle: func(context.Context, Message) error { return nil },
	})
	require.NoError(t, err)
	require.Equal(t, 200, deliverNow(rolled, body).Code)
}

// failingStore is a store whose End, or Begin, fails.
type failingStore struct {
	MessageStore
	begin, end error
}

func (s failingStore) Begin(ctx context.Context, id string) (MessageState, error) {
	state, err := s.MessageStore.Begin(ctx, id)
	return state, errors.Join(err, s.begin)
}

func (s failingStore) End(context.Context, string, bool) error { return s.end }

// A store that fails is never silent, and what is answered keeps a message from being
// handled twice and from being called handled.
func TestWebhookStoreFails(t *testing.T) {
	t.Parallel()
	down := errors.New("redis is down")
	for name, c := range map[string]struct {
		begin, end, handle error
		status, handled    int
		says               []string
	}{
		"begin":               {begin: down, status: 503, says: []string{"redis is down"}},
		"end behind success":  {end: down, status: 200, handled: 1, says: []string{"level=ERROR", "message_id=m1", "handled=true", "redis is down"}},
		"end behind failure":  {end: down, handle: errors.New("boom"), status: 500, handled: 1, says: []string{"level=ERROR", "message_id=m1", "handled=false", "redis is down", "boom"}},
		"failure, store well": {handle: errors.New("boom"), status: 500, handled: 1, says: []string{"boom"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			handled := 0
			h := handlerOf(t, WebhookConfig{
				Seen: failingStore{NewMemoryMessages(time.Hour, 9), c.begin, c.end}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
				Handle: func(context.Context, Message) error { handled++; return c.handle },
			})
			w := deliverNow(h, encrypted(t, "m1", orderEvent))
			require.Equal(t, c.status, w.Code)
			require.NotContains(t, w.Body.String(), "redis", "the inside is for the log")
			require.Equal(t, c.handled, handled)
			for _, words := range c.says {
				require.Contains(t, log.String(), words)
			}
		})
	}
}

// A message that is being handled is not said to be done: should that fail, it must
// come again.
func TestWebhookWhileRunning(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}), make(chan error)
	h := handlerOf(t, WebhookConfig{Handle: func(context.Context, Message) error {
		close(began)
		return <-end
	}})
	body := encrypted(t, "m1", orderEvent)
	var first *httptest.ResponseRecorder
	var group sync.WaitGroup
	group.Go(func() { first = deliverNow(h, body) })
	<-began
	require.Equal(t, 503, deliverNow(h, body).Code)
	end <- nil
	group.Wait()
	require.Equal(t, 200, first.Code)
	require.Equal(t, 200, deliverNow(h, body).Code)
}

// An hour later a message is forgotten, and the store does not grow without end.
func TestMemoryMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemoryMessages(time.Hour, 3)
		begin := func(id string) MessageState {
			s, err := m.Begin(t.Context(), id)
			require.NoError(t, err)
			return s
		}
		require.Equal(t, MessageNew, begin("a"))
		require.Equal(t, MessageRunning, begin("a"))
		require.NoError(t, m.End(t.Context(), "a", false))
		require.Equal(t, MessageNew, begin("a"))
		require.NoError(t, m.End(t.Context(), "a", true))
		time.Sleep(59 * time.Minute)
		require.Equal(t, MessageDone, begin("a"))
		time.Sleep(2 * time.Minute)
		require.Equal(t, MessageNew, begin("a"))
		for i := range 5 {
			id := strconv.Itoa(i)
			require.Equal(t, MessageNew, begin(id))
			require.NoError(t, m.End(t.Context(), id, true))
		}
		require.Equal(t, MessageNew, begin("0"))
		require.Equal(t, MessageDone, begin("4"))
	})
}

// Every module of the contract tells its id and number.
func TestEvents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		module, data, number string
	}{
		{"order", `{"order_id":7,"order_no":"N"}`, "N"},
		{"company", `{"company_id":"7","serial_id":"N"}`, "N"},
		{"customer", `{"customer_id":7}`, ""},
		{"dynamic_trail", `{"trail_id":7}`, ""},
		{"purchase_order", `{"purchase_order_id":7,"purchase_order_no":"N"}`, "N"},
		{"product", `{"product_id":7,"product_no":"N"}`, "N"},
		{"cash_collection_invoice", `{"cash_collection_invoice_id":7,"cash_collection_invoice_no":"N"}`, "N"},
		{"opportunity", `{"serial_id":"N","opportunity_id":7}`, "N"},
		{"outbound_invoice", `{"serial_id":"5","outbound_invoice_id":7}`, "5"},
		{"warehouse_return_invoice", `{"serial_id":"9","warehouse_return_invoice_id":7}`, "9"},
		{"something_new", `{"other_id":7}`, ""},
	} {
		e := Event{Type: "xiaoman.crm." + c.module + ".update", Data: json.RawMessage(c.data)}
		require.Equal(t, c.module, e.Module())
		require.Equal(t, "update", e.Action())
		require.EqualValues(t, 7, e.ID(), c.module)
		require.Equal(t, c.number, e.Number(), c.module)
	}
	require.Empty(t, Event{Type: "x"}.Module())
	require.Zero(t, Event{Type: "x"}.ID())
}

func TestWebhookManagement(t *testing.T) {
	t.Parallel()
	c, last := newSeen(t, row{"security_method": "AES", "security_config": webhookSecret.Reveal(), "webhook_secret": "new-secret-text"})
	ctx := t.Context()
	s, err := c.Webhooks.Create(ctx, "https://me.example.com/okki")
	require.NoError(t, err)
	require.Equal(t, webhookSecret.Reveal(), s.Config.Reveal())
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", s, s, s), webhookSecret.Reveal())
	r := last()
	require.Equal(t, "POST /v1/webhook", r.method+" "+r.path)
	require.JSONEq(t, `{"callback_url":"https://me.example.com/okki"}`, r.body)
	_, err = c.Webhooks.Create(ctx, "me.example.com")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	secret, err := c.Webhooks.RegenerateSecret(ctx)
	require.NoError(t, err)
	require.Equal(t, "new-secret-text", secret.Reveal())
	last()
	require.NoError(t, c.Webhooks.Subscribe(ctx, "crm.order", []string{"create", "xiaoman.crm.order.delete"}))
	require.JSONEq(t, `{"subscribe_type":"crm.order","subscribe_configs":[{"biz_type":"xiaoman.crm.order.create"},{"biz_type":"xiaoman.crm.order.delete"}]}`, last().body)
	require.NoError(t, c.Webhooks.UpdateSubscription(ctx, "crm.order", []string{"update"}))
	r = last()
	require.Equal(t, "PUT /v1/subscribe/crm.order", r.method+" "+r.path)
	require.NoError(t, c.Webhooks.Unsubscribe(ctx, "crm.order"))
	r = last()
	require.Equal(t, "DELETE /v1/subscribe/crm.order", r.method+" "+r.path)
	require.NoError(t, c.Webhooks.Test(ctx))
	require.Equal(t, "/v1/webhook/test", last().path)
	require.NoError(t, c.Webhooks.Delete(ctx))
	require.Equal(t, "DELETE", last().method)
	require.ErrorIs(t, c.Webhooks.Unsubscribe(ctx, "../webhook"), duijie.ErrInvalid)
	require.ErrorIs(t, c.Webhooks.Subscribe(ctx, "crm.order", nil), duijie.ErrInvalid)
}

func FuzzWebhook(f *testing.F) {
	f.Add([]byte(encrypted(f, "m1", orderEvent)), []byte(orderEvent))
	f.Add([]byte(`{"message_id":"m","data":"AAAA"}`), []byte(`{`))
	f.Fuzz(func(t *testing.T, body, data []byte) {
		msg, err := readMessage(webhookSecret, body)
		if err == nil && (msg.ID == "" || msg.Events == nil && !bytes.Contains(body, []byte("data"))) {
			t.Fatal("a message of nothing")
		}
		if VerifyWebhook(webhookSecret, "1", string(data), body) && string(data) != SignWebhook(webhookSecret, "1", body) {
			raw := webhookMAC(webhookSecret, "1", body)
			if !strings.Contains(strings.ToLower(string(data)), fmt.Sprintf("%x", raw)) {
				t.Fatalf("%q is no signature", data)
			}
		}
		if json.Valid(data) {
			e := Event{Type: string(body), Data: data}
			_, _, _, _ = e.ID(), e.Number(), e.Module(), e.Action()
		}
	})
}
