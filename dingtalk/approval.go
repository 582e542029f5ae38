package dingtalk

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// ApprovalService works on OA approval instances (审批实例), those of the approval
// application and not of Yida.
type ApprovalService struct{ client *Client }

// Approvals are the OA approvals.
func (c *Client) Approvals() *ApprovalService { return &ApprovalService{c} }

// ApprovalValue is the value of one component of an approval form. A sub-table is the JSON
// text of rows of values: [[{"name":"数量","value":"2"}]].
type ApprovalValue struct {
	ID        string `json:"id,omitempty"`            // of the component
	Name      string `json:"name"`                    // label of the component
	Value     string `json:"value"`                   // a text, whatever the component
	ExtValue  string `json:"extValue,omitempty"`      // further data, a JSON text
	Component string `json:"componentType,omitempty"` // kind of the component
	BizAlias  string `json:"bizAlias,omitempty"`      // alias of the component
}

// ApprovalStep are approvers given by the starter.
type ApprovalStep struct {
	Action  string   `json:"actionType"` // AND, OR, or NONE for a single one
	UserIDs []string `json:"userIds"`    // approvers
}

// ApprovalRequest starts an approval.
type ApprovalRequest struct {
	Originator   string          // userId of the starter; required
	ProcessCode  string          // PROC-… of the form; required
	DepartmentID int64           // of the starter, -1 the root; needed unless Approvers are given
	Approvers    []ApprovalStep  // 20 steps at most; none: as the process is designed
	CC           []string        // userIds that are told, 50 at most
	CCPosition   string          // START, FINISH or START_FINISH
	Values       []ApprovalValue // 150 at most; required
}

const (
	approvalsPath   = "/v1.0/workflow/processInstances"
	approvalIDsPath = "/v1.0/workflow/processes/instanceIds/query"
	approvalEndPath = "/v1.0/workflow/processInstances/terminate"
)

func (r ApprovalRequest) check() error {
	switch {
	case r.Originator == "" || r.ProcessCode == "" || len(r.Values) == 0:
		return invalid(approvalsPath, "Originator, ProcessCode and Values are required")
	case r.DepartmentID == 0 && len(r.Approvers) == 0:
		return invalid(approvalsPath, "DepartmentID is needed unless Approvers are given; -1 is the root")
	case len(r.Approvers) > 20 || len(r.CC) > 50 || len(r.Values) > 150:
		return invalid(approvalsPath, "20 approver steps, 50 in CC and 150 values at most")
	}
	return nil
}

// Start starts an approval and returns its id (发起审批实例, POST
// /v1.0/workflow/processInstances). It has no idempotency key: after a lost answer
// (duijie.ErrOutcomeUnknown) look for the instance with IDs and Get before starting it again,
// by a value of your own in the form.
//
// Effect: write. Limit: 20 calls a second.
func (s *ApprovalService) Start(ctx context.Context, r ApprovalRequest, opts ...duijie.CallOption) (id string, err error) {
	if err := r.check(); err != nil {
		return "", err
	}
	body := map[string]any{"originatorUserId": r.Originator, "processCode": r.ProcessCode, "formComponentValues": r.Values}
	if r.DepartmentID != 0 {
		body["deptId"] = r.DepartmentID
	}
	if len(r.Approvers) > 0 {
		body["approvers"] = r.Approvers
	}
	if len(r.CC) > 0 {
		body["ccList"], body["ccPosition"] = r.CC, firstOf(r.CCPosition, "FINISH")
	}
	var out struct {
		InstanceID string `json:"instanceId"`
	}
	err = s.client.Call(ctx, "POST "+approvalsPath, nil, body, &out, opts...)
	return out.InstanceID, err
}

// Approval is one approval instance. The platform writes its times as its wall clock with a
// Z behind it, which is wrong: they are read as China time.
type Approval struct {
	ID           string          // processInstanceId
	Title        string          // shown to people
	BusinessID   string          // 审批编号
	Status       string          // RUNNING, TERMINATED or COMPLETED
	Result       string          // agree or refuse, once it is COMPLETED
	Originator   string          // userId of the starter
	DepartmentID string          // of the starter
	Created      time.Time       // started; minutes only
	Finished     time.Time       // the zero time while it runs
	Values       []ApprovalValue // of the form
	Raw          json.RawMessage // the whole instance: records, tasks and more
}

// Get reads one approval (获取单个审批实例详情, GET /v1.0/workflow/processInstances). One that is
// not there is duijie.ErrNotFound.
//
// Effect: read. Limit: 20 calls a second.
func (s *ApprovalService) Get(ctx context.Context, id string, opts ...duijie.CallOption) (Approval, error) {
	if id == "" {
		return Approval{}, invalid(approvalsPath, "the id is missing")
	}
	var out struct {
		Result json.RawMessage `json:"result"`
	}
	if err := s.client.Call(ctx, "GET "+approvalsPath, Query{"processInstanceId": id}, nil, &out, opts...); err != nil {
		return Approval{}, err
	}
	return readApproval(id, out.Result)
}

