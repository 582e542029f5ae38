package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Check reads all that is stored, under every name, and has the database look
// through itself where it can (SQLite: integrity_check, MySQL: CHECK TABLE). It returns nil, or an
// error that matches duijiesync.ErrStateCorrupt and names the first damaged row of
// each list.
//
// It finds what single reads can not: a row whose key was damaged is not found under
// the key it had, and looks as if it had never been there. Run it on a copy that was
// restored, and on a disk that is in doubt. It takes some seconds for a million rows.
func (s *Store) Check(ctx context.Context) error {
	problems := []error{s.dialect.integrity(ctx, s)}
	for _, table := range []struct {
		name  string
		parts bool // has partitions
		read  func(ctx context.Context, scope duijiesync.Scope) error
	}{
		{"partition", true, func(ctx context.Context, scope duijiesync.Scope) error {
			_, err := s.Checkpoint(ctx, scope)
			return err
		}},
		{"openbatch", true, func(ctx context.Context, scope duijiesync.Scope) error {
			_, err := s.OpenBatches(ctx, scope)
			return err
		}},
		{"run", true, func(ctx context.Context, scope duijiesync.Scope) error {
			_, err := s.Runs(ctx, scope, 2*keptRuns)
			return err
		}},
		{"ledger", false, func(ctx context.Context, scope duijiesync.Scope) error {
			return s.checkLedger(ctx, scope.Pipeline)
		}},
		{"dead", false, func(ctx context.Context, scope duijiesync.Scope) error {
			return s.checkDead(ctx, scope.Pipeline)
		}},
	} {
		scopes, err := s.scopesIn(ctx, table.name, "pipeline", table.parts)
		if err != nil {
			problems = append(problems, s.fail(ctx, "check table "+table.name, err))
			continue
		}
		for _, scope := range scopes {
			if err := checkScope(scope); err != nil { // of no row that was written
				problems = append(problems, s.fail(ctx, "check", s.corrupt(table.name, "pipeline "+quote(scope.Pipeline), err.Error())))
				continue
			}
			problems = append(problems, table.read(ctx, scope))
		}
	}
	problems = append(problems, s.checkTokens(ctx))
	return errors.Join(problems...)
}

// checkTokens reads the tables of [Tokens]. What is sealed is not opened.
func (s *Store) checkTokens(ctx context.Context) error {
	var problems []error
	for table, read := range map[string]func(ctx context.Context, scope string) error{
		"token": func(ctx context.Context, scope string) error {
			_, err := s.readToken(ctx, s.read(queryToken), scope)
			return err
		},
		"quota": func(ctx context.Context, scope string) error {
			_, err := s.readQuota(ctx, s.read(queryQuota), scope)
			return err
		},
	} {
		scopes, err := s.scopesIn(ctx, table, "scope", false)
		if err != nil {
			problems = append(problems, s.fail(ctx, "check table "+table, err))
		}
		for _, scope := range scopes {
			if err := s.attempt(ctx, func() error { return read(ctx, scope.Pipeline) }); err != nil {
				problems = append(problems, s.fail(ctx, "check", err))
			}
		}
	}
	return errors.Join(problems...)
}

// scopesIn lists the names that have rows in a table.
func (s *Store) scopesIn(ctx context.Context, table, column string, parts bool) (scopes []duijiesync.Scope, err error) {
	var pipeline, part sql.RawBytes
	columns, into := column, []any{&pipeline}
	if parts {
		columns, into = column+", part", append(into, &part)
	}
	err = s.attempt(ctx, func() error {
		scopes = nil
		rows, err := s.db.QueryContext(ctx, s.text("SELECT DISTINCT "+columns+" FROM {"+table+"}"))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				return s.unread(rows, table, "pipeline "+quote(string(pipeline)), err)
			}
			scopes = append(scopes, duijiesync.Scope{Pipeline: string(pipeline), Partition: string(part)})
		}
		return rows.Err()
	})
	return scopes, err
}

func (s *Store) checkLedger(ctx context.Context, pipeline string) error {
	for after := ""; ; {
		_, next, err := s.Entries(ctx, pipeline, after, 0)
		if err != nil || next == "" {
			return err
		}
		after = next
	}
}

func (s *Store) checkDead(ctx context.Context, pipeline string) error {
	const limit = 100
	for after := ""; ; {
		letters, err := s.DeadLetters(ctx, pipeline, duijiesync.DeadLetterQuery{After: after, Limit: limit})
		if err != nil || len(letters) < limit {
			return err
		}
		after = letters[limit-1].Key
	}
}

// integrity has SQLite look through the file.
func (sqliteDialect) integrity(ctx context.Context, s *Store) error {
	rows, err := s.db.QueryContext(ctx, "PRAGMA integrity_check(5)")
	if err != nil {
		return s.fail(ctx, "check", err)
	}
	defer rows.Close()
	var problems []error
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return s.fail(ctx, "check", err)
		}
		if text != "ok" {
			problems = append(problems, s.fail(ctx, "check", s.damaged(errors.New(text))))
		}
	}
	if err := rows.Err(); err != nil {
		problems = append(problems, s.fail(ctx, "check", err))
	}
	return errors.Join(problems...)
}
