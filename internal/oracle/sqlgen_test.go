package oracle

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// sqlCase is one generated expression: as a scheme writes it, with holes, and
// as the server gets it, with the values in their places.
type sqlCase struct {
	seed     uint64
	src, sql string
	values   []sqlexpr.Operand
	times    bool // with dates and times
}

func (c *sqlCase) Hole(i int) (sqlexpr.Operand, error) { return c.values[i], nil }
func (c *sqlCase) Span(i int) (sqlexpr.Operand, error) { return c.values[i], nil }
func (c *sqlCase) Rows(int) iter.Seq2[sqlexpr.Operand, error] {
	return func(func(sqlexpr.Operand, error) bool) {}
}

// sqlGen writes one expression twice. Every choice comes from the seed.
type sqlGen struct {
	r        *rand.Rand
	src, sql strings.Builder
	values   []sqlexpr.Operand
	times    bool // dates and times too
	wild     bool // the edges too
}

func generateSQL(seed uint64) *sqlCase {
	g := &sqlGen{r: rand.New(rand.NewPCG(seed, 0x5eed))}
	g.times, g.wild = g.r.IntN(2) == 0, g.r.IntN(3) == 0
	kinds := []int{anyKind, anyKind, numKind, textKind, boolKind}
	if g.times {
		kinds = append(kinds, timeKind, timeKind)
	}
	g.expr(g.pick(kinds...), 1+g.r.IntN(4))
	return &sqlCase{seed: seed, src: g.src.String(), sql: g.sql.String(), values: g.values, times: g.times}
}

// kinds of expressions the generator aims at.
const (
	anyKind = iota
	numKind
	textKind
	boolKind
	timeKind
	spanKind
)

func (g *sqlGen) pick(of ...int) int { return of[g.r.IntN(len(of))] }

func (g *sqlGen) one(of ...string) string { return of[g.r.IntN(len(of))] }

func (g *sqlGen) emit(s string) {
	g.src.WriteString(s)
	g.sql.WriteString(s)
}

// form writes a pattern in which N T B D A stand for operands of a kind (in
// braces: {N}).
func (g *sqlGen) form(depth int, pattern string) {
	for pattern != "" {
		i := strings.IndexByte(pattern, '{')
		if i < 0 {
			g.emit(pattern)
			return
		}
		g.emit(pattern[:i])
		word, rest, _ := strings.Cut(pattern[i+1:], "}")
		pattern = rest
		switch word {
		case "N":
			g.expr(numKind, depth-1)
		case "T":
			g.expr(textKind, depth-1)
		case "B":
			g.expr(boolKind, depth-1)
		case "D":
			g.expr(timeKind, depth-1)
		case "A":
			g.expr(anyKind, depth-1)
		case "i":
			g.emit(g.one("0", "1", "2", "3", "4", "-1", "-2", "5", "10", "30", "NULL", "2.5", "'2'"))
		case "n":
			g.number()
		case "t":
			g.text()
		case "d":
			g.date()
		case "s":
			g.span()
		case "S":
			g.expr(spanKind, depth-1)
		case "p":
			g.emit(g.one("'1 10:30' DAY_MINUTE", "'1:30' MINUTE_SECOND", "'1-2' YEAR_MONTH", "1.5 SECOND", "'-1 1:1:1' DAY_SECOND", "'1.5' DAY_HOUR", "1.7 DAY", "'x' DAY"))
		case "u":
			g.emit(g.one("1710403200", "1710403200.5", "0", "1e9", "1710403200123", "1710403200/7", "'1710403200'", "-1", "86399.999999"))
		case "f":
			g.emit(g.one("%Y-%m-%d", "%Y-%m-%d %H:%i:%s", "%Y%m%d", "%T", "%y/%c/%e %k:%i", "%W %M %j", "%a %b %D", "%h:%i %p", "%H:%i:%s.%f",
				"%U %u %w", "%V %v %X %x", "%%x%q", "%r", "%d", "%H"))
		case "x":
			g.emit(g.one("'2024-03-14','%Y-%m-%d'", "'2024-03-14 16:00:01','%Y-%m-%d %H:%i:%s'", "'24/3/14 9:05','%y/%c/%e %H:%i'", "'14 Mar 2024','%d %b %Y'",
				"'March 14 2024','%M %e %Y'", "'20240314','%Y-%m-%d'", "'x','%Y'", "'2024-03-14 04:05 PM','%Y-%m-%d %h:%i %p'", "'2024-03-14 1.5','%Y-%m-%d %s.%f'"))
		case "U":
			g.emit(g.one("DAY", "HOUR", "MINUTE", "SECOND", "MONTH", "YEAR", "WEEK", "QUARTER", "MICROSECOND", "day", "DAY_SECOND", "DAY_HOUR",
				"MINUTE_SECOND", "YEAR_MONTH", "HOUR_MINUTE", "SECOND_MICROSECOND", "DAY_MICROSECOND"))
		case "V":
			g.emit(g.one("DAY", "HOUR", "MINUTE", "SECOND", "MONTH", "YEAR", "WEEK", "QUARTER", "MICROSECOND"))
		default:
			if !g.wildWord(word) {
				panic(word)
			}
		}
	}
}

