package banniu

import "strings"

// quotes are the signs between which the platform's words hold names of columns and
// values of tasks: text of users, in which any word may stand.
var quotes = map[rune]rune{
	'[': ']', '【': '】', '［': '］', '「': '」', '『': '』', '《': '》', '〈': '〉', '{': '}',
	'“': '”', '‘': '’', '"': '"', '\'': '\'', '`': '`',
}

// ownWords are the platform's own words of a text: what stands in brackets or quotes is
// left out, what encloses the whole text is not. A bracket that is not closed (a text that
// was cut) reaches to the end; one that is closed more often than opened, as a value with
// a bracket of its own has it, to the last.
func ownWords(text string) string {
	own := outside(text, endOfQuote)
	if strings.TrimFunc(own, func(r rune) bool { return !letter(r) }) == "" {
		return text
	}
	return own
}

// mostWords are all that may be the platform's own words: only what brackets or quotes
// surely enclose is left out, up to the first sign that closes them.
func mostWords(text string) string {
	return outside(text, func(all []rune, at int, closing rune) int {
		for i := at + 1; i < len(all); i++ {
			if all[i] == closing {
				return i
			}
		}
		return at
	})
}

// outside is a text without what stands in brackets or quotes, whose ends end tells.
func outside(text string, end func(all []rune, at int, closing rune) int) string {
	var own []rune
	all := []rune(text)
	for i := 0; i < len(all); i++ {
		closing, opens := quotes[all[i]]
		if !opens || closing == '\'' && i > 0 && letter(all[i-1]) {
			own = append(own, all[i])
			continue
		}
		i = end(all, i, closing)
		own = append(own, ' ')
	}
	return string(own)
}

// endOfQuote is where what opens at a place is closed.
func endOfQuote(all []rune, at int, closing rune) int {
	opening, depth := all[at], 1
	for i := at + 1; i < len(all); i++ {
		switch all[i] {
		case closing: // before opening, which may be the same sign
			if depth--; depth == 0 {
				return endOfStrays(all, i, opening, closing)
			}
		case opening:
			depth++
		}
	}
	return len(all)
}

// endOfStrays goes on to further closing signs that nothing opened.
func endOfStrays(all []rune, end int, opening, closing rune) int {
	if opening == closing {
		return end
	}
	for i := end + 1; i < len(all) && all[i] != opening; i++ {
		if all[i] == closing {
			end = i
		}
	}
	return end
}

// letter tells signs that words are made of.
func letter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f && !isMark(r)
}

// isMark tells full-width punctuation.
func isMark(r rune) bool {
	return strings.ContainsRune("，。；：！？、…—·（）", r) || quoteSign(r)
}

func quoteSign(r rune) bool {
	for opening, closing := range quotes {
		if r == opening || r == closing {
			return true
		}
	}
	return false
}
