package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// How often a transaction is tried in all, and the longest wait before the
// second; it doubles from there. Drivers wait for locks on their own before
// they report one.
const (
	attempts  = 5
	firstWait = 20 * time.Millisecond
)

// attempt runs f until it does not fail because of another transaction.
func (s *Store) attempt(ctx context.Context, f func() error) error {
	wait := firstWait
	for n := 1; ; n++ {
		err := f()
		if err == nil || n == attempts || s.dialect.classify(err) != errorBusy {
			return err
		}
		timer := time.NewTimer(wait/2 + rand.N(wait/2))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(ctx.Err(), err)
		}
		wait *= 2
	}
}

// transaction is one write transaction. Its statements are not cut short when
// the context ends; the transaction is rolled back between them.
type transaction struct {
	store *Store
	tx    *sql.Tx
	ctx   context.Context // of the one call it serves, without its end
}

// write runs f in a transaction, again from the start when another one is in
// the way. Without an error all of it is committed, with one nothing is.
func (s *Store) write(ctx context.Context, f func(t *transaction) error) error {
	return s.attempt(ctx, func() error {
		tx, err := s.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if err := f(&transaction{store: s, tx: tx, ctx: context.WithoutCancel(ctx)}); err != nil {
			return err
		}
		return tx.Commit()
	})
}

// exec runs a statement and returns how many rows it changed.
func (t *transaction) exec(q query, args ...any) (int64, error) {
	result, err := t.stmt(q).ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// stmt binds a prepared statement to the transaction, for more than one row.
func (t *transaction) stmt(q query) *sql.Stmt {
	return t.tx.StmtContext(t.ctx, t.store.stmts[q])
}

// query runs a prepared statement outside of any transaction and hands each
// row to scan.
func (s *Store) query(ctx context.Context, stmt *sql.Stmt, args []any, scan func(rows *sql.Rows) error) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// fail wraps what went wrong, once per call of the package. The end of the
// context and damage of the database can be told by errors.Is whatever the
// driver says.
func (s *Store) fail(ctx context.Context, op string, err error) error {
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	if s.dialect.classify(err) == errorCorrupt && !errors.Is(err, duijiesync.ErrStateCorrupt) {
		err = s.damaged(err)
	}
	return fmt.Errorf("duijie/sqlstore: %s: %w", op, err)
}

// damaged is the error for what the database finds wrong with itself.
func (s *Store) damaged(err error) error {
	return fmt.Errorf("%w: %s%s: %w", duijiesync.ErrStateCorrupt, s.where(), s.dialect, err)
}

// corrupt is the error for a row that can not be read as it was written.
func (s *Store) corrupt(table, row, why string) error {
	return fmt.Errorf("%w: %stable %s, %s: %s", duijiesync.ErrStateCorrupt, s.where(), s.tables.Replace("{"+table+"}"), row, why)
}

// where names the database, where it has a name.
func (s *Store) where() string {
	if s.name == "" {
		return ""
	}
	return s.name + ", "
}

// unread is the error for a row whose columns do not hold what they should. The
// rows may also have ended because of the context or the driver.
func (s *Store) unread(rows *sql.Rows, table, row string, err error) error {
	if ended := rows.Err(); ended != nil {
		return ended
	}
	return s.corrupt(table, row, err.Error())
}
