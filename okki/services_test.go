package okki

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// trouble has a token die and an answer lost on the way of a read.
func trouble(s *okkitest.Server, op string) {
	s.Inject(okkitest.Fault{Op: op, Call: 1, Kind: okkitest.TokenExpired})
	s.Inject(okkitest.Fault{Op: op, Call: 4, Kind: okkitest.CutAfter})
}

// Products move between the pages while they are read. A plain loop over the pages
// loses one; the iterators and the sources, through dead tokens, throttling and lost
// answers, lose none, in either writing of ids.
func TestProductsOnTheFake(t *testing.T) {
	t.Parallel()
	list := "GET product/list"
	moving := func(call int, opts ...okkitest.Option) (*Client, *okkitest.Server) {
		c, s := fakePair(t, append(opts, okkitest.WithDemo())...)
		s.Inject(okkitest.Fault{Op: list, Call: call, Kind: okkitest.RowsMove})
		return c, s
	}
	c, _ := moving(2)
	naive := map[int64]bool{}
	for q := (Query{PageSize: 20}); ; {
		page, err := c.Products.List(t.Context(), q)
		require.NoError(t, err)
		for _, p := range page.Items {
			naive[p.ProductID] = true
		}
		if q.Cursor = page.Next; page.Next == "" {
			break
		}
	}
	require.Less(t, len(naive), okkitest.DemoProducts, "the fake moves no rows")

	for _, opts := range [][]okkitest.Option{nil, {okkitest.WithTextIDs()}} {
		c, s := moving(5, opts...) // 1 is refused, 4 is lost
		trouble(s, list)
		seen := map[string]bool{}
		for p, err := range c.Products.All(t.Context(), Query{PageSize: 20}) {
			require.NoError(t, err)
			require.False(t, seen[p.ProductNo], "%s comes twice", p.ProductNo)
			seen[p.ProductNo] = true
		}
		require.Len(t, seen, okkitest.DemoProducts)
		for _, cfg := range []SourceConfig[Product]{{Full: true}, {SettleDelay: -1}} {
			c, s := moving(5, opts...) // 1 is refused, 4 is lost
			trouble(s, list)
			trouble(s, "GET product/info")
			src, err := NewDetailSource(c.Products, Query{PageSize: 20}, cfg)
			require.NoError(t, err)
			got := map[string]bool{}
			for b, err := range src.Read(t.Context(), "") {
				require.NoError(t, err)
				for _, rec := range b.Records {
					require.NoError(t, rec.Err)
					require.Len(t, rec.Value.SKUs, 1)
					got[rec.Value.ProductNo] = true
				}
			}
			require.Len(t, got, okkitest.DemoProducts)
		}
	}
	made, err := c.Products.Create(t.Context(), ProductPush{ProductType: 1, ProductNo: "N-1", Name: "new", Cost: duijie.MustDecimal("0.10")}, time.Millisecond)
	require.NoError(t, err)
	got, err := c.Products.Get(t.Context(), made.ID)
	require.NoError(t, err)
	require.Equal(t, "0.10", got.Cost.String())
}

