package mapping

import (
	"errors"
	"fmt"
	"hash/maphash"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/spell"
)

// maxUnique is how many values a CheckUnique remembers: 16 bytes each.
const maxUnique = 1_000_000

// ruleSet are the rules of a mapper, with their counts.
type ruleSet struct{ rules []*rule }

type rule struct {
	Rule
	name                       string
	fields                     []string
	min, max                   boundary
	pattern                    *regexp.Regexp
	tolerance                  duijie.Decimal
	keyFrom                    *template // of CheckUnique, where Key is one
	checked, failed, unwatched atomic.Int64

	mu   sync.Mutex
	seed maphash.Seed
	seen map[uint64]uint64 // of CheckUnique: value → record
}

// boundary is one end of a range.
type boundary struct {
	text   string
	number duijie.Decimal
	isNum  bool
}

func newBoundary(s string) boundary {
	d, err := duijie.ParseDecimal(s)
	return boundary{s, d, s != "" && err == nil}
}

// cmp compares a text with the boundary.
func (b boundary) cmp(s string) int {
	if b.isNum {
		if d, err := duijie.ParseDecimal(strings.TrimSpace(s)); err == nil {
			return d.Cmp(b.number)
		}
	}
	return strings.Compare(s, b.text)
}

// ruleMistake takes what is wrong with a rule: the member's name, a code, a sentence,
// and the nearest valid name.
type ruleMistake func(member, code, message, nearest string)

// compileRules compiles rules; mistakeAt is told what is wrong with the rule at i.
func compileRules(rules []Rule, mistakeAt func(i int) ruleMistake) *ruleSet {
	set := &ruleSet{}
	for i, r := range rules {
		set.rules = append(set.rules, compileRule(r, mistakeAt(i)))
	}
	return set
}

// The codes of mistakes in rules.
const (
	codeUnknownCheck  = "unknown_check"
	codeUnknownAction = "unknown_action"
	codeRuleMember    = "rule_member" // one that is missing, wrong, or of another check
)

func compileRule(r Rule, wrong ruleMistake) *rule {
	out := &rule{Rule: r, name: r.ruleText(), fields: r.Fields, seed: maphash.MakeSeed()}
	if out.Action == "" {
		out.Action = ActionDeadLetter
	}
	if !slices.Contains(actions, string(out.Action)) {
		wrong("action", codeUnknownAction, fmt.Sprintf("%q is none of %s", r.Action, strings.Join(actions, ", ")), spell.Nearest(string(r.Action), actions))
	}
	if !slices.Contains(checks, string(r.Check)) {
		wrong("check", codeUnknownCheck, fmt.Sprintf("%q is none of %s", r.Check, strings.Join(checks, ", ")), spell.Nearest(string(r.Check), checks))
		return out
	}
	for _, m := range r.members() {
		if m.set && !slices.Contains(ruleMembers[r.Check], m.name) {
			wrong(m.name, codeRuleMember, fmt.Sprintf("%s has no %s", r.Check, m.name), "")
		}
	}
	if r.Field != "" {
		out.fields = append([]string{r.Field}, r.Fields...)
	}
	if len(out.fields) == 0 || slices.Contains(out.fields, "") {
		wrong("field", codeRuleMember, "the field is missing", "")
	}
	out.details(wrong)
	return out
}

// ruleMembers are the members that count for each check.
var ruleMembers = map[Check][]string{
	CheckRequired: {"fields"}, CheckUnique: {"fields", "key"}, CheckEnum: {"values"}, CheckRange: {"min", "max"},
	CheckPattern: {"pattern"}, CheckCompare: {"op", "other"}, CheckSum: {"lines", "tolerance"},
}

type ruleMember struct {
	name string
	set  bool
}

func (r Rule) members() []ruleMember {
	return []ruleMember{
		{"fields", len(r.Fields) > 0}, {"values", len(r.Values) > 0}, {"min", r.Min != ""}, {"max", r.Max != ""},
		{"pattern", r.Pattern != ""}, {"op", r.Op != ""}, {"other", r.Other != ""}, {"lines", r.Lines != ""},
		{"tolerance", r.Tolerance != ""}, {"key", r.Key != ""},
	}
}

