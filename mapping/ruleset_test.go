package mapping

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func rulesOf(t *testing.T, rules ...Rule) *ruleSet {
	t.Helper()
	return compileRules(rules, func(i int) ruleMistake {
		return func(member, code, message, _ string) { t.Fatalf("rule %d: %s: %s: %s", i, member, code, message) }
	})
}

func TestRuleVerdicts(t *testing.T) {
	t.Parallel()
	const bill = `{"no":"B1","qty":"2.50","amount":"10.30","from":"2024-01-01","until":"2024-03-01","org":{"n":"100"},"empty":" ",
		"lines":[{"sku":"A","qty":1,"min":0,"amount":"10.10"},{"sku":"B","qty":"1.50","min":"2","amount":0.20}],"none":[]}`
	for _, c := range []struct {
		rule         string
		field, words string
	}{
		{`{"check":"required","field":"no"}`, "", ""},
		{`{"check":"required","fields":["no","gone"]}`, "gone", "missing"},
		{`{"check":"required","field":"empty"}`, "empty", "missing"},
		{`{"check":"required","field":"org.n"}`, "", ""},
		{`{"check":"required","field":"lines.price"}`, "lines[0].price", "missing"},
		{`{"check":"required","field":"none.price"}`, "", ""},
		{`{"check":"required","field":"lines"}`, "", ""},
		{`{"check":"enum","field":"org.n","values":["100","200"]}`, "", ""},
		{`{"check":"enum","field":"lines.sku","values":["A"]}`, "lines[1].sku", "none of A"},
		{`{"check":"enum","field":"gone","values":["A"]}`, "", ""},
		{`{"check":"range","field":"qty","min":"2.5","max":"10"}`, "", ""},
		{`{"check":"range","field":"qty","max":"2.49"}`, "qty", "above 2.49"},
		{`{"check":"range","field":"lines.qty","min":"1.2"}`, "lines[0].qty", "below 1.2"},
		{`{"check":"range","field":"from","min":"2024-01-02"}`, "from", "below"},
		{`{"check":"pattern","field":"no","pattern":"B[0-9]"}`, "", ""},
		{`{"check":"pattern","field":"no","pattern":"B"}`, "no", "does not match"},
		{`{"check":"compare","field":"from","op":"<=","other":"until"}`, "", ""},
		{`{"check":"compare","field":"from","op":">","other":"until"}`, "from", "not > until"},
		{`{"check":"compare","field":"lines.qty","op":">=","other":"lines.min"}`, "lines[1].qty", "not >= lines.min"},
		{`{"check":"compare","field":"lines.amount","op":"<","other":"amount"}`, "", ""},
		{`{"check":"compare","field":"qty","op":"=","other":"gone"}`, "", ""},
		{`{"check":"sum","field":"amount","lines":"lines.amount"}`, "", ""},
		{`{"check":"sum","field":"qty","lines":"lines.amount"}`, "qty", "do not add up"},
		{`{"check":"sum","field":"qty","lines":"lines.qty","tolerance":"0"}`, "", ""},
		{`{"check":"sum","field":"qty","lines":"lines.amount","tolerance":"7.8"}`, "", ""},
		{`{"check":"sum","field":"qty","lines":"lines.sku"}`, "lines[0].sku", "no number"},
		{`{"check":"sum","field":"qty","lines":"none.qty"}`, "qty", "do not add up"},
	} {
		var r Rule
		require.NoError(t, json.Unmarshal([]byte(c.rule), &r))
		target, err := ParseValue([]byte(bill))
		require.NoError(t, err)
		_, err = rulesOf(t, r).check(target, nil)
		if c.field == "" {
			require.NoError(t, err, c.rule)
			continue
		}
		var broken *RuleError
		require.ErrorAs(t, err, &broken, c.rule)
		require.Equal(t, c.field, broken.Field, c.rule)
		require.Contains(t, broken.Reason, c.words, c.rule)
		require.Equal(t, ActionDeadLetter, broken.Action)
	}
}

