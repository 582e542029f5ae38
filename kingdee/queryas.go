package kingdee

import (
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
	"github.com/duijie-go/duijie/internal/wire"
)

// QueryAs reads a form (单据查询 ExecuteBillQuery) into structs. T's fields carry
// their field keys as tags, and q.Fields stays empty:
//
//	type Customer struct {
//		ID      int64          `kingdee:"FCUSTID,key"`
//		Number  string         `kingdee:"FNumber"`
//		Org     string         `kingdee:"FCreateOrgId.FNumber"`
//		Changed duijie.Time    `kingdee:"FModifyDate"`
//		Credit  duijie.Decimal `kingdee:"F_XYZ_Credit"`
//	}
//
// Fields may be texts, whole numbers, bools, duijie.Decimal, duijie.Time,
// json.RawMessage, anything that decodes itself, pointers to these (nil for
// null) and embedded structs. Floats are refused: they lose digits.
//
// The field tagged "key", or q.Key, is the primary key of the head, which the
// list is paged by; without one q.Order must end in it. A T of duijie.Record
// takes q.Fields instead of tags.
//
// Effect: read. Limit: see [Query.Limit].
func QueryAs[T any](ctx context.Context, c *Client, q Query, opts ...duijie.CallOption) iter.Seq2[T, error] {
	return pager.All(QueryPagesAs[T](ctx, c, q, opts...))
}

// QueryPagesAs is QueryAs page by page. A saved Next resumes with
// [QueryPagesFrom].
//
// Effect: read.
func QueryPagesAs[T any](ctx context.Context, c *Client, q Query, opts ...duijie.CallOption) duijie.Pages[T] {
	return QueryPagesFrom[T](ctx, c, q, "", opts...)
}

// QueryPagesFrom is QueryPagesAs from the page that a saved Next names.
//
// Effect: read.
func QueryPagesFrom[T any](ctx context.Context, c *Client, q Query, next string, opts ...duijie.CallOption) duijie.Pages[T] {
	q, decode, err := decoderFor[T](q)
	if err != nil {
		return func(yield func(*duijie.Page[T], error) bool) { yield(nil, err) }
	}
	return queryPages(ctx, c, q, next, decode, opts)
}

// decoderFor completes q with the tags of T.
func decoderFor[T any](q Query) (Query, rowDecoder[T], error) {
	t := reflect.TypeFor[T]()
	if t == reflect.TypeFor[duijie.Record]() {
		dynamic := recordDecoder(q.Fields)
		return q, func(n int, row []Cell) (T, error) {
			rec, err := dynamic(n, row)
			if err != nil {
				var zero T
				return zero, err
			}
			return any(rec).(T), nil
		}, nil
	}
	plan, err := planOf(t)
	if err != nil {
		return q, nil, err
	}
	if len(q.Fields) > 0 {
		return q, nil, fmt.Errorf("kingdee: query %s: the tags of %s name the fields, leave Query.Fields empty: %w", cut(q.FormID), t, duijie.ErrInvalid)
	}
	q.Fields = plan.keys
	if q.Key == "" {
		q.Key = plan.primary
	}
	return q, func(_ int, row []Cell) (T, error) {
		var item T
		v := reflect.ValueOf(&item).Elem()
		for i, f := range plan.fields {
			if err := f.set(v.FieldByIndex(f.index), row[i]); err != nil {
				var zero T
				return zero, fmt.Errorf("field %s: %w", plan.keys[i], err)
			}
		}
		return item, nil
	}, nil
}

// plan is how rows become structs of one type.
type plan struct {
	keys    []string
	fields  []planField
	primary string
}

type planField struct {
	index []int
	set   setter
}

type setter func(v reflect.Value, c Cell) error

func planOf(t reflect.Type) (*plan, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("kingdee: rows are decoded into structs with kingdee tags or into duijie.Record, not into %s: %w", t, duijie.ErrInvalid)
	}
	p := &plan{}
	if err := p.add(t, nil); err != nil {
		return nil, err
	}
	if len(p.keys) == 0 {
		return nil, fmt.Errorf("kingdee: %s has no field with a kingdee tag: %w", t, duijie.ErrInvalid)
	}
	return p, nil
}

