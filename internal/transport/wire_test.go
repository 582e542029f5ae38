package transport

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// over sends one call to a real server and returns what came of it.
func over(t *testing.T, target string, effect duijie.Effect, o duijie.Options) (*Answer, error) {
	t.Helper()
	if o.Retry == (duijie.RetryPolicy{}) {
		o.Retry = duijie.RetryPolicy{MaxAttempts: 2, MinDelay: -1}
	}
	tr := New(Config{Platform: "test", Options: o, Secrets: []duijie.Secret{duijie.NewSecret("planted-secret")}})
	t.Cleanup(tr.CloseIdleConnections)
	call := testCall(effect)
	call.Sign = func(ctx context.Context, _ Attempt) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, http.MethodPost, target+"?sign=planted-secret", strings.NewReader(`{"a":1}`))
	}
	return tr.Do(t.Context(), call)
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestNeverLeftIsNotUnknown(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	_, err = over(t, "http://"+addr+"/", duijie.EffectWrite, duijie.Options{})
	e, ok := errors.AsType[*duijie.APIError](err)
	require.True(t, ok)
	require.False(t, e.OutcomeUnknown, "nobody listens: %v", err)
	require.Equal(t, 2, e.Attempts, "a write that never left may be repeated")
	require.Contains(t, e.Hint, "never left")
	require.NotContains(t, err.Error(), "planted-secret")
}

func TestLostAnswersAreUnknown(t *testing.T) {
	t.Parallel()
	kinds := map[string]http.HandlerFunc{
		"cut": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"502": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) },
		"truncate": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "50")
			fmt.Fprint(w, "o")
		},
		"garbage": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\x00") },
		"silence": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	}
	for name, h := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			target := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				_, _ = bytes.NewBuffer(nil).ReadFrom(r.Body)
				h(w, r)
			})
			_, err := over(t, target, duijie.EffectWrite, duijie.Options{AttemptTimeout: 150 * time.Millisecond})
			require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
			require.EqualValues(t, 1, calls.Load(), "a write in doubt is sent once")
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, errors.Unwrap(err)), "planted-secret")
		})
	}
}

func TestBodiesAreCapped(t *testing.T) {
	t.Parallel()
	endless := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
				return
			}
		}
	})
	_, err := over(t, endless, duijie.EffectRead, duijie.Options{MaxBody: 1 << 20})
	require.ErrorIs(t, err, duijie.ErrBodyTooLarge)

	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write(make([]byte, 8<<20))
	require.NoError(t, zip.Close())
	bomb := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	})
	require.Less(t, packed.Len(), 1<<16)
	_, err = over(t, bomb, duijie.EffectRead, duijie.Options{MaxBody: 1 << 20})
	require.ErrorIs(t, err, duijie.ErrBodyTooLarge, "the cap counts decompressed bytes")

	drip := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte(" ")); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	})
	_, err = over(t, drip, duijie.EffectRead, duijie.Options{AttemptTimeout: 100 * time.Millisecond, MaxBody: 1 << 40})
	require.ErrorIs(t, err, duijie.ErrUnavailable)
}

func TestRedirectsAreRefused(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	elsewhere := serve(t, func(w http.ResponseWriter, _ *http.Request) { reached.Store(true) })
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere+"/login?token=planted-secret", http.StatusTemporaryRedirect)
	})
	_, err := over(t, target, duijie.EffectWrite, duijie.Options{})
	require.ErrorIs(t, err, duijie.ErrRedirected)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Contains(t, err.Error(), strings.TrimPrefix(elsewhere, "http://"))
	require.NotContains(t, err.Error(), "planted-secret")
	require.False(t, reached.Load(), "no credentials across hosts")
}

func TestLogsShowNoSecret(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	target := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "session=planted-secret")
		fmt.Fprint(w, "refused")
	})
	_, err := over(t, target, duijie.EffectRead, duijie.Options{Logger: log})
	require.ErrorIs(t, err, duijie.ErrRefused)
	_, err = over(t, "http://127.0.0.1:1/", duijie.EffectRead, duijie.Options{Logger: log})
	require.ErrorIs(t, err, duijie.ErrUnavailable)
	require.Contains(t, out.String(), "platform call")
	require.NotContains(t, out.String(), "planted-secret")
}

func TestRedactorRewritesURLErrors(t *testing.T) {
	t.Parallel()
	s := &callState{t: New(Config{Secrets: []duijie.Secret{duijie.NewSecret("s3cr/t+")}}), call: &Call{}}
	inner := errors.New("proxy said https://h.test/p?access_token=abc and s3cr/t+ and " + url.QueryEscape("s3cr/t+"))
	err := s.err(&url.Error{Op: "Post", URL: "https://h.test/p?sign=xyz", Err: fmt.Errorf("wrapped: %w", inner)})
	require.ErrorIs(t, err, inner)
	for _, leak := range []string{"abc", "xyz", "s3cr"} {
		require.NotContains(t, fmt.Sprintf("%v %+v", err, err), leak)
	}
}
