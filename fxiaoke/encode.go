package fxiaoke

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Time is a moment as this platform writes it: milliseconds since 1970 UTC, read into
// China's time, in which all its dates are meant. The zero value is no time; it is left out of
// objects, and null alone.
type Time struct{ time.Time }

// TimeOf makes a Time; finer than a millisecond is cut off.
func TimeOf(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{time.UnixMilli(t.UnixMilli()).In(duijie.China)}
}

// MarshalJSON writes milliseconds, null for no time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, t.UnixMilli(), 10), nil
}

// UnmarshalJSON reads milliseconds as a number or a text; null and "" are no time.
func (t *Time) UnmarshalJSON(b []byte) error {
	var text wire.Text
	if err := text.UnmarshalJSON(b); err != nil {
		return err
	}
	if text == "" {
		*t = Time{}
		return nil
	}
	ms, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return fmt.Errorf("want milliseconds since 1970, found %s", wire.Excerpt(b))
	}
	*t = Time{time.UnixMilli(ms).In(duijie.China)}
	return nil
}

// encodeObject writes the fields of a struct that are set, and what Extra has beyond
// them. Decimals are texts, as the platform has them.
func encodeObject(object any) ([]byte, error) {
	v := reflect.ValueOf(object)
	info := structOf(v.Type())
	b := []byte{'{'}
	written := map[string]bool{}
	add := func(name string, value any) error {
		if len(b) > 1 {
			b = append(b, ',')
		}
		var err error
		if b, err = wire.AppendText(b, name); err != nil {
			return err
		}
		raw, err := wire.Marshal(value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		b = append(append(b, ':'), raw...)
		written[name] = true
		return nil
	}
	for _, name := range info.names {
		field := v.FieldByIndex(info.byName[name])
		if unset(field) {
			continue
		}
		value := field.Interface()
		if d, ok := value.(duijie.Decimal); ok && !readAsText(d) {
			value = d.Quoted()
		}
		if err := add(name, value); err != nil {
			return nil, err
		}
	}
	if info.extra != nil {
		extra, _ := v.FieldByIndex(info.extra).Interface().(map[string]json.RawMessage)
		for _, name := range slices.Sorted(maps.Keys(extra)) {
			if written[name] {
				continue
			}
			if err := add(name, extra[name]); err != nil {
				return nil, err
			}
		}
	}
	return append(b, '}'), nil
}

// readAsText tells a decimal that is a text already, blanks and all.
func readAsText(d duijie.Decimal) bool {
	b, err := d.MarshalJSON()
	return err == nil && wire.First(b) == '"'
}

// Read-only members of every record.
var systemMembers = []string{
	"last_modified_time", "last_modified_by", "version", "is_deleted", "tenant_id", "owner_department", "owner_department_id",
	"extend_obj_data_id", "object_describe_id", "total_num", "searchAfterId", "details",
}

// marshalModel encodes what is written. A struct with [Common] in it writes what is set, as the
// typed objects do by themselves.
func marshalModel(value any) ([]byte, error) {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		if f, ok := v.Type().FieldByName("Common"); ok && f.Anonymous && f.Type == commonType {
			if _, own := v.Interface().(json.Marshaler); !own {
				return encodeObject(v.Interface())
			}
		}
	}
	return wire.Marshal(value)
}

// modelOf is the JSON object that is written of a value: without the companions of
// fields (X__r and so on) and what the platform sets itself.
func modelOf(value any, keep ...string) (map[string]json.RawMessage, error) {
	if value != nil {
		t := reflect.TypeOf(value)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if err := checkEmbedding(t); err != nil {
			return nil, err
		}
	}
	raw, err := marshalModel(value)
	if err != nil {
		return nil, fmt.Errorf("fxiaoke: %w", err)
	}
	out := map[string]json.RawMessage{}
	for m, err := range wire.Members(raw) {
		if err != nil {
			return nil, fmt.Errorf("fxiaoke: what is written must be an object: %w: %w", err, duijie.ErrInvalid)
		}
		name := string(m.Key)
		switch {
		case isCompanion(name), slices.Contains(systemMembers, name):
			continue
		case (name == "create_time" || name == "created_by") && !slices.Contains(keep, name):
			continue
		}
		out[name] = m.Value
	}
	return out, nil
}

// changesOf is modelOf for an update: of any struct only what is set is written, so that a field
// nobody filled empties nothing.
func changesOf(value any) (map[string]json.RawMessage, error) {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || checkEmbedding(v.Type()) != nil || slices.ContainsFunc(reflect.VisibleFields(v.Type()), func(f reflect.StructField) bool {
		return throughPointer(v.Type(), f.Index) // encodeObject leaves those out
	}) {
		return modelOf(value)
	}
	if _, own := v.Interface().(json.Marshaler); own {
		return modelOf(value)
	}
	if _, own := value.(json.Marshaler); own {
		return modelOf(value)
	}
	raw, err := encodeObject(v.Interface())
	if err != nil {
		return nil, fmt.Errorf("fxiaoke: %w", err)
	}
	return modelOf(json.RawMessage(raw))
}

// DetailsAs reads the detail rows of a record that [GetAs] or [Client.Get] read: those
// of one detail object ("SalesOrderProductObj"), taken out of the wrapper they come in.
// A record without any has none.
func DetailsAs[T any](record any, object string) ([]T, error) {
	raw, err := wire.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("fxiaoke: details: %w", err)
	}
	if wire.First(raw) != '{' {
		return nil, fmt.Errorf("fxiaoke: details of a %T: %w", record, duijie.ErrInvalid)
	}
	var out []T
	for row := range wire.Elements(membersOf(membersOf(raw)["details"])[object]) {
		if inner := membersOf(row)["containerDocument"]; wire.First(inner) == '{' {
			row = inner
		}
		var one T
		if err := decode(row, &one); err != nil {
			return nil, fmt.Errorf("fxiaoke: a detail of %s does not fit %T: %w", object, one, err)
		}
		out = append(out, one)
	}
	return out, nil
}

// Removed tells a record that counts as gone: it is invalidated (life_status invalid,
// 作废) or deleted. Whether lists hold such rows is not documented.
func Removed(record duijie.Record) bool {
	return record.Text("life_status") == lifeInvalid || record.Text("is_deleted") == "true"
}

const lifeInvalid = "invalid"

func removedRow(row []byte) bool {
	return scalar(memberOf(row, "life_status")) == lifeInvalid || strings.EqualFold(scalar(memberOf(row, "is_deleted")), "true")
}
