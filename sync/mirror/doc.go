// Package mirror takes out of a pipeline's target what left its source: it
// deletes the rows, or forbids them (禁用) where the platform keeps what was used.
// It is optional: a pipeline alone never deletes anything.
//
// # Overview
//
// A [Mirror] has the name and the State of a pipeline, a way to list all keys of
// the source, and a [Deleter], the way to the target. Run it after the pipeline:
//
//	m := &mirror.Mirror{
//		Name: "customers", State: state,
//		Keys:    mirror.SourceKeys(source), // or any full listing of keys
//		Deleter: deleter{client},
//	}
//	report, err := m.Run(ctx)
//
// A run scans the source's keys from its beginning to its end, walks the ledger
// for rows whose keys are missing, looks at the guards, scans once more, and takes
// out what still is missing. [Mirror.Plan] lists it without doing it; try that first.
//
// # The promise
//
//   - Only rows in the pipeline's ledger can go: those it wrote, and those it found
//     there with the key of a record of its own. Nothing that somebody else keeps in
//     the target is looked at. Entries that are held, dead letters, or share
//     their row with another key are left alone and counted.
//   - A record that is in the source throughout a run is not taken out, as long as
//     one of the scans yields it ([Mirror.Scans], twice by default) or
//     [Mirror.Exists] knows its key. A listing of pages over rows that move can skip
//     the same record twice; where that may be, give Exists.
//   - A scan that ends with an error deletes nothing. Nor does one that finds the
//     source empty ([ErrEmptySource]), or more missing than a small share
//     ([ErrTooManyGone]), as when half a listing ends as if it were all.
//   - The run holds the leases of the pipeline, so that no other run of it writes. One
//     that loses them deletes nothing more.
//   - What comes back to the source is written again: a deleted row is created anew, a
//     forbidden one is updated under its old id. That holds too when the mirror
//     died, or an answer was lost: before rows are sent, the ledger says that they
//     are in doubt, and a record in doubt is never taken for unchanged.
//   - One bad row hurts one row. A refusal is reported with the platform's words and
//     tried again by the next run. It is no dead letter, for a replay would write it.
//
// # Deleting and forbidding
//
// With [Mirror.Forbid] the ledger keeps the id of a row and the step the Deleter
// returned, in Outcome.Step. The sink gets both in Target when the record comes back,
// and lifts the ban. Its Finder, where it has one, must call a forbidden row
// Different: else the pipeline takes it for unchanged. Without Forbid the
// id is dropped.
//
// A record the pipeline's transform leaves out still is in the source, and its row
// stays. Entries that [duijiesync.Pipeline] has forgotten (LedgerExpiry) are out of
// reach.
//
// # Patience
//
// [Mirror.MissingRuns] and [Mirror.MissingFor] have rows go only when their keys were
// missing in several runs, or for days. The mirror notes what it missed in the
// State, in the ledger of a name of its own ([NotesScope]), where its reports are
// kept as well.
//
// # Partitions
//
// Partitions of a pipeline share its ledger. One mirror serves them all:
// Partitions lists them, and Keys yields the keys of all. A mirror of one
// partition is refused where there are others ([ErrPartitions]).
//
// # Memory
//
// 16 bytes for each key of the source, 20 while the set grows (20 MB for 1,000,000
// keys), however often a listing repeats it; and as much for each missing key. Rows
// are read and deleted in batches.
//
// # Events
//
// The observer of the context (duijiesync.ContextWithObserver) is told
// [SourceScanned], [RecordsGone] and [Ended].
//
// # Errors
//
// [ErrMirror], [ErrEmptySource], [ErrTooManyGone], [ErrOpenBatches],
// [ErrPartitions]; duijiesync.ErrLeaseHeld while a run of the pipeline is under way;
// duijiesync.ErrTooManyRefused when the target refuses to give up most rows. An error
// of the Deleter that is about no single row, such as throttling, stops the run; so
// does one of the source. What was done is stored, and the next run goes on.
package mirror
