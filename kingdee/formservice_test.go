package kingdee

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Every row type asks for fields its form has.
func TestEveryFormIsListed(t *testing.T) {
	t.Parallel()
	c, _ := newPair(t, SignHeaders)
	for _, f := range typedForms() {
		t.Run(f.form.ID, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, f.list(t, c))
			require.Equal(t, f.form.Key, knownKeys[strings.ToLower(f.form.ID)])
		})
	}
}

// A sales order goes there and back: head, sub-head, lines, custom fields.
func TestBillThereAndBack(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, ValidateUser)
	s.Seed(FormCustomer.ID, map[string]any{"FNumber": "C-1", "FName": "甲"})
	s.Seed(FormMaterial.ID, map[string]any{"FNumber": "M-1", "FName": "螺丝"}, map[string]any{"FNumber": "M-2", "FName": "螺母"})
	org := Number("100")
	line := func(material, qty, price string) SaleOrderLine {
		return SaleOrderLine{
			Material: Number(material), Unit: Number("Pcs"), SettleOrg: org, DeliveryDate: duijie.NewTime(testDay),
			Qty: duijie.MustDecimal(qty), TaxPrice: duijie.MustDecimal(price), Free: new(false), Note: "行",
		}
	}
	order := SaleOrder{
		BillType: Number(BillTypeSaleOrder), Number: "XS-1", Date: duijie.NewTime(testDay), SaleOrg: org, Customer: Number("C-1"),
		Salesman: Number("S-1"), Note: "急", Finance: SaleOrderFinance{Currency: Number(CurrencyCNY)},
		Lines: []SaleOrderLine{line("M-1", "0.1", "19.90"), line("M-2", "12345678.123456789", "0.01")},
		Extra: []Field{{"F_XYZ_Shop", "天猫"}},
	}
	order.Lines[1].Extra = []Field{{"F_XYZ_Sku", "红"}}
	unverified := SaveOptions{AllowUnknownReferences: true}
	saved, err := c.SaleOrders.Save(t.Context(), order, unverified)
	require.NoError(t, err)

	head, err := c.SaleOrders.Get(t.Context(), "XS-1")
	require.NoError(t, err)
	require.Equal(t, saved.ID, fmt.Sprint(head.ID))
	require.Equal(t, "C-1 急 A PRE001", head.Customer+" "+head.Note+" "+head.DocumentStatus+" "+head.Currency)
	require.True(t, head.Date.Equal(duijie.NewTime(testDay)))
	byID, err := c.SaleOrders.GetByID(t.Context(), saved.ID)
	require.NoError(t, err)
	require.Equal(t, head, byID)

	lines, err := c.SaleOrders.Lines.Of(t.Context(), "XS-1")
	require.NoError(t, err)
	require.Len(t, lines, 2)
	require.Equal(t, "M-1 0.1 19.90", lines[0].Material+" "+lines[0].Qty.Canonical()+" "+lines[0].TaxPrice.Round(2, 0).String())
	require.Equal(t, "M-2 12345678.123456789", lines[1].Material+" "+lines[1].Qty.Canonical())
	require.NotZero(t, lines[0].EntryID)
	none, err := c.SaleOrders.Lines.Of(t.Context(), "XS-2")
	require.NoError(t, err)
	require.Empty(t, none)

	// custom fields by embedding
	type shopOrder struct {
		SaleOrderRow
		Shop string `kingdee:"F_XYZ_Shop"`
	}
	own, err := NewFormReader[shopOrder](c, FormSaleOrder).Get(t.Context(), "XS-1")
	require.NoError(t, err)
	require.Equal(t, "天猫 C-1", own.Shop+" "+own.Customer)

	// one line of two is changed, and the other stays
	_, err = c.SaleOrders.Save(t.Context(), SaleOrder{ID: head.ID, Lines: []SaleOrderLine{{EntryID: lines[0].EntryID, Qty: duijie.MustDecimal("7")}}}, unverified)
	require.NoError(t, err)
	lines, err = c.SaleOrders.Lines.Of(t.Context(), "XS-1")
	require.NoError(t, err)
	require.Len(t, lines, 2)
	require.Equal(t, "7", lines[0].Qty.Canonical())
	require.Equal(t, "行", lines[0].Note, "what is not sent keeps its value")

	view, err := c.SaleOrders.View(t.Context(), RecordKey{Number: "XS-1"})
	require.NoError(t, err)
	require.NotEmpty(t, view.Raw)

	for i, call := range []func(context.Context, StatusRequest, ...duijie.CallOption) (*StatusResult, error){
		c.SaleOrders.Submit, c.SaleOrders.CancelAssign, c.SaleOrders.Submit, c.SaleOrders.Audit, c.SaleOrders.UnAudit, c.SaleOrders.Delete,
	} {
		key := ByNumber("XS-1")
		if i%2 == 1 {
			key = ByID(saved.ID)
		}
		done, err := call(t.Context(), key)
		require.NoError(t, err, i)
		require.Len(t, done.Succeeded, 1, i)
	}
	_, err = c.SaleOrders.GetByID(t.Context(), saved.ID)
	require.ErrorIs(t, err, duijie.ErrNotFound)
	require.ErrorContains(t, err, "SAL_SaleOrder with this id")
}

