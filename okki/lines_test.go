package okki

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// library makes n products and gives the lines of an order of them.
func library(s *okkitest.Server, n int) []OrderLinePush {
	var out []OrderLinePush
	for i := range n {
		id := s.Add("product", okkitest.Row{"product_no": fmt.Sprintf("P-%d", i), "product_type": 1})
		sku := int64(900 + i)
		s.Set("product", id, okkitest.Row{"sku_items": []any{map[string]any{"sku_id": sku, "sku_code": "x"}}})
		out = append(out, OrderLinePush{ProductID: id, SKUID: sku, Count: duijie.MustDecimal("3"), UnitPrice: duijie.MustDecimal("2.50")})
	}
	return out
}

func stranger(name string) OrderLinePush {
	return OrderLinePush{ProductID: 4711, SKUID: 4712, Count: duijie.MustDecimal("1"), UnitPrice: duijie.MustDecimal("9"), ProductName: name}
}

// A line that vanishes at the platform is an error that names it and the order, which
// exists: with the answer at hand, after a lost one, and on an edit.
func TestVanishedLinesOfAnOrder(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	lines := library(s, 2)
	info, push := "GET invoices/order/info", "POST invoices/order/push"
	create := func(number string, lines ...OrderLinePush) (Pushed, error) {
		return c.Orders.Create(t.Context(), OrderPush{Currency: "USD", OrderNo: number, Lines: lines}, time.Millisecond)
	}
	_, err := create("SO-1", lines[0], lines[1], lines[0])
	require.NoError(t, err)
	require.Equal(t, 1, s.Count(info), "the answer shows the lines: it is looked up before, and not read after")

	made, err := create("SO-2", lines[0], stranger("gift"), lines[1])
	lost, ok := errors.AsType[*LostLinesError](err)
	require.True(t, ok, "%v", err)
	require.ErrorIs(t, err, duijie.ErrRefused)
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.NotZero(t, made.ID)
	require.Equal(t, made.ID, lost.Pushed.ID)
	require.Equal(t, []int{1}, []int{lost.Lines[0].Index})
	require.Equal(t, 3, lost.Sent)
	require.ErrorContains(t, err, fmt.Sprintf("exists as %d", made.ID))
	require.ErrorContains(t, err, "product_list[1]")
	require.ErrorContains(t, err, "gift")

	s.Inject(okkitest.Fault{Op: push, Kind: okkitest.CutAfter})
	made, err = create("SO-3", stranger("gift"), lines[1])
	_, ok = errors.AsType[*LostLinesError](err)
	require.True(t, ok, "%v", err)
	require.True(t, made.Settled)
	require.NotZero(t, made.ID)
	require.Equal(t, 3, s.Created("invoices/order", ""))

	// An edit without line ids: two lines of one variant collapse into the stored one.
	made, err = c.Orders.Push(t.Context(), OrderPush{Currency: "USD", OrderID: made.ID, Lines: []OrderLinePush{lines[1], lines[1]}})
	_, ok = errors.AsType[*LostLinesError](err)
	require.True(t, ok, "%v", err)
	require.NotZero(t, made.ID)
}

// A sink calls an order without all its lines refused, and a pipeline makes one dead
// letter of it: it is never sent again as a new one, nor reported as created.
func TestVanishedLinesInAPipeline(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]okkitest.FaultKind{"answered": "", "answer lost": okkitest.CutAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, s := fakePair(t)
			lines := library(s, 2)
			sink, err := NewSink(c, c.Orders.Kind(), SinkConfig[OrderPush]{SettleDelay: time.Millisecond})
			require.NoError(t, err)
			var orders []OrderPush
			for i := range 5 {
				o := OrderPush{Currency: "USD", OrderNo: fmt.Sprintf("SO-%d", i), Lines: []OrderLinePush{lines[0], lines[1]}}
				if i == 2 {
					o.Lines = append(o.Lines, stranger("gift"))
				}
				orders = append(orders, o)
			}
			if fault != "" {
				s.Inject(okkitest.Fault{Op: "POST invoices/order/push", Call: 3, Kind: fault})
			}
			p := pipelineOf(t, sink, orders, func(o OrderPush) string { return o.OrderNo })
			report, err := p.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 1, report.Refused)
			require.EqualValues(t, 4, report.Created)
			letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
			require.NoError(t, err)
			require.Len(t, letters, 1)
			require.Equal(t, "SO-2", letters[0].Key)
			require.Equal(t, "lines_lost", letters[0].Code)
			require.Contains(t, letters[0].Message, "product_list[2]")
			require.Contains(t, letters[0].Message, "exists as")
			_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
			require.NoError(t, err)
			require.Equal(t, 5, s.Created("invoices/order", ""))
			require.Len(t, s.Records("invoices/order"), 5)
			stored, err := c.Orders.GetByNumber(t.Context(), "SO-2")
			require.NoError(t, err)
			require.Len(t, stored.Lines, 2, "an edit of it doubles no line")
			letters, err = p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
			require.NoError(t, err)
			require.Len(t, letters, 1)
		})
	}
}

