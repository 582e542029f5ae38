package okki

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestConfigFromEnv(t *testing.T) {
	for _, name := range envNames {
		t.Setenv(name, "")
	}
	_, err := ConfigFromEnv()
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{"OKKI_CLIENT_ID", "OKKI_CLIENT_SECRET", "OKKI_SCOPES"} {
		require.ErrorContains(t, err, name)
	}
	require.NotContains(t, err.Error(), "OKKI_PASSWORD")
	t.Setenv("OKKI_CLIENT_ID", "cid")
	t.Setenv("OKKI_CLIENT_SECRET", plantedSecret)
	t.Setenv("OKKI_SCOPES", " company, product invoices ")
	t.Setenv("OKKI_BASE_URL", "https://proxy.invalid/okki/")
	cfg, err := ConfigFromEnv()
	require.NoError(t, err)
	require.Equal(t, []string{"company", "product", "invoices"}, cfg.Scopes)
	require.Equal(t, "https://proxy.invalid/okki", cfg.base())
	require.Equal(t, plantedSecret, cfg.ClientSecret.Reveal())
	t.Setenv("OKKI_USERNAME", "me@example.com")
	t.Setenv("OKKI_BASE_URL", "nonsense")
	_, err = ConfigFromEnv()
	require.ErrorContains(t, err, "OKKI_PASSWORD is missing")
	require.ErrorContains(t, err, "OKKI_BASE_URL is wrong")
}

func TestNewClientNamesEverything(t *testing.T) {
	t.Parallel()
	_, err := NewClient(Config{Scopes: []string{"a b"}, MaxPageSize: -1, Password: duijie.NewSecret("x"), BaseURL: "ftp://x"})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{"ClientID", "ClientSecret", "Scopes", "MaxPageSize", "Username", "BaseURL"} {
		require.ErrorContains(t, err, name)
	}
}

// A path of the base URL is kept, for tokens as well as calls.
func TestBasePathIsKept(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		paths = append(paths, r.URL.Path)
		_, _ = io.WriteString(w, `{"code":200,"message":"success","data":{"access_token":"T"}}`) // the nested form
	}))
	t.Cleanup(server.Close)
	c := clientOf(t, Config{BaseURL: server.URL + "/gw/", ClientID: "c", ClientSecret: duijie.NewSecret("s"), Scopes: []string{"product"}})
	require.NoError(t, c.Call(t.Context(), "/v1/product/fields", nil, nil, nil))
	require.Equal(t, []string{"/gw/v1/oauth2/access_token", "/gw/v1/product/fields"}, paths)
}

// tokenStage answers token calls by rules of a test.
type tokenStage struct {
	*httptest.Server
	mu       sync.Mutex
	forms    []url.Values
	bodies   []string
	auth     []string
	answer   func(path string, form url.Values) (int, string)
	business func(auth string) (int, string)
}

