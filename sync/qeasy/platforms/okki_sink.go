package platforms

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/duijie-go/duijie/internal/spell"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/okki"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// Sink pushes records of a kind; the request is one record.
func (o *okkiConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	if err := o.refused(qeasy.SideTarget, spec.API); err != nil {
		return nil, nil, err
	}
	var f findings
	f.noOther(spec.Other)
	kind, model := o.pushes[spec.API].kind, o.pushes[spec.API].model
	var number *qeasy.Field
	for i := range spec.Fields {
		field := &spec.Fields[i]
		switch {
		case blank(field):
		case field.Name == kind.Number:
			number = field
			f.note(field.Path, field.Name, "records are looked up by it before they are pushed: one that is there is edited and never created twice")
		case field.Name == kind.ID || field.Name == kind.PushID:
			f.badField(field, qeasy.CodeUnsupportedMember, "the id is found by %s, and put into edits", kind.Number)
		}
	}
	if number == nil {
		f.bad("/request", kind.Number, qeasy.CodeUnsupportedMember, "records can not be found again without %s: give it a value", kind.Number)
	}
	okkiFields(&f, model, spec.Fields, "/request", kind.ID)
	okkiLines(&f, kind, spec.Fields)
	if text, _ := scalar(spec.AutoCheck); spec.AutoCheck != nil && wire.First(spec.AutoCheck) != 'n' && text != "false" && text != "0" {
		f.bad("/autoCheck", "", qeasy.CodeUnsupportedMember, "the platform audits nothing by interface")
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	to, err := okki.NewSink(o.client, kind, okki.SinkConfig[json.RawMessage]{})
	if err != nil {
		return nil, nil, err
	}
	keyed := newKeyedSink(to, max(spec.Rows, 1), nil, kind.Number)
	keyed.known(&f, spec, number, to)
	return keyed, f.notes, nil
}

// okkiFields compares fields with what is documented of a record or line. id is a
// member that edits have and documents need not.
func okkiFields(f *findings, model reflect.Type, fields []qeasy.Field, path, id string) {
	known := okkiMembers(model)
	given := map[string]bool{id: true}
	for i := range fields {
		field := &fields[i]
		if blank(field) {
			f.note(field.Path, field.Name, "it has no value and is left out: what is stored stays")
			continue
		}
		given[field.Name] = true
		member, documented := known[field.Name]
		switch {
		case documented:
			okkiMember(f, member, field)
		case field.Name != "" && strings.Trim(field.Name, "0123456789") == "": // a custom field, by its id
		default:
			hint := ""
			if nearest := spell.Nearest(field.Name, sortedNames(known)); nearest != "" {
				hint = "; the nearest that is documented is " + nearest
			}
			f.note(field.Path, field.Name, "not documented: the platform may ignore it%s", hint)
		}
	}
	for _, name := range sortedNames(known) {
		rule, other, _ := strings.Cut(known[name].Tag.Get("okki"), "=")
		switch {
		case rule != "need" || given[name]:
		case other == "":
			f.bad(path, name, qeasy.CodeUnsupportedMember, "the platform wants %s: give it a value", name)
		default:
			f.note(path, name, "new records need %s: without it only those that are there can be edited", name)
		}
	}
}

// okkiMember looks into lines and objects.
func okkiMember(f *findings, member reflect.StructField, field *qeasy.Field) {
	t := member.Type
	list := t.Kind() == reflect.Slice
	if list || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	object := t.Kind() == reflect.Struct && len(okkiMembers(t)) > 0
	switch {
	case len(field.Children) > 0 && !object:
		f.badField(field, qeasy.CodeUnsupportedMember, "%s has no members of its own", field.Name)
	case len(field.Children) > 0 && list && field.Type != "array":
		f.badField(field, qeasy.CodeUnsupportedMember, "%s is a list: its type is array", field.Name)
	case len(field.Children) > 0:
		okkiFields(f, t, field.Children, field.Path, "")
	}
}

// okkiMembers are the members of a struct by their names, those of embedded ones too.
func okkiMembers(t reflect.Type) map[string]reflect.StructField {
	out := map[string]reflect.StructField{}
	for _, m := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(m.Tag.Get("json"), ",")
		if m.IsExported() && name != "" && name != "-" {
			out[name] = m
		}
	}
	return out
}

func sortedNames(members map[string]reflect.StructField) []string {
	var out []string
	for name := range members {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// okkiLines tells of lines that no update can tell apart.
func okkiLines(f *findings, kind okki.RecordKind, fields []qeasy.Field) {
	for _, name := range []string{"product_list", "record_list"} {
		field := qeasy.Find(fields, name)
		if field == nil || blank(field) || slices.ContainsFunc(kind.Lines, func(l okki.LineKind) bool { return l.Member == name }) {
			continue
		}
		f.note(field.Path, name, "the platform gives these lines no ids to tell them by, so a record that is there and has changed is refused: its lines might be doubled")
	}
}
