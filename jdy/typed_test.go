package jdy

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
)

func num(s string) Number     { return NumberOf(duijie.MustDecimal(s)) }
func txt(s string) NumberText { return TextOf(duijie.MustDecimal(s)) }
func date() Date              { return DateOf(testDay) }

// created saves a record, reads it back by id, updates it and reads the list.
func created[Row, Detail, Model any](t *testing.T, r *Records[Row, Detail, Model], m Model, update bool) *Detail {
	t.Helper()
	saved, err := r.Create(t.Context(), m, SaveOptions{})
	require.NoError(t, err, r.Kind().Name)
	require.NotEmpty(t, saved.ID())
	if update {
		_, err = r.Update(t.Context(), saved.ID(), m, SaveOptions{})
		require.NoError(t, err, r.Kind().Name)
	}
	rows := 0
	for row, err := range r.All(t.Context(), Query{}) {
		require.NoError(t, err)
		b, err := json.Marshal(row)
		require.NoError(t, err)
		if strings.Contains(string(b), saved.ID()) {
			rows++
		}
	}
	require.Equal(t, 1, rows, r.Kind().Name)
	if r.Kind().detail().Title == "" {
		return nil
	}
	d, err := r.Get(t.Context(), saved.ID())
	require.NoError(t, err, r.Kind().Name)
	return d
}

