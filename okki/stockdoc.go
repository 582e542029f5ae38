package okki

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// StockDocument is what the documents of stock have in common.
type StockDocument struct {
	SerialID           string         `json:"serial_id"`              // number
	Type               int64          `json:"type"`                   // of inbound: 28 purchase, 29 other
	InvoiceTime        duijie.Time    `json:"warehouse_invoice_time"` // day of the document
	Status             int64          `json:"status"`                 // 1 waiting or draft, 2 done
	Remark             string         `json:"remark"`                 // free text
	Currency           string         `json:"currency"`               // of the amounts without another
	ExchangeRate       duijie.Decimal `json:"exchange_rate"`          // CNY for 100 of Currency
	ExchangeRateUSD    duijie.Decimal `json:"exchange_rate_usd"`      // USD for 100 of Currency
	ProductTotalAmount duijie.Decimal `json:"product_total_amount"`   // of the lines
	ProductTotalCount  duijie.Decimal `json:"product_total_count"`    // pieces
	WarehouseID        int64          `json:"invoice_warehouse_id"`   // the warehouse, where told
	Warehouse          WarehouseRef   `json:"invoice_warehouse_info"` // the same, with its name
	Handlers           []User         `json:"handler_info"`           // who works on it
	CreateTime         duijie.Time    `json:"create_time"`            // created
	UpdateTime         duijie.Time    `json:"update_time"`            // last changed
}

// WarehouseRef names a warehouse.
type WarehouseRef struct {
	WarehouseID int64  `json:"warehouse_id" alias:"id"` // 0 = none
	Name        string `json:"name"`                    // warehouse name
	WarehouseNo string `json:"warehouse_no"`            // number
}

// Outbound is a sales outbound, in the list as well as whole (销售出库单). Rows of the
// list have no lines; the list has no filter on orders.
type Outbound struct {
	OutboundID int64 `json:"outbound_invoice_id"` // 0 = none
	StockDocument
	SourceType int64           `json:"source_type"`  // 1 from purchase, 2 from stock
	Company    CompanyRef      `json:"company_info"` // the customer
	Lines      []OutboundLine  `json:"record_list"`  // its lines
	Raw        json.RawMessage `json:"-"`            // the record as it came, custom fields included
}

// OutboundLine is a line of a sales outbound.
type OutboundLine struct {
	RecordID      int64           `json:"outbound_record_id"` // of the line: keep it and send it again
	ProductID     int64           `json:"product_id"`         // of the product library
	SKUID         int64           `json:"sku_id"`             // of the product library
	Count         duijie.Decimal  `json:"outbound_count"`     // how many
	SalePrice     duijie.Decimal  `json:"sale_price"`         // of one
	WarehouseID   int64           `json:"warehouse_id"`       // where it is taken from
	OrderID       int64           `json:"order_id"`           // the order it is for
	OrderNo       string          `json:"order_no"`           // its number
	OrderRecordID int64           `json:"order_record_id"`    // the order's line, its unique_id
	Raw           json.RawMessage `json:"-"`                  // the line as it came
}

// OutboundPush creates a sales outbound, or edits the one of OutboundID
// (outbound/push). A SerialID that is taken edits that document and adds the lines to
// it: use Create, which looks first.
type OutboundPush struct {
	Handlers    []int64            `json:"handler" okki:"need"`     // who works on it
	Lines       []OutboundLinePush `json:"record_list" okki:"need"` // its lines
	OutboundID  int64              `json:"outbound_invoice_id"`     // the document to edit; 0 creates
	SerialID    string             `json:"serial_id"`               // number
	Status      int64              `json:"status"`                  // 1 waiting, 2 done
	SourceType  int64              `json:"source_type"`             // 1 from purchase, 2 from stock
	WarehouseID int64              `json:"invoice_warehouse_id"`    // the warehouse
	CompanyID   int64              `json:"company_id"`              // the customer
	Currency    string             `json:"currency"`                // of the prices
	Extra       duijie.Record      `json:"-"`                       // further members and custom fields; they go before fields
}

// OutboundLinePush is a line of a sales outbound that is pushed.
type OutboundLinePush struct {
	SKUID         int64          `json:"sku_id" okki:"need"`         // of the product library
	ProductID     int64          `json:"product_id" okki:"need"`     // of the product library
	Count         duijie.Decimal `json:"outbound_count" okki:"need"` // how many
	SalePrice     duijie.Decimal `json:"sale_price" okki:"need"`     // of one
	ProductUnit   string         `json:"product_unit" okki:"need"`   // unit of Count
	OrderID       int64          `json:"order_id"`                   // the order it is for
	OrderRecordID int64          `json:"order_record_id"`            // the order's line, its unique_id
	RecordID      int64          `json:"outbound_record_id"`         // the line to edit; 0 adds one
	Remove        *bool          `json:"remove"`                     // true deletes the line of RecordID
	Extra         duijie.Record  `json:"-"`                          // further members
}

