// Package mysqltime is MySQL's calendar: values of the types DATE, DATETIME and
// TIME, the texts and numbers MySQL reads as such, and its functions on them.
//
// Results are those of MariaDB 10.11 in its default strict mode, digit by digit.
// NULL is ok=false. Fractions of a second are cut, never rounded (MySQL 8 rounds
// where a text or number is cast to fewer digits). Day 0 and month 0
// ("2024-00-00") are values there, and here; functions that need a real day
// give NULL for them.
//
// A function's argument that SQL has as text is read by ParseDateTime,
// ParseTime, ParseEither or ParseSpan, a number by NumberDateTime, NumberTime,
// NumberEither or NumberSpan; each function says which. A Value carries the
// decimals it prints with, so that results need no further care but
// Value.Append.
//
// The server is not followed where its answer is no date at all:
//
//   - FROM_UNIXTIME and UNIX_TIMESTAMP reach to the year 3001, as in MySQL 8;
//     MariaDB 10.11 ends in 2038.
//   - The week of a day that is none (%U of 2024-00-01) gives ok=false; the
//     server prints 613566752.
//   - Adding more years than 64 bits hold gives ok=false; the server wraps.
//   - A TIME of zero has no sign; the server keeps one of '-0:00:00' in
//     TIME_FORMAT, computes TIMEDIFF with it wrongly and prints
//     TIME '-00:00:01' + INTERVAL 1 SECOND as -00:00:00.
//   - A number that runs into a T below 12 characters ('380006T5') is read as
//     TIME up to the T, or refused; the server's answer depends on its length.
package mysqltime
