package dingtalk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// SaveFormRequest is a new instance of a plain form.
type SaveFormRequest struct {
	FormUUID string // "" = the application's
	Data     any    // what [EncodeForm] takes: FormData, a struct with component ids as JSON names, raw JSON
	UseAlias bool   // names are aliases; v2.0 only
}

// SaveForm creates an instance of a plain form (新增表单实例) and returns its id:
// POST /yida/forms/instances. An approval form is started instead: see [Yida.StartProcess].
//
// Effect: write. There is no idempotency key: after duijie.ErrOutcomeUnknown look the
// instance up with [Yida.FindForm] before saving again.
func (y *Yida) SaveForm(ctx context.Context, r SaveFormRequest, opts ...duijie.CallOption) (id string, err error) {
	const op = "/yida/forms/instances"
	body, err := y.formBody(r.FormUUID, r.Data, "formDataJson", r.UseAlias, op)
	if err != nil {
		return "", err
	}
	var out result[string]
	err = y.post(ctx, y.version()+op, nil, body, &out, opts...)
	return out.Result, err
}

// formBody are the members of a write with form data.
func (y *Yida) formBody(formUUID string, data any, name string, useAlias bool, op string) (map[string]any, error) {
	form, err := y.form(formUUID, op)
	if err != nil {
		return nil, err
	}
	text, err := EncodeForm(data)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"formUuid": form, name: text}
	return body, y.alias(body, useAlias, op)
}

func (y *Yida) alias(body map[string]any, useAlias bool, op string) error {
	if useAlias && y.app.Version == YidaV1 {
		return invalid(op, "there are no aliases in v1.0")
	}
	if useAlias {
		body["useAlias"] = true
	}
	return nil
}

// UpdateFormRequest changes an instance. Components that are not named stay; a
// sub-table that is named is replaced as a whole.
type UpdateFormRequest struct {
	InstanceID   string // of a plain form or of a process
	Data         any    // as in SaveFormRequest
	FormUUID     string // only with UseAlias
	UseAlias     bool   // names are aliases; v2.0 only
	LatestDesign bool   // use the newest design of the form, not the one the instance was made with
}

// UpdateForm changes an instance of a plain form or of a process (更新表单数据):
// PUT /yida/forms/instances. One that does not exist is duijie.ErrNotFound.
//
// Effect: idempotent.
func (y *Yida) UpdateForm(ctx context.Context, r UpdateFormRequest, opts ...duijie.CallOption) error {
	const op = "/yida/forms/instances"
	text, err := EncodeForm(r.Data)
	if err != nil {
		return err
	}
	body := map[string]any{"formInstanceId": r.InstanceID, "updateFormDataJson": text}
	if err := needs(op, map[string]string{"InstanceID": r.InstanceID}); err != nil {
		return err
	}
	if r.LatestDesign {
		body["useLatestVersion"] = true
	}
	if r.UseAlias {
		if body["formUuid"], err = y.form(r.FormUUID, op); err != nil {
			return err
		}
	}
	if err := y.alias(body, r.UseAlias, op); err != nil {
		return err
	}
	return y.put(ctx, y.version()+op, body, nil, opts...)
}

// GetForm reads an instance of a plain form (查询表单数据):
// GET /yida/forms/instances/{id}. One that does not exist is duijie.ErrNotFound.
//
// Effect: read.
func (y *Yida) GetForm(ctx context.Context, id string, opts ...duijie.CallOption) (*Instance, error) {
	return y.getInstance(ctx, "/yida/forms/instances/", id, opts)
}

func (y *Yida) getInstance(ctx context.Context, path, id string, opts []duijie.CallOption) (*Instance, error) {
	if err := needs(path, map[string]string{"instance id": id}); err != nil {
		return nil, err
	}
	var raw json.RawMessage
	if err := y.query(ctx, http.MethodGet, y.version()+path+escapePath(id), nil, &raw, opts...); err != nil {
		return nil, err
	}
	i, err := readInstance(raw, y.zone())
	if err != nil {
		return nil, err
	}
	i.ID = firstOf(i.ID, id)
	return &i, nil
}

// DeleteForm deletes an instance of a plain form (删除表单数据):
// DELETE /v1.0/yida/forms/instances. One that does not exist is duijie.ErrNotFound, also
// where a repeat finds it deleted.
//
// Effect: idempotent.
func (y *Yida) DeleteForm(ctx context.Context, id string, opts ...duijie.CallOption) error {
	const op = "/v1.0/yida/forms/instances"
	if err := needs(op, map[string]string{"instance id": id}); err != nil {
		return err
	}
	return y.query(ctx, http.MethodDelete, op, Query{"formInstanceId": id}, nil, opts...)
}

// InsertOrUpdateRequest writes by a business key.
type InsertOrUpdateRequest struct {
	FormUUID string      // "" = the application's
	Where    []Condition // what finds the instance, such as TextIs("textField_code", "SKU-1"); required
	Data     any         // as in SaveFormRequest; the key must be in it too
	NoRules  bool        // do not run the form's rules and callbacks
	UseAlias bool        // names are aliases; v2.0 only
}

