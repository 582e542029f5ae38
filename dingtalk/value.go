package dingtalk

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
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

// Attachments is the value of an attachment or image component. The files must be in
// Yida's storage already, or have a public URL: Yida has no upload here.
type Attachments []Attachment

// Attachment is one file. URLs without a host belong to https://www.aliwork.com and
// need a login: [Yida.TemporaryURL] makes one that needs none.
type Attachment struct {
	Name        string                     `json:"name,omitempty"`
	URL         string                     `json:"url,omitempty"`
	DownloadURL string                     `json:"downloadUrl,omitempty"`
	PreviewURL  string                     `json:"previewUrl,omitempty"`
	Ext         string                     `json:"ext,omitempty"`  // "pdf"; not for images
	Size        json.Number                `json:"size,omitempty"` // bytes
	Extra       map[string]json.RawMessage `json:"-"`              // members this type does not know
}

// UnmarshalJSON reads a list, or the text that holds one, as Yida answers.
func (a *Attachments) UnmarshalJSON(b []byte) error {
	var list []Attachment
	if err := decodeList(b, &list); err != nil {
		return err
	}
	*a = list
	return nil
}

// MarshalJSON writes a list, also of none.
func (a Attachments) MarshalJSON() ([]byte, error) { return marshalList(a) }

// MarshalJSON writes the members that are set, and Extra.
func (a Attachment) MarshalJSON() ([]byte, error) {
	type plain Attachment
	return withExtra(plain(a), a.Extra)
}

// UnmarshalJSON reads one file.
func (a *Attachment) UnmarshalJSON(b []byte) error {
	type plain Attachment
	var p plain
	loose := struct {
		*plain
		Size wire.Text `json:"size"`
	}{plain: &p}
	if err := wire.Unmarshal(b, &loose); err != nil {
		return err
	}
	*a = Attachment(p)
	a.Size = json.Number(loose.Size)
	a.Extra = extra(b, "name", "url", "downloadUrl", "previewUrl", "ext", "size")
	return nil
}

// Associations is the value of an associated form component (关联表单). To read it, name
// the component with _id behind it; Yida wraps it in two layers of text.
type Associations []Association

// Association points to an instance of another form.
type Association struct {
	AppType    string `json:"appType"`
	FormUUID   string `json:"formUuid"`
	FormType   string `json:"formType"` // "receipt" or "process"
	InstanceID string `json:"instanceId"`
	Title      string `json:"title"` // must be there, or the link shows empty
	SubTitle   string `json:"subTitle"`
	// Extra are members this type does not know.
	Extra map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON reads a list, or the text in a text that holds one.
func (a *Associations) UnmarshalJSON(b []byte) error {
	var list []Association
	if err := decodeList(b, &list); err != nil {
		return err
	}
	*a = list
	return nil
}

// MarshalJSON writes a list, also of none.
func (a Associations) MarshalJSON() ([]byte, error) { return marshalList(a) }

// MarshalJSON writes all members, and Extra.
func (a Association) MarshalJSON() ([]byte, error) {
	type plain Association
	return withExtra(plain(a), a.Extra)
}

// UnmarshalJSON reads one association.
func (a *Association) UnmarshalJSON(b []byte) error {
	type plain Association
	var p plain
	if err := wire.Unmarshal(b, &p); err != nil {
		return err
	}
	*a = Association(p)
	a.Extra = extra(b, "appType", "formUuid", "formType", "instanceId", "title", "subTitle")
	return nil
}

// Address is the value of an address component.
type Address struct {
	Address    string       `json:"address"`    // street and number
	RegionIDs  []int64      `json:"regionIds"`  // province, city, district
	RegionText []RegionText `json:"regionText"` // their names
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

// unquote opens texts that hold JSON, as deep as they are wrapped.
func unquote(b []byte) []byte {
	for range 3 {
		if wire.First(b) != '"' {
			break
		}
		var text string
		if wire.Unmarshal(b, &text) != nil {
			break
		}
		inner := []byte(strings.TrimSpace(text))
		if c := wire.First(inner); c != '[' && c != '{' && c != '"' || !json.Valid(inner) {
			break
		}
		b = inner
	}
	return b
}

// decodeList reads a list that may be wrapped in text; none of "" and null.
func decodeList[T any](b []byte, out *[]T) error {
	*out = nil
	b = unquote(b)
	if wire.First(b) != '[' {
		if text := rawText(b); text != "" {
			return fmt.Errorf("dingtalk: want a list, found %s", wire.Excerpt(b))
		}
		return nil
	}
	return wire.Unmarshal(b, out)
}

func marshalList[T any](list []T) ([]byte, error) {
	if list == nil {
		return []byte("[]"), nil
	}
	return wire.Marshal(list)
}

// withExtra writes v and behind its members those of extra.
func withExtra(v any, extra map[string]json.RawMessage) ([]byte, error) {
	b, err := wire.Marshal(v)
	if err != nil || len(extra) == 0 {
		return b, err
	}
	more, err := wire.Marshal(extra)
	if err != nil {
		return nil, err
	}
	if string(b) == "{}" {
		return more, nil
	}
	return append(append(b[:len(b)-1], ','), more[1:]...), nil
}

// extra are the members of an object that are not among the known ones.
func extra(object []byte, known ...string) map[string]json.RawMessage {
	var out map[string]json.RawMessage
next:
	for m := range wire.Walk(object) {
		for _, k := range known {
			if string(m.Key) == k {
				continue next
			}
		}
		if out == nil {
			out = map[string]json.RawMessage{}
		}
		out[string(m.Key)] = append(json.RawMessage(nil), m.Value...)
	}
	return out
}
