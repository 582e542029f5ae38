package workflow_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/workflow"
)

// prior is what the target holds before, and the effects that bring it to
// audited with the text "new": exactly these, whatever happens on the way.
type prior struct {
	status, text string
	want         []string
	code         string // of the refusal, where a person has to act
}

var priors = []prior{
	{"", "", []string{"create", "submit", "audit"}, ""},
	{"A", "new", []string{"submit", "audit"}, ""},
	{"A", "old", []string{"update", "submit", "audit"}, ""},
	{"B", "new", []string{"audit"}, ""},
	{"B", "old", []string{"cancel", "update", "submit", "audit"}, ""},
	{"C", "new", nil, ""},
	{"C", "old", []string{"unaudit", "update", "submit", "audit"}, ""},
	{"D", "new", []string{"submit", "audit"}, ""},
	{"D", "old", []string{"update", "submit", "audit"}, ""},
	{"F", "new", nil, ""},
	{"F", "old", nil, workflow.CodeNotEditable},
	{"X", "new", nil, workflow.CodeStopped},
	{"X", "old", nil, workflow.CodeStopped},
	{"Q", "new", nil, workflow.CodeUnknownStatus},
	{"Q", "old", nil, workflow.CodeUnknownStatus},
}

func (p prior) String() string { return fmt.Sprintf("%s %s", p.status, p.text) }

// rough brings two documents through the faults, with restarts and, at the
// end, a person who replays. It returns the number of calls.
func rough(t *testing.T, p prior, faults map[call]fault) int {
	e := newERP()
	state := duijiesync.NewMemoryState()
	if p.status != "" {
		e.put("N", p.text, p.status)
	}
	e.put("K", "new", "B") // another one on its way
	e.faults = faults
	docs := []doc{{"N", "new"}, {"M", "new"}, {"K", "new"}}
	says := func() string { return fmt.Sprintf("prior %v, faults %v", p, faults) }
	settled := false
	for attempt := 0; !settled; attempt++ {
		require.Less(t, attempt, 6, says())
		_, err := e.pipe(t, state, docs...).Run(t.Context())
		if err != nil {
			e.dead = false
			time.Sleep(2 * time.Minute) // virtual: the lease of a dead process runs out
			continue
		}
		settled = true
	}
	for attempt := 0; len(letters(t, state)) > 0; attempt++ {
		if attempt == 4 {
			break
		}
		if _, err := e.pipe(t, state, docs...).Replay(t.Context(), duijiesync.ReplayQuery{}); err != nil {
			e.dead = false
			time.Sleep(2 * time.Minute) // virtual
		}
	}
	total := e.total
	check := func(no string, p prior) {
		all := e.byNo(no)
		require.Len(t, all, 1, "%s: bills of %s", says(), no)
		b := all[0]
		require.Equal(t, p.want, b.effects, "%s: %s", says(), no)
		entry := entryOf(t, state, no)
		if p.code != "" {
			require.Equal(t, p.status, b.status, says())
			require.Equal(t, p.text, b.Text, says())
			require.Equal(t, duijiesync.EntryDead, entry.State, says())
			require.Equal(t, b.id, entry.TargetID, says())
			return
		}
		require.Equal(t, "new", b.Text, says())
		require.Contains(t, []string{"C", "F"}, b.status, says())
		require.Equal(t, duijiesync.EntryDone, entry.State, says())
		require.Equal(t, b.id, entry.TargetID, says())
	}
	check("N", p)
	check("M", priors[0])
	check("K", priors[3])
	left := letters(t, state)
	if p.code == "" {
		require.Empty(t, left, says())
	} else {
		require.Len(t, left, 1, says())
		require.Equal(t, p.code, left[0].Code, says())
	}
	open, err := state.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "bills"})
	require.NoError(t, err)
	require.Empty(t, open, says())
	rep, err := e.pipe(t, state, docs...).Run(t.Context())
	require.NoError(t, err)
	require.Zero(t, rep.Created+rep.Updated, says())
	return total
}

var (
	writeOps    = []string{"save", "submit", "audit", "unaudit", "cancel"}
	writeFaults = []fault{lostBefore, lostAfter, late, refuse, throttle, down, forbidden, crashBefore, crashAfter}
	readOps     = []string{"find", "status"}
	readFaults  = []fault{throttle, down, forbidden, refuse, crashBefore, crashAfter}
)

