package qeasy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// shop is a platform nobody knows: it answers failures with 200.
type shop struct {
	mu       sync.Mutex
	rows     int
	orders   map[string]int // effects by no
	lose     map[string]bool
	requests []string
	cursor   bool
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+r.URL.String()+" "+string(body))
	if r.Header.Get("X-Sign") != fmt.Sprint(len(body)) {
		fmt.Fprint(w, `{"code":"401","msg":"sign secret-key"}`)
		return
	}
	switch r.URL.Path {
	case "/api/v1/orders":
		s.list(w, r)
	case "/api/v1/save":
		var in struct{ No string }
		_ = json.Unmarshal(body, &in)
		switch {
		case in.No == "N3":
			fmt.Fprint(w, `{"code":"E17","msg":"customer is closed"}`)
			return
		case s.lose[in.No]:
			delete(s.lose, in.No)
			s.orders[in.No]++
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.Close()
			}
			return
		}
		s.orders[in.No]++
		fmt.Fprintf(w, `{"code":"0","data":{"id":"T%s"}}`, in.No)
	default:
		fmt.Fprint(w, "<html>a proxy's page</html>")
	}
}

func (s *shop) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	size, _ := strconv.Atoi(q.Get("page_size"))
	page, _ := strconv.Atoi(q.Get("page_no"))
	from := (page - 1) * size
	if s.cursor {
		from, _ = strconv.Atoi(q.Get("cursor"))
	}
	var rows []json.RawMessage
	for i := from; i < min(from+size, s.rows); i++ {
		rows = append(rows, json.RawMessage(fmt.Sprintf(`{"id":%d,"no":"N%d"}`, i, i)))
	}
	out := map[string]any{"code": "0", "data": map[string]any{"list": append([]json.RawMessage{}, rows...), "total": s.rows}}
	if s.cursor && from+size < s.rows {
		out["next"] = strconv.Itoa(from + size)
	}
	_ = json.NewEncoder(w).Encode(out)
}

func judgeShop(a qeasy.HTTPAnswer) qeasy.HTTPVerdict {
	v := qeasy.HTTPStatus(a.Status)
	if v.Class != duijie.ClassOK {
		return v
	}
	var body struct{ Code, Msg string }
	if json.Unmarshal(a.Body, &body) != nil {
		return v
	}
	switch body.Code {
	case "0":
		return v
	case "401":
		return qeasy.HTTPVerdict{Class: duijie.ClassUnauthenticated, Code: body.Code, Message: body.Msg}
	}
	return qeasy.HTTPVerdict{Class: duijie.ClassRefused, Code: body.Code, Message: body.Msg}
}

func (s *shop) connector(t *testing.T, change func(*qeasy.HTTPConfig)) *qeasy.HTTP {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	cfg := qeasy.HTTPConfig{
		Name: "shop", BaseURL: server.URL + "/api", APIs: []string{"v1/orders", "/v1/save"}, Judge: judgeShop,
		Sign: func(_ context.Context, r *http.Request, body []byte) error {
			r.Header.Set("X-Sign", fmt.Sprint(len(body)))
			return nil
		},
		Secrets: []duijie.Secret{duijie.NewSecret("secret-key")},
		Read:    qeasy.HTTPRead{Rows: "data.list", Page: "page_no", Size: "page_size", Total: "data.total"},
		Write:   qeasy.HTTPWrite{TargetID: "data.id"},
	}
	if change != nil {
		change(&cfg)
	}
	c, err := qeasy.NewHTTP(cfg)
	require.NoError(t, err)
	return c
}

func httpScheme(t *testing.T, c qeasy.Connector, request string) *qeasy.Scheme {
	t.Helper()
	source, err := qeasy.Parse(qeasy.SideSource, []byte(`{"api":"v1/orders","method":"GET","id":"id","request":`+request+`}`))
	require.NoError(t, err)
	target, err := qeasy.Parse(qeasy.SideTarget, []byte(`{"api":"/v1/save","request":[{"field":"No","value":"{no}"}],"otherRequest":[{"field":"user","value":"7"}]}`))
	require.NoError(t, err)
	s, err := qeasy.Compile(source, target, qeasy.Config{Source: c, Target: c, Since: time.Now().Add(-time.Hour)})
	require.NoError(t, err)
	return s
}

const pages = `[{"field":"page_no","value":"1"},{"field":"page_size","value":"3"},{"field":"start","value":"{{LAST_SYNC_TIME|datetime}}"},{"field":"end","value":"{{CURRENT_TIME|datetime}}"}]`