// The check stands before the server, and can be taken away.
func TestServicesCheckBeforeSending(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	bad := SaleOrder{Number: "XS-1"}
	_, err := c.SaleOrders.Save(t.Context(), bad, SaveOptions{})
	require.ErrorContains(t, err, "FCustId (客户) is required")
	_, err = c.SaleOrders.BatchSave(t.Context(), []SaleOrder{bad, {ID: 1}, bad}, SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "row 0: kingdee: SAL_SaleOrder")
	require.ErrorContains(t, err, "row 2: kingdee: SAL_SaleOrder")
	require.NotContains(t, err.Error(), "row 1")
	unbalanced := Voucher{AccountBook: Number("1"), Date: duijie.NewTime(testDay), Group: Number("1"), Lines: []VoucherLine{{
		Explanation: "e", Account: Number("1"), Currency: Number("1"), ExchangeType: Number("1"), Debit: duijie.MustDecimal("1"),
	}}}
	_, err = c.Vouchers.Save(t.Context(), unbalanced, SaveOptions{})
	require.ErrorContains(t, err, "does not balance")
	_, err = c.Units.Checked().Save(t.Context(), Unit{}, SaveOptions{})
	require.ErrorContains(t, err, "FUnitGroupId")
	_, err = c.Payables.Checked().Save(t.Context(), Payable{}, SaveOptions{})
	require.ErrorContains(t, err, "FSUPPLIERID")
	require.Zero(t, s.Count(""), "nothing was sent")

	_, err = c.SaleOrders.Unchecked().Save(t.Context(), bad, SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrRefused, "the server judges")
	require.Equal(t, 1, s.Count("Save"))
	_, _ = c.Units.Save(t.Context(), Unit{Number: "U", Name: "箱"}, SaveOptions{})
	require.Equal(t, 2, s.Count("Save"), "unchecked from the start")
	draft, err := c.SaleOrders.Draft(t.Context(), bad, SaveOptions{})
	require.NoError(t, err, "drafts may be incomplete")
	row, err := c.SaleOrders.GetByID(t.Context(), draft.ID)
	require.NoError(t, err)
	require.Equal(t, "Z", row.DocumentStatus)
	require.Same(t, c.SaleOrders.Lines, c.SaleOrders.Unchecked().Lines)
}

func TestReadersFindOne(t *testing.T) {
	t.Parallel()
	type numbered struct {
		ID     int64  `kingdee:"FCUSTID,key"`
		Number string `kingdee:"FNumber"`
	}
	twice := mocked(t, SignHeaders, answerText(200, `[[1,"C-1"],[2,"C-1"]]`))
	_, err := NewFormReader[numbered](twice, FormCustomer).Get(t.Context(), "C-1")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "several records of BD_Customer have this number: use List with a narrower filter, on FUseOrgId.FNumber")
	_, err = NewFormReader[numbered](twice, Form{ID: "X", Key: "FCUSTID", Number: "FNumber"}).Get(t.Context(), "C-1")
	require.ErrorContains(t, err, "with a narrower filter: ")

	c, _ := newPair(t, SignHeaders)
	org, err := c.Organizations.Get(t.Context(), "100")
	require.NoError(t, err)
	require.NotEmpty(t, org.Name)
	cny, err := c.Currencies.Get(t.Context(), CurrencyCNY)
	require.NoError(t, err)
	require.Equal(t, "CNY", cny.Code)

	for _, id := range []string{"", " "} {
		_, err = c.Customers.GetByID(t.Context(), id)
		require.ErrorIs(t, err, duijie.ErrInvalid, "%q", id)
	}
	_, err = c.Customers.GetByID(t.Context(), "1' or '1'='1")
	require.Error(t, err)
	_, err = c.Inventory.Of(t.Context(), "M-1")
	require.ErrorContains(t, err, "STK_Inventory has no number")
	_, err = c.Customers.Submit(t.Context(), StatusRequest{FormID: "BD_Supplier", Numbers: []string{"C-1"}})
	require.ErrorContains(t, err, "the request is for BD_Supplier, the service for BD_Customer")
	_, err = c.Customers.Operate(t.Context(), "Forbid", StatusRequest{FormID: "bd_customer"})
	require.ErrorContains(t, err, "give either Numbers or IDs")
}

