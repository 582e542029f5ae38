package banniu

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Files are ids of uploaded files, the value of an attachment cell. See
// [Client.UploadFiles].
type Files []string

// Contents makes cells of values by column name or id. A value is a text, a
// number, a duijie.Decimal, a time, [Files], or a []map[string]any for a sub-table, by
// the names of its columns; in a column with options a title or id, or a []string of
// them. nil clears a cell. A sub-table is written as a whole, so its maps name every
// column; a []Row, as [Row.SubRows] gives it, is written as it is. All that does not fit
// is in one error, duijie.ErrInvalid.
func (f *Form) Contents(values map[string]any) (Contents, error) {
	out, err := f.cells(values)
	if err != nil {
		return nil, fmt.Errorf("banniu: contents: %w: %w", err, duijie.ErrInvalid)
	}
	return out, nil
}

func (f *Form) cells(values map[string]any) (Contents, error) {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	out := Contents{}
	var errs []error
	for _, name := range names {
		c, err := f.find(name)
		if err == nil {
			if _, twice := out[c.ID]; twice {
				err = fmt.Errorf("column %q is there twice", name)
			}
		}
		if err == nil {
			out[c.ID], err = c.cell(values[name])
		}
		errs = append(errs, err)
	}
	return out, errors.Join(errs...)
}

// cell is a value as a cell of the column holds it.
func (c Column) cell(v any) (string, error) {
	switch x := v.(type) {
	case nil:
		return "", nil
	case Files:
		return jsonText([]string(x), len(x) == 0)
	case []map[string]any:
		return c.subTable(x)
	case []Row:
		if len(c.Sons) == 0 {
			return "", fmt.Errorf("column %q is no sub-table: rows do not fit", c.Name)
		}
		return jsonText(x, len(x) == 0)
	case []string:
		if !c.choice() {
			return "", fmt.Errorf("column %q has no options: a list does not fit", c.Name)
		}
		var ids []string
		for _, text := range x {
			id, err := c.option(text)
			if err != nil {
				return "", err
			}
			ids = append(ids, id)
		}
		return strings.Join(ids, ","), nil
	}
	text, err := cellText(v)
	if err != nil {
		return "", fmt.Errorf("column %q: %w", c.Name, err)
	}
	if c.choice() && text != "" {
		return c.options(text)
	}
	return text, nil
}

// options are the ids of one option, or of several joined by ",".
func (c Column) options(text string) (string, error) {
	id, err := c.option(text)
	if !strings.Contains(text, ",") {
		return id, err
	}
	several, notSeveral := c.cell(strings.Split(text, ","))
	switch {
	case err == nil && notSeveral == nil:
		return "", fmt.Errorf("column %q: %q is one option and a list of others: give ids", c.Name, text)
	case err == nil:
		return id, nil
	}
	return several, notSeveral
}

func (c Column) subTable(rows []map[string]any) (string, error) {
	sons := NewForm(c.Sons)
	cells := make([]Contents, len(rows))
	var errs []error
	for i, row := range rows {
		one, err := sons.cells(row)
		for _, son := range c.Sons {
			if _, named := one[son.ID]; err == nil && !named && !slices.Contains(builtIn, son.ID) {
				err = fmt.Errorf("nothing is said of column %s, which the write would clear: name it, with nil for an empty cell", son.label())
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("column %q, row %d: %w", c.Name, i, err))
		}
		cells[i] = one
	}
	if err := errors.Join(errs...); err != nil {
		return "", err
	}
	return jsonText(cells, len(cells) == 0)
}

// jsonText is a value as a text that holds JSON, "" for an empty one.
func jsonText(v any, empty bool) (string, error) {
	if empty {
		return "", nil
	}
	b, err := wire.Marshal(v)
	return string(b), err
}

// cellText is a scalar as a cell holds it. A float would have lost digits already.
func cellText(v any) (string, error) {
	switch x := v.(type) {
	case string:
		return x, nil
	case json.Number:
		return x.String(), nil
	case bool:
		return strconv.FormatBool(x), nil
	case int:
		return strconv.Itoa(x), nil
	case int64:
		return strconv.FormatInt(x, 10), nil
	case duijie.Decimal:
		if !x.IsSet() {
			return "", nil
		}
		return x.String(), x.Err()
	case time.Time:
		if x.IsZero() {
			return "", nil
		}
		return x.In(duijie.China).Format(time.DateTime), nil
	case duijie.Time:
		return cellText(x.Time)
	case TaskStatus:
		return string(x), nil
	}
	return "", fmt.Errorf("a %T does not fit a cell", v)
}
