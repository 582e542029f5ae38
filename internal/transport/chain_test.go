package transport

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// steps records what happened in which order.
type steps struct {
	mu  sync.Mutex
	got []string
}

func (s *steps) add(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, name)
}

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context) error { return f(ctx) }

type tokenFunc func(ctx context.Context, refused int64) (duijie.Token, error)

func (f tokenFunc) Token(ctx context.Context, refused int64) (duijie.Token, error) {
	return f(ctx, refused)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// judgeText is the platform table of these tests: the body is the class.
func judgeText(a *Answer) Verdict {
	switch string(a.Body) {
	case "ok":
		return Verdict{}
	case "throttled":
		return Verdict{Class: duijie.ClassThrottled}
	case "throttled, perhaps":
		return Verdict{Class: duijie.ClassThrottled, Ambiguous: true}
	case "throttled for an hour":
		return Verdict{Class: duijie.ClassThrottled, RetryAfter: time.Hour}
	case "busy":
		return Verdict{Class: duijie.ClassUnavailable}
	case "busy before work":
		return Verdict{Class: duijie.ClassUnavailable, NoEffect: true}
	case "session lost":
		return Verdict{Class: duijie.ClassUnauthenticated, Renew: true, NoEffect: true}
	case "session lost, perhaps":
		return Verdict{Class: duijie.ClassUnauthenticated, Renew: true, Ambiguous: true}
	case "clock":
		return Verdict{Class: duijie.ClassUnauthenticated, Skew: true, NoEffect: true}
	case "refused":
		return Verdict{Class: duijie.ClassRefused, Code: "11", Message: "no"}
	}
	return Verdict{Class: duijie.ClassUnavailable, Malformed: true}
}

func testCall(effect duijie.Effect) *Call {
	return &Call{
		Op: "Test", Effect: effect, Judge: judgeText,
		Sign: func(ctx context.Context, _ Attempt) (*http.Request, error) {
			return http.NewRequestWithContext(ctx, http.MethodPost, "http://platform.test/path?secret=1", strings.NewReader("{}"))
		},
	}
}

func clientOf(f roundTrip) *http.Client { return &http.Client{Transport: f} }

func TestChainOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s steps
		n := 0
		tr := New(Config{
			Platform: "test",
			Options: duijie.Options{
				RateLimiter: limiterFunc(func(context.Context) error { s.add("limiter"); return nil }),
				Logger:      slog.New(slog.NewTextHandler(writerFunc(func(p []byte) { s.add("log") }), &slog.HandlerOptions{Level: slog.LevelDebug})),
				HTTPClient: clientOf(func(r *http.Request) (*http.Response, error) {
					_, limited := r.Context().Deadline()
					require.True(t, limited, "the attempt has a time limit of its own")
					s.add("http")
					n++
					if n == 1 {
						return answer(200, "throttled"), nil
					}
					return answer(200, "ok"), nil
				}),
			},
			Tokens: tokenFunc(func(context.Context, int64) (duijie.Token, error) { s.add("token"); return duijie.Token{Gen: 1}, nil }),
		})
		call := testCall(duijie.EffectWrite)
		sign, judge := call.Sign, call.Judge
		call.Sign = func(ctx context.Context, a Attempt) (*http.Request, error) {
			_, limited := ctx.Deadline()
			require.False(t, limited, "waiting and signing do not eat the attempt's time")
			s.add("sign")
			return sign(ctx, a)
		}
		call.Judge = func(a *Answer) Verdict { s.add("judge"); return judge(a) }
		_, err := tr.Do(t.Context(), call)
		require.NoError(t, err)
		once := []string{"limiter", "token", "sign", "http", "judge", "log"}
		require.Equal(t, append(once, once...), s.got, "every attempt goes through the whole chain")
	})
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) { f(p); return len(p), nil }

