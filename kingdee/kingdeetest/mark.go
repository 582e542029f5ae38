package kingdeetest

import (
	"strings"
	"unicode"
)

type kind byte

const (
	kindText kind = iota
	kindRef
	kindDecimal
	kindDate
	kindBool
	kindLang
	kindFlex
	kindState
	kindList
	kindKey
	kindNumber
	kindName
	kindStatus
	kindForbid
	kindCreated
	kindModified
	kindLineID
	kindCustom
)

// field is one known field.
type field struct {
	key    string
	title  string
	part   *part // the lines or sub-head it lives in, nil for the head
	kind   kind
	must   bool
	first  string // what a state is before any operation
	target string // form a reference points to, in small letters, where the server may hold that form
	lax    bool   // the reference is checked only once the server holds records of the form
}

// label is the name of the field in messages.
func (f *field) label() string {
	if f.title != "" {
		return f.title
	}
	if l := labels[strings.ToLower(f.key)]; l != "" {
		return l
	}
	return f.key
}

// parseMarks reads a key with its marks; the second result tells what is wrong.
func parseMarks(marked string) (*field, string) {
	end := strings.IndexFunc(marked, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(marked)
	}
	f := &field{key: marked[:end]}
	if f.key == "" {
		return nil, "no key"
	}
	rest := marked[end:]
	if r, must := strings.CutSuffix(rest, "*"); must {
		f.must, rest = true, r
	}
	switch {
	case rest == "":
	case rest == "#":
		f.kind = kindDecimal
	case rest == "@":
		f.kind = kindDate
	case rest == "?":
		f.kind = kindBool
	case rest == "^":
		f.kind = kindLang
	case rest == "[]":
		f.kind = kindList
	case rest == "{flex}":
		f.kind = kindFlex
	case rest[0] == '=' && len(rest) > 1:
		f.kind, f.first = kindState, rest[1:]
	case rest[0] == '{' && strings.HasSuffix(rest, "}"):
		f.kind, f.target = kindRef, strings.ToLower(rest[1:len(rest)-1])
		if f.target == "" {
			f.target = refTarget(f.key)
		}
		f.lax = !strictTargets[f.target]
	default:
		return nil, "unknown marks " + rest
	}
	return f, ""
}

// strictTargets are the forms whose references are always checked. References to
// others are checked once the server holds a record of the form, so that a test
// which never heard of units need not seed any.
var strictTargets = map[string]bool{
	"org_organizations": true, "bd_currency": true, "bd_customer": true, "bd_material": true,
	"bd_supplier": true, "bd_stock": true,
}

// refTarget is the form behind a reference that names none, told by its key.
func refTarget(key string) string {
	key = strings.ToLower(key)
	for _, x := range []struct{ end, form string }{
		{"orgid", "org_organizations"}, {"orgids", "org_organizations"},
		{"currid", "bd_currency"}, {"currencyid", "bd_currency"},
		{"deptid", "bd_department"}, {"unitid", "bd_unit"},
	} {
		if strings.HasSuffix(key, x.end) {
			return x.form
		}
	}
	switch key {
	case "fcustid", "fcustomerid":
		return "bd_customer"
	case "fmaterialid":
		return "bd_material"
	case "fsupplierid":
		return "bd_supplier"
	case "fstockid":
		return "bd_stock"
	}
	return ""
}
