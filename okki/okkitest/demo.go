package okkitest

import (
	"fmt"
	"time"
)

// DemoProducts is how many products [WithDemo] makes, product_no SP-0001 and on.
const DemoProducts = 130

// seedBasics fills what every tenant has.
func (s *Server) seedBasics() {
	s.answers["invoices/order/orderEnums"] = map[string]any{
		"currency_list":     []any{map[string]any{"code": "USD", "name": "USD"}, map[string]any{"code": "CNY", "name": "CNY"}},
		"pay_list":          []any{map[string]any{"code": "T/T", "name": "T/T"}},
		"country_area_list": []any{}, "source_type_list": []any{}, "archive_type_list": []any{},
		"order_status_list": []any{map[string]any{"code": 1101043688, "name": "待确认"}, map[string]any{"code": 1101043690, "name": "已完成"}},
	}
	s.answers["product/productEnums?field=unit_list"] = map[string]any{
		"unit_list": []any{map[string]any{"name": "Piece", "code": "Piece"}, map[string]any{"name": "Set", "code": "Set"}},
	}
	s.answers["invoices/receipt/types"] = []any{"L/C", "T/T", "PayPal", "Other"}
	s.answers["product/fields"] = []any{
		map[string]any{
			"id": "name", "name": "产品名称", "base": 1, "field_type": 1, "ext_info": nil, "require": 1, "default": "", "disable_flag": 0, "is_list": 0,
		},
		map[string]any{
			"id": "1101060384", "name": "海关品名", "base": 0, "field_type": 1, "ext_info": nil, "require": 0, "default": "", "disable_flag": 0, "is_list": 0,
		},
		map[string]any{
			"id": "1101060385", "name": "季节", "base": 0, "field_type": 3, "ext_info": []any{"春", "夏", "秋", "冬"}, "require": 0, "default": "",
			"disable_flag": 0, "is_list": 0,
		},
	}
}

// seedDemo fills the fake with a small exporter. The products changed one a minute
// until an hour ago.
func (s *Server) seedDemo() {
	tops := []string{"灯具", "家具", "箱包"}
	var leaves []int64
	for i, name := range tops {
		top := s.addGroup(name, 0)
		for j := range 3 {
			leaf := s.addGroup(fmt.Sprintf("%s %d 系列", name, j+1), top)
			if i == 0 && j == 0 {
				leaf = s.addGroup("吊灯", leaf)
			}
			leaves = append(leaves, leaf)
		}
	}
	last := s.clock().In(China).Add(-time.Hour)
	products, companies, orders := listNamed("product"), listNamed("company"), listNamed("invoices/order")
	for i := range DemoProducts {
		at := last.Add(-time.Duration(DemoProducts-1-i) * time.Minute).Format(layout)
		s.add(products, Row{
			"product_no": fmt.Sprintf("SP-%04d", i+1), "name": fmt.Sprintf("示例产品 %04d", i+1), "model": fmt.Sprintf("M%d", i%17),
			"group_id": leaves[i%len(leaves)], "product_type": 1, "product_remark": []string{"", "易碎", "含电池, 走海运"}[i%3],
			"cost": amount(int64(1050+i*7), 2), "cost_currency": "CNY", "price_currency": "USD", "price_min": amount(int64(800+i*3), 2),
			"price_max": amount(int64(1200+i*3), 2), "price_unit": "Piece", "unit": "Piece", "disable_flag": 0, "create_time": at, "update_time": at,
			"1101060384": fmt.Sprintf("hs %d", i),
		})
	}
	for i := range 12 {
		id := s.add(companies, Row{
			"name": fmt.Sprintf("Buyer %02d Ltd", i+1), "serial_id": fmt.Sprintf("C%05d", i+1), "country": "US", "user_id": "11858712",
			"customers": []any{map[string]any{"customer_id": s.newID(), "name": "Ann", "email": fmt.Sprintf("ann%d@example.com", i+1), "main_customer_flag": 1}},
		}).id
		first := s.records["product"][i]
		s.add(orders, Row{
			"order_no": fmt.Sprintf("SO-%04d", i+1), "name": fmt.Sprintf("order %d", i+1), "currency": "USD", "company_id": id, "status": 1101043688,
			"amount": amount(int64(10000+i*125), 2), "exchange_rate": amount(72500, 2), "account_date": "2026-05-01 00:00:00",
			"product_list": []any{map[string]any{
				"unique_id": s.newID(), "product_id": first.id, "sku_id": objects(first.row["sku_items"])[0]["sku_id"], "count": 10,
				"unit_price": amount(int64(1000+i), 2), "cost_amount": 0, "other_cost": 0,
			}},
		})
	}
	s.users = []Row{
		{"user_id": "11858711", "email": "boss@example.com", "nickname": "boss", "full_name": "王经理", "enable_flag": "1", "department_id": 0, "department_name": "我的企业"},
		{"user_id": "11858712", "email": "sales@example.com", "nickname": "sales", "full_name": "李销售", "enable_flag": "1", "department_id": 148, "department_name": "外贸部"},
		{"user_id": "11858713", "email": "gone@example.com", "nickname": "gone", "full_name": "离职", "enable_flag": "0", "department_id": 148},
	}
	s.depts = []Row{
		{"id": "0", "layer": 0, "name": "我的企业", "parent_id": "", "parent_name": ""},
		{"id": "148", "layer": 1, "name": "外贸部", "parent_id": "0", "parent_name": "我的企业"},
	}
}
