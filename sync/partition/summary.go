package partition

import (
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Status says how RunAll left a partition.
type Status uint8

// The ways RunAll leaves a partition.
const (
	StatusStopped   Status = iota // the context ended first
	StatusDone                    // everything its source had is settled
	StatusFresh                   // left out: it was done a short time ago
	StatusHeld                    // another runner has it
	StatusThrottled               // the platform's limit is used up for longer than RunAll waits
	StatusFailed                  // Err says why
)

// String names the status.
func (s Status) String() string {
	if names := [...]string{"stopped", "done", "fresh", "held", "throttled", "failed"}; int(s) < len(names) {
		return names[s]
	}
	return "invalid"
}

// Result is what RunAll did with one partition.
type Result struct {
	Partition Partition
	Status    Status
	// Slices is how many runs it had.
	Slices int
	// Report is the sum over its slices, with the checkpoint before the first and
	// after the last; nil when it did not run.
	Report *duijiesync.Report
	// Err is why it is not done: an [Error].
	Err error
}

// add adds the report of a slice.
func (r *Result) add(rep *duijiesync.Report) {
	r.Slices++
	if r.Report == nil {
		r.Report = &duijiesync.Report{
			Pipeline: rep.Pipeline, Partition: rep.Partition, Paging: rep.Paging, Checkpoint: rep.Checkpoint,
		}
	}
	r.Report.Add(rep)
	r.Report.DeadLetters, r.Report.Checkpoint.After = rep.DeadLetters, rep.Checkpoint.After
}

// Summary is what RunAll did.
type Summary struct {
	// Results are the partitions', in the order they were given.
	Results []Result
	// Report is the sum over all partitions. Its dead letters are those of the
	// ledgers the partitions have, each ledger counted once.
	Report duijiesync.Report
}

// Complete tells whether every partition is done and everything it read is in
// its target: nothing failed, is left to others or to later, refused, held or
// waiting.
func (s *Summary) Complete() bool {
	for _, r := range s.Results {
		if r.Status != StatusDone && r.Status != StatusFresh {
			return false
		}
	}
	return s.Report.Complete()
}

// Count is how many partitions were left so.
func (s *Summary) Count(status Status) int {
	n := 0
	for _, r := range s.Results {
		if r.Status == status {
			n++
		}
	}
	return n
}

// add sums up the results.
func (s *Summary) add() {
	letters := map[string]*duijiesync.Report{} // the latest word on each ledger
	for _, r := range s.Results {
		if r.Report == nil {
			continue
		}
		s.Report.Add(r.Report)
		if latest := letters[r.Report.Pipeline]; latest == nil || r.Report.Ended.After(latest.Ended) {
			letters[r.Report.Pipeline] = r.Report
		}
	}
	for _, rep := range letters {
		s.Report.DeadLetters += rep.DeadLetters
	}
}
