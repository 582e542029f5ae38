package banniu

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

type vector struct {
	ID           string
	SecretSent   bool   `json:"app_secret_sent_as_param"`
	Secret       string `json:"app_secret"`
	Params       map[string]string
	StringToSign string `json:"string_to_sign"`
	Sign         string
	HTTP         *struct {
		Method        string
		Path          string
		Authorization *string
		Body          *string
	}
}

func vectors(t testing.TB) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Len(t, file.Vectors, 10)
	return file.Vectors
}

func TestGoldenVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		q := url.Values{signParam: {"not part of it"}}
		for name, value := range v.Params {
			q.Set(name, value)
		}
		require.Equal(t, v.StringToSign, stringToSign(v.Secret, q), v.ID)
		require.Equal(t, v.Sign, Sign(v.Secret, q), v.ID)
	}
}

// The file in the project is that of the contract.
func TestVectorsAreTheContracts(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.JSONEq(t, string(testutil.Vectors(t, platform)), string(raw))
}

// The client sends, on the wire, the very parameters of each vector.
func TestVectorsOverHTTP(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			at, err := time.ParseInLocation(time.DateTime, v.Params["timestamp"], duijie.China)
			require.NoError(t, err)
			base, saw := answering(t, says(200, result("[]")))
			cfg := base.cfg
			cfg.AppKey, cfg.AppSecret, cfg.AccessToken = v.Params["app_key"], duijie.NewSecret(v.Secret), duijie.NewSecret(v.Params["access_token"])
			cfg.Version, cfg.SendAppSecret = v.Params["v"], v.SecretSent
			cfg.BearerHeader = v.HTTP != nil && v.HTTP.Authorization != nil
			c := clientOf(t, cfg, duijie.WithClock(func() time.Time { return at }))
			query := Params{}
			for name, value := range v.Params {
				query[name] = value
			}
			for _, name := range systemParams {
				delete(query, name)
			}
			var body any
			if v.HTTP != nil && v.HTTP.Body != nil {
				body = json.RawMessage(*v.HTTP.Body)
			}
			require.NoError(t, c.Call(t.Context(), v.Params["method"], query, body, nil))
			require.Len(t, saw(), 1)
			got := saw()[0]
			sent := got.request.URL.Query()
			require.Equal(t, v.Sign, sent.Get("sign"))
			require.Len(t, sent, len(v.Params)+1)
			for name, value := range v.Params {
				require.Equal(t, []string{value}, sent[name])
			}
			if v.HTTP == nil {
				return
			}
			require.Equal(t, v.HTTP.Method, got.request.Method)
			require.Equal(t, "/with/path"+v.HTTP.Path, got.request.URL.Path)
			if v.HTTP.Body != nil {
				require.JSONEq(t, *v.HTTP.Body, got.body)
				require.Equal(t, "application/json", got.request.Header.Get("Content-Type"))
			}
			if v.HTTP.Authorization != nil {
				require.Equal(t, *v.HTTP.Authorization, got.request.Header.Get("Authorization"))
			}
		})
	}
}

// Each try has a timestamp and a signature of its own, in China whatever the zone of
// this machine.
func TestEveryTryIsSignedAnew(t *testing.T) {
	t.Parallel()
	n := 0
	now := time.Date(2026, 1, 1, 23, 0, 0, 0, time.UTC)
	c, saw := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n < 3 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		says(200, result("[]"))(w, nil)
	}, duijie.WithClock(func() time.Time { now = now.Add(time.Second); return now }))
	_, err := c.Projects(t.Context())
	require.NoError(t, err)
	require.Len(t, saw(), 3)
	signs := map[string]bool{}
	for _, s := range saw() {
		q := s.request.URL.Query()
		require.Contains(t, q.Get("timestamp"), "2026-01-02 07:00:0")
		require.Equal(t, Sign(plantedSecret, q), q.Get("sign"))
		require.Empty(t, q.Get("app_secret"), "the secret is not sent")
		require.Empty(t, s.request.Header.Get("Authorization"))
		signs[q.Get("sign")] = true
	}
	require.Len(t, signs, 3)
}
