package main

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
)

var testChoices = choices{
	Org: "100", Salesman: "XSY01", Currency: "PRE001", Unit: "Pcs", TaxRate: duijie.MustDecimal("13"), StockField: "F_DEMO_Stock",
}

func trade(receivable string, lines ...wdt.TradeLine) wdt.Trade {
	return wdt.Trade{
		No: "JY1", ShopNo: "S01", WarehouseNo: "W01", Status: wdt.TradeApproved,
		TradeTime: mustTime("2026-11-27 09:00:00"), Receivable: duijie.MustDecimal(receivable), Lines: lines,
	}
}

func mustTime(s string) duijie.Time {
	t, err := duijie.ParseTime(s)
	if err != nil {
		panic(err)
	}
	return t
}

func line(spec, num, share string) wdt.TradeLine {
	return wdt.TradeLine{SpecNo: spec, Num: duijie.MustDecimal(num), ShareAmount: duijie.MustDecimal(share)}
}

// worth is what Kingdee computes a line to be.
func worth(qty, price duijie.Decimal) duijie.Decimal {
	return qty.Mul(price).Round(moneyDecimals, duijie.RoundHalfUp)
}

func TestLinesAddUpToWhatTheBuyerOwes(t *testing.T) {
	t.Parallel()
	// 12.34 × 3 − 1.02 of its own, 59.90 × 2, less 10 for all, and 8 of postage.
	in := trade("144.80", line("A", "3", "33.2812"), line("B", "2", "103.5188"), wdt.TradeLine{SpecNo: "G", Num: duijie.MustDecimal("1"), Gift: 1})
	order, err := orderOf(in, testChoices)
	require.NoError(t, err)
	require.NoError(t, order.Validate())
	require.Len(t, order.Lines, 3)
	var sum duijie.Decimal
	for _, l := range order.Lines {
		sum = sum.Add(worth(l.Qty, l.TaxPrice))
	}
	require.Equal(t, "144.80", sum.String())
	require.True(t, *order.Lines[2].Free, "a gift costs nothing")
	require.Equal(t, "35.22", worth(order.Lines[0].Qty, order.Lines[0].TaxPrice).String(), "33.2812 of 136.80, of 144.80; the cent that is left goes to the larger line")
}

func TestLinesAddUpWhateverTheAmounts(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 11))
	for i := range 20_000 {
		in := trade(fmt.Sprintf("%d.%02d", rng.IntN(90_000), rng.IntN(100)))
		for n := range 1 + rng.IntN(12) {
			qty := fmt.Sprint(1 + rng.IntN(400))
			if rng.IntN(4) == 0 {
				qty += fmt.Sprintf(".%d", 1+rng.IntN(9))
			}
			in.Lines = append(in.Lines, line(fmt.Sprint("S", n), qty, fmt.Sprintf("%d.%04d", rng.IntN(5000), rng.IntN(10_000))))
		}
		order, err := orderOf(in, testChoices)
		if err != nil {
			require.ErrorContains(t, err, "no line is worth anything", "case %d: %+v", i, in)
			continue
		}
		var sum duijie.Decimal
		for _, l := range order.Lines {
			sum = sum.Add(worth(l.Qty, l.TaxPrice))
		}
		require.True(t, sum.Equal(in.Receivable), "case %d: %s of %s", i, sum, in.Receivable)
	}
}

func TestOrdersThatCanNotBeRight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   wdt.Trade
		want string
	}{
		"no lines":        {trade("1.00"), "no lines"},
		"less than none":  {trade("-1.00", line("A", "1", "1")), "less than nothing"},
		"no worth":        {trade("8.00", line("A", "1", "0")), "no line is worth anything"},
		"no SKU":          {trade("8.00", line("", "1", "1")), "names no SKU"},
		"no quantity":     {trade("8.00", line("A", "0", "1")), "quantity is 0"},
		"parts of a cent": {trade("8.001", line("A", "1", "1")), "parts of a cent"},
		"too many pieces": {trade("10.00", line("A", "3000001", "1")), "no price of 6 decimals"},
		"no shop":         {wdt.Trade{No: "JY1"}, "no shop"},
		"nothing owed":    {wdt.Trade{No: "JY1", ShopNo: "S", TradeTime: mustTime("2026-11-27"), Lines: []wdt.TradeLine{line("A", "1", "1")}}, "does not say"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := orderOf(c.in, testChoices)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestOnlyApprovedOrdersAreWanted(t *testing.T) {
	t.Parallel()
	for status, want := range map[wdt.TradeStatus]error{
		wdt.TradeCancelled: duijiesync.ErrSkip, wdt.TradeServiceReview: duijiesync.ErrSkip, wdt.TradeApproved: nil, wdt.TradeCompleted: nil,
	} {
		require.ErrorIs(t, wanted(wdt.Trade{Status: status}), want)
	}
}
