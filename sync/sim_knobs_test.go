package sync_test

import (
	"time"
)

// mishap is a kind of fault; each has a probability of its own in each world.
type mishap int

const (
	crashBefore mishap = iota // the process dies before a step
	crashAfter                // the process dies after the step took effect
	crashMiddle               // the process dies while a send is on its way
	storeBusy                 // the store does nothing and says so
	storeCut                  // the store did it, but the connection broke
	sendLost                  // the request never arrived, its sender can not know
	answerLost                // done, but the answer never arrived
	halfSent                  // some of the rows are done, answer lost
	commitLate                // answer lost, done only later
	halfLate                  // some of the rows are done later, answer lost
	throttled                 // too many calls, nothing done
	targetDown                // unavailable, nothing done
	tokenLost                 // not accepted any more, nothing done
	rowsUnknown               // the answer leaves the outcome of some rows open
	wrongCount                // an answer that does not fit the question
	sinkPanics                // before or after the effect
	sendHangs                 // until the caller gives up
	findFails
	findPanics
	sourceFails
	sourcePanics
	pageTwice
	pagesOverlap
	pageEmpty
	staleRecords
	frozen      // the process stands still, and its leases run out
	interrupted // SIGTERM
	cutOff      // the process can not prolong its lease
	faultKinds
)

var faultNames = [faultKinds]string{
	"crash before", "crash after", "crash in a send", "store busy", "store cut", "send lost", "answer lost", "half sent",
	"late commit", "half late", "throttled", "target down", "token lost", "rows unknown", "wrong count", "sink panics",
	"send hangs", "find fails", "find panics", "source fails", "source panics", "page twice", "pages overlap", "page empty",
	"stale records", "paused", "interrupted", "cut off",
}

// String names the fault.
func (f mishap) String() string { return faultNames[f] }

type sourceKind int

const (
	sourceList sourceKind = iota
	sourceKeyset
	sourceWindow   // modification times, by (time, key)
	sourceBackward // modification times, by page from the last to the first
	sourceForward  // the naive way, for the simulation to prove that it loses rows
)

type finderKind int

const (
	findNothing finderKind = iota
	findExists
	findContents
)

// knobs are what one world is like: what is on in one is off in another.
type knobs struct {
	records, page            int
	source                   sourceKind
	versioned                bool
	bad                      int // permille of states that are not for the target
	finder                   finderKind
	unique, idempotent       bool
	ids, named               bool
	rows, findRows, lanes    int
	prefetch                 int
	delay                    time.Duration // the sink's settle delay
	attempts                 int           // lookups
	late, lag                time.Duration // of commits and of what a lookup shows
	ttl, wait, grace         time.Duration // of leases and stops
	skew                     time.Duration // between two clocks, at most
	overlap, settle, lateRow time.Duration // of the window source; lateRow: commits of the source
	hosts, partitions        int
	shared                   bool // rows that are in both partitions
	allParts                 bool // replays take letters of all partitions
	edits                    bool // and correct them
	restart, chaos           time.Duration
	changes                  time.Duration // between two changes of the source, at most
	maxRefused               int64
	faults                   [faultKinds]int // permille
}

// newKnobs draws each knob by its name, so that a new one leaves the others, and
// the worlds of old seeds, as they are.
func newKnobs(w *world) knobs {
	d := func(name string) *dice { return w.dice(0, "knob", name) }
	k := knobs{
		records: 5 + d("records").below(50), page: 1 + d("page").below(20),
		source: sourceKind(d("source").below(int(sourceForward))), versioned: d("versioned").coin(),
		bad: pick(d("bad"), 0, 20, 80), finder: pick(d("finder"), findNothing, findExists, findContents, findContents),
		unique: d("unique").below(3) == 0, idempotent: d("idempotent").below(3) == 0,
		ids: d("ids").coin(), named: d("named").coin(),
		rows: pick(d("rows"), 1, 3, 7, 20), findRows: pick(d("find rows"), 2, 50), lanes: 1 + d("lanes").below(4),
		prefetch: pick(d("prefetch"), -1, 1, 3),
		delay:    pick(d("delay"), 500*time.Millisecond, time.Second, 2*time.Second), attempts: 3,
		ttl:  pick(d("ttl"), 9*time.Second, 20*time.Second, time.Minute),
		wait: pick(d("wait"), 0, 0, 5*time.Minute), grace: pick(d("grace"), time.Second, 10*time.Second, 30*time.Second),
		hosts: 1 + d("hosts").below(3), partitions: pick(d("partitions"), 1, 1, 2), allParts: d("all parts").coin(), edits: d("edits").coin(),
		restart: pick(d("restart"), time.Second, 15*time.Second, time.Minute), chaos: d("chaos").between(time.Minute, 5*time.Minute),
		changes: pick(d("changes"), time.Second, 5*time.Second, 20*time.Second), overlap: 20 * time.Second,
		maxRefused: pick[int64](d("max refused"), 0, 0, 0, 0, 0, 0, 1, 3),
	}
	k.shared = k.versioned && d("shared").coin() // without versions nothing orders two partitions
	k.times(d)
	for f := range faultKinds {
		k.faults[f] = pick(d(f.String()), 0, 0, 10, 40, 150)
		switch f {
		case crashBefore, crashAfter, crashMiddle, frozen, storeBusy, storeCut:
			k.faults[f] /= 3 // these come with every step of the store
		case interrupted:
			k.faults[f] *= 5
		}
	}
	return k
}

// times draws what is late and what clocks are off, within the bounds that the
// engine states: the lookups together last longer.
func (k *knobs) times(d func(string) *dice) {
	bound := 7 * k.delay
	if d("skewed").coin() {
		k.skew = d("skew").between(0, bound/6)
	}
	if d("lags").coin() {
		k.lag = d("lag").between(0, bound/3)
	}
	k.late = d("late").between(time.Millisecond, bound-k.lag-2*k.skew-100*time.Millisecond)
	k.settle = k.skew + d("settle").between(0, 2*time.Second)
	k.lateRow = d("late row").between(0, k.overlap-2*k.skew)
}
