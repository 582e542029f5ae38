package wdt

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// Every listed method refuses a window wider than its own before it is sent, and
// takes one as wide as that.
func TestTooWideWindowsAreNotSent(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		checked := 0
		for _, m := range Methods() {
			if m.Window == 0 || m.QimenOnly {
				continue
			}
			checked++
			r := &request{op: m.Name, known: &m}
			for _, times := range m.Times {
				window := func(span time.Duration) filter {
					f := filter{}.time(times.From, start).time(times.To, start.Add(span))
					if m.WindowNeeds != "" {
						f[m.WindowNeeds] = "S1"
					}
					return f
				}
				require.NoError(t, r.checkWindow(window(m.Window)), m.Name)
				require.ErrorIs(t, r.checkWindow(window(m.Window+time.Second)), duijie.ErrInvalid, m.Name)
				_, err := QueryPage[stockRow](t.Context(), client, m.Name, window(m.Window+time.Second))
				require.ErrorIs(t, err, duijie.ErrInvalid, m.Name)
			}
		}
		require.Greater(t, checked, 60)
		require.Zero(t, server.Count(""))
	})
}

func TestWindowsOfFilters(t *testing.T) {
	t.Parallel()
	const day1, day2 = "2026-01-01 00:00:00", "2026-01-02 00:00:00"
	for _, tt := range []struct {
		method string
		params map[string]any
		fails  bool
	}{
		{tradeMethod, map[string]any{"start_time": day1, "end_time": day2}, true},
		{tradeMethod, map[string]any{"start_time": day1, "end_time": day2, "trade_no": "T1"}, false},
		{tradeMethod, map[string]any{"start_time": day1, "end_time": day2, "trade_no": ""}, true},
		{tradeMethod, map[string]any{"start_time": day1}, false}, // the platform says what is missing
		{tradeMethod, map[string]any{"start_time": day2, "end_time": day1}, true},
		{tradeMethod, map[string]any{"start_time": "2026/01/01 00:00:00", "end_time": day1}, true},
		{tradeMethod, map[string]any{"start_time": time.Now(), "end_time": day1}, true},
		{tradeMethod, map[string]any{"start_time": "2026-01-01", "end_time": "2026-01-02"}, false}, // left to the platform
		{"wms.StockSpec.queryChangeHistory", map[string]any{"start_date": day1, "end_date": day2}, true},
		{"wms.StockSpec.queryChangeHistory", map[string]any{"start_date": day1, "end_date": day2, "spec_no": "S1"}, false},
		{"aftersales.refund.RawRefund.search", map[string]any{"start_time": day1, "end_time": "2026-03-01 00:00:00", "platform_id": 3}, true},
		{"aftersales.refund.RawRefund.search", map[string]any{"start_time": day1, "end_time": "2026-03-01 00:00:00", "platform_id": 3, "tid": "1"}, false},
		{"a.B.notListed", map[string]any{"start_time": day2, "end_time": day1}, false},
	} {
		client, mt := newMock(t, Direct, answers(200, `{"status":0,"data":{"total_count":0,"order":[]}}`), fast...)
		_, err := QueryPage[stockRow](t.Context(), client, tt.method, tt.params)
		if tt.fails {
			require.ErrorIs(t, err, duijie.ErrInvalid, "%s %v", tt.method, tt.params)
			require.Zero(t, mt.GetTotalCallCount())
			continue
		}
		require.NoError(t, err, "%s %v", tt.method, tt.params)
	}
}

func TestPageSizes(t *testing.T) {
	t.Parallel()
	for _, m := range Methods() {
		if !m.Paged || m.QimenOnly {
			continue
		}
		client, _ := newMock(t, Direct, answers(200, `{"status":0,"data":{"total_count":0,"order":[]}}`), fast...)
		_, err := QueryPage[stockRow](t.Context(), client, m.Name, &Query{Size: m.MaxPageSize + 1})
		require.ErrorIs(t, err, duijie.ErrInvalid, m.Name)
		_, err = QueryPage[stockRow](t.Context(), client, m.Name, &Query{Size: m.MaxPageSize})
		require.NoError(t, err, m.Name)
		_, err = QueryPage[stockRow](t.Context(), client, m.Name, &Query{Size: m.MaxPageSize + 1, AnySize: true})
		require.NoError(t, err, m.Name)
		require.Zero(t, m.FirstPage(Direct))
		require.Equal(t, 1, m.FirstPage(Qimen))
	}
}

