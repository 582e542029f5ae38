package qeasy

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/internal/spell"
	"github.com/duijie-go/duijie/mapping/rows"
)

// Parse reads one half of a scheme. side says which half the caller expects; "" leaves
// it to the document. The error is an [*Errors] with all mistakes. What was odd but can be
// read is in [Half.Warnings].
func Parse(side Side, doc []byte, opts ...Option) (*Half, error) {
	h, problems := parse(side, doc, opts)
	if len(problems) > 0 {
		return nil, &Errors{Problems: problems}
	}
	return h, nil
}

// docReader reads a document and keeps what is wrong with it.
type docReader struct {
	h        *Half
	o        options
	lines    *lines
	problems []*Problem
	count    int // field objects
}

// parse reads a document as far as it can be read.
func parse(side Side, doc []byte, opts []Option) (*Half, []*Problem) {
	o := options{allowed: map[string]bool{}, limits: defaultLimits}
	for _, opt := range opts {
		opt(&o)
	}
	d := &docReader{h: &Half{Side: side, Method: "POST", IDCheck: true, Operation: Operation{Method: "none"}, places: map[string]int{}}, o: o}
	text := string(doc)
	root, err := readJSON(text, o.limits)
	if len(text) <= o.limits.Bytes {
		d.lines = newLines(text)
	} else {
		d.lines = newLines("")
	}
	if err != nil {
		p := d.mistake("", "", CodeInvalidJSON, nil, "%s", err)
		p.Line, p.Col = d.lines.at(jsonOffset(err))
		return nil, d.problems
	}
	if root.kind != kindObject {
		d.bad("", "", CodeInvalidJSON, root, "a half is an object, not %s", root.kind)
		return nil, d.problems
	}
	d.side(side, root)
	d.members(root)
	d.complete(root)
	d.translate()
	return d.h, d.sorted()
}

// sorted gives the mistakes in the document's order, each once. What an unclosed brace
// does to the expression behind it is not said as well.
func (d *docReader) sorted() []*Problem {
	type place struct{ path, code string }
	seen := map[place]bool{}
	for _, p := range d.problems {
		seen[place{p.Path, p.Code}] = true
	}
	slices.SortStableFunc(d.problems, func(a, b *Problem) int {
		return cmp.Or(a.Line-b.Line, a.Col-b.Col, strings.Compare(a.Path, b.Path), a.Offset-b.Offset)
	})
	var last *Problem
	return slices.DeleteFunc(d.problems, func(p *Problem) bool {
		follows := p.Code == CodeSQLSyntax && seen[place{p.Path, CodeUnbalancedBraces}]
		twice := last != nil && last.Path == p.Path && last.Code == p.Code && (last.Offset == p.Offset || p.Code == CodeArrayNoChildren)
		last = p
		return follows || twice
	})
}

// mostProblems is how many mistakes of a document are kept.
const mostProblems = 1000

// bad keeps a mistake. n is where it lies, nil for nowhere.
func (d *docReader) bad(path, field, code string, n *node, format string, args ...any) {
	_ = d.mistake(path, field, code, n, format, args...)
}

// mistake keeps a mistake and returns it, for more to be said.
func (d *docReader) mistake(path, field, code string, n *node, format string, args ...any) *Problem {
	p := d.problem(path, field, code, n, fmt.Sprintf(format, args...))
	if len(d.problems) < mostProblems {
		d.problems = append(d.problems, p)
	}
	return p
}

// nearest looks for the name that was meant, for the first mistakes of a document.
func (d *docReader) nearest(wrong string, names []string) string {
	if len(d.problems) > 50 {
		return ""
	}
	return spell.Nearest(wrong, names)
}

func nearestOf[V any](d *docReader, wrong string, names map[string]V) string {
	if len(d.problems) > 50 {
		return ""
	}
	return spell.Nearest(wrong, slices.Sorted(maps.Keys(names)))
}

