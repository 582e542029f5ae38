package kingdee_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

var march7 = duijie.NewTime(time.Date(2025, 3, 7, 0, 0, 0, 0, duijie.China))

// A sales order is checked, saved, and read back head and lines. Sums are exact.
func ExampleSaleOrder() {
	server := kingdeetest.NewServer()
	defer server.Close()
	server.Seed("BD_Customer", map[string]any{"FNumber": "C-0001", "FName": "上海测试"})
	server.Seed("BD_MATERIAL", map[string]any{"FNumber": "M-0001", "FName": "螺丝"})
	client, err := connect(server)
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	org := kingdee.Number("100")
	order := kingdee.SaleOrder{
		BillType: kingdee.Number(kingdee.BillTypeSaleOrder), Number: "XS-0001", Date: march7,
		SaleOrg: org, Customer: kingdee.Number("C-0001"), Salesman: kingdee.Number("E-007"),
		Finance: kingdee.SaleOrderFinance{Currency: kingdee.Number(kingdee.CurrencyCNY), TaxIncluded: new(true)},
		Lines: []kingdee.SaleOrderLine{{
			Material: kingdee.Number("M-0001"), Unit: kingdee.Number("Pcs"), SettleOrg: org, DeliveryDate: march7,
			Qty: duijie.MustDecimal("3"), TaxRate: duijie.MustDecimal("13"), TaxPrice: duijie.MustDecimal("0.335"),
			Extra: []kingdee.Field{{Key: "F_XYZ_Sku", Value: "红"}},
		}},
	}
	total, err := order.Total(2)
	fmt.Println(total, err)
	_, err = client.SaleOrders.Save(ctx, order, kingdee.SaveOptions{AllowUnknownReferences: true})
	if err != nil {
		fmt.Println(err)
		return
	}

	head, err := client.SaleOrders.Get(ctx, "XS-0001")
	if err != nil {
		fmt.Println(err)
		return
	}
	lines, err := client.SaleOrders.Lines.Of(ctx, "XS-0001")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(head.Customer, head.DocumentStatus, head.Date.Time.Format(time.DateOnly))
	for _, line := range lines {
		fmt.Println(line.Material, line.Qty.Canonical(), line.TaxPrice.Canonical())
	}
	// Output:
	// 1.01 <nil>
	// C-0001 A 2025-03-07
	// M-0001 3 0.335
}

// One line of a stored order changes; the others stay, because DeleteEntries is
// off unless it is asked for.
func ExampleSaleOrder_changeLine() {
	change := kingdee.SaleOrder{ID: 100123, Lines: []kingdee.SaleOrderLine{
		{EntryID: 200456, Qty: duijie.MustDecimal("5")},
		{EntryID: 200457, Price: duijie.DecimalFromInt(0), Free: new(true)}, // 0 is sent, because it was set
	}}
	raw, err := json.Marshal(change)
	fmt.Println(string(raw), err)
	fmt.Println(change.Validate())
	// Output:
	// {"FID":100123,"FSaleOrderEntry":[{"FEntryID":200456,"FQty":5},{"FEntryID":200457,"FIsFree":true,"FPrice":0}]} <nil>
	// <nil>
}

func ExampleDeliveryNotice() {
	notice := kingdee.DeliveryNotice{
		BillType: kingdee.Number("FHTZD01_SYS"), Date: march7, SaleOrg: kingdee.Number("100"), Customer: kingdee.Number("C-0001"),
		Lines: []kingdee.DeliveryNoticeLine{{Material: kingdee.Number("M-0001"), Unit: kingdee.Number("Pcs"), Qty: duijie.MustDecimal("3")}},
	}
	raw, err := json.Marshal(notice)
	fmt.Println(string(raw), err)
	// Output: {"FBillTypeID":{"FNUMBER":"FHTZD01_SYS"},"FDate":"2025-03-07 00:00:00","FSaleOrgId":{"FNumber":"100"},"FCustomerID":{"FNumber":"C-0001"},"FEntity":[{"FMaterialID":{"FNumber":"M-0001"},"FUnitID":{"FNumber":"Pcs"},"FQty":3}]} <nil>
}

func ExampleOutStock() {
	org := kingdee.Number("100")
	out := kingdee.OutStock{
		BillType: kingdee.Number(kingdee.BillTypeOutStock), Date: march7, SaleOrg: org, Customer: kingdee.Number("C-0001"), StockOrg: org,
		Finance: kingdee.OutStockFinance{Currency: kingdee.Number(kingdee.CurrencyCNY), SettleOrg: org},
		Lines: []kingdee.OutStockLine{{
			Material: kingdee.Number("M-0001"), Unit: kingdee.Number("Pcs"), Stock: kingdee.Number("CK01"), Lot: kingdee.Number("L-7"),
			Qty: duijie.MustDecimal("3"), TaxPrice: duijie.MustDecimal("19.90"),
		}},
	}
	raw, err := json.Marshal(out)
	fmt.Println(string(raw), err, out.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"XSCKD01_SYS"},"FDate":"2025-03-07 00:00:00","FSaleOrgId":{"FNumber":"100"},"FCustomerID":{"FNumber":"C-0001"},"FStockOrgId":{"FNumber":"100"},"SubHeadEntity":{"FSettleCurrID":{"FNumber":"PRE001"},"FSettleOrgID":{"FNumber":"100"}},"FEntity":[{"FMaterialID":{"FNumber":"M-0001"},"FUnitID":{"FNumber":"Pcs"},"FStockID":{"FNumber":"CK01"},"FLot":{"FNumber":"L-7"},"FRealQty":3,"FTaxPrice":19.90}]} <nil> <nil>
}

