package banniu

import (
	"net/http"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// Paths of the gateway.
const (
	pathMini   = "/gateway/api/miniAPI"
	pathUser   = "/gateway/api/user"
	pathSeller = "/gateway/api/bnAPI2"
	pathCommon = "/gateway/api/common"
)

// Operation is one method of the gateway.
type Operation struct {
	Method string        // the platform's own name, "task.list"
	Verb   string        // GET or POST
	Path   string        // "/gateway/api/miniAPI"
	Title  string        // what it does
	Effect duijie.Effect // what a repeat would do

	rows bool // its answer has a list in map.result
}

// operations are the methods that clients in production were seen to use. The
// platform publishes no list.
var operations = []Operation{
	{"project.list", http.MethodGet, pathMini, "工作表列表", duijie.EffectRead, true},
	{"column.list", http.MethodGet, pathMini, "工作表的列", duijie.EffectRead, true},
	{"task.list", http.MethodGet, pathMini, "工单列表", duijie.EffectRead, true},
	{"task.list.new", http.MethodGet, pathMini, "工单列表, all pages counted", duijie.EffectRead, true},
	{"task.getTask", http.MethodGet, pathMini, "工单详情", duijie.EffectRead, false},
	{"task.create", http.MethodPost, pathMini, "创建工单", duijie.EffectWrite, false},
	{"task.update", http.MethodPost, pathMini, "更新工单", duijie.EffectIdempotent, false},
	{"task.batchUpdate", http.MethodPost, pathMini, "批量更新工单", duijie.EffectIdempotent, false},
	{"recycle.task.list", http.MethodPost, pathMini, "回收站工单列表", duijie.EffectRead, true},
	{"user.list", http.MethodPost, pathUser, "用户列表", duijie.EffectRead, true},
	{"common.getSeller", http.MethodGet, pathSeller, "店铺列表", duijie.EffectRead, true},
	{"file.url.upload", http.MethodPost, pathCommon, "上传文件 by address", duijie.EffectWrite, false},
}

// Operations lists the methods the package knows, with verb, path and effect.
func Operations() []Operation { return slices.Clone(operations) }

// LookupOperation returns a method the package knows.
func LookupOperation(method string) (Operation, bool) {
	for _, o := range operations {
		if o.Method == method {
			return o, true
		}
	}
	return Operation{}, false
}

// known is an operation of the package's own calls.
func known(method string) Operation {
	o, ok := LookupOperation(method)
	if !ok {
		panic("banniu: no operation " + method) // a slip of this package, met by any test
	}
	return o
}

// operationOf reads "task.list", or "GET /gateway/api/miniAPI task.get" for a
// method the package does not know. What such a one does is not known, so it counts
// as a write.
func operationOf(text string) (Operation, error) {
	parts := strings.Fields(text)
	switch len(parts) {
	case 1:
		if o, ok := LookupOperation(parts[0]); ok {
			return o, nil
		}
		return Operation{}, invalid(text, "no method of that name is known here: give verb and path too, as in GET /gateway/api/miniAPI task.get")
	case 3:
		verb, path, method := strings.ToUpper(parts[0]), parts[1], parts[2]
		if verb != http.MethodGet && verb != http.MethodPost {
			return Operation{}, invalid(text, "the verb must be GET or POST")
		}
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
			return Operation{}, invalid(text, "the path must begin with / and have no query")
		}
		if o, ok := LookupOperation(method); ok && o.Verb == verb && o.Path == path {
			return o, nil
		}
		return Operation{Method: method, Verb: verb, Path: path, Effect: duijie.EffectWrite}, nil
	}
	return Operation{}, invalid(text, "an operation is a method, or verb, path and method")
}
