package sqlexpr_test

import (
	"errors"
	"iter"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

func TestMistakesCarryCodeAndPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src, code string
		offset    int
		nearest   string
	}{
		{"", sqlexpr.CodeSyntax, 0, ""},
		{"1 +", sqlexpr.CodeSyntax, 3, ""},
		{"(1", sqlexpr.CodeSyntax, 2, ""},
		{"1 2", sqlexpr.CodeSyntax, 2, ""},
		{"'abc", sqlexpr.CodeSyntax, 0, ""},
		{"a.b", sqlexpr.CodeSyntax, 1, ""},
		{"price * 2", sqlexpr.CodeSyntax, 0, ""},
		{"Math.floor(1)", sqlexpr.CodeSyntax, 4, ""},
		{"1 === 2", sqlexpr.CodeSyntax, 3, ""},
		{"1 > 2 ? 'a' : 'b'", sqlexpr.CodeSyntax, 6, ""},
		{"1 -- comment", sqlexpr.CodeSyntax, 2, ""},
		{"1 /* c */", sqlexpr.CodeSyntax, 2, ""},
		{"1 # c", sqlexpr.CodeSyntax, 2, ""},
		{"(select 1)", sqlexpr.CodeSyntax, 1, ""},
		{"@a", sqlexpr.CodeSyntax, 0, ""},
		{"1;", sqlexpr.CodeSyntax, 1, ""},
		{"1 as x", sqlexpr.CodeSyntax, 2, ""},
		{"case when 1 then 2", sqlexpr.CodeSyntax, 18, ""},
		{"1 in ()", sqlexpr.CodeSyntax, 6, ""},
		{"1 in (1) in (1)", sqlexpr.CodeSyntax, 9, ""},
		{"1 + not 0", sqlexpr.CodeSyntax, 4, ""},
		{"1 between 1 or 2", sqlexpr.CodeSyntax, 12, ""},
		{"ROUND()", sqlexpr.CodeSyntax, 0, ""},
		{"IF(1,2)", sqlexpr.CodeSyntax, 0, ""},
		{"cast(1 as varchar)", sqlexpr.CodeSyntax, 10, ""},
		{"cast(1 as decimal(70))", sqlexpr.CodeSyntax, 18, ""},
		{"date_add('2024-01-01', 1)", sqlexpr.CodeSyntax, 23, ""},
		{"'2024-01-01' + interval 1 fortnight", sqlexpr.CodeSyntax, 26, ""},
		{"{{a}", sqlexpr.CodeBraces, 0, ""},
		{"1+{{{a}}", sqlexpr.CodeBraces, 2, ""},
		{"'x{{a'", sqlexpr.CodeBraces, 2, ""},
		{"{{a}}}", sqlexpr.CodeBraces, 5, ""},
		{"'{{a}}}'", sqlexpr.CodeBraces, 6, ""},
		{"{{}}", sqlexpr.CodeSyntax, 0, ""},
		{"{{a..b}}", sqlexpr.CodeSyntax, 0, ""},
		{"{{a}}x", sqlexpr.CodeSyntax, 5, ""},
		{"{'a':1}", sqlexpr.CodeSyntax, 0, ""},
		{"sum({{a}}+1)", sqlexpr.CodeSyntax, 9, ""},
		{"sum(1)", sqlexpr.CodeSyntax, 4, ""},
		{"sum('{{a.b}}')", sqlexpr.CodeSyntax, 4, ""},
		{"1 + GROUP_CONCAT({{a}})", sqlexpr.CodeFunction, 4, ""},
		{"SUBSTRNG('a',1)", sqlexpr.CodeFunction, 0, "SUBSTRING"},
		{"ifnul(1,2)", sqlexpr.CodeFunction, 0, "IFNULL"},
		{"IIF(1,2,3)", sqlexpr.CodeFunction, 0, "IF"},
		{"'a' regexp '('", sqlexpr.CodeSyntax, 11, ""},
		{`'a' regexp '(a)\\1'`, sqlexpr.CodeSyntax, 11, ""},
		{"'a' regexp '(?=a)'", sqlexpr.CodeSyntax, 11, ""},
		{"1e400", sqlexpr.CodeSyntax, 0, ""},
		{"\xff", sqlexpr.CodeSyntax, 0, ""},
		{"'中文' ? 1", sqlexpr.CodeSyntax, 9, ""},
	} {
		_, err := sqlexpr.Compile(c.src, sqlexpr.Options{Holes: true})
		var first *sqlexpr.Error
		if assert.ErrorAs(t, err, &first, c.src) {
			assert.Equal(t, c.code, first.Code, "%s: %v", c.src, err)
			assert.Equal(t, c.offset, first.Offset, "%s: %v", c.src, err)
			assert.Equal(t, c.nearest, first.Nearest, "%s: %v", c.src, err)
		}
	}
}

func TestAllUnknownFunctionsAreReported(t *testing.T) {
	t.Parallel()
	_, err := sqlexpr.Compile("concat(foo(1), bar(ROUND()), 2) ?", sqlexpr.Options{})
	var all sqlexpr.Errors
	require.ErrorAs(t, err, &all)
	var got []int
	for _, e := range all {
		got = append(got, e.Offset)
	}
	require.Equal(t, []int{7, 15, 19, 32}, got)
	require.Len(t, strings.Split(err.Error(), "\n"), 4)
}

