package okkitest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProductPush(t *testing.T) {
	t.Parallel()
	c := start(t)
	body := object{
		"name": "Paper bag", "product_no": "PB-001", "product_type": 1, "images": []any{}, "unit": "Piece", "fob_type": 1,
		"price_currency": "USD", "price_min": "8.00", "price_max": "12.00",
	}
	code, data := c.post("product/push", body)
	require.Equal(t, 200, code)
	answer := data.(map[string]any)
	require.Equal(t, "PB-001", answer["product_no"])
	require.Equal(t, "PB-001", answer["sku_items"].([]any)[0].(map[string]any)["sku_code"])
	_, _ = c.post("product/push", body)
	require.Equal(t, 2, c.s.Created("product", "PB-001"), "a number that is taken makes a second product")
	body["product_id"], body["name"] = answer["product_id"], "Bag"
	code, _ = c.post("product/push", body)
	require.Equal(t, 200, code)
	_, data = c.get("product/info", "product_no", "PB-001")
	require.Equal(t, "Bag", data.(map[string]any)["name"])
	require.Equal(t, "8.00", data.(map[string]any)["price_min"])
	require.Equal(t, 1, c.s.Updated("product", ""))

	for name, b := range map[string]object{
		"no type": {"name": "x"}, "variants without SKUs": {"product_type": 2}, "long number": {"product_type": 1, "product_no": strings.Repeat("9", 257)},
		"absent": {"product_type": 1, "product_id": 7},
	} {
		code, _ := c.post("product/push", b)
		require.Equal(t, 404, code, name)
	}
	_, out := c.do(http.MethodPost, "/v1/product/push", "application/json", "")
	require.InDelta(t, 400, out["code"], 0)
	require.Equal(t, "Empty POST request body data", out["message"])
	_, out = c.do(http.MethodPost, "/v1/product/push", "application/json", "[")
	require.Equal(t, "Invalid data json", out["message"])

	strict := start(t, WithTakenProductsRefused())
	code, _ = strict.post("product/push", object{"product_no": "A", "product_type": 1})
	require.Equal(t, 200, code)
	code, _ = strict.post("product/push", object{"product_no": "A", "product_type": 1})
	require.Equal(t, 404, code)
	code, _ = c.get("product/remove", "product_id", "1")
	require.Equal(t, 404, code)
}

func TestOrderRules(t *testing.T) {
	t.Parallel()
	c := start(t, WithDemo())
	_, data := c.get("product/info", "product_no", "SP-0001")
	product := data.(map[string]any)
	sku := product["sku_items"].([]any)[0].(map[string]any)["sku_id"]
	code, data := c.post("invoices/order/push", object{
		"order_no": "X1", "currency": "USD", "status": 7, "product_list": []any{
			object{"product_id": product["product_id"], "sku_id": sku, "count": 1, "unit_price": "2.50"},
			object{"product_id": 1, "sku_id": 1, "count": 1, "unit_price": "9"},
		},
	})
	require.Equal(t, 200, code)
	lines := data.(map[string]any)["product_list"].([]any)
	require.Len(t, lines, 1, "a line outside the library vanishes")
	line := lines[0].(map[string]any)
	require.InDelta(t, 0, line["cost_amount"], 0)
	order, ok := c.s.Record("invoices/order", int64(data.(map[string]any)["order_id"].(float64)))
	require.True(t, ok)
	require.NotContains(t, order, "status", "an unknown status is ignored")
	require.NotNil(t, order["exchange_rate"])

	code, data = c.post("invoices/order/push", object{
		"order_no": "X1", "currency": "USD", "exchange_rate": "", "product_list": []any{
			object{"product_id": product["product_id"], "sku_id": sku, "count": 3, "unit_price": "2.50"},
		},
	})
	require.Equal(t, 200, code)
	require.Equal(t, 1, c.s.Created("invoices/order", "X1"), "a known order_no edits")
	require.Len(t, data.(map[string]any)["product_list"], 1, "lines of one SKU are merged")
	_, data = c.post("invoices/order/push", object{
		"order_no": "X1", "currency": "USD", "product_list": []any{object{"unique_id": line["unique_id"], "remove": 1}},
	})
	require.Empty(t, data.(map[string]any)["product_list"])
	code, _ = c.post("invoices/order/push", object{"order_no": "X2"})
	require.Equal(t, 404, code)
}

