package kingdee_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

func ExampleTransfer() {
	org := kingdee.Number("100")
	transfer := kingdee.Transfer{
		BillType: kingdee.Number(kingdee.BillTypeTransfer), BizType: kingdee.TransferNormal,
		Direction: kingdee.TransferGeneral, Kind: kingdee.TransferInner,
		StockOutOrg: org, OwnerTypeOut: kingdee.OwnerOrg, OwnerOut: org, StockOrg: org, OwnerType: kingdee.OwnerOrg, Owner: org, Date: march7,
		Lines: []kingdee.TransferLine{{
			Material: kingdee.Number("M-0001"), Unit: kingdee.Number("Pcs"), From: kingdee.Number("CK01"), To: kingdee.Number("CK02"),
			Qty: duijie.MustDecimal("10"),
		}},
	}
	raw, err := json.Marshal(transfer)
	fmt.Println(string(raw), err, transfer.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"ZJDB01_SYS"},"FBizType":"NORMAL","FTransferDirect":"GENERAL","FTransferBizType":"InnerOrgTransfer","FStockOutOrgId":{"FNumber":"100"},"FOwnerTypeOutIdHead":"BD_OwnerOrg","FOwnerOutIdHead":{"FNumber":"100"},"FStockOrgId":{"FNumber":"100"},"FOwnerTypeIdHead":"BD_OwnerOrg","FOwnerIdHead":{"FNumber":"100"},"FDate":"2025-03-07 00:00:00","FBillEntry":[{"FMaterialId":{"FNumber":"M-0001"},"FUnitID":{"FNumber":"Pcs"},"FSrcStockId":{"FNumber":"CK01"},"FDestStockId":{"FNumber":"CK02"},"FQty":10}]} <nil> <nil>
}

func ExampleMiscellaneous() {
	in := kingdee.Miscellaneous{
		BillType: kingdee.Number(kingdee.BillTypeMiscellaneous), StockOrg: kingdee.Number("100"), Date: march7,
		Lines: []kingdee.MiscellaneousLine{{
			Material: kingdee.Number("M-0001"), Unit: kingdee.Number("Pcs"), Stock: kingdee.Number("CK01"), Note: "盘盈",
			Qty: duijie.MustDecimal("2"), Price: duijie.MustDecimal("0.10"),
		}},
	}
	raw, err := json.Marshal(in)
	fmt.Println(string(raw), err, in.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"QTRKD01_SYS"},"FStockOrgId":{"FNumber":"100"},"FDate":"2025-03-07 00:00:00","FEntity":[{"FMATERIALID":{"FNumber":"M-0001"},"FUnitID":{"FNumber":"Pcs"},"FSTOCKID":{"FNumber":"CK01"},"FEntryNOTE":"盘盈","FQty":2,"FPRICE":0.10}]} <nil> <nil>
}

func ExampleMisDelivery() {
	out := kingdee.MisDelivery{
		BillType: kingdee.Number(kingdee.BillTypeMisDelivery), StockOrg: kingdee.Number("100"), Date: march7, Dept: kingdee.Number("BM01"),
		Lines: []kingdee.MisDeliveryLine{{
			Material: kingdee.Number("M-0001"), Unit: kingdee.Number("Pcs"), Stock: kingdee.Number("CK01"), Qty: duijie.MustDecimal("2"),
		}},
	}
	raw, err := json.Marshal(out)
	fmt.Println(string(raw), err, out.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"QTCKD01_SYS"},"FStockOrgId":{"FNumber":"100"},"FDate":"2025-03-07 00:00:00","FDeptId":{"FNumber":"BM01"},"FEntity":[{"FMaterialId":{"FNumber":"M-0001"},"FUnitID":{"FNumber":"Pcs"},"FStockId":{"FNumber":"CK01"},"FQty":2}]} <nil> <nil>
}

// Stock on hand is read page by page, by its key, which is a text.
func ExampleInventoryRow() {
	server := stockServer()
	defer server.Close()
	client, err := connect(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	filter, err := kingdee.In("FMtoNo", "P-1", "P-2").Text()
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range client.Inventory.All(context.Background(), kingdee.FormQuery{Filter: filter}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(row.MtoNo, row.BaseQty.Canonical())
	}
	// Output:
	// P-1 10.5
	// P-2 3
}

// stockServer has some stock on hand.
func stockServer() *kingdeetest.Server {
	server := kingdeetest.NewServer(kingdeetest.WithForms(kingdeetest.Form{
		ID: "STK_Inventory", Key: "FID", KeyText: true, Number: "FMtoNo", Fields: []string{
			"FStockOrgId{}", "FStockId{}", "FMaterialId{}", "FLot{}", "FStockStatusId{}", "FBaseUnitId{}", "FProduceDate@", "FExpiryDate@",
			"FQty#", "FBaseQty#", "FAVBQty#",
		},
	}))
	server.Seed("STK_Inventory", map[string]any{"FMtoNo": "P-1", "FBaseQty": "10.5"}, map[string]any{"FMtoNo": "P-2", "FBaseQty": "3"},
		map[string]any{"FMtoNo": "P-3", "FBaseQty": "8"})
	return server
}
