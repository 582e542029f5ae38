package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Open stores an open batch, durable when it returns. A Seq that is open
// already is an error: the note it stands for is still needed.
//
// Where the pipeline has other partitions, their open batches are looked
// through in the same transaction, which keeps them from opening more.
func (s *Store) Open(ctx context.Context, lease duijiesync.Lease, batch duijiesync.OpenBatch) (shared bool, err error) {
	scope, started := lease.Scope, toMillis(batch.Started)
	op := fmt.Sprintf("open batch %d of %s", batch.Seq, scopeText(scope))
	body := encodeIntents(scope, batch.Seq, started, batch.Intents)
	err = s.writeGuarded(ctx, lease, func(t *transaction) error {
		if err := t.lockPipeline(scope); err != nil {
			return err
		}
		shared, err = t.others(scope, batch)
		if err != nil {
			return err
		}
		n, err := t.exec(queryOpen, []byte(scope.Pipeline), []byte(scope.Partition), batch.Seq, lease.Fence, started, body)
		if err == nil && n != 1 {
			return errors.New("a batch with this number is open")
		}
		return err
	})
	if err != nil {
		return false, s.fail(ctx, op, err)
	}
	return shared, nil
}

// others tells whether the pipeline has other partitions, and refuses a batch
// with a key that one of them has open.
func (t *transaction) others(scope duijiesync.Scope, batch duijiesync.OpenBatch) (shared bool, err error) {
	pipeline, part := []byte(scope.Pipeline), []byte(scope.Partition)
	if err := t.stmt(queryOthers).QueryRowContext(t.ctx, pipeline, part).Scan(&shared); err != nil || !shared {
		return false, err
	}
	keys := make(map[string]bool, len(batch.Intents))
	for i := range batch.Intents {
		keys[batch.Intents[i].Key] = true
	}
	rows, err := t.stmt(queryOthersOpen).QueryContext(t.ctx, pipeline, part)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		other := duijiesync.Scope{Pipeline: scope.Pipeline}
		open, err := t.store.scanBatch(rows, &other)
		if err != nil {
			return false, err
		}
		for i := range open.Intents {
			if keys[open.Intents[i].Key] {
				return false, fmt.Errorf("%w: %s in partition %s", duijiesync.ErrKeyOpen, quote(open.Intents[i].Key), quote(other.Partition))
			}
		}
	}
	return true, rows.Err()
}

// OpenBatches returns the scope's open batches in order of Seq.
func (s *Store) OpenBatches(ctx context.Context, scope duijiesync.Scope) ([]duijiesync.OpenBatch, error) {
	op := "read open batches of " + scopeText(scope)
	if err := checkScope(scope); err != nil {
		return nil, s.fail(ctx, op, err)
	}
	var batches []duijiesync.OpenBatch
	err := s.attempt(ctx, func() error {
		batches = nil
		args := []any{[]byte(scope.Pipeline), []byte(scope.Partition)}
		return s.query(ctx, s.read(queryOpenBatches), args, func(rows *sql.Rows) error {
			own := scope
			batch, err := s.scanBatch(rows, &own)
			batches = append(batches, batch)
			return err
		})
	})
	if err != nil {
		return nil, s.fail(ctx, op, err)
	}
	return batches, nil
}

// scanBatch reads one open batch, and its partition into scope.
func (s *Store) scanBatch(rows *sql.Rows, scope *duijiesync.Scope) (batch duijiesync.OpenBatch, err error) {
	var (
		started    int64
		part, body sql.RawBytes
	)
	if err := rows.Scan(&part, &batch.Seq, &started, &body); err != nil {
		return batch, s.unread(rows, "openbatch", "pipeline "+quote(scope.Pipeline)+", partition "+quote(string(part)), err)
	}
	scope.Partition = string(part)
	batch.Started = fromMillis(started)
	if batch.Intents, err = decodeIntents(*scope, batch.Seq, started, body); err != nil {
		row := fmt.Sprintf("pipeline %s, partition %s, seq %d", quote(scope.Pipeline), quote(scope.Partition), batch.Seq)
		return batch, s.corrupt("openbatch", row, err.Error())
	}
	return batch, nil
}
