package fan

import (
	"encoding/json"
	"maps"
	"slices"
	stdsync "sync"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Report says all that a run of an [Out] did. The embedded report has the sums:
// of the branches' counts, so that a record counts once per branch it went to, and
// of all calls, also the source's. Its Checkpoint is the source's, as far as the
// branches that are not behind have come.
type Report struct {
	duijiesync.Report
	// Yielded is how many records the source yielded: each once for all branches,
	// and again what stragglers had missed.
	Yielded int64 `json:"yielded"`
	// Branches are the branches' own reports, in order.
	Branches []BranchReport `json:"branches"`
}

// BranchReport is what one branch did in a run.
type BranchReport struct {
	Name string `json:"name"`
	// Report is the branch's own; its Checkpoint is how far the branch has come in
	// the source. nil when its turn did not come.
	Report *duijiesync.Report `json:"report,omitempty"`
	// CaughtUp: it was behind the others and has read what it missed.
	CaughtUp bool `json:"caught_up,omitempty"`
	// Behind: it did not come as far as the others. The next run makes a pass from
	// where it stands.
	Behind bool `json:"behind,omitempty"`
	// Err is why it stopped; nil when it settled everything.
	Err   error  `json:"-"`
	Error string `json:"error,omitempty"` // its text
}

// Complete tells whether everything is in every target: no branch stopped or is
// behind, and nothing is refused, held or waiting.
func (r *Report) Complete() bool {
	for _, b := range r.Branches {
		if b.Report == nil || b.Err != nil || b.Behind {
			return false
		}
	}
	return r.Report.Complete()
}

// Branch returns the report of one branch, nil when there is none of that name.
func (r *Report) Branch(name string) *BranchReport {
	for i := range r.Branches {
		if r.Branches[i].Name == name {
			return &r.Branches[i]
		}
	}
	return nil
}

// add adds the report of a pass: a run that has branches behind makes two.
func (b *BranchReport) add(rep *duijiesync.Report) {
	if rep == nil {
		return
	}
	if b.Report == nil {
		b.Report = rep
		return
	}
	b.Report.Add(rep)
	b.Report.DeadLetters = rep.DeadLetters
}

// sum adds the branches' reports to what the source did.
func (r *Report) sum() {
	for _, b := range r.Branches {
		if b.Report != nil {
			r.Add(b.Report)
			r.DeadLetters += b.Report.DeadLetters
		}
	}
}

// reading counts what the source does; its calls come from many goroutines.
type reading struct {
	mu      stdsync.Mutex
	yielded int64
	rep     duijiesync.Report
}

func (r *reading) called(e duijie.CallEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rep.Calls == nil {
		r.rep.Calls = map[string]map[string]int64{}
	}
	if r.rep.Calls[e.Platform] == nil {
		r.rep.Calls[e.Platform] = map[string]int64{}
	}
	r.rep.Calls[e.Platform][e.Op]++
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

func (r *reading) read(records int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.yielded += int64(records)
}

// addTo puts what was counted into the report.
func (r *reading) addTo(rep *Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rep.Yielded = r.yielded
	rep.Add(&r.rep)
}

// row is the report as the State keeps it.
func (r *Report) row() (json.RawMessage, error) {
	c := *r
	c.Branches = slices.Clone(r.Branches)
	c.Calls = maps.Clone(r.Calls)
	return json.Marshal(c)
}
