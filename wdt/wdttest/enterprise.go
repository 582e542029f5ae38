package wdttest

import (
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	enterprisePath    = "/openapi2/"
	maxSkewEnterprise = 5 * time.Minute
	enterpriseSize    = 40  // rows a page when page_size is not sent
	maxEnterpriseSize = 100 // rows a page
)

// isScript tells whether a name is a script of the enterprise edition.
func isScript(name string) bool { return strings.HasSuffix(name, ".php") }

// script is one interface of the enterprise edition (企业版).
type script struct {
	list string // member of the answer the rows stand in
	fn   func(fields map[string]string) (map[string]any, error)
}

// enterpriseLists are the scripts whose list member is known.
var enterpriseLists = map[string]string{
	"trade_query.php": "trades", "stock_query.php": "stocks", "goods_query.php": "goods_list", "shop.php": "shoplist",
	"stockout_order_query_trade.php": "stockout_list", "refund_query.php": "refunds",
}

// shortWindow are the scripts whose times may be 60 minutes apart at most.
var shortWindow = map[string]bool{"trade_query.php": true, "stockout_order_query_trade.php": true}

// EnterpriseURL is the base URL of the enterprise edition (企业版),
// http://127.0.0.1:port/openapi2/, to which the script's name is added; "" for a
// Server made by [New].
func (s *Server) EnterpriseURL() string { return s.at(enterprisePath) }

// SeedEnterprise adds rows to what a script of the enterprise edition answers, or
// replaces the rows of the same key; file is its name, such as
// "trade_query.php", and list the member its rows stand in, such as "trades".
// Rows are known by trade_no, order_no, refund_no or rec_id, if they have one of
// them, and are found by their modification time and by every member that a
// field of the request names. Numbers go out as text.
func (s *Server) SeedEnterprise(file, list string, rows ...Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts[file] = script{list: list}
	b, t := s.bin(file), tableOf(file)
	for _, r := range rows {
		b.put(t, r.clone(), s.clock())
	}
}

