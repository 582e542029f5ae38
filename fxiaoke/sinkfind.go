package fxiaoke

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Find looks records up by their key, up to 50 with one query. Invalidated and deleted
// records count as absent; two with one key can not be told.
func (s *Sink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	if len(records) == 0 {
		return nil, nil
	}
	out := make([]duijiesync.Found, len(records))
	models := make([]model, len(records))
	var keys []string
	whole := false // all fields are read, for companions (X__v) come unasked only then
	for i, rec := range records {
		if checkKey(rec.Key) != nil {
			continue // no record has such a key: Write refuses it
		}
		if s.cfg.UpdateOnly && rec.Target.KeyOnly && rec.Target.ID == "" {
			continue // it is there in any case: what became of its update only its contents tell
		}
		keys = append(keys, strings.Clone(rec.Key))
		if rec.Target.KeyOnly {
			continue
		}
		if m, err := s.modelOf(rec); err == nil { // else Write refuses it with the reason
			models[i], whole = m, true
		}
	}
	if len(keys) == 0 {
		return out, nil
	}
	slices.Sort(keys)
	found, err := s.client.lookup(ctx, s.cfg.Object, s.cfg.KeyField, slices.Compact(keys), whole)
	if err != nil {
		return nil, fmt.Errorf("fxiaoke: look records up: %w", duijiesync.Stop(err))
	}
	for i, rec := range records {
		if s.cfg.UpdateOnly && rec.Target.KeyOnly && rec.Target.ID == "" {
			continue
		}
		switch rows := found[rec.Key]; len(rows) {
		case 0:
		case 1:
			if out[i], err = s.found(ctx, models[i], membersOf(rows[0])); err != nil {
				return nil, fmt.Errorf("fxiaoke: tell which fields are numbers: %w", duijiesync.Stop(err))
			}
		default:
			out[i].Err = fmt.Errorf("fxiaoke: %d records of %s have %s %q", len(rows), s.cfg.Object, s.cfg.KeyField, rec.Key)
		}
	}
	return out, nil
}

// found says how a stored record differs from a model.
func (s *Sink[T]) found(ctx context.Context, m model, stored map[string]json.RawMessage) (duijiesync.Found, error) {
	out := duijiesync.Found{Match: duijiesync.Exists, TargetID: scalar(stored["_id"])}
	if m.members == nil {
		return out, nil
	}
	whole := s.cfg.Details == nil // lines are not compared
	for _, name := range slices.Sorted(maps.Keys(m.members)) {
		if name == s.cfg.KeyField || slices.Contains(newOnly, name) || s.cfg.Compare != nil && !slices.Contains(s.cfg.Compare, name) {
			continue
		}
		want := m.members[name]
		got := sameValue(stored[name], want)
		if raw := stored[name+"__v"]; got != alike && raw != nil { // a quote field holds a label, its value stands beside it
			got = sameValue(raw, want)
		}
		if got == alikeAsNumbers {
			number, err := s.isNumber(ctx, m.kind, name)
			if err != nil {
				return out, err
			}
			if got = different; number {
				got = alike
			}
		}
		switch got {
		case unsure:
			whole = false
		case different:
			out.Changes = append(out.Changes, duijiesync.Change{Field: name, Old: shown(stored[name]), New: shown(want)})
		}
	}
	switch {
	case len(out.Changes) > 0:
		out.Match = duijiesync.Different
	case whole:
		out.Match = duijiesync.Identical
	}
	return out, nil
}

func shown(v json.RawMessage) string {
	if isScalar(v) {
		return scalar(v)
	}
	return string(v)
}

func isScalar(v json.RawMessage) bool {
	c := wire.First(v)
	return c != '{' && c != '['
}

// emptyValue: absent, null, "" and [] all mean no value.
func emptyValue(v json.RawMessage) bool {
	switch strings.Join(strings.Fields(string(v[:min(len(v), 16)])), "") {
	case "", "null", `""`, "[]":
		return true
	}
	return false
}
