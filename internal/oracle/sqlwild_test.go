package oracle

import "github.com/duijie-go/duijie/mapping/sqlexpr"

// What follows is drawn for a third of the expressions only: texts, numbers and
// dates at the edges of what the language knows.

var wildNumbers = []string{
	"POW({N},{n})", "({w} * {w})", "({w} + {w})", "({w} - {w})", "({w} / {w})", "({w} DIV {w})", "({w} % {w})", "({w} mod {n})", "ROUND({w},{i})", "TRUNCATE({w},{i})",
	"CEIL({w})", "FLOOR({w})", "-{w}", "ABS({w})", "SIGN({w})", "SQRT({w})", "CAST({w} AS SIGNED)", "CAST({w} AS UNSIGNED)", "CAST({w} AS DECIMAL(65,0))",
	"CAST({w} AS DECIMAL(65,30))", "CAST({w} AS DECIMAL(1,1))", "CAST({w} AS DECIMAL(38,38))", "CAST({o} AS SIGNED)", "CAST({o} AS UNSIGNED)", "CAST({o} AS DECIMAL(20,4))",
	"CAST({o} AS DECIMAL(65,30))", "CAST({o} AS DOUBLE)", "({o} + 0)", "({o} * {N})", "({o} / 3)", "({o} DIV 1)", "({o} % 7)", "ABS({o})", "ROUND({o},{i})", "-{o}", "FLOOR({o})",
	"COALESCE({w},{n},{N})", "LEAST({w},{w},{n})", "GREATEST({w},{o})", "FIELD({c},{c},{c})", "LOCATE({c},{c})", "INSTR(CONCAT({c},{c}),{c})", "FIND_IN_SET({c},CONCAT({c},',',{c}))",
	"CHAR_LENGTH({C})", "LENGTH({C})", "CAST(CAST({D} AS CHAR) AS SIGNED)", "CAST({D} AS DECIMAL(20,3))", "CAST({D} AS UNSIGNED)", "MOD({w},{w})",
}

var wildTexts = []string{
	"JSON_EXTRACT({j},{k})", "JSON_UNQUOTE(JSON_EXTRACT({j},{k}))", "CONCAT({c},{c})", "CONCAT({C},{C})", "REPLACE({c},{c},{c})", "REPLACE({C},{C},{C})", "TRIM({c})", "TRIM({C})", "TRIM(BOTH {c} FROM CONCAT({c},{c},{c}))",
	"SUBSTRING_INDEX({c},{c},{i})", "SUBSTRING_INDEX({C},{C},{i})", "UPPER({c})", "UPPER({C})", "LOWER({c})", "LOWER({C})", "REVERSE({c})", "REVERSE({C})", "LEFT({c},{i})", "LEFT({C},{i})", "RIGHT({c},{i})", "RIGHT({C},{i})", "SUBSTRING({c},{i},{i})", "SUBSTRING({C},{i},{i})", "LPAD({c},{i},{c})", "LPAD({C},{i},{C})", "RPAD({c},{i},{c})", "RPAD({C},{i},{C})",
	"MD5({c})", "MD5({C})", "FORMAT({w},{i})", "FORMAT({o},{i})", "CONCAT({w},'')", "CAST({c} AS CHAR(2))", "CAST({C} AS CHAR(2))", "CAST({w} AS CHAR)", "CONVERT({c} USING utf8mb4)", "REPEAT({c},{i})", "REPEAT({C},{i})",
	"CONCAT_WS({c},{c},NULL,{c})", "CONCAT_WS({C},{C},NULL,{C})", "ELT({i},{c},{c},{c})", "ELT({i},{C},{C},{C})", "NULLIF({c},{c})", "GREATEST({c},{c})", "LEAST({c},{c},{c})", "IF({c}={c},{c},{c})", "case {c} when {c} then 'x' when {c} then 'y' else 'z' end",
	"CAST({e} AS CHAR)", "LEFT({e},{i})",
}

var wildBools = []string{
	"({c} like {l})", "({c} not like {l})", "(CONCAT({c},{c}) like {l})", "({c} like {l} escape 'x')", "({c} like {l} escape '')", "({T} like {l})", "({N} like {l})",
	"({c} regexp {r})", "({T} rlike {r})", "(CONCAT({c},{c}) not regexp {r})", "({N} regexp {r})", "({c} = {c})", "({c} < {c})", "({c} <=> {c})", "({c} >= {c})", "({c} <> {c})",
	"({c} in ({c},{c},{c}))", "({c} not in ({c},{c}))", "({c} between {c} and {c})", "({w} = {w})", "({w} < {w})", "({w} between {w} and {w})", "({o} = {n})", "({o} < {N})",
	"({o} in ({n},{n}))", "({n} in ({o},{o}))", "({o} between {n} and {n})", "({o} <=> {w})", "({w} in ({w},{n}))", "({e} = {e})", "({e} < {e})", "({e} between {e} and {e})",
}

