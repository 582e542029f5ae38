package kingdee

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/workflow"
)

// BillStage is how far a bill sink brings records.
type BillStage uint8

// How far a bill sink brings records.
const (
	BillSaved     BillStage = iota // saved: status A
	BillSubmitted                  // saved and submitted: status B
	BillAudited                    // saved, submitted and audited: status C
)

// BillSinkConfig says how records become bills, and how far they are brought.
type BillSinkConfig[T any] struct {
	// SaveSinkConfig is how they are saved. Options.AutoSubmitAndAudit and UnAudit must
	// not be set: the steps are the bill sink's own.
	SaveSinkConfig[T]
	// Until is the last step; the zero value only saves.
	Until BillStage
	// TakeBack takes a bill whose contents change out of its status first: un-audit
	// (反审核) where it is audited, take back (撤销) where it is submitted. Without it
	// such a change is refused. A change that is refused before it is sent, by Model, by
	// the check of the model or by Lines, leaves the bill as it is.
	TakeBack bool
	// RestoreRefused brings a bill whose change was refused after it was taken back to
	// its status again; without it the bill stays open, and the dead letter says so.
	RestoreRefused bool
	// StepFlags answer the server's questions at submit and audit:
	// "STK_InvCheckResult" allows negative stock.
	StepFlags []string
	// StopAtInteraction refuses a step with a question that StepFlags do not answer.
	StopAtInteraction bool
	// NetworkCtrl locks bills while a step works on them (网络控制).
	NetworkCtrl bool
	// StepRetries is how often a step is repeated while bills are locked or the server
	// is busy; see workflow.Config.
	StepRetries int
}

// BillSink writes records as bills (单据) step by step: save, submit, audit. It is
// a Sink and a Finder of a pipeline.
//
// The status (FDocumentStatus) is read back before and after whatever did not
// simply succeed, so that a crash or a lost answer at any step is made good by the
// next run: a number that is there is not created again, a step that took effect is
// not made again. What can not be done is a dead letter with the server's words
// and the step; replay makes the steps that are left.
//
// Set Compare and CompareLines, so that a bill whose save was lost is recognised
// as saved. Without them a bill with lines or sub-heads is only found as existing
// after a crash, and saved again with what Lines says: ReplaceLines does no harm
// to bills that nothing is linked to, RefuseLines makes it a dead letter.
type BillSink[T any] struct{ sink billSteps[T] }

// billSteps is a sink that only saves, or a workflow around it.
type billSteps[T any] interface {
	duijiesync.Sink[T]
	duijiesync.Finder[T]
	duijiesync.Limited
}

// NewBillSink makes a sink.
func NewBillSink[T any](c *Client, cfg BillSinkConfig[T]) (*BillSink[T], error) {
	switch {
	case cfg.Options.AutoSubmitAndAudit:
		return nil, fmt.Errorf("kingdee: bill sink of %s: Options.AutoSubmitAndAudit does in one go what Until does step by step: %w", cut(cfg.Form.ID), duijie.ErrInvalid)
	case cfg.UnAudit:
		return nil, fmt.Errorf("kingdee: bill sink of %s: set TakeBack instead of UnAudit: %w", cut(cfg.Form.ID), duijie.ErrInvalid)
	case cfg.Draft && cfg.Until > BillSaved:
		return nil, fmt.Errorf("kingdee: bill sink of %s: a draft is not brought further: leave Draft out, or Until: %w", cut(cfg.Form.ID), duijie.ErrInvalid)
	case cfg.Until > BillAudited:
		return nil, fmt.Errorf("kingdee: bill sink of %s: Until is unknown: %w", cut(cfg.Form.ID), duijie.ErrInvalid)
	}
	save := cfg.SaveSinkConfig
	save.UnAudit = cfg.TakeBack && cfg.Until == BillSaved
	sink, err := NewSaveSink(c, save)
	if err != nil {
		return nil, err
	}
	if cfg.Until == BillSaved {
		return &BillSink[T]{sink}, nil
	}
	flow, err := workflow.New(cfg.workflow(c, sink))
	if err != nil {
		return nil, fmt.Errorf("kingdee: bill sink of %s: %w: %w", cut(cfg.Form.ID), err, duijie.ErrInvalid)
	}
	return &BillSink[T]{flow}, nil
}

