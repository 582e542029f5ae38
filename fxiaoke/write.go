package fxiaoke

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// OptionInfo says which of the customer's rules a create goes through (optionInfo).
type OptionInfo struct {
	IsDuplicateSearch bool `json:"isDuplicateSearch"` // duplicate rules (查重) may refuse it
	UseValidationRule bool `json:"useValidationRule"` // validation rules (验证规则) apply
	SkipFuncValidate  bool `json:"skipFuncValidate"`  // the customer's functions do not check it
}

// CreateRequest is one new record.
type CreateRequest struct {
	// Object is dataObjectApiName, "AccountObj" or "object_Kn5Cd__c".
	Object string
	// Data is the record: a struct, map or raw JSON, with owner ([]string) for most
	// objects. What the platform sets itself is left out: companions (X__r), version and its like.
	Data any
	// Details are the detail rows by the name of their object, without the reference to
	// the record: {"SalesOrderProductObj": lines}.
	Details map[string]any
	// TriggerWorkFlow runs the customer's workflows, TriggerApprovalFlow starts the
	// approval, until whose end the record is under_review. The platform's own default is to do both;
	// here both are off unless set, and always sent.
	TriggerWorkFlow, TriggerApprovalFlow bool
	// SpecifyTime has create_time of Data count, SpecifyCreatedBy its created_by. Without
	// them those members are left out.
	SpecifyTime, SpecifyCreatedBy bool
	// Rules are the checks it goes through; nil leaves them to the platform.
	Rules *OptionInfo
}

// Created is a new record.
type Created struct {
	ID     string // _id
	Answer Answer // whole, with the ids of details where the platform gives them
}

// Create makes a record, its details with it (新增数据). There is no batch.
//
// The platform knows no idempotency and does not check names: the same request again
// makes a second record. When the answer is lost the error matches duijie.ErrOutcomeUnknown:
// look the record up by a business key before sending it again, or use [Client.Upsert].
//
// Effect: write. Limit: 100 calls in 20 s.
func (c *Client) Create(ctx context.Context, req CreateRequest, opts ...duijie.CallOption) (Created, error) {
	r, err := req.request()
	if err != nil {
		return Created{}, err
	}
	return c.create(ctx, r, opts)
}

func (c *Client) create(ctx context.Context, r *request, opts []duijie.CallOption) (Created, error) {
	e, err := c.send(ctx, r, duijie.NewCallOptions(opts...))
	if err != nil {
		return Created{}, err
	}
	out := Created{Answer: Answer{Body: e.body, Data: e.data, TraceID: e.traceID}}
	if out.ID = scalar(memberOf(e.body, "dataId")); out.ID == "" {
		out.ID = scalar(memberOf(e.data, "dataId"))
	}
	if out.ID == "" {
		return out, &duijie.APIError{
			Platform: platform, Op: r.op.Path, Class: duijie.ClassUnavailable, StatusCode: 200, Attempts: 1, OutcomeUnknown: true,
			RequestID: e.traceID, Err: duijie.ErrMalformedAnswer, Message: "the answer to the create holds no dataId",
		}
	}
	return out, nil
}

func (req CreateRequest) request() (*request, error) {
	if req.Object == "" {
		return nil, invalid("create", "Object is missing")
	}
	var keep []string
	if req.SpecifyTime {
		keep = append(keep, "create_time")
	}
	if req.SpecifyCreatedBy {
		keep = append(keep, "created_by")
	}
	data, err := modelOf(req.Data, keep...)
	if err != nil {
		return nil, err
	}
	delete(data, "_id")
	inner, err := withObject(data, req.Object)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"object_data": inner}
	if len(req.Details) > 0 {
		if body["details"], err = detailModels(req.Details); err != nil {
			return nil, err
		}
	}
	if req.Rules != nil {
		body["optionInfo"] = req.Rules
	}
	whole := map[string]any{
		"triggerWorkFlow": req.TriggerWorkFlow, "triggerApprovalFlow": req.TriggerApprovalFlow, "hasSpecifyTime": req.SpecifyTime,
		"hasSpecifyCreatedBy": req.SpecifyCreatedBy, "data": body,
	}
	if len(req.Details) > 0 {
		whole["includeDetailIds"] = true
	}
	return newRequest(dataPath(req.Object, "create"), whole)
}

func withObject(data map[string]json.RawMessage, object string) (map[string]json.RawMessage, error) {
	name, err := wire.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("fxiaoke: %w", err)
	}
	data["dataObjectApiName"] = name
	return data, nil
}

// detailModels cleans the rows of details as the record itself.
func detailModels(details map[string]any) (map[string][]map[string]json.RawMessage, error) {
	out := map[string][]map[string]json.RawMessage{}
	for object, rows := range details {
		raw, err := wire.Marshal(rows)
		if err != nil {
			return nil, fmt.Errorf("fxiaoke: details of %s: %w", object, err)
		}
		if wire.First(raw) != '[' {
			return nil, invalid("create", "the details of "+object+" must be a list")
		}
		list := []map[string]json.RawMessage{}
		for row := range wire.Elements(raw) {
			one, err := modelOf(row)
			if err != nil {
				return nil, fmt.Errorf("details of %s: %w", object, err)
			}
			delete(one, "_id")
			list = append(list, one)
		}
		out[object] = list
	}
	return out, nil
}

// UpdateRequest is what changes in one record.
type UpdateRequest struct {
	Object string // dataObjectApiName
	ID     string // _id of the record
	// Data are the fields that change: a struct (fields that are not set stay: "", 0 and false
	// are written through a pointer), map or raw JSON. To empty a text send "", a list []. owner is refused: use [Client.ChangeOwner]. Lines of
	// a document are records of their own object.
	Data any
	// TriggerWorkFlow and TriggerApprovalFlow are as for a create: off unless set.
	TriggerWorkFlow, TriggerApprovalFlow bool
	// SkipDataStatusValidate changes a locked record; custom objects only.
	SkipDataStatusValidate bool
	// IgnoreMediaIDConvert tells that file fields hold an npath instead of a mediaId.
	IgnoreMediaIDConvert bool
}

// Update changes fields of a record (修改数据). A locked record is refused.
//
// Effect: idempotent, unless it triggers a workflow or approval, then write. Limit: 100
// calls in 20 s.
func (c *Client) Update(ctx context.Context, req UpdateRequest, opts ...duijie.CallOption) error {
	r, err := req.request()
	if err != nil {
		return err
	}
	_, err = c.send(ctx, r, duijie.NewCallOptions(opts...))
	return err
}

func (req UpdateRequest) request() (*request, error) {
	if req.Object == "" || req.ID == "" {
		return nil, invalid("update "+req.Object, "Object or ID is missing")
	}
	data, err := changesOf(req.Data)
	if err != nil {
		return nil, err
	}
	if _, owner := data["owner"]; owner {
		return nil, invalid("update "+req.Object, "owner can not be changed by an update: use ChangeOwner")
	}
	id, err := wire.Marshal(req.ID)
	if err != nil {
		return nil, fmt.Errorf("fxiaoke: %w", err)
	}
	data["_id"] = id
	inner, err := withObject(data, req.Object)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"object_data": inner}
	if req.SkipDataStatusValidate {
		body["skipDataStatusValidate"] = true
	}
	whole := map[string]any{"triggerWorkFlow": req.TriggerWorkFlow, "triggerApprovalFlow": req.TriggerApprovalFlow, "data": body}
	if req.IgnoreMediaIDConvert {
		whole["igonreMediaIdConvert"] = true // the platform spells it so
	}
	return newRequest(dataPath(req.Object, "update"), whole)
}
