// Package window makes a source for package sync that reads what was modified
// since the last run, so that rows which are shown late, change while they are
// read, or are too many for one query are not lost.
//
// # What a run reads
//
//	         checkpoint                         now
//	─────┬───────┼──────────────────────┬────────┼───▶ modification time
//	     │overlap│                      │ settle │
//	     └──── window, in slices ───────┘ delay
//
// A [Source] reads one closed window a run: from the checkpoint less Overlap up to
// now less SettleDelay. It is cut into slices of MaxSpan, the widest the platform takes;
// a slice the platform has too many rows in ([ErrTooMany]) is halved until it fits. The
// rows of a slice come from another source, made by Slice: a builder of package
// github.com/duijie-go/duijie/sync/paging that stays right while rows leave.
//
// # The guarantee
//
// A row that is shown up to Overlap + SettleDelay after its modification time is
// yielded, in a state at least as new as that. Later ones are found by gap insurance
// ([Gap]), which reads older slices again and widens the overlap. Slices cover their
// window without a gap, whatever the platform takes its ends for ([Ends]). What comes
// twice unchanged is dropped by the ledger of the pipeline.
//
// The checkpoint moves on behind each slice, and inside one where the source there
// can be resumed. A window that was cut short is read to its own end before the next
// begins. The checkpoint never moves back: a clock that does leaves the window
// empty ([ClockBehind]).
//
// # Clocks
//
// Modification times are the platform's. When its clock is behind ours, windows
// would end where it has not come to: set Skew to the most it can be, or Clock to a
// function that asks the platform. A clock ahead of ours does no harm.
//
// # Past times
//
// [Source.Backfill] reads any past part of time with a checkpoint of its own, beside
// the live runs.
//
// # Errors
//
//   - [ErrNoStart]: the first run does not know where to begin; set Start.
//   - [ErrGranule]: a slice of one granule still holds too many rows. None is
//     passed over: the next run stops there again.
//   - [ErrCheckpoint]: a checkpoint that is damaged or belongs to another source.
//   - duijie.ErrInvalid: a field is missing or wrong.
//
// Errors of the source inside come with the slice they came in.
package window
