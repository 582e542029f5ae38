package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// patience is how long a platform is kept waiting for its answer. OKKI repeats an event
// after 10 s; DingTalk wants an answer within 1.5 s and is told "again" where that is not
// enough: the event is in the pipeline by then, and its repeat finds it done.
const patience = 1200 * time.Millisecond

// ref is what an event names.
type ref struct {
	Kind string `json:"kind"` // "product", "AccountObj", "bpms_instance_change"
	ID   string `json:"id"`
}

// Item is a record as it is printed. Put yours in its place.
type Item struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Title string `json:"title"`
}

// inbox brings what events name into a pipeline.
type inbox struct {
	deliveries chan duijiesync.Delivery[ref]
	source     *duijiesync.ChannelSource[ref]
	fetch      func(context.Context, ref) (Item, error)
}

func newInbox(fetch func(context.Context, ref) (Item, error)) *inbox {
	in := &inbox{deliveries: make(chan duijiesync.Delivery[ref])}
	in.source = duijiesync.Channel(in.deliveries)
	in.source.Linger = 10 * time.Millisecond
	in.fetch = func(ctx context.Context, r ref) (Item, error) {
		item, err := fetch(ctx, r)
		return item, judge(err)
	}
	return in
}

// errLater has the platform send its event again.
var errLater = errors.New("the records are not settled yet: the event is to be sent again")

// take puts records into the pipeline and waits until they are settled and that is
// stored.
func (in *inbox) take(ctx context.Context, refs ...ref) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	settled := make(chan struct{}, len(refs))
	for _, r := range refs {
		d := duijiesync.Delivery[ref]{
			Record:  duijiesync.Record[ref]{Key: r.Kind + "/" + r.ID, Value: r},
			Settled: func() { settled <- struct{}{} },
		}
		select {
		case in.deliveries <- d:
		case <-ctx.Done():
			return errLater
		}
	}
	for range refs {
		select {
		case <-settled:
		case <-ctx.Done():
			return errLater
		}
	}
	return nil
}

// judge tells what a failed reading means for a record: one that is gone is left out, one
// the platform refuses becomes a dead letter, and what says nothing about the record stops the
// run, which goes on with it in a moment.
func judge(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, duijie.ErrNotFound):
		return duijiesync.ErrSkip
	case errors.Is(err, duijie.ErrInvalid), errors.Is(err, duijie.ErrRefused):
		return err
	}
	return fmt.Errorf("%w: %w", err, duijiesync.ErrStop)
}
