package qeasy

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/mapping"
)

// fieldTypes are the types of fields and what they are called here.
var fieldTypes = map[string]string{
	"string": "string", "int": "int", "float": "float", "number": "float", "bool": "bool", "boolean": "bool",
	"date": "date", "datetime": "datetime", "object": "object", "array": "array",
}

var fieldMembers = []string{
	"field", "label", "describe", "type", "value", "children", "is_required", "parser", "id", "parent", "parent_id", "mapping", "default",
}

// secrets are names of fields that hold something nobody should read.
var secrets = regexp.MustCompile(`(?i)^(system_?token|app_?secret|client_?secret|secret|password|passwd|access_?token|private_?key)$`)

// fieldList reads a top-level list of field objects.
func (d *docReader) fieldList(path string, n *node) []Field {
	if n.kind == kindObject && len(n.nodes) > 0 {
		d.bad(path, "", CodeUnknownMember, n, "a request that is an object, beginning with %q, is of a dialect no published scheme uses; a list of field objects is wanted", cut(n.names[0]))
		return nil
	}
	return d.fieldsOf(path, "", "", n)
}

// fields reads a list of field objects: array is the source array around it, field the
// readable path.
func (d *docReader) fieldsOf(path, field, parent string, n *node) []Field {
	switch n.kind {
	case kindNull:
		return nil
	case kindArray:
	default:
		d.bad(path, field, CodeInvalidJSON, n, "a list of field objects is wanted, not %s", n.kind)
		return nil
	}
	var fields []Field
	last := map[string]int{}
	for i, e := range n.nodes {
		p := path + "/" + strconv.Itoa(i)
		if d.full() {
			return fields
		}
		if d.count++; d.count > d.o.limits.Fields {
			d.bad(p, field, CodeInvalidJSON, e, "the document has more than %d fields", d.o.limits.Fields)
			return nil
		}
		f, ok := d.field(p, field, parent, e)
		if !ok {
			continue
		}
		if before, twice := last[f.Name]; twice {
			p := d.oddity(fields[before].Path, joinField(field, f.Name), WarnDuplicateField, nil, "a later field has the same name, and counts")
			p.Line, p.Col = d.lines.at(d.h.places[fields[before].Path])
			fields = slices.Delete(fields, before, before+1)
			for name, at := range last {
				if at > before {
					last[name] = at - 1
				}
			}
		}
		last[f.Name] = len(fields)
		fields = append(fields, f)
	}
	return fields
}

func joinField(outer, name string) string {
	if outer == "" {
		return name
	}
	return outer + "." + name
}

// field reads one field object; ok is false for one that does not count.
func (d *docReader) field(path, outer, parent string, n *node) (f Field, ok bool) {
	if n.kind != kindObject {
		d.bad(path, outer, CodeInvalidJSON, n, "a field is an object, not %s", n.kind)
		return f, false
	}
	d.h.places[path] = n.off
	name := n.get("field")
	if name != nil {
		f.Name = d.wantText(path+"/field", name)
	}
	if f.Name == "" {
		d.warn(path, outer, WarnEmptyField, n, "a field without name is a leftover of the editor, and left out")
		return f, false
	}
	f.Path = path
	readable := joinField(outer, f.Name)
	for i, m := range n.names {
		if !slices.Contains(fieldMembers, m) && !d.full() {
			p := d.mistake(path+"/"+pointer(m), readable, CodeUnknownMember, n.nodes[i], "a field has no member %q", cut(m))
			p.Nearest = d.nearest(m, fieldMembers)
		}
	}
	d.readType(&f, readable, n)
	d.readValue(&f, readable, n)
	if label := n.get("label"); label != nil && label.kind == kindText {
		f.Label = label.text
	}
	if r := n.get("is_required"); r != nil && r.kind != kindNull {
		var fine bool
		if f.Required, fine = r.truth(); !fine {
			d.bad(path+"/is_required", readable, CodeInvalidJSON, r, "is_required is true or false")
		}
	}
	if p := n.get("parent"); p != nil && p.kind == kindText && p.text != "" && p.text != parent {
		d.warn(path+"/parent", readable, WarnParentMismatch, p, "the field stands in %q, not in %q", cut(parent), cut(p.text))
	}
	if v := n.get("default"); v != nil && v.kind != kindNull {
		f.Default = json.RawMessage(v.raw)
	}
	d.readParsers(&f, readable, n.get("parser"))
	d.readTable(&f, readable, n.get("mapping"))
	d.checkShape(&f, readable, n)
	return f, true
}

