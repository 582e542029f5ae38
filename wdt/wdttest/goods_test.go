package wdttest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPushGoods(t *testing.T) {
	t.Parallel()
	w := serving(t)
	good := m{"goods_no": "G1", "goods_name": "cup"}
	id := w.done(w.direct("goods.Goods.push", "-", good, []m{{"spec_no": "A", "retail_price": "12.34"}, {"spec_no": "B"}}))
	require.Equal(t, json.Number("1001"), id)
	require.Equal(t, json.Number("1001"), w.done(w.qimen("wdt.goods.goods.push", "-", m{
		"goodsInfo": m{"goods_no": "G1", "goods_name": "mug"}, "specInfoList": []m{{"spec_no": "A", "weight": "0.5"}},
	})), "a repeat updates")
	require.Equal(t, m{"goods_id": json.Number("1001"), "goods_no": "G1", "spec_info_list": []any{m{"spec_id": json.Number("5003"), "spec_no": "C"}}},
		w.done(w.direct("goods.Goods.push2", "-", good, []m{{"spec_no": "C"}})))

	r := w.rows(goods, m{"goods_no": "G1"})[0]
	specs := r["spec_list"].([]any)
	require.Len(t, specs, 3)
	require.Equal(t, json.Number("12.3400"), specs[0].(m)["retail_price"], "what is not sent stays")
	require.Equal(t, json.Number("0.5000"), specs[0].(m)["weight"])
	require.Equal(t, json.Number("5001"), specs[0].(m)["spec_id"])
	require.Equal(t, json.Number("3"), r["spec_count"])
	require.Equal(t, 1, w.s.Created("goods.Goods.push", "G1"))
	require.Equal(t, 2, w.s.Applied("goods.Goods.push", "G1"))
	require.Equal(t, 0, w.s.Created("goods.Goods.push2", "G1"))

	failed(t, w.direct("goods.Goods.push", "-", m{"goods_no": "G2", "goods_name": "x"}, []m{{"spec_no": "A"}}), 100, "商家编码已存在")
	failed(t, w.direct("goods.Goods.push", "-", m{"goods_no": "G2", "goods_name": "x"}, []m{{"spec_no": "D"}, {"spec_no": "D"}}), 100, "商家编码已存在")
	failed(t, w.direct("goods.Goods.push", "-", m{"goods_no": "G2"}, []m{}), 100, "goods_no、goods_name 不能为空")
	failed(t, w.direct("goods.Goods.push", "-", good, []m{{}}), 100, "商家编码不能为空")
	failed(t, w.direct("goods.Goods.push", "-", good, []m{{"spec_no": "A", "weight": "heavy"}}), 1, "argument type mismatch")
	failed(t, w.direct("goods.Goods.push", "-", good), 1, "invalid argument count")
	failed(t, w.direct("goods.Goods.push", "-", []m{}, good), 1, "argument type mismatch")
	require.Len(t, w.s.Rows(goods), 1)

	w.s.Inject(Fault{Op: "goods.Goods.push2", Kind: HiddenFailure})
	require.Equal(t, m{"status": json.Number("100"), "data": m{"message": "未知错误"}}, w.direct("goods.Goods.push2", "-", good, []m{}))
	w.s.FailRow("goods.Goods.push", "G1", "不行")
	failed(t, w.direct("goods.Goods.push", "-", good, []m{}), 100, "不行")
	w.s.FailRow("goods.Goods.push", "G1", "")
	w.done(w.direct("goods.Goods.push", "-", good, []m{}))
}

func TestPushSupplier(t *testing.T) {
	t.Parallel()
	w := serving(t)
	push := "setting.PurchaseProvider.push"
	require.Equal(t, json.Number("1001"), w.done(w.direct(push, "-", m{"provider_no": "P1", "provider_name": "one"})))
	w.done(w.direct(push, "-", m{"provider_no": "P1", "mobile": "1", "provider_name": "one"}))
	require.Equal(t, []any{"1"}, column(w.rows(supplier, m{}), "mobile"))
	failed(t, w.direct(push, "-", m{"provider_no": "P2", "provider_name": "one"}), 100, "供应商名称不能重复")
	failed(t, w.direct(push, "-", m{"provider_no": "P2"}), 100, "provider_no、provider_name 不能为空")
	require.Equal(t, 1, w.s.Created(push, "P1"))
}
