package okki

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// pipelineOf writes models of a test through a sink.
func pipelineOf[T any](t *testing.T, sink duijiesync.Sink[T], models []T, key func(T) string) *duijiesync.Pipeline[T, T] {
	t.Helper()
	return &duijiesync.Pipeline[T, T]{
		Name: t.Name(), Source: duijiesync.Slice(models, key), Sink: sink, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[T],
		Settle: duijiesync.SettlePolicy{Delay: time.Millisecond},
	}
}

// Orders go from one enterprise to another with their lines, through lost answers,
// throttling, dead tokens, rows that move and one line the platform drops: each arrives
// once, and a second run has nothing to do.
func TestPipeline(t *testing.T) {
	t.Parallel()
	from, source := fakePair(t, okkitest.WithTextIDs())
	to, target := fakePair(t)
	lines := library(target, 2)
	for i := range 40 {
		l := lines[i%2]
		if i == 13 {
			l = stranger("gift")
		}
		source.Add("invoices/order", okkitest.Row{
			"order_no": fmt.Sprintf("SO-%02d", i), "currency": "USD", "account_date": "2026-05-01 00:00:00", "update_time": fmt.Sprintf("2026-05-01 10:%02d:00", i),
			"product_list": []any{map[string]any{"unique_id": i + 1, "product_id": l.ProductID, "sku_id": l.SKUID, "count": "3.00", "unit_price": "1234567890123.45"}},
		})
	}
	src, err := NewDetailSource(from.Orders, Query{PageSize: 7}, SourceConfig[Order]{SettleDelay: -1, Key: func(o Order) string { return o.OrderNo }})
	require.NoError(t, err)
	sink, err := NewSink(to, to.Orders.Kind(), SinkConfig[OrderPush]{SettleDelay: 1})
	require.NoError(t, err)
	push := "POST invoices/order/push"
	for call, kind := range map[int]okkitest.FaultKind{
		3: okkitest.CutAfter, 7: okkitest.Cut, 12: okkitest.UnavailableAfter, 17: okkitest.TokenExpired, 22: okkitest.TruncateAfter, 30: okkitest.InternalAfter, 34: okkitest.Throttle,
	} {
		target.Inject(okkitest.Fault{Op: push, Call: call, Kind: kind})
	}
	source.Inject(okkitest.Fault{Op: "GET invoices/order/list", Call: 3, Kind: okkitest.RowsMove})
	source.Inject(okkitest.Fault{Op: "GET invoices/order/info", Call: 9, Kind: okkitest.TokenExpired})
	state := duijiesync.NewMemoryState()
	run := func() *duijiesync.Report {
		report, err := (&duijiesync.Pipeline[Order, OrderPush]{
			Name: "orders", Source: src, Sink: sink, State: state,
			Transform: func(_ context.Context, o Order) (OrderPush, error) {
				out := OrderPush{OrderNo: o.OrderNo, Currency: o.Currency, AccountDate: Date{o.AccountDate.Time}}
				for _, l := range o.Lines {
					out.Lines = append(out.Lines, OrderLinePush{ProductID: l.ProductID, SKUID: l.SKUID, Count: l.Count, UnitPrice: l.UnitPrice})
				}
				return out, nil
			},
		}).Run(t.Context())
		require.NoError(t, err)
		return report
	}
	report := run()
	require.EqualValues(t, 39, report.Created)
	require.EqualValues(t, 1, report.Refused)
	for i := range 40 {
		require.Equal(t, 1, target.Created("invoices/order", fmt.Sprintf("SO-%02d", i)), i)
	}
	require.Len(t, target.Records("invoices/order"), 40)
	got, err := to.Orders.GetByNumber(t.Context(), "SO-07")
	require.NoError(t, err)
	require.Len(t, got.Lines, 1)
	require.Equal(t, "1234567890123.45", got.Lines[0].UnitPrice.String())
	before := target.Count(push)
	report = run()
	require.Zero(t, report.Created+report.Updated)
	require.Equal(t, before, target.Count(push))
}

// answering answers calls of one path in the platform's place.
func answering(path string, status int, body string) duijie.Option {
	return duijie.WithHTTPClient(&http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path != path {
			return http.DefaultTransport.RoundTrip(r)
		}
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})})
}

