package rows

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// Logics are the words a [Test] may use.
var Logics = []string{"eq", "neq", "gt", "egt", "lt", "elt", "like", "notlike", "between", "notnull", "isnull"}

// Test is one test of a condition.
//
// Numbers compare as numbers, also where they are texts ("10" is after "9", "1.0" equals
// "1"); everything else as text, exactly. A field that is absent or null is "": it
// equals "", and is neither before nor after anything.
type Test struct {
	// Field is the path of a value: "status", "buyer.name". A path into an array,
	// "items.name", tests each line of it.
	Field string `json:"field"`
	// Logic is one of [Logics]: egt and elt are ≥ and ≤; like and notlike look for a part
	// of the text; between takes both ends; notnull is present and not "".
	Logic string `json:"logic"`
	// Value is a text, number or boolean; for between "100,500". "timestamp:" and Unix
	// seconds compares times: the record's may be Unix seconds, milliseconds or text.
	Value json.RawMessage `json:"value,omitempty"`
	// Strict: every line must pass, or the record is dropped. Else lines that fail are
	// removed, and the record is dropped when none is left.
	Strict bool `json:"strictMode,omitempty"`
}

// Condition keeps records: those that pass all tests of one group at least. Groups are
// tried in order; the first that accepts a record decides, and its tests alone remove
// lines. Make it with [CompileCondition] or [ParseCondition].
type Condition struct {
	groups [][]test
	zone   *time.Location
}

type test struct {
	Test
	low, high     string
	since, until  time.Time // of a comparison of times
	timed, ranged bool
}

