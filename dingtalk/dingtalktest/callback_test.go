package dingtalktest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	callbackToken = "123456"
	callbackKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFE"
)

// receiver is a handler written by hand.
func receiver(c *Callback, say string, got *[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		v, err := decode(raw)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		encrypted := v.(obj)["encrypt"].(string)
		q := r.URL.Query()
		signature := q.Get("msg_signature") + q.Get("signature")
		plain, err := c.Decrypt(encrypted)
		if err != nil || signature != c.Signature(q.Get("timestamp"), q.Get("nonce"), encrypted) {
			http.Error(w, "refused", http.StatusForbidden)
			return
		}
		*got = append(*got, plain)
		answer, _ := c.Encrypt(say, "")
		_, _ = w.Write(encode(obj{"msg_signature": c.Signature("1767225600123", "n", answer), "encrypt": answer, "timeStamp": "1767225600123", "nonce": "n"}))
	}
}

func TestEventsReachAHandler(t *testing.T) {
	t.Parallel()
	s := New()
	c := s.Callback(callbackToken, callbackKey)
	var got []string
	h := receiver(c, "success", &got)
	require.NoError(t, c.CheckURL(h))
	event := Row{"EventType": "user_add_org", "TimeStamp": "1766000000000", "CorpId": s.CorpID(), "UserId": arr{"u1"}, "note": "a&b 张三 🚚"}
	for _, change := range []func(*Callback){func(*Callback) {}, func(c *Callback) { c.OldName = true }, func(c *Callback) { c.Pad16 = true }, func(c *Callback) { c.Clock = nil }} {
		one := *c
		change(&one)
		require.NoError(t, one.Deliver(h, event))
		require.Equal(t, encodeText(event), got[len(got)-1])
	}
	bad := *c
	bad.BadSignature = true
	require.ErrorContains(t, bad.Deliver(h, event), "HTTP 403")
	other := *c
	other.OwnerKey = "dingother"
	require.ErrorContains(t, other.Deliver(h, event), "HTTP 403")
	require.Len(t, got, 5)

	srv := httptest.NewServer(h)
	defer srv.Close()
	require.NoError(t, c.Post(srv.URL+"/ding?tenant=1", event))
	require.ErrorContains(t, c.CheckURL(receiver(c, "ok", &got)), "not success")
	require.ErrorContains(t, c.CheckURL(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("success")) })), "no JSON")
	require.ErrorContains(t, c.CheckURL(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"timeStamp":1}`)) })), "timeStamp")
	require.ErrorContains(t, c.CheckURL(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"timeStamp":"1","encrypt":"x"}`))
	})), "msg_signature")
	require.ErrorContains(t, (&Callback{AESKey: "short"}).CheckURL(h), "900004")
}

func TestDecryptRefuses(t *testing.T) {
	t.Parallel()
	c := &Callback{Token: callbackToken, AESKey: callbackKey, OwnerKey: "me"}
	for _, x := range []string{"", "!", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA=="} {
		_, err := c.Decrypt(x)
		require.Error(t, err)
	}
	other, err := (&Callback{Token: callbackToken, AESKey: callbackKey, OwnerKey: "you"}).Encrypt("success", "")
	require.NoError(t, err)
	_, err = c.Decrypt(other)
	require.ErrorContains(t, err, "900010")
}
