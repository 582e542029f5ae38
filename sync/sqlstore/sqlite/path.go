package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// memory is the path of a database without a file.
const memory = ":memory:"

// preparePath makes sure that there is a file SQLite can work on and returns
// its URI.
func preparePath(path string) (uri string, err error) {
	switch {
	case path == memory:
		return "file::memory:", nil
	case path == "":
		return "", errors.New("the path is empty")
	case strings.ContainsRune(path, 0):
		return "", errors.New("the path contains a NUL")
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return "", err
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the folder %s does not exist: create it first", folder)
	} else if err != nil {
		return "", err
	} else if !info.IsDir() {
		return "", fmt.Errorf("%s is not a folder", folder)
	}
	if err := refuseStub(path); err != nil {
		return "", err
	}
	if err := createFile(folder, path); err != nil {
		return "", err
	}
	if err := refuseNetwork(path); err != nil {
		return "", err
	}
	return fileURI(path), nil
}

// refuseStub refuses a file that SQLite would take for an empty one, and begin
// anew: of one byte, or of none although its log has contents. Everything else it
// refuses itself. The file must not be opened for this: closing it would drop the
// locks of another store.
func refuseStub(path string) error {
	log := size(path + "-wal") // before the file: a new log comes after the file has contents
	file := size(path)
	switch {
	case file == 1:
		return fmt.Errorf("%w: the file has 1 byte", ErrNotDatabase)
	case file == 0 && log > 0:
		return fmt.Errorf("%w: the file is empty, but %s-wal is not: it was cut off", ErrNotDatabase, path)
	}
	return nil
}

// size is the size of a file, -1 where there is none to be seen.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return info.Size()
}

// createFile creates an empty file at path, readable by its owner only, where
// there is none. SQLite gives the files beside it the same mode.
//
// The file gets its name after it was closed: closing any descriptor of a file
// drops all locks the process has on it, also those of another store that has
// just begun to use it.
func createFile(folder, path string) error {
	info, err := os.Stat(path)
	if err == nil {
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a regular file", path)
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.CreateTemp(folder, ".duijie-*") // mode 0600
	if err != nil {
		return err
	}
	err = file.Close()
	if err == nil {
		err = os.Link(file.Name(), path)
	}
	if removed := os.Remove(file.Name()); removed != nil {
		return removed
	}
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("%s is a symbolic link that leads nowhere: %w", path, err)
		}
		return nil
	}
	// A file system without links. Nobody else is likely to begin right now.
	created, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return created.Close()
}

// fileURI is path as SQLite's file: URI, with everything escaped that could
// mean something in it.
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	var b strings.Builder
	b.WriteString("file://")
	if !strings.HasPrefix(path, "/") { // a drive letter
		b.WriteByte('/')
	}
	for i := range len(path) {
		c := path[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("/-_.~:", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
