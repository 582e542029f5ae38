package sqlstore

import (
	"context"
	"database/sql"
)

// statement is a statement that is ready to run, outside of a transaction or in one.
type statement interface {
	ExecContext(ctx context.Context, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, args ...any) *sql.Row
}

// command is a statement of the store: prepared once, or sent as text each time
// where the dialect leaves it to the driver how ([PostgreSQL]).
type command struct {
	text     string
	prepared *sql.Stmt
}

// on is the command outside of a transaction.
func (c *command) on(db *sql.DB) statement {
	if c.prepared != nil {
		return c.prepared
	}
	return textOn{db, c.text}
}

// in is the command in a transaction.
func (c *command) in(ctx context.Context, tx *sql.Tx) statement {
	if c.prepared != nil {
		return tx.StmtContext(ctx, c.prepared)
	}
	return textOn{tx, c.text}
}

// runner is what database/sql's handles and transactions have in common.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// textOn is a statement that is sent as text.
type textOn struct {
	runner runner
	text   string
}

func (t textOn) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	return t.runner.ExecContext(ctx, t.text, args...)
}

func (t textOn) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	return t.runner.QueryContext(ctx, t.text, args...)
}

func (t textOn) QueryRowContext(ctx context.Context, args ...any) *sql.Row {
	return t.runner.QueryRowContext(ctx, t.text, args...)
}
