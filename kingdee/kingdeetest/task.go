package kingdeetest

import (
	"context"
	"encoding/json"
	"net/http"
)

// Faults of an asynchronous BatchSave. They pass by calls that are not.
const (
	TaskFaulted      FaultKind = "task faulted"       // the task ends with IsFaulted, without effect
	TaskFaultedAfter FaultKind = "task faulted after" // the task ends with IsFaulted after the rows were stored
	TaskLost         FaultKind = "task lost"          // the rows are stored, but nobody knows the task any more
)

// WithTaskPolls sets how an asynchronous BatchSave goes on: how many questions
// are answered as pending (Status 0) and then as running (Status 1) before it is
// complete (Status 2). Without it the first question finds it running.
func WithTaskPolls(pending, running int) Option {
	return func(s *Server) { s.pending, s.running = pending, running }
}

// task is an asynchronous BatchSave.
type task struct {
	polls   int
	answer  json.RawMessage
	faulted bool
}

// taskAnswer is what the start of a task and each question for it answer.
type taskAnswer struct {
	Status           int    // 0 pending, 1 running, 2 complete
	TaskID           string `json:"TaskId"`
	Result           json.RawMessage
	Cancelled        bool
	IsFaulted        bool
	FaultedException any
	Successful       bool
	Message          any
	Progress         int
	ProgressDesc     any
}

type taskFaultKey struct{}

// withTaskFault hands a fault on to the call it was injected into.
func withTaskFault(r *http.Request, kind FaultKind) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), taskFaultKey{}, kind))
}

// batchSave serves BatchSave: rows one by one, each on its own. With beginmethod
// it answers with a task to be asked for later.
func (c *call) batchSave() any {
	if c.params.text("beginmethod") == "" {
		return c.batch()
	}
	kind, _ := c.r.Context().Value(taskFaultKey{}).(FaultKind)
	t, id := &task{faulted: kind == TaskFaulted || kind == TaskFaultedAfter}, newID()
	if kind != TaskFaulted {
		t.answer = encode(c.batch())
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if kind != TaskLost {
		c.s.tasks[id] = t
	}
	return taskAnswer{TaskID: id}
}

// queryAsyncResult tells how far a task is.
func (c *call) queryAsyncResult() any {
	info, ok := c.params.object("queryinfo")
	if !ok {
		return c.badParameter("参数queryInfo不是有效的JSON对象")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	id := info.text("taskid")
	t := c.s.tasks[id]
	if t == nil {
		return c.fail(issue{text: "任务[" + id + "]不存在", code: codeNotFound})
	}
	t.polls++
	switch {
	case info.boolean("cancelled", false):
		return taskAnswer{Status: 2, TaskID: id, Cancelled: true}
	case t.polls <= c.s.pending:
		return taskAnswer{TaskID: id}
	case t.polls <= c.s.pending+c.s.running:
		return taskAnswer{Status: 1, TaskID: id, Progress: 50}
	case t.faulted:
		text := "未将对象引用设置到对象的实例。"
		return taskAnswer{Status: 2, TaskID: id, IsFaulted: true, FaultedException: map[string]any{"Message": text}, Message: text}
	}
	return taskAnswer{Status: 2, TaskID: id, Result: t.answer, Successful: true, Progress: 100}
}
