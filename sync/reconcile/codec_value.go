package reconcile

import (
	"encoding/binary"
	"time"
)

// cutValue takes the stored form of one value off the front of fields.
func cutValue(fields []byte) (stored, rest []byte, ok bool) {
	if len(fields) == 0 {
		return nil, nil, false
	}
	end := 1
	switch fields[0] {
	case tagAbsent, tagNull, tagFalse, tagTrue:
	case tagText, tagNumber:
		_, after, whole := cutText(fields[1:])
		if !whole {
			return nil, nil, false
		}
		end = len(fields) - len(after)
	case tagTime:
		for range 3 { // signed or not, a varint's bytes end in the same way
			_, used := binary.Uvarint(fields[end:])
			if used <= 0 {
				return nil, nil, false
			}
			end += used
		}
	default:
		return nil, nil, false
	}
	return fields[:end:end], fields[end:], true
}

// decodeValue decodes what cutValue cut.
func decodeValue(stored []byte) (Value, error) {
	switch stored[0] {
	case tagAbsent:
		return Value{}, nil
	case tagNull:
		return Null(), nil
	case tagFalse, tagTrue:
		return Bool(stored[0] == tagTrue), nil
	case tagText, tagNumber:
		text, _, ok := cutText(stored[1:])
		if !ok {
			return Value{}, errStored
		}
		if stored[0] == tagText {
			return Text(string(text)), nil
		}
		return Value{typ: TypeNumber, text: string(text)}, nil
	}
	return decodeTime(stored[1:])
}

func decodeTime(b []byte) (Value, error) {
	sec, n := binary.Varint(b)
	b = b[max(n, 0):]
	nsec, m := binary.Uvarint(b)
	b = b[max(m, 0):]
	offset, o := binary.Varint(b)
	const day = 24 * 60 * 60
	if n <= 0 || m <= 0 || o <= 0 || nsec >= 1e9 || offset <= -day || offset >= day {
		return Value{}, errStored
	}
	at := time.Unix(sec, int64(nsec)).UTC()
	if offset != 0 {
		at = at.In(time.FixedZone("", int(offset)))
	}
	return Value{typ: TypeTime, at: at}, nil
}
