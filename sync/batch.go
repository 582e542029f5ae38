package sync

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// stage says how far an item of a batch has come.
type stage uint8

const (
	toWrite  stage = iota // not settled: to be written
	done                  // outcome says what became of it
	skipped               // left out
	rejected              // the transform failed; outcome says why
	held                  // unknown, can not be looked up
	stayDead              // refused before with the same contents
)

// item is one record of the batch being processed.
type item[In, Out any] struct {
	in      *Record[In]
	out     *Record[Out] // the place-th of run.outs
	place   int
	fp      Fingerprint
	entry   Entry // what the ledger knows; State 0 when nothing
	stage   stage
	outcome Outcome
	first   bool // created by this write, as far as known before sending
	sent    bool // some write of it may have left
	resends int
	retries int
	fresh   bool // the outcome was reached in this run and is to be stored
}

// process takes one batch from reading to settlement.
func (r *run[In, Out]) process(batch Batch[In]) error {
	items, err := r.prepare(batch.Records)
	if err != nil {
		return err
	}
	var checkpoint *Checkpoint
	if batch.Checkpoint != "" && !r.replays {
		checkpoint = &batch.Checkpoint
	}
	if err := r.consult(items); err != nil {
		return err
	}
	if err := r.lookBeforeWrite(items); err != nil {
		return err
	}
	seq, writeErr := r.write(items)
	if err := r.settle(items, seq, checkpoint, writeErr); err != nil {
		return errors.Join(writeErr, err)
	}
	if r.p.Progress != nil {
		r.p.Progress(r.rep.snapshot())
	}
	if writeErr != nil {
		return writeErr
	}
	return r.checkRefusals()
}

