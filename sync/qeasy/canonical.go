package qeasy

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping"
)

// jsonWriter writes objects member by member, so that their order is ours.
type jsonWriter struct{ b []byte }

func (w *jsonWriter) name(name string) {
	if last := w.b[len(w.b)-1]; last != '{' && last != '[' {
		w.b = append(w.b, ',')
	}
	w.b = append(w.text(w.b, name), ':')
}

func (w *jsonWriter) text(b []byte, s string) []byte {
	out, err := wire.AppendText(b, s)
	if err != nil { // not UTF-8, which no document read here holds
		return append(b, `""`...)
	}
	return out
}

func (w *jsonWriter) member(name, value string) {
	w.name(name)
	w.b = w.text(w.b, value)
}

// optional writes a text that is not empty.
func (w *jsonWriter) optional(name, value string) {
	if value != "" {
		w.member(name, value)
	}
}

func (w *jsonWriter) raw(name string, value []byte) {
	if len(value) == 0 {
		return
	}
	w.name(name)
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		b.WriteString("null")
	}
	w.b = append(w.b, b.Bytes()...)
}

// any writes a value of a type with json tags.
func (w *jsonWriter) any(name string, value any) {
	if b, err := wire.Marshal(value); err == nil {
		w.raw(name, b)
	}
}

// object writes an object, or nothing where write writes nothing.
func (w *jsonWriter) object(name string, write func()) {
	w.name(name)
	w.b = append(w.b, '{')
	write()
	w.b = append(w.b, '}')
}

func (w *jsonWriter) fields(name string, fields []Field) {
	if len(fields) == 0 {
		return
	}
	w.name(name)
	w.b = append(w.b, '[')
	for i := range fields {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.field(&fields[i])
	}
	w.b = append(w.b, ']')
}

func (w *jsonWriter) field(f *Field) {
	w.b = append(w.b, '{')
	w.member("field", f.Name)
	w.optional("label", f.Label)
	w.member("type", f.Type)
	if f.HasValue {
		w.member("value", f.Value)
	}
	if f.Required {
		w.raw("is_required", []byte("true"))
	}
	w.raw("default", f.Default)
	if f.Table != nil {
		w.object("mapping", func() {
			w.member("target", f.Table.ID)
			w.member("direction", map[bool]string{false: "positive", true: "negative"}[f.Table.Reverse])
		})
	}
	switch len(f.Parsers) {
	case 0:
	case 1:
		w.name("parser")
		w.parser(f.Parsers[0])
	default:
		w.name("parser")
		w.b = append(w.b, '[')
		for i, p := range f.Parsers {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.parser(p)
		}
		w.b = append(w.b, ']')
	}
	w.fields("children", f.Children)
	w.b = append(w.b, '}')
}

func (w *jsonWriter) parser(p mapping.Parser) {
	w.b = append(w.b, '{')
	w.member("name", p.Name)
	w.optional("params", p.Params)
	w.optional("params1", p.Params1)
	w.optional("params2", p.Params2)
	w.raw("view", p.View)
	w.raw("edit", p.Edit)
	w.raw("fieldId", p.FieldID)
	w.b = append(w.b, '}')
}

// Canonical writes the half as one document of dialect A: members and fields in a
// fixed form, without what means nothing. [Parse] reads it as the same half. It is indented
// with two spaces.
func (h *Half) Canonical() []byte {
	w := &jsonWriter{b: []byte{'{'}}
	w.member("api", h.API)
	w.member("effect", map[Side]string{SideSource: "QUERY", SideTarget: "EXECUTE"}[h.Side])
	w.member("method", h.Method)
	w.optional("name", h.Name)
	if h.Side == SideSource {
		w.optional("id", h.ID)
		w.optional("number", h.Number)
		if h.ID != "" || !h.IDCheck {
			w.raw("idCheck", strconv.AppendBool(nil, h.IDCheck))
		}
	}
	h.options(w)
	w.fields("request", h.Request)
	w.fields("otherRequest", h.Other)
	if len(h.Writeback) > 0 {
		w.name("response")
		w.b = append(w.b, '[')
		w.field(&Field{Name: "primaryWriteback", Type: "object", Children: h.Writeback})
		w.b = append(w.b, ']')
	}
	w.fields("otherResponse", h.OtherReply)
	if r := h.Remedy; r != nil {
		w.object("omissionRemedy", func() {
			w.member("crontab", r.Cron)
			w.optional("adapter", r.Adapter)
			w.fields("takeOverRequest", r.Request)
		})
	}
	if c := h.CallBack; c != nil {
		w.object("callBackStrategy", func() {
			w.member("strategyId", c.Strategy)
			for i := range c.Fields {
				w.member(c.Fields[i].Name, c.Fields[i].Value)
			}
		})
	}
	w.optional("adapter", h.Adapter)
	w.b = append(w.b, '}')
	var out bytes.Buffer
	if json.Indent(&out, w.b, "", "  ") != nil {
		return w.b
	}
	return append(out.Bytes(), '\n')
}

// options writes the members between head and fields.
func (h *Half) options(w *jsonWriter) {
	switch op := h.Operation; op.Method {
	case "batchArraySave":
		w.object("operation", func() {
			w.member("method", op.Method)
			w.member("rowsKey", "array")
			w.raw("rows", strconv.AppendInt(nil, int64(op.Rows), 10))
		})
	case "splitArray":
		w.object("operation", func() {
			w.member("method", op.Method)
			w.member("arrayKey", op.ArrayKey)
		})
	}
	if h.PageSize > 0 {
		w.object("pagination", func() { w.raw("pageSize", strconv.AppendInt(nil, int64(h.PageSize), 10)) })
	}
	w.raw("condition", h.Condition)
	if len(h.Derive) > 0 {
		w.any("formatResponse", h.Derive)
	}
	if len(h.Flatten) > 0 {
		w.any("beatFlat", h.Flatten)
	}
	if h.Group != nil {
		w.any("groupCalculate", h.Group)
	}
	w.optional("distributionOrg", h.OrgIDs)
	w.raw("autoCheck", h.AutoCheck)
}
