package sqlexpr_test

import (
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// everywhere answers every hole with the same value.
type everywhere struct{ o sqlexpr.Operand }

func (e everywhere) Hole(int) (sqlexpr.Operand, error) { return e.o, nil }
func (e everywhere) Span(int) (sqlexpr.Operand, error) { return e.o, nil }
func (e everywhere) Rows(int) iter.Seq2[sqlexpr.Operand, error] {
	return func(yield func(sqlexpr.Operand, error) bool) {
		for range 3 {
			if !yield(e.o, nil) {
				return
			}
		}
	}
}

// checkCompile holds what is true of every text: mistakes lie inside it, and
// so do holes.
func checkCompile(t *testing.T, src string, o sqlexpr.Options) *sqlexpr.Expr {
	t.Helper()
	e, err := sqlexpr.Compile(src, o)
	if err != nil {
		var all sqlexpr.Errors
		if !errors.As(err, &all) || len(all) == 0 {
			t.Fatalf("%q: the error is no Errors: %v", src, err)
		}
		for _, x := range all {
			if x.Offset < 0 || x.Offset > len(src) || x.Code == "" || x.Message == "" {
				t.Fatalf("%q: %+v", src, x)
			}
		}
		return nil
	}
	for _, h := range e.Holes() {
		if h.Ref == "" || h.Offset < 0 || h.Offset >= len(src) || src[h.Offset] != '{' {
			t.Fatalf("%q: hole %+v", src, h)
		}
	}
	return e
}

func checkEval(t *testing.T, e *sqlexpr.Expr, o sqlexpr.Operand) {
	t.Helper()
	env := &sqlexpr.Env{Now: time.Unix(1710406800, 0), UUID: func() string { return "u" }, Rand: func() float64 { return 0.5 }}
	v, err := e.Eval(everywhere{o}, env)
	var failed *sqlexpr.EvalError
	switch {
	case err != nil && (!errors.As(err, &failed) || failed.Offset < 0 || failed.Offset > len(e.String())):
		t.Fatalf("%s: %v", e, err)
	case err == nil && v.IsNull() != (v.Kind() == sqlexpr.Null), v.IsNull() && v.Text() != "":
		t.Fatalf("%s: %v %q", e, v.Kind(), v.Text())
	}
	again, err2 := e.Eval(everywhere{o}, env)
	if (err == nil) != (err2 == nil) || again != v {
		t.Fatalf("%s: first %q %v, then %q %v", e, v.Text(), err, again.Text(), err2)
	}
}

var fuzzSeeds = []string{
	"", "(", "{{a}}", "{a}", "{{{a}}", "'{{a|datetime}}'", "1 ? 2 : 3", "a === b", "Math.floor(1)", "1--1", "1 -- x", "case when'x' =''then 1 end",
	"sum({{l.x}})/count({{l}})", "avg({{l.x}})*2", "date_add('{{a}}', interval 1 day)", "trim(both 'x' from '{{a}}')", "cast({{a}} as decimal(65,30))",
	"'a' regexp '^a{2,3}$'", "{{a}}000", "'\\", "REPEAT('x',{{a}})", "{{a}}/{{a}}/{{a}}*{{a}}", "LPAD('{{a}}',{{a}},'{{a}}')", "SUBSTR('{{a}}' FROM {{a}})",
	"FORMAT({{a}},{{a}})", "STR_TO_DATE('{{a}}','%Y-%m-%d %H:%i:%s.%f')", "FROM_UNIXTIME({{a}})", "POW({{a}},{{a}})", "'{{a}}'+interval '{{a}}' day_second",
	"ROUND({{a}},{{a}})", "-{{a}}", "{{a}} in (1,'{{a}}',null)", "'{{a}}' like '{{a}}' escape '|'", "convert('{{a}}' using utf8mb4)",
	"TIMESTAMPDIFF(MONTH,'{{a}}',NOW())", "json_extract('{{a}}','$.a[0]')", "GREATEST({{a}},'{{a}}',NOW())", "ELT({{a}},{{a}})", "SEC_TO_TIME({{a}})",
}

func FuzzCompile(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Value)
	}
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		checkCompile(t, src, sqlexpr.Options{})
		if e := checkCompile(t, src, sqlexpr.Options{Holes: true}); e != nil {
			checkEval(t, e, sqlexpr.NumberOperand("1.50"))
		}
	})
}

func FuzzEval(f *testing.F) {
	operands := []string{"0", "-1.50", "9223372036854775807", "1e400", "", "2024-02-29 23:59:59.5", "中文'\\", "99999999999999999999.999999999"}
	for i, s := range fuzzSeeds {
		f.Add(s, operands[i%len(operands)], byte(i))
	}
	f.Fuzz(func(t *testing.T, src, operand string, kind byte) {
		e := checkCompile(t, src, sqlexpr.Options{Holes: true, Exact: kind&8 != 0, MariaDB: kind&16 != 0})
		if e == nil {
			return
		}
		switch kind & 7 {
		case 0:
			checkEval(t, e, sqlexpr.NullOperand())
		case 1:
			checkEval(t, e, sqlexpr.TextOperand(operand))
		case 2:
			checkEval(t, e, sqlexpr.BoolOperand(len(operand)%2 == 0))
		case 3:
			checkEval(t, e, sqlexpr.OtherOperand(operand))
		default:
			checkEval(t, e, sqlexpr.NumberOperand(operand))
		}
	})
}
