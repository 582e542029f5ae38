package fxiaoke

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"reflect"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Common are the fields every record has. Embed it in a struct of your own that names what an
// enterprise has beyond them, custom fields (…__c) too:
//
//	type Report struct {
//		fxiaoke.Common
//		Capacity duijie.Decimal `json:"capacity__c"`
//	}
//
// Do not embed the types that have it already (Account, SalesOrder): they encode themselves, and
// would leave your fields out, so that is refused. Their custom fields are in Extra: see
// [Common.Custom] and [Common.Set].
//
// A field that is not set is not written: to empty one, Set it to "" or an empty list.
type Common struct {
	ID   string `json:"_id"`
	Name string `json:"name"`
	// Owner is the employee responsible (负责人), a list of one: an FSUID_ id in body mode, the
	// employee's number in header mode. Set it for new records; later use [Client.ChangeOwner].
	Owner             []string     `json:"owner"`
	RecordType        string       `json:"record_type"` // 业务类型, usually default__c
	LifeStatus        string       `json:"life_status"` // ineffective, under_review, normal, in_change, invalid
	LockStatus        string       `json:"lock_status"` // "0" open, "1" locked
	CreatedBy         []string     `json:"created_by"`  // "-10000" is the system
	CreateTime        Time         `json:"create_time"`
	LastModifiedBy    []string     `json:"last_modified_by"`
	LastModifiedTime  Time         `json:"last_modified_time"`
	Version           string       `json:"version"`
	IsDeleted         bool         `json:"is_deleted"`
	DataOwnDepartment []string     `json:"data_own_department"` // 归属部门
	OwnerDepartment   string       `json:"owner_department"`    // name of the owner's department
	RelevantTeam      []TeamMember `json:"relevant_team"`       // 相关团队

	// Extra holds every member without a field, such as custom fields and the read-only
	// companions of fields (account_id__r is the customer's name).
	Extra map[string]json.RawMessage `json:"-"`
}

// Removed tells a record that counts as gone: it is invalidated (作废) or deleted.
func (c Common) Removed() bool { return c.LifeStatus == lifeInvalid || c.IsDeleted }

// Custom reads members without a field of their own, such as custom fields, into a struct with
// JSON tags.
func (c Common) Custom(out any) error {
	raw, err := wire.Marshal(c.Extra)
	if err != nil {
		return fmt.Errorf("fxiaoke: %w", err)
	}
	if err := decode(raw, out); err != nil {
		return fmt.Errorf("fxiaoke: custom fields do not fit %T: %w", out, err)
	}
	return nil
}

// Set puts a member without a field of its own into the record, to be written with it. A
// field that is set goes before it.
func (c *Common) Set(name string, value any) error {
	raw, err := wire.Marshal(value)
	if err != nil {
		return fmt.Errorf("fxiaoke: %s: %w", name, err)
	}
	if c.Extra == nil {
		c.Extra = map[string]json.RawMessage{}
	}
	c.Extra[name] = raw
	return nil
}

