package kingdeetest

import "strings"

// labels are titles of keys that mean the same on every form.
var labels = map[string]string{
	"fname": "名称", "fnumber": "编码", "fbillno": "单据编号", "fcreateorgid": "创建组织", "fuseorgid": "使用组织",
	"fbilltypeid": "单据类型", "fdate": "日期", "fmaterialid": "物料编码", "funitid": "单位", "fqty": "数量",
	"frealqty": "实收数量", "fstockid": "仓库", "fstockorgid": "库存组织", "fsaleorgid": "销售组织",
	"fpurchaseorgid": "采购组织", "fsupplierid": "供应商", "fcustomerid": "客户", "fcustid": "客户",
	"fsettlecurrid": "结算币别", "fsettleorgid": "结算组织", "fsettleorgids": "结算组织", "fpayorgid": "付款组织",
	"fcurrencyid": "币别", "fprice": "单价", "ftaxprice": "含税单价", "fentrytaxrate": "税率",
}

func keys(list string) []string { return strings.Fields(list) }

// in puts every key of a list into one part.
func in(where, list string) []string {
	out := keys(list)
	for i, k := range out {
		out[i] = where + "." + k
	}
	return out
}

func join(lists ...[]string) []string {
	var out []string
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

func joinForms(lists ...[]Form) []Form {
	var out []Form
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// defaultForms are the business objects every server starts with.
func defaultForms() []Form {
	return joinForms(baseForms(), settingForms(), saleForms(), purchaseForms(), stockForms(), financeForms())
}

// bill is a form with the keys all bills (单据) have, with one set of lines.
func bill(id, title, entry string, fields ...[]string) Form {
	return Form{
		ID: id, Title: title, Key: "FID", Number: "FBillNo",
		Fields:     join(append([][]string{{entry + "[]:明细信息"}}, fields...)...),
		Operations: switches("Cancel", "UnCancel", "FCancelStatus", "ZAD"),
	}
}

// switches are an operation and the one that undoes it.
func switches(do, undo, field, states string) []Operation {
	return []Operation{
		{Number: do, Field: field, From: "A", To: "B", States: states},
		{Number: undo, Field: field, From: "B", To: "A", States: states},
	}
}

// orderSwitches are the operations that close, stop and freeze an order or its
// lines. Sales orders have a prefix before each.
func orderSwitches(prefix, entry, unClose string) []Operation {
	line := entry + "[]."
	return joinOperations(
		switches(prefix+"BillClose", prefix+unClose, "FCloseStatus", "C"),
		switches(prefix+"Terminate", prefix+"UnTerminate", line+"FMRPTerminateStatus", "C"),
		switches(prefix+"Freeze", prefix+"UnFreeze", line+"FMRPFreezeStatus", "C"),
		switches(prefix+"MRPClose", prefix+"UnMRPClose", line+"FMRPCloseStatus", "C"),
	)
}

func joinOperations(lists ...[]Operation) []Operation {
	var out []Operation
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}
