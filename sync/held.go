package sync

import (
	"context"
	"fmt"
	"time"
)

// MarkDone tells the pipeline that held or dead records are in the target after
// all, as a person found out. Their dead letters go; the records are sent
// again only when they change.
func (p *Pipeline[In, Out]) MarkDone(ctx context.Context, keys ...string) error {
	return p.amend(ctx, keys, func(s *Settlement, e Entry) {
		e.State, e.Updated = EntryDone, time.Now()
		if e.TargetID == "" {
			e.TargetID = e.Key
		}
		s.Entries = append(s.Entries, e)
		s.Resolved = append(s.Resolved, e.Key)
	})
}

// MarkUnsent tells the pipeline that held or dead records are not in the target,
// as a person found out: the next run that reads them sends them as new, and
// Replay sends those that are dead letters at once.
func (p *Pipeline[In, Out]) MarkUnsent(ctx context.Context, keys ...string) error {
	return p.amend(ctx, keys, func(s *Settlement, e Entry) {
		s.Forget = append(s.Forget, e.Key)
	})
}

func (p *Pipeline[In, Out]) amend(ctx context.Context, keys []string, change func(*Settlement, Entry)) error {
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
	var s Settlement
	for _, k := range keys {
		e, known := entries[k]
		if !known || e.State != EntryHeld && e.State != EntryDead {
			return fmt.Errorf("duijie/sync: record %q is neither held nor a dead letter", k)
		}
		change(&s, e)
	}
	return p.State.Settle(ctx, lease, s)
}
