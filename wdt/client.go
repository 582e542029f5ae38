package wdt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

const platform = "wdt"

// Client calls one gateway for one seller account. It is safe for concurrent
// use, and shares no connection with other clients: the platform seems to bind
// a kept-alive connection to a seller.
type Client struct {
	Shops                   *ShopService
	Warehouses              *WarehouseService
	Trades                  *TradeService
	SelfTrades              *SelfTradeService
	Goods                   *GoodsService
	Suites                  *SuiteService
	APIGoods                *APIGoodsService
	Stock                   *StockService
	StockOld                *StockOldService
	AvailableStock          *AvailableStockService
	StockChanges            *StockChangeService
	RawTrades               *RawTradeService
	SalesStockouts          *SalesStockoutService
	Refunds                 *RefundService
	RawRefunds              *RawRefundService
	RefundStockins          *RefundStockinService
	Purchases               *PurchaseOrderService
	PurchaseStockins        *PurchaseStockinService
	PurchaseReturns         *PurchaseReturnService
	PurchaseReturnStockouts *PurchaseReturnStockoutService
	OtherStockins           *OtherStockinService
	OtherStockouts          *OtherStockoutService
	Transfers               *TransferService
	TransferStockins        *TransferStockinService
	TransferStockouts       *TransferStockoutService
	PreStockins             *PreStockinService
	Logistics               *LogisticsService
	Providers               *ProviderService
	Employees               *EmployeeService
	Shipments               *ShipmentService
	StockSync               *StockSyncService

	cfg    Config
	base   *url.URL
	secret duijie.Secret // left part of AppSecret, signs
	salt   duijie.Secret // right part, is sent; none on Enterprise
	retry  duijie.RetryPolicy
	http   *transport.Transport
	// closing asks the platform to close the connection after each call, because
	// the caller's transport may serve other sellers too.
	closing bool
	log     *slog.Logger // nil: nothing is logged
	warned  *sync.Map    // what was warned of: a method and what about it
}

