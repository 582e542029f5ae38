package fxiaoke

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

const (
	plantedSecret = "0123456789abcdef0123456789abcdef"
	plantedCode   = "PLANTED0CODE00000000000000000001"
	plantedToken  = "TOKENPLANTED0000000000000000"
	testUser      = "FSUID_0000000000000000000000000000TES1"
)

// row is a record of the stub.
type row = map[string]any

// fault makes the calls of a path fail, from the call-th on, so often.
type fault struct {
	path        string // part of it; "" is any but the token's
	call, times int    // from this matching call on; times < 0 is for ever
	kind        string // an error code, or cut, cutAfter, 502, 502After, html, garbage
}

// stub is a small platform of our own, for tests of the client.
type stub struct {
	*httptest.Server
	t  *testing.T
	mu sync.Mutex

	objects map[string]map[string]row
	sorted  map[string][]string // ids of an object in order, nil when not known
	seq     int
	clock   int64 // ms of the last write
	calls   map[string]int
	bodies  []map[string]json.RawMessage
	headers []http.Header
	traces  map[string]int
	faults  []*fault
	refused map[string]string // value of any member → the platform's words
	serial  int               // of the token
	shy     bool              // it gives half of the page it is asked for
	answer  func(path string, body map[string]json.RawMessage) (any, bool)
}

var testDay = time.Date(2026, 3, 2, 9, 0, 0, 0, duijie.China)

