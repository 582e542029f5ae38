package fxiaoke

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestEventVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "event_callback") {
		var in struct {
			Key  string          `json:"aesKey"`
			Body json.RawMessage `json:"body"`
		}
		var want struct {
			Valid     bool
			Signature string
			Plaintext string
		}
		require.NoError(t, json.Unmarshal(v.Inputs, &in))
		require.NoError(t, json.Unmarshal(v.Expected, &want))
		key := duijie.NewSecret(in.Key)
		var e eventEnvelope
		require.NoError(t, json.Unmarshal(in.Body, &e))
		require.Equal(t, want.Signature, e.signature(in.Key), v.ID)
		event, err := DecodeEvent(key, in.Body)
		require.NoError(t, err, v.ID)
		var plain struct {
			EventType, APIName, DataID, MessageID string
			Timestamp                             int64
		}
		require.NoError(t, json.Unmarshal([]byte(want.Plaintext), &plain))
		require.Equal(t, plain.EventType, event.Type)
		require.Equal(t, plain.APIName, event.Object)
		require.Equal(t, plain.DataID, event.ID)
		require.Equal(t, plain.MessageID, event.MessageID)
		require.Equal(t, plain.Timestamp, event.Time.UnixMilli())

		// Anything changed is not the platform's.
		for _, member := range []string{"timestamp", "nonce", "messageId", "retryTimes", "enterpriseAccount", "encryptedContent", "signature"} {
			changed := membersOf(in.Body)
			changed[member] = json.RawMessage(`"0"`)
			_, err := DecodeEvent(key, []byte(mustJSON(t, changed)))
			require.ErrorIs(t, err, ErrSignature, member)
		}
		_, err = DecodeEvent(duijie.NewSecret(base64.StdEncoding.EncodeToString(make([]byte, 32))), in.Body)
		require.ErrorIs(t, err, ErrSignature)
	}
}

func TestEventReplyVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "event_reply") {
		var in struct {
			Key       string `json:"aesKey"`
			Result    string
			Timestamp int64
			Nonce     string
		}
		var want struct{ Body json.RawMessage }
		require.NoError(t, json.Unmarshal(v.Inputs, &in))
		require.NoError(t, json.Unmarshal(v.Expected, &want))
		got, err := EventReply(duijie.NewSecret(in.Key), in.Result, in.Nonce, time.UnixMilli(in.Timestamp))
		require.NoError(t, err)
		require.JSONEq(t, string(want.Body), string(got))
	}
}

func TestMessageVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "app_message") {
		var in struct {
			Token, EncodingAESKey string
			Body                  json.RawMessage
		}
		var want struct{ Plaintext string }
		require.NoError(t, json.Unmarshal(v.Inputs, &in))
		require.NoError(t, json.Unmarshal(v.Expected, &want))
		ms, err := strconv.ParseInt(scalar(membersOf(in.Body)["timeStamp"]), 10, 64)
		require.NoError(t, err)
		clock := func() time.Time { return time.UnixMilli(ms).Add(499 * time.Second) }
		cfg := MessageConfig{Token: duijie.NewSecret(in.Token), EncodingAESKey: duijie.NewSecret(in.EncodingAESKey), Clock: clock}
		m, err := DecodeMessage(cfg, in.Body)
		require.NoError(t, err, v.ID)
		require.Equal(t, want.Plaintext, string(m.Text))
		if v.ID == "message-nested-json" {
			require.Equal(t, "Message", m.Type)
			require.Contains(t, m.Content, "12345678901234567890")
		} else {
			cfg.AppID = "FSAID_1313ea2"
			_, err = DecodeMessage(cfg, in.Body)
			require.NoError(t, err)
		}
		cfg.AppID = "FSAID_other"
		_, err = DecodeMessage(cfg, in.Body)
		require.ErrorIs(t, err, ErrSignature)
		cfg.AppID, cfg.Clock = "", nil
		_, err = DecodeMessage(cfg, in.Body)
		require.ErrorIs(t, err, ErrStale)
		cfg.MaxAge = -1
		_, err = DecodeMessage(cfg, in.Body)
		require.NoError(t, err)
		cfg.Token = duijie.NewSecret("other")
		_, err = DecodeMessage(cfg, in.Body)
		require.ErrorIs(t, err, ErrSignature)
		_, err = DecodeMessage(cfg, []byte("{"))
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

func TestOtherSignatureVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "app_jump") {
		var in struct {
			Token string
			Query struct{ Code, Timestamp, Nonce, CodeSig string }
		}
		require.NoError(t, json.Unmarshal(v.Inputs, &in))
		q := in.Query
		require.True(t, VerifyJump(in.Token, q.Code, q.Timestamp, q.Nonce, q.CodeSig))
		require.False(t, VerifyJump(in.Token, q.Code, q.Timestamp, q.Nonce+"x", q.CodeSig))
	}
	for _, v := range vectors(t, "jsapi_signature") {
		var in struct {
			Ticket    string `json:"jsapi_ticket"`
			Nonce     string `json:"noncestr"`
			Timestamp string
			URL       string
		}
		var want struct{ Signature string }
		require.NoError(t, json.Unmarshal(v.Inputs, &in))
		require.NoError(t, json.Unmarshal(v.Expected, &want))
		require.Equal(t, want.Signature, JSAPISignature(in.Ticket, in.Nonce, in.Timestamp, in.URL+"#part"))
	}
}