// full tells that there are more mistakes than anybody reads.
func (d *docReader) full() bool { return len(d.problems) >= mostProblems }

// warn keeps a warning.
func (d *docReader) warn(path, field, code string, n *node, format string, args ...any) {
	_ = d.oddity(path, field, code, n, format, args...)
}

// oddity keeps a warning and returns it, for more to be said.
func (d *docReader) oddity(path, field, code string, n *node, format string, args ...any) *Problem {
	p := d.problem(path, field, code, n, fmt.Sprintf(format, args...))
	d.h.warnings = append(d.h.warnings, p)
	return p
}

func (d *docReader) problem(path, field, code string, n *node, message string) *Problem {
	p := &Problem{Side: d.h.Side, Path: path, Field: field, Code: code, Offset: -1, Message: message}
	if n != nil {
		p.Line, p.Col = d.lines.at(n.off)
	}
	return p
}

// side finds out which half it is.
func (d *docReader) side(asked Side, root *node) {
	found, at := Side(""), ""
	for _, name := range []string{"effect", "type"} {
		n := root.get(name)
		if n == nil || found != "" { // API pages show a kind of catalogue as type: effect goes first
			continue
		}
		at = "/" + name
		switch {
		case n.kind == kindText && n.text == "QUERY":
			found = SideSource
		case n.kind == kindText && (n.text == "EXECUTE" || n.text == "WRITE" && name == "type"):
			found = SideTarget
		default:
			d.bad(at, "", CodeWrongSide, n, "%s is QUERY or EXECUTE", name)
			return
		}
	}
	switch {
	case found == "" && asked == "":
		d.bad("", "", CodeSideMissing, root, "neither effect nor type says whether the half reads or writes")
	case found == "":
		d.h.Side = asked
	case asked != "" && asked != found:
		d.h.Side = asked
		d.bad(at, "", CodeWrongSide, root.get(strings.TrimPrefix(at, "/")), "this is a %s half, a %s half is wanted", found, asked)
	default:
		d.h.Side = found
	}
}

// member reads one top-level member.
type member struct {
	side Side // "" for both
	read func(d *docReader, name string, n *node)
}

// The members of documents. It is filled in init, as reading fields comes back to it.
var members map[string]member