func newStub(t *testing.T) *stub {
	s := &stub{
		t: t, objects: map[string]map[string]row{}, sorted: map[string][]string{}, calls: map[string]int{}, traces: map[string]int{}, refused: map[string]string{},
		clock: testDay.UnixMilli(), serial: 1,
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *stub) config() Config {
	return Config{
		BaseURL: s.URL, AppID: "FSAID_test", AppSecret: duijie.NewSecret(plantedSecret), PermanentCode: duijie.NewSecret(plantedCode), OpenUserID: testUser,
	}
}

// quick retries without waiting.
var quick = duijie.WithRetry(duijie.RetryPolicy{MinDelay: -1, ThrottleDelay: -1})

type unlimited struct{}

func (unlimited) Wait(ctx context.Context) error { return ctx.Err() }

func clientOf(t *testing.T, cfg Config, opts ...duijie.Option) *Client {
	t.Helper()
	c, err := NewClient(cfg, append([]duijie.Option{quick, duijie.WithRateLimiter(unlimited{}), duijie.WithTokenStore(duijie.NewMemoryTokenStore())}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func newPair(t *testing.T, opts ...duijie.Option) (*Client, *stub) {
	t.Helper()
	s := newStub(t)
	return clientOf(t, s.config(), opts...), s
}

func (s *stub) inject(f fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.call, f.times = max(f.call, 1), cmp.Or(f.times, 1)
	s.faults = append(s.faults, &f)
}

func (s *stub) setDown(down bool) {
	s.mu.Lock()
	s.faults = nil
	s.mu.Unlock()
	if down {
		s.inject(fault{kind: "502", times: -1})
	}
}

func (s *stub) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for p, c := range s.calls {
		if strings.Contains(p, path) {
			n += c
		}
	}
	return n
}

// seed puts a record in and returns its id.
func (s *stub) seed(object string, r row) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.insert(object, r)
}

func (s *stub) insert(object string, r row) string {
	s.seq++
	id := fmt.Sprintf("%024x", s.seq*7919%1000003) // not in the order of creation
	if given, ok := r["_id"].(string); ok {
		id = given
	}
	full := row{"_id": id, "life_status": "normal", "lock_status": "0", "is_deleted": false, "create_time": s.tick(), "last_modified_time": s.clock, "version": "1"}
	maps.Copy(full, r)
	if s.objects[object] == nil {
		s.objects[object] = map[string]row{}
	}
	s.objects[object][id] = full
	delete(s.sorted, object)
	return id
}

// time is the stub's clock as the client's.
func (s *stub) time() duijie.Option {
	return duijie.WithClock(func() time.Time {
		s.mu.Lock()
		defer s.mu.Unlock()
		return time.UnixMilli(s.clock)
	})
}

func (s *stub) tick() int64 { s.clock += 1000; return s.clock }

func (s *stub) find(object, member, value string) []row {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []row
	for _, r := range s.objects[object] {
		if textOf(r[member]) == value {
			out = append(out, maps.Clone(r))
		}
	}
	return out
}

func (s *stub) change(object, member, value string, set row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.objects[object] {
		if textOf(r[member]) == value {
			maps.Copy(r, set)
			r["last_modified_time"] = s.tick()
		}
	}
}

func (s *stub) remove(object, member, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.objects[object], func(_ string, r row) bool { return textOf(r[member]) == value })
	delete(s.sorted, object)
}

func (s *stub) last() (http.Header, map[string]json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.headers[len(s.headers)-1], s.bodies[len(s.bodies)-1]
}

// trouble takes the fault that applies to a call.
func (s *stub) trouble(path string) string {
	for _, f := range s.faults {
		if !strings.Contains(path, f.path) || f.path == "" && isTokenPath(path) {
			continue
		}
		if f.call--; f.call > 0 || f.times == 0 {
			continue
		}
		f.times--
		return f.kind
	}
	return ""
}

func isTokenPath(path string) bool {
	return strings.HasSuffix(path, bodyTokenPath) || strings.HasSuffix(path, headerTokenPath)
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()["Date"] = nil // its clock may be any, and that of the machine tells nothing
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[r.URL.Path]++
	s.traces[r.URL.Query().Get("thirdTraceId")]++
	s.headers, s.bodies = append(s.headers, r.Header), append(s.bodies, membersOf(body))
	trouble := s.trouble(r.URL.Path)
	var out any
	switch {
	case trouble == "cut":
		panic(http.ErrAbortHandler)
	case trouble == "502":
		w.WriteHeader(502)
		return
	case trouble == "html":
		_, _ = io.WriteString(w, "<html>login</html>")
		return
	case trouble == "" || strings.HasSuffix(trouble, "After"):
		out = s.serve(r, membersOf(body))
	case trouble == "20016":
		s.serial++
		fallthrough
	default:
		out = failure(trouble, "told to fail "+plantedSecret)
	}
	switch trouble {
	case "cutAfter":
		panic(http.ErrAbortHandler)
	case "502After":
		w.WriteHeader(502)
		return
	}
	raw, err := json.Marshal(out)
	if err != nil {
		s.t.Error(err)
	}
	_, _ = w.Write(raw)
}

func failure(code, message string) row {
	return row{"errorCode": json.Number(code), "errorMessage": message, "traceId": "E-O.test-1"}
}

func success(members row) row {
	out := row{"errorCode": 0, "errorMessage": "OK", "errorDescription": "success", "traceId": "E-O.test-0"}
	maps.Copy(out, members)
	return out
}

func (s *stub) token() string { return plantedToken + strconv.Itoa(s.serial) }

func (s *stub) serve(r *http.Request, body map[string]json.RawMessage) any {
	path := r.URL.Path
	switch path {
	case bodyTokenPath, headerTokenPath:
		if scalar(body["appSecret"]) != plantedSecret || scalar(body["permanentCode"]) != plantedCode {
			return failure("10006", "the parameter appSecret is missing or illegal")
		}
		if path == bodyTokenPath {
			return success(row{"corpAccessToken": s.token(), "corpId": "FSCID_test", "expiresIn": 7200})
		}
		return success(row{"accessToken": s.token(), "openUserId": "FSCID_test", "ea": "testea", "expiresIn": 7084})
	}
	inHeader := r.Header.Get("Authorization") == "Bearer "+s.token() && r.Header.Get("X-Fs-Ea") == "testea" && body["corpAccessToken"] == nil
	inBody := scalar(body["corpAccessToken"]) == s.token() && scalar(body["corpId"]) == "FSCID_test" && r.Header.Get("Authorization") == ""
	if !inHeader && !inBody {
		return failure("20016", "the cropId,cropAccessToken or authorization is error")
	}
	if s.answer != nil {
		if out, ok := s.answer(path, body); ok {
			return out
		}
	}
	data := membersOf(body["data"])
	if action, ok := strings.CutPrefix(path, presetPath); ok {
		return s.act(action, false, data)
	}
	if action, ok := strings.CutPrefix(path, customPath); ok {
		return s.act(action, true, data)
	}
	return failure("10006", "the request uri=["+path+"], apiName=[null] is not exists")
}

func (s *stub) act(action string, custom bool, data map[string]json.RawMessage) any {
	object := scalar(data["dataObjectApiName"])
	fields := membersOf(data["object_data"])
	if o := scalar(fields["dataObjectApiName"]); o != "" {
		object = o
	}
	if object == "" || IsCustom(object) != custom && action != "findSimple" && action != "findOne" {
		return failure("32000", "wrong object or path")
	}
	for member, v := range fields {
		if words := s.refused[scalar(v)]; words != "" {
			return failure("301099", words+" ("+member+")")
		}
	}
	switch action {
	case "query", "findSimple":
		return s.query(object, data)
	case "get":
		r, ok := s.objects[object][scalar(data["objectDataId"])]
		if !ok {
			return success(nil)
		}
		return success(row{"data": r})
	case "create":
		return success(row{"dataId": s.insert(object, toRow(fields))})
	case "update":
		r, ok := s.objects[object][scalar(fields["_id"])]
		if !ok || fields["owner"] != nil || r["lock_status"] == "1" {
			return failure("301001", "数据不存在或不可修改")
		}
		maps.Copy(r, toRow(fields))
		r["last_modified_time"] = s.tick()
		return success(nil)
	case "invalid":
		return s.each(object, data, "object_data_id", func(r row) bool { r["life_status"] = "invalid"; return true })
	case "recover":
		return s.each(object, data, "idList", func(r row) bool { r["life_status"] = "normal"; return true })
	case "delete":
		out := s.each(object, data, "idList", func(r row) bool { return r["life_status"] == "invalid" })
		delete(s.sorted, object)
		maps.DeleteFunc(s.objects[object], func(id string, r row) bool {
			return r["life_status"] == "invalid" && strings.Contains(string(data["idList"]), id)
		})
		return out
	}
	return failure("10006", "no such action")
}

func (s *stub) each(object string, data map[string]json.RawMessage, member string, do func(row) bool) any {
	ids := []string{scalar(data[member])}
	if member == "idList" {
		ids = nil
		for id := range wire.Elements(data[member]) {
			ids = append(ids, scalar(id))
		}
	}
	for _, id := range ids {
		if r, ok := s.objects[object][id]; !ok || !do(r) {
			return failure("301002", "无此操作")
		}
	}
	return success(nil)
}

func toRow(m map[string]json.RawMessage) row {
	out := row{}
	for name, raw := range m {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		var v any
		_ = d.Decode(&v)
		if name != "dataObjectApiName" {
			out[name] = v
		}
	}
	return out
}

func (s *stub) query(object string, data map[string]json.RawMessage) any {
	var q wireSearch
	if err := json.Unmarshal(data["search_query_info"], &q); err != nil {
		return failure("32000", err.Error())
	}
	if q.Limit < 1 || q.Limit > 100 || q.Offset%q.Limit != 0 {
		return failure("32000", "limit or offset")
	}
	if q.Offset > 10000 {
		return row{"errorCode": 10013, "errorMessage": "offset out of range 10000", "errorDescription": "offset 不能超过10000"}
	}
	if s.sorted[object] == nil {
		s.sorted[object] = slices.Sorted(maps.Keys(s.objects[object]))
	}
	counted := string(data["find_explicit_total_num"]) != "false"
	byID := len(q.Orders) == 0 || q.Orders[0] == wireOrder{Field: "_id", Asc: true}
	var rows []row
	for _, id := range s.sorted[object] {
		r := s.objects[object][id]
		if !slices.ContainsFunc(q.Filters, func(f wireFilter) bool { return !matches(r, f) }) {
			rows = append(rows, r)
		}
		if byID && !counted && len(rows) == q.Offset+q.Limit {
			break
		}
	}
	if !byID {
		o := q.Orders[0]
		slices.SortStableFunc(rows, func(a, b row) int {
			if !o.Asc {
				a, b = b, a
			}
			return compareTexts(textOf(a[o.Field]), textOf(b[o.Field]), o.Field)
		})
	}
	total, limit := 0, q.Limit
	if counted {
		total = len(rows)
	}
	if s.shy {
		limit = (limit + 1) / 2
	}
	rows = rows[min(q.Offset, len(rows)):min(q.Offset+limit, len(rows))]
	list := make([]row, len(rows))
	for i, r := range rows {
		list[i] = row{}
		for name, v := range r {
			if len(q.Projection) == 0 || slices.Contains(q.Projection, name) {
				list[i][name] = v
			}
		}
	}
	return success(row{"data": row{"dataList": list, "offset": q.Offset, "limit": limit, "total": total}})
}

func matches(r row, f wireFilter) bool {
	has := textOf(r[f.Field])
	order := func(i int) int { return compareTexts(has, f.Values[i], f.Field) }
	switch f.Op {
	case OpEqual:
		return has == f.Values[0]
	case OpNotEqual:
		return has != f.Values[0]
	case OpIn:
		return slices.Contains(f.Values, has)
	case OpGreater:
		return order(0) > 0
	case OpAtLeast:
		return order(0) >= 0
	case OpLess:
		return order(0) < 0
	case OpAtMost:
		return order(0) <= 0
	case OpBetween:
		return order(0) >= 0 && order(1) <= 0
	case OpLike:
		return strings.Contains(has, f.Values[0])
	}
	return false
}

func textOf(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case int64:
		return strconv.FormatInt(x, 10)
	}
	return fmt.Sprint(v)
}

