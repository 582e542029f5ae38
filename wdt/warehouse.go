package wdt

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
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
func (w *Warehouse) UnmarshalJSON(b []byte) error {
	type plain Warehouse
	*w = Warehouse{}
	if err := decodeRow(b, (*plain)(w)); err != nil {
		return err
	}
	w.Raw = slices.Clone(b)
	return nil
}

// MarshalJSON writes the warehouse with the members only Raw has.
func (w Warehouse) MarshalJSON() ([]byte, error) {
	type plain Warehouse
	return encodeRow(plain(w), w.Raw)
}

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

func (q WarehouseQuery) query() Query {
	params := map[string]any{}
	set := func(name, value string) {
		if value != "" {
			params[name] = value
		}
	}
	set("warehouse_no", q.No)
	set("warehouse_name", q.Name)
	if q.Type != nil {
		params["type"] = *q.Type
	}
	if q.SubType != nil {
		params["sub_type"] = *q.SubType
	}
	if !q.From.IsZero() {
		params["start_time"] = chinaTime(q.From)
	}
	if !q.To.IsZero() {
		params["end_time"] = chinaTime(q.To)
	}
	return Query{Params: params, Size: q.PageSize}
}

// WarehouseService reads the seller's warehouses (仓库).
type WarehouseService struct{ client *Client }

func (s *WarehouseService) lister(q WarehouseQuery, opts []duijie.CallOption) lister {
	return newLister(s.client, warehouseMethod, q.query(), opts)
}

func (s *WarehouseService) scan(q WarehouseQuery, opts []duijie.CallOption) *scan[Warehouse] {
	return &scan[Warehouse]{list: s.lister(q, opts), key: warehouseKey, version: warehouseVersion, complete: true}
}

func warehouseKey(w Warehouse, _ json.RawMessage) string { return w.Key() }
func warehouseVersion(w Warehouse) int64                 { return unixMilli(w.Modified) }

// List reads one page of warehouses (查询仓库, setting.Warehouse.queryWarehouse).
// Pages go from the last to the first and Next leads on; the page at the end is
// the last one once more, with what moved there meanwhile.
//
// Effect: read. Limit: 1 call a second over all methods. Warehouses the
// interface account may not see are left out silently.
func (s *WarehouseService) List(ctx context.Context, q WarehouseQuery, opts ...duijie.CallOption) (*duijie.Page[Warehouse], error) {
	return listPage[Warehouse](ctx, s.lister(q, opts), q.Cursor)
}

// Pages reads all warehouses (查询仓库, setting.Warehouse.queryWarehouse) page by
// page, with the guarantee of [ShopService.Pages].
//
// Effect: read. Limit: 1 call a second over all methods. Cursor is not used.
func (s *WarehouseService) Pages(ctx context.Context, q WarehouseQuery, opts ...duijie.CallOption) duijie.Pages[Warehouse] {
	return s.scan(q, opts).public(ctx)
}

// All reads all warehouses (查询仓库, setting.Warehouse.queryWarehouse), with the
// guarantee of [ShopService.Pages].
//
// Effect: read. Limit: 1 call a second over all methods. Cursor is not used.
func (s *WarehouseService) All(ctx context.Context, q WarehouseQuery, opts ...duijie.CallOption) iter.Seq2[Warehouse, error] {
	return s.scan(q, opts).values(ctx)
}
