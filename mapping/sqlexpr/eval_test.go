package sqlexpr_test

import (
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// outcome evaluates and gives the text, NULL or the code of the error.
func outcome(src string, o sqlexpr.Options, ops sqlexpr.Operands) string {
	e, err := sqlexpr.Compile(src, o)
	if err != nil {
		return err.Error()
	}
	v, err := e.Eval(ops, &sqlexpr.Env{Now: time.Unix(1710406800, 0), Zone: shanghai})
	switch failed, _ := err.(*sqlexpr.EvalError); { //nolint:errorlint // Eval promises the type
	case err != nil:
		return failed.Code
	case v.IsNull():
		return "NULL"
	default:
		return v.Text()
	}
}

// TestValues holds rules MySQL documents, and edges a server printed.
func TestValues(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		// exactness and scale
		"0.07*100": "7.00", "0.1+0.2": "0.3", "1.005*1000": "1005.000", "10/4": "2.5000", "100.00/3": "33.333333", "1/3*3": "1.0000",
		"10.00/3/3": "1.1111111110", "ROUND(1.005,2)": "1.01", "ROUND(-2.5)": "-3", "ROUND(2.5e0)": "2", "TRUNCATE(-1.999,2)": "-1.99", "ROUND(1234.5,-2)": "1200",
		"CEIL(-1.5)": "-1", "FLOOR(-1.5)": "-2", "-7 % 3": "-1", "7 div -2": "-3", "5.5 % 2": "1.5", "MOD(10,0)": "NULL", "1/0": "NULL", "1 div 0": "NULL",
		"0.1e0+0.2e0": "0.30000000000000004", "'12.50kg'+0": "12.5", "''+0": "0", "POW(1.06,12)": "2.0121964718355514", "SQRT(-1)": "NULL", "- -5": "5", "3--5": "8",
		"0.000000000002317 % 0.000000000014259": "0.000000000002317", "0.00000000000000000006996 % 0.000000000000000009": "0.00000000000000000006996",
		"0.0000000000000000054*55960185555088400441954605885494453755385531814759520955958606": "302185001997477362386554871781670050279081871.7997014131621764724",
		"985550394659427385995558077959797354090.0690161473629*99999999999999999999999999999":  "98555039465942738599555807794994185014347474228740731922040202645909.930983852",
		"-0.5770631379006604919859578117857184154-999999999999999999999999999999999999":        "-999999999999999999999999999999999999.577063137900660491985957811786",
		// range
		"9223372036854775807+1": "sql_error", "-9223372036854775808": "-9223372036854775808", "18446744073709551615": "18446744073709551615",
		"ABS(-9223372036854775808)": "sql_error", "1-18446744073709551615": "sql_error", "POW(10,400)": "sql_error", "IF(1,2,9223372036854775807+1)": "2",
		// choice and comparison
		"IF('0.5',1,2)": "1", "NULL = NULL": "NULL", "NULL <=> NULL": "1", "NULL and 0": "0", "NULL or 1": "1", "not NULL": "NULL", "1 xor NULL": "NULL",
		"2 in (1,NULL)": "NULL", "2 in (2,NULL)": "1", "1 between NULL and 0": "0", "'a' = 'A  '": "1", "'a' < 'B'": "1", "'é' = 'e'": "0", "'Ａ' = 'a'": "1",
		"'abc' like 'A_C'": "1", `'50%' like '50\%'`: "1", "'a|b' like 'a||b' escape '|'": "1", "'a' like 'a '": "0", "9007199254740993 = '9007199254740992'": "0",
		"CASE WHEN 0 THEN 'a' END": "NULL", "CASE 1 WHEN 1 THEN 2 ELSE 1.50 END": "2.00", "COALESCE(NULL,1,'a')": "1", "NULLIF(1,1.0)": "NULL", "ISNULL(1/0)": "1",
		"IFNULL(NULL,'x')": "x", "GREATEST(1,2.50,2)": "2.50", "LEAST('10','9')": "10", "LEAST('10','9')+0": "9", "!1 = 0": "1", "not 1 = 0": "1", "1 is not true": "0",
		// text
		"CONCAT('a',1,1.50,NULL)": "NULL", "CONCAT_WS('-','a',NULL,2)": "a-2", "LEFT('甲乙丙',2)": "甲乙", "RIGHT('甲乙丙',2)": "乙丙", "SUBSTRING('abcdef',-3,2)": "de",
		"SUBSTRING('abc',0)": "", "SUBSTRING('abc' FROM 2 FOR 1)": "b", "SUBSTRING_INDEX('a.b.c','.',-2)": "b.c", "LOCATE('b','aBc')": "2", "LOCATE('a','aba',2)": "3",
		"INSTR('定制','制')": "2", "REPLACE('aAa','a','x')": "xAx", "TRIM('  a ')": "a", "TRIM(LEADING '0' FROM '0010')": "10", "TRIM(BOTH 'xy' FROM 'xyaxy')": "a",
		"UPPER('abc中é')": "ABC中É", "LENGTH('中')": "3", "CHAR_LENGTH('😀')": "1", "LPAD('5',3,'0')": "005", "RPAD('abc',2,'x')": "ab", "LPAD('a',3,'')": "NULL",
		"REPEAT('ab',2)": "abab", "REVERSE('中a')": "a中", "SPACE(2)": "  ", "FORMAT(1234567.891,2)": "1,234,567.89", "FORMAT(-0.5,0)": "-1",
		"MD5('a')": "0cc175b9c0f1b6a831c399e269772661", "FIELD('b','a','B')": "2", "ELT(2,'a','b')": "b", "FIND_IN_SET('b','a,b')": "2", "'a' 'b'": "ab", `'it''s' "x""y"`: `it'sx"y`,
		`'\n\t\\\'\x'`: "\n\t\\'x", "'a' regexp '^[A-C]$'": "1", "'ab' rlike 'a{1,2}b'": "1", "CHAR_LENGTH(REPEAT('x',1048577))": "sql_error",
		// conversion
		"CAST('12abc' AS SIGNED)": "12", "CAST(1.5 AS SIGNED)": "2", "CAST(-1 AS UNSIGNED)": "18446744073709551615", "CAST('1.005' AS DECIMAL(5,2))": "1.01",
		"CAST(12345.6 AS DECIMAL(4,1))": "999.9", "CAST(1.50 AS CHAR)": "1.50", "CONVERT('7', SIGNED)": "7", "CAST('abcdef' AS CHAR(3))": "abc", "CAST('2024-3-5' AS DATE)": "2024-03-05",
		// regular expressions
		`'中文' regexp '^[[:alpha:]]+$'`: "1", `'中1' regexp '^\\w+$'`: "1", `'中' regexp '[^\\w]'`: "0", `'１' regexp '\\d'`: "1", `'　' regexp '^\\s$'`: "1", "'a\nb' regexp 'a.b'": "0",
		"'a\n' regexp 'a$'": "1", "'a\nb' regexp 'a$'": "0", `'ab c' regexp '\\bc'`: "1", `'中c' regexp '\\bc'`: "sql_error", "'a]' regexp '[]]'": "1", "'-' regexp '[a-]'": "1",
		// JSON
		`JSON_EXTRACT('{"a":"x"}','$.a') = 'x'`: "1", `JSON_EXTRACT('{"a":"1.50"}','$.a')+1`: "2.5", `JSON_EXTRACT('{"a":{"b":[1,"x, \\"y:"]}}','$.a')`: `{"b": [1, "x, \"y:"]}`,
		`CASE JSON_EXTRACT('{"a":"x"}','$.a') WHEN 'X' THEN 1 ELSE 2 END`: "1", `JSON_EXTRACT('{"a":"x"}','$.a') in ('x')`: "1", `JSON_EXTRACT('{"a":"x"}','$.a') in ('y','x')`: "0", `JSON_UNQUOTE(JSON_EXTRACT('{"a":"x"}','$.a')) in ('y','x')`: "1",
		`JSON_EXTRACT('{"a":{"b":[1,"x",2.50]}}','$.a.b[2]')`: "2.50", `JSON_EXTRACT('{"a":"x"}','$.a')`: `"x"`, `JSON_UNQUOTE(JSON_EXTRACT('{"a":"\\u4e2d\\n"}','$.a'))`: "中\n",
		`JSON_EXTRACT('{"a":1}','$.b')`: "NULL", `JSON_EXTRACT('{"a":1,"a":2}','$."a"')`: "2", `JSON_EXTRACT('{"a":','$.a')`: "sql_error", `JSON_EXTRACT('[1]','$[*]')`: "sql_error",
		`JSON_EXTRACT('[1, {"x": [ ]}]','$')`: `[1, {"x": []}]`, `JSON_EXTRACT('7','$[0]')`: "7", `JSON_EXTRACT(NULL,'$')`: "NULL", `JSON_UNQUOTE('a"')`: `a"`,
		// times
		"NOW()": "2024-03-14 17:00:00", "CURDATE() - INTERVAL 1 DAY": "2024-03-13", "DATE_ADD('2024-01-31', INTERVAL 1 MONTH)": "2024-02-29", "CURDATE()+0": "20240314",
		"LAST_DAY('2023-02-30')": "NULL", "DATEDIFF(NOW(),'2024-03-01')": "13", "FROM_UNIXTIME(0)": "1970-01-01 08:00:00", "UNIX_TIMESTAMP('1970-01-01 08:00:00')": "0",
		"STR_TO_DATE('2024-02-30','%Y-%m-%d')": "NULL", "CURDATE() > 'abc'": "sql_error", "CURDATE() = '2024-03-14 00:00:00'": "1", "TIMESTAMPDIFF(SQL_TSI_DAY,'2024-03-01',NOW())": "13",
		"SUBTIME('00:10:00','00:20:00')": "-00:10:00", "TIME_TO_SEC('01:00:01')": "3601", "DATE_FORMAT('2024-03-05','%e %c %W')": "5 3 Tuesday", "YEAR('x')": "NULL",
		"DATE_ADD('2024-03-14', INTERVAL '1 2:3' DAY_MINUTE)": "2024-03-15 02:03:00", "MAKEDATE(2024,60)": "2024-02-29", "IF(1,CURDATE(),NOW())": "2024-03-14 00:00:00",
	} {
		assert.Equal(t, want, outcome(src, sqlexpr.Options{}, row{}), src)
	}
}

