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

// AppendText appends s as a JSON text, byte for byte what Marshal makes of it.
func AppendText(b []byte, s string) ([]byte, error) {
	if !writtenAsItIs(s) {
		text, err := Marshal(s)
		return append(b, text...), err
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"'), nil
}

// writtenAsItIs tells whether the encoder changes nothing in s. It escapes the two
// line separators of Unicode too, which JavaScript does not allow in texts.
func writtenAsItIs(s string) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c == '"' || c == '\\':
			return false
		case c >= utf8.RuneSelf:
			ascii = false
			if c == 0xe2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2]&^1 == 0xa8 {
				return false
			}
		}
	}
	return ascii || utf8.ValidString(s)
}
