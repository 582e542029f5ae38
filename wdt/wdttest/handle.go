package wdttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// BusinessError is a failure of the platform's application: the answer
// {"status":Status,"message":Message}, inside response on Qimen.
type BusinessError struct {
	Status  int    // above 0; 100 for business failures, 1 for bad parameters, 99 for others
	Message string // the platform's text, 提示信息
}

// Error gives the status and the text.
func (e *BusinessError) Error() string { return fmt.Sprintf("%d %s", e.Status, e.Message) }

// Page is the page a call asks for, numbered the same on both gateways.
type Page struct {
	No    int  // from 0 on both gateways
	Size  int  // rows per page; 0 when the method has no pages
	Total bool // whether the answer will carry the total
}

// Cut returns the rows on the page, none when it is beyond the end.
func (p Page) Cut(rows []any) []any {
	if len(rows) == 0 || p.Size <= 0 || p.No < 0 || p.No > len(rows)/p.Size {
		return []any{}
	}
	from := p.No * p.Size
	return rows[from:min(from+p.Size, len(rows))]
}

// List is what a function given to [Server.Handle] returns for a page of rows.
type List struct {
	Key   string // member of data the rows stand in, such as "order"; "" when data itself is the list
	Rows  []any  // the rows of this page
	Total int    // rows on all pages; sent on direct only with calc_total=1
}

// method is one method the fake knows.
type method struct {
	name   string // direct name; a name beginning with "wdt." is on Qimen only
	paged  bool
	args   int      // how many arguments it takes; -1 when not checked
	fields []string // Qimen form fields of the arguments; nil means params
	query  *query   // catalog row, when there is one
	qimen  bool
	fn     func(args []json.RawMessage, page Page) (any, error) // given by the user
	serve  func(request) (any, error)                           // the fake's own
}

// answer lets the method do its work.
func (m method) answer(req request) (any, error) {
	if m.fn != nil {
		return m.fn(req.args, req.page)
	}
	return m.serve(req)
}

// Handle adds a direct method, such as "wms.stockother.In.push", or replaces one
// the fake has; it is also reached by its Qimen name. A name beginning with
// "wdt." adds a Qimen method that has no direct name. Methods of the catalog
// keep their checks of page size and times.
//
// fn gets the positional arguments as JSON; on Qimen they are taken from the
// documented form fields of the method, or params, or else from the other fields
// in the order of their names. A field that is not a JSON object or array comes
// as JSON text, but true and false as booleans; a missing field before the last
// comes as null. fn runs without any lock held.
//
// What fn returns becomes data; a [List] becomes the list under its key with the
// total, and nil leaves data out. A [*BusinessError] becomes the failure it
// describes, any other error status 99 with its text.
func (s *Server) Handle(name string, paged bool, fn func(args []json.RawMessage, page Page) (any, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, known := s.methods[name]
	if !known {
		m = method{name: name, args: -1}
	}
	m.paged, m.fn, m.qimen = paged, fn, true
	s.addMethod(m)
}

// addMethod registers m under both names.
func (s *Server) addMethod(m method) {
	s.methods[m.name] = m
	s.byQimen[qimenName(m.name)] = m.name
}

// addCatalog registers every documented method the fake knows.
func (s *Server) addCatalog() {
	for i := range queries {
		q := &queries[i]
		m := method{name: q.name, paged: true, args: 1, query: q, qimen: q.qimen}
		m.serve = s.answerQuery
		if q.list == "-" {
			m.serve = answerObject
		}
		s.addMethod(m)
	}
	for name, fields := range onQimen {
		s.addMethod(method{name: name, args: -1, fields: fields, qimen: true})
	}
	for name, w := range writeMethods {
		m := method{name: name, args: -1, fields: onQimen[name], qimen: onQimen[name] != nil}
		m.serve = func(req request) (any, error) { return s.carryOut(w, req) }
		s.addMethod(m)
	}
}

// answerObject answers a method whose data is one object nobody seeded.
func answerObject(request) (any, error) { return map[string]any{}, nil }

// qimenName is the Qimen name of a direct method.
func qimenName(name string) string {
	if odd, ok := oddQimenNames[name]; ok {
		return odd
	}
	if strings.HasPrefix(name, "wdt.") {
		return name
	}
	return "wdt." + strings.ToLower(name)
}

// find looks a direct method up, without the names only Qimen has.
func (s *Server) find(name string) (method, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.methods[name]
	return m, ok && !strings.HasPrefix(name, "wdt.")
}

// findQimen looks a method up by its Qimen name without the scene.
func (s *Server) findQimen(name string) (method, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	direct, ok := s.byQimen[name]
	if !ok {
		return method{name: name}, false
	}
	m := s.methods[direct]
	return m, m.qimen
}

// failure turns what a method returned into the platform's failure.
func failure(err error) *BusinessError {
	if be, ok := errors.AsType[*BusinessError](err); ok {
		return be
	}
	return &BusinessError{99, err.Error()}
}
