package banniu

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Decode fills a struct from a row. A field names its column by id or name:
//
//	type Goods struct {
//		TaskID  string         `banniu:"-1"`
//		No      string         `banniu:"货品编号"`
//		Barcode string         `banniu:"101297,omitempty"`
//		Amount  duijie.Decimal `banniu:"金额"`
//		Shop    string         `banniu:"店铺,title"`     // the option's title; without title its id
//		Ways    []string       `banniu:"处理方式,title"` // several options
//		Lines   []Line         `banniu:"明细"`           // a sub-table: structs of its columns, see Encode
//		Images  banniu.Files   `banniu:"图片"`           // attachments; or a []string with ,files
//		Row     banniu.Row     // the whole row, columns without a field included
//	}
//
// Fields are texts, bools, ints, Decimal, Time or time.Time, json.RawMessage, []string,
// slices of structs, and pointers to these: nil is an empty cell. Numbers and texts are
// read as each other. A [Row] is filled as it is. Columns the sheet does not have are
// in one error, duijie.ErrInvalid; a cell that does not fit is an error, and the other
// fields are filled all the same.
func (f *Form) Decode(row Row, out any) error {
	if r, ok := out.(*Row); ok {
		*r = row
		return nil
	}
	v := reflect.ValueOf(out)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("banniu: can not decode into a %T: give a pointer to a struct: %w", out, duijie.ErrInvalid)
	}
	return f.decode(row, v.Elem())
}

func (f *Form) decode(row Row, v reflect.Value) error {
	p, err := f.planOf(v.Type())
	if err != nil {
		return err
	}
	if p.row != nil {
		v.FieldByIndex(p.row).Set(reflect.ValueOf(row))
	}
	var errs []error
	for _, fd := range p.fields {
		raw := row[fd.column.ID]
		if fd.column.ID == ColumnTaskID {
			raw, _ = wire.Marshal(row.ID())
		}
		if err := fd.read(raw, v.FieldByIndex(fd.index)); err != nil {
			errs = append(errs, fmt.Errorf("banniu: column %s: %w", firstOf(fd.column.Name, fd.column.ID), err))
		}
	}
	return errors.Join(errs...)
}

