package sync_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

func TestSinkFuncJudgesErrors(t *testing.T) {
	t.Parallel()
	class := func(c duijie.Class) error { return &duijie.APIError{Class: c, Code: "7", Message: "words"} }
	for _, c := range []struct {
		err  error
		want duijiesync.OutcomeKind
		stop bool
	}{
		{err: nil, want: duijiesync.OutcomeCreated},
		{err: class(duijie.ClassRefused), want: duijiesync.OutcomeRefused},
		{err: class(duijie.ClassInvalid), want: duijiesync.OutcomeRefused},
		{err: class(duijie.ClassNotFound), want: duijiesync.OutcomeRefused},
		{err: fmt.Errorf("mine: %w", duijie.ErrRefused), want: duijiesync.OutcomeRefused},
		{err: class(duijie.ClassConflict), want: duijiesync.OutcomeConflict},
		{err: &duijie.APIError{Class: duijie.ClassRefused, OutcomeUnknown: true}, want: duijiesync.OutcomeUnknown},
		{err: &net.OpError{Op: "read", Err: errors.New("reset")}, want: duijiesync.OutcomeUnknown},
		{err: fmt.Errorf("post: %w", io.ErrUnexpectedEOF), want: duijiesync.OutcomeUnknown},
		{err: io.EOF, want: duijiesync.OutcomeUnknown},
		{err: context.DeadlineExceeded, want: duijiesync.OutcomeUnknown},
		{err: context.Canceled, want: duijiesync.OutcomeUnknown},
		{err: &duijie.APIError{Class: duijie.ClassUnavailable, Err: io.EOF}, stop: true},
		{err: class(duijie.ClassThrottled), stop: true},
		{err: class(duijie.ClassPermission), stop: true},
		{err: class(duijie.ClassUnauthenticated), stop: true},
		{err: fmt.Errorf("%w: %w", duijie.ErrInvalid, duijie.ErrRedirected), stop: true},
		{err: errors.New("a mistake"), stop: true},
	} {
		sink := duijiesync.SinkFunc[doc](func(context.Context, duijiesync.Record[doc]) (duijiesync.Outcome, error) {
			return duijiesync.Outcome{}, c.err
		})
		out, err := sink.Write(t.Context(), []duijiesync.Record[doc]{{Key: "a"}})
		if c.stop {
			require.ErrorIs(t, err, c.err)
			require.Nil(t, out)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, out[0].Kind, "%v", c.err)
		if c.err != nil {
			require.NotEmpty(t, out[0].Message)
		}
	}
}

// What was written before the function stops stays told, and the rest is not
// written.
func TestSinkFuncStopsBetweenRecords(t *testing.T) {
	t.Parallel()
	calls := 0
	sink := duijiesync.SinkFunc[doc](func(_ context.Context, r duijiesync.Record[doc]) (duijiesync.Outcome, error) {
		calls++
		if r.Key == "b" {
			return duijiesync.Outcome{}, errDown
		}
		return duijiesync.Outcome{TargetID: "id", Kind: duijiesync.OutcomeUnknown}, nil
	})
	out, err := sink.Write(t.Context(), []duijiesync.Record[doc]{{Key: "a", Target: duijiesync.Target{ID: "id"}}, {Key: "b"}, {Key: "c"}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: "id"}, out[0])
	require.Equal(t, duijiesync.OutcomeRetryable, out[1].Kind)
	require.Equal(t, duijiesync.OutcomeRetryable, out[2].Kind)
	require.Equal(t, 2, calls)
}

// A record that is locked for a while is written again; an outage ends the run,
// and the next one goes on without writing anything twice.
func TestSinkFuncInAPipeline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		written := map[string]int{}
		locked, down := 2, false
		sink := duijiesync.SinkFunc[doc](func(_ context.Context, r duijiesync.Record[doc]) (duijiesync.Outcome, error) {
			switch {
			case r.Key == "D0003" && locked > 0:
				locked--
				return duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, Message: "locked"}, nil
			case r.Key == "D0007" && down:
				return duijiesync.Outcome{}, errDown
			case r.Key == "D0008":
				return duijiesync.Outcome{}, fmt.Errorf("no such name: %w", duijie.ErrRefused)
			}
			written[r.Key]++
			return duijiesync.Outcome{}, nil
		})
		p := pipe(&listSource{items: docs(10), page: 5}, sink, duijiesync.NewMemoryState())
		down = true
		began := time.Now()
		_, err := p.Run(t.Context())
		require.ErrorIs(t, err, errDown)
		require.Equal(t, 3*time.Second, time.Since(began), "1 s and 2 s for the lock")
		down = false
		rep := mustRun(t, p)
		require.EqualValues(t, 1, rep.Refused)
		require.Len(t, written, 9)
		for key, n := range written {
			require.Equal(t, 1, n, key)
		}
	})
}

func TestFuncWithoutWrite(t *testing.T) {
	t.Parallel()
	_, err := pipe(duijiesync.Slice(docs(1), docNo), duijiesync.Func(duijiesync.FuncConfig[doc]{}), duijiesync.NewMemoryState()).Run(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrPipeline)
	require.ErrorContains(t, err, "FuncConfig.Write")
}
