package banniu

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestConfigFromEnv(t *testing.T) {
	set := func(pairs ...string) {
		for _, name := range envNames {
			t.Setenv(name, "")
		}
		for i := 0; i < len(pairs); i += 2 {
			t.Setenv(pairs[i], pairs[i+1])
		}
	}
	set()
	_, err := ConfigFromEnv()
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{"BANNIU_APP_KEY", "BANNIU_APP_SECRET", "BANNIU_ACCESS_TOKEN"} {
		require.ErrorContains(t, err, name)
	}
	set("BANNIU_APP_KEY", " 1000000001 ", "BANNIU_APP_SECRET", plantedSecret, "BANNIU_ACCESS_TOKEN", plantedToken,
		"BANNIU_PROJECT_ID", "27912", "BANNIU_APP_ID", "30777", "BANNIU_BASE_URL", "http://127.0.0.1:9/p/")
	cfg, err := ConfigFromEnv()
	require.NoError(t, err)
	require.Equal(t, "1000000001", cfg.AppKey)
	require.Equal(t, "http://127.0.0.1:9/p", cfg.base())
	require.Equal(t, plantedToken, cfg.AccessToken.Reveal())
	c, err := NewClient(cfg)
	require.NoError(t, err)
	require.Equal(t, "27912", c.Project("", "").ID())
	require.Equal(t, "30777", c.Project("", "").AppID())
	require.Equal(t, "5", c.Project("5", "6").ID())
	require.NotContains(t, fmt.Sprintf("%+v %#v %s", cfg, cfg, c), plantedSecret)

	set("BANNIU_APP_KEY", "1", "BANNIU_APP_SECRET", plantedSecret, "BANNIU_ACCESS_TOKEN", plantedToken, "BANNIU_PROJECT_ID", plantedSecret, "BANNIU_BASE_URL", "ftp://"+plantedSecret)
	_, err = ConfigFromEnv()
	require.ErrorContains(t, err, "BANNIU_PROJECT_ID")
	require.ErrorContains(t, err, "BANNIU_BASE_URL")
	require.NotContains(t, err.Error(), plantedSecret, "a secret in the wrong place is not printed")
}

func TestNewClientNamesEverything(t *testing.T) {
	t.Parallel()
	_, err := NewClient(Config{BaseURL: "x", BearerHeader: true, ListSize: -1}, duijie.WithMaxBody(-1))
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, part := range []string{"BaseURL", "AppKey", "AppSecret", "AccessToken", "ListSize", "WithMaxBody"} {
		require.ErrorContains(t, err, part)
	}
	_, err = NewClient(Config{AppKey: "1", AppSecret: duijie.NewSecret("s"), AccessToken: duijie.NewSecret("a\nb"), BearerHeader: true})
	require.ErrorContains(t, err, "header")
}
