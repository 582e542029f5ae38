package window

import "time"

// LateFound is the event of a gap pass that found records the windows had not
// seen: the platform shows rows later than Overlap and SettleDelay allow for.
type LateFound struct {
	List     string
	From, To time.Time // the slice that was read again
	Count    int64     // records created or updated by it
	// Lateness is at most how late the rows were: from the oldest modification
	// time in the batches with finds (see [Source].Modified) to this pass. They were
	// later than the overlap and settle delay, or a window had seen them.
	Lateness               time.Duration
	OldOverlap, NewOverlap time.Duration // before, and from now on
}

// EventName implements duijiesync.Event.
func (LateFound) EventName() string { return "window_late_found" }

// ClockBehind is the event of a run whose clock is behind what was read already:
// its window is empty and nothing moves back. When that goes on, a clock was far
// ahead once: no row is lost, but none is read until the clock has caught up.
type ClockBehind struct {
	List string
	Now  time.Time // the platform's time, as far as known
	Done time.Time // everything before was read
}

// EventName implements duijiesync.Event.
func (ClockBehind) EventName() string { return "window_clock_behind" }
