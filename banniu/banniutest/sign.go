package banniutest

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
)

// signature is the sign of a query: every parameter but sign, sorted by name, each
// name followed by its decoded value, between two copies of the secret.
func signature(query url.Values, secret string) string {
	names := make([]string, 0, len(query))
	for name := range query {
		if name != "sign" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(secret)
	for _, name := range names {
		b.WriteString(name)
		b.WriteString(query.Get(name))
	}
	b.WriteString(secret)
	sum := md5.Sum([]byte(b.String()))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// checkGateway checks what every request carries.
func (s *Server) checkGateway(query url.Values) *refusal {
	for _, name := range []string{"app_key", "access_token", "method", "timestamp", "v", "sign"} {
		if query.Get(name) == "" {
			return refuse(s.codes.Parameter, "缺少参数%s", name)
		}
	}
	for name, values := range query {
		if len(values) > 1 {
			return refuse(s.codes.Parameter, "参数%s重复", name)
		}
	}
	sent, err := time.ParseInLocation(layout, query.Get("timestamp"), China)
	if err != nil {
		return refuse(s.codes.Parameter, "timestamp格式错误")
	}
	if off := s.clock().Sub(sent).Abs(); s.tolerance > 0 && off > s.tolerance {
		return refuse(s.codes.Parameter, "timestamp已失效")
	}
	if v := query.Get("v"); v != "1" && v != "1.0" {
		return refuse(s.codes.Parameter, "不支持的版本%s", v)
	}
	if query.Get("app_key") != s.appKey {
		return refuse(s.codes.Token, "app_key无效")
	}
	if subtle.ConstantTimeCompare([]byte(signature(query, s.appSecret)), []byte(query.Get("sign"))) != 1 {
		return refuse(s.codes.Signature, "签名错误")
	}
	if query.Get("access_token") != s.token {
		return refuse(s.codes.Token, "access_token无效")
	}
	return s.checkRate()
}

// checkRate counts the calls of a second.
func (s *Server) checkRate() *refusal {
	if s.rate <= 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.clock().Truncate(time.Second); !now.Equal(s.second) {
		s.second, s.inSecond = now, 0
	}
	s.inSecond++
	if s.inSecond > s.rate {
		return s.tooFast()
	}
	return nil
}

func (s *Server) tooFast() *refusal {
	return refuse(s.codes.Throttled, "调用过于频繁,请稍后再试")
}
