package sqlexpr

import (
	"errors"
	"fmt"
	"strings"
)

// Codes of the errors of this package.
const (
	// CodeSyntax: the text is no expression of the language, or exceeds a limit.
	CodeSyntax = "sql_syntax"
	// CodeFunction: a function the language of schemes does not have.
	CodeFunction = "sql_function_unsupported"
	// CodeBraces: a hole that is not closed, or has too many braces.
	CodeBraces = "unbalanced_braces"
	// CodeSQL: MySQL would stop with an error (a number out of range), or a
	// limit of this package is reached.
	CodeSQL = "sql_error"
	// CodeNotNumeric: the value of a hole outside quotes is no number. Pasted
	// into the text it would turn into a column name or a subtraction.
	CodeNotNumeric = "not_numeric"
)

// Error is one mistake in the text of an expression, found by Compile.
type Error struct {
	Code    string // one of the Code constants
	Offset  int    // where it is, in bytes from the start of the text
	Message string // one sentence, without the text of the whole expression
	Nearest string // for CodeFunction: the supported name that is spelled most like it, or ""
}

// Error says code, place and what is wrong.
func (e *Error) Error() string {
	s := fmt.Sprintf("sqlexpr: %s at byte %d: %s", e.Code, e.Offset, e.Message)
	if e.Nearest != "" {
		s += fmt.Sprintf(" (did you mean %s?)", e.Nearest)
	}
	return s
}

// Errors are all mistakes Compile found in one text, by ascending offset. It
// is never empty. errors.As finds the first *Error.
type Errors []*Error

// Error lists the mistakes, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, x := range e {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the single mistakes.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, x := range e {
		all[i] = x
	}
	return all
}

// EvalError is why an expression has no value for a record.
type EvalError struct {
	Code    string // CodeSQL or CodeNotNumeric
	Offset  int    // of the part of the expression that failed, in bytes
	Message string // one sentence; quotes at most 40 characters of data
	Err     error  // the error of Operands, if that is what failed
}

// Error says code, place and reason.
func (e *EvalError) Error() string {
	return fmt.Sprintf("sqlexpr: %s at byte %d: %s", e.Code, e.Offset, e.Message)
}

// Unwrap returns the error Operands gave, if any.
func (e *EvalError) Unwrap() error { return e.Err }

// What Unwrap gives for results that outgrow the limits.
var (
	errLimit = errors.New("the texts built exceed the limit of 1 MiB, or 16 MiB together")
	errWork  = errors.New("the texts are too long to search")
	// errNoOperands is what holes give without operands.
	errNoOperands = errors.New("the expression has holes, but no operands were given")
)

// excerpt shortens data for a message.
func excerpt(s string) string {
	const most = 40
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
