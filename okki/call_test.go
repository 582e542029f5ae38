package okki

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// seen is a request as the platform sees it.
type seen struct {
	method, path, body, contentType string
	query                           url.Values
	form                            map[string]string
}

func newSeen(t *testing.T, data any) (*Client, func() seen) {
	t.Helper()
	requests := make(chan seen, 8)
	s := newStage(t, productKind)
	s.extra = func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		one := seen{method: r.Method, path: r.URL.Path, body: string(b), contentType: r.Header.Get("Content-Type"), query: r.URL.Query(), form: map[string]string{}}
		if kind, params, _ := mime.ParseMediaType(one.contentType); kind == "multipart/form-data" {
			m := multipart.NewReader(bytes.NewReader(b), params["boundary"])
			for p, err := m.NextPart(); err == nil; p, err = m.NextPart() {
				v, _ := io.ReadAll(p)
				one.form[p.FormName()] = string(v)
			}
		}
		requests <- one
		envelopeOf(w, 200, "success", data)
	}
	c := clientOf(t, s.config())
	return c, func() seen {
		select {
		case r := <-requests:
			return r
		default:
			t.Fatal("no request")
			return seen{}
		}
	}
}

// Calls that are not plain JSON bodies are sent as the platform wants them.
func TestBodies(t *testing.T) {
	t.Parallel()
	c, last := newSeen(t, nil)
	ctx := t.Context()

	require.NoError(t, c.Companies.Remove(ctx, 7))
	r := last()
	require.Equal(t, "/v1/company/removeCompanyAndCustomers", r.path)
	require.Equal(t, "company_id=7", r.body)
	require.Equal(t, "application/x-www-form-urlencoded", r.contentType)

	require.NoError(t, c.ProductGroups.Remove(ctx, 8))
	r = last()
	require.Equal(t, map[string]string{"group_id": "8"}, r.form)

	for _, remove := range []func() error{
		func() error { return c.Orders.Remove(ctx, 9) }, func() error { return c.Outbounds.Remove(ctx, 9) },
		func() error { return c.Inbounds.Remove(ctx, 9) }, func() error { return c.Suppliers.Remove(ctx, 9) },
	} {
		require.NoError(t, remove())
		r = last()
		require.Equal(t, http.MethodPost, r.method)
		require.Empty(t, r.body)
		require.Len(t, r.query, 1)
		for _, v := range r.query {
			require.Equal(t, []string{"9"}, v)
		}
	}

	require.NoError(t, c.Products.Remove(ctx, 10))
	r = last()
	require.Equal(t, http.MethodGet, r.method)
	require.Equal(t, "/v1/product/remove", r.path)

	require.NoError(t, c.Inventory.Add(ctx, []Stock{{SKUID: 5, Available: duijie.MustDecimal("3")}}))
	r = last()
	require.JSONEq(t, `[{"sku_id":5,"enable_count":3,"inventory_type":2}]`, r.body)
	require.NoError(t, c.Inventory.Set(ctx, []Stock{{SKUID: 5, Available: duijie.MustDecimal("3.10").Quoted(), WarehouseID: 2}}))
	r = last()
	require.Equal(t, `[{"sku_id":5,"enable_count":"3.10","warehouse_id":2,"inventory_type":1}]`, r.body)
	require.ErrorIs(t, c.Inventory.Set(ctx, []Stock{{}}), duijie.ErrInvalid)
	require.NoError(t, c.Inventory.Set(ctx, nil))

	require.ErrorIs(t, c.Receipts.Remove(ctx, 1), duijie.ErrInvalid) // the platform has none
	require.ErrorIs(t, c.Call(ctx, "POST /v1/invoices/order/remove", nil, row{"order_id": 1}, nil), duijie.ErrInvalid)
	require.ErrorIs(t, c.Call(ctx, "POST /v1/company/removeGroup", nil, row{"a": row{}}, nil), duijie.ErrInvalid)
	require.ErrorIs(t, c.Call(ctx, "GET /v1/product/list?x=1", nil, nil, nil), duijie.ErrInvalid)
	require.ErrorIs(t, c.Call(ctx, "GET v1/product/list", nil, nil, nil), duijie.ErrInvalid)
}