// A fault of the setup, in whatever call it shows, stops the run with its own class:
// nothing is written, no record becomes a dead letter, and once it is mended the next
// run writes them all.
func TestSetupFaultsStopARun(t *testing.T) {
	t.Parallel()
	info, push := "/v1/invoices/order/info", "/v1/invoices/order/push"
	refusing := func(op string, code int, words string) func(*okkitest.Server) {
		return func(s *okkitest.Server) {
			s.Handle(op, func(okkitest.Request) (any, error) { return nil, &okkitest.Error{Code: code, Message: words} })
		}
	}
	for name, c := range map[string]struct {
		scopes []string
		opt    duijie.Option
		setup  func(*okkitest.Server)
		kind   func(*RecordKind)
		want   error
	}{
		"scope missing": {scopes: []string{"product"}, want: duijie.ErrPermission},
		"scope missing for pushes": {setup: func(s *okkitest.Server) {
			s.Inject(okkitest.Fault{Op: "POST invoices/order/push", Times: -1, Kind: okkitest.NoScope})
		}, want: duijie.ErrPermission},
		"scope not granted": {scopes: []string{"invoices", "nonsense"}, want: duijie.ErrPermission},
		"code 403":          {setup: refusing("POST invoices/order/push", 403, "Forbidden"), want: duijie.ErrPermission},
		"lookup forbidden":  {opt: answering(info, 403, "<html>403 Forbidden"), want: duijie.ErrPermission},
		"push forbidden":    {opt: answering(push, 403, "<html>403 Forbidden"), want: duijie.ErrPermission},
		"no such path":      {kind: func(k *RecordKind) { k.PushPath = "/v1/invoices/order/pushh" }, want: duijie.ErrInvalid},
		"no such host path": {opt: answering(push, 404, "404 page not found"), want: duijie.ErrInvalid},
		"redirected":        {opt: answering(push, 307, ""), want: duijie.ErrRedirected},
		"bodies are lost":   {setup: refusing("POST invoices/order/push", 400, "Empty POST request body data"), want: duijie.ErrInvalid},
		"queries are lost":  {setup: refusing("GET invoices/order/info", 400, "Invalid query"), want: duijie.ErrInvalid},
		"token dead":        {setup: refusing("POST invoices/order/push", 401, "Unauthorized"), want: duijie.ErrUnauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, s := fakePair(t)
			lines := library(s, 1)
			if c.setup != nil {
				c.setup(s)
			}
			cfg := Config{BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), Scopes: c.scopes}
			good := cfg
			good.Scopes = okkitest.AllScopes()
			if c.scopes == nil {
				cfg = good
			}
			kind := orderKind
			if c.kind != nil {
				c.kind(&kind)
			}
			var opts []duijie.Option
			if c.opt != nil {
				opts = append(opts, c.opt)
			}
			sink, err := NewSink(clientOf(t, cfg, opts...), kind, SinkConfig[OrderPush]{})
			require.NoError(t, err)
			var orders []OrderPush
			for i := range 25 {
				orders = append(orders, OrderPush{Currency: "USD", OrderNo: fmt.Sprintf("SO-%02d", i), Lines: lines})
			}
			p := pipelineOf(t, sink, orders, func(o OrderPush) string { return o.OrderNo })
			report, err := p.Run(t.Context())
			require.ErrorIs(t, err, c.want)
			letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
			require.NoError(t, err)
			require.Empty(t, letters)
			require.Zero(t, report.Created+report.Refused+report.Held)
			require.LessOrEqual(t, s.Count("POST invoices/order/push"), 8, "a fault of the setup is not tried on each record")

			s.ClearFaults()
			s.Handle("POST invoices/order/push", nil)
			s.Handle("GET invoices/order/info", nil)
			mended, err := NewSink(clientOf(t, good), orderKind, SinkConfig[OrderPush]{})
			require.NoError(t, err)
			p.Sink = mended
			report, err = p.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 25, report.Created)
			require.Zero(t, report.Refused)
		})
	}
}

// A list that is asked wrongly stops the run that reads it.
func TestSetupFaultsStopASource(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	s.Add("product", okkitest.Row{"product_no": "P-1"})
	for name, fault := range map[string]*okkitest.Error{
		"bad parameter": {Code: 404, Message: "Input data validate error time_type"},
		"no scope":      {Code: 403, Message: "no permission product scopes"},
		"rights":        {Code: 404, Message: "No Privilege"},
	} {
		for _, op := range []string{"GET product/list", "GET product/info"} {
			s.Handle("GET product/list", nil)
			s.Handle(op, func(okkitest.Request) (any, error) { return nil, fault })
			src, err := NewDetailSource(c.Products, Query{}, SourceConfig[Product]{SettleDelay: -1})
			require.NoError(t, err)
			p := &duijiesync.Pipeline[Product, Product]{
				Name: name + op, Source: src, Sink: duijiesync.Discard[Product]{}, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[Product],
			}
			report, err := p.Run(t.Context())
			require.Error(t, err, name)
			require.ErrorContains(t, err, fault.Message)
			require.Zero(t, report.DeadLetters+report.Refused+report.Created, name)
			require.Empty(t, report.Checkpoint.After, name)
		}
	}
}
