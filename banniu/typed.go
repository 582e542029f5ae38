package banniu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// TasksAs reads all tasks that match q into structs, with the guarantee of
// [Project.Pages]. See [Form.Decode] for the tags; form may be nil where all of them are
// ids. A task that does not fit ends the sequence with an error that names it; a
// source of [NewSource] makes it a dead letter of its own instead. Effect: read.
func TasksAs[T any](ctx context.Context, p *Project, form *Form, q TaskQuery, opts ...duijie.CallOption) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row, err := range p.All(ctx, q, opts...) {
			var v T
			if err == nil {
				if err = form.Decode(row, &v); err != nil {
					err = fmt.Errorf("task %s: %w", row.ID(), err)
				}
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// GetAs reads one task into a struct; see [Project.Get] and [Form.Decode].
func GetAs[T any](ctx context.Context, p *Project, form *Form, taskID string, opts ...duijie.CallOption) (T, error) {
	var v T
	row, err := p.Get(ctx, taskID, opts...)
	if err == nil {
		err = form.Decode(row, &v)
	}
	return v, err
}

// field is one field of a struct and its column.
type field struct {
	index     []int
	column    Column
	title     bool // holds titles of options, not ids
	files     bool // holds ids of attachments
	omitEmpty bool
	sub       *Form // columns of a sub-table
	replace   bool  // columns of the sub-table without a field are to be cleared
	loses     error // what a write of the sub-table would lose, nil for nothing
}

// plan says how a struct type and rows fit each other.
type plan struct {
	fields []field
	row    []int // the field that keeps the whole row, nil without
}

var (
	rowType     = reflect.TypeFor[Row]()
	decimalType = reflect.TypeFor[duijie.Decimal]()
	dTimeType   = reflect.TypeFor[duijie.Time]()
	timeType    = reflect.TypeFor[time.Time]()
	rawType     = reflect.TypeFor[json.RawMessage]()
	textsType   = reflect.TypeFor[[]string]()
	filesType   = reflect.TypeFor[Files]()
)

// builtIn are the columns every sheet has, where column.list does not name them.
var builtIn = []string{ColumnTaskID, ColumnTaskNumber, "1", "2", "3", "4", "5", "6", "7", "8", "9"}

// planOf is the plan of a struct type, made once per form.
func (f *Form) planOf(t reflect.Type) (*plan, error) {
	if f != nil {
		if known, ok := f.plans.Load(t); ok {
			if err, failed := known.(error); failed {
				return nil, err
			}
			return known.(*plan), nil
		}
	}
	p := &plan{}
	err := p.add(f, t, nil)
	if err != nil {
		err = fmt.Errorf("banniu: %s: %w: %w", t, err, duijie.ErrInvalid)
	}
	if f != nil {
		if err != nil {
			f.plans.Store(t, err)
		} else {
			f.plans.Store(t, p)
		}
	}
	return p, err
}

// add plans the fields of a struct, those of embedded ones included. All mistakes
// are reported together.
func (p *plan) add(f *Form, t reflect.Type, at []int) error {
	if t.Kind() != reflect.Struct {
		return fmt.Errorf("a struct is wanted")
	}
	var errs []error
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(slices.Clone(at), i)
		tag, tagged := sf.Tag.Lookup("banniu")
		switch {
		case tag == "-" || !sf.IsExported() && !sf.Anonymous:
		case !tagged && sf.Type == rowType && sf.IsExported():
			p.row = index
		case !tagged && sf.Anonymous && sf.Type.Kind() == reflect.Struct:
			errs = append(errs, p.add(f, sf.Type, index))
		case tagged:
			one, err := newField(f, sf, tag)
			if err != nil {
				errs = append(errs, fmt.Errorf("field %s: %w", sf.Name, err))
				continue
			}
			one.index = index
			p.fields = append(p.fields, one)
		}
	}
	return errors.Join(errs...)
}

// newField reads a tag: the column's name or id, and options behind commas.
func newField(f *Form, sf reflect.StructField, tag string) (field, error) {
	parts := strings.Split(tag, ",")
	name := strings.TrimSpace(parts[0])
	out := field{}
	for _, option := range parts[1:] {
		switch strings.TrimSpace(option) {
		case "title":
			out.title = true
		case "files":
			out.files = true
		case "omitempty":
			out.omitEmpty = true
		case "replace":
			out.replace = true
		default:
			return out, fmt.Errorf("tag %q: title, files, omitempty and replace are known, %q is not", tag, option)
		}
	}
	var ok bool
	if f != nil {
		out.column, ok = f.Column(name)
	}
	if !ok && (slices.Contains(builtIn, name) || f == nil && isID(name)) {
		out.column, ok = Column{ID: name, Name: name}, true
	}
	switch {
	case !ok && f == nil:
		return out, fmt.Errorf("column %q is no id, and without a Form names are not known", name)
	case !ok:
		return out, fmt.Errorf("the sheet has no column %q", name)
	}
	t := sf.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	out.files = out.files || t == filesType
	sub := t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct
	switch {
	case sub:
		out.sub = NewForm(out.column.Sons)
		if f == nil {
			out.sub = nil
		}
		rows, err := out.sub.planOf(t.Elem())
		if err == nil && !out.replace {
			out.loses = rows.loses(f, out.column)
		}
		return out, err
	case out.replace:
		return out, errors.New("replace is for sub-tables")
	case out.files && t != filesType && t != textsType:
		return out, errors.New("files want a []string or banniu.Files")
	case out.title && !out.column.choice():
		return out, fmt.Errorf("column %q has no options, so no titles", name)
	case t == decimalType || t == dTimeType || t == timeType || t == rawType || t == textsType || t == filesType:
		return out, nil
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64:
		return out, nil
	}
	return out, fmt.Errorf("a %s can not hold a cell", sf.Type)
}

// loses tells which columns of a sub-table a write by this plan would clear unseen.
func (p *plan) loses(f *Form, table Column) error {
	const advice = "give the rows' struct a field banniu.Row, which keeps them, or write replace into the tag"
	if p.row != nil {
		return nil
	}
	if f == nil {
		return fmt.Errorf("column %q: without a Form nobody knows what other columns the sub-table has, and writing it would clear them: %s", table.Name, advice)
	}
	var lost []string
	for _, son := range table.Sons {
		named := slices.ContainsFunc(p.fields, func(fd field) bool { return fd.column.ID == son.ID })
		if !named && !slices.Contains(builtIn, son.ID) {
			lost = append(lost, son.label())
		}
	}
	if lost == nil {
		return nil
	}
	return fmt.Errorf("column %q: no field names its columns %s, and writing the sub-table would clear them: %s", table.Name, strings.Join(lost, ", "), advice)
}
