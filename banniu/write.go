package banniu

import (
	"context"
	"encoding/json"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Contents are cells to write, by column id: texts and numbers as text, options as
// ids joined by ",", sub-tables and attachments as texts that hold JSON. An empty text
// clears a cell; what is not in it stays as it is. [Form.Contents] and [Form.Encode]
// make them by the columns' names.
type Contents map[string]string

// check tells what can not be written.
func (c Contents) check(method string) error {
	if len(c) == 0 {
		return invalid(method, "the contents are empty")
	}
	for id := range c {
		if !isID(id) || id == ColumnTaskNumber {
			return invalid(method, "column "+id+" can not be written: a column id is wanted, Form.Contents takes names")
		}
	}
	return nil
}

// CreateOptions are what is optional in a create.
type CreateOptions struct {
	UserID string // who creates; "" = the user of the application
}

// Created is the answer to a create.
type Created struct {
	TaskID string          // "" where the answer does not name it: look the task up
	Raw    json.RawMessage // map.result as it came; its form is not published
}

// taskBody is the body of one write.
type taskBody struct {
	ProjectID any      `json:"project_id"`
	AppID     any      `json:"app_id"`
	TaskID    any      `json:"task_id,omitempty"`
	UserID    any      `json:"user_id,omitempty"`
	Contents  Contents `json:"contents"`
	Header    any      `json:"header"`
}

func (p *Project) body(taskID, userID string, c Contents) taskBody {
	cfg := p.client.cfg
	b := taskBody{ProjectID: cfg.id(p.id), AppID: cfg.id(p.appID), Contents: c}
	if taskID != "" {
		b.TaskID = cfg.id(taskID)
	}
	switch {
	case userID != "":
		b.UserID = cfg.id(userID)
	case taskID == "":
		b.UserID = json.RawMessage("null") // a create is seen with it, an update without
	}
	return b
}

// Create makes a task. Method task.create (创建工单). Effect: write; the platform knows
// no key of the caller's, so a repeat makes a second task: after
// duijie.ErrOutcomeUnknown look the task up by a column of your own before anything is
// sent again. [NewCreateSink] does all that.
func (p *Project) Create(ctx context.Context, c Contents, o CreateOptions, opts ...duijie.CallOption) (Created, error) {
	const method = "task.create"
	if err := p.check(method, true); err != nil {
		return Created{}, err
	}
	if err := c.check(method); err != nil {
		return Created{}, err
	}
	e, err := p.client.send(ctx, known(method), nil, p.body("", o.UserID, c), opts)
	if err != nil {
		return Created{}, err
	}
	return Created{TaskID: createdID(e.result), Raw: e.result}, nil
}

// createdID looks for the id of a new task: a member of the result, or the bare
// value.
func createdID(result json.RawMessage) string {
	switch wire.First(result) {
	case '{':
		m := members(result)
		return asID(firstScalar(m, "task_id", "taskId", ColumnTaskID, ColumnTaskNumber))
	case '[':
		id, n := "", 0
		for item := range wire.Elements(result) {
			id = createdID(item)
			n++
		}
		if n == 1 {
			return id
		}
		return ""
	}
	return asID(scalar(result))
}

func asID(text string) string {
	if isID(text) && text != "0" {
		return text
	}
	return ""
}

// UpdateOptions are what is optional in an update.
type UpdateOptions struct {
	UserID string // who changes; "" = the user of the application
}

// Update sets cells of a task; what is not in c stays. Method task.update
// (更新工单). Effect: idempotent. Errors: ErrInvalid or ErrRefused for a value the column
// does not take, as an option's title in place of its id.
func (p *Project) Update(ctx context.Context, taskID string, c Contents, o UpdateOptions, opts ...duijie.CallOption) error {
	const method = "task.update"
	if err := p.check(method, true); err != nil {
		return err
	}
	if !isID(taskID) {
		return invalid(method, "a task id is a number")
	}
	if err := c.check(method); err != nil {
		return err
	}
	_, err := p.client.send(ctx, known(method), nil, p.body(taskID, o.UserID, c), opts)
	return err
}
