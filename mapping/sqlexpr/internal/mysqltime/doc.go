// Package mysqltime is MySQL's calendar: values of the types DATE, DATETIME and
// TIME, the texts and numbers MySQL reads as such, and its functions on them.
//
// Results are those of MariaDB 10.11 in its default strict mode, digit by digit.
// NULL is ok=false. Fractions of a second are cut, never rounded, as MariaDB
// does. Day 0 and month 0 ("2024-00-00") are values there, and here; functions
// that need a real day give NULL for them.
//
// A function's argument that SQL has as text or number is read by ParseDateTime,
// ParseTime or ParseEither, by NumberDateTime or NumberTime first; each function
// says which. A Value carries the decimals it prints with, so that results need
// no further care but Value.Append.
package mysqltime
