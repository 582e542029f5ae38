package kingdee_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
)

func ExampleReceivable() {
	org := kingdee.Number("100")
	bill := kingdee.Receivable{
		BillType: kingdee.Number(kingdee.BillTypeReceivable), Date: march7, DueDate: march7, Customer: kingdee.Number("C-0001"),
		Currency: kingdee.Number(kingdee.CurrencyCNY), SettleOrg: org, PayOrg: org, SaleOrg: org,
		Finance: kingdee.ReceivableFinance{ExchangeType: kingdee.Number(kingdee.RateFixed), ExchangeRate: duijie.MustDecimal("1")},
		Lines: []kingdee.ReceivableLine{{
			Material: kingdee.Number("M-0001"), PriceUnit: kingdee.Number("Pcs"), Qty: duijie.MustDecimal("3"),
			TaxRate: duijie.MustDecimal("13"), TaxPrice: duijie.MustDecimal("11.30"),
		}},
	}
	raw, err := json.Marshal(bill)
	fmt.Println(string(raw), err, bill.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"YSD01_SYS"},"FDATE":"2025-03-07 00:00:00","FENDDATE_H":"2025-03-07 00:00:00","FCUSTOMERID":{"FNumber":"C-0001"},"FCURRENCYID":{"FNumber":"PRE001"},"FSETTLEORGID":{"FNumber":"100"},"FPAYORGID":{"FNumber":"100"},"FSALEORGID":{"FNumber":"100"},"FsubHeadFinc":{"FEXCHANGETYPE":{"FNumber":"HLTX01_SYS"},"FExchangeRate":1},"FEntityDetail":[{"FMATERIALID":{"FNumber":"M-0001"},"FPRICEUNITID":{"FNumber":"Pcs"},"FPriceQty":3,"FEntryTaxRate":13,"FTaxPrice":11.30}]} <nil> <nil>
}

func ExamplePayable() {
	org := kingdee.Number("100")
	bill := kingdee.Payable{
		BillType: kingdee.Number("YFD01_SYS"), Date: march7, DueDate: march7, Supplier: kingdee.Number("S-0001"),
		Currency: kingdee.Number(kingdee.CurrencyCNY), SettleOrg: org, PayOrg: org,
		Lines: []kingdee.PayableLine{{Cost: kingdee.Number("FYXM01"), Qty: duijie.MustDecimal("1"), AllAmount: duijie.MustDecimal("113.00")}},
	}
	raw, err := json.Marshal(bill)
	fmt.Println(string(raw), err, bill.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"YFD01_SYS"},"FDATE":"2025-03-07 00:00:00","FENDDATE_H":"2025-03-07 00:00:00","FSUPPLIERID":{"FNumber":"S-0001"},"FCURRENCYID":{"FNumber":"PRE001"},"FSETTLEORGID":{"FNumber":"100"},"FPAYORGID":{"FNumber":"100"},"FEntityDetail":[{"FCOSTID":{"FNumber":"FYXM01"},"FPriceQty":1,"FALLAMOUNTFOR_D":113.00}]} <nil> <nil>
}

func ExampleReceiveBill() {
	org := kingdee.Number("100")
	bill := kingdee.ReceiveBill{
		BillType: kingdee.Number("SKDLX01_SYS"), Date: march7, ContactType: kingdee.PartyCustomer, Contact: kingdee.Number("C-0001"),
		PartyType: kingdee.PartyCustomer, Party: kingdee.Number("C-0001"), Currency: kingdee.Number(kingdee.CurrencyCNY), PayOrg: org,
		Lines: []kingdee.ReceiveBillLine{{
			SettleType: kingdee.Number(kingdee.SettleTransfer), Purpose: kingdee.Number(kingdee.PurposeSale),
			Total: duijie.MustDecimal("113.00"), Amount: duijie.MustDecimal("113.00"),
		}},
	}
	raw, err := json.Marshal(bill)
	fmt.Println(string(raw), err, bill.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"SKDLX01_SYS"},"FDATE":"2025-03-07 00:00:00","FCONTACTUNITTYPE":"BD_Customer","FCONTACTUNIT":{"FNumber":"C-0001"},"FPAYUNITTYPE":"BD_Customer","FPAYUNIT":{"FNumber":"C-0001"},"FCURRENCYID":{"FNumber":"PRE001"},"FPAYORGID":{"FNumber":"100"},"FRECEIVEBILLENTRY":[{"FSETTLETYPEID":{"FNumber":"JSFS04_SYS"},"FPURPOSEID":{"FNumber":"SFKYT01_SYS"},"FRECTOTALAMOUNTFOR":113.00,"FRECAMOUNTFOR_E":113.00}]} <nil> <nil>
}

