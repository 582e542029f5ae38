package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// SaveTask is an asynchronous BatchSave that the server works on. It survives as
// JSON: a program that was restarted goes on with [Client.BatchSaveResult].
type SaveTask struct {
	ID      string   // TaskId of the server
	FormID  string   // what is saved
	Numbers []string // the number of each model in order, "" where the server draws it
}

func (t SaveTask) number(i int) string { return t.Numbers[i] }

// TaskError tells that an asynchronous BatchSave was begun, and that what became
// of it is not known. It matches [duijie.ErrOutcomeUnknown]. Ask again with the
// Task, or look the numbers up, before sending anything again.
type TaskError struct {
	Task SaveTask
	Err  error // why asking stopped: the caller's context, or the server's words
}

// Error names the task.
func (e *TaskError) Error() string {
	return fmt.Sprintf("kingdee: BatchSave: task %s was begun and its result is not known: %v", cut(e.Task.ID), e.Err)
}

// Unwrap is why asking stopped.
func (e *TaskError) Unwrap() error { return e.Err }

// Is matches duijie.ErrOutcomeUnknown.
func (e *TaskError) Is(target error) bool { return target == duijie.ErrOutcomeUnknown }

// TaskProgress is what the server tells of a task.
type TaskProgress struct {
	Result      *BatchResult // nil while the server works on it
	Progress    string       // how far it is, in the server's words; often empty
	Description string       // what it does at the moment (ProgressDesc)
}

// taskInterval is how often the official clients ask after a task.
const taskInterval = time.Second

// BatchSaveAsync is [Client.BatchSave] for large batches: the server takes them
// in (beginmethod, querymethod), works on them, and is asked each second until it is
// done or ctx ends, with up to 5 tries on a bad connection. The result is
// the same.
//
// When asking ends before the task does the error is a *[TaskError]. An answer
// to the begin that was lost is [duijie.ErrOutcomeUnknown] without a task: look
// the numbers up. A task that failed as a whole is an error with the server's
// words, which is ErrOutcomeUnknown too, because rows are stored one by one.
//
// Effect: write.
func (c *Client) BatchSaveAsync(ctx context.Context, req BatchSaveRequest, opts ...duijie.CallOption) (*BatchResult, error) {
	task, done, err := c.BatchSaveBegin(ctx, req, opts...)
	if err != nil || done != nil {
		return done, err
	}
	return c.BatchSaveResult(ctx, *task, opts...)
}

// BatchSaveBegin begins an asynchronous BatchSave and returns its task. Servers
// that do not know asynchronous saves answer with the result at once; there is no
// task then.
//
// Effect: write.
func (c *Client) BatchSaveBegin(ctx context.Context, req BatchSaveRequest, opts ...duijie.CallOption) (*SaveTask, *BatchResult, error) {
	models, err := c.batchModels(req)
	if err != nil {
		return nil, nil, err
	}
	body, err := requestBody(c.positional, parameter{"formid", req.FormID}, parameter{"data", req.data(models)})
	if err != nil {
		return nil, nil, err
	}
	body = append(body[:len(body)-1], `,"beginmethod":"BeginQueryImpl","querymethod":"QueryAsyncResult"}`...)
	op := operation{service: servicePrefix + "BatchSave", effect: duijie.EffectWrite, shape: taskShape, rows: len(models)}
	r, err := c.run(ctx, op, opts, body)
	if err != nil {
		return nil, nil, err
	}
	task := SaveTask{ID: string(r.probe.TaskID), FormID: req.FormID, Numbers: modelNumbers(models)}
	if r.result.ResponseStatus != nil {
		return nil, batchResult(r, len(models), task.number), nil
	}
	progress, err := c.taskProgress(task, r)
	if err != nil {
		return nil, nil, err
	}
	if progress.Result != nil {
		return nil, progress.Result, nil
	}
	return &task, nil, nil
}

// BatchSaveResult waits for the result of a task that was begun, by this process
// or another. It asks at once, then each second until ctx ends.
//
// Effect: read.
func (c *Client) BatchSaveResult(ctx context.Context, task SaveTask, opts ...duijie.CallOption) (*BatchResult, error) {
	ticker := time.NewTicker(taskInterval)
	defer ticker.Stop()
	for {
		progress, err := c.BatchSaveProgress(ctx, task, opts...)
		if err != nil || progress.Result != nil {
			if err != nil {
				return nil, err
			}
			return progress.Result, nil
		}
		select {
		case <-ctx.Done():
			return nil, &TaskError{task, context.Cause(ctx)}
		case <-ticker.C:
		}
	}
}

