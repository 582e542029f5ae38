package sync_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// parcel is what the worlds copy.
type parcel struct {
	No    string
	Rev   int
	Grade grade
	Ref   string `json:",omitempty"` // what it can not be without
}

// grade says what is wrong with a state of a parcel.
type grade int

const (
	good    grade = iota
	poison        // the target refuses it, until cured
	broken        // the transform fails, until repaired
	booming       // the transform panics
	early         // the transform waits for another row in the target
	garbled       // the source can not decode it
	left          // the transform leaves it out
)

// past is one state of a row in the source.
type past struct {
	parcel
	version  int64
	modified time.Duration // by the source's clock
	visible  time.Duration // from when on a read shows it
}

// origin is the source's database.
type origin struct {
	w     *world
	mu    sync.Mutex
	keys  []string // in order of creation
	rows  map[string][]past
	clock int64
}

func newOrigin(w *world) *origin {
	o := &origin{w: w, rows: map[string][]past{}}
	d := w.dice(0, "origin", "")
	for range w.knobs.records {
		o.change(o.newKey(d), d)
	}
	return o
}

func (o *origin) newKey(d *dice) string { return fmt.Sprintf("%02x-%d", d.below(256), len(o.keys)) }

// change makes a new state of a row, committed a little later. A row whose last
// change is not committed is locked.
func (o *origin) change(key string, d *dice) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Since(o.w.begin)
	all := o.rows[key]
	if len(all) == 0 {
		o.keys = append(o.keys, key)
	} else if all[len(all)-1].visible > now {
		return
	}
	o.clock++
	next := past{parcel: parcel{No: key, Rev: len(all) + 1}, version: o.clock, modified: now + o.w.skewOf(-1), visible: now}
	if d.permille(o.w.knobs.bad) {
		next.Grade = grade(1 + d.below(int(left)))
		if next.Grade == early {
			next.Ref = o.keys[d.below(len(o.keys))]
		}
	}
	if len(all) > 0 && d.below(6) == 0 { // touched, not changed
		next.parcel = all[len(all)-1].parcel
	}
	if d.coin() {
		next.visible += d.between(0, o.w.knobs.lateRow)
	}
	o.rows[key] = append(all, next)
	o.w.log(0, "change", key, int64(next.Rev), int64(next.Grade))
}

// seen is the state of a row a read shows now.
func (o *origin) seen(key string) (past, bool) {
	now := time.Since(o.w.begin)
	all := o.rows[key]
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].visible <= now {
			return all[i], true
		}
	}
	return past{}, false
}

// older is a state before the one that is seen.
func (o *origin) older(key string, d *dice) (past, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now, ok := o.seen(key)
	if all := o.rows[key]; ok && now.version > all[0].version {
		i := d.below(len(all))
		return all[i], all[i].version < now.version
	}
	return past{}, false
}

// list is what a read shows, of what keep wants, in order of less.
func (o *origin) list(part string, keep func(past) bool, order func(a, b past) int) []past {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []past
	for _, key := range o.keys {
		if p, ok := o.seen(key); ok && o.w.within(part, key) && keep(p) {
			all = append(all, p)
		}
	}
	if order != nil {
		slices.SortFunc(all, order)
	}
	return all
}

// parts are the partitions of the pipeline.
func (w *world) parts() []string {
	if w.knobs.partitions == 1 {
		return []string{""}
	}
	return []string{"even", "odd"}
}

// within tells whether a row belongs to a partition; some belong to two.
func (w *world) within(part, key string) bool {
	d := dice{mix(w.seed ^ uint64(len(key))<<32 ^ uint64(key[0])<<8 ^ uint64(key[1]))}
	n := d.below(6)
	return part == "" || n < 2 && w.knobs.shared || (n%2 == 0) == (part == "even")
}

func byKey(a, b past) int { return cmp.Compare(a.No, b.No) }

func byTime(a, b past) int {
	return cmp.Or(cmp.Compare(a.modified, b.modified), cmp.Compare(a.No, b.No))
}

