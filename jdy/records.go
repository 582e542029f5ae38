package jdy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// RecordKind describes one kind of master data or bill: where its list, detail
// and save are and how its records are named.
type RecordKind struct {
	Name   string // in English, "sales order"
	Path   string // list and save, "/jdy/v2/scm/sal_order"; the detail is Path + "_detail"
	Entity string // entity_number, "sal_bill_order", for operations, pushes and custom fields; "" has none
	Number string // member of its number: "" = "number", bills "bill_no"

	ListPath, DetailPath, SavePath string // where they are elsewhere; "" = as Path says

	// External is the member of an id of the caller's that the platform keeps unique:
	// "outside_pk_id" of purchase orders and their like; "" where there is none.
	External string
	// Step is the member that has a save followed by an audit; "" = "operation_key",
	// receipts and payments "operate_type".
	Step string
	// BatchPath is the bulk save; "" where each call saves one record.
	BatchPath string
}

func (k RecordKind) list() *Operation {
	return operationOf(http.MethodGet, firstOf(k.ListPath, k.Path))
}
func (k RecordKind) detail() *Operation {
	return operationOf(http.MethodGet, firstOf(k.DetailPath, k.Path+"_detail"))
}
func (k RecordKind) save() *Operation {
	return operationOf(http.MethodPost, firstOf(k.SavePath, k.Path))
}
func (k RecordKind) number() string { return firstOf(k.Number, "number") }

// key is the member that tells records apart: a voucher's number repeats in each period
// and group.
func (k RecordKind) key() string {
	if k.Path == voucherRecords.Path {
		return "id"
	}
	return k.number()
}
func (k RecordKind) step() string { return firstOf(k.Step, "operation_key") }

// Records are the records of one kind: Row is a row of their list, Detail a
// single record, Model what is sent to save one. Make it with [NewRecords]; it is
// safe for concurrent use.
//
// Rows and details are decoded loosely; a struct with a field Raw of type
// json.RawMessage `json:"-"` keeps the whole object. A Model encodes as the
// documentation says: see [Number] and [NumberText].
type Records[Row, Detail, Model any] struct {
	client *Client
	kind   RecordKind
}

// NewRecords makes the service of a kind of record. Use duijie.Record for a type
// that is not worth a struct.
func NewRecords[Row, Detail, Model any](c *Client, kind RecordKind) *Records[Row, Detail, Model] {
	return &Records[Row, Detail, Model]{client: c, kind: kind}
}

// Kind describes the records.
func (r *Records[Row, Detail, Model]) Kind() RecordKind { return r.kind }

func (r *Records[Row, Detail, Model]) api() *Client { return r.client }

// List reads one page; its Next leads on. Effect: read.
//
// Pages read one by one lose rows while rows move: see Pages and [NewListSource].
func (r *Records[Row, Detail, Model]) List(ctx context.Context, q Query, opts ...duijie.CallOption) (*duijie.Page[Row], error) {
	return listPage[Row](ctx, newLister(r.client, r.kind.list(), q, opts))
}

// Pages reads the whole list page by page, each row once, with the guarantee of
// [QueryPages]. Effect: read.
func (r *Records[Row, Detail, Model]) Pages(ctx context.Context, q Query, opts ...duijie.CallOption) duijie.Pages[Row] {
	return walkPages[Row](ctx, newLister(r.client, r.kind.list(), q, opts))
}

// All reads the whole list row by row, with the guarantee of [QueryPages].
// Effect: read.
func (r *Records[Row, Detail, Model]) All(ctx context.Context, q Query, opts ...duijie.CallOption) iter.Seq2[Row, error] {
	return flatten(r.Pages(ctx, q, opts...))
}

// Get reads one record by its id. A record that is not there is
// duijie.ErrNotFound. Effect: read.
func (r *Records[Row, Detail, Model]) Get(ctx context.Context, id string, opts ...duijie.CallOption) (*Detail, error) {
	return r.get(ctx, "id", id, opts)
}

// GetByNumber reads one record by its number (编码, 单据编号). A record that is not
// there is duijie.ErrNotFound. Effect: read.
func (r *Records[Row, Detail, Model]) GetByNumber(ctx context.Context, number string, opts ...duijie.CallOption) (*Detail, error) {
	return r.get(ctx, "number", number, opts)
}

func (r *Records[Row, Detail, Model]) get(ctx context.Context, by, value string, opts []duijie.CallOption) (*Detail, error) {
	raw, err := r.kind.fetch(ctx, r.client, by, value, opts)
	if err != nil {
		return nil, err
	}
	out := new(Detail)
	if err := r.client.decode(raw, out); err != nil {
		return nil, fmt.Errorf("jdy: %s: the record %s does not fit %T: %w", r.kind.detail().Path, value, out, err)
	}
	return out, nil
}

