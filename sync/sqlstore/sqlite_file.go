package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// private looks at the modes of the file and of those beside it. They stay what
// they were when SQLite made them, whatever the file's own mode became.
func (sqliteDialect) private(ctx context.Context, db *sql.DB) error {
	var path string
	if err := db.QueryRowContext(ctx, `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path); err != nil {
		return fmt.Errorf("find the file: %w", err)
	}
	if path == "" || runtime.GOOS == "windows" {
		return nil
	}
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		info, err := os.Stat(path + end)
		if errors.Is(err, fs.ErrNotExist) && end != "" {
			continue
		}
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			return fmt.Errorf("file %q has mode %#o, so that other users may read the tokens in it: "+
				"chmod 600 it, or seal the tokens with WithTokenKey", path+end, mode)
		}
	}
	return nil
}
