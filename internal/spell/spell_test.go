package spell_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/spell"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"datetime", "date", "time", "timestamp"}
	for wrong, want := range map[string]string{
		"DATE": "date", "datetiem": "datetime", "tmie": "time", "timestmp": "timestamp", "sku": "", "": "", strings.Repeat("date", 30): "",
	} {
		require.Equal(t, want, spell.Nearest(wrong, names), wrong)
	}
	require.Empty(t, spell.Nearest("date", nil))
}
