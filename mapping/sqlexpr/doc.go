// Package sqlexpr evaluates expressions of MySQL's language over exact
// decimals, without a database: 0.07*100 is 7.00, 10/4 is 2.5000.
//
// # Use
//
// Compile reads a text once; the Expr it gives is immutable and safe for
// concurrent use. With Options.Holes, {{field}} stands for a value of a
// record: inside quotes it is text, whatever quotes and backslashes it holds;
// outside it must be a number, and its digits decide type and scale as if
// they stood in the text. Operands hands the values to Eval.
//
// # Values
//
// The result is what a server in strict mode prints for SELECT expr, with the
// types and scales of MySQL: a product has the decimals of both factors, a
// quotient four more than the dividend, and inside an expression a quotient
// is cut after whole groups of nine decimals. What the server computes with
// DOUBLE (arithmetic on quoted numbers) is DOUBLE here too. NULL is a value.
//
// # Errors
//
// Compile reports all unknown functions and the first syntax error, with
// their places in bytes. Eval returns an *EvalError, and never a value, where
// the server stops with an error: a number out of range, above all. Division
// by zero and dates that do not exist are NULL.
//
// # Differences to a server
//
// Results were compared with MariaDB 10.11 by generated expressions. What
// stays different, on purpose:
//
//   - Texts are compared without regard to case, the width of full-width forms
//     and trailing blanks, as utf8mb4_unicode_ci does; accents count, which the
//     server ignores, and characters outside the basic plane are not all equal.
//     Options.Exact compares byte by byte.
//   - A whole number and a text are compared exactly, as MariaDB does. MySQL goes
//     through DOUBLE, which cannot tell ids beyond 2^53 apart: 9007199254740993 =
//     '9007199254740992' is true there. Two ids that differ are never one here. A
//     number with decimals and a text are compared as DOUBLE, as in both.
//   - A product of more than 81 digits loses decimals at its end; the server cuts
//     the factors before, and its result is another number.
//   - Fractions of seconds that do not fit are cut, as MariaDB does, not rounded.
//   - A date compared with a text or number that is none is an error, as in MySQL
//     8; older servers compare with the day 0. A day the calendar lacks
//     (2024-02-30, 2024-00-00) is NULL, also from STR_TO_DATE.
//   - An overflow is an error also where the server needs not know the value, as
//     under IS NULL; but not in a branch that is not taken.
//   - REGEXP is Go's (RE2): without back references and looking around. Such
//     patterns are refused, at once if they are fixed by the text. In a pattern
//     {2} and {2,3} are repetitions, not holes. \w, \d, \s and the named classes
//     know Chinese, as the server's do; \b does not, and is an error on such texts.
//     [[:upper:]] and [[:lower:]] ignore case like the rest, as in MySQL 8.
//   - One text has 1 MiB, all texts an evaluation builds have 16 MiB; searching
//     is bounded too. Beyond that the evaluation fails.
//   - SELECT, subqueries, variables, comments and bit operators do not exist, and
//     of the functions those that schemes use.
//
// Options.MariaDB follows MariaDB where it computes other numbers than MySQL.
package sqlexpr
