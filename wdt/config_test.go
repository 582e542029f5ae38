package wdt

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestConfigNamesAllProblems(t *testing.T) {
	t.Parallel()
	_, err := NewClient(Config{
		Gateway: Qimen, BaseURL: "ftp://x", AppSecret: duijie.NewSecret("plantednocolon"),
		QimenTargetAppKey: "abc", SignMethod: "sha1",
	}, duijie.WithMaxBody(-1))
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{
		"BaseURL is malformed", "SID is not set", "AppKey is not set", "AppSecret is malformed", "QimenAppKey is not set",
		"QimenAppSecret is not set", "QimenTargetAppKey is malformed", "SignMethod is malformed", "WithMaxBody",
		"open.wangdian.cn", "open.taobao.com",
	} {
		require.ErrorContains(t, err, name)
	}
	require.NotContains(t, err.Error(), "plantednocolon")
	require.True(t, strings.HasPrefix(err.Error(), "wdt: "))

	for _, secret := range []string{"", ":salt", "secret:", "secret"} {
		_, err := NewClient(Config{SID: "s", AppKey: "k", AppSecret: duijie.NewSecret(secret)})
		require.ErrorContains(t, err, "AppSecret is", secret)
	}
	_, err = NewClient(Config{Gateway: "both", SID: "s", AppKey: "k", AppSecret: duijie.NewSecret("a:b")})
	require.ErrorContains(t, err, "Gateway is malformed")
}

func TestConfigFromEnv(t *testing.T) {
	for _, name := range []string{
		"WDT_GATEWAY", "WDT_BASE_URL", "WDT_SID", "WDT_APP_KEY", "WDT_APP_SECRET",
		"WDT_QIMEN_APP_KEY", "WDT_QIMEN_APP_SECRET", "WDT_QIMEN_TARGET_APP_KEY",
		"WDT_QIMEN_SESSION", "WDT_QIMEN_SIGN_METHOD", "WDT_QIMEN_SCENE_PREFIX",
	} {
		t.Setenv(name, "")
	}
	_, err := ConfigFromEnv()
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{"WDT_SID", "WDT_APP_KEY", "WDT_APP_SECRET"} {
		require.ErrorContains(t, err, name+" is not set")
	}
	require.NotContains(t, err.Error(), "QIMEN", "Direct needs nothing of Qimen")

	t.Setenv("WDT_GATEWAY", "qimen")
	_, err = ConfigFromEnv()
	require.ErrorContains(t, err, "WDT_QIMEN_APP_KEY is not set")
	require.ErrorContains(t, err, "WDT_QIMEN_APP_SECRET is not set")

	t.Setenv("WDT_SID", "s")
	t.Setenv("WDT_APP_KEY", "k")
	t.Setenv("WDT_APP_SECRET", "secret:salt")
	t.Setenv("WDT_QIMEN_APP_KEY", "1")
	t.Setenv("WDT_QIMEN_APP_SECRET", "x")
	cfg, err := ConfigFromEnv()
	require.NoError(t, err)
	require.Equal(t, Qimen, cfg.Gateway)
	require.Equal(t, "secret:salt", cfg.AppSecret.Reveal())

	t.Setenv("WDT_BASE_URL", QimenTestURL)
	t.Setenv("WDT_QIMEN_TARGET_APP_KEY", "123")
	t.Setenv("WDT_QIMEN_SESSION", "plantedsession")
	t.Setenv("WDT_QIMEN_SIGN_METHOD", "hmac-sha256")
	t.Setenv("WDT_QIMEN_SCENE_PREFIX", "true")
	cfg, err = ConfigFromEnv()
	require.NoError(t, err)
	require.Equal(t, Config{
		Gateway: Qimen, BaseURL: QimenTestURL, SID: "s", AppKey: "k", AppSecret: cfg.AppSecret, QimenAppKey: "1", QimenAppSecret: cfg.QimenAppSecret,
		QimenTargetAppKey: "123", QimenSession: cfg.QimenSession, SignMethod: SignHMACSHA256, ScenePrefix: true,
	}, cfg)
	require.Equal(t, "plantedsession", cfg.QimenSession.Reveal())

	t.Setenv("WDT_QIMEN_SIGN_METHOD", "sha1")
	t.Setenv("WDT_QIMEN_SCENE_PREFIX", "often")
	_, err = ConfigFromEnv()
	require.ErrorContains(t, err, "WDT_QIMEN_SIGN_METHOD is malformed")
	require.ErrorContains(t, err, "WDT_QIMEN_SCENE_PREFIX is malformed")

	t.Setenv("WDT_GATEWAY", "enterprise")
	t.Setenv("WDT_APP_SECRET", "without-salt")
	t.Setenv("WDT_QIMEN_SCENE_PREFIX", "")
	cfg, err = ConfigFromEnv()
	require.NoError(t, err)
	require.Equal(t, Enterprise, cfg.Gateway)
	require.Equal(t, "without-salt", cfg.AppSecret.Reveal())
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		gateway        Gateway
		base, override string
		want           string
	}{
		{"", "", "", DirectURL},
		{Direct, "", "", DirectURL},
		{Qimen, "", "", QimenURL},
		{Direct, "http://wdt.wangdian.cn", "", DirectURL},
		{Direct, "https://wdt.wangdian.cn/", "", "https://wdt.wangdian.cn/openapi"},
		{Direct, "http://proxy.example/erp/openapi", "", "http://proxy.example/erp/openapi"},
		{Direct, "http://proxy.example/erp", "", "http://proxy.example/erp"},
		{Qimen, QimenTestURL, "", QimenTestURL},
		{Direct, "http://a.example", "http://b.example/x", "http://b.example/x"},
		{Enterprise, "", "", EnterpriseURL},
		{Enterprise, "https://sandbox.wangdian.cn", "", "https://sandbox.wangdian.cn/openapi2"},
		{Enterprise, EnterpriseTestURL, "", EnterpriseTestURL},
	} {
		u, err := Config{Gateway: tt.gateway, BaseURL: tt.base}.endpoint(tt.override)
		require.NoError(t, err)
		require.Equal(t, tt.want, u.String())
	}
}

var planted = []string{"plantedsecret", "plantedsalt", "plantedtopsecret", "plantedsession"}

func requireNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, s := range planted {
		require.NotContains(t, text, s)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	cfg := mockConfig(Qimen)
	client, err := NewClient(cfg)
	require.NoError(t, err)
	var log strings.Builder
	for _, v := range []any{cfg, &cfg, client, *client, struct{ c Config }{cfg}, client.Shops, NewListScan(client.Shops, ShopQuery{})} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			requireNoSecret(t, fmt.Sprintf(verb, v))
		}
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
	}
	b, err := json.Marshal(cfg)
	require.NoError(t, err)
	requireNoSecret(t, string(b)+log.String())
}
