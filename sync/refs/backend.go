package refs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Lookup finds the values of keys in one call. Keys it does not have are absent
// from the map; an error means that none of the keys was looked up.
type Lookup[V any] func(ctx context.Context, keys []string) (map[string]V, error)

// Backend is a place where references are looked up.
type Backend[V any] struct {
	// Name says in errors where was looked.
	Name string
	Find Lookup[V]
	// MissFor is how long a key that was not there is not asked for again. 0: it
	// is asked for each time, which suits a store that costs no call of a platform.
	MissFor time.Duration
	// Rows is the most keys in one call; 0 = 100.
	Rows int
}

// FromLedger looks keys up in the ledger of another pipeline: a record that
// was written has its target id, one that is refused, held, waiting or gone is
// not there yet. One found after a crash, whose contents are not compared yet, is
// there.
//
// It costs no call of a platform and is asked each time, so that a record counts
// from the moment it is written.
func FromLedger(state duijiesync.State, pipeline string) Backend[string] {
	return FromEntries(state, pipeline, func(e duijiesync.Entry) (string, bool) {
		there := e.State == duijiesync.EntryDone || e.State == duijiesync.EntryDoubt
		return cmp.Or(e.TargetID, e.Key), there
	})
}

// FromEntries is [FromLedger] with the decision which entries count, and for
// what: for example that a record whose update was refused is there nevertheless
// (EntryDead with a TargetID), or only one that has come to a certain Step.
func FromEntries[V any](state duijiesync.State, pipeline string, value func(duijiesync.Entry) (V, bool)) Backend[V] {
	find := func(ctx context.Context, keys []string) (map[string]V, error) {
		entries, err := state.Ledger(ctx, pipeline, keys)
		if err != nil {
			return nil, err
		}
		found := make(map[string]V, len(entries))
		for key, e := range entries {
			if v, ok := value(e); ok {
				found[key] = v
			}
		}
		return found, nil
	}
	return Backend[V]{Name: "the ledger of " + pipeline, Find: find, Rows: 500}
}

// FromFinder looks keys up in the target itself, through the sink of a
// pipeline that writes there. A key it does not have is asked for again after 30
// seconds; change MissFor for another time.
func FromFinder[T any](name string, sink duijiesync.Finder[T]) Backend[string] {
	b := Backend[string]{Name: name, MissFor: 30 * time.Second}
	if l, ok := sink.(duijiesync.Limited); ok {
		b.Rows = l.Limits().FindRows
	}
	b.Find = func(ctx context.Context, keys []string) (map[string]string, error) {
		records := make([]duijiesync.Record[T], len(keys))
		for i, key := range keys {
			records[i] = duijiesync.Record[T]{Key: key, Target: duijiesync.Target{KeyOnly: true}}
		}
		found, err := sink.Find(ctx, records)
		if err != nil {
			return nil, err
		}
		if len(found) != len(keys) {
			return nil, fmt.Errorf("the sink's Find returned %d results for %d records", len(found), len(keys))
		}
		ids := make(map[string]string, len(keys))
		for i, f := range found {
			if f.Match != duijiesync.Absent {
				ids[keys[i]] = cmp.Or(f.TargetID, keys[i])
			}
		}
		return ids, nil
	}
	return b
}

// FromMap looks keys up in a map, which nobody may change any more.
func FromMap[V any](name string, values map[string]V) Backend[V] {
	return Backend[V]{Name: name, Find: func(_ context.Context, keys []string) (map[string]V, error) {
		found := map[string]V{}
		for _, key := range keys {
			if v, ok := values[key]; ok {
				found[key] = v
			}
		}
		return found, nil
	}}
}

// Convert makes a backend of another type of value: ids of text into numbers,
// for example. An error of convert fails the lookup.
func Convert[A, B any](from Backend[A], convert func(key string, value A) (B, error)) Backend[B] {
	find := func(ctx context.Context, keys []string) (map[string]B, error) {
		found, err := from.Find(ctx, keys)
		if err != nil {
			return nil, err
		}
		out := make(map[string]B, len(found))
		var errs []error
		for key, value := range found {
			v, err := convert(key, value)
			if err != nil {
				errs = append(errs, fmt.Errorf("value of %q: %w", key, err))
				continue
			}
			out[key] = v
		}
		return out, errors.Join(errs...)
	}
	return Backend[B]{Name: from.Name, Find: find, MissFor: from.MissFor, Rows: from.Rows}
}
