package sync_test

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// laned allows several writes at a time.
type laned struct{ finderTarget }

func (l laned) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 5, FindRows: 50, Lanes: 4, SettleDelay: time.Second}
}

// panicky panics in the n-th call of the kinds that are set.
type panicky struct {
	laned
	write, find int64
	wrote       *atomic.Int64
	found       *atomic.Int64
}

func newPanicky(to *target, write, find int64) panicky {
	return panicky{laned{finderTarget{to}}, write, find, new(atomic.Int64), new(atomic.Int64)}
}

func (p panicky) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	out, err := p.laned.Write(ctx, recs)
	if p.wrote.Add(1) == p.write {
		panic("write")
	}
	return out, err
}

func (p panicky) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	if p.found.Add(1) == p.find {
		panic("find")
	}
	return p.laned.Find(ctx, recs)
}

// TestPanicsOfSourceAndSinkStopTheRun: lanes and the reader have goroutines of
// their own, where a panic would end the process of the caller.
func TestPanicsOfSourceAndSinkStopTheRun(t *testing.T) {
	t.Parallel()
	for name, at := range map[string][2]int64{"write": {2, 0}, "find": {0, 1}} {
		synctest.Test(t, func(t *testing.T) {
			src := &listSource{items: docs(60), page: 60}
			to := newTarget()
			memory := duijiesync.NewMemoryState()
			_, err := pipe(src, newPanicky(to, at[0], at[1]), memory).Run(t.Context())
			require.ErrorContains(t, err, name)
			require.ErrorContains(t, err, "panicked")
			rep := mustRun(t, pipe(src, finderTarget{to}, memory))
			require.Zero(t, rep.Held)
			to.check(t, src.items)
		})
	}
	src := duijiesync.SourceFunc[doc](func(context.Context, duijiesync.Checkpoint) batches {
		return func(func(duijiesync.Batch[doc], error) bool) { panic("read") }
	})
	to := newTarget()
	memory := duijiesync.NewMemoryState()
	_, err := pipe(src, finderTarget{to}, memory).Run(t.Context())
	require.ErrorContains(t, err, "the source panicked: read")
	_, err = pipe(src, finderTarget{to}, memory).Run(t.Context())
	require.NotErrorIs(t, err, duijiesync.ErrLeaseHeld, "the lease was given up")
}

// A write that panicked may have had its effect: without lookup it is held.
func TestPanickedWriteIsInDoubt(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(5), page: 5}
	to := newTarget()
	memory := duijiesync.NewMemoryState()
	_, err := pipe(src, plainPanic{to}, memory).Run(t.Context())
	require.ErrorContains(t, err, "the sink panicked: write")
	require.EqualValues(t, 5, mustRun(t, pipe(src, to, memory)).Held)
	to.check(t, src.items)
}

type plainPanic struct{ *target }

func (p plainPanic) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	_, _ = p.target.Write(ctx, recs)
	panic("write")
}

// reading is an item that JSON has no form for when its number has none.
type reading struct {
	No    string
	Value float64
}

// TestItemThatCannotBeKept: a bad item that can not even be encoded hurts itself
// only, whoever refuses it.
func TestItemThatCannotBeKept(t *testing.T) {
	t.Parallel()
	to := newTarget()
	memory := duijiesync.NewMemoryState()
	p := &duijiesync.Pipeline[reading, doc]{
		Name: "docs", Sink: to, State: memory,
		Source: duijiesync.SourceFunc[reading](func(context.Context, duijiesync.Checkpoint) readings {
			return func(yield func(duijiesync.Batch[reading], error) bool) {
				yield(duijiesync.Batch[reading]{Checkpoint: "end", Records: []duijiesync.Record[reading]{
					{Key: "A", Value: reading{"A", 1}}, {Key: "B", Value: reading{"B", math.NaN()}}, {Key: "C", Value: reading{"C", 1}},
				}}, nil)
			}
		}),
		Transform: func(_ context.Context, r reading) (doc, error) {
			if math.IsNaN(r.Value) {
				return doc{}, errors.New("no number")
			}
			return doc{r.No, "fine"}, nil
		},
	}
	rep, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, rep.Created)
	require.EqualValues(t, 1, rep.Refused)
	letters := lettersOf(t, memory)
	require.Len(t, letters, 1)
	require.Contains(t, letters[0].Message, "no number")
	require.Contains(t, letters[0].Message, "NaN", "why its item is missing")
	require.Empty(t, letters[0].Raw)
	to.check(t, []doc{{"A", "fine"}, {"C", "fine"}})
}

// TestFingerprintThatPanicsConcernsOneRecord, as a transform does.
func TestFingerprintThatPanicsConcernsOneRecord(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(9), page: 9}
	to := newTarget()
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	p.Fingerprint = func(d doc) ([]byte, error) {
		if d.No == "D0003" {
			panic("no fingerprint")
		}
		return []byte(d.Name), nil
	}
	require.EqualValues(t, 1, mustRun(t, p).Refused)
	to.check(t, without(src.items, "D0003"))
}

// odd is a sink with one strange answer.
type odd struct {
	*target
	kind duijiesync.OutcomeKind
	err  error
}

func (o odd) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	if o.err != nil {
		return nil, o.err
	}
	out, err := o.target.Write(ctx, recs)
	out[0].Kind = o.kind
	return out, err
}

func TestOutcomeNobodyKnowsIsUnknown(t *testing.T) {
	t.Parallel()
	rep := mustRun(t, pipe(&listSource{items: docs(3), page: 3}, odd{newTarget(), 77, nil}, duijiesync.NewMemoryState()))
	require.EqualValues(t, 1, rep.Held)
}

// TestRedirectStopsTheRun: a wrong base URL is no fault of any record.
func TestRedirectStopsTheRun(t *testing.T) {
	t.Parallel()
	moved := &duijie.APIError{Class: duijie.ClassInvalid, StatusCode: 301, Err: duijie.ErrRedirected}
	memory := duijiesync.NewMemoryState()
	_, err := pipe(&listSource{items: docs(9), page: 3}, odd{newTarget(), 0, moved}, memory).Run(t.Context())
	require.ErrorIs(t, err, duijie.ErrRedirected)
	require.Empty(t, lettersOf(t, memory))
}