// Inbound is a purchase inbound, in the list as well as whole (采购入库单). Rows of the
// list have no lines.
type Inbound struct {
	InboundID int64 `json:"inbound_invoice_id"` // 0 = none
	StockDocument
	SupplierID int64           `json:"supplier_id"`         // the supplier
	Supplier   SupplierRef     `json:"supplier_info"`       // the same, with its name
	Lines      []InboundLine   `json:"record_list"`         // its lines
	Custom     duijie.Record   `json:"external_field_data"` // custom fields by id
	Raw        json.RawMessage `json:"-"`                   // the record as it came
}

// InboundLine is a line of a purchase inbound.
type InboundLine struct {
	ProductID       int64           `json:"product_id"`                // of the product library
	SKUID           int64           `json:"sku_id"`                    // of the product library
	Count           duijie.Decimal  `json:"inbound_count"`             // how many
	PurchasePrice   duijie.Decimal  `json:"purchase_price"`            // of one
	PurchaseOrderID int64           `json:"purchase_order_id"`         // the purchase order it is of
	PurchaseLineID  int64           `json:"purchase_order_product_id"` // and its line
	Raw             json.RawMessage `json:"-"`                         // the line as it came
}

// InboundPush creates a purchase inbound, or edits the one of InboundID
// (purchaseInbound/push).
type InboundPush struct {
	SupplierID  int64             `json:"supplier_id" okki:"need"`          // the supplier
	Currency    string            `json:"currency" okki:"need"`             // of the prices
	Handlers    []int64           `json:"handler" okki:"need"`              // who works on it
	WarehouseID int64             `json:"invoice_warehouse_id" okki:"need"` // the warehouse
	Status      int64             `json:"status" okki:"need"`               // 1 draft, 2 done
	Lines       []InboundLinePush `json:"record_list" okki:"need"`          // its lines
	InboundID   int64             `json:"inbound_id"`                       // the document to edit; 0 creates
	SerialID    string            `json:"serial_id"`                        // number
	Remark      string            `json:"remark"`                           // free text
	Extra       duijie.Record     `json:"-"`                                // further members and custom fields; they go before fields
}

// InboundLinePush is a line of a purchase inbound that is pushed. Give the order and
// its line, or neither.
type InboundLinePush struct {
	ProductID       int64          `json:"product_id" okki:"need"`     // of the product library
	SKUID           int64          `json:"sku_id" okki:"need"`         // of the product library
	PurchasePrice   duijie.Decimal `json:"purchase_price" okki:"need"` // of one
	Count           duijie.Decimal `json:"inbound_count" okki:"need"`  // how many
	PurchaseOrderID int64          `json:"purchase_order_id"`          // the purchase order it is of
	PurchaseLineID  int64          `json:"purchase_order_product_id"`  // and its line
	Extra           duijie.Record  `json:"-"`                          // further members
}

// PurchaseReturn is a purchase return, in the list as well as whole (采购退货单).
type PurchaseReturn struct {
	ReturnID int64 `json:"warehouse_return_invoice_id"` // 0 = none
	StockDocument
	SupplierID int64           `json:"supplier_id"`         // the supplier
	Custom     duijie.Record   `json:"external_field_data"` // custom fields by id
	Raw        json.RawMessage `json:"-"`                   // the record as it came; its lines are there
}

// PurchaseReturnPush creates a purchase return, or edits the one of ReturnID
// (purchaseReturn/push). What it needs besides goes into Extra.
type PurchaseReturnPush struct {
	ReturnID    int64           `json:"warehouse_return_invoice_id"` // the document to edit; 0 creates
	SerialID    string          `json:"serial_id"`                   // number
	SupplierID  int64           `json:"supplier_id"`                 // the supplier
	Currency    string          `json:"currency"`                    // of the prices
	Handlers    []int64         `json:"handler"`                     // who works on it
	WarehouseID int64           `json:"invoice_warehouse_id"`        // the warehouse
	Status      int64           `json:"status"`                      // 1 draft, 2 done
	Lines       []duijie.Record `json:"record_list"`                 // its lines
	Extra       duijie.Record   `json:"-"`                           // further members and custom fields; they go before fields
}