func (g *sqlGen) expr(kind, depth int) {
	if kind < timeKind && g.r.IntN(25) == 0 { // any type may stand anywhere
		kind = anyKind
	}
	if kind == anyKind {
		kind = g.pick(numKind, numKind, textKind, textKind, boolKind)
		if g.times && g.r.IntN(4) == 0 {
			kind = timeKind
		}
	}
	if depth <= 0 {
		g.leaf(kind)
		return
	}
	if form := g.wildForm(kind); form != "" {
		g.form(depth, form)
		return
	}
	if g.r.IntN(8) == 0 {
		g.choice(kind, depth)
		return
	}
	if g.times && kind < timeKind && g.r.IntN(6) == 0 {
		switch kind {
		case numKind:
			g.form(depth, g.one(timeNumbers...))
		case textKind:
			g.form(depth, g.one(timeTexts...))
		default:
			g.form(depth, g.one(timeBools...))
		}
		return
	}
	switch kind {
	case numKind:
		g.form(depth, g.one(numForms...))
	case textKind:
		g.form(depth, g.one(textForms...))
	case boolKind:
		g.form(depth, g.one(boolForms...))
	case timeKind:
		g.form(depth, g.one(timeForms...))
	default:
		g.form(depth, g.one(spanForms...))
	}
}

func (g *sqlGen) choice(kind, depth int) {
	x := [...]string{numKind: "{N}", textKind: "{T}", boolKind: "{B}", timeKind: "{D}", spanKind: "{S}"}[kind]
	if kind >= timeKind {
		g.form(depth, strings.ReplaceAll(g.one("IF({B},X,X)", "IFNULL(X,X)", "COALESCE(NULL,X)", "case when {B} then X else X end", "(X)"), "X", x))
		return
	}
	g.form(depth, strings.ReplaceAll(g.one(
		"IF({B},X,X)", "IFNULL(X,X)", "COALESCE(X,X,X)", "NULLIF(X,X)", "case when {B} then X else X end",
		"CASE X WHEN X THEN X WHEN X THEN X ELSE X END", "case {A} when {A} then X when {A} then {A} end",
		"IF({B},{A},X)", "(X)", "COALESCE(NULL,X,{A})", "GREATEST(X,X)", "LEAST(X,X,X)", "LEAST(X,{A})", "GREATEST({A},X)",
	), "X", x))
}

