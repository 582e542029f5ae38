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
func (s *Store) Open(ctx context.Context, lease duijiesync.Lease, batch duijiesync.OpenBatch) error {
	scope, started := lease.Scope, toMillis(batch.Started)
	op := fmt.Sprintf("open batch %d of %s", batch.Seq, scopeText(scope))
	body := encodeIntents(scope, batch.Seq, started, batch.Intents)
	err := s.writeGuarded(ctx, lease, func(t *transaction) error {
		n, err := t.exec(queryOpen, []byte(scope.Pipeline), []byte(scope.Partition), batch.Seq, lease.Fence, started, body)
		if err == nil && n != 1 {
			return errors.New("a batch with this number is open")
		}
		return err
	})
	if err != nil {
		return s.fail(ctx, op, err)
	}
	return nil
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
		return s.query(ctx, s.stmts[queryOpenBatches], args, func(rows *sql.Rows) error {
			batch, err := s.scanBatch(rows, scope)
			batches = append(batches, batch)
			return err
		})
	})
	if err != nil {
		return nil, s.fail(ctx, op, err)
	}
	return batches, nil
}

// scanBatch reads one open batch.
func (s *Store) scanBatch(rows *sql.Rows, scope duijiesync.Scope) (batch duijiesync.OpenBatch, err error) {
	var (
		started int64
		body    sql.RawBytes
	)
	if err := rows.Scan(&batch.Seq, &started, &body); err != nil {
		return batch, err
	}
	batch.Started = fromMillis(started)
	if batch.Intents, err = decodeIntents(scope, batch.Seq, started, body); err != nil {
		row := fmt.Sprintf("pipeline %s, partition %s, seq %d", quote(scope.Pipeline), quote(scope.Partition), batch.Seq)
		return batch, s.corrupt("openbatch", row, err.Error())
	}
	return batch, nil
}
