package wdttest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDemoAddsUp: the made-up orders keep the platform's sums, to the last
// place.
func TestDemoAddsUp(t *testing.T) {
	t.Parallel()
	w := serving(t)
	w.s.SeedDemo()
	require.Equal(t, []any{"JY0001", "JY0002", "JY0003", "JY0004", "JY0005"}, column(w.rows(trades, lastHour), "trade_no"))
	orders := w.qimenRows(trades, lastHour)
	require.Len(t, orders, 6)
	for _, o := range orders {
		sum, discount, goodsAmount := decimalOf("", ""), decimalOf("", ""), decimalOf("", "")
		for _, l := range o["detail_list"].([]any) {
			line := Row(l.(m))
			sum = sum.plus(line.amount("share_amount"))
			discount = discount.plus(line.amount("discount"))
			goodsAmount = goodsAmount.plus(line.amount("price").times(line.amount("num")).round())
			require.Regexp(t, `^\d+\.\d{4}$`, line["price"])
		}
		r := Row(o)
		require.Equal(t, r["goods_amount"], goodsAmount.String(), o["trade_no"])
		require.Equal(t, r["discount"], discount.String(), o["trade_no"])
		require.Equal(t, r["receivable"], sum.plus(r.amount("post_amount")).String(), o["trade_no"])
	}
	first := orders[0]
	require.Equal(t, []any{"156.8200", "11.0200", "8.0000", "153.8000"}, []any{first["goods_amount"], first["discount"], first["post_amount"], first["receivable"]})
	line := first["detail_list"].([]any)[1].(m)
	require.Equal(t, []any{"12.3400", "3.0000", "3.3307", "33.6893", "11.2298", "棉布"}, []any{line["price"], line["num"], line["discount"], line["share_amount"], line["share_price"], line["goods_name"]})

	require.Len(t, w.rows(goods, m{"goods_no": "G01"})[0]["spec_list"], 2)
	require.Len(t, w.rows(stock, m{}), 6)
	require.Equal(t, []any{json.Number("117.0000")}, column(w.rows(available, m{"spec_no": "G01-RED"}), "num"))
	back := w.rows(refund, m{"modified_from": lastHour["start_time"], "modified_to": lastHour["end_time"]})
	require.Equal(t, []any{json.Number("15.2000")}, column(back, "actual_refund_amount"))
	require.Equal(t, []any{"S01"}, column(back, "shop_no"))
	require.Len(t, w.rows(shipSync, m{"is_own_platform": true}), 1)
	require.Len(t, w.rows(supplier, m{}), 2)
	require.Len(t, w.rows("setting.Logistics.queryLogistics", m{}), 1)
	require.Len(t, w.rows(employee, lastHour), 2)
	require.Len(t, w.s.Rows(trades), 6)
}
