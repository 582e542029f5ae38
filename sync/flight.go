package sync

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	stdsync "sync"
	"time"
)

// stage says how far an item of a batch has come.
type stage uint8

const (
	toWrite  stage = iota // not settled: to be written
	done                  // outcome says what became of it
	skipped               // left out
	rejected              // refused, or the transform failed or waits; outcome says why
	held                  // unknown, can not be looked up
	stayDead              // refused before with the same contents
)

// item is one record of the batch being processed.
type item[In, Out any] struct {
	in      *Record[In]
	out     *Record[Out] // the place-th of flight.outs
	place   int
	fp      Fingerprint
	entry   Entry // what the ledger knows; State 0 when nothing
	stage   stage
	reason  DeadReason // of a dead letter the engine itself makes; 0 for the target's refusals
	outcome Outcome
	openID  string // the target id its open batch notes
	first   bool   // created by this write, as far as known before sending
	sent    bool   // some write of it may have left
	resends int
	retries int
	fresh   bool // the outcome was reached in this run and is to be stored
	known   bool // a failure that is in the dead letters already
	drop    bool // its letter goes, whatever is booked
	left    bool // the transform left it out: what an older state left behind must go
}

// flight is one batch on its way from reading to settlement.
type flight[In, Out any] struct {
	r       *run[In, Out]
	fleet   *fleet[In, Out] // nil for a plan
	batch   Batch[In]
	outs    []Record[Out] // items point into it
	replays bool
	// original are fingerprints of what letters were before they were edited.
	original map[string]Fingerprint
	recount  *recount // of records that waited; nil elsewhere
	settled  bool     // guarded by fleet.mu
	gone     int      // letters that its settlements took away
	started  time.Time

	mu   stdsync.Mutex
	seqs []int64 // its open batches
}

// process takes one batch from reading to settlement.
func (f *flight[In, Out]) process() error {
	f.started = time.Now()
	items, err := f.prepare(f.batch.Records)
	if err != nil {
		return err
	}
	if err := f.consult(items); err != nil {
		return err
	}
	if err := f.lookBeforeWrite(inStage(items, toWrite)); err != nil {
		return err
	}
	writeErr := f.write(items)
	if err := f.settle(items, writeErr); err != nil {
		return errors.Join(writeErr, err)
	}
	if writeErr != nil {
		return writeErr
	}
	return f.r.checkRefusals()
}

// errNoKey is why a record without key can not be written.
var errNoKey = errors.New("the source yielded it without a key, so that nothing can find it again: see what the source takes for the key")

// nameless gives records without key one made of their item, under which they
// become dead letters, alone.
func (r *run[In, Out]) nameless(batch *Batch[In]) {
	missing := func(rec Record[In]) bool { return rec.Key == "" }
	if !slices.ContainsFunc(batch.Records, missing) {
		return
	}
	batch.Records = slices.Clone(batch.Records) // the source's own stay as they are
	for i := range batch.Records {
		rec := &batch.Records[i]
		if rec.Key != "" {
			continue
		}
		raw, err := r.rawOf(*rec)
		rec.Err = cmp.Or(rec.Err, err, errNoKey)
		sum := sha256.Sum256(raw)
		rec.Key = "no key: " + hex.EncodeToString(sum[:16])
	}
}

// prepare transforms the records and keeps the latest state of each key.
func (f *flight[In, Out]) prepare(records []Record[In]) ([]*item[In, Out], error) {
	f.outs = make([]Record[Out], len(records))
	store := make([]item[In, Out], len(records))
	items := make([]*item[In, Out], len(records))
	latest := make(map[string]int, len(records))
	for i, rec := range records {
		it := &store[i]
		items[i] = it
		it.in, it.out, it.place = &records[i], &f.outs[i], i
		if j, twice := latest[rec.Key]; twice {
			if earlier := items[j]; older(rec.Version, earlier.in.Version) {
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
		if err := f.transform(it); err != nil {
			return nil, err
		}
		if fp, edited := f.original[it.in.Key]; edited {
			// The source goes on yielding what was edited: it counts as that.
			it.fp = fp
		}
	}
	return items, nil
}

// older tells whether one version is older than another; 0 is none.
func older(v, than int64) bool { return v < than && v != 0 && than != 0 }

func (f *flight[In, Out]) transform(it *item[In, Out]) error {
	r := f.r
	if it.in.Err != nil {
		f.reject(it, "decode", it.in.Err)
		return r.ctx.Err()
	}
	value, err := r.callTransform(*it.in)
	if errors.Is(err, ErrSkip) {
		it.stage, it.drop, it.left = skipped, f.replays, true
		return nil
	}
	if errors.Is(err, ErrStop) {
		return fmt.Errorf("duijie/sync: transform of record %q: %w", it.in.Key, err)
	}
	code := "transform"
	if errors.Is(err, ErrWait) {
		code = "wait"
	}
	if err == nil {
		*it.out = Record[Out]{Key: it.in.Key, Value: value, Version: it.in.Version, Force: it.in.Force}
		code = "encode"
		it.fp, it.out.Raw, err = r.callFingerprint(it.in.Key, &it.out.Value)
	}
	if err != nil {
		f.reject(it, code, err)
	}
	return r.ctx.Err() // a transform that was cut off says nothing about its record
}

// reject makes an item a dead letter of the engine's own. Its raw item stands
// for its contents, so that the same failure is known again; marked, so that it is
// never taken for contents that were written.
func (f *flight[In, Out]) reject(it *item[In, Out], code string, err error) {
	it.stage, it.fresh, it.reason = rejected, true, DeadTransform
	if code == "wait" {
		it.reason = DeadWaiting
	}
	it.outcome = Outcome{Kind: OutcomeRefused, Code: code, Message: fmt.Sprint(err)} // Sprint minds errors that panic
	if raw, err := f.r.rawOf(*it.in); err == nil {
		h := sha256.New()
		h.Write([]byte("not written\x00"))
		h.Write(raw)
		it.fp = Fingerprint(h.Sum(nil)[:16])
	}
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

// records are the items' records for a sink: a part of the batch where they
// stand side by side there, else copies.
func (f *flight[In, Out]) records(items []*item[In, Out]) []Record[Out] {
	first, n := items[0].place, len(items)
	inARow := true
	for i, it := range items {
		inARow = inARow && it.place == first+i
	}
	if inARow {
		return f.outs[first : first+n : first+n]
	}
	records := make([]Record[Out], n)
	for i, it := range items {
		records[i] = *it.out
	}
	return records
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
