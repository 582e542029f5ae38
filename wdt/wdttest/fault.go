package wdttest

import (
	"net/http"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

// FaultKind says what goes wrong with one call.
type FaultKind string

// Kinds that every fake platform has. "After" means the platform did the work
// and only the answer is lost.
const (
	Throttle         = FaultKind(fakeserver.Throttle)         // status 100 超过每分钟最大调用频率限制，请稍后重试, no effect
	Unavailable      = FaultKind(fakeserver.Unavailable)      // HTTP 502, no effect
	UnavailableAfter = FaultKind(fakeserver.UnavailableAfter) // HTTP 502 after the effect
	Cut              = FaultKind(fakeserver.Cut)              // connection closed, no effect
	CutAfter         = FaultKind(fakeserver.CutAfter)         // connection closed after the effect
	Slow             = FaultKind(fakeserver.Slow)             // effect, the right answer after Delay
	StallAfter       = FaultKind(fakeserver.StallAfter)       // effect, then silence until the caller gives up
	TruncateAfter    = FaultKind(fakeserver.TruncateAfter)    // effect, then half of the answer
	GarbageAfter     = FaultKind(fakeserver.GarbageAfter)     // effect, then HTTP 200 with bytes that are no JSON
	HTML             = FaultKind(fakeserver.HTML)             // HTTP 200 with an HTML page, no effect
	HugeAfter        = FaultKind(fakeserver.HugeAfter)        // effect, then 10 GB of body
	DripAfter        = FaultKind(fakeserver.DripAfter)        // effect, then a body without end, a byte each Delay
	RedirectAway     = FaultKind(fakeserver.RedirectAway)     // HTTP 307 to another host, no effect
)

// Kinds of this platform.
const (
	ThrottleConcurrency FaultKind = "throttle concurrency" // status 100 超过每分钟最大并发次数限制,请稍后重试, with the ASCII comma
	DatabaseFault       FaultKind = "database fault"       // status 4
	OtherFault          FaultKind = "other fault"          // status 99
	ServerText          FaultKind = "server text"          // status 100 invalid http status 502
	TopLimited          FaultKind = "top limited"          // Qimen: TOP code 7 App Call Limited; direct: as Throttle
	TopISP              FaultKind = "top isp"              // Qimen: TOP code 15, isp.remote-connection-error; direct: as ServerText
	MissingStatus       FaultKind = "missing status"       // Qimen: the right answer without its status; direct: no fault
	ClockSkew           FaultKind = "clock skew"           // status 7 时间戳错误
	EmptyPage           FaultKind = "empty page"           // the right answer, total too, without its rows
	MoveRow             FaultKind = "move row"             // somebody changes the first row just before the page is read, so the rows behind it move forward; no fault for writes
	HiddenFailure       FaultKind = "hidden failure"       // one row of a write fails in the method's own form, under status 0 where it has one; no fault for queries
)

// FaultKinds lists every kind that any call can meet, for tests that try them
// all: all but [MoveRow], which spoils no call, and [HiddenFailure], which only
// writes meet.
func FaultKinds() []FaultKind {
	return []FaultKind{
		Throttle, Unavailable, UnavailableAfter, Cut, CutAfter, Slow, StallAfter,
		TruncateAfter, GarbageAfter, HTML, HugeAfter, DripAfter, RedirectAway,
		ThrottleConcurrency, DatabaseFault, OtherFault, ServerText, TopLimited, TopISP,
		MissingStatus, ClockSkew, EmptyPage,
	}
}

// Fault spoils chosen calls. Answers of a fault come whether or not the call
// was signed right; kinds with an effect work on the call as it is.
type Fault struct {
	Op    string        // direct method name, such as "setting.Shop.queryShop", for both gateways; "" matches every call
	Call  int           // 1 = the first matching call after Inject; 0 = from the first on
	Times int           // how many calls in a row; 0 means 1; negative means for ever
	Kind  FaultKind     // what goes wrong
	Delay time.Duration // for Slow and DripAfter
}

// Inject adds a fault. Faults are tried in the order they were added; the first
// that fires for a call decides.
func (s *Server) Inject(f Fault) {
	s.faults.Add(fakeserver.Rule{
		Op: f.Op, Call: f.Call, Times: f.Times, Kind: fakeserver.Kind(f.Kind), Delay: f.Delay,
	})
}

// ClearFaults takes every fault away; the call log stays.
func (s *Server) ClearFaults() { s.faults.Clear() }

const (
	textThrottle    = "超过每分钟最大调用频率限制，请稍后重试"
	textConcurrency = "超过每分钟最大并发次数限制，请稍后重试"
	textServer      = "invalid http status 502"
)

var (
	errThrottle = &BusinessError{100, textThrottle}
	errServer   = &BusinessError{100, textServer}
)

// refusals are the kinds answered by a 旺店通 failure.
var refusals = map[FaultKind]*BusinessError{
	Throttle:            errThrottle,
	ThrottleConcurrency: {100, "超过每分钟最大并发次数限制,请稍后重试"},
	DatabaseFault:       {4, "数据库异常"},
	OtherFault:          {99, "其他异常"},
	ServerText:          errServer,
	ClockSkew:           {7, textClock},
	TopLimited:          errThrottle,
	TopISP:              errServer,
}

// topFaults are the kinds TOP itself answers on the Qimen gateway.
var topFaults = map[FaultKind]*topError{
	TopLimited: {code: 7, message: "App Call Limited", subCode: "accesscontrol.limited-by-app-access-count", subMessage: "This ban will last for 1 more seconds"},
	TopISP:     {code: 15, message: "Remote service error", subCode: "isp.remote-connection-error", subMessage: "connection refused"},
}

// spoil answers a call, or lets the fault that fired spoil the answer.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, c gatewayCall, fault fakeserver.Rule) {
	kind := FaultKind(fault.Kind)
	if e, ok := topFaults[kind]; ok {
		if answer, isQimen := c.top(s, e); isQimen {
			s.send(w, c, answer)
			return
		}
	}
	if e, ok := refusals[kind]; ok {
		s.send(w, c, c.refuse(s, e))
		return
	}
	t := twist{emptyPage: kind == EmptyPage, missingStatus: kind == MissingStatus, hidden: kind == HiddenFailure}
	serve := func(w http.ResponseWriter, _ *http.Request) { s.send(w, c, c.answer(s, t)) }
	if kind == MoveRow {
		s.moveFirst(c.about().Op)
		kind = ""
	}
	if kind == "" || t != (twist{}) {
		serve(w, r)
		return
	}
	// A rule set of its own spoils this one call, so the log counts it once.
	var once fakeserver.Faults
	once.Add(fakeserver.Rule{Kind: fault.Kind, Delay: fault.Delay})
	once.Serve(w, r, c.about().Op, fakeserver.Answers{}, serve)
}