var wildTimes = []string{
	"{e}", "DATE_ADD({e}, INTERVAL {h} {U})", "DATE_SUB({e}, INTERVAL {h} {U})", "({e} + INTERVAL {h} {V})", "LAST_DAY({e})", "CAST({e} AS DATE)", "CAST({e} AS DATETIME(6))",
	"TIMESTAMPADD({V},{h},{e})", "ADDDATE({e},{h})", "MAKEDATE({h},{h})", "FROM_UNIXTIME({h})", "STR_TO_DATE({e},'%Y-%m-%d')", "STR_TO_DATE({e},'%Y-%m-%d %H:%i:%s')",
	"ADDTIME({e},{s})", "SUBTIME({e},{s})", "DATE({e})", "DATE_ADD({e}, INTERVAL {p})", "DATE_ADD({e}, INTERVAL {h} {U})",
}

var wildTimeNumbers = []string{
	"UNIX_TIMESTAMP({e})", "YEAR({e})", "DATEDIFF({e},{e})", "TIMESTAMPDIFF({V},{e},{e})", "WEEK({e},{i})", "WEEKDAY({e})", "DAYOFYEAR({e})", "QUARTER({e})", "({e} + 0)", "(DATE({e}) - {h})",
	"TIME_TO_SEC({e})", "HOUR({e})", "MINUTE({e})", "DAY({e})", "MONTH({e})",
}

var wildTimeTexts = []string{"DATE_FORMAT({e},'{f}')", "DATE_FORMAT({D},'%%%Y%%%m')", "TIME_FORMAT({e},'{f}')", "CONCAT({e},{c})", "FROM_UNIXTIME({h},'{f}')"}

// wildForm is a form of a kind, "" if there is none.
func (g *sqlGen) wildForm(kind int) string {
	switch {
	case !g.wild || g.r.IntN(3) != 0:
		return ""
	case kind == numKind && g.times && g.r.IntN(3) == 0:
		return g.one(wildTimeNumbers...)
	case kind == textKind && g.times && g.r.IntN(3) == 0:
		return g.one(wildTimeTexts...)
	case kind == numKind:
		return g.one(wildNumbers...)
	case kind == textKind:
		return g.one(wildTexts...)
	case kind == boolKind:
		return g.one(wildBools...)
	case kind == timeKind:
		return g.one(wildTimes...)
	}
	return ""
}