// details are what a check needs beside its field.
func (r *rule) details(wrong ruleMistake) {
	missing := func(member string, empty bool) {
		if empty {
			wrong(member, codeRuleMember, fmt.Sprintf("%s needs %s", r.Check, member), "")
		}
	}
	switch r.Check {
	case CheckUnique:
		missing("key", r.Key == "")
	case CheckEnum:
		missing("values", len(r.Values) == 0)
	case CheckRange:
		missing("min", r.Min == "" && r.Max == "")
		r.min, r.max = newBoundary(r.Min), newBoundary(r.Max)
		if r.Min != "" && r.Max != "" && r.max.cmp(r.Min) > 0 {
			wrong("max", codeRuleMember, "max is below min: nothing would pass", "")
		}
	case CheckPattern:
		missing("pattern", r.Pattern == "")
		var err error
		if len(r.Pattern) > 1000 {
			err = errors.New("it is longer than 1000 bytes")
		} else if _, err = regexp.Compile(r.Pattern); err == nil { // alone: a)|(b is none
			r.pattern, err = regexp.Compile(`\A(?:` + r.Pattern + `)\z`)
		}
		if err != nil {
			wrong("pattern", codeRuleMember, "the pattern can not be read: "+err.Error(), "")
		}
	case CheckCompare:
		missing("other", r.Other == "")
		missing("op", r.Op == "")
		ops := []string{"=", "<>", "<", "<=", ">", ">="}
		if r.Op != "" && !slices.Contains(ops, r.Op) {
			wrong("op", codeRuleMember, fmt.Sprintf("%q is none of %s", r.Op, strings.Join(ops, " ")), "")
		}
	case CheckSum:
		missing("lines", r.Lines == "")
		var err error
		if r.Tolerance != "" {
			if r.tolerance, err = duijie.ParseDecimal(r.Tolerance); err != nil || r.tolerance.Sign() < 0 {
				wrong("tolerance", codeRuleMember, fmt.Sprintf("%q is no distance", r.Tolerance), "")
			}
		}
	}
}

// check asks all rules of a record that was built. keyOf gives the key of a rule whose
// Key is a template of the record.
func (s *ruleSet) check(v Value, keyOf func(*rule) (string, error)) (notes []Note, err error) {
	if s == nil {
		return nil, nil
	}
	target := newBuilt(v)
	var broken []error
	for _, r := range s.rules {
		r.checked.Add(1)
		field, reason := r.verdict(target, keyOf)
		if reason == "" {
			continue
		}
		r.failed.Add(1)
		if r.Action == ActionNote {
			notes = append(notes, Note{Code: CodeRuleFailed, Field: field, Message: "rule " + r.name + ": " + reason})
			continue
		}
		broken = append(broken, &RuleError{Rule: r.name, Check: r.Check, Field: field, Reason: reason, Action: r.Action})
	}
	if len(broken) == 1 {
		return notes, broken[0]
	}
	return notes, errors.Join(broken...)
}

// counts are how the rules fared.
func (s *ruleSet) counts() []RuleCount {
	if s == nil {
		return nil
	}
	out := make([]RuleCount, len(s.rules))
	for i, r := range s.rules {
		out[i] = RuleCount{Name: r.name, Action: r.Action, Checked: r.checked.Load(), Failed: r.failed.Load(), Unwatched: r.unwatched.Load()}
	}
	return out
}

// verdict is the field that fails and why; no reason where the record passes.
func (r *rule) verdict(target *built, keyOf func(*rule) (string, error)) (field, reason string) {
	switch r.Check {
	case CheckUnique:
		return r.unique(target, keyOf)
	case CheckSum:
		return r.sum(target)
	}
	head := sync.OnceValue(func() Value { return target.Get(r.Other) })
	for _, f := range r.fields {
		for at, v := range spread(target, f, "") {
			if reason := r.value(head, v, at); reason != "" {
				return at.field, reason
			}
		}
	}
	return "", ""
}

// value checks one value of a field; head gives the one it is compared with, where that is
// no line's.
func (r *rule) value(head func() Value, v Value, at place) string {
	if r.Check == CheckRequired {
		if !v.IsSet() || v.Kind() == KindText && strings.TrimSpace(v.Text()) == "" {
			return "the value is missing"
		}
		return ""
	}
	if !v.IsSet() {
		return ""
	}
	switch r.Check {
	case CheckEnum:
		if !slices.Contains(r.Values, v.Text()) {
			return "the value is none of " + strings.Join(r.Values, ", ")
		}
	case CheckRange:
		if (r.min.isNum || r.Min == "") && (r.max.isNum || r.Max == "") && !newBoundary(strings.TrimSpace(v.Text())).isNum {
			return "the value is no number"
		}
		if r.Min != "" && r.min.cmp(v.Text()) < 0 {
			return "the value is below " + r.Min
		}
		if r.Max != "" && r.max.cmp(v.Text()) > 0 {
			return "the value is above " + r.Max
		}
	case CheckPattern:
		if r.pattern != nil && !r.pattern.MatchString(v.Text()) {
			return "the value does not match " + r.Pattern
		}
	case CheckCompare:
		return r.compare(head, v, at)
	}
	return ""
}

