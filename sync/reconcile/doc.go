// Package reconcile compares what a source has with what a target has, by key
// and fields, and mends the target through the pipeline that fills it.
//
// # Overview
//
// A [Comparison] joins two sides. Each is read as rows in any order, from a
// function of yours ([Rows]) or from a source of a pipeline ([FromSource]). A
// [Row] has a key and values of declared fields; a [Field] says how its values are
// compared: numbers by value, so that 1.10, 1.1 and "1.1" are the same, times as
// instants in whatever zone and layout, texts with or without case and blanks.
//
// [Comparison.Differences] yields what is missing in the target, extra there, or
// different field by field, keys that are there twice, and rows that could not
// be decoded, which are never dropped. They come in order of key, and a [Summary]
// counts. [Write] passes them on to reports: [TextReport], [CSVReport], [JSONReport],
// [JSONLinesReport].
//
//	var sum reconcile.Summary
//	err := reconcile.Write(c.Differences(ctx, &sum), &sum,
//		reconcile.TextReport(os.Stderr), reconcile.CSVReport(file))
//
// # Size
//
// Memory is bounded by [Comparison].Memory, whatever the sizes of the sides: what
// does not fit is sorted in temporary files, which only this user can read. A million
// keys a side take less than 64 MB with the default; small sides never touch the
// disk, and neither do sides that are [Side].Sorted already.
//
// # What changes meanwhile
//
// A row that is written while the two sides are being read looks missing or
// different. With a [Recheck] and a [Side].Lookup, both sides are asked again for
// just those keys before they are reported.
//
// # Repair
//
// A [Repair] is a source of the records that are missing or different. Put it in
// place of the source of the pipeline that copies them, with the same Name, and run
// that: dead letters, lookups and lost answers are handled as always. Its records
// are forced, since the ledger believes that they are there. Nothing is deleted:
// what is extra is told to [Repair].Each and left to a person. Afterwards another
// comparison finds nothing.
//
// # Errors
//
// [ErrComparison] names all mistakes of a comparison, [ErrOrder] a side that is not
// sorted as declared, [ErrDiskLimit] and [ErrSpillCorrupt] concern the temporary
// files. An error of a side ends the comparison: what was not read can not be told
// from what is missing.
package reconcile
