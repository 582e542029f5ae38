package sqlite

import (
	"fmt"
	"path/filepath"
	"syscall"
)

// networkFS are the magic numbers of file systems that several machines share.
// They keep SQLite's locks badly and its shared memory not at all.
var networkFS = map[uint32]string{
	0x00006969: "NFS",
	0x0000517B: "SMB",
	0xFF534D42: "CIFS",
	0xFE534D42: "SMB",
	0x5346414F: "AFS",
	0x00C36400: "Ceph",
	0x0BD00BD0: "Lustre",
}

// refuseNetwork returns an error when path, or its folder while there is no
// such file, lies on a network file system.
func refuseNetwork(path string) error {
	var stat syscall.Statfs_t
	err := syscall.Statfs(path, &stat)
	if err == syscall.ENOENT {
		err = syscall.Statfs(filepath.Dir(path), &stat)
	}
	if err != nil {
		return fmt.Errorf("look at the file system of %s: %w", path, err)
	}
	return checkFS(path, uint32(stat.Type)) //nolint:gosec // the magic number has 32 bits
}

func checkFS(path string, magic uint32) error {
	if name, ok := networkFS[magic]; ok {
		return fmt.Errorf("%s is on a network file system (%s), where SQLite loses data: use a local disk", path, name)
	}
	return nil
}