func newTokenStage(t *testing.T) *tokenStage {
	t.Helper()
	s := &tokenStage{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		b, _ := io.ReadAll(r.Body)
		if strings.HasPrefix(r.URL.Path, oauthPrefix) {
			form, _ := url.ParseQuery(string(b))
			s.forms, s.bodies = append(s.forms, form), append(s.bodies, string(b))
			status, text := s.answer(r.URL.Path, form)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
			return
		}
		s.auth = append(s.auth, r.Header.Get("Authorization"))
		status, text := 200, `{"code":200,"message":"success"}`
		if s.business != nil {
			status, text = s.business(r.Header.Get("Authorization"))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *tokenStage) config() Config {
	return Config{BaseURL: s.URL, ClientID: "cid", ClientSecret: duijie.NewSecret(plantedSecret), Scopes: []string{"product"}}
}

const denied = `{"error":"access_denied","error_description":"denied","message":"denied"}`

// The password grant sends the hash, refreshes where it can, and signs in again where
// the refresh token is used up.
func TestPasswordGrant(t *testing.T) {
	t.Parallel()
	s := newTokenStage(t)
	n := 0
	refreshable := true
	s.answer = func(path string, form url.Values) (int, string) {
		if path == refreshPath && !refreshable {
			return 400, `{"error":"invalid_request","message":"The refresh token is invalid.","hint":"` + form.Get("refresh_token") + `"}`
		}
		n++
		return 200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":28800,"access_token":"T%d","refresh_token":"refresh-%d"}`, n, n)
	}
	dead := map[string]bool{}
	s.business = func(auth string) (int, string) {
		if dead[auth] {
			return 401, denied
		}
		return 200, `{"code":200}`
	}
	cfg := s.config()
	cfg.Username, cfg.Password = "me@example.com", duijie.NewSecret(plantedPassword)
	c := clientOf(t, cfg)
	call := func() error { return c.Call(t.Context(), "/v1/product/fields", nil, nil, nil) }
	require.NoError(t, call())
	require.Equal(t, "password", s.forms[0].Get("grant_type"))
	require.Equal(t, hashPassword(plantedPassword), s.forms[0].Get("password"))
	require.Equal(t, "me@example.com", s.forms[0].Get("username"))
	dead["Bearer T1"] = true
	require.NoError(t, call())
	require.Equal(t, "refresh_token", s.forms[1].Get("grant_type"))
	require.Equal(t, "refresh-1", s.forms[1].Get("refresh_token"))
	dead["Bearer T2"], refreshable = true, false
	require.NoError(t, call())
	require.Len(t, s.forms, 4)
	require.Equal(t, "refresh-2", s.forms[2].Get("refresh_token"))
	require.Equal(t, "password", s.forms[3].Get("grant_type"))
	require.Equal(t, "Bearer T3", s.auth[len(s.auth)-1])
}

// Whatever a refresh answers that is no token, the password is what remains; only what
// passes, or refuses the application itself, is left to the caller.
func TestRefreshWithoutToken(t *testing.T) {
	t.Parallel()
	for answer, falls := range map[string]bool{
		`200 {"code":200,"message":"success","data":{}}`:                   true,
		`200 {"token_type":"Bearer","expires_in":28800,"access_token":""}`: true,
		`200 {}`:     true,
		`200 <html>`: true,
		`401 {"error":"access_denied","message":"denied"}`:   true,
		`401 {"error":"invalid_token","message":"expired"}`:  true,
		`200 {"code":404,"message":"refresh_token expired"}`: true,
		`404 not here`: true,
		`400 {"error":"invalid_client","message":"Client authentication failed"}`: false,
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			s := newTokenStage(t)
			s.answer = func(path string, form url.Values) (int, string) {
				if path == refreshPath {
					status, text, _ := strings.Cut(answer, " ")
					return num(status), text
				}
				return 200, fmt.Sprintf(`{"access_token":"T%d","refresh_token":"R"}`, len(s.forms))
			}
			s.business = func(auth string) (int, string) {
				if auth == "Bearer T1" && len(s.auth) > 1 {
					return 401, denied
				}
				return 200, `{"code":200}`
			}
			cfg := s.config()
			cfg.Username, cfg.Password = "me@example.com", duijie.NewSecret(plantedPassword)
			c := clientOf(t, cfg)
			call := func() error { return c.Call(t.Context(), "/v1/product/fields", nil, nil, nil) }
			require.NoError(t, call())
			err := call()
			if !falls {
				require.ErrorIs(t, err, duijie.ErrUnauthenticated)
				require.Len(t, s.forms, 2)
				return
			}
			require.NoError(t, err)
			require.Len(t, s.forms, 3)
			require.Equal(t, "refresh_token", s.forms[1].Get("grant_type"))
			require.Equal(t, "password", s.forms[2].Get("grant_type"))
			require.Equal(t, "Bearer T3", s.auth[len(s.auth)-1])
		})
	}
}

