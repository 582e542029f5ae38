package okki

import (
	"context"
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// ReceiptService reads and pushes receipts of money (回款单, scope invoices).
type ReceiptService struct {
	*Records[Receipt, Receipt, ReceiptPush] // list, info, push
}

// Types reads the ways money is received (回款方式枚举): "T/T" and so on. Effect: read.
func (s *ReceiptService) Types(ctx context.Context, opts ...duijie.CallOption) ([]string, error) {
	var out []string
	err := s.client.call(ctx, "GET", "/v1/invoices/receipt/types", nil, nil, &out, opts)
	return out, err
}

// Receipt is a receipt of money, in the list as well as whole.
type Receipt struct {
	ReceiptID      int64           `json:"cash_collection_id"` // 0 = none
	ReceiptNo      string          `json:"cash_collection_no"` // number
	OrderID        int64           `json:"order_id"`           // the order it pays
	CompanyID      int64           `json:"company_id"`         // the customer
	OpportunityID  int64           `json:"opportunity_id"`     // 0 = none
	Amount         duijie.Decimal  `json:"amount"`             // in Currency
	Currency       string          `json:"currency"`           // of Amount
	ExchangeRate   duijie.Decimal  `json:"exchange_rate"`      // CNY for 100 of Currency
	CollectionDate duijie.Time     `json:"collection_date"`    // when the money came
	Type           string          `json:"type"`               // how: T/T and so on
	CollectStatus  int64           `json:"collect_status"`     // 1 received, 0 not yet
	RealAmount     duijie.Decimal  `json:"real_amount"`        // that arrived, in Currency
	BankCharge     duijie.Decimal  `json:"bank_charge"`        // that the bank kept
	Remark         string          `json:"remark"`             // free text
	CreateTime     duijie.Time     `json:"create_time"`        // created
	UpdateTime     duijie.Time     `json:"update_time"`        // last changed; windows are on it
	Raw            json.RawMessage `json:"-"`                  // the record as it came, custom fields included
}

// ReceiptPush creates a receipt, or edits the one of ReceiptID (receipt/push).
type ReceiptPush struct {
	Amount         duijie.Decimal `json:"amount" okki:"need"`   // in Currency
	Currency       string         `json:"currency" okki:"need"` // of Amount
	ReceiptID      int64          `json:"cash_collection_id"`   // the receipt to edit; 0 creates
	ReceiptNo      string         `json:"cash_collection_no"`   // number
	OrderID        int64          `json:"order_id"`             // the order it pays
	CompanyID      int64          `json:"company_id"`           // the customer
	CollectionDate Date           `json:"collection_date"`      // when the money came
	Type           string         `json:"type"`                 // of ReceiptService.Types
	BankCharge     duijie.Decimal `json:"bank_charge"`          // that the bank kept
	Remark         string         `json:"remark"`               // free text
	Extra          duijie.Record  `json:"-"`                    // further members and custom fields; they go before fields
}

// ReceiptRegistration is money that came and is allocated to receipts later
// (回款登记), in the list as well as whole.
type ReceiptRegistration struct {
	RegistrationID int64           `json:"cash_collection_invoice_id"` // 0 = none
	RegistrationNo string          `json:"cash_collection_invoice_no"` // number
	Status         int64           `json:"status"`                     // how much is allocated
	CollectionDate duijie.Time     `json:"collection_date"`            // when the money came
	Type           string          `json:"type"`                       // how
	TradeNo        string          `json:"trade_no"`                   // the bank's number
	Currency       string          `json:"currency"`                   // of the amounts without another
	ExchangeRate   duijie.Decimal  `json:"exchange_rate"`              // CNY for 100 of Currency
	Amount         duijie.Decimal  `json:"amount"`                     // in Currency
	AmountRMB      duijie.Decimal  `json:"amount_rmb"`                 // in CNY
	AmountUSD      duijie.Decimal  `json:"amount_usd"`                 // in USD
	RealAmount     duijie.Decimal  `json:"real_amount"`                // that arrived
	BankCharge     duijie.Decimal  `json:"bank_charge"`                // that the bank kept
	Allocated      duijie.Decimal  `json:"allocated_amount"`           // allocated so far
	Current        duijie.Decimal  `json:"current_amount"`             // still to be allocated
	Remark         string          `json:"remark"`                     // free text
	Company        CompanyRef      `json:"company_info"`               // the customer
	CreateTime     duijie.Time     `json:"create_time"`                // created
	UpdateTime     duijie.Time     `json:"update_time"`                // last changed
	Raw            json.RawMessage `json:"-"`                          // the record as it came, custom fields included
}

// ReceiptRegistrationPush creates a registration, or edits the one of RegistrationID
// (receiptRegistration/push). Allocating (receiptRegistration/allocate) is for
// [Client.Call].
type ReceiptRegistrationPush struct {
	RegistrationID int64          `json:"cash_collection_invoice_id"` // the one to edit; 0 creates
	RegistrationNo string         `json:"cash_collection_invoice_no"` // number
	Amount         duijie.Decimal `json:"amount"`                     // in Currency
	Currency       string         `json:"currency"`                   // of Amount
	CollectionDate Date           `json:"collection_date"`            // when the money came
	Type           string         `json:"type"`                       // how
	TradeNo        string         `json:"trade_no"`                   // the bank's number
	CompanyID      int64          `json:"company_id"`                 // the customer
	Remark         string         `json:"remark"`                     // free text
	Extra          duijie.Record  `json:"-"`                          // further members and custom fields; they go before fields
}

// Payment is a payment, in the list as well as whole (付款单, scope paymentInvoice).
type Payment struct {
	PaymentID       int64           `json:"payment_invoice_id"` // 0 = none
	PaymentNo       string          `json:"payment_invoice_no"` // number
	Status          int64           `json:"status"`             // how far it is
	Currency        string          `json:"currency"`           // of Amount
	Amount          duijie.Decimal  `json:"amount"`             // in Currency
	ExchangeRate    duijie.Decimal  `json:"exchange_rate"`      // CNY for 100 of Currency
	ExchangeRateUSD duijie.Decimal  `json:"exchange_rate_usd"`  // USD for 100 of Currency
	ExpectTime      duijie.Time     `json:"expect_time"`        // when it is due
	PaymentTime     duijie.Time     `json:"payment_time"`       // when it was paid
	TradeNo         string          `json:"trade_no"`           // the bank's number
	Remark          string          `json:"remark"`             // free text
	CreateTime      duijie.Time     `json:"create_time"`        // created
	UpdateTime      duijie.Time     `json:"update_time"`        // last changed
	Raw             json.RawMessage `json:"-"`                  // the record as it came, custom fields included
}

// Cost is a cost, in the list as well as whole (费用单, scope costInvoice).
type Cost struct {
	CostID          int64           `json:"cost_invoice_id"`   // 0 = none
	CostNo          string          `json:"cost_invoice_no"`   // number
	Status          int64           `json:"status"`            // how far it is
	Currency        string          `json:"currency"`          // of the amounts without another
	ExchangeRate    duijie.Decimal  `json:"exchange_rate"`     // CNY for 100 of Currency
	ExchangeRateUSD duijie.Decimal  `json:"exchange_rate_usd"` // USD for 100 of Currency
	Amount          duijie.Decimal  `json:"amount"`            // in Currency
	AmountRMB       duijie.Decimal  `json:"amount_rmb"`        // in CNY
	AmountUSD       duijie.Decimal  `json:"amount_usd"`        // in USD
	CostTime        duijie.Time     `json:"cost_time"`         // when it arose
	ExpectTime      duijie.Time     `json:"expect_time"`       // when it is due
	OrderID         int64           `json:"order_id"`          // the order it is of
	Remark          string          `json:"remark"`            // free text
	CreateTime      duijie.Time     `json:"create_time"`       // created
	UpdateTime      duijie.Time     `json:"update_time"`       // last changed
	Raw             json.RawMessage `json:"-"`                 // the record as it came, custom fields included
}

// CapitalAccount is an account money is kept on (资金账户, scope capitalAccount).
type CapitalAccount struct {
	AccountID   int64           `json:"capital_account_id"` // 0 = none
	Name        string          `json:"name"`               // what people call it
	CapitalName string          `json:"capital_name"`       // holder
	Bank        string          `json:"capital_bank"`       // bank
	BankAccount string          `json:"bank_account"`       // number of the account
	Address     string          `json:"address"`            // of the bank
	Remark      string          `json:"remark"`             // free text
	Status      int64           `json:"status"`             // 1 in use
	Raw         json.RawMessage `json:"-"`                  // the row as it came
}
