package refs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// CreateWith returns a [Create] that brings missing records into the target
// through a pipeline, so that each is created once over all goroutines,
// processes and crashes: lost answers are settled by lookup, what a crash left open
// is finished, and what the target refuses becomes a dead letter of that pipeline,
// with its reason in the error of every record that refers to it.
//
// The template has all of the pipeline but its Source; recordFor makes the item
// of a key. An error matching duijiesync.ErrSkip means that this key is not to be created.
// Another error of recordFor is tried again with the records that wait.
//
// Where another pipeline writes the same kind of record, give the template its
// Name and State and a Partition of its own ("by-reference"): both then share the
// ledger, and never write the same key at the same time. A record that is in the
// target already is never changed by a creation. The sink must be a
// duijiesync.Finder.
//
// Processes take turns by the lease of the template's Name and Partition; a
// creation waits for it for LeaseWait, by default twice LeaseTTL. Never use the
// Name and Partition of the pipeline whose Transform resolves: it would wait for
// itself. Records whose creations refer to each other in a circle wait; so may two
// that are made at the same moment and refer to each other's kind, until they are
// wanted again.
//
// The dead letters of creations are replayed with a pipeline that has the
// template's Name and Partition, and any Source.
func CreateWith[In, Out any](template duijiesync.Pipeline[In, Out], recordFor func(ctx context.Context, key string) (In, error)) (Create[string], error) {
	finder, ok := template.Sink.(duijiesync.Finder[Out])
	switch {
	case recordFor == nil:
		return nil, fmt.Errorf("%w: CreateWith needs recordFor", ErrOptions)
	case !ok:
		return nil, fmt.Errorf("%w: the sink of %q must be a Finder, else a lost answer could create twice", ErrOptions, template.Name)
	case template.State == nil || template.Name == "" || template.Transform == nil:
		return nil, fmt.Errorf("%w: the template needs a Name, a Transform and a State", ErrOptions)
	}
	ttl := template.LeaseTTL
	if ttl <= 0 {
		ttl = time.Minute
	}
	template.LeaseWait = cmp.Or(template.LeaseWait, 2*ttl)
	template.MaxRefusedShare = cmp.Or(template.MaxRefusedShare, 1) // a few keys at a time say nothing
	template.Prefetch = -1
	c := &creation[In, Out]{template: template, finder: finder, recordFor: recordFor, turn: make(chan struct{}, 1)}
	return c.create, nil
}

// creation runs missing keys through a pipeline.
type creation[In, Out any] struct {
	template  duijiesync.Pipeline[In, Out]
	finder    duijiesync.Finder[Out]
	recordFor func(ctx context.Context, key string) (In, error)
	turn      chan struct{} // one run at a time in this process; others by the lease
}

func (c *creation[In, Out]) create(ctx context.Context, keys []string) (map[string]Created[string], error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	ours, err := c.leftOpen(ctx)
	if err != nil {
		return nil, err
	}
	p := c.template
	guard := &createOnly[Out]{sink: c.template.Sink, finder: c.finder, ours: map[string]bool{}}
	batch, made, makeErr := c.batch(ctx, keys, ours)
	for _, key := range ours {
		guard.ours[key] = true
	}
	p.Sink = guard
	p.Source = duijiesync.SourceFunc[In](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[In], error] {
		return func(yield func(duijiesync.Batch[In], error) bool) { yield(batch, nil) }
	})
	if len(batch.Records) == 0 {
		return c.results(ctx, keys, made, makeErr)
	}
	_, runErr := p.Run(ctx)
	return c.results(ctx, keys, made, errors.Join(makeErr, runErr))
}

// leftOpen are keys whose creation an earlier process did not finish.
func (c *creation[In, Out]) leftOpen(ctx context.Context) ([]string, error) {
	open, err := c.template.State.OpenBatches(ctx, duijiesync.Scope{Pipeline: c.template.Name, Partition: c.template.Partition})
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, batch := range open {
		for _, intent := range batch.Intents {
			if intent.TargetID == "" {
				keys = append(keys, intent.Key)
			}
		}
	}
	return keys, nil
}