// TestEveryFaultAtEveryCall: one fault at each of the first calls of every
// operation, for every state a document can be in before. Each bill gets
// exactly the effects it needs, none twice.
func TestEveryFaultAtEveryCall(t *testing.T) {
	t.Parallel()
	n := 0
	try := func(ops []string, faults []fault, calls int) {
		for _, op := range ops {
			for at := 1; at <= calls; at++ {
				for _, f := range faults {
					for _, p := range priors {
						synctest.Test(t, func(t *testing.T) { rough(t, p, map[call]fault{{op, at}: f}) })
						n++
					}
				}
			}
		}
	}
	try(writeOps, writeFaults, 2)
	try(readOps, readFaults, 5)
	t.Logf("%d cases", n)
}

// TestFaultsWithoutComparing: a save sink that compares nothing and tells no ids
// may be updated again after a lost answer or a crash. There is one bill with the
// right contents in the right status all the same.
func TestFaultsWithoutComparing(t *testing.T) {
	t.Parallel()
	for _, op := range writeOps {
		for at := 1; at <= 2; at++ {
			for _, f := range writeFaults {
				for _, p := range priors[:9] {
					synctest.Test(t, func(t *testing.T) {
						e, state := newERP(), duijiesync.NewMemoryState()
						if p.status != "" {
							e.put("N", p.text, p.status)
						}
						e.faults[call{op, at}] = f
						c := e.config()
						c.Save = mute{e}
						pipe := pipeOf(t, c, &crashing{state, e}, doc{"N", "new"}, doc{"M", "new"})
						says := fmt.Sprintf("prior %v, %v at %s %d", p, f, op, at)
						for range 3 {
							if _, err := pipe.Run(t.Context()); err != nil {
								e.dead = false
								time.Sleep(2 * time.Minute) // virtual
							}
						}
						_, err := pipe.Replay(t.Context(), duijiesync.ReplayQuery{})
						require.NoError(t, err, says)
						require.Empty(t, letters(t, state), says)
						for _, no := range []string{"N", "M"} {
							require.Len(t, e.byNo(no), 1, says)
							require.Equal(t, "C", e.byNo(no)[0].status, says)
							require.Equal(t, "new", e.byNo(no)[0].Text, says)
						}
					})
				}
			}
		}
	}
}

// TestFaultsTogether draws two to four faults by seed.
func TestFaultsTogether(t *testing.T) {
	t.Parallel()
	seeds := uint64(3000)
	if testing.Short() {
		seeds = 300
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 5))
			faults := map[call]fault{}
			for range 2 + rng.IntN(3) {
				if rng.IntN(4) == 0 {
					faults[call{readOps[rng.IntN(2)], 1 + rng.IntN(6)}] = readFaults[rng.IntN(len(readFaults))]
					continue
				}
				faults[call{writeOps[rng.IntN(len(writeOps))], 1 + rng.IntN(3)}] = writeFaults[rng.IntN(len(writeFaults))]
			}
			defer func() {
				if t.Failed() {
					t.Logf("seed %d", seed)
				}
			}()
			rough(t, priors[rng.IntN(len(priors))], faults)
		})
	}
}

// TestPersonMovesTheBill: between any two calls somebody moves the bill to any
// status or deletes it. It ends audited or closed, or as a letter that says why;
// nothing is created twice and no transition is forced.
func TestPersonMovesTheBill(t *testing.T) {
	t.Parallel()
	for _, p := range priors[:10] {
		for _, op := range append(readOps, writeOps...) {
			for at := 1; at <= 3; at++ {
				for _, to := range []string{"A", "B", "C", "D", "F", "X", "Q", "gone"} {
					synctest.Test(t, func(t *testing.T) { interfere(t, p, call{op, at}, to) })
				}
			}
		}
	}
}