func init() {
	ignore := func(d *docReader, name string, n *node) {}
	members = map[string]member{
		"api":              {"", func(d *docReader, name string, n *node) { d.h.API = d.wantText("/"+name, n) }},
		"effect":           {"", ignore},
		"type":             {"", ignore},
		"method":           {"", (*docReader).method},
		"id":               {SideSource, func(d *docReader, name string, n *node) { d.h.ID = d.wantText("/"+name, n) }},
		"number":           {SideSource, func(d *docReader, name string, n *node) { d.h.Number = d.wantText("/"+name, n) }},
		"name":             {"", func(d *docReader, name string, n *node) { d.h.Name = d.wantText("/"+name, n) }},
		"idCheck":          {"", (*docReader).idCheck},
		"request":          {"", func(d *docReader, name string, n *node) { d.h.Request = d.fieldList("/"+name, n) }},
		"otherRequest":     {"", func(d *docReader, name string, n *node) { d.h.Other = d.fieldList("/"+name, n) }},
		"otherResponse":    {"", func(d *docReader, name string, n *node) { d.h.OtherReply = d.fieldList("/"+name, n) }},
		"response":         {"", (*docReader).response},
		"autoFillResponse": {SideSource, ignore},
		"operation":        {"", (*docReader).operation},
		"pagination":       {SideSource, (*docReader).pagination},
		"condition":        {SideSource, (*docReader).condition},
		"formatResponse":   {SideSource, (*docReader).formatResponse},
		"beatFlat":         {SideSource, (*docReader).beatFlat},
		"omissionRemedy":   {SideSource, (*docReader).remedy},
		"groupCalculate":   {SideTarget, (*docReader).group},
		"distributionOrg":  {SideTarget, func(d *docReader, name string, n *node) { d.h.OrgIDs = d.wantText("/"+name, n) }},
		"callBackStrategy": {SideTarget, (*docReader).callBack},
		"autoCheck": {SideTarget, func(d *docReader, _ string, n *node) {
			if n.kind != kindNull {
				d.h.AutoCheck = json.RawMessage(n.raw)
			}
		}},
		"adapter": {"", func(d *docReader, name string, n *node) { d.h.Adapter = d.wantText("/"+name, n) }},
	}
	for _, name := range []string{"condition_bk", "buildModel", "delay"} {
		members[name] = member{"", func(d *docReader, name string, n *node) {
			d.h.ignored = append(d.h.ignored, name)
			d.warn("/"+name, "", WarnIgnoredMember, n, "%s is left out: nothing says that it changes what is read or written", name)
		}}
	}
	for _, name := range []string{"isUploadFile", "diffMode", "writeMode", "idempotency", "retryPolicy", "errorHandling", "customResolvers", "mapping"} {
		members[name] = member{"", func(d *docReader, name string, n *node) {
			if value, ok := n.truth(); n.kind == kindNull || name == "isUploadFile" && ok && !value {
				return
			}
			d.bad("/"+name, "", CodeUnsupportedMember, n, "%s can not be run", name)
		}}
	}
	for _, name := range []string{"BeforeSourceJobInsert", "AfterSourceInvoke", "AfterTargetGenerate", "BeforeTargetInvoke", "AfterTargetInvoke"} {
		members[name] = member{"", func(d *docReader, name string, n *node) {
			if n.kind == kindNull || n.kind == kindText && strings.TrimSpace(n.text) == "" {
				return
			}
			d.bad("/"+name, "", CodeScriptUnsupported, n, "data processors in PHP are not run; write the step in Go around the scheme")
		}}
	}
}

func (d *docReader) members(root *node) {
	for i, name := range root.names {
		if d.full() {
			return
		}
		n := root.nodes[i]
		d.h.present = append(d.h.present, name)
		d.h.places["/"+pointer(name)] = n.off
		m, known := members[name]
		switch {
		case !known && d.o.allowed[name]:
			d.h.ignored = append(d.h.ignored, name)
			d.warn("/"+pointer(name), "", WarnIgnoredMember, n, "%q is left out, as the caller wants it", cut(name))
		case !known:
			message := "no member of schemes is called %q, and it may change what the scheme does"
			if name == "requestParams" || name == "otherRequestParams" {
				message = "%q is of a dialect no published scheme uses (request as an object of parsers); export the scheme's 源码视图"
			}
			p := d.mistake("/"+pointer(name), "", CodeUnknownMember, n, message, cut(name))
			p.Nearest = nearestOf(d, name, members)
		case m.side != "" && d.h.Side != "" && m.side != d.h.Side && n.kind != kindNull:
			if name == "id" || name == "number" || name == "autoFillResponse" {
				d.h.ignored = append(d.h.ignored, name)
				d.warn("/"+name, "", WarnIgnoredMember, n, "%s belongs to the source half and does nothing here", name)
				continue
			}
			d.bad("/"+name, "", CodeUnsupportedMember, n, "%s belongs to a %s half", name, m.side)
		default:
			m.read(d, name, n)
		}
	}
}

// complete checks what must be there.
func (d *docReader) complete(root *node) {
	h := d.h
	if h.API == "" {
		n := root.get("api")
		d.bad("/api", "", CodeAPIMissing, cmpNode(n, root), "the half names no api")
	}
	if h.Side == SideSource && h.ID == "" {
		if n := root.get("idCheck"); n != nil && h.IDCheck && n.kind != kindNull {
			d.bad("/id", "", CodeIDMissing, cmpNode(root.get("id"), root), "idCheck wants to know records by their id, and there is none")
		}
	}
	if h.Number == "" {
		h.Number = h.ID
	}
	if strings.Contains(h.ID, "{random}") || strings.Contains(h.ID, "{{random}}") {
		d.warn("/id", "", WarnRandomID, root.get("id"), "with a new id for each record every pull stores everything anew, and idCheck has no effect")
	}
}

