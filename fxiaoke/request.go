package fxiaoke

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// request is one call, ready to be sent as often as needed.
type request struct {
	op     *Operation
	body   []byte // a JSON object without credentials
	user   string // another employee than the client's; "" = the client's
	before func(context.Context) error
	fields map[string]json.RawMessage // of the record a sink writes

	via   *transport.Transport // nil is the client's
	build func(ctx context.Context, trace string, a transport.Attempt) (*http.Request, error)
}

// newRequest prepares a call.
func newRequest(path string, body any) (*request, error) {
	path = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(path), "POST "))
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# \t") {
		return nil, invalid(path, "an operation is its path, such as /cgi/crm/v2/data/query, without a query")
	}
	r := &request{op: operationOf(path)}
	raw := []byte("{}")
	if body != nil {
		var err error
		if raw, err = wire.Marshal(body); err != nil {
			return nil, fmt.Errorf("fxiaoke: %s: %w", path, err)
		}
	}
	drop := credentialMembers
	if r.op.noToken {
		drop = appMembers
	}
	found := false
	for m, err := range wire.Members(raw) {
		if err != nil {
			return nil, invalid(path, "the body must be a JSON object: "+err.Error())
		}
		found = found || slices.Contains(drop, string(m.Key))
	}
	if r.body = raw; !found {
		return r, nil
	}
	members := membersOf(raw)
	if !r.op.noToken {
		r.user = scalar(members["currentOpenUserId"])
	}
	for _, name := range drop {
		delete(members, name)
	}
	var err error
	if r.body, err = wire.Marshal(members); err != nil {
		return nil, fmt.Errorf("fxiaoke: %s: %w", path, err)
	}
	return r, nil
}

// What the client sets itself, whatever a body says.
var (
	credentialMembers = []string{"currentOpenUserId", "corpAccessToken", "corpId"}
	appMembers        = []string{"appId", "appSecret"}
)

// check refuses what can not work, before anything is sent.
func (r *request) check(c *Client) error {
	if r.user != "" {
		if what := userProblem(c.cfg.mode(), r.user); what != "" {
			return invalid(r.op.Path, "currentOpenUserId "+what)
		}
	}
	if r.before != nil {
		return nil
	}
	switch grant := scalar(memberOf(r.body, "grantType")); {
	case r.op.Path == bodyTokenPath, r.op.Path == headerTokenPath && grant != "authorization_code" && grant != "refresh_token":
		return invalid(r.op.Path, "use Client.Token, which keeps the secrets and the limit of token calls")
	}
	return nil
}

// effect is the effect of the call: an update sets absolute values, and may be repeated
// where it starts nothing.
func (r *request) effect() duijie.Effect {
	if r.op.update && startsNothing(r.body) {
		return duijie.EffectIdempotent
	}
	return r.op.Effect
}

// startsNothing: both switches are off. The platform starts workflows and approvals
// where they are left out.
func startsNothing(body []byte) bool {
	return scalar(memberOf(body, "triggerWorkFlow")) == "false" && scalar(memberOf(body, "triggerApprovalFlow")) == "false"
}

// newTraceID is a UUID of version 4, which each request must have one of its own of.
func newTraceID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
