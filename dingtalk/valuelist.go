package dingtalk

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
)

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
