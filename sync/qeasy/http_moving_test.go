package qeasy_test

import (
	"compress/gzip"
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
	"github.com/duijie-go/duijie/mapping"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// mill is a platform whose rows move while they are read: after some pages a row near the
// beginning leaves, and all behind it come one place nearer.
type mill struct {
	mu     sync.Mutex
	rows   []int
	moves  int // rows that still leave, one after each page
	bodies []string
	answer func(w http.ResponseWriter, r *http.Request) bool // answers instead
	saved  map[string]int
}

func newMill(rows, moves int) *mill {
	m := &mill{moves: moves, saved: map[string]int{}}
	for i := range rows {
		m.rows = append(m.rows, i)
	}
	return m
}

type millAsk struct {
	Pager struct {
		No, Size, Offset int64
		Cursor           json.RawMessage
	}
	No string
}

func (m *mill) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var ask millAsk
	_ = json.Unmarshal(raw, &ask)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bodies = append(m.bodies, string(raw))
	if m.answer != nil && m.answer(w, r) {
		return
	}
	if strings.HasSuffix(r.URL.Path, "save") {
		m.saved[ask.No]++
		fmt.Fprintf(w, `{"code":"0","id":"T%s"}`, ask.No)
		return
	}
	from := max(ask.Pager.No-1, 0)*ask.Pager.Size + ask.Pager.Offset
	next := ""
	if len(ask.Pager.Cursor) > 0 { // by the last row, which stays right while rows move
		last := -1
		if n, err := strconv.Atoi(strings.Trim(string(ask.Pager.Cursor), `"`)); err == nil {
			last = n
		}
		from = int64(len(m.rows))
		if i := slices.IndexFunc(m.rows, func(n int) bool { return n > last }); i >= 0 {
			from = int64(i)
		}
	}
	list := []json.RawMessage{}
	for i := from; i < from+ask.Pager.Size && i < int64(len(m.rows)); i++ {
		list = append(list, fmt.Appendf(nil, `{"id":%d,"no":"N%d"}`, m.rows[i], m.rows[i]))
		next = fmt.Sprintf("%05d", m.rows[i])
	}
	if from+ask.Pager.Size >= int64(len(m.rows)) {
		next = ""
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"code": "0", "rows": list, "next": next, "total": len(m.rows)})
	if m.moves > 0 && len(m.rows) > 3 {
		m.rows = slices.Delete(m.rows, 1, 2)
		m.moves--
	}
}

func (m *mill) connector(t *testing.T, change func(*qeasy.HTTPConfig)) *qeasy.HTTP {
	t.Helper()
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	cfg := qeasy.HTTPConfig{
		Name: "mill", BaseURL: server.URL, APIs: []string{"list", "save"}, Judge: judgeShop,
		Sign: func(_ context.Context, r *http.Request, _ []byte) error {
			r.Header.Set("X-Api-Key", "secret-key")
			return nil
		},
		Secrets: []duijie.Secret{duijie.NewSecret("secret-key")},
		Read:    qeasy.HTTPRead{Rows: "rows", Size: "pager.size"},
		Options: []duijie.Option{duijie.WithRetry(duijie.RetryPolicy{MinDelay: time.Millisecond, ThrottleDelay: time.Millisecond})},
	}
	if change != nil {
		change(&cfg)
	}
	c, err := qeasy.NewHTTP(cfg)
	require.NoError(t, err)
	return c
}

func millPipeline(t *testing.T, c qeasy.Connector, request, source, target string) (*qeasy.Scheme, *duijiesync.Pipeline[qeasy.Row, qeasy.Write]) {
	t.Helper()
	s, d := halves(t, `{"api":"list","id":"id","request":[`+request+`]`+source+`}`, `{"api":"save","request":[{"field":"No","value":"{no}"}]`+target+`}`)
	scheme, err := qeasy.Compile(s, d, qeasy.Config{Source: c, Target: c, Since: time.Now().Add(-time.Hour)})
	require.NoError(t, err)
	p := scheme.Pipeline("mill", duijiesync.NewMemoryState())
	p.Settle = duijiesync.SettlePolicy{Attempts: 1, Delay: time.Millisecond}
	return scheme, p
}

