package okki

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/duijie-go/duijie"
)

// LeadRow is a row of the list of leads (lead/list). Windows are on the update time.
type LeadRow struct {
	LeadID     int64           `json:"lead_id"`     // 0 = none
	SerialID   string          `json:"serial_id"`   // number
	Name       string          `json:"name"`        // lead name
	ShortName  string          `json:"short_name"`  // short name
	OrderTime  duijie.Time     `json:"order_time"`  // last contact
	CreateTime duijie.Time     `json:"create_time"` // created
	UpdateTime duijie.Time     `json:"update_time"` // last changed
	EditTime   duijie.Time     `json:"edit_time"`   // last edited by a person
	Raw        json.RawMessage `json:"-"`           // the row as it came
}

// Lead is a whole lead (lead/info).
type Lead struct {
	LeadID     int64           `json:"lead_id"`     // 0 = none
	SerialID   string          `json:"serial_id"`   // number
	Name       string          `json:"name"`        // lead name
	Status     int64           `json:"status"`      // 1 open, 2 invalid, 3 completing, 4 first touch, 5 contact, 7 converted
	Country    string          `json:"country"`     // two letters
	Remark     string          `json:"remark"`      // free text
	CompanyID  int64           `json:"company_id"`  // the customer it became
	Customers  []Contact       `json:"customers"`   // its contacts
	CreateTime duijie.Time     `json:"create_time"` // created
	UpdateTime duijie.Time     `json:"update_time"` // last changed
	Raw        json.RawMessage `json:"-"`           // the record as it came, custom fields included
}

// LeadPush creates a lead, or edits the one of LeadID (lead/push). A contact whose
// e-mail belongs to a lead already turns it into an edit of that lead: Create and sinks
// look first, Push does not.
type LeadPush struct {
	Name      string        `json:"name" okki:"need"` // lead name
	LeadID    int64         `json:"lead_id"`          // the lead to edit; 0 creates
	SerialID  string        `json:"serial_id"`        // number
	Status    int64         `json:"status"`           // see Lead
	Country   string        `json:"country"`          // two letters
	Remark    string        `json:"remark"`           // free text
	Customers []ContactPush `json:"customers"`        // contacts; Main is required in each
	Extra     duijie.Record `json:"-"`                // further members and custom fields; they go before fields
}

// Opportunity is an opportunity, in the list as well as whole (opportunity/list and
// info).
type Opportunity struct {
	OpportunityID   int64           `json:"opportunity_id"`      // 0 = none
	SerialID        string          `json:"serial_id"`           // number
	Name            string          `json:"name"`                // opportunity name
	MainUser        int64           `json:"main_user"`           // who leads it
	CreateUser      int64           `json:"create_user"`         // who created it
	Handlers        []int64         `json:"handler"`             // who works on it
	CompanyID       int64           `json:"company_id"`          // the customer
	Currency        string          `json:"currency"`            // of Amount
	Amount          duijie.Decimal  `json:"amount"`              // in Currency
	AmountRMB       duijie.Decimal  `json:"amount_rmb"`          // in CNY
	AmountUSD       duijie.Decimal  `json:"amount_usd"`          // in USD
	ExchangeRate    duijie.Decimal  `json:"exchange_rate"`       // CNY for 100 of Currency
	ExchangeRateUSD duijie.Decimal  `json:"exchange_rate_usd"`   // USD for 100 of Currency
	AccountDate     duijie.Time     `json:"account_date"`        // expected end
	Stage           int64           `json:"stage"`               // of its flow
	StageType       int64           `json:"stage_type"`          // open, won or lost
	Type            int64           `json:"type"`                // kind
	FailType        int64           `json:"fail_type"`           // why it was lost
	FailRemark      string          `json:"fail_remark"`         // the same, in words
	Remark          string          `json:"remark"`              // free text
	OriginList      []int64         `json:"origin_list"`         // where it came from
	OrderTime       duijie.Time     `json:"order_time"`          // last contact
	CreateTime      duijie.Time     `json:"create_time"`         // created
	UpdateTime      duijie.Time     `json:"update_time"`         // last changed
	Custom          duijie.Record   `json:"external_field_data"` // custom fields by id
	Raw             json.RawMessage `json:"-"`                   // the record as it came
}

