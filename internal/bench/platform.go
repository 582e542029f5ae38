package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// client is a platform client as the packages of this repository are made: every
// call goes through the transport, which limits, retries and judges.
type client struct {
	base string
	http *transport.Transport
}

// newClient makes a client; told is the platform's limit in calls a second, 0
// when nobody told.
func newClient(base string, told float64) (*client, error) {
	o, err := duijie.NewOptions()
	if err != nil {
		return nil, err
	}
	return &client{base: base, http: transport.New(transport.Config{
		Platform: "bench", Options: o,
		Limits: map[string]transport.Limit{"": {PerSecond: told}},
		Retry:  duijie.RetryPolicy{ThrottleDelay: 200 * time.Millisecond},
	})}, nil
}

// do makes one call and decodes its answer into out, in one pass.
func do[T any](ctx context.Context, c *client, op string, effect duijie.Effect, body []byte) (*envelope[T], error) {
	var answer envelope[T]
	_, err := c.http.Do(ctx, &transport.Call{
		Op: op, Effect: effect, NoToken: true,
		Sign: func(ctx context.Context, _ transport.Attempt) (*http.Request, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+op, bytes.NewReader(body))
			if err == nil {
				req.Header.Set("Content-Type", "application/json")
			}
			return req, err
		},
		Judge: func(a *transport.Answer) transport.Verdict {
			answer = envelope[T]{}
			return judge(a, &answer)
		},
	})
	if err != nil {
		return nil, err
	}
	return &answer, nil
}

// judge is the platform's table.
func judge[T any](a *transport.Answer, answer *envelope[T]) transport.Verdict {
	if err := wire.Unmarshal(a.Body, answer); err != nil {
		return transport.Verdict{Class: duijie.ClassUnavailable, Malformed: true, Message: err.Error()}
	}
	v := transport.Verdict{Code: fmt.Sprint(answer.Code), Message: answer.Message}
	switch {
	case answer.Code == codeOK && a.Status == http.StatusOK:
		return transport.Verdict{}
	case answer.Code == codeThrottled:
		v.Class = duijie.ClassThrottled
	case answer.Code == codeRefused:
		v.Class, v.NoEffect = duijie.ClassRefused, true
	default:
		v.Class = duijie.ClassUnavailable
	}
	return v
}

// list reads one page.
func (c *client) list(ctx context.Context, after string, limit int) (*orderPage, error) {
	body, err := wire.Marshal(listRequest{after, limit})
	if err != nil {
		return nil, err
	}
	answer, err := do[orderPage](ctx, c, "/orders/list", duijie.EffectRead, body)
	if err != nil {
		return nil, err
	}
	return &answer.Data, nil
}

// save writes rows whose contents are JSON already.
func (c *client) save(ctx context.Context, ids []string, docs [][]byte) ([]rowAnswer, error) {
	size := 16
	for i := range docs {
		size += len(docs[i]) + len(ids[i]) + 24
	}
	body := append(make([]byte, 0, size), `{"rows":[`...)
	for i, doc := range docs {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, '{')
		if ids[i] != "" {
			body = append(append(append(body, `"id":"`...), ids[i]...), `",`...)
		}
		body = append(append(append(body, `"doc":`...), doc...), '}')
	}
	body = append(body, `]}`...)
	answer, err := do[rowList](ctx, c, "/docs/save", duijie.EffectWrite, body)
	if err != nil {
		return nil, err
	}
	return answer.Data.Rows, nil
}

// find looks rows up by number.
func (c *client) find(ctx context.Context, nos []string) ([]rowAnswer, error) {
	body, err := wire.Marshal(findRequest{nos})
	if err != nil {
		return nil, err
	}
	answer, err := do[rowList](ctx, c, "/docs/find", duijie.EffectRead, body)
	if err != nil {
		return nil, err
	}
	return answer.Data.Rows, nil
}
