package kingdee

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// withLines is a model that sets nothing but one new line of each kind.
func withLines(model any, entryID int64) reflect.Value {
	v := reflect.New(reflect.TypeOf(model)).Elem()
	m := modelTypeOf(v.Type())
	for _, f := range m.fields {
		if f.kind != linesMember {
			continue
		}
		lines := reflect.MakeSlice(v.Field(f.index).Type(), 1, 1)
		lines.Index(0).FieldByName("EntryID").SetInt(entryID)
		v.Field(f.index).Set(lines)
	}
	return v
}

// The check names exactly what the contract stars, all in one error.
func TestValidateNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	eachModel(t, func(t *testing.T, f typedForm) {
		v := withLines(f.model, 0)
		err := v.Interface().(Validator).Validate()
		require.ErrorIs(t, err, duijie.ErrInvalid)
		found, ok := errors.AsType[*CheckError](err)
		require.True(t, ok)
		require.Equal(t, f.form.ID, found.FormID)
		var names []string
		for _, p := range found.Problems {
			names = append(names, p.Name)
			require.ErrorContains(t, err, p.Key+" ("+p.Name+") is required")
		}
		require.Equal(t, f.stars, names)

		// complete
		require.NoError(t, filled(f.model).(Validator).Validate())

		// an update leaves out what shall stay; a new line of it does not
		m := modelTypeOf(v.Type())
		v.Field(m.fields[m.byKey[f.form.Key]].index).SetInt(7)
		err = v.Interface().(Validator).Validate()
		lineStars := 0
		if found, ok := errors.AsType[*CheckError](err); ok {
			for _, p := range found.Problems {
				require.Contains(t, p.Key, "[0].")
			}
			lineStars = len(found.Problems)
		}
		hasStars := slices.ContainsFunc(m.fields, func(f typedField) bool {
			return f.kind == linesMember && slices.ContainsFunc(f.inner.fields, func(f typedField) bool { return f.must != "" })
		})
		require.Equal(t, hasStars, lineStars > 0)
		known := withLines(f.model, 3)
		known.Field(m.fields[m.byKey[f.form.Key]].index).SetInt(7)
		require.NoError(t, known.Interface().(Validator).Validate())
	})
}

func TestValidateLooksIntoExtra(t *testing.T) {
	t.Parallel()
	order := filled(SaleOrder{}).(SaleOrder)
	order.ID, order.Lines[0].EntryID = 0, 0
	require.NoError(t, order.Validate())
	order.Customer, order.Extra = Reference{}, []Field{{"fcustid", Number("C-1")}}
	require.NoError(t, order.Validate(), "given in Extra")
	order.Finance, order.Extra = SaleOrderFinance{}, append(order.Extra, Field{"FSaleOrderFinance", NewModel().Set("FSettleCurrId", Number("PRE001"))})
	require.NoError(t, order.Validate(), "a whole sub-head in Extra")
	order.Lines = append(order.Lines, SaleOrderLine{Extra: []Field{{"FEntryID", "0"}}})
	err := order.Validate()
	require.EqualError(t, err, "kingdee: SAL_SaleOrder: not sent: FSaleOrderEntry[1].FMaterialId (物料编码) is required (必录); "+
		"FSaleOrderEntry[1].FUnitID (销售单位) is required (必录); FSaleOrderEntry[1].FSettleOrgIds (结算组织) is required (必录); "+
		"FSaleOrderEntry[1].FDeliveryDate (要货日期) is required (必录)")

	order = SaleOrder{Extra: []Field{{"FID", 7}}, Lines: []SaleOrderLine{{Extra: []Field{{"FEntryID", "8"}}}}}
	require.NoError(t, order.Validate(), "an update whose keys are in Extra")
	order.Extra[0].Value = 0
	require.Error(t, order.Validate())
}

func TestVoucherMustBalance(t *testing.T) {
	t.Parallel()
	line := func(debit, credit string) VoucherLine {
		l := VoucherLine{Explanation: "e", Account: Number("1001"), Currency: Number(CurrencyCNY), ExchangeType: Number(RateFixed)}
		if debit != "" {
			l.Debit = duijie.MustDecimal(debit)
		}
		if credit != "" {
			l.Credit = duijie.MustDecimal(credit)
		}
		return l
	}
	v := Voucher{AccountBook: Number("001"), Date: duijie.NewTime(testDay), Group: Number("PRE001"), Lines: []VoucherLine{
		line("0.1", ""), line("0.20", ""), line("", "0.3"),
	}}
	require.NoError(t, v.Validate(), "0.1 + 0.2 is 0.3 here")
	v.Lines[2].Credit = duijie.MustDecimal("0.30000000000000004")
	err := v.Validate()
	require.EqualError(t, err, "kingdee: GL_VOUCHER: not sent: FEntity (借贷平衡) does not balance: debits 0.30, credits 0.30000000000000004")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	v.Lines[2].Account = Reference{}
	require.ErrorContains(t, v.Validate(), "FEntity[2].FACCOUNTID (科目编码) is required (必录); FEntity (借贷平衡)")

	// some lines of a stored voucher need not balance
	v = Voucher{ID: 7, Lines: []VoucherLine{{EntryID: 1, Debit: duijie.MustDecimal("5")}}}
	require.NoError(t, v.Validate())
	debit, credit := v.Balance()
	require.Equal(t, "5 0", debit.String()+" "+credit.String())
}

func TestTotals(t *testing.T) {
	t.Parallel()
	line := func(qty, price string) SaleOrderLine {
		return SaleOrderLine{Qty: duijie.MustDecimal(qty), TaxPrice: duijie.MustDecimal(price)}
	}
	order := SaleOrder{Lines: []SaleOrderLine{line("3", "0.335"), line("0.1", "0.2"), {Free: new(true), Qty: duijie.MustDecimal("9")}, line("1", "-0.005")}}
	total, err := order.Total(2)
	require.NoError(t, err)
	require.Equal(t, "1.02", total.String()) // 1.005 + 0.02 - 0.005, each rounded
	empty, err := SaleOrder{}.Total(2)
	require.NoError(t, err)
	require.Equal(t, "0.00", empty.String())
	order.Lines[2].Free = new(false)
	_, err = order.Total(2)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "line 2 has no")
	bought, err := PurchaseOrder{Lines: []PurchaseOrderLine{{Qty: duijie.MustDecimal("1e3"), TaxPrice: duijie.MustDecimal("0.0001")}}}.Total(1)
	require.NoError(t, err)
	require.Equal(t, "0.1", bought.String())
	_, err = order.Total(5000)
	require.Error(t, err)

	sum := Sum(order.Lines, func(l SaleOrderLine) duijie.Decimal { return l.TaxPrice })
	require.Equal(t, "0.530", sum.String())
	bad := Sum([]duijie.Decimal{duijie.MustDecimal("1").Round(0, 99)}, func(d duijie.Decimal) duijie.Decimal { return d })
	require.Error(t, bad.Err())
}
