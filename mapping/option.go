package mapping

import (
	"context"
	"fmt"
)

// Option is a setting of [Compile].
type Option func(*options)

type options struct {
	funcs     map[string]Func
	lookups   map[string]Lookup
	tables    map[string]Table
	variables []string
	exact     bool
	limits    Limits
	notes     func(context.Context, Row, []Note)
}

// WithFunc gives fields with Func name their function. It must be safe for
// concurrent use and pure: the same record gives the same value.
func WithFunc(name string, f Func) Option {
	if f == nil {
		panic(fmt.Sprintf("mapping: function %q is nil", name))
	}
	return func(o *options) { o.funcs[name] = f }
}

// WithLookup gives lookups called name the records they search.
func WithLookup(name string, l Lookup) Option {
	if l == nil {
		panic(fmt.Sprintf("mapping: lookup %q is nil", name))
	}
	return func(o *options) { o.lookups[name] = l }
}

// WithTable gives fields with a table called name its pairs.
func WithTable(name string, t Table) Option {
	return func(o *options) { o.tables[name] = t }
}

// WithVariables names further variables of templates; [Env.Vars] has their values.
// They go before members of the record with the same name.
func WithVariables(names ...string) Option {
	return func(o *options) { o.variables = append(o.variables, names...) }
}

// WithExactText makes expressions compare texts byte by byte. Without it case and
// trailing blanks do not count, as in MySQL.
func WithExactText() Option { return func(o *options) { o.exact = true } }

// WithNotes gives f the notes of every record that has some: lookups that found nothing,
// rules whose action is to note. It is called at the end of [Mapper.MapJSON],
// [Mapper.AppendJSON] and functions of [Transform], also when the record failed; the last two
// tell notes in no other way. The row reads the record, to name it by its number, and is
// valid until f returns; the notes may be kept. f must be safe for concurrent use, and
// a record without notes costs nothing.
func WithNotes(f func(ctx context.Context, record Row, notes []Note)) Option {
	return func(o *options) { o.notes = f }
}

// Limits bound what a spec and a record may be. A zero keeps the default.
type Limits struct {
	Input     int // bytes of a record; 16 MiB
	Output    int // bytes of a target; 64 MiB
	Depth     int // nesting of a record; 128
	Values    int // wanted values of one record, over all its rows; 500,000, and 8 times that taken by aggregates
	Fields    int // fields of a spec; 10,000
	SpecDepth int // nesting of fields and of conditions; 32
	Text      int // bytes of a template or expression; 64 KiB
}

var defaultLimits = Limits{Input: 16 << 20, Output: 64 << 20, Depth: defaultDepth, Values: 500_000, Fields: 10_000, SpecDepth: 32, Text: 64 << 10}

// WithLimits changes limits.
func WithLimits(l Limits) Option {
	return func(o *options) {
		for _, p := range []struct {
			to   *int
			from int
		}{
			{&o.limits.Input, l.Input}, {&o.limits.Output, l.Output}, {&o.limits.Depth, l.Depth}, {&o.limits.Values, l.Values},
			{&o.limits.Fields, l.Fields}, {&o.limits.SpecDepth, l.SpecDepth}, {&o.limits.Text, l.Text},
		} {
			if p.from > 0 {
				*p.to = p.from
			}
		}
	}
}
