package dingtalktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// gate is one of the two gateways.
type gate int

const (
	api gate = iota
	oapi
)

// operation is one documented call. Members are written "name", "name:b" (boolean),
// "name:n" (number), "name:a" (array), "name:o" (object), "name:x" (whatever it
// is), with * when required.
type operation struct {
	gate        gate
	verb, path  string // without version
	versions    string // "1", "2", "12"; "" on the old gateway
	scope       string // permission needed
	open        bool   // needs no access token
	free        bool   // does not count against the monthly quota
	query, body string
	serve       func(*call) (any, *Error)
}

func (o *operation) key() string { return o.verb + " " + o.path }

// call is one request being served.
type call struct {
	s       *Server
	r       *http.Request
	op      *operation // nil when there is none
	gate    gate
	version string // "1", "2"; "" without
	path    string // without version
	raw     []byte
	query   url.Values
	params  Row // of the path
	args    Row // of path, query and body
	token   *token
	late    time.Duration // effects stay out of sight so long
	lost    bool          // its answer does not arrive
	moves   bool          // a row moves before the list is answered
}

func (c *call) key() string {
	if c.op != nil {
		return c.op.key()
	}
	return c.r.Method + " " + c.path
}

// str, flag and num read an argument of the kind its operation says.
func (c *call) str(name string) string { return text(c.args[name]) }
func (c *call) flag(name string) bool  { return text(c.args[name]) == "true" }

// alias tells whether components go by alias, which version 1.0 does not know.
func (c *call) alias() bool { return c.version == "2" && c.flag("useAlias") }

func (c *call) num(name string, without int64) int64 {
	if n, isInt := integer(c.args[name]); isInt {
		return n
	}
	return without
}

var operations = sync.OnceValue(func() map[string]*operation {
	out := map[string]*operation{}
	for _, ops := range [][]operation{
		tokenOps(), formOps(), batchOps(), queryOps(), processOps(), metaOps(), contactOps(), messageOps(), approvalOps(), streamOps(),
	} {
		for _, o := range ops {
			out[o.key()] = &o
		}
	}
	return out
})

// route finds the operation of a request.
func (s *Server) route(r *http.Request, g gate, path string) *call {
	c := &call{s: s, r: r, gate: g, path: path, query: r.URL.Query(), params: Row{}}
	if g == api {
		c.version, c.path = cutVersion(path)
	}
	parts := strings.Split(c.path, "/")
	best := -1
	for _, o := range operations() {
		params, literal := o.match(parts)
		if o.gate != g || literal <= best || params == nil {
			continue
		}
		fits := o.verb == r.Method && (g == oapi || c.version != "" && strings.Contains(o.versions, c.version))
		if path == "robot/send" && g == oapi {
			fits = true // which says itself that it wants POST
		}
		if fits {
			c.op, c.params, best = o, params, literal
		}
	}
	return c
}

// match compares a path with the operation's; it counts the parts that are equal.
func (o *operation) match(parts []string) (Row, int) {
	want := strings.Split(o.path, "/")
	if len(want) != len(parts) {
		return nil, 0
	}
	params, literal := Row{}, 0
	for i, w := range want {
		if !strings.HasPrefix(w, "{") {
			if w != parts[i] {
				return nil, 0
			}
			literal++
			continue
		}
		value, err := url.PathUnescape(parts[i])
		if err != nil || value == "" {
			return nil, 0
		}
		params[strings.Trim(w, "{}")] = value
	}
	return params, literal
}

// cutVersion splits v1.0/yida/forms into 1 and yida/forms.
func cutVersion(path string) (version, rest string) {
	for _, v := range []string{"1", "2"} {
		if rest, found := strings.CutPrefix(path, "v"+v+".0/"); found {
			return v, rest
		}
	}
	return "", path
}

// opKey reads an operation as users write it: "POST yida/forms/instances" or
// "POST /v2.0/yida/forms/instances".
func opKey(op string) string {
	verb, path, _ := strings.Cut(strings.TrimSpace(op), " ")
	_, path = cutVersion(strings.TrimPrefix(strings.TrimSpace(path), "/"))
	verb = strings.ToUpper(verb)
	key := verb + " " + path
	if operations()[key] != nil {
		return key
	}
	best := -1
	for _, o := range operations() {
		if params, literal := o.match(strings.Split(path, "/")); params != nil && o.verb == verb && literal > best {
			key, best = o.key(), literal
		}
	}
	if best < 0 {
		panic(fmt.Sprintf("dingtalktest: %q is no documented operation", op))
	}
	return key
}

