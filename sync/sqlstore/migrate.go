package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// ErrNewerSchema is returned by [New] for tables that a later version of this
// package has changed. Use that version; there is no way back.
var ErrNewerSchema = errors.New("duijie/sqlstore: the schema is newer than this version understands")

// migration is one step of the schema. Every statement must be idempotent:
// some databases commit each by itself.
type migration []string

//go:embed migrations
var migrationFiles embed.FS

// loadMigrations reads a dialect's steps, files NNNN_name.sql numbered from 1
// without gaps.
func loadMigrations(dir string) ([]migration, error) {
	files, err := fs.ReadDir(migrationFiles, dir)
	if err != nil {
		return nil, err
	}
	var steps []migration
	for i, file := range files {
		number, _, _ := strings.Cut(file.Name(), "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("migration %s is not number %d", file.Name(), i+1)
		}
		text, err := migrationFiles.ReadFile(path.Join(dir, file.Name()))
		if err != nil {
			return nil, err
		}
		steps = append(steps, splitStatements(string(text)))
	}
	return steps, nil
}

// splitStatements cuts a file where a line ends in a semicolon.
func splitStatements(text string) []string {
	var statements []string
	for part := range strings.SplitSeq(text, ";\n") {
		if part = strings.TrimSpace(part); part != "" {
			statements = append(statements, part)
		}
	}
	return statements
}

// migrate brings the schema to this package's version. Processes that start
// together take turns; where nothing is to be done, nobody waits, and no right to
// change tables is needed.
func (s *Store) migrate(ctx context.Context) error {
	steps, err := s.dialect.migrations()
	if err != nil {
		return err
	}
	return s.attempt(ctx, func() error {
		conn, err := s.db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		if there, err := s.dialect.migrated(ctx, s); err != nil {
			return err
		} else if there {
			version, err := s.schemaVersion(ctx, conn, len(steps))
			if err != nil || version == len(steps) {
				return err
			}
		}
		unlock, err := s.dialect.lockSchema(ctx, conn, s)
		if err != nil {
			return err
		}
		err = s.migrateLocked(ctx, conn, steps)
		return errors.Join(err, unlock(err == nil))
	})
}

// lockByTransaction runs statements of which the first begins a transaction.
func lockByTransaction(ctx context.Context, conn *sql.Conn, begin ...string) (unlock func(good bool) error, err error) {
	for _, text := range begin {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return nil, err
		}
	}
	return func(good bool) error {
		end := "ROLLBACK"
		if good {
			end = "COMMIT"
		}
		_, err := conn.ExecContext(context.WithoutCancel(ctx), end)
		return err
	}, nil
}

// migrateLocked runs the steps that are missing.
func (s *Store) migrateLocked(ctx context.Context, conn *sql.Conn, steps []migration) error {
	exec := func(text string) error {
		_, err := conn.ExecContext(ctx, s.tables.Replace(text))
		return err
	}
	if err := exec(s.dialect.metaTable()); err != nil {
		return err
	}
	version, err := s.schemaVersion(ctx, conn, len(steps))
	if err != nil {
		return err
	}
	for ; version < len(steps); version++ {
		for _, statement := range append(steps[version], noteVersion(version+1)...) {
			if err := exec(statement); err != nil {
				return fmt.Errorf("schema version %d: %w", version+1, err)
			}
		}
	}
	return nil
}

// noteVersion is how a version that was reached is noted. Where each statement is
// committed by itself, one that is lost between them has the step repeated.
func noteVersion(version int) []string {
	return []string{
		`DELETE FROM {meta} WHERE name = 'schema'`,
		`INSERT INTO {meta} (name, val) VALUES ('schema', '` + strconv.Itoa(version) + `')`,
	}
}

// Schema returns the statements that make the tables of an empty database, for
// those who may not let a program make them: run it, give the program's user the
// rights to select, insert, update and delete, and [New] finds all in place. It is
// no way to bring older tables up to date.
func Schema(dialect Dialect, opts ...Option) (string, error) {
	if dialect == nil {
		return "", errors.New("duijie/sqlstore: Schema needs a dialect")
	}
	o, err := buildOptions(opts)
	if err != nil {
		return "", err
	}
	steps, err := dialect.migrations()
	if err != nil {
		return "", err
	}
	statements := []string{dialect.metaTable()}
	for _, step := range steps {
		statements = append(statements, step...)
	}
	statements = append(statements, noteVersion(len(steps))...)
	return tableNames(o.TablePrefix, dialect.tokens()).Replace(strings.Join(statements, ";\n\n") + ";\n"), nil
}

// schemaVersion reads the version, 0 for tables that were never migrated.
func (s *Store) schemaVersion(ctx context.Context, conn *sql.Conn, known int) (int, error) {
	var text string
	err := conn.QueryRowContext(ctx, s.tables.Replace(`SELECT val FROM {meta} WHERE name = 'schema'`)).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	version, err := strconv.Atoi(text)
	if err != nil || version < 1 {
		return 0, s.corrupt("meta", "row schema", fmt.Sprintf("version %q", text))
	}
	if version > known {
		return 0, fmt.Errorf("%w: version %d, known up to %d", ErrNewerSchema, version, known)
	}
	return version, nil
}

// toMillis is t as it is stored: Unix milliseconds, 0 for the zero time.
func toMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMillis is the inverse of toMillis, in UTC.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
