package jdy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/jdy/jdytest"
)

// A material is created, and found among the others.
func ExampleServices_materials() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	_, err := client.Materials.Create(ctx, jdy.MaterialSave{
		Number: "M-001", Name: "滤芯", BaseUnitID: "1", TaxRate: jdy.TextOf(duijie.MustDecimal("13")),
	}, jdy.SaveOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for m, err := range client.Materials.All(ctx, jdy.Query{Enable: "-1"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(m.Number, m.Name)
	}
	// Output: M-001 滤芯
}

// What is missing is told in one error, before anything is sent. A saved order is
// audited, and a stock-out is made from it.
func ExampleServices_salesOrders() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	_, err := client.SalesOrders.Create(ctx, jdy.SalesOrderSave{CustomerNumber: "C-001"}, jdy.SaveOptions{})
	fmt.Println(errors.Is(err, duijie.ErrInvalid), strings.Contains(err.Error(), "bill_date is missing; material_entity is missing"))

	s.Seed("bd/material", jdytest.Row{"number": "M-001", "name": "滤芯", "base_unit_id": "1"})
	saved, err := client.SalesOrders.Create(ctx, jdy.SalesOrderSave{
		BillNo: "SO-1", BillDate: jdy.DateOf(time.Date(2026, 8, 7, 0, 0, 0, 0, duijie.China)), CustomerNumber: "C-001",
		Lines: []jdy.SalesOrderSaveLine{{
			MaterialNumber: "M-001", UnitID: "1", Qty: jdy.NumberOf(duijie.MustDecimal("3")), Price: jdy.NumberOf(duijie.MustDecimal("0.1")),
		}},
	}, jdy.SaveOptions{Audit: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	order, err := client.SalesOrders.Get(ctx, saved.ID())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(order.BillNo, order.BillStatus.Name(), order.TotalAmount)
	// Output:
	// true true
	// SO-1 已审核 0.3
}

// A voucher must balance exactly, and is known by your own id of it.
func ExampleVoucherService() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	amount := func(text string) jdy.NumberText { return jdy.TextOf(duijie.MustDecimal(text)) }
	v := jdy.VoucherSave{
		Date: jdy.DateOf(time.Date(2026, 8, 31, 0, 0, 0, 0, duijie.China)), GroupNumber: "001",
		Lines: []jdy.VoucherSaveLine{
			{AccountNumber: "1002", CurrencyID: "1", Explanation: "收款", DebitAmount: amount("100.00")},
			{AccountNumber: "1122", CurrencyID: "1", Explanation: "收款", CreditAmount: amount("99.99")},
		},
	}
	_, err := client.Vouchers.Create(ctx, v, jdy.SaveOptions{External: "PAY-1"})
	fmt.Println(err)
	v.Lines[1].CreditAmount = amount("100")
	if _, err = client.Vouchers.Create(ctx, v, jdy.SaveOptions{External: "PAY-1"}); err != nil {
		fmt.Println(err)
		return
	}
	row, err := client.Vouchers.FindBySource(ctx, "PAY-1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(row.Period, row.DebitTotal)
	// Output:
	// jdy: jdy.VoucherSave: the voucher does not balance: debit 100.00, credit 99.99: invalid request
	// 202608 100
}

// A file is uploaded; its URL goes into the attachments of a save.
func ExampleClient_UploadAttachment() {
	client, s := fake()
	defer s.Close()
	url, err := client.UploadAttachment(context.Background(), "contract.txt", strings.NewReader("合同"))
	fmt.Println(url != "", err)
	// Output: true <nil>
}

// The stock of one material, warehouse by warehouse.
func ExampleInventoryService_ByWarehouse() {
	client, s := fake()
	defer s.Close()
	id := s.Seed("bd/material", jdytest.Row{"number": "M-001", "name": "滤芯", "base_unit_id": "1"})[0]
	s.SetStock("M-001", "CK001", "12.5")
	rows, err := client.Inventory.ByWarehouse(context.Background(), jdy.WarehouseStockQuery{MaterialID: id})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range rows {
		fmt.Println(r.InvStock, r.InvQty.Equal(duijie.MustDecimal("12.5")))
	}
	// Output: 主仓 true
}
