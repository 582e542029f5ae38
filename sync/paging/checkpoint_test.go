package paging_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
)

// TestForeignCheckpoints: none is taken for the beginning, each error names the
// builder and says what to do, and nothing is read.
func TestForeignCheckpoints(t *testing.T) {
	t.Parallel()
	for name, src := range builders(newMoving(1, 100)) {
		for _, text := range []string{
			"x", "{}", "null", "[]", "7", `"end"`, "{", `{"v":1}`,
			`{"v":2,"builder":"` + name + `","list":"rows","finished":"2026-01-01T00:00:00Z"}`,
			`{"v":1,"builder":"` + name + `","list":"rows"}`,
			`{"v":1,"builder":"` + name + `","list":"rows","rest":-4}`,
			`{"v":1,"builder":"` + name + `","list":"rows","rest":40,"at":4}`,
			`{"v":1,"builder":"` + name + `","list":"other","rest":40}`,
			`{"v":1,"builder":"` + name + `","list":"rows","rest":40,"page":3}`,
			`{"v":1,"builder":"keyset","list":"rows","at":null}`,
			`{"v":1,"builder":"keyset","list":"rows","at":{}}`,
			`{"v":1,"builder":"keyset","list":"rows","at":"x"}`,
			`{"v":1,"builder":"keyset","list":"rows","at":4.0}`,
			`{"v":1,"builder":"keyset","list":"rows","at":4}{}`,
			`{"v":1,"builder":"backward","list":"rows","rest":9223372036854775807}`,
			`{"v":1,"Builder":"keyset","list":"rows","at":4}`, `{"v":1,"builder":"keyset","list":"rows","at":4} `,
			`{"v":1,"builder":"backward","list":"rows","rest":4,"rest":40,"total":90,"met":50}`,
			`{"v":1,"builder":"nobody","list":"rows","rest":40}`,
			`{"key":"A","rows":4}`, `{"finished":"2026-01-01T00:00:00Z"}`,
		} {
			m := newMoving(1, 100)
			src = builders(m)[name]
			g := read(src.Read(t.Context(), duijiesync.Checkpoint(text)), 0)
			require.ErrorIs(t, g.err, paging.ErrCheckpoint, "%s %s", name, text)
			require.ErrorContains(t, g.err, "new name")
			require.ErrorContains(t, g.err, `"rows"`)
			require.Equal(t, 1, g.pairs)
			require.Zero(t, m.calls)
		}
	}
}

// FuzzCheckpoint: whatever a checkpoint holds, a source reads it as its own,
// or says that it is not; it never panics, and never begins anew without a word.
func FuzzCheckpoint(f *testing.F) {
	m := newMoving(1, 100)
	for _, src := range builders(m) {
		for _, c := range read(src.Read(f.Context(), ""), 0).checkpoints {
			f.Add(string(c))
		}
	}
	f.Add(`{"v":1,"builder":"keyset","at":null}`)
	f.Add(`{"v":1,"builder":"backward","list":"rows","rest":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		for name, src := range builders(newMoving(1, 100)) {
			g := read(src.Read(t.Context(), duijiesync.Checkpoint(text)), 0)
			switch {
			case g.err != nil:
				require.ErrorIs(t, g.err, paging.ErrCheckpoint, name)
				require.Equal(t, 1, g.pairs)
			case text != "" && len(g.times) == 100:
				// From the beginning: only the end of a reading, the whole rest of one,
				// or a position before all rows says so.
				own := strings.Contains(text, `"finished"`) || strings.Contains(text, `"rest"`) || strings.Contains(text, `"at"`) || strings.Contains(text, `"anew"`)
				require.True(t, own, "%s took %q for the beginning", name, text)
			}
		}
	})
}

// FuzzKeysetStrings: positions of any bytes are resumed exactly, or refused.
func FuzzKeysetStrings(f *testing.F) {
	f.Add("a", "b")
	f.Add("é\xff", "é\xfe")
	f.Add("<&>", "\u2028")
	f.Fuzz(func(t *testing.T, a, b string) {
		if a >= b || a == "" {
			t.Skip()
		}
		k := stringKeyset([]string{a, b})
		g := read(k.Read(t.Context(), ""), 1)
		if g.err != nil {
			require.ErrorContains(t, g.err, "does not survive JSON")
			return
		}
		rest := read(k.Read(t.Context(), g.checkpoints[0]), 0)
		if rest.err != nil {
			require.ErrorContains(t, rest.err, "does not survive JSON")
			return
		}
		require.Len(t, rest.times, 1)
		require.Contains(t, rest.times, b)
	})
}

// stringKeyset reads texts, one a page.
func stringKeyset(all []string) *paging.Source[row] {
	return paging.Keyset[row, string]{
		Size: 1, Compare: strings.Compare,
		Position: func(r duijiesync.Record[row]) (string, bool) { return r.Key, true },
		Fetch: func(_ context.Context, after string, _ int) (paging.Page[row], error) {
			for _, s := range all {
				if s > after {
					return paging.Page[row]{Records: []duijiesync.Record[row]{{Key: s}}}, nil
				}
			}
			return paging.Page[row]{}, nil
		},
	}.Source()
}
