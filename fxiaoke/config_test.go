package fxiaoke

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestConfigFromEnv(t *testing.T) {
	for _, name := range envNames {
		t.Setenv(name, "")
	}
	_, err := ConfigFromEnv()
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{"FXIAOKE_APP_ID", "FXIAOKE_APP_SECRET", "FXIAOKE_PERMANENT_CODE", "FXIAOKE_OPEN_USER_ID"} {
		require.ErrorContains(t, err, name)
	}
	t.Setenv("FXIAOKE_APP_ID", "FSAID_1")
	t.Setenv("FXIAOKE_APP_SECRET", plantedSecret)
	t.Setenv("FXIAOKE_PERMANENT_CODE", plantedCode)
	t.Setenv("FXIAOKE_OPEN_USER_ID", testUser)
	t.Setenv("FXIAOKE_BASE_URL", "https://open.example/with/path")
	cfg, err := ConfigFromEnv()
	require.NoError(t, err)
	require.Equal(t, ModeBody, cfg.mode())
	require.Equal(t, "https://open.example/with/path", cfg.base())
	for _, text := range []string{fmt.Sprint(cfg), fmt.Sprintf("%#v", cfg), fmt.Sprintf("%+v", []any{cfg, &cfg}), mustJSON(t, cfg), cfg.LogValue().String()} {
		require.NotContains(t, text, plantedSecret)
		require.NotContains(t, text, plantedCode)
		require.Contains(t, text, "FSAID_1")
	}
	t.Setenv("FXIAOKE_AUTH_MODE", "neither")
	t.Setenv("FXIAOKE_BASE_URL", "open.example")
	_, err = ConfigFromEnv()
	require.ErrorContains(t, err, "FXIAOKE_AUTH_MODE")
	require.ErrorContains(t, err, "FXIAOKE_BASE_URL")
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// How an employee is named decides the mode; one that does not fit is refused.
func TestModes(t *testing.T) {
	t.Parallel()
	ok := Config{AppID: "a", AppSecret: duijie.NewSecret("b"), PermanentCode: duijie.NewSecret("c")}
	for _, test := range []struct {
		user  string
		mode  Mode
		want  Mode
		wrong string
	}{
		{user: testUser, want: ModeBody},
		{user: "1000", want: ModeHeader},
		{user: "-10000", want: ModeHeader},
		{user: "1000", mode: ModeBody, want: ModeBody, wrong: "FSUID_"},
		{user: testUser, mode: ModeHeader, want: ModeHeader, wrong: "header mode"},
		{user: "zhang san", want: ModeHeader, wrong: "neither"},
		{user: "", want: ModeHeader, wrong: "missing"},
	} {
		cfg := ok
		cfg.OpenUserID, cfg.Mode = test.user, test.mode
		require.Equal(t, test.want, cfg.mode())
		_, err := NewClient(cfg)
		if test.wrong == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, duijie.ErrInvalid)
		require.ErrorContains(t, err, test.wrong)
	}
	_, err := NewClient(Config{})
	for _, field := range []string{"AppID", "AppSecret", "PermanentCode", "OpenUserID"} {
		require.ErrorContains(t, err, field)
	}
	require.Equal(t, "auto body header", fmt.Sprint(ModeAuto, ModeBody, ModeHeader))
}
