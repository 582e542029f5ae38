package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// ComponentError says which components a form lacks that were to be written or looked
// up. It matches [ErrNoComponent] and duijie.ErrInvalid.
type ComponentError struct {
	FormUUID string
	Missing  []MissingComponent // in the order they were met, at least one
}

// MissingComponent is a component a form does not have.
type MissingComponent struct {
	ID      string    // as it was to be written
	Table   string    // sub-table it was to stand in; "" for none
	Nearest Component // what the form has that is most like it; zero when that is not known
}

// Error names each component, and what may have been meant.
func (e *ComponentError) Error() string {
	parts := make([]string, len(e.Missing))
	for i, m := range e.Missing {
		parts[i] = m.ID
		if m.Table != "" {
			parts[i] += " in " + m.Table
		}
		if m.Nearest.ID != "" {
			parts[i] += " (nearest: " + m.Nearest.ID
			if m.Nearest.Label != "" {
				parts[i] += " " + m.Nearest.Label
			}
			parts[i] += ")"
		}
	}
	return fmt.Sprintf("dingtalk: form %s has no component %s: see FormDefinitions", e.FormUUID, strings.Join(parts, ", "))
}

// Is matches ErrNoComponent and duijie.ErrInvalid.
func (e *ComponentError) Is(target error) bool {
	return target == ErrNoComponent || target == duijie.ErrInvalid
}

// formCheck knows the components of a form, so that what the form lacks is told before
// anything is sent: the platform may drop such values without a word.
type formCheck struct {
	y    *Yida
	form string
	turn chan struct{} // one reads the definition, the others wait; it guards all below
	list []Component   // nil: not read yet, or not to be had
	asked,
	due time.Time // due is when one that was not to be had is asked for again
}

func newFormCheck(y *Yida, form string) *formCheck {
	return &formCheck{y: y, form: form, turn: make(chan struct{}, 1)}
}

// definitionAge is how old a definition is at least before a component it lacks has it
// read again.
const (
	definitionAge   = time.Second
	definitionPause = 10 * time.Minute
)

// components is the definition of the form, nil where it is not to be had: the right
// may be missing, or the application may be one that has none. newer is a time it should
// not be older than; fresh is false for an older one, where no newer one is to be had.
func (c *formCheck) components(ctx context.Context, newer time.Time) (list []Component, fresh bool, err error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	now := time.Now()
	switch {
	case c.list != nil && !c.asked.Before(newer):
		return c.list, true, nil
	case now.Before(c.due):
		return c.list, false, nil
	}
	list, err = c.y.FormDefinitions(ctx, c.form)
	switch {
	case ctx.Err() != nil:
		return nil, false, ctx.Err()
	case err == nil && usable(list):
		c.list, c.asked = list, now
		return list, true, nil
	case err == nil || notToBeHad(err):
		c.due = now.Add(definitionPause)
		return c.list, false, nil
	}
	return nil, false, err
}

func usable(list []Component) bool {
	for _, p := range list {
		if p.ID == "" {
			return false
		}
	}
	return len(list) > 0
}

// notToBeHad tells refusals of the definition as such from those of every call.
func notToBeHad(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok {
		return true // an answer that is no definition
	}
	switch e.Class {
	case duijie.ClassInvalid, duijie.ClassRefused, duijie.ClassNotFound:
		return !errors.Is(err, duijie.ErrRedirected)
	case duijie.ClassPermission:
		return !errors.Is(err, ErrQuota)
	}
	return false
}

// check is a ComponentError where form data names components the form lacks, nil where
// its definition is not to be had.
func (c *formCheck) check(ctx context.Context, rows ...json.RawMessage) error {
	_, err := c.missing(ctx, time.Time{}, rows)
	return err
}

// missing is check against a definition not older than newer; known tells that there
// is one.
func (c *formCheck) missing(ctx context.Context, newer time.Time, rows []json.RawMessage) (known bool, err error) {
	list, fresh, err := c.components(ctx, newer)
	if err != nil || list == nil || !newer.IsZero() && !fresh {
		return false, err
	}
	lacks := lacking(list, rows)
	if lacks != nil && newer.IsZero() { // the form may have been given it since
		if list, _, err = c.components(ctx, time.Now().Add(-definitionAge)); err != nil {
			return false, err
		}
		lacks = lacking(list, rows)
	}
	if lacks == nil {
		return true, nil
	}
	return true, &ComponentError{FormUUID: c.form, Missing: lacks}
}

// lacking are the components of rows a definition does not have, each once.
func lacking(list []Component, rows []json.RawMessage) (out []MissingComponent) {
	has, met := make(map[string]bool, len(list)), map[string]bool{}
	for _, p := range list {
		has[p.ID] = true
	}
	note := func(id, table string) {
		if !has[id] && !met[table+"/"+id] {
			met[table+"/"+id] = true
			out = append(out, MissingComponent{ID: id, Table: table, Nearest: nearest(list, id, table)})
		}
	}
	for _, row := range rows {
		for m := range wire.Walk(row) {
			note(string(m.Key), "")
			if kind, _ := kindOf(string(m.Key)); kind != "tableField" || !has[string(m.Key)] {
				continue
			}
			for line := range wire.Elements(m.Value) {
				for cell := range wire.Walk(line) {
					note(string(cell.Key), string(m.Key))
				}
			}
		}
	}
	return out
}

// nearest is the component of a definition that is most like an id: by its label, which
// may have been taken for the id, else by the fewest letters to change.
func nearest(list []Component, id, table string) Component {
	var best Component
	fewest := -1
	for _, p := range list {
		if p.ParentID != table && table != "" {
			continue
		}
		n := distance(p.ID, id)
		if p.Label == id {
			n = 0
		}
		if fewest < 0 || n < fewest {
			best, fewest = p, n
		}
	}
	return best
}

// distance is how many letters of a must be changed, added or dropped to make it b.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		left := row[0]
		row[0] = i + 1
		for j, q := range to {
			n := left
			if r != q {
				n = 1 + min(left, row[j], row[j+1])
			}
			left, row[j+1] = row[j+1], n
		}
	}
	return row[len(to)]
}

// FormChecker compares what is to be written with a form's definition, which it reads once
// and again for a component it lacks.
type FormChecker struct{ check *formCheck }

// Checker makes a FormChecker of a form; "" = the application's.
func (y *Yida) Checker(formUUID string) (*FormChecker, error) {
	form, err := y.form(formUUID, "check")
	if err != nil {
		return nil, err
	}
	return &FormChecker{newFormCheck(y, form)}, nil
}

// Check is a [ComponentError] where form data (see [EncodeForm]) names components the form
// lacks: the platform may drop their values without a word. It is nil where the definition
// is not to be had.
//
// Effect: read.
func (c *FormChecker) Check(ctx context.Context, data any) error {
	text, err := EncodeForm(data)
	if err != nil {
		return err
	}
	return c.check.check(ctx, json.RawMessage(text))
}
