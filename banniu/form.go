package banniu

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/duijie-go/duijie"
)

// Form knows the columns of a sheet: names and ids, option titles and ids, both
// ways. Make it once with [Project.Form] or [NewForm] and keep it for some minutes; it
// does not change and is safe for concurrent use.
//
// Wherever a column is asked for, its id and its name both do; an id goes before a
// name of the same text. Of columns with the same name the first counts:
// [Form.Duplicates] tells of such names.
type Form struct {
	columns []Column
	byID    map[string]int
	byName  map[string]int
	double  []string
	plans   sync.Map // reflect.Type → *plan or error
}

// Form reads the columns of the sheet (column.list) and makes a Form of them.
// Effect: read.
func (p *Project) Form(ctx context.Context, opts ...duijie.CallOption) (*Form, error) {
	columns, err := p.Columns(ctx, opts...)
	if err != nil {
		return nil, err
	}
	return NewForm(columns), nil
}

// NewForm makes a Form of columns, as of a list that was kept.
func NewForm(columns []Column) *Form {
	f := &Form{columns: slices.Clone(columns), byID: map[string]int{}, byName: map[string]int{}}
	for i, c := range f.columns {
		if _, twice := f.byID[c.ID]; !twice {
			f.byID[c.ID] = i
		}
		name := strings.TrimSpace(c.Name)
		if name == "" {
			continue
		}
		if _, twice := f.byName[name]; !twice {
			f.byName[name] = i
		} else if !slices.Contains(f.double, name) {
			f.double = append(f.double, name)
		}
	}
	return f
}

// Columns are the columns, in the platform's order.
func (f *Form) Columns() []Column { return slices.Clone(f.columns) }

// Duplicates are the names that several columns have. Ask for those by id.
func (f *Form) Duplicates() []string { return slices.Clone(f.double) }

// Column finds a column by id or name.
func (f *Form) Column(nameOrID string) (Column, bool) {
	if i, ok := f.byID[nameOrID]; ok {
		return f.columns[i], true
	}
	if i, ok := f.byName[strings.TrimSpace(nameOrID)]; ok {
		return f.columns[i], true
	}
	return Column{}, false
}

// byItsID is a column by its id alone, with nothing but the id where the Form has none.
func (f *Form) byItsID(id string) Column {
	if f != nil {
		if i, ok := f.byID[id]; ok {
			return f.columns[i]
		}
	}
	return Column{ID: id}
}

// find is Column with an error that names what is missing.
func (f *Form) find(nameOrID string) (Column, error) {
	c, ok := f.Column(nameOrID)
	if !ok {
		return c, fmt.Errorf("the sheet has no column %q", nameOrID)
	}
	return c, nil
}

// ID is the id of a column, "" where there is none.
func (f *Form) ID(nameOrID string) string {
	c, _ := f.Column(nameOrID)
	return c.ID
}

// Name is the name of a column, "" where there is none.
func (f *Form) Name(nameOrID string) string {
	c, _ := f.Column(nameOrID)
	return c.Name
}

// choice tells that cells of the column hold option ids.
func (c Column) choice() bool { return len(c.Options) > 0 || len(c.Related) > 0 }

// OptionID is the id of an option by its title, of the column itself or of the
// choices it is linked to. Of options with the same title the first counts.
func (c Column) OptionID(title string) (string, bool) {
	for _, list := range [][]Option{c.Options, c.Related} {
		for _, o := range list {
			if strings.TrimSpace(o.Title) == strings.TrimSpace(title) {
				return o.ID, true
			}
		}
	}
	return "", false
}

// OptionTitle is the title of an option by its id.
func (c Column) OptionTitle(id string) (string, bool) {
	for _, list := range [][]Option{c.Options, c.Related} {
		for _, o := range list {
			if o.ID == id {
				return o.Title, true
			}
		}
	}
	return "", false
}

// option is the id of an option given as title or id; a title goes before an id of
// the same text.
func (c Column) option(text string) (string, error) {
	if id, ok := c.OptionID(text); ok {
		for _, o := range slices.Concat(c.Options, c.Related) {
			if o.ID != id && strings.TrimSpace(o.Title) == strings.TrimSpace(text) {
				return "", fmt.Errorf("column %q has two options %q, %s and %s: give the id", c.Name, text, id, o.ID)
			}
		}
		return id, nil
	}
	if _, ok := c.OptionTitle(text); ok {
		return text, nil
	}
	return "", fmt.Errorf("column %q has no option %q", c.Name, text)
}

// Titles are the titles of the options a cell holds. An id without a title (an
// option that was deleted, or one of a shop or user column) stays as it is.
func (f *Form) Titles(row Row, nameOrID string) []string {
	c, ok := f.Column(nameOrID)
	if !ok {
		return nil
	}
	return c.titles(row.OptionIDs(c.ID))
}

func (c Column) titles(ids []string) []string {
	var out []string
	for _, id := range ids {
		title, ok := c.OptionTitle(id)
		if !ok {
			title = id
		}
		out = append(out, title)
	}
	return out
}

// Where is the condition that a column compares with a value, by its name or id.
// For columns with options the value may be a title, or a list of them.
func (f *Form) Where(nameOrID string, how Search, value any) (Condition, error) {
	c, err := f.find(nameOrID)
	if err != nil {
		return Condition{}, fmt.Errorf("banniu: %w: %w", err, duijie.ErrNotFound)
	}
	cond := Condition{Column: c.ID, Behavior: BehaviorText, Search: how, Value: value}
	if n, err := strconv.Atoi(c.Behavior); err == nil && n >= int(BehaviorText) && n <= int(BehaviorTags) {
		cond.Behavior = Behavior(n)
	}
	if !c.choice() {
		return cond, nil
	}
	switch v := value.(type) {
	case string:
		cond.Value, err = c.option(v)
	case []string:
		ids := make([]string, len(v))
		for i, text := range v {
			id, failed := c.option(text)
			ids[i], err = id, errors.Join(err, failed)
		}
		cond.Value = ids
	}
	if err != nil {
		return Condition{}, fmt.Errorf("banniu: %w: %w", err, duijie.ErrInvalid)
	}
	return cond, nil
}
