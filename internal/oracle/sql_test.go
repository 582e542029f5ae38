package oracle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	_ "github.com/go-sql-driver/mysql" // the driver the DSN is for
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

const (
	sqlSeedEnv  = "DUIJIE_SQL_SEED"  // replays one expression
	sqlCountEnv = "DUIJIE_SQL_COUNT" // how many to run
	sqlRunEnv   = "DUIJIE_SQL_RUN"   // another run of the same length
	sqlShowEnv  = "DUIJIE_SQL_SHOW"  // shows the differences that are known too, if not empty
	sqlRun      = 20240314           // seed of the run; each expression has a seed of its own
	sqlCount    = 10_000
	sqlChunk    = 40
	sqlClock    = 1710406800
)

// sqlKnown are the differences that stay, each for a reason. reason is shown
// beside the number of expressions it excused.
var sqlKnown = []struct {
	reason string
	match  func(c *sqlCase, ours, theirs answer) bool
}{
	{
		"CONVERT(x USING utf8mb4) and JSON_UNQUOTE have a collation of its own on the server, which then refuses to compare; here all texts share one",
		func(c *sqlCase, ours, theirs answer) bool {
			return (strings.Contains(c.src, "USING utf8mb4") || strings.Contains(c.src, "JSON_UNQUOTE")) && ours.err == nil && (theirs.err == nil || strings.Contains(theirs.err.Error(), "Illegal mix of collations"))
		},
	},
	{
		"accents, signs and characters that stand for several are each their own here",
		func(c *sqlCase, ours, theirs answer) bool {
			return ours.err == nil && theirs.err == nil && otherCharacters.MatchString(c.sql)
		},
	},
	{
		"MariaDB forgets a NULL in an IN list of dates",
		func(c *sqlCase, ours, theirs answer) bool {
			return c.times && ours.null && theirs.err == nil && strings.Contains(c.src, " in (")
		},
	},
	{
		"a day of month 0 has no format here",
		func(c *sqlCase, ours, theirs answer) bool {
			return c.times && ours.null && strings.Contains(c.src, "DATE_FORMAT") && strings.Contains(theirs.text, "00")
		},
	},
	{
		"STR_TO_DATE of a day the calendar lacks is NULL, as in MySQL",
		func(c *sqlCase, ours, theirs answer) bool {
			return strings.Contains(c.src, "STR_TO_DATE") && strings.Contains(c.sql, "2024-02-30") && ours.err == nil && theirs.err == nil
		},
	},
	{
		"MariaDB compares a CAST to DATE that gives NULL as the day 0",
		func(c *sqlCase, ours, theirs answer) bool {
			return c.times && asDate.MatchString(c.sql) && noDate.MatchString(c.sql) && ours.err == nil && theirs.err == nil
		},
	},
	{
		"MariaDB builds CONCAT_WS over the text an argument of it still reads, and forgets the sign of a text with an exponent beyond 2^31",
		func(c *sqlCase, ours, theirs answer) bool {
			return ours.err == nil && theirs.err == nil && (strings.Contains(c.src, "CONCAT_WS(") && partOfText.MatchString(c.src) || exponent.MatchString(c.sql))
		},
	},
	{
		"MariaDB garbles FORMAT of more than 60 digits, and weeks of the year 0",
		func(c *sqlCase, ours, theirs answer) bool {
			if strings.Contains(c.src, "%V") && strings.Contains(theirs.text, "613566757") {
				return true
			}
			return strings.Contains(c.src, "FORMAT(") && manyDigits.MatchString(c.sql) && ours.err == nil && theirs.err == nil
		},
	},
	{
		"the server skips an operand whose value it needs not know, as of IS NULL; an error there is ours alone",
		func(c *sqlCase, ours, theirs answer) bool {
			return outOfRange(ours) && theirs.err == nil && (theirs.null || skipsOperand.MatchString(c.src))
		},
	},
	{
		"the server computes constants of a branch it does not take",
		func(_ *sqlCase, ours, theirs answer) bool {
			return ours.err == nil && theirs.err != nil && strings.Contains(theirs.err.Error(), "out of range")
		},
	},
	{
		"LEAST or GREATEST of a date that gives what is none is an error here; the server goes on with NULL or the day 0",
		func(_ *sqlCase, ours, theirs answer) bool {
			return ours.err != nil && theirs.err == nil && strings.Contains(ours.err.Error(), "compared with a date")
		},
	},
	{
		"MariaDB cuts factors before it multiplies where the product is longer than 81 digits",
		func(c *sqlCase, ours, theirs answer) bool {
			return strings.Contains(c.sql, "*") && longNumber.MatchString(c.sql) && (ours.err == nil || outOfRange(ours)) && theirs.err == nil
		},
	},
	{
		"MariaDB fixes the decimals of a DOUBLE beside a DECIMAL of more than 31",
		func(c *sqlCase, ours, theirs answer) bool {
			return moreDecimals.MatchString(c.sql) && strings.Contains(c.sql, "e-3") && ours.err == nil && theirs.err == nil
		},
	},
	{
		"MariaDB keeps another number of decimals where there is no room for all",
		func(c *sqlCase, ours, theirs answer) bool {
			return manyDigits.MatchString(c.sql) && ours.err == nil && theirs.err == nil &&
				(strings.HasPrefix(theirs.text, strings.TrimRight(ours.text, "0")) || strings.HasPrefix(ours.text, strings.TrimRight(theirs.text, "0")))
		},
	},
	{
		"MariaDB takes '' out of COALESCE for a number without decimals",
		func(c *sqlCase, ours, theirs answer) bool {
			return strings.Contains(c.sql, "''") && (strings.TrimRight(theirs.text, "0") == ours.text+"." || strings.TrimLeft(theirs.text, "0") == ours.text) && ours.err == nil
		},
	},
	{
		"MariaDB counts bytes after LPAD or RPAD of a number with a text of other characters, and cuts them in two",
		func(c *sqlCase, ours, theirs answer) bool {
			return ours.err == nil && (!utf8.ValidString(theirs.text) || strings.Contains(theirs.text, "\x00") || padded.MatchString(c.src) && strings.ContainsFunc(c.sql, func(r rune) bool { return r > 127 }))
		},
	},
	{
		"MariaDB subtracts the smallest BIGINT from 0 and gets it again; it is out of range",
		func(c *sqlCase, ours, theirs answer) bool {
			return outOfRange(ours) && theirs.err == nil && strings.Contains(c.sql, "9223372036854775808")
		},
	},
	{
		"POW of the C library rounds a tie the other way",
		func(c *sqlCase, ours, theirs answer) bool {
			x, err := strconv.ParseFloat(ours.text, 64)
			y, _ := strconv.ParseFloat(theirs.text, 64)
			return strings.Contains(c.src, "POW") &&
				(err == nil && (math.Abs(x-y) <= math.Abs(x)*0x1p-50 || remainder.MatchString(c.src)) || strings.HasPrefix(theirs.text, ours.text[:min(12, len(ours.text))]))
		},
	},
}

