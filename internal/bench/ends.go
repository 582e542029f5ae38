package main

import (
	"context"
	"iter"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// orders is the source: keyset pages, resumed behind the last id of a page.
type orders struct {
	c    *client
	page int
}

// Read yields a batch per page.
func (s *orders) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[Order], error] {
	return func(yield func(duijiesync.Batch[Order], error) bool) {
		for cursor := string(after); ; {
			page, err := s.c.list(ctx, cursor, s.page)
			if err != nil {
				yield(duijiesync.Batch[Order]{}, err)
				return
			}
			if n := len(page.Items); n > 0 {
				batch := duijiesync.Batch[Order]{
					Records: make([]duijiesync.Record[Order], n), Checkpoint: duijiesync.Checkpoint(page.Items[n-1].ID),
				}
				for i := range page.Items {
					o := &page.Items[i]
					batch.Records[i] = duijiesync.Record[Order]{Key: o.No, Value: *o, Version: o.Modified.Time.UnixMilli()}
				}
				if !yield(batch, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			cursor = page.Next
		}
	}
}

// Paging says how the source stays right.
func (s *orders) Paging() string { return "keyset on the id" }

// docs is the target, for a caller that relies on its writes being idempotent.
type docs struct {
	c      *client
	limits duijiesync.Limits
}

// newSink makes the target. With lookup it is a Finder, else idempotent.
func newSink(c *client, lanes int, lookup bool) duijiesync.Sink[Doc] {
	d := &docs{c: c, limits: duijiesync.Limits{
		Rows: writeRows, FindRows: pageRows, Lanes: lanes, SettleDelay: 10 * time.Millisecond, Idempotent: !lookup,
	}}
	if lookup {
		return &foundDocs{d}
	}
	return d
}

const (
	pageRows  = 100
	writeRows = 20
)

// Limits are the target's.
func (d *docs) Limits() duijiesync.Limits { return d.limits }

// Write sends the JSON the engine made for the fingerprints.
func (d *docs) Write(ctx context.Context, records []duijiesync.Record[Doc]) ([]duijiesync.Outcome, error) {
	ids, bodies := make([]string, len(records)), make([][]byte, len(records))
	for i := range records {
		ids[i], bodies[i] = records[i].Target.ID, records[i].Raw
	}
	answers, err := d.c.save(ctx, ids, bodies)
	if err != nil {
		return nil, err
	}
	out := make([]duijiesync.Outcome, len(records)) // a row that is not answered for stays unknown
	matchRows(records, answers, func(i int, a *rowAnswer) {
		switch {
		case a.Created:
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: a.ID}
		case a.OK:
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: a.ID}
		default:
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: a.Code, Message: a.Message}
		}
	})
	return out, nil
}

// foundDocs is the target with a lookup.
type foundDocs struct{ *docs }

// Find looks the records up by number.
func (d *foundDocs) Find(ctx context.Context, records []duijiesync.Record[Doc]) ([]duijiesync.Found, error) {
	nos := make([]string, len(records))
	for i := range records {
		nos[i] = records[i].Key
	}
	answers, err := d.c.find(ctx, nos)
	if err != nil {
		return nil, err
	}
	found := make([]duijiesync.Found, len(records))
	matchRows(records, answers, func(i int, a *rowAnswer) {
		found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: a.ID}
	})
	return found, nil
}

// matchRows gives each its answer. Answers come in the order of the request, but
// some may be missing.
func matchRows(records []duijiesync.Record[Doc], answers []rowAnswer, each func(i int, a *rowAnswer)) {
	at := 0
	for i := range answers {
		for at < len(records) && records[at].Key != answers[i].No {
			at++
		}
		if at < len(records) {
			each(at, &answers[i])
		}
	}
}
