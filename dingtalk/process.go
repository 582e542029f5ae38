package dingtalk

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// StartProcessRequest is a new instance of an approval form (流程表单).
type StartProcessRequest struct {
	FormUUID     string // "" = the application's
	Data         any    // what [EncodeForm] takes: FormData, a struct with component ids as JSON names, raw JSON
	ProcessCode  string // TPROC--...; "" = the form's own process
	DepartmentID string // department of the starter; "" leaves it to the platform
	// Approvers are those the starter chooses, by the key of the node
	// (__optionalApproval_node_...). v2.0 only.
	Approvers []ChosenApprovers
	UseAlias  bool // names are aliases; v2.0 only
}

// ChosenApprovers are the users that approve at one node.
type ChosenApprovers struct {
	Key     string   `json:"key"`
	UserIDs []string `json:"value"`
}

// StartProcess starts an approval (发起宜搭审批流程) and returns the id of the process
// instance: POST /v2.0/yida/processes/instances/start, or the v1.0 path where
// YidaApp.Version says so. A plain form is saved instead: [ErrWrongFormKind].
//
// Effect: write. There is no idempotency key: after duijie.ErrOutcomeUnknown look the
// instance up with [Yida.FindProcess], after [IndexLag] and twice, before starting again.
// [NewProcessSink] does so.
func (y *Yida) StartProcess(ctx context.Context, r StartProcessRequest, opts ...duijie.CallOption) (id string, err error) {
	const op = "/yida/processes/instances/start"
	body, err := y.formBody(r.FormUUID, r.Data, "formDataJson", r.UseAlias, op)
	if err != nil {
		return "", err
	}
	setText(body, "processCode", r.ProcessCode)
	setText(body, "departmentId", r.DepartmentID)
	if len(r.Approvers) > 0 {
		if y.app.Version == YidaV1 {
			return "", invalid(op, "approvers can not be chosen in v1.0")
		}
		b, err := wire.Marshal(r.Approvers)
		if err != nil {
			return "", err
		}
		body["processData"] = string(b)
	}
	var out result[string]
	err = y.post(ctx, y.version()+op, nil, body, &out, opts...)
	return out.Result, err
}

// GetProcess reads a process instance (根据流程实例ID获取流程实例):
// GET /yida/processes/instancesInfos/{id}. One that does not exist is duijie.ErrNotFound.
//
// Effect: read.
func (y *Yida) GetProcess(ctx context.Context, id string, opts ...duijie.CallOption) (*Instance, error) {
	return y.getInstance(ctx, "/yida/processes/instancesInfos/", id, opts)
}

// ProcessesByID reads many process instances (批量查询流程实例):
// GET /v1.0/yida/processes/instances/searchWithIds.
//
// Effect: read.
func (y *Yida) ProcessesByID(ctx context.Context, ids []string, opts ...duijie.CallOption) ([]Instance, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return y.instanceResult(ctx, http.MethodGet, "/v1.0/yida/processes/instances/searchWithIds", Query{"processInstanceIds": strings.Join(ids, ",")}, nil, opts)
}

// TerminateProcess ends a running process (终止流程实例):
// PUT /v1.0/yida/processes/instances/terminate.
//
// Effect: idempotent.
func (y *Yida) TerminateProcess(ctx context.Context, id string, opts ...duijie.CallOption) error {
	return y.onProcess(ctx, http.MethodPut, "/v1.0/yida/processes/instances/terminate", id, nil, opts)
}

// DeleteProcess deletes a process instance (删除流程实例):
// DELETE /v1.0/yida/processes/instances.
//
// Effect: idempotent.
func (y *Yida) DeleteProcess(ctx context.Context, id string, opts ...duijie.CallOption) error {
	return y.onProcess(ctx, http.MethodDelete, "/v1.0/yida/processes/instances", id, nil, opts)
}

func (y *Yida) onProcess(ctx context.Context, method, op, id string, out any, opts []duijie.CallOption) error {
	if err := needs(op, map[string]string{"process instance id": id}); err != nil {
		return err
	}
	return y.query(ctx, method, op, Query{"processInstanceId": id}, out, opts...)
}

// OperationRecord is one step in the history of a process, or one to come.
type OperationRecord struct {
	TaskID     string    // "" for the start
	ActivityID string    // node
	Name       string    // of the node, showName
	Type       string    // HISTORY or TODO
	Action     string    // actionExit: submit, agree, disagree ...
	Operation  string    // operateType
	OperatorID string    // userId
	Operator   string    // name
	Remark     string    // words of the operator
	At         time.Time // in China

	Raw json.RawMessage // the whole record as it came
}