// fetch reads one record as JSON.
func (k RecordKind) fetch(ctx context.Context, c *Client, by, value string, opts []duijie.CallOption) (json.RawMessage, error) {
	op := k.detail()
	if value == "" {
		return nil, invalid(op.Path, "the "+by+" is empty")
	}
	e, err := c.send(ctx, &request{op: op, query: []pair{{by, value}}}, duijie.NewCallOptions(opts...))
	if err != nil {
		return nil, err
	}
	data := e.data
	// Some details put the record into a list of one.
	if rows := members(data)["rows"]; wire.First(rows) == '[' {
		data = nil
		for row := range wire.Elements(rows) {
			data = row
			break
		}
	}
	if len(members(data)) == 0 {
		if data != nil && wire.First(data) != '{' && !nothing(data) && string(data) != "[]" {
			return nil, oddAnswer(op.Path, "the answer holds something else than a record")
		}
		return nil, &duijie.APIError{
			Platform: platform, Op: op.Path, Class: duijie.ClassNotFound, Code: notFoundCode, Message: "the answer holds no record", Err: errEmptyRecord,
		}
	}
	return data, nil
}

// errEmptyRecord tells a success without a record from the code for none.
var errEmptyRecord = errors.New("the platform says success")

// notFoundCode is the platform's code for a record that does not exist.
const notFoundCode = "1030002003"

// SaveOptions say how a record is saved.
type SaveOptions struct {
	ID         string // the record to update; "" leaves it to the model, which creates without an id
	External   string // the caller's unique id, for kinds that have one (RecordKind.External)
	Audit      bool   // audit it in the same call (审核)
	IgnoreWarn bool   // save in spite of warnings, such as a name that is taken or a price of 0
}

// Save creates a record, or updates the one whose id the options or the model
// give. Numbers may be left out where the account set has numbering rules; an
// update sends all lines with their ids.
//
// Effect: write; an update that only sets values of records and lines that have
// their ids is idempotent. After duijie.ErrOutcomeUnknown look the record up by
// its number before sending again.
func (r *Records[Row, Detail, Model]) Save(ctx context.Context, m Model, o SaveOptions, opts ...duijie.CallOption) (Saved, error) {
	body, err := marshalModel(m)
	if err != nil {
		return Saved{}, err
	}
	return r.kind.saveOne(ctx, r.client, body, o, opts)
}

func (k RecordKind) saveOne(ctx context.Context, c *Client, model json.RawMessage, o SaveOptions, opts []duijie.CallOption) (Saved, error) {
	op := k.save()
	body, err := k.body(model, o)
	if err != nil {
		return Saved{}, invalid(op.Path, err.Error())
	}
	if op.Batch != "" {
		if body, err = marshal(map[string]any{op.Batch: []json.RawMessage{body}}); err != nil {
			return Saved{}, err
		}
	}
	e, err := c.send(ctx, &request{op: op, body: body}, duijie.NewCallOptions(opts...))
	if err != nil {
		return Saved{}, err
	}
	return savedOne(op.Path, e.data)
}

// body is a model with what the options add.
func (k RecordKind) body(model json.RawMessage, o SaveOptions) (json.RawMessage, error) {
	set := map[string]any{}
	if o.ID != "" {
		set["id"] = o.ID
	}
	if o.External != "" {
		if k.External == "" {
			return nil, fmt.Errorf("a %s has no external id", firstOf(k.Name, k.Path))
		}
		set[k.External] = o.External
	}
	if o.Audit {
		set[k.step()] = "audit"
	}
	if o.IgnoreWarn {
		set["ignore_warn"] = true
	}
	return withMembers(model, set)
}

// Operate audits, un-audits, deletes, closes, disables or enables records; see
// [Client.Operate]. Entity of the request is not used. Effect: write.
func (r *Records[Row, Detail, Model]) Operate(ctx context.Context, q OperateRequest, opts ...duijie.CallOption) (Saved, error) {
	if r.kind.Entity == "" {
		return Saved{}, invalid(operatePath, "a "+firstOf(r.kind.Name, r.kind.Path)+" has no entity name to operate on")
	}
	q.Entity = r.kind.Entity
	return r.client.Operate(ctx, q, opts...)
}

// Audit audits records (审核). Effect: write.
func (r *Records[Row, Detail, Model]) Audit(ctx context.Context, ids ...string) (Saved, error) {
	return r.Operate(ctx, OperateRequest{Type: OperateAudit, IDs: ids})
}

// Unaudit takes audited records back (反审核), so that they can be changed. Effect: write.
func (r *Records[Row, Detail, Model]) Unaudit(ctx context.Context, ids ...string) (Saved, error) {
	return r.Operate(ctx, OperateRequest{Type: OperateUnaudit, IDs: ids})
}

// Delete deletes records (删除); audited ones are taken back first. Effect: write.
func (r *Records[Row, Detail, Model]) Delete(ctx context.Context, ids ...string) (Saved, error) {
	return r.Operate(ctx, OperateRequest{Type: OperateDelete, IDs: ids})
}

// Close closes orders (关闭). Effect: write.
func (r *Records[Row, Detail, Model]) Close(ctx context.Context, ids ...string) (Saved, error) {
	return r.Operate(ctx, OperateRequest{Type: OperateClose, IDs: ids})
}

// Disable disables master data (禁用). Effect: write.
func (r *Records[Row, Detail, Model]) Disable(ctx context.Context, ids ...string) (Saved, error) {
	return r.Operate(ctx, OperateRequest{Type: OperateDisable, IDs: ids})
}

// Enable enables master data again (启用). Effect: write.
func (r *Records[Row, Detail, Model]) Enable(ctx context.Context, ids ...string) (Saved, error) {
	return r.Operate(ctx, OperateRequest{Type: OperateEnable, IDs: ids})
}
