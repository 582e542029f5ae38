package wdt

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

const (
	shipmentsMethod       = "sales.LogisticsSync.getSyncListExt"
	shipmentsUpdateMethod = "sales.LogisticsSync.update"
)

// Shipment is a shipment that an own shop has to be told of (物流同步). It stays in the
// list until it is acknowledged.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type Shipment struct {
	ID          int64  `json:"sync_id"` // sync task id
	TID         string `json:"tid"`     // source order (原始单号)
	OIDs        string `json:"oids"`    // lines of it that were shipped (子单号), comma text
	TradeID     int64  `json:"trade_id"`
	LogisticsNo string `json:"logistics_no"` // tracking number (物流单号)

	Part bool `json:"is_part_sync"` // shipped in several parcels: the others are rows of their own

	PlatformID Platform `json:"platform_id"`

	LogisticsCode string `json:"logistics_code"`
	LogisticsName string `json:"logistics_name"`

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces

	Created duijie.Time `json:"created"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *Shipment) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the shipment with the members only Raw has.
func (s Shipment) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is sync_id.
func (s Shipment) Key() string { return keyOr("", "sync_id", s.ID) }

func (s Shipment) version() int64 { return 0 }

// ShipmentQuery selects shipments of own shops to be reported.
type ShipmentQuery struct {
	ShopNo      string // shop_no
	TID         string // tid (原始单号)
	LogisticsNo string // logistics_no, tracking number
	Part        *int   // is_part_sync: 1 for orders shipped in several parcels; nil: all
	PageSize    int    // rows per call; 0 takes 200, at most 1000
	Cursor      string // Next of a page List gave
}

func (q ShipmentQuery) list() selection {
	f := filter{"is_own_platform": true}
	f.text("shop_no", q.ShopNo).text("tid", q.TID).text("logistics_no", q.LogisticsNo).int("is_part_sync", q.Part)
	return selection{method: shipmentsMethod, params: f, size: q.PageSize, cursor: q.Cursor}
}
