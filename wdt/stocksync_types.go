package wdt

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// SyncStock is the stock an own shop is to show for a listing, as the ERP computes it by
// its rules (库存同步).
type SyncStock struct {
	ID          int64  `json:"rec_id"`             // number of the listing (平台货品)
	GoodsID     string `json:"goods_id"`           // the shop's item
	SpecID      string `json:"spec_id"`            // the shop's SKU
	OuterID     string `json:"outer_id"`           // merchant code on the item
	SpecOuterID string `json:"spec_outer_id"`      // merchant code on the SKU
	Stock       int64  `json:"syn_stock"`          // what the shop is to show
	ChangeCount int64  `json:"stock_change_count"` // goes back unchanged

	Percent         int64          `json:"stock_syn_percent"` // of the stock that is shown
	MatchTargetID   int64          `json:"match_target_id"`
	MatchTargetType int64          `json:"match_target_type"` // 0 none, 1 SKU, 2 bundle
	Mask            int64          `json:"mask"`              // 1 sales figures, 2 cost, 3 both
	RuleID          int64          `json:"stock_syn_rule_id"`
	RuleMask        int64          `json:"stock_syn_mask"` // bits
	Status          APIGoodsStatus `json:"status"`
	AutoDelisting   bool           `json:"is_auto_delisting"`
	AutoListing     bool           `json:"is_auto_listing"`

	SubPlatformID int64    `json:"sub_platform_id"` // within the platform
	ShopID        int64    `json:"shop_id"`
	PlatformID    Platform `json:"platform_id"`

	Min      duijie.Decimal `json:"stock_syn_min"`
	StockNum duijie.Decimal `json:"stock_num"` // stock on hand
	Plus     duijie.Decimal `json:"stock_syn_plus"`
	LastNum  duijie.Decimal `json:"last_syn_num"` // what was shown last; -1: never
	Max      duijie.Decimal `json:"stock_syn_max"`

	ListTime   duijie.Time `json:"list_time"`
	LastTime   duijie.Time `json:"last_syn_time"`
	DelistTime duijie.Time `json:"delist_time"`

	MatchCode  string `json:"match_code"`           // SKU or bundle code it is matched to
	Warehouses string `json:"stock_syn_warehouses"` // numbers of warehouses, comma text
	ReserveS   string `json:"reserve_s"`
	RuleNo     string `json:"stock_syn_rule_no"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *SyncStock) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock with the members only Raw has.
func (s SyncStock) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// syncReport is what a shop did with a stock: sales.StockSync.syncSuccess and syncFail.
type syncReport struct {
	// Required.
	StockSynRuleNo     string         `json:"stock_syn_rule_no"` // rule code
	StockSynOther      string         `json:"stock_syn_other"`
	StockSynWarehouses string         `json:"stock_syn_warehouses"`
	SynResult          string         `json:"syn_result"`
	StockSynRuleID     int64          `json:"stock_syn_rule_id"`
	StockSynMask       int64          `json:"stock_syn_mask"`                  // method bits
	StockSynPercent    int64          `json:"stock_syn_percent"`               // sync percent
	SynStock           duijie.Decimal `json:"syn_stock" push:"as-is"`          // quantity to sync
	StockChangeCount   duijie.Decimal `json:"stock_change_count" push:"as-is"` // change counter
	StockSynPlus       duijie.Decimal `json:"stock_syn_plus" push:"as-is"`
	StockSynMin        duijie.Decimal `json:"stock_syn_min" push:"as-is"`
	StockSynMax        duijie.Decimal `json:"stock_syn_max" push:"as-is"`
	AutoListing        bool           `json:"is_auto_listing"`
	AutoDelisting      bool           `json:"is_auto_delisting"`
	SynSuccess         bool           `json:"is_syn_success"`
	Manual             bool           `json:"is_manual"`
}

// MarshalJSON writes what is set.
func (s syncReport) MarshalJSON() ([]byte, error) { return encodePush(s) }
