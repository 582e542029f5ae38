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
// together take turns.
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
		if err := s.dialect.lockSchema(ctx, conn); err != nil {
			return err
		}
		if err := s.migrateLocked(ctx, conn, steps); err != nil {
			_, rollback := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			return errors.Join(err, rollback)
		}
		return nil
	})
}

// migrateLocked runs the steps that are missing and commits.
func (s *Store) migrateLocked(ctx context.Context, conn *sql.Conn, steps []migration) error {
	exec := func(text string, args ...any) error {
		_, err := conn.ExecContext(ctx, s.tables.Replace(text), args...)
		return err
	}
	if err := exec(s.dialect.metaTable()); err != nil {
		return err
	}
	version, err := s.schemaVersion(ctx, conn)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("%w: version %d, known up to %d", ErrNewerSchema, version, len(steps))
	}
	for ; version < len(steps); version++ {
		for _, statement := range steps[version] {
			if err := exec(statement); err != nil {
				return fmt.Errorf("schema version %d: %w", version+1, err)
			}
		}
		if err := exec(`DELETE FROM {meta} WHERE name = 'schema'`); err != nil {
			return err
		}
		insert := `INSERT INTO {meta} (name, val) VALUES ('schema', '` + strconv.Itoa(version+1) + `')`
		if err := exec(insert); err != nil {
			return err
		}
	}
	return exec("COMMIT")
}

// schemaVersion reads the version, 0 for tables that were never migrated.
func (s *Store) schemaVersion(ctx context.Context, conn *sql.Conn) (int, error) {
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