func (r *rule) compare(head func() Value, v Value, at place) string {
	var other Value
	if inner, ok := strings.CutPrefix(r.Other, at.array+"."); ok && at.array != "" {
		other = at.line.Get(inner)
	} else {
		other = head()
	}
	if !other.IsSet() {
		return ""
	}
	bound := newBoundary(strings.TrimSpace(other.Text()))
	if r.Op != "<>" && bound.isNum != newBoundary(strings.TrimSpace(v.Text())).isNum {
		return "one of the value and " + r.Other + " is no number"
	}
	c := bound.cmp(v.Text())
	holds := map[string]bool{"=": c == 0, "<>": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[r.Op]
	if holds {
		return ""
	}
	return "the value is not " + r.Op + " " + r.Other
}

// sum adds the lines up and compares with the head.
func (r *rule) sum(target *built) (field, reason string) {
	for _, f := range r.fields {
		head := target.Get(f)
		if !head.IsSet() {
			continue
		}
		want, err := head.Decimal()
		if err != nil {
			return f, "the value is no number"
		}
		var have duijie.Decimal
		for at, v := range spread(target, r.Lines, "") {
			d, err := v.Decimal()
			if err != nil {
				return at.field, "the value is no number"
			}
			have = have.Add(d)
		}
		if have.Sub(want).Abs().Cmp(r.tolerance) > 0 {
			return f, "the lines " + r.Lines + " do not add up to it"
		}
	}
	return "", ""
}

// unique remembers values of the run. Lines of one record may share a value.
func (r *rule) unique(target *built, keyOf func(*rule) (string, error)) (field, reason string) {
	lines := 1 // of the fields that are in lines
	found := make([][]Value, len(r.fields))
	for i, f := range r.fields {
		for _, v := range spread(target, f, "") {
			found[i] = append(found[i], v)
		}
		switch n := len(found[i]); {
		case n == 0:
			return "", "" // there are no lines
		case n > 1 && lines > 1 && n != lines:
			return strings.Join(r.fields, ", "), "the fields lie in lines of different arrays"
		default:
			lines = max(lines, n)
		}
	}
	record := ""
	if r.keyFrom == nil {
		record = target.Get(r.Key).Text()
	} else if key, err := keyOf(r); err == nil {
		record = key
	}
	if strings.TrimSpace(record) == "" {
		return strings.Join(r.fields, ", "), "the record has no value of " + r.Key + ", which tells it from others"
	}
	of := maphash.String(r.seed, record)
	for line := range lines {
		var b strings.Builder
		set := false
		for _, values := range found {
			v := values[min(line, len(values)-1)]
			set = set || v.IsSet()
			text := v.Text()
			b.WriteString(strconv.Itoa(len(text)) + ":" + text)
		}
		if set && !r.remember(maphash.String(r.seed, b.String()), of) {
			return strings.Join(r.fields, ", "), "another record of the run has the same value"
		}
	}
	return "", ""
}

// remember notes the record a value is of; false when it is another's already.
func (r *rule) remember(value, of uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[uint64]uint64{}
	}
	before, known := r.seen[value]
	switch {
	case known:
		return before == of
	case len(r.seen) >= maxUnique:
		r.unwatched.Add(1)
	default:
		r.seen[value] = of
	}
	return true
}

// place is where a value was found.
type place struct {
	field string // with its lines: FEntity[2].FQty
	array string // the path of the innermost array it is in
	line  Value  // the element of it
}

// built is a target with its members found once: each rule asks for some, and the target
// may be long.
type built struct {
	names  []string
	values []Value
}

func newBuilt(v Value) *built {
	b := &built{}
	for name, m := range v.Members() {
		b.names, b.values = append(b.names, name), append(b.values, m)
	}
	return b
}

// Member is [Value.Member].
func (b *built) Member(name string) Value {
	for i := len(b.names) - 1; i >= 0; i-- {
		if b.names[i] == name {
			return b.values[i]
		}
	}
	return Value{}
}

// Get is [Value.Get].
func (b *built) Get(path string) Value {
	if whole := b.Member(path); whole.kind != KindMissing {
		return whole
	}
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		return Value{}
	}
	return b.Member(head).Get(rest)
}

// spread yields the values at a path: one, or one for each element of the arrays it
// meets. A path into an empty array yields none.
func spread(target *built, path, before string) func(yield func(place, Value) bool) {
	return func(yield func(place, Value) bool) {
		spreadTo(target, path, place{field: before}, "", yield)
	}
}

func spreadTo[T interface {
	Get(path string) Value
	Member(name string) Value
}](v T, path string, at place, walked string, yield func(place, Value) bool) bool {
	if found := v.Get(path); found.IsSet() || path == "" {
		at.field += path
		return yield(at, found)
	}
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		at.field += path
		return yield(at, Value{})
	}
	part := v.Member(head)
	if part.Kind() != KindArray {
		if part.Kind() != KindObject {
			at.field += path
			return yield(at, Value{})
		}
		at.field += head + "."
		return spreadTo(part, rest, at, walked+head+".", yield)
	}
	i := 0
	for element := range part.Elements() {
		inside := place{field: fmt.Sprintf("%s%s[%d].", at.field, head, i), array: walked + head, line: element}
		if !spreadTo(element, rest, inside, walked+head+".", yield) {
			return false
		}
		i++
	}
	return true
}
