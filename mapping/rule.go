package mapping

import "encoding/json"

// Rule is a check on every record that was built: a value that must be there, lines
// that must add up. What happens when it fails is its Action; how often it did can be
// read while a run goes on, so that a drift in the source is seen before it hurts.
//
// Fields are paths in the target: "FCustId.FNumber". A path that meets an array stands
// for the value in each of its elements: "FEntity.FQty". A value that is absent or
// null passes every check but CheckRequired.
type Rule struct {
	// Name appears in counts, notes and errors. Empty means the check and its field.
	Name string `json:"name,omitempty"`
	// Check is one of the Check constants; it says which of the members below count.
	Check Check `json:"check"`
	// Field is the value that is checked. CheckRequired, CheckUnique and CheckSum may
	// name several in Fields instead.
	Field string `json:"field,omitempty"`
	// Fields are several fields: each of them required; unique as a whole.
	Fields []string `json:"fields,omitempty"`
	// Values are those CheckEnum allows, as text: 1 is "1".
	Values []string `json:"values,omitempty"`
	// Min and Max bound CheckRange, both included; empty is no bound. Bounds that are
	// numbers let only numbers pass; others, dates among them, compare as text.
	Min string `json:"min,omitempty"`
	Max string `json:"max,omitempty"` // see Min
	// Pattern is the regular expression (RE2) of CheckPattern. The whole text must match.
	Pattern string `json:"pattern,omitempty"`
	// Op and Other are the comparison of CheckCompare, one of = <> < <= > >=, and the
	// field it is made with: both in one line, or Other in the head. A number is neither
	// before nor after a text.
	Op    string `json:"op,omitempty"`
	Other string `json:"other,omitempty"` // see Op
	// Lines is the field whose values over all lines add up to Field, for CheckSum:
	// "FEntity.FAmount". Tolerance is how far they may be apart; empty is not at all.
	Lines     string `json:"lines,omitempty"`
	Tolerance string `json:"tolerance,omitempty"` // see Lines
	// Key tells records apart for CheckUnique, which needs it: two with the same key are one
	// record that comes again, changed or not. It is a path in the target, as "FBillNo", or,
	// with braces, a template of the record, as "{trade_no}"; a record without one fails. What
	// a record had once stays taken as long as the [Mapper] lives.
	Key string `json:"key,omitempty"`
	// Action is what happens when the check fails. Empty means ActionDeadLetter.
	Action Action `json:"action,omitempty"`
}

// Check is what a [Rule] looks at.
type Check string

// The checks.
const (
	CheckRequired Check = "required" // the value is there and not ""
	CheckUnique   Check = "unique"   // no other record of the run has it
	CheckEnum     Check = "enum"     // it is one of Values
	CheckRange    Check = "range"    // it is between Min and Max
	CheckPattern  Check = "pattern"  // it matches Pattern
	CheckCompare  Check = "compare"  // it compares with another field as Op says
	CheckSum      Check = "sum"      // the lines add up to it
)

var checks = []string{
	string(CheckRequired), string(CheckUnique), string(CheckEnum), string(CheckRange), string(CheckPattern), string(CheckCompare), string(CheckSum),
}

// Action is what a failed [Rule] does.
type Action string

// The actions.
const (
	ActionNote       Action = "note"        // the record goes on, with a [Note]
	ActionDeadLetter Action = "dead_letter" // the record is refused with a [RuleError]
	ActionStop       Action = "stop"        // so is the run: see [RuleError.Action]
)

var actions = []string{string(ActionNote), string(ActionDeadLetter), string(ActionStop)}

// CodeRuleFailed is the code of the [Note] a failed rule with ActionNote leaves.
const CodeRuleFailed = "rule_failed"

// RuleError says which rule a record broke. A record that broke several has them
// joined.
type RuleError struct {
	Rule   string // its name
	Check  Check  // what it looks at
	Field  string // the field, with its line: FEntity[2].FQty
	Reason string // one sentence, without the record's values
	Action Action // ActionDeadLetter, or ActionStop: then the run should end here
}

// Error names rule and field.
func (e *RuleError) Error() string {
	return "mapping: rule " + e.Rule + ": " + e.Field + ": " + e.Reason
}

// RuleCount is how a rule fared since the mapper was compiled.
type RuleCount struct {
	Name    string `json:"name"`    // the rule's
	Action  Action `json:"action"`  // what a failure does
	Checked int64  `json:"checked"` // records it was asked of
	Failed  int64  `json:"failed"`  // records that broke it
	// Unwatched are the records a CheckUnique could not remember, because it holds a
	// million already: it no longer tells all that come twice.
	Unwatched int64 `json:"unwatched,omitempty"`
}

// ruleText is a rule as messages name it where it has no name.
func (r Rule) ruleText() string {
	switch {
	case r.Name != "":
		return r.Name
	case r.Field != "":
		return string(r.Check) + " " + r.Field
	}
	list, err := json.Marshal(r.Fields)
	if err != nil {
		return string(r.Check)
	}
	return string(r.Check) + " " + string(list)
}
