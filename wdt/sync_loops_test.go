package wdt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

func seedShipments(s *wdttest.Server, n int) {
	for i := range n {
		s.Seed(shipmentsMethod, wdttest.Row{"sync_id": 500 + i, "tid": fmt.Sprintf("T%d", i), "shop_no": "S01", "platform_id": 127, "logistics_no": "SF1"})
	}
}

func TestShipmentsEach(t *testing.T) {
	t.Parallel()
	s, c := newFake(t, Direct)
	seedShipments(s, 6)
	s.FailRow(shipmentsUpdateMethod, "505", "平台单号不存在")
	told := map[string]int{}
	n, err := c.Shipments.Each(t.Context(), ShipmentQuery{}, func(_ context.Context, one Shipment) error {
		told[one.TID]++
		switch one.TID {
		case "T1":
			return errors.New("the shop closed the order")
		case "T2":
			return fmt.Errorf("busy: %w", ErrSyncAgain)
		}
		return nil
	})
	p, ok := errors.AsType[*PartialError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, "平台单号不存在", p.Rows[0].Message)
	require.Equal(t, 5, n)
	require.Len(t, told, 6)

	var left []string
	for one, err := range c.Shipments.All(t.Context(), ShipmentQuery{}) {
		require.NoError(t, err)
		left = append(left, one.TID)
	}
	require.ElementsMatch(t, []string{"T2", "T5"}, left, "to be tried again, and refused")
}

// An acknowledgement whose answer was lost was done or was not; the list tells.
func TestShipmentsLostAnswer(t *testing.T) {
	t.Parallel()
	s, c := newFake(t, Direct)
	seedShipments(s, 150)
	s.Inject(wdttest.Fault{Op: shipmentsUpdateMethod, Kind: wdttest.CutAfter, Call: 2})
	tell := func(context.Context, Shipment) error { return nil }
	n, err := c.Shipments.Each(t.Context(), ShipmentQuery{}, tell)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Equal(t, 100, n)
	n, err = c.Shipments.Each(t.Context(), ShipmentQuery{}, tell)
	require.NoError(t, err)
	require.Zero(t, n, "the lost one was done")

	require.ErrorIs(t, c.Shipments.Acknowledge(t.Context(), nil), duijie.ErrInvalid)
	require.ErrorContains(t, c.Shipments.Acknowledge(t.Context(), []ShipmentAck{{ID: 1}, {}}), "row 2")
	ctx, cancel := context.WithCancel(t.Context())
	seedShipments(s, 3)
	n, err = c.Shipments.Each(ctx, ShipmentQuery{}, func(context.Context, Shipment) error { cancel(); return nil })
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, n)
}

func TestStockSyncEach(t *testing.T) {
	t.Parallel()
	s, c := newFake(t, Direct)
	for i := range 5 {
		s.Seed(apiGoodsMethod, wdttest.Row{
			"rec_id": 900 + i, "shop_no": "S01", "platform_id": 127, "goods_id": fmt.Sprintf("I%d", i), "spec_id": "1", "match_target_type": 1,
			"stock_num": "12.0000", "status": 1,
		})
		require.True(t, s.ChangeStock(fmt.Sprint(900+i), fmt.Sprintf("%d", 10*i)))
	}
	s.Inject(wdttest.Fault{Op: stockSyncCalcMethod, Kind: wdttest.CutAfter, Call: 5})
	shown := map[string]int64{}
	rep, err := c.StockSync.Each(t.Context(), func(_ context.Context, stock SyncStock) error {
		switch stock.GoodsID {
		case "I1":
			return errors.New("the listing is gone")
		case "I2":
			return ErrSyncAgain
		}
		shown[stock.GoodsID] = stock.Stock
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 2, rep.Succeeded)
	require.Equal(t, 1, rep.Failed)
	require.Len(t, rep.Skipped, 2)
	require.ErrorIs(t, rep.Skipped[0].Err, ErrSyncAgain)
	require.ErrorIs(t, rep.Skipped[1].Err, duijie.ErrOutcomeUnknown)
	require.Equal(t, map[string]int64{"I0": 0, "I3": 30}, shown)

	rep, err = c.StockSync.Each(t.Context(), func(context.Context, SyncStock) error { return nil })
	require.NoError(t, err)
	require.GreaterOrEqual(t, rep.Succeeded, 2, "what was skipped comes again")

	_, _, err = c.StockSync.ChangedIDs(t.Context(), 5, 0)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorIs(t, c.StockSync.Succeeded(t.Context(), SyncStock{}), duijie.ErrInvalid)
	s.Inject(wdttest.Fault{Op: stockSyncIDsMethod, Kind: wdttest.Unavailable, Times: -1})
	_, err = c.StockSync.Each(t.Context(), nil)
	require.ErrorIs(t, err, duijie.ErrUnavailable)
}

// What the ERP computed goes back as it came.
func TestStockSyncEchoes(t *testing.T) {
	t.Parallel()
	var sent []json.RawMessage
	s, c := newFake(t, Direct)
	s.Handle(stockSyncSuccessMethod, false, func(args []json.RawMessage, _ wdttest.Page) (any, error) {
		sent = args
		return nil, nil
	})
	var stock SyncStock
	const row = `{"rec_id":7,"syn_stock":3,"stock_change_count":9,"stock_syn_min":1.0000,"stock_syn_max":"550.0000","stock_syn_plus":0,"stock_syn_rule_id":-10000,"stock_syn_warehouses":"6","is_auto_listing":1}`
	require.NoError(t, json.Unmarshal([]byte(row), &stock))
	require.NoError(t, c.StockSync.Succeeded(t.Context(), stock))
	require.JSONEq(t, `7`, string(sent[0]))
	m := members(sent[1])
	require.JSONEq(t, `3`, string(m["syn_stock"]))
	require.JSONEq(t, `9`, string(m["stock_change_count"]))
	require.Equal(t, `1.0000`, string(m["stock_syn_min"]))
	require.Equal(t, `"550.0000"`, string(m["stock_syn_max"]))
	require.JSONEq(t, `true`, string(m["is_auto_listing"]))
	require.JSONEq(t, `true`, string(m["is_syn_success"]))
}

func TestRefundStockinSummary(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		s, c := newFake(t, g)
		var filters []string
		s.Handle(refundStockinsMethod, true, func(args []json.RawMessage, _ wdttest.Page) (any, error) {
			filters = append(filters, string(args[0]))
			return json.RawMessage(`{"total_count":0,"order":[],"summary_data":[{"warehouse_no":"W01","shop_data":[{"shop_no":"S01","spec_data":[{"spec_no":"A","num":"2.0000","total_refund_amount":19.80}]}]}]}`), nil
		})
		sums, err := c.RefundStockins.Summary(t.Context(), RefundStockinQuery{From: start, To: start.Add(time.Hour), Times: TimeStockedIn})
		require.NoError(t, err)
		require.Equal(t, "W01", sums[0].WarehouseNo)
		require.Equal(t, "19.80", sums[0].Shops[0].Specs[0].TotalRefundAmount.String())
		require.Contains(t, filters[0], `"need_summary":true`)
		require.Contains(t, filters[0], `"time_type":1`)
		_, err = c.RefundStockins.Summary(t.Context(), RefundStockinQuery{})
		require.ErrorIs(t, err, duijie.ErrInvalid)
	})
}

