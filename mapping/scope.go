package mapping

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// scope is what is wanted of the record's head, or of each row of one array: the
// members, and which slot of a frame holds which.
type scope struct {
	root  *node
	slots int32             // how many slots a frame has; slot 0 is the frame's own
	rows  map[string]*scope // arrays of this scope whose rows are wanted, by path in it
	made  *int              // how many slots the spec has, over all scopes
}

// maxSlots is how many slots a spec may have: its distinct paths, each as often as it
// can be meant.
const maxSlots = 20_000

// location is where a field lies: at the head, or inside the rows of arrays. Paths
// are resolved from it.
type location struct {
	name  string // the array's path as Each has it; "" for the head
	scope *scope
	outer *location
	level int   // how many Each are around it
	ends  []int // where in the path of a field here the path of each of their targets ends
	vars  *variables
}

// node is a member on the way to a wanted value.
type node struct {
	names []string
	kids  []*node
	slot  int32            // where its value goes; 0 for nowhere
	whole bool             // its value is wanted as it stands, not only its rows
	below []int32          // the slots of all nodes below
	rows  *scope           // its rows, where it is an array whose rows are wanted
	index map[string]*node // the kids by name, where they are many
}

func (n *node) kid(name string) *node {
	if n.index != nil {
		return n.index[name]
	}
	for i, known := range n.names {
		if known == name {
			return n.kids[i]
		}
	}
	return nil
}

// add gives n a kid. Few are found faster by looking at each.
func (n *node) add(name string, kid *node) {
	const few = 12
	n.names, n.kids = append(n.names, name), append(n.kids, kid)
	switch {
	case n.index != nil:
		n.index[name] = kid
	case len(n.names) > few:
		n.index = make(map[string]*node, 2*few)
		for i, known := range n.names {
			n.index[known] = n.kids[i]
		}
	}
}

// ref is a resolved reference: a variable, or a path from a scope.
type ref struct {
	path      string // as written
	rest      string // from where it begins in scope
	scope     *scope
	variable  variable
	days      int64   // of DAYS_AGO_n
	level     int     // of the place the path begins in
	slots     []int32 // where its value may lie, the first that is there counts
	rests     []string
	aggregate bool // rests go on below slots, through arrays
}

func newScope(made *int) *scope {
	return &scope{root: &node{}, slots: 1, rows: map[string]*scope{}, made: made}
}

// at finds where a path begins, and the path from there: in the rows of the
// innermost array it is a member of, else at the head.
func (p *location) at(path string) (*location, string) {
	for ; p.outer != nil; p = p.outer {
		if rest, ok := strings.CutPrefix(path, p.name+"."); ok {
			return p, rest
		}
	}
	return p, path
}

// head returns the outermost place.
func (p *location) head() *location {
	for p.outer != nil {
		p = p.outer
	}
	return p
}

// resolve makes a ref of a name in braces. The warning is about a name that looks
// like a variable and is none.
func (p *location) resolve(path string) (r *ref, warning string) {
	if v, days, ok := p.vars.find(path); ok {
		return &ref{path: path, variable: v, days: days}, ""
	}
	if looksLikeVariable.MatchString(path) {
		warning = path + " looks like a variable but is none; it is read as a member of the record"
	}
	return p.path(path), warning
}

// path makes a ref of a path.
func (p *location) path(path string) *ref {
	in, rest := p.at(path)
	return &ref{path: path, rest: rest, scope: in.scope, level: in.level, slots: in.scope.want(rest, true)}
}

// aggregate makes a ref to all values of a path, over the rows of the record.
func (p *location) aggregate(path string) *ref {
	in := p.head().scope
	r := &ref{path: path, rest: path, scope: in, aggregate: true}
	first, rest, _ := strings.Cut(path, ".")
	for _, candidate := range [][2]string{{path, ""}, {first, rest}} {
		r.slots = append(r.slots, in.slot([]string{candidate[0]}, true))
		r.rests = append(r.rests, candidate[1])
	}
	return r
}

// each goes into the rows of the array at path.
func (p *location) each(path string) (*location, *ref) {
	in, rest := p.at(path)
	r := &ref{path: path, rest: rest, scope: in.scope, level: in.level, slots: in.scope.want(rest, false)}
	rows := in.scope.rows[rest]
	if rows == nil {
		rows = newScope(in.scope.made)
		in.scope.rows[rest] = rows
		segments := strings.Split(rest, ".")
		for i := range segments {
			in.scope.walk(append(slices.Clone(segments[:i]), strings.Join(segments[i:], "."))).rows = rows
		}
	}
	return &location{name: path, scope: rows, outer: p, level: p.level + 1, vars: p.vars}, r
}

// want gives slots to the ways a path may be meant: as one name with dots, or cut
// at the first dot, and so on.
func (s *scope) want(path string, whole bool) []int32 {
	if *s.made > maxSlots {
		return nil // a mistake that Compile tells
	}
	segments := strings.Split(path, ".")
	slots := make([]int32, 0, len(segments))
	for i := range segments {
		way := append(slices.Clone(segments[:i]), strings.Join(segments[i:], "."))
		slots = append(slots, s.slot(way, whole))
	}
	return slots
}

// slot gives the value at the end of way its slot.
func (s *scope) slot(way []string, whole bool) int32 {
	n := s.walk(way)
	n.whole = n.whole || whole
	if n.slot == 0 {
		n.slot = s.slots
		s.slots++
		*s.made++
		above := s.root
		for _, name := range way {
			above.below = append(above.below, n.slot)
			above = above.kid(name)
		}
	}
	return n.slot
}

// walk makes the nodes of way.
func (s *scope) walk(way []string) *node {
	n := s.root
	for _, name := range way {
		next := n.kid(name)
		if next == nil {
			next = &node{}
			n.add(name, next)
		}
		n = next
	}
	return n
}

// variable is a name with a value that is not the record's.
type variable uint8

const (
	noVariable variable = iota
	varNow
	varDaysAgo
	varRandom
	varGiven // from Env.Vars
)

// variables are the names known at compile time.
type variables struct{ given map[string]bool }

func newVariables(names []string) *variables {
	v := &variables{given: map[string]bool{
		"LAST_SYNC_TIME": true, "PAGINATION_PAGE_SIZE": true, "PAGINATION_START_ROW": true, "PAGINATION_START_PAGE": true,
	}}
	for _, n := range names {
		v.given[n] = true
	}
	return v
}

func (v *variables) find(name string) (variable, int64, bool) {
	if days, ok := strings.CutPrefix(name, "DAYS_AGO_"); ok {
		if n, err := strconv.ParseInt(days, 10, 32); err == nil && n >= 0 {
			return varDaysAgo, n, true
		}
	}
	switch {
	case name == "CURRENT_TIME":
		return varNow, 0, true
	case name == "random":
		return varRandom, 0, true
	case v.given[name]:
		return varGiven, 0, true
	}
	return noVariable, 0, false
}

func (v *variables) names() []string {
	return append(keysOf(v.given), "CURRENT_TIME", "DAYS_AGO_1")
}

var looksLikeVariable = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$`)
