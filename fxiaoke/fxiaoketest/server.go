package fxiaoketest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

const (
	maxBody     = 32 << 20
	maxFileBody = maxFile + 1<<20
)

// China is the zone of days and quotas, UTC+8.
var China = time.FixedZone("Asia/Shanghai", 8*60*60)

// Server is a fake fxiaoke gateway. It is an [http.Handler]; all methods are safe for
// concurrent use.
type Server struct {
	config
	http   *httptest.Server
	faults fakeserver.Faults

	mu       sync.Mutex // guards all below; never held while waiting or while a user's function runs
	objects  []*object
	users    []User
	depts    []Department
	files    map[string][]byte
	leaves   map[string]*leave
	medias   map[string]Media
	fileURL  string
	nextID   uint64
	current  *token
	tokens   []*token
	calls    map[string][]time.Time
	day      string
	dayCalls int
	traces   map[string]int
	effects  []Effect
	log      []Call
	counts   map[string]int
	hook     func(op string, n int)
	handlers map[string]func(Request) (map[string]any, error)
}

// New makes a fake that is only a handler, to be served at the root of a server of your
// own.
func New(opts ...Option) *Server {
	s := &Server{
		config: defaultConfig(), files: map[string][]byte{}, leaves: map[string]*leave{}, medias: map[string]Media{}, nextID: 0x68fa0b1c, calls: map[string][]time.Time{},
		traces: map[string]int{}, counts: map[string]int{}, handlers: map[string]func(Request) (map[string]any, error){},
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

// URL is the base URL, http://127.0.0.1:port, in place of https://open.fxiaoke.com; "" for
// a Server made by [New].
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

// AppID is the application's appId.
func (s *Server) AppID() string { return s.appID }

// AppSecret is the application's appSecret.
func (s *Server) AppSecret() string { return s.appSecret }

// PermanentCode is the application's permanentCode.
func (s *Server) PermanentCode() string { return s.permanentCode }

// CorpID is the enterprise of body mode, FSCID_ and 32 hex digits.
func (s *Server) CorpID() string { return s.corpID }

// EA is the enterprise account of header mode.
func (s *Server) EA() string { return s.ea }

// OpenUserID is the administrator as body mode names it, FSUID_ and 32 hex digits.
func (s *Server) OpenUserID() string { return s.openUserID }

// EmployeeID is the same person as header mode names it.
func (s *Server) EmployeeID() string { return s.employeeID }

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	most := int64(maxBody)
	if strings.HasPrefix(r.URL.Path, uploadPath) || r.URL.Path == mediaUpload {
		most = maxFileBody
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	switch {
	case err != nil:
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	case int64(len(body)) > most:
		http.Error(w, "Request Entity Too Large", http.StatusRequestEntityTooLarge)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	op := opOf(r.URL.Path, body)
	s.arrive(op)
	if !fakeserver.Wait(r, s.latency) {
		panic(http.ErrAbortHandler)
	}
	s.spoil(w, r, op, string(body), func(w http.ResponseWriter, r *http.Request) {
		s.answer(r, body).write(w)
	})
}

// opOf is the path and, where the body names one, the object.
func opOf(path string, body []byte) string {
	if strings.HasPrefix(path, uploadPath) {
		return strings.TrimSuffix(uploadPath, "/") // the rest differs for each file
	}
	var b struct {
		Data struct {
			Object string `json:"dataObjectApiName"`
			Row    struct {
				Object string `json:"dataObjectApiName"`
			} `json:"object_data"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &b) == nil {
		for _, name := range []string{b.Data.Object, b.Data.Row.Object} {
			if name != "" {
				return path + " " + name
			}
		}
	}
	return path
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

// OnCall sets a function that runs before each call is served, without any lock: it may
// change records or inject faults. op is the path and the object it is about, n counts
// the calls of an op from 1. nil removes it.
func (s *Server) OnCall(f func(op string, n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

// Request is one call as a function given to [Server.Handle] sees it.
type Request struct {
	Body map[string]any // decoded, numbers as json.Number
}

// Handle makes f answer every call of a path that carries good credentials: the members
// it returns stand beside errorCode. An [*Error] becomes the refusal it says. A nil f
// gives the path back to the fake.
func (s *Server) Handle(path string, f func(Request) (map[string]any, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f == nil {
		delete(s.handlers, path)
		return
	}
	s.handlers[path] = f
}

// call is one request whose sender is known.
type call struct {
	s      *Server
	body   Row
	data   Row
	open   bool // employees appear as FSUID_…
	late   time.Duration
	rotate bool
	nulls  bool
	actor  string // employee id of the acting employee

	request *http.Request // of calls that carry files
	raw     []byte
}

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// checkTrace counts thirdTraceIds and checks them in strict mode.
func (s *Server) checkTrace(r *http.Request) *refusal {
	id := r.URL.Query().Get("thirdTraceId")
	s.mu.Lock()
	s.traces[id]++
	s.mu.Unlock()
	if s.strict && !uuid4.MatchString(id) {
		return refuse(15002, "thirdTraceId is not legal")
	}
	return nil
}

// RepeatedTraces tells how many calls came without a thirdTraceId of their own.
func (s *Server) RepeatedTraces() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for id, times := range s.traces {
		if id == "" {
			n += times
		} else {
			n += times - 1
		}
	}
	return n
}

// answer serves one call from the gateway's checks on.
func (s *Server) answer(r *http.Request, raw []byte) reply {
	if strings.HasPrefix(r.URL.Path, uploadPath) {
		return s.receiveFile(r, raw)
	}
	unknown := refuse(10006, "the request uri=[%s], apiName=[null] is not exists", r.URL.Path)
	serve, known := routes()[r.URL.Path]
	s.mu.Lock()
	own := s.handlers[r.URL.Path]
	s.mu.Unlock()
	isToken := r.URL.Path == tokenBody || r.URL.Path == tokenHeader
	if r.Method != http.MethodPost || !known && own == nil && !isToken {
		return s.refused(unknown)
	}
	if ref := s.checkTrace(r); ref != nil {
		return s.refused(ref)
	}
	body, ref := readBody(raw)
	if r.URL.Path == mediaUpload {
		body, ref = queryBody(r), nil
	}
	if ref != nil {
		return s.refused(ref)
	}
	if isToken {
		return s.fetchToken(r.URL.Path, body)
	}
	c := &call{s: s, body: body, request: r, raw: raw}
	if ref := c.authenticate(r); ref != nil {
		return s.refused(ref)
	}
	if ref := s.spend(r.URL.Path); ref != nil {
		return s.refused(ref)
	}
	c.late, _ = r.Context().Value(lateKey{}).(time.Duration)
	c.rotate, _ = r.Context().Value(moveKey{}).(bool)
	if own != nil {
		return s.handled(own, Request{Body: body})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out, ref := serve(c)
	if ref != nil {
		return s.refused(ref)
	}
	return s.succeeded(out)
}

func (s *Server) handled(f func(Request) (map[string]any, error), req Request) reply {
	out, err := f(req)
	if own, ok := errors.AsType[*Error](err); ok {
		return s.refused(&refusal{code: own.Code, msg: own.Message})
	}
	if err != nil {
		return s.refused(refuse(-2, "%s", err))
	}
	return s.succeeded(out)
}

// spend counts a business call against the limits.
func (s *Server) spend(path string) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	switch day := now.In(China).Format(time.DateOnly); {
	case s.noQuota:
		return errNoPack
	case day != s.day:
		s.day, s.dayCalls = day, 0
	}
	if s.rate > 0 && !s.within(path, now, 20*time.Second, s.rate) {
		return errThrottled
	}
	s.dayCalls++
	if s.daily > 0 && s.dayCalls > s.daily {
		return errDay
	}
	return nil
}

// within counts a call of a path unless n of the last d are there already.
func (s *Server) within(path string, now time.Time, d time.Duration, n int) bool {
	recent := s.calls[path]
	for len(recent) > 0 && now.Sub(recent[0]) >= d {
		recent = recent[1:]
	}
	if len(recent) >= n {
		s.calls[path] = recent
		return false
	}
	s.calls[path] = append(recent, now)
	return true
}
