package sync_test

import (
	"fmt"
	"slices"
	"sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// goods is the target's database. Unless it has unique keys or is idempotent, a
// create of a key it has makes a second row, which is what must never happen.
type goods struct {
	w     *world
	mu    sync.Mutex
	rows  map[string][]*goodsRow
	busy  map[string]int
	cured map[string]bool
	next  int
}

type goodsRow struct {
	id            string
	rev, before   int
	made, changed time.Duration
}

func newGoods(w *world) *goods {
	g := &goods{w: w, rows: map[string][]*goodsRow{}, busy: map[string]int{}, cured: map[string]bool{}}
	d := w.dice(0, "goods", "")
	for _, key := range w.origin.keys {
		if d.below(10) == 0 {
			g.busy[key] = 1 + d.below(3)
		}
		// A target that can neither look up nor upsert must not be given what it has.
		if d.below(10) == 0 && (w.knobs.finder != findNothing || w.knobs.idempotent) {
			g.insert(key, 0, -time.Hour)
		}
	}
	return g
}

func (g *goods) insert(key string, rev int, now time.Duration) *goodsRow {
	g.next++
	r := &goodsRow{id: fmt.Sprintf("id%d", g.next), rev: rev, before: rev, made: now, changed: now}
	g.rows[key] = append(g.rows[key], r)
	return r
}

// cure makes the target take a key it would refuse.
func (g *goods) cure(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cured[key] = true
	g.w.log(0, "cure", key, 0, 0)
}

// has tells whether a key is in the target.
func (g *goods) has(key string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.rows[key]) > 0
}

// refuses tells whether the target will not have a record.
func (g *goods) refuses(p parcel) bool { return p.Grade == poison && !g.cured[p.No] }

// apply does a write, all of it or, where one row is refused without a name,
// nothing.
func (g *goods) apply(recs []duijiesync.Record[parcel]) ([]duijiesync.Outcome, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.w.knobs.named && slices.ContainsFunc(recs, func(r duijiesync.Record[parcel]) bool { return g.refuses(r.Value) }) {
		return nil, errBad
	}
	outcomes := make([]duijiesync.Outcome, len(recs))
	for i, r := range recs {
		outcomes[i] = g.applyRow(r)
		if !g.w.knobs.ids {
			outcomes[i].TargetID = ""
		}
		g.w.log(0, "row "+outcomes[i].Kind.String(), r.Key, int64(r.Value.Rev), 0)
	}
	return outcomes, nil
}

func (g *goods) applyRow(r duijiesync.Record[parcel]) duijiesync.Outcome {
	now, rows := time.Since(g.w.begin), g.rows[r.Key]
	at := 0
	switch {
	case g.refuses(r.Value):
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "11", Field: "No", Message: "bad number"}
	case g.busy[r.Key] > 0:
		g.busy[r.Key]--
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, Message: "locked"}
	case r.Target.ID == "" && (len(rows) == 0 || !g.w.knobs.unique && !g.w.knobs.idempotent):
		if len(rows) > 0 {
			g.w.violate("a second row of %s in the target", r.Key)
		}
		row := g.insert(r.Key, r.Value.Rev, now)
		return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: row.id}
	case r.Target.ID == "" && !g.w.knobs.idempotent:
		return duijiesync.Outcome{Kind: duijiesync.OutcomeConflict, Code: "12", Message: "number used"}
	case r.Target.ID != "" && r.Target.ID != r.Key: // the key stands for the id where the sink knew none
		at = slices.IndexFunc(rows, func(row *goodsRow) bool { return row.id == r.Target.ID })
	}
	if at < 0 || at >= len(rows) {
		g.w.violate("an update of %s, which is not there under id %q", r.Key, r.Target.ID)
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "9", Message: "no such id"}
	}
	row := rows[at]
	if row.rev > r.Value.Rev {
		g.w.violate("%s goes back from revision %d to %d in the target", r.Key, row.rev, r.Value.Rev)
	}
	if row.rev == r.Value.Rev {
		return duijiesync.Outcome{Kind: duijiesync.OutcomeUnchanged, TargetID: row.id}
	}
	row.before, row.rev, row.changed = row.rev, r.Value.Rev, now
	return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: row.id}
}

// look is what a lookup shows, which may be behind the times.
func (g *goods) look(r duijiesync.Record[parcel]) duijiesync.Found {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Since(g.w.begin)
	for _, row := range g.rows[r.Key] {
		if now-row.made < g.w.knobs.lag {
			continue
		}
		rev := row.rev
		if now-row.changed < g.w.knobs.lag {
			rev = row.before
		}
		found := duijiesync.Found{Match: duijiesync.Exists, TargetID: row.id}
		switch {
		case g.w.knobs.finder == findExists || r.Target.KeyOnly:
		case rev == r.Value.Rev:
			found.Match = duijiesync.Identical
		default:
			found.Match = duijiesync.Different
		}
		if !g.w.knobs.ids {
			found.TargetID = ""
		}
		return found
	}
	return duijiesync.Found{}
}

// latest is the revision of a key in the target, 0 when it was there before, -1 when there is none.
func (g *goods) latest(key string) (rev, rows int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	rev = -1
	for _, row := range g.rows[key] {
		rev = max(rev, row.rev)
	}
	return rev, len(g.rows[key])
}