var numForms = []string{
	"({N} + {N})", "({N} - {N})", "({N} * {N})", "({N} / {N})", "({N} / {N})", "({N} DIV {N})", "({N} % {N})", "({N} mod {N})",
	"{n}+{n}", "{n}*{n}", "{n}/{n}*{n}", "{n}/{n}/{n}", "{n}-{n}", "{n} * ({n} / {n})", "-{N}", "- {n}", "+{N}",
	"ROUND({N},{i})", "ROUND({N})", "TRUNCATE({N},{i})", "ROUND({n},{i})", "ROUND({N}/{N},{i})", "CEIL({N})", "FLOOR({N})", "CEILING({n})",
	"ABS({N})", "SIGN({N})", "MOD({N},{N})", "SQRT(ABS({n}))", "POW({n},{i})", "GREATEST({N},{N})", "LEAST({N},{N},{N})",
	"LENGTH({T})", "CHAR_LENGTH({T})", "LOCATE({T},{T})", "LOCATE({T},{T},{i})", "INSTR({T},{T})", "FIELD({A},{A},{A})",
	"FIELD({T},{T},{T},{T})", "FIND_IN_SET({T},{T})", "FIND_IN_SET('b','a,B,c')", "CAST({A} AS SIGNED)", "CAST({A} AS UNSIGNED)",
	"CAST({A} AS DECIMAL(10,2))", "CAST({A} AS DECIMAL)", "CONVERT({A}, DECIMAL(20,6))", "CAST({A} AS DOUBLE)", "CONVERT({T}, SIGNED)",
	"({T} + {N})", "({T} * {T})", "{B}", "ISNULL({A})", "CAST({N} AS DECIMAL(65,30))",
}

var textForms = []string{
	"CONCAT({A},{A})", "CONCAT({T},{N},{T})", "CONCAT_WS({t},{A},{A},{A})", "LEFT({A},{i})", "RIGHT({T},{i})", "SUBSTRING({T},{i})",
	"SUBSTRING({T},{i},{i})", "SUBSTR({T} FROM {i})", "MID({T},{i},{i})", "SUBSTRING_INDEX({T},{t},{i})", "SUBSTRING_INDEX({T},',',{i})", "REPLACE({T},{t},{t})",
	"REPLACE({T},'a',{t})", "TRIM({T})", "LTRIM({T})", "RTRIM({T})", "TRIM(BOTH {t} FROM {T})", "TRIM(LEADING {t} FROM {T})",
	"TRIM(TRAILING '0' FROM {A})", "UPPER({T})", "LCASE({T})", "LPAD({A},{i},{t})", "RPAD({T},{i},{t})", "REPEAT({T},{i})", "SPACE({i})",
	"REVERSE({T})", "FORMAT({N},{i})", "FORMAT({n},{i})", "MD5({T})", "ELT({i},{A},{T},{N})", "CAST({A} AS CHAR)", "CAST({T} AS CHAR(3))",
	"CONCAT({n},'')", "{t}", "REVERSE({N})", "UPPER({t})",
}

var boolForms = []string{
	"({A} = {A})", "({N} = {N})", "({T} = {T})", "({N} < {N})", "({T} < {T})", "({A} >= {A})", "({N} <=> {N})", "({A} <> {A})", "({T} != {T})",
	"({N} > {T})", "({B} and {B})", "({B} OR {B})", "({B} xor {B})", "not {B}", "(not {N} > 0)", "!{B}", "({B} && {B})", "({B} || {B})",
	"({N} in ({N},{N}))", "({T} in ({T},{T},{T}))", "({A} not in ({A},{A}))", "({N} between {N} and {N})", "({T} between {T} and {T})", "({A} not between {A} and {A})",
	"({T} like {t})", "({T} like '%a%')", "({T} not like 'A_%')", "({T} like CONCAT('%',{t}))", "({T} like 'a|%%' escape '|')",
	"({A} is null)", "({A} is not null)", "({B} is true)", "({N} is not false)", "({T} regexp '^[a-c0-9]+')", "({T} rlike 'b|9')",
	"true", "FALSE", "({n} = {t})", "({N} = {N} = {B})",
}