func (p *plan) add(t reflect.Type, index []int) error {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(append([]int(nil), index...), i)
		tag := f.Tag.Get("kingdee")
		if tag == "" && f.Anonymous && f.Type.Kind() == reflect.Struct {
			if err := p.add(f.Type, at); err != nil {
				return err
			}
			continue
		}
		if tag == "" || tag == "-" {
			continue
		}
		key, option, _ := strings.Cut(tag, ",")
		if err := checkField(key); err != nil || !f.IsExported() || option != "" && option != "key" {
			return fmt.Errorf("kingdee: field %s of %s: want an exported field tagged `kingdee:\"FKey\"` or `kingdee:\"FKey,key\"`, found %q: %w", f.Name, t, tag, duijie.ErrInvalid)
		}
		set, err := setterOf(f.Type)
		if err != nil {
			return fmt.Errorf("kingdee: field %s of %s: %w", f.Name, t, err)
		}
		if option == "key" {
			p.primary = key
		}
		p.keys = append(p.keys, key)
		p.fields = append(p.fields, planField{at, set})
	}
	return nil
}

var (
	rawType             = reflect.TypeFor[json.RawMessage]()
	cellType            = reflect.TypeFor[Cell]()
	decimalType         = reflect.TypeFor[duijie.Decimal]()
	timeType            = reflect.TypeFor[duijie.Time]()
	unmarshalerType     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// setterOf chooses how cells become values of t.
func setterOf(t reflect.Type) (setter, error) {
	switch t {
	case rawType, cellType:
		return func(v reflect.Value, c Cell) error { v.SetBytes(append([]byte(nil), c...)); return nil }, nil
	case decimalType:
		return func(v reflect.Value, c Cell) error {
			d, err := c.Decimal()
			*v.Addr().Interface().(*duijie.Decimal) = d
			return err
		}, nil
	case timeType:
		return func(v reflect.Value, c Cell) error {
			d, err := c.Time()
			*v.Addr().Interface().(*duijie.Time) = d
			return err
		}, nil
	}
	if t.Kind() == reflect.Pointer {
		return pointerSetter(t)
	}
	if p := reflect.PointerTo(t); p.Implements(unmarshalerType) || p.Implements(textUnmarshalerType) {
		return func(v reflect.Value, c Cell) error { return wire.Unmarshal(c, v.Addr().Interface()) }, nil
	}
	return scalarSetter(t)
}

func pointerSetter(t reflect.Type) (setter, error) {
	set, err := setterOf(t.Elem())
	if err != nil {
		return nil, err
	}
	return func(v reflect.Value, c Cell) error {
		if len(c) == 0 || string(c) == "null" {
			v.SetZero()
			return nil
		}
		v.Set(reflect.New(t.Elem()))
		return set(v.Elem(), c)
	}, nil
}

func scalarSetter(t reflect.Type) (setter, error) {
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value, c Cell) error {
			if f := wire.First(c); f == '{' || f == '[' {
				return fmt.Errorf("want a text, found %s", wire.Excerpt(c))
			}
			v.SetString(c.Text())
			return nil
		}, nil
	case reflect.Bool:
		return func(v reflect.Value, c Cell) error {
			b, err := c.Bool()
			v.SetBool(b)
			return err
		}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(v reflect.Value, c Cell) error {
			n, err := c.Int()
			if err == nil && v.OverflowInt(n) {
				return fmt.Errorf("%d does not fit %s", n, t)
			}
			v.SetInt(n)
			return err
		}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(v reflect.Value, c Cell) error {
			n, err := c.Int()
			if err == nil && (n < 0 || v.OverflowUint(uint64(n))) {
				return fmt.Errorf("%d does not fit %s", n, t)
			}
			v.SetUint(uint64(max(n, 0)))
			return err
		}, nil
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return func(v reflect.Value, c Cell) error { return wire.Unmarshal(c, v.Addr().Interface()) }, nil
		}
	case reflect.Float32, reflect.Float64:
		return nil, fmt.Errorf("a float loses digits: use duijie.Decimal: %w", duijie.ErrInvalid)
	}
	return nil, fmt.Errorf("type %s is not supported: %w", t, duijie.ErrInvalid)
}