func TestFormQueryOrdersAndEnds(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 9)
	var names []string
	for row, err := range c.Customers.All(t.Context(), FormQuery{Order: "FNumber DESC", Limit: 2, Top: 5}) {
		require.NoError(t, err)
		names = append(names, row.Number)
	}
	require.Equal(t, []string{"C-0009", "C-0008", "C-0007", "C-0006", "C-0005"}, names)
	page, err := c.Customers.List(t.Context(), FormQuery{Order: "FNumber DESC", Limit: 2000})
	require.NoError(t, err)
	require.Len(t, page.Items, 9)
}

// Stock on hand has a text for a key, and is paged by it without losing a row.
func TestInventoryIsPagedByItsTextKey(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	for i := range 25 {
		s.Seed(FormInventory.ID, map[string]any{"FMtoNo": fmt.Sprintf("MTO-%02d", i), "FQty": fmt.Sprintf("%d.5", i)})
	}
	seen := map[string]bool{}
	for row, err := range c.Inventory.All(t.Context(), FormQuery{Limit: 4}) {
		require.NoError(t, err)
		require.NotEmpty(t, row.ID)
		seen[row.ID] = true
	}
	require.Len(t, seen, 25)
	require.Greater(t, s.Count("ExecuteBillQuery"), 6)
}

// A bill without lines is one row to the platform, and no line here.
func TestBillsWithoutLinesHaveNone(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	for i := range 7 {
		bill := map[string]any{"FBillNo": fmt.Sprintf("XS-%d", i), "FCustId": "C-1"}
		if i%3 == 0 {
			bill["FSaleOrderEntry"] = []map[string]any{{"FQty": "1", "F_XYZ_Sku": "红"}, {"FQty": "2", "F_XYZ_Sku": "蓝"}}
		}
		s.Seed(FormSaleOrder.ID, bill)
	}
	rows, err := c.Query(t.Context(), Query{FormID: FormSaleOrder.ID, Fields: []string{"FID", "FSaleOrderEntry_FEntryID"}, Order: "FID ASC"})
	require.NoError(t, err)
	require.Len(t, rows, 10, "what the platform says: three bills of two lines, four rows of no line")

	// custom fields of lines by embedding
	type skuLine struct {
		SaleOrderLineRow
		Sku string `kingdee:"F_XYZ_Sku"`
	}
	for _, limit := range []int{0, 2, 3} {
		var lines []string
		for line, err := range NewLineReader[skuLine](c, FormSaleOrder).All(t.Context(), FormQuery{Limit: limit}) {
			require.NoError(t, err)
			lines = append(lines, line.Number+line.Sku)
		}
		require.Equal(t, []string{"XS-0红", "XS-0蓝", "XS-3红", "XS-3蓝", "XS-6红", "XS-6蓝"}, lines, "limit %d", limit)
	}
	none, err := c.SaleOrders.Lines.Of(t.Context(), "XS-1")
	require.NoError(t, err)
	require.Empty(t, none)

	type noKey struct {
		Number string `kingdee:"FBillNo"`
	}
	all, err := NewLineReader[noKey](c, FormSaleOrder).List(t.Context(), FormQuery{})
	require.NoError(t, err)
	require.Len(t, all.Items, 7, "without the line key nothing can be left out")
}

// Any other form is read and written by its keys.
func TestServicesOfOtherForms(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders, kingdeetest.WithForms(kingdeetest.Form{ID: "XYZ_Shop", Key: "FShopId", Number: "FCode", Name: "FName", Required: []string{"FName"}}))
	type row struct {
		Code string `kingdee:"FCode"`
		City string `kingdee:"F_XYZ_City"`
	}
	form := Form{ID: "XYZ_Shop", Key: "FShopId", Number: "FCode", Name: "FName"}
	shops := NewFormService[row, *Model](c, form)
	shop := func(code, city string) *Model {
		return NewModel().Set("FCode", code).Set("FName", "店").Set("F_XYZ_City", city)
	}
	for i := range 5 {
		_, err := shops.Save(t.Context(), shop(fmt.Sprintf("S-%d", i), "上海"), SaveOptions{})
		require.NoError(t, err)
	}
	done, err := shops.Upsert(t.Context(), shop("S-1", "广州"), UpsertOptions{})
	require.NoError(t, err)
	require.False(t, done.Created)
	one, err := shops.Get(t.Context(), "S-1")
	require.NoError(t, err)
	require.Equal(t, row{"S-1", "广州"}, *one)
	page, err := shops.List(t.Context(), FormQuery{Limit: 3}) // R names no key: the form's is taken
	require.NoError(t, err)
	require.Len(t, page.Items, 3-1, "the last of a full page is left to the next")
	require.NotEmpty(t, page.Next)
	require.Equal(t, 6, s.Count("Save"))
}

