package sync_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// seeds is how many schedules are run each time.
const seeds = 240

// TestRandomFaults runs seeded schedules of faults and crashes until quiet, and
// asks for the promise each time. DUIJIE_SEED=n runs one of them alone.
func TestRandomFaults(t *testing.T) {
	t.Parallel()
	if alone := os.Getenv("DUIJIE_SEED"); alone != "" {
		seed, err := strconv.ParseUint(alone, 10, 64)
		require.NoError(t, err)
		synctest.Test(t, func(t *testing.T) { newStorm(t, seed).run() })
		return
	}
	for seed := range uint64(seeds) {
		if t.Failed() {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			defer func() {
				if t.Failed() {
					t.Logf("alone: DUIJIE_SEED=%d go test -cpu 1 -run TestRandomFaults ./sync", seed)
				}
			}()
			newStorm(t, seed).run()
		})
	}
}

// storm is one schedule. Each decision is drawn from the seed, who makes it and
// its number, so that it does not depend on which goroutine comes first.
type storm struct {
	t      *testing.T
	seed   uint64
	rng    *rand.Rand // for the test's own goroutine
	share  int        // of calls with a fault, in percent
	plain  bool       // the target can not be looked up
	src    *stormySource
	to     *target
	state  duijiesync.State
	bad    []string // refused by the target
	broken map[string]bool
}

func newStorm(t *testing.T, seed uint64) *storm {
	rng := rand.New(rand.NewPCG(seed, 1))
	s := &storm{
		t: t, seed: seed, rng: rng, share: rng.IntN(40), plain: rng.IntN(4) == 0, to: newTarget(),
		state: duijiesync.NewMemoryState(), broken: map[string]bool{},
	}
	s.src = &stormySource{storm: s, page: 5 + rng.IntN(45), versions: rng.IntN(2) == 0, items: docs(20 + rng.IntN(100))}
	s.to.unique, s.to.named = rng.IntN(2) == 0, rng.IntN(2) == 0
	s.to.late = time.Duration(rng.IntN(6500)) * time.Millisecond
	for _, d := range s.src.items {
		switch rng.IntN(40) {
		case 0:
			s.to.poison[d.No] = true
			s.bad = append(s.bad, d.No)
		case 1:
			s.broken[d.No] = true
		case 2:
			s.to.busy[d.No] = 1 + rng.IntN(3)
		case 3: // there already, under another name
			s.to.rows[d.No] = []row{{ID: "old " + d.No, Name: "old"}}
		}
	}
	if s.plain {
		clear(s.to.rows) // without lookup a sink must not be given records it has
	}
	return s
}

// drawn is the n-th number below its bound that who draws.
func (s *storm) drawn(below int, who string, n int) int {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %d", s.seed, who, n))
	return rand.New(rand.NewPCG(uint64(sum[0])<<8|uint64(sum[1]), uint64(sum[2])<<8|uint64(sum[3]))).IntN(below)
}

func (s *storm) run() {
	s.quiet()
	s.broken = map[string]bool{} // the transform is repaired
	s.settleDead()
	s.check()
	s.src.change(s.rng)
	s.quiet()
	s.settleDead()
	s.check()
}

// quiet runs the pipeline, killed and raced again and again, until it ends
// well; at last without faults.
func (s *storm) quiet() {
	share := s.share
	defer func() { s.share = share }()
	for n := range 100 {
		if n == 60 {
			s.share = 0
		}
		if s.pass() && (s.share == 0 || s.rng.IntN(2) == 0) {
			return
		}
		if s.share > 0 && s.rng.IntN(4) == 0 {
			s.src.change(s.rng)
		}
		if len(s.bad) > 0 && s.rng.IntN(10) == 0 { // cured in the target
			s.to.mu.Lock()
			delete(s.to.poison, s.bad[0])
			s.to.mu.Unlock()
			s.bad = s.bad[1:]
		}
	}
	require.Fail(s.t, "does not end", "seed %d", s.seed)
}

