package qeasy

import "strings"

// nearest returns the name most like a wrong one, "" when none is close enough to
// be meant.
func nearest(wrong string, names []string) string {
	if len(wrong) > 100 {
		return ""
	}
	best, found := max(2, len(wrong)/3)+1, ""
	for _, name := range names {
		if strings.EqualFold(name, wrong) {
			return name
		}
		if d := distance(strings.ToLower(wrong), strings.ToLower(name)); d < best {
			best, found = d, name
		}
	}
	return found
}

// distance counts the letters to be changed, added or left out.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := corner
			if a[i] != b[j] {
				next = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
