package partition_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/partition"
)

func TestSlices(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s := &book{sales: sales(1, 100), page: 5}, newShelf() // 21 pages of a second each
		reg := registry(t, b, duijiesync.NewMemoryState(), func(partition.Partition) duijiesync.Sink[sale] { return s })
		slices := 0
		for more := true; more; slices++ {
			started := time.Now()
			o, err := reg.RunSlice(t.Context(), "sales", partition.Partition{}, partition.Budget{Time: 6500 * time.Millisecond})
			require.NoError(t, err)
			require.LessOrEqual(t, time.Since(started), 8*time.Second)
			require.Zero(t, o.RetryAfter)
			require.True(t, o.Progress)
			if more = o.More; more {
				require.Positive(t, o.Report.Read)
				require.Less(t, len(s.rows), 100)
			}
		}
		require.Equal(t, 4, slices)
		require.LessOrEqual(t, b.reads, 21+3, "a page read and not written is read again, nothing else")
		s.check(t, b.sales)
	})
}

func TestVerdictOnErrors(t *testing.T) {
	t.Parallel()
	api := func(class duijie.Class, after time.Duration) error {
		return fmt.Errorf("read: %w", &duijie.APIError{Platform: "p", Op: "list", Class: class, RetryAfter: after})
	}
	for name, c := range map[string]struct {
		err       error
		permanent bool
		want      partition.Outcome
		fine      bool // RunSlice returns no error
	}{
		"throttled":           {err: api(duijie.ClassThrottled, time.Minute), fine: true, want: partition.Outcome{More: true, Throttled: true, RetryAfter: time.Minute}},
		"throttled, no word":  {err: api(duijie.ClassThrottled, 0), fine: true, want: partition.Outcome{More: true, Throttled: true, RetryAfter: 30 * time.Second}},
		"unavailable":         {err: api(duijie.ClassUnavailable, 7*time.Second), want: partition.Outcome{More: true, RetryAfter: 7 * time.Second}},
		"unauthenticated":     {err: api(duijie.ClassUnauthenticated, 0), permanent: true},
		"permission":          {err: api(duijie.ClassPermission, 0), permanent: true},
		"invalid":             {err: api(duijie.ClassInvalid, 0), permanent: true},
		"redirected":          {err: duijie.ErrRedirected, permanent: true},
		"too many refused":    {err: duijiesync.ErrTooManyRefused, permanent: true},
		"corrupt":             {err: duijiesync.ErrStateCorrupt, permanent: true},
		"one's own":           {err: fmt.Errorf("%w: contract ended", partition.ErrPermanent), permanent: true},
		"both":                {err: errors.Join(api(duijie.ClassThrottled, 0), api(duijie.ClassPermission, 0)), permanent: true},
		"busy":                {err: duijiesync.ErrTargetBusy, want: partition.Outcome{More: true}},
		"whatever":            {err: errors.New("disk full"), want: partition.Outcome{More: true}},
		"lease held":          {err: duijiesync.ErrLeaseHeld, fine: true, want: partition.Outcome{More: true, Held: true, RetryAfter: 5 * time.Second}},
		"key open":            {err: duijiesync.ErrKeyOpen, fine: true, want: partition.Outcome{More: true, Held: true, RetryAfter: 5 * time.Second}},
		"cancelled by others": {err: context.Canceled, want: partition.Outcome{More: true}},
	} {
		for _, from := range []string{"run", "factory"} {
			t.Run(name+" "+from, func(t *testing.T) {
				t.Parallel()
				reg := partition.NewRegistry()
				part := partition.Partition{Tenant: "acme", From: day(0), To: day(1)}
				closed := 0
				require.NoError(t, reg.Add("x", func(context.Context, partition.Partition) (partition.Runner, error) {
					if from == "factory" {
						return nil, c.err
					}
					scope, err := part.Scope("x")
					return &stub{scope: scope, err: c.err, closed: &closed}, err
				}, nil))
				o, err := reg.RunSlice(t.Context(), "x", part, partition.Budget{Time: time.Hour})
				o.Report = nil
				if c.fine {
					require.NoError(t, err)
					require.ErrorIs(t, o.Why, c.err)
					o.Why = nil
				} else {
					require.ErrorIs(t, err, c.err)
					require.ErrorContains(t, err, "x [acme/;w:2026-01-01")
				}
				require.Equal(t, c.permanent, errors.Is(err, partition.ErrPermanent))
				require.Equal(t, c.want, o)
				if from == "run" {
					require.Equal(t, 1, closed, "a runner is closed after its slice")
				}
			})
		}
	}
}

// stub is a runner that returns an error.
type stub struct {
	scope  duijiesync.Scope
	err    error
	closed *int
}

func (s *stub) Scope() duijiesync.Scope { return s.scope }

func (s *stub) Run(context.Context) (*duijiesync.Report, error) { return &duijiesync.Report{}, s.err }

func (s *stub) Replay(context.Context, duijiesync.ReplayQuery) (*duijiesync.Report, error) {
	return &duijiesync.Report{}, s.err
}

