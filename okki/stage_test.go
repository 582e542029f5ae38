package okki

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/fakeserver"
)

const (
	plantedSecret   = "client-secret-planted-0123"
	plantedPassword = "password-planted-+/=秘"
	plantedToken    = "eyJ.token-planted.sig"
)

var testDay = time.Date(2026, 8, 7, 9, 10, 11, 0, duijie.China)

// row is a record of the stage.
type row map[string]any

// stage is a small platform of our own: one kind of record with list, info and push,
// and a token call.
type stage struct {
	*httptest.Server
	faults fakeserver.Faults
	kind   RecordKind

	mu       sync.Mutex
	rows     []row
	nextID   int64
	tokens   int             // token calls
	dead     map[string]bool // tokens that were revoked
	refused  map[string]bool // numbers pushes are refused for
	queries  []string        // queries of list calls
	inflight int             // info calls at the same time
	most     int             // and the most of them
	infoWait chan struct{}   // info calls wait for it, where it is set
	extra    http.HandlerFunc
}

func newStage(t *testing.T, kind RecordKind) *stage {
	t.Helper()
	s := &stage{kind: kind, nextID: 5203231500, dead: map[string]bool{}, refused: map[string]bool{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *stage) config() Config {
	return Config{BaseURL: s.URL, ClientID: "cid", ClientSecret: duijie.NewSecret(plantedSecret), Scopes: []string{"product", "invoices"}}
}

// unlimited takes the pace out of tests.
type unlimited struct{}

func (unlimited) Wait(ctx context.Context) error { return ctx.Err() }

func clientOf(t *testing.T, cfg Config, opts ...duijie.Option) *Client {
	t.Helper()
	c, err := NewClient(cfg, append([]duijie.Option{
		duijie.WithRetry(duijie.RetryPolicy{MinDelay: -1, ThrottleDelay: -1}), duijie.WithRateLimiter(unlimited{}),
	}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func newPair(t *testing.T, kind RecordKind) (*Client, *stage) {
	t.Helper()
	s := newStage(t, kind)
	return clientOf(t, s.config()), s
}

func envelopeOf(w http.ResponseWriter, code int, message string, data any) {
	body := map[string]any{"code": code, "message": message, "now": "2026-08-07 09:10:11"}
	if data != nil {
		body["data"] = data
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func (s *stage) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == tokenPath {
		s.mu.Lock()
		s.tokens++
		token := fmt.Sprintf("%s-%d", plantedToken, s.tokens)
		s.mu.Unlock()
		_, _ = fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":28799,"access_token":%q}`, token)
		return
	}
	op := r.Method + " " + r.URL.Path
	s.faults.Serve(w, r, op, fakeserver.Answers{
		Throttle:     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		TokenExpired: deadToken,
	}, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		dead := s.dead[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
		s.mu.Unlock()
		switch {
		case dead || !strings.Contains(r.Header.Get("Authorization"), plantedToken):
			deadToken(w, r)
		case s.extra != nil:
			s.extra(w, r)
		case r.URL.Path == s.kind.list().Path:
			s.list(w, r)
		case r.URL.Path == s.kind.info().Path:
			s.info(w, r)
		case r.URL.Path == s.kind.push().Path:
			s.push(w, r)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
}

func deadToken(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, `{"error":"access_denied","message":"The resource owner or authorization server denied the request."}`)
}

func (s *stage) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	s.queries = append(s.queries, r.URL.RawQuery)
	page, size := max(num(q.Get("start_index")), 1), num(q.Get("count"))
	if size == 0 {
		size = 10
	}
	var rows []row
	for _, one := range s.rows {
		at := fmt.Sprint(one["update_time"])
		if from, to := q.Get("start_time"), q.Get("end_time"); from != "" && at < from || to != "" && at > to {
			continue
		}
		rows = append(rows, one)
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return strings.Compare(fmt.Sprint(b["update_time"]), fmt.Sprint(a["update_time"]))
	})
	from, to := min((page-1)*size, len(rows)), min(page*size, len(rows))
	data := map[string]any{"list": append([]row{}, rows[from:to]...)}
	if strings.Contains(r.URL.Path, "company") {
		data["totalItem"], data["count"] = strconv.Itoa(len(rows)), to-from
	} else {
		data["count"] = len(rows)
	}
	envelopeOf(w, 200, "success", data)
}

func num(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

func (s *stage) find(q func(name string) string) int {
	return slices.IndexFunc(s.rows, func(one row) bool {
		if id := q(s.kind.ID); id != "" {
			return fmt.Sprint(one[s.kind.ID]) == id
		}
		number := q(s.kind.Number)
		return number != "" && one[s.kind.Number] == number
	})
}

func (s *stage) info(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.inflight++
	s.most = max(s.most, s.inflight)
	wait := s.infoWait
	s.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-r.Context().Done():
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inflight--
	q := r.URL.Query()
	if q.Get(s.kind.ID) == "" && q.Get(s.kind.Number) == "" {
		envelopeOf(w, 400, "Invalid query", nil)
		return
	}
	at := s.find(q.Get)
	if at < 0 {
		envelopeOf(w, 404, "Not Found Resource.", nil)
		return
	}
	envelopeOf(w, 200, "success", s.rows[at])
}

// push creates, or edits by id, or by number as orders and outbounds do.
func (s *stage) push(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var in row
	dec := json.NewDecoder(r.Body)
	dec.UseNumber()
	if dec.Decode(&in) != nil {
		envelopeOf(w, 400, "Invalid data json", nil)
		return
	}
	number := fmt.Sprint(in[s.kind.Number])
	if s.refused[number] {
		envelopeOf(w, 404, "'name' cannot be empty", nil)
		return
	}
	at := s.find(func(name string) string {
		if v, ok := in[name]; ok && (name == s.kind.ID || s.kind.Name == "order") {
			return fmt.Sprint(v)
		}
		return ""
	})
	if at < 0 && in[s.kind.ID] != nil {
		envelopeOf(w, 404, "Not Found Resource", nil)
		return
	}
	if at < 0 {
		s.nextID += 10
		s.rows = append(s.rows, row{s.kind.ID: s.nextID, s.kind.Number: number})
		at = len(s.rows) - 1
	}
	s.edit(s.rows[at], in)
	envelopeOf(w, 200, "success", row{s.kind.ID: s.rows[at][s.kind.ID], s.kind.Number: number})
}

// edit merges lines as orders do: by their id, else by what they are the same by.
func (s *stage) edit(have, in row) {
	for name, v := range in {
		if _, lines := s.kind.lines(name); !lines && name != s.kind.ID {
			have[name] = v
		}
	}
	have["update_time"] = testDay.Format(time.DateTime)
	for _, k := range s.kind.Lines {
		lines, _ := have[k.Member].([]any)
		pushed, _ := in[k.Member].([]any)
		for _, p := range pushed {
			lines = s.merge(k, lines, p.(map[string]any), in[s.kind.ID] != nil)
		}
		if lines != nil {
			have[k.Member] = lines
		}
	}
}

func (s *stage) merge(k LineKind, lines []any, line map[string]any, edit bool) []any {
	at := slices.IndexFunc(lines, func(l any) bool {
		old := l.(map[string]any)
		if id, ok := line[k.ID]; ok {
			return fmt.Sprint(old[k.ID]) == fmt.Sprint(id)
		}
		for _, name := range k.Match[0] {
			if fmt.Sprint(old[name]) != fmt.Sprint(line[name]) {
				return false
			}
		}
		return edit
	})
	switch {
	case line["remove"] != nil:
		return slices.Delete(lines, at, at+1)
	case at < 0:
		s.nextID++
		line[k.ID] = s.nextID
		return append(lines, line)
	}
	for name, v := range line {
		lines[at].(map[string]any)[name] = v
	}
	return lines
}

func (s *stage) seed(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range n {
		s.nextID++
		s.rows = append(s.rows, row{
			s.kind.ID: s.nextID, s.kind.Number: fmt.Sprintf("P-%03d", i), "name": fmt.Sprintf("产品 %d", i), "cost": "1.50",
			"update_time": testDay.AddDate(-1, 0, 0).Add(time.Duration(i) * time.Minute).Format(time.DateTime),
		})
	}
}

func (s *stage) change(number string, set row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.rows {
		if one[s.kind.Number] == number {
			for k, v := range set {
				one[k] = v
			}
			one["update_time"] = time.Now().In(duijie.China).Add(time.Hour).Format(time.DateTime)
		}
	}
}

func (s *stage) remove(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = slices.DeleteFunc(s.rows, func(one row) bool { return one[s.kind.Number] == number })
}

func (s *stage) record(number string) row {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.rows {
		if one[s.kind.Number] == number {
			b, _ := json.Marshal(one)
			var out row
			_ = json.Unmarshal(b, &out)
			return out
		}
	}
	return nil
}

func (s *stage) countOf(number string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.rows {
		if one[s.kind.Number] == number {
			n++
		}
	}
	return n
}

func (s *stage) setDown(down bool) {
	s.faults.Clear()
	if down {
		s.faults.Add(fakeserver.Rule{Kind: fakeserver.Unavailable, Times: -1})
	}
}

func (s *stage) listQueries() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.queries)
}
