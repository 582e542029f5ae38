package sqlite

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSettingsThatDidNotTakeEffect(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]settings{
		"journal_mode is memory after it was set to wal": {journal: "wal", synchronous: synchronousFull},
		"synchronous is 2 after it was set to 1":         {journal: "memory", synchronous: synchronousNormal},
	} {
		store, err := Open(t.Context(), memory)
		require.NoError(t, err)
		require.ErrorContains(t, s.check(t.Context(), store.db), want)
		require.NoError(t, store.Close())
		require.NoError(t, store.Close(), "closing twice")
	}
}