// TestHTTPMovingRows: rows that leave while pages are read take none of those that stay with
// them, whichever way the list is paged; a plain loop over the same pages loses some.
func TestHTTPMovingRows(t *testing.T) {
	t.Parallel()
	const window = `,{"field":"start","value":"{{LAST_SYNC_TIME|datetime}}"},{"field":"end","value":"{{CURRENT_TIME|datetime}}"}`
	const paged = `{"field":"pager","type":"object","children":[{"field":"no","type":"int","value":"1"},{"field":"size","type":"int","value":"7"}]}`
	for name, c := range map[string]struct {
		read    qeasy.HTTPRead
		request string
	}{
		"pages of a window":   {qeasy.HTTPRead{Rows: "rows", Page: "pager.no", Size: "pager.size", Total: "total"}, paged + window},
		"offset of a window":  {qeasy.HTTPRead{Rows: "rows", Offset: "pager.offset", Size: "pager.size", Total: "total"}, paged[:len(paged)-0] + window},
		"pages of a list":     {qeasy.HTTPRead{Rows: "rows", Page: "pager.no", Size: "pager.size"}, paged},
		"offset of a list":    {qeasy.HTTPRead{Rows: "rows", Offset: "pager.offset", Size: "pager.size", ShortIsLast: true}, strings.Replace(paged, `"value":"1"`, `"value":"0"`, 1)},
		"cursor with a zero":  {qeasy.HTTPRead{Rows: "rows", Cursor: "pager.cursor", NextCursor: "next", Size: "pager.size"}, strings.Replace(paged, `"no","type":"int","value":"1"`, `"cursor","value":" "`, 1)},
		"cursor not asked of": {qeasy.HTTPRead{Rows: "rows", Cursor: "pager.cursor", NextCursor: "next", Size: "pager.size"}, strings.Replace(paged, `"no","type":"int","value":"1"`, `"x","value":"1"`, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMill(60, 4)
			if c.read.Offset != "" {
				c.request = strings.Replace(c.request, `{"field":"no","type":"int","value":"1"},`, "", 1)
			}
			_, p := millPipeline(t, m.connector(t, func(cfg *qeasy.HTTPConfig) { cfg.Read = c.read }), c.request, "", "")
			_, err := p.Run(t.Context())
			require.NoError(t, err)
			for _, id := range m.rows {
				require.Equal(t, 1, m.saved[fmt.Sprint("N", id)], "row %d stayed and was not read; asked %v", id, m.bodies)
			}
			for no, n := range m.saved {
				require.Equal(t, 1, n, no)
			}
		})
	}
	m := newMill(60, 4)
	server := httptest.NewServer(m)
	defer server.Close()
	seen := map[int]bool{}
	for page := 1; ; page++ {
		r, err := http.Post(server.URL+"/list", "", strings.NewReader(fmt.Sprintf(`{"pager":{"no":%d,"size":7}}`, page)))
		require.NoError(t, err)
		var got struct{ Rows []struct{ ID int } }
		require.NoError(t, json.NewDecoder(r.Body).Decode(&got))
		require.NoError(t, r.Body.Close())
		if len(got.Rows) == 0 {
			break
		}
		for _, row := range got.Rows {
			seen[row.ID] = true
		}
	}
	require.True(t, slices.ContainsFunc(m.rows, func(id int) bool { return !seen[id] }), "the naive loop must lose a row, or the test proves nothing")
}

