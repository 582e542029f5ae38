package okki

import (
	"context"
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// OrderService reads and pushes sales orders (销售订单, scope invoices).
type OrderService struct {
	*Records[OrderRow, Order, OrderPush] // list, info, push, remove
}

// OrderHead is what rows and whole orders have in common.
type OrderHead struct {
	OrderID            int64           `json:"order_id"`               // 0 = none
	OrderNo            string          `json:"order_no"`               // number
	Name               string          `json:"name"`                   // order name
	AccountDate        duijie.Time     `json:"account_date"`           // order date
	Currency           string          `json:"currency"`               // of the amounts without another
	ExchangeRate       duijie.Decimal  `json:"exchange_rate"`          // CNY for 100 of Currency
	ExchangeRateUSD    duijie.Decimal  `json:"exchange_rate_usd"`      // USD for 100 of Currency
	Amount             duijie.Decimal  `json:"amount"`                 // in Currency, additional costs included
	AmountRMB          duijie.Decimal  `json:"amount_rmb"`             // in CNY
	AmountUSD          duijie.Decimal  `json:"amount_usd"`             // in USD
	ProductTotalAmount duijie.Decimal  `json:"product_total_amount"`   // of the lines
	ProductTotalCount  duijie.Decimal  `json:"product_total_count"`    // pieces
	AdditionCostAmount duijie.Decimal  `json:"addition_cost_amount"`   // of CostList
	PriceContract      string          `json:"price_contract"`         // EXW, FOB, CFR and so on
	RemittanceWay      string          `json:"receive_remittance_way"` // how it is paid
	Company            CompanyRef      `json:"company"`                // the customer
	CompanyName        string          `json:"company_name"`           // its name on the order
	CustomerName       string          `json:"customer_name"`          // the contact on the order
	Country            string          `json:"country"`                // two letters
	OpportunityID      int64           `json:"opportunity_id"`         // 0 = none
	Users              []UserRate      `json:"users"`                  // whose order it is, with shares
	TransportMode      string          `json:"transport_mode"`         // by sea, air and so on
	TargetPort         string          `json:"target_port"`            // port of destination
	ArchiveType        int64           `json:"archive_type"`           // how it came into the system
	SourceType         int64           `json:"source_type"`            // 1 CRM, 2 Alibaba trade assurance, 3 e-collection
	CreateUser         json.RawMessage `json:"create_user"`            // an id, or an object
	CreateTime         duijie.Time     `json:"create_time"`            // created
	UpdateTime         duijie.Time     `json:"update_time"`            // last changed, by internal workflows too
	Remark             string          `json:"remark"`                 // free text
}

// OrderRow is a row of the list of orders (order/list). It has no lines: read the
// record for them.
type OrderRow struct {
	OrderHead
	Raw json.RawMessage `json:"-"` // the row as it came, custom fields included
}

// Order is a whole order (order/info).
type Order struct {
	OrderHead
	Status      int64           `json:"status"`       // code of the enterprise's own, see OrderService.Enums
	StatusName  string          `json:"status_name"`  // the same, in words
	CompanyID   int64           `json:"company_id"`   // the customer
	CustomerID  int64           `json:"customer_id"`  // its contact
	QuotationID int64           `json:"quotation_id"` // 0 = none
	Lines       []OrderLine     `json:"product_list"` // its lines
	Costs       []OrderCost     `json:"cost_list"`    // additional costs
	Departments []DeptRate      `json:"departments"`  // whose departments' order it is
	Raw         json.RawMessage `json:"-"`            // the order as it came, custom fields included
}

// OrderLine is a line of an order.
type OrderLine struct {
	UniqueID        int64           `json:"unique_id"`           // of the line: keep it and send it again
	ProductID       int64           `json:"product_id"`          // of the product library
	SKUID           int64           `json:"sku_id"`              // of the product library
	ProductNo       string          `json:"product_no"`          // number of the product
	SKUCode         string          `json:"sku_code"`            // number of the variant
	ProductName     string          `json:"product_name"`        // name on the order
	ProductCNName   string          `json:"product_cn_name"`     // Chinese name
	ProductModel    string          `json:"product_model"`       // model
	Unit            string          `json:"unit"`                // unit of Count
	Count           duijie.Decimal  `json:"count"`               // how many
	UnitPrice       duijie.Decimal  `json:"unit_price"`          // of one
	CostAmount      duijie.Decimal  `json:"cost_amount"`         // of the line
	OtherCost       duijie.Decimal  `json:"other_cost"`          // further cost of the line
	ProductRemark   string          `json:"product_remark"`      // free text
	ToOutboundCount duijie.Decimal  `json:"to_outbound_count"`   // still to be shipped
	TaskOutbound    duijie.Decimal  `json:"task_outbound_count"` // being shipped
	Raw             json.RawMessage `json:"-"`                   // the line as it came, custom fields included
}

// OrderCost is an additional cost, or a discount, of an order.
type OrderCost struct {
	Name          string         `json:"cost_name"`      // what it is
	PercentType   int64          `json:"percent_type"`   // 0 plus amount, 1 plus percent, 2 less amount, 3 less percent
	PercentAmount duijie.Decimal `json:"percent_amount"` // amount or percent
	Cost          duijie.Decimal `json:"cost"`           // the amount it comes to
	Remark        string         `json:"cost_remark"`    // free text
}

// CompanyRef names a customer.
type CompanyRef struct {
	CompanyID int64  `json:"company_id" alias:"id"` // 0 = none
	Name      string `json:"name"`                  // company name
	SerialID  string `json:"serial_id"`             // number
}

// UserRate is a user's share.
type UserRate struct {
	UserID   int64          `json:"user_id"`  // who
	Rate     duijie.Decimal `json:"rate"`     // percent; all sum up to 100 at most
	Nickname string         `json:"nickname"` // name, of answers only
}

// DeptRate is a department's share.
type DeptRate struct {
	DepartmentID int64          `json:"department_id"` // 0 is a real one: 我的企业
	Rate         duijie.Decimal `json:"rate"`          // percent
	Name         string         `json:"name"`          // name, of answers only
}

// OrderPush creates an order, or edits the one of OrderID or of an OrderNo that is
// there (order/push). A status that is unknown is ignored without a word; read them
// first. With no exchange rate at all the platform fills both in.
type OrderPush struct {
	Currency           string          `json:"currency" okki:"need"`   // of OrderService.Enums
	OrderID            int64           `json:"order_id"`               // the order to edit; 0 creates
	OrderNo            string          `json:"order_no"`               // number
	Name               string          `json:"name"`                   // order name
	AccountDate        Date            `json:"account_date"`           // order date
	CompanyID          int64           `json:"company_id"`             // the customer
	CustomerID         int64           `json:"customer_id"`            // its contact
	Status             int64           `json:"status"`                 // code of the enterprise's own
	Users              []UserRate      `json:"users"`                  // whose order it is; rates sum up to 100 at most
	Departments        []DeptRate      `json:"departments"`            // whose departments' order it is
	Handlers           []int64         `json:"handler"`                // who works on it
	CreateUser         int64           `json:"create_user"`            // who it is created as
	UserID             int64           `json:"user_id"`                // who does it; rights are checked
	ExchangeRate       duijie.Decimal  `json:"exchange_rate"`          // CNY for 100 of Currency
	ExchangeRateUSD    duijie.Decimal  `json:"exchange_rate_usd"`      // USD for 100 of Currency
	Amount             duijie.Decimal  `json:"amount"`                 // in Currency
	AmountRMB          duijie.Decimal  `json:"amount_rmb"`             // in CNY
	AmountUSD          duijie.Decimal  `json:"amount_usd"`             // in USD
	ProductTotalAmount duijie.Decimal  `json:"product_total_amount"`   // of the lines
	ProductTotalCount  duijie.Decimal  `json:"product_total_count"`    // pieces
	AdditionCostAmount duijie.Decimal  `json:"addition_cost_amount"`   // of Costs
	PriceContract      string          `json:"price_contract"`         // EXW, FOB, CFR and so on
	RemittanceWay      string          `json:"receive_remittance_way"` // of OrderService.Enums, pay_list
	TransportMode      string          `json:"transport_mode"`         // by sea, air and so on
	TargetPort         string          `json:"target_port"`            // port of destination
	Remark             string          `json:"remark"`                 // free text
	SourceType         int64           `json:"source_type"`            // see OrderHead
	CapitalAccountID   int64           `json:"capital_account_id"`     // account it is paid to
	Files              []string        `json:"file_list"`              // URLs
	Costs              []OrderCost     `json:"cost_list"`              // additional costs
	Lines              []OrderLinePush `json:"product_list"`           // its lines
	Extra              duijie.Record   `json:"-"`                      // further members and custom fields; they go before fields
}

// OrderLinePush is a line of an order that is pushed. The platform drops lines without
// ids of its product library without a word, so both are required here, and stores
// costs as 0 that are not sent.
type OrderLinePush struct {
	ProductID    int64          `json:"product_id" okki:"need"` // of the product library
	SKUID        int64          `json:"sku_id" okki:"need"`     // of the product library
	Count        duijie.Decimal `json:"count" okki:"need"`      // how many
	UnitPrice    duijie.Decimal `json:"unit_price" okki:"need"` // of one
	CostAmount   duijie.Decimal `json:"cost_amount"`            // of the line
	OtherCost    duijie.Decimal `json:"other_cost"`             // further cost of the line
	UniqueID     int64          `json:"unique_id"`              // the line to edit; without it lines of one variant are merged
	Remove       *bool          `json:"remove"`                 // true deletes the line of UniqueID
	ProductName  string         `json:"product_name"`           // name on the order
	ProductModel string         `json:"product_model"`          // model
	Unit         string         `json:"unit"`                   // unit of Count
	Extra        duijie.Record  `json:"-"`                      // further members and custom fields
}

// Enums reads the choices of order fields (销售订单枚举): currency_list, pay_list,
// order_status_list and so on. Effect: read.
func (s *OrderService) Enums(ctx context.Context, opts ...duijie.CallOption) (map[string][]EnumValue, error) {
	var out map[string][]EnumValue
	err := s.client.call(ctx, "GET", "/v1/invoices/order/orderEnums", nil, nil, &out, opts)
	return out, err
}