var timeForms = []string{
	"{d}", "{d}", "NOW()", "CURDATE()", "NOW(2)", "CURRENT_DATE", "FROM_UNIXTIME({u})", "DATE({D})", "LAST_DAY({D})", "MAKEDATE(2024,{i})",
	"DATE_ADD({D}, INTERVAL {i} {U})", "DATE_SUB({D}, INTERVAL {i} {U})", "({D} + INTERVAL {i} {U})", "({D} - INTERVAL '2' {U})", "ADDDATE({D},{i})",
	"SUBDATE({D}, INTERVAL {n} DAY)", "ADDTIME(CAST({D} AS DATETIME(1)),{s})", "SUBTIME('2024-03-14 16:00:00','00:30:01')",
	"ADDTIME(DATE({D}),{s})", "SUBTIME('2024-03-14 16:00:00.25',{s})", "SUBTIME(FROM_UNIXTIME({u}),{s})", "TIMESTAMPADD({V},{i},{D})",
	"STR_TO_DATE({x})", "STR_TO_DATE('20240314','%Y%m%d')", "CAST({D} AS DATE)", "CAST({D} AS DATETIME)", "CAST({D} AS DATETIME(3))",
	"CAST(TIME({s}) AS DATETIME)", "DATE_ADD({D}, INTERVAL {p})",
}

var spanForms = []string{
	"{s}", "CURTIME()", "TIME({D})", "TIME({s})", "SEC_TO_TIME({i})", "SEC_TO_TIME(3661.25)", "TIMEDIFF({S},{S})", "CAST({D} AS TIME)", "CAST({s} AS TIME(2))",
	"ADDTIME(CURTIME(),{s})", "TIMEDIFF(NOW(),DATE_SUB(NOW(), INTERVAL {i} HOUR))", "DATE_ADD(CURTIME(), INTERVAL {i} MINUTE)",
}

var timeNumbers = []string{
	"UNIX_TIMESTAMP()", "UNIX_TIMESTAMP({D})", "YEAR({D})", "MONTH({D})", "DAY({D})", "DAYOFMONTH({D})", "DAYOFYEAR({D})", "HOUR({S})", "MINUTE({D})",
	"SECOND({S})", "WEEKDAY({D})", "DAYOFWEEK({D})", "WEEK({D})", "WEEK({D},{i})", "QUARTER({D})", "DATEDIFF({D},{D})", "TIMESTAMPDIFF({V},{D},{D})",
	"TIME_TO_SEC({S})", "({D} + 0)", "({D} - {D})", "(NOW() / {N})", "ABS({D})", "(CURTIME() + 1)", "TIMESTAMPDIFF({V},{D},NOW())",
}

var timeTexts = []string{
	"DATE_FORMAT({D},'{f}')", "DATE_FORMAT({D},'{f}')", "TIME_FORMAT({S},'{f}')", "CONCAT({D})", "LEFT({D},7)", "FROM_UNIXTIME({u},'{f}')", "CONCAT({S},'')",
}

var timeBools = []string{
	"({D} = {D})", "({D} < {D})", "({D} between {D} and {D})", "({D} in ({D},{D}))", "(CURDATE() >= {d})", "(NOW() > {d})", "(CURTIME() < {s})",
	"(DATE({d}) = {d})", "({D} is null)",
}

func (g *sqlGen) leaf(kind int) {
	switch {
	case g.r.IntN(20) == 0:
		g.emit("NULL")
	case kind == numKind:
		g.number()
	case kind == textKind:
		g.text()
	case kind == boolKind:
		g.emit(g.one("true", "false", "1", "0", "1=1"))
	case kind == spanKind:
		g.span()
	default:
		g.date()
	}
}

// hole writes a value as a hole, or in its place.
func (g *sqlGen) hole(o sqlexpr.Operand, quoted bool, text string) {
	if quoted {
		g.src.WriteString("'{{f}}'")
	} else {
		g.src.WriteString(g.one("{{f}}", "{f}"))
	}
	g.sql.WriteString(text)
	g.values = append(g.values, o)
}

