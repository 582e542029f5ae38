package wdt

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
)

const apiGoodsMethod = "goods.ApiGoods.search"

// APIGoods is a listing of a shop (平台货品) and the SKU or bundle it is matched to.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type APIGoods struct {
	ID          int64  `json:"rec_id"`   // the key
	GoodsID     string `json:"goods_id"` // the platform's item
	SpecID      string `json:"spec_id"`  // the platform's SKU
	GoodsName   string `json:"goods_name"`
	SpecName    string `json:"spec_name"`
	OuterID     string `json:"outer_id"`      // merchant code on the item
	SpecOuterID string `json:"spec_outer_id"` // merchant code on the SKU

	Deleted           int64          `json:"is_deleted"` // 0: there
	Status            APIGoodsStatus `json:"status"`
	AutoMatch         int64          `json:"is_auto_match"`
	MatchTargetType   int64          `json:"match_target_type"` // 0 none, 1 SKU, 2 bundle
	HoldStockType     int64          `json:"hold_stock_type"`
	MatchTargetID     int64          `json:"match_target_id"`
	SyncDisabledUntil int64          `json:"disable_syn_until"`
	BrandID           int64          `json:"brand_id"`
	StockChangeCount  int64          `json:"stock_change_count"` // change counter
	FlagID            int64          `json:"flag_id"`
	AutoListing       bool           `json:"is_auto_listing"`
	AutoDelisting     bool           `json:"is_auto_delisting"`
	SyncDisabled      bool           `json:"is_disable_syn"`

	ShopNo     string   `json:"shop_no"`
	ShopName   string   `json:"shop_name"`
	ShopID     int64    `json:"shop_id"`
	PlatformID Platform `json:"platform_id"`

	Barcode           string `json:"barcode"`
	SpecCode          string `json:"spec_code"`
	SpecSKUProperties string `json:"spec_sku_properties"`
	GoodsNo           string `json:"goods_no"`

	StockNum    duijie.Decimal `json:"stock_num"`    // stock on the platform
	HoldStock   duijie.Decimal `json:"hold_stock"`   // held back
	LastSyncNum duijie.Decimal `json:"last_syn_num"` // what was sent last

	Price duijie.Decimal `json:"price"` // per piece, before discounts

	Modified     duijie.Time `json:"modified"` // last change
	Created      duijie.Time `json:"created"`
	DelistTime   duijie.Time `json:"delist_time"`
	LastSyncTime duijie.Time `json:"last_syn_time"`
	ListTime     duijie.Time `json:"list_time"`

	MerchantNo     string `json:"merchant_no"` // SKU or bundle code it is matched to
	MerchantName   string `json:"merchant_name"`
	MerchantCode   string `json:"merchant_code"`
	CID            string `json:"cid"`
	MatchCode      string `json:"match_code"`
	DisabledReason string `json:"disabled_reason"`
	PicURL         string `json:"pic_url"`
	FlagName       string `json:"flag_name"` // coloured flag (标旗)

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (g *APIGoods) UnmarshalJSON(b []byte) error { return decodeRow(b, g) }

// MarshalJSON writes the listing with the members only Raw has.
func (g APIGoods) MarshalJSON() ([]byte, error) { return encodeRow(g) }

// Key is rec_id; a listing without one is known by shop, goods and SKU of the
// platform.
func (g APIGoods) Key() string {
	if g.ID != 0 {
		return strconv.FormatInt(g.ID, 10)
	}
	return joinKey(g.ShopNo, g.GoodsID, g.SpecID)
}

func (g APIGoods) version() int64 { return unixMilli(g.Modified) }

// APIGoodsQuery selects listings. From and To are required.
type APIGoodsQuery struct {
	ShopNo   string    // shop_no
	GoodsID  string    // goods_id of the platform
	SpecID   string    // spec_id of the platform
	From, To time.Time // start_time and end_time, the last change; any length
	PageSize int       // rows per call; 0 takes 200, at most 1000
	Cursor   string    // Next of a page List gave
}

func (q APIGoodsQuery) list() selection {
	f := filter{}
	f.text("shop_no", q.ShopNo).text("goods_id", q.GoodsID).text("spec_id", q.SpecID)
	return selection{
		method: apiGoodsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To,
	}
}

// APIGoodsService reads listings (平台货品; 查询平台货品, goods.ApiGoods.search) by windows of
// their modification time, 30 days at most each.
//
// Direct never returns rows of the Taobao family, Pinduoduo and system supply: use
// Qimen for them; Pinduoduo's come from Pinduoduo alone.
type APIGoodsService = WindowService[APIGoods, APIGoodsQuery]
