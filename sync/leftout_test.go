package sync_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// passes is a transform that leaves withdrawn documents out and has some wait.
func passes(_ context.Context, d doc) (doc, error) {
	switch d.Name {
	case "withdrawn":
		return d, duijiesync.ErrSkip
	case "early":
		return d, duijiesync.ErrWait
	}
	return d, nil
}

// TestLeftOutAfterALetter: a record that was refused, or waits, is taken back in
// the source. Its letter would write what is not wanted any more, so it goes.
func TestLeftOutAfterALetter(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]string{"refused": "order", "waiting": "early"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := &listSource{items: []doc{{"D0001", first}}, page: 5, version: 1}
			to := newTarget()
			to.poison["D0001"] = name == "refused"
			memory := duijiesync.NewMemoryState()
			p := pipe(src, finderTarget{to}, memory)
			p.Transform, p.MaxRefusedShare = passes, 1
			mustRun(t, p)
			require.Len(t, lettersOf(t, memory), 1)

			clear(to.poison)
			src.items, src.version = []doc{{"D0001", "withdrawn"}}, 2
			rep := mustRun(t, p)
			require.EqualValues(t, 1, rep.Skipped)
			require.True(t, rep.Complete())
			require.Empty(t, lettersOf(t, memory))

			p.Transform = duijiesync.Same[doc]
			rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
			require.NoError(t, err)
			require.Zero(t, rep.Read)
			to.check(t, nil)

			src.items, src.version = []doc{{"D0001", first}}, 1 // the older state comes again
			require.EqualValues(t, 1, mustRun(t, p).Skipped)
			to.check(t, nil)

			src.items, src.version = []doc{{"D0001", "order again"}}, 3
			require.EqualValues(t, 1, mustRun(t, p).Created)
			to.check(t, src.items)
		})
	}
}

// TestLeftOutAfterARefusedChange: what is in the target stays there, and the next
// state that is wanted is an update of it.
func TestLeftOutAfterARefusedChange(t *testing.T) {
	t.Parallel()
	src := &listSource{items: []doc{{"D0001", "one"}}, page: 5, version: 1}
	to := newTarget()
	memory := duijiesync.NewMemoryState()
	p := pipe(src, finderTarget{to}, memory)
	p.Transform, p.MaxRefusedShare = passes, 1
	require.EqualValues(t, 1, mustRun(t, p).Created)
	to.poison["D0001"] = true
	src.items, src.version = []doc{{"D0001", "two"}}, 2
	require.EqualValues(t, 1, mustRun(t, p).Refused)
	clear(to.poison)
	src.items, src.version = []doc{{"D0001", "withdrawn"}}, 3
	require.EqualValues(t, 1, mustRun(t, p).Skipped)
	require.Empty(t, lettersOf(t, memory))
	to.check(t, []doc{{"D0001", "one"}})
	src.items, src.version = []doc{{"D0001", "two"}}, 4
	require.EqualValues(t, 1, mustRun(t, p).Updated)
	to.check(t, src.items)
}
