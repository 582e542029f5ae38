package sqlite

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNetworkFileSystemsAreRefused(t *testing.T) {
	t.Parallel()
	for magic, name := range map[uint32]string{0x6969: "NFS", 0x517B: "SMB", 0xFF534D42: "CIFS", 0xFE534D42: "SMB", 0x00C36400: "Ceph"} {
		err := checkFS("/mnt/state.db", magic)
		require.ErrorContains(t, err, "/mnt/state.db is on a network file system ("+name+")")
	}
	for _, local := range []uint32{0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794c7630} { // ext4, XFS, Btrfs, tmpfs, overlay
		require.NoError(t, checkFS("/mnt/state.db", local))
	}
	require.ErrorContains(t, refuseNetwork("/nowhere/at/all"), "look at the file system")
	require.NoError(t, refuseNetwork(t.TempDir()+"/not there yet"))
}
