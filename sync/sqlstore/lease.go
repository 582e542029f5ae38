package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Acquire takes the lease of a scope. The owner is a name for people, 1 to 128
// bytes; the same owner asking again while it holds the lease gets ErrLeaseHeld
// as well. Leases are kept to the millisecond by the database's clock, on SQLite by
// this process's.
func (s *Store) Acquire(ctx context.Context, scope duijiesync.Scope, owner string, ttl time.Duration) (duijiesync.Lease, error) {
	lease := duijiesync.Lease{Scope: scope, Owner: owner}
	op := "acquire " + scopeText(scope)
	if err := checkScope(scope); err != nil {
		return duijiesync.Lease{}, s.fail(ctx, op, err)
	}
	if err := checkName("owner", owner, 1, maxOwner); err != nil {
		return duijiesync.Lease{}, s.fail(ctx, op, err)
	}
	ms, err := leaseMillis(ttl)
	if err != nil {
		return duijiesync.Lease{}, s.fail(ctx, op, err)
	}
	err = s.write(ctx, func(t *transaction) (err error) {
		lease.Fence, err = t.acquire(scope, owner, ms)
		return err
	})
	if err != nil {
		return duijiesync.Lease{}, s.fail(ctx, op, err)
	}
	return lease, nil
}

// acquire makes sure that there is a row to fight for, and fights.
func (t *transaction) acquire(scope duijiesync.Scope, owner string, ttl int64) (fence int64, err error) {
	pipeline, part := []byte(scope.Pipeline), []byte(scope.Partition)
	if err := t.ensurePartition(scope); err != nil {
		return 0, err
	}
	clock, err := t.now()
	if err != nil {
		return 0, err
	}
	now := clock.UnixMilli()
	won, err := t.exec(queryAcquire, []byte(owner), now+ttl, now, pipeline, part, now)
	if err != nil {
		return 0, err
	}
	var (
		holder []byte
		until  int64
	)
	if err := t.stmt(queryLease).QueryRowContext(t.ctx, pipeline, part).Scan(&holder, &fence, &until); err != nil {
		return 0, err
	}
	if won != 1 {
		return 0, fmt.Errorf("%w: owner %s, until %s", duijiesync.ErrLeaseHeld, quote(string(holder)),
			fromMillis(until).Format(time.RFC3339Nano))
	}
	return fence, nil
}

// ensurePartition makes sure that a scope has a row, and locks it where not all is
// locked already.
func (t *transaction) ensurePartition(scope duijiesync.Scope) error {
	_, err := t.exec(queryEnsurePartition, []byte(scope.Pipeline), []byte(scope.Partition),
		checkpointSum(scope, "").sum(), time.Now().UnixMilli())
	return err
}

// lockPipeline keeps the other partitions of a pipeline from what they do under this
// lock until the transaction ends: look what the others are about, and do another
// thing. The lock is the row of the partition without a name, which comes after the
// holder's own row and before all others, so that nobody waits in a circle.
func (t *transaction) lockPipeline(own duijiesync.Scope) error {
	if t.store.dialect.begin() == nil || own.Partition == "" {
		return nil
	}
	return t.ensurePartition(duijiesync.Scope{Pipeline: own.Pipeline})
}

// Renew prolongs a lease by ttl from now. A lease that ran out is still its
// holder's until another run takes it over.
func (s *Store) Renew(ctx context.Context, lease duijiesync.Lease, ttl time.Duration) error {
	op := "renew lease of " + scopeText(lease.Scope)
	ms, err := leaseMillis(ttl)
	if err != nil {
		return s.fail(ctx, op, err)
	}
	err = s.writeGuarded(ctx, lease, func(t *transaction) error {
		clock, err := t.now()
		if err != nil {
			return err
		}
		now := clock.UnixMilli()
		_, err = t.exec(queryRenew, now+ms, now, []byte(lease.Scope.Pipeline), []byte(lease.Scope.Partition),
			[]byte(lease.Owner), lease.Fence)
		return err
	})
	if err != nil {
		return s.fail(ctx, op, err)
	}
	return nil
}

// Release gives a lease up, so that the next run need not wait for its end. A
// lease already lost is left to the one who has it.
func (s *Store) Release(ctx context.Context, lease duijiesync.Lease) error {
	op := "release lease of " + scopeText(lease.Scope)
	if err := checkScope(lease.Scope); err != nil {
		return s.fail(ctx, op, err)
	}
	err := s.write(ctx, func(t *transaction) error {
		_, err := t.exec(queryRelease, time.Now().UnixMilli(), []byte(lease.Scope.Pipeline),
			[]byte(lease.Scope.Partition), []byte(lease.Owner), lease.Fence)
		return err
	})
	if err != nil {
		return s.fail(ctx, op, err)
	}
	return nil
}

// writeGuarded is write for a holder: the transaction begins with the proof
// that the lease is still theirs, and keeps others from taking it until its end.
func (s *Store) writeGuarded(ctx context.Context, lease duijiesync.Lease, f func(t *transaction) error) error {
	if err := checkScope(lease.Scope); err != nil {
		return err
	}
	if lease.Owner == "" {
		return fmt.Errorf("%w: it has no owner", duijiesync.ErrLeaseLost)
	}
	return s.write(ctx, func(t *transaction) error {
		n, err := t.exec(queryGuard, time.Now().UnixMilli(), []byte(lease.Scope.Pipeline),
			[]byte(lease.Scope.Partition), []byte(lease.Owner), lease.Fence)
		if err != nil {
			return err
		}
		if n != 1 {
			return fmt.Errorf("%w: owner %s, fence %d", duijiesync.ErrLeaseLost, quote(lease.Owner), lease.Fence)
		}
		return f(t)
	})
}

// leaseMillis is ttl in milliseconds, rounded up.
func leaseMillis(ttl time.Duration) (int64, error) {
	if ttl <= 0 {
		return 0, fmt.Errorf("a lease of %s: the time must be positive", ttl)
	}
	return (ttl + time.Millisecond - 1).Milliseconds(), nil
}

// Checkpoint returns the scope's resume point, "" when there is none.
func (s *Store) Checkpoint(ctx context.Context, scope duijiesync.Scope) (duijiesync.Checkpoint, error) {
	var checkpoint duijiesync.Checkpoint
	op := "read checkpoint of " + scopeText(scope)
	if err := checkScope(scope); err != nil {
		return "", s.fail(ctx, op, err)
	}
	err := s.attempt(ctx, func() error {
		args := []any{[]byte(scope.Pipeline), []byte(scope.Partition)}
		return s.query(ctx, s.read(queryCheckpoint), args, func(rows *sql.Rows) error {
			var (
				cur sql.RawBytes
				sum sql.NullInt64
			)
			if err := rows.Scan(&cur, &sum); err != nil {
				return s.unread(rows, "partition", "checkpoint of "+scopeText(scope), err)
			}
			checkpoint = duijiesync.Checkpoint(cur)
			if err := checkpointSum(scope, checkpoint).check(sum); err != nil {
				return s.corrupt("partition", "checkpoint of "+scopeText(scope), err.Error())
			}
			return nil
		})
	})
	if err != nil {
		return "", s.fail(ctx, op, err)
	}
	return checkpoint, nil
}

func checkpointSum(scope duijiesync.Scope, checkpoint duijiesync.Checkpoint) *rowSum {
	return new(rowSum).string(scope.Pipeline).string(scope.Partition).string(string(checkpoint))
}
