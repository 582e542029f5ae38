package rows_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping/rows"
)

// A record without a key does not get one from its line numbers: all such records would share
// "-1" and count as one.
func TestFlattenMakesNoKeyOfNothing(t *testing.T) {
	t.Parallel()
	f := rows.Flattening{Arrays: []string{"l"}, Key: "no"}
	for record, want := range map[string]string{
		`{"no":null,"l":[{"a":1}]}`:  `{"no":null,"l_a":1}`,
		`{"no":"","l":[{"a":1}]}`:    `{"no":"","l_a":1}`,
		`{"no":[7],"l":[{"a":1}]}`:   `{"no":[7],"l_a":1}`,
		`{"l":[{"a":1}]}`:            `{"l_a":1}`,
		`{"no":0,"l":[{"a":1}]}`:     `{"no":"0-1","l_a":1}`,
		`{"no":1.50,"l":[{"a":-0}]}`: `{"no":"1.50-1","l_a":-0}`,
	} {
		flat, err := f.Flatten([]byte(record))
		require.NoError(t, err)
		require.Len(t, flat, 1)
		require.Equal(t, want, string(flat[0].Record))
		require.Equal(t, "-1", flat[0].Suffix)
	}
}

// JSON numbers are numbers however they are written; texts that look like exponents are codes.
func TestNumbersCompareAsNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		record, test string
		keep         bool
	}{
		{`{"a":1e2}`, `{"field":"a","logic":"eq","value":"100"}`, true},
		{`{"a":1E+2}`, `{"field":"a","logic":"gt","value":"99"}`, true},
		{`{"a":5e-1}`, `{"field":"a","logic":"lt","value":1}`, true},
		{`{"a":100}`, `{"field":"a","logic":"eq","value":1e2}`, true},
		{`{"a":"1e2"}`, `{"field":"a","logic":"eq","value":"100"}`, false},
		{`{"a":-0}`, `{"field":"a","logic":"eq","value":"0"}`, true},
		{`{"a":"-7.5"}`, `{"field":"a","logic":"between","value":" -10 , -5 "}`, true},
		{`{"a":-4.99}`, `{"field":"a","logic":"between","value":"-10,-5"}`, false},
		{`{"a":"20240314"}`, `{"field":"a","logic":"gt","value":"timestamp:86400"}`, false},
		{`{"l":[{"q":1e1},{"q":9}]}`, `{"field":"l.q","logic":"egt","value":"10","strictMode":true}`, false},
	} {
		cond, err := rows.ParseCondition([]byte(`[[`+c.test+`]]`), nil)
		require.NoError(t, err, c.test)
		kept, keep, err := cond.Apply([]byte(c.record))
		require.NoError(t, err)
		require.Equal(t, c.keep, keep, "%s with %s", c.record, c.test)
		if keep {
			require.Equal(t, c.record, string(kept))
		}
	}
	g := rows.Grouping{Header: []string{"h"}, Body: []string{"b"}, BodyName: "l", Calculate: map[string]string{"lo": "$min", "hi": "$max", "s": "$sum"}}
	bills, err := g.Group([][]byte{
		[]byte(`{"h":1,"lo":"","hi":99,"s":-0}`), []byte(`{"h":1,"lo":"10","hi":1e2,"s":1e2}`), []byte(`{"h":1,"lo":9,"hi":"","s":"0.5"}`),
	})
	require.NoError(t, err)
	require.Equal(t, `{"h":1,"l":[{"lo":9,"hi":1e2,"s":"100.5"}]}`, string(bills[0].Record))
	_, err = g.Group([][]byte{[]byte(`{"h":1,"lo":{"a":1}}`), []byte(`{"h":1,"lo":2}`)})
	require.Error(t, err, "an object has no place in an order")
	d, err := rows.CompileDerive([]rows.Derivation{{Old: "t", New: "d", Format: "date"}}, nil)
	require.NoError(t, err)
	for _, digits := range []string{`"20240314"`, `20240314160000`} {
		_, err = d.Apply([]byte(`{"t":` + digits + `}`))
		require.Error(t, err, "%s is no time of 1970 or 2611", digits)
	}
}

// A large head and many lines make no gigabytes of rows.
func TestRowsAreBounded(t *testing.T) {
	t.Parallel()
	record := []byte(`{"no":"1","text":"` + strings.Repeat("x", 1<<20) + `","l":[` + strings.Repeat(`{"a":1},`, 4000) + `{"a":1}]}`)
	_, err := rows.Flattening{Arrays: []string{"l"}, Key: "no"}.Flatten(record)
	require.ErrorContains(t, err, "flatten: the rows would hold more than")
	_, err = rows.Split(record, "l")
	require.ErrorContains(t, err, "split: the records would hold more than")
	many := []byte(`{"no":"1","l":[` + strings.Repeat(`{"a":1,"b":2},`, 20_000) + `{"a":1}]}`)
	flat, err := rows.Flattening{Arrays: []string{"l"}, Key: "no"}.Flatten(many)
	require.NoError(t, err)
	require.Len(t, flat, 20_001)
}
