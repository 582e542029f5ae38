package mapping

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unquote decodes a checked JSON text with its quotes. A surrogate without its
// other half becomes U+FFFD.
func unquote(literal string) string {
	str := literal[1 : len(literal)-1]
	var b strings.Builder
	b.Grow(len(str))
	for {
		at := strings.IndexByte(str, '\\')
		if at < 0 {
			b.WriteString(str)
			return b.String()
		}
		b.WriteString(str[:at])
		str = str[at:]
		n := 2
		switch str[1] {
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			r := hex4(str[2:])
			n = 6
			if utf16.IsSurrogate(r) {
				var low rune = -1
				if len(str) >= 12 && str[6] == '\\' && str[7] == 'u' {
					low = hex4(str[8:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					n = 12
				}
			}
			b.WriteRune(r)
		default:
			b.WriteByte(str[1])
		}
		str = str[n:]
	}
}

func hex4(str string) rune {
	var r rune
	for _, c := range []byte(str[:4]) {
		switch {
		case c <= '9':
			c -= '0'
		default:
			c = c&^0x20 - 'A' + 10
		}
		r = r<<4 | rune(c)
	}
	return r
}

// appendQuoted appends s as a JSON text. Bytes that are no UTF-8 become U+FFFD,
// so that the result is always valid.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\ufffd"...)
			start = i + 1
		}
		i += n
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}