// Each kind of master data is created, updated, listed and read.
func TestTypedMasterData(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, jdytest.WithMixedTypes(), jdytest.WithStrictFields())
	group := created(t, c.MaterialGroups, MaterialGroupSave{Number: "G1", Name: "分类"}, true)
	require.Equal(t, "G1", group.Number)
	m := created(t, c.Materials, MaterialSave{
		Number: "M1", Name: "商品", BaseUnitID: "1", ParentNumber: "G1", TaxRate: txt("13"), IsBatch: new(true),
		CheckType: OrdinaryMaterial, Prices: []MaterialSavePrice{{PriceUnitID: "1", PriceRetailPrice: txt("10.50")}},
		Custom: duijie.Record{"custom_field__1": "红"}, Extra: duijie.Record{"help_code": "sp"},
	}, true)
	require.Equal(t, "商品", m.Name)
	require.True(t, m.IsBatch)
	require.Equal(t, "sp", m.HelpCode)
	require.Equal(t, OrdinaryMaterial, m.CheckType)
	require.True(t, m.TaxRate.Equal(duijie.MustDecimal("13")))
	require.Equal(t, "红", m.Custom.Text("custom_field__1"))
	customer := created(t, c.Customers, CustomerSave{Number: "C1", Name: "客户", Addr: "示例路1号", CreditLimit: num("100.50")}, true)
	require.Equal(t, "示例路1号", c.Decrypt(customer.Addr))
	created(t, c.CustomerGroups, CustomerGroupSave{Number: "CG1", Name: "客户分类"}, true)
	created(t, c.Suppliers, SupplierSave{Number: "S1", Name: "供应商"}, true)
	created(t, c.SupplierGroups, SupplierGroupSave{Level: "1", Number: "SG1", Name: "供应商分类"}, true)
	created(t, c.Stores, StoreSave{Number: "W1", Name: "仓库"}, true)
	created(t, c.StoreGroups, StoreGroupSave{Number: "WG1", Name: "仓库分类"}, true)
	created(t, c.MeasureUnits, MeasureUnitSave{Name: "盒", Precision: "0"}, true)
	org := s.Seed("bd/department", jdytest.Row{"number": "D0", "name": "公司"})[0]
	d := created(t, c.Departments, DepartmentSave{Number: "D1", Name: "部门", ParentOrgID: org}, true)
	created(t, c.Employees, EmployeeSave{Number: "E1", Name: "职员", DepartmentID: d.ID}, true)
	created(t, c.SettlementAccounts, SettlementAccountSave{Number: "A1", Name: "账户", CurrencyNumber: "RMB"}, true)
	created(t, c.SettlementTypes, SettlementTypeSave{Name: "结算方式"}, true)
	created(t, c.LedgerAccounts, LedgerAccountSave{Number: "1999", Name: "科目", AccountTypeID: "1", DC: Debit, Level: "1"}, true)

	_, err := c.Materials.Create(t.Context(), MaterialSave{}, SaveOptions{ID: "1"})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Materials.Update(t.Context(), "", MaterialSave{}, SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// Each kind of bill is created, updated, audited, taken back and deleted.
func TestTypedBills(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, jdytest.WithMixedTypes(), jdytest.WithStrictFields())
	g := seedGoods(t, s)
	account := s.Seed("bd/settlement_account", jdytest.Row{"number": "A1", "name": "账户"})[0]
	order := created(t, c.SalesOrders, SalesOrderSave{BillDate: date(), CustomerID: g.customer, Lines: []SalesOrderSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("3"), Price: num("0.1"), StockID: g.store, DeliveryDate: date()},
	}}, false)
	require.Equal(t, NotAudited, order.BillStatus)
	require.True(t, order.TotalAmount.Equal(duijie.MustDecimal("0.3")))
	require.Equal(t, "2026-08-07", order.BillDate.Time.Format("2006-01-02"))
	_, err := c.SalesOrders.Audit(t.Context(), order.ID)
	require.NoError(t, err)
	pushed, err := c.SalesOrders.PushTo(t.Context(), order.ID, c.SalesOuts.Kind())
	require.NoError(t, err)
	out, err := c.SalesOuts.Get(t.Context(), pushed.ID())
	require.NoError(t, err)
	require.Equal(t, order.ID, out.Lines[0].SrcInterID)

	line := SalesOutSaveLine{MaterialID: g.material, UnitID: g.unit, Qty: num("1"), Price: num("2"), StockID: g.store}
	one := SalesOutSave{BillDate: date(), CustomerID: g.customer, Lines: []SalesOutSaveLine{line}}
	created(t, c.SalesOuts, one, false)
	results, err := c.SalesOuts.SaveBatch(t.Context(), []SalesOutSave{one, one}, SaveOptions{})
	require.NoError(t, err)
	require.NoError(t, errors.Join(results[0].Err, results[1].Err))
	created(t, c.SalesReturns, SalesReturnSave{BillDate: date(), CustomerID: g.customer, Lines: []SalesReturnSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("1"), Price: num("2"), StockID: g.store},
	}}, false)
	po := created(t, c.PurchaseOrders, PurchaseOrderSave{BillDate: date(), SupplierID: g.supplier, Lines: []PurchaseOrderSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("2"), Price: txt("10.5"), DeliveryDate: date()},
	}}, false)
	require.True(t, po.Lines[0].Price.Equal(duijie.MustDecimal("10.5")))
	created(t, c.PurchaseIns, PurchaseInSave{BillDate: date(), SupplierID: g.supplier, Lines: []PurchaseInSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("2"), Price: num("10.5"), StockID: g.store},
	}}, false)
	created(t, c.PurchaseReturns, PurchaseReturnSave{BillDate: date(), SupplierID: g.supplier, Lines: []PurchaseReturnSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("2"), Price: num("10.5"), StockID: g.store},
	}}, false)
	created(t, c.OtherStockIns, OtherStockInSave{BillDate: date(), TransTypeID: OtherIn, Lines: []OtherStockInSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("2"), StockID: g.store},
	}}, false)
	created(t, c.OtherStockOuts, OtherStockOutSave{BillDate: date(), TransTypeID: OtherOut, Lines: []OtherStockOutSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("2"), StockID: g.store},
	}}, false)
	other := s.Seed("bd/store", jdytest.Row{"number": "CK9", "name": "西仓"})[0]
	move := created(t, c.StockMoves, StockMoveSave{BillDate: date(), Lines: []StockMoveSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("2"), OutStockID: g.store, InStockID: other},
	}}, false)
	_, err = c.StockMoves.Audit(t.Context(), move.ID)
	require.NoError(t, err)
	created(t, c.TransferOuts, TransferOutSave{BillDate: date(), Lines: []TransferOutSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("2"), OutStockID: g.store, InStockID: other},
	}}, false)
	created(t, c.TransferIns, TransferInSave{BillDate: date(), Lines: []TransferInSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("2"), OutStockID: g.store, InStockID: other},
	}}, false)
	created(t, c.Receipts, ReceiptSave{BillDate: date(), CustomerID: g.customer,
		Payments: []ReceiptSavePayment{{Amount: txt("2"), SettleAccountID: account}},
		Sources:  []ReceiptSaveSource{{CurSettleAmount: txt("2"), SrcBillID: out.ID, SrcBillTypeID: "sal_bill_outbound"}},
	}, false)
	in := created(t, c.PurchaseIns, PurchaseInSave{BillDate: date(), SupplierID: g.supplier, Lines: []PurchaseInSaveLine{
		{MaterialID: g.material, UnitID: g.unit, Qty: num("2"), Price: num("10.5"), StockID: g.store},
	}}, false)
	created(t, c.Payments, PaymentSave{BillDate: date(), SupplierID: g.supplier,
		Payments: []PaymentSavePayment{{Amount: txt("2"), SettleAccountID: account}},
		Sources:  []PaymentSaveSource{{CurSettleAmount: txt("2"), SrcBillID: in.ID, SrcBillTypeID: "pur_bill_inbound"}},
	}, false)

	// Stock, in each of its three lists.
	rows := 0
	for row, err := range c.Inventory.All(t.Context(), Query{}) {
		require.NoError(t, err)
		require.NotEmpty(t, row.MaterialID)
		require.NotEqual(t, "||||\"\"|", row.Key())
		rows++
	}
	require.Equal(t, 2, rows)
	by, err := c.Inventory.ByWarehouse(t.Context(), WarehouseStockQuery{MaterialID: g.material, Empty: true})
	require.NoError(t, err)
	require.NotEmpty(t, by)
	_, err = c.Inventory.ByWarehouse(t.Context(), WarehouseStockQuery{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Inventory.Changes(t.Context(), make([]string, MaxStockChanges+1))
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Inventory.Changes(t.Context(), []string{"1"})
	require.NoError(t, err)
}

// One error names everything that is missing, and nothing is sent.
func TestMissingMembers(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	_, err := c.SalesOrders.Create(t.Context(), SalesOrderSave{Lines: []SalesOrderSaveLine{{MaterialNumber: "M1", Price: num("0")}, {}}}, SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, want := range []string{
		"bill_date is missing", "customer_id or customer_number is missing", "material_entity[0].qty is missing", "material_entity[0].unit_id or unit_number is missing",
		"material_entity[1].material_id or material_number is missing", "material_entity[1].price is missing",
	} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), "[0].price")
	require.NotContains(t, err.Error(), "[0].material_")
	_, err = c.SalesOuts.SaveBatch(t.Context(), []SalesOutSave{{}}, SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Vouchers.Create(t.Context(), VoucherSave{Lines: []VoucherSaveLine{{Assists: []VoucherSaveAssist{{}}}}}, SaveOptions{})
	require.ErrorContains(t, err, "group_id or group_number is missing")
	require.ErrorContains(t, err, "assist_list[0].type is missing")
	require.NotContains(t, err.Error(), "group_number or group_id")
	require.Zero(t, s.Count(""))
}

func voucherLines(debit, credit string) []VoucherSaveLine {
	return []VoucherSaveLine{
		{AccountNumber: "1002", CurrencyID: "1", Explanation: "收款", DebitAmount: txt(debit)},
		{AccountNumber: "1122", CurrencyID: "1", Explanation: "收款", CreditAmount: txt(credit)},
	}
}

// A voucher that does not balance exactly is not sent; one that does is found by
// its source.
func TestTypedVouchers(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, jdytest.WithMixedTypes(), jdytest.WithStrictFields())
	v := VoucherSave{Date: date(), GroupNumber: "001", Lines: voucherLines("0.30", "0.3")}
	saved, err := c.Vouchers.Create(t.Context(), v, SaveOptions{External: "S-1"})
	require.NoError(t, err)
	row, err := c.Vouchers.FindBySource(t.Context(), "S-1")
	require.NoError(t, err)
	require.Equal(t, saved.ID(), row.ID)
	got, err := c.Vouchers.Get(t.Context(), saved.ID())
	require.NoError(t, err)
	require.Equal(t, Credit, got.Lines[1].DC)
	require.True(t, got.Lines[0].DebitAmount.Equal(duijie.MustDecimal("0.3")))
	_, err = c.Vouchers.FindBySource(t.Context(), "S-2")
	require.ErrorIs(t, err, duijie.ErrNotFound)
	_, err = c.Vouchers.GetByNumber(t.Context(), "1")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Vouchers.Create(t.Context(), v, SaveOptions{External: "S-1"})
	require.Error(t, err, "a second voucher with the same source")

	before := s.Count("POST fi/voucher")
	both := voucherLines("1", "1")
	both[0].CreditAmount = txt("1")
	side := voucherLines("1", "1")
	side[0].DC = Credit
	for want, lines := range map[string][]VoucherSaveLine{
		"does not balance: debit 0.1000000001, credit 0.1": voucherLines("0.1000000001", "0.1"),
		"[0] has a debit and a credit amount":              both,
		"[0]: dc -1 is not the side":                       side,
		"[0] has no amount":                                {{AccountNumber: "1002", CurrencyID: "1", Explanation: "收款"}},
		"two at least":                                     voucherLines("1", "1")[:1],
	} {
		_, err := c.Vouchers.Create(t.Context(), VoucherSave{Date: date(), GroupID: "1", Lines: lines}, SaveOptions{})
		require.ErrorIs(t, err, duijie.ErrInvalid)
		require.ErrorContains(t, err, want)
	}
	require.Equal(t, before, s.Count("POST fi/voucher"))
}

