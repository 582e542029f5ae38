package sync

import (
	"context"
	"fmt"
	"time"
)

// MarkDone tells the pipeline that held or dead records are in the target after
// all, as a person found out: with the contents that were sent. Their dead
// letters go, and the records are sent again only when they change. One that did
// change while it was held keeps its letter, which has the newer contents:
// Replay sends it, and so does the next run that reads it.
func (p *Pipeline[In, Out]) MarkDone(ctx context.Context, keys ...string) error {
	return p.amend(ctx, keys, func(s *Settlement, e Entry, letter *DeadLetter) {
		newer := e.State == EntryHeld && letter != nil && letter.Fingerprint != e.Fingerprint
		if e.State == EntryDead && letter != nil {
			e.Fingerprint = letter.Fingerprint
		}
		e.State, e.Updated = EntryDone, time.Now()
		if e.TargetID == "" {
			e.TargetID = e.Key
		}
		if newer {
			e.State = EntryDoubt
		} else {
			s.Resolved = append(s.Resolved, e.Key)
		}
		s.Entries = append(s.Entries, e)
	})
}

// MarkUnsent tells the pipeline that held or dead records are not in the target,
// as a person found out: the next run that reads them sends them as new, and
// Replay sends those that are dead letters at once. Of a held update it tells that
// the target still has the old contents: it is sent as an update again.
func (p *Pipeline[In, Out]) MarkUnsent(ctx context.Context, keys ...string) error {
	return p.amend(ctx, keys, func(s *Settlement, e Entry, _ *DeadLetter) {
		// Dead with no contents: whatever comes is sent, and the letter goes with it.
		if e.State == EntryDead && e.Fingerprint != (Fingerprint{}) { // not when told twice
			e.TargetID = ""
		}
		e.State, e.Fingerprint, e.Updated = EntryDead, Fingerprint{}, time.Now()
		s.Entries = append(s.Entries, e)
	})
}

func (p *Pipeline[In, Out]) amend(ctx context.Context, keys []string, change func(*Settlement, Entry, *DeadLetter)) error {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	lease, err := p.State.Acquire(ctx, Scope{Pipeline: p.Name, Partition: p.Partition}, newOwner(), cfg.leaseTTL)
	if err != nil {
		return err
	}
	defer func() { _ = p.State.Release(context.WithoutCancel(ctx), lease) }()
	entries, err := p.State.Ledger(ctx, p.Name, keys)
	if err != nil {
		return err
	}
	letters, err := p.State.DeadLetters(ctx, p.Name, DeadLetterQuery{Keys: keys, Limit: max(len(keys), 1)})
	if err != nil {
		return err
	}
	byKey := make(map[string]*DeadLetter, len(letters))
	for i := range letters {
		byKey[letters[i].Key] = &letters[i]
	}
	var s Settlement
	for _, k := range keys {
		e, known := entries[k]
		if !known || e.State != EntryHeld && e.State != EntryDead {
			return fmt.Errorf("duijie/sync: record %q is neither held nor a dead letter", k)
		}
		change(&s, e, byKey[k])
	}
	return p.State.Settle(ctx, lease, s)
}
