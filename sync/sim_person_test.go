package sync_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func rawOf(p parcel) []byte {
	body, _ := json.Marshal(p)
	return body
}

func hashOf(body []byte) duijiesync.Fingerprint {
	sum := sha256.Sum256(body)
	return duijiesync.Fingerprint(sum[:16])
}

func fingerprintOf(p parcel) duijiesync.Fingerprint { return hashOf(rawOf(p)) }

// person looks after held records while processes run.
func (w *world) person(until time.Duration) {
	for time.Since(w.begin) < until && !w.violated() {
		d := w.dice(0, "person", "")
		time.Sleep(d.between(time.Second, time.Minute))
		w.byHand(1 + d.below(5))
	}
}

// byHand does what a person does with records that are held: looks whether the
// write in doubt took effect, once nothing of it can still be on its way.
func (w *world) byHand(most int) {
	letters := w.letters()
	keys := make([]string, 0, len(letters))
	for k, l := range letters {
		age := time.Since(l.Last)
		if l.Reason == duijiesync.DeadHeld && (age > w.knobs.late+2*w.knobs.skew+2*time.Second || w.isHealed()) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for i, key := range keys {
		if most > 0 && i == most || w.violated() {
			return
		}
		w.mark(key, letters[key].Partition)
	}
}

func (w *world) mark(key, part string) {
	entries, _ := w.store.state.Ledger(context.Background(), "parcels", []string{key})
	if entries[key].State != duijiesync.EntryHeld {
		return
	}
	p := w.newProc(w.dice(0, "hand", ""), part)
	defer p.stop(nil)
	mark := p.pipeline().MarkUnsent
	text := "mark unsent"
	if w.arrived(key, entries[key].Fingerprint) {
		mark, text = p.pipeline().MarkDone, "mark done"
	}
	err := mark(p.ctx, key)
	w.log(p.id, text, key, 0, 0)
	if p.calm && err != nil {
		w.violate("p%d: %s %s: %v", p.id, text, key, err)
	}
}

func (w *world) arrived(key string, sent duijiesync.Fingerprint) bool {
	rev, _ := w.goods.latest(key)
	w.origin.mu.Lock()
	defer w.origin.mu.Unlock()
	for _, p := range w.origin.rows[key] {
		failed := append([]byte("not written\x00"), rawOf(p.parcel)...) // one that was corrected stands for itself as it failed
		corrected := p.parcel                                           // and, replayed once more as it is, for itself
		corrected.Grade = good
		if p.Rev == rev && (fingerprintOf(p.parcel) == sent || fingerprintOf(corrected) == sent || hashOf(failed) == sent) {
			return true
		}
	}
	return false
}
