package okki

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/duijie-go/duijie"
)

// OperationKind is what an operation does.
type OperationKind uint8

// The kinds of operations.
const (
	KindRead  OperationKind = iota + 1 // one record, settings, enumerations
	KindList                           // rows
	KindWrite                          // anything that changes something
)

// String names the kind.
func (k OperationKind) String() string {
	switch k {
	case KindRead:
		return "read"
	case KindList:
		return "list"
	case KindWrite:
		return "write"
	}
	return "unknown"
}

// BodyKind is how the body of an operation is sent.
type BodyKind uint8

// The kinds of bodies.
const (
	BodyJSON      BodyKind = iota // JSON, or none
	BodyForm                      // application/x-www-form-urlencoded
	BodyMultipart                 // multipart/form-data
	BodyNone                      // everything is in the query, also of a POST
)

// String names the kind.
func (b BodyKind) String() string { return [...]string{"JSON", "form", "multipart", "none"}[b&3] }

// Operation is what the platform's documentation says about an operation. One
// that is not documented can be called all the same.
type Operation struct {
	Method string // GET, POST, PUT or DELETE
	Path   string // "/v1/product/list"
	Title  string // the platform's name of it, "查询产品库列表"; "" where it is not documented
	Kind   OperationKind
	// Effect of a repeat. That it is a GET says nothing: product/remove is one.
	Effect duijie.Effect
	Body   BodyKind
	// Window: the list takes start_time and end_time.
	Window bool
	// TimeType: it takes time_type, which says what time the window is on: 1 update
	// (the default), 2 creation.
	TimeType bool
	// Removed is the parameter that lists deleted rows instead; "" = none.
	Removed string

	array   bool // data is the list itself, all of it
	noToken bool // a token call
}

// Module is the part of the path that names the area: "product", "company",
// "invoices/order" and so on.
func (o *Operation) Module() string {
	path := strings.TrimPrefix(o.Path, pathPrefix)
	if rest, ok := strings.CutPrefix(path, "invoices/"); ok {
		area, _, _ := strings.Cut(rest, "/")
		return "invoices/" + area
	}
	area, _, _ := strings.Cut(path, "/")
	return area
}

const pathPrefix = "/v1/"

var methodLetters = map[string]string{"G": http.MethodGet, "P": http.MethodPost, "U": http.MethodPut, "D": http.MethodDelete}

// parseOperation reads one line of the catalogue. The first flag is the kind, the
// others say what a list takes and how a body is sent.
func parseOperation(line string) *Operation {
	parts := strings.SplitN(line, " ", 4)
	o := &Operation{Method: methodLetters[parts[0]], Path: pathPrefix + parts[1], Title: parts[3], Effect: duijie.EffectRead}
	for _, flag := range parts[2] {
		switch flag {
		case 'R':
			o.Kind = KindRead
		case 'L':
			o.Kind = KindList
		case 'W':
			o.Kind, o.Effect = KindWrite, duijie.EffectWrite
		case 'w':
			o.Window = true
		case 't':
			o.Window, o.TimeType = true, true
		case 'r':
			o.Removed = "removed"
		case 'd':
			o.Removed = "is_delete"
		case 'a':
			o.array = true
		case 'f':
			o.Body = BodyForm
		case 'm':
			o.Body = BodyMultipart
		case 'q':
			o.Body = BodyNone
		}
	}
	return o
}

// catalogue holds the operations by method and path. It never changes.
var catalogue = sync.OnceValue(func() map[string]*Operation {
	all := map[string]*Operation{}
	for line := range strings.Lines(strings.TrimSpace(operations)) {
		o := parseOperation(strings.TrimSpace(line))
		all[o.Method+" "+o.Path] = o
	}
	return all
})

// documented finds an operation, also by a path that fills in a name.
func documented(method, path string) (*Operation, bool) {
	if o, ok := catalogue()[method+" "+path]; ok {
		return o, true
	}
	if name, ok := strings.CutPrefix(path, subscribePath+"/"); ok && name != "" && !strings.Contains(name, "/") {
		if o, ok := catalogue()[method+" "+subscribePath+"/{subscribe_type}"]; ok {
			named := *o
			named.Path = path
			return &named, true
		}
	}
	return nil, false
}

// LookupOperation tells what is documented about an operation.
func LookupOperation(method, path string) (Operation, bool) {
	o, ok := documented(method, path)
	if !ok {
		return Operation{}, false
	}
	return *o, true
}

// Operations are all documented operations, ordered by path and method. The token
// calls are not among them: the client makes them.
func Operations() []Operation {
	out := make([]Operation, 0, len(catalogue()))
	for _, o := range catalogue() {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return out
}

// operationOf is what is known about an operation, or what its method tells: a
// GET reads, unless it says that it removes; anything else writes.
func operationOf(method, path string) *Operation {
	if o, ok := documented(method, path); ok {
		return o
	}
	o := &Operation{Method: method, Path: path, Kind: KindWrite, Effect: duijie.EffectWrite}
	last := path[strings.LastIndexByte(path, '/')+1:]
	if method == http.MethodGet && !strings.HasPrefix(last, "remove") && !strings.HasPrefix(last, "push") && !strings.HasPrefix(last, "delete") {
		o.Kind, o.Effect = KindRead, duijie.EffectRead
	}
	return o
}
