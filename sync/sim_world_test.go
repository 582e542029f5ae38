package sync_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// world is one simulated deployment: a source that changes, a target with its
// own manners, a store, and processes that come and die. All of it follows from
// the seed: each decision is drawn by hash(seed, actor, n), and each call takes a
// time of its own to the nanosecond, so that no two actors act at one instant.
type world struct {
	seed    uint64
	knobs   knobs
	weak    weakness
	verbose bool // a fuller trace
	begin   time.Time

	origin *origin
	goods  *goods
	store  *store

	mu       sync.Mutex // never held over a wait
	healed   bool       // no more faults
	repaired bool       // the transform is
	settled  bool       // each partition ran once without faults
	counts   map[uint64]uint64
	edited   map[string]int // revision that a person corrected, by key
	procs    []*proc
	events   []event
	faults   [faultKinds]int
	wrong    string // the first violation
	lived    time.Duration
	runs     sync.WaitGroup
}

func newWorld(seed uint64, weak weakness, verbose bool) *world {
	w := &world{seed: seed, weak: weak, verbose: verbose, begin: time.Now(), counts: map[uint64]uint64{}, edited: map[string]int{}}
	w.knobs = newKnobs(w)
	if weak.knobs != nil {
		weak.knobs(&w.knobs)
	}
	w.origin = newOrigin(w)
	w.goods, w.store = newGoods(w), newStore(w)
	return w
}

// event is one line of the trace.
type event struct {
	at   time.Duration
	proc int // 0 is the world itself
	what string
	key  string
	a, b int64
}

func (w *world) log(proc int, what, key string, a, b int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, event{time.Since(w.begin), proc, what, key, a, b})
}

// logSettlement tells what a settlement holds.
func (w *world) logSettlement(p *proc, set duijiesync.Settlement) {
	if !w.verbose {
		return
	}
	for _, e := range set.Entries {
		w.log(p.id, "  entry", e.Key+" "+e.TargetID, int64(e.State), e.Version)
	}
	for _, l := range set.Dead {
		w.log(p.id, "  letter", l.Key+" "+l.Message, int64(l.Reason), int64(letterRev(l)))
	}
	for _, k := range set.Resolved {
		w.log(p.id, "  resolved", k, 0, 0)
	}
}

// violate notes what must never happen.
func (w *world) violate(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.log(0, "VIOLATION", text, 0, 0)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.wrong == "" {
		w.wrong = text
	}
}

func (w *world) violated() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wrong != ""
}

// hash is the same in two runs that did the same at the same times.
func (w *world) hash() uint64 {
	h := fnv.New64a()
	for _, e := range w.events {
		_, _ = fmt.Fprintf(h, "%d %d %s %s %d %d\n", e.at, e.proc, e.what, e.key, e.a, e.b)
	}
	return h.Sum64()
}

// trace is the end of the story, for people.
func (w *world) trace(last int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "knobs: %+v\n", w.knobs)
	first := max(0, len(w.events)-last)
	if first > 0 {
		fmt.Fprintf(&b, "(%d events before; DUIJIE_TRACE=all shows them)\n", first)
	}
	for _, e := range w.events[first:] {
		fmt.Fprintf(&b, "%14v p%-3d %-16s %s  %d %d\n", e.at, e.proc, e.what, e.key, e.a, e.b)
	}
	return b.String()
}

// dice are the draws of one decision.
type dice struct{ state uint64 }

// dice draws by who decides and for the how manieth time.
func (w *world) dice(proc int, what, key string) *dice {
	h := uint64(14695981039346656037) ^ w.seed*0x9E3779B97F4A7C15
	for _, s := range [...]string{what, "/", key} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
	}
	h = mix(h ^ uint64(proc)<<40)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[h]++
	return &dice{mix(h + w.counts[h]*0xD1B54A32D192ED03)}
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (d *dice) next() uint64 {
	d.state += 0x9E3779B97F4A7C15
	return mix(d.state)
}

func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }

func (d *dice) coin() bool { return d.next()&1 == 0 }

func (d *dice) permille(p int) bool { return d.below(1000) < p }

// between is a time to the nanosecond.
func (d *dice) between(from, to time.Duration) time.Duration {
	return from + time.Duration(d.next()%uint64(max(to-from, 1)))
}

// pick draws one of all.
func pick[T any](d *dice, all ...T) T { return all[d.below(len(all))] }

// strikes tells whether a fault comes now, and counts it.
func (w *world) strikes(d *dice, f mishap) bool {
	hit := d.permille(w.knobs.faults[f])
	w.mu.Lock()
	defer w.mu.Unlock()
	if hit = hit && !w.healed; hit {
		w.faults[f]++
	}
	return hit
}

// sleepCtx waits, at least until the context ends; then a little longer, so that
// those it ends do not wake at one instant.
func sleepCtx(ctx context.Context, d time.Duration, dice *dice) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		time.Sleep(dice.between(1, time.Microsecond))
		return context.Cause(ctx)
	}
}

// run is the whole life of the world.
func (w *world) run() {
	hosts := sync.WaitGroup{}
	until := w.knobs.chaos
	hosts.Go(func() { w.mutate(until) })
	hosts.Go(func() { w.person(until) })
	for i := range w.knobs.hosts {
		hosts.Go(func() { w.host(i+1, until) })
	}
	hosts.Wait()
	w.mu.Lock()
	w.healed = true
	w.mu.Unlock()
	w.runs.Wait()
	w.log(0, "healed", "", 0, 0)
	if !w.violated() {
		w.heal()
	} else {
		time.Sleep(time.Minute) // what is on its way arrives
	}
}

// host starts process after process.
func (w *world) host(i int, until time.Duration) {
	for time.Since(w.begin) < until && !w.violated() {
		d := w.dice(-i, "host", "")
		time.Sleep(d.between(time.Millisecond, w.knobs.restart))
		p := w.newProc(d, pick(d, w.parts()...))
		if d.below(5) == 0 {
			w.start(p, "replay")
		} else {
			w.start(p, "run")
		}
		select {
		case <-p.ended:
		case <-p.died:
		}
	}
}

var expected = []error{
	errCrash, errDown, errThrottled, errToken, errBusy, errConn, errFindFailed, errSourceFailed, errStopped, errBoom,
	duijiesync.ErrLeaseHeld, duijiesync.ErrLeaseLost, duijiesync.ErrTooManyRefused, duijiesync.ErrTargetBusy, duijiesync.ErrKeyOpen, context.DeadlineExceeded, context.Canceled,
}

// foreseen tells whether a run may end with err while there are faults.
func foreseen(err error) bool {
	return slices.ContainsFunc(expected, func(e error) bool { return errors.Is(err, e) }) ||
		strings.Contains(err.Error(), "panicked") || strings.Contains(err.Error(), "results for")
}