// member is one documented argument.
type member struct {
	name     string
	kind     byte // s, b, n, a, o, x
	required bool
}

func members(spec string) []member {
	var out []member
	for _, word := range strings.Fields(spec) {
		m := member{kind: 's'}
		word, m.required = strings.CutSuffix(word, "*")
		name, kind, _ := strings.Cut(word, ":")
		if m.name = name; kind != "" {
			m.kind = kind[0]
		}
		out = append(out, m)
	}
	return out
}

// readArgs checks and gathers the arguments of a call.
func (c *call) readArgs() *Error {
	c.args = c.params
	given := Row{}
	for k, v := range c.query {
		given[k] = v[0]
	}
	if err := c.take(members(c.op.query), given, true); err != nil {
		return err
	}
	if c.op.body == "" {
		return nil
	}
	body, err := c.readBody()
	if err != nil {
		return err
	}
	return c.take(members(c.op.body), body, false)
}

func (c *call) readBody() (Row, *Error) {
	if len(c.raw) == 0 {
		return Row{}, nil
	}
	if kind := c.r.Header.Get("Content-Type"); c.gate == oapi && strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
		values, err := url.ParseQuery(string(c.raw))
		if err != nil {
			return nil, oldError(40035, "缺少参数 json")
		}
		row := Row{}
		for k, v := range values {
			row[k] = v[0]
		}
		return row, nil
	}
	v, err := decode(c.raw)
	row, isObject := v.(Row)
	if err == nil && isObject {
		return row, nil
	}
	if c.gate == oapi {
		return nil, oldError(40035, "缺少参数 json")
	}
	return nil, refuse(codeFormat, "方法入参格式不正确：请求体不是JSON对象")
}

// take puts the documented members into args.
func (c *call) take(want []member, given Row, words bool) *Error {
	for _, m := range want {
		v, there := given[m.name]
		if m.kind == 'x' {
			continue
		}
		if !there || v == nil || v == "" {
			if m.required {
				return c.missing(m.name)
			}
			if there && v == nil && c.gate == api {
				return refuse(codeFormat, "方法入参格式不正确：%s", m.name)
			}
			continue
		}
		if !m.fits(v, words || c.gate == oapi) {
			return c.misfit(m.name)
		}
		c.args[m.name] = v
	}
	if !c.s.strictFields {
		return nil
	}
	for name := range given {
		known := slices.ContainsFunc(want, func(m member) bool { return m.name == name })
		if name == "access_token" && c.gate == oapi || words && c.op.open {
			known = true
		}
		if !known {
			return c.misfit(name)
		}
	}
	return nil
}

// fits tells whether a value has the member's type; words takes text for scalars.
func (m member) fits(v any, words bool) bool {
	switch v := v.(type) {
	case string:
		switch m.kind {
		case 's':
			return true
		case 'b':
			return words && (v == "true" || v == "false")
		case 'n':
			_, isInt := integer(v)
			return words && isInt
		}
		return false
	case bool:
		return m.kind == 'b'
	case json.Number:
		_, isInt := integer(v)
		return m.kind == 'n' && isInt
	case []any:
		return m.kind == 'a'
	case Row:
		return m.kind == 'o'
	}
	return false
}

func (c *call) missing(name string) *Error {
	switch {
	case c.gate == oapi:
		return oldError(40035, "缺少参数 "+name)
	case strings.HasPrefix(c.path, "workflow/"):
		return refuse("invalidParameter", "参数错误：%s", name)
	}
	return refuse(codeEmpty, "参数为空：%s", name)
}

func (c *call) misfit(name string) *Error {
	switch {
	case c.gate == oapi:
		return oldError(400002, "参数错误："+name)
	case strings.HasPrefix(c.path, "workflow/"):
		return refuse("invalidParameter", "参数错误：%s", name)
	case name == "pageSize" || name == "pageNumber" || name == "currentPage":
		return refuse(codeRange, "参数校验失败%s", name)
	}
	return refuse(codeFormat, "方法入参格式不正确：%s", name)
}
