package reconcile

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// rechecker stands between what was found and whoever reads it: where a side can
// be asked again, differences wait for that in batches, in order.
type rechecker struct {
	j       *joiner
	emit    func(Difference) error
	queue   []doubted
	waiting int // of the queue, those to be asked for
}

// doubted is a difference in the queue.
type doubted struct {
	d              Difference
	ask            bool
	key            string // normalized
	source, target []byte // rows of it, nil when there is none
	seen           time.Time
}

// out hands a difference to the reader.
func (r *rechecker) out(d Difference) error {
	r.j.sum.count(&d)
	return r.emit(d)
}

// pass takes a difference that is not asked for again.
func (r *rechecker) pass(d Difference) error {
	if r.waiting == 0 {
		return r.out(d)
	}
	r.queue = append(r.queue, doubted{d: d})
	return r.flushFull()
}

// doubt takes a difference that may have passed.
func (r *rechecker) doubt(d Difference, src, tgt *group) error {
	c := r.j.c
	if c.Source.Lookup == nil && c.Target.Lookup == nil {
		return r.out(d)
	}
	q := doubted{d: d, ask: true, key: string(r.j.key), seen: r.j.loaded}
	if r.j.streaming {
		q.seen = time.Now()
	}
	if src.rows > 0 {
		q.source = bytes.Clone(src.block)
	}
	if tgt.rows > 0 {
		q.target = bytes.Clone(tgt.block)
	}
	r.queue = append(r.queue, q)
	r.waiting++
	return r.flushFull()
}

func (r *rechecker) flushFull() error {
	batch := int(orInt64(int64(max(r.j.c.Recheck.Batch, 0)), 100))
	if r.waiting < batch && len(r.queue) < 4*batch {
		return nil
	}
	return r.flush()
}

// flush asks for what waits and hands out what still differs.
func (r *rechecker) flush() error {
	if r.waiting > 0 {
		var last time.Time
		for _, q := range r.queue {
			if q.ask && q.seen.After(last) {
				last = q.seen
			}
		}
		if err := sleep(r.j.ctx, time.Until(last.Add(r.j.c.Recheck.Delay))); err != nil {
			return err
		}
		if err := r.ask(&r.j.source, func(q *doubted) *[]byte { return &q.source }); err != nil {
			return err
		}
		if err := r.ask(&r.j.target, func(q *doubted) *[]byte { return &q.target }); err != nil {
			return err
		}
	}
	queue := r.queue
	r.queue, r.waiting = nil, 0
	for i := range queue {
		if err := r.decide(&queue[i]); err != nil {
			return err
		}
	}
	clear(queue) // rows are not held longer than needed
	r.queue = queue[:0]
	return nil
}

// ask replaces one side's rows in the queue with those it has now.
func (r *rechecker) ask(f *feed, slot func(*doubted) *[]byte) error {
	if f.side.Lookup == nil {
		return nil
	}
	keys := make([]string, 0, r.waiting)
	for i := range r.queue {
		if q := &r.queue[i]; q.ask {
			keys = append(keys, q.keyOn(slot(q)))
		}
	}
	rows, err := f.side.Lookup(r.j.ctx, keys)
	if err != nil {
		return fmt.Errorf("duijie/sync/reconcile: ask the %s again: %w", f.which, err)
	}
	now := make(map[string][]byte, len(rows))
	for i := range rows {
		block := bytes.Clone(f.enc.encode(&rows[i]))
		now[string(keyOf(block))] = block
	}
	for i := range r.queue {
		if q := &r.queue[i]; q.ask {
			*slot(q) = now[q.key]
		}
	}
	return nil
}

// keyOn is how a side writes the key: as in its row, or as the other side does.
func (q *doubted) keyOn(row *[]byte) string {
	if *row != nil {
		if v, err := parse(*row); err == nil {
			return string(v.own())
		}
	}
	return q.d.Key
}

func (r *rechecker) decide(q *doubted) error {
	if !q.ask {
		return r.out(q.d)
	}
	src, tgt, err := q.rows()
	if err != nil {
		return err
	}
	bad := false
	for _, side := range [...]struct {
		f *feed
		v *view
	}{{&r.j.source, src}, {&r.j.target, tgt}} {
		if side.v != nil && side.v.bad() {
			bad = true
			if err := r.out(side.f.undecodable(side.v)); err != nil {
				return err
			}
		}
	}
	if bad {
		r.j.sum.Unjudged++
		return nil
	}
	d := Difference{}
	if src != nil || tgt != nil {
		if d, err = r.j.judge(src, tgt); err != nil {
			return err
		}
	}
	if d.Kind == 0 { // also when both are gone
		r.j.sum.Settled++
		return nil
	}
	d.Ambiguous = q.d.Ambiguous
	return r.out(d)
}

func (q *doubted) rows() (src, tgt *view, err error) {
	for _, p := range [...]struct {
		block []byte
		dst   **view
	}{{q.source, &src}, {q.target, &tgt}} {
		if p.block != nil {
			v, err := parse(p.block)
			if err != nil {
				return nil, nil, err
			}
			*p.dst = &v
		}
	}
	return src, tgt, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("duijie/sync/reconcile: wait to ask again: %w", err)
	}
	return nil
}
