package jdytest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	authorizePath = "/jdyconnector/app_management/push_app_authorize"
	tokenPath     = "/jdyconnector/app_management/kingdee_auth_token"
	businessRoot  = "/jdy/v2/"
	clockWindow   = 5 * time.Minute
)

// route finds the operation of a request. The two of the connector have no
// table.
func route(r *http.Request) (*operation, *Error) {
	wrongVerb := gateway(5002, "Method not allowed", "请求方法不允许")
	switch r.URL.Path {
	case authorizePath:
		if r.Method != http.MethodPost {
			return nil, wrongVerb
		}
		return &operation{verb: r.Method, path: "push_app_authorize"}, nil
	case tokenPath:
		if r.Method != http.MethodGet {
			return nil, wrongVerb
		}
		return &operation{verb: r.Method, path: "kingdee_auth_token"}, nil
	}
	path, ok := strings.CutPrefix(r.URL.Path, businessRoot)
	if !ok || !paths()[path] {
		return nil, errNotFound
	}
	op := operations()[r.Method+" "+path]
	if op == nil {
		return nil, wrongVerb
	}
	return op, nil
}

// checkGateway does what the gateway does for every path: who calls, when, and
// whether the signature is right.
func (s *Server) checkGateway(r *http.Request) *Error {
	h := r.Header
	client := h.Get("X-Api-ClientID")
	stamp := h.Get("X-Api-TimeStamp")
	nonce := h.Get("X-Api-Nonce")
	switch {
	case client == "":
		return gateway(4002, "Unauthorized, APP_ID is empty", "认证失败, 应用ID为空")
	case client != s.clientID:
		return gateway(4003, "Unauthorized, APP_ID is invalid", "认证失败, 应用ID无效")
	case h.Get("X-Api-Auth-Version") != "2.0":
		return gateway(4001, "Unauthorized, authentication type is not supported", "认证失败, 认证类型不支持")
	case !s.inWindow(stamp):
		return gateway(4006, "Unauthorized, errDescEn: X-Api-TimeStamp is invalid: "+stamp, "认证失败, errDescCn: X-Api-TimeStamp过期: "+stamp)
	case !namesBoth(h.Get("X-Api-SignHeaders")):
		return gateway(4007, "Unauthorized, errDescEn: X-Api-SignHeaders is invalid", "认证失败, errDescCn: X-Api-SignHeaders无效")
	case nonce == "" || !equal(h.Get("X-Api-Signature"), sign(s.clientSecret, stringToSign(r.Method, r.URL.Path, r.URL.RawQuery, nonce, stamp))):
		return gateway(4008, "Unauthorized, errDescEn: X-Api-Signature is invalid", "认证失败, errDescCn: X-Api-Signature无效")
	}
	s.noteNonce(nonce)
	return nil
}

// inWindow tells whether a timestamp is in milliseconds and at most 5 minutes off.
func (s *Server) inWindow(stamp string) bool {
	n, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return false
	}
	at := time.UnixMilli(n)
	if s.seconds && len(stamp) == 10 {
		at = time.Unix(n, 0)
	}
	return s.clock().Sub(at).Abs() <= clockWindow
}

func (s *Server) noteNonce(nonce string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonces[nonce] {
		s.reused++
	}
	s.nonces[nonce] = true
}

// ReusedNonces tells how many rightly signed calls had the nonce of a call
// before: a client must sign every request anew, retries too.
func (s *Server) ReusedNonces() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reused
}

// checkAccount finds the account set of a business call by its app-token and
// checks the router address and the calls of the last minute.
func (s *Server) checkAccount(r *http.Request) (*Book, *Error) {
	book, err := s.bookOf(r.Header.Get("app-token"))
	if err != nil {
		return nil, err
	}
	values, given := r.Header["X-Gw-Router-Addr"]
	if !given && s.strictRouter {
		return nil, errNotFound
	}
	if given && strings.TrimSuffix(values[0], "/") != strings.TrimSuffix(book.Account().Domain, "/") {
		return nil, errNotFound
	}
	if !book.calls.allow(s.clock(), s.callsPerMin) {
		return nil, errThrottled
	}
	return book, nil
}
