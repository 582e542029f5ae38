package jdy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// BatchResult is what became of one record of a bulk save.
type BatchResult struct {
	ID     string // "" when it was not saved
	Number string
	Err    error // nil: saved. Matches duijie.ErrOutcomeUnknown where the answer has no row for it
}

// SaveBatch saves several new records in one call, for kinds with a bulk save
// (批量保存). There is a result for each model; the error is nil where the platform
// answered, whatever became of the records.
//
// Effect: write. Limit: 500 records a call.
func (r *Records[Row, Detail, Model]) SaveBatch(ctx context.Context, models []Model, o SaveOptions, opts ...duijie.CallOption) ([]BatchResult, error) {
	op := operationOf("POST", r.kind.BatchPath)
	switch {
	case r.kind.BatchPath == "":
		return nil, invalid(r.kind.Path, "there is no bulk save: use Save")
	case len(models) == 0:
		return nil, nil
	case len(models) > MaxBatchRows:
		return nil, invalid(op.Path, fmt.Sprintf("%d records, the platform takes %d", len(models), MaxBatchRows))
	case o.ID != "" || o.External != "":
		return nil, invalid(op.Path, "ID and External belong to one record: put them into the models")
	}
	bodies := make([]json.RawMessage, len(models))
	for i, m := range models {
		model, err := marshalModel(m)
		if err == nil {
			bodies[i], err = r.kind.body(model, o)
		}
		if err != nil {
			return nil, fmt.Errorf("jdy: %s: record %d: %w", op.Path, i, err)
		}
	}
	body, err := marshal(map[string]any{firstOf(op.Batch, "data"): bodies})
	if err != nil {
		return nil, err
	}
	e, err := r.client.send(ctx, &request{op: op, body: body}, duijie.NewCallOptions(opts...))
	if err != nil && !isPartial(err) {
		return nil, err
	}
	out := make([]BatchResult, len(models))
	for i, row := range readBatch(e.data, len(models)) {
		out[i] = row.result(op.Path)
	}
	return out, nil
}

func isPartial(err error) bool {
	_, ok := errors.AsType[*PartialError](err)
	return ok
}

// batchRow is one row of the answer to a bulk save.
type batchRow struct {
	told       bool
	failed     bool
	id, number string
	message    string
}

func (b batchRow) result(path string) BatchResult {
	switch {
	case !b.told:
		return BatchResult{Err: &duijie.APIError{
			Platform: platform, Op: path, Class: duijie.ClassUnavailable, OutcomeUnknown: true, Message: "the answer has no row for this record",
		}}
	case b.failed:
		return BatchResult{Number: b.number, Err: &duijie.APIError{Platform: platform, Op: path, Class: duijie.ClassRefused, Message: b.message}}
	}
	return BatchResult{ID: b.id, Number: b.number}
}

// readBatch parts the rows of a bulk answer among n records by their index. Where
// an index is missing, doubled or out of range, the rows stand for the records in
// order if there are as many; else nothing is told of any.
func readBatch(data json.RawMessage, n int) []batchRow {
	out := make([]batchRow, n)
	var rows []batchRow
	byIndex := true
	for row := range wire.Elements(members(data)["rows"]) {
		m := members(row)
		failed, bad := failedRow(row, len(rows))
		b := batchRow{told: true, failed: bad, message: firstOf(failed.Message, "not saved, no reason given"), id: scalar(m["id"]), number: failed.Number}
		rows = append(rows, b)
		at, ok := index(scalar(m["index"]))
		if !ok || at >= n || out[at].told {
			byIndex = false
			continue
		}
		out[at] = b
	}
	switch {
	case byIndex:
		return out
	case len(rows) == n:
		return rows
	}
	return make([]batchRow, n)
}