// A JSON token request, a bare header and a ready hash, by option.
func TestTokenForms(t *testing.T) {
	t.Parallel()
	s := newTokenStage(t)
	s.answer = func(string, url.Values) (int, string) { return 200, `{"access_token":"T1"}` }
	cfg := s.config()
	cfg.TokenJSON, cfg.BareToken = true, true
	cfg.Username, cfg.PasswordHash = "me@example.com", duijie.NewSecret("READYHASH")
	c := clientOf(t, cfg)
	require.NoError(t, c.Call(t.Context(), "/v1/product/fields", nil, nil, nil))
	var body map[string]string
	require.NoError(t, json.Unmarshal([]byte(s.bodies[0]), &body))
	require.Equal(t, map[string]string{
		"grant_type": "password", "client_id": "cid", "client_secret": plantedSecret, "scope": "product", "username": "me@example.com", "password": "READYHASH",
	}, body)
	require.Equal(t, []string{"T1"}, s.auth)
	err := c.Call(t.Context(), "POST "+tokenPath, nil, map[string]string{"grant_type": "x"}, nil)
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// One token call serves all callers at a time; a wrong secret is said once and for all.
func TestOneTokenCall(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, productKind)
	s.seed(1)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := c.Products.GetByNumber(t.Context(), "P-000"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	require.Equal(t, 1, s.tokens)

	w := newTokenStage(t)
	w.answer = func(string, url.Values) (int, string) {
		return 401, `{"error":"invalid_client","message":"Client authentication failed ` + plantedSecret + `"}`
	}
	bad := clientOf(t, w.config())
	err := bad.Call(t.Context(), "/v1/product/fields", nil, nil, nil)
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
	require.NotContains(t, err.Error(), plantedSecret)
	require.Len(t, w.forms, 1)
	require.Empty(t, w.auth)
}

func TestTokenEnd(t *testing.T) {
	t.Parallel()
	jwt := func(payload string) string {
		return "h." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".s"
	}
	end := testDay.Add(3 * time.Hour)
	for _, c := range []struct {
		told, token string
		want        time.Duration
	}{
		{"28799", "T", 28799 * time.Second},
		{"", "T", tokenLife},
		{"0", "T", tokenLife},
		{"-5", "T", tokenLife},
		{"soon", "T", tokenLife},
		{"", jwt(fmt.Sprintf(`{"exp":%d.25}`, end.Unix())), end.Sub(testDay).Truncate(time.Second)},
		{"", jwt(fmt.Sprintf(`{"exp":%d}`, testDay.Add(-time.Hour).Unix())), tokenLife},
		{"", jwt(`{"exp":"x"}`), tokenLife},
		{"", "a.%%%.c", tokenLife},
		{"60", jwt(fmt.Sprintf(`{"exp":%d}`, end.Unix())), time.Minute},
	} {
		require.Equal(t, c.want, tokenEnd(c.told, c.token, testDay).Sub(testDay), "%q %q", c.told, c.token)
	}
}

// Tokens are renewed before they end.
func TestEarlyRenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		trip := tripper(func(r *http.Request) (*http.Response, error) {
			body := `{"code":200,"message":"success"}`
			if r.URL.Path == tokenPath {
				calls++
				body = fmt.Sprintf(`{"access_token":"T%d","expires_in":28800}`, calls)
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})
		c := clientOf(t, Config{BaseURL: "https://okki.invalid", ClientID: "c", ClientSecret: duijie.NewSecret("s"), Scopes: []string{"product"}},
			duijie.WithHTTPClient(&http.Client{Transport: trip}))
		status, err := c.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, 8*time.Hour, time.Until(status.Expires))
		time.Sleep(7*time.Hour + 50*time.Minute)
		_, err = c.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, calls)
		time.Sleep(6 * time.Minute)
		status, err = c.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, calls)
		require.EqualValues(t, 2, status.Renewals)
	})
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Secrets are in no error, no log and no print, also where the platform echoes them.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := newTokenStage(t)
	s.answer = func(string, url.Values) (int, string) {
		return 200, `{"access_token":"` + plantedToken + `","refresh_token":"refresh-planted"}`
	}
	echo := plantedToken + " " + plantedSecret + " " + plantedPassword + " " + hashPassword(plantedPassword) + " refresh-planted"
	s.business = func(auth string) (int, string) {
		b, _ := json.Marshal(map[string]any{"code": 404, "message": "boom " + auth + echo})
		return 200, string(b)
	}
	cfg := s.config()
	cfg.Username, cfg.Password = "me@example.com", duijie.NewSecret(plantedPassword)
	c := clientOf(t, cfg, duijie.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	err := c.Call(t.Context(), "POST /v1/product/push", nil, ProductPush{ProductType: 1}, nil)
	require.ErrorIs(t, err, duijie.ErrRefused)
	e, ok := errors.AsType[*duijie.APIError](err)
	require.True(t, ok)
	b, _ := json.Marshal(cfg)
	texts := []string{err.Error(), fmt.Sprintf("%#v", e.Message), log.String(), fmt.Sprint(cfg), fmt.Sprintf("%#v %+v", cfg, cfg), string(b), c.String(), cfg.LogValue().String()}
	for _, secret := range []string{plantedToken, plantedSecret, plantedPassword, hashPassword(plantedPassword), "refresh-planted"} {
		for _, text := range texts {
			require.NotContains(t, text, secret)
		}
	}
	require.Contains(t, err.Error(), "[redacted]")
	require.LessOrEqual(t, len(cfg.tokenScope()), 512)
	other := cfg
	other.ClientSecret = duijie.NewSecret("another")
	require.NotEqual(t, cfg.tokenScope(), other.tokenScope())
}
