// Package fan joins pipelines where data parts or meets: one source to several
// targets ([Out]), several sources to one target ([In]).
//
// # Overview
//
// An [Out] reads its source once and hands every batch to each of its branches.
// A branch is an ordinary pipeline ([To]) without a source and a state of its own: it
// has its name, transform, sink, ledger, dead letters, limits, lanes.
//
// An [In] is a source made of named parts. It goes where any source goes, also
// into an Out.
//
// # What an Out promises
//
// Each record arrives in each target exactly once, as if every branch were a
// pipeline alone. The fan's checkpoint moves only past batches that all branches
// have settled. A slow branch holds the reading back, so that memory is bounded by
// the branches' Prefetch and lanes and [Out].Buffer.
//
// A branch that fails drops out and holds nobody back: the others go on to the
// end. The fan remembers a place before which all branches have everything. While
// a branch is behind, each run makes a second pass from there, for all branches:
// those that were not behind find in their ledgers what they have, and at the end all
// stand at the same place again. The pass ends at once when those that were behind
// fail again. So the source is read once while all is well, and once more from
// where a branch failed when it is back. That the second pass is for all needs no
// idea of which checkpoint is further, which only the source has. A source that
// yields more than the latest state of a record needs a Version, as for any reading
// again: without one the others write older states once more on their way to the
// latest.
//
// A branch that is new in an existing fan is behind from the beginning of the
// source. A branch taken out is forgotten: put in again it counts as new, and its
// ledger keeps what it had from being written twice.
//
// A LedgerExpiry of a branch is applied by the fan, after runs in which no branch
// was behind. A branch with one, to a sink that can neither look up nor write twice,
// has no room for new branches beside it: that is refused with ErrFan.
//
// The source's Batch.Settled is called when all branches have settled a batch,
// with the sum over them. Once a branch of the pass has failed it is not called any
// more: a source that lets go of what is settled keeps what that branch has yet to
// get. Over a source that goes on for long, see [Out].StopOnFailure.
//
// After a crash the run starts at the fan's checkpoint again; branches that
// were further find what they wrote unchanged in their ledgers.
//
// Dead letters are each branch's own: [Out.Branch] has Replay, Plan and the
// rest for one of them.
//
// # What an In promises
//
// Nothing is lost and nothing read twice beyond what each part alone would: the
// checkpoint holds the checkpoints of all parts, also of those taken out for a
// while. Whether equal keys of two parts are one record must be said ([In].Keys).
//
// # Errors
//
//   - [ErrFan]: it is put together wrongly; the error names everything.
//   - [ErrCheckpoint]: a stored checkpoint is not one of this fan, or is corrupt.
//     Nothing is reset silently.
//   - [BranchError]: one branch failed; the others went on.
//   - [PartError]: one part failed.
package fan
