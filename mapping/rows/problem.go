package rows

import (
	"fmt"
	"strings"
)

// Problem is one mistake in a definition.
type Problem struct {
	Path    string // JSON Pointer into the definition: "/0/1/logic"
	Code    string // one of the Code constants
	Message string // one sentence
}

// The codes of problems.
const (
	CodeConditionSyntax  = "condition_syntax"        // a test that can not be read
	CodeConditionLogic   = "condition_logic_unknown" // a logic that is not one of [Logics]
	CodeGroupSyntax      = "group_syntax"            // a grouping that can not be read
	CodeFormatUnknown    = "unsupported_member"      // a format of Derive whose result is not documented
	CodeDefinitionSyntax = "definition_syntax"       // any other definition that can not be read
)

// Error names the place and what is wrong.
func (p *Problem) Error() string {
	return fmt.Sprintf("duijie/mapping/rows: %s: %s: %s", p.Path, p.Code, p.Message)
}

// Problems are all mistakes of one definition; never empty as an error.
type Problems []*Problem

// Error lists them, one on each line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each to errors.As.
func (p Problems) Unwrap() []error {
	out := make([]error, len(p))
	for i, one := range p {
		out[i] = one
	}
	return out
}

func (p *Problems) add(path, code, format string, args ...any) {
	*p = append(*p, &Problem{Path: path, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
