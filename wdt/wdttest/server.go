package wdttest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

const (
	directPath = "/openapi"
	qimenPath  = "/router/qm"
	maxBody    = 16 << 20
)

// China is the platform's time zone, +08:00 without daylight saving.
var china = time.FixedZone("UTC+8", 8*60*60)

// Server is a fake 旺店通旗舰版 platform with both gateways, and beside them the
// enterprise edition 企业版. It is an [http.Handler]; every method is safe for concurrent use.
type Server struct {
	config
	http     *httptest.Server // nil for a Server made by New
	faults   fakeserver.Faults
	limit    limiter
	inFlight atomic.Int64
	ids      atomic.Int64 // request ids of TOP errors

	mu      sync.Mutex
	methods map[string]method // by direct name
	byQimen map[string]string // direct name by Qimen name
	bins    map[string]*bin   // rows by the method that keeps them
	writes  ledger
	specs   specIndex
	scripts map[string]script // of the enterprise edition
	calls   []Call
	counts  map[string]int
	onCall  func(op string, n int)
}

// New makes a fake that is only a handler, to be served at the root of a server
// of your own: the direct gateway is at /openapi, Qimen at /router/qm, the
// enterprise edition under /openapi2/.
func New(opts ...Option) *Server {
	s := &Server{
		config:  config{account: defaultAccount(), clock: time.Now, notGranted: map[string]bool{}, keptBackOnDirect: taobaoFamily},
		methods: map[string]method{}, byQimen: map[string]string{}, counts: map[string]int{},
		bins: map[string]*bin{}, writes: newLedger(), scripts: map[string]script{},
	}
	for _, o := range opts {
		o(&s.config)
	}
	s.addCatalog()
	return s
}

// NewServer makes a fake and starts it on a free local port. Close it after use.
func NewServer(opts ...Option) *Server {
	s := New(opts...)
	s.http = httptest.NewServer(s)
	return s
}

// DirectURL is the base URL of the direct gateway, http://127.0.0.1:port/openapi;
// "" for a Server made by [New].
func (s *Server) DirectURL() string { return s.at(directPath) }

// QimenURL is the URL of the Qimen gateway, http://127.0.0.1:port/router/qm; ""
// for a Server made by [New].
func (s *Server) QimenURL() string { return s.at(qimenPath) }

func (s *Server) at(path string) string {
	if s.http == nil {
		return ""
	}
	return s.http.URL + path
}

// Close stops the server, cutting calls still being served.
func (s *Server) Close() {
	if s.http != nil {
		s.http.CloseClientConnections()
		s.http.Close()
	}
}

// Account tells the account the fake accepts.
func (s *Server) Account() Account { return s.account }

// ServeHTTP answers one call of either gateway.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	s.inFlight.Add(1)
	done := sync.OnceFunc(func() { s.inFlight.Add(-1) })
	defer done()

	var read func(*http.Request) (gatewayCall, error)
	switch r.URL.Path {
	case directPath, directPath + "/":
		read = readDirect
	case qimenPath, qimenPath + "/":
		read = s.readQimen
	default:
		if strings.HasPrefix(r.URL.Path, enterprisePath) && isScript(r.URL.Path) {
			read = readEnterprise
			break
		}
		http.NotFound(w, r)
		return
	}
	c, err := read(r)
	if err != nil {
		status := http.StatusBadRequest
		if te, ok := errors.AsType[*transportError](err); ok {
			status = te.status
		}
		http.Error(w, err.Error(), status)
		return
	}
	fault := s.arrive(c.about())
	if s.latency > 0 && !fakeserver.Wait(r, s.latency) {
		return
	}
	s.spoil(&releasing{ResponseWriter: w, release: done}, r, c, fault)
}

// gatewayCall is one call as its gateway read it.
type gatewayCall interface {
	about() Call                                            // for the log; At and Fault not set
	answer(s *Server, t twist) map[string]any               // the platform's answer to it
	refuse(s *Server, e *BusinessError) map[string]any      // a 旺店通 failure in this gateway's envelope
	top(s *Server, e *topError) (map[string]any, bool)      // a TOP failure; false on the direct gateway
	finish(s *Server, answer map[string]any) map[string]any // the last change of types
}

// twist changes an otherwise right answer.
type twist struct {
	emptyPage     bool
	hidden        bool // the write fails under status 0
	missingStatus bool
}

// transportError is a request that does not reach the platform's application.
type transportError struct {
	status int
	text   string
}

func (e *transportError) Error() string { return e.text }

// readBody reads the whole request body, up to the cap.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	if len(body) > maxBody {
		return nil, &transportError{http.StatusRequestEntityTooLarge, "request body too large"}
	}
	return body, nil
}

// parseParams decodes a query or a form. Of a name given twice the first counts.
func parseParams(raw string, into map[string]string) error {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return &transportError{http.StatusBadRequest, "bad parameters"}
	}
	for k, v := range values {
		if _, there := into[k]; !there && len(v) > 0 {
			into[k] = v[0]
		}
	}
	return nil
}

// releasing counts a call as over when its answer begins, so that a caller that
// has read an answer never finds itself still counted among the calls at once.
type releasing struct {
	http.ResponseWriter
	release func()
}

func (r *releasing) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *releasing) WriteHeader(status int) {
	r.release()
	r.ResponseWriter.WriteHeader(status)
}

func (r *releasing) Write(p []byte) (int, error) {
	r.release()
	return r.ResponseWriter.Write(p)
}
