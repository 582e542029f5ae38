package duijie

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options are the settings all platform clients share. Platform packages read
// them; users set them with the With functions.
type Options struct {
	HTTPClient     *http.Client     // whose Transport and Timeout calls use; nil: a transport of the client's own
	BaseURL        string           // wins over the platform's Config; "" leaves that
	Logger         *slog.Logger     // nil logs nothing
	RateLimiter    RateLimiter      // nil: the platform's documented limit
	Retry          RetryPolicy      // zero fields: the platform's defaults
	TokenStore     TokenStore       // nil: a store of the client's own
	AttemptTimeout time.Duration    // for one attempt, limiter apart; 0: HTTPClient.Timeout, else 60 s
	MaxBody        int64            // cap of an answer in bytes after decompression; 0 is 64 MiB
	UserAgent      string           // "" names this library and its version
	Observer       CallObserver     // receives every attempt; nil: nobody
	Clock          func() time.Time // what signatures and windows are made with; nil: time.Now
}

// Option changes one shared setting. A bad value is an error of NewClient;
// the order of options does not matter.
type Option func(*Options) error

// NewOptions applies opts and reports all that failed together. Platform
// packages call it.
func NewOptions(opts ...Option) (Options, error) {
	var o Options
	var errs []error
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&o); err != nil {
			errs = append(errs, err)
		}
	}
	return o, errors.Join(errs...)
}

// WithHTTPClient makes calls through a copy of hc: its Transport, and its
// Timeout as the time limit of an attempt. Its cookie jar and redirect policy
// are not used. Default: a transport of the client's own, HTTP/1.1 and TLS on.
func WithHTTPClient(hc *http.Client) Option {
	return func(o *Options) error {
		if hc == nil {
			return optionError("WithHTTPClient", "the client is nil")
		}
		o.HTTPClient = hc
		return nil
	}
}

// WithBaseURL overrides the base URL of the platform's Config. A path of its
// own is kept.
func WithBaseURL(base string) Option {
	return func(o *Options) error {
		if _, err := ParseBaseURL(base); err != nil {
			return optionError("WithBaseURL", err.Error())
		}
		o.BaseURL = base
		return nil
	}
}

// WithLogger logs each attempt at debug level and what degrades at warn level.
// Default: nothing is logged.
func WithLogger(l *slog.Logger) Option {
	return func(o *Options) error {
		if l == nil {
			return optionError("WithLogger", "the logger is nil")
		}
		o.Logger = l
		return nil
	}
}

// WithRateLimiter replaces the platform's documented limit by l. Throttle
// answers still slow the client down for a while.
func WithRateLimiter(l RateLimiter) Option {
	return func(o *Options) error {
		if l == nil {
			return optionError("WithRateLimiter", "the limiter is nil")
		}
		o.RateLimiter = l
		return nil
	}
}

// WithRetry sets the retry policy; see [RetryPolicy] for its defaults.
func WithRetry(p RetryPolicy) Option {
	return func(o *Options) error {
		o.Retry = p
		return nil
	}
}

// WithTokenStore shares tokens and sessions through s. Default: a store of the
// client's own.
func WithTokenStore(s TokenStore) Option {
	return func(o *Options) error {
		if s == nil {
			return optionError("WithTokenStore", "the store is nil")
		}
		o.TokenStore = s
		return nil
	}
}

// WithAttemptTimeout bounds one attempt, from sending to the last byte of the
// answer; the wait for the limiter does not count. Default: 60 s.
func WithAttemptTimeout(d time.Duration) Option {
	return func(o *Options) error {
		if d <= 0 {
			return optionError("WithAttemptTimeout", fmt.Sprintf("%v is not above 0", d))
		}
		o.AttemptTimeout = d
		return nil
	}
}

// WithMaxBody caps the answer of a call in bytes after decompression. A larger
// one is [ErrBodyTooLarge], never cut. Default: 64 MiB.
func WithMaxBody(n int64) Option {
	return func(o *Options) error {
		if n <= 0 {
			return optionError("WithMaxBody", fmt.Sprintf("%d is not above 0", n))
		}
		o.MaxBody = n
		return nil
	}
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(ua string) Option {
	return func(o *Options) error {
		if ua == "" || strings.ContainsAny(ua, "\r\n") {
			return optionError("WithUserAgent", "the text is empty or has a line break")
		}
		o.UserAgent = ua
		return nil
	}
}

// WithCallObserver reports every attempt of every call to fn.
func WithCallObserver(fn CallObserver) Option {
	return func(o *Options) error {
		if fn == nil {
			return optionError("WithCallObserver", "the observer is nil")
		}
		o.Observer = fn
		return nil
	}
}

// WithClock sets the clock signatures and time windows are made with. For
// tests, and for machines whose clock can not be set right.
func WithClock(now func() time.Time) Option {
	return func(o *Options) error {
		if now == nil {
			return optionError("WithClock", "the clock is nil")
		}
		o.Clock = now
		return nil
	}
}

// ParseBaseURL checks a base URL: http or https, a host, no user name, query
// or fragment. Its error never repeats the text, which might hold a secret.
func ParseBaseURL(base string) (*url.URL, error) {
	if base == "" {
		return nil, errors.New("the base URL is empty")
	}
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return nil, errors.New("the base URL can not be parsed")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("the base URL must begin with http:// or https://")
	case u.Host == "":
		return nil, errors.New("the base URL has no host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the base URL must not hold a user name, query or fragment")
	}
	return u, nil
}

func optionError(name, what string) error {
	return fmt.Errorf("duijie: %s: %s: %w", name, what, ErrInvalid)
}
