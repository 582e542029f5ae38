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

// Batch says how a batch operation runs.
type Batch struct {
	NoRules      bool // do not run the form's rules and callbacks: allows more rows at once
	Asynchronous bool // answer before the work is done; its outcome is then not told
	// SkipBad goes on behind rows the form's rules refuse, without NoRules only. The answer
	// does not say which: its ids then match no rows by position.
	SkipBad bool
}

// BatchSaveForm creates instances of a plain form in one call (批量保存表单实例):
// POST /v1.0/yida/forms/instances/batchSave. It returns their ids, in the order of rows unless
// SkipBad is set.
//
// Limit: [MaxBatchRows]; with the form's rules running [DefaultBatchRows].
//
// Effect: write. Its refusal does not tell which row was bad, nor whether rows before
// it were saved: look them up by their key.
func (y *Yida) BatchSaveForm(ctx context.Context, formUUID string, rows []any, how Batch, opts ...duijie.CallOption) (ids []string, err error) {
	const op = "/v1.0/yida/forms/instances/batchSave"
	form, err := y.form(formUUID, op)
	if err != nil {
		return nil, err
	}
	if err := how.fits(op, len(rows)); err != nil || len(rows) == 0 {
		return nil, err
	}
	texts := make([]string, len(rows))
	for i, row := range rows {
		if texts[i], err = EncodeForm(row); err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
	}
	body := map[string]any{
		"formUuid": form, "formDataJsonList": texts, "noExecuteExpression": how.NoRules,
		"asynchronousExecution": how.Asynchronous, "keepRunningAfterException": how.SkipBad,
	}
	return y.batch(ctx, http.MethodPost, op, body, how, opts)
}

func (b Batch) fits(op string, n int) error {
	most := DefaultBatchRows
	if b.NoRules || b.Asynchronous {
		most = MaxBatchRows
	}
	if n > most {
		return invalid(op, fmt.Sprintf("%d rows at once, the platform takes %d", n, most))
	}
	return nil
}

// batch calls a batch operation that answers ids.
func (y *Yida) batch(ctx context.Context, method, path string, body map[string]any, how Batch, opts []duijie.CallOption) ([]string, error) {
	if y.err != nil {
		return nil, y.err
	}
	r, err := newRequest(y.client.api, method+" "+path, nil, y.common(body))
	if err != nil {
		return nil, err
	}
	r.secrets = []duijie.Secret{y.app.SystemToken}
	if !how.Asynchronous {
		r.member = "result"
	}
	var out result[Texts]
	err = y.client.do(ctx, r, &out, opts...)
	return out.Result, err
}

// UpdateFormValues gives many instances the same values
// (批量更新表单实例内的组件值): PUT /v1.0/yida/forms/instances/components. It returns the
// ids that were changed.
//
// Limit: as [Yida.BatchSaveForm]. Effect: idempotent.
func (y *Yida) UpdateFormValues(ctx context.Context, formUUID string, ids []string, data any, how Batch, opts ...duijie.CallOption) ([]string, error) {
	const op = "/v1.0/yida/forms/instances/components"
	body, err := y.formBody(formUUID, data, "updateFormDataJson", false, op)
	if err != nil {
		return nil, err
	}
	if err := how.fits(op, len(ids)); err != nil || len(ids) == 0 {
		return nil, err
	}
	body["formInstanceIdList"] = ids
	body["noExecuteExpression"], body["asynchronousExecution"] = how.NoRules, how.Asynchronous
	return y.batch(ctx, http.MethodPut, op, body, how, opts)
}

// UpdateForms gives each of many instances its own values, by instance id
// (批量更新表单实例): PUT /v1.0/yida/forms/instances/datas. It returns the ids that were changed.
//
// Limit: as [Yida.BatchSaveForm]. Effect: idempotent.
func (y *Yida) UpdateForms(ctx context.Context, formUUID string, data map[string]any, how Batch, opts ...duijie.CallOption) ([]string, error) {
	const op = "/v1.0/yida/forms/instances/datas"
	form, err := y.form(formUUID, op)
	if err != nil {
		return nil, err
	}
	if err := how.fits(op, len(data)); err != nil || len(data) == 0 {
		return nil, err
	}
	texts := map[string]string{}
	for id, values := range data {
		if texts[id], err = EncodeForm(values); err != nil {
			return nil, fmt.Errorf("instance %s: %w", id, err)
		}
	}
	body := map[string]any{
		"formUuid": form, "updateFormDataJsonMap": texts, "noExecuteExpression": how.NoRules, "asynchronousExecution": how.Asynchronous,
	}
	return y.batch(ctx, http.MethodPut, op, body, how, opts)
}

// DeleteForms deletes many instances of a plain form (批量删除表单实例):
// POST /v1.0/yida/forms/instances/batchRemove. While it runs, other batches on the form are
// refused: [ErrFormBusy].
//
// Limit: as [Yida.BatchSaveForm]. Effect: idempotent.
func (y *Yida) DeleteForms(ctx context.Context, formUUID string, ids []string, how Batch, opts ...duijie.CallOption) error {
	const op = "/v1.0/yida/forms/instances/batchRemove"
	form, err := y.form(formUUID, op)
	if err != nil {
		return err
	}
	if err := how.fits(op, len(ids)); err != nil || len(ids) == 0 {
		return err
	}
	return y.post(ctx, op, nil, map[string]any{
		"formUuid": form, "formInstanceIdList": ids, "asynchronousExecution": how.Asynchronous, "executeExpression": !how.NoRules,
	}, nil, opts...)
}

// FormsByID reads many instances of a plain form by their ids
// (批量获取表单实例数据): POST /v1.0/yida/forms/instances/ids/query. Those that do not
// exist are left out.
//
// Limit: 100 ids. Effect: read.
func (y *Yida) FormsByID(ctx context.Context, formUUID string, ids []string, opts ...duijie.CallOption) ([]Instance, error) {
	const op = "/v1.0/yida/forms/instances/ids/query"
	form, err := y.form(formUUID, op)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if len(ids) > MaxPageSize {
		return nil, invalid(op, fmt.Sprintf("%d ids at once, %d are safe", len(ids), MaxPageSize))
	}
	return y.instanceResult(ctx, http.MethodPost, op, nil, map[string]any{"formUuid": form, "formInstanceIdList": ids, "needFormInstanceValue": false}, opts)
}

// instanceResult reads a result that is a list of instances.
func (y *Yida) instanceResult(ctx context.Context, method, op string, query Query, body map[string]any, opts []duijie.CallOption) ([]Instance, error) {
	var raw result[[]json.RawMessage]
	var err error
	if body != nil {
		err = y.post(ctx, op, query, body, &raw, opts...)
	} else {
		err = y.query(ctx, method, op, query, &raw, opts...)
	}
	if err != nil {
		return nil, err
	}
	out := make([]Instance, len(raw.Result))
	for n, r := range raw.Result {
		if out[n], err = readInstance(r, y.zone()); err != nil {
			return nil, err
		}
	}
	return out, nil
}