// TestHTTP: a platform without a client is read by pages and written record by record;
// a write whose answer is lost is looked up where that is possible, else held, and never
// sent again blindly.
func TestHTTP(t *testing.T) {
	t.Parallel()
	for _, finds := range []bool{true, false} {
		t.Run(fmt.Sprint("finds ", finds), func(t *testing.T) {
			t.Parallel()
			s := &shop{rows: 10, orders: map[string]int{}, lose: map[string]bool{"N5": true, "N8": true}}
			c := s.connector(t, func(cfg *qeasy.HTTPConfig) {
				if finds {
					cfg.Write.Find = func(_ context.Context, r duijiesync.Record[qeasy.Write]) (duijiesync.Found, error) {
						s.mu.Lock()
						defer s.mu.Unlock()
						var in struct{ No string }
						if err := json.Unmarshal(r.Value.Request, &in); err != nil || s.orders[in.No] == 0 {
							return duijiesync.Found{}, err
						}
						return duijiesync.Found{Match: duijiesync.Exists, TargetID: "T" + in.No}, nil
					}
				}
			})
			p := httpScheme(t, c, pages).Pipeline("orders", duijiesync.NewMemoryState())
			p.Settle = duijiesync.SettlePolicy{Attempts: 1, Delay: time.Millisecond}
			rep, err := p.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 10, rep.Read)
			require.EqualValues(t, 1, rep.Refused)
			if finds {
				require.Zero(t, rep.Held)
			} else {
				require.EqualValues(t, 2, rep.Held)
			}
			require.Len(t, s.orders, 9)
			for no, n := range s.orders {
				require.Equal(t, 1, n, no)
			}
			require.Contains(t, s.requests, `POST /api/v1/save?user=7 {"No":"N1"}`)
			letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{Reason: duijiesync.DeadRefused})
			require.NoError(t, err)
			require.Len(t, letters, 1)
			require.Contains(t, letters[0].Message, "customer is closed")
		})
	}
}

// TestHTTPReads: by cursor, in one answer, by a list that is read until it rests, and
// what is no list is an error.
func TestHTTPReads(t *testing.T) {
	t.Parallel()
	const plain = `[{"field":"page_no","value":"1"},{"field":"page_size","value":"3"}]`
	for name, c := range map[string]struct {
		cursor bool
		read   qeasy.HTTPRead
		want   int64
		fails  error
	}{
		"cursor":      {true, qeasy.HTTPRead{Rows: "data.list", Cursor: "cursor", NextCursor: "next", Size: "page_size"}, 10, nil},
		"one answer":  {false, qeasy.HTTPRead{Rows: "data.list"}, 3, nil},
		"double pass": {false, qeasy.HTTPRead{Rows: "data.list", Page: "page_no", Size: "page_size"}, 10, nil},
		"no list":     {false, qeasy.HTTPRead{Rows: "data.rows", Page: "page_no"}, 0, duijie.ErrMalformedAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &shop{rows: 10, orders: map[string]int{}, cursor: c.cursor}
			p := httpScheme(t, s.connector(t, func(cfg *qeasy.HTTPConfig) { cfg.Read = c.read }), plain).Pipeline("orders", duijiesync.NewMemoryState())
			rep, err := p.Run(t.Context())
			if c.fails != nil {
				require.ErrorIs(t, err, c.fails)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, rep.Read)
			again, err := p.Run(t.Context())
			require.NoError(t, err)
			require.Zero(t, again.Created+again.Updated, "read again, written once")
		})
	}
}

func TestHTTPSettings(t *testing.T) {
	t.Parallel()
	_, err := qeasy.NewHTTP(qeasy.HTTPConfig{BaseURL: "ftp://x", Read: qeasy.HTTPRead{Page: "a", Offset: "b", Cursor: "c"}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, what := range []string{"BaseURL", "APIs", "Judge", "more than one", "NextCursor"} {
		require.ErrorContains(t, err, what)
	}
	s := &shop{rows: 1, orders: map[string]int{}}
	c := s.connector(t, func(cfg *qeasy.HTTPConfig) { cfg.Sign = nil })
	_, err = httpScheme(t, c, `[]`).Pipeline("orders", duijiesync.NewMemoryState()).Run(t.Context())
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
	require.NotContains(t, err.Error(), "secret-key")
	require.NotContains(t, fmt.Sprintf("%v %+v", c, c), "secret-key")
}

// TestHTTPOtherPages: a proxy's page is no answer; a write it came for is in doubt.
func TestHTTPOtherPages(t *testing.T) {
	t.Parallel()
	s := &shop{rows: 1, orders: map[string]int{}}
	c := s.connector(t, func(cfg *qeasy.HTTPConfig) { cfg.APIs = []string{"v1/orders", "page"} })
	source, target := halves(t, `{"api":"v1/orders","method":"GET","id":"id","request":[{"field":"page_size","value":"3"}]}`,
		`{"api":"page","request":[{"field":"No","value":"{no}"}]}`)
	scheme, err := qeasy.Compile(source, target, qeasy.Config{Source: c, Target: c})
	require.NoError(t, err)
	p := scheme.Pipeline("orders", duijiesync.NewMemoryState())
	p.Settle = duijiesync.SettlePolicy{Attempts: 1, Delay: time.Millisecond}
	rep, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Held)
	require.Zero(t, rep.Created)
}