// OpportunityPush creates an opportunity, or edits the one of OpportunityID
// (opportunity/push).
type OpportunityPush struct {
	Name          string         `json:"name" okki:"need"`                      // opportunity name
	Handlers      []int64        `json:"handler" okki:"need"`                   // who works on it
	BusinessType  int64          `json:"busines_type_id" okki:"need"`           //nolint:misspell // kind of business; spelt as the platform does
	OpportunityID int64          `json:"opportunity_id"`                        // the one to edit; 0 creates
	CompanyID     int64          `json:"company_id" okki:"need=opportunity_id"` // the customer, of a new one
	SerialID      string         `json:"serial_id"`                             // number
	Currency      string         `json:"currency"`                              // of Amount
	Amount        duijie.Decimal `json:"amount"`                                // in Currency
	AccountDate   Date           `json:"account_date"`                          // expected end
	Stage         int64          `json:"stage"`                                 // of its flow
	Remark        string         `json:"remark"`                                // free text
	Extra         duijie.Record  `json:"-"`                                     // further members and custom fields; they go before fields
}

// TrailService reads and writes follow-ups (跟进动态).
type TrailService struct {
	*Lister[Trail] // the list; give company_id, lead_id or opportunity_id in Query.Params
}

// Trail is a follow-up of a customer, lead or opportunity.
type Trail struct {
	FollowUpID    int64           `json:"follow_up_id"`   // of the follow-up
	TrailID       int64           `json:"trail_id"`       // of the entry
	Type          int64           `json:"type"`           // 101 note, 103 phone, 104 meeting, 105 social, 110 mail, and more
	Content       string          `json:"content"`        // what was said
	CreateUser    int64           `json:"create_user"`    // who wrote it
	CreateTime    duijie.Time     `json:"create_time"`    // created
	UpdateTime    duijie.Time     `json:"update_time"`    // last changed
	CompanyID     int64           `json:"company_id"`     // the customer
	CustomerIDs   []int64         `json:"customer_id"`    // its contacts
	LeadID        int64           `json:"lead_id"`        // the lead
	OpportunityID int64           `json:"opportunity_id"` // the opportunity
	Raw           json.RawMessage `json:"-"`              // the entry as it came
}

// TrailPush is a follow-up to write. One of the three ids is required.
type TrailPush struct {
	CompanyID     int64         `json:"company_id"`              // the customer
	LeadID        int64         `json:"lead_id"`                 // the lead
	OpportunityID int64         `json:"opportunity_id"`          // the opportunity
	Content       string        `json:"content" okki:"need"`     // what was said
	Type          int64         `json:"remark_type" okki:"need"` // 101 to 112, see Trail
	Extra         duijie.Record `json:"-"`                       // further members
}

// Push writes a follow-up (提交跟进动态) and gives its trail_id. It has no number: a
// lost answer is settled by reading the list. Effect: write.
func (s *TrailService) Push(ctx context.Context, t TrailPush, opts ...duijie.CallOption) (int64, error) {
	var out struct {
		ID int64 `json:"trail_id"`
	}
	if t.CompanyID == 0 && t.LeadID == 0 && t.OpportunityID == 0 {
		return 0, invalid("/v1/dynamic/trail/push", "company_id, lead_id or opportunity_id is missing")
	}
	err := s.client.call(ctx, "POST", "/v1/dynamic/trail/push", nil, t, &out, opts)
	return out.ID, err
}

// OfCompany reads the follow-ups of a customer. Effect: read.
func (s *TrailService) OfCompany(ctx context.Context, companyID int64, opts ...duijie.CallOption) iter.Seq2[Trail, error] {
	return s.All(ctx, Query{Params: Params{"company_id": companyID}}, opts...)
}