// otherCharacters are those of the generator's word C.
var otherCharacters = regexp.MustCompile("[éÉüñ。한あ①㎡℃Ⅳⅳßﬁ𠮷½№\u0301\x01\x7f]|😀😁")

var (
	asDate = regexp.MustCompile(`DATE\(|LAST_DAY\(|AS DATE`)
	noDate = regexp.MustCompile(`'(|x| |2024-13-01|2024-02-30|2024-03-14x|2024-03-14 24:00:00|0001-01-01)'`)
)

var remainder = regexp.MustCompile(`%|MOD\(| mod `)

var exponent = regexp.MustCompile(`CONCAT.*[0-9]e[0-9]`)

var partOfText = regexp.MustCompile(`SUBSTR|LEFT|RIGHT|MID|TRIM`)

var longNumber = regexp.MustCompile(`[0-9.]{17}|1e308`)

var moreDecimals = regexp.MustCompile(`\.[0-9]{32}`)

var manyDigits = regexp.MustCompile(`[0-9]{40}|[0-9]{20}\.[0-9]{15}|\.[0-9]{25}|1e308`)

var padded = regexp.MustCompile(`(LEFT|RIGHT|SUBSTR|SUBSTRING|MID|LOCATE|INSTR|CHAR_LENGTH|REVERSE|CHAR\(\d+\)|[LR]PAD)\b.*[LR]PAD\(`)

var skipsOperand = regexp.MustCompile(`(?i)is (not )?null|isnull`)

func outOfRange(a answer) bool {
	return a.err != nil && strings.Contains(a.err.Error(), "out of range")
}

// answer is what an expression comes to.
type answer struct {
	text string
	null bool
	err  error
}

func (a answer) String() string {
	switch {
	case a.err != nil:
		return "error: " + a.err.Error()
	case a.null:
		return "NULL"
	default:
		return strconv.Quote(a.text)
	}
}

func (a answer) same(b answer) bool {
	if a.err != nil || b.err != nil {
		return a.err != nil && b.err != nil
	}
	return a.null == b.null && a.text == b.text
}