// All rules are asked and counted, whatever the first ones say; the strictest action
// can be told from the error.
func TestRuleActionsAndCounts(t *testing.T) {
	t.Parallel()
	set := rulesOf(t,
		Rule{Name: "has a", Check: CheckRequired, Field: "a", Action: ActionNote},
		Rule{Check: CheckRequired, Field: "b"},
		Rule{Name: "budget", Check: CheckRange, Field: "c", Max: "10", Action: ActionStop},
	)
	for _, in := range []string{`{"a":1,"b":1,"c":1}`, `{"b":1}`, `{"c":11}`} {
		target, err := ParseValue([]byte(in))
		require.NoError(t, err)
		notes, err := set.check(target, nil)
		switch in {
		case `{"b":1}`:
			require.NoError(t, err)
			require.Len(t, notes, 1)
			require.Equal(t, CodeRuleFailed, notes[0].Code)
			require.Contains(t, notes[0].Message, "has a")
		case `{"c":11}`:
			require.Len(t, notes, 1)
			require.ErrorContains(t, err, "rule required b: b: the value is missing")
			require.ErrorContains(t, err, "rule budget: c: the value is above 10")
			var all interface{ Unwrap() []error }
			require.ErrorAs(t, err, &all)
			var stop *RuleError
			require.ErrorAs(t, all.Unwrap()[1], &stop)
			require.Equal(t, ActionStop, stop.Action)
		default:
			require.NoError(t, err)
			require.Empty(t, notes)
		}
	}
	require.Equal(t, []RuleCount{
		{Name: "has a", Action: ActionNote, Checked: 3, Failed: 2},
		{Name: "required b", Action: ActionDeadLetter, Checked: 3, Failed: 1},
		{Name: "budget", Action: ActionStop, Checked: 3, Failed: 1},
	}, set.counts())
}

// A record that comes again is not its own double, changed or not.
func TestRuleUnique(t *testing.T) {
	t.Parallel()
	both := rulesOf(t, Rule{Check: CheckUnique, Fields: []string{"no", "shop"}, Key: "id"})
	byKey := rulesOf(t, Rule{Check: CheckUnique, Field: "no", Key: "id"})
	for _, c := range []struct {
		set  *ruleSet
		in   string
		good bool
	}{
		{both, `{"id":1,"no":"1","shop":"2"}`, true},
		{both, `{"id":1,"no":"1","shop":"2"}`, true},
		{both, `{"id":2,"no":"12","shop":""}`, true},
		{both, `{"id":3,"no":"1","shop":"2","x":1}`, false},
		{both, `{"id":4,"x":1}`, true},
		{both, `{"id":5,"x":2}`, true},
		{both, `{"no":"3","shop":"2"}`, false},
		{byKey, `{"no":"1","id":7}`, true},
		{byKey, `{"no":"1","id":7,"changed":true}`, true},
		{byKey, `{"no":"1","id":8}`, false},
		{byKey, `{"no":"2","id":" "}`, false},
	} {
		target, err := ParseValue([]byte(c.in))
		require.NoError(t, err)
		_, err = c.set.check(target, nil)
		require.Equal(t, c.good, err == nil, c.in)
	}
}

// The key may be one the target does not have.
func TestRuleUniqueByTheRecord(t *testing.T) {
	t.Parallel()
	spec := Spec{Fields: []Field{{Target: "FBillNo", Template: "{no}"}}, Rules: []Rule{{Check: CheckUnique, Field: "FBillNo", Key: "{shop}-{id}"}}}
	m, err := Compile(spec)
	require.NoError(t, err)
	for i, c := range []struct {
		in   string
		good bool
	}{{`{"no":"A","shop":1,"id":1}`, true}, {`{"no":"A","shop":1,"id":1,"changed":true}`, true}, {`{"no":"A","shop":2,"id":1}`, false}, {`{"no":"B","shop":2,"id":1}`, true}} {
		_, err := m.MapJSON(t.Context(), nil, []byte(c.in))
		require.Equal(t, c.good, err == nil, i)
	}
	spec.Rules[0].Key = "{sho"
	_, err = Compile(spec)
	var bad *SpecErrors
	require.ErrorAs(t, err, &bad)
	require.Equal(t, "/rules/0/key", bad.Errors[0].Path)
	spec.Rules[0].Key = ""
	_, err = Compile(spec)
	require.ErrorContains(t, err, "/rules/0/key: rule_member: unique needs key")
}

