package jdytest

import (
	"slices"
	"strings"
)

// about is what the fake knows of a list beyond its field tables.
type about struct {
	name    string            // path after /jdy/v2/ without _detail and _save
	entity  string            // the name common_operate and bill_push use
	number  string            // "number" or "bill_no"
	state   string            // bill_status of a saved, not audited bill: "Z", "A"; "" for master data
	prefix  string            // of numbers the fake gives
	outside string            // an id of the caller's that must be unique, "" for none
	stock   int               // audited entries add to stock (1) or take from it (-1)
	refs    map[string]string // lists behind its fields, besides commonRefs
	known   bool              // in the table below
}

// listTable names the lists with rules of their own; the others get theirs from
// the field tables.
var listTable = []about{
	{name: "bd/material", entity: "bd_material", prefix: "SP", refs: map[string]string{"parent": "bd/material_group"}},
	{name: "bd/material_group", entity: "bd_materialgroup", prefix: "SPFL", refs: map[string]string{"parent": "bd/material_group"}},
	{name: "bd/material_brand", entity: "bd_brand", prefix: "PP"},
	{name: "bd/material_brand_group", entity: "bd_brandgroup", prefix: "PPFL"},
	{name: "bd/label", entity: "bd_label", prefix: "BQ"},
	{name: "bd/label_group", entity: "bd_labelgroup", prefix: "BQFL"},
	{name: "bd/measure_unit", entity: "bd_measureunits_new", prefix: "JLDW"},
	{name: "bd/customer", entity: "bd_customer", prefix: "KH", refs: map[string]string{"group": "bd/customer_group"}},
	{name: "bd/customer_group", entity: "bd_customergroup", prefix: "KHFL"},
	{name: "bd/supplier", entity: "bd_supplier", prefix: "GYS", refs: map[string]string{"group": "bd/supplier_group"}},
	{name: "bd/supplier_group", entity: "bd_suppliergroup", prefix: "GYSFL"},
	{name: "bd/store", entity: "bd_store", prefix: "CK", refs: map[string]string{"group": "bd/store_group"}},
	{name: "bd/store_group", entity: "bd_storegroup", prefix: "CKFL"},
	{name: "bd/spaces", entity: "bd_space", prefix: "CW"},
	{name: "bd/emp", entity: "bd_employee", prefix: "ZY"},
	{name: "bd/department", entity: "bd_department", prefix: "BM", refs: map[string]string{"parent": "bd/department"}},
	{name: "bd/currency", entity: "bd_currency", prefix: "BB"},
	{name: "bd/settlement_account", entity: "bd_bank", prefix: "ZH"},
	{name: "bd/settlement_type", entity: "bd_settlementtype", prefix: "JSFS"},
	{name: "bd/settling_term", entity: "bd_settlementterm", prefix: "JSQX"},
	{name: "bd/aux_attribute", entity: "bd_auxdetail", prefix: "FZSX"},
	{name: "bd/aux_info", entity: "bd_auxinfo", prefix: "FZZL", refs: map[string]string{"group": "bd/aux_info_type"}},
	{name: "bd/aux_info_type", entity: "bd_auxinfotype", prefix: "FZZLFL"},
	{name: "bd/logistics_company", entity: "bd_logisticscompany", prefix: "WL"},
	{name: "bd/payout_type", entity: "bd_paccttype", prefix: "ZC"},
	{name: "fi/account", entity: "bd_account"},
	{name: "fi/voucher", entity: "gl_voucher", state: "A", number: "number", outside: "source_bill_no", refs: map[string]string{"group": "fi/voucher_type"}},
	{name: "fi/virtual", entity: "iac_virtualbill", state: "A", prefix: "WBDJ"},
	{name: "fi/virtual_type", entity: "iac_virtualbase"},
	{name: "fi/journal", entity: "ca_journal"},
	{name: "scm/pur_request", entity: "pur_bill_request", prefix: "CGSQ"},
	{name: "scm/pur_order", entity: "pur_bill_order", prefix: "CGDD", outside: "outside_pk_id"},
	{name: "scm/pur_inbound", entity: "pur_bill_inbound", prefix: "CGRK", outside: "outside_pk_id", stock: 1},
	{name: "scm/pur_ret", entity: "pur_bill_outbound", prefix: "CGTH", outside: "outside_pk_id", stock: -1},
	{name: "scm/pur_invoice", entity: "pur_invoice", prefix: "CGFP", outside: "outside_pk_id"},
	{name: "scm/sal_order", entity: "sal_bill_order", prefix: "XSDD"},
	{name: "scm/sal_out_bound", entity: "sal_bill_outbound", prefix: "XSCK", stock: -1},
	{name: "scm/sal_in_bound", entity: "sal_bill_inbound", prefix: "XSTH", stock: 1},
	{name: "scm/sal_in_bound_request", entity: "sal_inbound_request", prefix: "XSTHSQ"},
	{name: "scm/sal_delivery_notice", entity: "sal_delivery_notice", prefix: "FHTZ", outside: "outside_pk_id"},
	{name: "scm/sal_invoice", entity: "sal_invoice", prefix: "XSFP"},
	{name: "scm/entrust", entity: "sal_bill_entrust", prefix: "WTDX"},
	{name: "scm/inv_other_in", entity: "inv_other_bill_inbound", prefix: "QTRK", stock: 1},
	{name: "scm/inv_other_out", entity: "inv_other_bill_outbound", prefix: "QTCK", stock: -1},
	{name: "scm/inv_tfmove", entity: "inv_tfmove_bill_order", prefix: "YC"},
	{name: "scm/inv_tfin", entity: "inv_tfin_bill_inbound", prefix: "DBRK", stock: 1},
	{name: "scm/inv_tfout", entity: "inv_tfout_bill_outbound", prefix: "DBCK", stock: -1},
	{name: "scm/inv_tfdiff", entity: "inv_tfdiff_bill_order", prefix: "DBCY"},
	{name: "scm/inv_check_bill", entity: "inv_check_bill", prefix: "PD"},
	{name: "scm/inv_check_gail_bill", entity: "inv_check_gain_bill", prefix: "PY", stock: 1},
	{name: "scm/inv_check_loss_bill", entity: "inv_check_loss_bill", prefix: "PK", stock: -1},
	{name: "scm/inv_assemble", entity: "inv_assemble_bill", prefix: "ZZ"},
	{name: "scm/inv_disassemble", entity: "inv_disassemble_bill", prefix: "CX"},
	{name: "scm/inv_product", entity: "inv_product_bill", prefix: "CPRK", stock: 1},
	{name: "scm/inv_product_ret", entity: "inv_product_rtn_bill", prefix: "CPTK", stock: -1},
	{name: "scm/inv_pick", entity: "inv_pick_bill", prefix: "SCLL", stock: -1},
	{name: "scm/inv_pick_ret", entity: "inv_pick_rtn_bill", prefix: "SCTL", stock: 1},
	{name: "pm/mo_taskbill", entity: "mo_task_bill", prefix: "SCRW"},
	{name: "pm/subm_workorder", entity: "subm_work_order", prefix: "WWJG"},
	{name: "pm/subm_prodin", entity: "subm_product_in_order", prefix: "WWRK", stock: 1},
	{name: "pm/subm_prod_rtn", entity: "subm_product_return_order", prefix: "WWTH", stock: -1},
	{name: "pm/mat_order_ret", entity: "subm_return_material_order", prefix: "WWTL"},
	{name: "arap/ar_credit", entity: "ar_creditbill", state: "A", prefix: "SKD"},
	{name: "arap/ar_credit_ret", entity: "ar_creditretbill", state: "A", prefix: "SKTKD"},
	{name: "arap/ar_pre_credit", entity: "ar_precreditbill", state: "A", prefix: "YSKD"},
	{name: "arap/ar_pre_credit_ret", entity: "ar_precreditretbill", state: "A", prefix: "YSTKD"},
	{name: "arap/ar_other_credit", entity: "ar_othercreditbill", state: "A", prefix: "QTSR"},
	{name: "arap/ar_other_credit_ret", entity: "ar_othercreditretbill", state: "A", prefix: "QTSRTK"},
	{name: "arap/ap_credit", entity: "ap_paybill", state: "A", prefix: "FKD"},
	{name: "arap/ap_pay_ret", entity: "ap_payretbill", state: "A", prefix: "FKTKD"},
	{name: "arap/ap_pre_credit", entity: "ap_prepaybill", state: "A", prefix: "YFKD"},
	{name: "arap/ap_pre_credit_ret", entity: "ap_prepayretbill", state: "A", prefix: "YFTKD"},
	{name: "arap/ap_other_credit", entity: "ap_otherpaybill", state: "A", prefix: "QTZC"},
	{name: "ls/mb_level", entity: "lsbd_mblevel"},
	{name: "ls/member", entity: "lsbd_mb"},
	{name: "ls/store", entity: "lsbd_store"},
	{name: "ls/shelf", entity: "lsbd_onoffshelf"},
	{name: "ls/retail_bill", entity: "store_bill", prefix: "LSD"},
}

