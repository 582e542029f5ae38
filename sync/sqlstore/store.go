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
	stmts   [queryCount]command
	lookups [len(lookupSizes)]command // ledger rows by key, one per size
	puts    []command                 // the same, to put them
}

var _ duijiesync.State = (*Store)(nil)

// New checks the settings of db, brings its schema up to date and returns a
// store in it. The caller keeps db and closes it after the store.
//
// What the dialect does not speak to is refused, and so are settings that lose
// acknowledged writes; see [SQLite], [PostgreSQL] and [MySQL]. A schema that a later
// version has changed gives [ErrNewerSchema]. A user who may not create tables needs
// ones that somebody made with [Schema].
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
	s := &Store{db: db, dialect: dialect, name: o.Name, tables: tableNames(o.TablePrefix, dialect.tokens()), sealer: sealer}
	if err := dialect.check(ctx, db, o); err != nil {
		return nil, s.fail(ctx, "open "+dialect.String(), err)
	}
	if err := s.migrate(ctx); err != nil {
		return nil, s.fail(ctx, "migrate", err)
	}
	if err := dialect.verify(ctx, s); err != nil {
		return nil, s.fail(ctx, "look at the tables", err)
	}
	if err := s.prepare(ctx); err != nil {
		return nil, s.fail(ctx, "prepare statements", errors.Join(err, s.Close()))
	}
	return s, nil
}

// prepare readies every statement once. Nothing is prepared later: inside a
// transaction that holds the only connection it would wait for itself.
func (s *Store) prepare(ctx context.Context) error {
	ready := func(c *command, text string) (err error) {
		c.text = s.text(text)
		if text != "" && s.dialect.prepares() {
			c.prepared, err = s.db.PrepareContext(ctx, c.text)
		}
		return err
	}
	for q := range queryCount {
		if err := ready(&s.stmts[q], s.dialect.query(q)); err != nil {
			return err
		}
	}
	for i, size := range lookupSizes {
		if err := ready(&s.lookups[i], s.dialect.byKeys(selectEntries, size)); err != nil {
			return err
		}
	}
	sizes := s.dialect.putSizes()
	s.puts = make([]command, len(sizes))
	for i, size := range sizes {
		if err := ready(&s.puts[i], s.dialect.putEntries(size)); err != nil {
			return err
		}
	}
	return nil
}

// text is a statement as the database takes it.
func (s *Store) text(text string) string { return s.dialect.bind(s.tables.Replace(text)) }

// read is a statement outside of any transaction.
func (s *Store) read(q query) statement { return s.stmts[q].on(s.db) }

// Close releases the store's statements. The database handle stays open: it is
// the caller's.
func (s *Store) Close() error {
	var errs []error
	for _, commands := range [][]command{s.stmts[:], s.lookups[:], s.puts} {
		for _, c := range commands {
			if c.prepared != nil {
				errs = append(errs, c.prepared.Close())
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