func TestMySQLKeepsThirtyDecimals(t *testing.T) {
	t.Parallel()
	src := "0.12345678901234567890*0.1234567890123456"
	require.Equal(t, "0.015241578753238827009449866913", outcome(src, sqlexpr.Options{}, row{}))
	require.Equal(t, "0.015241578753238827009449866913427840", outcome(src, sqlexpr.Options{MariaDB: true}, row{}))
	require.Equal(t, "0", outcome("1/3 = 0.3333", sqlexpr.Options{}, row{}))
	require.Equal(t, "1", outcome("1/3 = 0.3333", sqlexpr.Options{MariaDB: true}, row{}))
}

func TestExactComparesBytes(t *testing.T) {
	t.Parallel()
	o := sqlexpr.Options{Exact: true}
	for src, want := range map[string]string{
		"'a' = 'A'": "0", "'a' = 'a '": "0", "'abc' like 'A%'": "0", "LOCATE('B','abc')": "0", "'a' regexp 'A'": "0", "CASE 'a' WHEN 'A' THEN 1 ELSE 2 END": "2",
	} {
		assert.Equal(t, want, outcome(src, o, row{}), src)
	}
}

func TestWhatHolesTake(t *testing.T) {
	t.Parallel()
	holes := sqlexpr.Options{Holes: true}
	for _, c := range []struct {
		src  string
		o    sqlexpr.Operand
		want string
	}{
		{"{{a}}", sqlexpr.NullOperand(), "NULL"},
		{"'{{a}}'", sqlexpr.NullOperand(), ""},
		{"{{a}}+0", sqlexpr.BoolOperand(true), "1"},
		{"'{{a}}'", sqlexpr.BoolOperand(true), "true"},
		{"'{{a}}'", sqlexpr.OtherOperand(`{"x":[1]}`), `{"x":[1]}`},
		{"{{a}}", sqlexpr.OtherOperand("[1]"), "not_numeric"},
		{"{{a}}", sqlexpr.TextOperand("abc"), "not_numeric"},
		{"{{a}}", sqlexpr.TextOperand(""), "not_numeric"},
		{"{{a}}", sqlexpr.TextOperand("1 or 1"), "not_numeric"},
		{"{{a}}", sqlexpr.TextOperand("0x10"), "not_numeric"},
		{"{{a}}", sqlexpr.TextOperand("1e999"), "not_numeric"},
		{"{{a}} * 1", sqlexpr.TextOperand(" 0012.50 "), "12.50"},
		{"{{a}}*10", sqlexpr.NumberOperand("1.5e1"), "150"},
		{"{{a}}", sqlexpr.NumberOperand("12345678901234567890123"), "12345678901234567890123"},
		{"3-{{a}}", sqlexpr.NumberOperand("-2"), "5"},
		{"-{{a}}", sqlexpr.NumberOperand("-2"), "2"},
		{"{{a}}000", sqlexpr.NumberOperand("17"), "17000"},
		{"{{a}}.{{a}}", sqlexpr.NumberOperand("3"), "3.3"},
		{"{{a}}000", sqlexpr.NullOperand(), "not_numeric"},
		{"'{{a}}'", sqlexpr.TextOperand(`it's {{b}} \ "x"`), `it's {{b}} \ "x"`},
		{`'{"x":{{a}},"y":{"z":"{a}"}}'`, sqlexpr.TextOperand("1"), `{"x":1,"y":{"z":"1"}}`},
		{`'{"x":{{a}}}'`, sqlexpr.TextOperand("1"), `{"x":1}`},
		{"LENGTH('{{a}}-{a}')", sqlexpr.TextOperand("中'"), "9"},
		{"IF(0,{{a}},1)", sqlexpr.TextOperand("x"), "not_numeric"},
		{"'x' regexp '^{{a}}{1}$'", sqlexpr.TextOperand("x"), "1"},
		{"'x' regexp '{{a}}'", sqlexpr.TextOperand("("), "sql_error"},
		{"ROUND(2.345,{{a}})", sqlexpr.NumberOperand("2"), "2.35"},
		{"'{{a}}' + interval 1 day", sqlexpr.TextOperand("2024-02-28"), "2024-02-29"},
	} {
		assert.Equal(t, c.want, outcome(c.src, holes, everywhere{c.o}), "%s with %v", c.src, c.o)
	}
}

