package okki

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
)

// CompanyService reads and pushes customers with their contacts (客户, scope company).
// Their number is serial_id.
type CompanyService struct {
	*Records[CompanyRow, Company, CompanyPush] // list, info, push, remove (of the public pool only)
}

// CompanyRow is a row of the list of customers (company/list).
type CompanyRow struct {
	CompanyID   int64           `json:"company_id"`     // 0 = none
	SerialID    string          `json:"serial_id"`      // number (客户编号)
	Name        string          `json:"name"`           // company name
	ShortName   string          `json:"short_name"`     // short name
	UserID      json.RawMessage `json:"user_id"`        // who follows it: an id, or a list of them
	OrderTime   duijie.Time     `json:"order_time"`     // last contact
	CreateTime  duijie.Time     `json:"create_time"`    // created
	UpdateTime  duijie.Time     `json:"update_time"`    // last changed; windows are on it
	EditTime    duijie.Time     `json:"edit_time"`      // last edited by a person
	CreateUser  int64           `json:"create_user"`    // who created it
	LastEditor  int64           `json:"last_edit_user"` // who edited it last
	ArchiveType int64           `json:"archive_type"`   // how it came into the system
	Raw         json.RawMessage `json:"-"`              // the row as it came
}

// Company is a whole customer (company/info).
type Company struct {
	CompanyID   int64           `json:"company_id"`               // 0 = none
	SerialID    string          `json:"serial_id"`                // number
	Name        string          `json:"name"`                     // company name
	ShortName   string          `json:"short_name"`               // short name
	Country     string          `json:"country"`                  // two letters, ISO 3166
	Province    string          `json:"province"`                 // province or state
	City        string          `json:"city"`                     // city
	BizType     string          `json:"biz_type"`                 // kind of business
	Intention   int64           `json:"intention_level"`          // 采购意向, of companyEnums
	Procurement int64           `json:"annual_procurement"`       // 年采购额, of companyEnums
	Timezone    string          `json:"timezone"`                 // of companyEnums
	ScaleID     int64           `json:"scale_id"`                 // size, of companyEnums
	Star        int64           `json:"star"`                     // 0 to 5
	GroupID     int64           `json:"group_id"`                 // group
	PoolID      int64           `json:"pool_id"`                  // public pool
	TrailStatus TrailStatus     `json:"trail_status"`             // stage (客户阶段)
	OriginList  []int64         `json:"origin_list"`              // where it came from
	OriginName  string          `json:"origin_name"`              // the same, in words
	Homepage    string          `json:"homepage"`                 // web site
	Fax         string          `json:"fax"`                      // fax
	Tel         []string        `json:"tel"`                      // area code and number
	TelAreaCode string          `json:"tel_area_code"`            // area code
	Address     string          `json:"address"`                  // postal address
	Remark      string          `json:"remark"`                   // free text
	UserIDs     []int64         `json:"user_id"`                  // who follows it
	Owners      []User          `json:"owner"`                    // the same, with names
	Customers   []Contact       `json:"customers"`                // its contacts
	Groups      []FieldGroup    `json:"company"`                  // its fields by group, with names
	CreateTime  duijie.Time     `json:"create_time"`              // created
	UpdateTime  duijie.Time     `json:"update_time"`              // last changed
	EditTime    duijie.Time     `json:"edit_time"`                // last edited by a person
	ArchiveTime duijie.Time     `json:"archive_time"`             // filed
	OrderTime   duijie.Time     `json:"order_time"`               // last contact
	FollowUp    duijie.Time     `json:"recent_follow_up_time"`    // last follow-up
	MoveDate    duijie.Time     `json:"next_move_to_public_date"` // when it goes back to the pool
	ArchiveType int64           `json:"archive_type"`             // how it came into the system
	Raw         json.RawMessage `json:"-"`                        // the record as it came, custom fields included
}

// TrailStatus is the stage of a customer.
type TrailStatus struct {
	StatusID   int64  `json:"status_id"`   // 0 = none
	StatusName string `json:"status_name"` // in words
}

// FieldGroup is a group of fields with their values, as company/info shows them.
type FieldGroup struct {
	GroupID int64        `json:"group_id"` // of the group
	Name    string       `json:"name"`     // heading
	Fields  []FieldValue `json:"fields"`   // its fields
}

// FieldValue is a field with its value.
type FieldValue struct {
	ID        string          `json:"id"`         // digits for a custom field, else its name on the wire
	Name      string          `json:"name"`       // what people see
	FieldType int64           `json:"field_type"` // see FieldDef
	Value     json.RawMessage `json:"value"`      // text, number, list or null
}

// Contact is a person at a customer or lead.
type Contact struct {
	CustomerID int64           `json:"customer_id"`        // of the contact
	CompanyID  int64           `json:"company_id"`         // of the customer
	Name       string          `json:"name"`               // full name
	Email      string          `json:"email"`              // e-mail
	TelList    json.RawMessage `json:"tel_list"`           // telephones, as they came
	PostGrade  int64           `json:"post_grade"`         // rank, of companyEnums
	Post       string          `json:"post"`               // position
	Contact    []ContactWay    `json:"contact"`            // further ways to reach them
	Birth      string          `json:"birth"`              // birthday
	Gender     int64           `json:"gender"`             // 1 or 2
	Remark     string          `json:"remark"`             // free text
	Main       bool            `json:"main_customer_flag"` // the main contact
	Raw        json.RawMessage `json:"-"`                  // the contact as it came
}

// ContactWay is a way to reach a contact.
type ContactWay struct {
	Type  string `json:"type"`  // whatsapp, linkedin, wechat and so on
	Value string `json:"value"` // number or name there
}

