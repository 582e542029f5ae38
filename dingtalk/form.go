package dingtalk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/duijie-go/duijie"
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
