package dingtalk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/duijie-go/duijie"
)

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
	r, err := newRequest(y.client.api, method+" "+path, nil, y.common(path, body))
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
