package qeasy

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSpill: what is sorted on disk comes back as what is sorted in memory, each value once,
// and no file stays.
func TestSpill(t *testing.T) {
	t.Parallel()
	for seed := range uint64(15) {
		rng := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		s := &spill{dir: dir, limit: 100 + rng.IntN(3000)}
		var want []string
		for i := range rng.IntN(2500) {
			key := strings.Repeat(fmt.Sprint(rng.IntN(50)), rng.IntN(3))
			require.NoError(t, s.add(key, fmt.Appendf(nil, "%d", i)))
			want = append(want, fmt.Sprintf("%s/%06d", key, i))
		}
		slices.SortStableFunc(want, func(a, b string) int {
			x, _, _ := strings.Cut(a, "/")
			y, _, _ := strings.Cut(b, "/")
			return strings.Compare(x, y)
		})
		require.LessOrEqual(t, len(s.files), mostSpillFiles)
		var got []string
		for v, err := range s.all() {
			require.NoError(t, err)
			got = append(got, fmt.Sprintf("%s/%06s", v.key, v.value))
		}
		require.Equal(t, want, got, "seed %d", seed)
		require.NoError(t, s.close())
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
	s := &spill{dir: "/nowhere/at/all", limit: 10}
	require.Error(t, s.add("a", make([]byte, 100)), "a full or missing disk is an error")
}