// HandleEnterprise makes a script of the enterprise edition answer what fn
// returns for the fields of the request, with code 0 beside it: a write such as
// trade_push.php returns new_count and chg_count. A [*BusinessError] becomes the
// failure it describes, any other error code 99. fn runs without any lock held.
func (s *Server) HandleEnterprise(file string, fn func(fields map[string]string) (map[string]any, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts[file] = script{fn: fn}
}

// enterpriseCall is a call of the enterprise edition.
type enterpriseCall struct {
	file   string
	fields map[string]string
}

func readEnterprise(r *http.Request) (gatewayCall, error) {
	if r.Method != http.MethodPost {
		return nil, &transportError{http.StatusMethodNotAllowed, "only POST is served"}
	}
	c := &enterpriseCall{file: path.Base(r.URL.Path), fields: map[string]string{}}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	return c, parseParams(string(body), c.fields)
}

func (c *enterpriseCall) about() Call {
	no, _ := strconv.Atoi(c.fields["page_no"])
	size, _ := strconv.Atoi(c.fields["page_size"])
	return Call{Op: c.file, Gateway: GatewayEnterprise, PageNo: no, PageSize: size}
}

func (c *enterpriseCall) refuse(_ *Server, e *BusinessError) map[string]any {
	return map[string]any{"code": e.Status, "message": e.Message}
}

func (c *enterpriseCall) top(*Server, *topError) (map[string]any, bool) { return nil, false }

func (c *enterpriseCall) finish(_ *Server, answer map[string]any) map[string]any { return answer }

func (c *enterpriseCall) answer(s *Server, t twist) map[string]any {
	if e := c.verify(s); e != nil {
		return c.refuse(s, e)
	}
	s.mu.Lock()
	sc, known := s.scripts[c.file]
	s.mu.Unlock()
	if !known && enterpriseLists[c.file] != "" {
		sc, known = script{list: enterpriseLists[c.file]}, true
	}
	if !known || s.notGranted[c.file] {
		return c.refuse(s, &BusinessError{100, "权限不足"})
	}
	if s.callsPerMinute > 0 && !s.limit.allow(s.clock(), s.callsPerMinute) {
		return c.refuse(s, errThrottle)
	}
	out := map[string]any{"code": 0, "message": ""}
	if sc.fn != nil {
		extra, err := sc.fn(maps.Clone(c.fields))
		if err != nil {
			return c.refuse(s, failure(err))
		}
		maps.Copy(out, extra)
		return out
	}
	rows, page, e := c.find(s)
	if e != nil {
		return c.refuse(s, e)
	}
	if s.pageRows > 0 {
		page.Size = min(page.Size, s.pageRows)
	}
	cut := page.Cut(rows)
	if t.emptyPage {
		cut = []any{}
	}
	out[sc.list] = cut
	if page.No == 0 {
		total := len(rows)
		if s.zeroTotals {
			total = 0
		}
		out["total_count"] = strconv.Itoa(total)
	}
	return out
}

// verify checks who calls, when, and the signature.
func (c *enterpriseCall) verify(s *Server) *BusinessError {
	a, f := s.account, c.fields
	switch {
	case f["sid"] != a.EnterpriseSID:
		return &BusinessError{1, "sid is not exists"}
	case f["appkey"] != a.EnterpriseAppKey:
		return &BusinessError{1, "app auth fail"}
	}
	sent, err := strconv.ParseInt(f["timestamp"], 10, 64)
	if err != nil {
		return &BusinessError{1, "timestamp 不合法"}
	}
	if skew := s.clock().Sub(time.Unix(sent, 0)).Abs(); skew > maxSkewEnterprise {
		return &BusinessError{7, textClock}
	}
	if !same(f["sign"], enterpriseSign(a.EnterpriseAppSecret, f)) {
		return &BusinessError{1, "签名错误"}
	}
	return nil
}

// find looks the rows up.
func (c *enterpriseCall) find(s *Server) ([]any, Page, *BusinessError) {
	page := Page{Size: enterpriseSize, Total: true}
	for name, into := range map[string]*int{"page_no": &page.No, "page_size": &page.Size} {
		text, sent := c.fields[name]
		if n, err := strconv.Atoi(text); sent && err == nil {
			*into = n
		} else if sent {
			return nil, page, &BusinessError{100, name + " 不合法"}
		}
	}
	if page.No < 0 || page.Size < 1 || page.Size > maxEnterpriseSize {
		return nil, page, &BusinessError{100, "page_no 从0开始,page_size 在1到100之间"}
	}
	start, e := parseTime(c.fields["start_time"])
	if e != nil {
		return nil, page, e
	}
	end, e := parseTime(c.fields["end_time"])
	if e != nil {
		return nil, page, e
	}
	if shortWindow[c.file] && !start.IsZero() && end.Sub(start) > time.Hour {
		return nil, page, &BusinessError{100, "您的查询时间过宽," + minutes60.text}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []any
	for _, o := range s.bin(c.file).ordered() {
		at := o.at.Truncate(time.Second)
		if at.Before(start) || (!end.IsZero() && at.After(end)) || !c.wants(o.row) {
			continue
		}
		rows = append(rows, numbersToText(shaped{row: o.row}.render()))
	}
	return rows, page, nil
}

// wants tells whether a row has the values the fields ask for.
func (c *enterpriseCall) wants(r Row) bool {
	for name, want := range c.fields {
		if _, there := r[name]; there && want != "" && r.text(name) != want {
			return false
		}
	}
	return true
}

// enterpriseSign is the signature of the enterprise edition: every field but
// sign by name, each as its length and text, the value too. Lengths count
// characters.
func enterpriseSign(secret string, fields map[string]string) string {
	return md5Hex(pack(fields) + secret)
}

func pack(fields map[string]string) string {
	parts := make([]string, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name == "sign" {
			continue
		}
		value := fields[name]
		parts = append(parts, fmt.Sprintf("%02d-%s:%04d-%s", utf8.RuneCountInString(name), name, utf8.RuneCountInString(value), value))
	}
	return strings.Join(parts, ";")
}
