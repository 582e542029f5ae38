package kingdee

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// Every row type asks for fields its form has.
func TestEveryFormIsListed(t *testing.T) {
	t.Parallel()
	c, _ := newPair(t, SignHeaders, newForms())
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
	c, s := newPair(t, ValidateUser, newForms())
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
	c, s := newPair(t, SignHeaders, newForms())
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

	c, _ := newPair(t, SignHeaders, newForms())
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
	c, s := newPair(t, SignHeaders, newForms())
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
