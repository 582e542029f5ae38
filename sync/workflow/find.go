package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// note is what Find tells Write.
type note struct {
	match  duijiesync.Match
	status string
	inner  any // the save sink's own
}

// Find looks documents up with the save sink and reads their statuses. One
// whose contents are right and whose status is short of final is Different, so
// that the engine has Write bring it there.
func (s *Sink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	if len(records) == 0 || ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	found, err := s.c.Save.Find(ctx, records)
	if err != nil {
		return nil, err
	}
	if len(found) != len(records) {
		return nil, fmt.Errorf("duijie/sync/workflow: the save sink found %d of %d records", len(found), len(records))
	}
	found = slices.Clone(found)
	var ids []string
	for i := range found {
		if found[i].Match == duijiesync.Absent {
			continue
		}
		if found[i].TargetID == "" {
			found[i].TargetID = records[i].Key
		}
		if !records[i].Target.KeyOnly {
			ids = append(ids, found[i].TargetID)
		}
	}
	statuses, err := s.status(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if f := &found[i]; f.Match != duijiesync.Absent && !records[i].Target.KeyOnly {
			s.judge(f, statuses[f.TargetID])
		}
	}
	return found, nil
}

// judge brings the status into what was found.
func (s *Sink[T]) judge(f *duijiesync.Found, status string) {
	f.Note = note{f.Match, status, f.Note}
	if s.table.place(status) == arrived {
		return
	}
	f.Match = duijiesync.Different
	f.Changes = append(slices.Clone(f.Changes), duijiesync.Change{Field: "status", Old: status, New: s.c.Final})
}

// status reads statuses once. Ids that are not there are not in the map.
func (s *Sink[T]) status(ctx context.Context, ids []string) (map[string]string, error) {
	all := make(map[string]string, len(ids))
	for part := range slices.Chunk(ids, s.c.StatusRows) {
		some, err := s.c.Status(ctx, slices.Clone(part))
		if err != nil {
			return nil, plain("read the status", err)
		}
		for _, id := range part {
			if status, ok := some[id]; ok {
				all[id] = status
			}
		}
	}
	return all, nil
}

// await reads the statuses of rows until good says yes to each, with the
// patience of Settle, and then hands on what it is. delay is before the first
// reading.
func (w *writing[T]) await(rows []*row[T], delay time.Duration, good func(r *row[T], status string, there bool) bool, then func(r *row[T], status string, there bool)) error {
	for attempt := 1; len(rows) > 0; attempt++ {
		if err := pause(w.ctx, delay); err != nil {
			return err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.id
		}
		statuses, err := w.s.status(w.ctx, ids)
		if err != nil {
			return err
		}
		var again []*row[T]
		for _, r := range rows {
			status, there := statuses[r.id]
			if attempt < w.s.c.Settle.Attempts && !good(r, status, there) {
				again = append(again, r)
				continue
			}
			then(r, status, there)
		}
		rows, delay = again, max(2*delay, w.s.c.Settle.Delay)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
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

// plain is the error of a reading, which says nothing about what was written:
// to the engine it must not look as if the target had refused a record.
func plain(what string, err error) error {
	if refusal(err) || errors.Is(err, duijie.ErrOutcomeUnknown) {
		return fmt.Errorf("duijie/sync/workflow: %s: %v", what, err) //nolint:errorlint // see above
	}
	return fmt.Errorf("duijie/sync/workflow: %s: %w", what, err)
}
