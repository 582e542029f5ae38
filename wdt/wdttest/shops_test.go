package wdttest

import (
	"encoding/json"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestShopFilters(t *testing.T) {
	t.Parallel()
	s := withShops(2)
	s.PutShop(Shop{No: "OFF", PlatformID: 0, Modified: noon})
	for body, want := range map[string][]any{
		`[{}]`:                                  {"S1", "S2", "OFF"},
		`[{"shop_no":"S2"}]`:                    {"S2"},
		`[{"shop_no":"","platform_id":null}]`:   {"S1", "S2", "OFF"},
		`[{"shop_no":"none"}]`:                  {},
		`[{"platform_id":0}]`:                   {"OFF"},
		`[{"platform_id":"127"}]`:               {"S1", "S2"},
		`[{"platform_id":127,"shop_no":"OFF"}]`: {},
	} {
		require.Equal(t, want, rowsOf(t, sendDirect(t, s, ask{method: shopMethod, body: body}), "details", "shop_no"), body)
	}
}

func TestReplacedShopMovesToTheEnd(t *testing.T) {
	t.Parallel()
	s := withShops(3)
	s.PutShop(Shop{No: "S1", Name: "new"})
	s.PutShop(Shop{No: "S2"}) // the clock stands still
	got := s.Shops()
	require.Equal(t, []string{"S3", "S1", "S2"}, []string{got[0].No, got[1].No, got[2].No})
	require.Equal(t, int64(1001), got[1].ID)
	require.Equal(t, "new", got[1].Name)
	require.True(t, noon.Equal(got[1].Modified))
	require.True(t, got[1].Created.Before(noon))
	s.RemoveShop("S3")
	s.RemoveShop("none")
	require.Len(t, s.Shops(), 2)
}

func TestRowsMoveBetweenPages(t *testing.T) {
	t.Parallel()
	s := withShops(4)
	s.OnCall(func(op string, n int) {
		if op == shopMethod && n == 2 {
			s.PutShop(Shop{No: "S1"})
		}
	})
	page := func(no string) []any {
		return rowsOf(t, sendDirect(t, s, ask{method: shopMethod, page: no, size: "2"}), "details", "shop_no")
	}
	require.Equal(t, []any{"S1", "S2"}, page("0"))
	require.Equal(t, []any{"S4", "S1"}, page("1"), "S3 moved to the page already read")
}

func TestWarehouses(t *testing.T) {
	t.Parallel()
	s := New(fixed())
	s.PutWarehouse(
		Warehouse{No: "W1", Name: "one", Modified: noon.Add(-2 * time.Hour)},
		Warehouse{No: "W2", Name: "two", Type: 3, SubType: 1, Modified: noon.Add(-time.Hour)},
		Warehouse{No: "W3"},
	)
	for body, want := range map[string][]any{
		`[{}]`:                        {"W1", "W2", "W3"},
		`[{"warehouse_no":"W1"}]`:     {"W1"},
		`[{"warehouse_name":"two"}]`:  {"W2"},
		`[{"type":3,"sub_type":"1"}]`: {"W2"},
		`[{"start_time":"2025-10-09 11:00:00","end_time":"2025-10-09 12:00:00"}]`: {"W2", "W3"},
	} {
		require.Equal(t, want, rowsOf(t, sendDirect(t, s, ask{method: warehouseMethod, body: body}), "details", "warehouse_no"), body)
	}
	require.Len(t, s.Warehouses(), 3)
	failed(t, sendDirect(t, s, ask{method: warehouseMethod, body: `[{"type":"x"}]`}), 1, "argument type mismatch")
	modified := rowsOf(t, sendDirect(t, s, ask{method: warehouseMethod}), "details", "modified")
	require.Equal(t, json.Number("1759982400000"), modified[2])
}

func TestMixedTypes(t *testing.T) {
	t.Parallel()
	s := withShops(4, WithMixedTypes())
	answer := sendDirect(t, s, ask{method: shopMethod})
	member := func(name string) []any { return rowsOf(t, answer, "details", name) }
	require.Equal(t, []any{false, json.Number("0"), "false", "0"}, member("is_disabled"))
	require.Equal(t, []any{json.Number("127"), "127", json.Number("127"), json.Number("127")}, member("platform_id"))
	require.Equal(t, []any{"2025-10-09 10:21:00", json.Number("1759976520000"), "1759976580000", "2025-10-09 10:24:00"}, member("modified"))
	require.Equal(t, []any{"", nil, nil, ""}, member("expire_time"))
	rows := answer["data"].(map[string]any)["details"].([]any)
	require.Contains(t, rows[1], "expire_time")
	require.NotContains(t, rows[2], "expire_time")
}

func TestPutKeepsOrderAndIDs(t *testing.T) {
	t.Parallel()
	s := New(fixed())
	s.PutShop(Shop{No: "B", ID: 7, Modified: noon}, Shop{No: "A", ID: 5, Modified: noon}, Shop{No: "C", ID: 2000}, Shop{No: "D"})
	var ids []int
	for _, o := range s.Shops() {
		ids = append(ids, int(o.ID))
	}
	require.True(t, sort.IntsAreSorted(ids))
	require.Equal(t, []int{5, 7, 2000, 2001}, ids)
}
