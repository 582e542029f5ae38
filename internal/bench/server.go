package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// serverConfig says what a server holds and how it behaves.
type serverConfig struct {
	Records   int           // orders 1 to Records
	Scattered bool          // their numbers do not grow
	Latency   time.Duration // of every call
	PerSecond float64       // calls a second over all operations, 0 = no limit
	HTTP429   bool          // throttle with HTTP 429 instead of a code inside HTTP 200
	// LoseEvery cuts the connection of every n-th write after its effect.
	LoseEvery int
	// SilentEvery does half of every n-th write, and answers success for that half.
	SilentEvery int
	// Poison are orders the target refuses, by name (Named) or all rows with them.
	Poison []int
	Named  bool
}

// throttleBurst is how many calls the server's token bucket holds.
const throttleBurst = 10

// serverStats is what a server counted.
type serverStats struct {
	Lists, Finds, Saves, Throttled, Lost int
	First, Last                          time.Time // of the calls let through
	Rows                                 int       // distinct rows in the target
	Duplicates                           int       // copies beyond the first of a row
	Wrong                                int       // rows whose contents are not the source's
	Updates                              int
}

// calls are those the server let through.
func (s serverStats) calls() int { return s.Lists + s.Finds + s.Saves }

// server is a source and a target in one.
type server struct {
	cfg    serverConfig
	poison map[int]bool

	mu     sync.Mutex
	stats  serverStats
	copies []uint8
	tokens float64
	filled time.Time
}

func newServer(cfg serverConfig) *server {
	s := &server{cfg: cfg, poison: map[int]bool{}, copies: make([]uint8, cfg.Records+1), tokens: throttleBurst}
	for _, n := range cfg.Poison {
		s.poison[n] = true
	}
	return s
}

// serve runs a server until in ends, after it wrote its address to out.
func serve(text string, in io.Reader, out io.Writer) error {
	var cfg serverConfig
	if err := json.Unmarshal([]byte(text), &cfg); err != nil {
		return err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	hs := &http.Server{Handler: newServer(cfg).handler(), ReadHeaderTimeout: time.Minute}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = hs.Close()
	}()
	fmt.Fprintf(out, "http://%s\n", listener.Addr())
	if err := hs.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders/list", s.call(s.list))
	mux.HandleFunc("POST /docs/save", s.call(s.save))
	mux.HandleFunc("POST /docs/find", s.call(s.find))
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		stats := s.stats
		for _, n := range s.copies {
			stats.count(n)
		}
		_ = json.NewEncoder(w).Encode(stats)
	})
	return mux
}

func (s *serverStats) count(copies uint8) {
	if copies > 0 {
		s.Rows++
		s.Duplicates += int(copies) - 1
	}
}

// bodies are buffers that requests and answers are put together in.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// call does what is common to all operations. A nil answer cuts the connection.
func (s *server) call(op func(body, answer []byte) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if s.cfg.Latency > 0 {
			wait := time.NewTimer(s.cfg.Latency)
			<-wait.C
		}
		w.Header().Set("Content-Type", "application/json")
		if !s.admit(time.Now()) {
			if s.cfg.HTTP429 {
				w.WriteHeader(http.StatusTooManyRequests)
			}
			fmt.Fprintf(w, `{"code":%d,"message":"too many calls"}`, codeThrottled)
			return
		}
		buf := bodies.Get().(*[]byte)
		defer bodies.Put(buf)
		answer, err := op(body, (*buf)[:0])
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
		case answer == nil:
			cut(w)
		default:
			*buf = answer
			w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
			_, _ = w.Write(answer)
		}
	}
}

// cut closes the connection without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// admit asks the token bucket.
func (s *server) admit(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cfg.PerSecond > 0 {
		if !s.filled.IsZero() {
			s.tokens = min(s.tokens+now.Sub(s.filled).Seconds()*s.cfg.PerSecond, throttleBurst)
		}
		s.filled = now
		if s.tokens < 1 {
			s.stats.Throttled++
			return false
		}
		s.tokens--
	}
	if s.stats.First.IsZero() {
		s.stats.First = now
	}
	s.stats.Last = now
	return true
}