func TestOutboundPushEditsATakenNumber(t *testing.T) {
	t.Parallel()
	c := start(t)
	line := object{"sku_id": 1, "product_id": 2, "outbound_count": "1", "sale_price": "1", "product_unit": "Piece"}
	push := object{"handler": []any{1}, "serial_id": "OUT1", "record_list": []any{line}}
	_, a := c.post("invoices/outbound/push", push)
	_, b := c.post("invoices/outbound/push", push)
	require.Equal(t, a.(map[string]any)["outbound_invoice_id"], b.(map[string]any)["outbound_invoice_id"])
	require.Len(t, b.(map[string]any)["record_list"], 2, "and adds lines")
	c.s.SetStock(1, 9, "2", "2")
	line["outbound_count"] = "3"
	_, out := c.do(http.MethodPost, "/v1/invoices/outbound/push", "application/json",
		`{"handler":[1],"record_list":[{"sku_id":1,"product_id":2,"outbound_count":"3","sale_price":"1","product_unit":"Piece"}]}`)
	require.Equal(t, "Operation Failed. 序号为[1]可用库存数量不足", out["message"])
}

func TestCompaniesAndLeads(t *testing.T) {
	t.Parallel()
	c := start(t)
	code, data := c.post("company/pushCompanyAndCustomers", object{
		"name": "A Ltd", "customers": []any{object{"name": "Ann", "email": "ann@a.example"}}, "cus_tag": []any{1, 2},
	})
	require.Equal(t, 200, code)
	company := data.(map[string]any)
	person := company["customers"].([]any)[0].(map[string]any)
	require.NotEmpty(t, person["customer_id"])
	_, data = c.post("company/pushCompanyAndCustomers", object{
		"company_id": company["company_id"], "name": "A Ltd", "cus_tag": []any{3},
		"customers": []any{object{"customer_id": person["customer_id"], "remove": 1}, object{"name": "Bob", "email": "bob@a.example"}},
	})
	require.Len(t, data.(map[string]any)["customers"], 1)
	rec, _ := c.s.Record("company", int64(company["company_id"].(float64)))
	require.Len(t, rec["tag"], 1, "tags are replaced")
	rows, total := c.page("company/query", "totalItem", "word", "a.example", "search_field", "customer_list.email.domain")
	require.Len(t, rows, 1)
	require.InDelta(t, 1, total, 0)

	_, one := c.post("lead/push", object{"name": "L", "customers": []any{object{"email": "x@y.example", "main_customer_flag": 1}}})
	_, two := c.post("lead/push", object{"name": "L2", "customers": []any{object{"email": "x@y.example", "main_customer_flag": 1}}})
	require.Equal(t, one, two, "a known e-mail edits")
	code, _ = c.post("lead/push", object{"name": "L", "origin_list": "x"})
	require.Equal(t, 404, code)
}

func TestFaultsComeBeforeOrAfterTheEffect(t *testing.T) {
	t.Parallel()
	for _, kind := range FaultKinds() {
		if kind == StallAfter || kind == HugeAfter || kind == DripAfter || kind == Slow {
			continue // covered where the shared faults are tested
		}
		c := start(t)
		c.s.Inject(Fault{Op: "POST product/push", Kind: kind})
		r := httptest.NewRequest(http.MethodPost, "/v1/product/push", strings.NewReader(`{"product_no":"A","product_type":1}`))
		r.Header.Set("Authorization", c.token)
		func() {
			defer func() {
				if cut := recover(); cut != nil {
					require.Equal(t, http.ErrAbortHandler, cut)
				}
			}()
			c.s.ServeHTTP(httptest.NewRecorder(), r)
		}()
		want := 0
		if kind == RowsMove || strings.HasSuffix(string(kind), "after") {
			want = 1
		}
		require.Equal(t, want, c.s.Created("product", "A"), kind)
		status, _ := c.do(http.MethodGet, "/v1/product/groups", "", "")
		if kind == TokenExpired || kind == Envelope401 {
			require.Equal(t, http.StatusUnauthorized, status, kind)
		} else {
			require.Equal(t, http.StatusOK, status, kind)
		}
	}
}

func TestCommitLateHidesTheRecord(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.CommitLate("POST product/push", 1, time.Hour)
	require.PanicsWithValue(t, http.ErrAbortHandler, func() {
		r := httptest.NewRequest(http.MethodPost, "/v1/product/push", strings.NewReader(`{"product_no":"A","product_type":1}`))
		r.Header.Set("Authorization", c.token)
		c.s.ServeHTTP(httptest.NewRecorder(), r)
	})
	require.Equal(t, 1, c.s.Created("product", "A"))
	code, _ := c.get("product/info", "product_no", "A")
	require.Equal(t, 404, code)
}
