package wdttest

import (
	"cmp"
	"time"
)

const warehouseMethod = "setting.Warehouse.queryWarehouse"

// Warehouse is a warehouse (仓库) of the seller.
type Warehouse struct {
	ID       int64  // warehouse_id; 0 gets the next free one
	No, Name string // warehouse_no (仓库编号), the key; name
	Type     int    // type: 1 normal, 2 self-flow, 3 platform, 4 JD, ...; 0 means 1
	SubType  int    // sub_type
	Disabled bool   // is_disabled (停用)

	Province, City, District, Address string // names, not codes
	Contact, Mobile, Remark           string

	Modified, Created time.Time // zero: now; modified is answered in milliseconds, created as text at +08:00
}

// PutWarehouse adds warehouses, or replaces those of the same No, with the same
// rules for ID and times as [Server.PutShop].
func (s *Server) PutWarehouse(warehouses ...Warehouse) {
	for _, o := range warehouses {
		s.Seed(warehouseMethod, o.row())
	}
}

// Warehouses returns the warehouses in answer order: modification time, then ID.
func (s *Server) Warehouses() []Warehouse {
	var warehouses []Warehouse
	for _, r := range s.Rows(warehouseMethod) {
		warehouses = append(warehouses, Warehouse{
			ID: r.int("warehouse_id"), No: r.text("warehouse_no"), Name: r.text("name"),
			Type: int(r.int("type")), SubType: int(r.int("sub_type")), Disabled: r.text("is_disabled") == "true",
			Province: r.text("province"), City: r.text("city"), District: r.text("district"), Address: r.text("address"),
			Contact: r.text("contact"), Mobile: r.text("mobile"), Remark: r.text("remark"),
			Modified: r.time("modified"), Created: r.time("created"),
		})
	}
	return warehouses
}

func (o Warehouse) row() Row {
	r := Row{
		"warehouse_no": o.No, "name": o.Name, "type": cmp.Or(o.Type, 1), "sub_type": o.SubType, "is_disabled": o.Disabled,
		"province": o.Province, "city": o.City, "district": o.District, "address": o.Address,
		"contact": o.Contact, "mobile": o.Mobile, "remark": o.Remark,
	}
	r.give("warehouse_id", o.ID)
	r.giveTime("modified", o.Modified)
	r.giveTime("created", o.Created)
	return r
}

// knowsWarehouse tells whether a warehouse exists; any does while none was put.
// The caller holds the lock.
func (s *Server) knowsWarehouse(no string) bool {
	b := s.bin(warehouseMethod)
	return len(b.rows) == 0 || b.byKey[no] != nil
}
