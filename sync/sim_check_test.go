package sync_test

import (
	"context"
	"encoding/json"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// What must hold, at every step and at the end:
//
//   - the target has at most one row per key, and no row goes back to an older revision;
//   - the checkpoint passes only what is in the target, a dead letter or held, or what
//     another partition has sent in a newer state and will yield again;
//   - a key is sent once at a time, and never an older state after a newer one;
//   - only what a durable open batch notes is sent, and only under the lease;
//   - nobody changes the state under an old fence;
//   - rows per send and per lookup, sends at once, and records in hand stay within their bounds;
//   - a report's outcomes add up to what it read;
//   - once the faults end, everything comes right in bounded time: each row of the
//     source is in the target, dead letters are exactly what is refused, no batch is open,
//     and a further run sends nothing.
//
// What the worlds keep to, because the engine promises no more:
//
//   - what is late (a commit, a lookup, both clocks' difference) is so by less than all
//     lookups together, see SettlePolicy;
//   - a process that stands still has its request on the way already, so that this
//     arrives in time, though the answer waits; by as much as its clock is off, it may
//     begin a send after another process took over;
//   - without versions a row belongs to one partition;
//   - a target that can neither look up nor write again has no rows to begin with.

// inFlight bounds the records a process may hold: the batch being written, the
// ones read ahead, and the one in the reader's hands.
func inFlight(k knobs, batch int) int {
	return (k.lanes + max(k.prefetch, 1) + 2) * batch
}

// batchID names an open batch.
type batchID struct {
	scope duijiesync.Scope
	seq   int64
}

func (st *store) noteOpen(p *proc, b duijiesync.OpenBatch) {
	m := map[string]duijiesync.Fingerprint{}
	for _, in := range b.Intents {
		m[in.Key] = in.Fingerprint
	}
	st.opened[batchID{p.owns, b.Seq}] = m
}

func (st *store) noteClosed(p *proc, seqs []int64) {
	for _, seq := range seqs {
		delete(st.opened, batchID{p.owns, seq})
	}
}

// checkSend: only the owner of the lease sends (by its own clock, which may be off),
// and only what a durable open batch of its own holds.
func (st *store) checkSend(p *proc, recs records) {
	if p.w.weak.fence || p.w.weak.intents {
		return // what comes of it shall show
	}
	st.mu.Lock()
	held := st.leases[p.owns]
	own := map[string]duijiesync.Fingerprint{}
	for id, batch := range st.opened {
		if id.scope == p.owns && id.seq>>32 == p.fence {
			for k, fp := range batch {
				own[k] = fp
			}
		}
	}
	st.mu.Unlock()
	if now := time.Since(p.w.begin); held.Fence != p.fence && now > held.taken+2*p.w.knobs.skew {
		p.w.violate("p%d sends, though p%d took over at %v", p.id, held.proc, held.taken)
	}
	if held.Fence != p.fence {
		return // the one that took over has settled what was noted
	}
	for _, r := range recs {
		if fp, noted := own[r.Key]; !noted || fp != fingerprintOf(r.Value) && !p.edits {
			p.w.violate("p%d sends %s, which no open batch holds", p.id, r.Key)
		}
	}
}

// checkCheckpoint: everything up to a checkpoint is in the target or a dead letter.
func (w *world) checkCheckpoint(p *proc, at duijiesync.Checkpoint) {
	w.mu.Lock()
	reads := p.reads
	w.mu.Unlock()
	latest := map[string]past{}
	found := false
	for _, y := range reads {
		for _, row := range y.records {
			if row.version >= latest[row.No].version {
				latest[row.No] = row
			}
		}
		if y.checkpoint == at {
			found = true
			break
		}
	}
	if !found {
		w.violate("p%d moves the checkpoint to %q, which it was not given", p.id, at)
	}
	letters := w.letters()
	for key, row := range latest {
		rev, _ := w.goods.latest(key)
		if w.knobs.shared && w.owed(key, row.version) {
			continue
		}
		if letter, dead := letters[key]; row.Grade != left && rev < row.Rev && (!dead || letterRev(letter) < row.Rev && letter.Reason != duijiesync.DeadHeld) {
			w.violate("p%d moves the checkpoint past revision %d of %s, the target has %d", p.id, row.Rev, key, rev)
		}
	}
}

// owed tells whether the ledger holds a newer state in doubt: the other partition
// sent it before it died, has not moved its checkpoint past it, and yields it again.
func (w *world) owed(key string, version int64) bool {
	entries, _ := w.store.state.Ledger(context.Background(), "parcels", []string{key})
	e := entries[key]
	return e.State == duijiesync.EntryDoubt && e.Version > version
}

func letterRev(l duijiesync.DeadLetter) int {
	var p parcel
	_ = json.Unmarshal(l.Raw, &p)
	return p.Rev
}

func (w *world) letters() map[string]duijiesync.DeadLetter {
	all, _ := w.store.state.DeadLetters(context.Background(), "parcels", duijiesync.DeadLetterQuery{Limit: 10000})
	m := make(map[string]duijiesync.DeadLetter, len(all))
	for _, l := range all {
		m[l.Key] = l
	}
	return m
}

// heal ends the faults and expects that everything comes right in bounded time.
func (w *world) heal() {
	w.rest(0)
	w.pass("run")
	w.settled = true
	w.rest(w.knobs.lateRow + w.knobs.settle + time.Second)
	repaired := w.dice(0, "repair", "").coin()
	w.mu.Lock()
	w.repaired = repaired
	w.mu.Unlock()
	for range 2 {
		w.pass("run")
		w.byHand(0)
		w.pass("replay")
	}
	w.pass("run")
	if w.violated() {
		return
	}
	w.checkEnd()
	sends := w.sends()
	w.pass("run")
	if n := w.sends() - sends; n > 0 {
		w.violate("%d sends, though nothing changed", n)
	}
}

// rest lets leases run out and everything that is late arrive.
func (w *world) rest(more time.Duration) { time.Sleep(4*w.knobs.ttl + 8*w.knobs.delay + more) }

func (w *world) sends() (n int) {
	for _, p := range w.procs {
		n += p.sends
	}
	return n
}

// pass is a run without faults.
func (w *world) pass(what string) {
	if w.violated() {
		return
	}
	for _, part := range w.parts() {
		begin := time.Now()
		p := w.newProc(w.dice(0, "pass", ""), part)
		w.start(p, what)
		<-p.ended
		if took := time.Since(begin); took > 3*time.Hour {
			w.violate("p%d took %v without faults", p.id, took)
		}
	}
}

// checkEnd compares both sides.
func (w *world) checkEnd() {
	letters := w.letters()
	for _, key := range w.origin.keys {
		last := w.origin.last(key)
		rev, rows := w.goods.latest(key)
		letter, dead := letters[key]
		delete(letters, key)
		bad := w.goods.refuses(last.parcel) || last.Grade == early && !w.goods.has(last.Ref) || last.Grade == garbled || (last.Grade == broken || last.Grade == booming) && !w.repaired
		switch {
		case rows > 1:
			w.violate("%d rows of %s in the target", rows, key)
		case last.Grade == left: // whatever came before it may be there
		case w.edited[key] == last.Rev && !dead && rev == last.Rev: // written as corrected
		case bad && (!dead || letterRev(letter) != last.Rev):
			w.violate("%s is refused, but its dead letter is %+v", key, letter)
		case !bad && dead:
			w.violate("%s is nothing to refuse, but a dead letter: %+v", key, letter)
		case !bad && rev != last.Rev:
			w.violate("%s is lost: revision %d in the source, %d in the target", key, last.Rev, rev)
		}
	}
	for key := range letters {
		w.violate("a dead letter of %s, which the source does not have", key)
	}
	for _, part := range w.parts() {
		open, _ := w.store.state.OpenBatches(context.Background(), duijiesync.Scope{Pipeline: "parcels", Partition: part})
		if len(open) > 0 {
			w.violate("%d batches are open at the end", len(open))
		}
	}
}

// last is the latest state of a row that is not left out, or the first.
func (o *origin) last(key string) past {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.rows[key]
	return all[len(all)-1]
}
