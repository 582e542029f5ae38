package mapping

import (
	"context"
	"time"
)

// Env is what a run knows beside the record. The zero Env has the clock of the
// moment and no variables. It is read only and may be shared.
type Env struct {
	// Now is the clock of the run (CURRENT_TIME, NOW()), one value for the whole
	// run. The zero time means the moment of each call.
	Now time.Time
	// Vars are the variables of templates by name: LAST_SYNC_TIME in Unix seconds,
	// PAGINATION_PAGE_SIZE, and those named with [WithVariables].
	Vars map[string]string
	// Random gives {random} a fresh unique text. Nil means random hex digits.
	Random func() string

	answers map[string]Answer // what Prefetch found, by lookup and query
}

// Func computes a field in Go. The result is a string, bool, integer, [Value],
// [encoding/json.RawMessage], or anything encoding/json can marshal; nil is no
// value. An error is an error on the record.
type Func func(ctx context.Context, row Row) (any, error)

// Row is the record a [Func] sees, with the line it is called for.
type Row struct {
	get   func(path string) Value
	array string
	index int
}

// Get returns the value at a path, resolved as in a template: "lines.x" is member x of
// the current line where the field lies inside Each "lines", and every other
// path starts at the record's head.
func (r Row) Get(path string) Value { return r.get(path) }

// Array returns the path of the innermost Each around the field; "" for none.
func (r Row) Array() string { return r.array }

// Index returns the number of the current line from 0; -1 outside of lines.
func (r Row) Index() int { return r.index }
