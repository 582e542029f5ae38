package transport

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/duijie-go/duijie"
)

// callState is one Do: what was sent, what came back, what was decided.
type callState struct {
	t       *Transport
	call    *Call
	observe duijie.CallObserver
	started time.Time

	attempts   int // sent so far
	throttled  int
	token      duijie.Token
	refusedGen int64
	renewed    bool
	corrected  bool
	inDoubt    bool // some attempt of a write may have taken effect

	stop    error   // ended before sending: limiter, token, signature
	sendErr error   // the last attempt failed without a complete answer
	left    bool    // its headers were written, so the platform may have acted
	answer  *Answer // of the last attempt
	verdict Verdict
	event   duijie.CallEvent
}

func (s *callState) beginAttempt() {
	s.answer, s.sendErr, s.left, s.verdict = nil, nil, false, Verdict{}
	s.event = duijie.CallEvent{Platform: s.t.cfg.Platform, Op: s.call.Op, Effect: s.call.Effect, Attempt: s.attempts + 1}
}

// stopped notes an error that came before anything was sent.
func (s *callState) stopped(err error) error {
	s.stop = err
	return err
}

// loginError is the error of a call whose token could not be had: what the
// platform said of the login it did not say of the call, which was not refused,
// and only its own attempts leave it in doubt.
func (s *callState) loginError(err error) error {
	login, ok := errors.AsType[*duijie.APIError](err)
	if !ok {
		return err
	}
	e := *login
	e.OutcomeUnknown = s.inDoubt
	switch e.Class {
	case duijie.ClassRefused, duijie.ClassInvalid, duijie.ClassConflict:
		e.Class = duijie.ClassUnauthenticated
	}
	if e.OutcomeUnknown == login.OutcomeUnknown && e.Class == login.Class {
		return err
	}
	return &e
}

// sent watches one attempt leave. All hooks may run on other goroutines.
type sent struct {
	asked   atomic.Bool // the transport reports through httptrace at all
	headers atomic.Bool // a request head was written completely
}

func (w *sent) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:           func(string) { w.asked.Store(true) },
		WroteHeaders:      func() { w.headers.Store(true) },
		TLSHandshakeStart: func() {},
		TLSHandshakeDone:  func(tls.ConnectionState, error) {},
	}
}

// neverLeft is true when the request surely did not reach the platform: the
// transport was asked for a connection and no request head was ever written.
// A transport that does not report is assumed to have sent.
func (w *sent) neverLeft() bool { return w.asked.Load() && !w.headers.Load() }

// read sends one attempt and reads its answer within the cap.
func (s *callState) read(base http.RoundTripper) http.RoundTripper {
	return link(func(r *http.Request) (*http.Response, error) {
		watch := &sent{}
		s.attempts++
		resp, err := base.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), watch.trace())))
		if err != nil {
			s.left = !watch.neverLeft()
			s.sendErr = err
			return nil, err
		}
		s.left = true
		body, err := s.readBody(resp)
		if err != nil {
			s.event.Status = resp.StatusCode
			s.sendErr = err
			return nil, err
		}
		s.answer = &Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}
		s.event.Status, s.event.BytesIn = resp.StatusCode, int64(len(body))
		resp.Body = io.NopCloser(bytes.NewReader(nil))
		return resp, nil
	})
}

func (s *callState) readBody(resp *http.Response) ([]byte, error) {
	defer func() { _ = resp.Body.Close() }()
	limit := s.t.maxBody
	if s.call.Options.MaxBody > 0 {
		limit = s.call.Options.MaxBody
	}
	if resp.ContentLength > limit {
		return nil, fmt.Errorf("%d bytes, the cap is %d: %w", resp.ContentLength, limit, duijie.ErrBodyTooLarge)
	}
	buf := s.call.Into
	if buf == nil {
		buf = bodies.Get().(*bytes.Buffer)
		defer func() {
			if buf.Cap() <= maxPooledBody {
				buf.Reset()
				bodies.Put(buf)
			}
		}()
	} else {
		buf.Reset()
	}
	if _, err := buf.ReadFrom(io.LimitReader(resp.Body, limit+1)); err != nil {
		return nil, err
	}
	if int64(buf.Len()) > limit {
		return nil, fmt.Errorf("more than %d bytes: %w", limit, duijie.ErrBodyTooLarge)
	}
	if buf == s.call.Into {
		return buf.Bytes(), nil
	}
	return bytes.Clone(buf.Bytes()), nil
}

// bodies are buffers answers are read into before their length is known.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const maxPooledBody = 1 << 20

