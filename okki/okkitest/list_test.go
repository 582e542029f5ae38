package okkitest

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestListsComeNewestUpdateFirst(t *testing.T) {
	t.Parallel()
	c := start(t)
	var made []int64
	for i := range 25 {
		made = append(made, c.s.Add("product", Row{"product_no": fmt.Sprint("P", i), "product_type": 1, "update_time": noon.Add(time.Duration(i-30) * time.Minute).Format(layout)}))
	}
	rows, total := c.page("product/list", "count")
	require.Len(t, rows, 20, "the standard count")
	require.InDelta(t, 25, total, 0)
	require.EqualValues(t, made[24], rows[0]["product_id"])
	require.NotContains(t, rows[0], "sku_items", "the list has no SKUs")
	require.Contains(t, rows[0], "fob")
	rows, _ = c.page("product/list", "count", "start_index", "2", "count", "20")
	require.Len(t, rows, 5)
	c.s.Set("product", made[3], Row{"name": "new"})
	rows, _ = c.page("product/list", "count", "start_index", "0", "count", "1")
	require.EqualValues(t, made[3], rows[0]["product_id"], "a change moves to page 1; page 0 counts as 1")
	rows, _ = c.page("product/list", "count", "start_index", "9")
	require.Empty(t, rows)
}

func TestWindowsAreInclusive(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, sec := range []int{0, 1, 2, 3} {
		at := noon.Add(time.Duration(sec) * time.Second).Format(layout)
		c.s.Add("invoices/order", Row{"order_no": strconv.Itoa(sec), "currency": "USD", "update_time": at, "create_time": "2020-01-01 00:00:00", "account_date": "2026-05-01"})
	}
	window := func(from, to string, more ...string) int {
		rows, _ := c.page("invoices/order/list", "count", append([]string{"start_time", from, "end_time", to}, more...)...)
		return len(rows)
	}
	require.Equal(t, 2, window("2026-05-06 12:00:01", "2026-05-06 12:00:02"))
	require.Equal(t, 0, window("2026-05-06 12:00:01", "2026-05-06 12:00:02", "time_type", "2"))
	require.Equal(t, 4, window("2020-01-01", "2020-01-01", "time_type", "2"))
	require.Equal(t, 4, window("2026-05-01", "2026-05-01", "time_type", "3"))
	code, _ := c.get("invoices/order/list", "start_time", "yesterday")
	require.Equal(t, 404, code)
}

func TestTotalsUnderTheirKeys(t *testing.T) {
	t.Parallel()
	c := start(t, WithTextIDs())
	c.s.Add("company", Row{"name": "A"})
	c.s.Add("lead", Row{"name": "A", "order_time": noon.Format(layout)})
	for path, key := range map[string]string{"company/list": "totalItem", "lead/list": "totalItem"} {
		_, total := c.page(path, key)
		require.Equal(t, "1", total, path)
	}
	rows, _ := c.page("company/list", "totalItem")
	require.IsType(t, "", rows[0]["company_id"])
	for _, l := range lists {
		code, data := c.get(l.name+"/list", "count", "5")
		require.Equal(t, 200, code, l.name)
		if l.total == "totalItem" {
			require.NotContains(t, data, "count", l.name)
		}
	}
}

func TestDeletedRowsAreAskedForApart(t *testing.T) {
	t.Parallel()
	c := start(t)
	id := c.s.Add("invoices/order", Row{"order_no": "A", "currency": "USD"})
	c.s.Add("invoices/order", Row{"order_no": "B", "currency": "USD"})
	code, data := c.post("invoices/order/remove?order_no=A", nil)
	require.Equal(t, 200, code)
	require.Equal(t, "success", data)
	rows, _ := c.page("invoices/order/list", "count")
	require.Len(t, rows, 1)
	rows, _ = c.page("invoices/order/list", "count", "removed", "1")
	require.EqualValues(t, id, rows[0]["order_id"])
	code, _ = c.get("invoices/order/info", "order_no", "A")
	require.Equal(t, 404, code)
	code, _ = c.get("invoices/order/info")
	require.Equal(t, 400, code)
}

func TestRowsMove(t *testing.T) {
	t.Parallel()
	c := start(t)
	for i := range 10 {
		c.s.Add("product", Row{"product_no": fmt.Sprint(i), "product_type": 1, "update_time": noon.Add(-time.Duration(i) * time.Minute).Format(layout)})
	}
	seen := map[any]bool{}
	for page := 1; page <= 2; page++ {
		if page == 2 {
			c.s.Inject(Fault{Op: "GET product/list", Kind: RowsMove})
		}
		rows, _ := c.page("product/list", "count", "count", "5", "start_index", strconv.Itoa(page))
		for _, r := range rows {
			seen[r["product_no"]] = true
		}
	}
	require.Len(t, seen, 9, "a naive loop loses one")
}

func TestStockAndGroups(t *testing.T) {
	t.Parallel()
	c := start(t, WithDemo())
	rows, _ := c.page("product/list", "count", "count", "1")
	_, data := c.get("product/info", "product_no", rows[0]["product_no"].(string))
	sku := int64(data.(map[string]any)["sku_items"].([]any)[0].(map[string]any)["sku_id"].(float64))
	code, said := c.post("product/push-inventory", []any{object{"sku_id": sku, "enable_count": "7.5", "warehouse_id": 1}})
	require.Equal(t, 200, code)
	require.Equal(t, "success", said)
	_, _ = c.post("product/push-inventory", []any{object{"sku_id": sku, "enable_count": "0.5", "inventory_type": 2, "warehouse_id": 1}})
	rows, total := c.page("product/inventory-list", "count", "sku_id", strconv.FormatInt(sku, 10))
	require.InDelta(t, 1, total, 0)
	require.Equal(t, "8.0000000000", rows[0]["enable_count"])

	_, data = c.get("product/groups")
	names := map[any]any{}
	for _, g := range data.([]any) {
		names[g.(map[string]any)["id"]] = g.(map[string]any)["name"]
	}
	require.Contains(t, names, rowsFirstGroup(c))
	code, _ = c.post("product/push-groups", object{"name": "x", "parent_id": 7})
	require.Equal(t, 500, code)
	code, data = c.post("product/push-groups", object{"name": "x"})
	require.Equal(t, 200, code)
	require.Equal(t, "x", data.(map[string]any)["name"])
}

func rowsFirstGroup(c *client) any {
	rows, _ := c.page("product/list", "count", "count", "1")
	return rows[0]["group_id"]
}

func TestUsers(t *testing.T) {
	t.Parallel()
	c := start(t, WithDemo())
	_, data := c.get("user/list")
	require.Len(t, data, 2, "active ones, an array without paging")
	_, data = c.get("user/list", "enable_flag", "0")
	require.Len(t, data, 1)
	_, data = c.get("user/info", "email", "boss@example.com")
	require.Equal(t, "11858711", data.(map[string]any)["user_id"])
	_, data = c.get("user/departmentList")
	require.InDelta(t, 2, data.(map[string]any)["count"], 0)
	_, data = c.get("invoices/order/orderEnums")
	require.Contains(t, data, "order_status_list")
}