// pass is one process, sometimes with a second one beside it. It tells whether
// one of them came to the end.
func (s *storm) pass() bool {
	replay := s.share > 0 && s.rng.IntN(4) == 0
	rivals := 1
	if s.rng.IntN(5) == 0 {
		rivals = 2
	}
	ended := make(chan error, rivals)
	for i := range rivals {
		p := s.pipeline()
		begin := time.Duration(s.rng.IntN(20_000_000)) * time.Microsecond
		if i == 1 && s.rng.IntN(2) == 0 {
			p.LeaseWait = 5 * time.Minute
		}
		go func() {
			time.Sleep(begin + time.Duration(i)) // virtual; never both at one instant
			run := p.Run
			if replay {
				run = func(ctx context.Context) (*duijiesync.Report, error) { return p.Replay(ctx, duijiesync.ReplayQuery{}) }
			}
			rep, err := run(s.t.Context())
			s.sums(rep)
			ended <- err
		}()
	}
	good := false
	for range rivals {
		err := <-ended
		good = good || err == nil
		expected := slices.ContainsFunc([]error{errCrash, errDown, errNotFound, errRead, duijiesync.ErrLeaseLost}, func(e error) bool { return errors.Is(err, e) })
		if err != nil && !expected {
			require.ErrorIs(s.t, err, duijiesync.ErrLeaseHeld, "seed %d", s.seed)
		}
	}
	if s.share == 0 || s.rng.IntN(2) == 0 {
		time.Sleep(2 * time.Minute) // virtual: leases run out, late commits are done
	}
	return good && !replay
}

func (s *storm) pipeline() *duijiesync.Pipeline[doc, doc] {
	c := &crashing{State: s.state, after: s.rng.IntN(2) == 0}
	if s.share > 0 && s.rng.IntN(2) == 0 {
		c.at = 1 + s.rng.IntN(30)
	}
	sink := stormySink{s, c, map[string]int{}}
	p := pipe(s.src, sink, c)
	if !s.plain {
		p.Sink = stormyFinder{sink}
	}
	p.MaxRefusedShare, p.Prefetch, p.Transform = 1, s.rng.IntN(3)-1, s.transform
	p.Lanes = s.rng.IntN(5)
	if s.share > 0 && s.rng.IntN(4) == 0 { // cut off from its store: it loses its lease
		p.State, p.LeaseTTL = &paused{State: c, cut: true}, time.Duration(3+s.rng.IntN(10))*time.Second
	}
	return p
}

// sums checks that every record counted has one outcome, however the run ended.
func (s *storm) sums(rep *duijiesync.Report) {
	require.Equal(s.t, rep.Read, rep.Created+rep.Updated+rep.Unchanged+rep.Skipped+rep.Refused+rep.Held, "seed %d: %+v", s.seed, rep)
}

// settleDead does what a person does afterwards: what is held without lookup
// is looked up by hand, and the rest replayed. Only the poison stays.
func (s *storm) settleDead() {
	share := s.share
	defer func() { s.share = share }()
	s.share = 0
	time.Sleep(2 * time.Minute) // virtual
	for range 3 {
		for _, letter := range lettersOf(s.t, s.state) {
			if s.plain && letter.Reason == duijiesync.DeadHeld {
				s.byHand(letter.Key)
			}
		}
		rep, err := s.pipeline().Replay(s.t.Context(), duijiesync.ReplayQuery{})
		require.NoError(s.t, err, "seed %d", s.seed)
		s.sums(rep)
		require.True(s.t, s.pass(), "seed %d", s.seed)
	}
	require.Len(s.t, lettersOf(s.t, s.state), len(s.bad), "seed %d", s.seed)
	open, err := s.state.OpenBatches(s.t.Context(), duijiesync.Scope{Pipeline: "docs"})
	require.NoError(s.t, err)
	require.Empty(s.t, open, "seed %d", s.seed)
}

// byHand looks whether the write that is in doubt took effect.
func (s *storm) byHand(key string) {
	entries, err := s.state.Ledger(s.t.Context(), "docs", []string{key})
	require.NoError(s.t, err)
	s.to.mu.Lock()
	rows := slices.Clone(s.to.rows[key])
	s.to.mu.Unlock()
	arrived := false
	for _, r := range rows {
		body, err := json.Marshal(doc{key, r.Name})
		require.NoError(s.t, err)
		sum := sha256.Sum256(body)
		arrived = arrived || duijiesync.Fingerprint(sum[:16]) == entries[key].Fingerprint
	}
	mark := s.pipeline().MarkUnsent
	if arrived {
		mark = s.pipeline().MarkDone
	}
	require.NoError(s.t, mark(s.t.Context(), key), "seed %d: %s", s.seed, key)
}

func (s *storm) check() {
	defer func() {
		if s.t.Failed() {
			s.t.Logf("seed %d", s.seed)
		}
	}()
	s.to.check(s.t, without(s.src.items, s.bad...))
}

var (
	errNotFound = errors.New("the lookup failed")
	errRead     = &duijie.APIError{Platform: "model", Op: "Read", Class: duijie.ClassUnavailable}
)