// judge gives the verdict; redirects are the same on every platform.
func (s *callState) judge() Verdict {
	a := s.answer
	if a.Status >= 300 && a.Status < 400 && a.Status != http.StatusNotModified {
		return Verdict{
			Class: duijie.ClassInvalid, NoEffect: true, Code: fmt.Sprint(a.Status),
			Message: s.clean("the server redirects to " + redirectTarget(a.Header.Get("Location"))),
			Hint:    "signed calls follow no redirect: correct the base URL",
		}
	}
	v := s.call.Judge(a)
	v.Message, v.Code, v.SubCode, v.RequestID = s.clean(v.Message), s.clean(v.Code), s.clean(v.SubCode), s.clean(v.RequestID)
	if v.Class == duijie.ClassThrottled {
		v.NoEffect = !v.Ambiguous
		if v.RetryAfter == 0 {
			v.RetryAfter = RetryAfter(a.Header, s.t.now())
		}
	}
	return v
}

// finish turns the state into the result of Do.
func (s *callState) finish(ctx interface{ Err() error }) (*Answer, error) {
	s.fillResponse()
	if s.answer != nil && s.stop == nil && s.verdict.Class == duijie.ClassOK {
		return s.answer, nil
	}
	var already *duijie.APIError
	if s.stop != nil && errors.As(s.stop, &already) {
		return nil, s.stop
	}
	e := &duijie.APIError{Platform: s.t.cfg.Platform, Op: s.call.Op, Attempts: s.attempts, OutcomeUnknown: s.inDoubt}
	switch {
	case s.stop != nil:
		s.describeStop(e)
	case s.answer == nil:
		s.describeSendError(e)
	default:
		s.describeVerdict(e)
	}
	if err := ctx.Err(); err != nil && !errors.Is(e.Err, err) {
		e.Err = errors.Join(e.Err, err)
	}
	e.Message = s.clean(e.Message)
	return nil, e
}

func (s *callState) describeStop(e *duijie.APIError) {
	if kept, ok := errors.AsType[*notSent](s.stop); ok {
		v := kept.verdict
		e.Class, e.Code, e.SubCode, e.Hint, e.Err = duijie.ClassThrottled, v.Code, v.SubCode, v.Hint, v.Cause
		e.RetryAfter, e.Message = kept.wait, kept.Error()
		if v.Message != "" {
			e.Message += ": " + v.Message
		}
		return
	}
	e.Class, e.Err = duijie.ClassUnavailable, s.err(s.stop)
	if errors.Is(s.stop, duijie.ErrInvalid) {
		e.Class = duijie.ClassInvalid
	}
}

func (s *callState) describeSendError(e *duijie.APIError) {
	e.Class, e.Err = duijie.ClassUnavailable, s.err(s.sendErr)
	e.StatusCode = s.event.Status
	switch {
	case errors.Is(s.sendErr, duijie.ErrBodyTooLarge):
		e.Hint = "ask for less per call, or raise the cap with WithMaxBody"
	case !s.left:
		e.Hint = "the request never left: check the base URL, DNS, proxy, firewall and the server's certificate"
	case errors.Is(s.sendErr, errAttemptTimeout):
		e.Hint = "the server is stuck or slow: try again later, or allow an attempt more with WithAttemptTimeout"
	}
}

func (s *callState) describeVerdict(e *duijie.APIError) {
	v := s.verdict
	e.Class, e.StatusCode, e.Code, e.SubCode = v.Class, s.answer.Status, v.Code, v.SubCode
	e.Message, e.Hint, e.RequestID, e.RetryAfter = v.Message, v.Hint, v.RequestID, v.RetryAfter
	e.Err = v.Cause
	if v.Malformed {
		e.Err = duijie.ErrMalformedAnswer
	}
	if s.answer.Status >= 300 && s.answer.Status < 400 {
		e.Err = duijie.ErrRedirected
	}
}

// attemptInDoubt: the attempt that just ended may have changed something
// without telling us. A later refusal does not undo it.
func (s *callState) attemptInDoubt() bool {
	if s.call.Effect == duijie.EffectRead {
		return false
	}
	if s.answer == nil {
		return s.left
	}
	v := s.verdict
	if v.NoEffect {
		return false
	}
	return v.Class == duijie.ClassUnavailable || v.Malformed || v.Ambiguous
}

func (s *callState) fillResponse() {
	r := s.call.Options.Response
	if r == nil {
		return
	}
	*r = duijie.Response{Attempts: s.attempts, Throttled: s.throttled, Duration: time.Since(s.started)}
	if s.answer != nil {
		r.StatusCode, r.Body = s.answer.Status, s.answer.Body
		r.Header = s.answer.Header.Clone()
		r.Header.Del("Set-Cookie")
		r.RequestID = s.verdict.RequestID
	}
}

func redirectTarget(location string) string {
	scheme, rest, ok := strings.Cut(location, "://")
	if !ok {
		return "another path of the same host"
	}
	host := rest
	if end := strings.IndexAny(rest, `/?#\`); end >= 0 {
		host = rest[:end]
	}
	host = host[strings.LastIndex(host, "@")+1:]
	return scheme + "://" + host
}
