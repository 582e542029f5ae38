package qeasy

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// stored is a lookup in stored records: the names id and number of _findCollection mean
// the record's key and code where its content has none of the name.
type stored struct{ of mapping.Lookup }

var pseudo = map[string]string{"content.id": "id", "content.number": "number"}

// Find asks once, and what was not found once more by key and code.
func (s stored) Find(ctx context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
	out, err := s.of.Find(ctx, queries)
	if err != nil {
		return nil, err
	}
	if len(out) != len(queries) {
		return nil, fmt.Errorf("%d answers to %d questions", len(out), len(queries))
	}
	var again []mapping.Query
	var at []int
	for i, q := range queries {
		if len(out[i].Values) > 0 {
			continue
		}
		other := mapping.Query{Want: q.Want, Where: byKey(q.Where)}
		if p := pseudo[q.Want]; p != "" {
			other.Want = p
		}
		if other.Key() != q.Key() {
			again, at = append(again, other), append(at, i)
		}
	}
	if len(again) == 0 {
		return out, nil
	}
	more, err := s.of.Find(ctx, again)
	if err != nil {
		return nil, err
	}
	if len(more) != len(again) {
		return nil, fmt.Errorf("%d answers to %d questions", len(more), len(again))
	}
	out = slices.Clone(out)
	for i, a := range more {
		out[at[i]] = a
	}
	return out, nil
}

// byKey is a filter with content.id and content.number taken for key and code.
func byKey(f mapping.Filter) mapping.Filter {
	if p := pseudo[f.Path]; p != "" {
		f.Path = p
	}
	all := func(list []mapping.Filter) (out []mapping.Filter) {
		for _, one := range list {
			out = append(out, byKey(one))
		}
		return out
	}
	f.And, f.Or = all(f.And), all(f.Or)
	return f
}

// Ledger is a lookup in what another pipeline wrote. Its ledger knows a record's key
// and the target's id of it, so it answers one question: which id has the record with
// this key. key lists the paths that hold the key ("id", "content.FNumber"), target those that
// hold the target's id ("response.Id", "content.FCUSTID"); anything else is an error that
// stops the run. A record counts from the moment it is written.
func Ledger(state duijiesync.State, pipeline string, key, target []string) mapping.Lookup {
	return mapping.LookupFunc(func(ctx context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
		keys, err := keysAsked(pipeline, key, queries)
		if err != nil {
			return nil, err
		}
		for _, q := range queries {
			if !slices.Contains(target, q.Want) && !slices.Contains(key, q.Want) {
				return nil, fmt.Errorf("the ledger of %s knows %s, not %s", pipeline, strings.Join(append(slices.Clone(target), key...), ", "), q.Want)
			}
		}
		entries, err := state.Ledger(ctx, pipeline, keys)
		if err != nil {
			return nil, err
		}
		out := make([]mapping.Answer, len(queries))
		for i, q := range queries {
			e, known := entries[keys[i]]
			if !known || e.State != duijiesync.EntryDone && e.State != duijiesync.EntryDoubt {
				continue
			}
			value := e.Key
			if slices.Contains(target, q.Want) {
				value = e.TargetID
			}
			if value == "" {
				continue
			}
			text, err := wire.AppendText(nil, value)
			if err != nil {
				return nil, err
			}
			out[i].Values = []json.RawMessage{text}
		}
		return out, nil
	})
}

// keysAsked are the keys that queries ask for, each by one of the paths that hold it.
func keysAsked(pipeline string, key []string, queries []mapping.Query) ([]string, error) {
	keys := make([]string, len(queries))
	for i, q := range queries {
		f := q.Where
		if len(f.And) == 1 {
			f = f.And[0]
		}
		if !slices.Contains(key, f.Path) || f.Op != "" && f.Op != mapping.OpEqual || len(f.Values) != 1 {
			return nil, fmt.Errorf("the ledger of %s can be asked for %s alone", pipeline, strings.Join(key, " or "))
		}
		keys[i] = f.Values[0]
	}
	return keys, nil
}