func TestAggregatesReadAllRows(t *testing.T) {
	t.Parallel()
	rows := func(literals ...string) row {
		r := row{holes: []sqlexpr.Hole{{Ref: "l.x"}, {Ref: "l.x"}}, rows: map[string][]sqlexpr.Operand{}}
		for _, l := range literals {
			o := sqlexpr.TextOperand(l)
			if l == "NULL" {
				o = sqlexpr.NullOperand()
			}
			r.rows["l.x"] = append(r.rows["l.x"], o)
		}
		return r
	}
	three := rows("10", "20.50", "NULL", "-1")
	for _, c := range []struct {
		src, want string
		r         row
	}{
		{"sum({{l.x}})", "29.50", three}, {"AVG({{l.x}})", "9.833333", three}, {"max({{l.x}})", "20.50", three}, {"min({{l.x}})", "-1.00", three},
		{"count({{l.x}})", "3", three}, {"sum({{l.x}})/count({{l.x}})", "9.833333", three}, {"sum({{l.x}})*2+1", "60.00", three},
		{"sum({{l.x}})", "NULL", rows()}, {"count({{l.x}})", "0", rows()}, {"ifnull(sum({{l.x}}),0)", "0", rows("NULL")},
		{"sum({{l.x}})", "0.3", rows("0.1", "0.2")}, {"avg({{l.x}})*3", "10.0000", rows("3", "3", "4")}, {"sum({{l.x}})", "not_numeric", rows("1", "x")},
		{"sum({{l.x}})", "18446744073709551614", rows("9223372036854775807", "9223372036854775807")}, {"max({{l.x}})", "10", rows("9", "10")},
		{"sum({{l.x}})", "0.30000000000000004", rows("1e-1", "2e-1")},
	} {
		assert.Equal(t, c.want, outcome(c.src, sqlexpr.Options{Holes: true}, c.r), c.src)
	}
}