func compareTexts(a, b, field string) int {
	if strings.HasSuffix(field, "_time") {
		x, _ := strconv.ParseInt(a, 10, 64)
		y, _ := strconv.ParseInt(b, 10, 64)
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}

// canned is a client whose calls, the token's apart, are all answered so.
func canned(t *testing.T, status int, body string, opts ...duijie.Option) *Client {
	t.Helper()
	return scripted(t, func(*http.Request) (int, string) { return status, body }, opts...)
}

func readerOf(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }

// applications gives each scripted client quotas of its own.
var applications atomic.Int64

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// scripted is a client whose calls a function answers without a network, so that it
// runs under testing/synctest.
func scripted(t *testing.T, answer func(*http.Request) (int, string), opts ...duijie.Option) *Client {
	t.Helper()
	hc := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		status, body := 200, `{"errorCode":0,"corpAccessToken":"`+plantedToken+`1","corpId":"FSCID_test","expiresIn":7200}`
		if !isTokenPath(r.URL.Path) {
			status, body = answer(r)
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: readerOf(body), Request: r, ContentLength: -1}, nil
	})}
	cfg := Config{
		BaseURL: "https://open.invalid/prefix/", AppID: "FSAID_" + strconv.FormatInt(applications.Add(1), 10),
		AppSecret: duijie.NewSecret(plantedSecret), PermanentCode: duijie.NewSecret(plantedCode), OpenUserID: testUser,
	}
	return clientOf(t, cfg, append([]duijie.Option{duijie.WithHTTPClient(hc)}, opts...)...)
}