// Statuses of records (FDocumentStatus), for those who read them.
const (
	StatusDraft    = "Z" // 暂存
	StatusCreated  = "A" // 创建
	StatusInAudit  = "B" // 审核中: submitted
	StatusAudited  = "C" // 已审核
	StatusReopened = "D" // 重新审核: taken back after an audit
)

func (cfg BillSinkConfig[T]) workflow(c *Client, save *SaveSink[T]) workflow.Config[T] {
	step := func(operate statusCall) func(context.Context, []string) ([]duijiesync.Outcome, error) {
		return func(ctx context.Context, ids []string) ([]duijiesync.Outcome, error) {
			res, err := operate(ctx, StatusRequest{
				FormID: cfg.Form.ID, IDs: ids, NetworkCtrl: cfg.NetworkCtrl, InteractionFlags: cfg.StepFlags, StopAtInteraction: cfg.StopAtInteraction,
			})
			return stepOutcomes(ids, res, err)
		}
	}
	open := []string{StatusDraft, StatusCreated, StatusReopened}
	w := workflow.Config[T]{
		Save: save, Editable: open, Final: StatusInAudit, Beyond: []string{StatusAudited},
		Steps:          []workflow.Step{{Name: "submit", From: open, To: StatusInAudit, Do: step(c.Submit)}},
		RestoreRefused: cfg.RestoreRefused, StepRetries: cfg.StepRetries,
		Check: func(rec duijiesync.Record[T]) error {
			_, _, err := save.ready(rec)
			return err
		},
		Status: func(ctx context.Context, ids []string) (map[string]string, error) {
			read, err := save.readStatus(ctx, ids)
			out := make(map[string]string, len(read))
			for id, st := range read {
				out[id] = string(st)
			}
			return out, err
		},
	}
	if cfg.Until == BillAudited {
		w.Final, w.Beyond = StatusAudited, nil
		w.Steps = append(w.Steps, workflow.Step{Name: "audit", From: []string{StatusInAudit}, To: StatusAudited, Do: step(c.Audit)})
	}
	if cfg.TakeBack {
		w.Undo = []workflow.Step{
			{Name: "unaudit", From: []string{StatusAudited}, To: StatusReopened, Do: step(c.UnAudit)},
			{Name: "cancel", From: []string{StatusInAudit}, To: StatusCreated, Do: step(c.CancelAssign)},
		}
	}
	return w
}

// stepOutcomes says what became of each id of a status operation. What the
// answer does not tell for sure stays unknown: the workflow reads its status.
func stepOutcomes(ids []string, res *StatusResult, err error) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(ids))
	if errors.Is(err, ErrAlreadyAudited) {
		return out, nil
	}
	if err != nil {
		return nil, outage(err)
	}
	for i, id := range ids {
		done := slices.ContainsFunc(res.Succeeded, func(e Entity) bool { return e.ID == id })
		if done {
			out[i].Kind = duijiesync.OutcomeUpdated
		}
		for _, e := range res.Errors {
			if done || e.Index != i || e.Is(ErrAlreadyAudited) {
				continue
			}
			kind := duijiesync.OutcomeRefused
			if res.Code == "13" {
				kind = duijiesync.OutcomeRetryable
			}
			out[i] = duijiesync.Outcome{Kind: kind, Code: res.Code, Field: e.Field, Message: e.Message}
		}
	}
	return out, nil
}

// outage is the error of a server that does not know the service: it refuses no
// record, however much its code looks like that of one that is not there.
func outage(err error) error {
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok || !noSuchService(err) {
		return err
	}
	other := *e
	other.Class = duijie.ClassUnavailable
	return &other
}

// Write brings records to their stage.
func (s *BillSink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	return s.sink.Write(ctx, records)
}

// Find looks records up by number. One whose contents are right and whose status
// is short of the stage is Different.
func (s *BillSink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	return s.sink.Find(ctx, records)
}

// Limits are the platform's.
func (s *BillSink[T]) Limits() duijiesync.Limits { return s.sink.Limits() }

// What a BillSink is to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*BillSink[any])(nil)
	_ duijiesync.Finder[any] = (*BillSink[any])(nil)
	_ duijiesync.Limited     = (*BillSink[any])(nil)
)
