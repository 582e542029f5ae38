package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// Answer is the whole answer of a call. Give a *Answer as out of [Client.Call] or
// [Client.CallOAPI].
type Answer struct {
	Body      json.RawMessage // the JSON as it came; nil when the answer was empty
	RequestID string          // the platform's id of the call, for its support
}

// Call calls any operation of the new gateway (api.dingtalk.com): its method and
// path, "POST /v1.0/workflow/processInstances". query may be nil; body is encoded as
// JSON as it is, nil sends none. out receives the whole answer, which the platform
// does not wrap; nil drops it.
//
// Effect: what [LookupOperation] tells, read for any other GET, else write.
// duijie.WithEffect overrides it. An answer without the member the documentation
// promises is an error, because a ban of the caller's address comes as HTTP 200.
func (c *Client) Call(ctx context.Context, operation string, query Query, body, out any, opts ...duijie.CallOption) error {
	return c.call(ctx, c.api, operation, query, body, out, opts)
}

// CallOAPI calls any operation of the old gateway (oapi.dingtalk.com), as Call
// does the new one's: "POST /topapi/v2/user/get". out receives the member result,
// or the whole answer where there is none.
//
// Effect: what [LookupOperation] tells, read for any other GET, else write.
func (c *Client) CallOAPI(ctx context.Context, operation string, query Query, body, out any, opts ...duijie.CallOption) error {
	return c.call(ctx, c.oapi, operation, query, body, out, opts)
}

func (c *Client) call(ctx context.Context, g *gateway, operation string, query Query, body, out any, opts []duijie.CallOption) error {
	r, err := newRequest(g, operation, query, body)
	if err != nil {
		return err
	}
	return c.do(ctx, r, out, opts...)
}

// do sends a request and decodes its answer into out: *Answer, nil, or what the
// JSON fits.
func (c *Client) do(ctx context.Context, r *request, out any, opts ...duijie.CallOption) error {
	a, err := c.send(ctx, r, duijie.NewCallOptions(opts...))
	if err != nil {
		return err
	}
	switch out := out.(type) {
	case nil:
		return nil
	case *Answer:
		*out = a
		return nil
	}
	data := a.Body
	if r.gateway.kind == OAPI {
		if result := member(data, "result"); result != nil {
			data = result
		}
	}
	if data == nil {
		return nil
	}
	if err := wire.Unmarshal(data, out); err != nil {
		if r.effectOf(duijie.NewCallOptions(opts...)) == duijie.EffectWrite {
			return &duijie.APIError{
				Platform: platform, Op: r.op.Path, Class: duijie.ClassUnavailable, OutcomeUnknown: true, RequestID: a.RequestID,
				Err: duijie.ErrMalformedAnswer, Message: fmt.Sprintf("the answer does not fit %T, so it does not tell what was made", out),
			}
		}
		return fmt.Errorf("dingtalk: %s: the call succeeded, but its answer does not fit %T: %w", r.op.Path, out, err)
	}
	return nil
}

// send is the one way out.
func (c *Client) send(ctx context.Context, r *request, o duijie.CallOptions) (Answer, error) {
	effect := r.effectOf(o)
	if err := c.quotaLeft(r); err != nil {
		return Answer{}, err
	}
	var last Answer
	var token duijie.Token
	g := r.gateway
	call := &transport.Call{
		Op: r.op.Path, Group: firstOf(r.group, r.op.group()), Effect: effect, NoToken: r.noToken, Options: o,
		Sign: func(ctx context.Context, a transport.Attempt) (*http.Request, error) {
			token = a.Token
			return r.build(ctx, a.Token)
		},
		Judge: func(a *transport.Answer) transport.Verdict {
			var v verdict
			last, v = judge(r, a, g.http.Now())
			switch {
			case r.noToken:
				v.Renew = false
			case v.Renew:
				g.tokens.lost(token.Gen)
			}
			c.noteQuota(r, v)
			return v
		},
		Hide: func(text string) string { return r.hide(text, token) },
	}
	_, err := g.http.Do(ctx, call)
	return last, err
}

// effectOf is the effect of a call: its caller's word, else its own, else the
// operation's.
func (r *request) effectOf(o duijie.CallOptions) duijie.Effect {
	switch {
	case o.Effect != duijie.EffectDefault:
		return o.Effect
	case r.effect != duijie.EffectDefault:
		return r.effect
	}
	return r.op.Effect
}

// quotaLeft refuses calls while the quota is known to be used up, so that a
// program that goes on regardless does not go on asking.
func (c *Client) quotaLeft(r *request) error {
	end := c.quotaEnd.Load()
	if !r.counted() || end == 0 || time.Now().UnixNano() >= end {
		return nil
	}
	v := quotaVerdict(c.Now())
	return &duijie.APIError{
		Platform: platform, Op: r.op.Path, Class: v.Class, RetryAfter: v.RetryAfter, Err: v.Cause, Hint: v.Hint,
		Message: "not sent: the platform refused a call a moment ago because the quota is used up",
	}
}

// quotaPause is how long calls are not sent after one was refused for the
// monthly quota. It is short, because the plan may be raised at any time.
const quotaPause = longestWait

func (c *Client) noteQuota(r *request, v verdict) {
	if v.Class == duijie.ClassThrottled && errors.Is(v.Cause, ErrQuota) {
		c.quotaEnd.Store(time.Now().Add(quotaPause).UnixNano())
	} else if v.Class == duijie.ClassOK && r.counted() {
		c.quotaEnd.Store(0)
	}
}

// counted tells whether a call counts against the monthly quota: token calls and
// contacts do not, and robots have one of their own.
func (r *request) counted() bool {
	return !r.noToken && !strings.HasPrefix(r.op.Path, "/topapi/v2/user") && !strings.HasPrefix(r.op.Path, "/topapi/user") &&
		!strings.HasPrefix(r.op.Path, "/topapi/v2/department")
}

// hide blanks the secrets of this call out of the platform's words, should they
// repeat them.
func (r *request) hide(text string, t duijie.Token) string {
	if text == "" {
		return text
	}
	var plain []string
	for _, s := range append([]duijie.Secret{t.Value}, r.secrets...) {
		if p := s.Reveal(); len(p) >= 4 {
			plain = append(plain, p)
		}
	}
	if plain == nil {
		return text
	}
	return transport.Blanker(plain...)(text)
}

// member is a member of an object, nil when it is absent, null or the text is no
// object.
func member(object []byte, name string) json.RawMessage {
	for m := range wire.Walk(object) {
		if string(m.Key) == name && string(m.Value) != "null" {
			return m.Value
		}
	}
	return nil
}

// scalar is a JSON scalar as text, "" for null, objects and lists.
func scalar(raw json.RawMessage) string {
	var t wire.Text
	if len(raw) == 0 || t.UnmarshalJSON(raw) != nil {
		return ""
	}
	return strings.TrimSpace(string(t))
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func invalid(op, what string) error {
	return fmt.Errorf("dingtalk: %s: %s: %w", op, what, duijie.ErrInvalid)
}
