// Package sqlexpr evaluates expressions of MySQL's language over exact
// decimals, without a database: 0.07*100 is 7.00, 10/4 is 2.5000.
//
// Compile reads a text once; the Expr it gives is immutable and safe for
// concurrent use. With Options.Holes, {{field}} stands for a value of a
// record: inside quotes it is text, whatever quotes and backslashes it holds;
// outside it must be a number, and its digits decide type and scale as if
// they stood in the text. Operands hands the values to Eval.
//
// The result is what a server in strict mode prints for SELECT expr, with the
// types and scales of MySQL: a product has the decimals of both factors, a
// quotient four more than the dividend, and inside an expression a quotient
// is cut after whole groups of nine decimals. What the server computes with
// DOUBLE (arithmetic on quoted numbers) is DOUBLE here too. Where it stops
// with an error, or would return a text of unlimited size, Eval returns an
// *EvalError and never a value.
//
// # Differences to a server
//
//   - Texts are compared without regard to case, the width of full-width forms
//     and trailing blanks, as utf8mb4_unicode_ci does; accents count, which the
//     server ignores, and characters outside the basic plane are not all equal.
//     Options.Exact compares byte by byte.
//   - REGEXP is Go's (RE2): without back references and looking around, in
//     time proportional to the text. Such patterns are refused.
//   - All texts one evaluation builds have 1 MiB together; LIKE and LOCATE are
//     bounded too.
//   - SELECT, subqueries, variables and comments do not exist, and of the
//     functions those that schemes use.
package sqlexpr