// prepare transforms the records and keeps the latest state of each key.
func (r *run[In, Out]) prepare(records []Record[In]) ([]*item[In, Out], error) {
	r.outs = make([]Record[Out], len(records))
	store := make([]item[In, Out], len(records))
	items := make([]*item[In, Out], len(records))
	latest := make(map[string]int, len(records))
	for i, rec := range records {
		if rec.Key == "" {
			return nil, fmt.Errorf("duijie/sync: the source yielded a record without key (number %d of its batch)", i+1)
		}
		it := &store[i]
		items[i] = it
		it.in, it.out, it.place = &records[i], &r.outs[i], i
		if j, twice := latest[rec.Key]; twice {
			if older := items[j]; older.in.Version > rec.Version && rec.Version != 0 {
				it.stage = skipped
				continue
			}
			items[j].stage = skipped
		}
		latest[rec.Key] = i
	}
	for _, it := range items {
		if it.stage == skipped {
			continue
		}
		if err := r.transform(it); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func (r *run[In, Out]) transform(it *item[In, Out]) error {
	if it.in.Err != nil {
		it.stage, it.fresh = rejected, true
		it.outcome = Outcome{Kind: OutcomeRefused, Code: "decode", Message: it.in.Err.Error()}
		return r.ctx.Err()
	}
	value, err := r.callTransform(*it.in)
	if errors.Is(err, ErrSkip) {
		it.stage = skipped
		return nil
	}
	code := "transform"
	if err == nil {
		*it.out = Record[Out]{Key: it.in.Key, Value: value, Version: it.in.Version}
		code = "encode"
		it.fp, it.out.Raw, err = r.callFingerprint(it.in.Key, &it.out.Value)
	}
	if err != nil {
		it.stage, it.fresh = rejected, true
		it.outcome = Outcome{Kind: OutcomeRefused, Code: code, Message: err.Error()}
	}
	return r.ctx.Err() // a transform that was cut off says nothing about its record
}

// fingerprint hashes what would be written, and returns its JSON if it made it.
func fingerprint[Out any](custom func(Out) ([]byte, error), value *Out) (Fingerprint, json.RawMessage, error) {
	var body, raw []byte
	var err error
	if custom != nil {
		body, err = custom(*value)
	} else {
		body, err = encode(value)
		raw = body
	}
	if err != nil {
		return Fingerprint{}, nil, fmt.Errorf("fingerprint: %w", err)
	}
	sum := sha256.Sum256(body)
	return Fingerprint(sum[:16]), raw, nil
}

// encode is json.Marshal, without the second pass it makes over the JSON of a
// type that encodes itself.
func encode[T any](value *T) ([]byte, error) {
	m, ok := any(value).(json.Marshaler)
	if !ok {
		return json.Marshal(value)
	}
	body, err := m.MarshalJSON()
	if err == nil && !json.Valid(body) {
		err = fmt.Errorf("%T.MarshalJSON made no valid JSON", *value)
	}
	return body, err
}

// consult asks the ledger what it knows and settles what need not be sent.
func (r *run[In, Out]) consult(items []*item[In, Out]) error {
	keys := make([]string, 0, len(items))
	for _, it := range items {
		if it.stage == toWrite || it.stage == rejected {
			keys = append(keys, it.in.Key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	entries, err := r.p.State.Ledger(r.ctx, r.p.Name, keys)
	if err != nil {
		return err
	}
	for _, it := range items {
		if entry, known := entries[it.in.Key]; known && it.stage != skipped {
			it.entry = entry
			switch {
			case entry.Version > it.in.Version && it.in.Version != 0:
				it.outdated()
			case it.stage == toWrite:
				r.judgeKnown(it)
			}
		}
	}
	return nil
}

// outdated settles an older state of a record than the ledger knows: the newer
// one stays, be it in the target, a dead letter or held.
func (it *item[In, Out]) outdated() {
	it.fresh = false
	it.outcome = Outcome{Kind: OutcomeUnchanged}
	switch it.entry.State {
	case EntryDead:
		it.stage = stayDead
	case EntryHeld:
		it.stage = held
	default:
		it.stage = done
	}
}

// judgeKnown decides about a record whose key is in the ledger.
func (r *run[In, Out]) judgeKnown(it *item[In, Out]) {
	e := it.entry
	it.out.Target.ID = e.TargetID
	same := e.Fingerprint == it.fp
	switch {
	case e.State == EntryDone && same, e.State == EntryDoubt && same && r.finder == nil:
		it.stage, it.outcome.Kind = done, OutcomeUnchanged
	case e.State == EntryDead && same && !r.replays:
		it.stage = stayDead
	case e.State == EntryHeld && r.finder == nil && !r.cfg.idempotent && !r.p.ResendUnknown:
		it.stage, it.fresh = held, true
		it.outcome = heldOutcome()
	}
}

// lookBeforeWrite asks the target about what is to be written: what is there
// already is not written again, and creates are told from updates.
func (r *run[In, Out]) lookBeforeWrite(items []*item[In, Out]) error {
	pending := inStage(items, toWrite)
	if r.finder == nil || len(pending) == 0 {
		for _, it := range pending {
			it.first = it.out.Target.ID == ""
		}
		return nil
	}
	var gone []*item[In, Out] // written a moment ago, and not to be seen
	look := func(it *item[In, Out], f Found) {
		it.first = f.Match == Absent
		if it.locate(f) {
			it.stage, it.fresh = done, true
			it.outcome = Outcome{Kind: OutcomeUnchanged, TargetID: it.out.Target.ID}
		}
		if f.Match == Absent && r.writtenJustNow(it.entry) {
			gone = append(gone, it)
		}
	}
	if err := r.find(pending, look); err != nil {
		return err
	}
	// A target may show what it took only after a while. What the ledger knows to
	// be there is not created again before that while is over.
	delay := r.cfg.settle.Delay
	for attempt := 1; attempt < r.cfg.settle.Attempts && len(gone) > 0; attempt++ {
		if err := sleep(r.ctx, delay); err != nil {
			return err
		}
		delay *= 2
		again := gone
		gone = nil
		if err := r.find(again, look); err != nil {
			return err
		}
	}
	return nil
}

// writtenJustNow tells whether a record was put into the target so short a time
// ago that a lookup may not see it yet.
func (r *run[In, Out]) writtenJustNow(e Entry) bool {
	span := r.cfg.settle.Delay * (1<<min(r.cfg.settle.Attempts, 16) - 1)
	return (e.State == EntryDone || e.State == EntryDoubt) && time.Since(e.Updated).Abs() < span
}

// locate notes where the target has the item, and tells whether it is there as
// it should be.
func (it *item[In, Out]) locate(f Found) bool {
	it.out.Target = Target{Note: f.Note}
	if f.Match == Absent {
		return false
	}
	it.out.Target.ID = cmp.Or(f.TargetID, it.entry.TargetID, it.in.Key) // a sink that knows no ids has the key
	known := it.entry.State == EntryDone || it.entry.State == EntryDoubt
	return f.Match == Identical || f.Match == Exists && known && it.entry.Fingerprint == it.fp
}

// records are the items' records for a sink: a part of the batch where they
// stand side by side there, else copies.
func (r *run[In, Out]) records(items []*item[In, Out]) []Record[Out] {
	first, n := items[0].place, len(items)
	inARow := true
	for i, it := range items {
		inARow = inARow && it.place == first+i
	}
	if inARow {
		return r.outs[first : first+n : first+n]
	}
	records := make([]Record[Out], n)
	for i, it := range items {
		records[i] = *it.out
	}
	return records
}

// find looks items up, at most FindRows at a time.
func (r *run[In, Out]) find(items []*item[In, Out], each func(*item[In, Out], Found)) error {
	for chunk := range chunks(items, r.cfg.findRows) {
		found, err := r.callFind(r.records(chunk))
		if err != nil {
			return fmt.Errorf("duijie/sync: look up in the target: %w", err)
		}
		for i, it := range chunk {
			each(it, found[i])
		}
	}
	return nil
}

// checkRefusals stops a run that is refused too much. A replay sends what was
// refused before, so it has no limit.
func (r *run[In, Out]) checkRefusals() error {
	if r.replays {
		return nil
	}
	if r.p.MaxRefused > 0 && r.refusedNow > r.p.MaxRefused {
		return fmt.Errorf("%w: %d, the limit is %d", ErrTooManyRefused, r.refusedNow, r.p.MaxRefused)
	}
	if read := r.rep.snapshot().Read; read >= 20 && float64(r.refusedNow) > r.cfg.maxShare*float64(read) {
		return fmt.Errorf("%w: %d of %d", ErrTooManyRefused, r.refusedNow, read)
	}
	return nil
}

func inStage[In, Out any](items []*item[In, Out], s stage) []*item[In, Out] {
	var out []*item[In, Out]
	for _, it := range items {
		if it.stage == s {
			out = append(out, it)
		}
	}
	return out
}

func chunks[T any](all []T, n int) func(func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(all) > 0 {
			k := min(n, len(all))
			if !yield(all[:k:k]) {
				return
			}
			all = all[k:]
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
