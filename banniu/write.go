package banniu

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

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
	// TaskID is the id of the new task, "" where the answer does not tell it: look the
	// task up. A bare number counts where it is as long as ids are.
	TaskID string
	// Named: the answer calls TaskID the task's id. Else it is a bare number that looks
	// like one: read the task before you rely on it.
	Named bool
	Raw   json.RawMessage // map.result as it came; its form is not published
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
// sent again. So is a result that says no (false) beside code 0. [NewCreateSink] does all that.
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
	made := Created{Raw: e.result}
	if strings.EqualFold(scalar(e.result), "false") {
		return made, &duijie.APIError{
			Platform: platform, Op: method, Class: duijie.ClassUnavailable, StatusCode: 200, Code: e.code,
			Message: "the code says success and the result false", Attempts: 1, OutcomeUnknown: true, Err: duijie.ErrMalformedAnswer,
		}
	}
	made.TaskID, made.Named = createdID(e.result)
	if !made.Named && slices.Contains([]string{p.id, p.appID, o.UserID}, made.TaskID) {
		made.TaskID = "" // an echo of the request
	}
	return made, nil
}

// createdID looks for the id of a new task: a member of the result, or the bare
// value, alone or in a list of one. What no member names may be a count or a flag, such as
// 1, so a bare value must be as long as ids of tasks are.
func createdID(result json.RawMessage) (id string, named bool) {
	const shortest = 5 // digits; those seen have 7
	switch wire.First(result) {
	case '{':
		m := members(result)
		for _, name := range []string{"task_id", "taskId", ColumnTaskID, ColumnTaskNumber} {
			if id := scalar(m[name]); isID(id) {
				return id, true
			}
		}
		return "", false
	case '[':
		n := 0
		for item := range wire.Elements(result) {
			if n++; wire.First(item) != '[' {
				id, named = createdID(item)
			}
		}
		if n == 1 {
			return id, named
		}
		return "", false
	}
	if id = scalar(result); !isID(id) || len(id) < shortest {
		return "", false
	}
	return id, false
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