// wildWord writes a literal of the edges; false if word means none.
func (g *sqlGen) wildWord(word string) bool {
	quoted := func(all ...string) { g.quoted(g.one(all...)) }
	switch word {
	case "w": // DECIMALs up to 65 digits and beyond
		g.wildNumber()
	case "o": // texts that are odd numbers
		quoted("1e", "1e400", "-1e400", ".", "-", "+", "+.5e-3", "  12", "\t12", "\n12 ", "１２", "0x1F", "1,234.5", "NaN", "inf", "1_000", "--5", "1e-400", "5.", ".5.", "1e5x", "1e+", "00012",
			"-0", "-0.00", "0e0", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e19", "1.9999999999999999999", "99999999999999999999999999999999999999999999999999999999999999999",
			"0.000000000000000000000000000000000000001", "12 34", "1e3 ", "٣", "1.5e3.5", "\x0b7", "\u00a07", "2024-03-14", "true", "NULL")
	case "c": // texts the collation has something to say about
		quoted("", " ", "  ", "\t", "\n", "a ", "a\t", "a\n", "A", "a", "ａ", "Ａ ", "中", "中文", "文", "甲乙", "乙甲", "中 ", "，", ",", "（", "(", "－", "-", "_", "%", "　", "a　", "1", "１", "01", "10", "2",
			"ab", "AB", "aB ", "a b", "ab c", "😀", "😀a", "it's", `\`, `\\`, "a\\%", "Ω", "ω", "я", "Я")
	case "C": // those it does not know here too: accents, signs, what stands for several
		quoted("é", "e", "É", "ü", "ñ", "n", "。", "한", "あ", "①", "㎡", "℃", "Ⅳ", "ⅳ", "ß", "ﬁ", "😀😁", "𠮷", "e\u0301", "中é", "½", "№", "\x01a", "a\x7f")
	case "l": // patterns of LIKE
		quoted("%", "_", "__", "%%", "", `\%`, `\_`, `\\`, `\`, `%\%%`, `a\%`, "a%", "%a", "%a%", "_a", "a_", "A%B", "%中%", "中_", "_文", "x%", "xx", "x_", "ax%b", "%x", `\a`, "a ", "% ", " %", "😀%", "%１%")
	case "r": // patterns of REGEXP
		quoted("^a", "a$", "^$", "", ".", "^.$", "^..$", "[[:alpha:]]", "[[:digit:]]+", "^[[:space:]]*$", "[^a-z]", "[a-z]{2}", "a{1,2}", "a|中", "(ab)+", "^[一-龥]+$", "[0-9]+", "\\\\d", "a.b", "\\\\.", "A", "[A-B]",
			"^(a|b)?$", "中文?", "[[:punct:]]", "\\\\w+", "^\\\\s", "[😀]", "x*")
	case "j":
		quoted(`{"a":1}`, `{"a":"x","b":[1,2.50,"y"]}`, `{"a":{"b":null,"c":true}}`, `[1,[2,3],{"k":"v"}]`, `{"中":"文","a b":1}`, `"t"`, `12.50`, `null`, `{}`, `[]`, ` {"a" : 1 } `, `{"a":"\u4e2d\n\"q\""}`, `{"a":1e5,"b":-0}`)
	case "k":
		quoted("$", "$.a", "$.b", "$.a.b", "$.a.c", "$.b[0]", "$.b[1]", "$.b[2]", "$.b[9]", "$[1][0]", "$[2].k", `$."a b"`, "$.中", "$.A")
	case "e": // dates at the edges, and odd ones
		quoted("9999-12-31", "9999-12-31 23:59:59", "9999-12-31 23:59:59.999999", "1000-01-01", "0001-01-01", "1970-01-01 08:00:00", "1969-12-31 23:59:59", "2038-01-19 11:14:07",
			"2000-02-29", "1900-02-28", "2023-02-28 23:59:59.999", "2024-02-29 12:00:00", "2024-01-31", "2024-12-31", "2023-01-01", "2021-01-03", "00-01-01", "69-12-31", "70-1-1", "2024-3-5 1:2:3.4567891",
			"20240229", "240229", "20240229235959", "2024.03.14", "2024-03-14T16:00:00", "2024-03-14 16:00", "2024-03-14 16", "2024-13-01", "2024-02-30", "2024-03-14x", " 2024-03-14 ", "2024-03-14 24:00:00", "x", "")
	case "h": // amounts
		g.emit(g.one("0", "1", "-1", "12", "-13", "365", "-366", "1000000", "-1000000", "99999", "2147483647", "0.5", "'1.5'", "1e3", "'x'", "3000000000", "8", "2024", "36"))
	default:
		return false
	}
	return true
}

func (g *sqlGen) wildNumber() {
	n := ""
	switch g.r.IntN(8) {
	case 0:
		n = g.digits(60 + g.r.IntN(6))
	case 1:
		n = g.digits(30+g.r.IntN(6)) + "." + g.digits(20+g.r.IntN(11))
	case 2:
		n = "0." + g.digits(30+g.r.IntN(9))
	case 3:
		n = "0." + "00000000000000000000"[g.r.IntN(20):] + g.digits(1+g.r.IntN(5))
	case 4:
		n = g.digits(1+g.r.IntN(40)) + "." + g.digits(1+g.r.IntN(25))
	case 5:
		n = "99999999999999999999999999999999999999999999999999999999999999999"[:1+g.r.IntN(65)]
	case 6:
		n = g.one("1e308", "1.7976931348623157e308", "5e-324", "1e-300", "2.5e0", "1e22", "1e23", "123456789012345678e0", "0.1e0", "9007199254740993e0")
	default:
		n = g.one("0.5", "1.5", "2.5", "0.05", "0.005", "1.005", "99.995", "0.1", "0.2", "0.3", "33.333333", "66.67", "19.99", "0.07")
	}
	if g.r.IntN(4) == 0 {
		n = " -" + n
	}
	g.emit(n)
}

// quoted writes a text in its place or as a hole.
func (g *sqlGen) quoted(s string) {
	if g.r.IntN(2) == 0 {
		g.hole(sqlexpr.TextOperand(s), true, quoteSQL(s))
		return
	}
	g.emit(quoteSQL(s))
}
