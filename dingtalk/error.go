package dingtalk

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// Errors of this platform that need an answer of their own. They come inside a
// *duijie.APIError: compare with errors.Is.
var (
	// ErrQuota: what the organisation's plan includes is used up: the calls of the
	// month (then RetryAfter tells when the month ends, and the error matches
	// duijie.ErrRateLimited too) or the room for data (then duijie.ErrPermission).
	// Nothing was done, and no repeat helps: stop, and raise the plan.
	ErrQuota = errors.New("quota of the plan used up")
	// ErrBlocked: the platform bans this machine's address for some minutes, for
	// more than 10,000 calls in 20 s. It matches duijie.ErrRateLimited too.
	ErrBlocked = errors.New("address banned for a while")
	// ErrTooManyRows: the query goes deeper than the platform pages. Narrow it.
	ErrTooManyRows = errors.New("more rows than can be paged")
	// ErrFormBusy: another batch operation, a publication or a rebuild holds the
	// form. It passes; it matches duijie.ErrRateLimited too.
	ErrFormBusy = errors.New("form busy")
	// ErrWrongFormKind: a plain form (receipt) was to be started, or an approval form
	// (process) to be saved.
	ErrWrongFormKind = errors.New("wrong kind of form")
	// ErrNoComponent: the form has no component of this id. A [ComponentError] names it
	// where the form's definition can be read.
	ErrNoComponent = errors.New("no such component")
	// ErrAmbiguous: two instances have the key that was looked up.
	ErrAmbiguous = errors.New("two instances have this key")
)

// ScopeError is the cause of a refusal for rights the application lacks.
type ScopeError struct {
	Scopes []string // such as Yida.Form.Write
}

// Error names the rights.
func (e *ScopeError) Error() string { return "missing rights: " + strings.Join(e.Scopes, ", ") }

// QuotaError is what ErrQuota looks like: it says which quota.
type QuotaError struct {
	Monthly bool // the calls of the month; else the room for data
}

// Error says which quota.
func (e *QuotaError) Error() string {
	if e.Monthly {
		return "the organisation's API calls of this month are used up"
	}
	return "the room the plan gives for data is used up"
}

// Is matches ErrQuota.
func (e *QuotaError) Is(target error) bool { return target == ErrQuota }

var (
	monthlyQuota  = &QuotaError{Monthly: true}
	capacityQuota = &QuotaError{}
)

// Hints are for those who operate the connection.
const (
	hintBase     = "check the base URL, and that no proxy answers in the platform's place"
	hintBan      = "10,000 calls in 20 s from one address are too many"
	hintApp      = "check AppKey and AppSecret (open.dingtalk.com > 凭证与基础信息)"
	hintToken    = "still so after a new token: another program may renew it with another secret"
	hintNoToken  = "the token did not arrive: a proxy may strip headers or queries"
	hintRight    = "grant the application the right (open.dingtalk.com > 权限管理)"
	hintIP       = "put this machine's address on the white list (服务器出口IP)"
	hintQuota    = "the month's calls of the whole organisation are used up, by all its applications together: raise the plan, or wait for the month to end"
	hintRoom     = "raise the plan, or delete data"
	hintYida     = "check AppType and SystemToken, and that they belong together (宜搭 > 应用设置)"
	hintForm     = "check FormUUID"
	hintUser     = "the acting user (UserID) must be of this organisation and have a Yida licence"
	hintFormUser = "give the acting user (UserID) the right on the form and its data (宜搭 > 表单权限)"
	hintValue    = "a value does not fit its component"
	hintFilter   = "check the conditions of the search"
	hintNarrow   = "narrow the time window"
	hintScope    = "the application may not see this user or department: widen its scope (权限管理 > 通讯录)"
	hintPath     = "the path does not exist; a path of the new gateway begins with its version, /v1.0/"
	hintTwice    = "another change of the same row came between"
)

// quotaVerdict is the refusal for the monthly quota: until the month ends in
// China nothing can be done.
func quotaVerdict(now time.Time) verdict {
	t := now.In(duijie.China)
	next := time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, duijie.China)
	return verdict{Class: duijie.ClassThrottled, RetryAfter: max(next.Sub(now), longestWait+time.Minute), Cause: monthlyQuota, Hint: hintQuota}
}

// rule is one line of the table of failures.
type rule struct {
	on   Gateway
	code string // whole, or with * at one or both ends for any text, or ? at its end for one digit
	text string // part of the message; "" is any
	kind kind
	hint string
}

