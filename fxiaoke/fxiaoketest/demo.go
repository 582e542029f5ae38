package fxiaoketest

import (
	"fmt"
	"time"
)

// The custom object of flow 4, with how many records [WithDemo] makes of it.
const (
	DemoObject  = "object_inventory_report__c"
	DemoRecords = 260
)

// seedBasics fills what every tenant has.
func (s *Server) seedBasics() {
	s.objects = presets()
	s.users = []User{
		{ID: s.employeeID, OpenID: s.openUserID, Name: "管理员", Mobile: "13800000000", Email: "admin@example.com", Number: "1", Departments: []int64{1000}},
		{ID: "1001", OpenID: "FSUID_00000000000000000000000000001001", Name: "李雷", Mobile: "13800000001", Number: "2", Departments: []int64{1001}},
		{ID: "1002", OpenID: "FSUID_00000000000000000000000000001002", Name: "韩梅梅", Mobile: "13800000002", Number: "3", Departments: []int64{1001}, Stopped: true},
	}
	s.depts = []Department{{ID: 999999, Name: "全公司"}, {ID: 1000, Parent: 999999, Name: "信息部"}, {ID: 1001, Parent: 999999, Name: "销售部"}}
}

// seedDemo fills the fake: records changed one a minute until ten minutes ago, and two of
// them in one millisecond.
func (s *Server) seedDemo() {
	o := &object{Object: Object{Name: DemoObject, Label: "仓库档案", Fields: []Field{
		{Name: "code__c", Label: "仓库编码", Type: "text", Unique: true}, {Name: "city__c", Label: "城市", Type: "text"},
		{Name: "total_capacity__c", Label: "总容量", Type: "number"}, {Name: "current_stock__c", Label: "当前库存", Type: "number"},
		{Name: "opened__c", Label: "启用日期", Type: "date"}, {Name: "note__c", Label: "备注", Type: "long_text"},
	}}}
	s.objects = append(s.objects, o)
	cities := []string{"上海", "广州", "成都", "沈阳"}
	last := s.clock().Add(-10 * time.Minute).Truncate(time.Second)
	for i := range DemoRecords {
		at := last.Add(-time.Duration(DemoRecords-1-i/2*2) * time.Minute).UnixMilli()
		r := Row{
			"name": fmt.Sprintf("示例仓库 %03d", i+1), "code__c": fmt.Sprintf("WH%03d", i+1), "city__c": cities[i%len(cities)],
			"total_capacity__c": fmt.Sprintf("%d.50", 1000+i*10), "current_stock__c": fmt.Sprintf("%d.%02d", 400+i*3, i%100),
			"opened__c": int64(1767196800000) + int64(i)*86400000, "create_time": at, "last_modified_time": at,
		}
		if i%9 == 4 {
			delete(r, "city__c")
		}
		s.add(o, r, s.employeeID)
	}
	for i := range 40 {
		id := s.add(s.object("AccountObj"), Row{"name": fmt.Sprintf("示例客户 %02d", i+1), "account_no": fmt.Sprintf("A%04d", i+1)}, s.employeeID).id
		s.add(s.object("ContactObj"), Row{"name": fmt.Sprintf("联系人 %02d", i+1), "account_id": id, "mobile1": fmt.Sprintf("139%08d", i)}, s.employeeID)
		s.add(s.object("ProductObj"), Row{"name": fmt.Sprintf("示例产品 %02d", i+1), "product_code": fmt.Sprintf("P%04d", i+1), "price": fmt.Sprintf("%d.90", 9+i)}, s.employeeID)
	}
}
