package fxiaoke

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
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
	models := make([]map[string]json.RawMessage, len(records))
	var keys []string
	whole := false // all fields are read, for companions (X__v) come unasked only then
	for i, rec := range records {
		if checkKey(rec.Key) != nil {
			continue // no record has such a key: Write refuses it
		}
		keys = append(keys, strings.Clone(rec.Key))
		if rec.Target.KeyOnly {
			continue
		}
		if m, err := s.model(rec); err == nil { // else Write refuses it with the reason
			models[i], whole = m, true
		}
	}
	if len(keys) == 0 {
		return out, nil
	}
	slices.Sort(keys)
	found, err := s.client.lookup(ctx, s.cfg.Object, s.cfg.KeyField, slices.Compact(keys), whole)
	if err != nil {
		return nil, fmt.Errorf("fxiaoke: look records up: %w", stop(err))
	}
	for i, rec := range records {
		switch rows := found[rec.Key]; len(rows) {
		case 0:
		case 1:
			out[i] = s.found(models[i], membersOf(rows[0]))
		default:
			out[i].Err = fmt.Errorf("fxiaoke: %d records of %s have %s %q", len(rows), s.cfg.Object, s.cfg.KeyField, rec.Key)
		}
	}
	return out, nil
}

// found says how a stored record differs from a model.
func (s *Sink[T]) found(model, stored map[string]json.RawMessage) duijiesync.Found {
	out := duijiesync.Found{Match: duijiesync.Exists, TargetID: scalar(stored["_id"])}
	if model == nil {
		return out
	}
	whole := s.cfg.Details == nil // lines are not compared
	for _, name := range slices.Sorted(maps.Keys(model)) {
		if name == s.cfg.KeyField || slices.Contains(newOnly, name) || s.cfg.Compare != nil && !slices.Contains(s.cfg.Compare, name) {
			continue
		}
		same, sure := sameValue(stored[name], model[name])
		if raw := stored[name+"__v"]; !same && raw != nil { // a quote field holds a label, its value stands beside it
			same, sure = sameValue(raw, model[name])
		}
		switch {
		case !sure:
			whole = false
		case !same:
			out.Changes = append(out.Changes, duijiesync.Change{Field: name, Old: shown(stored[name]), New: shown(model[name])})
		}
	}
	switch {
	case len(out.Changes) > 0:
		out.Match = duijiesync.Different
	case whole:
		out.Match = duijiesync.Identical
	}
	return out
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

// sameValue compares a stored value with one that would be written: numbers as numbers, whether
// they come as texts or not. sure is false where it can not be told (objects, which the platform
// completes with members of its own).
func sameValue(stored, model json.RawMessage) (same, sure bool) {
	switch {
	case emptyValue(stored) || emptyValue(model):
		return emptyValue(stored) && emptyValue(model), true
	case isScalar(stored) && isScalar(model):
		return sameScalar(scalar(stored), scalar(model)), true
	case wire.First(stored) == '[' && wire.First(model) == '[':
		a, b := slices.Collect(wire.Elements(stored)), slices.Collect(wire.Elements(model))
		if len(a) != len(b) {
			return false, true
		}
		for i := range a {
			if !isScalar(a[i]) || !isScalar(b[i]) {
				return false, false
			}
			if !sameScalar(scalar(a[i]), scalar(b[i])) {
				return false, true
			}
		}
		return true, true
	}
	return false, false
}

func sameScalar(a, b string) bool {
	if a == b {
		return true
	}
	if !plainNumber(a) || !plainNumber(b) {
		return false
	}
	x, errX := duijie.ParseDecimal(a)
	y, errY := duijie.ParseDecimal(b)
	return errX == nil && errY == nil && x.Equal(y)
}

// plainNumber: a number with leading zeros or an exponent may be a name: 007 is not 7.
func plainNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789.") == "" && (len(digits) == 1 || digits[0] != '0' || digits[1] == '.')
}
