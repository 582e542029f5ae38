// Package sqlite keeps the state of sync pipelines in a SQLite file.
//
// # Overview
//
// [Open] opens or creates the file and returns a [Store], which implements
// duijiesync.State:
//
//	store, err := sqlite.Open(ctx, "orders.db")
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//
// The driver is modernc.org/sqlite: no C compiler is needed. It registers itself
// with database/sql under the name "sqlite". A program that links another driver
// of that name opens its own handle and gives it to sqlstore.New instead.
//
// The same file shares the sessions and tokens of clients between processes, with
// duijie.WithTokenStore: see Store.Tokens of package sqlstore.
//
// # Settings
//
// The file is in WAL mode with synchronous=FULL: what was acknowledged survives
// a power cut. Every transaction takes the write lock at once and waits up to 5 s
// for another writer. Open reads these settings back and fails when one did not
// take effect. See [WithRelaxedDurability] for what can be traded for speed.
//
// A store uses one connection. The calls of a run take turns anyway (look up,
// note, settle), a look-up is short beside the commits, and a second
// connection would double the page cache. That cache is 4 MiB, whatever the
// size of the file: the operating system caches the rest.
//
// # Files
//
// A new file can be read and written by its owner only; one that others can read
// takes no tokens without a key to seal them (sqlstore.WithTokenKey). Beside it lie FILE-wal
// and FILE-shm while it is open; a backup takes the three together, or uses
// SQLite's own backup. Several processes on one machine may open the same file.
// Several machines may not: files on network file systems (NFS, SMB, AFS, Ceph,
// Lustre) are refused on Linux. File systems in user space, sshfs among them,
// can not be told apart and must be avoided.
//
// # Errors
//
// As in package sqlstore.
package sqlite
