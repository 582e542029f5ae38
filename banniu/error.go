package banniu

import (
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// Rule tells what kind of failure an answer is. The first one of [Config.Rules]
// whose conditions all hold decides; a failure that none fits is duijie.ErrRefused,
// or ErrUnavailable where the HTTP status is 500 or above.
type Rule struct {
	Status int    // HTTP status; 0 = any
	Code   string // the platform's code as text; "" = any
	// Words are parts of error_msg of which one must be there; nil = any text. Latin
	// words must begin where a word begins, so that "sign" is not found in "assign". What
	// stands in brackets or quotes does not count: there the platform repeats names of
	// columns and values of tasks, as in 列[过期日期]. It counts where nothing else is said.
	Words []string
	Class duijie.Class // what it is
	// Ambiguous: it does not tell whether work had begun. A write is then not repeated
	// and its outcome counts as unknown.
	Ambiguous bool
	Hint      string // what to do about it, "" for nothing
}

// Hints are for those who operate the connection.
const (
	hintThrottle = "other programs may call with the same application: lower the pace with WithRateLimiter"
	hintAuth     = "check AppKey, AppSecret and AccessToken: the token can not be renewed by a call"
	hintClock    = "set this machine's clock and time zone right, or give a clock with WithClock"
	hintValue    = "options go as ids, see column.list"
	hintUnknown  = "the platform publishes no codes: where you know this one, put a Rule before DefaultRules"
)

// DefaultRules is the table of failures. The platform publishes no codes and no
// texts, so all words here are inferred; a new slice each time, to be extended.
func DefaultRules() []Rule {
	return []Rule{
		{Status: 429, Class: duijie.ClassThrottled, Hint: hintThrottle},
		{Status: 503, Class: duijie.ClassThrottled, Ambiguous: true, Hint: hintThrottle},
		{Words: []string{"频繁", "限流", "too many"}, Class: duijie.ClassThrottled, Hint: hintThrottle},
		// What is said of one value, before words that its column's name may hold without brackets.
		{Words: []string{"选项", "必填"}, Class: duijie.ClassInvalid, Hint: hintValue},
		{Words: []string{"长度", "字数", "字符"}, Class: duijie.ClassInvalid},
		{Words: []string{"超过限制", "稍后", "limit"}, Class: duijie.ClassThrottled, Ambiguous: true, Hint: hintThrottle},
		{Words: []string{"时间戳", "timestamp"}, Class: duijie.ClassUnauthenticated, Hint: hintClock},
		{Words: []string{"签名", "sign", "token", "access_token", "授权", "鉴权", "app_key", "过期"}, Class: duijie.ClassUnauthenticated, Hint: hintAuth},
	}
}

// match finds the rule of a failure.
func match(rules []Rule, status int, code, message string) (v transport.Verdict, found bool) {
	lower := strings.ToLower(ownWords(message))
	for _, r := range rules {
		if r.Status != 0 && r.Status != status || r.Code != "" && r.Code != code {
			continue
		}
		if r.Words != nil && !slices.ContainsFunc(r.Words, func(w string) bool { return holdsWord(lower, strings.ToLower(w)) }) {
			continue
		}
		return transport.Verdict{Class: r.Class, Ambiguous: r.Ambiguous, Hint: r.Hint}, true
	}
	return transport.Verdict{}, false
}

// holdsWord finds a word; one that begins with a Latin letter must not stand
// behind another.
func holdsWord(text, word string) bool {
	for at := 0; ; {
		n := strings.Index(text[at:], word)
		if n < 0 || word == "" {
			return false
		}
		at += n
		if !latin(word[0]) || at == 0 || !latin(text[at-1]) {
			return true
		}
		at++
	}
}

func latin(c byte) bool { return c >= 'a' && c <= 'z' }