// TeamMember is one member of the team around a record.
type TeamMember struct {
	Employees  []string `json:"teamMemberEmployee"`
	Role       string   `json:"teamMemberRole"` // "1" owner to "4"
	Roles      []string `json:"teamMemberRoleList"`
	Permission string   `json:"teamMemberPermissionType"` // "1" read, "2" read and write

	Extra map[string]json.RawMessage `json:"-"` // members without a field
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (m TeamMember) MarshalJSON() ([]byte, error) { return encodeObject(m) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (m *TeamMember) UnmarshalJSON(b []byte) error { return decodeObject(b, m) }

// decodeObject decodes into a struct whose own UnmarshalJSON calls it.
func decodeObject(b []byte, out any) error {
	if !json.Valid(b) {
		return fmt.Errorf("malformed JSON: %s", wire.Excerpt(b))
	}
	return decodeStruct(b, reflect.ValueOf(out).Elem())
}

// Objects reads and writes the data of one object, preset or custom, as records of type T: a
// struct with JSON tags or duijie.Record. Make it with [NewObjects]; the clients have those of
// [Services] already.
type Objects[T any] struct {
	client *Client
	object string
}

// NewObjects makes a service for an object: NewObjects[Report](client, "object_inventory_report__c").
func NewObjects[T any](c *Client, object string) *Objects[T] {
	return &Objects[T]{client: c, object: object}
}

// Object is the name of the object, dataObjectApiName.
func (o *Objects[T]) Object() string { return o.object }

func (o *Objects[T]) query(q Query) (Query, error) {
	if q.Object != "" && q.Object != o.object {
		return q, invalid("query "+o.object, "Query.Object names another object: leave it out")
	}
	q.Object = o.object
	return q, nil
}

// Get reads one record (查询数据详情); see [Client.Get]. Effect: read. Limit: 100 calls in 20 s.
func (o *Objects[T]) Get(ctx context.Context, id string, opts ...duijie.CallOption) (T, error) {
	return GetAs[T](ctx, o.client, o.object, id, opts...)
}

// List reads one page (查询数据列表); see [QueryPage]. Effect: read. Limit: 100 rows a page.
func (o *Objects[T]) List(ctx context.Context, q Query, opts ...duijie.CallOption) (*duijie.Page[T], error) {
	q, err := o.query(q)
	if err != nil {
		return nil, err
	}
	return QueryPage[T](ctx, o.client, q, opts...)
}

// Pages reads everything page by page; see [QueryPages]. Effect: read. Limit: 100 rows a page.
func (o *Objects[T]) Pages(ctx context.Context, q Query, opts ...duijie.CallOption) duijie.Pages[T] {
	q, err := o.query(q)
	if err != nil {
		return func(yield func(*duijie.Page[T], error) bool) { yield(nil, err) }
	}
	return QueryPages[T](ctx, o.client, q, opts...)
}

// All reads everything record by record; see [QueryPages]. Effect: read. Limit: 100 rows a page.
func (o *Objects[T]) All(ctx context.Context, q Query, opts ...duijie.CallOption) iter.Seq2[T, error] {
	q, err := o.query(q)
	if err != nil {
		return func(yield func(T, error) bool) { var none T; yield(none, err) }
	}
	return QueryAs[T](ctx, o.client, q, opts...)
}

// WriteOptions are the settings of a write beside its data.
type WriteOptions struct {
	// Details are the lines of a new document; see [CreateRequest].
	Details map[string]any
	// TriggerWorkFlow and TriggerApprovalFlow are off unless set, and always sent.
	TriggerWorkFlow, TriggerApprovalFlow bool
	// Rules are the checks a new record goes through.
	Rules *OptionInfo
}

// Create makes a record (新增数据); see [Client.Create] for what to do when the answer is
// lost. Effect: write. Limit: 100 calls in 20 s.
func (o *Objects[T]) Create(ctx context.Context, record T, w WriteOptions, opts ...duijie.CallOption) (Created, error) {
	return o.client.Create(ctx, CreateRequest{
		Object: o.object, Data: record, Details: w.Details, Rules: w.Rules,
		TriggerWorkFlow: w.TriggerWorkFlow, TriggerApprovalFlow: w.TriggerApprovalFlow,
	}, opts...)
}

// Update changes fields of a record (修改数据); see [Client.Update]. changes is a T, of which
// what is set is sent, or a map. Effect: idempotent, with a trigger write. Limit: 100 calls in 20 s.
func (o *Objects[T]) Update(ctx context.Context, id string, changes any, w WriteOptions, opts ...duijie.CallOption) error {
	if len(w.Details) > 0 || w.Rules != nil {
		return invalid("update "+o.object, "Details and Rules are for new records: lines are changed in their own object")
	}
	return o.client.Update(ctx, UpdateRequest{
		Object: o.object, ID: id, Data: changes, TriggerWorkFlow: w.TriggerWorkFlow, TriggerApprovalFlow: w.TriggerApprovalFlow,
	}, opts...)
}

// Upsert creates or updates a record by a business key; see [Client.Upsert].
// Effect: write. Limit: two calls.
func (o *Objects[T]) Upsert(ctx context.Context, keyField string, record T, w WriteOptions, opts ...duijie.CallOption) (Upserted, error) {
	return o.client.Upsert(ctx, UpsertRequest{KeyField: keyField, Create: CreateRequest{
		Object: o.object, Data: record, Details: w.Details, Rules: w.Rules,
		TriggerWorkFlow: w.TriggerWorkFlow, TriggerApprovalFlow: w.TriggerApprovalFlow,
	}}, opts...)
}

// Invalid invalidates a record (作废); see [Client.Invalid]. Effect: idempotent.
func (o *Objects[T]) Invalid(ctx context.Context, id string, opts ...duijie.CallOption) error {
	return o.client.Invalid(ctx, o.object, id, opts...)
}

// Recover takes Invalid back (恢复); see [Client.Recover]. Effect: idempotent.
func (o *Objects[T]) Recover(ctx context.Context, ids []string, opts ...duijie.CallOption) error {
	return o.client.Recover(ctx, o.object, ids, opts...)
}

// Delete deletes invalidated records for good (删除); see [Client.Delete]. Effect: idempotent.
func (o *Objects[T]) Delete(ctx context.Context, ids []string, opts ...duijie.CallOption) error {
	return o.client.Delete(ctx, o.object, ids, opts...)
}

// Lock keeps records from being changed (锁定); see [Client.Lock]. Effect: idempotent.
func (o *Objects[T]) Lock(ctx context.Context, ids []string, details bool, opts ...duijie.CallOption) error {
	return o.client.Lock(ctx, o.object, ids, details, opts...)
}

// Unlock takes Lock back (解锁); see [Client.Unlock]. Effect: idempotent.
func (o *Objects[T]) Unlock(ctx context.Context, ids []string, details bool, opts ...duijie.CallOption) error {
	return o.client.Unlock(ctx, o.object, ids, details, opts...)
}

// ChangeOwner gives records to other employees (更换负责人); see [Client.ChangeOwner].
// Effect: write.
func (o *Objects[T]) ChangeOwner(ctx context.Context, changes []OwnerChange, opts ...duijie.CallOption) error {
	return o.client.ChangeOwner(ctx, o.object, changes, opts...)
}

// Describe tells what the object is made of (查询对象描述); see [Client.Describe]. Effect: read.
func (o *Objects[T]) Describe(ctx context.Context, opts ...duijie.CallOption) (Description, error) {
	return o.client.Describe(ctx, o.object, opts...)
}
