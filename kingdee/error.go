package kingdee

import (
	"errors"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// ErrAlreadyAudited marks the refusal of an audit of a record that is audited
// already. It is harmless: the record is in the state that was asked for.
var ErrAlreadyAudited = errors.New("kingdee: the record is audited already")

// RowError is one reason the platform gives for refusing a record. It matches
// [duijie.ErrConflict] for a number that is taken and [ErrAlreadyAudited].
type RowError struct {
	Index   int    // which record of the request, from 0 (DIndex); -1 when the server does not say
	Field   string // the field it names, "" for none
	Message string // its words
}

// Error gives the field and the platform's words.
func (e RowError) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + ": " + e.Message
}

// Is matches the kind of refusal.
func (e RowError) Is(target error) bool {
	switch target {
	case duijie.ErrConflict:
		return isDuplicate(e.Message)
	case ErrAlreadyAudited:
		return strings.Contains(e.Message, "已经审核") || strings.Contains(e.Message, "已审核，不")
	}
	return false
}

// Refusal is the cause of a *duijie.APIError whose answer named records or
// fields: errors.AsType[*kingdee.Refusal](err).
type Refusal struct {
	Errors []RowError
}

// Error names the fields; the words are in the APIError's Message.
func (e *Refusal) Error() string {
	var fields []string
	for _, r := range e.Errors {
		if r.Field != "" && !strings.Contains(strings.Join(fields, ",")+",", r.Field+",") {
			fields = append(fields, r.Field)
		}
	}
	if len(fields) == 0 {
		return "no field named"
	}
	return "field " + strings.Join(fields, ", ")
}

// Is matches ErrAlreadyAudited when every row says so.
func (e *Refusal) Is(target error) bool {
	for _, r := range e.Errors {
		if !r.Is(target) {
			return false
		}
	}
	return len(e.Errors) > 0 && target == ErrAlreadyAudited
}

func isDuplicate(text string) bool {
	return strings.Contains(text, "编码唯一") || strings.Contains(text, "已经被使用")
}

// origin says where in an answer a code stands.
type origin uint8

const (
	msgCode   origin = iota // Result.ResponseStatus.MsgCode
	noMsgCode               // there is none, or 0: the words decide
	gateway                 // errcode of the public cloud gateway
	plainText               // the answer is not JSON
	loginType               // LoginResultType of a login
)

// rule is one line of the table of failures.
type rule struct {
	from origin
	code string // "" any
	text string // must be in the message; "" any
	transport.Verdict
}

type verdict = transport.Verdict

// Hints are for those who operate the connection.
const (
	hintSession    = "still so after one renewal: check AcctID, that AppID and user are authorised (第三方系统登录授权), and that no other program logs in as the same user"
	hintSigned     = "check AcctID, Username, AppID and AppSecret (第三方系统登录授权); servers before PT136657 (7.3.1310.2) know no signed calls: log in with a password there"
	hintLogin      = "check AcctID, Username and the password or application secret"
	hintFirewall   = "the server's request firewall stopped it: avoid <, ( and SQL-like or script-like text, or have the rule relaxed"
	hintForm       = "copy the FormId from the form's WebAPI page"
	hintField      = "fields differ per installation: read the form's metadata (QueryBusinessInfo) or its WebAPI page"
	hintPermission = "grant the right to the integration user (集成用户)"
	hintDuplicate  = "look the record up and save it with its primary key to update it"
	hintUnnamed    = "records may have been taken all the same: look the numbers up"
	hintApp        = "check AppID and AppSecret (第三方系统登录授权)"
)