func TestHolesAreListedInOrder(t *testing.T) {
	t.Parallel()
	e, err := sqlexpr.Compile(`CONCAT('{{a.b|date|}}-{单据编号}', sum({{lines.x}}), {{-1}}, '{"k": 1}', '{}')`, sqlexpr.Options{Holes: true})
	require.NoError(t, err)
	require.Equal(t, []sqlexpr.Hole{
		{Ref: "a.b", Pipes: []string{"date", ""}, Offset: 8, Quoted: true},
		{Ref: "单据编号", Offset: 22, Quoted: true},
		{Ref: "lines.x", Offset: 43, Aggregate: true},
		{Ref: "-1", Offset: 57},
	}, e.Holes())
	e, err = sqlexpr.Compile(`'a{b}' `, sqlexpr.Options{})
	require.NoError(t, err, "without Holes braces are text")
	require.Empty(t, e.Holes())
}

// TestHostileTextsAreCheap bounds time and memory of what tries to use them
// up, be it refused or computed.
func TestHostileTextsAreCheap(t *testing.T) {
	nest := func(open, inner, closing string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(closing, n)
	}
	for name, src := range map[string]string{
		"parentheses":     nest("(", "1", ")", 30_000),
		"calls":           nest("ABS(", "1", ")", 13_000),
		"case":            nest("case when 1 then ", "1", " end", 3_000),
		"minus":           strings.Repeat("- ", 30_000) + "1",
		"long chain":      "1" + strings.Repeat("+1", 30_000),
		"deep but right":  "1" + strings.Repeat("+1", 3_000),
		"repeat":          "REPEAT(REPEAT(REPEAT('x',1000),1000),1000)",
		"pad":             "LPAD('x',2000000000,'y')",
		"space":           "SPACE(999999999999)",
		"replace":         "REPLACE(REPLACE(REPEAT('a',1000000),'a',REPEAT('b',1000)),'b','cc')",
		"many copies":     strings.Repeat("CONCAT(REPEAT('x',1000000),'') = 'a' or ", 1000) + "1=0",
		"many searches":   strings.Repeat("LOCATE('ab',REPEAT('a',1000000)) or ", 1000) + "1=0",
		"like":            "REPEAT('a',1000000) like CONCAT('%',REPEAT('a%',500000),'b')",
		"regexp":          "REPEAT('a',1000000) regexp '(a*)*(a*)*(a*)*b'",
		"regexp repeats":  "'a' regexp '((a{100}){100}){100}'",
		"regexp long":     "'a' regexp '" + strings.Repeat("(a|b)*", 10_000) + "'",
		"power":           "POW(1.0000001,1048575)+POW(3,0.333333)",
		"too long":        strings.Repeat(" ", 70_000) + "1",
		"unknown names":   strings.Repeat("unknown_function_with_a_long_name(1)+", 1_700) + "1",
		"many braces":     strings.Repeat("{{", 30_000),
		"looks at values": nest("ROUND(1.5,", "1", ")", 190),
		"exponents":       "1e308*10",
		"product":         "1" + strings.Repeat("*99999999999999999999", 1000),
	} {
		var before, after runtime.MemStats
		var err error
		spent := time.Hour
		for try := 0; try < 4 && spent > time.Second/2; try++ { // the machine may be busy with something else
			runtime.ReadMemStats(&before)
			start := time.Now()
			var e *sqlexpr.Expr
			if e, err = sqlexpr.Compile(src, sqlexpr.Options{}); err == nil {
				_, err = e.Eval(row{}, nil)
			}
			spent = min(spent, time.Since(start))
			runtime.ReadMemStats(&after)
		}
		t.Logf("%-16s %8v %6d KiB  %.60v", name, spent.Round(time.Microsecond), (after.TotalAlloc-before.TotalAlloc)>>10, err)
		if !raceDetector {
			assert.Less(t, spent, time.Second, name)
		}
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), name)
		if name != "deep but right" && name != "power" && name != "looks at values" {
			assert.Error(t, err, name)
		}
	}
}

func TestLimitsCanBeSet(t *testing.T) {
	t.Parallel()
	_, err := sqlexpr.Compile("((1))", sqlexpr.Options{MaxDepth: 2})
	require.ErrorContains(t, err, "nested more than 2 deep")
	_, err = sqlexpr.Compile("1+1+1", sqlexpr.Options{MaxLength: 4})
	require.ErrorContains(t, err, "more than 4")
}

func TestEvalErrorNamesThePlace(t *testing.T) {
	t.Parallel()
	e, err := sqlexpr.Compile("1 + {{a}} * 9223372036854775807", sqlexpr.Options{Holes: true})
	require.NoError(t, err)
	_, err = e.Eval(numbers{"2"}, nil)
	var failed *sqlexpr.EvalError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, sqlexpr.CodeSQL, failed.Code)
	require.Equal(t, 10, failed.Offset)

	_, err = e.Eval(everywhere{sqlexpr.TextOperand("2024-01-01")}, nil)
	require.ErrorAs(t, err, &failed)
	require.Equal(t, sqlexpr.CodeNotNumeric, failed.Code)
	require.Equal(t, 4, failed.Offset)

	lost := errors.New("no such array")
	_, err = e.Eval(broken{lost}, nil)
	require.ErrorIs(t, err, lost)
}

type broken struct{ err error }

func (b broken) Hole(int) (sqlexpr.Operand, error)          { return sqlexpr.Operand{}, b.err }
func (b broken) Span(int) (sqlexpr.Operand, error)          { return sqlexpr.Operand{}, b.err }
func (b broken) Rows(int) iter.Seq2[sqlexpr.Operand, error] { return nil }
