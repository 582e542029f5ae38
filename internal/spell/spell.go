// Package spell finds the name somebody meant.
package spell

import "strings"

// Nearest returns the name most like the wrong one, or "" when none is close
// enough to be meant.
func Nearest(wrong string, names []string) string {
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

// distance counts the edits between two names; two letters in the wrong order
// are one edit.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	older := make([]int, len(b)+1)
	for i := range len(a) {
		older, before, row = before, row, older
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(before[j]+cost, before[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
