package sync

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	stdsync "sync"
	"time"
)

// Collector is a sink that keeps what it is given in memory, one item per key,
// for tests and small jobs; see [Collect]. It is safe for concurrent use.
type Collector[T any] struct {
	mu    stdsync.Mutex
	place map[string]int // in items
	items []collected[T]
}

type collected[T any] struct {
	key   string
	value T
	body  []byte // JSON
}

// Collect makes an empty collector. It can look its items up, so what is
// written to it arrives exactly once: a create of a key it has is a conflict, an
// update names its key. It compares by JSON; an item that has none is refused.
func Collect[T any]() *Collector[T] { return &Collector[T]{place: map[string]int{}} }

// Values are the items in the order in which their keys first arrived.
func (c *Collector[T]) Values() []T {
	c.mu.Lock()
	defer c.mu.Unlock()
	values := make([]T, len(c.items))
	for i := range c.items {
		values[i] = c.items[i].value
	}
	return values
}

// Get is the item with a key.
func (c *Collector[T]) Get(key string) (T, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, there := c.place[key]
	if !there {
		var zero T
		return zero, false
	}
	return c.items[i].value, true
}

// Len is the number of items.
func (c *Collector[T]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.items)
}

// Write puts the items of records in. The TargetID is the key.
func (c *Collector[T]) Write(ctx context.Context, records []Record[T]) ([]Outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([]Outcome, len(records))
	for i := range records {
		body, err := json.Marshal(&records[i].Value) // not under the lock: it is the caller's code
		if err != nil {
			out[i] = Outcome{Kind: OutcomeRefused, Code: "encode", Message: err.Error()}
			continue
		}
		out[i] = c.put(&records[i], body)
	}
	return out, nil
}

func (c *Collector[T]) put(rec *Record[T], body []byte) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := rec.Key
	i, there := c.place[key]
	switch {
	case rec.Target.ID != "" && (rec.Target.ID != key || !there):
		return Outcome{Kind: OutcomeRefused, Code: "not_found", Message: fmt.Sprintf("there is no item %q to update", rec.Target.ID)}
	case rec.Target.ID == "" && there:
		return Outcome{Kind: OutcomeConflict, TargetID: key, Code: "conflict", Message: "there is an item with this key"}
	case there:
		c.items[i].value, c.items[i].body = rec.Value, body
		return Outcome{Kind: OutcomeUpdated, TargetID: key}
	}
	c.place[key] = len(c.items)
	c.items = append(c.items, collected[T]{key, rec.Value, body})
	return Outcome{Kind: OutcomeCreated, TargetID: key}
}

// Limits tells that what was written is there at once.
func (c *Collector[T]) Limits() Limits { return Limits{SettleDelay: time.Millisecond} }

// Find looks items up by key and compares their JSON, member by member for the
// changes.
func (c *Collector[T]) Find(ctx context.Context, records []Record[T]) ([]Found, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found := make([]Found, len(records))
	for i := range records {
		rec := &records[i]
		old, there := c.body(rec.Key)
		if !there {
			continue
		}
		found[i] = Found{Match: Exists, TargetID: rec.Key}
		if rec.Target.KeyOnly {
			continue
		}
		body, err := json.Marshal(&rec.Value)
		switch {
		case err != nil: // Write refuses it with the reason
		case bytes.Equal(old, body):
			found[i].Match = Identical
		default:
			found[i].Match, found[i].Changes = Different, changes(old, body)
		}
	}
	return found, nil
}

func (c *Collector[T]) body(key string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, there := c.place[key]
	if !there {
		return nil, false
	}
	return c.items[i].body, true
}

// changes are the members that differ; of what is no object, the whole.
func changes(before, after []byte) []Change {
	var a, b map[string]json.RawMessage
	if json.Unmarshal(before, &a) != nil || json.Unmarshal(after, &b) != nil || a == nil || b == nil {
		return []Change{{Old: string(before), New: string(after)}}
	}
	var out []Change
	for name, now := range b {
		if was := a[name]; !bytes.Equal(was, now) {
			out = append(out, Change{Field: name, Old: string(was), New: string(now)})
		}
	}
	for name, was := range a {
		if _, still := b[name]; !still {
			out = append(out, Change{Field: name, Old: string(was)})
		}
	}
	slices.SortFunc(out, func(x, y Change) int { return bytes.Compare([]byte(x.Field), []byte(y.Field)) })
	return out
}
