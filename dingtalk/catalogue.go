package dingtalk

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/duijie-go/duijie"
)

// Operation is what the platform's documentation says about an operation. One
// that is not documented can be called all the same.
type Operation struct {
	Gateway Gateway // which of the two hosts it is on
	Method  string
	Path    string // with its variable parts in braces: "/v2.0/yida/forms/instances/{id}"
	Title   string // the platform's name of it; "" where it is not documented
	Effect  duijie.Effect
	Void    bool   // the answer is empty
	Member  string // the member that makes an answer a success, "" for none in particular
	NoToken bool   // carries no access token of the application
}

// group is its limiter's name: the platform counts each operation alone.
func (o *Operation) group() string { return o.Method + " " + o.Path }

// parseOperation reads one line: gateway, method, effect, member of the answer
// (- for none, 0 for an empty answer, ! before it for no token), path, title.
func parseOperation(line string) Operation {
	f := strings.SplitN(line, " ", 6)
	o := Operation{Method: f[1], Member: f[3], Path: f[4], Title: f[5]}
	if f[0] == "oapi" {
		o.Gateway = OAPI
	}
	switch f[2] {
	case "r":
		o.Effect = duijie.EffectRead
	case "i":
		o.Effect = duijie.EffectIdempotent
	default:
		o.Effect = duijie.EffectWrite
	}
	o.Member, o.NoToken = strings.CutPrefix(o.Member, "!")
	switch o.Member {
	case "-":
		o.Member = ""
	case "0":
		o.Member, o.Void = "", true
	}
	return o
}

// catalogue holds the operations, those with both Yida versions twice. It never
// changes.
var catalogue = sync.OnceValue(func() []Operation {
	var all []Operation
	for line := range strings.Lines(strings.TrimSpace(operations)) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, " /v*/") {
			all = append(all, parseOperation(strings.Replace(line, "/v*/", "/v1.0/", 1)))
			line = strings.Replace(line, "/v*/", "/v2.0/", 1)
		}
		all = append(all, parseOperation(line))
	}
	slices.SortFunc(all, func(a, b Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return all
})

// Operations are all documented operations, ordered by path and method.
func Operations() []Operation { return slices.Clone(catalogue()) }

// LookupOperation tells what is documented about an operation. path may be the
// one of a call, with its variable parts filled in.
func LookupOperation(gateway Gateway, method, path string) (Operation, bool) {
	var best *Operation
	for i := range catalogue() {
		o := &catalogue()[i]
		if o.Gateway != gateway || o.Method != method || !samePath(o.Path, path) {
			continue
		}
		if o.Path == path {
			return *o, true
		}
		if best == nil {
			best = o
		}
	}
	if best == nil {
		return Operation{}, false
	}
	return *best, true
}

// samePath: a part in braces stands for any one part.
func samePath(pattern, path string) bool {
	for pattern != "" {
		var want, got string
		want, pattern, _ = strings.Cut(pattern, "/")
		var more bool
		got, path, more = strings.Cut(path, "/")
		if more != (pattern != "") || want != got && (!strings.HasPrefix(want, "{") || got == "") {
			return false
		}
	}
	return path == ""
}

// operationOf is what is known about an operation, or what its method tells: a
// GET reads, anything else writes.
func operationOf(g Gateway, method, path string) Operation {
	if o, ok := LookupOperation(g, method, path); ok {
		return o
	}
	o := Operation{Gateway: g, Method: method, Path: path, Effect: duijie.EffectWrite}
	if method == http.MethodGet {
		o.Effect = duijie.EffectRead
	}
	return o
}