// commonRefs are the lists behind x_id, x_name and x_number for a field x of any
// table.
var commonRefs = map[string]string{
	"material": "bd/material", "customer": "bd/customer", "settle_customer": "bd/customer", "supplier": "bd/supplier",
	"settle_supplier": "bd/supplier", "vender": "bd/supplier", "stock": "bd/store", "bill_stock": "bd/store", "in_stock": "bd/store",
	"out_stock": "bd/store", "bill_in_stock": "bd/store", "bill_out_stock": "bd/store", "unit": "bd/measure_unit",
	"base_unit": "bd/measure_unit", "aux_unit": "bd/measure_unit", "purchase_unit": "bd/measure_unit", "sale_unit": "bd/measure_unit",
	"store_unit": "bd/measure_unit", "price_unit": "bd/measure_unit", "barcode_unit": "bd/measure_unit", "measure_unit": "bd/measure_unit",
	"emp": "bd/emp", "saler": "bd/emp", "purchase": "bd/emp", "storekeeper": "bd/emp", "dept": "bd/department", "sale_dept": "bd/department",
	"in_dept": "bd/department", "out_dept": "bd/department", "department": "bd/department", "product_department": "bd/department",
	"currency": "bd/currency", "settle_account": "bd/settlement_account", "pay_type": "bd/settlement_type", "brand": "bd/material_brand",
	"setting_term": "bd/settling_term", "sp": "bd/spaces", "bill_sp": "bd/spaces", "space": "bd/spaces", "account": "fi/account",
	"express_company": "bd/logistics_company",
}

