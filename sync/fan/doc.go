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
// A branch that fails drops out and holds nobody back. The fan remembers where it
// stands; the others go on to the end. The next run first brings the others up
// to date, then reads from there for the straggler alone, and when it has caught up
// it is one of them again. So the source is read once while all is well, and
// once more only for what a branch has missed. A branch that is new in an existing
// fan catches up in the same way, from the beginning of the source. A branch taken
// out is forgotten: put in again it counts as new, and its ledger keeps what it
// had from being written twice.
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
