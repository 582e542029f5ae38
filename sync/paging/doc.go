// Package paging makes sources for package sync out of one function that
// fetches a page, so that no row is lost while rows come, change and go between
// the calls.
//
// A loop that asks for page after page loses a row for each that leaves a page it
// has read: those behind it move forward, and the first of the next page now
// stands on the one before. Nothing tells. The builders here each have a way
// around it; choose the first that the platform allows:
//
//	[Keyset]             each call asks for the rows behind the last position (an id, or
//	                     a modification time and id): one pass, resumed anywhere
//	[List.Backward]      pages from last to first, over a closed window of modification
//	                     times, by the total: one pass, resumed at each page
//	[List.ClosedWindow]  the same where the platform tells no total
//	[List.Appended]      a whole list by modification time, changes at its end: one pass and
//	                     the end again
//	[List.DoublePass]    any list: again until two passes agree
//
// A window is closed when it ended before the reading began: rows leave it, because
// they are changed or deleted, but none comes in. Package
// github.com/duijie-go/duijie/sync/window makes such windows and takes these sources
// for what lies inside.
//
// # The guarantee
//
// Every row that is in the list throughout a reading is yielded; a row that
// changes is yielded in some state, and in its newest by the next reading that sees
// it. [Source.Paging] says in one line what holds, and the run report repeats it.
// A row may come twice; the ledger of a pipeline drops what did not change.
//
// Nothing is fetched before the range starts, each Read starts anew from its
// checkpoint, an error is the last pair, and the context's end ends the sequence.
//
// # Errors
//
//   - duijie.ErrNoProgress: the list repeats itself, does not end, is not ordered as
//     described, shows fewer rows than it counts, or does not come to rest. What was
//     yielded by then is good; no checkpoint behind a gap is ever yielded.
//   - [ErrTooMany]: more rows than the platform, or MaxRows, lets one list have.
//   - [ErrCheckpoint]: a checkpoint that is damaged or belongs to another source.
//   - duijie.ErrInvalid: a field is missing or wrong.
//
// A row that does not decode is no error of the list: put it into Record.Err.
package paging
