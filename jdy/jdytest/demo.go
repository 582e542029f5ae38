package jdytest

import (
	"fmt"
	"strconv"
	"time"
)

// demo writes the records of WithDemo. Everything follows from counters, so two
// servers with the same clock hold the same company.
type demo struct {
	*Book
	now                           time.Time
	materials, customers, vendors []string
	stores, people                []string
}

func (s *Server) seedDemo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &demo{Book: s.Book, now: s.clock()}
	d.master()
	d.goods()
	d.purchases()
	d.sales()
	d.books()
}

// ago is the time n hours before now as the platform writes it.
func (d *demo) ago(hours int) string { return stamp(d.now.Add(-time.Duration(hours) * time.Hour)) }

func (d *demo) day(hours int) string {
	return d.now.Add(-time.Duration(hours) * time.Hour).In(china).Format(dateLayout)
}

func pick(from []string, n int) string { return from[n%len(from)] }

func (d *demo) master() {
	departments := d.seed("bd/department",
		Row{"number": "BM001", "name": "销售部", "level": 1, "is_leaf": true}, Row{"number": "BM002", "name": "采购部", "level": 1, "is_leaf": true},
		Row{"number": "BM003", "name": "仓储部", "level": 1, "is_leaf": true}, Row{"number": "BM004", "name": "财务部", "level": 1, "is_leaf": true})
	for i, name := range []string{"周岚", "吴桐", "郑禾", "冯川", "陈璐", "褚宁"} {
		d.people = append(d.people, d.seed("bd/emp", Row{
			"number": fmt.Sprintf("ZY%03d", i+1), "name": name, "mobile": fmt.Sprintf("1390000%04d", 1000+i), "gender": 1 + i%2,
			"department_id": pick(departments, i), "email": fmt.Sprintf("p%d@example.com", i+1),
		})...)
	}
	for i, name := range []string{"东仓", "西仓", "退货仓"} {
		d.stores = append(d.stores, d.seed("bd/store", Row{"number": fmt.Sprintf("CK%03d", i+2), "name": name, "is_allow_neg": "false", "is_allow_freight": false})...)
	}
	groups := d.seed("bd/customer_group", Row{"number": "KHFL01", "name": "直营"}, Row{"number": "KHFL02", "name": "经销"}, Row{"number": "KHFL03", "name": "电商"})
	for i := range 60 {
		d.customers = append(d.customers, d.seed("bd/customer", Row{
			"number": fmt.Sprintf("KH%03d", i+1), "name": fmt.Sprintf("%s贸易有限公司", place(i)), "group_id": pick(groups, i), "saler_id": pick(d.people, i),
			"addr": fmt.Sprintf("示例路%d号", i+1), "create_time": d.ago(2000 - 20*i), "modify_time": d.ago(1200 - 19*i), "credit_limit": 10000 * (i % 7),
			"bomentity": []Row{{"contact_person": "联系人" + itoa(i+1), "mobile": fmt.Sprintf("1380000%04d", i), "gender": "1", "is_default_linkman": true}},
		})...)
	}
	for i := range 24 {
		d.vendors = append(d.vendors, d.seed("bd/supplier", Row{
			"number": fmt.Sprintf("GYS%03d", i+1), "name": fmt.Sprintf("%s制造厂", place(i+11)), "create_time": d.ago(2000 - 30*i), "modify_time": d.ago(1500 - 30*i),
			"bom_entity": []Row{{"contact_person": "厂长" + itoa(i+1), "mobile": fmt.Sprintf("1370000%04d", i), "is_default_linkman": true}},
		})...)
	}
}

// place makes different names by counting through two lists.
func place(i int) string {
	first := []string{"海川", "明泽", "新禾", "远山", "金穗", "北辰", "蓝湾"}
	second := []string{"东", "西", "南", "北", "中", "安", "宁", "平", "和"}
	return first[i%len(first)] + second[i/len(first)%len(second)]
}

