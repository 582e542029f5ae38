package jdytest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

type vector struct {
	Name   string
	Kind   string
	Inputs struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Method, Path string
		Query        [][2]string
		Timestamp    json.Number
		Nonce        string
		Body         string
		AppKey       string `json:"app_key"`
		AppSecret    string `json:"app_secret"`
		Ciphertext   string
	}
	Expected struct {
		StringToSign string `json:"string_to_sign"`
		Signature    string
		WireQuery    *string `json:"wire_query"`
		HMACHex      string  `json:"hmac_hex"`
		AppSignature string  `json:"app_signature"`
		Plaintext    string
	}
	Agrees map[string]json.RawMessage
}

func vectors(t *testing.T) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Len(t, file.Vectors, 21)
	return file.Vectors
}

func TestVectorsAreTheContracts(t *testing.T) {
	t.Parallel()
	ours, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.Equal(t, string(testutil.Vectors(t, "jdy")), string(ours))
}

// TestVectorsPassTheGateway sends every vector's request as its author's program
// did and wants the gateway to accept the signature, and nobody else's.
func TestVectorsPassTheGateway(t *testing.T) {
	t.Parallel()
	n := 0
	for _, v := range vectors(t) {
		if v.Kind != "api_signature" {
			continue
		}
		ms, err := v.Inputs.Timestamp.Int64()
		require.NoError(t, err)
		s := New(clockAt(time.UnixMilli(ms)).option(), WithClient(v.Inputs.ClientID, v.Inputs.ClientSecret))
		send := func(wire, signature string) string {
			target := v.Inputs.Path
			if wire != "" {
				target += "?" + wire
			}
			req := httptest.NewRequest(v.Inputs.Method, target, strings.NewReader(v.Inputs.Body))
			for k, h := range map[string]string{
				"X-Api-ClientID": v.Inputs.ClientID, "X-Api-Auth-Version": "2.0", "X-Api-TimeStamp": v.Inputs.Timestamp.String(),
				"X-Api-Nonce": v.Inputs.Nonce, "X-Api-SignHeaders": "X-Api-Nonce,X-Api-TimeStamp",
			} {
				req.Header.Set(k, h)
			}
			req.Header.Set("X-Api-Signature", signature)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, req)
			return w.Body.String()
		}
		wire := encodePairs(v.Inputs.Query)
		if v.Expected.WireQuery != nil {
			wire = *v.Expected.WireQuery
		}
		require.Equal(t, v.Expected.StringToSign, stringToSign(v.Inputs.Method, v.Inputs.Path, wire, v.Inputs.Nonce, v.Inputs.Timestamp.String()), v.Name)
		require.NotContains(t, send(wire, v.Expected.Signature), "is invalid[GW]", v.Name)
		require.Contains(t, send(wire, sign("another", v.Expected.StringToSign)), "X-Api-Signature is invalid", v.Name)
		for who, raw := range v.Agrees {
			var form struct {
				WireQuery string `json:"wire_query"`
				Signature string
			}
			if json.Unmarshal(raw, &form) != nil {
				continue // true: the same signature
			}
			answer := send(form.WireQuery, form.Signature)
			if strings.Contains(who, "smartmeng") { // leaves "*" bare in the second pass
				require.Contains(t, answer, "X-Api-Signature is invalid", v.Name)
				continue
			}
			require.NotContains(t, answer, "X-Api-Signature is invalid", v.Name)
		}
		n++
	}
	require.Equal(t, 15, n)
}

func encodePairs(pairs [][2]string) string {
	var out []string
	for _, p := range pairs {
		out = append(out, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
	}
	return strings.Join(out, "&")
}

func TestVectorsOfTokenAndPrivacy(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		switch v.Kind {
		case "app_signature":
			require.Equal(t, v.Expected.AppSignature, sign(v.Inputs.AppSecret, v.Inputs.AppKey), v.Name)
			text, err := base64.StdEncoding.DecodeString(v.Expected.AppSignature)
			require.NoError(t, err)
			require.Equal(t, v.Expected.HMACHex, string(text))
			_, err = hex.DecodeString(string(text))
			require.NoError(t, err)
			s := New(fixed(), WithAccounts(Account{AppKey: v.Inputs.AppKey, AppSecret: v.Inputs.AppSecret}))
			got := s.fetchToken(url.Values{"app_key": {v.Inputs.AppKey}, "app_signature": {v.Expected.AppSignature}})
			require.Equal(t, http.StatusOK, got.status)
			require.Equal(t, 0, got.body.(obj)["errcode"], v.Name)
		case "privacy_decrypt":
			s := New(WithClient("1", v.Inputs.ClientSecret))
			require.Equal(t, v.Inputs.Ciphertext, s.Encrypt(v.Expected.Plaintext), v.Name)
			shown, err := s.Decrypt(v.Inputs.Ciphertext)
			require.NoError(t, err)
			require.Equal(t, v.Expected.Plaintext, shown)
		}
	}
}
