package okki

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/fakeserver"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// A lost answer is settled by the number, and nothing is pushed twice.
func TestCreateSettlesByNumber(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, orderKind)
	push := "POST /v1/invoices/order/push"
	create := func(number string) (Pushed, error) {
		return c.Orders.Create(t.Context(), OrderPush{Currency: "USD", OrderNo: number}, time.Millisecond)
	}
	got, err := create("SO-1")
	require.NoError(t, err)
	require.False(t, got.Settled)
	require.NotZero(t, got.ID)

	s.faults.Add(fakeserver.Rule{Op: push, Kind: fakeserver.CutAfter})
	got, err = create("SO-2")
	require.NoError(t, err)
	require.True(t, got.Settled)
	require.Equal(t, fmt.Sprint(s.record("SO-2")["order_id"]), jsonNumber(got.ID))
	require.Equal(t, 1, s.countOf("SO-2"))

	s.faults.Add(fakeserver.Rule{Op: push, Kind: fakeserver.Cut})
	_, err = create("SO-3")
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	_, err = c.Orders.Settle(t.Context(), "SO-3")
	require.ErrorIs(t, err, duijie.ErrNotFound)

	// A number that is taken would edit that order.
	taken, err := create("SO-1")
	require.ErrorIs(t, err, duijie.ErrConflict)
	require.NotZero(t, taken.ID)
	require.Equal(t, 3, s.faults.Count(push))

	_, err = create("")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Orders.Create(t.Context(), OrderPush{Currency: "USD", OrderNo: "SO-9", OrderID: 5}, 0)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Suppliers.Create(t.Context(), SupplierPush{Name: "x"}, 0)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = NewSink(c, supplierKind, SinkConfig[SupplierPush]{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

func jsonNumber(n int64) string { return fmt.Sprint(float64(n)) }

func line(sku int64, count string) OrderLinePush {
	return OrderLinePush{ProductID: 7, SKUID: sku, Count: duijie.MustDecimal(count), UnitPrice: duijie.MustDecimal("2.50")}
}

// An update pairs its lines with those that are stored, adds what is new and takes
// out what is gone, and two lines of one variant stay two.
func TestOrderLinesArePaired(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, orderKind)
	sink, err := NewSink(c, c.Orders.Kind(), SinkConfig[OrderPush]{})
	require.NoError(t, err)
	write := func(target string, lines ...OrderLinePush) duijiesync.Outcome {
		out, err := sink.Write(t.Context(), []duijiesync.Record[OrderPush]{{
			Key: "SO-1", Value: OrderPush{Currency: "USD", Lines: lines}, Target: duijiesync.Target{ID: target},
		}})
		require.NoError(t, err)
		return out[0]
	}
	made := write("", line(70, "1"), line(70, "2"), line(71, "3"))
	require.Equal(t, duijiesync.OutcomeCreated, made.Kind)
	ids := func() (out []string) {
		for _, l := range s.record("SO-1")["product_list"].([]any) {
			out = append(out, fmt.Sprintf("%.0f", l.(map[string]any)["unique_id"]))
		}
		return out
	}
	before := ids()
	require.Len(t, before, 3)
	require.Equal(t, duijiesync.OutcomeUpdated, write(made.TargetID, line(70, "5"), line(70, "6"), line(72, "7")).Kind)
	after := ids()
	require.Len(t, after, 3)
	require.Equal(t, before[:2], after[:2])
	require.NotEqual(t, before[2], after[2])
	var counts []string
	for _, l := range s.record("SO-1")["product_list"].([]any) {
		counts = append(counts, fmt.Sprint(l.(map[string]any)["count"]))
	}
	require.Equal(t, []string{"5", "6", "7"}, counts)

	rec := duijiesync.Record[OrderPush]{Key: "SO-1", Value: OrderPush{Currency: "USD", Lines: []OrderLinePush{line(70, "5"), line(70, "6"), line(72, "7.00")}}}
	found, err := sink.Find(t.Context(), []duijiesync.Record[OrderPush]{rec})
	require.NoError(t, err)
	require.Equal(t, duijiesync.Identical, found[0].Match, "%v", found[0].Changes)
	rec.Value.Lines[0].Count = duijie.MustDecimal("8")
	rec.Value.Lines = rec.Value.Lines[:2]
	found, err = sink.Find(t.Context(), []duijiesync.Record[OrderPush]{rec})
	require.NoError(t, err)
	require.Equal(t, duijiesync.Different, found[0].Match)
	require.Len(t, found[0].Changes, 2)
}

// Lines that can not be told apart are not sent again, unless one says so.
func TestUntoldLines(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, quotationKind)
	s.seed(1)
	id := fmt.Sprintf("%.0f", s.record("P-000")["quotation_id"])
	q := json.RawMessage(`{"name":"x","product_list":[{"product_id":1,"count":1}]}`)
	for _, repeat := range []bool{false, true} {
		sink, err := NewSink(c, quotationKind, SinkConfig[json.RawMessage]{RepeatLines: repeat})
		require.NoError(t, err)
		out, err := sink.Write(t.Context(), []duijiesync.Record[json.RawMessage]{{Key: "P-000", Value: q, Target: duijiesync.Target{ID: id}}})
		require.NoError(t, err)
		want := duijiesync.OutcomeRefused
		if repeat {
			want = duijiesync.OutcomeUpdated
		}
		require.Equal(t, want, out[0].Kind, out[0].Message)
	}
	_, err := LineKind{Member: "product_list", ID: "purchase_order_product_id", Match: [][]string{{"sku_id"}}}.pair(
		json.RawMessage(`{"product_list":[{"sku_id":1}]}`), json.RawMessage(`{"product_list":[{"sku_id":1,"purchase_order_product_id":5},{"sku_id":2,"purchase_order_product_id":6}]}`))
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// Refusals that speak of the call stop the run; those that speak of a record do not.
func TestWhoIsAtFault(t *testing.T) {
	t.Parallel()
	business := func(class duijie.Class, code string) *duijie.APIError {
		return &duijie.APIError{Class: class, Code: code}
	}
	for _, e := range []*duijie.APIError{
		business(duijie.ClassRefused, "404"), business(duijie.ClassInvalid, "400"), business(duijie.ClassNotFound, "404"), business(duijie.ClassPermission, "404"),
	} {
		require.True(t, ofRecord(e), "%v", e)
	}
	for _, e := range []*duijie.APIError{
		business(duijie.ClassPermission, "403"), business(duijie.ClassUnauthenticated, "401"), business(duijie.ClassThrottled, "429"),
		business(duijie.ClassRefused, "never_heard_of"), {Class: duijie.ClassInvalid, Code: "400", Message: "Empty POST request body data"}, {Class: duijie.ClassInvalid, Code: "404", Err: duijie.ErrMalformedAnswer},
		{Class: duijie.ClassInvalid, Code: "307", Err: duijie.ErrRedirected},
	} {
		require.False(t, ofRecord(e), "%v", e)
	}
}

// A record that comes back under another number is never taken for the one asked for.
func TestLookupAnswersAnother(t *testing.T) {
	t.Parallel()
	c, last := newSeen(t, row{"product_id": 5, "product_no": "other"})
	_, err := c.Products.Settle(t.Context(), "P-1")
	last()
	require.Error(t, err)
	require.NotErrorIs(t, err, duijie.ErrNotFound)
	sink, err := NewSink(c, c.Products.Kind(), SinkConfig[ProductPush]{})
	require.NoError(t, err)
	found, err := sink.Find(t.Context(), []duijiesync.Record[ProductPush]{{Key: "P-1"}})
	require.NoError(t, err)
	require.Error(t, found[0].Err)
}
