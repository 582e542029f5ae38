package kingdeetest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// timestampWindow is how far a signed timestamp may be off, either way.
const timestampWindow = 5 * time.Minute

// authenticate lets a call in by its signing headers or by its session.
func (c *call) authenticate() bool {
	id := sessionID(c.r)
	if c.r.Header.Get("X-Kd-Appkey") == "" {
		c.sid = id
		return id != "" && c.s.sessions.touch(id, c.now, c.s.idle)
	}
	if !checkKd(c.s.account, c.r.Header) {
		return false
	}
	if !c.s.gateway { // the gateway has looked at these already
		if code, _ := checkAPI(c.s.account, c.r.Header, signedPath(c.r), c.now); code != 0 {
			return false
		}
	}
	if id != "" { // a session named beside a right signature must be alive all the same
		return c.s.sessions.touch(id, c.now, c.s.idle)
	}
	c.setCookies(c.s.sessions.forSigned(c.now, c.s.idle))
	return true
}

// checkKd verifies the X-Kd-* triple.
func checkKd(a Account, h http.Header) bool {
	plain, err := base64.StdEncoding.DecodeString(h.Get("X-Kd-Appdata"))
	if err != nil {
		return false
	}
	parts := strings.SplitN(string(plain), ",", 4)
	if len(parts) != 4 || parts[0] != a.AcctID || parts[1] != a.Username {
		return false
	}
	want := hmacText(a.AppSecret, a.AppID+string(plain))
	return same(h.Get("X-Kd-Appkey"), a.AppID) && same(h.Get("X-Kd-Signature"), want)
}

// checkAPI verifies the six X-Api-* headers against the path as received. It
// returns 0 or the gateway's errcode with a few words.
func checkAPI(a Account, h http.Header, path string, now time.Time) (int, string) {
	clientID, secret := splitAppID(a.AppID)
	if secret == "" && h.Get("X-Api-ClientID") == "" && clientID == a.AppID {
		return 0, "" // an AppID without a secret part: some clients leave the six out
	}
	switch {
	case h.Get("X-Api-ClientID") == "":
		return 4002, "APP_ID is empty"
	case h.Get("X-Api-ClientID") != clientID:
		return 4003, "APP_ID is invalid"
	case h.Get("X-Api-Auth-Version") != "2.0":
		return 4001, "auth type is not supported"
	case !freshTimestamp(h.Get("X-Api-Timestamp"), now):
		return 4006, "X-Api-TimeStamp is invalid: " + h.Get("X-Api-Timestamp")
	case h.Get("X-Api-Nonce") == "" || !strings.EqualFold(h.Get("X-Api-Signheaders"), "x-api-timestamp,x-api-nonce"):
		return 4007, "X-Api-SignHeaders is invalid"
	}
	want := ""
	if secret != "" {
		want = hmacText(secret, apiStringToSign(path, h.Get("X-Api-Nonce"), h.Get("X-Api-Timestamp")))
	}
	if !same(h.Get("X-Api-Signature"), want) {
		return 4008, "X-Api-Signature is invalid"
	}
	return 0, ""
}

func apiStringToSign(path, nonce, timestamp string) string {
	return "POST\n" + url.QueryEscape(path) + "\n\nx-api-nonce:" + nonce + "\nx-api-timestamp:" + timestamp + "\n"
}

// splitAppID takes an AppID apart: the client id, and the client secret out of
// the second part, "" where there is none.
func splitAppID(appID string) (clientID, secret string) {
	parts := strings.Split(appID, "_")
	if len(parts) < 2 {
		return appID, ""
	}
	raw, err := base64.StdEncoding.DecodeString(parts[1])
	if err != nil {
		return parts[0], ""
	}
	const key = "0054f397c6234378b09ca7d3e5debce7"
	for i := range raw {
		raw[i] ^= key[i%len(key)]
	}
	return parts[0], base64.StdEncoding.EncodeToString(raw)
}

// hmacText is base64 over the lower-case hex text of an HMAC-SHA256.
func hmacText(key, text string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(m.Sum(nil))))
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// freshTimestamp takes Unix seconds or milliseconds within the window.
func freshTimestamp(text string, now time.Time) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return false
	}
	at := time.Unix(n, 0)
	if n >= 1e11 {
		at = time.UnixMilli(n)
	}
	off := now.Sub(at)
	return off <= timestampWindow && off >= -timestampWindow
}

// signedPath is the path with its query as it was sent.
func signedPath(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// passGateway does the public gateway's checks; false when it has refused.
func (c *call) passGateway(w http.ResponseWriter) bool {
	code, words := checkAPI(c.s.account, c.r.Header, signedPath(c.r), c.now)
	if code != 0 {
		c.s.gatewayError(w, code, "Unauthorized, "+words, "认证失败, "+words)
	}
	return code == 0
}

// gatewayError is the gateway's own way to refuse: HTTP 519.
func (s *Server) gatewayError(w http.ResponseWriter, code int, en, zh string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Api-Requestid", newID())
	w.WriteHeader(519)
	_, _ = w.Write(encode(struct {
		ErrCode       int    `json:"errcode"`
		Description   string `json:"description"`
		DescriptionCN string `json:"description_cn"`
	}{code, en + "[GW]", zh + "[网关]"}))
}
