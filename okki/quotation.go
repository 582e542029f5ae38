package okki

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// Quotation is a quotation, in the list as well as whole (报价单, scope invoices). Rows
// of the list have no lines. Its status is invoices/quotation/fields/selector's.
type Quotation struct {
	QuotationID    int64           `json:"quotation_id"`    // 0 = none
	QuotationNo    string          `json:"quotation_no"`    // number
	Name           string          `json:"name"`            // quotation name
	Currency       string          `json:"currency"`        // of Amount
	ExchangeRate   duijie.Decimal  `json:"exchange_rate"`   // CNY for 100 of Currency
	Amount         duijie.Decimal  `json:"amount"`          // in Currency
	AmountRMB      duijie.Decimal  `json:"amount_rmb"`      // in CNY
	CompanyID      int64           `json:"company_id"`      // the customer
	CustomerID     int64           `json:"customer_id"`     // its contact
	OpportunityID  int64           `json:"opportunity_id"`  // 0 = none
	QuotationDate  duijie.Time     `json:"quotation_date"`  // day of the quotation
	StatusInfo     IDName          `json:"status_info"`     // status
	ApprovalStatus int64           `json:"approval_status"` // of the approval
	CreateTime     duijie.Time     `json:"create_time"`     // created
	UpdateTime     duijie.Time     `json:"update_time"`     // last changed
	Lines          []QuotationLine `json:"product_list"`    // its lines
	Raw            json.RawMessage `json:"-"`               // the record as it came, custom fields included
}

// QuotationLine is a line of a quotation.
type QuotationLine struct {
	ProductID   int64           `json:"product_id"`   // of the product library
	SKUID       int64           `json:"sku_id"`       // of the product library
	ProductNo   string          `json:"product_no"`   // number of the product
	ProductName string          `json:"product_name"` // name on the quotation
	Count       duijie.Decimal  `json:"count"`        // how many
	UnitPrice   duijie.Decimal  `json:"unit_price"`   // of one
	CostAmount  duijie.Decimal  `json:"cost_amount"`  // of the line
	Raw         json.RawMessage `json:"-"`            // the line as it came
}

// IDName is something by its id and name.
type IDName struct {
	ID   int64  `json:"id"`   // 0 = none
	Name string `json:"name"` // in words
}

// QuotationPush creates a quotation, or edits the one of QuotationID (quotation/push).
type QuotationPush struct {
	Name          string              `json:"name" okki:"need"`           // quotation name
	CompanyID     int64               `json:"company_id" okki:"need"`     // the customer
	Currency      string              `json:"currency" okki:"need"`       // of its amounts
	QuotationDate Date                `json:"quotation_date" okki:"need"` // day of the quotation
	UserID        int64               `json:"user_id" okki:"need"`        // whose it is
	Lines         []QuotationLinePush `json:"product_list" okki:"need"`   // its lines
	QuotationID   int64               `json:"quotation_id"`               // the one to edit; 0 creates
	QuotationNo   string              `json:"quotation_no"`               // number
	Status        int64               `json:"status"`                     // of the selector
	Extra         duijie.Record       `json:"-"`                          // further members and custom fields; they go before fields
}

// QuotationLinePush is a line of a quotation that is pushed.
type QuotationLinePush struct {
	ProductID  int64          `json:"product_id" okki:"need"`  // of the product library
	SKUID      int64          `json:"sku_id"`                  // of the product library
	Count      duijie.Decimal `json:"count" okki:"need"`       // how many
	UnitPrice  duijie.Decimal `json:"unit_price" okki:"need"`  // of one
	CostAmount duijie.Decimal `json:"cost_amount" okki:"need"` // of the line
	Remove     *bool          `json:"remove"`                  // true deletes the line
	Extra      duijie.Record  `json:"-"`                       // further members and custom fields
}