func TestSpansAreOperands(t *testing.T) {
	t.Parallel()
	src := "case _findCollection x from y where a='b _endFind when true then 'yes' else 'no' end"
	span := sqlexpr.Span{Start: 5, End: 49}
	require.Equal(t, "_endFind", src[span.End-8:span.End])
	o := sqlexpr.Options{Spans: []sqlexpr.Span{span}}
	require.Equal(t, "yes", outcome(src, o, everywhere{sqlexpr.BoolOperand(true)}))
	require.Equal(t, "no", outcome(src, o, everywhere{sqlexpr.NullOperand()}))
	o.Spans[0] = sqlexpr.Span{Start: 0, End: 2}
	require.Equal(t, "text-1", outcome("XX + 0", sqlexpr.Options{Spans: []sqlexpr.Span{{Start: 0, End: 6}}}, everywhere{sqlexpr.TextOperand("text-1")}))
	require.Equal(t, "2.50", outcome("XX*1", o, everywhere{sqlexpr.NumberOperand("2.50")}))
	require.Contains(t, outcome("1", sqlexpr.Options{Spans: []sqlexpr.Span{{Start: 0, End: 9}}}, row{}), sqlexpr.CodeSyntax)
}

func TestCompiledIsSharedBetweenGoroutines(t *testing.T) {
	t.Parallel()
	e, err := sqlexpr.Compile("CONCAT(ROUND({{a}}/{{b}},2),'{{c}}')", sqlexpr.Options{Holes: true})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for _, want := range []string{"1", "2.50", "77"} {
		wg.Go(func() {
			for range 500 {
				v, err := e.Eval(numbers{want, "1", want}, nil)
				if err != nil || v.Text()[len(v.Text())-len(want):] != want {
					t.Errorf("%s: %s %v", want, v.Text(), err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestNoOperands(t *testing.T) {
	t.Parallel()
	holes := sqlexpr.Options{Holes: true}
	require.Equal(t, "3", outcome("1+2", holes, nil))
	require.Equal(t, "sql_error", outcome("{{a}}", holes, nil))
	require.Equal(t, "NULL", outcome("sum({{l.x}})", holes, nil))
	require.Equal(t, "0", outcome("count({{l.x}})", holes, numbers{}))
}

// TestMariaDB holds edges MariaDB 10.11 printed, some of them not MySQL's.
func TestMariaDB(t *testing.T) {
	t.Parallel()
	for src, want := range map[string][2]string{ // MySQL, MariaDB
		"ROUND(-(1-5),2)": {"4.00", "4.00"}, "ROUND(-(5-1),2)": {"-4", "-4"}, "ROUND(- -5,2)": {"5", "5"}, "ABS(CAST(1 AS UNSIGNED))-5": {"sql_error", "sql_error"},
		"LOCATE('','中文',3)": {"7", "7"}, "LOCATE('','中文',4)": {"0", "0"}, "ROUND(ROUND(LENGTH('abc'),-1),1)": {"0", "0"},
		"CURDATE() > 'x'": {"sql_error", "1"}, "CURTIME() < 'x'": {"sql_error", "0"}, "CURDATE() > 1.5": {"sql_error", "1"}, "LEAST(CURDATE(),'x')": {"sql_error", "sql_error"},
		"1 = CAST('.5' AS CHAR)": {"0", "1"}, "5/-4./18446744073709551616 between '' and 5": {"1", "1"}, "648.53 not between .03 and NOW()": {"sql_error", "1"},
		"UNIX_TIMESTAMP('2038-01-19 11:14:08')": {"2147483648", "NULL"}, "FROM_UNIXTIME(4e9)": {"2096-10-02 15:06:40", "NULL"},
		"FROM_UNIXTIME(1e9)-SUBDATE('24-3-5',1)": {"20010888854336", "20010888854336"}, "ROUND(TIME('-10:11:12.567'),1)": {"-101112.6", "-10:11:12.6"},
		"FLOOR(TIME('-10:11:12.5'))": {"-101113", "-10:11:13"}, "CEILING(CAST('9999-12-31 23:59:59.9' AS DATETIME(1)))": {"99991231235960", "9999-12-31 23:59:59"},
		"LEAST(NOW(),'2034-03-15 00:00:00.5')": {"2024-03-14 17:00:00", "2024-03-14 17:00:00.0"}, "97961954645525445595619511180068151055 % CURDATE()": {"4172047", "15746893"},
		"ROUND(COALESCE(NULL,18446744073709551615),1)": {"18446744073709551615", "18446744073709551615.0"}, "TIME_FORMAT(TIME('20240314'),'%f')": {"000000", "000000"},
	} {
		assert.Equal(t, want[0], outcome(src, sqlexpr.Options{}, row{}), src)
		assert.Equal(t, want[1], outcome(src, sqlexpr.Options{MariaDB: true}, row{}), src)
	}
	_, err := compiled(t, "CURDATE() > 1.5").Eval(nil, nil)
	require.ErrorContains(t, err, `"1.5" compared with a date is none`)
}

func compiled(t *testing.T, src string) *sqlexpr.Expr {
	t.Helper()
	e, err := sqlexpr.Compile(src, sqlexpr.Options{})
	require.NoError(t, err)
	return e
}

// What a value was before must not show in what it is now, be it of the last row or record.
func TestNothingStaysOfTheLastRow(t *testing.T) {
	t.Parallel()
	e, err := sqlexpr.Compile("CAST(AVG({{l.x}}) AS SIGNED)", sqlexpr.Options{Holes: true})
	require.NoError(t, err)
	for range 2 {
		for _, c := range []struct {
			rows list
			want string
		}{
			{list{sqlexpr.NumberOperand("4"), sqlexpr.NumberOperand("18446744073709551615")}, "9223372036854775807"},
			{list{sqlexpr.NumberOperand("-8"), sqlexpr.NumberOperand("-18446744073709551600"), sqlexpr.NumberOperand("18446744073709551615")}, "2"},
			{list{sqlexpr.NumberOperand("1.5")}, "2"},
		} {
			got, err := e.Eval(c.rows, nil)
			require.NoError(t, err)
			require.Equal(t, c.want, got.Text())
		}
	}
}

// list is operands by their number.
type list []sqlexpr.Operand

func (l list) Hole(i int) (sqlexpr.Operand, error) { return l[i], nil }
func (l list) Span(i int) (sqlexpr.Operand, error) { return l[i], nil }

func (l list) Rows(int) iter.Seq2[sqlexpr.Operand, error] {
	return func(yield func(sqlexpr.Operand, error) bool) {
		for _, o := range l {
			if !yield(o, nil) {
				return
			}
		}
	}
}
