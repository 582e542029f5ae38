package transport

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/duijie-go/duijie"
)

// report closes an attempt: limiter feedback, observer, log.
func (s *callState) report(r *http.Request) {
	e := &s.event
	now := time.Now() // limiters pace by real time, whatever clock signatures use
	limiter := s.t.limiter(s.call)
	switch {
	case s.answer == nil:
		e.Class, e.Err = duijie.ClassUnavailable, s.err(s.sendErr)
	case s.verdict.Class == duijie.ClassThrottled:
		s.throttled++
		if longest := max(s.t.retry.MaxRetryAfter, 0); s.verdict.RetryAfter > longest {
			limiter.refuse(now, s.verdict, max(longest, s.t.retry.ThrottleDelay))
			limiter.throttled(now, 0)
		} else {
			limiter.throttled(now, s.holdAfterThrottle())
		}
		fallthrough
	default:
		e.Class, e.Code, e.RequestID = s.verdict.Class, s.verdict.Code, s.verdict.RequestID
		if e.Class != duijie.ClassOK {
			e.Err = e.Class.Err()
		}
	}
	if s.answer != nil && e.Class != duijie.ClassThrottled {
		limiter.succeeded(now)
	}
	s.inDoubt = s.inDoubt || s.attemptInDoubt()
	if s.observe != nil {
		s.observe(*e)
	}
	s.logAttempt(r)
}

// holdAfterThrottle keeps the other calls of the group back as long as this
// one waits.
func (s *callState) holdAfterThrottle() time.Duration {
	if s.verdict.RetryAfter > 0 {
		return s.verdict.RetryAfter
	}
	return doubled(s.t.retry.ThrottleDelay, s.throttled, s.t.retry.MaxRetryAfter)
}

// logAttempt writes one line per attempt. What is logged is listed here; a
// header, query value or body that is not listed is never logged.
func (s *callState) logAttempt(r *http.Request) {
	e := s.event
	level := slog.LevelDebug
	if e.Class == duijie.ClassThrottled || s.answer == nil || e.Class == duijie.ClassUnavailable {
		level = slog.LevelWarn
	}
	ctx := context.WithoutCancel(r.Context())
	if !s.t.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("platform", e.Platform), slog.String("op", e.Op), slog.String("effect", e.Effect.String()),
		slog.Int("attempt", e.Attempt), slog.String("method", r.Method), slog.String("host", r.URL.Host),
		slog.String("path", r.URL.Path), slog.Int("status", e.Status), slog.String("class", e.Class.String()),
		slog.String("code", e.Code), slog.String("request_id", e.RequestID),
		slog.Duration("wait", e.Wait), slog.Duration("duration", e.Duration),
		slog.Int64("bytes_out", e.BytesOut), slog.Int64("bytes_in", e.BytesIn),
	}
	for _, k := range loggedQuery {
		if v := r.URL.Query().Get(k); v != "" {
			attrs = append(attrs, slog.String("query_"+k, s.clean(v)))
		}
	}
	if s.answer == nil {
		attrs = append(attrs, slog.String("error", e.Err.Error()))
	} else if m := s.verdict.Message; m != "" {
		attrs = append(attrs, slog.String("message", s.clean(m)))
	}
	s.t.log.LogAttrs(ctx, level, "platform call", attrs...)
}

// loggedQuery are the only query parameters that appear in a log.
var loggedQuery = []string{"method", "page_no", "page_size", "thirdTraceId"}