var testKey = duijie.NewSecret("ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")

// pushOf is an event as the platform pushes it.
func pushOf(t *testing.T, id string, at time.Time) []byte {
	t.Helper()
	return pushText(t, id, at, `{"tenantId":691413,"eventType":"add","apiName":"AccountObj","dataId":"5f9c","timestamp":1604644208525,"messageId":"`+id+`","name":"甲"}`)
}

func pushText(t *testing.T, id string, at time.Time, plain string) []byte {
	t.Helper()
	key, err := eventKey(testKey.Reveal())
	require.NoError(t, err)
	content, err := encryptCBC(key, []byte(plain))
	require.NoError(t, err)
	return signedPush(id, at, content)
}

func signedPush(id string, at time.Time, content string) []byte {
	ms := strconv.FormatInt(at.UnixMilli(), 10)
	return []byte(`{"signature":"` + sha1Hex(ms, "n", id, "0", "ea1", content, testKey.Reveal()) + `","timestamp":` + ms + `,"nonce":"n","messageId":"` + id + `","retryTimes":0,"enterpriseAccount":"ea1","encryptedContent":"` + content + `"}`)
}

func post(h http.Handler, body []byte) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body)))
	return w
}

func TestEventHandler(t *testing.T) {
	t.Parallel()
	var got []Event
	fail := errors.New("database down")
	var log bytes.Buffer
	h, err := NewEventHandler(EventConfig{AESKey: testKey, EnterpriseAccount: "ea1", MaxAge: time.Hour, Logger: slog.New(slog.NewTextHandler(&log, nil)), MaxBody: 4096}, func(_ context.Context, e Event) error {
		if fail == nil {
			got = append(got, e)
		}
		return fail
	})
	require.NoError(t, err)
	push := pushOf(t, "M1", time.Now())
	require.Equal(t, http.StatusInternalServerError, post(h, push).Code, "it is sent again")
	fail = nil
	w := post(h, push)
	require.Equal(t, http.StatusOK, w.Code)
	require.Len(t, got, 1)
	require.Equal(t, "691413", got[0].TenantID)
	require.Equal(t, "ea1", got[0].EnterpriseAccount)
	require.JSONEq(t, `"甲"`, string(got[0].Extra["name"]))

	// The platform can read the reply.
	var reply struct {
		Signature, Nonce, EncryptedResult string
		Timestamp                         json.Number
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &reply))
	require.Equal(t, sha1Hex(reply.Timestamp.String(), reply.Nonce, reply.EncryptedResult, testKey.Reveal()), reply.Signature)
	key, _ := eventKey(testKey.Reveal())
	plain, err := decryptCBC(key, reply.EncryptedResult)
	require.NoError(t, err)
	plain, err = unpad(plain, 16)
	require.NoError(t, err)
	require.Equal(t, "success", string(plain))

	require.Equal(t, http.StatusOK, post(h, push).Code)
	require.Len(t, got, 1, "a repeat is answered and not handled")
	require.Equal(t, http.StatusForbidden, post(h, pushOf(t, "M2", time.Now().Add(-2*time.Hour))).Code)
	require.Equal(t, http.StatusForbidden, post(h, []byte(strings.Replace(string(pushOf(t, "M3", time.Now())), "ea1", "ea2", 1))).Code)
	require.Equal(t, http.StatusBadRequest, post(h, []byte("<xml>")).Code)
	require.Equal(t, http.StatusRequestEntityTooLarge, post(h, make([]byte, 5000)).Code)
	get := httptest.NewRecorder()
	h.ServeHTTP(get, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusMethodNotAllowed, get.Code)
	require.Len(t, got, 1)
	require.NotContains(t, log.String(), testKey.Reveal())

	other, err := NewEventHandler(EventConfig{AESKey: testKey, EnterpriseAccount: "ea9"}, func(context.Context, Event) error { return nil })
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, post(other, push).Code)
	_, err = NewEventHandler(EventConfig{AESKey: duijie.NewSecret("short")}, func(context.Context, Event) error { return nil })
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = NewEventHandler(EventConfig{AESKey: testKey}, nil)
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// One event that comes many times at once is handled once, and forgotten only after
// Remember others.
func TestEventsAtOnce(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	gate := make(chan struct{})
	h, err := NewEventHandler(EventConfig{AESKey: testKey, Remember: 2}, func(context.Context, Event) error { n.Add(1); <-gate; return nil })
	require.NoError(t, err)
	var group sync.WaitGroup
	push := pushOf(t, "M1", time.Now())
	for range 10 {
		group.Go(func() {
			if post(h, push).Code != http.StatusOK {
				t.Error("not taken")
			}
		})
	}
	close(gate)
	group.Wait()
	require.EqualValues(t, 1, n.Load())
	for _, id := range []string{"M2", "M3", "M1"} {
		post(h, pushOf(t, id, time.Now()))
	}
	require.EqualValues(t, 4, n.Load())
	// A handler that panics leaves nothing behind that waits.
	bad, err := NewEventHandler(EventConfig{AESKey: testKey}, func(context.Context, Event) error { panic("oops") })
	require.NoError(t, err)
	for range 2 {
		require.Panics(t, func() { post(bad, push) })
	}
	all, err := NewEventHandler(EventConfig{AESKey: testKey, Remember: -1}, func(context.Context, Event) error { n.Add(1); return nil })
	require.NoError(t, err)
	post(all, push)
	post(all, push)
	require.EqualValues(t, 6, n.Load())
}