// strictRefs are the lists an id or number must be in; of the others it must
// only when the account set has rows there.
var strictRefs = map[string]bool{
	"bd/material": true, "bd/customer": true, "bd/supplier": true, "bd/store": true, "bd/measure_unit": true, "bd/emp": true,
	"bd/department": true, "bd/settlement_account": true, "fi/account": true, "bd/customer_group": true, "bd/supplier_group": true,
	"bd/material_group": true, "bd/store_group": true,
}

// oddNames are paths that do not follow list, list_detail, list_save.
var oddNames = map[string]string{
	"bd/space": "bd/spaces", "bd/space_detail": "bd/spaces", "pm/mo_task_bill": "pm/mo_taskbill", "ls/retail_bill_detail": "ls/retail_bill",
	"scm/inv_detail": "scm/inv_detail", "fi/invoice_detail": "fi/invoice_detail", "scm/entrust_rnt": "scm/entrust_rtn",
	"sys/user_list": "sys/user_list", "sys/mutex_list": "sys/mutex_list", "scm/inv_serial_track_bill_list": "scm/inv_serial_track_bill_list",
}

// listName is the list a path is about: "scm/sal_order" for
// "/jdy/v2/scm/sal_order_detail".
func listName(path string) string {
	path = strings.TrimPrefix(path, businessRoot)
	if odd, ok := oddNames[path]; ok {
		return odd
	}
	for _, end := range []string{"_detail", "_save", "_list"} {
		path = strings.TrimSuffix(path, end)
	}
	return path
}

// aboutList is the rules of a list, made from the tables where it has none.
func aboutList(name string) about {
	i := slices.IndexFunc(listTable, func(a about) bool { return a.name == name })
	a := about{name: name}
	if i >= 0 {
		a = listTable[i]
		a.known = true
	}
	bill := false
	state := false
	for _, op := range operations() {
		if listName(op.path) != name {
			continue
		}
		for _, fields := range append([][]field{op.body, op.data}, op.told["Row"], op.told["OrderList"]) {
			_, b := has(fields, "bill_no")
			_, st := has(fields, "bill_status")
			bill, state = bill || b, state || st
		}
	}
	if a.number == "" {
		a.number = "number"
		if bill {
			a.number = "bill_no"
		}
	}
	if a.state == "" && state && bill {
		a.state = "Z"
	}
	return a
}

// byEntity finds a list by its entity name.
func byEntity(entity string) (string, bool) {
	if entity == "" {
		return "", false
	}
	for _, a := range listTable {
		if a.entity == entity {
			return a.name, true
		}
	}
	return "", false
}

// ref is the list behind a field x of x_id, if it is known.
func (a about) ref(x string) (string, bool) {
	if l, ok := a.refs[x]; ok {
		return l, true
	}
	l, ok := commonRefs[x]
	return l, ok
}
