package dingtalktest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Error is a refusal of the platform, in the words of either gateway.
type Error struct {
	// Status is the HTTP status on the new gateway; 0 means 400. The old gateway
	// always answers 200.
	Status int
	// Code is the code: text on the new gateway, "60121" or "-1" on the old.
	Code string
	// Message is the message, sub_msg where the code is wrapped.
	Message string
	// Scopes are the requiredScopes of a missing permission.
	Scopes []string
	// Wrapped puts Code into the sub_code of errcode 88, as the old gateway does
	// with its own refusals; errors of the operations behind it come bare.
	Wrapped bool
}

// Error tells the code and the words.
func (e *Error) Error() string { return e.Code + " " + e.Message }

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Refusals of the new gateway.
var (
	errNoHeader   = refuse("AuthenticationFailed.MissingParameter", "缺少参数：x-acs-dingtalk-access-token")
	errBadToken   = refuse("InvalidAuthentication", "不合法的access_token")
	errCredential = refuse("invalidClientIdOrSecret", "无效的clientId或者clientSecret")
	errUnknown    = &Error{Status: http.StatusInternalServerError, Code: "unknownError", Message: "未知错误"}
	errNoAPI      = &Error{Status: http.StatusNotFound, Code: "InvalidAction.NotFound", Message: "Specified api is not found, please check your url and method."}
)

// Codes of Yida.
const (
	codeEmpty      = "invalidParameter.parameter.parameterIsEmpty"
	codeRange      = "invalidParameter.validation.parameterValidationFailed"
	codeFormat     = "invalidParameter.methodInputs.invalidFormat"
	codeNotNumber  = "invalidParameter.parameter.expectDoubleButNonNumeric"
	codeNotObjects = "invalidParameter.parameter.typeOfArrayItemCanNotBeString"
	codeArray      = "invalidParameter.parameter.arrayLengthExceed"
	codeDigits     = "invalidParameter.parameter.doubleTypeLengthExceed"
	codeOption     = "invalidParameter.parameter.optionValueOfRadioSelectFieldExceed"
	codeTooMany    = "invalidParameter.number.exceedMax"
	codeBadData    = "invalidState.form.invalidFormData"
	codeBlank      = "invalidState.form.formDataIsBlank"
	codeRules      = "failure.form.canNotPaasSubmissionRulesCheck"
	codeComponent  = "invalidState.form.componentIsDeleted"
	codeNoRow      = "invalidState.form.dataDoesNotExistOrIsDeleted"
	codeNoForm     = "invalidState.form.formNotExist"
	codeOtherForm  = "invalidParameter.parameter.incorrectFormUuid"
	codeNoApp      = "applicationNotExist.application.applicationNotExits"
	codeAppToken   = "invalidState.authorization.invalidAuthorizationInformation"
	codeKeyMatch   = "invalidParameter.parameter.accessKeyNotMatch"
	codeNoUser     = "failure.user.userNotExist"
	codeNoAccount  = "invalidState.account.accountNotAuthorized"
	codeDenied     = "noPermission.permission.deny"
	codeReceipt    = "failure.operation.receiptFormCanNotStartInstance"
	codeProcess    = "failure.operation.processFormCanNotSaveReceiptFormData"
	codeNoValues   = "invalidParameter.json.componentValuesEmptyInSearchFieldJson"
	codeSearch     = "failure.operation.exceptionOccurredInSearch"
	codeCursor     = "invalidState.openSearch.cursorExceedFiveThousand"
	codeParameter  = "invalidParameter.parameter.error"
)

// eitherStatus are the codes the platform answers with 400 or 500.
var eitherStatus = map[string]bool{codeDenied: true, codeAppToken: true, codeNoUser: true, codeRange: true, "invalidParameter.corp.corpNotExist": true}

// oldError is a refusal in the old gateway's words.
func oldError(code int, message string) *Error {
	return &Error{Code: strconv.Itoa(code), Message: message}
}

// wrapped is a refusal of the old gateway itself.
func wrapped(code int, message string) *Error {
	return &Error{Code: strconv.Itoa(code), Message: message, Wrapped: true}
}

// reply is one answer before it is written.
type reply struct {
	status int
	body   any    // nil: an empty body
	kind   string // content type; "" is the new gateway's
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }

// result is the answer most Yida operations give.
func result(v any) (any, *Error) { return Row{"result": v}, nil }

func (r reply) write(w http.ResponseWriter) {
	kind := r.kind
	if kind == "" {
		kind = "application/json;charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(r.status)
	if r.body != nil {
		_, _ = w.Write(encode(r.body))
	}
}

// refusal writes an error as the gateway of the call does.
func (s *Server) refusal(g gate, path string, e *Error) reply {
	if g == oapi {
		return s.oldRefusal(path, e)
	}
	status := e.Status
	switch {
	case status != 0:
	case eitherStatus[e.Code] && s.yidaStatus != 0:
		status = s.yidaStatus
	default:
		status = http.StatusBadRequest
	}
	names := []string{"code", "requestid", "message", "accessdenieddetail"}
	if s.capitals {
		names = []string{"Code", "RequestId", "Message", "AccessDeniedDetail"}
	}
	body := Row{names[0]: e.Code, names[1]: strings.ToUpper(uuid()), names[2]: e.Message}
	if len(e.Scopes) > 0 {
		body[names[3]] = Row{"requiredScopes": anys(e.Scopes)}
	}
	return reply{status: status, body: body}
}

// oldRefusal is the old gateway's error: always HTTP 200, its own codes inside
// errcode 88 under /topapi, and request_id only there.
func (s *Server) oldRefusal(path string, e *Error) reply {
	code, err := strconv.Atoi(e.Code)
	if err != nil {
		code = -1
	}
	top := strings.HasPrefix(path, "topapi/")
	body := Row{"errcode": code, "errmsg": e.Message}
	switch {
	case code == 22:
		body["sub_msg"], body["errmsg"] = e.Message, "Invalid method[submsg="+e.Message+"]"
	case e.Wrapped && top:
		body["errcode"], body["sub_code"], body["sub_msg"] = 88, e.Code, e.Message
		body["errmsg"] = fmt.Sprintf("ding talk error[subcode=%s,submsg=%s]", e.Code, e.Message)
		if s.subCodeInText {
			delete(body, "sub_code")
			delete(body, "sub_msg")
		}
	}
	return s.oldReply(top, body)
}

func (s *Server) oldReply(top bool, body Row) reply {
	if s.textCodes {
		body["errcode"] = fmt.Sprint(body["errcode"])
	}
	if !top {
		return reply{status: http.StatusOK, body: body, kind: "application/json"}
	}
	body["request_id"] = requestID()
	return reply{status: http.StatusOK, body: body, kind: "application/json;charset=UTF-8"}
}

// oldOK is the old gateway's success.
func oldOK(members Row) Row {
	out := Row{"errcode": 0, "errmsg": "ok"}
	for k, v := range members {
		out[k] = v
	}
	return out
}

func requestID() string { return "16" + randomHex(6)[:11] }
