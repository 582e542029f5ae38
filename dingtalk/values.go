package dingtalk

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Values are the values of an instance as Yida answers them, by component id or
// alias, each as JSON. Beside a component's own name stand its companions: name_id with
// the ids of options, employees, departments and associated instances, and name_value
// with a number as text. The methods take a component's id and read the right one.
//
// Yida leaves empty components out: a value that is missing was not deleted.
type Values map[string]json.RawMessage

// Has tells whether there is a value of the component, be it an empty one.
func (v Values) Has(id string) bool {
	for _, name := range []string{id, id + "_id", id + "_value"} {
		if _, ok := v[name]; ok {
			return true
		}
	}
	return false
}

// Text is the value of a text component, or a scalar of any other.
func (v Values) Text(id string) string {
	if wire.First(v[id]) == '"' {
		return unquoted(v[id])
	}
	return rawText(v[id])
}

// Number is the exact value of a number component, unset where it is empty.
func (v Values) Number(id string) (duijie.Decimal, error) {
	text := scalar(v[id+"_value"])
	if text == "" {
		text = scalar(v[id])
	}
	if text == "" {
		return duijie.Decimal{}, nil
	}
	d, err := duijie.ParseDecimal(text)
	if err != nil {
		return d, fmt.Errorf("dingtalk: component %s: %w", id, err)
	}
	return d, nil
}

// Date is the value of a date component in China time, the zero time where it is empty.
func (v Values) Date(id string) (time.Time, error) {
	if v[id] == nil {
		return time.Time{}, nil
	}
	t, err := milliseconds(v[id])
	if err != nil {
		return t, fmt.Errorf("dingtalk: component %s: %w", id, err)
	}
	return t, nil
}

// DateRange is the value of a date range component.
func (v Values) DateRange(id string) (DateRange, error) { return decodeAs[DateRange](v, id) }

// Option is the value of a radio or select component: the option's value, not its
// text, which depends on the language.
func (v Values) Option(id string) string { return firstOf(rawText(v[id+"_id"]), rawText(v[id])) }

// IDs are the ids of a component: values of options, levels of a cascade, userIds of employees, ids
// of departments, codes of countries.
func (v Values) IDs(id string) Texts {
	var out Texts
	raw := v[id+"_id"]
	if raw == nil {
		raw = v[id]
	}
	_ = out.UnmarshalJSON(unquote(raw))
	return out
}

// Names are the display names of such a component.
func (v Values) Names(id string) Texts {
	var out Texts
	_ = out.UnmarshalJSON(v[id])
	return out
}

// Attachments are the files of an attachment or image component.
func (v Values) Attachments(id string) (Attachments, error) { return decodeAs[Attachments](v, id) }

// Associations are the instances an associated form component points to.
func (v Values) Associations(id string) (Associations, error) {
	if _, ok := v[id+"_id"]; ok {
		id += "_id"
	}
	return decodeAs[Associations](v, id)
}

// Address is the value of an address component.
func (v Values) Address(id string) (Address, error) { return decodeAs[Address](v, id) }

// Table are the rows of a sub-table. Yida may cut long ones, and leaves them out
// of lists without tables: [Instance.CutTables] tells, [Yida.CompleteTables] reads all.
func (v Values) Table(id string) ([]Values, error) { return decodeAs[[]Values](v, id) }

func decodeAs[T any](v Values, id string) (T, error) {
	var out T
	raw, ok := v[id]
	if !ok || string(raw) == "null" {
		return out, nil
	}
	if err := wire.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("dingtalk: component %s: %w", id, err)
	}
	return out, nil
}

// Decode fills a struct whose JSON names are names of this answer, such as
// employeeField_a_id.
func (v Values) Decode(out any) error {
	b, err := wire.Marshal(map[string]json.RawMessage(v))
	if err != nil {
		return fmt.Errorf("dingtalk: %w", err)
	}
	if err := wire.Unmarshal(b, out); err != nil {
		return fmt.Errorf("dingtalk: the values do not fit %T: %w", out, err)
	}
	return nil
}

// FormData is what writes these values back: ids instead of display names, files and
// associations as lists, serial numbers left out. Aliases are an error, because an alias has
// the display names only: bring the values [Values.ByID] first. A sub-table of 50 rows or more
// is an error, as Yida may have cut it: [Instance.FormData] knows.
func (v Values) FormData() (FormData, error) {
	return v.formData(func(_ string, rows int) bool { return rows >= tablePage })
}

func (v Values) formData(cut func(table string, rows int) bool) (FormData, error) {
	out, strange := FormData{}, []string(nil)
	for _, name := range slices.Sorted(maps.Keys(v)) {
		kind, companion := kindOf(name)
		id := strings.TrimSuffix(name, "_"+companion)
		if companion == "" {
			id = name
		}
		if _, done := out[id]; done || shapes[kind] == readOnly {
			continue
		}
		if kind == "" && !v.taken(name) {
			strange = append(strange, name)
			continue
		}
		value, err := v.writable(id, kind, cut)
		if err != nil {
			return nil, err
		}
		if value != nil {
			out[id] = value
		}
	}
	if strange != nil {
		return nil, invalid("form data", strings.Join(strange, ", ")+": aliases, or components of a kind whose values are not known to be written as they are read: see Values.ByID, or take them out")
	}
	return out, nil
}

// taken tells whether a value of a component of unknown kind is taken as it is: it must
// have an id of Yida's and no companion, which would hold what is to be written.
func (v Values) taken(name string) bool {
	kind, rest, _ := strings.Cut(name, "_")
	return strings.HasSuffix(kind, "Field") && rest != "" && !strings.Contains(rest, "_") && v[name+"_id"] == nil && v[name+"_value"] == nil
}

func (v Values) writable(id, kind string, cut func(string, int) bool) (value any, err error) {
	switch kind {
	case "numberField", "rateField":
		d, err := v.Number(id)
		if err != nil || !d.IsSet() {
			return nil, err
		}
		return d.Unquoted(), nil
	case "radioField", "selectField":
		return v.Option(id), nil
	case "checkboxField", "multiSelectField", "cascadeSelectField", "employeeField", "departmentSelectField", "departmentField", "citySelectField":
		return v.IDs(id), nil
	case "countrySelectField":
		return Countries(v.IDs(id)), nil
	case "imageField", "attachmentField":
		return v.Attachments(id)
	case "associationFormField":
		return v.Associations(id)
	case "addressField":
		return v.Address(id)
	case "tableField":
		rows, err := v.Table(id)
		if err != nil {
			return nil, err
		}
		if cut(id, len(rows)) {
			return nil, fmt.Errorf("dingtalk: component %s: %d rows may be all that Yida showed, and writing them back would drop the rest: take it out, or complete the instance with CompleteTables: %w", id, len(rows), duijie.ErrInvalid)
		}
		out := make([]FormData, len(rows))
		for i, row := range rows {
			if out[i], err = row.FormData(); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	if raw, ok := v[id]; ok {
		return raw, nil
	}
	return nil, nil
}
