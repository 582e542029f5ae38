package duijie

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Errors that say what kind of failure an [APIError] is. Compare with
// [errors.Is]; the text of an error is for people and may change.
var (
	// ErrRateLimited: the platform refused the call because of a rate,
	// concurrency or quota limit. Nothing was done. Wait RetryAfter, or lower the
	// rate with [WithRateLimiter].
	ErrRateLimited = errors.New("rate limited")
	// ErrUnauthenticated: the platform does not accept the credential, also after
	// a fresh token or session. Check ids, secrets and account set.
	ErrUnauthenticated = errors.New("unauthenticated")
	// ErrPermission: the credential is valid but may not do this. Grant the right
	// in the platform's administration.
	ErrPermission = errors.New("permission denied")
	// ErrInvalid: the request or a setting is wrong; repeating it can not help.
	ErrInvalid = errors.New("invalid request")
	// ErrNotFound: the named record, field, form or method does not exist.
	ErrNotFound = errors.New("not found")
	// ErrConflict: a record with this key exists already.
	ErrConflict = errors.New("already exists")
	// ErrUnavailable: the platform, or the way to it, failed for a reason that
	// passes. Reads and idempotent writes were already retried.
	ErrUnavailable = errors.New("unavailable")
	// ErrRefused: the platform refused the request for a business reason, or with
	// a code its table does not know. Its own words are in Message.
	ErrRefused = errors.New("refused")

	// ErrOutcomeUnknown: a write was sent and its answer was lost or unreadable.
	// It may have taken effect. Never send it again blindly: look the record up
	// in the target first. It comes with one of the kinds above.
	ErrOutcomeUnknown = errors.New("outcome unknown: the write may have taken effect")
	// ErrNoProgress: a paged list repeated itself and would never have ended.
	ErrNoProgress = errors.New("paging makes no progress")
	// ErrMalformedAnswer: the answer is not in the platform's format (HTML, cut
	// JSON, an empty body). Often the base URL points at something else.
	ErrMalformedAnswer = errors.New("malformed answer")
	// ErrBodyTooLarge: the answer is larger than the cap set by [WithMaxBody].
	ErrBodyTooLarge = errors.New("answer too large")
	// ErrRedirected: the server answered with a redirect. Signed calls never
	// follow one, because it would carry credentials elsewhere. Correct the base URL.
	ErrRedirected = errors.New("redirect refused")
)

// Class is the verdict on one answer: what the caller, and the retry rules,
// can do about it. Each class but [ClassOK] has its error above.
type Class uint8

// The classes of answers.
const (
	ClassOK              Class = iota // success
	ClassThrottled                    // ErrRateLimited: no effect, wait and repeat
	ClassUnauthenticated              // ErrUnauthenticated
	ClassPermission                   // ErrPermission
	ClassInvalid                      // ErrInvalid
	ClassNotFound                     // ErrNotFound
	ClassConflict                     // ErrConflict
	ClassUnavailable                  // ErrUnavailable: passes by itself
	ClassRefused                      // ErrRefused: business reason or unknown code
)

var classErrors = [...]error{
	nil, ErrRateLimited, ErrUnauthenticated, ErrPermission, ErrInvalid,
	ErrNotFound, ErrConflict, ErrUnavailable, ErrRefused,
}

// Err returns the sentinel error of the class, nil for [ClassOK].
func (c Class) Err() error {
	if int(c) < len(classErrors) {
		return classErrors[c]
	}
	return ErrRefused
}

// String names the class.
func (c Class) String() string {
	if c == ClassOK {
		return "ok"
	}
	return c.Err().Error()
}

// APIError is the one error type of all platform clients: a call that reached
// the network, or was about to, and did not succeed. It never holds a URL
// query, header, token or request body.
//
//	if e, ok := errors.AsType[*duijie.APIError](err); ok { log.Print(e.Platform, e.Op, e.Code) }
type APIError struct {
	Platform   string        // package name of the platform: "kingdee", "wdt", ...
	Op         string        // the platform's own name of the operation
	Class      Class         // what kind of failure
	StatusCode int           // HTTP status, 0 when no answer came
	Code       string        // the platform's code as text, "" when there is none
	SubCode    string        // the platform's sub-code, where it has one
	Message    string        // the platform's own words
	Hint       string        // what to do about it, in our words
	RequestID  string        // the platform's id of the call, for its support
	RetryAfter time.Duration // how long the platform asks to wait, 0 when it does not say
	Attempts   int           // how often the call was sent
	// OutcomeUnknown marks a write that may have taken effect; the error then
	// also matches [ErrOutcomeUnknown].
	OutcomeUnknown bool
	Err            error // cause, without secrets; may be nil
}

// Error gives platform, operation, class, status, code, the platform's words
// and the hint on one line.
func (e *APIError) Error() string {
	var b strings.Builder
	b.WriteString(e.Platform)
	b.WriteString(": ")
	if e.Op != "" {
		b.WriteString(e.Op)
		b.WriteString(": ")
	}
	b.WriteString(e.Class.String())
	if e.OutcomeUnknown {
		b.WriteString("; outcome unknown, the write may have taken effect")
	}
	if d := e.details(); d != "" {
		b.WriteString(" (" + d + ")")
	}
	if e.Message != "" {
		b.WriteString(": " + oneLine(e.Message))
	}
	if e.Err != nil {
		b.WriteString(": " + oneLine(e.Err.Error()))
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

func (e *APIError) details() string {
	var d []string
	add := func(k, v string) {
		if v != "" {
			d = append(d, k+" "+v)
		}
	}
	if e.StatusCode != 0 {
		add("HTTP", fmt.Sprint(e.StatusCode))
	}
	add("code", e.Code)
	add("sub-code", e.SubCode)
	add("request", e.RequestID)
	if e.RetryAfter > 0 {
		add("retry after", e.RetryAfter.String())
	}
	if e.Attempts > 1 {
		add("attempts", fmt.Sprint(e.Attempts))
	}
	return strings.Join(d, ", ")
}

// Unwrap returns the cause.
func (e *APIError) Unwrap() error { return e.Err }

// Is matches the sentinel of the class, and [ErrOutcomeUnknown].
func (e *APIError) Is(target error) bool {
	return target == e.Class.Err() || e.OutcomeUnknown && target == ErrOutcomeUnknown
}

// LogValue groups the fields that are safe to log.
func (e *APIError) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("platform", e.Platform), slog.String("op", e.Op),
		slog.String("class", e.Class.String()), slog.Int("status", e.StatusCode),
		slog.String("code", e.Code), slog.String("message", e.Message),
		slog.String("request_id", e.RequestID), slog.Int("attempts", e.Attempts),
	}
	if e.OutcomeUnknown {
		attrs = append(attrs, slog.Bool("outcome_unknown", true))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("cause", e.Err.Error()))
	}
	return slog.GroupValue(attrs...)
}

// oneLine keeps a platform's text from breaking a log line: control and
// direction-changing characters become blanks, and long texts are cut.
func oneLine(s string) string {
	const limit = 600
	s = strings.ToValidUTF8(s, "?")
	s = strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r == 0x7f, r >= 0x80 && r <= 0x9f, r == 0x2028, r == 0x2029,
			r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return ' '
		}
		return r
	}, s)
	if len(s) > limit {
		cut := limit
		for cut > 0 && s[cut]&0xc0 == 0x80 {
			cut--
		}
		s = s[:cut] + "…"
	}
	return s
}
