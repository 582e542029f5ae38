package banniutest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

const maxBody = 32 << 20

// China is the zone of every time on the wire, UTC+8.
var China = time.FixedZone("Asia/Shanghai", 8*60*60)

const layout = "2006-01-02 15:04:05"

// Server is a fake 班牛 gateway. It is an [http.Handler]; all methods are safe for
// concurrent use.
type Server struct {
	config
	http   *httptest.Server
	faults fakeserver.Faults

	mu       sync.Mutex // guards all below; never held while waiting or while a user's function runs
	projects []*project
	users    []User
	shops    []Shop
	files    []File
	nextTask int64
	effects  []Effect
	log      []Call
	counts   map[string]int
	hook     func(method string, n int)
	second   time.Time
	inSecond int
}

// New makes a fake that is only a handler, to be served at the root of a server of
// your own.
func New(opts ...Option) *Server {
	s := &Server{config: defaultConfig(), counts: map[string]int{}, nextTask: 90001}
	for _, o := range opts {
		o(&s.config)
	}
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

// URL is the base URL, http://127.0.0.1:port, in place of https://open.bytenew.com;
// "" for a Server made by [New].
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

// AppKey is the application's app_key.
func (s *Server) AppKey() string { return s.appKey }

// AppSecret is the application's app_secret, the salt of signatures.
func (s *Server) AppSecret() string { return s.appSecret }

// AccessToken is the one token the gateway takes.
func (s *Server) AccessToken() string { return s.token }

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	method := r.URL.Query().Get("method")
	s.arrive(method)
	if !fakeserver.Wait(r, s.latency) {
		panic(http.ErrAbortHandler)
	}
	s.spoil(w, r, method, string(body), func(w http.ResponseWriter, r *http.Request) {
		s.answer(r, method, body).write(w)
	})
}

// arrive counts a call and runs the hook of [Server.OnCall].
func (s *Server) arrive(method string) {
	s.mu.Lock()
	s.counts[method]++
	n, hook := s.counts[method], s.hook
	s.mu.Unlock()
	if hook != nil {
		hook(method, n)
	}
}

// OnCall sets a function that runs before each call is served, without any lock: it
// may change tasks or inject faults. n counts the calls of a method from 1. nil
// removes it.
func (s *Server) OnCall(f func(method string, n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

// call is one request whose sender is known.
type call struct {
	s      *Server
	query  url.Values
	body   map[string]any
	late   time.Duration // what it creates shows this much later
	rotate bool          // the first row of the list moves to its end
}

// endpoint is where a method lives.
type endpoint struct {
	path, verb string
	serve      func(*call) (any, *refusal)
}

// endpoints are the methods of the contract. They are set in init because they come
// back to it through their calls.
var endpoints map[string]endpoint

func init() {
	const mini = "/gateway/api/miniAPI"
	endpoints = map[string]endpoint{
		"project.list":      {mini, http.MethodGet, (*call).projectList},
		"column.list":       {mini, http.MethodGet, (*call).columnList},
		"task.list":         {mini, http.MethodGet, (*call).taskList},
		"task.list.new":     {mini, http.MethodGet, (*call).taskListNew},
		"task.getTask":      {mini, http.MethodGet, (*call).getTask},
		"task.create":       {mini, http.MethodPost, (*call).createTask},
		"task.update":       {mini, http.MethodPost, (*call).updateTask},
		"task.batchUpdate":  {mini, http.MethodPost, (*call).batchUpdate},
		"recycle.task.list": {mini, http.MethodPost, (*call).recycleList},
		"user.list":         {"/gateway/api/user", http.MethodPost, (*call).userList},
		"common.getSeller":  {"/gateway/api/bnAPI2", http.MethodGet, (*call).sellers},
		"file.url.upload":   {"/gateway/api/common", http.MethodPost, (*call).upload},
	}
}

// Methods lists the methods the fake serves, with verb and path, such as
// "task.list": "GET /gateway/api/miniAPI".
func Methods() map[string]string {
	out := make(map[string]string, len(endpoints))
	for name, e := range endpoints {
		out[name] = e.verb + " " + e.path
	}
	return out
}

// answer serves one call from the gateway's checks on.
func (s *Server) answer(r *http.Request, method string, body []byte) reply {
	known := false
	for _, e := range endpoints {
		known = known || e.path == r.URL.Path
	}
	if !known {
		return reply{status: http.StatusNotFound, text: "404 page not found"}
	}
	c := &call{s: s, query: r.URL.Query()}
	c.late, _ = r.Context().Value(lateKey{}).(time.Duration)
	c.rotate, _ = r.Context().Value(moveKey{}).(bool)
	if ref := s.checkGateway(c.query); ref != nil {
		return s.refused(ref)
	}
	e, ok := endpoints[method]
	switch {
	case !ok:
		return s.refused(refuse(s.codes.Method, "方法%s不存在", method))
	case e.path != r.URL.Path || e.verb != r.Method:
		return s.refused(refuse(s.codes.Method, "方法%s不支持%s %s", method, r.Method, r.URL.Path))
	}
	if e.verb == http.MethodPost {
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		if err := dec.Decode(&c.body); err != nil {
			return s.refused(refuse(s.codes.Parameter, "请求体不是JSON"))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	result, ref := e.serve(c)
	if ref != nil {
		return s.refused(ref)
	}
	return succeeded(method, result)
}

// text is a JSON scalar as text; "" for null and everything else.
func text(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	case bool:
		return fmt.Sprint(x)
	case int64:
		return fmt.Sprint(x)
	case int:
		return fmt.Sprint(x)
	}
	return ""
}
