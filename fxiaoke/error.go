package fxiaoke

import (
	"errors"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

type verdict = transport.Verdict

// Errors that say which quota a call met. They come inside a *duijie.APIError;
// compare with [errors.Is].
var (
	// ErrInterfaceLimit: one interface was called too often (14001, 30004). The error is
	// duijie.ErrRateLimited too; the client waited and repeated before it gave up.
	ErrInterfaceLimit = errors.New("fxiaoke: too many calls of one interface")
	// ErrDailyQuota: the calls of this day are used up (30002). The error is
	// duijie.ErrRateLimited too, and its RetryAfter leads to the next midnight in China.
	ErrDailyQuota = errors.New("fxiaoke: the calls of the day are used up")
	// ErrNoQuota: the customer owns no open API quota pack (30003). The error is
	// duijie.ErrPermission too: waiting does not help.
	ErrNoQuota = errors.New("fxiaoke: no API quota was bought")
)

// Failure is what the platform said beside its code, the cause of a
// *duijie.APIError:
//
//	if f, ok := errors.AsType[*fxiaoke.Failure](err); ok { log.Print(f.TraceID, f.ThirdTraceID) }
type Failure struct {
	Message      string // errorMessage; the vendor says that it changes
	Description  string // errorDescription, often in Chinese
	TraceID      string // the platform's id of the call
	ThirdTraceID string // our id of the call; support asks for both
	Quota        error  // ErrInterfaceLimit, ErrDailyQuota or ErrNoQuota; nil for other failures
}

// Error gives what the error around it does not print already.
func (f *Failure) Error() string {
	text := "thirdTraceId " + f.ThirdTraceID
	if f.Quota != nil {
		text = strings.TrimPrefix(f.Quota.Error(), "fxiaoke: ") + ", " + text
	}
	return text
}

// Unwrap returns the quota's error.
func (f *Failure) Unwrap() error { return f.Quota }

// place says which kind of call an answer came to: some codes have two meanings.
type place uint8

const (
	anywhere  place = iota
	onToken         // the token calls
	onAddress       // users and departments
)

// rule is one line of the table of failures.
type rule struct {
	on   place
	code string
	verdict
	quota error
}

// Hints are for those who operate the connection.
const (
	hintApp     = "check AppID, AppSecret and PermanentCode (管理后台 > 自建应用)"
	hintToken   = "still so after a new token: check the application is enabled and authorised, and that no other process replaced the permanent code"
	hintPath    = "check the path; a custom object (__c) has paths of its own"
	hintUser    = "check OpenUserID, and that the application's scope holds the employee"
	hintScope   = "grant the application the right in its settings (管理后台 > 自建应用 > 可见范围, 接口权限)"
	hintPace    = "100 calls in 20 s for each interface: other programs may call it too"
	hintDay     = "the calls of the day are used up until midnight in China: buy a further pack, or read less often"
	hintBuy     = "the customer must buy an open API quota pack"
	hintOffset  = "an offset goes to 10000 at most: leave Orders out to page by _id"
	hintSupport = "if it stays so, give traceId and thirdTraceId to the platform's support"
)

func is(on place, class duijie.Class, hint string, codes ...string) []rule {
	out := make([]rule, len(codes))
	for i, code := range codes {
		out[i] = rule{on: on, code: code, verdict: verdict{Class: class, Hint: hint}}
	}
	return out
}

// renewing: a fresh token may help. The check comes before any work.
func renewing(codes ...string) []rule {
	out := is(anywhere, duijie.ClassUnauthenticated, hintToken, codes...)
	for i := range out {
		out[i].NoEffect, out[i].Renew = true, true
	}
	return out
}

func quota(class duijie.Class, kind error, hint string, codes ...string) []rule {
	out := is(anywhere, class, hint, codes...)
	for i := range out {
		out[i].quota = kind
	}
	return out
}

// table is every code the platform documents, first match first. What is not in
// it is ErrRefused, never a success: modules have codes of their own that are in no list.
var table = func() map[string][]rule {
	all := map[string][]rule{}
	for _, rules := range [][]rule{
		is(anywhere, duijie.ClassUnavailable, "", "-1"),
		is(anywhere, duijie.ClassUnavailable, hintSupport, "-2", "50009"),

		is(onToken, duijie.ClassUnauthenticated, hintApp, "10001", "10002", "10006", "10012", "11001", "11002", "11013"),
		is(anywhere, duijie.ClassInvalid, hintPath, "10006"),
		is(anywhere, duijie.ClassInvalid, hintOffset, "10013"),
		is(anywhere, duijie.ClassInvalid, hintUser, "10010", "11008"),
		is(anywhere, duijie.ClassInvalid, "", "10001", "10002", "10003", "10004", "10005", "10007", "10008", "10009", "10011", "10012", "10014", "10015"),
		renewing("11014"),
		is(anywhere, duijie.ClassInvalid, "", "11001", "11002", "11003", "11004", "11005", "11006", "11007", "11009", "11010", "11011", "11012",
			"11013", "11015", "11016", "11017", "11018"),
		is(anywhere, duijie.ClassUnauthenticated, "", "12002"),
		is(anywhere, duijie.ClassInvalid, "", "12003", "12004", "12005", "15002"),
		is(anywhere, duijie.ClassPermission, hintScope, "15003"),

		quota(duijie.ClassThrottled, ErrInterfaceLimit, hintPace, "14001", "30004"),
		quota(duijie.ClassThrottled, ErrDailyQuota, hintDay, "30002"),
		quota(duijie.ClassPermission, ErrNoQuota, hintBuy, "30003"),

		renewing("20005", "20016"),
		is(anywhere, duijie.ClassUnauthenticated, hintApp, "20006", "20015", "20017"),
		is(anywhere, duijie.ClassUnauthenticated, "", "20010"),
		is(onAddress, duijie.ClassNotFound, hintUser, "20012"),
		is(anywhere, duijie.ClassInvalid, hintUser, "20012"),
		is(anywhere, duijie.ClassPermission, hintScope, "20014", "20020", "20021", "20022", "20023"),
		is(onAddress, duijie.ClassNotFound, "", "30007", "30027"),
		is(anywhere, duijie.ClassInvalid, "", "30007", "30027", "32000", "40010"),
	} {
		for _, r := range rules {
			all[r.code] = append(all[r.code], r)
		}
	}
	return all
}()

// classify looks a code up; one the table does not have is a refusal.
func classify(on place, code string) rule {
	for _, r := range table[code] {
		if r.on == anywhere || r.on == on {
			return r
		}
	}
	return rule{verdict: verdict{Class: duijie.ClassRefused, Hint: hintSupport}}
}