// TestRetryByEffect is the table of design 3.2: what each effect class does
// with each kind of answer.
func TestRetryByEffect(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection reset by peer")
	const read, idem, write = duijie.EffectRead, duijie.EffectIdempotent, duijie.EffectWrite
	tests := []struct {
		name    string
		first   string // body of the first answers; "lost" = no answer
		sent    map[duijie.Effect]int
		unknown map[duijie.Effect]bool
		is      error
	}{
		{"ok", "ok", map[duijie.Effect]int{read: 1, idem: 1, write: 1}, nil, nil},
		{"throttled", "throttled", map[duijie.Effect]int{read: 4, idem: 4, write: 4}, nil, duijie.ErrRateLimited},
		{"throttled, perhaps", "throttled, perhaps", map[duijie.Effect]int{read: 4, idem: 4, write: 1}, map[duijie.Effect]bool{idem: true, write: true}, duijie.ErrRateLimited},
		{"throttled too long", "throttled for an hour", map[duijie.Effect]int{read: 1, idem: 1, write: 1}, nil, duijie.ErrRateLimited},
		{"busy", "busy", map[duijie.Effect]int{read: 4, idem: 4, write: 1}, map[duijie.Effect]bool{idem: true, write: true}, duijie.ErrUnavailable},
		{"busy before work", "busy before work", map[duijie.Effect]int{read: 4, idem: 4, write: 4}, nil, duijie.ErrUnavailable},
		{"html", "<html>", map[duijie.Effect]int{read: 4, idem: 4, write: 1}, map[duijie.Effect]bool{idem: true, write: true}, duijie.ErrMalformedAnswer},
		{"lost", "lost", map[duijie.Effect]int{read: 4, idem: 4, write: 1}, map[duijie.Effect]bool{idem: true, write: true}, duijie.ErrUnavailable},
		{"session", "session lost", map[duijie.Effect]int{read: 2, idem: 2, write: 2}, nil, duijie.ErrUnauthenticated},
		{"session, perhaps", "session lost, perhaps", map[duijie.Effect]int{read: 2, idem: 2, write: 1}, map[duijie.Effect]bool{idem: true, write: true}, duijie.ErrUnauthenticated},
		{"refused", "refused", map[duijie.Effect]int{read: 1, idem: 1, write: 1}, nil, duijie.ErrRefused},
	}
	for _, tt := range tests {
		for _, effect := range []duijie.Effect{read, idem, write} {
			t.Run(tt.name+"/"+effect.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					sent := 0
					tr := New(Config{Platform: "test", Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
						sent++
						if tt.first == "lost" {
							return nil, lost
						}
						return answer(200, tt.first), nil
					})}})
					_, err := tr.Do(t.Context(), testCall(effect))
					require.Equal(t, tt.sent[effect], sent, "attempts")
					if tt.is == nil {
						require.NoError(t, err)
						return
					}
					require.ErrorIs(t, err, tt.is)
					require.Equal(t, tt.unknown[effect], errors.Is(err, duijie.ErrOutcomeUnknown), "outcome unknown: %v", err)
					e, ok := errors.AsType[*duijie.APIError](err)
					require.True(t, ok)
					require.Equal(t, sent, e.Attempts)
					require.NotContains(t, err.Error(), "secret")
				})
			})
		}
	}
}

func TestRenewedTokenIsUsedOnce(t *testing.T) {
	t.Parallel()
	var refused []int64
	var used []string
	tr := New(Config{
		Platform: "test",
		Options: duijie.Options{HTTPClient: clientOf(func(r *http.Request) (*http.Response, error) {
			used = append(used, r.Header.Get("Token"))
			if r.Header.Get("Token") == "old" {
				return answer(200, "session lost"), nil
			}
			return answer(200, "ok"), nil
		})},
		Tokens: tokenFunc(func(_ context.Context, r int64) (duijie.Token, error) {
			refused = append(refused, r)
			if r == 0 {
				return duijie.Token{Gen: 7, Value: duijie.NewSecret("old")}, nil
			}
			return duijie.Token{Gen: 8, Value: duijie.NewSecret("new")}, nil
		}),
	})
	call := testCall(duijie.EffectWrite)
	call.Sign = func(ctx context.Context, a Attempt) (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://platform.test/", nil)
		req.Header.Set("Token", a.Token.Value.Reveal())
		return req, err
	}
	_, err := tr.Do(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, []string{"old", "new"}, used)
	require.Equal(t, []int64{0, 7}, refused)
}

func TestClockIsCorrectedFromTheDateHeader(t *testing.T) {
	t.Parallel()
	platform := time.Now().Add(-13 * time.Minute).Truncate(time.Second)
	var signed []time.Time
	tr := New(Config{Platform: "test", Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
		a := answer(200, "ok")
		if len(signed) == 1 {
			a = answer(200, "clock")
		}
		a.Header.Set("Date", platform.UTC().Format(http.TimeFormat))
		return a, nil
	})}})
	call := testCall(duijie.EffectWrite)
	sign := call.Sign
	call.Sign = func(ctx context.Context, a Attempt) (*http.Request, error) {
		signed = append(signed, a.Now)
		return sign(ctx, a)
	}
	_, err := tr.Do(t.Context(), call)
	require.NoError(t, err)
	require.Len(t, signed, 2)
	require.WithinDuration(t, platform, signed[1], 3*time.Second)
}

func TestCancelledWriteIsUnknown(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	tr := New(Config{Platform: "test", Options: duijie.Options{HTTPClient: clientOf(func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	})}})
	_, err := tr.Do(ctx, testCall(duijie.EffectWrite))
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.ErrorIs(t, err, context.Canceled)
}

func TestIdempotencyHeadersNeverLeave(t *testing.T) {
	t.Parallel()
	var got http.Header
	tr := New(Config{Platform: "test", Options: duijie.Options{HTTPClient: clientOf(func(r *http.Request) (*http.Response, error) {
		got = r.Header
		return answer(200, "ok"), nil
	})}})
	call := testCall(duijie.EffectWrite)
	call.Options = duijie.NewCallOptions(duijie.WithHeader("Idempotency-Key", "1"), duijie.WithHeader("x-idempotency-key", "1"), duijie.WithHeader("X-Trace", "t"))
	_, err := tr.Do(t.Context(), call)
	require.NoError(t, err)
	require.Empty(t, got.Get("Idempotency-Key"))
	require.Empty(t, got.Get("X-Idempotency-Key"))
	require.Equal(t, "t", got.Get("X-Trace"))
	require.Equal(t, duijie.DefaultUserAgent, got.Get("User-Agent"))
}
