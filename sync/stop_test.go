package sync_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// badSetup refuses every write for a reason that lies in no record.
type badSetup struct {
	finderTarget
	err    error
	writes int
}

func (b *badSetup) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	b.writes++
	if b.err != nil {
		return nil, b.err
	}
	return b.finderTarget.Write(ctx, recs)
}

// TestSinkStopsTheRun: a refusal that speaks of the setup is not bisected and makes
// no dead letters, whatever class it has; the next run goes on with the same records.
func TestSinkStopsTheRun(t *testing.T) {
	t.Parallel()
	for _, class := range []duijie.Class{duijie.ClassRefused, duijie.ClassInvalid, duijie.ClassConflict, duijie.ClassNotFound} {
		t.Run(class.String(), func(t *testing.T) {
			t.Parallel()
			refusal := &duijie.APIError{Platform: "test", Op: "save", Class: class, Code: "7", Message: "form not licensed"}
			src := &listSource{items: docs(30), page: 10}
			sink := &badSetup{finderTarget: finderTarget{newTarget()}, err: fmt.Errorf("save: %w", duijiesync.Stop(refusal))}
			p := pipe(src, sink, duijiesync.NewMemoryState())
			rep, err := p.Run(t.Context())
			require.ErrorIs(t, err, duijiesync.ErrStop)
			require.ErrorIs(t, err, class.Err())
			var api *duijie.APIError
			require.ErrorAs(t, err, &api)
			require.Equal(t, "7", api.Code)
			require.Equal(t, 1, sink.writes)
			require.Zero(t, rep.DeadLetters)
			require.Zero(t, rep.Refused)
			sink.err = nil
			require.EqualValues(t, 30, mustRun(t, p).Created)
		})
	}
}

// TestStopKeepsAnUnknownOutcome: a lost answer is looked up even if the sink says stop.
func TestStopKeepsAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	require.NoError(t, duijiesync.Stop(nil))
	lost := &duijie.APIError{Platform: "test", Op: "save", Class: duijie.ClassUnavailable, OutcomeUnknown: true}
	f := duijiesync.SinkFunc[doc](func(context.Context, duijiesync.Record[doc]) (duijiesync.Outcome, error) {
		return duijiesync.Outcome{}, duijiesync.Stop(lost)
	})
	out, err := f.Write(t.Context(), []duijiesync.Record[doc]{{Key: "a"}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeUnknown, out[0].Kind)
}

// TestSinkFuncStops: the function's own stop is no refusal of its record.
func TestSinkFuncStops(t *testing.T) {
	t.Parallel()
	refusal := &duijie.APIError{Platform: "test", Op: "save", Class: duijie.ClassRefused}
	f := duijiesync.SinkFunc[doc](func(context.Context, duijiesync.Record[doc]) (duijiesync.Outcome, error) {
		return duijiesync.Outcome{}, duijiesync.Stop(refusal)
	})
	_, err := f.Write(t.Context(), []duijiesync.Record[doc]{{Key: "a"}})
	require.ErrorIs(t, err, duijiesync.ErrStop)
}
