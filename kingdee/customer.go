package kingdee

import (
	"context"
	"fmt"
	"iter"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
)

// Customer is a customer (客户) to be saved. Fields that are empty are left out
// and so keep their stored value on an update. The members are written in the
// order the platform wants; the primary key comes first.
type Customer struct {
	ID            int64     `json:"FCUSTID,omitzero"`      // primary key: set for an update
	CreateOrg     Reference `json:"FCreateOrgId,omitzero"` // creating organisation (创建组织), required
	UseOrg        Reference `json:"FUseOrgId,omitzero"`    // using organisation (使用组织); the same as CreateOrg when creating
	Number        string    `json:"FNumber,omitzero"`      // number (客户编码); empty: the server draws one
	Name          string    `json:"FName,omitzero"`        // name (客户名称), required
	ShortName     string    `json:"FShortName,omitzero"`
	Country       Reference `json:"FCOUNTRY,omitzero"`
	Province      Reference `json:"FPROVINCIAL,omitzero"`
	Address       string    `json:"FADDRESS,omitzero"`
	Zip           string    `json:"FZIP,omitzero"`
	Tel           string    `json:"FTEL,omitzero"`
	Fax           string    `json:"FFAX,omitzero"`
	Website       string    `json:"FWEBSITE,omitzero"`
	InvoiceTitle  string    `json:"FINVOICETITLE,omitzero"`
	TaxNumber     string    `json:"FTAXREGISTERCODE,omitzero"` // 纳税登记号
	InvoiceBank   string    `json:"FINVOICEBANKNAME,omitzero"`
	InvoiceBankNo string    `json:"FINVOICEBANKACCOUNT,omitzero"`
	CreditCode    string    `json:"FSOCIALCRECODE,omitzero"` // 统一社会信用代码
	Type          Reference `json:"FCustTypeId,omitzero"`
	Group         Reference `json:"FGroup,omitzero"`
	Currency      Reference `json:"FTRADINGCURRID,omitzero"` // settlement currency (结算币别)
	SettleType    Reference `json:"FSETTLETYPEID,omitzero"`
	RecCondition  Reference `json:"FRECCONDITIONID,omitzero"`
	InvoiceType   string    `json:"FInvoiceType,omitzero"`
	TaxType       Reference `json:"FTaxType,omitzero"`
	TaxRate       Reference `json:"FTaxRate,omitzero"`
	Priority      string    `json:"FPriority,omitzero"`
	Seller        Reference `json:"FSELLER,omitzero"`
	SalesDept     Reference `json:"FSALDEPTID,omitzero"`
	Description   string    `json:"FDescription,omitzero"`

	// Extra are further members, appended in order: custom fields
	// ("F_XYZ_Grade"), lines ("FT_BD_CUSTCONTACT"), or a field to be cleared.
	Extra []Field `json:"-"`
}

// MarshalJSON writes the fields, then Extra.
func (c Customer) MarshalJSON() ([]byte, error) {
	type plain Customer
	raw, err := marshal(plain(c)) // by value: of an addressable one every omitzero check makes a copy
	if err != nil || len(c.Extra) == 0 {
		return raw, err
	}
	known, err := members(raw)
	if err != nil {
		return nil, err
	}
	m := NewModel()
	for _, f := range append(known, c.Extra...) {
		m.Set(f.Key, f.Value)
	}
	return m.MarshalJSON()
}

// CustomerRow is a customer as lists give it. For custom fields embed it in a
// struct of your own and use [QueryAs].
type CustomerRow struct {
	ID             int64       `kingdee:"FCUSTID,key"`
	Number         string      `kingdee:"FNumber"`
	Name           string      `kingdee:"FName"`
	ShortName      string      `kingdee:"FShortName"`
	CreateOrg      string      `kingdee:"FCreateOrgId.FNumber"`
	UseOrg         string      `kingdee:"FUseOrgId.FNumber"`
	DocumentStatus string      `kingdee:"FDocumentStatus"` // Z draft, A created, B in approval, C audited, D to be re-audited
	ForbidStatus   string      `kingdee:"FForbidStatus"`   // A in use, B forbidden
	Tel            string      `kingdee:"FTEL"`
	Address        string      `kingdee:"FADDRESS"`
	TaxNumber      string      `kingdee:"FTAXREGISTERCODE"`
	CreditCode     string      `kingdee:"FSOCIALCRECODE"`
	Description    string      `kingdee:"FDescription"`
	Created        duijie.Time `kingdee:"FCreateDate"`
	Modified       duijie.Time `kingdee:"FModifyDate"`
}