func ExamplePayBill() {
	bill := kingdee.PayBill{
		BillType: kingdee.Number("FKDLX01_SYS"), Date: march7, ContactType: kingdee.PartySupplier, Contact: kingdee.Number("S-0001"),
		PartyType: kingdee.PartySupplier, Party: kingdee.Number("S-0001"), Currency: kingdee.Number(kingdee.CurrencyCNY), PayOrg: kingdee.Number("100"),
		Lines: []kingdee.PayBillLine{{
			SettleType: kingdee.Number(kingdee.SettleTransfer), Purpose: kingdee.Number("SFKYT08_SYS"),
			Total: duijie.MustDecimal("113.00"), Amount: duijie.MustDecimal("113.00"),
		}},
	}
	raw, err := json.Marshal(bill)
	fmt.Println(string(raw), err, bill.Validate())
	// Output: {"FBillTypeID":{"FNUMBER":"FKDLX01_SYS"},"FDATE":"2025-03-07 00:00:00","FCONTACTUNITTYPE":"BD_Supplier","FCONTACTUNIT":{"FNumber":"S-0001"},"FRECTUNITTYPE":"BD_Supplier","FRECTUNIT":{"FNumber":"S-0001"},"FCURRENCYID":{"FNumber":"PRE001"},"FPAYORGID":{"FNumber":"100"},"FPAYBILLENTRY":[{"FSETTLETYPEID":{"FNumber":"JSFS04_SYS"},"FPURPOSEID":{"FNumber":"SFKYT08_SYS"},"FPAYTOTALAMOUNTFOR":113.00,"FPAYAMOUNTFOR_E":113.00}]} <nil> <nil>
}

// A voucher that does not balance is refused before it is sent.
func ExampleVoucher() {
	line := func(account string) kingdee.VoucherLine {
		return kingdee.VoucherLine{
			Explanation: "报销差旅费", Account: kingdee.Number(account),
			Currency: kingdee.Number(kingdee.CurrencyCNY), ExchangeType: kingdee.Number(kingdee.RateFixed),
		}
	}
	cost, cash := line("6602.01"), line("1001")
	cost.Dimensions = kingdee.Dimensions{{Flex: "FFLEX5", Value: kingdee.Number("BM01")}}
	cost.Debit, cash.Credit = duijie.MustDecimal("1200.10"), duijie.MustDecimal("1200.01")
	voucher := kingdee.Voucher{
		AccountBook: kingdee.Number("001"), Date: march7, Group: kingdee.Number("PZZ1"), Lines: []kingdee.VoucherLine{cost, cash},
	}
	err := voucher.Validate()
	fmt.Println(err, errors.Is(err, duijie.ErrInvalid))

	voucher.Lines[1].Credit = duijie.MustDecimal("1200.10")
	raw, err := json.Marshal(voucher)
	fmt.Println(string(raw), err, voucher.Validate())
	// Output:
	// kingdee: GL_VOUCHER: not sent: FEntity (借贷平衡) does not balance: debits 1200.10, credits 1200.01 true
	// {"FAccountBookID":{"FNumber":"001"},"FDate":"2025-03-07 00:00:00","FVOUCHERGROUPID":{"FNumber":"PZZ1"},"FEntity":[{"FEXPLANATION":"报销差旅费","FACCOUNTID":{"FNumber":"6602.01"},"FDetailID":{"FDETAILID__FFLEX5":{"FNumber":"BM01"}},"FCURRENCYID":{"FNumber":"PRE001"},"FEXCHANGERATETYPE":{"FNumber":"HLTX01_SYS"},"FDEBIT":1200.10},{"FEXPLANATION":"报销差旅费","FACCOUNTID":{"FNumber":"1001"},"FCURRENCYID":{"FNumber":"PRE001"},"FEXCHANGERATETYPE":{"FNumber":"HLTX01_SYS"},"FCREDIT":1200.10}]} <nil> <nil>
}
