package qeasy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping/rows"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// HTTPConfig describes a platform this library has no client for.
type HTTPConfig struct {
	// Name is the platform's name in errors.
	Name string
	// BaseURL is what an api that is a path stands behind; it may have a path of its own.
	BaseURL string
	// APIs are the apis it runs, as the documents spell them; required, so that no
	// half is guessed to be one of this platform.
	APIs []string
	// Sign finishes a request: token, signature, headers. It is called for each attempt;
	// body is what will be sent. nil signs nothing.
	Sign func(ctx context.Context, r *http.Request, body []byte) error
	// Judge says what an answer means, whatever its HTTP status; required. A code it
	// does not know must be an error: [HTTPStatus] helps with the status.
	Judge func(a HTTPAnswer) HTTPVerdict
	// Encode makes query and body of a call. nil: otherRequest goes into the query; request
	// too with GET and DELETE, else it is the JSON body.
	Encode func(method string, request, other json.RawMessage) (url.Values, []byte, error)
	// Secrets are blanked out of every text that leaves the connector.
	Secrets []duijie.Secret
	// Options are those of all clients: timeouts, rate limit, observer.
	Options []duijie.Option

	Read   HTTPRead   // how lists are read
	Write  HTTPWrite  // how records are written
	Window ReadConfig // what its windows are like
}

// HTTPAnswer is an answer to be judged.
type HTTPAnswer struct {
	Status int
	Header http.Header
	Body   []byte
}

// HTTPVerdict is what an answer means.
type HTTPVerdict struct {
	Class   duijie.Class // ClassOK for success
	Code    string       // the platform's code
	Message string       // its words
	// NoEffect: refused before work began, so that even a write may be sent again.
	NoEffect bool
	// Ambiguous: the answer does not tell whether a write had an effect, such as a proxy's 502.
	Ambiguous bool
}

// HTTPStatus is the verdict on a status alone: 2xx is success, 429 throttled, 401 and 403 the
// credential, 404 not found, 409 a conflict, other 4xx invalid, and 5xx unavailable, where a write
// may have had an effect.
func HTTPStatus(status int) HTTPVerdict {
	switch {
	case status >= 200 && status < 300:
		return HTTPVerdict{Class: duijie.ClassOK}
	case status == http.StatusTooManyRequests:
		return HTTPVerdict{Class: duijie.ClassThrottled, NoEffect: true}
	case status == http.StatusUnauthorized:
		return HTTPVerdict{Class: duijie.ClassUnauthenticated}
	case status == http.StatusForbidden:
		return HTTPVerdict{Class: duijie.ClassPermission}
	case status == http.StatusNotFound:
		return HTTPVerdict{Class: duijie.ClassNotFound}
	case status == http.StatusConflict:
		return HTTPVerdict{Class: duijie.ClassConflict}
	case status >= 400 && status < 500:
		return HTTPVerdict{Class: duijie.ClassInvalid}
	}
	return HTTPVerdict{Class: duijie.ClassUnavailable, Ambiguous: true}
}

// HTTPRead says how lists are read.
type HTTPRead struct {
	Rows string // path of the rows in the answer, "data.list"; "" where the answer is the array itself
	// Page, Offset and Cursor name the member of the request that chooses the page: a page
	// number, the number of rows before it, or what the last answer gave. At most one; none
	// reads one answer. Dots lead into objects.
	Page, Offset, Cursor string
	First                int64  // number of the first page; default 1
	Size                 string // member of the request that holds the rows of a page; "" leaves it as it is
	PageSize             int    // rows of a page; default: the scheme's, else 100
	Total                string // path of the number of all rows in the answer; "" for none
	More                 string // path of a boolean in the answer: further pages follow; "" for none
	NextCursor           string // path in the answer of the next Cursor; absent, null or "" ends the list
	ShortIsLast          bool   // a page with fewer rows than its size ends the list
}

// HTTPWrite says how records are written: one at a time. A write whose answer is lost is
// unknown: it is looked up with Find, and held where there is none. It is never sent
// again blindly.
type HTTPWrite struct {
	// TargetID is the path of the record's id in the answer; "" for none.
	TargetID string
	// Idempotent: writing a record twice has the effect of writing it once, because
	// the api upserts by a key of the record's own.
	Idempotent bool
	// Find looks a record up in the target. With record.Target.KeyOnly only its Key is known.
	Find func(ctx context.Context, record duijiesync.Record[Write]) (duijiesync.Found, error)
	// Lanes is how many records are written at the same time; default 1.
	Lanes int
}

// HTTP is a [Connector] for a platform this library has no client for.
type HTTP struct {
	cfg  HTTPConfig
	base *url.URL
	http *transport.Transport
}

// NewHTTP checks the settings; all mistakes are in one error.
func NewHTTP(cfg HTTPConfig) (*HTTP, error) {
	var wrong []error
	need := func(ok bool, what string) {
		if !ok {
			wrong = append(wrong, errors.New(what))
		}
	}
	base, err := url.Parse(cfg.BaseURL)
	need(err == nil && base != nil && (base.Scheme == "http" || base.Scheme == "https") && base.Host != "", "BaseURL must be an http or https URL")
	need(len(cfg.APIs) > 0, "APIs are missing: name those that are this platform's")
	need(cfg.Judge != nil, "Judge is missing: only it knows what an answer means")
	styles := 0
	for _, s := range []string{cfg.Read.Page, cfg.Read.Offset, cfg.Read.Cursor} {
		if s != "" {
			styles++
		}
	}
	need(styles <= 1, "Read has more than one of Page, Offset and Cursor")
	need((cfg.Read.Cursor == "") == (cfg.Read.NextCursor == ""), "Read.Cursor and Read.NextCursor go together")
	options, err := duijie.NewOptions(cfg.Options...)
	if err != nil {
		wrong = append(wrong, err)
	}
	if wrong != nil {
		return nil, fmt.Errorf("duijie/sync/qeasy: HTTP: %w: %w", duijie.ErrInvalid, errors.Join(wrong...))
	}
	if cfg.Read.First == 0 {
		cfg.Read.First = 1
	}
	if cfg.Name == "" {
		cfg.Name = base.Host
	}
	return &HTTP{cfg: cfg, base: base, http: transport.New(transport.Config{
		Platform: cfg.Name, Options: options, Limits: map[string]transport.Limit{"": {}}, Secrets: cfg.Secrets,
	})}, nil
}

