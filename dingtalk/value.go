package dingtalk

import (
	"fmt"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// FormData holds the values to write, by component id (or alias): "textField_a": "SKU-1".
// A struct whose JSON names are component ids does as well. Texts are strings, numbers
// [duijie.Decimal] or integers, and the other components have the types of this package.
// A nil value is left out: the component is not touched.
type FormData map[string]any

// Date is the value of a date component, an instant. The zero Date is written as an
// empty value; with omitzero it is left out.
type Date struct{ time.Time }

// NewDate makes a Date.
func NewDate(t time.Time) Date { return Date{t} }

// MarshalJSON writes milliseconds.
func (d Date) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte(`""`), nil
	}
	return strconv.AppendInt(nil, d.UnixMilli(), 10), nil
}

// UnmarshalJSON reads milliseconds as number or text, or nothing.
func (d *Date) UnmarshalJSON(b []byte) error {
	t, err := milliseconds(b)
	if err != nil {
		return err
	}
	d.Time = t
	return nil
}

// milliseconds reads an instant in China time, the zero time of "" and null.
func milliseconds(b []byte) (time.Time, error) {
	var text wire.Text
	if err := text.UnmarshalJSON(b); err != nil {
		return time.Time{}, err
	}
	if text == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("dingtalk: want milliseconds, found %q", wire.Excerpt(b))
	}
	return time.UnixMilli(n).In(duijie.China), nil
}

// DateRange is the value of a date range component. Either end may be zero.
type DateRange struct{ From, To time.Time }

// MarshalJSON writes two texts of milliseconds.
func (r DateRange) MarshalJSON() ([]byte, error) {
	text := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return strconv.FormatInt(t.UnixMilli(), 10)
	}
	return wire.Marshal([]string{text(r.From), text(r.To)})
}

// UnmarshalJSON reads what MarshalJSON writes, or nothing.
func (r *DateRange) UnmarshalJSON(b []byte) error {
	*r = DateRange{}
	n := 0
	for e := range wire.Elements(unquote(b)) {
		t, err := milliseconds(e)
		if err != nil {
			return err
		}
		switch n++; n {
		case 1:
			r.From = t
		case 2:
			r.To = t
		}
	}
	return nil
}

// Texts is the value of a component that holds a list of texts: options of a checkbox
// or multiple choice, levels of a cascade, userIds of an employee component, ids
// of departments. To read employees, departments and options, name the component
// with _id behind it: without, Yida gives their display names.
type Texts []string

// MarshalJSON writes a list, also of none.
func (t Texts) MarshalJSON() ([]byte, error) {
	if t == nil {
		return []byte("[]"), nil
	}
	return wire.Marshal([]string(t))
}

// UnmarshalJSON reads a list of texts or numbers, a single one, or nothing.
func (t *Texts) UnmarshalJSON(b []byte) error {
	*t = nil
	switch wire.First(b) {
	case '[':
		for e := range wire.Elements(b) {
			*t = append(*t, rawText(e))
		}
	default:
		if text := rawText(b); text != "" {
			*t = Texts{text}
		}
	}
	return nil
}

// Countries is the value of a country component: codes such as CN.
type Countries []string

// MarshalJSON writes objects, as Yida wants them.
func (c Countries) MarshalJSON() ([]byte, error) {
	out := make([]map[string]string, len(c))
	for i, code := range c {
		out[i] = map[string]string{"value": code}
	}
	return wire.Marshal(out)
}

// UnmarshalJSON reads codes, or the objects that are written.
func (c *Countries) UnmarshalJSON(b []byte) error {
	*c = nil
	for e := range wire.Elements(b) {
		if wire.First(e) == '{' {
			e = member(e, "value")
		}
		*c = append(*c, rawText(e))
	}
	return nil
}

// Address is the value of an address component.
type Address struct {
	Address    string       `json:"address"`    // street and number
	RegionIDs  []int64      `json:"regionIds"`  // province, city, district
	RegionText []RegionText `json:"regionText"` // their names
}

// MarshalJSON writes lists, also of none.
func (a Address) MarshalJSON() ([]byte, error) {
	type plain Address
	if a.RegionIDs == nil {
		a.RegionIDs = []int64{}
	}
	if a.RegionText == nil {
		a.RegionText = []RegionText{}
	}
	return wire.Marshal(plain(a))
}

// RegionText is the name of a region.
type RegionText struct {
	English string `json:"en_US"`
	Chinese string `json:"zh_CN"`
}

// UnmarshalJSON reads an object, or the text that holds one, as Yida answers.
func (a *Address) UnmarshalJSON(b []byte) error {
	type plain Address
	*a = Address{}
	if b = unquote(b); wire.First(b) != '{' {
		return nil
	}
	return wire.Unmarshal(b, (*plain)(a))
}

// Link is an element of the value of a link component: a list of them.
type Link struct {
	Link string `json:"link"`
	Text string `json:"text"`
}