// CompanyPush creates a customer with contacts, or edits the one of CompanyID
// (company/pushCompanyAndCustomers).
type CompanyPush struct {
	Name        string        `json:"name" okki:"need"`      // company name
	Customers   []ContactPush `json:"customers" okki:"need"` // contacts; at least one
	CompanyID   int64         `json:"company_id"`            // the customer to edit; 0 creates
	SerialID    string        `json:"serial_id"`             // number
	PoolID      int64         `json:"pool_id"`               // public pool
	UserID      int64         `json:"user_id"`               // who does it; must follow the customer
	ShortName   string        `json:"short_name"`            // short name
	Country     string        `json:"country"`               // two letters
	Province    string        `json:"province"`              // province or state
	City        string        `json:"city"`                  // city
	TelAreaCode string        `json:"tel_area_code"`         // area code
	Tel         string        `json:"tel"`                   // number
	Fax         string        `json:"fax"`                   // fax
	GroupID     int64         `json:"group_id"`              // group
	TrailStatus int64         `json:"trail_status"`          // stage
	BizType     string        `json:"biz_type"`              // kind of business
	Tags        []int64       `json:"cus_tag"`               // replaces all tags of the customer
	Address     string        `json:"address"`               // postal address
	Remark      string        `json:"remark"`                // free text
	Homepage    string        `json:"homepage"`              // web site
	Star        int64         `json:"star"`                  // 1 to 5
	Intention   int64         `json:"intention_level"`       // of companyEnums
	Procurement int64         `json:"annual_procurement"`    // 0 to 11, of companyEnums
	Timezone    string        `json:"timezone"`              // of companyEnums
	ScaleID     int64         `json:"scale_id"`              // 1 to 6, of companyEnums
	OriginList  []int64       `json:"origin_list"`           // where it came from
	IsPublic    *bool         `json:"is_public"`             // into the public pool
	Extra       duijie.Record `json:"-"`                     // further members and custom fields; they go before fields
}

// ContactPush is a contact that is pushed.
type ContactPush struct {
	CustomerID int64         `json:"customer_id"`        // the contact to edit; 0 adds one
	Name       string        `json:"name"`               // full name
	Email      string        `json:"email"`              // e-mail
	Tel        string        `json:"tel"`                // number
	AreaCode   string        `json:"tel_area_code"`      // area code
	PostGrade  int64         `json:"post_grade"`         // rank
	Post       string        `json:"post"`               // position
	WhatsApp   string        `json:"whatsapp"`           // number
	WeChat     string        `json:"wechat"`             // name
	Birth      string        `json:"birth"`              // birthday
	Gender     int64         `json:"gender"`             // 1 or 2
	Remark     string        `json:"remark"`             // free text
	Main       *bool         `json:"main_customer_flag"` // the main contact
	Remove     *bool         `json:"remove"`             // true deletes the contact
	Extra      duijie.Record `json:"-"`                  // further members and custom fields
}

// CompanyMatch is a customer that looks like a word (company/query).
type CompanyMatch struct {
	CompanyID int64           `json:"company_id"` // 0 = none
	SerialID  string          `json:"serial_id"`  // number
	Name      string          `json:"name"`       // company name
	ShortName string          `json:"short_name"` // short name
	IsPublic  bool            `json:"is_public"`  // in the public pool
	Raw       json.RawMessage `json:"-"`          // the row as it came
}

// Search looks for customers like word (客户查重) in field: name, serial_id,
// customer_list.email, customer_list.email.domain, customer_list.name,
// customer_list.tel or customer_list.contact.value; "" leaves it to the platform.
// Effect: read.
func (s *CompanyService) Search(ctx context.Context, word, field string, opts ...duijie.CallOption) iter.Seq2[CompanyMatch, error] {
	p := Params{"word": word}
	if field != "" {
		p["search_field"] = field
	}
	l := lister{client: s.client, op: operationOf("GET", "/v1/company/query"), id: "company_id", query: Query{Params: p}, opts: opts}
	return pager.All(walkPages[CompanyMatch](ctx, l))
}

// Enums reads the choices of the fields of customers (客户枚举): biz_type_list,
// tag_list, timezone_list, scale_list and so on. Effect: read.
func (s *CompanyService) Enums(ctx context.Context, opts ...duijie.CallOption) (map[string][]EnumValue, error) {
	var out map[string][]EnumValue
	err := s.client.call(ctx, "GET", "/v1/company/companyEnums", nil, nil, &out, opts)
	return out, err
}

// Selector reads the choices of trail_status, group_id, pool_id, origin,
// product_group, category or country, whose shapes differ. Effect: read.
func (s *CompanyService) Selector(ctx context.Context, field string, opts ...duijie.CallOption) ([]duijie.Record, error) {
	var out []duijie.Record
	err := s.client.call(ctx, "GET", "/v1/company/fields/selector", Params{"field": field}, nil, &out, opts)
	return out, err
}

// PoolRequest says how a customer goes to the public pool.
type PoolRequest struct {
	CompanyID int64 `json:"company_id" okki:"need"` // the customer
	UserID    int64 `json:"user_id"`                // who gives it up; 0 = all
	ReasonID  int64 `json:"public_reason_id"`       // why
	PoolID    int64 `json:"pool_id"`                // where to
}

// MoveToPublic moves a customer to the public pool (移入公海), and tells how many rows
// that changed. Effect: write.
func (s *CompanyService) MoveToPublic(ctx context.Context, q PoolRequest, opts ...duijie.CallOption) (affected int64, err error) {
	var out struct {
		Affected int64 `json:"affected_rows"`
	}
	err = s.client.call(ctx, "POST", "/v1/company/moveToPublic", nil, q, &out, opts)
	return out.Affected, err
}