// NewClient makes a client. Its error names every setting and option that is
// missing or malformed.
func NewClient(cfg Config, opts ...duijie.Option) (*Client, error) {
	o, optErr := duijie.NewOptions(opts...)
	problems := cfg.problems(func(s setting) string { return s.field })
	if optErr != nil {
		problems = append(problems, optErr.Error())
	}
	if err := settingsError(problems); err != nil {
		return nil, err
	}
	base, err := cfg.endpoint(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if cfg.QimenTargetAppKey == "" {
		cfg.QimenTargetAppKey = TargetAppKey
	}
	if cfg.SignMethod == "" {
		cfg.SignMethod = SignMD5
	}
	secret, salt, _ := strings.Cut(cfg.AppSecret.Reveal(), ":")
	if cfg.gateway() == Enterprise {
		secret, salt = cfg.AppSecret.Reveal(), ""
	}
	c := &Client{
		cfg: cfg, base: base, secret: duijie.NewSecret(secret), salt: duijie.NewSecret(salt), retry: o.Retry,
		closing: o.HTTPClient != nil && o.HTTPClient.Transport != nil, log: o.Logger, warned: &sync.Map{},
	}
	c.http = transport.New(transport.Config{
		Platform: platform, Options: o, Limits: limits, Retry: retry,
		Secrets: []duijie.Secret{cfg.AppSecret, c.secret, c.salt, cfg.QimenAppSecret, cfg.QimenSession},
	})
	c.newServices()
	return c, nil
}

// Gateway tells which gateway the client calls.
func (c *Client) Gateway() Gateway { return c.cfg.gateway() }

// CloseIdleConnections closes the client's idle connections.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// Call calls any method. method is the direct spelling, "setting.Shop.queryShop";
// on Qimen its Qimen name "wdt.setting.shop.queryshop" is taken too. On Enterprise
// it is a script, "trade_query" or "trade_query.php".
//
// in is the method's only argument, an object or what encodes to one (nil: no
// filter); a [*Query] for a page; or [Args] for several arguments. Methods known
// to be paged get their first page when in is no Query.
//
// out receives the data member (on Enterprise, where there is none, the answer's
// object), or the whole answer when it is an [*Answer]; nil drops it.
//
// Effect: what [LookupMethod] tells, else write; duijie.WithEffect overrides it.
// Failures of rows that a write reports under status 0 are errors too: see
// [PartialError]. Limit: 1 call a second over all methods.
func (c *Client) Call(ctx context.Context, method string, in, out any, opts ...duijie.CallOption) error {
	r, err := c.prepare(method, in)
	if err != nil {
		return err
	}
	answer, err := c.send(ctx, r, opts)
	if err != nil {
		return err
	}
	return c.cleaned(answer.into(r.op, out))
}

// cleaned blanks the client's secrets out of an error that quotes data.
func (c *Client) cleaned(err error) error {
	if err == nil {
		return nil
	}
	if text := c.http.Clean(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// into decodes the answer into out.
func (a *Answer) into(op string, out any) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *Answer:
		*out = *a
		return nil
	}
	if a.Data == nil {
		return nil
	}
	if err := wire.Unmarshal(a.Data, out); err != nil {
		return fmt.Errorf("wdt: %s: the call succeeded, but its data does not fit %T: %w", op, out, err)
	}
	return nil
}

// send sends a prepared call until it has a verdict.
func (c *Client) send(ctx context.Context, r *request, opts []duijie.CallOption) (Answer, error) {
	o := duijie.NewCallOptions(opts...)
	effect := o.Effect
	if effect == duijie.EffectDefault {
		effect = r.effect()
	}
	writes := effect != duijie.EffectRead || r.known != nil && r.known.Effect != duijie.EffectRead
	var last reply
	throttled := 0
	_, err := c.http.Do(ctx, &transport.Call{
		Op: r.op, Effect: effect, NoToken: true, Options: o,
		Sign: func(ctx context.Context, a transport.Attempt) (*http.Request, error) {
			return c.request(ctx, r, a)
		},
		Judge: func(a *transport.Answer) transport.Verdict {
			var v transport.Verdict
			last, v = c.judge(a, writes, r.known)
			if v.Class == duijie.ClassThrottled {
				throttled++
				if v.RetryAfter == 0 {
					v.RetryAfter = transport.RetryAfter(a.Header, c.http.Now())
				}
				if v.RetryAfter == 0 {
					v.RetryAfter = throttleWait(c.retry, throttled)
				}
			}
			return v
		},
	})
	if e, ok := errors.AsType[*duijie.APIError](err); ok && e.OutcomeUnknown && r.known != nil {
		e.Hint = strings.TrimPrefix(e.Hint+"; "+r.known.Write.advice(), "; ")
	}
	if err != nil {
		return Answer{}, err
	}
	return last.answer(r.withTotal(c.Gateway())), nil
}

// judge reads an answer. writes tells that failures may hide under status 0;
// known is nil for a method that is not listed.
func (c *Client) judge(a *transport.Answer, writes bool, known *Method) (reply, transport.Verdict) {
	read := readDirect
	switch c.Gateway() {
	case Qimen:
		read = readQimen
	case Enterprise:
		read = readEnterprise
	}
	r, ok := read(a.Body)
	if !ok {
		return r, judgeHTTP(a)
	}
	if r.ok && (a.Status < 200 || a.Status > 299) {
		return r, transport.Verdict{
			Class: duijie.ClassUnavailable, Malformed: true, RequestID: r.requestID,
			Hint: "the answer says success and its HTTP status failure",
		}
	}
	if r.ok && writes {
		if v, failed := hiddenFailure(r.data, known); failed {
			v.RequestID = r.requestID
			if p, ok := errors.AsType[*PartialError](v.Cause); ok {
				if c.http != nil {
					p.clean(c.http.Clean)
				}
			}
			return r, v
		}
	}
	return r, r.verdict()
}

// request builds one attempt of a call.
func (c *Client) request(ctx context.Context, r *request, a transport.Attempt) (*http.Request, error) {
	build := c.directRequest
	switch c.Gateway() {
	case Qimen:
		build = c.qimenRequest
	case Enterprise:
		build = c.enterpriseRequest
	}
	req, err := build(ctx, r, a.Now)
	if err != nil {
		return nil, err
	}
	req.Close = c.closing
	return req, nil
}
