package duijie_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestAPIErrorMatchesItsClassOnly(t *testing.T) {
	t.Parallel()
	sentinels := []error{
		duijie.ErrRateLimited, duijie.ErrUnauthenticated, duijie.ErrPermission, duijie.ErrInvalid,
		duijie.ErrNotFound, duijie.ErrConflict, duijie.ErrUnavailable, duijie.ErrRefused,
	}
	for i := range sentinels {
		var err error = &duijie.APIError{Platform: "kingdee", Op: "Save", Class: duijie.Class(i + 1)}
		err = fmt.Errorf("wrapped: %w", err)
		for j, s := range sentinels {
			require.Equal(t, i == j, errors.Is(err, s), "%v is %v", err, s)
		}
		require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
	}
	lost := &duijie.APIError{Class: duijie.ClassUnavailable, OutcomeUnknown: true, Err: context.DeadlineExceeded}
	require.ErrorIs(t, lost, duijie.ErrOutcomeUnknown)
	require.ErrorIs(t, lost, duijie.ErrUnavailable)
	require.ErrorIs(t, lost, context.DeadlineExceeded)
	require.Equal(t, duijie.ErrRefused, duijie.Class(200).Err(), "an unknown class is never success")
}

func TestAPIErrorTextIsOneSafeLine(t *testing.T) {
	t.Parallel()
	err := &duijie.APIError{
		Platform: "kingdee", Op: "Save", Class: duijie.ClassRefused, StatusCode: 200, Code: "11",
		Message: "第一行\nevil \x1b[31m \u202e text" + strings.Repeat("长", 1000), RequestID: "r1", RetryAfter: time.Second, Attempts: 3,
		Hint: "un-audit it first",
	}
	text := err.Error()
	require.NotContains(t, text, "\n")
	require.NotContains(t, text, "\x1b")
	require.NotContains(t, text, "\u202e")
	require.Less(t, len(text), 900)
	for _, part := range []string{"kingdee: Save: refused", "HTTP 200", "code 11", "request r1", "retry after 1s", "attempts 3", "第一行", "un-audit"} {
		require.Contains(t, text, part)
	}
}

func TestSecretNeverShows(t *testing.T) {
	t.Parallel()
	const plain = "p4ssw0rd-canary"
	type hidden struct{ inner duijie.Secret }
	s := duijie.NewSecret(plain)
	var out bytes.Buffer
	for _, v := range []any{s, &s, hidden{s}, &hidden{s}, []duijie.Secret{s}, map[string]duijie.Secret{"k": s}, map[duijie.Secret]int{s: 1}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb, v)
		}
		if b, err := json.Marshal(v); err == nil {
			out.Write(b)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v)
		fmt.Fprint(&out, errors.New(fmt.Sprint(v)))
		func() {
			defer func() { fmt.Fprint(&out, recover()) }()
			panic(v)
		}()
	}
	require.NotContains(t, out.String(), plain)
	require.NotContains(t, out.String(), fmt.Sprintf("%x", plain))
	require.Equal(t, plain, s.Reveal())
	require.NotEqual(t, s.Fingerprint(), duijie.NewSecret("other").Fingerprint())
	require.NotContains(t, s.Fingerprint(), plain)
	require.True(t, duijie.NewSecret("").IsZero())

	var read struct{ Password duijie.Secret }
	require.NoError(t, json.Unmarshal([]byte(`{"Password":"`+plain+`"}`), &read))
	require.Equal(t, plain, read.Password.Reveal())
}

func TestOptionsFailTogether(t *testing.T) {
	t.Parallel()
	_, err := duijie.NewOptions(
		duijie.WithHTTPClient(nil), duijie.WithLogger(nil), duijie.WithBaseURL("ftp://x"), duijie.WithBaseURL("http://user:pw-canary@h/"),
		duijie.WithRateLimiter(nil), duijie.WithTokenStore(nil), duijie.WithAttemptTimeout(-1), duijie.WithMaxBody(0),
		duijie.WithUserAgent("a\r\nb"), duijie.WithCallObserver(nil), duijie.WithClock(nil), nil,
	)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{
		"WithHTTPClient", "WithLogger", "WithBaseURL", "WithRateLimiter", "WithTokenStore", "WithAttemptTimeout",
		"WithMaxBody", "WithUserAgent", "WithCallObserver", "WithClock",
	} {
		require.ErrorContains(t, err, name)
	}
	require.NotContains(t, err.Error(), "pw-canary")
	for _, bad := range []string{"", "x", "http://", "http://h?q=1", "http://h#f", "://", "http://h\x00"} {
		_, err := duijie.ParseBaseURL(bad)
		require.Error(t, err, bad)
	}
	u, err := duijie.ParseBaseURL("https://erp.example.com/proxy/k3cloud/")
	require.NoError(t, err)
	require.Equal(t, "/proxy/k3cloud/", u.Path)
}

func TestRecordKeepsNumbersExact(t *testing.T) {
	t.Parallel()
	const text = `{"FAmount":1.10,"FID":123456789012345678901,"FCreateOrgId":{"FNumber":"100"},"a.b":"flat","flag":true,"none":null}`
	var r duijie.Record
	require.NoError(t, json.Unmarshal([]byte(text), &r))
	require.Equal(t, "1.10", r.Text("FAmount"))
	require.Equal(t, "123456789012345678901", r.Text("FID"))
	require.Equal(t, "100", r.Text("FCreateOrgId.FNumber"))
	require.Equal(t, "flat", r.Text("a.b"))
	require.Equal(t, "true", r.Text("flag"))
	require.Empty(t, r.Text("none"))
	require.Empty(t, r.Text("FAmount.x"))
	d, err := r.Decimal("FAmount")
	require.NoError(t, err)
	require.Equal(t, "1.10", d.String())
	_, err = r.Decimal("a.b")
	require.ErrorContains(t, err, "a.b")
	again, err := json.Marshal(r)
	require.NoError(t, err)
	require.JSONEq(t, text, string(again))
	require.Error(t, json.Unmarshal([]byte(`[1]`), &r))
	require.Error(t, r.UnmarshalJSON([]byte(`{} {}`)))
}

func TestMemoryTokenStoreFences(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	store := duijie.NewMemoryTokenStore()
	first, ok, err := store.Acquire(ctx, "s", 0, -time.Second) // ends at once
	require.NoError(t, err)
	require.True(t, ok)
	second, ok, err := store.Acquire(ctx, "s", 0, time.Minute)
	require.NoError(t, err)
	require.True(t, ok, "a lease that ran out is taken over")
	_, ok, err = store.Acquire(ctx, "s", 0, time.Minute)
	require.NoError(t, err)
	require.False(t, ok, "a live lease is not")
	_, err = store.Commit(ctx, first, duijie.Token{Value: duijie.NewSecret("old")})
	require.ErrorIs(t, err, duijie.ErrFenced)
	token, err := store.Commit(ctx, second, duijie.Token{Value: duijie.NewSecret("new")})
	require.NoError(t, err)
	require.EqualValues(t, 1, token.Gen)
	_, ok, err = store.Acquire(ctx, "s", 0, time.Minute)
	require.NoError(t, err)
	require.False(t, ok, "generation 0 was renewed already")
	third, ok, err := store.Acquire(ctx, "s", 1, time.Minute)
	require.NoError(t, err)
	require.True(t, ok)
	require.NoError(t, store.Release(ctx, third))
	_, ok, err = store.Acquire(ctx, "s", 1, time.Minute)
	require.NoError(t, err)
	require.True(t, ok)
}