func cmpNode(n, otherwise *node) *node {
	if n != nil {
		return n
	}
	return otherwise
}

// wantText reads a text; a number or boolean counts as its text, null as "".
func (d *docReader) wantText(path string, n *node) string {
	switch n.kind {
	case kindText:
		return n.text
	case kindNumber, kindBool:
		return n.raw
	case kindNull:
		return ""
	}
	d.bad(path, "", CodeInvalidJSON, n, "a text is wanted, not %s", n.kind)
	return ""
}

func (d *docReader) method(name string, n *node) {
	switch m := strings.ToUpper(d.wantText("/"+name, n)); m {
	case "":
	case "GET", "POST", "PUT", "DELETE":
		d.h.Method = m
	default:
		d.bad("/"+name, "", CodeUnsupportedMember, n, "the method is GET, POST, PUT or DELETE, not %q", cut(m))
	}
}

func (d *docReader) idCheck(name string, n *node) {
	if n.kind == kindNull {
		return
	}
	value, ok := n.truth()
	if !ok {
		d.bad("/"+name, "", CodeInvalidJSON, n, "idCheck is true or false")
	}
	d.h.IDCheck = value || !ok
}

// object calls read for each member of an object, and says of others that they are unknown.
func (d *docReader) object(path string, n *node, read map[string]func(path string, n *node)) {
	if n.kind != kindObject {
		d.bad(path, "", CodeInvalidJSON, n, "an object is wanted, not %s", n.kind)
		return
	}
	for i, name := range n.names {
		if d.full() {
			return
		}
		p := path + "/" + pointer(name)
		if f := read[name]; f != nil {
			f(p, n.nodes[i])
			continue
		}
		bad := d.mistake(p, "", CodeUnknownMember, n.nodes[i], "there is no member %q here", cut(name))
		bad.Nearest = nearestOf(d, name, read)
	}
}

func (d *docReader) operation(name string, n *node) {
	if n.kind == kindNull {
		return
	}
	op := &d.h.Operation
	var rowsKey, rowCount, arrayKey *node
	d.object("/"+name, n, map[string]func(string, *node){
		"method":   func(p string, n *node) { op.Method = d.wantText(p, n) },
		"rowsKey":  func(_ string, n *node) { rowsKey = n },
		"rows":     func(_ string, n *node) { rowCount = n },
		"arrayKey": func(_ string, n *node) { arrayKey = n },
	})
	at := cmpNode(n.get("method"), n)
	switch {
	case op.Method == "" || op.Method == "none":
		op.Method = "none"
	case op.Method == "batchArraySave" && d.h.Side != SideSource:
		op.Rows = 1
		if rowCount != nil {
			rows, err := strconv.Atoi(d.wantText("/operation/rows", rowCount))
			if err != nil || rows < 1 || rows > 10_000 {
				d.bad("/operation/rows", "", CodeOperation, rowCount, "rows is how many records go into one call, 1 to 10000")
			}
			op.Rows = rows
		}
		if rowsKey != nil && d.wantText("/operation/rowsKey", rowsKey) != "array" {
			d.bad("/operation/rowsKey", "", CodeOperation, rowsKey, "rowsKey is the name of the list of records, which is always array")
		}
	case op.Method == "splitArray" && d.h.Side != SideTarget:
		if arrayKey != nil {
			op.ArrayKey = d.wantText("/operation/arrayKey", arrayKey)
		}
		if op.ArrayKey == "" {
			d.bad("/operation/arrayKey", "", CodeOperation, cmpNode(arrayKey, n), "splitArray needs arrayKey, the array rows are split by")
		}
	default:
		d.bad("/operation/method", "", CodeOperation, at, "the operation %q can not be run on a %s half", cut(op.Method), d.h.Side)
	}
}