func session(t *testing.T) *sql.Conn {
	t.Helper()
	db, err := sql.Open("mysql", testutil.MySQLDSN(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	for _, s := range []string{
		"SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci", "SET time_zone = '+08:00'",
		"SET sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
		fmt.Sprintf("SET TIMESTAMP = %d", sqlClock), "SET div_precision_increment = 4",
	} {
		_, err := conn.ExecContext(t.Context(), s)
		require.NoError(t, err, s)
	}
	return conn
}

// ask sends several expressions in one statement, and each alone if one of
// them is an error.
func ask(ctx context.Context, conn *sql.Conn, cases []*sqlCase) []answer {
	exprs := make([]string, len(cases))
	for i, c := range cases {
		exprs[i] = fmt.Sprintf("CONCAT(%s) AS c%d", c.sql, i) // text: the driver reads numbers as float64
	}
	cells := make([]sql.NullString, len(cases))
	into := make([]any, len(cases))
	for i := range cells {
		into[i] = &cells[i]
	}
	answers := make([]answer, len(cases))
	err := conn.QueryRowContext(ctx, "SELECT "+strings.Join(exprs, ", ")).Scan(into...)
	switch {
	case err == nil:
		for i, c := range cells {
			answers[i] = answer{text: c.String, null: !c.Valid}
		}
	case len(cases) == 1:
		answers[0] = answer{err: err}
	default:
		half := len(cases) / 2
		copy(answers, ask(ctx, conn, cases[:half]))
		copy(answers[half:], ask(ctx, conn, cases[half:]))
	}
	return answers
}

func evaluate(c *sqlCase) answer {
	e, err := sqlexpr.Compile(c.src, sqlexpr.Options{Holes: true, MariaDB: true})
	if err != nil {
		return answer{err: err}
	}
	v, err := e.Eval(c, &sqlexpr.Env{Now: time.Unix(sqlClock, 0), Zone: time.FixedZone("+08:00", 8*3600)})
	if err != nil {
		if failed := (*sqlexpr.EvalError)(nil); !errors.As(err, &failed) {
			panic(err)
		}
		return answer{err: err}
	}
	return answer{text: v.Text(), null: v.IsNull()}
}

// TestExpressionsAgainstServer compares generated expressions with a MySQL or
// MariaDB server: NULL, error or the exact text.
func TestExpressionsAgainstServer(t *testing.T) {
	t.Parallel()
	conn := session(t)
	if os.Getenv(sqlSeedEnv) != "" {
		c := generateSQL(number(t, sqlSeedEnv, 0))
		theirs := ask(t.Context(), conn, []*sqlCase{c})[0]
		t.Logf("%s\n  sql    %s\n  values %v\n  ours   %v\n  server %v", c.src, c.sql, c.values, evaluate(c), theirs)
		require.True(t, evaluate(c).same(theirs))
		return
	}
	count, run := number(t, sqlCountEnv, sqlCount), number(t, sqlRunEnv, sqlRun)
	seeds := rand.New(rand.NewPCG(run, 1))
	excused := map[string]int{}
	failures, errs, nulls := 0, 0, 0
	for left := int(count); left > 0; left -= sqlChunk {
		cases := make([]*sqlCase, min(sqlChunk, left))
		for i := range cases {
			cases[i] = generateSQL(seeds.Uint64())
		}
		for i, theirs := range ask(t.Context(), conn, cases) {
			c := cases[i]
			ours := evaluate(c)
			if theirs.err != nil {
				errs++
			} else if theirs.null {
				nulls++
			}
			if ours.same(theirs) {
				continue
			}
			if reason := excuse(c, ours, theirs); reason != "" {
				if excused[reason]++; os.Getenv(sqlShowEnv) != "" {
					t.Logf("%s: %s=%d\n  scheme %s\n  sql    %s\n  ours   %v\n  server %v", reason, sqlSeedEnv, c.seed, c.src, c.sql, ours, theirs)
				}
				continue
			}
			if failures++; failures <= 30 {
				t.Errorf("%s=%d\n  scheme %s\n  sql    %s\n  ours   %v\n  server %v", sqlSeedEnv, c.seed, c.src, c.sql, ours, theirs)
			}
		}
	}
	t.Logf("run %d: %d expressions, %d errors, %d NULL, %d differences", run, count, errs, nulls, failures)
	for reason, n := range excused {
		t.Logf("%6d excused: %s", n, reason)
	}
}

// number reads an environment variable.
func number(t *testing.T, env string, missing uint64) uint64 {
	t.Helper()
	s := os.Getenv(env)
	if s == "" {
		return missing
	}
	n, err := strconv.ParseUint(s, 10, 64)
	require.NoError(t, err, env)
	return n
}

func excuse(c *sqlCase, ours, theirs answer) string {
	for _, k := range sqlKnown {
		if k.match(c, ours, theirs) {
			return k.reason
		}
	}
	return ""
}
