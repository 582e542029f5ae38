package sqlexpr

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Comparison of texts as utf8mb4_unicode_ci does it, as far as the language
// of schemes needs it: case and the width of full-width forms are ignored,
// trailing blanks too (PAD SPACE), control characters do not count, and signs
// come before digits before letters. Accents and everything beyond (kana,
// Greek final sigma, ß and ss, symbols outside the basic plane) stay
// different, where the server takes many of them for equal.

// asciiOrder ranks the printable ASCII characters; the letters of both cases
// share a rank. Characters that are left out do not count.
var asciiOrder = func() (rank [128]rune) {
	// The order of the Unicode collation table of the server.
	const order = "\t\n\v\f\r `^_-,;:!?.'\"()[]{}@*/\\&#%+<=>|~$0123456789"
	for i := range len(order) {
		rank[order[i]] = rune(i + 1)
	}
	for c := rune('a'); c <= 'z'; c++ {
		rank[c] = 100 + c - 'a'
		rank[c-'a'+'A'] = rank[c]
	}
	return rank
}()

// weight returns the rank of a character, 0 if it does not count.
func weight(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return asciiOrder[r]
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
		return asciiOrder[r-0xFF01+'!']
	case r == 0x3000, r == 0xA0:
		return asciiOrder[' ']
	case r <= 0x9F:
		return 0
	case r >= 0x4E00 && r <= 0x9FFF: // CJK, the common case
		return r + 256
	default:
		return foldRune(r) + 256
	}
}

// foldRune maps a character to the one all its cases share.
func foldRune(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// nextWeight returns the weight of the first character that counts, and what
// follows it. At the end the weight is -1.
func nextWeight(s string) (rune, string) {
	for len(s) > 0 {
		r, n := rune(s[0]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s)
		}
		s = s[n:]
		if w := weight(r); w != 0 {
			return w, s
		}
	}
	return -1, ""
}

// compareText orders two texts. Exact texts are ordered by their bytes.
func (m *machine) compareText(a, b string) int {
	if m.e.o.Exact {
		return strings.Compare(a, b)
	}
	if a == b {
		return 0
	}
	blank := asciiOrder[' ']
	for {
		var x, y rune
		x, a = nextWeight(a)
		y, b = nextWeight(b)
		if x < 0 && y < 0 {
			return 0
		}
		if x < 0 {
			x = blank
		}
		if y < 0 {
			y = blank
		}
		if x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
}

// equalRune tells whether two characters are the same to LIKE and LOCATE.
func (m *machine) equalRune(a, b rune) bool {
	return a == b || !m.e.o.Exact && weight(a) == weight(b)
}

// equalText tells whether two texts of the same number of bytes are the same
// character by character.
func (m *machine) equalText(a, b string) bool {
	return len(a) == len(b) && m.equalCharacters(a, b)
}

// equalCharacters tells whether two texts are the same character by
// character, trailing blanks included.
func (m *machine) equalCharacters(a, b string) bool {
	for len(a) > 0 && len(b) > 0 {
		x, i := utf8.DecodeRuneInString(a)
		y, j := utf8.DecodeRuneInString(b)
		if !m.equalRune(x, y) {
			return false
		}
		a, b = a[i:], b[j:]
	}
	return a == b
}

// indexText returns where sub begins in s, in bytes, or -1. The server looks
// at as many bytes as sub has, so that a full-width letter is not found by
// the plain one.
func (m *machine) indexText(s, sub string) int {
	if m.e.o.Exact || sub == "" {
		return strings.Index(s, sub)
	}
	for i := 0; i+len(sub) <= len(s); {
		if m.equalText(s[i:i+len(sub)], sub) {
			return i
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		i += n
	}
	return -1
}

// like matches s with a pattern of % and _ in which escape (0: none) makes
// the next character stand for itself. It needs time in proportion to the
// product of the lengths at most.
func (m *machine) like(s, pattern string, escape rune) bool {
	var retryS, retryP string // behind the last %, to try again one character on
	retry := false
	for {
		if pattern != "" {
			r, n := utf8.DecodeRuneInString(pattern)
			rest := pattern[n:]
			switch {
			case r == escape && escape != 0 && rest != "":
				r, n = utf8.DecodeRuneInString(rest)
				rest = rest[n:]
			case r == '%':
				pattern, retryP, retryS, retry = rest, rest, s, true
				continue
			case r == '_':
				if s != "" {
					_, k := utf8.DecodeRuneInString(s)
					s, pattern = s[k:], rest
					continue
				}
				return false
			}
			if s != "" {
				if c, k := utf8.DecodeRuneInString(s); m.equalRune(c, r) {
					s, pattern = s[k:], rest
					continue
				}
			}
		} else if s == "" {
			return true
		}
		if !retry || retryS == "" {
			return false
		}
		_, k := utf8.DecodeRuneInString(retryS)
		retryS = retryS[k:]
		s, pattern = retryS, retryP
	}
}