// batch makes the records of keys. Those that can not be made are left out.
func (c *creation[In, Out]) batch(ctx context.Context, keys, ours []string) (b duijiesync.Batch[In], left map[string]Created[string], err error) {
	left = map[string]Created[string]{}
	all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(keys, ours))))
	for _, key := range all {
		in, e := c.recordFor(ctx, key)
		switch {
		case errors.Is(e, duijiesync.ErrSkip):
			left[key] = Created[string]{Refused: notWanted(e)}
		case e != nil:
			err = errors.Join(err, fmt.Errorf("make the record of %q: %w", key, e))
		default:
			b.Records = append(b.Records, duijiesync.Record[In]{Key: key, Value: in})
		}
	}
	return b, left, err
}

// notWanted says why a record is left out, where recordFor does.
func notWanted(err error) string {
	const text = "it is not to be created"
	why := strings.TrimSuffix(err.Error(), duijiesync.ErrSkip.Error())
	if why = strings.TrimRight(why, ": "); why == "" {
		return text
	}
	return text + ": " + why
}

// results says what became of keys, as the ledger and the dead letters know it.
// An error of the run is the answer for those that are in neither.
func (c *creation[In, Out]) results(ctx context.Context, keys []string, made map[string]Created[string], runErr error) (map[string]Created[string], error) {
	state, name := c.template.State, c.template.Name
	entries, err := state.Ledger(ctx, name, keys)
	if err != nil {
		return made, errors.Join(runErr, err)
	}
	var lost []string
	for _, key := range keys {
		e := entries[key]
		if e.State == duijiesync.EntryDone || e.State == duijiesync.EntryDoubt {
			made[key] = Created[string]{Value: cmp.Or(e.TargetID, key)}
		} else if _, told := made[key]; !told {
			lost = append(lost, key)
		}
	}
	if len(lost) == 0 {
		return made, nil
	}
	letters, err := state.DeadLetters(ctx, name, duijiesync.DeadLetterQuery{Keys: lost, Limit: len(lost)})
	if err != nil {
		return made, errors.Join(runErr, err)
	}
	for _, letter := range letters {
		made[letter.Key] = Created[string]{Refused: reason(letter), Waits: letter.Reason == duijiesync.DeadWaiting}
	}
	if len(letters) < len(lost) {
		return made, runErr
	}
	return made, nil
}

func reason(letter duijiesync.DeadLetter) string {
	text := "its creation is a dead letter (" + letter.Reason.String() + ")"
	for _, part := range []string{letter.Code, letter.Field, letter.Message} {
		if part != "" {
			text += " " + part
		}
	}
	return text
}

// createOnly lets a sink create and finish what it created, and leaves alone
// what was in the target before: a creation knows less of a record than the
// pipeline whose record it is.
type createOnly[T any] struct {
	sink   duijiesync.Sink[T]
	finder duijiesync.Finder[T]
	mu     sync.Mutex
	ours   map[string]bool
}

// Write notes what it creates.
func (s *createOnly[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	s.mu.Lock()
	for _, rec := range records {
		if rec.Target.ID == "" {
			s.ours[rec.Key] = true
		}
	}
	s.mu.Unlock()
	return s.sink.Write(ctx, records)
}

// Find reports what is there and not ours as it should be.
func (s *createOnly[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	found, err := s.finder.Find(ctx, records)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, rec := range records {
		if i < len(found) && found[i].Match != duijiesync.Absent && !rec.Target.KeyOnly && !s.ours[rec.Key] {
			found[i].Match = duijiesync.Identical
		}
	}
	return found, err
}

// Limits are the sink's.
func (s *createOnly[T]) Limits() duijiesync.Limits {
	if l, ok := s.sink.(duijiesync.Limited); ok {
		return l.Limits()
	}
	return duijiesync.Limits{}
}
