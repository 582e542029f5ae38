package mapping

import (
	"context"
	"encoding/json"
)

// Lookup finds values in other records: a collection in memory, a table, what
// another pipeline wrote. It must be safe for concurrent use.
type Lookup interface {
	// Find answers the queries, one answer each and in their order. It is called
	// once for all records of a page (see [Mapper.Prefetch]) or of one record. An
	// error means that the lookup failed as a whole: it is no record's fault, and
	// comes back as a [LookupError].
	Find(ctx context.Context, queries []Query) ([]Answer, error)
}

// LookupFunc is a [Lookup] made of a function.
type LookupFunc func(ctx context.Context, queries []Query) ([]Answer, error)

// Find calls f.
func (f LookupFunc) Find(ctx context.Context, queries []Query) ([]Answer, error) {
	return f(ctx, queries)
}

// Query is one question to a [Lookup].
type Query struct {
	// Want is the path of the wanted value in the records searched.
	Want string
	// Where says which records match; its values are filled in.
	Where Filter
}

// Answer is what a [Lookup] found for one [Query].
type Answer struct {
	// Values are the distinct wanted values of the matching records, each JSON.
	// None means that nothing was found; several, that the records differ. Whoever
	// gets them only reads them: a cache gives the same ones to others.
	Values []json.RawMessage
}

// Filter tells which records of a lookup match. It is a tree: And, Or, or a
// comparison. The empty Filter is a mistake, as it would match everything.
type Filter struct {
	// And holds when all of its filters do.
	And []Filter `json:"and,omitempty"`
	// Or holds when one of its filters does.
	Or []Filter `json:"or,omitempty"`
	// Path is the member compared, dotted.
	Path string `json:"path,omitempty"`
	// Op is how it is compared. Empty means OpEqual.
	Op Op `json:"op,omitempty"`
	// Values is what it is compared with: one value, any number for OpIn and
	// OpNotIn, "true" or "false" for OpExists. In a [LookupCall] they are templates, in
	// a [Query] the texts they gave for the record; a missing value is "".
	Values []string `json:"values,omitempty"`
}

// Op is a comparison of a [Filter].
type Op string

// The comparisons. Equality is equality of texts, case-sensitive: 1 matches "1".
// Order is numeric where both sides are numbers, else that of the texts.
const (
	OpEqual        Op = "eq"
	OpNotEqual     Op = "ne"
	OpGreater      Op = "gt"
	OpGreaterEqual Op = "gte"
	OpLess         Op = "lt"
	OpLessEqual    Op = "lte"
	OpIn           Op = "in"
	OpNotIn        Op = "nin"
	OpExists       Op = "exists"
	OpRegexp       Op = "regex"
)

// LookupError says that a [Lookup] failed, or answered something unusable. No
// record is to blame: the run should stop or wait, not make dead letters.
type LookupError struct {
	Name string // the lookup's name
	Err  error  // what it answered
}

// Error names the lookup.
func (e *LookupError) Error() string { return "mapping: lookup " + e.Name + ": " + e.Err.Error() }

// Unwrap returns what the lookup answered.
func (e *LookupError) Unwrap() error { return e.Err }
