package mapping

import "fmt"

// frames holds the wanted values of one record: a frame of slots for its head and
// one for each row of the arrays whose rows are wanted. Slot 0 of a frame is the
// frame's own: its Value is the row as a whole, and its first leads to the next row.
type frames struct {
	vals []Value
	full int // how many slots a record may have
}

// add appends an empty frame for s.
func (f *frames) add(s *scope) (base int32, err error) {
	n := len(f.vals) + int(s.slots)
	if n > f.full {
		return 0, &syntaxError{message: fmt.Sprintf("more than %d values", f.full), tooLarge: true, line: 1, col: 1}
	}
	base = int32(len(f.vals)) //nolint:gosec // bounded by full
	if n <= cap(f.vals) {
		f.vals = f.vals[:n]
	} else {
		f.vals = append(f.vals, make([]Value, s.slots)...)
	}
	return base, nil
}

// reset forgets all values, so that no record is kept alive.
func (f *frames) reset() {
	clear(f.vals)
	f.vals = f.vals[:0]
}

// reader scans a record's text into frames.
type reader struct {
	scanner
	*frames
}

// head reads a whole record into the first frame.
func (r *reader) head(s *scope) error {
	if err := r.begin(); err != nil {
		return err
	}
	base, err := r.add(s)
	if err != nil {
		return err
	}
	if r.blank() != '{' {
		return r.fail(r.i, errNotObject.Error())
	}
	v, err := r.fill(s.root, base)
	if err != nil {
		return err
	}
	r.vals[base] = v
	return r.end()
}

// fill reads the value at n, putting what is wanted of it into the frame.
func (r *reader) fill(n *node, base int32) (Value, error) {
	c := r.blank()
	start := r.i
	switch {
	case c == '{' && len(n.kids) > 0:
		r.mark(n, base, KindMissing) // of members of the same name the last counts
		err := r.members(n, base)
		return Value{s: r.s[start:r.i], kind: KindObject}, err
	case c == '[' && (n.rows != nil || len(n.kids) > 0):
		r.mark(n, base, kindInArray)
		v := Value{kind: KindArray}
		var err error
		if n.rows != nil {
			err = r.rowsOf(n.rows, &v)
		} else {
			err = r.array(nil)
		}
		v.s = r.s[start:r.i]
		return v, err
	}
	if len(n.below) > 0 {
		r.mark(n, base, KindMissing)
	}
	return r.value()
}

// mark sets all slots below n.
func (f *frames) mark(n *node, base int32, kind Kind) {
	for _, slot := range n.below {
		f.vals[base+slot] = Value{kind: kind}
	}
}

// members reads an object some of whose members are wanted.
func (r *reader) members(n *node, base int32) error {
	return r.object(func(key string, plain bool) error {
		name := key[1 : len(key)-1]
		if !plain {
			name = unquote(key)
		}
		kid := n.kid(name)
		if kid == nil {
			_, err := r.value()
			return err
		}
		v, err := r.fill(kid, base)
		if kid.slot != 0 {
			r.vals[base+kid.slot] = v
		}
		return err
	})
}

// rowsOf reads an array row by row, each into a frame of its own.
func (r *reader) rowsOf(s *scope, array *Value) error {
	last := int32(-1)
	return r.array(func() error {
		base, err := r.add(s)
		if err != nil {
			return err
		}
		if last < 0 {
			array.first = base
		} else {
			r.vals[last].first = base
		}
		last = base
		array.n++
		v, err := r.fill(s.root, base)
		v.first, v.n = 0, 0
		r.vals[base] = v
		return err
	})
}