// TestHTTPFailures: what concerns no record stops the run and writes nothing; a write without
// an answer is held; one that was throttled is sent again; credentials go nowhere else.
func TestHTTPFailures(t *testing.T) {
	t.Parallel()
	var strangers sync.Map
	stranger := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		strangers.Store(r.Header.Get("X-Api-Key"), true)
	}))
	t.Cleanup(stranger.Close)
	status := func(code int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(code)
			return true
		}
	}
	writes := func(answer func(http.ResponseWriter, *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
		n := 0
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "save") {
				return false
			}
			n++
			return n == 1 && answer(w, r)
		}
	}
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request) bool
		fails  error
		held   int64
		saved  int
	}{
		"unauthorised list":  {status(http.StatusUnauthorized), duijie.ErrUnauthenticated, 0, 0},
		"forbidden list":     {status(http.StatusForbidden), duijie.ErrPermission, 0, 0},
		"unauthorised write": {writes(status(http.StatusUnauthorized)), duijie.ErrUnauthenticated, 0, 0},
		"forbidden write":    {writes(status(http.StatusForbidden)), duijie.ErrPermission, 0, 0},
		"bad gateway":        {writes(status(http.StatusBadGateway)), nil, 1, 2},
		"gateway timeout":    {writes(status(http.StatusGatewayTimeout)), nil, 1, 2},
		"throttled write":    {writes(status(http.StatusTooManyRequests)), nil, 0, 3},
		"empty answer":       {writes(func(http.ResponseWriter, *http.Request) bool { return true }), nil, 1, 2},
		"half an answer": {writes(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"code":"0",`)
			return true
		}), nil, 1, 2},
		"redirected list": {func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, stranger.URL, http.StatusTemporaryRedirect)
			return true
		}, duijie.ErrRedirected, 0, 0},
		"redirected write": {writes(func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, stranger.URL, http.StatusTemporaryRedirect)
			return true
		}), duijie.ErrRedirected, 0, 0},
		"bomb": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(make([]byte, 20<<20))
			return z.Close() == nil
		}, duijie.ErrUnavailable, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMill(3, 0)
			m.answer = c.answer
			_, p := millPipeline(t, m.connector(t, func(cfg *qeasy.HTTPConfig) {
				cfg.Options = append(cfg.Options, duijie.WithMaxBody(1<<20))
			}), `{"field":"pager","type":"object","children":[{"field":"size","type":"int","value":"7"}]}`, "", "")
			rep, err := p.Run(t.Context())
			if c.fails != nil {
				require.ErrorIs(t, err, c.fails)
				require.NotContains(t, err.Error(), "secret-key")
				letters, listed := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
				require.NoError(t, listed)
				require.Empty(t, letters, "the fault is no record's")
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, c.held, rep.Held)
			require.Len(t, m.saved, c.saved)
			for no, n := range m.saved {
				require.Equal(t, 1, n, no)
			}
		})
	}
	t.Cleanup(func() {
		_, leaked := strangers.Load("secret-key")
		require.False(t, leaked, "a redirect took the credentials to another host")
	})
}

// TestHTTPCursorRepeats: a cursor that leads back ends in an error, not in a loop.
func TestHTTPCursorRepeats(t *testing.T) {
	t.Parallel()
	m := newMill(3, 0)
	m.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "list") {
			fmt.Fprint(w, `{"code":"0","rows":[{"id":1,"no":"N1"}],"next":"again"}`)
		}
		return strings.HasSuffix(r.URL.Path, "list")
	}
	_, p := millPipeline(t, m.connector(t, func(cfg *qeasy.HTTPConfig) {
		cfg.Read = qeasy.HTTPRead{Rows: "rows", Cursor: "cursor", NextCursor: "next"}
	}), "", "", "")
	_, err := p.Run(t.Context())
	require.ErrorIs(t, err, duijie.ErrNoProgress)
}

// TestSplitArray: each element of the array is a record with the head's fields and a key of
// its own; a row without elements is left out and counted, one whose array is none is a dead
// letter, and a part that changes is written again alone.
func TestSplitArray(t *testing.T) {
	t.Parallel()
	m := newMill(0, 0)
	parts := `{"no":"A1","n":1},{"no":"A2","n":2}`
	m.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "list") {
			return false
		}
		fmt.Fprintf(w, `{"code":"0","rows":[{"bill":"X","parts":[%s]},{"bill":"Y","parts":[]},{"bill":"Z","parts":"none"}]}`, parts)
		return true
	}
	s, d := halves(t, `{"api":"list","id":"parts.no","operation":{"method":"splitArray","arrayKey":"parts"},"request":[]}`,
		`{"api":"save","request":[{"field":"No","value":"{{parts.no}}"},{"field":"Bill","value":"{bill}"},{"field":"N","value":"{{parts.n}}"}]}`)
	c := m.connector(t, nil)
	scheme, err := qeasy.Compile(s, d, qeasy.Config{Source: c, Target: c})
	require.NoError(t, err)
	p := scheme.Pipeline("parts", duijiesync.NewMemoryState())
	p.MaxRefusedShare = 1
	rep, err := p.Run(t.Context())
	require.NoError(t, err)
	letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.Contains(t, letters[0].Message, `"parts" is no array`)
	require.EqualValues(t, 2, rep.Created)
	require.EqualValues(t, 1, scheme.Counts()[qeasy.SkipNoLines])
	require.Equal(t, map[string]int{"A1": 1, "A2": 1}, m.saved)
	require.Contains(t, m.bodies, `{"No":"A2","Bill":"X","N":"2"}`)
	parts = `{"no":"A1","n":1},{"no":"A2","n":3}`
	rep, err = p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Updated)
	require.Equal(t, map[string]int{"A1": 1, "A2": 2}, m.saved)
}

// TestHTTPAnswers: values of primaryWriteback come from the answers; of one that was lost only
// the target's id, which the lookup tells, is known.
func TestHTTPAnswers(t *testing.T) {
	t.Parallel()
	m := newMill(3, 0)
	lost := 0
	m.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "save") {
			if lost++; lost == 2 {
				m.saved["N1"]++
				w.WriteHeader(http.StatusBadGateway)
				return true
			}
		}
		return false
	}
	c := m.connector(t, func(cfg *qeasy.HTTPConfig) {
		cfg.Write.TargetID = "id"
		cfg.Write.Find = func(_ context.Context, r duijiesync.Record[qeasy.Write]) (duijiesync.Found, error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			if no := "N" + r.Key; m.saved[no] > 0 {
				return duijiesync.Found{Match: duijiesync.Exists, TargetID: "T" + no}, nil
			}
			return duijiesync.Found{}, nil
		}
	})
	scheme, p := millPipeline(t, c, `{"field":"pager","type":"object","children":[{"field":"size","type":"int","value":"7"}]}`, "",
		`,"response":[{"field":"primaryWriteback","children":[{"field":"erp","value":"{{id}}"},{"field":"said","value":"{{code}}"}]}]`)
	rep, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, rep.Created)
	require.EqualValues(t, 1, scheme.Counts()[qeasy.NoteAnswerLost])
	ask := func(want, key string) string {
		got, err := qeasy.Answers(p.State, "mill", []string{"content.id"}).Find(t.Context(),
			[]mapping.Query{{Want: "primaryWriteback." + want, Where: mapping.Filter{Path: "content.id", Values: []string{key}}}})
		require.NoError(t, err)
		return fmt.Sprintf("%s", got[0].Values)
	}
	require.Equal(t, `["TN0"]`, ask("erp", "0"))
	require.Equal(t, `["TN1"]`, ask("erp", "1"))
	require.Equal(t, `["0"]`, ask("said", "2"))
	require.Equal(t, `[]`, ask("said", "1"))
}
