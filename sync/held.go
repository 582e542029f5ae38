package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// amend changes what is known of keys, none of which another partition writes
// meanwhile.
func (p *Pipeline[In, Out]) amend(ctx context.Context, keys []string, change func(*Settlement, Entry, *DeadLetter)) error {
	cfg, err := p.settings()
	if err != nil || len(keys) == 0 {
		return err
	}
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	lease, err := p.State.Acquire(ctx, Scope{Pipeline: p.Name, Partition: p.Partition}, newOwner(), cfg.leaseTTL)
	if err != nil {
		return err
	}
	closing, cancel := outlive(ctx, closingGrace)
	defer cancel(nil)
	defer func() { _ = p.State.Release(closing, lease) }()
	note, err := p.noteKeys(ctx, lease, keys, cfg.leaseTTL/2)
	if err != nil {
		return err
	}
	s, err := p.amendment(ctx, keys, change)
	s.Close = []int64{note}
	return errors.Join(err, p.State.Settle(closing, lease, s))
}

// noteKeys opens a batch of keys of which nothing is sent.
func (p *Pipeline[In, Out]) noteKeys(ctx context.Context, lease Lease, keys []string, patience time.Duration) (seq int64, err error) {
	note := OpenBatch{Seq: lease.Fence<<32 | 1, Started: time.Now(), Intents: make([]Intent, len(keys))}
	for i, k := range keys {
		note.Intents[i] = Intent{Key: k, Fingerprint: notSent}
	}
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		_, err := p.State.Open(ctx, lease, note)
		if !errors.Is(err, ErrKeyOpen) || time.Since(note.Started) > patience {
			return note.Seq, err
		}
		if err := sleep(ctx, wait); err != nil {
			return 0, err
		}
	}
}

// amendment is what a change makes of keys, nothing where it can not be made
// for all of them.
func (p *Pipeline[In, Out]) amendment(ctx context.Context, keys []string, change func(*Settlement, Entry, *DeadLetter)) (s Settlement, err error) {
	entries, err := p.State.Ledger(ctx, p.Name, keys)
	if err != nil {
		return s, err
	}
	letters, err := p.State.DeadLetters(ctx, p.Name, DeadLetterQuery{Keys: keys, Limit: len(keys)})
	if err != nil {
		return s, err
	}
	byKey := make(map[string]*DeadLetter, len(letters))
	for i := range letters {
		byKey[letters[i].Key] = &letters[i]
	}
	for _, k := range keys {
		e, known := entries[k]
		if !known || e.State != EntryHeld && e.State != EntryDead {
			return Settlement{}, fmt.Errorf("duijie/sync: record %q is neither held nor a dead letter", k)
		}
		change(&s, e, byKey[k])
	}
	return s, nil
}
