package dingtalktest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

const maxBody = 32 << 20

// Server is a fake of the DingTalk gateways with Yida behind them. It is an
// [http.Handler] that serves the new gateway at its root and the old one under
// /oapi; all methods are safe for concurrent use.
type Server struct {
	config
	http   *httptest.Server // nil for a Server made by New
	faults fakeserver.Faults

	mu        sync.Mutex // guards all below; never held while waiting or while a user's function runs
	tokens    map[string]*token
	secrets   []string
	log       []Call
	counts    map[string]int
	hook      func(op string, n int)
	refusals  []*Error
	meters    map[string][]time.Time
	month     string
	calls     int // that count in month
	messages  int
	forms     map[string]*form
	formOrder []*form
	poison    []poison
	effects   []Effect
	seq       int64
	voids     int
	people    directory
	robot     robotState
	notices   []*WorkNotice
	approvals approvals
	tickets   map[string]streamClient
	streams   map[*stream]bool
}

// New makes a fake that is only a handler, to be served at the root of a server
// of your own.
func New(opts ...Option) *Server {
	s := &Server{
		config: defaultConfig(), tokens: map[string]*token{}, counts: map[string]int{}, meters: map[string][]time.Time{},
		forms: map[string]*form{}, tickets: map[string]streamClient{}, streams: map[*stream]bool{},
	}
	for _, o := range opts {
		o(&s.config)
	}
	s.secrets = append(s.secrets, s.appSecret, s.suiteSecret, s.robotSecret, s.robotToken)
	for _, a := range s.apps {
		s.secrets = append(s.secrets, a.Token)
	}
	s.seedPeople()
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

// URL is the base URL of the new gateway, to be used in place of
// https://api.dingtalk.com; "" for a Server made by [New].
func (s *Server) URL() string {
	if s.http == nil {
		return ""
	}
	return s.http.URL
}

// OapiURL is the base URL of the old gateway, to be used in place of
// https://oapi.dingtalk.com; "" for a Server made by [New].
func (s *Server) OapiURL() string {
	if s.http == nil {
		return ""
	}
	return s.http.URL + "/oapi"
}

// Close stops the server, cutting calls and streams still being served.
func (s *Server) Close() {
	s.closeStreams()
	if s.http != nil {
		s.http.CloseClientConnections()
		s.http.Close()
	}
}

// AppKey is the application's key, also called client id.
func (s *Server) AppKey() string { return s.appKey }

// AppSecret is the application's secret, also called client secret.
func (s *Server) AppSecret() string { return s.appSecret }

// CorpID is the organisation's corpId.
func (s *Server) CorpID() string { return s.corpID }

// AppType is the appType of the first Yida application.
func (s *Server) AppType() string { return s.apps[0].Type }

// SystemToken is the systemToken of the first Yida application.
func (s *Server) SystemToken() string { return s.apps[0].Token }

// UserID is a user with all rights, to act in the name of.
func (s *Server) UserID() string { return DemoUser }

// Secrets returns every secret and token that was ever valid here, to be looked
// for in logs, errors and reports.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.secrets), func(x string) bool { return x == "" })
}

// OnCall sets a function that runs before each call is served: op is the verb and
// the path without its version, such as "POST yida/forms/instances", n counts the
// calls of that op from 1. It runs without any lock, so it may change rows or
// inject faults, also for this very call. nil removes it.
func (s *Server) OnCall(f func(op string, n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, g := strings.TrimPrefix(r.URL.EscapedPath(), "/"), api
	if rest, old := strings.CutPrefix(path, "oapi/"); old {
		path, g = rest, oapi
	}
	if g == api && path == streamPath {
		s.serveStream(w, r)
		return
	}
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	w.Header().Set("Server", "DingTalk/1.0.0")
	if g == api {
		w.Header().Set("X-Acs-Request-Id", strings.ToUpper(uuid()))
		w.Header().Set("X-Acs-Trace-Id", randomHex(16))
	}
	c := s.route(r, g, path)
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		panic(http.ErrAbortHandler) // the caller is gone
	}
	c.raw = body
	s.arrive(c)
	if !fakeserver.Wait(r, s.latency) {
		panic(http.ErrAbortHandler)
	}
	s.spoil(w, r, c)
}

// arrive counts a call and runs the hook of [Server.OnCall].
func (s *Server) arrive(c *call) {
	key := c.key()
	s.mu.Lock()
	s.counts[key]++
	n, hook := s.counts[key], s.hook
	s.mu.Unlock()
	if hook != nil {
		hook(key, n)
	}
}

// answer serves one call from the gateway's checks on.
func (c *call) answer() reply {
	if c.op == nil {
		return c.noSuchAPI()
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if err := c.admit(); err != nil {
		return c.s.refusal(c.gate, c.path, err)
	}
	if err := c.readArgs(); err != nil {
		return c.s.refusal(c.gate, c.path, err)
	}
	before := len(c.s.effects)
	v, err := c.op.serve(c)
	if c.late > 0 {
		c.hideCreated(c.s.effects[before:])
	}
	if err != nil {
		return c.s.refusal(c.gate, c.path, err)
	}
	if c.gate == oapi {
		return c.s.oldReply(strings.HasPrefix(c.path, "topapi/"), v.(Row))
	}
	if v == nil { // void: an empty body or an empty object
		c.s.voids++
		if c.s.voids%2 == 0 {
			return ok(Row{})
		}
	}
	return ok(v)
}

// noSuchAPI answers a path nobody serves.
func (c *call) noSuchAPI() reply {
	switch {
	case c.gate == oapi && strings.HasPrefix(c.path, "topapi/"):
		name := "dingtalk.oapi." + strings.ReplaceAll(strings.TrimPrefix(c.path, "topapi/"), "/", ".")
		return c.s.oldRefusal(c.path, oldError(22, "不合法ApiName，ApiName = "+name))
	case c.gate == oapi || c.version == "":
		return c.s.oldReply(false, Row{"errcode": 404, "errmsg": "请求的URI地址不存在"})
	}
	return c.s.refusal(api, c.path, errNoAPI)
}
