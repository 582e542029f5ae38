package kingdeetest

import (
	"encoding/json"
	"strings"
	"time"
)

// Account holds the credentials the server accepts.
type Account struct {
	AcctID    string // data centre id (账套 ID, also DBID)
	Username  string // integration user (集成用户)
	Password  string // for ValidateUser and its kin
	AppID     string // 应用 ID, "<client id>_<encoded client secret>"
	AppSecret string // 应用密钥
}

// Option changes a new Server.
type Option func(*Server)

// WithAccount replaces the credentials the server accepts.
func WithAccount(a Account) Option { return func(s *Server) { s.account = a } }

// WithGateway makes the server act as the public-cloud gateway: every call must
// carry right X-Api-* headers, and refusals are HTTP 519 with an errcode body.
func WithGateway() Option { return func(s *Server) { s.gateway = true } }

// WithForms adds business objects (业务对象), or replaces those of the same id.
// Replacing a form drops its records.
func WithForms(forms ...Form) Option {
	return func(s *Server) {
		for _, f := range forms {
			s.addForm(f)
		}
	}
}

// WithClock replaces the clock behind session expiry, signature windows, the
// dates of records and the Date of answers. Latency, delays and CommitLate always use real time. The
// function must be safe for concurrent use.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.clock = now } }

// WithLatency makes every call take at least d before it is worked on.
func WithLatency(d time.Duration) Option { return func(s *Server) { s.latency = d } }

// WithoutMsgCode makes the server answer as old versions do: no MsgCode and no
// DIndex anywhere, and an empty Id beside the errors of a Save. LoginBySign then
// takes SHA-1 hashes as well.
func WithoutMsgCode() Option { return func(s *Server) { s.old = true } }

// WithOldestAnswers makes the server answer as the oldest versions do: a success
// says IsSuccess and, of a Save, Id and Number; a failure has Errors, all without
// anything else. It includes what WithoutMsgCode does.
func WithOldestAnswers() Option { return func(s *Server) { s.old, s.oldest = true, true } }

// WithSessionIdle sets after how long without a call a login session is lost;
// the default is 20 minutes.
func WithSessionIdle(d time.Duration) Option { return func(s *Server) { s.idle = d } }

// WithOperationService leaves one spelling of the service for state operations,
// "ExcuteOperation" or "ExecuteOperation"; the other is an unknown service.
func WithOperationService(name string) Option { return func(s *Server) { s.spelling = name } }

// WithStockCheck makes audits of bills that would take more out of a warehouse
// than is there stop with a question, which InterationFlags STK_InvCheckResult
// answers with yes.
func WithStockCheck() Option { return func(s *Server) { s.stockCheck = true } }

// quirks are ways in which servers differ that the options below switch on.
type quirks struct {
	scale       int // decimals in answers, 0 for as they were written
	textBool    bool
	ignore      bool // unknown keys of a Model
	oneSession  bool
	suspicious  []string
	closedUntil time.Time
}

// WithDecimalScale makes queries show decimals with n digits behind the point, as
// servers do that store them so: 2.5 is 2.5000000000 with n 10. Digits that do not
// fit are cut by rounding.
func WithDecimalScale(n int) Option { return func(s *Server) { s.quirks.scale = n } }

// WithTextBooleans makes queries show yes and no as the texts "1" and "0".
func WithTextBooleans() Option { return func(s *Server) { s.quirks.textBool = true } }

// WithUnknownKeysIgnored makes saves pass over keys of a Model that the form does
// not have, instead of refusing them. Both were seen of real servers.
func WithUnknownKeysIgnored() Option { return func(s *Server) { s.quirks.ignore = true } }

// WithSingleSession makes each login end all other sessions.
func WithSingleSession() Option { return func(s *Server) { s.quirks.oneSession = true } }

// WithFirewall blocks every call whose body holds one of these fragments, as the
// request firewall in front of some servers does with "<" or "(".
func WithFirewall(fragments ...string) Option {
	return func(s *Server) { s.quirks.suspicious = append(s.quirks.suspicious, fragments...) }
}

// WithClosedBooks refuses new vouchers, and changes to them, that are dated before
// a day: the periods up to then are closed (已结账).
func WithClosedBooks(until time.Time) Option { return func(s *Server) { s.quirks.closedUntil = until } }

// blocked tells whether the firewall stops a body. It looks at the texts behind
// the escapes of JSON.
func (q quirks) blocked(body []byte) bool {
	if len(q.suspicious) == 0 {
		return false
	}
	text := string(body)
	var v any
	if decode(body, &v) == nil {
		text += string(encode(v))
	}
	for _, fragment := range q.suspicious {
		if strings.Contains(text, fragment) {
			return true
		}
	}
	return false
}

// show is a value as a query row holds it.
func (q quirks) show(f *field, v any) any {
	switch v := v.(type) {
	case bool:
		if q.textBool && v {
			return "1"
		}
		if q.textBool {
			return "0"
		}
	case json.Number:
		if r := ratOf(v); q.scale > 0 && f.kind == kindDecimal && r != nil {
			return json.Number(r.FloatString(q.scale))
		}
	}
	return jsonValue(v)
}
