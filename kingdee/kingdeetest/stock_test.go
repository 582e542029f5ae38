package kingdeetest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStockFollowsAuditedBills(t *testing.T) {
	t.Parallel()
	c := start(t)
	seedX1(c.s)
	c.s.SeedStock("X2", "分仓")
	move := func(want string, do func()) {
		t.Helper()
		do()
		require.Equal(t, want, c.s.OnHand("X1", "X1"))
	}
	move("10", func() { c.s.SeedInventory("X1", "X1", "10") })
	move("12.5", func() { c.raise("STK_InStock", "I1", nil) })
	move("10", func() { c.raise("SAL_OUTSTOCK", "O1", nil) })
	move("12.5", func() { c.raise("SAL_RETURNSTOCK", "R1", nil) })
	move("10", func() {
		c.raise("PUR_MRB", "T1", func(m obj) { m["FPURMRBENTRY"].(list)[0].(obj)["FSTOCKID"] = ref("X1") })
	})
	move("12.5", func() { c.raise("STK_MISCELLANEOUS", "M1", nil) })
	move("10", func() { c.raise("STK_MisDelivery", "D1", nil) })
	move("7.5", func() {
		c.raise("STK_TransferDirect", "V1", func(m obj) { m["FBillEntry"].(list)[0].(obj)["FDestStockId"] = ref("X2") })
	})
	require.Equal(t, "2.5", c.s.OnHand("X1", "X2"))
	move("5", func() { c.envelope("UnAudit", "STK_InStock", obj{"Numbers": list{"I1"}}) })

	rows := c.query(obj{
		"FormId": "STK_Inventory", "FieldKeys": "FID,FMaterialId.FNumber,FMaterialId.FName,FStockId.FNumber,FStockOrgId.FNumber,FBaseQty,FLot.FNumber",
		"FilterString": "FStockId.FNumber='X1'",
	})
	require.Len(t, rows, 1)
	require.IsType(t, "", rows[0][0], "FID is a text")
	require.Equal(t, list{"X1", "螺丝", "X1", "100", json.Number("5"), nil}, rows[0][1:])
}

func TestStockCheck(t *testing.T) {
	t.Parallel()
	c := start(t, WithStockCheck())
	seedX1(c.s)
	model, _ := modelOf(sample(c.s, "SAL_OUTSTOCK", "O1"))
	require.True(t, c.envelope("Save", "SAL_OUTSTOCK", obj{"Model": inOrder(model)}).ok())
	c.envelope("Submit", "SAL_OUTSTOCK", obj{"Numbers": list{"O1"}})
	audit := obj{"Numbers": list{"O1"}}
	require.Contains(t, c.envelope("Audit", "SAL_OUTSTOCK", audit).firstError(), "更新库存时出现可以忽略的异常数据，是否继续？")
	c.s.SeedInventory("X1", "X1", "2")
	require.False(t, c.envelope("Audit", "SAL_OUTSTOCK", audit).ok())
	audit["InterationFlags"] = "STK_InvCheckResult"
	require.True(t, c.envelope("Audit", "SAL_OUTSTOCK", audit).ok())
	require.Equal(t, "-0.5", c.s.OnHand("X1", "X1"))
}

func TestInventoryQuery(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, m := range []string{"M1", "M2", "M3"} {
		c.s.SeedMaterial(m, "物料"+m)
		for _, w := range []string{"W1", "W2"} {
			c.s.SeedStock(w, "仓"+w)
			c.s.SeedInventory(m, w, "1.50")
		}
	}
	ask := func(query obj) inventoryAnswer {
		var out inventoryAnswer
		c.decode(c.call(inventoryQuery, obj{"parameters": list{string(encode(query))}}), &out)
		return out
	}
	got := ask(obj{"fstocknumbers": "W1", "fmaterialnumbers": "M1,M3", "isshowauxprop": true, "isshowstockloc": true, "pageindex": 1, "pagerows": 100})
	require.True(t, got.Success)
	require.Equal(t, 2, got.RowCount)
	require.Equal(t, "M3", got.Data[1]["materialnumber"])
	require.Equal(t, json.Number("1.5"), got.Data[1]["baseqty"])
	require.Len(t, ask(obj{"pageindex": 2, "pagerows": 4}).Data, 2)
	require.Empty(t, ask(obj{"pageindex": 3, "pagerows": 4}).Data)
	require.False(t, ask(obj{"pageindex": 0, "pagerows": 4}).Success)
	require.Panics(t, func() { c.s.SeedInventory("M1", "W1", "many") })
}
