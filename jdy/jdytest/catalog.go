package jdytest

import (
	_ "embed"
	"strings"
	"sync"
)

// catalogText holds the documented operations with the JSON type of every
// field. An operation is a line "VERB path title", the path as after /jdy/v2/,
// followed by indented lines: q query, b body, r a type named in the body, d the
// reply's data, t a type named in the data. Fields stand behind their type:
// s string, n number, i integer, b boolean, a array (a repeated key), f file,
// o object, m object with free keys, a name for a nested object, [x] for a list;
// "*" marks a required field, x_<id|name> stands for x_id and x_name, @page,
// @time and @date for the usual filters.
//
//go:embed catalog.txt
var catalogText string

// operation is one documented operation.
type operation struct {
	verb   string // GET, POST or DELETE
	path   string // after /jdy/v2/
	title  string // the documentation's page title
	upload bool   // multipart body, errorCode envelope
	query  []field
	body   []field
	data   []field
	asked  map[string][]field // types named in query and body
	told   map[string][]field // types named in data
}

// field is one member with its JSON type, written as in catalog.txt.
type field struct {
	name     string
	kind     string
	required bool
}

// key is the operation as faults and logs name it, "GET bd/material".
func (o *operation) key() string { return o.verb + " " + o.path }

// has tells whether fields hold a name, and with which type.
func has(fields []field, name string) (string, bool) {
	for _, f := range fields {
		if f.name == name {
			return f.kind, true
		}
	}
	return "", false
}

// listed is the type name of a "[Name]" kind.
func listed(kind string) (string, bool) {
	if !strings.HasPrefix(kind, "[") || len(kind) == 3 {
		return "", false
	}
	return strings.Trim(kind, "[]"), true
}

// extraOperations are known by name only; their fields are not documented.
var extraOperations = []string{
	"GET sys/custom_field", "POST sys/custom_field", "POST bd/material_picture", "POST scm/inv_invpink_save_v2",
	"POST scm/inv_product_save_v2", "POST scm/sail_order_lock", "GET scm/entrust_rnt", "POST scm/entrust_rnt", "GET ls/cashier",
}

// operations are all operations by key. They are read-only.
var operations = sync.OnceValue(func() map[string]*operation {
	out := map[string]*operation{}
	var op *operation
	for line := range strings.Lines(catalogText) {
		line = strings.TrimRight(line, "\n")
		words := strings.Fields(line)
		if !strings.HasPrefix(line, " ") {
			op = &operation{verb: words[0], path: words[1], title: words[2], upload: len(words) > 3, asked: map[string][]field{}, told: map[string][]field{}}
			if out[op.key()] == nil { // one operation has two pages; the first is the fuller one
				out[op.key()] = op
			}
			continue
		}
		switch words[0] {
		case "q":
			op.query = parseFields(words[1:])
		case "b":
			op.body = parseFields(words[1:])
		case "d":
			op.data = parseFields(words[1:])
		case "r":
			op.asked[words[1]] = parseFields(words[2:])
		case "t":
			op.told[words[1]] = parseFields(words[2:])
		}
	}
	for _, key := range extraOperations {
		verb, path, _ := strings.Cut(key, " ")
		out[key] = &operation{verb: verb, path: path, title: path}
	}
	return out
})

// paths are the known paths, to tell a wrong verb (5002) from a wrong path (5001).
var paths = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, op := range operations() {
		out[op.path] = true
	}
	return out
})

var fieldMacros = map[string]string{
	"@page": "page,page_size",
	"@time": "create_start_time,create_end_time,modify_start_time,modify_end_time",
	"@date": "start_bill_date,end_bill_date",
}

func parseFields(words []string) []field {
	var out []field
	for _, w := range words {
		kind, names, ok := strings.Cut(w, ":")
		if !ok {
			kind, names = "s", fieldMacros[w]
		}
		for name := range strings.SplitSeq(names, ",") {
			out = append(out, expand(name, kind)...)
		}
	}
	return out
}

// expand makes fields of "name", "name*" or "x_<id*|name>".
func expand(name, kind string) []field {
	stem, inner, group := strings.Cut(name, "<")
	if !group {
		bare, required := strings.CutSuffix(name, "*")
		return []field{{bare, kind, required}}
	}
	var out []field
	for end := range strings.SplitSeq(strings.TrimSuffix(inner, ">"), "|") {
		bare, required := strings.CutSuffix(end, "*")
		out = append(out, field{stem + bare, kind, required})
	}
	return out
}
