package reconcile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	stdsync "sync"
	"sync/atomic"
)

// disk is the folder of a comparison's temporary files. It is made when the
// first is needed.
type disk struct {
	parent string
	max    int64
	mu     stdsync.Mutex // guards dir, files and names
	dir    string
	files  map[string]*os.File
	names  int
	used   atomic.Int64
	peak   atomic.Int64
	runs   atomic.Int64
}

// spillFile holds runs one behind the other: few files, whatever the number of
// runs.
type spillFile struct {
	*os.File
	size    int64
	removed bool
}

func (d *disk) create() (*spillFile, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dir == "" {
		dir, err := os.MkdirTemp(d.parent, "duijie-reconcile-*") // 0700
		if err != nil {
			return nil, fmt.Errorf("duijie/sync/reconcile: folder for temporary files: %w", err)
		}
		d.dir, d.files = dir, map[string]*os.File{}
	}
	d.names++
	name := filepath.Join(d.dir, fmt.Sprintf("runs-%d", d.names))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("duijie/sync/reconcile: temporary file: %w", err)
	}
	d.files[name] = f
	// Where an open file can be removed, its contents are gone with the process,
	// however that ends.
	return &spillFile{File: f, removed: os.Remove(name) == nil}, nil
}

// drop removes a file whose runs have been merged.
func (d *disk) drop(f *spillFile) error {
	d.mu.Lock()
	delete(d.files, f.Name())
	d.mu.Unlock()
	err := f.Close()
	if !f.removed {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	if err != nil {
		return fmt.Errorf("duijie/sync/reconcile: remove a temporary file: %w", err)
	}
	d.used.Add(-f.size)
	return nil
}

// take accounts for n more bytes on disk, negative when they are gone.
func (d *disk) take(n int64) error {
	now := d.used.Add(n)
	if d.max > 0 && now > d.max {
		d.used.Add(-n)
		return fmt.Errorf("%w: %d bytes", ErrDiskLimit, d.max)
	}
	for old := d.peak.Load(); now > old && !d.peak.CompareAndSwap(old, now); old = d.peak.Load() {
	}
	return nil
}

// remove deletes all that is left.
func (d *disk) remove() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dir == "" {
		return nil
	}
	for _, f := range d.files {
		_ = f.Close() // nothing in it counts any more
	}
	if err := os.RemoveAll(d.dir); err != nil {
		return fmt.Errorf("duijie/sync/reconcile: remove the temporary files yourself: %w", err)
	}
	return nil
}
