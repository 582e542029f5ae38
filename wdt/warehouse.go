package wdt

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
)

const warehouseMethod = "setting.Warehouse.queryWarehouse"

// Warehouse is a warehouse (仓库) of the seller. A member the platform left out
// is zero; members this struct does not know stay in Raw and come back when it
// is encoded.
type Warehouse struct {
	ID       int64  `json:"warehouse_id"`
	No       string `json:"warehouse_no"` // the key (仓库编号)
	Name     string `json:"name"`
	Type     int64  `json:"type"` // 1 normal, 2 self-flow, 3 platform, 4 JD, 6 Douyin cloud, 125 drop ship, 126 distribution
	SubType  int64  `json:"sub_type"`
	Disabled bool   `json:"is_disabled"`

	Created  duijie.Time `json:"created"`
	Modified duijie.Time `json:"modified"`

	Province string `json:"province"`
	City     string `json:"city"`
	District string `json:"district"`
	Address  string `json:"address"`
	Zip      string `json:"zip"`
	Contact  string `json:"contact"`
	Telno    string `json:"telno"`
	Mobile   string `json:"mobile"`
	Remark   string `json:"remark"`

	PurchaseContact string `json:"purchase_contact"`
	PurchaseTelno   string `json:"purchase_telno"`
	PurchaseAddress string `json:"purchase_address"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (w *Warehouse) UnmarshalJSON(b []byte) error { return decodeRow(b, w) }

// MarshalJSON writes the warehouse with the members only Raw has.
func (w Warehouse) MarshalJSON() ([]byte, error) { return encodeRow(w) }

// Key is warehouse_no, which the platform keeps unique; a warehouse without one
// is known as "warehouse_id:" and its number.
func (w Warehouse) Key() string {
	switch {
	case w.No != "":
		return w.No
	case w.ID != 0:
		return "warehouse_id:" + strconv.FormatInt(w.ID, 10)
	}
	return ""
}

func (w Warehouse) version() int64 { return unixMilli(w.Modified) }

// WarehouseQuery selects warehouses. The zero value selects all.
type WarehouseQuery struct {
	No       string    // warehouse_no
	Name     string    // warehouse_name
	Type     *int      // type
	SubType  *int      // sub_type
	From, To time.Time // modified between the two; both or neither
	PageSize int       // rows per call; 0 = 200, at most 1000
	Cursor   string    // Next of a page List gave
}

func (q WarehouseQuery) list() selection {
	f := filter{}.text("warehouse_no", q.No).text("warehouse_name", q.Name).int("type", q.Type).int("sub_type", q.SubType)
	f.time("start_time", q.From).time("end_time", q.To)
	return selection{method: warehouseMethod, params: f, size: q.PageSize, cursor: q.Cursor}
}

// WarehouseService reads the seller's warehouses (仓库; 查询仓库,
// setting.Warehouse.queryWarehouse).
type WarehouseService = ListService[Warehouse, WarehouseQuery]

// WarehouseSource reads the seller's warehouses; see [NewListScan].
type WarehouseSource = ScanSource[Warehouse]
