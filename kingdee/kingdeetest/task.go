package kingdeetest

import "encoding/json"

// task is an asynchronous BatchSave.
type task struct {
	polls  int
	answer json.RawMessage
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

// begin keeps an answer for QueryAsyncResult.
func (c *call) begin(out any) any {
	t, id := &task{answer: encode(out)}, newID()
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.tasks[id] = t
	return taskAnswer{TaskID: id}
}

// queryAsyncResult answers a task as running the first time and as complete from
// then on.
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
	if t.polls == 1 {
		return taskAnswer{Status: 1, TaskID: id, Progress: 50}
	}
	return taskAnswer{Status: 2, TaskID: id, Result: t.answer, Successful: true, Progress: 100}
}