// table is every failure the platform is known to tell, first match first. What
// is not in it is ErrRefused, never a success.
//
// Sources: WebAPI manual V6.0 (MsgCode, LoginResultType), constants of the
// gateway client, https://open.kingdee.com/K3Cloud/Open/WebAPI.
var table = []rule{
	{msgCode, "", "业务对象不存在", verdict{Class: duijie.ClassNotFound, Hint: hintForm}},
	{msgCode, "1", "", verdict{Class: duijie.ClassUnauthenticated, NoEffect: true, Renew: true, Hint: hintSession}},
	{msgCode, "2", "", verdict{Class: duijie.ClassPermission, Hint: hintPermission}},
	{msgCode, "3", "", verdict{Class: duijie.ClassInvalid, Hint: "the operation's number is missing"}},
	{msgCode, "4", "", verdict{Class: duijie.ClassUnavailable}},
	{msgCode, "5", "", verdict{Class: duijie.ClassInvalid, Hint: hintForm}},
	{msgCode, "6", "", verdict{Class: duijie.ClassUnavailable}},
	{msgCode, "7", "", verdict{Class: duijie.ClassPermission, Hint: "the server's licence does not allow it"}},
	{msgCode, "8", "", verdict{Class: duijie.ClassInvalid}},
	{msgCode, "9", "字段不存在", verdict{Class: duijie.ClassNotFound, Hint: hintField}},
	{msgCode, "9", "", verdict{Class: duijie.ClassNotFound}},
	{msgCode, "10", "", verdict{Class: duijie.ClassNotFound}},
	{msgCode, "11", "编码唯一", verdict{Class: duijie.ClassConflict, Hint: hintDuplicate}},
	{msgCode, "11", "已经被使用", verdict{Class: duijie.ClassConflict, Hint: hintDuplicate}},
	{msgCode, "11", "", verdict{Class: duijie.ClassRefused}},
	{msgCode, "12", "", verdict{Class: duijie.ClassRefused}},
	{msgCode, "13", "", verdict{Class: duijie.ClassUnavailable, NoEffect: true, Hint: "the record is locked by another user (网络控制)"}},
	{msgCode, "14", "", verdict{Class: duijie.ClassThrottled}},
	{msgCode, "15", "", verdict{Class: duijie.ClassUnauthenticated, Hint: "administrators may not use the API: take another integration user"}},

	{noMsgCode, "", "会话信息已丢失", verdict{Class: duijie.ClassUnauthenticated, NoEffect: true, Renew: true, Hint: hintSession}},
	{noMsgCode, "", "会话超时", verdict{Class: duijie.ClassUnauthenticated, NoEffect: true, Renew: true, Hint: hintSession}},
	{noMsgCode, "", "业务对象不存在", verdict{Class: duijie.ClassNotFound, Hint: hintForm}},
	{noMsgCode, "", "编码唯一", verdict{Class: duijie.ClassConflict, Hint: hintDuplicate}},
	{noMsgCode, "", "已经被使用", verdict{Class: duijie.ClassConflict, Hint: hintDuplicate}},
	{noMsgCode, "", "元数据中标识为", verdict{Class: duijie.ClassNotFound, Hint: hintField}},
	{noMsgCode, "", "编码值[", verdict{Class: duijie.ClassNotFound}},
	{noMsgCode, "", "编码值或内码值必须传其一", verdict{Class: duijie.ClassInvalid, Hint: "give Numbers or IDs"}},
	{noMsgCode, "", "权限，请联系系统管理员", verdict{Class: duijie.ClassPermission, Hint: hintPermission}},
	{noMsgCode, "", "网络控制", verdict{Class: duijie.ClassUnavailable, NoEffect: true, Hint: "the record is locked by another user (网络控制)"}},

	{gateway, "4001", "", verdict{Class: duijie.ClassUnauthenticated, Hint: hintApp}},
	{gateway, "4002", "", verdict{Class: duijie.ClassUnauthenticated, Hint: "the gateway takes signed calls only, and no unknown AppID: " + hintApp}},
	{gateway, "4003", "", verdict{Class: duijie.ClassUnauthenticated, Hint: hintApp}},
	{gateway, "4004", "", verdict{Class: duijie.ClassUnauthenticated, Hint: hintApp}},
	{gateway, "4005", "", verdict{Class: duijie.ClassUnauthenticated, Hint: hintApp}},
	{gateway, "4006", "", verdict{Class: duijie.ClassUnauthenticated, NoEffect: true, Skew: true, Renew: true}},
	{gateway, "4007", "", verdict{Class: duijie.ClassUnauthenticated}},
	{gateway, "4008", "", verdict{Class: duijie.ClassUnauthenticated, Hint: hintApp + "; a proxy that rewrites the path breaks the signature too"}},
	{gateway, "4009", "", verdict{Class: duijie.ClassUnauthenticated}},
	{gateway, "4010", "", verdict{Class: duijie.ClassUnauthenticated}},
	{gateway, "4011", "", verdict{Class: duijie.ClassUnauthenticated}},
	{gateway, "4012", "", verdict{Class: duijie.ClassPermission, Hint: "authorise the API for the application"}},
	{gateway, "5000", "", verdict{Class: duijie.ClassUnavailable}},
	{gateway, "5001", "", verdict{Class: duijie.ClassInvalid, Hint: "check the service name and BaseURL"}},
	{gateway, "5002", "", verdict{Class: duijie.ClassInvalid}},
	{gateway, "5003", "", verdict{Class: duijie.ClassUnavailable}},
	{gateway, "5004", "", verdict{Class: duijie.ClassUnavailable}},
	{gateway, "5005", "", verdict{Class: duijie.ClassUnavailable}},
	{gateway, "5006", "", verdict{Class: duijie.ClassThrottled, Hint: "the gateway's circuit breaker is open"}},
	{gateway, "5007", "", verdict{Class: duijie.ClassThrottled}},
	{gateway, "", "", verdict{Class: duijie.ClassRefused, Ambiguous: true}},

	{plainText, "", "response_error:", verdict{Class: duijie.ClassUnavailable, Hint: "an unhandled exception on the server"}},
	{plainText, "", "ByRspRetStatusCode -- N001", verdict{Class: duijie.ClassUnauthenticated, Ambiguous: true, Renew: true, Hint: hintSession}},
	{plainText, "", "Additional text found in JSON string", verdict{Class: duijie.ClassInvalid, Hint: "the server did not take the form of the request body: try PositionalBody"}},

	{loginType, "0", "", verdict{Class: duijie.ClassUnauthenticated, Hint: hintLogin}},
	{loginType, "-1", "会话信息", verdict{Class: duijie.ClassUnauthenticated, Hint: "usually a wrong AcctID, or an application that is switched off"}},
	{loginType, "-1", "不允许用户", verdict{Class: duijie.ClassUnauthenticated, Hint: "add the user to the application's white list (第三方系统登录授权)"}},
	{loginType, "-1", "", verdict{Class: duijie.ClassUnauthenticated, Hint: hintLogin}},
	{loginType, "-2", "", verdict{Class: duijie.ClassUnauthenticated, Hint: "the password policy wants a new password"}},
	{loginType, "-3", "", verdict{Class: duijie.ClassUnauthenticated, Hint: "the password must be changed in the web client first"}},
	{loginType, "-4", "", verdict{Class: duijie.ClassUnauthenticated, Hint: "log in to the web client once and read the warning"}},
	{loginType, "-5", "", verdict{Class: duijie.ClassUnauthenticated, Hint: "log in to the web client once and answer what it asks"}},
	{loginType, "-6", "", verdict{Class: duijie.ClassUnauthenticated, Hint: "bind the cloud passport of the user first"}},
	{loginType, "-7", "", verdict{Class: duijie.ClassUnauthenticated, Hint: "the user must be activated first"}},
	{loginType, "", "", verdict{Class: duijie.ClassUnauthenticated, Hint: hintLogin}},
}

// classify looks a failure up. The code and words go into the verdict.
func classify(from origin, code, text string) verdict {
	v := verdict{Class: duijie.ClassRefused}
	for _, r := range table {
		if r.from == from && (r.code == "" || r.code == code) && strings.Contains(text, r.text) {
			v = r.Verdict
			break
		}
	}
	v.Code, v.Message = code, text
	return v
}

// noSuchService tells the answer to a service name the server does not know.
func noSuchService(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	return ok && (e.StatusCode == 404 || e.Code == "5001")
}
