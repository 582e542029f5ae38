package mapping

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// evaluation maps one record. It is kept for the next one.
type evaluation struct {
	frames
	m       *Mapper
	ctx     context.Context
	env     *Env
	now     time.Time
	at      []int32 // the current frame of each level
	index   []int   // the current row of each level but the head
	scratch []byte
	out     []byte                        // where targets are built that are handed out as copies
	found   map[string]Answer             // what lookups answered for this record
	record  any                           // the record as a Go value, until somebody wants its JSON
	heads   map[string]Value              // what functions asked of the head
	summed  int                           // how many values aggregates took
	kept    map[*hole]*sqlexpr.Aggregated // the results of aggregates inside lines
	most    int                           // how long the buffer with the target may be
	target  Value                         // what was built, where rules looked at it
	odd     string                        // what is to be noted about a time of the field at hand
	errs    []error
	notes   []Note

	operands operands    // the values of the expression that is computed
	sql      sqlexpr.Env // its clock
}

// failure is why a value could not be computed; the field makes a RecordError of it.
type failure struct {
	code   string
	member string // of the field that asks too much; empty for the one its value comes from
	offset int
	err    error
}

func (f *failure) Error() string { return f.code + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func failAt(code string, offset int, format string, args ...any) error {
	return &failure{code: code, offset: offset, err: fmt.Errorf(format, args...)}
}

// tooLarge is the failure of a target that outgrows the limit.
func (e *evaluation) tooLarge() error {
	return failAt(CodeTooLarge, -1, "the target is longer than %d bytes", e.m.limits.Output)
}

// value gives the value of a reference in the current frames.
func (e *evaluation) value(r *ref, offset int) (Value, error) {
	if r.variable != noVariable {
		return e.variable(r, offset)
	}
	base := e.at[r.level]
	for _, slot := range r.slots {
		switch v := e.vals[base+slot]; v.kind {
		case KindMissing:
		case kindInArray:
			return Value{}, failAt(CodeArrayInScalar, offset, "%s leads into an array", r.path)
		default:
			return v, nil
		}
	}
	return Value{}, nil
}

// maxHeads is how many paths of the head that functions ask for are remembered.
const maxHeads = 1000

// all yields the values of an aggregate's reference over all rows.
func (e *evaluation) all(r *ref, yield func(Value) bool) {
	for i, slot := range r.slots {
		if v := e.vals[e.at[0]+slot]; v.kind != KindMissing {
			v.each(r.rests[i], yield)
			return
		}
	}
}

// variable gives the value of a variable. A window without its start would read
// everything, so that one without a value is an error.
func (e *evaluation) variable(r *ref, offset int) (Value, error) {
	switch r.variable {
	case varNow:
		return numberValue(strconv.FormatInt(e.now.Unix(), 10)), nil
	case varDaysAgo:
		return numberValue(strconv.FormatInt(e.now.Unix()-r.days*86400, 10)), nil
	case varRandom:
		if e.env.Random != nil {
			return TextValue(e.env.Random()), nil
		}
		var b [16]byte
		_, _ = rand.Read(b[:])
		return TextValue(hex.EncodeToString(b[:])), nil
	}
	text, ok := e.env.Vars[r.path]
	switch {
	case !ok:
		return Value{}, failAt(CodeRequiredMissing, offset, "the run gives the variable %s no value", r.path)
	case isNumber(text):
		return numberValue(text), nil
	}
	return TextValue(text), nil
}

// fail keeps an error of the record. The others of its fields are still looked for,
// so that a dead letter names them all.
func (e *evaluation) fail(f *field, err error) {
	const most = 20
	if len(e.errs) == most {
		return
	}
	re := &RecordError{Pointer: f.pointer + f.member, Field: f.path, Value: f.text, Offset: -1, Err: err, Code: CodeTypeConversion, arrays: f.at.ends}
	if len(e.index) > 0 {
		re.Rows = slices.Clone(e.index)
	}
	var why *failure
	if errors.As(err, &why) {
		re.Code, re.Offset, re.Err = why.code, why.offset, why.err
		if why.member != "" {
			re.Pointer = f.pointer + why.member
		}
	}
	e.errs = append(e.errs, re)
}

// note keeps a note on the record.
func (e *evaluation) note(f *field, code, message string) {
	n := Note{Code: code, Field: f.path, Pointer: f.pointer, Message: message}
	if len(e.index) > 0 {
		n.Rows = slices.Clone(e.index)
	}
	e.notes = append(e.notes, n)
}

// get resolves a path at run time, for a Func.
func (e *evaluation) get(p *location, path string) Value {
	whole, err := e.whole()
	if err != nil {
		return Value{}
	}
	in, rest := p.at(path)
	if in.outer == nil {
		v, known := e.heads[path]
		if !known { // each line may ask for it
			v = whole.Get(path)
			if e.heads == nil {
				e.heads = map[string]Value{}
			}
			if len(e.heads) < maxHeads {
				e.heads[path] = v
			}
		}
		return v
	}
	if row := e.vals[e.at[in.level]]; row.s != "" {
		return row.Get(rest)
	}
	return Value{}
}
