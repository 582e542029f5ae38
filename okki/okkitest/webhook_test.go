package okkitest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSignaturesAreTheVectors signs the vectors' bodies as deliveries are signed.
func TestSignaturesAreTheVectors(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct {
		Webhook []struct {
			ID             string
			SecurityConfig string `json:"security_config"`
			StringToSign   string `json:"string_to_sign"`
			Signature      string
			ExpectValid    *bool `json:"expect_valid"`
		}
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	n := 0
	for _, v := range file.Webhook {
		if v.ExpectValid != nil && !*v.ExpectValid || v.StringToSign == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(v.SecurityConfig))
		mac.Write([]byte(v.StringToSign))
		require.Equal(t, v.Signature, hex.EncodeToString(mac.Sum(nil)), v.ID)
		n++
	}
	require.Positive(t, n)
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]Option{nil, {WithEscapedSlashes()}} {
		c := start(t, opts...)
		var got map[string]string
		hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = nil
			_ = json.Unmarshal(body, &got)
			key, _ := base64.StdEncoding.DecodeString(c.s.WebhookSecret())
			plain := open(t, key, got["data"])
			var events struct {
				Biz []struct {
					Type string `json:"biz_type"`
					Data any    `json:"biz_data"`
				}
			}
			_ = json.Unmarshal(plain, &events)
			_, _ = fmt.Fprintf(w, `{"code":200,"data":{"message_id":%q,"data":%q}}`, got["message_id"], fmt.Sprint(events.Biz[0].Data))
		}))
		defer hook.Close()
		code, data := c.post("webhook", object{"callback_url": hook.URL})
		require.Equal(t, 200, code)
		require.Equal(t, c.s.WebhookSecret(), data.(map[string]any)["security_config"])
		code, _ = c.post("webhook/test", nil)
		require.Equal(t, 200, code)
		code, _ = c.post("subscribe", object{"subscribe_type": "crm.product", "subscribe_configs": []any{object{"biz_type": "xiaoman.crm.product.update"}}})
		require.Equal(t, 200, code)
		require.Equal(t, map[string][]string{"crm.product": {"xiaoman.crm.product.update"}}, c.s.Subscriptions())
		status, answer, err := c.s.Deliver(t.Context(), "msg_1", Event{Type: "xiaoman.crm.product.update", Data: object{"product_id": 1}})
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, answer, "msg_1")
		before := c.s.WebhookSecret()
		_, data = c.post("webhook/regenerate-secret", nil)
		require.NotEqual(t, before, data.(map[string]any)["webhook_secret"])
	}
}

func open(t *testing.T, key []byte, data string) []byte {
	t.Helper()
	sealed, err := base64.StdEncoding.DecodeString(data)
	require.NoError(t, err)
	block, err := newGCM(key)
	require.NoError(t, err)
	plain, err := block.Open(nil, sealed[:12], append(append([]byte(nil), sealed[28:]...), sealed[12:28]...), nil)
	require.NoError(t, err)
	return plain
}
