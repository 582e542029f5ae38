package sync

import (
	stdsync "sync"
	"time"

	"github.com/duijie-go/duijie"
)

// Report says all that a run did. Read = Created + Updated + Unchanged +
// Skipped + Refused + Held + Waiting, unless the run ended early.
type Report struct {
	Pipeline  string `json:"pipeline"`
	Partition string `json:"partition,omitempty"`

	Read      int64 `json:"read"`      // records the source yielded
	Created   int64 `json:"created"`   // new in the target
	Updated   int64 `json:"updated"`   // changed in the target
	Unchanged int64 `json:"unchanged"` // already so; not sent
	Skipped   int64 `json:"skipped"`   // left out by the transform, or replaced by a later state of the same key in its batch
	Refused   int64 `json:"refused"`   // dead letters: refused in this run, or still as they were refused before
	Held      int64 `json:"held"`      // outcome unknown, no way to look it up
	Waiting   int64 `json:"waiting"`   // dead letters that wait for what they refer to, see ErrWait
	Expired   int64 `json:"expired"`   // ledger entries forgotten because of their age
	Recovered int64 `json:"recovered"` // records of an earlier run whose outcome this run looked up at its start

	DeadLetters int64 `json:"dead_letters"` // in the state when the run ended

	Writes     int64 `json:"writes"`      // calls of the sink's Write
	Lookups    int64 `json:"lookups"`     // calls of the sink's Find
	RowRetries int64 `json:"row_retries"` // rows written again because the target could not take them just then

	Calls     map[string]map[string]int64 `json:"calls"`     // by platform and operation, repeats included
	Throttled int64                       `json:"throttled"` // calls the platforms throttled
	Retries   int64                       `json:"retries"`   // repeated calls
	BytesOut  int64                       `json:"bytes_out"` // sent in bodies
	BytesIn   int64                       `json:"bytes_in"`  // received in bodies, decompressed
	WaitedMS  int64                       `json:"waited_ms"` // spent waiting for limiters, all calls together

	Paging     string         `json:"paging"`     // how the source stays right while rows move
	Checkpoint CheckpointMove `json:"checkpoint"` // resume point before and after
	Started    time.Time      `json:"started"`
	Ended      time.Time      `json:"ended"`
}

// CheckpointMove is a run's resume point before and after.
type CheckpointMove struct {
	Before Checkpoint `json:"before"`
	After  Checkpoint `json:"after"`
}

// Complete tells whether everything the run read is in the target: nothing is
// refused, held or waiting.
func (r *Report) Complete() bool {
	return r.Refused == 0 && r.Held == 0 && r.Waiting == 0 && r.DeadLetters == 0
}

// Add adds the counts of another report, as of a further partition, and widens
// the time from Started to Ended. DeadLetters is no count but what a state holds, and
// is left alone, as are the names, the paging and the checkpoint.
func (r *Report) Add(o *Report) {
	r.add(BatchResult{o.Created, o.Updated, o.Unchanged, o.Skipped, o.Refused, o.Held, o.Waiting})
	for _, sum := range []struct{ to, of *int64 }{
		{&r.Read, &o.Read}, {&r.Expired, &o.Expired}, {&r.Recovered, &o.Recovered},
		{&r.Writes, &o.Writes}, {&r.Lookups, &o.Lookups}, {&r.RowRetries, &o.RowRetries},
		{&r.Throttled, &o.Throttled}, {&r.Retries, &o.Retries},
		{&r.BytesOut, &o.BytesOut}, {&r.BytesIn, &o.BytesIn}, {&r.WaitedMS, &o.WaitedMS},
	} {
		*sum.to += *sum.of
	}
	if r.Calls == nil {
		r.Calls = map[string]map[string]int64{}
	}
	for platform, ops := range o.Calls {
		if r.Calls[platform] == nil {
			r.Calls[platform] = map[string]int64{}
		}
		for op, n := range ops {
			r.Calls[platform][op] += n
		}
	}
	if r.Started.IsZero() || !o.Started.IsZero() && o.Started.Before(r.Started) {
		r.Started = o.Started
	}
	if o.Ended.After(r.Ended) {
		r.Ended = o.Ended
	}
}

// reporter counts while the run goes on; calls are counted from many goroutines.
type reporter struct {
	mu  stdsync.Mutex
	rep Report
}

func (r *reporter) observe(e duijie.CallEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ops := r.rep.Calls[e.Platform]
	if ops == nil {
		ops = map[string]int64{}
		r.rep.Calls[e.Platform] = ops
	}
	ops[e.Op]++
	if e.Attempt > 1 {
		r.rep.Retries++
	}
	if e.Class == duijie.ClassThrottled {
		r.rep.Throttled++
	}
	r.rep.BytesOut += e.BytesOut
	r.rep.BytesIn += e.BytesIn
	r.rep.WaitedMS += e.Wait.Milliseconds()
}

func (r *reporter) update(f func(*Report)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.rep)
}

// snapshot is a copy that later counting does not touch.
func (r *reporter) snapshot() Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.rep
	c.Calls = make(map[string]map[string]int64, len(r.rep.Calls))
	for platform, ops := range r.rep.Calls {
		m := make(map[string]int64, len(ops))
		for op, n := range ops {
			m[op] = n
		}
		c.Calls[platform] = m
	}
	return c
}
