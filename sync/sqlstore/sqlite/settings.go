package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	driver "modernc.org/sqlite"

	"github.com/duijie-go/duijie/sync/sqlstore"
)

const (
	busyTimeout = 5000 // ms
	// cacheSize is in KiB, as SQLite writes it. It holds the inner pages of a ledger
	// of some million rows and what a batch changes; the operating system caches the
	// file as well. With a million rows 4 MiB were no faster and cost 4 MB, 64 MiB 120 MB.
	cacheSize = -2048
	// checkpointPages is how long the WAL grows before its pages are copied into
	// the file: 32 MiB. SQLite's own 1000 makes one batch in a few wait for that. The
	// longer it grows, the more often a page was changed that is copied once; 64 MiB
	// save a little more and have one batch wait twice as long.
	checkpointPages = 8000
	// tempStore is in memory: a statement that puts many rows notes the pages it
	// changes until it ends, some 200 KB, which a temporary file makes slower than
	// one statement per row.
	tempStore = 2

	synchronousNormal = 1
	synchronousFull   = 2
)

// settings is what every connection is opened with and must have afterwards.
type settings struct {
	journal     string
	synchronous int
}

func wantedSettings(inMemory bool, opts []sqlstore.Option) settings {
	var o sqlstore.Options
	for _, opt := range opts {
		opt(&o)
	}
	s := settings{journal: "wal", synchronous: synchronousFull}
	if o.RelaxedDurability {
		s.synchronous = synchronousNormal
	}
	if inMemory {
		s.journal = "memory"
	}
	return s
}

// query is the part of the DSN behind the file's name.
func (s settings) query() string {
	v := url.Values{"_txlock": {"immediate"}}
	for _, pragma := range []string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout),
		fmt.Sprintf("journal_mode(%s)", s.journal),
		fmt.Sprintf("synchronous(%d)", s.synchronous),
		fmt.Sprintf("cache_size(%d)", cacheSize),
		fmt.Sprintf("wal_autocheckpoint(%d)", checkpointPages),
		fmt.Sprintf("temp_store(%d)", tempStore),
	} {
		v.Add("_pragma", pragma)
	}
	return "?" + v.Encode()
}

// checkWhenFree is check, again while another process is just bringing a new file
// into WAL mode: for that SQLite does not wait, whatever the busy timeout.
func (s settings) checkWhenFree(ctx context.Context, db *sql.DB) error {
	deadline := time.NewTimer(busyTimeout * time.Millisecond)
	defer deadline.Stop()
	pause := time.NewTicker(5 * time.Millisecond)
	defer pause.Stop()
	for {
		err := s.check(ctx, db)
		if e, ok := errors.AsType[*driver.Error](err); !ok || e.Code()&0xff != busy {
			return err
		}
		select {
		case <-pause.C:
		case <-deadline.C:
			return err
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

// check reads the settings back from the database.
func (s settings) check(ctx context.Context, db *sql.DB) error {
	for _, pragma := range []struct{ name, want string }{
		{"journal_mode", s.journal},
		{"busy_timeout", strconv.Itoa(busyTimeout)},
		{"synchronous", strconv.Itoa(s.synchronous)},
	} {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma.name).Scan(&got); err != nil {
			return fmt.Errorf("read back %s: %w", pragma.name, err)
		}
		if got != pragma.want {
			return fmt.Errorf("%s is %s after it was set to %s", pragma.name, got, pragma.want)
		}
	}
	return nil
}
