// Package lookup holds places a mapping can look values up in: see [mapping.Lookup].
//
//   - [Collection] holds records in memory, indexed by what is asked for.
//   - [SQL] reads a table or view, all queries of a page in one statement.
//   - [Cached] remembers the answers of another lookup and asks each question once,
//     also where several goroutines have it at the same time.
//
// All compare as the queries say: texts exactly, so "1" finds the number 1 and "a"
// does not find "A", whatever the collation of a database. A lookup answers with all
// distinct values it found: whether none or several is an error is the mapping's
// choice, never the lookup's.
package lookup
