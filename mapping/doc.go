// Package mapping turns records of one system into records of another, as a spec
// says. A spec is compiled once; what is wrong with it is told before anything runs,
// all of it together and each mistake with its place. The [Mapper] is immutable and
// may be used by any number of goroutines.
//
// # Spec
//
// A [Spec] lists the members of the target object. Each [Field] has one source: a template
// ("{shop_no}", "{{lines.sku}}", "{{modified|date}}", "{{platform}}-{{shop}}"), a
// constant, an expression of MySQL's language over exact decimals (package sqlexpr), a
// lookup in other records, or a Go function. Fields with Children are objects, and with
// Each they are arrays with an element per row of a source array. Write specs in Go, or read them
// from JSON with [ParseSpec] or [CompileJSON], which know line and column of each mistake.
//
// # Records
//
// [Mapper.MapJSON] maps raw JSON to raw JSON: the record is scanned once, only what the
// spec names is looked at, and numbers and texts that need no change are copied as they
// stand. Records are UTF-8; of members of the same name the last one counts. [Transform] makes a typed
// function of a Mapper, for structs by their json tags; it fits package sync. Money,
// quantities and long ids never pass through a float.
//
// # Errors
//
// A record is mapped as a whole or not at all. What can not be computed (a division by
// zero, an invalid date, text where a number should be) is a [RecordError] that names
// field and expression, never a value in the target. A value that is absent is left
// out of the target unless the field is Required or has a Default. A [LookupError] is no
// record's fault: a lookup failed, and the run should stop or wait.
//
// # Lookups
//
// A [Lookup] finds values in other records: package lookup has collections in memory, SQL
// tables and a cache. [Mapper.Prefetch] asks for a whole page of records at once. Nothing found is
// no value and a [Note]; several different values are an error; both can be chosen.
//
// # Rules
//
// A [Rule] checks what was built (required, unique, in a range, lines that add up to their
// head) and notes, refuses or stops; [Mapper.RuleCounts] tells how often. Notes stand in the
// [Result] of MapJSON; [WithNotes] sees them on every way.
package mapping