func TestUpsertOfTypedModels(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	org := Number("100")
	staff := Employee{CreateOrg: org, UseOrg: org, StaffNumber: "E-1", Name: "李"}
	for _, created := range []bool{true, false} {
		done, err := c.Employees.Upsert(t.Context(), staff, UpsertOptions{})
		require.NoError(t, err)
		require.Equal(t, created, done.Created)
		require.Equal(t, "E-1", done.Number)
	}
	found, err := c.Employees.Get(t.Context(), "E-1")
	require.NoError(t, err)
	require.Equal(t, "E-1 E-1 李", found.Number+" "+found.StaffNumber+" "+found.Name)

	bill := Miscellaneous{
		BillType: Number(BillTypeMiscellaneous), Number: "QTRK-1", StockOrg: org, Date: duijie.NewTime(testDay),
		Lines: []MiscellaneousLine{{Material: Number("M-1"), Unit: Number("Pcs"), Stock: Number("CK01"), Qty: duijie.MustDecimal("2.50")}},
	}
	o := UpsertOptions{SaveOptions: SaveOptions{AllowUnknownReferences: true}, Lines: ReplaceLines}
	s.Seed(FormMaterial.ID, map[string]any{"FNumber": "M-1", "FName": "螺丝"})
	s.Seed(FormStock.ID, map[string]any{"FNumber": "CK01", "FName": "仓"})
	for range 2 {
		_, err = c.Miscellaneous.Upsert(t.Context(), bill, o)
		require.NoError(t, err)
	}
	lines, err := c.Miscellaneous.Lines.Of(t.Context(), "QTRK-1")
	require.NoError(t, err)
	require.Len(t, lines, 1, "sent twice, and one line")
	require.Equal(t, "2.5", lines[0].Qty.Canonical())
	bill.Lines[0].Material = Reference{}
	_, err = c.Miscellaneous.Upsert(t.Context(), bill, o)
	require.ErrorContains(t, err, "FEntity[0].FMATERIALID (物料编码) is required")
}

// Typed bills pass through a pipeline: created, found again, changed.
func TestTypedBillsInAPipeline(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	s.Seed(FormCustomer.ID, map[string]any{"FNumber": "C-1", "FName": "甲", "FCreateOrgId": "100"})
	s.Seed(FormMaterial.ID, map[string]any{"FNumber": "M-1", "FName": "螺丝"})
	org := Number("100")
	orders := func(qty string) []SaleOrder {
		list := make([]SaleOrder, 30)
		for i := range list {
			list[i] = SaleOrder{
				BillType: Number(BillTypeSaleOrder), Number: fmt.Sprintf("XS-%02d", i), Date: duijie.NewTime(testDay), SaleOrg: org,
				Customer: Number("C-1"), Salesman: Number("S-1"), Finance: SaleOrderFinance{Currency: Number(CurrencyCNY)},
				Extra: []Field{{"F_XYZ_Shop", "天猫"}},
				Lines: []SaleOrderLine{{
					Material: Number("M-1"), Unit: Number("Pcs"), SettleOrg: org, DeliveryDate: duijie.NewTime(testDay),
					Qty: duijie.MustDecimal(qty), TaxPrice: duijie.MustDecimal("0.10"), Extra: []Field{{"F_XYZ_Sku", "红"}},
				}},
			}
		}
		return list
	}
	sink, err := NewSaveSink(c, SaveSinkConfig[SaleOrder]{Form: FormSaleOrder, Options: SaveOptions{AllowUnknownReferences: true}, Lines: ReplaceLines})
	require.NoError(t, err)
	state := duijiesync.NewMemoryState()
	run := func(qty string) *duijiesync.Report {
		p := duijiesync.Pipeline[SaleOrder, SaleOrder]{
			Name: "orders", Sink: sink, State: state, Transform: duijiesync.Same[SaleOrder],
			Source: duijiesync.Slice(orders(qty), func(o SaleOrder) string { return o.Number }),
		}
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Empty(t, letters)
		return report
	}
	require.EqualValues(t, 30, run("1").Created)
	require.Zero(t, run("1").Writes)
	require.EqualValues(t, 30, run("2.50").Updated)
	lines := 0
	for line, err := range c.SaleOrders.Lines.All(t.Context(), FormQuery{Limit: 7}) {
		require.NoError(t, err)
		require.Equal(t, "2.5", line.Qty.Canonical())
		lines++
	}
	require.Equal(t, 30, lines)
	stored, ok := s.Record(FormSaleOrder.ID, "XS-07")
	require.True(t, ok)
	require.Equal(t, "天猫", stored.Text("F_XYZ_Shop"))
}
