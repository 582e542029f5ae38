package jdy

import (
	"context"
	"fmt"
	"iter"
	"net/http"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const (
	inventoryPath      = "/jdy/v2/scm/inventory"
	warehouseStockPath = "/jdy/v2/scm/inventory_stock"
	stockChangePath    = "/jdy/v2/inv/inv_synchronous"

	// MaxStockChanges is how many ids one call of Changes may name.
	MaxStockChanges = 100
)

// InventoryService reads stock (库存).
//
// Parameters for Filter of the [Query]: material_ids, material_numbers, stock_ids,
// stock_numbers, sp_ids, sp_numbers, aux_prop_ids, aux_prop_numbers, point_date
// (yyyy-MM-dd), include_batch_kf_period and include_package.
type InventoryService struct{ client *Client }

func (s *InventoryService) lister(q Query, opts []duijie.CallOption) lister {
	return newLister(s.client, operationOf(http.MethodGet, inventoryPath), q, opts)
}

// List reads one page of balances (商品库存列表); its Next leads on. Effect: read.
func (s *InventoryService) List(ctx context.Context, q Query, opts ...duijie.CallOption) (*duijie.Page[InventoryRow], error) {
	return listPage[InventoryRow](ctx, s.lister(q, opts))
}

// Pages reads all balances page by page, with the guarantee of [QueryPages]. Rows
// have no ids: two that are alike on different pages count as the same.
// Effect: read.
func (s *InventoryService) Pages(ctx context.Context, q Query, opts ...duijie.CallOption) duijie.Pages[InventoryRow] {
	return walkPages[InventoryRow](ctx, s.lister(q, opts))
}

// All reads all balances row by row, as Pages does. Effect: read.
func (s *InventoryService) All(ctx context.Context, q Query, opts ...duijie.CallOption) iter.Seq2[InventoryRow, error] {
	return flatten(s.Pages(ctx, q, opts...))
}

// Source makes a source of balances for a pipeline, by their [InventoryRow.Key]:
// what was modified since the last run; see [NewSource]. Give no filter that makes
// the platform add rows up over more than the key tells.
func (s *InventoryService) Source(q Query, cfg SourceConfig[InventoryRow]) (duijiesync.Source[InventoryRow], error) {
	if cfg.Key == nil {
		cfg.Key = InventoryRow.Key
	}
	return newSource(s.lister(q, nil), cfg, "")
}

// Key is what a balance is of: material, attributes, warehouse, bin, batch and
// date of production, by ids. No two balances have the same.
func (r InventoryRow) Key() string {
	return fmt.Sprintf("%s|%s|%s|%s|%q|%s", r.MaterialID, r.AuxPropID, r.StockID, r.SPID, r.BatchNo, dayOf(r.ProducedOn))
}

func dayOf(t duijie.Time) string {
	if t.IsZero() {
		return ""
	}
	return day(t.Time)
}

// WarehouseStockQuery asks for the stock of one material.
type WarehouseStockQuery struct {
	MaterialID string // required
	AuxPropID  string // one combination of auxiliary attributes; "" = all
	Bins       bool   // a row for each bin (仓位) too
	Empty      bool   // warehouses without stock too
}

// ByWarehouse reads the stock of one material in each warehouse
// (商品仓库库存查询, GET /jdy/v2/scm/inventory_stock). Effect: read.
func (s *InventoryService) ByWarehouse(ctx context.Context, q WarehouseStockQuery, opts ...duijie.CallOption) ([]WarehouseStockRow, error) {
	if q.MaterialID == "" {
		return nil, invalid(warehouseStockPath, "MaterialID is needed")
	}
	f := Filter{"material_id": q.MaterialID}
	if q.AuxPropID != "" {
		f["aux_prop_id"] = q.AuxPropID
	}
	if q.Bins {
		f["is_show_stock_position"] = true
	}
	if q.Empty {
		f["is_show_zero_im_qty"] = true
	}
	return rowsOf[WarehouseStockRow](ctx, s.client, warehouseStockPath, f, opts)
}

// Changes reads balances by the ids a subscription to changes of stock delivered
// (库存同步列表, GET /jdy/v2/inv/inv_synchronous), with what is reserved and on its
// way. Effect: read. Limit: 100 ids a call.
func (s *InventoryService) Changes(ctx context.Context, ids []string, opts ...duijie.CallOption) ([]StockChangeRow, error) {
	switch {
	case len(ids) == 0:
		return nil, invalid(stockChangePath, "no id is given")
	case len(ids) > MaxStockChanges:
		return nil, invalid(stockChangePath, fmt.Sprintf("%d ids, the platform takes %d", len(ids), MaxStockChanges))
	}
	return rowsOf[StockChangeRow](ctx, s.client, stockChangePath, Filter{"ids": ids}, opts)
}

// rowsOf reads a list that comes in one answer.
func rowsOf[T any](ctx context.Context, c *Client, path string, f Filter, opts []duijie.CallOption) ([]T, error) {
	var out struct {
		Rows []T `json:"rows"`
	}
	err := c.Call(ctx, "GET "+path, f, nil, &out, opts...)
	return out.Rows, err
}
