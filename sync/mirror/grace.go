package mirror

import (
	"context"
	"fmt"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Where MissingRuns or MissingFor ask for patience, the mirror notes the keys it
// missed in the ledger of its own scope: Updated is when it missed a key first,
// Version in how many runs since, TargetID the row it was about.

func (r *run) patient() bool { return r.cfg.runs > 1 || r.m.MissingFor > 0 }

// missingLongEnough notes the keys of a batch and returns those that have been
// missing long enough.
func (r *run) missingLongEnough(ctx context.Context, entries []duijiesync.Entry) ([]duijiesync.Entry, error) {
	if !r.patient() || len(entries) == 0 {
		return entries, nil
	}
	notes, err := r.m.State.Ledger(ctx, NotesScope(r.m.Name).Pipeline, keysOf(entries))
	if err != nil {
		return nil, err
	}
	puts := make([]duijiesync.Entry, len(entries))
	due := keep(entries, func(i int) bool {
		puts[i] = r.note(entries[i], notes[entries[i].Key])
		return r.due(puts[i])
	})
	if err := r.m.State.Settle(ctx, r.notes, duijiesync.Settlement{Entries: puts}); err != nil {
		return nil, fmt.Errorf("duijie/sync/mirror: note what is missing: %w", err)
	}
	r.rep.Waiting += int64(len(entries) - len(due))
	return due, nil
}

// note is what to remember of a missing key. One of an earlier row of the same key
// counts for nothing.
func (r *run) note(e, old duijiesync.Entry) duijiesync.Entry {
	if old.State == 0 || old.TargetID != e.TargetID || !e.Updated.Before(old.Updated) {
		old = duijiesync.Entry{Key: e.Key, TargetID: e.TargetID, State: duijiesync.EntryDoubt, Updated: r.rep.Started}
	}
	old.Version++
	return old
}

func (r *run) due(note duijiesync.Entry) bool {
	return note.Version >= r.cfg.runs && time.Since(note.Updated) >= r.m.MissingFor
}

// dropNotes forgets keys that are not missing any more: their count begins anew.
func (r *run) dropNotes(ctx context.Context) error {
	var back []string
	err := walk(ctx, r.m.State, NotesScope(r.m.Name).Pipeline, func(note duijiesync.Entry) error {
		if r.missing.has(hashOf(note.Key)) {
			return nil
		}
		back = append(back, note.Key)
		if len(back) < 1000 {
			return nil
		}
		some := back
		back = nil
		return r.forgetNotes(ctx, some)
	})
	if err != nil {
		return err
	}
	return r.forgetNotes(ctx, back)
}

func (r *run) forgetNotes(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	return r.store(ctx, r.notes, duijiesync.Settlement{Forget: keys})
}
