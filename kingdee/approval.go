package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// Approval is what to do with a task of a workflow. The zero value is refused.
type Approval int

// What can be done with a task of a workflow.
const (
	Approve  Approval = 1 // 审批通过
	Reject   Approval = 2 // 驳回
	StopFlow Approval = 3 // 终止: ends the whole workflow of the record
)

// ApprovalRequest handles the workflow tasks (工作流) of records.
type ApprovalRequest struct {
	FormID         string   // "SAL_SaleOrder"; copy the case exactly
	Numbers        []string // numbers of records; or IDs
	IDs            []string // primary keys (内码)
	UserID         int64    // who handles the task; or UserName
	UserName       string   // name of the user who handles the task
	Approval       Approval // what to do
	ActionResultID string   // the exit of the node, "" = the usual one of Approval
	PostID         int64    // post of the user; or PostNumber
	PostNumber     string   // number of the post
	Disposition    string   // the words of the opinion (审批意见)
}

type approvalData struct {
	FormID         string   `json:"FormId"`
	IDs            []string `json:"Ids"`
	Numbers        []string
	UserID         int64 `json:"UserId"`
	UserName       string
	ApprovalType   Approval
	ActionResultID string `json:"ActionResultId"`
	PostID         int64  `json:"PostId"`
	PostNumber     string
	Disposition    string
}

func (r ApprovalRequest) check() error {
	what := ""
	switch {
	case r.FormID == "":
		what = "FormID is missing"
	case (len(r.Numbers) == 0) == (len(r.IDs) == 0) || slices.Contains(r.Numbers, "") || !plainIDs(r.IDs):
		what = "give either Numbers or IDs, none of them empty"
	case r.UserID == 0 && strings.TrimSpace(r.UserName) == "":
		what = "give UserID or UserName"
	case r.Approval < Approve || r.Approval > StopFlow:
		what = "Approval is none of Approve, Reject and StopFlow"
	}
	if what == "" {
		return nil
	}
	return fmt.Errorf("kingdee: WorkflowAudit %s: %s: %w", cut(r.FormID), what, duijie.ErrInvalid)
}

// ApprovalResult is what became of the records of an approval.
type ApprovalResult struct {
	StatusResult
	OperationResults json.RawMessage // what the server tells beside, nil for nothing
}

// WorkflowAudit handles workflow tasks of records (工作流审批): approves, rejects,
// or stops the workflow. For records without a workflow there is [Client.Audit].
//
// It fails when no record was taken; when only some were, the result tells.
// Effect: write.
func (c *Client) WorkflowAudit(ctx context.Context, req ApprovalRequest, opts ...duijie.CallOption) (*ApprovalResult, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	op := operation{service: "WorkflowAudit", effect: duijie.EffectWrite, shape: mixedShape}
	r, err := c.form(ctx, op, opts, parameter{"data", approvalData{
		FormID: req.FormID, IDs: append([]string{}, req.IDs...), Numbers: append([]string{}, req.Numbers...),
		UserID: req.UserID, UserName: req.UserName, ApprovalType: req.Approval, ActionResultID: req.ActionResultID,
		PostID: req.PostID, PostNumber: req.PostNumber, Disposition: req.Disposition,
	}})
	if err != nil {
		return nil, err
	}
	asked := StatusRequest{Numbers: req.Numbers, IDs: req.IDs}
	out := &ApprovalResult{StatusResult: *statusResult(r, asked)}
	var more struct{ OperationResults json.RawMessage }
	if r.members("WorkflowAudit", &more) == nil && string(more.OperationResults) != "null" {
		out.OperationResults = more.OperationResults
	}
	return out, nil
}

// Message is a message to users of the product (消息).
type Message struct {
	Title     string `json:"FTitle"`
	Content   string `json:"FContent"`
	Receivers string `json:"FReceivers"` // user name, as the platform takes it
	Type      string `json:"FType"`      // "1", as in the platform's template, when empty
}

// SendMsg sends messages inside the product (发送消息). A message sent twice comes
// twice.
//
// Effect: write.
func (c *Client) SendMsg(ctx context.Context, messages []Message, opts ...duijie.CallOption) error {
	if len(messages) == 0 {
		return fmt.Errorf("kingdee: SendMsg: there is no message: %w", duijie.ErrInvalid)
	}
	list := slices.Clone(messages)
	for i := range list {
		m := &list[i]
		if m.Title == "" || m.Receivers == "" {
			return fmt.Errorf("kingdee: SendMsg: message %d needs a Title and Receivers: %w", i, duijie.ErrInvalid)
		}
		if m.Type == "" {
			m.Type = "1"
		}
	}
	op := operation{service: "SendMsg", effect: duijie.EffectWrite, shape: statusShape}
	_, err := c.form(ctx, op, opts, parameter{"data", struct{ Model []Message }{list}})
	return err
}