func ExampleReturnStock() {
	org := kingdee.Number("100")
	back := kingdee.ReturnStock{
		BillType: kingdee.Number(kingdee.BillTypeReturnStock), Date: march7, SaleOrg: org, Customer: kingdee.Number("C-0001"), StockOrg: org,
		Lines: []kingdee.ReturnStockLine{{
			Material: kingdee.Number("M-0001"), Unit: kingdee.Number("Pcs"), Stock: kingdee.Number("CK01"), Qty: duijie.MustDecimal("1"),
		}},
	}
	raw, err := json.Marshal(back)
	fmt.Println(string(raw), err, back.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"XSTHD01_SYS"},"FDate":"2025-03-07 00:00:00","FSaleOrgId":{"FNumber":"100"},"FRetcustId":{"FNumber":"C-0001"},"FStockOrgId":{"FNumber":"100"},"FEntity":[{"FMaterialId":{"FNumber":"M-0001"},"FUnitID":{"FNumber":"Pcs"},"FStockId":{"FNumber":"CK01"},"FRealQty":1}]} <nil> <nil>
}

func ExamplePurchaseOrder() {
	order := kingdee.PurchaseOrder{
		BillType: kingdee.Number(kingdee.BillTypePurchaseOrder), Date: march7, PurchaseOrg: kingdee.Number("100"), Supplier: kingdee.Number("S-0001"),
		Finance: kingdee.PurchaseOrderFinance{Currency: kingdee.Number(kingdee.CurrencyCNY)},
		Lines: []kingdee.PurchaseOrderLine{{
			Material: kingdee.Number("M-0001"), Unit: kingdee.Number("Pcs"), PriceUnit: kingdee.Number("Pcs"),
			Qty: duijie.MustDecimal("1000"), TaxPrice: duijie.MustDecimal("0.12"),
		}},
	}
	raw, err := json.Marshal(order)
	fmt.Println(string(raw), err, order.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"CGDD01_SYS"},"FDate":"2025-03-07 00:00:00","FPurchaseOrgId":{"FNumber":"100"},"FSupplierId":{"FNumber":"S-0001"},"FPOOrderFinance":{"FSettleCurrId":{"FNumber":"PRE001"}},"FPOOrderEntry":[{"FMaterialId":{"FNumber":"M-0001"},"FUnitId":{"FNumber":"Pcs"},"FPriceUnitId":{"FNumber":"Pcs"},"FQty":1000,"FTaxPrice":0.12}]} <nil> <nil>
}

func ExampleInStock() {
	org := kingdee.Number("100")
	in := kingdee.InStock{
		BillType: kingdee.Number(kingdee.BillTypeInStock), Date: march7, StockOrg: org, PurchaseOrg: org, Supplier: kingdee.Number("S-0001"),
		Finance: kingdee.InStockFinance{SettleOrg: org, Currency: kingdee.Number(kingdee.CurrencyCNY)},
		Lines: []kingdee.InStockLine{{
			Material: kingdee.Number("M-0001"), Unit: kingdee.Number("Pcs"), Stock: kingdee.Number("CK01"), Qty: duijie.MustDecimal("1000"),
		}},
	}
	raw, err := json.Marshal(in)
	fmt.Println(string(raw), err, in.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"RKD01_SYS"},"FDate":"2025-03-07 00:00:00","FStockOrgId":{"FNumber":"100"},"FPurchaseOrgId":{"FNumber":"100"},"FSupplierId":{"FNumber":"S-0001"},"FInStockFin":{"FSettleOrgId":{"FNumber":"100"},"FSettleCurrId":{"FNumber":"PRE001"}},"FInStockEntry":[{"FMaterialId":{"FNumber":"M-0001"},"FUnitID":{"FNumber":"Pcs"},"FStockId":{"FNumber":"CK01"},"FRealQty":1000}]} <nil> <nil>
}

func ExamplePurchaseReturn() {
	back := kingdee.PurchaseReturn{
		Date: march7, StockOrg: kingdee.Number("100"), Supplier: kingdee.Number("S-0001"),
		Lines: []kingdee.PurchaseReturnLine{{Material: kingdee.Number("M-0001"), Stock: kingdee.Number("CK01"), Qty: duijie.MustDecimal("10")}},
	}
	raw, err := json.Marshal(back)
	fmt.Println(string(raw), err, back.Validate())
	// Output: {"FDate":"2025-03-07 00:00:00","FStockOrgId":{"FNumber":"100"},"FSupplierID":{"FNumber":"S-0001"},"FPURMRBENTRY":[{"FMATERIALID":{"FNumber":"M-0001"},"FSTOCKID":{"FNumber":"CK01"},"FRMREALQTY":10}]} <nil> <nil>
}
