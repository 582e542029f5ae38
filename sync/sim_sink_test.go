package sync_test

import (
	"context"
	"slices"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

type records = []duijiesync.Record[parcel]

// sender is the target as one process reaches it.
type sender struct{ *proc }

// seeker can look records up too.
type seeker struct{ sender }

func (p *proc) sink() duijiesync.Sink[parcel] {
	var s duijiesync.Sink[parcel] = sender{p}
	if p.w.knobs.finder != findNothing {
		s = seeker{sender{p}}
	}
	return s
}

func (s sender) Limits() duijiesync.Limits {
	k := s.w.knobs
	return duijiesync.Limits{Rows: k.rows, FindRows: k.findRows, Lanes: k.lanes, SettleDelay: k.delay, Idempotent: k.idempotent}
}

// Write is one send, or what a weakness makes of it.
func (s sender) Write(ctx context.Context, recs records) ([]duijiesync.Outcome, error) {
	if s.w.weak.write != nil {
		return s.w.weak.write(ctx, s, recs)
	}
	return s.write(ctx, recs)
}

func (s sender) write(ctx context.Context, recs records) ([]duijiesync.Outcome, error) {
	if s.isDead() {
		return nil, errCrash
	}
	s.beginSend(recs)
	defer s.endSend(recs)
	recs = slices.Clone(recs) // what is on its way stays as it is
	d := s.w.dice(s.id, "write", recs[0].Key)
	time.Sleep(d.between(1, time.Microsecond)) // lanes may call at one instant
	s.w.log(s.id, "sends", recs[0].Key, int64(len(recs)), int64(recs[0].Value.Rev))
	gone := sleepCtx(ctx, d.between(time.Millisecond, 500*time.Millisecond), d)
	if s.isDead() || gone != nil { // died meanwhile, or gave up: it may have arrived
		s.anyEffect(d, recs)
		if gone := s.leave(d); gone != nil {
			return nil, gone
		}
		return nil, errLost
	}
	if s.w.strikes(d, crashBefore) {
		s.die("before")
		return nil, errCrash
	}
	if s.w.strikes(d, frozen) { // with the request out of its hands: that arrives, the answer has to wait
		s.freeze(d.between(0, 2*s.w.knobs.ttl))
	}
	outcomes, err := s.suffer(ctx, d, recs)
	if gone := s.leave(d); gone != nil {
		return nil, gone
	}
	return outcomes, err
}

// anyEffect: what nobody hears of is done, half done, done later or not at all.
func (s sender) anyEffect(d *dice, recs records) {
	switch d.below(4) {
	case 0:
		_, _ = s.apply(recs)
	case 1:
		s.later(d, recs)
	case 2:
		_, _ = s.apply(recs[:d.below(len(recs))])
	}
}

// later does a write within the bound the engine is told.
func (s sender) later(d *dice, recs records) {
	w, id := s.w, s.id
	time.AfterFunc(d.between(time.Microsecond, w.knobs.late), func() {
		w.log(id, "late", recs[0].Key, int64(len(recs)), 0)
		_, _ = w.goods.apply(recs)
	})
}

func (s sender) apply(recs records) ([]duijiesync.Outcome, error) {
	if len(recs) == 0 {
		return nil, nil
	}
	s.w.log(s.id, "arrives", recs[0].Key, int64(len(recs)), int64(recs[0].Value.Rev))
	return s.w.goods.apply(recs)
}

func (s sender) suffer(ctx context.Context, d *dice, recs records) ([]duijiesync.Outcome, error) {
	w := s.w
	part := recs[:d.below(len(recs)+1)]
	switch {
	case w.strikes(d, crashMiddle):
		s.anyEffect(d, recs)
		s.die("in a send")
		return nil, errCrash
	case w.strikes(d, throttled):
		return nil, errThrottled
	case w.strikes(d, targetDown):
		return nil, errDown
	case w.strikes(d, tokenLost):
		return nil, errToken
	case w.strikes(d, sendLost):
		return nil, errLost
	case w.strikes(d, answerLost):
		_, _ = s.apply(recs)
		return nil, errLost
	case w.strikes(d, halfSent):
		_, _ = s.apply(part)
		return nil, errLost
	case w.strikes(d, commitLate):
		s.later(d, recs)
		return nil, errLost
	case w.strikes(d, halfLate):
		if len(part) > 0 {
			s.later(d, part)
		}
		return nil, errLost
	case w.strikes(d, wrongCount):
		s.anyEffect(d, recs)
		return make([]duijiesync.Outcome, len(recs)+1), nil
	case w.strikes(d, sinkPanics):
		s.anyEffect(d, recs)
		panic(errBoom)
	case w.strikes(d, sendHangs):
		s.anyEffect(d, recs)
		_ = sleepCtx(ctx, time.Minute, d)
		return nil, errLost
	}
	outcomes, err := s.apply(recs)
	if err == nil && w.strikes(d, rowsUnknown) {
		outcomes[d.below(len(outcomes))] = duijiesync.Outcome{}
	}
	return outcomes, err
}

// Find is one lookup.
func (s seeker) Find(ctx context.Context, recs records) ([]duijiesync.Found, error) {
	if len(recs) > s.w.knobs.findRows {
		s.w.violate("p%d looks %d records up at once, the limit is %d", s.id, len(recs), s.w.knobs.findRows)
	}
	d := s.w.dice(s.id, "find", recs[0].Key)
	if err := s.enter(ctx, d); err != nil {
		return nil, err
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case s.w.strikes(d, findFails):
		return nil, errFindFailed
	case s.w.strikes(d, findPanics):
		panic(errBoom)
	}
	found := make([]duijiesync.Found, len(recs))
	for i, r := range recs {
		found[i] = s.w.goods.look(r)
		s.w.log(s.id, "finds", r.Key, int64(found[i].Match), 0)
	}
	if s.w.strikes(d, wrongCount) {
		found = found[1:]
	}
	return found, s.leave(d)
}

// beginSend checks what must be true before anything is sent.
func (s sender) beginSend(recs records) {
	w := s.w
	if len(recs) > w.knobs.rows {
		w.violate("p%d sends %d records at once, the limit is %d", s.id, len(recs), w.knobs.rows)
	}
	w.store.checkSend(s.proc, recs)
	if wrong := s.countSend(recs); wrong != "" {
		w.violate("p%d: %s", s.id, wrong)
	}
}

func (s sender) countSend(recs records) (wrong string) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.sends++
	s.lanes++
	for _, r := range recs {
		if s.going[r.Key]++; s.going[r.Key] > 1 {
			wrong = "two sends at once of " + r.Key
		}
		if s.sent[r.Key] > r.Value.Rev {
			wrong = "an older state after a newer one of " + r.Key
		}
		s.sent[r.Key] = r.Value.Rev
	}
	if s.lanes > s.w.knobs.lanes {
		wrong = "more sends than lanes"
	}
	return wrong
}

func (s sender) endSend(recs records) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.lanes--
	for _, r := range recs {
		s.going[r.Key]--
	}
}
