package dingtalk

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Query holds the query parameters of a call by their names. They are sent in the
// order of their names, a blank as %20.
type Query map[string]string

// request is one call, ready to be sent as often as needed.
type request struct {
	gateway *gateway
	op      Operation
	path    string // as it is sent, escaped
	query   Query
	body    []byte // nil: none

	member  string        // overrides the operation's
	effect  duijie.Effect // EffectDefault leaves it to the operation
	group   string        // of the limiter; "" = the operation's own
	noToken bool          // carries no access token of the application
	secrets []duijie.Secret
}

// newRequest prepares a call: "POST /v1.0/...", the path escaped where it needs be.
func newRequest(g *gateway, operation string, query Query, body any) (*request, error) {
	method, path, ok := strings.Cut(strings.TrimSpace(operation), " ")
	method, path = strings.ToUpper(method), strings.TrimSpace(path)
	if !ok || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# ") {
		return nil, invalid(operation, `an operation is its method and path, such as "POST /v2.0/yida/forms/instances", without a query`)
	}
	if _, err := url.PathUnescape(path); err != nil {
		return nil, invalid(path, "the path is not escaped")
	}
	r := &request{gateway: g, op: operationOf(g.kind, method, path), path: path, query: query}
	r.noToken = r.op.NoToken
	if body != nil {
		b, err := wire.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("dingtalk: %s: %w", path, err)
		}
		r.body = b
	}
	return r, nil
}

// build makes the request of one attempt.
func (r *request) build(ctx context.Context, token duijie.Token) (*http.Request, error) {
	query := r.query
	if r.gateway.kind == OAPI && !r.noToken {
		query = Query{"access_token": token.Value.Reveal()}
		for k, v := range r.query {
			query[k] = v
		}
	}
	target := r.gateway.base + r.path
	if text := query.encode(); text != "" {
		target += "?" + text
	}
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.op.Method, target, body)
	if err != nil {
		return nil, invalid(r.op.Path, "no request can be made of this path and base URL") // err would show the query
	}
	req.Header.Set("Accept", "application/json")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if r.gateway.kind == API && !r.noToken {
		req.Header.Set("x-acs-dingtalk-access-token", token.Value.Reveal())
	}
	return req, nil
}

// encode is the query text, by RFC 3986.
func (q Query) encode() string {
	names := make([]string, 0, len(q))
	for k := range q {
		names = append(names, k)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, k := range names {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escapeQuery(k) + "=" + escapeQuery(q[k]))
	}
	return b.String()
}

func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
