package okki

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// fakePair is a client of the fake platform.
func fakePair(t *testing.T, opts ...okkitest.Option) (*Client, *okkitest.Server) {
	t.Helper()
	s := okkitest.NewServer(opts...)
	t.Cleanup(s.Close)
	return clientOf(t, Config{
		BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), Scopes: okkitest.AllScopes(),
	}), s
}

// Only the platform's own words mean that a record is not there: a success without one,
// and a success with another one, are answers nobody can rely on.
func TestEmptyAnswerIsNotAbsence(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	sink, err := NewSink(c, c.Outbounds.Kind(), SinkConfig[OutboundPush]{})
	require.NoError(t, err)
	for _, data := range []any{nil, []any{}, map[string]any{}, ""} {
		s.Handle("GET invoices/outbound/info", func(okkitest.Request) (any, error) { return data, nil })
		_, err := c.Outbounds.Get(t.Context(), 5)
		require.ErrorIs(t, err, duijie.ErrMalformedAnswer, "%v", data)
		require.NotErrorIs(t, err, duijie.ErrNotFound)
		_, err = sink.Find(t.Context(), []duijiesync.Record[OutboundPush]{{Key: "CK-1"}})
		require.Error(t, err, "%v", data)
	}
	s.Handle("GET invoices/outbound/info", func(okkitest.Request) (any, error) {
		return map[string]any{"outbound_invoice_id": 6, "serial_id": "CK-6"}, nil
	})
	_, err = c.Outbounds.Get(t.Context(), 5)
	require.Error(t, err)
	require.NotErrorIs(t, err, duijie.ErrNotFound)
}

// A record whose details come empty is neither left out nor does it stop the others.
func TestDetailSourceKeepsEmptyDetails(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	id := s.Add("product", okkitest.Row{"product_no": "P-1", "name": "one"})
	s.Handle("GET product/info", func(okkitest.Request) (any, error) { return []any{}, nil })
	src, err := NewDetailSource(c.Products, Query{}, SourceConfig[Product]{SettleDelay: -1})
	require.NoError(t, err)
	var got []duijiesync.Record[Product]
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		got = append(got, b.Records...)
	}
	require.Len(t, got, 1)
	require.Equal(t, jsonInt(id), got[0].Key)
	require.ErrorIs(t, got[0].Err, duijie.ErrMalformedAnswer)
}

func jsonInt(n int64) string { b, _ := json.Marshal(n); return string(b) }

// A success without a list is no empty list, and a count of the rows of a page no total.
func TestListWithoutRowsOrTotal(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	for _, data := range []any{nil, "success", map[string]any{}, map[string]any{"count": 7}} {
		s.Handle("GET product/list", func(okkitest.Request) (any, error) { return data, nil })
		_, err := c.Products.List(t.Context(), Query{})
		require.ErrorIs(t, err, duijie.ErrMalformedAnswer, "%v", data)
		src, err := NewListSource(c.Products, Query{}, SourceConfig[ProductRow]{})
		require.NoError(t, err)
		var last error
		for _, err := range src.Read(t.Context(), "") {
			last = errors.Join(last, err)
		}
		require.ErrorIs(t, last, duijie.ErrMalformedAnswer, "%v", data)
	}
	// companies, three to a page, without totalItem: count is of the page
	s.Handle("GET company/list", func(r okkitest.Request) (any, error) {
		rows := map[string][]any{
			"1": {row{"company_id": 1}, row{"company_id": 2}, row{"company_id": 3}}, "2": {row{"company_id": 4}},
		}[r.Query.Get("start_index")]
		return map[string]any{"list": append([]any{}, rows...), "totalItem": nil, "count": len(rows)}, nil
	})
	n := 0
	for _, err := range c.Companies.All(t.Context(), Query{PageSize: 3}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 4, n)
}

// An update keeps the costs of a line that its model leaves out, which the platform would
// set to 0, and deletes a line with all the platform wants to see of it.
func TestLinesKeepTheirCosts(t *testing.T) {
	t.Parallel()
	stored := json.RawMessage(`{"product_list":[{"unique_id":7,"product_id":1,"sku_id":2,"cost_amount":"3.50","other_cost":1,"count":1},{"unique_id":8,"product_id":3,"sku_id":4,"count":2,"unit_price":"9"}]}`)
	lines, err := orderKind.Lines[0].pair(json.RawMessage(`{"product_list":[{"product_id":1,"sku_id":2,"count":5,"other_cost":0}]}`), stored)
	require.NoError(t, err)
	require.Len(t, lines, 2)
	require.JSONEq(t, `"3.50"`, string(lines[0]["cost_amount"]))
	require.JSONEq(t, `0`, string(lines[0]["other_cost"]), "what is sent counts")
	require.JSONEq(t, `7`, string(lines[0]["unique_id"]))
	require.JSONEq(t, `1`, string(lines[1]["remove"]))
	require.JSONEq(t, `4`, string(lines[1]["sku_id"]))

	stored = json.RawMessage(`{"record_list":[{"outbound_record_id":7,"product_id":1,"sku_id":2,"outbound_count":"1","sale_price":"2","product_unit":"Piece"}]}`)
	lines, err = outboundKind.Lines[0].pair(json.RawMessage(`{"record_list":[]}`), stored)
	require.NoError(t, err)
	require.Len(t, lines, 1)
	for _, name := range []string{"sku_id", "product_id", "outbound_count", "product_unit"} {
		require.NotEmpty(t, lines[0][name], name)
	}
}

// A platform that repeats the token in some other writing gives it away to no log.
func TestEncodedTokenStaysHidden(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	_, err := c.Products.List(t.Context(), Query{})
	require.NoError(t, err)
	calls := s.Calls()
	token := strings.TrimPrefix(calls[len(calls)-1].Auth, "Bearer ")
	for _, echo := range []string{token, base64.StdEncoding.EncodeToString([]byte(token)), hex.EncodeToString([]byte(token))} {
		s.Handle("GET product/list", func(okkitest.Request) (any, error) {
			return nil, &okkitest.Error{Code: 400, Message: "bad: " + echo}
		})
		_, err := c.Products.List(t.Context(), Query{})
		require.Error(t, err)
		require.NotContains(t, err.Error(), echo)
	}
}
