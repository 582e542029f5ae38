package duijie

import (
	"net/http"
	"time"
)

// CallOptions are the settings of one call. Platform packages read them; users
// set them with the functions that return a [CallOption].
type CallOptions struct {
	Header   http.Header // headers to add; nil adds none
	Effect   Effect      // what a repeat would do; EffectDefault leaves it to the operation
	Response *Response   // filled with what came back, where it is not nil
	MaxBody  int64       // cap of the answer in bytes after decompression; 0 is the client's
}

// CallOption changes one call.
type CallOption func(*CallOptions)

// NewCallOptions applies opts. Platform packages call it.
func NewCallOptions(opts ...CallOption) CallOptions {
	var o CallOptions
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return o
}

// WithHeader adds a header to the call. Headers the signature needs can not be
// replaced. Idempotency-Key and X-Idempotency-Key are dropped: they make Go's
// HTTP transport repeat a POST by itself.
func WithHeader(key, value string) CallOption {
	return func(o *CallOptions) {
		if o.Header == nil {
			o.Header = http.Header{}
		}
		o.Header.Add(key, value)
	}
}

// WithEffect states what repeating the call would do, for operations the
// package does not know. See [Effect].
func WithEffect(e Effect) CallOption { return func(o *CallOptions) { o.Effect = e } }

// WithResponse fills r with what came back, on success and on failure.
func WithResponse(r *Response) CallOption { return func(o *CallOptions) { o.Response = r } }

// WithMaxAnswer caps the answer of this call in bytes, instead of [WithMaxBody].
func WithMaxAnswer(n int64) CallOption { return func(o *CallOptions) { o.MaxBody = n } }

// Response is the raw side of a call, for those who need more than the typed
// result.
type Response struct {
	StatusCode int           // HTTP status of the last attempt, 0 when no answer came
	Header     http.Header   // its headers; the platform's session cookies are taken out
	RequestID  string        // the platform's id of the call
	Body       []byte        // its body, decompressed
	Attempts   int           // how often the call was sent
	Throttled  int           // how many of the attempts were throttled
	Duration   time.Duration // from the first wait to the verdict
}
