package sync_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func TestReplayByReasonAndKey(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(20), page: 10}
	to := newTarget()
	for _, k := range []string{"D0001", "D0002", "D0003"} {
		to.poison[k] = true
	}
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	broken := true
	p.Transform = func(_ context.Context, d doc) (doc, error) {
		if broken && (d.No == "D0011" || d.No == "D0012") {
			return d, errors.New("no unit")
		}
		return d, nil
	}
	require.EqualValues(t, 5, mustRun(t, p).Refused)
	clear(to.poison)
	broken = false
	replay := func(q duijiesync.ReplayQuery) *duijiesync.Report {
		rep, err := p.Replay(t.Context(), q)
		require.NoError(t, err)
		return rep
	}
	require.EqualValues(t, 1, replay(duijiesync.ReplayQuery{Keys: []string{"D0002", "D0020"}}).Created)
	require.EqualValues(t, 2, replay(duijiesync.ReplayQuery{Reason: duijiesync.DeadTransform}).Created)
	require.Zero(t, replay(duijiesync.ReplayQuery{Reason: duijiesync.DeadHeld}).Read)
	rep := replay(duijiesync.ReplayQuery{})
	require.EqualValues(t, 2, rep.Created)
	require.True(t, rep.Complete())
	to.check(t, src.items)
}

// TestEditedReplayStays: what a person mended is not overwritten by the item
// the source still has, until that changes.
func TestEditedReplayStays(t *testing.T) {
	t.Parallel()
	for _, broken := range []bool{false, true} { // refused by the target, or by the transform
		src := &listSource{items: docs(3), page: 3}
		to := newTarget()
		p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
		bad := func(d doc) bool { return d.Name == "name 2" }
		if broken {
			p.Transform = func(_ context.Context, d doc) (doc, error) {
				if bad(d) {
					return d, errors.New("no unit")
				}
				return d, nil
			}
		} else {
			to.refuse = bad
		}
		require.EqualValues(t, 1, mustRun(t, p).Refused)

		_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{Edit: func(duijiesync.DeadLetter) (json.RawMessage, error) {
			return nil, errors.New("nobody knows")
		}})
		require.ErrorContains(t, err, `edit dead letter "D0002": nobody knows`)
		_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{Edit: func(duijiesync.DeadLetter) (json.RawMessage, error) {
			return json.RawMessage(`{"No":`), nil
		}})
		require.ErrorContains(t, err, "not JSON")
		require.Len(t, lettersOf(t, p.State), 1, "the letter is as it was")

		edit := func(from, to string) func(duijiesync.DeadLetter) (json.RawMessage, error) {
			return func(l duijiesync.DeadLetter) (json.RawMessage, error) {
				return bytes.Replace(l.Raw, []byte(from), []byte(to), 1), nil
			}
		}
		// Edited wrongly: the letter keeps the edit.
		rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{Edit: edit(`"D0002"`, `"D0002 "`)})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Refused)
		require.Contains(t, string(lettersOf(t, p.State)[0].Raw), `"D0002 "`)
		rep, err = p.Replay(t.Context(), duijiesync.ReplayQuery{Edit: edit("name 2", "mended")})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		require.Equal(t, "mended", to.rows["D0002"][0].Name)
		require.Empty(t, lettersOf(t, p.State))

		rep = mustRun(t, p)
		require.EqualValues(t, 3, rep.Unchanged, "the source still has what was refused")
		require.Equal(t, "mended", to.rows["D0002"][0].Name)
		src.items = renamed(src.items, "D0002")
		require.EqualValues(t, 1, mustRun(t, p).Updated)
		to.check(t, src.items)
	}
}

// TestReplayOfOnePartition leaves letters of others alone, unless asked.
func TestReplayOfOnePartition(t *testing.T) {
	t.Parallel()
	to := newTarget()
	state := duijiesync.NewMemoryState()
	part := func(name string, items []doc) *duijiesync.Pipeline[doc, doc] {
		p := pipe(&listSource{items: items, page: 10}, finderTarget{to}, state)
		p.Partition, p.MaxRefusedShare = name, 1
		return p
	}
	all := docs(6)
	for _, d := range all {
		to.poison[d.No] = true
	}
	a, b := part("a", all[:2]), part("b", all[2:])
	mustRun(t, a)
	mustRun(t, b)
	clear(to.poison)
	rep, err := a.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.EqualValues(t, 2, rep.Created)
	require.EqualValues(t, 4, rep.DeadLetters)
	rep, err = a.Replay(t.Context(), duijiesync.ReplayQuery{AllPartitions: true})
	require.NoError(t, err)
	require.EqualValues(t, 4, rep.Created)
	to.check(t, all)
}
