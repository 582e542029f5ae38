package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

func modelError(op string, class duijie.Class, unknown bool) error {
	return &duijie.APIError{Platform: "model", Op: op, Class: class, OutcomeUnknown: unknown}
}

var (
	errThrottled    = modelError("Write", duijie.ClassThrottled, false)
	errToken        = modelError("Write", duijie.ClassUnauthenticated, false)
	errFindFailed   = modelError("Find", duijie.ClassUnavailable, false)
	errSourceFailed = modelError("Read", duijie.ClassUnauthenticated, false)
	errBusy         = errors.New("the store is busy")
	errConn         = errors.New("the store's connection broke")
	errStopped      = errors.New("interrupted")
	errBoom         = errors.New("boom")
	errGarbled      = errors.New("no JSON")
	errBroken       = errors.New("no such unit")
)

// proc is one process: what it owns dies with it.
type proc struct {
	w     *world
	id    int
	scope duijiesync.Scope
	skew  time.Duration
	jump  time.Duration // of its clock, later
	jumps time.Duration // when
	ended chan struct{}
	died  chan struct{}
	stop  context.CancelCauseFunc
	ctx   context.Context
	calm  bool // begun after the faults ended
	cut   bool // off from its store, where the lease is concerned
	edits bool // sends other contents than it noted

	// guarded by the world's lock
	dead   bool
	until  time.Duration // stands still until then
	fence  int64
	owns   duijiesync.Scope
	yields int
	given  int       // records handed to the engine
	done   int64     // records the engine reported as settled
	reads  []yielded // of the Read under way
	going  map[string]int
	sent   map[string]int // last revision sent, by key
	sends  int
	lanes  int // sends under way
}

func (w *world) newProc(d *dice, partition string) *proc {
	p := &proc{
		w: w, scope: duijiesync.Scope{Pipeline: "parcels", Partition: partition}, ended: make(chan struct{}), died: make(chan struct{}),
		going: map[string]int{}, sent: map[string]int{},
	}
	p.skew = d.between(0, w.knobs.skew+1)
	if d.below(4) == 0 {
		p.jump, p.jumps = d.between(0, w.knobs.skew+1)-p.skew, time.Since(w.begin)+d.between(0, time.Minute)
	}
	p.ctx, p.stop = context.WithCancelCause(context.Background())
	w.mu.Lock()
	defer w.mu.Unlock()
	p.calm = w.healed
	w.procs = append(w.procs, p)
	p.id = len(w.procs)
	return p
}

// skewOf is by how much a fixed clock is ahead; -1 is the source's.
func (w *world) skewOf(actor int) time.Duration {
	if w.knobs.skew == 0 {
		return 0
	}
	d := dice{mix(w.seed + uint64(actor+10))}
	return d.between(0, w.knobs.skew)
}

// skewNow is by how much the process's clock is ahead.
func (p *proc) skewNow() time.Duration {
	if p.jumps != 0 && time.Since(p.w.begin) >= p.jumps {
		return p.skew + p.jump
	}
	return p.skew
}

// start begins a run in a goroutine of its own.
func (w *world) start(p *proc, what string) {
	if d := w.dice(p.id, "stop", ""); w.strikes(d, interrupted) {
		timer := time.AfterFunc(d.between(0, 90*time.Second), func() {
			w.log(p.id, "interrupted", "", 0, 0)
			p.stop(errStopped)
		})
		context.AfterFunc(p.ctx, func() { timer.Stop() })
	}
	if d := w.dice(p.id, "cut off", ""); w.strikes(d, cutOff) {
		p.cut = true
	}
	w.log(p.id, what, "", 0, 0)
	w.runs.Go(func() {
		defer close(p.ended)
		defer p.stop(nil)
		pipeline := p.pipeline()
		do := pipeline.Run
		if what == "replay" {
			do = func(ctx context.Context) (*duijiesync.Report, error) {
				q := duijiesync.ReplayQuery{AllPartitions: p.w.knobs.allParts && p.id%3 == 0}
				if p.w.knobs.edits && !p.calm {
					q.Edit = p.edit
				}
				return pipeline.Replay(ctx, q)
			}
		}
		rep, err := do(p.ctx)
		p.judge(what, rep, err)
	})
}

func (p *proc) pipeline() *duijiesync.Pipeline[parcel, parcel] {
	k := p.w.knobs
	pipeline := &duijiesync.Pipeline[parcel, parcel]{
		Name: "parcels", Partition: p.scope.Partition, Source: reader{p}, Transform: p.transform, Sink: p.sink(), State: disk{p},
		Prefetch: k.prefetch, Lanes: k.lanes, MaxRefusedShare: 1, MaxRefused: k.maxRefused, LeaseTTL: p.w.weak.ttl(k.ttl), LeaseWait: k.wait,
		StopGrace: k.grace, Decode: decodeParcel, Settle: duijiesync.SettlePolicy{Attempts: k.attempts},
		Observer: duijiesync.ObserverFunc(func(_ context.Context, e duijiesync.Event) {
			if e, ok := e.(duijiesync.BatchSettled); ok {
				p.w.mu.Lock()
				p.done = max(p.done, e.Report.Read)
				p.w.mu.Unlock()
			}
		}),
	}
	duijiesync.Weaken(pipeline, p.w.weak.engine)
	if p.w.isHealed() {
		pipeline.MaxRefused = 0
	}
	return pipeline
}