func (d *docReader) pagination(name string, n *node) {
	if n.kind == kindNull {
		return
	}
	if n.kind != kindObject {
		d.bad("/"+name, "", CodeInvalidJSON, n, "an object is wanted, not %s", n.kind)
		return
	}
	for i, m := range n.names {
		v := n.nodes[i]
		if m != "pageSize" {
			d.bad("/"+name+"/"+pointer(m), "", CodeUnsupportedMember, v, "of pagination pageSize alone is known; paging is the connector's")
			continue
		}
		size, err := strconv.Atoi(d.wantText("/pagination/pageSize", v))
		if err != nil || size < 1 {
			d.bad("/pagination/pageSize", "", CodeInvalidJSON, v, "pageSize is a number of rows")
		}
		d.h.PageSize = size
	}
}

func (d *docReader) condition(name string, n *node) {
	if n.kind == kindNull || n.kind == kindArray && len(n.nodes) == 0 {
		return
	}
	d.h.Condition = json.RawMessage(n.raw)
	_, err := rows.ParseCondition(d.h.Condition, nil)
	d.definition("/"+name, n, err, CodeConditionSyntax)
}

// definition takes over the mistakes package rows found in a member.
func (d *docReader) definition(path string, n *node, err error, otherwise string) {
	var all rows.Problems
	if !errors.As(err, &all) {
		if err != nil {
			d.bad(path, "", otherwise, n, "%s", err)
		}
		return
	}
	for _, p := range all[:min(len(all), mostProblems)] {
		code := p.Code
		if code == rows.CodeDefinitionSyntax {
			code = otherwise
		}
		d.bad(path+p.Path, "", code, n.find(p.Path), "%s", p.Message)
	}
}