// ParseCondition compiles a condition from its JSON: an array of groups, each an array
// of tests. Times without a zone are read in zone; nil is China.
func ParseCondition(definition []byte, zone *time.Location) (*Condition, error) {
	var problems Problems
	var outer []json.RawMessage
	if json.Unmarshal(definition, &outer) != nil {
		problems.add("", CodeConditionSyntax, "a condition is an array of groups, each an array of tests")
		return nil, problems
	}
	groups := make([][]Test, len(outer))
	for i, g := range outer {
		var tests []json.RawMessage
		if json.Unmarshal(g, &tests) != nil || isNull(g) {
			problems.add(fmt.Sprintf("/%d", i), CodeConditionSyntax, "a group is an array of tests; all of them must pass")
			continue
		}
		for k, raw := range tests {
			t, ok := parseTest(raw, fmt.Sprintf("/%d/%d", i, k), &problems)
			if ok {
				groups[i] = append(groups[i], t)
			}
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return CompileCondition(groups, zone)
}

func parseTest(raw json.RawMessage, path string, problems *Problems) (Test, bool) {
	if !isObject(raw) {
		problems.add(path, CodeConditionSyntax, "a test is an object with field, logic and value")
		return Test{}, false
	}
	good := true
	for _, m := range inner(raw) {
		if !slices.Contains([]string{"field", "logic", "value", "strictMode"}, m.name) {
			problems.add(path+"/"+pointer(m.name), CodeConditionSyntax, "a test has field, logic, value and strictMode, no %q", m.name)
			good = false
		}
	}
	var t Test
	if err := json.Unmarshal(raw, &t); err != nil {
		problems.add(path, CodeConditionSyntax, "a member has the wrong type: %v", err)
		return Test{}, false
	}
	return t, good
}

func pointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// CompileCondition compiles groups of tests; see [ParseCondition]. Without groups it
// keeps every record.
func CompileCondition(groups [][]Test, zone *time.Location) (*Condition, error) {
	if zone == nil {
		zone = duijie.China
	}
	c := &Condition{zone: zone}
	var problems Problems
	for i, g := range groups {
		if len(g) == 0 {
			problems.add(fmt.Sprintf("/%d", i), CodeConditionSyntax, "a group without tests would keep everything")
		}
		compiled := make([]test, len(g))
		for k, t := range g {
			compiled[k] = compileTest(t, fmt.Sprintf("/%d/%d", i, k), zone, &problems)
		}
		c.groups = append(c.groups, compiled)
	}
	return c, problems.err()
}

func compileTest(t Test, path string, zone *time.Location, problems *Problems) test {
	out := test{Test: t}
	if t.Field == "" {
		problems.add(path+"/field", CodeConditionSyntax, "the field to be tested is missing")
	}
	if !slices.Contains(Logics, t.Logic) {
		problems.add(path+"/logic", CodeConditionLogic, "%q is none of %s", t.Logic, strings.Join(Logics, ", "))
		return out
	}
	if isArray(t.Value) || isObject(t.Value) {
		problems.add(path+"/value", CodeConditionSyntax, "the value is a text, number or boolean")
		return out
	}
	switch t.Logic {
	case "notnull", "isnull":
		return out
	case "between":
		low, high, two := strings.Cut(text(t.Value), ",")
		if !two || strings.Contains(high, ",") {
			problems.add(path+"/value", CodeConditionSyntax, "between takes two values parted by a comma")
			return out
		}
		out.low, out.high, out.ranged = strings.TrimSpace(low), strings.TrimSpace(high), true
	default:
		out.low = plain(t.Value)
	}
	out.times(path, zone, problems)
	return out
}

// times recognizes values that are moments.
func (t *test) times(path string, zone *time.Location, problems *Problems) {
	low, isTime := strings.CutPrefix(t.low, "timestamp:")
	high, isTime2 := strings.CutPrefix(t.high, "timestamp:")
	if !isTime && !isTime2 {
		return
	}
	if t.Logic == "like" || t.Logic == "notlike" {
		problems.add(path+"/value", CodeConditionSyntax, "%s compares texts, not times", t.Logic)
		return
	}
	if !t.ranged {
		high = low
	}
	from, errFrom := strconv.ParseInt(low, 10, 64)
	until, errUntil := strconv.ParseInt(high, 10, 64)
	if errFrom != nil || errUntil != nil {
		problems.add(path+"/value", CodeConditionSyntax, "timestamp: is followed by Unix seconds")
		return
	}
	t.timed, t.since, t.until = true, time.Unix(from, 0).In(zone), time.Unix(until, 0).In(zone)
}

// passes tests one value.
func (t *test) passes(value json.RawMessage, zone *time.Location) bool {
	has := text(value)
	if isArray(value) || isObject(value) {
		has = string(value)
	}
	empty := isNull(value) || has == ""
	switch t.Logic {
	case "isnull":
		return empty
	case "notnull":
		return !empty
	case "like":
		return strings.Contains(has, t.low)
	case "notlike":
		return !strings.Contains(has, t.low)
	}
	low, high, known := 0, 0, !empty
	if t.timed {
		at, ok := moment(has, zone)
		low, high, known = at.Compare(t.since), at.Compare(t.until), ok
	} else {
		if !isArray(value) && !isObject(value) {
			has = plain(value)
		}
		low, high = compare(has, t.low), compare(has, t.high)
	}
	switch t.Logic {
	case "eq":
		return low == 0 && (known || !t.timed)
	case "neq":
		return low != 0 || t.timed && !known
	case "gt":
		return known && low > 0
	case "egt":
		return known && low >= 0
	case "lt":
		return known && low < 0
	case "elt":
		return known && low <= 0
	}
	return known && low >= 0 && high <= 0 // between
}

// Apply tells whether the record stays, and returns it without the lines that fail. A
// record no line is taken from comes back as it is. Error: the record is no JSON object.
func (c *Condition) Apply(record []byte) (kept []byte, keep bool, err error) {
	o, err := parseObject(record)
	if err != nil {
		return nil, false, err
	}
	if len(c.groups) == 0 {
		return record, true, nil
	}
	for _, g := range c.groups {
		pruned, accepted, changed := c.accept(o, g)
		if !accepted {
			continue
		}
		if !changed {
			return record, true, nil
		}
		kept, err := pruned.encode()
		return kept, err == nil, err
	}
	return nil, false, nil
}

// accept tries one group.
func (c *Condition) accept(o object, g []test) (pruned object, accepted, changed bool) {
	pruned = o
	for i := range g {
		t := &g[i]
		value, rest, _ := o.at(t.Field)
		if rest == "" {
			if !t.passes(value, c.zone) {
				return nil, false, false
			}
			continue
		}
		if t.Strict { // asked of all lines, also of those another test removes
			for _, line := range elements(value) {
				if !c.line(t, line, rest) {
					return nil, false, false
				}
			}
			continue
		}
		array := strings.TrimSuffix(t.Field, "."+rest)
		next, left, removed := c.prune(pruned, array, t, rest)
		if left == 0 {
			return nil, false, false
		}
		pruned, changed = next, changed || removed
	}
	return pruned, true, changed
}

// line tests one line; the rest of the path may lead into arrays of its own.
func (c *Condition) line(t *test, line json.RawMessage, rest string) bool {
	value, deeper, _ := inner(line).at(rest)
	if deeper == "" {
		return t.passes(value, c.zone)
	}
	for _, l := range elements(value) {
		if c.line(t, l, deeper) {
			return true
		}
	}
	return false
}

// prune removes the lines of the array at a path that fail, and counts what is left.
func (c *Condition) prune(o object, array string, t *test, rest string) (out object, left int, removed bool) {
	if v, ok := o.get(array); ok {
		var lines []json.RawMessage
		all := elements(v)
		for _, line := range all {
			if c.line(t, line, rest) {
				lines = append(lines, line)
			}
		}
		if len(lines) == len(all) {
			return o, len(lines), false
		}
		return o.with(array, encodeArray(lines)), len(lines), true
	}
	for head, tail, cut := strings.Cut(array, "."); cut; {
		if v, ok := o.get(head); ok && isObject(v) {
			if value, _, found := inner(v).at(tail); found && isArray(value) {
				part, left, removed := c.prune(inner(v), tail, t, rest)
				if !removed {
					return o, left, false
				}
				raw, err := part.encode()
				if err != nil {
					return o, 0, false
				}
				return o.with(head, raw), left, true
			}
		}
		var next string
		next, tail, cut = strings.Cut(tail, ".")
		head += "." + next
	}
	return o, 0, false
}
