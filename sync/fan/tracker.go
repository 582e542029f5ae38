package fan

import (
	stdsync "sync"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// tracker knows which batches of a pass which branches have settled. It holds
// one small entry per batch between the slowest branch and the reader.
type tracker struct {
	changed chan struct{} // room for one note that take has something new

	mu      stdsync.Mutex
	first   int64    // number of entries[0]
	entries []*entry // from the oldest batch that a branch still in it has not settled
	at      duijiesync.Checkpoint
	live    []bool // by branch: not failed
	alive   int
	failed  []int                 // in order
	stopped duijiesync.Checkpoint // at, when the first of them failed
	due     []func()              // calls of Settled whose batch all have settled
}

// entry is one batch the reader handed out.
type entry struct {
	checkpoint duijiesync.Checkpoint
	settled    func(duijiesync.BatchResult)
	result     duijiesync.BatchResult // over the branches
	by         []bool                 // which have settled it
}

func newTracker(branches int, at duijiesync.Checkpoint) *tracker {
	t := &tracker{changed: make(chan struct{}, 1), at: at, live: make([]bool, branches), alive: branches}
	for i := range t.live {
		t.live[i] = true
	}
	return t
}

// add notes a batch before it is handed out, and returns its number.
func (t *tracker) add(checkpoint duijiesync.Checkpoint, settled func(duijiesync.BatchResult)) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.entries = append(t.entries, &entry{checkpoint: checkpoint, settled: settled, by: make([]bool, len(t.live))})
	return t.first + int64(len(t.entries)) - 1
}

// settle notes that a branch has settled and stored everything of batch n.
func (t *tracker) settle(branch int, n int64, result duijiesync.BatchResult) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.live[branch] || n < t.first {
		return
	}
	e := t.entries[n-t.first]
	e.by[branch] = true
	e.result = sumResults(e.result, result)
	t.advance()
}

// fail takes a branch out, and returns how many are left. All branches of the
// pass have settled what is before the place where the first one failed.
func (t *tracker) fail(branch int) (left int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.failed) == 0 {
		t.stopped = t.at
	}
	t.failed = append(t.failed, branch)
	t.live[branch] = false
	t.alive--
	if t.alive > 0 {
		t.advance()
	}
	return t.alive
}

// advance moves past what all branches that are left have settled.
func (t *tracker) advance() {
	for len(t.entries) > 0 && t.settledByAll(t.entries[0]) {
		e := t.entries[0]
		t.entries[0] = nil
		t.entries = t.entries[1:]
		t.first++
		if e.checkpoint != "" {
			t.at = e.checkpoint
		}
		// A source that lets go of what is settled must keep what a failed branch
		// has yet to get.
		if result := e.result; e.settled != nil && len(t.failed) == 0 {
			t.due = append(t.due, func() { e.settled(result) })
		}
	}
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

func (t *tracker) settledByAll(e *entry) bool {
	for i, live := range t.live {
		if live && !e.by[i] {
			return false
		}
	}
	return true
}

// standing is how far a pass has come.
type standing struct {
	at      duijiesync.Checkpoint // behind what all have settled that are left
	failed  []int
	stopped duijiesync.Checkpoint // behind what all had settled when the first failed
}

// common is behind what all branches of the pass have settled, failed ones too.
func (s standing) common() duijiesync.Checkpoint {
	if len(s.failed) > 0 {
		return s.stopped
	}
	return s.at
}

// peek returns how far the pass has come.
func (t *tracker) peek() standing {
	t.mu.Lock()
	defer t.mu.Unlock()
	return standing{t.at, append([]int(nil), t.failed...), t.stopped}
}

// take returns how far the pass has come, and the calls of Settled that are due
// once that is stored.
func (t *tracker) take() (standing, []func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	due := t.due
	t.due = nil
	return standing{t.at, append([]int(nil), t.failed...), t.stopped}, due
}

func sumResults(a, b duijiesync.BatchResult) duijiesync.BatchResult {
	return duijiesync.BatchResult{
		Created: a.Created + b.Created, Updated: a.Updated + b.Updated, Unchanged: a.Unchanged + b.Unchanged,
		Skipped: a.Skipped + b.Skipped, Refused: a.Refused + b.Refused, Held: a.Held + b.Held, Waiting: a.Waiting + b.Waiting,
	}
}
