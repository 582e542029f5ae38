package banniu

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Columns every sheet has.
const (
	ColumnTaskID     = "-1" // task id as a text
	ColumnTaskNumber = "0"  // task id as a number; filters address the task by it
	ColumnCreator    = "1"  // user id
	ColumnExecutor   = "2"  // user id; inferred from the order of columns
	ColumnCreated    = "3"  // creation time
	ColumnModified   = "4"  // modification time
	ColumnStatus     = "5"  // see TaskStatus
	ColumnFinisher   = "8"  // user id
	ColumnFinished   = "9"  // finish time
)

// TaskStatus is the state of a task (工单状态). A tenant can rename the labels, not
// the values.
type TaskStatus string

// The states of a task.
const (
	StatusWaiting    TaskStatus = "0"
	StatusDone       TaskStatus = "1"
	StatusInProgress TaskStatus = "2"
	StatusPaused     TaskStatus = "3"
	StatusClosed     TaskStatus = "4"
)

// Name is the state in the platform's usual words; an unknown one is itself.
func (s TaskStatus) Name() string {
	switch s {
	case StatusWaiting:
		return "未开始"
	case StatusDone:
		return "已完成"
	case StatusInProgress:
		return "进行中"
	case StatusPaused:
		return "已暂停"
	case StatusClosed:
		return "已关闭"
	}
	return string(s)
}

// Row is a task as the platform sends it: values by column id. Which ids there are
// is the tenant's; see [Form]. Cells without a value are left out or null.
type Row map[string]json.RawMessage

// ID is the task id, "" where the row has none.
func (r Row) ID() string { return firstOf(r.Text(ColumnTaskID), r.Text(ColumnTaskNumber)) }

// Text is a cell as text: a number as its literal; "" for none.
func (r Row) Text(column string) string {
	v := r[column]
	if c := wire.First(v); c == '{' || c == '[' {
		return string(trim(v))
	}
	return scalar(v)
}

// Int is a cell as a whole number; ok is false where it is none.
func (r Row) Int(column string) (n int64, ok bool) { return whole(r[column]) }

// Decimal is a cell as an exact number, unset where the cell is empty.
func (r Row) Decimal(column string) (duijie.Decimal, error) {
	text := strings.TrimSpace(r.Text(column))
	if text == "" {
		return duijie.Decimal{}, nil
	}
	d, err := duijie.ParseDecimal(text)
	if err != nil {
		return d, fmt.Errorf("banniu: column %s: %w", column, err)
	}
	return d, nil
}

// Time is a cell as a time, in China where it has no zone; unset where it is empty.
func (r Row) Time(column string) (duijie.Time, error) {
	t, err := duijie.ParseTime(strings.TrimSpace(r.Text(column)))
	if err != nil {
		return t, fmt.Errorf("banniu: column %s: %w", column, err)
	}
	return t, nil
}

// OptionIDs are the option ids a cell holds, in its own order; nil for none.
func (r Row) OptionIDs(column string) []string { return splitIDs(r[column]) }

// splitIDs reads ids joined by ",", or a list of them.
func splitIDs(raw json.RawMessage) []string {
	var out []string
	if wire.First(raw) == '[' {
		for item := range wire.Elements(raw) {
			out = append(out, scalar(item))
		}
		return out
	}
	for id := range strings.SplitSeq(scalar(raw), ",") {
		if id = strings.TrimSpace(id); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// SubRows are the rows of a sub-table, by the ids of its columns. The platform
// sends them as a text that holds JSON.
func (r Row) SubRows(column string) ([]Row, error) {
	text, err := inner(r[column])
	if err != nil || text == nil {
		return nil, rowError(column, err)
	}
	var rows []Row
	if err := wire.Unmarshal(text, &rows); err != nil {
		return nil, rowError(column, fmt.Errorf("the cell is no sub-table: %w", err))
	}
	return rows, nil
}

// FileIDs are the ids of the attachments in a cell. In which form the platform
// sends them is not known: ids, and objects with an id, are read.
func (r Row) FileIDs(column string) ([]string, error) {
	text, err := inner(r[column])
	if err != nil || text == nil {
		return nil, rowError(column, err)
	}
	if wire.First(text) != '[' {
		return nil, rowError(column, fmt.Errorf("the cell is no list of files: %s", wire.Excerpt(text)))
	}
	var ids []string
	for item := range wire.Elements(text) {
		id := scalar(item)
		if wire.First(item) == '{' {
			id = scalar(members(item)["id"])
		}
		if id == "" {
			return nil, rowError(column, fmt.Errorf("a file without an id: %s", wire.Excerpt(item)))
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// inner is the JSON in a text, or the value itself where it is no text; nil for an
// empty cell.
func inner(raw json.RawMessage) (json.RawMessage, error) {
	if nothing(raw) {
		return nil, nil
	}
	if wire.First(raw) != '"' {
		return raw, nil
	}
	text := json.RawMessage(strings.TrimSpace(scalar(raw)))
	if len(text) == 0 {
		return nil, nil
	}
	if !json.Valid(text) {
		return nil, fmt.Errorf("the text of the cell is no JSON: %s", wire.Excerpt(text))
	}
	return text, nil
}

func rowError(column string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("banniu: column %s: %w", column, err)
}

// Creator is the user id of who made the task.
func (r Row) Creator() string { return r.Text(ColumnCreator) }

// Executor is the user id of who is to do it.
func (r Row) Executor() string { return r.Text(ColumnExecutor) }

// Created is when the task was made; unset where the row does not tell.
func (r Row) Created() duijie.Time { return r.timeOrUnset(ColumnCreated) }

// Modified is when it was last changed; unset where the row does not tell.
func (r Row) Modified() duijie.Time { return r.timeOrUnset(ColumnModified) }

// Status is its state, "" where the row does not tell.
func (r Row) Status() TaskStatus { return TaskStatus(r.Text(ColumnStatus)) }

// Finisher is the user id of who finished it, "" while it is open.
func (r Row) Finisher() string { return r.Text(ColumnFinisher) }

// Finished is when it was finished; unset while it is open.
func (r Row) Finished() duijie.Time { return r.timeOrUnset(ColumnFinished) }

func (r Row) timeOrUnset(column string) duijie.Time {
	t, err := r.Time(column)
	if err != nil {
		return duijie.Time{}
	}
	return t
}
