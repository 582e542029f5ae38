package kingdeetest

// financeForms are the bills of finance (财务).
func financeForms() []Form {
	return []Form{
		billOfDebt("AR_receivable", "应收单", "FCUSTOMERID{}*", "FSALEORGID{}", "YSD01_SYS", ""),
		billOfDebt("AP_Payable", "应付单", "FSUPPLIERID{}*", "FPURCHASEORGID{}", "YFD01_SYS", "FCOSTID{}"),
		billOfMoney("AR_RECEIVEBILL", "收款单", "FRECEIVEBILLENTRY", "FRECTOTALAMOUNTFOR#", "FRECAMOUNTFOR_E#", "SKDLX01_SYS"),
		billOfMoney("AP_PAYBILL", "付款单", "FPAYBILLENTRY", "FPAYTOTALAMOUNTFOR#", "FPAYAMOUNTFOR_E#", "FKDLX01_SYS"),
		voucherForm(),
	}
}

// billOfDebt is a receivable or a payable.
func billOfDebt(id, title, partner, org, billType, line string) Form {
	f := bill(id, title, "FEntityDetail",
		keys("FBillTypeID{}* FDATE@*:业务日期 FENDDATE_H@*:到期日 "+partner+" FCURRENCYID{}* FSETTLEORGID{}* FPAYORGID{}* FAR_Remark "+org),
		in("FsubHeadSuppiler", "*"),
		in("FsubHeadFinc", "FACCNTTIMEJUDGETIME@ FMAINBOOKSTDCURRID{BD_Currency} FEXCHANGETYPE{} FExchangeRate#"),
		in("FEntityDetail[]", `FMATERIALID{} FPRICEUNITID{} FPriceQty# FTaxPrice# FPrice# FEntryTaxRate# FNoTaxAmountFor_D#
			FALLAMOUNTFOR_D# FEntityDetail_Link[] `+line))
	f.Org, f.BillType = "FSETTLEORGID", billType
	return f
}

// billOfMoney is a receipt or a payment.
func billOfMoney(id, title, entry, total, amount, billType string) Form {
	f := bill(id, title, entry,
		keys(`FBillTypeID{}* FDATE@*:业务日期 FCONTACTUNITTYPE*:往来单位类型 FCONTACTUNIT{}*:往来单位 FPAYUNITTYPE FPAYUNIT{}
			FRECTUNITTYPE FRECTUNIT{} FCURRENCYID{}* FSETTLEORGID{} FPAYORGID{}* FREMARK`),
		in(entry+"[]", "FSETTLETYPEID{BD_SETTLETYPE}*:结算方式 FPURPOSEID{}*:收付款用途 "+total+" "+amount+
			" FACCOUNTID{} FCOMMENT "+entry+"_Link[]"))
	f.Org, f.BillType = "FPAYORGID", billType
	return f
}

func voucherForm() Form {
	f := bill("GL_VOUCHER", "凭证", "FEntity",
		keys(`FAccountBookID{BD_AccountBook}*:账簿 FDate@* FBUSDATE@ FYEAR# FPERIOD# FVOUCHERGROUPID{BD_VoucherGroup}*:凭证字
			FVOUCHERGROUPNO FATTACHMENTS#`),
		in("FEntity[]", `FEXPLANATION*:摘要 FACCOUNTID{BD_Account}*:科目 FDetailID{flex} FCURRENCYID{}* FEXCHANGERATETYPE{}*:汇率类型
			FEXCHANGERATE# FAMOUNTFOR# FDEBIT# FCREDIT#`))
	f.Key = "FVOUCHERID"
	return f
}
