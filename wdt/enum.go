package wdt

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// nameOf is the name of an enumeration's number, or the number.
func nameOf(names map[int64]string, n int64) string {
	if name := names[n]; name != "" {
		return name
	}
	return strconv.FormatInt(n, 10)
}

// bitNames are the names of the bits of n, and what no name is known for as a
// number.
func bitNames(names map[int64]string, n int64) string {
	var set []string
	for _, bit := range slices.Sorted(maps.Keys(names)) {
		if n&bit != 0 {
			set = append(set, names[bit])
			n &^= bit
		}
	}
	if n != 0 || len(set) == 0 {
		set = append(set, strconv.FormatInt(n, 10))
	}
	return strings.Join(set, "、")
}

// put adds a number to a filter; nil adds nothing.
func put[N ~int64](f filter, name string, n *N) {
	if n != nil {
		f[name] = int64(*n)
	}
}

// join adds several numbers to a filter, in the comma text the platform takes.
func join[N ~int64](f filter, name string, all []N) {
	texts := make([]string, len(all))
	for i, n := range all {
		texts[i] = strconv.FormatInt(int64(n), 10)
	}
	f.text(name, strings.Join(texts, ","))
}

// keyOr is a row's own number, else the number of the row behind its member.
func keyOr(no, member string, id int64) string {
	switch {
	case no != "":
		return no
	case id != 0:
		return member + ":" + strconv.FormatInt(id, 10)
	}
	return ""
}

// joinKey makes one key of several parts. No two lists of parts make the same.
func joinKey(parts ...string) string {
	for i, p := range parts {
		parts[i] = strings.NewReplacer(`\`, `\\`, "|", `\|`).Replace(p)
	}
	return strings.Join(parts, "|")
}
