package jdy

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
)

// An authorisation of another instance is never taken, also where the platform
// answers all of them and the wanted one is not valid.
func TestAuthorisationOfAnotherInstance(t *testing.T) {
	t.Parallel()
	cfg := Config{OuterInstanceID: "2"}
	row := func(instance, id string, valid bool) authorization {
		return authorization{Account: Account{ID: id, OuterInstanceID: instance, AppKey: "k", Valid: valid}, secret: duijie.NewSecret("s")}
	}
	_, err := cfg.choose([]authorization{row("1", "theirs", true), row("2", "ours", false)})
	require.ErrorIs(t, err, duijie.ErrPermission)
	a, err := cfg.choose([]authorization{row("1", "theirs", true), row("2", "ours", true)})
	require.NoError(t, err)
	require.Equal(t, "ours", a.ID)
	a, err = cfg.choose([]authorization{row("", "untold", true)})
	require.NoError(t, err)
	require.Equal(t, "untold", a.ID)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Where no account set is configured, the one that was used stays: another that is
// authorised in its place is an error, for a new process too.
func TestAccountSetDoesNotChange(t *testing.T) {
	t.Parallel()
	one := newServer(t, jdytest.WithAccounts(jdytest.Account{ID: "1001", Name: "甲公司"}))
	two := newServer(t, jdytest.WithAccounts(jdytest.Account{ID: "1002", Name: "乙公司"}))
	now := one
	proxy := roundTripper(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.Host = now.URL()[len("http://"):]
		return http.DefaultTransport.RoundTrip(r)
	})
	store := duijie.NewMemoryTokenStore()
	cfg := configOf(one)
	cfg.BaseURL = "http://gw.invalid"
	client := func() *Client {
		return clientOf(t, cfg, duijie.WithTokenStore(store), duijie.WithHTTPClient(&http.Client{Transport: proxy}))
	}
	c := client()
	require.NoError(t, materials(t.Context(), c))
	now = two
	for _, c := range []*Client{c, client()} {
		err := materials(t.Context(), c)
		require.ErrorIs(t, err, duijie.ErrUnauthenticated)
		require.ErrorContains(t, err, "1001")
		require.ErrorContains(t, err, "JDY_ACCOUNT_ID")
	}
	require.Zero(t, two.Count(opToken))
	cfg.AccountID = "1002"
	require.NoError(t, materials(t.Context(), client()))
}
