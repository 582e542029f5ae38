package banniu

import (
	"context"
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
)

// tasksByID reads tasks by id, all in one call where the platform's filter does it,
// and each that is missing then alone. A task it does not return is surely not there.
func (p *Project) tasksByID(ctx context.Context, ids []string) (map[string]Row, error) {
	out := map[string]Row{}
	size := p.client.cfg.listSize()
	if len(ids) > 1 && len(ids) <= size {
		page, err := p.List(ctx, TaskQuery{Conditions: []Condition{TasksByID(ids...)}, PageSize: size})
		switch {
		case err == nil:
			for _, row := range page.Items {
				out[row.ID()] = row // of rows nobody asked for none is looked at
			}
		case !filterRefused(err):
			return nil, err
		}
	}
	for _, id := range ids {
		if _, known := out[id]; known {
			continue
		}
		row, err := p.taskByID(ctx, id)
		if err != nil {
			return nil, err
		}
		if row != nil {
			out[id] = row
		}
	}
	return out, nil
}

// filterRefused: the call was refused for its own sake, not because we may not call.
func filterRefused(err error) bool {
	return errors.Is(err, duijie.ErrRefused) || errors.Is(err, duijie.ErrInvalid) || errors.Is(err, duijie.ErrNotFound)
}

// taskByID reads one task, nil when there is none. What the platform answers for a
// missing one is not known, so a refusal is checked by a filter on the id.
func (p *Project) taskByID(ctx context.Context, id string) (Row, error) {
	row, err := p.Get(ctx, id)
	if err == nil || !filterRefused(err) {
		return row, err
	}
	page, listErr := p.List(ctx, TaskQuery{Conditions: []Condition{TasksByID(id)}, PageSize: p.client.cfg.listSize()})
	if listErr != nil {
		return nil, errors.Join(err, listErr)
	}
	for _, row := range page.Items {
		if row.ID() == id {
			return row, nil
		}
	}
	if len(page.Items) > 0 { // other tasks than the one asked for, of which there may be more
		return nil, fmt.Errorf("banniu: task %s is not to be had, and the filter on task ids seems to be ignored: %w", id, err)
	}
	return nil, nil
}

// ambiguous: the sheet can not tell which task has a key.
type ambiguous struct{ text string }

func (e ambiguous) Error() string { return e.text }

// taskByKey reads the task whose cell is exactly a text, nil when there is none.
// Whatever the filter takes for equal, the cells decide.
func (p *Project) taskByKey(ctx context.Context, column Column, key string) (Row, error) {
	cond, err := NewForm([]Column{column}).Where(column.ID, SearchEqual, key)
	if err != nil {
		return nil, err
	}
	var found Row
	for page := 1; ; page++ {
		l, err := p.listPage(ctx, TaskQuery{Conditions: []Condition{cond}}, page, nil)
		if err != nil {
			return nil, err
		}
		strange := 0
		for _, raw := range l.rows {
			row := Row(members(raw))
			switch {
			case row.Text(column.ID) != key:
				strange++
			case found != nil && found.ID() != row.ID():
				return nil, ambiguous{fmt.Sprintf("banniu: tasks %s and %s both have %q in column %s", found.ID(), row.ID(), key, column.label())}
			default:
				found = row
			}
		}
		// Fewer rows than a page are all there are where the filter does its work; else
		// pages may be cut too, and only an empty one is the end.
		if len(l.rows) == 0 || strange == 0 && len(l.rows) < p.client.cfg.listSize() {
			return found, nil
		}
		if strange == len(l.rows) && (page > 1 || strange >= p.client.cfg.listSize()) {
			return nil, ambiguous{fmt.Sprintf("banniu: the filter on column %s brings other tasks than those with %q, so that none can be looked up", column.label(), key)}
		}
	}
}

func (c Column) label() string {
	if c.Name == "" || c.Name == c.ID {
		return c.ID
	}
	return c.Name + " (" + c.ID + ")"
}
