package sqlstore

import (
	"context"
	"slices"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Settle applies a settlement in one transaction, durable when it returns.
// The parts are applied in the order of the fields: a key in both Entries and
// Forget is forgotten, one in both Dead and Resolved is resolved. Of entries
// or dead letters with the same key the last one counts.
func (s *Store) Settle(ctx context.Context, lease duijiesync.Lease, settlement duijiesync.Settlement) error {
	err := s.writeGuarded(ctx, lease, func(t *transaction) error {
		return t.settle(lease.Scope, &settlement)
	})
	if err != nil {
		return s.fail(ctx, "settle "+scopeText(lease.Scope), err)
	}
	return nil
}

func (t *transaction) settle(scope duijiesync.Scope, settlement *duijiesync.Settlement) error {
	if len(settlement.Dead) > 0 { // what is stored of them is read, and added to
		if err := t.lockPipeline(scope); err != nil {
			return err
		}
	}
	if err := t.closeBatches(scope, settlement.Close); err != nil {
		return err
	}
	if err := t.putEntries(scope.Pipeline, settlement.Entries); err != nil {
		return err
	}
	if err := t.deleteKeys(queryForgetEntry, scope.Pipeline, settlement.Forget); err != nil {
		return err
	}
	if err := t.putDead(scope, settlement.Dead); err != nil {
		return err
	}
	if err := t.deleteKeys(queryResolveDead, scope.Pipeline, settlement.Resolved); err != nil {
		return err
	}
	if settlement.Checkpoint != nil {
		if err := t.putCheckpoint(scope, *settlement.Checkpoint); err != nil {
			return err
		}
	}
	if settlement.RecordedRun != nil {
		return t.putRun(scope, settlement.RecordedRun)
	}
	return nil
}

// closeBatches deletes open batches. One that is not there is closed already.
func (t *transaction) closeBatches(scope duijiesync.Scope, seqs []int64) error {
	sorted := slices.Clone(seqs)
	slices.Sort(sorted)
	for _, seq := range sorted {
		if _, err := t.exec(queryClose, []byte(scope.Pipeline), []byte(scope.Partition), seq); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) putCheckpoint(scope duijiesync.Scope, checkpoint duijiesync.Checkpoint) error {
	_, err := t.exec(queryPutCheckpoint, []byte(checkpoint), checkpointSum(scope, checkpoint).sum(),
		[]byte(scope.Pipeline), []byte(scope.Partition))
	return err
}