func TestParams(t *testing.T) {
	t.Parallel()
	c, last := newSeen(t, nil)
	var none *string
	day := time.Date(2026, 8, 7, 1, 2, 3, 0, time.UTC)
	require.NoError(t, c.Call(t.Context(), "/v1/x", Params{
		"a": "文", "b": 5, "c": true, "d": day, "e": []int64{1, 2}, "f": nil, "g": none, "h": duijie.MustDecimal("1.10"),
		"i": []string{}, "j": duijie.NewTime(day), "k": uint8(3), "l": UpdateTime,
	}, nil, nil))
	require.Equal(t, url.Values{
		"a": {"文"}, "b": {"5"}, "c": {"1"}, "d": {"2026-08-07 09:02:03"}, "e": {"1,2"}, "h": {"1.10"}, "j": {"2026-08-07 09:02:03"}, "k": {"3"}, "l": {"1"},
	}, last().query)
	require.ErrorIs(t, c.Call(t.Context(), "/v1/x", Params{"a": 1.5}, nil, nil), duijie.ErrInvalid)
}

// Pushes leave out what is not set, send flags as 1 and 0, and Extra over all.
func TestPushBodies(t *testing.T) {
	t.Parallel()
	c, last := newSeen(t, row{"product_id": 5, "product_no": "PB-001", "sku_items": []row{{"sku_id": 6}}})
	p := ProductPush{
		ProductType: 1, ProductNo: "PB-001", Name: "Paper <bag>", PriceMin: duijie.MustDecimal("8.00").Quoted(), Disabled: new(false),
		Extra: duijie.Record{"4329999255": []string{"a"}, "name": "from Extra"},
	}
	got, err := c.Products.Push(t.Context(), p)
	require.NoError(t, err)
	require.EqualValues(t, 5, got.ID)
	require.Equal(t, "PB-001", got.Number)
	require.JSONEq(t, `{"product_type":1,"product_no":"PB-001","name":"from Extra","price_min":"8.00","disable_flag":0,"4329999255":["a"]}`, last().body)
	var skus struct {
		Items []SKU `json:"sku_items"`
	}
	require.NoError(t, got.Decode(&skus))
	require.EqualValues(t, 6, skus.Items[0].SKUID)

	_, err = c.Orders.Push(t.Context(), OrderPush{Lines: []OrderLinePush{{ProductID: 1}}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{"currency is missing", "product_list[0].sku_id is missing", "product_list[0].count is missing", "product_list[0].unit_price is missing"} {
		require.ErrorContains(t, err, name)
	}
	_, err = c.PurchaseOrders.Push(t.Context(), PurchaseOrderPush{})
	require.ErrorContains(t, err, "supplier_id or purchase_order_id is missing")
	_, err = c.Trails.Push(t.Context(), TrailPush{Content: "x", Type: 101})
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// A push whose answer names no record may have made one.
func TestPushWithoutID(t *testing.T) {
	t.Parallel()
	c, last := newSeen(t, "success")
	_, err := c.Products.Push(t.Context(), ProductPush{ProductType: 1})
	last()
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	got, err := c.Products.Push(t.Context(), ProductPush{ProductType: 1, ProductID: 12})
	require.NoError(t, err)
	require.EqualValues(t, 12, got.ID)
}

// An option repeats the parameters of quotation/info in a body.
func TestQuotationInfoBody(t *testing.T) {
	t.Parallel()
	c, last := newSeen(t, row{"quotation_id": 5, "quotation_no": "Q1"})
	c.cfg.QuotationInfoBody = true
	q, err := c.Quotations.GetByNumber(t.Context(), "Q1")
	require.NoError(t, err)
	require.EqualValues(t, 5, q.QuotationID)
	r := last()
	require.Equal(t, http.MethodGet, r.method)
	require.Equal(t, "Q1", r.query.Get("quotation_no"))
	require.JSONEq(t, `{"quotation_no":"Q1"}`, r.body)
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	c, _ := newSeen(t, row{"a": 1})
	var a Answer
	require.NoError(t, c.Call(t.Context(), "/v1/purchaseOrder/info", nil, nil, &a))
	require.JSONEq(t, `{"a":1}`, string(a.Data))
	require.Equal(t, "2026-08-07 09:10:11", a.Now.String())
	require.Equal(t, "success", a.Message)
	require.Contains(t, string(a.Whole), `"now"`)
	var wrong []int
	require.ErrorContains(t, c.Call(t.Context(), "/v1/x", nil, nil, &wrong), "does not fit")
}
