package rows

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Flattening makes one row of each line of a record (拍扁, beatFlat).
type Flattening struct {
	// Arrays are the arrays to be opened, one after the other. The field goods of a
	// line of details_list becomes details_list_goods; an array among those, named
	// details_list_goods, can be opened next.
	Arrays []string
	// Key is the name of the member that holds the record's key: it gets the row's
	// suffix too. "" leaves all members as they are. A key that is null, blank or no
	// scalar stays so: its line numbers alone would be the key of many records.
	Key string
}

// Row is one row of a flattened record.
type Row struct {
	Suffix string          // "-1" for the first line, "-2" …; "-1-2" where two arrays were opened
	Record json.RawMessage // the head's fields and the line's
}

// Flatten returns a row for each line, in order; none if the record has no lines.
// The array itself is gone from the rows. It is an error if an array is something else,
// a line is no object, or a line's field would replace one of the head: nothing is
// overwritten silently.
func (f Flattening) Flatten(record []byte) ([]Row, error) {
	o, err := parseObject(record)
	if err != nil {
		return nil, err
	}
	flat := []flatRow{{o, ""}}
	for _, array := range f.Arrays {
		var next []flatRow
		left := maxRows
		for _, r := range flat {
			lines, err := open(r, array, &left)
			if err != nil {
				return nil, err
			}
			next = append(next, lines...)
		}
		flat = next
	}
	out := make([]Row, len(flat))
	for i, r := range flat {
		if has, ok := r.object.get(f.Key); ok && f.Key != "" && text(has) != "" {
			key, err := quoted(text(has) + r.suffix)
			if err != nil {
				return nil, err
			}
			r.object = r.object.with(f.Key, key)
		}
		raw, err := r.object.encode()
		if err != nil {
			return nil, err
		}
		out[i] = Row{Suffix: r.suffix, Record: raw}
	}
	return out, nil
}

type flatRow struct {
	object object
	suffix string
}

// maxRows bounds what the rows of one record may hold together, in bytes about: each has the
// whole head.
const maxRows = 128 << 20

func (o object) size() int {
	n := 0
	for _, m := range o {
		n += 64 + len(m.name) + len(m.value)
	}
	return n
}

// open makes a row of each element of one array, and takes their size from left.
func open(r flatRow, array string, left *int) ([]flatRow, error) {
	at := r.object.find(array)
	if at < 0 || isNull(r.object[at].value) {
		return nil, nil
	}
	if !isArray(r.object[at].value) {
		return nil, fmt.Errorf("duijie/mapping/rows: flatten: %q is no array", array)
	}
	var out []flatRow
	head := make(map[string]bool, len(r.object))
	for _, m := range r.object {
		head[m.name] = true
	}
	size := r.object.size() - len(r.object[at].value)
	for i, line := range elements(r.object[at].value) {
		if *left -= size + len(line); *left < 0 {
			return nil, fmt.Errorf("duijie/mapping/rows: flatten: the rows would hold more than %d bytes", maxRows)
		}
		if !isObject(line) {
			return nil, fmt.Errorf("duijie/mapping/rows: flatten: line %d of %q is no object", i+1, array)
		}
		fields := inner(line)
		for k := range fields {
			fields[k].name = array + "_" + fields[k].name
			if head[fields[k].name] {
				return nil, fmt.Errorf("duijie/mapping/rows: flatten: the head has a field %q already", fields[k].name)
			}
		}
		out = append(out, flatRow{r.object.put(at, fields), r.suffix + "-" + strconv.Itoa(i+1)})
	}
	return out, nil
}

// Split makes one record of each element of an array, which stands in its place
// (splitArray): {"no":1,"items":[{"a":1},{"a":2}]} becomes {"no":1,"items":{"a":1}} and
// {"no":1,"items":{"a":2}}, so that "items.a" is a path in each. No element: no
// record. It is an error if the member is something else than an array.
func Split(record []byte, array string) ([]json.RawMessage, error) {
	o, err := parseObject(record)
	if err != nil {
		return nil, err
	}
	at := o.find(array)
	if at < 0 || isNull(o[at].value) {
		return nil, nil
	}
	if !isArray(o[at].value) {
		return nil, fmt.Errorf("duijie/mapping/rows: split: %q is no array", array)
	}
	var out []json.RawMessage
	left, size := maxRows, o.size()-len(o[at].value)
	for _, element := range elements(o[at].value) {
		if left -= size + len(element); left < 0 {
			return nil, fmt.Errorf("duijie/mapping/rows: split: the records would hold more than %d bytes", maxRows)
		}
		raw, err := o.with(array, element).encode()
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}

// Text returns the value at a path of a record as text, as keys are made of it: numbers
// keep their digits. ok is false where the value is absent, null, an object, an array
// or inside one.
func Text(record []byte, path string) (s string, ok bool) {
	value, rest, found := inner(record).at(path)
	if !found || rest != "" || isNull(value) || isArray(value) || isObject(value) {
		return "", false
	}
	return strings.TrimSpace(text(value)), true
}