// The calls of the system area.
func TestTypedSystem(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	me, err := c.CurrentUser(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, me.UID)
	users := 0
	for u, err := range c.Users(t.Context(), Query{}) {
		require.NoError(t, err)
		require.NotEmpty(t, u.UID)
		users++
	}
	require.Positive(t, users)
	s.Seed("bd/customer", jdytest.Row{"number": "C1", "name": "客户"})
	s.Lock("bd/customer", "C1", "张三")
	locks := 0
	for l, err := range c.Locks(t.Context(), Query{}) {
		require.NoError(t, err)
		require.Equal(t, "张三", l.UserName)
		locks++
	}
	require.Equal(t, 1, locks)
	s.SetCustomFields("bd_customer", jdytest.Row{"number": "custom_field__1", "display_name": "颜色", "custom_type": "head", "field_type": "2", "precision": 2})
	fields, err := c.CustomFields(t.Context(), "bd_customer", true)
	require.NoError(t, err)
	require.Equal(t, "颜色", fields[0].DisplayName)
	_, err = c.CustomFields(t.Context(), "", false)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	types, err := c.LedgerAccountTypes(t.Context())
	require.NoError(t, err)
	require.NotNil(t, types)

	url, err := c.UploadAttachment(t.Context(), "a.txt", strings.NewReader("content"))
	require.NoError(t, err)
	require.Equal(t, s.Files()[0].URL, url)
	require.Equal(t, "content", string(s.Files()[0].Data))
	uploads := s.Count("POST sys/attachment_upload")
	for name, content := range map[string]string{"": "x", "empty": "", "large": strings.Repeat("x", MaxAttachment+1)} {
		_, err = c.UploadAttachment(t.Context(), name, strings.NewReader(content))
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
	}
	require.Equal(t, uploads, s.Count("POST sys/attachment_upload"))
	require.Equal(t, "已审核", Audited.Name())
	require.Equal(t, "X", BillStatus("X").Name())
}
