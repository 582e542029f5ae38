package mapping

import (
	"fmt"
	"strconv"
	"strings"
)

// SpecError is one mistake in a [Spec], or one warning about it.
type SpecError struct {
	Path    string // JSON Pointer into the spec: /fields/9/children/3/expr
	Field   string // the target field for people: FEntity.FTaxPrice; empty outside of fields
	Code    string // what kind of mistake, stable: unknown_pipe, sql_syntax, …
	Offset  int    // byte offset in the text that is wrong; -1 where none applies
	Line    int    // line in the JSON document, from 1; 0 where the spec is not from one
	Column  int    // column in bytes, from 1; see Line
	Message string // one sentence
	Nearest string // the valid name nearest to the wrong one; empty for none
}

// Error gives place, field and sentence.
func (e *SpecError) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d: ", e.Line, e.Column)
	}
	b.WriteString(e.Path)
	if e.Field != "" {
		fmt.Fprintf(&b, " (%s)", e.Field)
	}
	if e.Offset >= 0 {
		fmt.Fprintf(&b, " at %d", e.Offset)
	}
	fmt.Fprintf(&b, ": %s: %s", e.Code, e.Message)
	if e.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %q?", e.Nearest)
	}
	return strings.TrimPrefix(b.String(), ": ")
}

// SpecErrors are all mistakes of a spec, in its order.
type SpecErrors struct {
	Errors []*SpecError // at least one
}

// Error lists the mistakes, one a line, the first 50 of them.
func (e *SpecErrors) Error() string {
	const most = 50
	var b strings.Builder
	fmt.Fprintf(&b, "mapping: %d mistakes in the spec", len(e.Errors))
	if len(e.Errors) == 1 {
		b.Reset()
		b.WriteString("mapping: 1 mistake in the spec")
	}
	for i, m := range e.Errors {
		if i == most {
			fmt.Fprintf(&b, "\n\tand %d more", len(e.Errors)-most)
			break
		}
		b.WriteString("\n\t" + m.Error())
	}
	return b.String()
}

// Unwrap gives the mistakes one by one to errors.As.
func (e *SpecErrors) Unwrap() []error {
	out := make([]error, len(e.Errors))
	for i, m := range e.Errors {
		out[i] = m
	}
	return out
}

// The codes of a [RecordError].
const (
	CodeNullResult         = "null_result"          // an expression gave NULL: a division by zero, an invalid date, a missing operand
	CodeSQLError           = "sql_error"            // an expression failed: overflow, a result too long
	CodeNotNumeric         = "not_numeric"          // an operand outside quotes is no number
	CodeTypeConversion     = "type_conversion"      // a value does not fit the field's type
	CodeArraySourceMissing = "array_source_missing" // the array of a field with Each is absent or no array
	CodeArrayInScalar      = "array_in_scalar"      // a path meets an array outside its rows
	CodeLookupAmbiguous    = "lookup_ambiguous"     // several records match and differ
	CodeLookupRequired     = "lookup_required"      // a required lookup found nothing
	CodeMappingNotFound    = "mapping_not_found"    // a table does not hold the value
	CodeRequiredMissing    = "required_missing"     // a required field, or a variable, has no value
	CodeFuncFailed         = "func_failed"          // a Go function answered with an error
	CodeInvalidJSON        = "invalid_json"         // the record is not valid JSON, or not an object
	CodeTooLarge           = "too_large"            // the record or its target is larger or deeper than the limits allow
)

// CodeLookupNotFound is the code of a [Note]: a lookup found nothing, and the field has
// no value. Rules have codes of their own.
const CodeLookupNotFound = "lookup_not_found"

// CodeOddTime is the code of a [Note]: a number was read as a Unix time, as all numbers are,
// though its digits are those of a date: 20240314 is a second of 1970.
const CodeOddTime = "odd_time"

// RecordError says why one field of one record could not be built. A record
// with several has them joined; [errors.As] finds the first.
type RecordError struct {
	Code    string // one of the Code constants
	Pointer string // JSON Pointer into the spec, to what asks too much: /fields/4/children/2/expr
	Field   string // the target field: FEntity.FTaxPrice; Error writes FEntity[2].FTaxPrice
	Rows    []int  // the row of each Each around the field, from 0
	Value   string // the template or expression as the spec has it
	Offset  int    // byte offset of the trouble in Value; -1 where none applies
	Line    int    // where the record is not valid JSON: the line, from 1
	Column  int    // the column in bytes, from 1; see Line
	Err     error  // the cause

	arrays []int // where in Field the path of each array with rows ends
}

// Error names the field and the expression. It never shows the record.
func (e *RecordError) Error() string {
	var b strings.Builder
	b.WriteString("mapping: ")
	if e.Field != "" {
		b.WriteString(fieldAtRows(e.Field, e.arrays, e.Rows))
		b.WriteString(": ")
	}
	b.WriteString(e.Code)
	if e.Line > 0 {
		fmt.Fprintf(&b, " at line %d, column %d", e.Line, e.Column)
	}
	if e.Value != "" {
		b.WriteString(" in " + strconv.Quote(excerpt(e.Value)))
		if e.Offset >= 0 {
			fmt.Fprintf(&b, " at %d", e.Offset)
		}
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *RecordError) Unwrap() error { return e.Err }

// fieldAtRows writes the rows into a field's path: FEntity[2].FTaxPrice.
func fieldAtRows(field string, arrays, rows []int) string {
	var b strings.Builder
	from := 0
	for i, row := range rows {
		end := len(field)
		if i < len(arrays) {
			end = arrays[i]
		}
		b.WriteString(field[from:end])
		b.WriteString("[" + strconv.Itoa(row) + "]")
		from = end
	}
	b.WriteString(field[from:])
	return b.String()
}

// excerpt is the beginning of a text for a message.
func excerpt(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Note is something about a record its owner should know though it was built.
type Note struct {
	Code    string // CodeLookupNotFound, CodeOddTime, or a code of a rule
	Field   string // the target field; empty where a rule is about the record
	Pointer string // JSON Pointer into the spec
	Rows    []int  // the row of each Each around the field, from 0
	Message string // one sentence
}
