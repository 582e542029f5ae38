package fxiaoke

import "github.com/duijie-go/duijie"

// Account is a customer (客户, AccountObj).
type Account struct {
	Common

	AccountNo        string `json:"account_no"`      // 客户编号
	AccountType      string `json:"account_type"`    // an option value
	AccountLevel     string `json:"account_level"`   // an option value
	AccountSource    string `json:"account_source"`  // an option value
	IndustryLevel1   string `json:"industry_level1"` // 行业, an option value
	IndustryLevel2   string `json:"industry_level2"`
	Tel              string `json:"tel"`
	Fax              string `json:"fax"`
	Email            string `json:"email"`
	URL              string `json:"url"`
	Address          string `json:"address"`
	AreaLocation     string `json:"area_location"`
	Country          string `json:"country"`      // a code
	Province         string `json:"province"`     // a code
	City             string `json:"city"`         // a code
	District         string `json:"district"`     // a code
	HighSeasID       string `json:"high_seas_id"` // _id of the pool (公海)
	DealStatus       string `json:"deal_status"`  // 成交状态
	LastFollowedTime Time   `json:"last_followed_time"`
	Remark           string `json:"remark"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v Account) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *Account) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// Contact is a contact (联系人, ContactObj).
type Contact struct {
	Common

	AccountID  string `json:"account_id"` // _id of the customer
	Tel1       string `json:"tel1"`
	Tel2       string `json:"tel2"`
	Tel3       string `json:"tel3"`
	Mobile1    string `json:"mobile1"`
	Mobile2    string `json:"mobile2"`
	Mobile3    string `json:"mobile3"`
	Email      string `json:"email"`
	Company    string `json:"company"`
	Department string `json:"department"`
	JobTitle   string `json:"job_title"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v Contact) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *Contact) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// Lead is a lead (销售线索, LeadsObj).
type Lead struct {
	Common

	LeadsPoolID      string `json:"leads_pool_id"` // _id of the pool (线索池)
	Company          string `json:"company"`
	Mobile           string `json:"mobile"`
	Tel              string `json:"tel"`
	Email            string `json:"email"`
	Source           string `json:"source"`     // an option value
	BizStatus        string `json:"biz_status"` // un_processed and so on
	LeadsStage       string `json:"leads_stage"`
	AccountID        string `json:"account_id"` // _id of the customer it became
	ContactID        string `json:"contact_id"`
	NewOpportunityID string `json:"new_opportunity_id"`
	AssignedTime     Time   `json:"assigned_time"`
	ResaleCount      string `json:"resale_count"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v Lead) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *Lead) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// Opportunity is an opportunity of the old kind (商机, OpportunityObj).
type Opportunity struct {
	Common

	AccountID              string         `json:"account_id"` // _id of the customer
	OppoStageID            string         `json:"oppo_stage_id"`
	Probability            duijie.Decimal `json:"probability"`
	ExpectedDealClosedDate Time           `json:"expected_deal_closed_date"` // a day
	SalesProcessName       string         `json:"sales_process_name"`
	BizStatus              string         `json:"biz_status"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v Opportunity) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *Opportunity) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }
