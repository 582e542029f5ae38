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

// commitGrace is how long a transaction goes on to its end when the call's context
// has ended. Cut short while it commits, nobody would know what became of it.
const commitGrace = 5 * time.Second

// ErrCommitUnknown says that the connection was lost while a transaction was being
// committed: all of it took place, or nothing. A run that meets it ends; the next one
// reads what is stored and goes on from there, and looks up in the target what was
// under way. It is never tried again by itself.
var ErrCommitUnknown = errors.New("duijie/sqlstore: the connection was lost during a commit, which took place or did not")

// attempt runs f until it does not fail because of another transaction or a lost
// connection. f must not have changed anything when it fails so.
func (s *Store) attempt(ctx context.Context, f func() error) error {
	wait := firstWait
	for n := 1; ; n++ {
		err := f()
		if err == nil || n == attempts || !s.passes(err) {
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

// passes tells whether the same may go well a little later.
func (s *Store) passes(err error) bool {
	if errors.Is(err, ErrCommitUnknown) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	class := s.dialect.classify(err)
	return class == errorBusy || class == errorLost
}

// transaction is one write transaction. It is rolled back when the context of the
// call ends before it is committed. On SQLite that is between its statements, on a
// server it cuts the one short that is running.
type transaction struct {
	store *Store
	tx    *sql.Tx
	call  context.Context // of the one call it serves
	ctx   context.Context // of its statements
	done  context.CancelFunc
}

func (s *Store) begin(ctx context.Context) (*transaction, error) {
	opts := s.dialect.begin()
	if opts == nil {
		tx, err := s.db.BeginTx(ctx, nil)
		return &transaction{store: s, tx: tx, call: ctx, ctx: context.WithoutCancel(ctx), done: func() {}}, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	late, done := outlive(ctx, commitGrace)
	tx, err := s.db.BeginTx(late, opts)
	if err != nil {
		done()
		return nil, err
	}
	return &transaction{store: s, tx: tx, call: ctx, ctx: ctx, done: done}, nil
}

// outlive is a context that ends some time after another.
func outlive(ctx context.Context, grace time.Duration) (late context.Context, done context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-late.Done():
		}
	})
	return late, func() {
		stop()
		cancel()
	}
}

// commit ends the transaction for good.
func (t *transaction) commit() error {
	if err := t.call.Err(); err != nil {
		return err
	}
	err := t.tx.Commit()
	if err != nil && t.store.dialect.begin() != nil && !errors.Is(err, sql.ErrTxDone) {
		if class := t.store.dialect.classify(err); class == errorLost || class == errorStrange {
			return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
		}
	}
	return err
}

// write runs f in a transaction, again from the start when another one is in
// the way. Without an error all of it is committed, with one nothing is, but for
// [ErrCommitUnknown].
func (s *Store) write(ctx context.Context, f func(t *transaction) error) error {
	return s.attempt(ctx, func() error {
		t, err := s.begin(ctx)
		if err != nil {
			return err
		}
		defer t.done()
		defer t.tx.Rollback()
		if err := f(t); err != nil {
			return err
		}
		return t.commit()
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

// lockRow runs a statement that locks a row by reading it, where the dialect has one.
func (t *transaction) lockRow(q query, args ...any) error {
	if t.store.dialect.query(q) == "" {
		return nil
	}
	rows, err := t.stmt(q).QueryContext(t.ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() { // some drivers report what went wrong only here
		continue
	}
	return rows.Err()
}

// now is the time by which leases and quotas are kept: that of the server, so that
// machines need not agree.
func (t *transaction) now() (time.Time, error) {
	text := t.store.dialect.clock()
	if text == "" {
		return time.Now(), nil
	}
	var micros int64
	if err := t.tx.QueryRowContext(t.ctx, text).Scan(&micros); err != nil {
		return time.Time{}, fmt.Errorf("ask for the time: %w", err)
	}
	return time.UnixMicro(micros), nil
}

// stmt is a statement in the transaction.
func (t *transaction) stmt(q query) statement {
	return t.store.stmts[q].in(t.ctx, t.tx)
}

// query runs a prepared statement outside of any transaction and hands each
// row to scan.
func (s *Store) query(ctx context.Context, stmt statement, args []any, scan func(rows *sql.Rows) error) error {
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
	return fmt.Errorf("duijie/sqlstore: %s: %w%s", op, err, s.dialect.hint(err))
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