// Documents whose answers show no lines are read back; one that can not be read is in
// doubt, and never called created.
func TestVanishedLinesAreReadBack(t *testing.T) {
	t.Parallel()
	for _, k := range []RecordKind{quotationKind, purchaseOrderKind, inboundKind, purchaseReturnKind, outboundKind, orderKind} {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			c, s := fakePair(t)
			member := "product_list"
			if k.Number == "serial_id" {
				member = "record_list"
			}
			path := k.Path[len("/v1/"):]
			stored := []any{row{"product_id": 1, "sku_id": "10"}, row{"product_id": 2, "sku_id": 20}}
			var failing error
			s.Handle("POST "+path+"/push", func(okkitest.Request) (any, error) { return row{k.ID: 77, k.Number: "N-1"}, nil })
			s.Handle("GET "+path+"/info", func(r okkitest.Request) (any, error) {
				if !r.Query.Has(k.ID) {
					return nil, &okkitest.Error{Code: 404, Message: "Not Found Resource"}
				}
				return row{k.ID: 77, k.Number: "N-1", member: stored}, failing
			})
			push := func(lines string) error {
				_, err := k.pushModel(t.Context(), c, json.RawMessage(fmt.Sprintf(`{%q:"N-1",%q:%s}`, k.Number, member, lines)), nil)
				return err
			}
			require.NoError(t, push(`[{"product_id":"2","sku_id":20},{"product_id":1}]`))
			require.NoError(t, push(`[{"sku_id":10},{"product_id":5,"sku_id":50,"remove":1}]`))
			require.NoError(t, push(`[]`))
			for lines, index := range map[string]int{
				`[{"product_id":1,"sku_id":10},{"product_id":1,"sku_id":10}]`: 1,
				`[{"product_name":"no id"},{"product_id":1}]`:                 0,
				`[{"product_id":1,"sku_id":11}]`:                              0,
				`[{"product_id":1},{"product_id":2},{"product_id":3}]`:        2,
			} {
				lost, ok := errors.AsType[*LostLinesError](push(lines))
				require.True(t, ok, lines)
				require.Len(t, lost.Lines, 1, lines)
				require.Equal(t, index, lost.Lines[0].Index, lines)
			}
			failing = &okkitest.Error{Code: 404, Message: "Not Found Resource"}
			err := push(`[{"product_id":1}]`)
			require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
			require.NotErrorIs(t, err, duijie.ErrNotFound, "the record is pushed")
			sink, err := NewSink(c, k, SinkConfig[json.RawMessage]{})
			require.NoError(t, err)
			out, err := sink.Write(t.Context(), []duijiesync.Record[json.RawMessage]{{Key: "N-1", Value: json.RawMessage(fmt.Sprintf(`{%q:[{"product_id":1}]}`, member))}})
			require.NoError(t, err)
			require.Equal(t, duijiesync.OutcomeUnknown, out[0].Kind)
			failing = nil
			out, err = sink.Write(t.Context(), []duijiesync.Record[json.RawMessage]{{Key: "N-1", Value: json.RawMessage(fmt.Sprintf(`{%q:[{"product_id":3}]}`, member))}})
			require.NoError(t, err)
			require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
			require.Equal(t, "77", out[0].TargetID)
		})
	}
}

// What a lookup finds without all its lines is not what was sent, for kinds whose lines
// have no ids too.
func TestFindSeesVanishedLines(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	s.Add("invoices/quotation", okkitest.Row{"quotation_no": "Q-1", "product_list": []any{map[string]any{"product_id": 1, "count": 1}}})
	sink, err := NewSink(c, quotationKind, SinkConfig[json.RawMessage]{})
	require.NoError(t, err)
	for lines, want := range map[string]duijiesync.Match{
		`[{"product_id":1}]`:                  duijiesync.Exists,
		`[{"product_id":1},{"product_id":2}]`: duijiesync.Different,
	} {
		found, err := sink.Find(t.Context(), []duijiesync.Record[json.RawMessage]{{Key: "Q-1", Value: json.RawMessage(`{"product_list":` + lines + `}`)}})
		require.NoError(t, err)
		require.Equal(t, want, found[0].Match, lines)
	}
}
