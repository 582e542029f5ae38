package wdttest

import (
	"cmp"
	"encoding/json"
	"slices"
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
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range warehouses {
		s.warehouses = put(s.warehouses, o, now)
	}
}

func (o *Warehouse) key() (no string, id *int64, modified, created *time.Time) {
	return o.No, &o.ID, &o.Modified, &o.Created
}

// Warehouses returns the warehouses in answer order: modification time, then ID.
func (s *Server) Warehouses() []Warehouse {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.warehouses)
}

// queryWarehouses answers setting.Warehouse.queryWarehouse. Both ends of the
// times belong to the window.
func (s *Server) queryWarehouses(args []json.RawMessage, page Page) (any, error) {
	filter, ok := filterOf(args)
	if !ok {
		return nil, errMismatch
	}
	kind, byKind, okKind := intFilter(filter, "type")
	sub, bySub, okSub := intFilter(filter, "sub_type")
	if !okKind || !okSub {
		return nil, errMismatch
	}
	start, e := parseTime(filter["start_time"])
	if e != nil {
		return nil, e
	}
	end, e := parseTime(filter["end_time"])
	if e != nil {
		return nil, e
	}
	no, name := textOf(filter["warehouse_no"]), textOf(filter["warehouse_name"])
	return seededPage(s.Warehouses(), page, func(o Warehouse) bool {
		at := o.Modified.Truncate(time.Second)
		return (no == "" || o.No == no) && (name == "" || o.Name == name) &&
			(!byKind || int64(o.kind()) == kind) && (!bySub || int64(o.SubType) == sub) &&
			!at.Before(start) && (end.IsZero() || !at.After(end))
	}, Warehouse.row), nil
}

func (o Warehouse) kind() int { return cmp.Or(o.Type, 1) }

func (o Warehouse) row() row {
	return row{
		"warehouse_id": o.ID, "warehouse_no": o.No, "name": o.Name,
		"type": int64(o.kind()), "sub_type": int64(o.SubType), "is_disabled": o.Disabled,
		"province": o.Province, "city": o.City, "district": o.District, "address": o.Address,
		"contact": o.Contact, "mobile": o.Mobile, "telno": "", "zip": "", "remark": o.Remark,
		"purchase_contact": "", "purchase_telno": "", "purchase_address": "",
		"modified": millis(o.Modified), "created": text(o.Created),
	}
}