// InsertOrUpdate updates every instance that Where finds, or creates one where
// it finds none (新增或更新表单实例), and returns their ids:
// POST /yida/forms/instances/insertOrUpdate. The acting user needs data management rights.
//
// Two calls with one key at the same time, or one behind the other before the index
// shows the first, may both create: keep them in order, and [IndexLag] apart.
//
// Effect: write.
func (y *Yida) InsertOrUpdate(ctx context.Context, r InsertOrUpdateRequest, opts ...duijie.CallOption) (ids []string, err error) {
	const op = "/yida/forms/instances/insertOrUpdate"
	body, err := y.formBody(r.FormUUID, r.Data, "formDataJson", r.UseAlias, op)
	if err != nil {
		return nil, err
	}
	if len(r.Where) == 0 {
		return nil, invalid(op, "without Where it would change every instance")
	}
	if body["searchCondition"], err = conditionText(r.Where); err != nil {
		return nil, fmt.Errorf("dingtalk: %s: condition: %w: %w", op, err, duijie.ErrInvalid)
	}
	if r.NoRules {
		body["noExecuteExpression"] = true
	}
	var out result[Texts]
	err = y.post(ctx, y.version()+op, nil, body, &out, opts...)
	return out.Result, err
}

// UpdateTablesRequest replaces sub-tables of an instance as a whole.
type UpdateTablesRequest struct {
	InstanceID string // of a plain form or of a process
	// Data holds the new rows of each sub-table, and nothing else: as in SaveFormRequest, such as
	// FormData{"tableField_a": []FormData{...}}. A table with no rows is emptied.
	Data         any
	FormUUID     string // only with UseAlias
	UseAlias     bool   // names are aliases
	NoRules      bool   // do not run the form's rules and callbacks
	LatestDesign bool   // use the newest design of the form, not the one the instance was made with
}

// UpdateTables replaces the rows of sub-tables and touches nothing else of the
// instance (更新子表单): POST /v2.0/yida/forms/updateSubTable, in v2.0 only. Rows that are not given
// are gone: see [Instance.CutTables] before writing back what was read.
//
// Limit: [MaxTableRows] rows a table. Effect: idempotent.
func (y *Yida) UpdateTables(ctx context.Context, r UpdateTablesRequest, opts ...duijie.CallOption) error {
	const op = "/v2.0/yida/forms/updateSubTable"
	text, err := EncodeForm(r.Data)
	if err == nil {
		err = needs(op, map[string]string{"InstanceID": r.InstanceID})
	}
	if err != nil {
		return err
	}
	var tables []string
	for m := range wire.Walk(json.RawMessage(text)) {
		if kind, _ := kindOf(string(m.Key)); kind != "tableField" && !r.UseAlias || wire.First(m.Value) != '[' {
			return invalid(op, string(m.Key)+" is no sub-table")
		}
		tables = append(tables, string(m.Key))
	}
	if tables == nil {
		return invalid(op, "Data names no sub-table")
	}
	body := map[string]any{"formInstanceId": r.InstanceID, "tableFieldIds": strings.Join(tables, ","), "updateFormDataJson": text}
	if r.NoRules {
		body["noExecuteExpression"] = true
	}
	if r.LatestDesign {
		body["useLatestFormSchemaVersion"] = true
	}
	if r.UseAlias {
		if body["formUuid"], err = y.form(r.FormUUID, op); err != nil {
			return err
		}
	}
	if err := y.alias(body, r.UseAlias, op); err != nil {
		return err
	}
	var done result[*bool]
	if err := y.post(ctx, op, nil, body, &done, opts...); err != nil {
		return err
	}
	if done.Result == nil || !*done.Result {
		return &duijie.APIError{Platform: platform, Op: op, Class: duijie.ClassRefused, Message: "the answer says it was not done"}
	}
	return nil
}

// FormChange is one line of an instance's change log.
type FormChange struct {
	Type      string    // CREATE, UPDATE ...
	Component string    // name of the component that was changed; "" for the instance
	Text      string    // what it holds since, as a text
	Operator  string    // display name of who did it
	At        time.Time // in China, to the second

	Raw json.RawMessage // the whole line as it came
}

// FormChanges are the change logs of instances by their ids (获取表单数据变更记录):
// POST /v1.0/yida/forms/operationsLogs/query. Instances that do not exist are left out. At
// least one id is wanted: the log of a whole form has no bound.
//
// Limit: none is published; 100 ids are safe. Effect: read.
func (y *Yida) FormChanges(ctx context.Context, formUUID string, ids []string, opts ...duijie.CallOption) (map[string][]FormChange, error) {
	const op = "/v1.0/yida/forms/operationsLogs/query"
	form, err := y.form(formUUID, op)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 || len(ids) > MaxPageSize {
		return nil, invalid(op, fmt.Sprintf("%d ids at once: 1 to %d are taken", len(ids), MaxPageSize))
	}
	var raw struct {
		Logs map[string][]json.RawMessage `json:"operationLogMap"`
	}
	if err := y.post(ctx, op, nil, map[string]any{"formUuid": form, "formInstanceIdList": ids}, &raw, opts...); err != nil {
		return nil, err
	}
	out := make(map[string][]FormChange, len(raw.Logs))
	for id, lines := range raw.Logs {
		for _, r := range lines {
			c := FormChange{
				Type: scalar(member(r, "operationType")), Component: rawText(member(r, "componentName")), Text: rawText(member(r, "currentText")),
				Operator: scalar(member(member(r, "operator"), "displayName")), Raw: r,
			}
			if err := readTime(member(r, "gmtModified"), y.zone(), &c.At); err != nil {
				return nil, err
			}
			out[id] = append(out[id], c)
		}
	}
	return out, nil
}