// find follows a JSON Pointer as far as it leads.
func (n *node) find(path string) *node {
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		next := n.get(strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		if i, err := strconv.Atoi(part); n.kind == kindArray && err == nil && i >= 0 && i < len(n.nodes) {
			next = n.nodes[i]
		}
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

func (d *docReader) formatResponse(name string, n *node) {
	if n.kind == kindNull {
		return
	}
	path := "/" + name
	if n.kind != kindArray {
		d.bad(path, "", CodeInvalidJSON, n, "an array of {old, new, format} is wanted, not %s", n.kind)
		return
	}
	for i, e := range n.nodes {
		if d.count++; d.count > d.o.limits.Fields {
			d.bad(path+"/"+strconv.Itoa(i), "", CodeInvalidJSON, e, "the document has more than %d fields", d.o.limits.Fields)
			return
		}
		var one rows.Derivation
		d.object(path+"/"+strconv.Itoa(i), e, map[string]func(string, *node){
			"old":    func(p string, n *node) { one.Old = d.wantText(p, n) },
			"new":    func(p string, n *node) { one.New = d.wantText(p, n) },
			"format": func(p string, n *node) { one.Format = d.wantText(p, n) },
		})
		d.h.Derive = append(d.h.Derive, one)
	}
	_, err := rows.CompileDerive(d.h.Derive, nil)
	d.definition(path, n, err, CodeInvalidJSON)
}

func (d *docReader) beatFlat(name string, n *node) {
	if n.kind == kindNull {
		return
	}
	if n.kind != kindArray {
		d.bad("/"+name, "", CodeInvalidJSON, n, "an array of names is wanted, not %s", n.kind)
		return
	}
	for i, e := range n.nodes {
		s := d.wantText("/"+name+"/"+strconv.Itoa(i), e)
		if s == "" {
			d.bad("/"+name+"/"+strconv.Itoa(i), "", CodeInvalidJSON, e, "the name of an array is wanted")
		}
		d.h.Flatten = append(d.h.Flatten, s)
	}
}

func (d *docReader) group(name string, n *node) {
	if n.kind == kindNull {
		return
	}
	g, err := rows.ParseGrouping([]byte(n.raw))
	d.definition("/"+name, n, err, CodeGroupSyntax)
	d.h.Group = &g
}

func (d *docReader) remedy(name string, n *node) {
	if n.kind == kindNull {
		return
	}
	r := &Remedy{}
	path := "/" + name
	d.object(path, n, map[string]func(string, *node){
		"crontab":         func(p string, n *node) { r.Cron = d.wantText(p, n) },
		"adapter":         func(p string, n *node) { r.Adapter = d.wantText(p, n) },
		"takeOverRequest": func(p string, n *node) { r.Request = d.fieldList(p, n) },
	})
	if message := checkCron(r.Cron); message != "" && n.kind == kindObject {
		d.bad(path+"/crontab", "", CodeCronSyntax, cmpNode(n.get("crontab"), n), "%s", message)
	}
	d.h.Remedy = r
}

func (d *docReader) callBack(name string, n *node) {
	if n.kind == kindNull {
		return
	}
	c := &CallBack{}
	path := "/" + name
	if n.kind != kindObject {
		d.bad(path, "", CodeInvalidJSON, n, "an object is wanted, not %s", n.kind)
		return
	}
	for i, m := range n.names {
		p := path + "/" + pointer(m)
		s := d.wantText(p, n.nodes[i])
		if m == "strategyId" {
			c.Strategy = s
			continue
		}
		if d.count++; d.count > d.o.limits.Fields {
			d.bad(p, m, CodeInvalidJSON, n.nodes[i], "the document has more than %d fields", d.o.limits.Fields)
			break
		}
		c.Fields = append(c.Fields, Field{Name: m, Type: "string", Value: s, HasValue: s != "", Path: p})
	}
	if c.Strategy == "" {
		d.bad(path+"/strategyId", "", CodeInvalidJSON, n, "strategyId, the scheme that gets the record, is missing")
	}
	d.h.CallBack = c
}

// response reads declared fields on the source, which are for the vendor's editor
// alone, and primaryWriteback on the target.
func (d *docReader) response(name string, n *node) {
	if n.kind == kindNull {
		return
	}
	if n.kind != kindArray {
		d.bad("/"+name, "", CodeInvalidJSON, n, "an array of fields is wanted, not %s", n.kind)
		return
	}
	for i, e := range n.nodes {
		if e.kind != kindObject {
			d.bad(fmt.Sprintf("/%s/%d", name, i), "", CodeInvalidJSON, e, "a field is an object, not %s", e.kind)
			continue
		}
		f := e.get("field")
		if f == nil || f.kind != kindText {
			continue
		}
		kids := e.get("children")
		if d.h.Side == SideTarget && f.text == "primaryWriteback" && kids != nil && kids.kind != kindNull {
			d.h.Writeback = d.fieldsOf(fmt.Sprintf("/%s/%d/children", name, i), "primaryWriteback", "primaryWriteback", kids)
		}
	}
}

// checkCron says what is wrong with five fields of cron, "" for nothing.
func checkCron(s string) string {
	fields := strings.Fields(s)
	if len(fields) != 5 {
		return fmt.Sprintf("a schedule has five fields, this has %d", len(fields))
	}
	for i, f := range fields {
		limit := [5][2]int{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}}[i]
		for part := range strings.SplitSeq(f, ",") {
			part, step, stepped := strings.Cut(part, "/")
			if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1 || n > limit[1]) {
				return fmt.Sprintf("%q is no step", cut(step))
			}
			if part == "*" {
				continue
			}
			low, high, ranged := strings.Cut(part, "-")
			from, err := strconv.Atoi(low)
			to := from
			if ranged && err == nil {
				to, err = strconv.Atoi(high)
			}
			if err != nil || from < limit[0] || to > limit[1] || from > to {
				return fmt.Sprintf("%q is none of %d to %d", cut(part), limit[0], limit[1])
			}
		}
	}
	return ""
}

// pointer is a name as a part of a JSON Pointer.
func pointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
