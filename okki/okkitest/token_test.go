package okkitest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	c := start(t, WithScopes("product"))
	good := func() url.Values {
		return url.Values{
			"grant_type": {"client_credentials"}, "client_id": {c.s.ClientID()}, "client_secret": {c.s.ClientSecret()}, "scope": {"product"},
		}
	}
	for name, tc := range map[string]struct {
		change func(url.Values)
		error  string
	}{
		"grant":    {func(q url.Values) { q.Set("grant_type", "code") }, "unsupported_grant_type"},
		"empty":    {func(q url.Values) { clear(q) }, "unsupported_grant_type"},
		"secret":   {func(q url.Values) { q.Set("client_secret", "x") }, "invalid_client"},
		"scope":    {func(q url.Values) { q.Set("scope", "product company") }, "invalid_scope"},
		"no scope": {func(q url.Values) { q.Del("scope") }, "invalid_request"},
		"user": {func(q url.Values) {
			q.Set("grant_type", "password")
			q.Set("username", "erp@example.com")
			q.Set("password", "open sesame")
		}, "invalid_credentials"},
	} {
		q := good()
		tc.change(q)
		status, out := c.do(http.MethodPost, "/v1/oauth2/access_token", "application/x-www-form-urlencoded", q.Encode())
		require.Contains(t, []int{400, 401}, status, name)
		require.Equal(t, tc.error, out["error"], name)
		require.Equal(t, out["error_description"], out["message"], name)
	}
	q := good()
	status, out := c.do(http.MethodPost, "/v1/oauth2/access_token", "application/json",
		`{"grant_type":"client_credentials","client_id":"`+q.Get("client_id")+`","client_secret":"`+q.Get("client_secret")+`","scope":"product"}`)
	require.Equal(t, http.StatusOK, status)
	require.InDelta(t, 28800, out["expires_in"], 0)
	require.NotContains(t, out, "refresh_token")
	require.Len(t, strings.Split(out["access_token"].(string), "."), 3)
	require.Contains(t, c.s.Tokens(), out["access_token"])
}

func TestPasswordGrantAndRefresh(t *testing.T) {
	t.Parallel()
	c := start(t)
	_, out := c.do(http.MethodPost, "/v1/oauth2/access_token", "application/x-www-form-urlencoded", url.Values{
		"grant_type": {"password"}, "client_id": {c.s.ClientID()}, "client_secret": {c.s.ClientSecret()}, "scope": {"product"},
		"username": {"erp@example.com"}, "password": {hash("open sesame")},
	}.Encode())
	refresh, _ := out["refresh_token"].(string)
	require.NotEmpty(t, refresh)
	ask := func() (int, map[string]any) {
		return c.do(http.MethodPost, "/v1/oauth2/refresh_token", "application/x-www-form-urlencoded", url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "client_id": {c.s.ClientID()}, "client_secret": {c.s.ClientSecret()},
		}.Encode())
	}
	status, again := ask()
	require.Equal(t, http.StatusOK, status)
	require.NotEqual(t, refresh, again["refresh_token"])
	status, again = ask()
	require.Equal(t, http.StatusBadRequest, status, "a refresh token serves once")
	require.Equal(t, "invalid_request", again["error"])
	require.Equal(t, "Token has been revoked", again["hint"])
}

func TestCallsNeedAGoodToken(t *testing.T) {
	t.Parallel()
	c := start(t, WithTokenLife(time.Hour))
	code, _ := c.get("product/groups")
	require.Equal(t, 200, code)
	good := c.token
	for name, spoil := range map[string]func(){
		"none":    func() { c.token = "" },
		"unknown": func() { c.token = "x" },
		"expired": func() { c.token = good; c.clock.add(time.Hour) },
	} {
		spoil()
		status, out := c.do(http.MethodGet, "/v1/product/groups", "", "")
		require.Equal(t, http.StatusUnauthorized, status, name)
		require.Equal(t, "access_denied", out["error"], name)
	}
	c.token = ""
	c.login()
	c.s.RevokeTokens()
	status, _ := c.do(http.MethodGet, "/v1/product/groups", "", "")
	require.Equal(t, http.StatusUnauthorized, status)
}

func TestScopes(t *testing.T) {
	t.Parallel()
	c := start(t, WithScopes("product"))
	code, _ := c.get("company/list")
	require.Equal(t, 403, code)
	_, out := c.do(http.MethodGet, "/v1/company/list", "", "")
	require.Equal(t, "no permission company scopes", out["message"])
	status, _ := c.do(http.MethodGet, "/v1/order/list", "", "")
	require.Equal(t, http.StatusNotFound, status)
}

// TestVectorsAreTheContracts also sends the recorded token request as it was written.
func TestVectorsAreTheContracts(t *testing.T) {
	t.Parallel()
	ours, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.Equal(t, string(testutil.Vectors(t, "okki")), string(ours))
	var file struct {
		TokenRequest []struct {
			Request struct {
				Method, Body string
				Headers      map[string]string
			}
		} `json:"token_request"`
		PasswordHash []struct {
			Password  string
			SHA256Hex string `json:"sha256_hex"`
		} `json:"password_hash"`
	}
	require.NoError(t, json.Unmarshal(ours, &file))
	require.NotEmpty(t, file.TokenRequest)
	for _, v := range file.TokenRequest {
		q, err := url.ParseQuery(v.Request.Body)
		require.NoError(t, err)
		c := start(t, WithClient(q.Get("client_id"), q.Get("client_secret")))
		status, out := c.do(v.Request.Method, "/v1/oauth2/access_token", v.Request.Headers["Content-Type"], v.Request.Body)
		require.Equal(t, http.StatusOK, status, "%v", out)
	}
	require.NotEmpty(t, file.PasswordHash)
	for _, v := range file.PasswordHash {
		require.Equal(t, v.SHA256Hex, hash(v.Password))
	}
}
