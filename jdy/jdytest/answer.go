package jdytest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// Error is a refusal of the platform, as [Server.Refuse] and handlers give it.
type Error struct {
	Status      int    // HTTP status; 0 means 200
	Code        int    // errcode
	Description string // description
	Chinese     string // description_cn, left out when ""
}

// Error tells the code and the words.
func (e *Error) Error() string { return strconv.Itoa(e.Code) + " " + e.Description }

// Codes the fake answers with.
const (
	codeParameter  = 400
	codeThrottled  = 429
	codeEmpty      = 1030002000
	codeType       = 1030002001
	codeExists     = 1030002002
	codeMissing    = 1030002003
	codeInUse      = 1030002004
	codeTooMany    = 1030002005
	codeRotated    = 1030002006 // on kingdee_auth_token
	codeAppKey     = 1020002008
	codeJWTExpired = 1000202001
	codeService    = 1000002001
)

func refuse(code int, format string, args ...any) *Error {
	return &Error{Code: code, Description: fmt.Sprintf(format, args...)}
}

// badRequest is the answer to a parameter that can not be read, HTTP 400 too.
func badRequest(format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: codeParameter, Description: fmt.Sprintf(format, args...)}
}

// gatewayStatus is the HTTP status of the gateway's own refusals.
const gatewayStatus = 519

func gateway(code int, english, chinese string) *Error {
	return &Error{Status: gatewayStatus, Code: code, Description: english + "[GW]", Chinese: chinese + "[网关]"}
}

var (
	errThrottled = &Error{Status: http.StatusTooManyRequests, Code: codeThrottled, Description: "Too Many Requests"}
	errNotFound  = gateway(5001, "API not found", "请求的API不存在")
)

// reply is one answer before it is written.
type reply struct {
	status int
	body   any
}

func (e *Error) reply() reply {
	body := map[string]any{"errcode": e.Code, "description": e.Description}
	if e.Chinese != "" {
		body["description_cn"] = e.Chinese
	}
	if e.Code == codeRotated {
		body["data"] = nil
	}
	return reply{max(e.Status, http.StatusOK), body}
}

// success is the usual envelope.
func success(data any) reply {
	return reply{http.StatusOK, map[string]any{"errcode": 0, "description": "success", "data": data}}
}

func (r reply) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(r.status)
	_, _ = w.Write(encode(r.body))
}

func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // rows are plain JSON values, checked when they come in
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// uuid names one request in X-Api-Requestid.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