func TestRuleMistakes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"check":"reqired","field":"a"}`:                                           "check unknown_check required",
		`{"field":"a"}`:                                                             "check unknown_check ",
		`{"check":"required"}`:                                                      "field rule_member ",
		`{"check":"required","fields":["a",""]}`:                                    "field rule_member ",
		`{"check":"required","field":"a","min":"1"}`:                                "min rule_member ",
		`{"check":"required","field":"a","action":"notes"}`:                         "action unknown_action note",
		`{"check":"enum","field":"a"}`:                                              "values rule_member ",
		`{"check":"range","field":"a"}`:                                             "min rule_member ",
		`{"check":"range","field":"a","min":"9","max":"10.0"}`:                      "",
		`{"check":"range","field":"a","min":"11","max":"10"}`:                       "max rule_member ",
		`{"check":"pattern","field":"a","pattern":"("}`:                             "pattern rule_member ",
		`{"check":"pattern","field":"a","pattern":"a)|(b"}`:                         "pattern rule_member ",
		`{"check":"compare","field":"a","op":"==","other":"b"}`:                     "op rule_member ",
		`{"check":"sum","field":"a","lines":"b.c","tolerance":"-1"}`:                "tolerance rule_member ",
		`{"check":"sum","field":"a"}`:                                               "lines rule_member ",
		`{"check":"unique","fields":["a","b"],"key":"id","action":"stop"}`:          "",
		`{"check":"pattern","field":"a","pattern":"(((((((((a{1000}){1000}))))))"}`: "pattern rule_member ",
	} {
		var r Rule
		require.NoError(t, json.Unmarshal([]byte(in), &r), in)
		got := ""
		compileRules([]Rule{r}, func(int) ruleMistake {
			return func(member, code, _, near string) { got += fmt.Sprintf("%s %s %s", member, code, near) }
		})
		require.Equal(t, want, got, in)
	}
	var none *ruleSet
	_, err := none.check(Value{}, nil)
	require.NoError(t, err)
	require.Nil(t, none.counts())
}

// Rules of a spec are compiled with it and asked of every record.
func TestRulesOfASpec(t *testing.T) {
	t.Parallel()
	var spec Spec
	require.NoError(t, json.Unmarshal([]byte(`{"fields":[{"target":"no","template":"{no}"},{"target":"qty","template":"{qty}","type":"float"}],
		"rules":[{"check":"range","field":"qty","min":"0"},{"name":"n","check":"pattern","field":"no","pattern":"A.*","action":"note"}]}`), &spec))
	m, err := Compile(spec)
	require.NoError(t, err)
	out, err := m.MapJSON(t.Context(), nil, []byte(`{"no":"B1","qty":1.50}`))
	require.NoError(t, err)
	require.Equal(t, `{"no":"B1","qty":1.50}`, string(out.JSON))
	require.Len(t, out.Notes, 1)
	_, err = m.MapJSON(t.Context(), nil, []byte(`{"no":"A1","qty":"-1"}`))
	var broken *RuleError
	require.ErrorAs(t, err, &broken)
	require.Equal(t, "qty", broken.Field)
	require.NotContains(t, err.Error(), "-1", "errors do not show values")
	require.EqualValues(t, 1, m.RuleCounts()[0].Failed)
	spec.Rules[0].Check = "rnge"
	_, err = Compile(spec)
	require.ErrorContains(t, err, `/rules/0/check`)
	require.ErrorContains(t, err, `did you mean "range"`)
}
