package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const purchasesMethod = "purchase.PurchaseOrder.queryWithDetail"

// PurchaseOrder is a purchase order (采购单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type PurchaseOrder struct {
	ID            int64                 `json:"purchase_id"`
	No            string                `json:"purchase_no"` // the key (采购单号)
	Status        PurchaseStatus        `json:"status"`
	StockinStatus PurchaseStockinStatus `json:"stockin_status"`

	SettleStatus   int64 `json:"settle_status"`
	FlagID         int64 `json:"flag_id"`
	PayType        int64 `json:"pay_type"`         // 1 now, 2 on arrival
	PostagePayType int64 `json:"postfee_pay_type"` // 0 none, 1 now, 2 on arrival, 3 free
	GoodsTypeCount int64 `json:"goods_type_count"` // different goods

	ProviderNo    string `json:"provider_no"`
	ProviderName  string `json:"provider_name"`
	WarehouseName string `json:"warehouse_name"`
	WarehouseNo   string `json:"warehouse_no"`
	ProviderID    int64  `json:"provider_id"`
	WarehouseID   int64  `json:"warehouse_id"`

	LogisticsName string        `json:"logistics_name"`
	LogisticsNo   string        `json:"logistics_no"`
	LogisticsType LogisticsType `json:"logistics_type"`
	LogisticsID   int64         `json:"logistics_id"`

	GoodsCount        duijie.Decimal `json:"goods_count"`         // pieces
	GoodsArriveCount  duijie.Decimal `json:"goods_arrive_count"`  // pieces that arrived
	GoodsStockinCount duijie.Decimal `json:"goods_stockin_count"` // pieces that came in

	GoodsFee duijie.Decimal `json:"goods_fee"` // of the goods
	Postage  duijie.Decimal `json:"post_fee"`
	OtherFee duijie.Decimal `json:"other_fee"`
	TotalFee duijie.Decimal `json:"total_fee"` // of all
	TaxFee   duijie.Decimal `json:"tax_fee"`

	ExpectArriveTime duijie.Time `json:"expect_arrive_time"`
	CheckTime        duijie.Time `json:"check_time"` // approved
	Created          duijie.Time `json:"created"`
	Modified         duijie.Time `json:"modified"` // last change

	CreatorName              string `json:"creator_name"`
	PurchaserName            string `json:"purchaser_name"` // employee who buys (采购员)
	CheckOperatorName        string `json:"check_operator_name"`
	FinanceCheckOperatorName string `json:"facheck_operator_name"`
	FlagName                 string `json:"flag_name"` // coloured flag (标旗)
	Remark                   string `json:"remark"`

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`
	Prop3 string `json:"prop3"`
	Prop4 string `json:"prop4"`

	Lines []PurchaseOrderLine `json:"detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (p *PurchaseOrder) UnmarshalJSON(b []byte) error { return decodeRow(b, p) }

// MarshalJSON writes the purchase order with the members only Raw has.
func (p PurchaseOrder) MarshalJSON() ([]byte, error) { return encodeRow(p) }

// Key is purchase_no; an order without one is known as "purchase_id:" and its number.
func (p PurchaseOrder) Key() string { return keyOr(p.No, "purchase_id", p.ID) }

func (p PurchaseOrder) version() int64 { return unixMilli(p.Modified) }

