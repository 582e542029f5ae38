package reconcile

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

// A stored row is one block of bytes, in memory as in the spill files: sorting
// moves references to blocks, and a block that equals the other side's needs no
// decoding at all.
//
//	flags, key, [original key], [id], [version], [error], fields, [raw]
//
// Texts carry their length in front, as uvarint. fields is one text too: a tag
// for each declared field and what belongs to it.
const (
	flagOriginal = 1 << iota // the key was normalized; this is what it was
	flagID
	flagVersion
	flagError
	flagRaw
)

const (
	tagAbsent = iota
	tagNull
	tagFalse
	tagTrue
	tagText
	tagNumber
	tagTime
)

var errStored = errors.New("not a stored row")

// view is a stored row taken apart; the parts point into it.
type view struct {
	key, original, id, err, fields, raw []byte
	version                             int64
	flags                               byte
}

// own is the key as the side wrote it.
func (v *view) own() []byte {
	if v.flags&flagOriginal != 0 {
		return v.original
	}
	return v.key
}

// bad tells that the row could not be decoded by its side.
func (v *view) bad() bool { return v.flags&flagError != 0 }

// encoder turns rows into blocks.
type encoder struct {
	fields    int
	normalize func(string) string
	keepRaw   bool
	buf, vals []byte
}

// encode returns the row's block, valid until the next call.
func (e *encoder) encode(r *Row) []byte {
	key, why := r.Key, r.Err
	if e.normalize != nil && key != "" {
		key = e.normalize(key)
	}
	switch {
	case why != nil:
	case r.Key == "":
		why = errors.New("the row has no key")
	case key == "":
		why = fmt.Errorf("nothing is left of the key %q once it is normalized", r.Key)
	case len(r.Fields) > e.fields:
		why = fmt.Errorf("the row has %d fields, declared are %d", len(r.Fields), e.fields)
	}
	e.vals = e.vals[:0]
	if why == nil {
		why = e.encodeFields(r.Fields)
	}
	raw := r.Raw
	if e.keepRaw && raw == nil && r.item != nil {
		b, err := json.Marshal(r.item)
		if err != nil && why == nil {
			why = fmt.Errorf("the item can not be kept for a repair: %w", err)
		}
		raw = b
	}
	return e.assemble(r, key, why, raw)
}

func (e *encoder) assemble(r *Row, key string, why error, raw []byte) []byte {
	flags := byte(0)
	set := func(flag byte, on bool) bool {
		if on {
			flags |= flag
		}
		return on
	}
	b := appendText(append(e.buf[:0], 0), key)
	if set(flagOriginal, key != r.Key) {
		b = appendText(b, r.Key)
	}
	if set(flagID, r.ID != "") {
		b = appendText(b, r.ID)
	}
	if set(flagVersion, r.Version != 0) {
		b = binary.AppendVarint(b, r.Version)
	}
	if set(flagError, why != nil) {
		b = appendText(b, why.Error())
	}
	b = appendText(b, e.vals)
	if set(flagRaw, e.keepRaw && len(raw) > 0) {
		b = appendText(b, raw)
	}
	b[0] = flags
	e.buf = b
	return b
}

func (e *encoder) encodeFields(values []Value) error {
	b := e.vals
	for i := range e.fields {
		var v Value
		if i < len(values) {
			v = values[i]
		}
		switch v.typ {
		case TypeAbsent:
			b = append(b, tagAbsent)
		case TypeNull:
			b = append(b, tagNull)
		case TypeBool:
			if v.text == "true" {
				b = append(b, tagTrue)
			} else {
				b = append(b, tagFalse)
			}
		case TypeText:
			b = appendText(append(b, tagText), v.text)
		case TypeNumber:
			b = appendText(append(b, tagNumber), v.text)
		case TypeTime:
			_, offset := v.at.Zone()
			b = binary.AppendVarint(append(b, tagTime), v.at.Unix())
			b = binary.AppendUvarint(b, uint64(v.at.Nanosecond())) //nolint:gosec // G115: 0 to 999,999,999
			b = binary.AppendVarint(b, int64(offset))
		default:
			e.vals = e.vals[:0]
			return fmt.Errorf("field number %d: %s", i+1, v.text)
		}
	}
	e.vals = b
	return nil
}

func appendText[S string | []byte](b []byte, s S) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// cutText takes a text off the front of b.
func cutText(b []byte) (text, rest []byte, ok bool) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) { //nolint:gosec // G115: at most len(b)
		return nil, nil, false
	}
	b = b[used:]
	return b[:n:n], b[n:], true
}

// keyOf returns the key of a block that was made by this process or has been
// parsed before.
func keyOf(block []byte) []byte {
	key, _, _ := cutText(block[1:])
	return key
}

// parse takes a block apart.
func parse(block []byte) (view, error) {
	if len(block) == 0 || block[0] >= flagRaw<<1 {
		return view{}, errStored
	}
	v := view{flags: block[0]}
	rest, ok := block[1:], true
	text := func(dst *[]byte, present bool) {
		if ok && present {
			*dst, rest, ok = cutText(rest)
		}
	}
	text(&v.key, true)
	text(&v.original, v.flags&flagOriginal != 0)
	text(&v.id, v.flags&flagID != 0)
	if ok && v.flags&flagVersion != 0 {
		n, used := binary.Varint(rest)
		if ok = used > 0; ok {
			v.version, rest = n, rest[used:]
		}
	}
	text(&v.err, v.bad())
	text(&v.fields, true)
	text(&v.raw, v.flags&flagRaw != 0)
	if !ok || len(rest) != 0 {
		return view{}, errStored
	}
	return v, nil
}
