// Package rows filters records, and turns bills with lines into flat rows and back:
// what happens to records of a source before and after their fields are mapped.
//
//   - [Condition] keeps the records, and the lines of a record, that pass.
//   - [Flatten] makes one row of each line of a bill; [Split] one record of each element.
//   - [Group] gathers flat rows under the heads they share, with sums.
//   - [Derive] adds fields that are formatted from others.
//
// Records are JSON objects as they came: members keep their order, numbers their
// digits, and what is not touched is copied byte for byte. Everything is compiled
// once and is safe for concurrent use; all mistakes of a definition are reported
// together as [Problems]. Sums are exact decimals.
//
// The definitions follow condition, beatFlat, splitArray, groupCalculate and
// formatResponse of the 轻易云 metadata, which package sync/qeasy reads.
package rows