// The lists of the small seller, read as users do.
func TestSellerLists(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		_, c := newSeller(t, g, wdttest.WithStrictFilters(), wdttest.WithStockMoves())
		ctx := t.Context()
		n := count(t, c.Logistics.All(ctx, LogisticsQuery{HideDisabled: new(false), Quantity: true}))
		require.Equal(t, 1, n)
		require.Equal(t, 2, count(t, c.Providers.All(ctx, ProviderQuery{})), "all, without times")
		require.Equal(t, 4, count(t, c.Goods.All(ctx, GoodsQuery{From: time.Now().AddDate(0, 0, -29)})))
		require.Equal(t, 1, count(t, c.Goods.All(ctx, GoodsQuery{SpecNo: "G01-RED"})), "a number needs no times")
		require.Equal(t, 2, count(t, c.StockOld.All(ctx, StockOldQuery{SpecNos: []string{"G02"}})))
		trades := map[string]bool{}
		for trade, err := range c.Trades.All(ctx, TradeQuery{From: time.Now().Add(-3 * time.Hour)}) {
			require.NoError(t, err)
			trades[trade.ShopNo] = true
		}
		require.True(t, trades["S01"])
		require.Equal(t, g == Qimen, trades["S04"], "Direct leaves the Taobao family out")
		shipped := SalesStockoutQuery{Times: TimeShipped, From: time.Now().Add(-3 * time.Hour)}
		require.NoError(t, errOf(c.SalesStockouts.All(ctx, shipped)))

		_, err := c.OtherStockouts.Create(ctx, OtherStockoutPush{No: "O1", WarehouseNo: "W01", Approve: new(int64(1)), Lines: []OtherStockoutPushLine{{SpecNo: "G02", Num: duijie.MustDecimal("1.5")}}})
		require.NoError(t, err)
		w, err := c.StockChanges.List(ctx, StockChangeQuery{SpecNo: "G02", From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Second)})
		require.NoError(t, err)
		require.Len(t, w.Items, 1)
		require.Equal(t, StockOut, w.Items[0].Type)
		require.Equal(t, StockFromOtherOut, w.Items[0].Source)
		require.Equal(t, "1.5", w.Items[0].Num.Abs().Canonical())
		if g == Direct {
			require.NoError(t, errOf(c.Employees.All(ctx, EmployeeQuery{From: time.Now().AddDate(0, 0, -29)})))
			err = errOf(c.PreStockins.All(ctx, PreStockinQuery{}))
			require.ErrorIs(t, err, duijie.ErrInvalid, "on Qimen only")
		} else {
			require.NoError(t, errOf(c.PreStockins.All(ctx, PreStockinQuery{})))
		}
	})
}

func count[T any](t *testing.T, seq func(func(T, error) bool)) (n int) {
	t.Helper()
	for _, err := range seq {
		require.NoError(t, err)
		n++
	}
	return n
}

func errOf[T any](seq func(func(T, error) bool)) error {
	for _, err := range seq {
		if err != nil {
			return err
		}
	}
	return nil
}
