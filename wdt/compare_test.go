package wdt

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func number(text string) duijie.Decimal { return duijie.MustDecimal(text) }

// What the platform leaves out of an answer is not known, and no difference.
func TestAbsentMembersAreNoDifference(t *testing.T) {
	t.Parallel()
	in := OtherStockinPush{
		No: "N1", WarehouseNo: "W1", SrcOrderNo: "S1", Reason: "r", Remark: "m",
		Lines: []OtherStockinPushLine{{SpecNo: "A", Num: number("2")}, {SpecNo: "B", Num: number("1"), Defect: new(true)}},
	}
	out := OtherStockoutPush{
		No: "N1", WarehouseNo: "W1", Postage: number("5"),
		Lines: []OtherStockoutPushLine{{SpecNo: "A", Num: number("2")}},
	}
	move := TransferPush{
		No: "N1", FromWarehouseNo: "W1", ToWarehouseNo: "W2",
		Lines: []TransferPushLine{{SpecNo: "A", Num: number("2")}},
	}
	buy := PurchaseOrderPush{
		No: "N1", ProviderNo: "P1", PurchaserName: "p", Postage: number("5"),
		Lines: []PurchaseOrderPushLine{{SpecNo: "A", Num: number("2")}},
	}
	compare := func(kind, raw string) (fields []string) {
		t.Helper()
		fields = []string{}
		var oin OtherStockin
		var oout OtherStockout
		var tr Transfer
		var po PurchaseOrder
		c := compareOtherIn(in, oin)
		switch kind {
		case "in":
			require.NoError(t, json.Unmarshal([]byte(raw), &oin))
			c = compareOtherIn(in, oin)
		case "out":
			require.NoError(t, json.Unmarshal([]byte(raw), &oout))
			c = compareOtherOut(out, oout)
		case "transfer":
			require.NoError(t, json.Unmarshal([]byte(raw), &tr))
			c = compareTransfer(move, tr)
		case "purchase":
			require.NoError(t, json.Unmarshal([]byte(raw), &po))
			c = comparePurchase(buy, po)
		}
		for _, change := range c {
			fields = append(fields, change.Field)
		}
		return fields
	}
	for _, tt := range []struct {
		kind, raw string
		want      []string
	}{
		{"in", `{"order_no":"N1"}`, nil},
		{"in", `{"order_no":"N1","remark":"","reason":null}`, []string{"reason", "remark"}},
		{"in", `{"order_no":"N1","warehouse_no":"W9"}`, []string{"warehouse_no"}},
		{"in", `{"order_no":"N1","detail_list":[]}`, []string{"lines.A", "lines.B|defect"}},
		{"in", `{"order_no":"N1","detail_list":[{"spec_no":"A","goods_count":2},{"spec_no":"B","goods_count":"1.0"}]}`, nil},
		{"in", `{"order_no":"N1","detail_list":[{"spec_no":"A","goods_count":2,"defect":false},{"spec_no":"B","goods_count":1,"defect":false}]}`, []string{"lines.B|defect", "lines.B"}},
		{"in", `{"order_no":"N1","detail_list":[{"spec_no":"A","defect":0},{"spec_no":"B","defect":1,"goods_count":1}]}`, nil},
		{"in", `{"order_no":"N1","detail_list":[{"spec_no":"A","defect":0},{"spec_no":"B","defect":1,"goods_count":7}]}`, []string{"lines.B|defect"}},
		{"in", `{"order_no":"N1","detail_list":[{"goods_count":2}]}`, nil},
		{"out", `{"order_no":"N1"}`, nil},
		{"out", `{"order_no":"N1","post_fee":4}`, []string{"post_fee"}},
		{"out", `{"order_no":"N1","detail_list":[{"spec_no":"A","goods_count":3}]}`, []string{"lines.A"}},
		{"transfer", `{"transfer_no":"N1"}`, nil},
		{"transfer", `{"transfer_no":"N1","to_warehouse_no":"W3","details_list":[{"spec_no":"A","num":2}]}`, []string{"to_warehouse_no"}},
		{"purchase", `{"purchase_no":"N1"}`, nil},
		{"purchase", `{"purchase_no":"N1","provider_no":"P2","detail_list":[{"spec_no":"A","num":1}]}`, []string{"provider_no", "lines.A"}},
	} {
		got := compare(tt.kind, tt.raw)
		require.ElementsMatch(t, tt.want, got, "%s %s", tt.kind, tt.raw)
	}
}

// Codes are texts; only numbers, switches and times have several forms.
func TestCodesCompareAsTexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		row  string
		want []string
	}{
		{`{"spec_code":"007","retail_price":"1","is_lower_cost":"1","validity_days":"030"}`, nil},
		{`{"spec_code":"7"}`, []string{"spec_code"}},
		{`{"spec_code":7}`, []string{"spec_code"}},
		{`{"spec_code":"0"}`, []string{"spec_code"}},
		{`{"spec_code":""}`, []string{"spec_code"}},
		{`{"retail_price":1.0001}`, []string{"retail_price"}},
		{`{"is_lower_cost":false}`, []string{"is_lower_cost"}},
		{`{}`, nil},
	} {
		c := &comparison{}
		push := SpecPush{Code: "007", RetailPrice: number("1.0000"), LowerCost: new(true), ValidityDays: new(int64(30))}
		require.NoError(t, c.members("", push, json.RawMessage(tt.row)))
		var fields []string
		for _, change := range c.changes {
			fields = append(fields, change.Field)
		}
		require.Equal(t, tt.want, fields, tt.row)
	}
	c := &comparison{}
	require.NoError(t, c.members("", SpecPush{Code: "true"}, json.RawMessage(`{"spec_code":"1"}`)))
	require.Len(t, c.changes, 1)
}
