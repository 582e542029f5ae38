package kingdee

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
)

// BatchSaveRequest is several records of one form.
type BatchSaveRequest struct {
	FormID string // business object (业务对象) of all of them, "BD_Customer"; copy the case exactly
	Models []any  // see [SaveRequest.Model]
	SaveOptions
}

// RowStatus says what became of a row.
type RowStatus uint8

// What can become of a row of a BatchSave.
const (
	RowUnknown   RowStatus = iota // the answer does not tell: look the number up before sending it again
	RowSaved                      // stored
	RowRefused                    // not stored, or stored and then refused at submit or audit
	RowDuplicate                  // refused: the number is taken
	RowLocked                     // refused for now: another user has the record locked (网络控制)
)

// String names the status.
func (s RowStatus) String() string {
	names := [...]string{"unknown", "saved", "refused", "duplicate", "locked"}
	if int(s) < len(names) {
		return names[s]
	}
	return "invalid"
}

// RowResult is what became of one row.
type RowResult struct {
	Index    int // in BatchSaveRequest.Models
	Status   RowStatus
	ID       string // primary key, when stored
	Number   string
	Code     string          // the platform's MsgCode, when refused
	Errors   []RowError      // why it was refused
	Returned json.RawMessage // ReturnFields of the row, when stored
}

// Err is nil for a stored row, else what the platform said, matching
// [duijie.ErrOutcomeUnknown], [duijie.ErrConflict] or [duijie.ErrRefused].
func (r RowResult) Err() error {
	kind := duijie.ErrRefused
	switch r.Status {
	case RowSaved:
		return nil
	case RowUnknown:
		return fmt.Errorf("kingdee: row %d: %w", r.Index, duijie.ErrOutcomeUnknown)
	case RowDuplicate:
		kind = duijie.ErrConflict
	case RowLocked:
		kind = duijie.ErrUnavailable
	}
	return fmt.Errorf("kingdee: row %d: %w: %s", r.Index, kind, joinErrors(r.Errors))
}

func joinErrors(list []RowError) string {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// BatchResult is the platform's verdict row by row.
type BatchResult struct {
	Rows   []RowResult     // one per model, in the same order
	Errors []RowError      // errors that name no row
	Raw    json.RawMessage // the whole answer
}

// Err joins the errors of all rows that were not stored, nil when all were.
func (b *BatchResult) Err() error {
	var errs []error
	for _, r := range b.Rows {
		errs = append(errs, r.Err())
	}
	return errors.Join(errs...)
}

// BatchSave stores several records in one call (批量保存). Each row is its own
// transaction, so rows may be refused while others are stored: that is no error
// of the call, also when all are refused. Look at Rows, or ask Err. An error
// means that the platform spoke of no single row.
//
// Effect: write. Limit: [BatchRows] rows are advised; a number must not come
// twice in a call.
func (c *Client) BatchSave(ctx context.Context, req BatchSaveRequest, opts ...duijie.CallOption) (*BatchResult, error) {
	if len(req.Models) > warnRows {
		c.log.Warn("kingdee: large BatchSave", "rows", len(req.Models), "advised", BatchRows)
	}
	models, err := c.batchModels(req)
	if err != nil {
		return nil, err
	}
	op := operation{service: "BatchSave", effect: duijie.EffectWrite, shape: batchShape, rows: len(models)}
	r, err := c.form(ctx, op, opts, parameter{"formid", req.FormID}, parameter{"data", req.data(models)})
	if err != nil {
		return nil, err
	}
	return batchResult(r, len(models), func(i int) string { return modelNumber(models[i]) }), nil
}

// batchModels checks a request and encodes its models.
func (c *Client) batchModels(req BatchSaveRequest) ([]json.RawMessage, error) {
	switch {
	case req.FormID == "":
		return nil, fmt.Errorf("kingdee: BatchSave: FormID is missing: %w", duijie.ErrInvalid)
	case len(req.Models) == 0:
		return nil, fmt.Errorf("kingdee: BatchSave: Models is empty: %w", duijie.ErrInvalid)
	}
	models := make([]json.RawMessage, len(req.Models))
	for i, m := range req.Models {
		raw, err := modelJSON(m)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
		models[i] = raw
	}
	return models, nil
}

// modelNumbers are the numbers in models, "" where the server draws one.
func modelNumbers(models []json.RawMessage) []string {
	out := make([]string, len(models))
	for i, m := range models {
		out[i] = modelNumber(m)
	}
	return out
}

// batchResult reads SuccessEntitys and Errors by DIndex. IsSuccess does not
// count: a row in both lists is refused, a row in neither is unknown.
func batchResult(r *reading, rows int, number func(i int) string) *BatchResult {
	st := r.result.ResponseStatus
	out := &BatchResult{Rows: make([]RowResult, rows), Raw: r.body}
	for i := range out.Rows {
		out.Rows[i].Index = i
	}
	if st.SuccessEntitys == nil && bool(st.IsSuccess) && rows == 1 { // the oldest servers
		out.Rows[0].Status, out.Rows[0].ID, out.Rows[0].Number = RowSaved, string(r.result.ID), string(r.result.Number)
	}
	data := returned(r.result.NeedReturnData)
	for n, e := range st.succeeded() {
		i, ok := successRow(e, rows, number)
		if !ok {
			continue
		}
		row := &out.Rows[i]
		row.Status, row.ID, row.Number = RowSaved, string(e.ID), string(e.Number)
		if n < len(data) {
			row.Returned = data[n]
		}
	}
	for _, e := range st.rowErrors() {
		i := e.Index
		if i < 0 && rows == 1 {
			i = 0
		}
		if i < 0 || i >= rows {
			out.Errors = append(out.Errors, e)
			continue
		}
		row := &out.Rows[i]
		row.Errors = append(row.Errors, e)
		row.Code = string(st.MsgCode)
		row.Status = max(row.Status, rowRefusal(e))
	}
	return out
}

func rowRefusal(e RowError) RowStatus {
	switch {
	case isDuplicate(e.Message):
		return RowDuplicate
	case strings.Contains(e.Message, "网络控制"):
		return RowLocked
	}
	return RowRefused
}

// successRow finds the row of a success: by DIndex, and on servers without it
// by the number in the model.
func successRow(e entity, rows int, number func(i int) string) (int, bool) {
	if e.DIndex != nil {
		i := int(*e.DIndex)
		return i, i >= 0 && i < rows
	}
	if rows == 1 {
		return 0, true
	}
	found, times := 0, 0
	for i := range rows {
		if n := number(i); n != "" && n == string(e.Number) {
			found, times = i, times+1
		}
	}
	return found, times == 1
}

// modelNumber is the number of a model, "" when it leaves it to the server.
func modelNumber(raw json.RawMessage) string {
	fields, err := members(raw)
	if err != nil {
		return ""
	}
	for _, f := range fields {
		if strings.EqualFold(f.Key, "FNumber") || strings.EqualFold(f.Key, "FBillNo") {
			return Cell(f.Value.(json.RawMessage)).Text()
		}
	}
	return ""
}
