package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie/internal/tokenseal"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Store is a duijiesync.State in an SQL database. It is safe for concurrent
// use; several stores, in one process or many, may share a database.
type Store struct {
	db      *sql.DB
	dialect Dialect
	name    string            // of the database, for errors
	tables  *strings.Replacer // {table} to its prefixed name
	sealer  *tokenseal.Sealer
	stmts   [queryCount]*sql.Stmt
	lookups [len(lookupSizes)]*sql.Stmt // ledger rows by key, one per size
	puts    [len(putSizes)]*sql.Stmt    // the same, to put them
}

var _ duijiesync.State = (*Store)(nil)

// New checks the settings of db, brings its schema up to date and returns a
// store in it. The caller keeps db and closes it after the store.
//
// A database whose settings lose acknowledged writes, or with one writer and no
// busy timeout, is refused; see [SQLite]. A schema that a later version has
// changed gives [ErrNewerSchema].
func New(ctx context.Context, db *sql.DB, dialect Dialect, opts ...Option) (*Store, error) {
	if db == nil || dialect == nil {
		return nil, errors.New("duijie/sqlstore: New needs a database handle and its dialect")
	}
	o, err := buildOptions(opts)
	if err != nil {
		return nil, err
	}
	sealer, err := tokenseal.New(ErrTokenKey, o.TokenKeys)
	if err != nil {
		return nil, fmt.Errorf("duijie/sqlstore: WithTokenKey: %w", err)
	}
	s := &Store{db: db, dialect: dialect, name: o.Name, tables: tableNames(o.TablePrefix), sealer: sealer}
	if err := dialect.check(ctx, db, o); err != nil {
		return nil, s.fail(ctx, "open "+dialect.String(), err)
	}
	if err := s.migrate(ctx); err != nil {
		return nil, s.fail(ctx, "migrate", err)
	}
	if err := s.prepare(ctx); err != nil {
		return nil, s.fail(ctx, "prepare statements", errors.Join(err, s.Close()))
	}
	return s, nil
}

// prepare compiles every statement once. Nothing is prepared later: inside a
// transaction that holds the only connection it would wait for itself.
func (s *Store) prepare(ctx context.Context) error {
	for q := range queryCount {
		stmt, err := s.db.PrepareContext(ctx, s.tables.Replace(s.dialect.query(q)))
		if err != nil {
			return err
		}
		s.stmts[q] = stmt
	}
	for i, size := range lookupSizes {
		stmt, err := s.db.PrepareContext(ctx, s.tables.Replace(s.dialect.entriesIn(size)))
		if err != nil {
			return err
		}
		s.lookups[i] = stmt
	}
	for i, size := range putSizes {
		stmt, err := s.db.PrepareContext(ctx, s.tables.Replace(s.dialect.putEntries(size)))
		if err != nil {
			return err
		}
		s.puts[i] = stmt
	}
	return nil
}

// Close releases the store's statements. The database handle stays open: it is
// the caller's.
func (s *Store) Close() error {
	var errs []error
	for _, stmts := range [][]*sql.Stmt{s.stmts[:], s.lookups[:], s.puts[:]} {
		for _, stmt := range stmts {
			if stmt != nil {
				errs = append(errs, stmt.Close())
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("duijie/sqlstore: close: %w", err)
	}
	return nil
}

// Limits of names, in bytes. The columns of every dialect hold them.
const (
	maxPipeline  = 128
	maxPartition = 255
	maxOwner     = 128
	maxRunID     = 128
)

// checkName refuses a name no column holds, before any SQL.
func checkName(what, name string, least, most int) error {
	if len(name) < least || len(name) > most {
		return fmt.Errorf("%s %s has %d bytes, allowed are %d to %d", what, quote(name), len(name), least, most)
	}
	return nil
}

func checkPipeline(pipeline string) error { return checkName("pipeline", pipeline, 1, maxPipeline) }

func checkScope(scope duijiesync.Scope) error {
	if err := checkPipeline(scope.Pipeline); err != nil {
		return err
	}
	return checkName("partition", scope.Partition, 0, maxPartition)
}

// scopeText names a scope in errors.
func scopeText(scope duijiesync.Scope) string {
	if scope.Partition == "" {
		return quote(scope.Pipeline)
	}
	return quote(scope.Pipeline) + " partition " + quote(scope.Partition)
}

// quote is s for an error message, cut where it gets long.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		return fmt.Sprintf("%q... (%d bytes)", s[:most], len(s))
	}
	return fmt.Sprintf("%q", s)
}
