package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const providersMethod = "setting.PurchaseProvider.queryDetail"

// Provider is a supplier (供应商).
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type Provider struct {
	ID   int64  `json:"provider_id"`
	No   string `json:"provider_no"` // the key (供应商编号)
	Name string `json:"provider_name"`

	ArriveCycleDays int64 `json:"arrive_cycle_days"` // days until goods arrive
	Deleted         int64 `json:"deleted"`           // above 0: deleted
	Disabled        bool  `json:"is_disabled"`       // true = disabled

	Contact  string `json:"contact"`
	Telno    string `json:"telno"`
	Mobile   string `json:"mobile"`
	Fax      string `json:"fax"`
	Zip      string `json:"zip"`
	Email    string `json:"email"`
	QQ       string `json:"qq"`
	Wangwang string `json:"wangwang"`

	LastPurchaseTime duijie.Time `json:"last_purchase_time"`
	Modified         duijie.Time `json:"modified"` // last change
	Created          duijie.Time `json:"created"`

	FollowerName    string `json:"follower_name"`
	Address         string `json:"address"`
	Website         string `json:"website"`
	Remark          string `json:"remark"`
	Province        string `json:"province"`
	City            string `json:"city"`
	District        string `json:"district"`
	Bank            string `json:"account_bank"`
	BankAccountName string `json:"collect_name"` // who is paid
	BankAccount     string `json:"account_bank_no"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (p *Provider) UnmarshalJSON(b []byte) error { return decodeRow(b, p) }

// MarshalJSON writes the supplier with the members only Raw has.
func (p Provider) MarshalJSON() ([]byte, error) { return encodeRow(p) }

// Key is provider_no; a supplier without one is known as "provider_id:" and its number.
func (p Provider) Key() string { return keyOr(p.No, "provider_id", p.ID) }

func (p Provider) version() int64 { return unixMilli(p.Modified) }

// ProviderQuery selects suppliers. Without From and To it is all there are, else what
// changed between the two.
type ProviderQuery struct {
	No          string    // provider_no (供应商编号)
	Name        string    // provider_name
	Contact     string    // contact
	Telno       string    // telno
	Mobile      string    // mobile
	Description string    // description
	Disabled    *int      // is_disabled: 0 enabled, 1 disabled; nil: the platform's choice
	Deleted     *int      // deleted: 0 there; nil: the platform's choice
	From, To    time.Time // the time Times names; any length
	Times       TimeKind  // TimeModified (modified_begin, modified_end) when "", or TimeCreated
	PageSize    int       // rows per call; 0 takes 200, at most 1000
	Cursor      string    // Next of a page List gave
}

func (q ProviderQuery) list() selection {
	f := filter{}
	f.text("provider_no", q.No).text("provider_name", q.Name).text("contact", q.Contact).text("telno", q.Telno)
	f.text("mobile", q.Mobile).text("description", q.Description).int("is_disabled", q.Disabled).int("deleted", q.Deleted)
	return selection{
		method: providersMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, times: q.Times, byNumber: true,
	}
}

// ProviderService reads suppliers (供应商; 查询供应商, setting.PurchaseProvider.queryDetail), all
// of them or by windows of their modification or creation time. What the interface
// account has no right to is left out silently.
type ProviderService = WindowService[Provider, ProviderQuery]