// Companies are created once through lost answers of each kind, found by number and by
// e-mail, and updated with their contacts kept.
func TestCompaniesOnTheFake(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t, okkitest.WithDemo())
	push := "POST company/pushCompanyAndCustomers"
	trouble(s, "GET company/info")
	for i, kind := range []okkitest.FaultKind{okkitest.CutAfter, okkitest.UnavailableAfter, okkitest.InternalAfter, okkitest.TruncateAfter, okkitest.GarbageAfter} {
		s.Inject(okkitest.Fault{Op: push, Kind: kind})
		number := fmt.Sprintf("NEW-%d", i)
		made, err := c.Companies.Create(t.Context(), CompanyPush{
			Name: number, SerialID: number, Customers: []ContactPush{{Name: "Eve", Email: number + "@example.com"}},
		}, time.Millisecond)
		require.NoError(t, err, kind)
		require.True(t, made.Settled, kind)
		require.Equal(t, 1, s.Created("company", number), kind)
	}
	s.Inject(okkitest.Fault{Op: push, Kind: okkitest.Cut})
	_, err := c.Companies.Create(t.Context(), CompanyPush{Name: "x", SerialID: "LOST", Customers: []ContactPush{{Name: "Eve"}}}, time.Millisecond)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Zero(t, s.Created("company", "LOST"))

	whole, err := c.Companies.GetByNumber(t.Context(), "NEW-2")
	require.NoError(t, err)
	require.Len(t, whole.Customers, 1)
	contact := whole.Customers[0].CustomerID
	sink, err := NewSink(c, c.Companies.Kind(), SinkConfig[CompanyPush]{SettleDelay: time.Millisecond})
	require.NoError(t, err)
	p := pipelineOf(t, sink, []CompanyPush{{Name: "renamed", SerialID: "NEW-2", Customers: []ContactPush{{Name: "Eve", Email: "NEW-2@example.com"}}}},
		func(m CompanyPush) string { return m.SerialID })
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Updated)
	whole, err = c.Companies.Get(t.Context(), whole.CompanyID)
	require.NoError(t, err)
	require.Equal(t, "renamed", whole.Name)
	require.Len(t, whole.Customers, 1)
	require.Equal(t, contact, whole.Customers[0].CustomerID)

	trouble(s, "GET company/list")
	s.Inject(okkitest.Fault{Op: "GET company/list", Call: 3, Kind: okkitest.Throttle})
	n := 0
	for _, err := range c.Companies.All(t.Context(), Query{PageSize: 5}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 17, n)
	n = 0
	for _, err := range c.Companies.Search(t.Context(), "example.com", "customer_list.email.domain") {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 17, n)
}

// Leads and orders are read with their details, lines and exact amounts, through
// trouble in every call of it.
func TestOrdersAndLeadsOnTheFake(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t, okkitest.WithDemo(), okkitest.WithTextIDs())
	for _, op := range []string{"GET invoices/order/list", "GET invoices/order/info", "GET lead/list", "GET lead/info"} {
		trouble(s, op)
	}
	orders := map[string]Order{}
	src, err := NewDetailSource(c.Orders, Query{PageSize: 5}, SourceConfig[Order]{SettleDelay: -1})
	require.NoError(t, err)
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, rec := range b.Records {
			require.NoError(t, rec.Err)
			orders[rec.Value.OrderNo] = rec.Value
		}
	}
	require.Len(t, orders, 12)
	require.Len(t, orders["SO-0003"].Lines, 1)
	require.Equal(t, "10.02", orders["SO-0003"].Lines[0].UnitPrice.String())
	require.Equal(t, "102.50", orders["SO-0003"].Amount.String())
	require.Equal(t, "2026-05-01", DateOf(orders["SO-0003"].AccountDate.Time).String())

	s.Inject(okkitest.Fault{Op: "POST invoices/order/push", Kind: okkitest.CutAfter})
	first := orders["SO-0003"].Lines[0]
	made, err := c.Orders.Create(t.Context(), OrderPush{Currency: "USD", OrderNo: "SO-9", Lines: []OrderLinePush{
		{ProductID: first.ProductID, SKUID: first.SKUID, Count: duijie.MustDecimal("2"), UnitPrice: duijie.MustDecimal("99999999999999.99")},
	}}, time.Millisecond)
	require.NoError(t, err)
	require.True(t, made.Settled)
	require.Equal(t, 1, s.Created("invoices/order", "SO-9"))
	got, err := c.Orders.Get(t.Context(), made.ID)
	require.NoError(t, err)
	require.Equal(t, "99999999999999.99", got.Lines[0].UnitPrice.String())
	require.NotZero(t, got.Lines[0].UniqueID)
	_, err = c.Orders.Create(t.Context(), OrderPush{Currency: "USD", OrderNo: "SO-9"}, 0)
	require.ErrorIs(t, err, duijie.ErrConflict)
	require.NoError(t, c.Orders.Remove(t.Context(), made.ID))
	_, err = c.Orders.Get(t.Context(), made.ID)
	require.ErrorIs(t, err, duijie.ErrNotFound)

	for i := range 23 {
		addLead(s, fmt.Sprintf("L-%02d", i), "lead", fmt.Sprintf("l%d@example.com", i), okkitest.Row{"update_time": fmt.Sprintf("2026-01-01 00:%02d:00", i)})
	}
	leads := map[string]bool{}
	leadSource, err := NewDetailSource(c.Leads, Query{PageSize: 5}, SourceConfig[Lead]{SettleDelay: -1})
	require.NoError(t, err)
	for b, err := range leadSource.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, rec := range b.Records {
			require.NoError(t, rec.Err)
			require.Len(t, rec.Value.Customers, 1)
			leads[rec.Value.SerialID] = true
		}
	}
	require.Len(t, leads, 23)
}

// A callback is registered, answers the platform's test, gets events, fetches what they
// name and handles a redelivery once; a failure is delivered again.
func TestWebhookOnTheFake(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t, okkitest.WithDemo(), okkitest.WithEscapedSlashes())
	ctx := t.Context()
	var handler atomic.Pointer[WebhookHandler]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.Load().ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	security, err := c.Webhooks.Create(ctx, server.URL+"/okki")
	require.NoError(t, err)
	var got []Product
	fails := true
	h, err := NewWebhookHandler(WebhookConfig{Secret: security.Config, Handle: func(ctx context.Context, m Message) error {
		if fails {
			fails = false
			return errors.New("the database is down")
		}
		for _, e := range m.Events {
			p, err := c.Products.Get(ctx, e.ID())
			if err != nil {
				return err
			}
			got = append(got, p)
		}
		return nil
	}})
	require.NoError(t, err)
	handler.Store(h)
	require.NoError(t, c.Webhooks.Test(ctx))
	require.NoError(t, c.Webhooks.Subscribe(ctx, "crm.product", []string{"update"}))
	id := s.Add("product", okkitest.Row{"product_no": "A/B", "name": "hooked"})
	event := okkitest.Event{Type: "xiaoman.crm.product.update", Data: map[string]any{"product_id": id, "product_no": "A/B"}}
	s.Inject(okkitest.Fault{Op: "GET product/info", Kind: okkitest.TokenExpired})
	for _, want := range []int{500, 200, 200} {
		status, _, err := s.Deliver(ctx, "msg_1", event)
		require.NoError(t, err)
		require.Equal(t, want, status)
	}
	require.Len(t, got, 1, "handled once")
	require.Equal(t, "hooked", got[0].Name)
	secret, err := c.Webhooks.RegenerateSecret(ctx)
	require.NoError(t, err)
	status, _, err := s.Deliver(ctx, "msg_2", event)
	require.NoError(t, err)
	require.Equal(t, 401, status, "signed with a secret the handler does not know")
	h, err = NewWebhookHandler(WebhookConfig{Secret: secret, OldSecret: security.Config, Handle: func(context.Context, Message) error { return nil }})
	require.NoError(t, err)
	handler.Store(h)
	status, _, err = s.Deliver(ctx, "msg_2", event)
	require.NoError(t, err)
	require.Equal(t, 200, status)
}

// Tokens that end by the clock, and the password grant's that are revoked with their
// refresh tokens, are renewed without a caller noticing.
func TestTokensOnTheFake(t *testing.T) {
	t.Parallel()
	_, s := fakePair(t, okkitest.WithTokenLife(time.Second))
	cfg := Config{
		BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), Scopes: []string{"product"},
		Username: "erp@example.com", Password: duijie.NewSecret("open sesame"),
	}
	c := clientOf(t, cfg)
	for i := range 6 {
		if i%2 == 1 {
			s.RevokeTokens()
		}
		if i > 3 {
			s.RevokeRefreshTokens()
		}
		_, err := c.Products.List(t.Context(), Query{})
		require.NoError(t, err, i)
	}
	require.Positive(t, s.Count("POST oauth2/refresh_token"))
	require.Greater(t, s.Count("POST oauth2/access_token"), 1)
	sink, err := NewSink(c, c.Products.Kind(), SinkConfig[ProductPush]{SettleDelay: time.Millisecond})
	require.NoError(t, err)
	s.RevokeTokens()
	out, err := sink.Write(t.Context(), []duijiesync.Record[ProductPush]{{Key: "P-1", Value: ProductPush{ProductType: 1, Name: "x"}}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeCreated, out[0].Kind)
	require.Equal(t, 1, s.Created("product", "P-1"))
}