func (d *docReader) readType(f *Field, readable string, n *node) {
	kids := n.get("children")
	if kids != nil && kids.kind != kindNull {
		f.Children = d.fieldsOf(f.Path+"/children", readable, f.Name, kids)
	}
	f.Type = "string"
	if len(f.Children) > 0 {
		f.Type = "object"
	}
	t := n.get("type")
	if t == nil || t.kind == kindNull || t.kind == kindText && t.text == "" {
		return
	}
	name := d.wantText(f.Path+"/type", t)
	known := fieldTypes[strings.ToLower(name)]
	if known == "" {
		p := d.mistake(f.Path+"/type", readable, CodeUnknownType, t, "there is no type %q", cut(name))
		p.Nearest = d.nearest(name, []string{"string", "int", "float", "bool", "date", "datetime", "object", "array"})
		return
	}
	f.Type = known
}

func (d *docReader) readValue(f *Field, readable string, n *node) {
	v := n.get("value")
	if v == nil || v.kind == kindNull {
		return
	}
	d.h.places[f.Path+"/value"] = v.off
	if v.kind == kindArray || v.kind == kindObject {
		d.bad(f.Path+"/value", readable, CodeInvalidJSON, v, "a value is a text, not %s", v.kind)
		return
	}
	f.Value, f.HasValue = d.wantText(f.Path+"/value", v), true
	if len(f.Value) > d.o.limits.Text {
		d.bad(f.Path+"/value", readable, CodeInvalidJSON, v, "the value is longer than %d bytes", d.o.limits.Text)
		f.Value, f.HasValue = "", false
	}
	if secrets.MatchString(f.Name) && f.Value != "" && !strings.Contains(f.Value, "{") {
		d.warn(f.Path+"/value", readable, WarnSecret, v, "the document holds a secret; give it to the connector and take it out here")
	}
}

// checkShape refuses fields whose type and value do not go together, and says where
// a constant reads like a path.
func (d *docReader) checkShape(f *Field, readable string, n *node) {
	at := cmpNode(n.get("value"), n)
	hasParser := len(f.Parsers) > 0
	switch {
	case len(f.Children) > 0 && f.Type != "object" && f.Type != "array":
		d.bad(f.Path+"/type", readable, CodeUnknownType, cmpNode(n.get("type"), n), "a field with children is an object or an array, not a %s", f.Type)
	case len(f.Children) > 0 && f.Type == "array":
		if inner, ok := cutBraces(f.Value); ok {
			d.warn(f.Path+"/value", readable, WarnBracesAroundRow, at, "the source array is written without braces")
			f.Value = inner
		}
	case f.Type == "array" && f.Value != "" && !hasParser && isConstant(f.Value):
		d.bad(f.Path+"/value", readable, CodeArrayNoChildren, at, "a constant is no array, and there are no children to build one from: this is a template of the catalogue")
	case f.Type == "object" && len(f.Children) == 0 && f.Value != "" && !isConstant(f.Value) && !hasParser:
		d.bad(f.Path+"/value", readable, CodeArrayNoChildren, at, "an object is built from its children, and there are none; its value would be lost")
	}
	for i := range f.Children {
		d.looksLikePath(f.Value, &f.Children[i], joinField(readable, f.Children[i].Name))
	}
}

// looksLikePath warns of constants in the rows of an array that begin with its name.
func (d *docReader) looksLikePath(array string, f *Field, readable string) {
	if array == "" || !strings.HasPrefix(f.Value, array+".") || !isConstant(f.Value) {
		return
	}
	p := d.oddity(f.Path+"/value", readable, WarnLooksLikePath, nil, "the constant %q reads like a path whose braces were lost on a web page", cut(f.Value))
	p.Line, p.Col = d.lines.at(d.h.places[f.Path+"/value"])
}