// What is signed is delivered, however little of it can be read: nothing else would ever
// tell of it.
func TestUnreadableEventsAreDelivered(t *testing.T) {
	t.Parallel()
	full := Event{TenantID: "1", Type: "add", Object: "AccountObj", ID: "5f9c", MessageID: "M"}
	for name, c := range map[string]struct {
		plain string
		want  Event
		extra string // member that came as it is
	}{
		"time in words": {`{"tenantId":1,"eventType":"add","apiName":"AccountObj","dataId":"5f9c","timestamp":"yesterday","messageId":"M"}`, full, `"yesterday"`},
		"time a list":   {`{"timestamp":[1],"tenantId":1,"eventType":"add","apiName":"AccountObj","dataId":"5f9c","messageId":{}}`, full, `[1]`},
		"id an object":  {`{"tenantId":1,"eventType":"add","apiName":"AccountObj","dataId":{"a":1},"messageId":"M"}`, Event{TenantID: "1", Type: "add", Object: "AccountObj", MessageID: "M"}, ""},
		"no record":     {`{"tenantId":1,"eventType":"add","messageId":"M"}`, Event{TenantID: "1", Type: "add", MessageID: "M"}, ""},
		"a list":        {`[1]`, Event{MessageID: "M"}, ""},
		"no JSON":       {`<xml/>`, Event{MessageID: "M"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []Event
			var log bytes.Buffer
			answer := errors.New("no room to keep it")
			h, err := NewEventHandler(EventConfig{AESKey: testKey, Logger: slog.New(slog.NewTextHandler(&log, nil))}, func(_ context.Context, e Event) error {
				got = append(got, e)
				return answer
			})
			require.NoError(t, err)
			push := pushText(t, "M", time.Now(), c.plain)
			require.Equal(t, http.StatusInternalServerError, post(h, push).Code, "the platform sends it again")
			answer = nil
			require.Equal(t, http.StatusOK, post(h, push).Code, "it was taken")
			require.Equal(t, http.StatusOK, post(h, push).Code)
			require.Len(t, got, 2)
			e := got[1]
			require.Error(t, e.Err)
			require.Equal(t, c.plain, string(e.Raw))
			if c.extra != "" {
				require.Equal(t, c.extra, string(e.Extra["timestamp"]))
			}
			require.Equal(t, "ea1", e.EnterpriseAccount)
			c.want.EnterpriseAccount, c.want.Extra, c.want.Err, c.want.Raw = "ea1", e.Extra, e.Err, e.Raw
			require.Equal(t, c.want, e)
			require.Contains(t, log.String(), "could not be read in full")
		})
	}
	for _, content := range []string{"AAAA", "!", ""} { // signed, and not to be decrypted
		push := signedPush("M", time.Now(), content)
		e, err := DecodeEvent(testKey, push)
		require.NoError(t, err)
		require.ErrorContains(t, e.Err, "can not be decrypted")
		require.Equal(t, "M", e.MessageID)
		require.Equal(t, string(push), string(e.Raw))
	}
	e, err := DecodeEvent(testKey, pushOf(t, "M", time.Now()))
	require.NoError(t, err)
	require.NoError(t, e.Err)
	require.Contains(t, string(e.Raw), `"name":"甲"`)
}

