package okki

import (
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

type verdict = transport.Verdict

// rule is one line of the table of failures.
type rule struct {
	code string            // "" = whatever the code
	says func(string) bool // of the platform's words; nil = whatever they are
	verdict
}

// Hints are for those who operate the connection.
const (
	hintApp      = "check ClientID and ClientSecret (CRM main account > 企业管理 > 外部集成 > API 集成)"
	hintUser     = "check Username and Password; Config.PasswordHash sends another hash"
	hintToken    = "still so after a new token: check that the application is enabled"
	hintScope    = "add the module to Config.Scopes, and to the application"
	hintRights   = "the user in user_id may not do this"
	hintQuery    = "give an id or a number; for quotations see Config.QuotationInfoBody"
	hintPath     = "check the path and the base URL: the platform has no such operation"
	hintStock    = "the line lacks stock; it can be sent again when there is some"
	hintThrottle = "the platform publishes no limit: call more slowly (duijie.WithRateLimiter)"
	hintSystem   = "what the system made can not be deleted"
)

func permanent(c duijie.Class, hint string) verdict { return verdict{Class: c, Hint: hint} }

// tokenDead: a fresh token may help. The check comes before any work.
func tokenDead() verdict {
	return verdict{Class: duijie.ClassUnauthenticated, NoEffect: true, Renew: true, Hint: hintToken}
}

func exactly(texts ...string) func(string) bool {
	return func(s string) bool {
		s = strings.TrimSuffix(strings.TrimSpace(s), ".")
		for _, t := range texts {
			if strings.EqualFold(s, t) {
				return true
			}
		}
		return false
	}
}

// says matches words that hold all the texts.
func says(texts ...string) func(string) bool {
	return func(s string) bool {
		s = strings.ToLower(s)
		for _, t := range texts {
			if !strings.Contains(s, strings.ToLower(t)) {
				return false
			}
		}
		return true
	}
}

// absent is the platform's whole answer for a record that is not there: 404 is its
// code for any failure.
const absent = "Not Found Resource"

// table is what the platform is known to answer to a call of a module, first match
// first. What is not in it is ErrRefused, never a success.
var table = []rule{
	{"", says("no permission", "scopes"), verdict{Class: duijie.ClassPermission, NoEffect: true, Hint: hintScope}},
	{"access_denied", nil, tokenDead()},
	{"401", nil, tokenDead()},
	{"429", nil, permanent(duijie.ClassThrottled, hintThrottle)},
	{"403", nil, verdict{Class: duijie.ClassPermission, NoEffect: true, Hint: hintScope}}, // whatever its words: nobody saw it for a record

	{"404", exactly(absent), permanent(duijie.ClassNotFound, "")},
	{"404", says(absent), permanent(duijie.ClassPermission, hintRights)},
	{"404", exactly("No Privilege"), permanent(duijie.ClassPermission, hintRights)},
	{"404", says("cannot be empty"), permanent(duijie.ClassInvalid, "leave the member out instead of sending it empty")},
	{"404", says("Input data validate error"), permanent(duijie.ClassInvalid, "")},
	{"404", says("specifications don't exist"), permanent(duijie.ClassNotFound, "")},
	{"404", says("分类设置不存在"), permanent(duijie.ClassNotFound, "")},
	{"404", says("System group cannot be deleted"), permanent(duijie.ClassRefused, hintSystem)},
	{"404", says("系统分组无法被删除"), permanent(duijie.ClassRefused, hintSystem)},
	{"404", says("单据被锁定"), permanent(duijie.ClassRefused, "unlock the document first")},
	{"404", says("可用库存数量不足"), permanent(duijie.ClassRefused, hintStock)},
	{"404", nil, permanent(duijie.ClassRefused, "")},

	{"400", exactly("Invalid query"), permanent(duijie.ClassInvalid, hintQuery)},
	{"400", says("Invalid data json"), permanent(duijie.ClassInvalid, "the body is no JSON")},
	{"400", says("Empty POST request body data"), permanent(duijie.ClassInvalid, "the body is empty")},
	{"400", nil, permanent(duijie.ClassInvalid, "")},

	{"-1", says("不支持的类型"), permanent(duijie.ClassInvalid, "")},
	{"-1", says("备注内容不能为空"), permanent(duijie.ClassInvalid, "")},
	{"-1", says("lead_id and company_id and opportunity_id is empty"), permanent(duijie.ClassInvalid, "name the lead, company or opportunity")},
	{"-1", says("分组不存在"), permanent(duijie.ClassInvalid, "")},
	{"-1", nil, permanent(duijie.ClassRefused, "")},

	// A business error in spite of its number.
	{"500", nil, permanent(duijie.ClassRefused, "")},

	{"invalid_scope", nil, permanent(duijie.ClassPermission, hintScope)},
	{"server_error", nil, permanent(duijie.ClassUnavailable, "")},
}

// tokenTable is what the token endpoints are known to answer, by the OAuth error.
var tokenTable = []rule{
	{"invalid_client", nil, permanent(duijie.ClassUnauthenticated, hintApp)},
	{"user.authentication.failed", nil, permanent(duijie.ClassUnauthenticated, hintUser)},
	{"", exactly("Client authentication failed"), permanent(duijie.ClassUnauthenticated, hintApp)},
	{"invalid_credentials", nil, permanent(duijie.ClassUnauthenticated, hintUser)},
	{"invalid_scope", nil, permanent(duijie.ClassPermission, hintScope)},
	{"unsupported_grant_type", nil, permanent(duijie.ClassInvalid, "")},
	{"invalid_request", says("refresh token is invalid"), permanent(duijie.ClassUnauthenticated, "the refresh token is used up")},
	{"invalid_request", nil, permanent(duijie.ClassInvalid, "")},
	{"invalid_grant", nil, permanent(duijie.ClassUnauthenticated, "")},
	{"access_denied", nil, permanent(duijie.ClassUnauthenticated, "")},
	{"server_error", nil, permanent(duijie.ClassUnavailable, "")},
	{"429", nil, permanent(duijie.ClassThrottled, hintThrottle)},
}

// classify looks an answer up; known is false for one the table does not have.
func classify(rules []rule, code, words string) (v verdict, known bool) {
	for _, r := range rules {
		if (r.code == "" || r.code == code) && (r.says == nil || r.says(words)) {
			return r.verdict, true
		}
	}
	return verdict{Class: duijie.ClassRefused}, false
}