// ProcessRecords are the history of a process (获取审批记录):
// GET /v1.0/yida/processes/operationRecords.
//
// Effect: read.
func (y *Yida) ProcessRecords(ctx context.Context, id string, opts ...duijie.CallOption) ([]OperationRecord, error) {
	var raw result[[]json.RawMessage]
	if err := y.onProcess(ctx, http.MethodGet, "/v1.0/yida/processes/operationRecords", id, &raw, opts); err != nil {
		return nil, err
	}
	out := make([]OperationRecord, len(raw.Result))
	for i, r := range raw.Result {
		m := func(name string) string { return scalar(member(r, name)) }
		out[i] = OperationRecord{
			TaskID: m("taskId"), ActivityID: m("activityId"), Name: m("showName"), Type: m("type"), Action: m("actionExit"),
			Operation: m("operateType"), OperatorID: m("operatorUserId"), Operator: m("operatorName"), Remark: m("remark"), Raw: r,
		}
		if out[i].TaskID == "null" {
			out[i].TaskID = ""
		}
		if err := readTime(member(r, "operateTimeGMT"), y.zone(), &out[i].At); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Task is an open task of a process.
type Task struct {
	ID         int64     // for [Yida.ExecuteTask]
	ActivityID string    // node
	ActionerID string    // userId of who has to act
	Status     string    // of the task
	Title      string    // of the instance
	Created    time.Time // in China

	Raw json.RawMessage // the whole task as it came
}

// RunningTasks are the open tasks of a process (查询流程运行任务):
// GET /v1.0/yida/processes/tasks/getRunningTasks.
//
// Effect: read.
func (y *Yida) RunningTasks(ctx context.Context, id string, opts ...duijie.CallOption) ([]Task, error) {
	var raw result[[]json.RawMessage]
	if err := y.onProcess(ctx, http.MethodGet, "/v1.0/yida/processes/tasks/getRunningTasks", id, &raw, opts); err != nil {
		return nil, err
	}
	out := make([]Task, len(raw.Result))
	for i, r := range raw.Result {
		out[i] = Task{
			ActivityID: scalar(member(r, "activityId")), ActionerID: scalar(member(r, "actualActionerId")), Status: scalar(member(r, "status")),
			Title: titleText(member(r, "title")), Raw: r,
		}
		if err := readInt(member(r, "taskId"), &out[i].ID); err != nil {
			return nil, err
		}
		if err := readTime(member(r, "createTimeGMT"), y.zone(), &out[i].Created); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ExecuteTaskRequest decides an open task.
type ExecuteTaskRequest struct {
	ProcessID string // process instance
	TaskID    int64  // of [Yida.RunningTasks]
	Agree     bool   // else it is disagreed with
	Remark    string // the platform wants one
	Data      any    // values to change with it; nil for none
	NoRules   bool   // do not run the form's rules
}

// ExecuteTask agrees or disagrees in the name of the acting user
// (执行宜搭的审批任务): POST /v1.0/yida/tasks/execute.
//
// Effect: write. After duijie.ErrOutcomeUnknown see [Yida.RunningTasks].
func (y *Yida) ExecuteTask(ctx context.Context, r ExecuteTaskRequest, opts ...duijie.CallOption) error {
	const op = "/v1.0/yida/tasks/execute"
	if err := needs(op, map[string]string{"ProcessID": r.ProcessID, "Remark": r.Remark}); err != nil {
		return err
	}
	body := map[string]any{"processInstanceId": r.ProcessID, "taskId": r.TaskID, "remark": r.Remark, "outResult": "DISAGREE"}
	if r.Agree {
		body["outResult"] = "AGREE"
	}
	if r.NoRules {
		body["noExecuteExpressions"] = "y"
	}
	if r.Data != nil {
		text, err := EncodeForm(r.Data)
		if err != nil {
			return err
		}
		body["formDataJson"] = text
	}
	return y.post(ctx, op, nil, body, nil, opts...)
}

// RestartProcessRequest sends a running process back to an earlier node.
type RestartProcessRequest struct {
	ProcessID    string // process instance
	FormUUID     string // "" = the application's
	TaskID       int64  // open task, of [Yida.RunningTasks]
	FromActivity string // node it is at: ActivityID of that task
	ToActivity   string // node it goes back to: ActivityID of an earlier record of [Yida.ProcessRecords]
	Remark       string // "" for none
}

// RestartProcess sends a process back (退回流程实例), in the name of the acting user:
// POST /v2.0/yida/processes/instances/restartInstance, in v2.0 only. A task that is not open any
// more is duijie.ErrInvalid.
//
// Effect: write. After duijie.ErrOutcomeUnknown see [Yida.RunningTasks]: a repeat may send
// back the task that came of it.
func (y *Yida) RestartProcess(ctx context.Context, r RestartProcessRequest, opts ...duijie.CallOption) error {
	const op = "/v2.0/yida/processes/instances/restartInstance"
	form, err := y.form(r.FormUUID, op)
	if err != nil {
		return err
	}
	if err := needs(op, map[string]string{"ProcessID": r.ProcessID, "FromActivity": r.FromActivity, "ToActivity": r.ToActivity}); err != nil {
		return err
	}
	if r.TaskID == 0 {
		return invalid(op, "TaskID is missing")
	}
	body := map[string]any{
		"procInstanceId": r.ProcessID, "taskId": strconv.FormatInt(r.TaskID, 10), "currentActivityId": r.FromActivity,
		"targetActivityId": r.ToActivity, "formUuid": form,
	}
	setText(body, "remark", r.Remark)
	setText(body, "envProfile", y.app.Env)
	return y.post(ctx, op, nil, body, nil, opts...)
}
