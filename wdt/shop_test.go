package wdt

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

// sampleRow is the only row of a list sample.
func sampleRow(t *testing.T, name string) json.RawMessage {
	t.Helper()
	r, ok := readDirect(testutil.Sample(t, "wdt", name))
	require.True(t, ok)
	a := r.answer(true)
	rows, err := a.rows("details")
	require.NoError(t, err)
	require.Len(t, rows, 1)
	return rows[0]
}

func TestShopSampleLosesNothing(t *testing.T) {
	t.Parallel()
	raw := sampleRow(t, "setting.Shop.queryShop.json")
	var shop Shop
	require.NoError(t, json.Unmarshal(raw, &shop))
	require.Equal(t, int64(1122), shop.ID)
	require.Equal(t, "JD_test_wdt", shop.Key())
	require.Equal(t, "2023-03-28 16:48:12", shop.Modified.String())
	require.True(t, shop.ReExpireTime.IsZero())
	out, err := json.Marshal(shop)
	require.NoError(t, err)
	require.JSONEq(t, string(raw), string(out))
	require.Equal(t, string(raw), string(shop.Raw))
	var members map[string]any
	require.NoError(t, json.Unmarshal(out, &members))
	require.Len(t, members, 25)
}

func TestWarehouseSampleLosesNothing(t *testing.T) {
	t.Parallel()
	raw := sampleRow(t, "setting.Warehouse.queryWarehouse.json")
	var w Warehouse
	require.NoError(t, json.Unmarshal(raw, &w))
	require.Equal(t, int64(624), w.ID)
	require.Equal(t, "wdtapi3-test", w.Key())
	require.Equal(t, int64(1675088001000), w.Modified.Time.UnixMilli())
	out, err := json.Marshal(w)
	require.NoError(t, err)
	var in, got map[string]any
	require.NoError(t, json.Unmarshal(raw, &in))
	require.NoError(t, json.Unmarshal(out, &got))
	require.Contains(t, got, "prop1", "a member the struct does not know")
	for name, v := range in {
		require.Equal(t, v, got[name], name)
	}
}

func TestShopTolerantDecode(t *testing.T) {
	t.Parallel()
	const row = `{"shop_id":"1122","shop_no":7,"shop_name":true,"platform_id":"127","sub_platform_id":0.0,"is_disabled":"1",
		"auth_state":null,"modified":1679993292000,"created":"1679993292000","auth_time":null,"expire_time":"0000-00-00 00:00:00",
		"new_member":{"a":1.50}}`
	var s Shop
	require.NoError(t, json.Unmarshal([]byte(row), &s))
	require.Equal(t, int64(1122), s.ID)
	require.Equal(t, "7", s.No)
	require.Equal(t, "true", s.Name)
	require.Equal(t, int64(127), s.PlatformID)
	require.True(t, s.Disabled)
	require.True(t, s.Modified.Equal(s.Created))
	require.Equal(t, int64(1679993292000), s.version())
	require.True(t, s.ExpireTime.IsZero())
	out, err := json.Marshal(s)
	require.NoError(t, err)
	require.Contains(t, string(out), `"new_member":{"a":1.50}`)
	require.Contains(t, string(out), `"modified":1679993292000`)
	require.Contains(t, string(out), `"expire_time":"0000-00-00 00:00:00"`)

	require.Error(t, json.Unmarshal([]byte(`{"shop_id":"x"}`), &s))
	require.ErrorContains(t, json.Unmarshal([]byte(`{"shop_id":[1],"is_disabled":1}`), &s), "shop_id")
	require.Error(t, json.Unmarshal([]byte(`[]`), &s))
}

func TestShopKey(t *testing.T) {
	t.Parallel()
	require.Equal(t, "S1", (&Shop{No: "S1", ID: 4}).Key())
	require.Equal(t, "shop_id:4", (&Shop{ID: 4}).Key())
	require.Empty(t, (&Shop{}).Key())
	require.Equal(t, "warehouse_id:4", (&Warehouse{ID: 4}).Key())
}

func TestShopFilter(t *testing.T) {
	t.Parallel()
	q := ShopQuery{No: "S1", PlatformID: new(0)}.list()
	require.Equal(t, filter{"shop_no": "S1", "platform_id": 0}, q.params)
	require.Equal(t, filter{}, ShopQuery{}.list().params)
	var unset duijie.Time
	require.Zero(t, unixMilli(unset))
}
