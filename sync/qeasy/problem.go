package qeasy

import (
	"fmt"
	"strings"
)

// Side is which half of a scheme a document is.
type Side string

// The two halves.
const (
	SideSource Side = "source" // effect QUERY: what is read
	SideTarget Side = "target" // effect EXECUTE: what is written
)

// Problem is one mistake in a document, or one warning about it.
type Problem struct {
	Side    Side   `json:"side"`              // "" where the document does not even tell its side
	Path    string `json:"path"`              // JSON Pointer into the document: "/request/9/children/3/value"; "" is the document
	Field   string `json:"field,omitempty"`   // the field for people: "FEntity.FTaxPrice"; empty outside of fields
	Code    string `json:"code"`              // one of the Code or Warn constants
	Offset  int    `json:"offset"`            // byte offset within the value string; -1 where none applies
	Line    int    `json:"line,omitempty"`    // line in the document, from 1; 0 where there is no place
	Col     int    `json:"col,omitempty"`     // column in bytes, from 1
	Message string `json:"message"`           // one sentence
	Nearest string `json:"nearest,omitempty"` // the valid name nearest to the wrong one
}

// Error gives side, place, field, code and sentence.
func (p *Problem) Error() string {
	var b strings.Builder
	if p.Side != "" {
		b.WriteString(string(p.Side) + " ")
	}
	if p.Path == "" {
		b.WriteString("document")
	} else {
		b.WriteString(cutAt(p.Path, 400))
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, " (line %d, column %d)", p.Line, p.Col)
	}
	if p.Field != "" {
		b.WriteString(" " + cutAt(p.Field, 400))
	}
	if p.Offset >= 0 {
		fmt.Fprintf(&b, " at %d", p.Offset)
	}
	b.WriteString(": " + p.Code + ": " + p.Message)
	if p.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %q?", p.Nearest)
	}
	return b.String()
}

// Errors are all mistakes of a document or of a scheme, in the order of the documents.
type Errors struct {
	Problems []*Problem // at least one
}

// Error lists the mistakes, one a line, the first 50 of them.
func (e *Errors) Error() string {
	const most = 50
	var b strings.Builder
	b.WriteString("duijie/sync/qeasy: ")
	if len(e.Problems) == 1 {
		return b.String() + e.Problems[0].Error()
	}
	fmt.Fprintf(&b, "%d mistakes", len(e.Problems))
	for i, p := range e.Problems {
		if i == most {
			fmt.Fprintf(&b, "\n\tand %d more", len(e.Problems)-most)
			break
		}
		b.WriteString("\n\t" + p.Error())
	}
	return b.String()
}

// Unwrap gives the mistakes one by one to errors.As.
func (e *Errors) Unwrap() []error {
	out := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		out[i] = p
	}
	return out
}

// The codes of mistakes.
const (
	CodeInvalidJSON         = "invalid_json"             // not JSON, a member twice, a member of the wrong JSON kind, or larger than the limits
	CodeSideMissing         = "side_missing"             // neither effect nor type, and the caller did not say
	CodeWrongSide           = "wrong_side"               // another side than the caller asked for
	CodeAPIMissing          = "api_missing"              // no api
	CodeAPIUnsupported      = "api_unsupported"          // no connector knows the api
	CodeIDMissing           = "id_missing"               // idCheck without id
	CodeUnknownMember       = "unknown_member"           // a member this reader has never heard of, or one of dialect C
	CodeUnsupportedMember   = "unsupported_member"       // a member that is known and can not be run
	CodeScriptUnsupported   = "script_unsupported"       // a data processor (加工厂) in PHP
	CodeUnknownType         = "unknown_type"             // a field type that is none
	CodeArrayNoChildren     = "array_without_children"   // a constant where an array is wanted
	CodeUnbalancedBraces    = "unbalanced_braces"        // a brace too many or too few
	CodeUnknownPipe         = "unknown_pipe"             // {{x|money}}
	CodeFunctionPrefix      = "function_prefix"          // _function or a lookup not at the start, or no space behind it
	CodeSQLSyntax           = "sql_syntax"               // an expression that can not be read
	CodeSQLFunction         = "sql_function_unsupported" // a function that does not exist here
	CodeLookupSyntax        = "lookup_syntax"            // a _findCollection that can not be read
	CodeLookupEndMissing    = "lookup_end_missing"       // a lookup inside an expression without _endFind
	CodeLookupUnknownScheme = "lookup_unknown_scheme"    // a lookup or mapping table that is bound to nothing
	CodeMongoSyntax         = "mongo_syntax"             // a _mongoQuery that can not be read
	CodeMongoOperator       = "mongo_operator_unsupported"
	CodeParserUnknown       = "parser_unknown"
	CodeParserUnsupported   = "parser_unsupported"
	CodeOperation           = "operation_unsupported"
	CodeConditionSyntax     = "condition_syntax"
	CodeConditionLogic      = "condition_logic_unknown"
	CodeGroupSyntax         = "group_syntax"
	CodeCronSyntax          = "cron_syntax"
	CodeNoRecord            = "no_record" // a path of a record where there is no record yet
)

// The codes of warnings.
const (
	WarnIgnoredMember   = "ignored_member"
	WarnDuplicateField  = "duplicate_field" // two fields of one name in a list; the last counts
	WarnEmptyField      = "empty_field"     // a field without name, left out
	WarnParentMismatch  = "parent_mismatch"
	WarnBracesAroundRow = "array_value_in_braces"
	WarnEmptyPipe       = "empty_pipe"
	WarnExtraSpace      = "extra_space"
	WarnUnknownVariable = "unknown_variable"
	WarnRandomID        = "random_id"
	WarnLooksLikePath   = "constant_looks_like_path" // the document was copied from a page that drops braces
	WarnSecret          = "secret_in_document"
)

// CodeIDMissingInRecord is the code of a [RecordError] that this package adds to those
// of package mapping.
const CodeIDMissingInRecord = "id_missing_in_record" // the record has no value at the path of id

// RecordError says why one record can not be run. Of the record it shows no
// more than the value at fault.
type RecordError struct {
	Side  Side   // which half is at odds with the record
	Code  string // [CodeIDMissingInRecord], or a code of package mapping
	Path  string // JSON Pointer into that half's document: "/request/4/children/2/value"
	Field string // the field for people: "FEntity.FTaxPrice"
	Value string // the value string, or the text of the expression; empty for none
	Rows  []int  // the line of each array around the field, from 0
	Err   error  // the cause
}

// Error names side, place, field, the value string and the cause.
func (e *RecordError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "duijie/sync/qeasy: %s %s", e.Side, e.Path)
	if e.Field != "" {
		b.WriteString(" " + e.Field)
	}
	for _, r := range e.Rows {
		fmt.Fprintf(&b, " (line %d)", r+1)
	}
	b.WriteString(": " + e.Code)
	if e.Value != "" {
		fmt.Fprintf(&b, " in %q", cut(e.Value))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *RecordError) Unwrap() error { return e.Err }