func (s *stub) Close(context.Context) error {
	*s.closed++
	return nil
}

// badRunner panics.
type badRunner struct{ stub }

func (b *badRunner) Run(context.Context) (*duijiesync.Report, error) { panic("boom") }

func (b *badRunner) Replay(context.Context, duijiesync.ReplayQuery) (*duijiesync.Report, error) {
	panic("boom")
}

func (b *badRunner) Close(context.Context) error { panic("bang") }

func TestPanicsAreErrors(t *testing.T) {
	t.Parallel()
	reg := partition.NewRegistry()
	require.NoError(t, reg.Add("factory", func(context.Context, partition.Partition) (partition.Runner, error) { panic("boom") },
		func(context.Context) ([]partition.Partition, error) { panic("boom") }))
	require.NoError(t, reg.Add("runner", func(context.Context, partition.Partition) (partition.Runner, error) {
		return &badRunner{stub{scope: duijiesync.Scope{Pipeline: "runner"}}}, nil
	}, nil))
	for _, name := range reg.Names() {
		_, err := reg.RunSlice(t.Context(), name, partition.Partition{}, partition.Budget{})
		require.ErrorContains(t, err, "boom")
		require.NotErrorIs(t, err, partition.ErrPermanent)
		_, err = reg.Replay(t.Context(), name, partition.Partition{}, duijiesync.ReplayQuery{})
		require.ErrorContains(t, err, "boom")
	}
	_, err := reg.Plan(t.Context(), "factory")
	require.ErrorContains(t, err, "boom")
}

func TestRegistryMistakes(t *testing.T) {
	t.Parallel()
	reg := partition.NewRegistry()
	fine := func(context.Context, partition.Partition) (partition.Runner, error) { return nil, nil }
	require.ErrorIs(t, reg.Add("a@b", fine, nil), partition.ErrPartition)
	require.ErrorIs(t, reg.Add("a", nil, nil), partition.ErrPartition)
	require.NoError(t, reg.Add("b", fine, func(context.Context) ([]partition.Partition, error) {
		return []partition.Partition{{From: day(0)}, {Tenant: "x"}, {From: day(0).In(time.FixedZone("", 3600))}}, nil
	}))
	require.NoError(t, reg.Add("a", fine, nil))
	require.ErrorIs(t, reg.Add("a", fine, nil), partition.ErrPartition)
	require.Equal(t, []string{"a", "b"}, reg.Names())
	parts, err := reg.Plan(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, []partition.Partition{{}}, parts)
	_, err = reg.Plan(t.Context(), "b")
	require.ErrorIs(t, err, partition.ErrPartition)
	require.ErrorContains(t, err, "twice")
	_, err = reg.Plan(t.Context(), "c")
	require.ErrorIs(t, err, partition.ErrUnknown)
	for _, part := range []partition.Partition{{}, {From: day(1), To: day(0)}} {
		_, err = reg.RunSlice(t.Context(), "a", part, partition.Budget{})
		require.ErrorIs(t, err, partition.ErrPermanent)
	}
	for _, o := range []partition.Options{{}, {Fresh: time.Hour}} {
		_, err = reg.RunAll(t.Context(), "b", nil, o)
		require.ErrorIs(t, err, partition.ErrPartition)
	}
	_, err = reg.RunAll(t.Context(), "b", []partition.Partition{{}, {}}, partition.Options{})
	require.ErrorContains(t, err, "twice")
	_, err = reg.RunAll(t.Context(), "c", nil, partition.Options{})
	require.ErrorIs(t, err, partition.ErrUnknown)
}

func TestReplayOfAPartition(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &book{sales: sales(2, 10), page: 5}
		s := newShelf()
		bad := true
		state := duijiesync.NewMemoryState()
		reg := partition.NewRegistry()
		require.NoError(t, reg.Add("sales", func(_ context.Context, p partition.Partition) (partition.Runner, error) {
			return partition.Bind(&duijiesync.Pipeline[sale, sale]{
				Name: "sales", Source: b.of(p), Sink: s, State: state,
				Transform: func(_ context.Context, in sale) (sale, error) {
					if bad && in.No[4:] == "003" {
						return in, errors.New("no")
					}
					return in, nil
				},
			}, p)
		}, nil))
		parts := windows(t, partition.Partition{Tenant: "acme"}, 0, 2)
		sum, err := reg.RunAll(t.Context(), "sales", parts, partition.Options{Parallel: 1})
		require.NoError(t, err)
		require.EqualValues(t, 2, sum.Report.DeadLetters, "of one ledger, counted once")
		require.False(t, sum.Complete())
		bad = false
		rep, err := reg.Replay(t.Context(), "sales", parts[0], duijiesync.ReplayQuery{})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		rep, err = reg.Replay(t.Context(), "sales", parts[0], duijiesync.ReplayQuery{AllPartitions: true})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		s.check(t, b.sales)
		_, err = reg.Replay(t.Context(), "none", parts[0], duijiesync.ReplayQuery{})
		require.ErrorIs(t, err, partition.ErrUnknown)
	})
}
