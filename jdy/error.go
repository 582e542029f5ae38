package jdy

import (
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

type verdict = transport.Verdict

// place says which call an answer came to: one code has two meanings.
type place uint8

const (
	anywhere   place = iota
	onToken          // kingdee_auth_token
	onBusiness       // everything else
)

// rule is one line of the table of failures.
type rule struct {
	on   place
	code string // a pattern: ? stands for any digit
	verdict
}

// Hints are for those who operate the connection.
const (
	hintApp      = "check ClientID and ClientSecret (open.jdy.com > 控制台)"
	hintToken    = "still so after a new token: check that the authorisation of the account set is valid and the application is enabled"
	hintEdition  = "check the path; the customer's edition (标准版, 专业版, 旗舰版) may lack the module, or the data centre's address (X-GW-Router-Addr) is another account set's"
	hintSecret   = "the authorisation's secret has changed: set OuterInstanceID, so that the current one is fetched"
	hintTrace    = "if it stays so, give the trace id to the platform's support"
	hintThrottle = "500 calls a minute for an account set: other programs may call it too"
)

func permanent(c duijie.Class, hint string) verdict { return verdict{Class: c, Hint: hint} }

// authFailed: a fresh token may help. The check comes before any work.
func authFailed() verdict {
	return verdict{Class: duijie.ClassUnauthenticated, NoEffect: true, Renew: true, Hint: hintToken}
}

// table is every code the platform is known to answer, first match first. What
// is not in it is ErrRefused, never a success, unless the HTTP status says more.
//
// Sources: constants of the vendor's gateway client, 错误码 of open.jdy.com.
var table = []rule{
	// The gateway, with HTTP 519: nothing was done unless it says so.
	{anywhere, "4001", permanent(duijie.ClassUnauthenticated, "")},
	{anywhere, "4002", permanent(duijie.ClassUnauthenticated, hintApp)},
	{anywhere, "4003", permanent(duijie.ClassUnauthenticated, hintApp)},
	{anywhere, "4004", permanent(duijie.ClassUnauthenticated, hintApp)},
	{anywhere, "4005", permanent(duijie.ClassUnauthenticated, hintApp)},
	{anywhere, "4006", verdict{
		Class: duijie.ClassUnauthenticated, NoEffect: true, Skew: true,
		Hint: "set this machine's clock right: the platform takes five minutes of difference",
	}},
	{anywhere, "4007", permanent(duijie.ClassUnauthenticated, "")},
	{anywhere, "4008", permanent(duijie.ClassUnauthenticated, hintApp+"; a proxy that rewrites path or query breaks the signature too")},
	{anywhere, "4009", authFailed()},
	{anywhere, "4010", authFailed()},
	{anywhere, "4011", authFailed()},
	{anywhere, "4012", permanent(duijie.ClassPermission, "authorise the API for the application")},
	{anywhere, "5000", permanent(duijie.ClassUnavailable, "")},
	{anywhere, "5001", permanent(duijie.ClassInvalid, hintEdition)},
	{anywhere, "5002", permanent(duijie.ClassInvalid, "the path takes another HTTP method")},
	{anywhere, "5003", permanent(duijie.ClassUnavailable, "")},
	{anywhere, "5004", permanent(duijie.ClassUnavailable, "")},
	{anywhere, "5005", permanent(duijie.ClassUnavailable, "")},
	{anywhere, "5006", permanent(duijie.ClassThrottled, "the gateway's circuit breaker is open")},
	{anywhere, "5007", permanent(duijie.ClassThrottled, "the gateway is overloaded")},

	// Standard codes.
	{anywhere, "400", permanent(duijie.ClassInvalid, "")},
	{anywhere, "401", authFailed()},
	{anywhere, "403", permanent(duijie.ClassPermission, "the application may be bound to other IP addresses, or lack the right")},
	{anywhere, "404", permanent(duijie.ClassInvalid, hintEdition)},
	{anywhere, "429", permanent(duijie.ClassThrottled, hintThrottle)},
	{anywhere, "500", permanent(duijie.ClassUnavailable, "")},
	{anywhere, "503", permanent(duijie.ClassUnavailable, "the platform may be under maintenance")},
	{anywhere, "504", permanent(duijie.ClassUnavailable, "")},

	// Ten digits.
	{anywhere, "1000202001", authFailed()},
	{anywhere, "1000002001", permanent(duijie.ClassUnavailable, "")},
	{anywhere, "1020002008", authFailed()},
	{anywhere, "1030002000", permanent(duijie.ClassInvalid, "a required field is empty")},
	{anywhere, "1030002001", permanent(duijie.ClassInvalid, "a field has the wrong JSON type: send text fields as JSON texts, numbers included")},
	{anywhere, "1030002002", permanent(duijie.ClassConflict, "look the record up and save it with its id to update it")},
	{anywhere, "1030002003", permanent(duijie.ClassNotFound, "")},
	{anywhere, "1030002004", permanent(duijie.ClassRefused, "the record is in use")},
	{anywhere, "1030002005", permanent(duijie.ClassInvalid, "send fewer records in one call")},
	{onToken, "1030002006", verdict{Class: duijie.ClassUnauthenticated, NoEffect: true, Hint: hintSecret}},
	{onBusiness, "1030002006", permanent(duijie.ClassInvalid, "a field has the wrong format")},
	{anywhere, "1040002000", permanent(duijie.ClassRefused, "a setting in the account set is wrong")},
	{anywhere, "1040003000", permanent(duijie.ClassRefused, "the customer must set something up in the account set first")},
	{anywhere, "2000002000", permanent(duijie.ClassUnavailable, hintTrace)},
	{anywhere, "2011002000", permanent(duijie.ClassUnavailable, hintTrace)},
	{anywhere, "2012002000", permanent(duijie.ClassUnavailable, hintTrace)},
	{anywhere, "2013002000", permanent(duijie.ClassUnavailable, hintTrace)},
	{anywhere, "2014002000", permanent(duijie.ClassUnavailable, hintTrace)},
	{anywhere, "2015002000", permanent(duijie.ClassUnavailable, hintTrace)},
	{anywhere, "2016002000", permanent(duijie.ClassUnavailable, hintTrace)},
	{anywhere, "2017002000", permanent(duijie.ClassUnavailable, hintTrace)},
	{anywhere, "2018002000", permanent(duijie.ClassUnavailable, hintTrace)},
	{anywhere, "2016002095", permanent(duijie.ClassRefused, "")},
	{anywhere, "2016002096", permanent(duijie.ClassRefused, "")},
	{anywhere, "2016002097", permanent(duijie.ClassRefused, "")},
	{anywhere, "2016002098", permanent(duijie.ClassRefused, "")},
	{anywhere, "2016002099", permanent(duijie.ClassRefused, "")},
	{anywhere, "2016012098", permanent(duijie.ClassRefused, "")},
	{anywhere, "2016012099", permanent(duijie.ClassRefused, "")},
	{anywhere, "2016022099", permanent(duijie.ClassRefused, "")},
	{anywhere, "2016003063", permanent(duijie.ClassRefused, "the exchange rate is 0")},
	{anywhere, "20160430??", permanent(duijie.ClassRefused, "")},
	{anywhere, "2018??????", permanent(duijie.ClassRefused, "")},
}

// classify looks a code up; known is false for one the table does not have.
func classify(on place, code string) (v verdict, known bool) {
	for _, r := range table {
		if (r.on == anywhere || r.on == on) && matches(r.code, code) {
			return r.verdict, true
		}
	}
	return verdict{Class: duijie.ClassRefused}, false
}

func matches(pattern, code string) bool {
	if len(pattern) != len(code) {
		return false
	}
	for i := range len(code) {
		if pattern[i] != code[i] && (pattern[i] != '?' || code[i] < '0' || code[i] > '9') {
			return false
		}
	}
	return true
}

// PartialError is the cause of an error of a write that the platform answered
// with errcode 0 although rows of it failed. Rows that are not named were written.
//
//	if p, ok := errors.AsType[*jdy.PartialError](err); ok { log.Print(p.Rows) }
type PartialError struct {
	Rows []RowError
	// Saved is what the answer says was written all the same.
	Saved Saved
	// Named tells that every failed row has its Index, so that the others are
	// known to be written. Without it nobody can tell which rows were.
	Named bool

	unclear bool // a row says neither that it was written nor that it was not
}

// RowError is one failed row of a write.
type RowError struct {
	Index   int    // which row of the request, from 0; -1 where the platform does not say
	ID      string // the record, where it is named
	Number  string
	Message string // the platform's words
}

// Error counts the failed rows; their words are in Rows and in the message of
// the APIError around it.
func (e *PartialError) Error() string { return fmt.Sprintf("failed rows: %d", len(e.Rows)) }

// message gives the platform's words about the first rows.
func (e *PartialError) message() string {
	const shown = 3
	var texts []string
	for _, r := range e.Rows[:min(len(e.Rows), shown)] {
		text := r.Message
		if text == "" {
			text = "not written, no reason given"
		}
		switch {
		case r.Number != "":
			text = r.Number + ": " + text
		case r.Index >= 0:
			text = fmt.Sprintf("row %d: %s", r.Index, text)
		}
		texts = append(texts, text)
	}
	if more := len(e.Rows) - shown; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}
