package kingdeetest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

// Server is a fake 金蝶云星空 server with its own store. It listens on a
// loopback port (NewServer) or is used as a plain handler (New). All methods are
// safe for concurrent use.
type Server struct {
	account          Account
	gateway          bool
	old              bool
	oldest           bool
	clock            func() time.Time
	latency          time.Duration
	idle             time.Duration
	stockCheck       bool
	quirks           quirks
	pending, running int
	spelling         string
	listener         *httptest.Server
	faults           fakeserver.Faults
	sessions         sessions

	mu       sync.Mutex // guards all below; never held while waiting or while a caller's function runs, Form.Check aside
	tables   map[string]*table
	lastID   int64
	refusals map[string]refusal
	tasks    map[string]*task
	counts   map[string]int
	history  []Change
	ahead    time.Duration // by Advance
	rules    []PushRule
	files    map[string]*storedFile
	reports  map[string]Report
	messages []Message
	models   map[string]bool // sums of the Models of Saves with ValidateRepeatJson
	before   []before
	links    map[string]map[int64][]link // by Push: form, then primary key of the source
	locked   map[string]bool             // records somebody else works on
	hidden   map[string]bool             // records queries do not show
	hook     func(op string, n int)
}

// NewServer starts a fake server on a loopback port. Close it after use.
func NewServer(opts ...Option) *Server {
	s := New(opts...)
	s.listener = httptest.NewServer(s)
	return s
}

// New returns a fake server without a listener, to be mounted as a handler. An
// injected Cut shows there as a panic with http.ErrAbortHandler, which net/http
// servers turn into a closed connection.
func New(opts ...Option) *Server {
	s := &Server{
		account: Account{
			AcctID: "5f3c9a7d1b2e4c", Username: "demo", Password: "888888",
			AppID:     "260101_bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN",
			AppSecret: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
		},
		clock:    time.Now,
		idle:     20 * time.Minute,
		tables:   map[string]*table{},
		lastID:   100000,
		refusals: map[string]refusal{},
		tasks:    map[string]*task{},
		counts:   map[string]int{},
		locked:   map[string]bool{},
		hidden:   map[string]bool{},
		rules:    defaultRules(),
		files:    map[string]*storedFile{},
		reports:  map[string]Report{"gl_rpt_accountbalance": accountBalance()},
		models:   map[string]bool{},
		running:  1,
		links:    map[string]map[int64][]link{},
	}
	for _, f := range defaultForms() {
		s.addForm(f)
	}
	for _, o := range opts {
		o(s)
	}
	s.seedDefaults()
	return s
}

// now is the server's clock, moved on by Advance.
func (s *Server) now() time.Time {
	s.mu.Lock()
	ahead := s.ahead
	s.mu.Unlock()
	return s.clock().Add(ahead)
}

// Advance moves the server's clock on: the dates of records and answers, session
// expiry and signature windows.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

// URL is the base URL, "http://127.0.0.1:port/k3cloud/", or "" without a listener.
func (s *Server) URL() string {
	if s.listener == nil {
		return ""
	}
	return s.listener.URL + "/k3cloud/"
}

// Close stops the listener and cuts the connections that are still open.
func (s *Server) Close() {
	if s.listener == nil {
		return
	}
	s.listener.CloseClientConnections()
	s.listener.Close()
}

// Account returns the credentials the server accepts.
func (s *Server) Account() Account { return s.account }

// Logins tells how many logins succeeded.
func (s *Server) Logins() int { return s.sessions.count() }

// OnCall sets a function that runs before each call is served: op is the last
// word of the service, n counts the calls of that op from 1. It runs without any
// lock, so it may change records or inject faults, also for this very call.
// nil removes it.
func (s *Server) OnCall(f func(op string, n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

const suffix = ".common.kdsvc"

// ServeHTTP answers one call: POST {base}{service}.common.kdsvc.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	if r.ProtoMajor > 1 {
		http.Error(w, "502 Bad Gateway", http.StatusBadGateway)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "The requested resource does not support http method '"+r.Method+"'.", http.StatusMethodNotAllowed)
		return
	}
	name, ok := s.serviceName(r.URL.Path)
	if !ok {
		s.unknownService(w, r.URL.Path)
		return
	}
	op := opOf(name)
	s.arrive(op)
	if !fakeserver.Wait(r, s.latency) {
		panic(http.ErrAbortHandler)
	}
	s.spoil(w, r, op, func(w http.ResponseWriter, r *http.Request, late time.Duration) {
		s.answer(w, r, name, op, late)
	})
}

// serviceName cuts the service out of a path, or tells that it is none.
func (s *Server) serviceName(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return "", false
	}
	base, name, ok := strings.Cut(rest, "/")
	if !ok || !strings.EqualFold(base, "k3cloud") && (!s.gateway || !strings.EqualFold(base, "galaxyapi")) {
		return "", false
	}
	name, ok = strings.CutSuffix(name, suffix)
	return name, ok && name != ""
}

// opOf is the last word of a service: "Save" for "...DynamicFormService.Save",
// "PushOrders" for "A.B.OrderService.PushOrders,Assembly".
func opOf(service string) string {
	service, _, _ = strings.Cut(service, ",")
	return service[strings.LastIndexByte(service, '.')+1:]
}

func (s *Server) arrive(op string) {
	s.mu.Lock()
	s.counts[op]++
	n, hook := s.counts[op], s.hook
	var due []func()
	kept := s.before[:0]
	for _, b := range s.before {
		if b.op == op && b.at == n {
			due = append(due, b.run)
			continue
		}
		kept = append(kept, b)
	}
	s.before = kept
	s.mu.Unlock()
	if hook != nil {
		hook(op, n)
	}
	for _, run := range due {
		run()
	}
}

// before is work to do before one call.
type before struct {
	op  string
	at  int
	run func()
}

// Before runs f before a coming call of op, 1 for the next one, as OnCall does:
// to change, remove or touch rows between two pages, say.
func (s *Server) Before(op string, call int, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = append(s.before, before{op, s.counts[op] + max(call, 1), f})
}

func (s *Server) unknownService(w http.ResponseWriter, name string) {
	if s.gateway {
		s.gatewayError(w, 5001, "API not found", "请求的API不存在")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("Service not found: " + name))
}