func (g *sqlGen) number() {
	n := g.numberLiteral()
	switch g.r.IntN(6) {
	case 0:
		g.emit("(" + n + ")")
	case 1, 2:
		g.hole(sqlexpr.NumberOperand(n), false, n)
	case 3:
		g.hole(sqlexpr.TextOperand(n), false, n)
	default:
		// A sign must not meet another one: -- begins a comment.
		if n[0] == '-' {
			n = " " + n
		}
		g.emit(n)
	}
}

func (g *sqlGen) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "00559123456789"[g.r.IntN(14)]
	}
	return string(b)
}

func (g *sqlGen) numberLiteral() string {
	sign := ""
	if g.r.IntN(4) == 0 {
		sign = "-"
	}
	switch g.r.IntN(16) {
	case 0, 1, 2, 3:
		return sign + fmt.Sprint(g.r.IntN(12))
	case 4:
		return sign + fmt.Sprint(g.r.IntN(1000000))
	case 5:
		return g.one("9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615",
			"18446744073709551616", "9223372036854775806", "1000000000", "999999999", "0.000000001", "99999999999999999999.99")
	case 6:
		return sign + g.digits(1+g.r.IntN(40))
	case 7:
		return sign + "0" + g.digits(1+g.r.IntN(5)) + "." + g.digits(1+g.r.IntN(6))
	case 8:
		return sign + g.digits(1+g.r.IntN(20)) + "." + g.digits(1+g.r.IntN(30))
	case 9:
		return sign + g.one("."+g.digits(1+g.r.IntN(4)), g.digits(1)+".", "0.0", "0.00", "1.0")
	case 10:
		return sign + g.one("1e3", "1.5E-2", "2e0", "1e15", "1e-5", "123456.789e0", "1e100", "0e0", "5e-1", "25e-1")
	default:
		return sign + fmt.Sprint(g.r.IntN(1000)) + "." + g.digits(1+g.r.IntN(4))
	}
}

func (g *sqlGen) text() {
	s := g.one("", "a", "A", "abc", "ABC ", "abc  ", "a,b,c", "12", "12.50", " 7", "-3.20", "12.50kg", "0", "0.00", "1e3", "9", "10", ".5", "abc01",
		"中文", "中文ab", "甲乙丙丁戊", "😀好abc", "it's", `a"b`, `back\slash`, "50%", "a_b", "x-y_z", "SO-2024-001", "true", "  trim  ", "\t", "Ａｂｃ", "（x）",
		"9007199254740993", "99999999999999999999", "0x1F", "+5", "--1", "1 2", "a\nb", ",", "b", "B,c", g.digits(3), g.digits(2)+"."+g.digits(3))
	if g.r.IntN(2) == 0 {
		g.hole(sqlexpr.TextOperand(s), true, quoteSQL(s))
		return
	}
	if g.r.IntN(4) == 0 && !strings.ContainsAny(s, `"\`) {
		g.emit(`"` + s + `"`)
		return
	}
	g.emit(quoteSQL(s))
}

func quoteSQL(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", "''", "\n", `\n`).Replace(s) + "'"
}

func (g *sqlGen) date() {
	s := g.one("2024-02-29", "2024-03-14 16:00:00", "2023-12-31 23:59:59", "2024/3/5 8:09:07", "20240314", "1999-1-1", "2024-03-14 16:00:00.5",
		"2024-03-14T16:00:00", "2024-01-31", "2024-12-30 00:00:00.250", "24-3-5", "20240314160001")
	if g.r.IntN(6) == 0 {
		g.emit(g.one("20240314", "20240314160000", "DATE('2024-03-14')", "CAST('2024-03-14 16:00:00.25' AS DATETIME(2))", "NOW()"))
		return
	}
	g.hole(sqlexpr.TextOperand(s), true, quoteSQL(s))
}

func (g *sqlGen) span() {
	s := g.one("16:00:00", "-10:11:12", "101112", "0:0:1.5", "1 2:3:4", "00:30", "100:00:00")
	g.hole(sqlexpr.TextOperand(s), true, quoteSQL(s))
}
