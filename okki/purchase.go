package okki

import (
	"context"
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// PurchaseOrder is a purchase order, in the list as well as whole (采购订单, scope
// purchaseOrder). Rows of the list have no lines. What stands beside the data of
// purchaseOrder/info (attachments) is in Answer.Whole of [Client.Call].
type PurchaseOrder struct {
	PurchaseOrderID    int64               `json:"purchase_order_id"`    // 0 = none
	PurchaseOrderNo    string              `json:"purchase_order_no"`    // number
	StatusInfo         IDName              `json:"status_info"`          // status
	InboundStatus      IDName              `json:"inbound_status_info"`  // how much has arrived
	PaymentStatus      IDName              `json:"payment_status_info"`  // how much is paid
	Supplier           SupplierRef         `json:"supplier_info"`        // the supplier
	Handlers           []User              `json:"handler_info"`         // who works on it
	PurchaseDate       duijie.Time         `json:"purchase_date"`        // day of the order
	DeliveryDate       duijie.Time         `json:"delivery_date"`        // when it is due
	Remark             string              `json:"remark"`               // free text
	Currency           string              `json:"currency"`             // of Amount; only of whole orders
	Amount             duijie.Decimal      `json:"amount"`               // in Currency
	AmountRMB          duijie.Decimal      `json:"amount_rmb"`           // in CNY
	AmountUSD          duijie.Decimal      `json:"amount_usd"`           // in USD
	ExchangeRate       duijie.Decimal      `json:"exchange_rate"`        // CNY for 100 of Currency
	ExchangeRateUSD    duijie.Decimal      `json:"exchange_rate_usd"`    // USD for 100 of Currency
	ProductTotalAmount duijie.Decimal      `json:"product_total_amount"` // of the lines
	ProductTotalCount  duijie.Decimal      `json:"product_total_count"`  // pieces
	PaymentAmount      duijie.Decimal      `json:"payment_amount"`       // paid so far
	CreateTime         duijie.Time         `json:"create_time"`          // created
	UpdateTime         duijie.Time         `json:"update_time"`          // last changed
	Lines              []PurchaseOrderLine `json:"product_list"`         // its lines
	Raw                json.RawMessage     `json:"-"`                    // the record as it came, custom fields included
}

// SupplierRef names a supplier.
type SupplierRef struct {
	SupplierID int64  `json:"supplier_id"` // 0 = none
	SupplierNo string `json:"supplier_no"` // number
	Name       string `json:"name"`        // supplier name
}

// PurchaseOrderLine is a line of a purchase order.
type PurchaseOrderLine struct {
	LineID       int64           `json:"purchase_order_product_id"` // of the line: keep it and send it again
	ProductID    int64           `json:"product_id"`                // of the product library
	ProductNo    string          `json:"product_no"`                // number of the product
	ProductName  string          `json:"product_name"`              // name on the order
	SKUID        int64           `json:"sku_id"`                    // of the product library
	SKUCode      string          `json:"sku_code"`                  // number of the variant
	Count        duijie.Decimal  `json:"count"`                     // how many
	UnitPrice    duijie.Decimal  `json:"unit_price"`                // of one
	CostAmount   duijie.Decimal  `json:"cost_amount"`               // of the line
	ProductModel string          `json:"product_model"`             // model
	Unit         string          `json:"unit"`                      // unit of Count
	OrderNo      string          `json:"order_no"`                  // the sales order it is for
	ToInbound    duijie.Decimal  `json:"to_inbound_count"`          // still to arrive
	TaskInbound  duijie.Decimal  `json:"task_inbound_count"`        // arriving
	Raw          json.RawMessage `json:"-"`                         // the line as it came
}

// PurchaseOrderPush creates a purchase order, or edits the one of PurchaseOrderID
// (purchaseOrder/push).
type PurchaseOrderPush struct {
	PurchaseOrderID int64                   `json:"purchase_order_id"`                         // the order to edit; 0 creates
	SupplierID      int64                   `json:"supplier_id" okki:"need=purchase_order_id"` // the supplier, of a new one
	Currency        string                  `json:"currency" okki:"need=purchase_order_id"`    // of Amount, of a new one
	Amount          duijie.Decimal          `json:"amount" okki:"need=purchase_order_id"`      // in Currency, of a new one
	PurchaseOrderNo string                  `json:"purchase_order_no"`                         // number
	PurchaseDate    Date                    `json:"purchase_date"`                             // day of the order
	DeliveryDate    Date                    `json:"delivery_date"`                             // when it is due
	ExchangeRate    duijie.Decimal          `json:"exchange_rate"`                             // CNY for 100 of Currency
	ExchangeRateUSD duijie.Decimal          `json:"exchange_rate_usd"`                         // USD for 100 of Currency
	ReferOrderID    int64                   `json:"refer_order_id"`                            // the sales order it is for
	Handlers        []int64                 `json:"handler"`                                   // who works on it
	Status          int64                   `json:"status"`                                    // of purchaseOrder/fields/selector
	Costs           []OrderCost             `json:"cost_list"`                                 // additional costs
	Lines           []PurchaseOrderLinePush `json:"product_list"`                              // its lines
	Remark          string                  `json:"remark"`                                    // free text
	Attachments     []string                `json:"attachments"`                               // URLs
	Extra           duijie.Record           `json:"-"`                                         // further members and custom fields; they go before fields
}

// PurchaseOrderLinePush is a line of a purchase order that is pushed.
type PurchaseOrderLinePush struct {
	ProductID        int64          `json:"product_id" okki:"need"`    // of the product library
	SKUID            int64          `json:"sku_id" okki:"need"`        // of the product library
	Count            duijie.Decimal `json:"count" okki:"need"`         // how many
	UnitPrice        duijie.Decimal `json:"unit_price" okki:"need"`    // of one
	LineID           int64          `json:"purchase_order_product_id"` // the line to edit
	OrderID          int64          `json:"order_id"`                  // the sales order it is for
	InvoiceProductID int64          `json:"invoice_product_id"`        // and its line
	CostAmount       duijie.Decimal `json:"cost_amount"`               // of the line
	ProductRemark    string         `json:"product_remark"`            // free text
	Extra            duijie.Record  `json:"-"`                         // further members and custom fields
}

// SupplierService reads and pushes suppliers (供应商). The platform finds none by
// number; read them all, or by id.
type SupplierService struct {
	*Records[Supplier, Supplier, SupplierPush] // list, info, push, remove
}

// Supplier is a supplier, in the list as well as whole.
type Supplier struct {
	SupplierID   int64             `json:"supplier_id"`   // 0 = none
	SupplierNo   string            `json:"supplier_no"`   // number
	Name         string            `json:"name"`          // supplier name
	RateID       int64             `json:"rate_id"`       // rating
	Homepage     string            `json:"homepage"`      // web site
	Address      string            `json:"address"`       // postal address
	DeliveryDate int64             `json:"delivery_date"` // time of delivery, 1 to 5
	Remark       string            `json:"remark"`        // free text
	Contacts     []SupplierContact `json:"contact_list"`  // its contacts
	CreateTime   duijie.Time       `json:"create_time"`   // created
	UpdateTime   duijie.Time       `json:"update_time"`   // last changed
	Raw          json.RawMessage   `json:"-"`             // the record as it came, custom fields included
}

// SupplierContact is a person at a supplier.
type SupplierContact struct {
	ContactID int64           `json:"supplier_contact_id" alias:"supplier_conact_id"` // of the contact; lists spell it otherwise
	Name      string          `json:"contact_name"`                                   // full name
	Main      bool            `json:"main"`                                           // the main contact
	Phone     json.RawMessage `json:"phone"`                                          // as it came
	Email     string          `json:"email"`                                          // e-mail
	Raw       json.RawMessage `json:"-"`                                              // the contact as it came
}

// SupplierPush creates a supplier, or edits the one of SupplierID (supplier/push).
type SupplierPush struct {
	Name       string                `json:"name" okki:"need"` // supplier name
	SupplierID int64                 `json:"supplier_id"`      // the supplier to edit; 0 creates
	SupplierNo string                `json:"supplier_no"`      // number
	Homepage   string                `json:"homepage"`         // web site
	Address    string                `json:"address"`          // postal address
	Remark     string                `json:"remark"`           // free text
	Contacts   []SupplierContactPush `json:"contact_list"`     // its contacts
	Extra      duijie.Record         `json:"-"`                // further members and custom fields; they go before fields
}

// SupplierContactPush is a contact of a supplier that is pushed.
type SupplierContactPush struct {
	Name      string        `json:"contact_name" okki:"need"` // full name
	Phone     string        `json:"phone" okki:"need"`        // number
	Email     string        `json:"email" okki:"need"`        // e-mail
	Main      *bool         `json:"main"`                     // the main contact
	ContactID int64         `json:"supplier_contact_id"`      // the contact to edit; 0 adds one
	Extra     duijie.Record `json:"-"`                        // further members
}

// SupplierProduct says that a supplier has a product.
type SupplierProduct struct {
	ProductID   int64           `json:"product_id"`            // of the product library
	SKUID       int64           `json:"sku_id"`                // of the product library
	SupplierID  int64           `json:"supplier_id"`           // the supplier
	ProductNo   string          `json:"supplier_product_no"`   // the supplier's number for it
	ProductName string          `json:"supplier_product_name"` // the supplier's name for it
	Main        bool            `json:"main_supplier"`         // the main supplier of it
	Raw         json.RawMessage `json:"-"`                     // the row as it came
}

// Products reads which suppliers have which products (获取供应商产品列表), not paged.
// params: product_no, supplier_product_no, product_id, supplier_id,
// supplier_product_name, and suku_id, as the platform spells sku_id. Effect: read.
func (s *SupplierService) Products(ctx context.Context, params Params, opts ...duijie.CallOption) ([]SupplierProduct, error) {
	var out []SupplierProduct
	err := s.client.call(ctx, "GET", "/v1/supplierProduct/supplierProductRelationList", params, nil, &out, opts)
	return out, err
}