// String names the connector without its settings.
func (h *HTTP) String() string { return "qeasy.HTTP(" + h.cfg.Name + ")" }

// APIs implements [Connector].
func (h *HTTP) APIs() []string { return slices.Clone(h.cfg.APIs) }

// Match implements [Connector].
func (h *HTTP) Match(_ Side, api string) bool { return slices.Contains(h.cfg.APIs, api) }

// AnswerPath implements [Answering]: TargetID is known in any case, every other path where
// the answer was seen.
func (h *HTTP) AnswerPath(_, path string) AnswerPath {
	if path == h.cfg.Write.TargetID && path != "" {
		return AnswerID
	}
	return AnswerSeen
}

// call sends one call and returns the answer's body.
func (h *HTTP) call(ctx context.Context, api, method string, request, other json.RawMessage, effect duijie.Effect) ([]byte, error) {
	encode := h.cfg.Encode
	if encode == nil {
		encode = encodeHTTP
	}
	query, body, err := encode(method, request, other)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w: %w", h.cfg.Name, api, duijie.ErrInvalid, err)
	}
	path, fixed, _ := strings.Cut(api, "?")
	u := h.base.JoinPath(strings.TrimPrefix(path, "/"))
	q, err := url.ParseQuery(fixed)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w: %w", h.cfg.Name, api, duijie.ErrInvalid, err)
	}
	for name, values := range query {
		q[name] = values
	}
	u.RawQuery = q.Encode()
	a, err := h.http.Do(ctx, &transport.Call{
		Op: api, Effect: effect, NoToken: true,
		Sign: func(ctx context.Context, _ transport.Attempt) (*http.Request, error) {
			r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
			if err != nil {
				return nil, err
			}
			if len(body) > 0 {
				r.Header.Set("Content-Type", "application/json")
			}
			r.Header.Set("Accept", "application/json")
			if h.cfg.Sign != nil {
				err = h.cfg.Sign(ctx, r, body)
			}
			return r, err
		},
		Judge: func(a *transport.Answer) transport.Verdict {
			v := h.cfg.Judge(HTTPAnswer{a.Status, a.Header, a.Body})
			out := transport.Verdict{Class: v.Class, Code: v.Code, Message: v.Message, NoEffect: v.NoEffect, Ambiguous: v.Ambiguous}
			if v.Class == duijie.ClassOK && !json.Valid(a.Body) {
				out.Class, out.Malformed = duijie.ClassUnavailable, true
			}
			return out
		},
	})
	if err != nil {
		return nil, err
	}
	return a.Body, nil
}

// encodeHTTP puts otherRequest into the query, and the request into the query or the body.
func encodeHTTP(method string, request, other json.RawMessage) (url.Values, []byte, error) {
	query := url.Values{}
	add := func(object json.RawMessage) error {
		for m, err := range wire.Members(object) {
			if err != nil {
				return err
			}
			v := string(m.Value)
			if wire.First(m.Value) == '"' {
				if err := json.Unmarshal(m.Value, &v); err != nil {
					return err
				}
			}
			query.Set(string(m.Key), v)
		}
		return nil
	}
	if len(other) > 0 {
		if err := add(other); err != nil {
			return nil, nil, err
		}
	}
	if method == http.MethodGet || method == http.MethodDelete {
		return query, nil, add(request)
	}
	return query, request, nil
}

// Sink implements [Connector].
func (h *HTTP) Sink(spec *SinkSpec) (duijiesync.Sink[Write], []Note, error) {
	if spec.Batch && spec.Rows > 1 {
		return nil, nil, &Problem{Path: "/operation/method", Code: CodeOperation, Offset: -1,
			Message: "how this platform takes several records in one call is not known; a connector of its own must say"}
	}
	w := h.cfg.Write
	cfg := duijiesync.FuncConfig[Write]{Find: w.Find, Lanes: w.Lanes, Idempotent: w.Idempotent}
	effect := duijie.EffectWrite
	if w.Idempotent {
		effect = duijie.EffectIdempotent
	}
	cfg.Write = func(ctx context.Context, r duijiesync.Record[Write]) (duijiesync.Outcome, error) {
		other := r.Value.Other
		if spec.Fixed != nil {
			other = spec.Fixed
		}
		body, err := h.call(ctx, spec.API, spec.Method, r.Value.Request, other, effect)
		if err != nil {
			return duijiesync.Outcome{}, err
		}
		var out duijiesync.Outcome
		if w.TargetID != "" {
			out.TargetID, _ = rows.Text(body, w.TargetID)
		}
		Answered(ctx, r.Key, body)
		return out, nil
	}
	text := "each record is a write of its own; one whose answer is lost is held, as it can not be looked up"
	switch {
	case w.Find != nil:
		text = "each record is a write of its own; one whose answer is lost is looked up"
	case w.Idempotent:
		text = "each record is a write of its own, which may be repeated"
	}
	return duijiesync.Func(cfg), []Note{{Path: "/api", Text: text}}, nil
}
