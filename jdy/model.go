package jdy

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// Date is a day as a save sends it, "2026-08-07" in China. The zero value is left
// out.
type Date struct{ time.Time }

// DateOf is the day of t in China.
func DateOf(t time.Time) Date { return Date{t} }

// String is the day as it is sent, "" for none.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return day(d.Time)
}

// MarshalJSON writes the day, "" for none.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads a day or a time, without a zone in China.
func (d *Date) UnmarshalJSON(b []byte) error {
	var t duijie.Time
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	d.Time = t.Time
	return nil
}

// marshalModel encodes what is saved. A typed model is checked first: its error
// names every required member that is missing, lines included, and matches
// duijie.ErrInvalid.
func marshalModel(v any) ([]byte, error) {
	if err := checkModel(v); err != nil {
		return nil, err
	}
	return marshal(v)
}

// checked is a model with rules beyond required members.
type checked interface{ check() []string }

func checkModel(v any) error {
	problems := missing(reflect.ValueOf(v), "")
	if c, ok := v.(checked); ok {
		problems = append(problems, c.check()...)
	}
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("jdy: %T: %s: %w", v, strings.Join(problems, "; "), duijie.ErrInvalid)
}

// missing lists the required members that are not set, of lines too.
func missing(v reflect.Value, at string) []string {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || v.Type().PkgPath() != reflect.TypeFor[Date]().PkgPath() {
		return nil
	}
	l := layoutOf(v.Type())
	given := map[string]bool{}
	for _, f := range l.fields {
		given[f.name] = !unset(v.FieldByIndex(f.at))
	}
	extra, _ := extraOf(v, l) // what can not be encoded is told when it is
	for name := range extra {
		given[name] = true
	}
	var out []string
	for _, f := range l.fields {
		if len(f.need) > 0 && !slices.ContainsFunc(f.need, func(name string) bool { return given[name] }) {
			if text := at + strings.Join(f.need, " or ") + " is missing"; !slices.Contains(out, text) && !reversed(out, at, f.need) {
				out = append(out, text)
			}
		}
		switch field := v.FieldByIndex(f.at); field.Kind() {
		case reflect.Slice:
			for i := range field.Len() {
				out = append(out, missing(field.Index(i), fmt.Sprintf("%s%s[%d].", at, f.name, i))...)
			}
		case reflect.Struct, reflect.Pointer:
			out = append(out, missing(field, at+f.name+".")...)
		}
	}
	return out
}

// reversed tells that a pair such as id or number is named already, from its
// other side.
func reversed(out []string, at string, need []string) bool {
	return len(need) == 2 && slices.Contains(out, at+need[1]+" or "+need[0]+" is missing")
}

// Create creates a record. Effect: write; see [Records.Save], which it is without
// an id, for what to do when the answer is lost.
func (r *Records[Row, Detail, Model]) Create(ctx context.Context, m Model, o SaveOptions, opts ...duijie.CallOption) (Saved, error) {
	if o.ID != "" {
		return Saved{}, invalid(r.kind.save().Path, "Create takes no id: use Update")
	}
	return r.Save(ctx, m, o, opts...)
}

// Update updates the record with an id. Give all lines, those that are there with
// their ids: a line without one is added, and what becomes of one that is left out
// is not known. Effect: idempotent where all lines have ids and nothing is
// audited, else write.
func (r *Records[Row, Detail, Model]) Update(ctx context.Context, id string, m Model, o SaveOptions, opts ...duijie.CallOption) (Saved, error) {
	if id == "" {
		return Saved{}, invalid(r.kind.save().Path, "Update needs the record's id: use Create for a new one")
	}
	o.ID = id
	return r.Save(ctx, m, o, opts...)
}

// PushTo makes the next bill of a chain from a record and saves it (单据下推): a
// sales stock-out from a sales order with target Services.SalesOuts.Kind().
// Effect: write; see [Client.Push].
func (r *Records[Row, Detail, Model]) PushTo(ctx context.Context, id string, target RecordKind, opts ...duijie.CallOption) (Saved, error) {
	if r.kind.Entity == "" || target.Entity == "" {
		return Saved{}, invalid(pushPath, "both kinds need an entity name")
	}
	return r.client.Push(ctx, PushRequest{ID: id, Source: r.kind.Entity, Target: target.Entity}, opts...)
}