// BatchSaveProgress asks once how far a task is (QueryAsyncResult).
//
// Effect: read.
func (c *Client) BatchSaveProgress(ctx context.Context, task SaveTask, opts ...duijie.CallOption) (*TaskProgress, error) {
	if task.ID == "" || len(task.Numbers) == 0 {
		return nil, fmt.Errorf("kingdee: BatchSaveProgress: the task has no ID or no Numbers: %w", duijie.ErrInvalid)
	}
	info, err := marshal(struct {
		TaskID    string `json:"TaskId"`
		Cancelled bool
	}{task.ID, false})
	if err != nil {
		return nil, err
	}
	body, err := marshal(map[string]string{"queryInfo": string(info)})
	if err != nil {
		return nil, err
	}
	op := operation{service: servicePrefix + "QueryAsyncResult", effect: duijie.EffectRead, shape: taskShape, rows: len(task.Numbers)}
	r, err := c.run(ctx, op, opts, body)
	if err != nil {
		return nil, &TaskError{task, err}
	}
	if r.result.ResponseStatus != nil {
		if err := c.refusedQuestion(r); err != nil {
			return nil, &TaskError{task, err}
		}
		return &TaskProgress{Result: batchResult(r, len(task.Numbers), task.number)}, nil
	}
	return c.taskProgress(task, r)
}

// refusedQuestion is the error of an answer that is a refusal and none of a task:
// it speaks of the question, not of the rows.
func (c *Client) refusedQuestion(r *reading) error {
	var about struct{ Status *wire.Int }
	_ = wire.Unmarshal(r.body, &about) // no status then
	if bool(r.result.ResponseStatus.IsSuccess) || r.probe.TaskID != "" || about.Status != nil {
		return nil
	}
	in := &reading{shape: statusShape}
	v := in.judgeBody(r.body)
	c.hide(&v, in, duijie.Secret{})
	return &duijie.APIError{Platform: platform, Op: "QueryAsyncResult", Class: v.Class, Code: v.Code, Message: v.Message, Hint: v.Hint}
}

// taskAnswer is what the server says of a task.
type taskAnswer struct {
	Status           wire.Int
	Result           json.RawMessage // the ordinary answer, when complete
	Cancelled        wire.Bool
	IsFaulted        wire.Bool
	FaultedException json.RawMessage
	Message          json.RawMessage
	Progress         wire.Text
	ProgressDesc     wire.Text
}

const taskComplete = 2 // 0 waits, 1 runs

// taskProgress reads the answer about a task.
func (c *Client) taskProgress(task SaveTask, r *reading) (*TaskProgress, error) {
	var a taskAnswer
	if err := wire.Unmarshal(r.body, &a); err != nil {
		return nil, &TaskError{task, fmt.Errorf("%w: %w", err, duijie.ErrMalformedAnswer)}
	}
	switch {
	case bool(a.IsFaulted) || bool(a.Cancelled):
		return nil, c.taskFailed(task, a)
	case a.Status < 0 || a.Status > taskComplete:
		return nil, &TaskError{task, fmt.Errorf("its status %d is unknown: %w", a.Status, duijie.ErrMalformedAnswer)}
	case a.Status != taskComplete:
		return &TaskProgress{Progress: string(a.Progress), Description: string(a.ProgressDesc)}, nil
	}
	in := &reading{shape: batchShape, records: len(task.Numbers)}
	v := in.judgeBody(a.Result)
	c.hide(&v, in, duijie.Secret{})
	if v.Class == duijie.ClassOK {
		out := batchResult(in, len(task.Numbers), task.number)
		out.Raw = r.body
		return &TaskProgress{Result: out}, nil
	}
	e := &duijie.APIError{Platform: platform, Op: "BatchSave", Class: v.Class, Code: v.Code, Message: v.Message, Hint: v.Hint}
	switch reasons := in.reasons(); {
	case v.Malformed:
		e.Err = duijie.ErrMalformedAnswer
	case len(reasons) > 0:
		e.Err = &Refusal{Errors: reasons}
	}
	if !v.NoEffect && (v.Class == duijie.ClassUnavailable || v.Malformed || v.Ambiguous) {
		return nil, &TaskError{task, e}
	}
	return nil, e
}

// taskFailed is the error of a task that the server gave up.
func (c *Client) taskFailed(task SaveTask, a taskAnswer) error {
	what := "the task failed"
	if !a.IsFaulted {
		what = "the task was cancelled"
	}
	for _, raw := range []json.RawMessage{a.FaultedException, a.Message} {
		text := Cell(raw).Text()
		var exception struct{ Message wire.Text }
		if wire.First(raw) == '{' && wire.Unmarshal(raw, &exception) == nil && exception.Message != "" {
			text = string(exception.Message)
		}
		if text != "" {
			what += ": " + c.http.Clean(text)
			break
		}
	}
	return &TaskError{task, &duijie.APIError{
		Platform: platform, Op: "BatchSave", Class: duijie.ClassRefused, OutcomeUnknown: true, Message: what,
		Hint: "rows are stored one by one: look the numbers up",
	}}
}
