package wire

import (
	"unicode/utf8"
)

// plainText tells whether a JSON text stands for the bytes between its quotes.
func plainText(quoted []byte) bool {
	if len(quoted) < 2 || quoted[len(quoted)-1] != '"' {
		return false
	}
	ascii := true
	for _, c := range quoted[1 : len(quoted)-1] {
		if c == '\\' || c == '"' || c < ' ' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || utf8.Valid(quoted)
}

// AppendText appends s as a JSON text.
func AppendText(b []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			text, err := Marshal(s)
			return append(b, text...), err
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"'), nil
}
