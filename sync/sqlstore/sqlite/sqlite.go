package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	driver "modernc.org/sqlite"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

// ErrNotDatabase says that the file has contents, but is no SQLite database, or that
// it was cut off and what lies beside it shows that it had contents. Nothing was changed. Give
// the right path, or move the file away.
var ErrNotDatabase = errors.New("duijie/sqlstore/sqlite: not a SQLite database")

// Store is a sqlstore.Store that owns its file.
type Store struct {
	*sqlstore.Store

	db *sql.DB
}

// WithRelaxedDurability does not wait for the disk at every commit
// (synchronous=NORMAL). A crash or kill of the process still loses nothing. A
// power cut or a crash of the operating system may undo the last commits, and
// with them notes of writes that the target has executed already: records of a
// sink that can not look them up may arrive twice. On disks that are slow to
// sync, small batches get several times faster.
func WithRelaxedDurability() sqlstore.Option { return sqlstore.WithRelaxedDurability() }

// Open opens the SQLite file at path, creating it with mode 0600 when there is
// none; its folder must exist. A relative path is resolved now, whatever the
// working folder becomes later. The path ":memory:" is a database of its own that
// ends with the store.
//
// Errors: a missing folder, a network file system, [ErrNotDatabase], settings that did not take
// effect, and those of sqlstore.New.
func Open(ctx context.Context, path string, opts ...sqlstore.Option) (*Store, error) {
	name, err := preparePath(path)
	if err != nil {
		return nil, fmt.Errorf("duijie/sqlstore/sqlite: open %q: %w", path, err)
	}
	want := wantedSettings(path == memory, opts)
	connector, err := driver.NewConnector(name + want.query())
	if err != nil {
		return nil, fmt.Errorf("duijie/sqlstore/sqlite: open %q: %w", path, err)
	}
	db := sql.OpenDB(connector)
	// The only connection of ":memory:" is the database.
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	if err := want.checkWhenFree(ctx, db); err != nil {
		return nil, fmt.Errorf("duijie/sqlstore/sqlite: open %q: %w", path, errors.Join(named(err), db.Close()))
	}
	opts = append([]sqlstore.Option{sqlstore.WithName(fmt.Sprintf("file %q", path))}, opts...)
	store, err := sqlstore.New(ctx, db, sqlstore.SQLite, opts...)
	if err != nil {
		return nil, fmt.Errorf("duijie/sqlstore/sqlite: open %q: %w", path, errors.Join(err, db.Close()))
	}
	return &Store{Store: store, db: db}, nil
}

// named lets damage be told from other errors of the driver.
func named(err error) error {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		switch e.Code() & 0xff {
		case notADatabase:
			return fmt.Errorf("%w: %w", ErrNotDatabase, err)
		case malformed:
			return fmt.Errorf("%w: %w", duijiesync.ErrStateCorrupt, err)
		}
	}
	return err
}

// Result codes of SQLite.
const (
	busy         = 5
	malformed    = 11
	notADatabase = 26
)

// Close closes the file. Calls under way end first or fail. Closing twice is no
// error.
func (s *Store) Close() error {
	if err := errors.Join(s.Store.Close(), s.db.Close()); err != nil {
		return fmt.Errorf("duijie/sqlstore/sqlite: close: %w", err)
	}
	return nil
}
