package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	"github.com/duijie-go/duijie/okki"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Keys of the demo, made up.
const (
	demoToken      = "duijieDemo01" //nolint:gosec // nobody's
	demoAESKey     = "xlPq7Zb2Hc9dKf4mNs6tVw8yAe3gJi5kLo0rUvXzBnM"
	demoFxiaokeKey = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
)

// platforms are the fakes, and how each sends the event of one record.
type platforms struct {
	okki     *okkitest.Server
	dingtalk *dingtalktest.Server
	fxiaoke  *fxiaoketest.Server
	desks    []*desk
}

// demo sends events of three fakes to the program: each twice, one forged, and one while
// the platform it comes from can not be read.
func demo(ctx context.Context, env *cli.Env) (int, error) {
	fakes, err := newPlatforms()
	if err != nil {
		return cli.ExitFailed, err
	}
	defer fakes.close()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return cli.ExitFailed, err
	}
	base := "http://" + l.Addr().String()
	env.Printf("no keys: running against fakes of three platforms, which send their events to %s\n\n", base)
	work, stop := context.WithCancel(ctx)
	defer stop()
	told := make(chan error, 1)
	go func() {
		told <- fakes.tell(work, env, base)
		stop()
	}()
	total, err := serve(work, env, l, duijiesync.NewMemoryState(), fakes.desks)
	err = errors.Join(err, <-told)
	env.Printf("\n%d records were written, %d events named one that was known unchanged\n", total.Created+total.Updated, total.Unchanged)
	return cli.Status(total, err), errors.Join(err, env.PrintJSON(total))
}

func newPlatforms() (*platforms, error) {
	p := &platforms{
		okki: okkitest.NewServer(okkitest.WithDemo()), dingtalk: dingtalktest.NewServer(dingtalktest.WithDemo()),
		fxiaoke: fxiaoketest.NewServer(fxiaoketest.WithDemo()),
	}
	options := []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(200, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 2, ThrottleDelay: 20 * time.Millisecond, MinDelay: 20 * time.Millisecond}),
	}
	a, errA := okki.NewClient(okki.Config{
		BaseURL: p.okki.URL(), ClientID: p.okki.ClientID(), ClientSecret: duijie.NewSecret(p.okki.ClientSecret()), Scopes: []string{"product", "webhook"},
	}, options...)
	b, errB := dingtalk.NewClient(dingtalk.Config{
		BaseURL: p.dingtalk.URL(), OAPIBaseURL: p.dingtalk.OapiURL(), AppKey: p.dingtalk.AppKey(), AppSecret: duijie.NewSecret(p.dingtalk.AppSecret()),
	}, options...)
	c, errC := fxiaoke.NewClient(fxiaoke.Config{
		BaseURL: p.fxiaoke.URL(), AppID: p.fxiaoke.AppID(), AppSecret: duijie.NewSecret(p.fxiaoke.AppSecret()),
		PermanentCode: duijie.NewSecret(p.fxiaoke.PermanentCode()), OpenUserID: p.fxiaoke.OpenUserID(),
	}, options...)
	if err := errors.Join(errA, errB, errC); err != nil {
		p.close()
		return nil, err
	}
	// The secret of OKKI's callback comes from registering it.
	security, err := a.Webhooks.Create(context.Background(), "https://example.com/okki")
	if err != nil {
		p.close()
		return nil, err
	}
	for _, made := range []func() (*desk, error){
		func() (*desk, error) { return okkiDesk(a, security.Config) },
		func() (*desk, error) {
			return dingtalkDesk(b, duijie.NewSecret(demoToken), duijie.NewSecret(demoAESKey), p.dingtalk.AppKey())
		},
		func() (*desk, error) { return fxiaokeDesk(c, duijie.NewSecret(demoFxiaokeKey)) },
	} {
		d, err := made()
		if err != nil {
			p.close()
			return nil, err
		}
		p.desks = append(p.desks, d)
	}
	return p, nil
}

func (p *platforms) close() {
	p.okki.Close()
	p.dingtalk.Close()
	p.fxiaoke.Close()
}

// tell sends the events.
func (p *platforms) tell(ctx context.Context, env *cli.Env, base string) error {
	product := p.okki.Records("product")[0]
	p.dingtalk.AddUser(dingtalktest.User{ID: "u7", Name: "李雷", Departments: []int64{1}})
	account := p.fxiaoke.Records("AccountObj")[0]["_id"]
	again := func(what string, send func() error) error {
		var err error
		for range 8 { // a platform repeats what was not answered well
			if err = send(); err == nil {
				return nil
			}
			env.Printf("%s: sent again, because %v\n", what, err)
		}
		return fmt.Errorf("%s: %w", what, err)
	}
	p.okki.Inject(okkitest.Fault{Op: "GET product/info", Kind: okkitest.Unavailable, Times: 2})
	for _, message := range []string{"msg_1", "msg_2"} { // two messages about one product
		err := again("okki "+message, func() error { return p.tellOKKI(ctx, base, message, product["product_id"], product["product_no"]) })
		if err != nil {
			return err
		}
	}
	callback := p.dingtalk.Callback(demoToken, demoAESKey)
	if err := callback.Post(base+"/dingtalk", map[string]any{"EventType": dingtalk.EventCheckURL}); err != nil {
		return err
	}
	for _, kind := range []string{"user_add_org", "user_modify_org"} {
		err := again("dingtalk "+kind, func() error {
			return callback.Post(base+"/dingtalk", map[string]any{"EventType": kind, "TimeStamp": "1766000000000", "UserId": []string{"u7"}})
		})
		if err != nil {
			return err
		}
	}
	for _, message := range []string{"AC01", "AC01", "AC02"} {
		err := again("fxiaoke "+message, func() error { return p.tellFxiaoke(ctx, base, message, fmt.Sprint(account)) })
		if err != nil {
			return err
		}
	}
	forged := p.dingtalk.Callback("guessed", demoAESKey)
	if err := forged.Post(base+"/dingtalk", map[string]any{"EventType": "user_add_org", "UserId": []string{"u7"}}); err == nil {
		return errors.New("a forged event was taken")
	}
	env.Printf("a forged event was refused\n")
	return nil
}

func (p *platforms) tellOKKI(ctx context.Context, base, message string, id, no any) error {
	req, err := okkitest.NewDelivery(ctx, base+"/okki", okkitest.Delivery{
		Secret: p.okki.WebhookSecret(), MessageID: message, At: time.Now(),
		Events: []okkitest.Event{{Type: "xiaoman.crm.product.update", Data: map[string]any{"product_id": id, "product_no": no}}},
	})
	if err != nil {
		return err
	}
	return answered(req, nil)
}

func (p *platforms) tellFxiaoke(ctx context.Context, base, message, id string) error {
	req, err := fxiaoketest.NewEvent(ctx, base+"/fxiaoke", fxiaoketest.Event{
		AESKey: demoFxiaokeKey, Type: "update", Object: "AccountObj", DataID: id, MessageID: message, EA: p.fxiaoke.EA(), At: time.Now(), Retry: -1,
	})
	if err != nil {
		return err
	}
	return answered(req, func(body []byte) error {
		said, err := fxiaoketest.OpenReply(demoFxiaokeKey, body)
		if err == nil && said != "success" {
			err = fmt.Errorf("the answer is %q", said)
		}
		return err
	})
}

// answered sends an event and looks at the answer.
func answered(req *http.Request, check func([]byte) error) error {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	var body bytes.Buffer
	if _, err := body.ReadFrom(res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", res.StatusCode)
	}
	if check == nil {
		return nil
	}
	return check(body.Bytes())
}
