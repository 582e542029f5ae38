package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// SaveOptions are the switches of a save. Each is sent explicitly, and the zero
// value is the choice that can not destroy or hide anything.
type SaveOptions struct {
	UpdateFields []string // NeedUpDateFields: an update writes only these; list the entry key beside its fields
	ReturnFields []string // NeedReturnFields: sent back in Returned; lines as "EntryKey.FieldKey"
	// DeleteEntries is IsDeleteEntry: an update deletes the stored lines that the
	// model does not list by FEntryID. The platform's own default is true.
	DeleteEntries bool
	SubSystemID   string // module (子系统): "20" purchase, "21" stock, "23" sales; "" names none
	// AllowUnknownReferences switches IsVerifyBaseDataField off: a reference to an
	// unknown number then becomes an empty field instead of an error. The
	// platform's own default is on.
	AllowUnknownReferences bool
	NoEntryBatchFill       bool // IsEntryBatchFill = false
	SkipValidation         bool // ValidateFlag = false: no required-field and save checks
	ReferencesByID         bool // NumberSearch = false: references are primary keys, see [RefID]
	AutoAdjustFields       bool // IsAutoAdjustField: the server orders the fields
	// InteractionFlags answer the server's questions: "STK_InvCheckResult" allows
	// negative stock.
	InteractionFlags []string
	// StopAtInteraction switches IgnoreInterationFlag off: a question the flags do
	// not answer refuses the save.
	StopAtInteraction bool
	ControlPrecision  bool // IsControlPrecision: check decimals
	RefuseRepeated    bool // ValidateRepeatJson: refuse the same JSON sent twice
	// AutoSubmitAndAudit saves, submits and audits in one go. Good for base data,
	// discouraged for bills.
	AutoSubmitAndAudit bool
	Creator            string // who is named as creator (创建人); "" leaves it to the server
}

// saveData is the request as the platform spells it, in its order.
type saveData struct {
	NeedUpDateFields      []string
	NeedReturnFields      []string
	IsDeleteEntry         bool
	SubSystemID           string `json:"SubSystemId"`
	IsVerifyBaseDataField bool
	IsEntryBatchFill      bool
	ValidateFlag          bool
	NumberSearch          bool
	IsAutoAdjustField     bool
	InterationFlags       string
	IgnoreInterationFlag  bool
	IsControlPrecision    bool
	ValidateRepeatJSON    bool `json:"ValidateRepeatJson"`
	IsAutoSubmitAndAudit  bool
	Creator               string `json:",omitempty"`
	Model                 any
}

func (o SaveOptions) data(model any) saveData {
	return saveData{
		NeedUpDateFields: append([]string{}, o.UpdateFields...), NeedReturnFields: append([]string{}, o.ReturnFields...),
		IsDeleteEntry: o.DeleteEntries, SubSystemID: o.SubSystemID, IsVerifyBaseDataField: !o.AllowUnknownReferences,
		IsEntryBatchFill: !o.NoEntryBatchFill, ValidateFlag: !o.SkipValidation, NumberSearch: !o.ReferencesByID,
		IsAutoAdjustField: o.AutoAdjustFields, InterationFlags: strings.Join(o.InteractionFlags, ";"),
		IgnoreInterationFlag: !o.StopAtInteraction, IsControlPrecision: o.ControlPrecision,
		ValidateRepeatJSON: o.RefuseRepeated, IsAutoSubmitAndAudit: o.AutoSubmitAndAudit, Creator: o.Creator, Model: model,
	}
}

// SaveRequest is one record to store.
type SaveRequest struct {
	FormID string // business object (业务对象), "BD_Customer"; copy the case exactly
	// Model is the record: a *Model, a struct with json tags, or raw JSON. With
	// the primary key of the head it is an update, without it a new record; a
	// number that exists already is refused, there is no upsert. Maps are refused,
	// because the order of keys matters.
	Model any
	SaveOptions
}

// SaveResult is a stored record.
type SaveResult struct {
	ID       string          // primary key (内码)
	Number   string          // number, also one the server drew
	Returned json.RawMessage // ReturnFields of the record, nil when none were asked
	Raw      json.RawMessage // the whole answer
}

// Save stores a record (保存). A refusal is an error, with the fields in its
// [Refusal]; [duijie.ErrConflict] is a number that is taken.
//
// Effect: write. An update with the primary key and absolute values may be
// called with duijie.WithEffect(duijie.EffectIdempotent).
func (c *Client) Save(ctx context.Context, req SaveRequest, opts ...duijie.CallOption) (*SaveResult, error) {
	return c.saveOne(ctx, "Save", req, opts)
}

// Draft stores a record without full checks (暂存); its status is Z.
//
// Effect: write.
func (c *Client) Draft(ctx context.Context, req SaveRequest, opts ...duijie.CallOption) (*SaveResult, error) {
	return c.saveOne(ctx, "Draft", req, opts)
}

func (c *Client) saveOne(ctx context.Context, service string, req SaveRequest, opts []duijie.CallOption) (*SaveResult, error) {
	if req.FormID == "" {
		return nil, fmt.Errorf("kingdee: %s: FormID is missing: %w", service, duijie.ErrInvalid)
	}
	model, err := modelJSON(req.Model)
	if err != nil {
		return nil, err
	}
	op := operation{service: service, effect: duijie.EffectWrite, shape: statusShape}
	r, err := c.form(ctx, op, opts, parameter{"formid", req.FormID}, parameter{"data", req.data(model)})
	if err != nil {
		return nil, err
	}
	out := &SaveResult{ID: string(r.result.ID), Number: string(r.result.Number), Raw: r.body}
	if done := r.result.ResponseStatus.succeeded(); len(done) > 0 {
		if out.ID == "" {
			out.ID = string(done[0].ID)
		}
		if out.Number == "" {
			out.Number = string(done[0].Number)
		}
	}
	if list := returned(r.result.NeedReturnData); len(list) > 0 {
		out.Returned = list[0]
	}
	return out, nil
}

// returned splits NeedReturnData; an empty object counts as nothing.
func returned(raw json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	if wire.First(raw) != '[' || wire.Unmarshal(raw, &list) != nil {
		return nil
	}
	for i, item := range list {
		if emptyObject(item) {
			list[i] = nil
		}
	}
	return list
}