func (d *demo) goods() {
	var groups []string
	kinds := []string{"滤芯", "管件", "阀门", "接头", "泵体", "外壳", "密封圈", "包装"}
	for i, kind := range kinds {
		groups = append(groups, d.seed("bd/material_group", Row{"number": fmt.Sprintf("SPFL%02d", i+1), "name": kind, "level": "1", "is_leaf": true})...)
	}
	for i := range 320 {
		enable := "1"
		if i%40 == 39 {
			enable = "0"
		}
		d.materials = append(d.materials, d.seed("bd/material", Row{
			"number": fmt.Sprintf("SP-%04d", i+1), "name": fmt.Sprintf("%s %d型", kinds[i%len(kinds)], 100+i), "model": fmt.Sprintf("%d*%d", 20+i%50, 30+i%70),
			"base_unit_id": strconv.Itoa(1 + i%3), "purchase_unit_id": strconv.Itoa(1 + i%3), "parent_id": pick(groups, i), "check_type": "1", "enable": enable,
			"barcode": fmt.Sprintf("69000000%05d", i), "is_self_restraint": "false", "tax_rate": "13", "create_time": d.ago(2100 - i), "modify_time": d.ago(1600 - 5*i),
		})...)
	}
	for i := range 120 {
		rec := d.stockRow(d.materials[i], pick(d.stores, i), "", "")
		rec.row["qty"], rec.row["valid_qty"] = itoa(100+7*i)+".0000000000", itoa(100+7*i)+".0000000000"
		rec.modified = d.now.Add(-time.Duration(1+i) * time.Hour)
	}
}

// lines are n lines of a bill.
func (d *demo) lines(seed, n int) []Row {
	var out []Row
	for j := range n {
		k := (seed*7 + j*13) % 300
		out = append(out, Row{
			"material_id": d.materials[k], "unit_id": strconv.Itoa(1 + k%3), "stock_id": pick(d.stores, seed), "qty": 1 + (seed+j)%9,
			"price": fmt.Sprintf("%d.%02d", 5+k%40, (seed*17+j*3)%100), "cess": 13, "is_free": false,
		})
	}
	return out
}

// bill is what the demo's bills share; every third is not audited yet.
func (d *demo) bill(i, hours int, extra Row) Row {
	row := Row{
		"bill_date": d.day(hours), "emp_id": pick(d.people, i), "currency_id": "1", "create_time": d.ago(hours), "modify_time": d.ago(hours - 2),
		"material_entity": d.lines(i, 1+i%4), "creator_id": adminID, "creator_name": "管理员", "creator_number": "admin",
	}
	if i%3 != 2 {
		row["bill_status"], row["audit_time"] = "C", d.ago(hours-2)
	}
	for k, v := range extra {
		row[k] = v
	}
	return row
}

func (d *demo) purchases() {
	for i := range 40 {
		d.seed("scm/pur_order", d.bill(i, 1500-30*i, Row{"supplier_id": pick(d.vendors, i), "outside_pk_id": fmt.Sprintf("PO-%03d", i+1)}))
	}
	for i := range 30 {
		d.seed("scm/pur_inbound", d.bill(i, 1300-40*i, Row{"supplier_id": pick(d.vendors, i)}))
	}
}

func (d *demo) sales() {
	for i := range 130 {
		d.seed("scm/sal_order", d.bill(i, 1400-10*i, Row{
			"customer_id": pick(d.customers, i), "contact_linkman": "联系人" + itoa(i%60+1), "contact_phone": fmt.Sprintf("1380000%04d", i%60),
			"contact_address": fmt.Sprintf("示例路%d号", i%60+1),
		}))
	}
	for i := range 50 {
		d.seed("scm/sal_out_bound", d.bill(i, 1000-20*i, Row{"customer_id": pick(d.customers, i)}))
	}
	for i := range 8 {
		d.seed("scm/sal_in_bound", d.bill(i, 400-20*i, Row{"customer_id": pick(d.customers, 3*i)}))
	}
}

func (d *demo) books() {
	account := d.list("bd/settlement_account").rows[0].id
	for i := range 25 {
		amount := strconv.Itoa(100 + 37*i)
		d.seed("arap/ar_credit", Row{
			"bill_date": d.day(800 - 20*i), "customer_id": pick(d.customers, i), "bill_status": "C", "create_time": d.ago(800 - 20*i),
			"pay_entry_list": []Row{{"settle_account_id": account, "amount": amount}},
		})
		d.seed("fi/voucher", Row{
			"date": d.day(800 - 20*i), "group_id": "1", "create_time": d.ago(800 - 20*i), "entry_list": []Row{
				{"account_number": "1002", "dc": "1", "debit_amount": amount, "credit_amount": "0", "amount_for": amount, "currency_id": "1", "explanation": "收款"},
				{"account_number": "1122", "dc": "-1", "debit_amount": "0", "credit_amount": amount, "amount_for": amount, "currency_id": "1", "explanation": "收款"},
			},
		})
	}
}