// kind is what a rule makes of an answer.
type kind uint8

const (
	token       kind = iota + 1 // renew the token, repeat once
	config                      // credentials or settings are wrong
	permission                  // a right is missing
	throttle                    // wait, repeat
	throttle1m                  // the same, a minute at least
	throttle10                  // the same, ten minutes: no call waits that long
	quota                       // calls of the month
	capacity                    // room of the plan
	busy                        // passes; a write may have been done
	formBusy                    // passes; nothing was done
	conflict                    // somebody else changed it; nothing was done
	invalidReq                  // repeating can not help
	tooMany                     // paged too deep
	noComponent                 // the form lacks a component
	wrongKind                   // start on a plain form, save on an approval form
	refused                     // a business reason
	notFound                    // the record is not there
)

var kinds = map[kind]verdict{
	token:       {Class: duijie.ClassUnauthenticated, NoEffect: true, Renew: true},
	config:      {Class: duijie.ClassUnauthenticated, NoEffect: true},
	permission:  {Class: duijie.ClassPermission, NoEffect: true},
	throttle:    {Class: duijie.ClassThrottled},
	throttle1m:  {Class: duijie.ClassThrottled, RetryAfter: time.Minute},
	throttle10:  {Class: duijie.ClassThrottled, RetryAfter: 10 * time.Minute},
	capacity:    {Class: duijie.ClassPermission, NoEffect: true, Cause: capacityQuota},
	busy:        {Class: duijie.ClassUnavailable},
	formBusy:    {Class: duijie.ClassThrottled, RetryAfter: 10 * time.Second, Cause: ErrFormBusy},
	conflict:    {Class: duijie.ClassUnavailable, NoEffect: true},
	invalidReq:  {Class: duijie.ClassInvalid, NoEffect: true},
	tooMany:     {Class: duijie.ClassInvalid, NoEffect: true, Cause: ErrTooManyRows},
	noComponent: {Class: duijie.ClassInvalid, NoEffect: true, Cause: ErrNoComponent},
	wrongKind:   {Class: duijie.ClassInvalid, NoEffect: true, Cause: ErrWrongFormKind},
	refused:     {Class: duijie.ClassRefused, NoEffect: true},
	notFound:    {Class: duijie.ClassNotFound, NoEffect: true},
}

// classify looks a code up; known is false for one the table does not have.
func classify(on Gateway, tokenCall bool, code, text string, now time.Time) (v verdict, known bool) {
	for i := range table {
		r := &table[i]
		if r.on != on || !codeMatches(r.code, code) || r.text != "" && !strings.Contains(text, r.text) {
			continue
		}
		k := r.kind
		if k == token && tokenCall {
			k = config // there is no token to renew: the secret is wrong
		}
		if k == quota {
			return quotaVerdict(now), true
		}
		v = kinds[k]
		v.Hint = r.hint
		if end, ok := penaltyEnd(text, now); ok && v.Class == duijie.ClassThrottled {
			v.RetryAfter = end
		}
		return v, true
	}
	return verdict{}, false
}

func codeMatches(pattern, code string) bool {
	head, tail := strings.HasPrefix(pattern, "*"), strings.HasSuffix(pattern, "*")
	if stem, ok := strings.CutSuffix(pattern, "?"); ok {
		digit, found := strings.CutPrefix(code, stem)
		return found && len(digit) == 1
	}
	text := strings.Trim(pattern, "*")
	if head || tail {
		code, text = strings.ToLower(code), strings.ToLower(text)
	}
	switch {
	case head && tail:
		return strings.Contains(code, text)
	case tail:
		return strings.HasPrefix(code, text)
	case head:
		return strings.HasSuffix(code, text)
	}
	return code == pattern
}

var penaltyText = regexp.MustCompile(`处罚将在 (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) 结束`)

// penaltyEnd is how long a penalty whose text names its end still lasts. One that
// is over, or days away, is not believed.
func penaltyEnd(text string, now time.Time) (time.Duration, bool) {
	found := penaltyText.FindStringSubmatch(text)
	if found == nil {
		return 0, false
	}
	end, err := time.ParseInLocation(time.DateTime, found[1], duijie.China)
	left := end.Sub(now)
	if err != nil || left <= 0 || left > time.Hour {
		return 0, false
	}
	return left + time.Second, true
}