// mutate changes the source and cures the target while processes run.
func (w *world) mutate(until time.Duration) {
	for time.Since(w.begin) < until && !w.violated() {
		d := w.dice(0, "mutate", "")
		time.Sleep(d.between(time.Millisecond, w.knobs.changes))
		switch n := d.below(8); {
		case n < 2 && len(w.origin.keys) < w.knobs.records+15:
			w.origin.change(w.origin.newKey(d), d)
		case n == 2:
			w.goods.cure(w.origin.keys[d.below(len(w.origin.keys))])
		default:
			w.origin.change(w.origin.keys[d.below(len(w.origin.keys))], d)
		}
	}
}

// yielded is what a process was given, for the invariants.
type yielded struct {
	checkpoint duijiesync.Checkpoint
	records    []past
}

// reader is the source as one process sees it.
type reader struct{ *proc }

func (r reader) Paging() string { return "simulated" }

// Read yields page after page, with all that can go wrong in it.
func (r reader) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[parcel], error] {
	return func(yield func(duijiesync.Batch[parcel], error) bool) {
		r.w.mu.Lock()
		r.reads = nil
		r.w.mu.Unlock()
		at := r.parse(after)
		for !at.End {
			d := r.w.dice(r.id, "read", at.String())
			if err := r.fetch(ctx, d); err != nil {
				yield(duijiesync.Batch[parcel]{}, err)
				return
			}
			rows, next := r.page(at)
			r.w.log(r.id, "page", at.String(), int64(len(rows)), 0)
			if !r.hand(yield, d, rows, next) {
				return
			}
			at = next
		}
	}
}

// fetch is the call of one page.
func (r reader) fetch(ctx context.Context, d *dice) error {
	if err := r.enter(ctx, d); err != nil {
		return err
	}
	if r.w.strikes(d, sourceFails) {
		return errSourceFailed
	}
	if r.w.strikes(d, sourcePanics) {
		panic(errBoom)
	}
	return ctx.Err()
}

// hand yields a page, in one batch or several.
func (r reader) hand(yield func(duijiesync.Batch[parcel], error) bool, d *dice, rows []past, next cursor) bool {
	times := 1
	if r.w.strikes(d, pageTwice) {
		times = 2
	}
	if r.w.strikes(d, pagesOverlap) && len(rows) > 0 {
		again := rows[d.below(len(rows))]
		r.w.origin.mu.Lock()
		again, _ = r.w.origin.seen(again.No) // as it is now
		r.w.origin.mu.Unlock()
		rows = append(slices.Clone(rows), again)
	}
	if r.w.knobs.versioned && r.w.strikes(d, staleRecords) && len(rows) > 0 {
		if old, ok := r.w.origin.older(rows[d.below(len(rows))].No, d); ok {
			rows = append([]past{old}, rows...)
			if d.coin() { // behind the newer state
				rows = append(rows[1:len(rows):len(rows)], old)
			}
		}
	}
	for range times {
		if r.w.strikes(d, pageEmpty) && !r.give(yield, nil, "") {
			return false
		}
		half := len(rows)
		if half > 1 && d.below(4) == 0 { // no resume point in the middle of a page
			half = d.below(len(rows))
			if !r.give(yield, rows[:half], "") {
				return false
			}
			if !r.give(yield, rows[half:], next.checkpoint(r.yields)) {
				return false
			}
			continue
		}
		if !r.give(yield, rows, next.checkpoint(r.yields)) {
			return false
		}
	}
	return true
}

// give yields one batch and keeps account of it.
func (r reader) give(yield func(duijiesync.Batch[parcel], error) bool, rows []past, at duijiesync.Checkpoint) bool {
	batch := duijiesync.Batch[parcel]{Checkpoint: at}
	for _, row := range rows {
		rec := duijiesync.Record[parcel]{Key: row.No, Value: row.parcel}
		if r.w.knobs.versioned && !r.w.weak.versions {
			rec.Version = row.version
		}
		if row.Grade == garbled {
			rec.Raw, _ = json.Marshal(row.parcel)
			rec.Value, rec.Err = parcel{}, errGarbled
		}
		batch.Records = append(batch.Records, rec)
	}
	r.w.mu.Lock()
	r.yields++
	r.given += len(rows)
	r.reads = append(r.reads, yielded{at, rows})
	r.w.mu.Unlock()
	r.bounded()
	return yield(batch, nil)
}

// decode is the pipeline's Decode.
func decodeParcel(raw json.RawMessage) (p parcel, err error) {
	if err = json.Unmarshal(raw, &p); err == nil && p.Grade == garbled {
		err = errGarbled
	}
	return p, err
}