// CustomerService works on customers (客户, BD_Customer).
type CustomerService service

// CustomerQuery selects customers.
type CustomerQuery struct {
	Filter string // condition, see [Query.Filter]
	Limit  int    // rows of a page, see [Query.Limit]
	Next   string // resume: the Next of an earlier page
}

func (q CustomerQuery) query() Query {
	return Query{FormID: FormCustomer.ID, Filter: q.Filter, Limit: q.Limit, Key: FormCustomer.Key}
}

// List reads one page of customers (单据查询), in order of their primary key.
//
// Effect: read.
func (s *CustomerService) List(ctx context.Context, q CustomerQuery, opts ...duijie.CallOption) (*duijie.Page[CustomerRow], error) {
	for page, err := range s.Pages(ctx, q, opts...) {
		return page, err
	}
	return nil, ctx.Err()
}

// Pages walks the customers page by page, by primary key: rows that come or go
// meanwhile shift nothing.
//
// Effect: read.
func (s *CustomerService) Pages(ctx context.Context, q CustomerQuery, opts ...duijie.CallOption) duijie.Pages[CustomerRow] {
	return QueryPagesFrom[CustomerRow](ctx, s.client, q.query(), q.Next, opts...)
}

// All is Pages customer by customer.
//
// Effect: read.
func (s *CustomerService) All(ctx context.Context, q CustomerQuery, opts ...duijie.CallOption) iter.Seq2[CustomerRow, error] {
	return pager.All(s.Pages(ctx, q, opts...))
}

// Get reads one customer by its number (单据查询). A number the user can not
// see is [duijie.ErrNotFound]; one that exists in several organisations is
// [duijie.ErrInvalid]: use List with a filter on FUseOrgId.FNumber.
//
// Effect: read.
func (s *CustomerService) Get(ctx context.Context, number string, opts ...duijie.CallOption) (*CustomerRow, error) {
	filter, err := Eq("FNumber", number).Text()
	if err != nil {
		return nil, err
	}
	page, err := s.List(ctx, CustomerQuery{Filter: filter, Limit: 2}, opts...)
	switch {
	case err != nil:
		return nil, err
	case len(page.Items) == 0:
		return nil, &duijie.APIError{
			Platform: platform, Op: "ExecuteBillQuery", Class: duijie.ClassNotFound,
			Message: "no customer with this number is visible", Hint: "the user's data permissions hide records without an error",
		}
	case len(page.Items) > 1 || page.Next != "":
		return nil, fmt.Errorf("kingdee: customer %s exists in several organisations: %w", cut(number), duijie.ErrInvalid)
	}
	return &page.Items[0], nil
}

// Save stores a customer (保存): new without ID, an update with it.
//
// Effect: write.
func (s *CustomerService) Save(ctx context.Context, customer Customer, o SaveOptions, opts ...duijie.CallOption) (*SaveResult, error) {
	return s.client.Save(ctx, SaveRequest{FormID: FormCustomer.ID, Model: customer, SaveOptions: o}, opts...)
}

// BatchSave stores several customers in one call (批量保存); see
// [Client.BatchSave].
//
// Effect: write. Limit: [BatchRows] rows are advised.
func (s *CustomerService) BatchSave(ctx context.Context, customers []Customer, o SaveOptions, opts ...duijie.CallOption) (*BatchResult, error) {
	models := make([]any, len(customers))
	for i, customer := range customers {
		models[i] = customer
	}
	return s.client.BatchSave(ctx, BatchSaveRequest{FormID: FormCustomer.ID, Models: models, SaveOptions: o}, opts...)
}