// cutBraces takes the braces off a path.
func cutBraces(path string) (string, bool) {
	for _, b := range [][2]string{{"{{", "}}"}, {"{", "}"}} {
		if inner, ok := strings.CutPrefix(path, b[0]); ok && strings.HasSuffix(inner, b[1]) {
			return strings.TrimSuffix(inner, b[1]), true
		}
	}
	return path, false
}

// knownParsers are the parsers that are run.
var knownParsers = []string{
	mapping.ParserObject, mapping.ParserTwoStage, mapping.ParserStringToArray, mapping.ParserArrayToString,
	mapping.ParserPairs, mapping.ParserKeyValue, mapping.ParserWorkflow,
}

// readParsers reads a parser, or a chain of them as an array or a comma list.
func (d *docReader) readParsers(f *Field, readable string, n *node) {
	path := f.Path + "/parser"
	switch {
	case n == nil || n.kind == kindNull || n.kind == kindText && n.text == "":
	case n.kind == kindObject:
		d.readParser(f, path, readable, n)
	case n.kind == kindArray:
		for i, e := range n.nodes {
			if e.kind != kindObject {
				d.bad(path+"/"+strconv.Itoa(i), readable, CodeParserUnknown, e, "a parser is an object with a name, not %s", e.kind)
				continue
			}
			d.readParser(f, path+"/"+strconv.Itoa(i), readable, e)
		}
	default:
		d.bad(path, readable, CodeParserUnknown, n, "a parser is an object with a name, not %s", n.kind)
	}
}

func (d *docReader) readParser(f *Field, path, readable string, n *node) {
	if t := n.get("type"); t != nil && n.get("name") == nil {
		d.bad(path+"/type", readable, CodeParserUnsupported, t, "parsers by type are in no published scheme and can not be run")
		return
	}
	var p mapping.Parser
	raw := func(to *json.RawMessage) func(string, *node) {
		return func(_ string, n *node) { *to = json.RawMessage(n.raw) }
	}
	text := func(to *string) func(string, *node) {
		return func(path string, n *node) { *to = d.wantText(path, n) }
	}
	d.object(path, n, map[string]func(string, *node){
		"name": text(&p.Name), "params": text(&p.Params), "params1": text(&p.Params1), "params2": text(&p.Params2),
		"view": raw(&p.View), "edit": raw(&p.Edit), "fieldId": raw(&p.FieldID),
	})
	if p.Name == "" {
		if len(n.nodes) > 0 && (p.Params != "" || p.Params1 != "") {
			d.bad(path+"/name", readable, CodeParserUnknown, n, "the parser has no name")
		}
		return
	}
	for name := range strings.SplitSeq(p.Name, ",") {
		one := p
		one.Name = strings.TrimSpace(name)
		if !slices.Contains(knownParsers, one.Name) {
			bad := d.mistake(path+"/name", readable, CodeParserUnknown, cmpNode(n.get("name"), n), "there is no parser %q", cut(one.Name))
			bad.Nearest = d.nearest(one.Name, knownParsers)
			continue
		}
		f.Parsers = append(f.Parsers, one)
	}
}

// readTable reads mapping, a table of pairs.
func (d *docReader) readTable(f *Field, readable string, n *node) {
	if n == nil || n.kind == kindNull {
		return
	}
	var t Table
	direction := ""
	d.object(f.Path+"/mapping", n, map[string]func(string, *node){
		"target":    func(p string, n *node) { t.ID = d.wantText(p, n) },
		"direction": func(p string, n *node) { direction = d.wantText(p, n) },
	})
	switch direction {
	case "", "positive":
	case "negative":
		t.Reverse = true
	default:
		d.bad(f.Path+"/mapping/direction", readable, CodeUnsupportedMember, n, "the direction is positive or negative, not %q", cut(direction))
	}
	if t.ID != "" {
		d.h.places[f.Path+"/mapping"] = n.off
		f.Table = &t
	}
}