func interfere(t *testing.T, p prior, at call, to string) {
	e := newERP()
	state := duijiesync.NewMemoryState()
	if p.status != "" {
		e.put("N", p.text, p.status)
	}
	moved := false
	e.onCall[at] = func() {
		for _, b := range e.byNo("N") {
			moved = true
			if b.status = to; to == "gone" {
				delete(e.bills, b.id)
			}
		}
	}
	says := func() string { return fmt.Sprintf("prior %v, a person moves it to %s before %v", p, to, at) }
	p1 := e.pipe(t, state, doc{"N", "new"})
	_, err := p1.Run(t.Context())
	require.NoError(t, err, says())
	creates := 0
	for _, l := range letters(t, state) {
		require.NotEmpty(t, l.Code, says())
		require.NotEmpty(t, l.Message, says())
	}
	for range 2 {
		_, err = p1.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err, says())
	}
	all := e.byNo("N")
	if moved && to == "gone" && len(all) == 0 { // deleted when all was done
		require.Empty(t, letters(t, state), says())
		return
	}
	require.Len(t, all, 1, says())
	b := all[0]
	for _, effect := range b.effects {
		if effect == "create" {
			creates++
		}
	}
	require.LessOrEqual(t, creates, 1, says())
	left := letters(t, state)
	switch {
	case len(left) > 0:
		require.Contains(t, []string{"X", "Q", "F"}, b.status, says())
		require.Contains(t, []string{workflow.CodeStopped, workflow.CodeUnknownStatus, workflow.CodeNotEditable}, left[0].Code, says())
		require.Equal(t, b.id, entryOf(t, state, "N").TargetID, says())
	case moved && b.status == to && to != "C" && to != "F":
		// Moved after the last look at it: the ledger leaves it alone.
		require.Equal(t, duijiesync.EntryDone, entryOf(t, state, "N").State, says())
	default:
		require.Equal(t, "new", b.Text, says())
		require.Contains(t, []string{"C", "F"}, b.status, says())
	}
}

// TestLongStorm: days of work: the source changes, calls fail, processes die and
// people move bills about. Afterwards a person replays and has all repaired: one
// bill for each number, with the latest contents, audited or closed.
func TestLongStorm(t *testing.T) {
	t.Parallel()
	seeds := uint64(1500)
	if testing.Short() {
		seeds = 150
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) { longStorm(t, seed) })
	}
}

func longStorm(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 11))
	e, state := newERP(), duijiesync.NewMemoryState()
	c := e.config()
	c.RestoreRefused = rng.IntN(2) == 0
	if rng.IntN(3) == 0 {
		c.Save = mute{e}
	}
	docs := make([]doc, 5)
	for round := range 6 {
		for i := range docs {
			if docs[i].No == "" || rng.IntN(3) == 0 {
				docs[i] = doc{fmt.Sprint("N", i), fmt.Sprint("text ", round)}
			}
		}
		clear(e.faults)
		clear(e.onCall)
		for range rng.IntN(4) {
			op := writeOps[rng.IntN(len(writeOps))]
			e.faults[call{op, e.calls[op] + 1 + rng.IntN(2)}] = writeFaults[rng.IntN(len(writeFaults))]
		}
		for range rng.IntN(3) {
			op := append(readOps, writeOps...)[rng.IntN(7)]
			no, to := fmt.Sprint("N", rng.IntN(5)), []string{"A", "B", "C", "D", "F"}[rng.IntN(5)]
			e.onCall[call{op, e.calls[op] + 1 + rng.IntN(3)}] = func() {
				for _, b := range e.byNo(no) {
					e.set(b, to, "")
				}
			}
		}
		p := pipeOf(t, c, &crashing{state, e}, docs...)
		if rng.IntN(4) == 0 {
			_, _ = p.Replay(t.Context(), duijiesync.ReplayQuery{})
		} else {
			_, _ = p.Run(t.Context())
		}
		e.dead = false
		time.Sleep(2 * time.Minute) // virtual
	}
	clear(e.faults)
	clear(e.onCall)
	for _, b := range e.bills {
		if b.status == "F" {
			e.set(b, "C", "") // closed ones could not be corrected
		}
	}
	p := pipeOf(t, c, state, docs...)
	p.Source = forced(p.Source)
	for range 2 {
		_, err := p.Run(t.Context())
		require.NoError(t, err, "seed %d", seed)
	}
	require.Empty(t, letters(t, state), "seed %d", seed)
	for _, d := range docs {
		all := e.byNo(d.No)
		require.Len(t, all, 1, "seed %d: %s", seed, d.No)
		require.Equal(t, d.Text, all[0].Text, "seed %d: %s", seed, d.No)
		require.Equal(t, "C", all[0].status, "seed %d: %s", seed, d.No)
	}
}
