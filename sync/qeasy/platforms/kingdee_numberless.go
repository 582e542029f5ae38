package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// kingdeeNumberless saves records whose numbers the server draws. It is no Finder:
// nothing tells such a record from another, so a lost answer stays unknown, and the
// engine holds the record.
type kingdeeNumberless struct {
	client  *kingdee.Client
	form    kingdee.Form
	options kingdee.SaveOptions
	strip   []string
	rows    int
	draft   bool // store drafts, one a call
}

// Limits are those of the scheme, one call at a time.
func (s *kingdeeNumberless) Limits() duijiesync.Limits { return duijiesync.Limits{Rows: s.rows} }

// Write saves the records in one BatchSave; those the ledger knows are updated by
// their primary key.
func (s *kingdeeNumberless) Write(ctx context.Context, records []duijiesync.Record[qeasy.Write]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	req := kingdee.BatchSaveRequest{FormID: s.form.ID, SaveOptions: s.options}
	var at []int
	for i := range records {
		model, err := s.model(&records[i])
		if err != nil {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: records[i].Target.ID, Code: "model", Message: err.Error()}
			continue
		}
		req.Models, at = append(req.Models, model), append(at, i)
	}
	if len(at) == 0 {
		return out, nil
	}
	if s.draft {
		return s.writeDraft(ctx, &records[at[0]], req)
	}
	res, err := s.client.BatchSave(ctx, req)
	if err != nil && len(at) < len(records) {
		return parted(out, at, err), nil
	}
	if err != nil {
		return nil, err
	}
	for n, row := range res.Rows {
		out[at[n]] = rowOutcome(&row, records[at[n]].Target.ID)
	}
	return out, nil
}

// writeDraft stores the one record of a call; one that is no draft any more is left alone.
func (s *kingdeeNumberless) writeDraft(ctx context.Context, rec *duijiesync.Record[qeasy.Write], req kingdee.BatchSaveRequest) ([]duijiesync.Outcome, error) {
	target := rec.Target.ID
	if target != "" {
		status, err := kingdeeStatuses(ctx, s.client, s.form, s.form.Key, []string{target})
		if err != nil {
			return nil, err
		}
		if now := status[target].status; now != kingdee.StatusDraft {
			return []duijiesync.Outcome{{
				Kind: duijiesync.OutcomeRefused, TargetID: target, Code: "status",
				Message: "the record is no draft any more (status " + strconv.Quote(now) + "), and a draft would take it back",
			}}, nil
		}
	}
	res, err := s.client.Draft(ctx, kingdee.SaveRequest{FormID: s.form.ID, Model: req.Models[0], SaveOptions: s.options})
	switch {
	case err != nil:
		return nil, err
	case target != "":
		return []duijiesync.Outcome{{Kind: duijiesync.OutcomeUpdated, TargetID: target}}, nil
	}
	return []duijiesync.Outcome{{Kind: duijiesync.OutcomeCreated, TargetID: res.ID}}, nil
}

// model is what is sent. An update of a record with lines would double them.
func (s *kingdeeNumberless) model(rec *duijiesync.Record[qeasy.Write]) (json.RawMessage, error) {
	model, err := without(rec.Value.Request, append([]string{s.form.Number}, s.strip...))
	if err != nil || rec.Target.ID == "" {
		return model, err
	}
	id := json.RawMessage(rec.Target.ID)
	if strings.Trim(rec.Target.ID, "0123456789") != "" || rec.Target.ID[0] == '0' {
		if id, err = wire.AppendText(nil, rec.Target.ID); err != nil {
			return nil, err
		}
	}
	out, err := appendMember([]byte{'{'}, s.form.Key, id)
	for m := range wire.Walk(model) {
		if err != nil {
			return nil, err
		}
		if wire.First(m.Value) == '[' && !s.options.DeleteEntries {
			return nil, fmt.Errorf("the record is in the target, and its lines (%s) would come beside those stored", m.Key)
		}
		out, err = appendMember(out, string(m.Key), m.Value)
	}
	return append(out, '}'), err
}

// rowOutcome is the verdict on one row.
func rowOutcome(row *kingdee.RowResult, target string) duijiesync.Outcome {
	o := duijiesync.Outcome{TargetID: row.ID, Code: row.Code}
	if o.TargetID == "" {
		o.TargetID = target
	}
	for i, e := range row.Errors {
		if i > 0 {
			o.Message += "; "
		}
		o.Message += e.Message
		if i == 0 {
			o.Field = e.Field
		}
	}
	switch row.Status {
	case kingdee.RowSaved:
		o.Kind = duijiesync.OutcomeCreated
		if target != "" {
			o.Kind = duijiesync.OutcomeUpdated
		}
	case kingdee.RowRefused, kingdee.RowDuplicate:
		o.Kind = duijiesync.OutcomeRefused
	case kingdee.RowLocked:
		o.Kind = duijiesync.OutcomeRetryable
	default:
		o.Kind = duijiesync.OutcomeUnknown
	}
	return o
}
