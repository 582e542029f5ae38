package wdt

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Arg is one argument of a method.
type Arg struct {
	// Name is the form field on Qimen; "" takes the documented one. The direct
	// gateway goes by position and ignores it.
	Name  string
	Value any
}

// Args are the arguments of a method in the order of the direct gateway, for
// methods with more than one, or to call a method without page number and size:
//
//	wdt.Args{{"shopNo", "S01"}, {"rawTradeList", orders}, {"rawTradeOrderList", lines}}
type Args []Arg

// Query asks for a page of a query method.
type Query struct {
	Params any  // the filter object; nil means none
	Page   int  // from 0 on both gateways
	Size   int  // rows per page; 0 takes the method's default, 100 or 200
	Total  bool // ask for the number of rows on all pages
	// Key names the member that identifies a row, "trade_id". [QueryAs] drops rows
	// it has seen.
	Key string
	// AnySize allows a Size above the documented maximum, or above 1000 where
	// none is documented.
	AnySize bool
}

// request is a call with its arguments checked and encoded.
type request struct {
	op    string  // name in errors and logs: the direct one where it is known
	name  string  // name on the wire
	known *Method // nil when the list does not have it
	page  *page   // nil: page number and size are not sent
	// enterprise: it is a script of that edition, with its page sizes.
	enterprise bool
	// args are the arguments of the direct gateway, fields those of the others.
	args   []json.RawMessage
	fields map[string]string
}

// page is a page number from 0 with its size.
type page struct {
	no, size int
	total    bool
}

func (r *request) effect() duijie.Effect {
	if r.known == nil {
		return duijie.EffectWrite
	}
	return r.known.Effect
}

// withTotal tells whether the total of the answer can be believed: the direct
// gateway counts only when it is asked to.
func (r *request) withTotal(g Gateway) bool {
	switch {
	case r.page == nil || g == Qimen:
		return true
	case g == Enterprise:
		return r.page.no == 0 // told there, and only there
	}
	return r.page.total
}

// prepare checks and encodes everything before anything is sent.
func (c *Client) prepare(method string, in any) (*request, error) {
	method = strings.TrimPrefix(method, scene+".")
	if method == "" || strings.ContainsFunc(method, notInMethod) {
		return nil, invalid("method", "%q is no method name", method)
	}
	r, err := c.named(method)
	if err != nil {
		return nil, err
	}
	args, err := r.arguments(in)
	if err != nil {
		return nil, err
	}
	if err := c.checkFilter(r, args); err != nil {
		return nil, err
	}
	switch c.Gateway() {
	case Qimen:
		return r, c.prepareQimen(r, args)
	case Enterprise:
		return r, c.prepareEnterprise(r, args)
	}
	return r, r.prepareDirect(args)
}

// named finds the method on the client's gateway.
func (c *Client) named(method string) (*request, error) {
	if c.Gateway() == Enterprise {
		name, err := enterpriseName(method)
		return &request{op: name, name: name, known: methods().find(name), enterprise: true}, err
	}
	r := &request{op: method, name: method, known: methods().find(method)}
	if r.known != nil {
		r.op = r.known.Name
	}
	return r, notEnterprise(r.known, method)
}

func notInMethod(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '_'
}

// encoded is an argument as JSON.
type encoded struct {
	name string
	raw  json.RawMessage
}

// arguments takes in apart: filter and page, or positional arguments.
func (r *request) arguments(in any) ([]encoded, error) {
	params := in
	switch in := in.(type) {
	case Args:
		return r.encodeArgs(in)
	case Query:
		return r.arguments(&in)
	case *Query:
		if in == nil {
			in = &Query{}
		}
		params = in.Params
		if err := r.setPage(in); err != nil {
			return nil, err
		}
	default:
		if r.known != nil && r.known.Paged {
			r.page = &page{size: r.known.PageSize, total: true}
		}
	}
	raw, err := r.encode(params)
	if err != nil {
		return nil, err
	}
	if string(raw) == "null" {
		raw = json.RawMessage("{}")
	}
	return []encoded{{raw: raw}}, nil
}

func (r *request) setPage(q *Query) error {
	size, most := q.Size, maxPageSize
	if r.enterprise {
		most = enterpriseMaxPageSize
		if size == 0 {
			size = enterprisePageSize
		}
	}
	if r.known != nil && r.known.Paged {
		most = r.known.MaxPageSize
		if size == 0 {
			size = r.known.PageSize
		}
	}
	if size == 0 {
		size = pageSize
	}
	if q.Page < 0 || size < 0 {
		return invalid(r.op, "page %d of size %d: neither may be below 0", q.Page, size)
	}
	if size > most && !q.AnySize {
		return invalid(r.op, "page size %d is above %d; AnySize of Query allows it", size, most)
	}
	r.page = &page{no: q.Page, size: size, total: q.Total}
	return nil
}

func (r *request) encodeArgs(args Args) ([]encoded, error) {
	list := make([]encoded, len(args))
	for i, a := range args {
		raw, err := r.encode(a.Value)
		if err != nil {
			return nil, err
		}
		list[i] = encoded{a.Name, raw}
	}
	return list, nil
}

func (r *request) encode(v any) (json.RawMessage, error) {
	raw, err := wire.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("wdt: %s: encode the arguments: %w: %w", r.op, err, duijie.ErrInvalid)
	}
	if !utf8.Valid(raw) {
		return nil, invalid(r.op, "an argument is not UTF-8")
	}
	return raw, nil
}

// invalid is an argument mistake found before anything is sent.
func invalid(op, format string, args ...any) error {
	return fmt.Errorf("wdt: %s: %s: %w", op, fmt.Sprintf(format, args...), duijie.ErrInvalid)
}
