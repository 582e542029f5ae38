package qeasy

import (
	"regexp"
	"strings"
)

// The prefixes that make a value string more than a template.
const (
	prefixFunction = "_function"
	prefixFind     = "_findCollection"
	prefixMongo    = "_mongoQuery"
	wordEndFind    = "_endFind"
)

// valueKind is what a value string is.
type valueKind uint8

const (
	valueTemplate valueKind = iota
	valueFunction
	valueFind
	valueMongo
)

// valueError is what is wrong with a value string.
type valueError struct {
	code    string
	offset  int
	message string
}

func (e *valueError) Error() string { return e.message }

// classify tells what a value string is, and where its text behind the prefix begins.
func classify(s string) (kind valueKind, body int, err *valueError) {
	trimmed := strings.TrimLeft(s, " \t\r\n\u00a0\u3000")
	blank := len(s) - len(trimmed)
	for kind, prefix := range map[valueKind]string{valueFunction: prefixFunction, valueFind: prefixFind, valueMongo: prefixMongo} {
		if !strings.HasPrefix(trimmed, prefix) {
			continue
		}
		rest := trimmed[len(prefix):]
		switch {
		case blank > 0:
			return kind, 0, &valueError{CodeFunctionPrefix, blank, prefix + " must be the first thing in the value"}
		case rest == "" || !strings.ContainsRune(" \t\r\n", rune(rest[0])):
			return kind, 0, &valueError{CodeFunctionPrefix, len(prefix), prefix + " must be followed by a space"}
		}
		return kind, len(prefix) + 1, nil
	}
	for _, lost := range []string{"findCollection find ", "mongoQuery ", "function case ", "function CASE "} {
		if strings.HasPrefix(trimmed, lost) {
			word, _, _ := strings.Cut(lost, " ")
			code := map[bool]string{true: CodeFunctionPrefix, false: CodeLookupSyntax}[word == "function"]
			return valueTemplate, 0, &valueError{code, blank, "the underscore before " + word + " is missing: web pages drop it"}
		}
	}
	return valueTemplate, 0, nil
}

// isConstant tells that a value string reads nothing.
func isConstant(s string) bool {
	kind, _, err := classify(s)
	return kind == valueTemplate && err == nil && len(placeholders(s)) == 0
}

// reference is a placeholder in a value string.
type reference struct {
	name   string // without pipes
	offset int
}

// placeholders lists the placeholders of a template. Text whose braces do not add up
// gives what can be seen; compiling says what is wrong.
func placeholders(s string) (out []reference) {
	for i := 0; i < len(s); {
		if s[i] != '{' {
			i++
			continue
		}
		width := 1
		if strings.HasPrefix(s[i:], "{{") {
			width = 2
		}
		end := strings.IndexAny(s[i+width:], "{}")
		if end < 0 {
			return out
		}
		content := s[i+width : i+width+end]
		closed := strings.HasPrefix(s[i+width+end:], strings.Repeat("}", width))
		if !closed || width == 1 && (content == "" || strings.ContainsAny(content, "\"'`:\\ \t\r\n")) {
			i += width
			continue
		}
		name, _, _ := strings.Cut(content, "|")
		out = append(out, reference{strings.TrimSpace(name), i})
		i += width + end + width
	}
	return out
}

var variableName = regexp.MustCompile(`^(LAST_SYNC_TIME|CURRENT_TIME|DAYS_AGO_\d+|PAGINATION_PAGE_SIZE|PAGINATION_START_ROW|PAGINATION_START_PAGE|random)$`)

var timeVariable = regexp.MustCompile(`^(LAST_SYNC_TIME|CURRENT_TIME|DAYS_AGO_\d+)$`)

// dotted finds names with dots in an expression without placeholders.
var dotted = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_]*\.[\p{L}_][\p{L}\p{N}_]*`)

// mixed finds names that look like members: letters with an underscore, as shop_code.
var quotedName = regexp.MustCompile(`'[\p{L}_][\p{L}\p{N}]*(_[\p{L}\p{N}]+)+'`)