// read fills one field from a cell.
func (fd field) read(raw json.RawMessage, v reflect.Value) error {
	row := Row{"": raw}
	text := strings.TrimSpace(row.Text(""))
	if v.Kind() == reflect.Pointer {
		v.SetZero()
		if text == "" {
			return nil
		}
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	v.SetZero()
	var err error
	switch {
	case v.Type() == rawType:
		v.SetBytes(append([]byte(nil), raw...))
	case fd.files:
		var ids []string
		ids, err = row.FileIDs("")
		v.Set(reflect.ValueOf(ids).Convert(v.Type()))
	case v.Type() == textsType:
		ids := row.OptionIDs("")
		if fd.title {
			ids = fd.column.titles(ids)
		}
		v.Set(reflect.ValueOf(ids))
	case v.Kind() == reflect.Slice:
		err = fd.readSub(row, v)
	case fd.title:
		v.SetString(strings.Join(fd.column.titles(row.OptionIDs("")), ","))
	case v.Type() == decimalType:
		var d duijie.Decimal
		d, err = row.Decimal("")
		v.Set(reflect.ValueOf(d))
	case v.Type() == dTimeType, v.Type() == timeType:
		var t duijie.Time
		if t, err = row.Time(""); v.Type() == dTimeType {
			v.Set(reflect.ValueOf(t))
		} else {
			v.Set(reflect.ValueOf(t.Time))
		}
	default:
		err = readScalar(raw, row.Text(""), text, v)
	}
	return err
}

func readScalar(raw json.RawMessage, full, text string, v reflect.Value) error {
	if v.Kind() == reflect.String {
		v.SetString(full)
		return nil
	}
	if text == "" {
		return nil
	}
	if v.Kind() == reflect.Bool {
		var b wire.Bool
		err := b.UnmarshalJSON(trim(raw))
		v.SetBool(bool(b))
		return err
	}
	n, ok := whole(raw)
	if !ok || v.OverflowInt(n) {
		return fmt.Errorf("%q is no whole number that fits", text)
	}
	v.SetInt(n)
	return nil
}

func (fd field) readSub(row Row, v reflect.Value) error {
	rows, err := row.SubRows("")
	if err != nil {
		return err
	}
	out := reflect.MakeSlice(v.Type(), len(rows), len(rows))
	var errs []error
	for i, r := range rows {
		if err := fd.sub.decode(r, out.Index(i)); err != nil {
			errs = append(errs, fmt.Errorf("row %d: %w", i, err))
		}
	}
	if len(rows) > 0 {
		v.Set(out)
	}
	return errors.Join(errs...)
}

// Encode makes the cells of a struct, by the tags of [Form.Decode]; titles become
// option ids. An empty field clears its cell, unless its tag has omitempty or it is a
// nil pointer: then the cell stays as it is. Columns every sheet has ("-1" to "9") and
// the whole row are not written.
//
// A sub-table is written as a whole: what no field of its structs names would go. So
// they either have a field for each of its columns, or a [Row] beside them, whose other
// cells are written back as they were read, or the tag says replace: those are to be
// cleared. Else it is an error, as it is for a sub-table without a Form.
//
// All that does not fit is in one error, duijie.ErrInvalid.
func (f *Form) Encode(v any) (Contents, error) {
	if c, ok := v.(Contents); ok {
		return c, nil
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() == reflect.Pointer {
		rv = rv.Elem()
	}
	if rv.Kind() != reflect.Struct {
		return nil, fmt.Errorf("banniu: can not encode a %T: a struct or Contents is wanted: %w", v, duijie.ErrInvalid)
	}
	p, err := f.planOf(rv.Type())
	if err != nil {
		return nil, err
	}
	out, err := p.encode(rv)
	if err != nil {
		return nil, fmt.Errorf("banniu: %T: %w: %w", v, err, duijie.ErrInvalid)
	}
	return out, nil
}

func (p *plan) encode(v reflect.Value) (Contents, error) {
	out := Contents{}
	var errs []error
	for _, fd := range p.fields {
		if slices.Contains(builtIn, fd.column.ID) {
			continue
		}
		fv := v.FieldByIndex(fd.index)
		if fv.Kind() == reflect.Pointer {
			if fv.IsNil() {
				continue
			}
			fv = fv.Elem()
		}
		text, err := fd.write(fv)
		if err == nil && fd.omitEmpty && (text == "" || fv.IsZero()) {
			continue
		}
		if _, twice := out[fd.column.ID]; twice {
			err = fmt.Errorf("column %q is there twice", fd.column.Name)
		}
		out[fd.column.ID] = text
		errs = append(errs, err)
	}
	return out, errors.Join(errs...)
}

// write is a field as a cell holds it.
func (fd field) write(v reflect.Value) (string, error) {
	switch {
	case v.Type() == rawType:
		return Row{"": json.RawMessage(v.Bytes())}.Text(""), nil
	case fd.files:
		return fd.column.cell(Files(v.Convert(textsType).Interface().([]string)))
	case v.Type() == textsType:
		ids := v.Interface().([]string)
		if fd.title {
			return fd.column.cell(ids)
		}
		return strings.Join(ids, ","), nil
	case v.Kind() == reflect.Slice:
		return fd.writeSub(v)
	case v.Type() == decimalType, v.Type() == dTimeType, v.Type() == timeType:
		return cellText(v.Interface())
	case v.Kind() == reflect.String && fd.title && v.Len() > 0:
		return fd.column.options(v.String())
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	}
	return strconv.FormatInt(v.Int(), 10), nil
}

func (fd field) writeSub(v reflect.Value) (string, error) {
	if v.Len() == 0 {
		return "", nil
	}
	if fd.loses != nil {
		return "", fd.loses
	}
	rows := make([]Row, v.Len())
	var errs []error
	for i := range rows {
		p, err := fd.sub.planOf(v.Type().Elem())
		if err == nil {
			rows[i], err = p.encodeRow(v.Index(i))
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("column %q, row %d: %w", fd.column.Name, i, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return "", err
	}
	return jsonText(rows, false)
}

// encodeRow makes a row of a sub-table: the cells of its fields, and those of the whole
// row it was read from.
func (p *plan) encodeRow(v reflect.Value) (Row, error) {
	cells, err := p.encode(v)
	if err != nil {
		return nil, err
	}
	out := Row{}
	if p.row != nil {
		maps.Copy(out, v.FieldByIndex(p.row).Interface().(Row))
	}
	for id, text := range cells {
		if was, there := out[id]; there && !nothing(was) && out.Text(id) == text {
			continue // as it was, a number as a number
		}
		if out[id], err = wire.Marshal(text); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// encodable tells what a struct type lacks to be written, before there is a value.
func (f *Form) encodable(t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Interface || t == reflect.TypeFor[Contents]() {
		return nil // known with each value
	}
	p, err := f.planOf(t)
	if err != nil {
		return err
	}
	for _, fd := range p.fields {
		if fd.loses != nil {
			err = errors.Join(err, fmt.Errorf("banniu: %s: %w: %w", t, fd.loses, duijie.ErrInvalid))
		}
	}
	return err
}
