package wire

import (
	"fmt"
	"strconv"
	"strings"
)

// parseInt reads a whole number; "12.000" is 12, "12.5" is an error.
func parseInt(s string) (int64, error) {
	s = strings.TrimSpace(s)
	whole, fraction, dotted := strings.Cut(s, ".")
	if dotted && strings.Trim(fraction, "0") != "" {
		return 0, fmt.Errorf("want a whole number, found %q", Excerpt([]byte(s)))
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("want a whole number, found %q", Excerpt([]byte(s)))
	}
	return n, nil
}

// smallInt reads plain digits without a copy.
func smallInt(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