// PurchaseOrderLine is one line of a [PurchaseOrder].
type PurchaseOrderLine struct {
	ID              int64  `json:"rec_id"` // number of the row
	PurchaseID      int64  `json:"purchase_id"`
	SpecNo          string `json:"spec_no"`           // SKU, merchant code (商家编码)
	ProviderGoodsNo string `json:"provider_goods_no"` // the supplier's number

	SpecID int64 `json:"spec_id"` // SKU id

	GoodsNo          string `json:"goods_no"` // goods, SPU (货品编号)
	GoodsName        string `json:"goods_name"`
	ShortName        string `json:"short_name"`
	SpecRemark       string `json:"spec_remark"`
	SpecCode         string `json:"spec_code"`
	SpecName         string `json:"spec_name"`
	Barcode          string `json:"barcode"`
	BrandName        string `json:"brand_name"`
	ImgURL           string `json:"img_url"`
	PurchaseUnitName string `json:"purchase_unit_name"`
	BaseUnitName     string `json:"base_unit_name"`
	BatchNo          string `json:"batch_no"`

	Num           duijie.Decimal `json:"num"`  // pieces ordered
	Num2          duijie.Decimal `json:"num2"` // in the purchase unit
	ConfirmNum    duijie.Decimal `json:"confirm_num"`
	ArriveNum     duijie.Decimal `json:"arrive_num"` // arrived, not yet in stock
	SettleNum     duijie.Decimal `json:"settle_num"` // settled
	ArriveMoreNum duijie.Decimal `json:"arrive_more_num"`
	StockinNum    duijie.Decimal `json:"stockin_num"` // came in
	StopWaitNum   duijie.Decimal `json:"stopwait_num"`
	LackNum       duijie.Decimal `json:"lack_num"`   // missing
	UnitRatio     duijie.Decimal `json:"unit_ratio"` // auxiliary unit to base unit
	Weight        duijie.Decimal `json:"weight"`     // kg

	RetailPrice   duijie.Decimal `json:"retail_price"`
	StockinAmount duijie.Decimal `json:"stockin_amount"`
	Price         duijie.Decimal `json:"price"`     // per piece, without tax
	AuxPrice      duijie.Decimal `json:"aux_price"` // per purchase unit
	Discount      duijie.Decimal `json:"discount"`  // rate
	TaxRate       duijie.Decimal `json:"tax_rate"`
	TaxPrice      duijie.Decimal `json:"tax_price"`  // per piece, with tax
	TaxAmount     duijie.Decimal `json:"tax_amount"` // with tax
	DiscountPrice duijie.Decimal `json:"dis_price"`  // after discount
	Amount        duijie.Decimal `json:"amount"`     // without tax
	AuxAmount     duijie.Decimal `json:"aux_amount"`
	PurchasePrice duijie.Decimal `json:"purchase_price"`

	ExpireDate duijie.Time `json:"expire_date"` // end of shelf life
	Modified   duijie.Time `json:"modified"`    // last change
	Created    duijie.Time `json:"created"`

	Remark string `json:"remark"`

	Prop1      string `json:"prop1"`
	Prop2      string `json:"prop2"`
	Prop3      string `json:"prop3"`
	Prop4      string `json:"prop4"`
	GoodsProp1 string `json:"gs_prop1"`
	GoodsProp2 string `json:"gs_prop2"`
	GoodsProp3 string `json:"gs_prop3"`
	GoodsProp4 string `json:"gs_prop4"`
	GoodsProp5 string `json:"gs_prop5"`
	GoodsProp6 string `json:"gs_prop6"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// PurchaseOrderQuery selects purchase orders: by a window of times, or by No, which
// needs none.
type PurchaseOrderQuery struct {
	No                 string                 // purchase_no (采购单号)
	ProviderNo         string                 // provider_no, supplier
	ExpectWarehouseNo  string                 // expect_warehouse_no, where it is to go
	ReceiveWarehouseNo string                 // receive_warehouse_no
	Status             []PurchaseStatus       // status, any of them; none: all
	StockinStatus      *PurchaseStockinStatus // stockin_status; nil: all
	Fuzzy              *bool                  // fuzzy_query; fails where more than one row matches
	From, To           time.Time              // start_time and end_time, the last change; any length
	PageSize           int                    // rows per call; 0 takes 200, at most 1000
	Cursor             string                 // Next of a page List gave
}

func (q PurchaseOrderQuery) list() selection {
	f := filter{}
	f.text("purchase_no", q.No).text("provider_no", q.ProviderNo).text("expect_warehouse_no", q.ExpectWarehouseNo).text("receive_warehouse_no", q.ReceiveWarehouseNo)
	f.flag("fuzzy_query", q.Fuzzy)
	join(f, "status", q.Status)
	put(f, "stockin_status", q.StockinStatus)
	return selection{
		method: purchasesMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, byNumber: q.No != "",
	}
}
