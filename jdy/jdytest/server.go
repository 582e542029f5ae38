package jdytest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

const (
	maxBody = 32 << 20
	maxURL  = 2048
)

// Server is a fake 金蝶云星辰 gateway. It is an [http.Handler]; all methods are
// safe for concurrent use. The methods of the embedded Book are about the first
// account set.
type Server struct {
	*Book
	config
	books  []*Book
	http   *httptest.Server // nil for a Server made by New
	faults fakeserver.Faults

	mu       sync.Mutex // guards all below and the books; never held while waiting or while a user's function runs
	nonces   map[string]bool
	reused   int
	tokens   map[string]*token
	issued   int
	log      []Call
	counts   map[string]int
	hook     func(op string, n int)
	handlers map[string]func(Request) (any, error)
}

// New makes a fake that is only a handler, to be served at the root of a server
// of your own.
func New(opts ...Option) *Server {
	s := &Server{
		config: defaultConfig(), nonces: map[string]bool{}, tokens: map[string]*token{}, counts: map[string]int{},
		handlers: map[string]func(Request) (any, error){},
	}
	for _, o := range opts {
		o(&s.config)
	}
	if len(s.accounts) == 0 {
		s.accounts = []Account{{}}
	}
	for i, a := range s.accounts {
		b := newBook(s, i, a.fill(i, s.instance))
		s.books = append(s.books, b)
	}
	s.Book = s.books[0]
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

// URL is the base URL, http://127.0.0.1:port, to be used in place of
// https://api.kingdee.com; "" for a Server made by [New].
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

// ClientSecret is the application's client_secret: it signs every request and is
// the key of private fields.
func (s *Server) ClientSecret() string { return s.clientSecret }

// OuterInstanceID is the application's outerInstanceId.
func (s *Server) OuterInstanceID() string { return s.instance }

// In returns the account set with that accountId, nil when there is none.
func (s *Server) In(accountID string) *Book {
	for _, b := range s.books {
		if b.account.ID == accountID {
			return b
		}
	}
	return nil
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	w.Header().Set("X-Api-Requestid", uuid())
	op, refused := route(r)
	if refused != nil {
		op = &operation{verb: r.Method, path: r.URL.Path}
	}
	body, err := readBody(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.arrive(op, r)
	if !fakeserver.Wait(r, s.latency) {
		panic(http.ErrAbortHandler)
	}
	s.spoil(w, r, op, string(body), func(w http.ResponseWriter, r *http.Request) {
		if refused != nil {
			refused.reply().write(w)
			return
		}
		s.answer(r, op, body).write(w)
	})
}

// arrive counts a call and runs the hook of [Server.OnCall].
func (s *Server) arrive(op *operation, r *http.Request) {
	now := s.clock()
	if op.path == "kingdee_auth_token" {
		if b := s.bookByAppKey(r.URL.Query().Get("app_key")); b != nil {
			b.tokenCalls.arrive(now)
		}
	}
	s.mu.Lock()
	if t := s.tokens[r.Header.Get("app-token")]; t != nil {
		t.book.calls.arrive(now)
	}
	s.counts[op.key()]++
	n, hook := s.counts[op.key()], s.hook
	s.mu.Unlock()
	if hook != nil {
		hook(op.key(), n)
	}
}

// answer serves one call from the gateway's checks on.
func (s *Server) answer(r *http.Request, op *operation, body []byte) reply {
	if err := s.checkGateway(r); err != nil {
		return err.reply()
	}
	if len("https://api.kingdee.com")+len(r.URL.RequestURI()) > maxURL {
		return (&Error{Status: http.StatusRequestURITooLong, Code: codeParameter, Description: "URL too long"}).reply()
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return badRequest("bad query").reply()
	}
	switch op.path {
	case "push_app_authorize":
		return s.authorize(query)
	case "kingdee_auth_token":
		return s.fetchToken(query)
	}
	book, refused := s.checkAccount(r)
	if refused != nil {
		return refused.reply()
	}
	c := &call{s: s, Book: book, op: op, query: query}
	c.late, _ = r.Context().Value(lateKey{}).(time.Duration)
	c.moves, _ = r.Context().Value(moveKey{}).(bool)
	if op.upload || strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		r.Body = io.NopCloser(bytes.NewReader(body))
		return c.upload(r)
	}
	if refused := c.readBody(body); refused != nil {
		return refused.reply()
	}
	return c.serve()
}

// OnCall sets a function that runs before each call is served: op is the verb
// and the path after /jdy/v2/, such as "GET bd/material", n counts the calls of
// that op from 1. It runs without any lock, so it may change records or inject
// faults, also for this very call. nil removes it.
func (s *Server) OnCall(f func(op string, n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

// Request is one business call as a function given to [Server.Handle] sees it.
type Request struct {
	Account string     // accountId of the account set
	Query   url.Values // decoded query
	Body    Row        // decoded body, numbers as json.Number; nil without one
}

// Handle makes f answer every right call of op, such as
// "GET fi/balancesheet": what it returns stands in the envelope's data. An error
// that is an [*Error] becomes the refusal it says, any other errcode 1000002001.
// A nil f gives the operation back to the fake.
func (s *Server) Handle(op string, f func(Request) (data any, err error)) {
	key := opKey(op)
	if operations()[key] == nil {
		panic(fmt.Sprintf("jdytest: %q is no documented operation", op))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f == nil {
		delete(s.handlers, key)
		return
	}
	s.handlers[key] = f
}

// opKey reads an operation as users write it: "GET bd/material" or
// "GET /jdy/v2/bd/material".
func opKey(op string) string {
	verb, path, _ := strings.Cut(op, " ")
	for _, prefix := range []string{businessRoot, "/jdyconnector/app_management/"} {
		path = strings.TrimPrefix(path, prefix)
	}
	return strings.TrimSpace(strings.ToUpper(verb) + " " + path)
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	return body, nil
}
