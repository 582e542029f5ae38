package transport

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// run sends the call. This is the whole order of things:
//
//	retry { limiter → token → sign → time limit → log → HTTP → read → judge }
//
// so every attempt is limited, freshly dated and freshly signed, and waiting
// for the limiter does not eat the attempt's time.
func (s *callState) run(ctx context.Context) {
	attempt := s.limited(s.tokened(s.signed(s.timed(s.logged(s.judged(s.read(s.t.base)))))))
	client := retryablehttp.Client{
		HTTPClient:   &http.Client{Transport: attempt, CheckRedirect: keepRedirect},
		RetryMax:     s.maxAttempts() - 1 + extraRepeats,
		CheckRetry:   s.checkRetry,
		Backoff:      s.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	// The outer request only carries the context; each attempt is built by signed.
	outer, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPost, "http://platform.invalid/", nil)
	if err != nil {
		s.stop = err
		return
	}
	resp, err := client.Do(outer)
	if resp != nil {
		_ = resp.Body.Close()
	}
	if err != nil && s.stop == nil && s.answer == nil && s.sendErr == nil {
		s.stop = err
	}
}

// extraRepeats leaves room for the one repeat after a renewed token and the one
// after a corrected clock, which do not count as attempts of the policy.
const extraRepeats = 2

// Signed calls never follow a redirect; the 3xx answer goes to the verdict.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

type link func(*http.Request) (*http.Response, error)

func (l link) RoundTrip(r *http.Request) (*http.Response, error) { return l(r) }

func (s *callState) limited(next http.RoundTripper) http.RoundTripper {
	return link(func(r *http.Request) (*http.Response, error) {
		s.beginAttempt()
		begin := time.Now()
		release, err := s.t.limiter(s.call).acquire(r.Context())
		s.event.Wait = time.Since(begin)
		if err != nil {
			return nil, s.stopped(err)
		}
		defer release()
		return next.RoundTrip(r)
	})
}

func (s *callState) tokened(next http.RoundTripper) http.RoundTripper {
	return link(func(r *http.Request) (*http.Response, error) {
		if s.t.cfg.Tokens != nil && !s.call.NoToken {
			token, err := s.t.cfg.Tokens.Token(r.Context(), s.refusedGen)
			if err != nil {
				return nil, s.stopped(s.loginError(err))
			}
			s.token = token
		}
		return next.RoundTrip(r)
	})
}

func (s *callState) signed(next http.RoundTripper) http.RoundTripper {
	return link(func(r *http.Request) (*http.Response, error) {
		req, err := s.call.Sign(r.Context(), Attempt{N: s.attempts + 1, Now: s.t.Now(), Token: s.token})
		if err != nil {
			return nil, s.stopped(err)
		}
		s.addHeaders(req.Header)
		s.event.BytesOut = max(req.ContentLength, 0)
		return next.RoundTrip(req)
	})
}

func (s *callState) timed(next http.RoundTripper) http.RoundTripper {
	return link(func(r *http.Request) (*http.Response, error) {
		ctx, cancel := context.WithTimeoutCause(r.Context(), s.t.timeout, errAttemptTimeout)
		defer cancel()
		resp, err := next.RoundTrip(r.WithContext(ctx))
		if err != nil && errors.Is(context.Cause(ctx), errAttemptTimeout) {
			err = errAttemptTimeout
			s.sendErr = err
		}
		return resp, err
	})
}

var errAttemptTimeout = errors.New("no complete answer within the attempt's time limit")

func (s *callState) logged(next http.RoundTripper) http.RoundTripper {
	return link(func(r *http.Request) (*http.Response, error) {
		begin := time.Now()
		resp, err := next.RoundTrip(r)
		s.event.Duration = time.Since(begin)
		s.report(r)
		return resp, err
	})
}

func (s *callState) judged(next http.RoundTripper) http.RoundTripper {
	return link(func(r *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		s.verdict = s.judge()
		return resp, nil
	})
}

// addHeaders sets what every request carries. Headers of the call never
// replace those the signature made.
func (s *callState) addHeaders(h http.Header) {
	for k, values := range s.call.Options.Header {
		k = http.CanonicalHeaderKey(k)
		if k == "Idempotency-Key" || k == "X-Idempotency-Key" || h.Get(k) != "" {
			continue
		}
		h[k] = append([]string(nil), values...)
	}
	// Go's transport would replay a POST that carries either of these.
	h.Del("Idempotency-Key")
	h.Del("X-Idempotency-Key")
	if h.Get("User-Agent") == "" {
		h.Set("User-Agent", s.t.userAgent())
	}
}
