package sync_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestRecordWithoutKeyHurtsItselfOnly: it can not be written, and is kept where
// it can be seen, once however often it is read.
func TestRecordWithoutKeyHurtsItselfOnly(t *testing.T) {
	t.Parallel()
	for _, lanes := range []int{1, 4} {
		nameless := rec("", "who is it")
		batch := []duijiesync.Record[doc]{rec("A", "1"), nameless, rec("B", "1")}
		src := &batchesSource{batches: [][]duijiesync.Record[doc]{batch, {rec("C", "1"), nameless}, {rec("D", "1")}}}
		to := newTarget()
		sink := &slowLanes{finderTarget: finderTarget{to}, lanes: lanes, pause: always(0)}
		p := pipe(src, sink, duijiesync.NewMemoryState())
		refused := 0
		for item, err := range p.Plan(t.Context()) {
			require.NoError(t, err)
			if item.Action == duijiesync.ActionRefuse {
				refused++
			}
		}
		require.Equal(t, 2, refused)
		rep := mustRun(t, p)
		require.EqualValues(t, 4, rep.Created)
		require.EqualValues(t, 2, rep.Refused)
		letters := lettersOf(t, p.State)
		require.Len(t, letters, 1, "the same item is the same letter")
		require.Contains(t, letters[0].Message, "without a key")
		require.JSONEq(t, `{"No":"","Name":"who is it"}`, string(letters[0].Raw))
		require.Empty(t, batch[1].Key, "the source's own records are left alone")
	}
}

// TestReplayKeepsDigits: the item of a letter comes back with numbers as they
// were, where its type does not say what they are.
func TestReplayKeepsDigits(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	item := json.RawMessage(`{"id":12345678901234567890,"price":0.10}`)
	sink := duijiesync.Collect[object]()
	p := duijiesync.Pipeline[object, object]{
		Name: "objects", Sink: sink, State: duijiesync.NewMemoryState(), MaxRefusedShare: 1,
		Source:    duijiesync.Slice([]object{{"id": json.Number("12345678901234567890"), "price": json.Number("0.10")}}, func(object) string { return "A" }),
		Transform: failing[object],
	}
	_, err := p.Run(t.Context())
	require.NoError(t, err)
	p.Transform = duijiesync.Same[object]
	_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	got, ok := sink.Get("A")
	require.True(t, ok)
	again, err := json.Marshal(got)
	require.NoError(t, err)
	require.Equal(t, string(item), string(again))
}

func failing[T any](_ context.Context, v T) (T, error) { return v, errCrash }
