package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const purchaseStockinsMethod = "wms.stockin.Purchase.queryWithDetail"

// PurchaseStockin is the stock-in of a purchase (采购入库单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type PurchaseStockin struct {
	ID         int64         `json:"stockin_id"`
	No         string        `json:"order_no"` // the key (入库单号)
	Status     StockinStatus `json:"status"`
	PurchaseID int64         `json:"purchase_id"`
	PurchaseNo string        `json:"purchase_no"` // purchase order (采购单号)

	WarehouseNo  string `json:"warehouse_no"`
	ProviderNo   string `json:"provider_no"`
	ProviderName string `json:"provider_name"`

	LogisticsTypeName string `json:"logistics_type_name"`
	LogisticsNo       string `json:"logistics_no"`
	LogisticsName     string `json:"logistics_name"`

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces

	TotalPrice        duijie.Decimal `json:"total_price"`
	TaxAmount         duijie.Decimal `json:"tax_amount"`   // with tax
	GoodsAmount       duijie.Decimal `json:"goods_amount"` // goods total before discount
	TotalStockinPrice duijie.Decimal `json:"total_stockin_price"`

	Modified  duijie.Time `json:"modified"` // last change
	Created   duijie.Time `json:"created_time"`
	CheckTime duijie.Time `json:"check_time"` // approved

	Remark       string `json:"remark"`
	FlagName     string `json:"flag_name"` // coloured flag (标旗)
	OperatorName string `json:"operator_name"`
	SeqNo        string `json:"seq_no"`

	Lines []PurchaseStockinLine `json:"details_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *PurchaseStockin) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock-in with the members only Raw has.
func (s PurchaseStockin) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is order_no; a stock-in without one is known as "stockin_id:" and its number.
func (s PurchaseStockin) Key() string { return keyOr(s.No, "stockin_id", s.ID) }

func (s PurchaseStockin) version() int64 { return unixMilli(s.Modified) }

// PurchaseStockinLine is one line of a [PurchaseStockin].
type PurchaseStockinLine struct {
	ID     int64  `json:"rec_id"`  // number of the row
	SpecNo string `json:"spec_no"` // SKU, merchant code (商家编码)

	Defect bool `json:"defect"` // damaged goods (残品)

	GoodsName        string `json:"goods_name"`
	GoodsNo          string `json:"goods_no"` // goods, SPU (货品编号)
	SpecCode         string `json:"spec_code"`
	SpecName         string `json:"spec_name"`
	BrandName        string `json:"brand_name"`
	UnitName         string `json:"unit_name"`
	BatchNo          string `json:"batch_no"`
	PositionNo       string `json:"position_no"` // shelf
	PurchaseUnitName string `json:"purchase_unit_name"`

	Num       duijie.Decimal `json:"num"`        // pieces
	UnitRatio duijie.Decimal `json:"unit_ratio"` // auxiliary unit to base unit

	Discount     duijie.Decimal `json:"discount"`   // rate
	CostPrice    duijie.Decimal `json:"cost_price"` // cost per piece
	SrcPrice     duijie.Decimal `json:"src_price"`  // per piece, before discount
	TaxPrice     duijie.Decimal `json:"tax_price"`  // per piece, with tax
	TaxAmount    duijie.Decimal `json:"tax_amount"` // with tax
	Tax          duijie.Decimal `json:"tax"`
	TotalCost    duijie.Decimal `json:"total_cost"`
	StockinPrice duijie.Decimal `json:"stockin_price"` // per piece

	ExpireDate     duijie.Time `json:"expire_date"` // end of shelf life
	ProductionDate duijie.Time `json:"production_date"`

	Remark string `json:"remark"`

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`
	Prop3 string `json:"prop3"`
	Prop4 string `json:"prop4"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// PurchaseStockinQuery selects purchase stock-ins. From and To are required.
type PurchaseStockinQuery struct {
	No          string          // stockin_no (入库单号)
	PurchaseNo  string          // purchase_no (采购单号)
	WarehouseNo string          // warehouse_no
	Status      []StockinStatus // status, any of them; none: all
	From, To    time.Time       // start_time and end_time, the last change; any length
	PageSize    int             // rows per call; 0 takes 200, at most 1000
	Cursor      string          // Next of a page List gave
}

func (q PurchaseStockinQuery) list() selection {
	f := filter{}
	f.text("stockin_no", q.No).text("purchase_no", q.PurchaseNo).text("warehouse_no", q.WarehouseNo)
	join(f, "status", q.Status)
	return selection{
		method: purchaseStockinsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To,
	}
}

// PurchaseStockinService reads purchase stock-ins (采购入库单; 采购入库单查询,
// wms.stockin.Purchase.queryWithDetail) by windows of their modification time, 30 days
// at most each.
type PurchaseStockinService = WindowService[PurchaseStockin, PurchaseStockinQuery]
