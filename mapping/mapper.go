package mapping

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// Mapper is a compiled spec. It is immutable and safe for concurrent use.
type Mapper struct {
	name       string
	zone       *time.Location
	fields     []field
	rules      *ruleSet
	head       *scope
	limits     Limits
	lookups    map[string]Lookup
	hasLookups bool
	hasFuncs   bool
	notes      func(context.Context, Row, []Note)
	uses       []use // where the spec reads the record
	warnings   []*SpecError
	pool       sync.Pool // of *evaluation
}

// Warnings are what Compile found odd about the spec without refusing it.
func (m *Mapper) Warnings() []*SpecError { return m.warnings }

// Name returns the name of the spec.
func (m *Mapper) Name() string { return m.name }

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

// Row is the record a [Func] sees, with the line it is called for. It is valid
// until the Func returns.
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

// Result is a mapped record.
type Result struct {
	JSON  []byte // the target object
	Notes []Note // what its owner should know
}

// MapJSON maps in, one JSON object. env may be nil. The error is a [*RecordError], or
// several joined, when the record is to blame, and a [*LookupError] when a lookup
// failed. The record's numbers and texts are copied as they stand.
func (m *Mapper) MapJSON(ctx context.Context, env *Env, in []byte) (Result, error) {
	e := m.start(ctx, env)
	defer m.finish(e)
	out, err := m.appendJSON(e, e.out[:0], in)
	e.tellNotes()
	if err != nil {
		return Result{Notes: e.notes}, err
	}
	e.out = out
	return Result{JSON: bytes.Clone(out), Notes: e.notes}, nil
}

// AppendJSON is [Mapper.MapJSON] into a buffer of the caller's. It returns dst as it
// was when the record fails. Notes are told by [WithNotes] alone.
func (m *Mapper) AppendJSON(ctx context.Context, env *Env, dst, in []byte) ([]byte, error) {
	e := m.start(ctx, env)
	defer m.finish(e)
	out, err := m.appendJSON(e, dst, in)
	e.tellNotes()
	if err != nil {
		return dst, err
	}
	return out, nil
}

// tellNotes gives the notes to whoever wants to see them.
func (e *evaluation) tellNotes() {
	if len(e.notes) > 0 && e.m.notes != nil {
		head := &location{scope: e.m.head}
		e.m.notes(e.ctx, Row{get: func(path string) Value { return e.get(head, path) }, index: -1}, slices.Clip(e.notes))
	}
}

func (m *Mapper) appendJSON(e *evaluation, dst, in []byte) ([]byte, error) {
	if err := e.read(in); err != nil {
		return nil, err
	}
	return e.write(dst)
}

// read scans a record into the frames.
func (e *evaluation) read(in []byte) error {
	if len(in) > e.m.limits.Input {
		return &RecordError{Code: CodeTooLarge, Offset: -1, Err: errors.New("the record is longer than the limit")}
	}
	text := string(in)
	r := reader{scanner: scanner{s: text, maxDepth: e.m.limits.Depth}, frames: &e.frames}
	if err := r.head(e.m.head); err != nil {
		return recordFault(err)
	}
	e.record = nil
	return nil
}

// write builds the target from the frames.
func (e *evaluation) write(dst []byte) ([]byte, error) {
	if err := e.prepare(); err != nil {
		return nil, err
	}
	mark := len(dst)
	e.most = mark + e.m.limits.Output
	dst, _ = e.object(dst, e.m.fields)
	if len(e.errs) > 0 {
		return nil, e.failed()
	}
	if e.m.rules != nil {
		if err := e.check(dst[mark:]); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// check puts the target and the record it was built from to the rules.
func (e *evaluation) check(out []byte) error {
	target, err := ParseValue(out)
	if err != nil {
		return recordFault(err)
	}
	e.target = target
	notes, err := e.m.rules.check(target, func(r *rule) (string, error) {
		v, err := r.keyFrom.eval(e)
		return v.Text(), err
	})
	e.notes = append(e.notes, notes...)
	return err
}

// RuleCounts tells how each rule fared since Compile, in the spec's order. It can
// be read while records are mapped.
func (m *Mapper) RuleCounts() []RuleCount { return m.rules.counts() }

// prepare asks the lookups what the record wants to know.
func (e *evaluation) prepare() error {
	if !e.m.hasLookups {
		return nil
	}
	var a asked
	e.ask(e.m.fields, &a)
	e.odd = "" // told when the field is built
	if len(a.queries) == 0 {
		return nil
	}
	e.found = map[string]Answer{}
	return e.m.ask(e, &a, e.found)
}

// failed gives the record's errors as one.
func (e *evaluation) failed() error {
	if len(e.errs) == 1 {
		return e.errs[0]
	}
	return errors.Join(e.errs...)
}

// Prefetch asks the lookups what all records of a page want to know, each lookup
// once, and returns an Env that knows the answers. Records that can not be read are
// passed over: mapping them says why. Without lookups it returns env.
func (m *Mapper) Prefetch(ctx context.Context, env *Env, records iter.Seq[[]byte]) (*Env, error) {
	if !m.hasLookups {
		return env, nil
	}
	var a asked
	e := m.start(ctx, env)
	defer m.finish(e)
	known := *e.env
	known.answers = nil // those of an earlier page may have changed
	e.env = &known
	for in := range records {
		if e.read(in) == nil {
			e.ask(m.fields, &a)
		}
		e.reset()
	}
	found := make(map[string]Answer, len(a.seen))
	if err := m.ask(e, &a, found); err != nil {
		return nil, err
	}
	known.answers = found
	return &known, nil
}

// start takes an evaluation from the pool.
func (m *Mapper) start(ctx context.Context, env *Env) *evaluation {
	e, ok := m.pool.Get().(*evaluation)
	if !ok {
		e = &evaluation{m: m, at: make([]int32, 1, 4), most: m.limits.Output, frames: frames{full: m.limits.Values}}
	}
	e.ctx, e.env = ctx, env
	if env == nil {
		e.env = &noEnv
	}
	if e.now = e.env.Now; e.now.IsZero() {
		e.now = time.Now()
	}
	e.sql = sqlexpr.Env{Now: e.now, Zone: m.zone}
	return e
}

var noEnv Env

// finish gives an evaluation back, without anything of the record.
func (m *Mapper) finish(e *evaluation) {
	const most, mostBytes = 1 << 12, 1 << 16 // values and bytes kept for the next record
	e.reset()
	if cap(e.vals) > most {
		e.vals = nil
	}
	if cap(e.scratch) > mostBytes {
		e.scratch = nil
	}
	if cap(e.out) > mostBytes {
		e.out = nil
	}
	e.ctx, e.env, e.found, e.record, e.errs, e.notes = nil, nil, nil, nil, nil, nil
	e.heads, e.kept, e.summed, e.target, e.odd = nil, nil, 0, Value{}, ""
	e.operands = operands{}
	e.at, e.index = e.at[:1], e.index[:0]
	m.pool.Put(e)
}

// whole gives the record as JSON.
func (e *evaluation) whole() (Value, error) {
	if e.record == nil {
		return e.vals[0], nil
	}
	b, err := wire.Marshal(e.record)
	if err != nil {
		return Value{}, err
	}
	v, err := ParseValue(b)
	if err == nil {
		e.record = nil
		e.vals[0] = v
	}
	return v, err
}