// readApproval reads an instance. What can be read of one whose values do not fit comes
// with the error.
func readApproval(id string, raw json.RawMessage) (Approval, error) {
	a := Approval{
		ID: id, Raw: raw, Title: scalar(member(raw, "title")), BusinessID: scalar(member(raw, "businessId")), Status: scalar(member(raw, "status")),
		Result: scalar(member(raw, "result")), Originator: scalar(member(raw, "originatorUserId")), DepartmentID: scalar(member(raw, "originatorDeptId")),
	}
	a.Created, _ = yidaTime(scalar(member(raw, "createTime")), duijie.China)
	a.Finished, _ = yidaTime(scalar(member(raw, "finishTime")), duijie.China)
	if values := member(raw, "formComponentValues"); values != nil {
		if err := wire.Unmarshal(values, &a.Values); err != nil {
			return a, fmt.Errorf("dingtalk: %s: the values do not fit: %w", approvalsPath, err)
		}
	}
	return a, nil
}

// ApprovalQuery selects approvals of one form.
type ApprovalQuery struct {
	ProcessCode string    // PROC-…; required
	From, To    time.Time // start of the instances; From is required and lies within the last 365 days, zero To is now
	UserIDs     []string  // started by these, 10 at most
	Statuses    []string  // RUNNING, TERMINATED, COMPLETED, NEW, CANCELED; none: all
}

// approvalSpan is the widest time one query takes.
const approvalSpan = 120 * 24 * time.Hour

// IDs lists the ids of approvals (获取审批实例ID列表, POST
// /v1.0/workflow/processes/instanceIds/query), in steps of 120 days and 20 ids a call. An
// id comes once. Instances that start while pages are read may be missed: end To a minute ago,
// and overlap with the time before.
//
// Effect: read. Limit: 20 calls a second, 10,000 ids in a step.
func (s *ApprovalService) IDs(ctx context.Context, q ApprovalQuery, opts ...duijie.CallOption) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if q.To.IsZero() {
			q.To = s.client.Now()
		}
		if q.ProcessCode == "" || q.From.IsZero() || q.To.Before(q.From) || len(q.UserIDs) > 10 {
			yield("", invalid(approvalIDsPath, "ProcessCode and From are required, To is not before From, UserIDs are 10 at most"))
			return
		}
		seen := map[string]bool{}
		for from := q.From; !from.After(q.To); from = from.Add(approvalSpan) {
			to := from.Add(approvalSpan)
			if to.After(q.To) {
				to = q.To
			}
			for id, err := range s.idsBetween(ctx, q, from, to, opts) {
				if err == nil && seen[id] {
					continue
				}
				seen[id] = true
				if !yield(id, err) || err != nil {
					return
				}
			}
		}
	}
}

// idsBetween pages one step.
func (s *ApprovalService) idsBetween(ctx context.Context, q ApprovalQuery, from, to time.Time, opts []duijie.CallOption) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		body := map[string]any{"processCode": q.ProcessCode, "startTime": from.UnixMilli(), "endTime": to.UnixMilli(), "maxResults": 20}
		if len(q.UserIDs) > 0 {
			body["userIds"] = q.UserIDs
		}
		if len(q.Statuses) > 0 {
			body["statuses"] = q.Statuses
		}
		came := map[int64]bool{}
		for next := int64(0); ; {
			came[next] = true
			body["nextToken"] = next
			var page struct {
				Result struct {
					List []string `json:"list"`
					Next wire.Int `json:"nextToken"`
				} `json:"result"`
			}
			if err := s.client.Call(ctx, "POST "+approvalIDsPath, nil, body, &page, opts...); err != nil {
				yield("", err)
				return
			}
			for _, id := range page.Result.List {
				if !yield(id, nil) {
					return
				}
			}
			if next = int64(page.Result.Next); next == 0 {
				return
			}
			if came[next] {
				yield("", fmt.Errorf("dingtalk: %s: token %d came before: %w", approvalIDsPath, next, duijie.ErrNoProgress))
				return
			}
		}
	}
}

// Terminate takes an approval back (撤销审批实例, POST
// /v1.0/workflow/processInstances/terminate) in the name of a person; remark is shown to people.
//
// Effect: idempotent. Limit: 20 calls a second.
func (s *ApprovalService) Terminate(ctx context.Context, id, operator, remark string, opts ...duijie.CallOption) error {
	if id == "" || operator == "" {
		return invalid(approvalEndPath, "the id and the operator's userId are required")
	}
	body := map[string]any{"processInstanceId": id, "operatingUserId": operator, "isSystem": false, "remark": remark}
	return s.client.Call(ctx, "POST "+approvalEndPath, nil, body, nil, opts...)
}
