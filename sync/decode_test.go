package sync_test

import (
	"context"
	"encoding/json"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// rawSource yields items as JSON texts; one that does not decode says so.
type rawSource []json.RawMessage

func (s rawSource) Read(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[doc], error] {
	return func(yield func(duijiesync.Batch[doc], error) bool) {
		batch := duijiesync.Batch[doc]{Checkpoint: "end"}
		for _, raw := range s {
			var key struct{ No string }
			_ = json.Unmarshal(raw, &key)
			rec := duijiesync.Record[doc]{Key: key.No, Raw: raw}
			rec.Err = json.Unmarshal(raw, &rec.Value)
			batch.Records = append(batch.Records, rec)
		}
		yield(batch, nil)
	}
}

func TestItemThatDoesNotDecodeIsADeadLetterAlone(t *testing.T) {
	t.Parallel()
	to := newTarget()
	state := duijiesync.NewMemoryState()
	p := pipe(rawSource{[]byte(`{"No":"A","Name":"a"}`), []byte(`{"No":"B","Name":7}`), []byte(`{"No":"C","Name":"c"}`)}, finderTarget{to}, state)
	rep := mustRun(t, p)
	require.EqualValues(t, 2, rep.Created)
	require.EqualValues(t, 1, rep.Refused)
	to.check(t, []doc{{"A", "a"}, {"C", "c"}})
	letters := lettersOf(t, state)
	require.Len(t, letters, 1)
	require.Equal(t, duijiesync.DeadTransform, letters[0].Reason)
	require.JSONEq(t, `{"No":"B","Name":7}`, string(letters[0].Raw))

	rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err, "a letter that can not be decoded stops no replay")
	require.EqualValues(t, 1, rep.Refused)
	require.Equal(t, 2, lettersOf(t, state)[0].Attempts)

	p.Decode = func(json.RawMessage) (doc, error) { return doc{"B", "seven"}, nil }
	rep, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Created)
	require.Empty(t, lettersOf(t, state))
	to.check(t, []doc{{"A", "a"}, {"B", "seven"}, {"C", "c"}})
}
