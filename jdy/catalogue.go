package jdy

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
	KindRead   OperationKind = iota + 1 // a figure, a report, settings
	KindList                            // rows
	KindDetail                          // one record by id or number
	KindSave                            // creates without id, updates with one
	KindAction                          // anything else that changes something
	KindUpload                          // takes a file or picture
)

var kindNames = [...]string{"unknown", "read", "list", "detail", "save", "action", "upload"}

// String names the kind.
func (k OperationKind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[0]
}

// Operation is what the platform's documentation says about an operation. One
// that is not documented can be called all the same.
type Operation struct {
	Method string // GET, POST or DELETE
	Path   string // "/jdy/v2/bd/material"
	Title  string // the platform's name of it, "商品列表"; "" where it is not documented
	Kind   OperationKind
	Effect duijie.Effect
	Paged  bool // takes page and page_size
	// Modified and Created are the parameters that bound these times; empty where
	// the list has none.
	Modified, Created Bounds
	BillDate          Bounds // of days of the bill date (单据日期)
	ByBillNo          bool   // bill_no is an exact filter
	HasEnable         bool   // takes enable: 1, 0, or -1 for all
	HasIDs            bool   // takes ids
	UnPaged           bool   // un_page=1 switches paging off; better not
	Batch             string // member of the list a bulk save takes, "" for one object per call

	group   string
	noToken bool
}

// Bounds names the two parameters that bound a time.
type Bounds struct{ From, To string }

// Module is the part of the path that names the area: "bd" 基础资料, "scm"
// 供应链, "arap" 往来, "fi" 财务, "pm" 生产, "ls" 零售, "sys" 系统, and so on.
func (o *Operation) Module() string {
	area, _, _ := strings.Cut(strings.TrimPrefix(o.Path, pathPrefix), "/")
	return area
}

const pathPrefix = "/jdy/v2/"

var letters = map[byte]func(o *Operation){
	'p': func(o *Operation) { o.Paged = true },
	'm': func(o *Operation) { o.Modified = Bounds{"modify_start_time", "modify_end_time"} },
	't': func(o *Operation) { o.Modified = Bounds{"begin_time", "expire_time"} },
	'f': func(*Operation) {}, // begin_date and expire_date: days, too coarse for windows
	'c': func(o *Operation) { o.Created = Bounds{"create_start_time", "create_end_time"} },
	'd': func(o *Operation) { o.BillDate = Bounds{"start_bill_date", "end_bill_date"} },
	'e': func(o *Operation) { o.HasEnable = true },
	'u': func(o *Operation) { o.UnPaged = true },
	'i': func(o *Operation) { o.HasIDs = true },
	'b': func(o *Operation) { o.ByBillNo = true },
}

var kindLetters = map[byte]OperationKind{
	'R': KindRead, 'L': KindList, 'D': KindDetail, 'S': KindSave, 'O': KindAction, 'U': KindUpload,
}

var methodLetters = map[string]string{"G": http.MethodGet, "P": http.MethodPost, "D": http.MethodDelete}

// parseOperation reads one line: the kind is its first letter, what the list
// takes the others, and the member of a bulk save stands behind =.
func parseOperation(line string) *Operation {
	parts := strings.SplitN(line, " ", 4)
	o := &Operation{Method: methodLetters[parts[0]], Path: pathPrefix + parts[1], Title: parts[3]}
	var flags string
	flags, o.Batch, _ = strings.Cut(parts[2], "=")
	o.Kind = kindLetters[flags[0]]
	switch o.Kind {
	case KindRead, KindList, KindDetail:
		o.Effect = duijie.EffectRead
	default:
		o.Effect = duijie.EffectWrite
	}
	for i := 1; i < len(flags); i++ {
		letters[flags[i]](o)
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

// LookupOperation tells what is documented about an operation.
func LookupOperation(method, path string) (Operation, bool) {
	o, ok := catalogue()[method+" "+path]
	if !ok {
		return Operation{}, false
	}
	return *o, true
}

// Operations are all documented operations, ordered by path and method.
func Operations() []Operation {
	out := make([]Operation, 0, len(catalogue()))
	for _, o := range catalogue() {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return out
}

// operationOf is what is known about an operation, or what its method tells: a
// GET reads, anything else writes.
func operationOf(method, path string) *Operation {
	if o, ok := catalogue()[method+" "+path]; ok {
		return o
	}
	o := &Operation{Method: method, Path: path, Kind: KindAction, Effect: duijie.EffectWrite}
	if method == http.MethodGet {
		o.Kind, o.Effect = KindRead, duijie.EffectRead
	}
	return o
}