// What may go wrong silently is said once in the log; what surely does is refused.
func TestWarnings(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		var log bytes.Buffer
		server, _ := newFake(t, g)
		client, err := NewClient(fakeConfig(server, g), append(slices.Clone(fast), duijie.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))...)
		require.NoError(t, err)
		defer client.CloseIdleConnections()
		window := map[string]any{"start_time": "2026-01-01 00:00:00", "end_time": "2026-01-01 01:00:00", "shop_nos": "S1"}
		for range 3 {
			_, err = QueryPage[stockRow](t.Context(), client, tradeMethod, window)
			require.NoError(t, err)
		}
		_, err = QueryPage[stockRow](t.Context(), client, shopMethod, nil)
		require.NoError(t, err)
		want := 1
		if g == Qimen {
			want = 0
		}
		require.Equal(t, want, strings.Count(log.String(), "Taobao family"), log.String())
		require.Equal(t, 1, strings.Count(log.String(), "shop_nos"), log.String())
		require.Contains(t, log.String(), "level=WARN")
		require.Contains(t, log.String(), "op="+tradeMethod)

		refunds := func(platform any) error {
			_, err := QueryPage[stockRow](t.Context(), client, "aftersales.refund.RawRefund.search", map[string]any{"platform_id": platform, "tid": "1"})
			return err
		}
		require.ErrorIs(t, refunds(39), duijie.ErrInvalid)
		require.ErrorContains(t, refunds(39), "Pinduoduo")
		require.NoError(t, refunds(3))
		if g == Qimen {
			require.NoError(t, refunds(1))
		} else {
			require.ErrorIs(t, refunds("1"), duijie.ErrInvalid)
		}
	})
}

// QueryAs reads what has not ended to its end again: a row that changes while it
// is read moves to the end of the list.
func TestQueryAsOverAnOpenWindow(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		b, server, trades, clock := newBook(t, g, 30)
		clock.set(start.Add(40 * time.Minute))
		server.OnCall(func(_ string, n int) {
			if n == 4 { // its page was read
				b.put("T015", start.Add(40*time.Minute), 95)
			}
		})
		q := &Query{Params: map[string]any{"start_time": chinaTime(start), "end_time": chinaTime(start.Add(time.Hour))}, Size: 10, Key: "trade_no"}
		got := map[string]int64{}
		for row, err := range QueryAs[trade](t.Context(), trades.client, tradeMethod, q) {
			require.NoError(t, err)
			got[row.No] = row.Status
		}
		require.Len(t, got, 30)
		require.Equal(t, int64(95), got["T015"])
	})
}

// All methods of the catalogue can be read by QueryAs and QueryPage, through the
// real gateway code, at the list member the catalogue names.
func TestQueryEveryMethod(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		for _, m := range Methods() {
			if m.Effect != duijie.EffectRead || m.List == "" || m.QimenOnly && g == Direct {
				continue
			}
			list := strings.TrimSuffix(m.List, "[]")
			server.Handle(m.Name, true, func(_ []json.RawMessage, page wdttest.Page) (any, error) {
				rows := []any{map[string]any{"rec_id": 1, "name": "a"}, map[string]any{"rec_id": 2}, map[string]any{"rec_id": 3}}
				return wdttest.List{Key: list, Rows: page.Cut(rows), Total: 3}, nil
			})
			f := filter{}
			for _, times := range m.Times[:min(len(m.Times), 1)] {
				f.time(times.From, start).time(times.To, start.Add(time.Hour))
			}
			var ids []int64
			for row, err := range QueryAs[stockRow](t.Context(), client, m.Name, &Query{Params: f, Size: 2, Key: "rec_id"}) {
				require.NoError(t, err, m.Name)
				ids = append(ids, row.ID)
			}
			require.ElementsMatch(t, []int64{1, 2, 3}, ids, m.Name)
			page, err := QueryPage[stockRow](t.Context(), client, m.Name, &Query{Params: f, Size: 2, Total: true})
			require.NoError(t, err, m.Name)
			require.Equal(t, int64(3), page.Total, m.Name)
			require.Len(t, page.Items, 2, m.Name)
		}
	})
}
