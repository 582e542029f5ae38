package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// table is a sink of rows of a SQL table. Writing a row again leaves one row.
type table struct{ db *sql.DB }

var (
	_ duijiesync.Sink[Warehouse]   = (*table)(nil)
	_ duijiesync.Finder[Warehouse] = (*table)(nil)
	_ duijiesync.Limited           = (*table)(nil)
)

// openTable opens a database and makes the table where it is not there.
func openTable(ctx context.Context, file string) (*table, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, fmt.Errorf("-table: %w", err)
	}
	// Amounts are texts: a number of SQLite is a float, and would change them.
	const schema = `CREATE TABLE IF NOT EXISTS warehouses (
		id TEXT PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, total_capacity TEXT NOT NULL,
		current_stock TEXT NOT NULL, create_time TEXT NOT NULL, last_modified_time TEXT NOT NULL)`
	if _, err := db.ExecContext(ctx, schema); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("-table %s: %w", file, err)
	}
	return &table{db: db}, nil
}

// Limits: a batch is one transaction.
func (t *table) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 200, FindRows: 200, Lanes: 1, SettleDelay: 10 * time.Millisecond, Idempotent: true}
}

// Write writes all rows or none. What may have been committed is written again by the
// engine, which does no harm.
func (t *table) Write(ctx context.Context, records []duijiesync.Record[Warehouse]) ([]duijiesync.Outcome, error) {
	tx, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	out := make([]duijiesync.Outcome, len(records))
	for i, rec := range records {
		w := rec.Value
		const upsert = `INSERT INTO warehouses VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
			name = excluded.name, city = excluded.city, total_capacity = excluded.total_capacity,
			current_stock = excluded.current_stock, create_time = excluded.create_time,
			last_modified_time = excluded.last_modified_time`
		_, err := tx.ExecContext(ctx, upsert, w.ID, w.Name, w.Location.City, w.Capacity.Total.String(), w.Capacity.Stock.String(), w.Created, w.Modified)
		if err != nil {
			return nil, fmt.Errorf("table: %w", err)
		}
		out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: w.ID}
		if rec.Target.ID != "" {
			out[i].Kind = duijiesync.OutcomeUpdated
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("table: %w: %w", err, duijie.ErrOutcomeUnknown)
	}
	return out, nil
}

// Find compares records with their rows.
func (t *table) Find(ctx context.Context, records []duijiesync.Record[Warehouse]) ([]duijiesync.Found, error) {
	out := make([]duijiesync.Found, len(records))
	for i, rec := range records {
		have := make([]string, 6)
		const query = `SELECT name, city, total_capacity, current_stock, create_time, last_modified_time FROM warehouses WHERE id = ?`
		err := t.db.QueryRowContext(ctx, query, rec.Key).Scan(&have[0], &have[1], &have[2], &have[3], &have[4], &have[5])
		switch {
		case errors.Is(err, sql.ErrNoRows):
			out[i].Match = duijiesync.Absent
			continue
		case err != nil:
			return nil, fmt.Errorf("table: %w", err)
		}
		out[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: rec.Key}
		if rec.Target.KeyOnly {
			continue
		}
		w := rec.Value
		want := []string{w.Name, w.Location.City, w.Capacity.Total.String(), w.Capacity.Stock.String(), w.Created, w.Modified}
		out[i].Match = duijiesync.Identical
		for n, field := range []string{"name", "city", "total_capacity", "current_stock", "create_time", "last_modified_time"} {
			if have[n] != want[n] {
				out[i].Match = duijiesync.Different
				out[i].Changes = append(out[i].Changes, duijiesync.Change{Field: field, Old: have[n], New: want[n]})
			}
		}
	}
	return out, nil
}
