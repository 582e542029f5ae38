package okki

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/duijie-go/duijie"
)

// InventoryService reads and writes the stock of variants (库存, scopes product and
// warehouse).
type InventoryService struct{ client *Client }

// InventoryRow is the stock of a variant in a warehouse.
type InventoryRow struct {
	SKUID       int64           `json:"sku_id"`       // the variant
	SKUCode     string          `json:"sku_code"`     // its number
	ProductID   int64           `json:"product_id"`   // its product
	ProductNo   string          `json:"product_no"`   // the product's number
	WarehouseID int64           `json:"warehouse_id"` // where it lies
	Available   duijie.Decimal  `json:"enable_count"` // can be sold
	Physical    duijie.Decimal  `json:"real_count"`   // is there
	Unit        string          `json:"unit"`         // unit of both
	Disabled    bool            `json:"disable_flag"` // no longer on sale
	Raw         json.RawMessage `json:"-"`            // the row as it came
}

// Stock is what InventoryService.Set and Add write for a variant.
type Stock struct {
	SKUID       int64          `json:"sku_id" okki:"need"`       // the variant
	Available   duijie.Decimal `json:"enable_count" okki:"need"` // can be sold
	Physical    duijie.Decimal `json:"real_count"`               // is there
	WarehouseID int64          `json:"warehouse_id"`             // 0 = the default one
	Kind        int64          `json:"inventory_type"`           // set by Set (1) and Add (2)
}

// Warehouse is a warehouse (仓库).
type Warehouse struct {
	WarehouseID int64           `json:"warehouse_id"` // 0 = none
	WarehouseNo string          `json:"warehouse_no"` // number
	Name        string          `json:"name"`         // warehouse name
	Status      int64           `json:"status"`       // 1 on, 2 off
	Default     int64           `json:"default_flag"` // 1 the default one, 2 not
	Manager     string          `json:"manager"`      // who runs it
	Contact     string          `json:"contact"`      // how to reach them
	Address     string          `json:"address"`      // where it is
	Remark      string          `json:"remark"`       // free text
	Raw         json.RawMessage `json:"-"`            // the row as it came
}

const inventoryListPath = "/v1/product/inventory-list"

// All reads the stock of variants (库存查询). Many ids make long URLs: give some
// dozens at a time. Effect: read.
func (s *InventoryService) All(ctx context.Context, skuIDs []int64, opts ...duijie.CallOption) iter.Seq2[InventoryRow, error] {
	return QueryAs[InventoryRow](ctx, s.client, inventoryListPath, Query{Params: Params{"sku_id": skuIDs}}, opts...)
}

// Set sets the stock of variants (库存写入). Stock written here is for display: nothing
// can be shipped from it. Effect: idempotent, because the values are absolute.
func (s *InventoryService) Set(ctx context.Context, stock []Stock, opts ...duijie.CallOption) error {
	return s.push(ctx, stock, 1, append([]duijie.CallOption{duijie.WithEffect(duijie.EffectIdempotent)}, opts...))
}

// Add adds to the stock of variants (库存写入). Effect: write; a lost answer is
// duijie.ErrOutcomeUnknown: read the stock before adding again.
func (s *InventoryService) Add(ctx context.Context, stock []Stock, opts ...duijie.CallOption) error {
	return s.push(ctx, stock, 2, opts)
}

func (s *InventoryService) push(ctx context.Context, stock []Stock, kind int64, opts []duijie.CallOption) error {
	if len(stock) == 0 {
		return nil
	}
	body := make([]json.RawMessage, len(stock))
	for i, one := range stock {
		one.Kind = kind
		var err error
		if body[i], err = marshalModel(one); err != nil {
			return err
		}
	}
	return s.client.call(ctx, "POST", "/v1/product/push-inventory", nil, body, nil, opts)
}