func (w *world) isHealed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.healed
}

func (p *proc) transform(_ context.Context, in parcel) (parcel, error) {
	p.w.mu.Lock()
	repaired := p.w.repaired
	p.w.mu.Unlock()
	switch {
	case in.Grade == left:
		return in, duijiesync.ErrSkip
	case in.Grade == broken && !repaired:
		return in, errBroken
	case in.Grade == booming && !repaired:
		panic(errBoom)
	case in.Grade == early && !p.w.goods.has(in.Ref):
		return in, fmt.Errorf("%s is not there yet: %w", in.Ref, duijiesync.ErrWait)
	}
	return in, nil
}

// edit corrects some of the dead letters.
func (p *proc) edit(letter duijiesync.DeadLetter) (json.RawMessage, error) {
	var parcel parcel
	if err := json.Unmarshal(letter.Raw, &parcel); err != nil {
		return nil, err
	}
	if parcel.Grade == good || !p.w.dice(p.id, "edit", letter.Key).coin() {
		return letter.Raw, nil
	}
	parcel.Grade = good
	p.w.mu.Lock()
	p.w.edited[letter.Key] = parcel.Rev
	p.edits = true
	p.w.mu.Unlock()
	p.w.log(p.id, "edits", letter.Key, int64(parcel.Rev), 0)
	return json.Marshal(parcel)
}

// enter is the way into every call of a process: it takes its time, waits while
// the process stands still, and fails when it is dead.
func (p *proc) enter(ctx context.Context, d *dice) error {
	_ = sleepCtx(ctx, d.between(time.Millisecond, 20*time.Millisecond), d)
	if p.w.strikes(d, frozen) {
		p.freeze(d.between(0, 2*p.w.knobs.ttl))
	}
	p.standStill(d)
	if p.isDead() {
		return errCrash
	}
	if p.w.strikes(d, crashBefore) {
		p.die("before")
		return errCrash
	}
	return nil
}

// leave is the way back.
func (p *proc) leave(d *dice) error {
	if p.w.strikes(d, crashAfter) {
		p.die("after")
	}
	p.standStill(d)
	if p.isDead() {
		return errCrash
	}
	return nil
}

func (p *proc) freeze(d time.Duration) {
	p.w.log(p.id, "stands still", d.String(), 0, 0)
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.until = max(p.until, time.Since(p.w.begin)+d)
}

func (p *proc) standStill(d *dice) {
	for {
		p.w.mu.Lock()
		rest := p.until - time.Since(p.w.begin)
		p.w.mu.Unlock()
		if rest <= 0 {
			return
		}
		time.Sleep(rest + d.between(1, time.Millisecond))
	}
}

func (p *proc) isDead() bool {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.dead
}

func (p *proc) die(when string) {
	p.w.log(p.id, "dies", when, 0, 0)
	p.w.mu.Lock()
	first := !p.dead
	p.dead = true
	p.w.mu.Unlock()
	if first {
		close(p.died)
		p.stop(errCrash)
	}
}

// bounded checks that what is handed out and not settled stays within lanes and
// batches, whatever the source's size.
func (p *proc) bounded() {
	p.w.mu.Lock()
	flight, biggest := p.given-int(p.done), 0
	for _, y := range p.reads {
		biggest = max(biggest, len(y.records))
	}
	p.w.mu.Unlock()
	k := p.w.knobs
	if limit := inFlight(k, biggest); flight > limit {
		p.w.violate("p%d holds %d records, the bound is %d", p.id, flight, limit)
	}
}

// judge looks at a run that ended.
func (p *proc) judge(what string, rep *duijiesync.Report, err error) {
	text := "ok"
	if err != nil {
		text = "error"
	}
	p.w.log(p.id, what+" ended", text, rep.Read, rep.Created)
	if sum := rep.Created + rep.Updated + rep.Unchanged + rep.Skipped + rep.Refused + rep.Held + rep.Waiting; sum != rep.Read {
		p.w.violate("p%d: read %d, but %d outcomes: %+v", p.id, rep.Read, sum, rep)
	}
	// What waited since an earlier run is read again, from its letter.
	if missing := int64(p.given) - rep.Read; err == nil && what == "run" && (missing > 0 || missing < 0 && p.w.knobs.bad == 0) {
		p.w.violate("p%d ended well, but the source yielded %d records and %d are settled", p.id, p.given, rep.Read)
	}
	if err != nil && !foreseen(err) {
		p.w.violate("p%d: unforeseen error: %v", p.id, err)
	}
	// The other partition may have to settle first what it left open.
	if err != nil && p.calm && (p.w.settled || !errors.Is(err, duijiesync.ErrKeyOpen)) {
		p.w.violate("p%d: error without a fault: %v", p.id, err)
	}
}