func TestMessageHandler(t *testing.T) {
	t.Parallel()
	token, aes := duijie.NewSecret("tok"), duijie.NewSecret("YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY")
	key, err := messageKey(aes.Reveal())
	require.NoError(t, err)
	body := func(plain string) []byte {
		content, err := encryptCBC(key, []byte(plain))
		require.NoError(t, err)
		ms := strconv.FormatInt(time.Now().UnixMilli(), 10)
		return []byte(mustJSON(t, row{"nonce": "n", "timeStamp": ms, "content": content, "sig": MessageSignature(token, ms, "n", content)}))
	}
	framed := strings.Repeat("r", 16) + "\x00\x00\x00\x14" + `{"type":"Message" }x`[:20] + "FSAID_1"
	var got []AppMessage
	var fail error
	fn := func(_ context.Context, m AppMessage) error { got = append(got, m); return fail }
	h, err := NewMessageHandler(MessageConfig{Token: token, EncodingAESKey: aes, AppID: "FSAID_1"}, fn)
	require.NoError(t, err)
	w := post(h, body(framed))
	require.Equal(t, "success", w.Body.String())
	require.Len(t, got, 1)
	require.Len(t, got[0].Text, 20)
	fail = errors.New("no")
	require.Equal(t, http.StatusInternalServerError, post(h, body(framed)).Code)
	require.Equal(t, http.StatusBadRequest, post(h, body(strings.Repeat("r", 16)+"\xff\xff\xff\xff")).Code, "a length beyond the text")
	require.Equal(t, http.StatusBadRequest, post(h, body("short")).Code)
	require.Equal(t, http.StatusBadRequest, post(h, []byte("x")).Code)
	plain, err := NewMessageHandler(MessageConfig{Token: token, EncodingAESKey: aes, Scheme: SchemePlain}, fn)
	require.NoError(t, err)
	fail = nil
	require.Equal(t, "success", post(plain, body(`{"type":"PermanentCode","content":"c"}`)).Body.String())
	require.Equal(t, "PermanentCode", got[len(got)-1].Type)
	for _, cfg := range []MessageConfig{{Token: token, EncodingAESKey: duijie.NewSecret("x")}, {EncodingAESKey: aes}} {
		_, err = NewMessageHandler(cfg, fn)
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

func FuzzDecodeEvent(f *testing.F) {
	key, _ := eventKey(testKey.Reveal())
	f.Add([]byte(`{"timestamp":1}`), "tRPD")
	f.Add([]byte(`{}`), "z23QVXyayEv2nsmStTAAbA==")
	f.Fuzz(func(_ *testing.T, body []byte, content string) {
		_, _ = DecodeEvent(testKey, body)
		if plain, err := decryptCBC(key, content); err == nil {
			_, _ = unpad(plain, 16)
			_, _ = unpad(plain, 32)
			_, _, _ = unframe(plain)
		}
	})
}