func (s *server) list(body, answer []byte) ([]byte, error) {
	var req listRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, err
	}
	after := 0
	if req.After != "" {
		id, err := strconv.Atoi(req.After)
		if err != nil {
			return nil, err
		}
		after = id - idBase
	}
	s.mu.Lock()
	s.stats.Lists++
	s.mu.Unlock()
	last := min(after+req.Limit, s.cfg.Records)
	answer = append(answer, `{"code":0,"message":"","data":{"items":[`...)
	for n := after + 1; n <= last; n++ {
		if n > after+1 {
			answer = append(answer, ',')
		}
		answer = appendOrder(answer, n, s.cfg.Scattered)
	}
	next := ""
	if last < s.cfg.Records {
		next = strconv.Itoa(idBase + last)
	}
	return fmt.Appendf(answer, `],"next":"%s"}}`, next), nil
}

func (s *server) find(body, answer []byte) ([]byte, error) {
	var req findRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Finds++
	answer = append(answer, `{"code":0,"message":"","data":{"rows":[`...)
	for _, no := range req.Nos {
		n := indexOf(no)
		if n < 1 || n >= len(s.copies) || s.copies[n] == 0 {
			continue
		}
		answer = appendRow(answer, rowAnswer{No: no, ID: strconv.Itoa(n), OK: true})
	}
	return append(answer, `]}}`...), nil
}

// stored is a row of a write as the target needs it.
type stored struct {
	ID  string `json:"id"`
	Doc struct {
		No     string          `json:"no"`
		Amount json.RawMessage `json:"amount"`
	} `json:"doc"`
}

func (s *server) save(body, answer []byte) ([]byte, error) {
	var req struct {
		Rows []stored `json:"rows"`
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Saves++
	rows := req.Rows
	if !s.cfg.Named && s.anyPoison(rows) {
		return fmt.Appendf(answer, `{"code":%d,"message":"a row is not valid"}`, codeRefused), nil
	}
	if every := s.cfg.SilentEvery; every > 0 && s.stats.Saves%every == 0 {
		rows = rows[:len(rows)/2]
	}
	answer = append(answer, `{"code":0,"message":"","data":{"rows":[`...)
	for i := range rows {
		answer = appendRow(answer, s.store(&rows[i]))
	}
	if every := s.cfg.LoseEvery; every > 0 && s.stats.Saves%every == 0 {
		s.stats.Lost++
		return nil, nil
	}
	return append(answer, `]}}`...), nil
}

func (s *server) anyPoison(rows []stored) bool {
	for i := range rows {
		if s.poison[indexOf(rows[i].Doc.No)] {
			return true
		}
	}
	return false
}

// store takes one row: with an id it is changed, without one there is one more.
func (s *server) store(row *stored) rowAnswer {
	n := indexOf(row.Doc.No)
	if n < 1 || n >= len(s.copies) || string(row.Doc.Amount) != amount(n) {
		s.stats.Wrong++
		return rowAnswer{No: row.Doc.No, Code: "wrong", Message: "this row is not the source's"}
	}
	if s.poison[n] {
		return rowAnswer{No: row.Doc.No, Code: "poison", Message: "customer is blocked"}
	}
	a := rowAnswer{No: row.Doc.No, ID: strconv.Itoa(n), OK: true}
	if row.ID != "" {
		s.stats.Updates++
		return a
	}
	if s.copies[n] < 255 {
		s.copies[n]++
	}
	a.Created = true
	return a
}

func appendRow(b []byte, a rowAnswer) []byte {
	if b[len(b)-1] != '[' {
		b = append(b, ',')
	}
	b = fmt.Appendf(b, `{"no":"%s","id":"%s","ok":%t,"created":%t`, a.No, a.ID, a.OK, a.Created)
	if a.Code != "" {
		b = fmt.Appendf(b, `,"code":"%s","message":"%s"`, a.Code, a.Message)
	}
	return append(b, '}')
}

// Roles of a process this program starts.
const (
	serverEnv = "DUIJIE_BENCH_SERVER"
	clientEnv = "DUIJIE_BENCH_CLIENT"
)

// child runs the role this process was started for. It tells whether there was one.
func child() (status int, was bool) {
	var err error
	switch {
	case os.Getenv(serverEnv) != "":
		err = serve(os.Getenv(serverEnv), os.Stdin, os.Stdout)
	case os.Getenv(clientEnv) != "":
		err = runTask(os.Getenv(clientEnv), os.Stdout)
	default:
		return 0, false
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	return 0, true
}
