package qeasy

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/mapping"
)

// mongoOps are the comparisons that are run.
var mongoOps = map[string]mapping.Op{
	"$eq": mapping.OpEqual, "$ne": mapping.OpNotEqual, "$gt": mapping.OpGreater, "$gte": mapping.OpGreaterEqual,
	"$lt": mapping.OpLess, "$lte": mapping.OpLessEqual, "$in": mapping.OpIn, "$nin": mapping.OpNotIn,
	"$exists": mapping.OpExists, "$regex": mapping.OpRegexp,
}

// mongo reads a filter of MongoDB.
type mongo struct {
	base int // offset of the JSON in the value
	err  *valueError
	out  map[string]int // offsets of the templates, by their path in the call
}

// parseMongo reads a _mongoQuery; s begins with the prefix.
func parseMongo(s string, limits Limits) (*lookupText, *valueError) {
	bad := func(at int, message string) (*lookupText, *valueError) {
		return nil, &valueError{CodeMongoSyntax, at, message}
	}
	const form = "_mongoQuery UUID findField=PATH where={…}"
	rest := s[len(prefixMongo):]
	skip := func() int {
		at := len(s) - len(rest)
		rest = strings.TrimLeft(rest, " \t\r\n")
		return at
	}
	gap := skip()
	spaces := -1
	if len(s)-len(rest) > gap+1 {
		spaces = gap
	}
	uuid, after, ok := strings.Cut(rest, " ")
	if !ok || uuid == "" || strings.ContainsAny(uuid, "{}=") {
		return bad(gap, "the uuid of a scheme is due here: "+form)
	}
	rest = after
	skip()
	at := len(s) - len(rest)
	path, where, ok := strings.Cut(rest, " ")
	path, named := strings.CutPrefix(path, "findField=")
	if !ok || !named {
		return bad(at, "findField= is due here: "+form)
	}
	if message := checkStored(path); message != "" {
		return bad(at+len("findField="), message)
	}
	rest = where
	skip()
	at = len(s) - len(rest)
	body, ok := strings.CutPrefix(rest, "where=")
	if !ok {
		return bad(at, "where= is due here: "+form)
	}
	base := at + len("where=")
	root, err := readJSON(body, limits)
	if err != nil {
		return bad(base+jsonOffset(err), "the condition is no JSON: "+err.Error())
	}
	m := &mongo{base: base, out: map[string]int{}}
	where2 := m.object(root, "/where", 0)
	if m.err != nil {
		return nil, m.err
	}
	return &lookupText{call: mapping.LookupCall{Name: uuid, Want: path, Where: where2}, shifts: m.out, spaces: spaces, end: len(s)}, nil
}

// repetition finds how often something is to be repeated in a pattern: {2}, {1,}, {1,3}. A
// group of single braces is a placeholder otherwise.
var repetition = regexp.MustCompile(`(?:^|[^{])(\{(?:\d{1,2}|\d+,\d*)\})(?:[^}]|$)`)

// checkStored says what is wrong with a path in stored records, "" for nothing.
func checkStored(path string) string {
	first, rest, deep := strings.Cut(path, ".")
	switch {
	case (first == "content" || first == "response" || first == "primaryWriteback") && deep && rest != "" && !strings.ContainsAny(rest, "{}|"):
		return ""
	case !deep && (first == "id" || first == "number" || first == "status"):
		return ""
	}
	return "a stored record has content.…, response.…, primaryWriteback.…, id, number and status, no " + strconv.Quote(cut(path))
}

func (m *mongo) bad(n *node, code, message string) mapping.Filter {
	if m.err == nil {
		m.err = &valueError{code, m.base + n.off, message}
	}
	return mapping.Filter{}
}

// object reads an object of conditions, all of which must hold.
func (m *mongo) object(n *node, at string, depth int) mapping.Filter {
	if n.kind != kindObject || len(n.names) == 0 {
		return m.bad(n, CodeMongoSyntax, "a condition is an object with at least one member")
	}
	if depth > 16 {
		return m.bad(n, CodeMongoSyntax, "conditions nest deeper than 16")
	}
	if len(n.names) == 1 {
		return m.member(n.names[0], n.nodes[0], at, depth)
	}
	var out mapping.Filter
	for i, name := range n.names {
		out.And = append(out.And, m.member(name, n.nodes[i], at+"/and/"+strconv.Itoa(i), depth))
	}
	return out
}

func (m *mongo) member(name string, n *node, at string, depth int) mapping.Filter {
	switch {
	case name == "$and" || name == "$or":
		if n.kind != kindArray || len(n.nodes) == 0 {
			return m.bad(n, CodeMongoSyntax, name+" wants an array of conditions")
		}
		var list []mapping.Filter
		for i, e := range n.nodes {
			list = append(list, m.object(e, at+"/"+name[1:]+"/"+strconv.Itoa(i), depth+1))
		}
		if name == "$or" {
			return mapping.Filter{Or: list}
		}
		return mapping.Filter{And: list}
	case strings.HasPrefix(name, "$"):
		return m.bad(n, CodeMongoOperator, "the operator "+cut(name)+" can not be run")
	}
	if message := checkStored(name); message != "" {
		return m.bad(n, CodeMongoSyntax, message)
	}
	if n.kind != kindObject {
		return m.compare(name, "$eq", n, at)
	}
	if len(n.names) == 0 {
		return m.bad(n, CodeMongoSyntax, "a comparison is missing")
	}
	if len(n.names) == 1 {
		return m.compare(name, n.names[0], n.nodes[0], at)
	}
	var out mapping.Filter
	for i, op := range n.names {
		out.And = append(out.And, m.compare(name, op, n.nodes[i], at+"/and/"+strconv.Itoa(i)))
	}
	return out
}

func (m *mongo) compare(path, name string, n *node, at string) mapping.Filter {
	op, known := mongoOps[name]
	if !known {
		return m.bad(n, CodeMongoOperator, "the operator "+cut(name)+" can not be run; known are "+strings.Join(slices.Sorted(maps.Keys(mongoOps)), " ")+" $and $or")
	}
	f := mapping.Filter{Path: path, Op: op}
	value := func(n *node) {
		m.out[at+"/values/"+strconv.Itoa(len(f.Values))] = m.base + n.off + 1
		switch n.kind {
		case kindText:
			f.Values = append(f.Values, n.text)
		case kindNumber, kindBool:
			f.Values = append(f.Values, n.raw)
		default:
			m.bad(n, CodeMongoSyntax, "compared with is a text, number or boolean, not "+n.kind.String())
		}
	}
	switch {
	case n.kind == kindNull && (op == mapping.OpEqual || op == mapping.OpNotEqual): // a null is as good as absent
		return mapping.Filter{Path: path, Op: mapping.OpExists, Values: []string{strconv.FormatBool(op == mapping.OpNotEqual)}}
	case op == mapping.OpIn || op == mapping.OpNotIn:
		if n.kind != kindArray {
			return m.bad(n, CodeMongoSyntax, name+" wants an array of values")
		}
		for _, e := range n.nodes {
			value(e)
		}
	case op == mapping.OpExists && n.kind != kindBool:
		return m.bad(n, CodeMongoSyntax, "$exists wants true or false")
	case op == mapping.OpRegexp && n.kind != kindText:
		return m.bad(n, CodeMongoSyntax, "$regex wants a text")
	case op == mapping.OpRegexp && repetition.MatchString(n.text):
		return m.bad(n, CodeMongoSyntax, "the repetition "+repetition.FindStringSubmatch(n.text)[1]+" would be taken for a field: write the repetition out, or {{ }} around a field")
	default:
		value(n)
	}
	return f
}
