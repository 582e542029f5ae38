package okkitest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

const maxBody = 32 << 20

// China is the zone of every time on the wire, UTC+8.
var China = time.FixedZone("Asia/Shanghai", 8*60*60)

const layout = "2006-01-02 15:04:05"

// Server is a fake OKKI open API. It is an [http.Handler]; all methods are safe for
// concurrent use.
type Server struct {
	config
	http   *httptest.Server
	faults fakeserver.Faults

	mu         sync.Mutex // guards all below; never held while waiting or while a user's function runs
	records    map[string][]*record
	nextID     int64
	tokens     map[string]*token
	refreshes  map[string]*token
	issued     int
	groups     []Row
	users      []Row
	depts      []Row
	attributes []Row
	stock      []Row
	answers    map[string]any
	hookURL    string
	hookSecret string
	subscribed map[string][]string
	effects    []Effect
	log        []Call
	counts     map[string]int
	hook       func(op string, n int)
	handlers   map[string]func(Request) (any, error)
}

// New makes a fake that is only a handler, to be served at the root of a server of
// your own.
func New(opts ...Option) *Server {
	s := &Server{
		config: defaultConfig(), records: map[string][]*record{}, nextID: 5203200001, tokens: map[string]*token{},
		refreshes: map[string]*token{}, answers: map[string]any{}, subscribed: map[string][]string{}, counts: map[string]int{},
		handlers: map[string]func(Request) (any, error){},
	}
	for _, o := range opts {
		o(&s.config)
	}
	s.seedBasics()
	if s.demo {
		s.seedDemo()
	}
	return s
}

// NewServer makes a fake and starts it on a free local port. Close it after use.
func NewServer(opts ...Option) *Server {
	s := New(opts...)
	s.http = httptest.NewServer(s)
	return s
}

// URL is the base URL, http://127.0.0.1:port, in place of
// https://api-sandbox.xiaoman.cn; "" for a Server made by [New].
func (s *Server) URL() string {
	if s.http == nil {
		return ""
	}
	return s.http.URL
}

// Close stops the server, cutting calls still being served.
func (s *Server) Close() {
	if s.http != nil {
		s.http.CloseClientConnections()
		s.http.Close()
	}
}

// ClientID is the application's client_id.
func (s *Server) ClientID() string { return s.clientID }

// ClientSecret is the application's client_secret.
func (s *Server) ClientSecret() string { return s.clientSecret }

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	op := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v1/")
	s.arrive(op)
	if !fakeserver.Wait(r, s.latency) {
		panic(http.ErrAbortHandler)
	}
	s.spoil(w, r, op, string(body), func(w http.ResponseWriter, r *http.Request) {
		s.answer(r, op, body).write(w)
	})
}

// arrive counts a call and runs the hook of [Server.OnCall].
func (s *Server) arrive(op string) {
	s.mu.Lock()
	s.counts[op]++
	n, hook := s.counts[op], s.hook
	s.mu.Unlock()
	if hook != nil {
		hook(op, n)
	}
}

// OnCall sets a function that runs before each call is served, without any lock: it
// may change records or inject faults. op is the verb and the path after /v1/, n counts
// the calls of an op from 1. nil removes it.
func (s *Server) OnCall(f func(op string, n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

// Request is one call as a function given to [Server.Handle] sees it.
type Request struct {
	Query url.Values // decoded query
	Body  []byte     // as received, empty for a read
}

// Handle makes f answer every call of op that carries a good token, such as
// "GET capitalAccount/list": what it returns stands in the envelope's data. An [*Error]
// becomes the refusal it says. A nil f gives the operation back to the fake.
func (s *Server) Handle(op string, f func(Request) (data any, err error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f == nil {
		delete(s.handlers, op)
		return
	}
	s.handlers[op] = f
}

// call is one request whose token is good.
type call struct {
	s      *Server
	r      *http.Request
	query  url.Values
	raw    []byte
	body   Row
	late   time.Duration
	rotate bool
}

// answer serves one call from the token check on.
func (s *Server) answer(r *http.Request, op string, body []byte) reply {
	switch op {
	case "POST oauth2/access_token":
		return s.fetchToken(r, body)
	case "POST oauth2/refresh_token":
		return s.refreshToken(r, body)
	}
	t := s.tokenOf(r)
	if t == nil {
		return denied()
	}
	c := &call{s: s, r: r, query: r.URL.Query(), raw: body}
	c.late, _ = r.Context().Value(lateKey{}).(time.Duration)
	c.rotate, _ = r.Context().Value(moveKey{}).(bool)
	s.mu.Lock()
	own := s.handlers[op]
	s.mu.Unlock()
	if own != nil {
		return s.handled(own, Request{Query: c.query, Body: body})
	}
	rt, ok := routes()[op]
	if !ok {
		rt, ok = subscriptionRoute(op)
	}
	if !ok {
		return reply{status: http.StatusNotFound, text: "404 page not found"}
	}
	if missing := t.lacks(rt.scopes); missing != "" {
		return s.refused(refuse(http.StatusForbidden, "no permission %s scopes", missing))
	}
	if rt.webhookTest {
		return s.testCallback()
	}
	if rt.reads {
		if ref := c.readBody(); ref != nil {
			return s.refused(ref)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ref := rt.serve(c)
	if ref != nil {
		return s.refused(ref)
	}
	return s.succeeded(data)
}

// handled answers through a user's function.
func (s *Server) handled(f func(Request) (any, error), req Request) reply {
	data, err := f(req)
	if own, ok := err.(*Error); ok { //nolint:errorlint // users hand it back as it is
		return s.refused(&refusal{own.Code, own.Message})
	}
	if err != nil {
		return s.refused(refuse(500, "%s", err))
	}
	return s.succeeded(data)
}
