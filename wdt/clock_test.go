package wdt

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// newSkewed is a fake and a client whose clock is off by as much.
func newSkewed(t *testing.T, g Gateway, clock *stop, off time.Duration) (*wdttest.Server, *Client) {
	t.Helper()
	server := wdttest.NewServer(wdttest.WithClock(clock.now))
	ours := func() time.Time { return clock.now().Add(off) }
	client, err := NewClient(fakeConfig(server, g), append(slices.Clone(fast), duijie.WithClock(ours))...)
	require.NoError(t, err)
	t.Cleanup(func() {
		client.CloseIdleConnections()
		server.Close()
	})
	return server, client
}

// A source loses no row while our clock is off by as much as its gateway takes.
func TestWindowsUnderAWrongClock(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		gateway Gateway
		off     time.Duration
	}{{Qimen, 9 * time.Minute}, {Qimen, -9 * time.Minute}, {Direct, 110 * time.Second}, {Direct, -110 * time.Second}} {
		t.Run(fmt.Sprint(tt.gateway, tt.off), func(t *testing.T) {
			t.Parallel()
			clock := &stop{at: start}
			server, client := newSkewed(t, tt.gateway, clock, tt.off)
			src, err := NewListSource(client.Trades, TradeQuery{}, WindowConfig{Start: start})
			require.NoError(t, err)
			met := map[string]bool{}
			var after duijiesync.Checkpoint
			run := func() {
				for batch, err := range src.Read(t.Context(), after) {
					require.NoError(t, err)
					for _, r := range batch.Records {
						met[r.Key] = true
					}
					if batch.Checkpoint != "" {
						after = batch.Checkpoint
					}
				}
			}
			for minute := range 60 {
				clock.set(start.Add(time.Duration(minute) * time.Minute))
				server.Seed(tradesMethod, wdttest.Row{"trade_no": fmt.Sprintf("T%03d", minute), "platform_id": 127, "modified": clock.now()})
				if minute%5 == 0 {
					run()
				}
			}
			clock.set(start.Add(90 * time.Minute))
			run()
			require.Len(t, met, 60)
		})
	}
}

// A document that was made this moment is found, whichever clock is wrong: else a
// lost answer is settled as absent and the document made twice.
func TestFindUnderAWrongClock(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		gateway Gateway
		off     time.Duration
	}{{Direct, 0}, {Direct, 115 * time.Second}, {Direct, -115 * time.Second}, {Qimen, 9 * time.Minute}, {Qimen, -9 * time.Minute}} {
		t.Run(fmt.Sprint(tt.gateway, tt.off), func(t *testing.T) {
			t.Parallel()
			clock := &stop{at: start}
			server, client := newSkewed(t, tt.gateway, clock, tt.off)
			server.Seed(otherStockinsMethod, wdttest.Row{"order_no": "N1"})
			server.Seed(otherStockoutsMethod, wdttest.Row{"order_no": "N1"})
			server.Seed(transfersMethod, wdttest.Row{"transfer_no": "N1"})
			for _, back := range []time.Duration{0, time.Minute, time.Hour} {
				_, found, err := client.OtherStockins.Find(t.Context(), "N1", back)
				require.NoError(t, err)
				require.True(t, found, "other stock-in within %s", back)
				_, found, err = client.OtherStockouts.Find(t.Context(), "N1", back)
				require.NoError(t, err)
				require.True(t, found, "other stock-out within %s", back)
				_, found, err = client.Transfers.Find(t.Context(), "N1", back)
				require.NoError(t, err)
				require.True(t, found, "transfer within %s", back)
			}
			_, found, err := client.OtherStockins.Find(t.Context(), "N2", 0)
			require.NoError(t, err)
			require.False(t, found)
			require.Equal(t, 1, server.Count(otherStockinsMethod)-3, "the default is one slice")
		})
	}
}

// A window that ends this second is not closed: rows of it still come.
func TestWindowThatEndsNow(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		for _, ago := range []time.Duration{0, 30 * time.Second, time.Minute} {
			clock := &stop{at: start.Add(30 * time.Minute).Add(500 * time.Millisecond)}
			server, client := newSkewed(t, g, clock, 0)
			end := clock.now().Add(-ago).Truncate(time.Second)
			put := func(no string) {
				server.Seed(tradesMethod, wdttest.Row{"trade_no": no, "platform_id": 127, "modified": end})
			}
			for i := range 11 {
				put(fmt.Sprintf("T%03d", i))
			}
			server.OnCall(func(_ string, n int) {
				if n == 4 { // one leaves and one comes: the total stays
					server.Remove(tradesMethod, "T000")
					put("T999")
				}
			})
			q := &Query{Size: 4, Key: "trade_no", Params: map[string]any{
				"start_time": chinaTime(start), "end_time": chinaTime(end),
			}}
			var nos []string
			for row, err := range QueryAs[Trade](t.Context(), client, tradesMethod, q) {
				require.NoError(t, err)
				nos = append(nos, row.No)
			}
			require.Contains(t, nos, "T999", "ended %s ago", ago)
		}
	})
}

// Orders and refunds of two platforms may carry the same number.
func TestKeysOfTwoPlatforms(t *testing.T) {
	t.Parallel()
	require.NotEqual(t, RawTrade{TID: "1", PlatformID: 127}.Key(), RawTrade{TID: "1", PlatformID: 3}.Key())
	require.NotEqual(t, RawRefund{No: "1", PlatformID: 127}.Key(), RawRefund{No: "1", PlatformID: 3}.Key())
	require.Equal(t, "1|127", RawTrade{TID: "1", PlatformID: 127}.Key())
	require.Equal(t, "1", RawRefund{No: "1"}.Key())
	require.Equal(t, "rec_id:7", RawTrade{ID: 7, PlatformID: 3}.Key())

	server, client := newFake(t, Direct)
	server.Handle(rawTradesMethod, true, func([]json.RawMessage, wdttest.Page) (any, error) {
		row := func(platform int) any {
			return map[string]any{"tid": "1", "platform_id": platform, "modified": chinaTime(start)}
		}
		return wdttest.List{Key: "order", Rows: []any{row(127), row(3)}, Total: 2}, nil
	})
	n := 0
	for _, err := range client.RawTrades.All(t.Context(), RawTradeQuery{From: start, To: start.Add(time.Hour)}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 2, n)
}

// An answer without data is the end of the stock that waits.
func TestNoStockToSync(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"status":0}`, `{"status":0,"data":null}`, `{"status":0,"data":{}}`, `{"status":0,"data":[]}`} {
		client, _ := newMock(t, Direct, answers(200, body), fast...)
		ids, _, err := client.StockSync.ChangedIDs(t.Context(), 10, 7)
		require.NoError(t, err, body)
		require.Empty(t, ids)
		rep, err := client.StockSync.Each(t.Context(), nil)
		require.NoError(t, err, body)
		require.Zero(t, rep)
	}
}
