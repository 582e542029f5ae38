package kingdee

import (
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
)

// Condition is one condition of the array form of a filter: what [Filter] is in
// one text comes in pieces here, so that a request firewall that stops texts with
// < or ( in them has less to stumble over. Make them with [Filter.Conditions].
type Condition struct {
	Left      string // opening brackets, "" or "(("
	FieldName string
	Compare   string // "=", "<>", ">", ">=", "<", "<=", "like", "in"
	Value     string // without quotes
	Right     string // closing brackets
	Logic     string // what joins it with the next: "0" and, "1" or
}

var compareWords = map[string]bool{"=": true, "<>": true, "!=": true, ">": true, ">=": true, "<": true, "<=": true, "like": true, "in": true, "is": true}

// checkConditions refuses what is no condition, and brackets that do not match.
func checkConditions(list []Condition) error {
	depth := 0
	for i, c := range list {
		if err := checkField(c.FieldName); err != nil {
			return err
		}
		depth += len(c.Left) - len(c.Right)
		if !compareWords[strings.ToLower(c.Compare)] || c.Logic != "0" && c.Logic != "1" || depth < 0 ||
			strings.Trim(c.Left, "(") != "" || strings.Trim(c.Right, ")") != "" {
			return fmt.Errorf("kingdee: condition %d on %s: an unknown comparison or logic, or brackets that do not match: %w", i, c.FieldName, duijie.ErrInvalid)
		}
	}
	if depth != 0 {
		return fmt.Errorf("kingdee: conditions: brackets that do not match: %w", duijie.ErrInvalid)
	}
	return nil
}
