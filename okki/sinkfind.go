package okki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/same"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Find looks records up by number, several at the same time.
func (s *Sink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	out := make([]duijiesync.Found, len(records))
	if len(records) == 0 {
		return nil, nil
	}
	i := -1
	for got := range inOrder(ctx, records, 0, s.findOne) {
		i++
		if got.err != nil {
			return nil, fmt.Errorf("okki: look records up: %w", duijiesync.Stop(got.err))
		}
		out[i] = got.value
	}
	return out, ctx.Err()
}

func (s *Sink[T]) findOne(ctx context.Context, rec duijiesync.Record[T]) (duijiesync.Found, error) {
	if checkNumber(rec.Key) != nil {
		return duijiesync.Found{}, ctx.Err() // no record has such a number: Write refuses it
	}
	raw, err := s.kind.byNumber(ctx, s.client, rec.Key)
	var unclear ambiguous
	switch {
	case isAbsent(err):
		return duijiesync.Found{Note: note{at: time.Now()}}, nil
	case errors.As(err, &unclear):
		return duijiesync.Found{Err: err}, nil
	case err != nil:
		return duijiesync.Found{}, err
	}
	found := s.found(rec, raw)
	found.Err = s.another(rec.Key, raw)
	return found, nil
}

// another tells that what is found under a key is a record that a push whose answer was
// lost edited instead of creating its own.
func (s *Sink[T]) another(key string, raw json.RawMessage) error {
	since, doubtful := s.doubt.Load(key)
	if !doubtful {
		return nil
	}
	err := s.kind.newer(s.client, raw, since.(time.Time))
	if err == nil {
		s.doubt.Delete(key)
	}
	return err
}

// found says how a stored record differs from what a record would write.
func (s *Sink[T]) found(rec duijiesync.Record[T], raw json.RawMessage) duijiesync.Found {
	out := duijiesync.Found{Match: duijiesync.Exists, TargetID: idText(member(raw, s.kind.ID)), Note: note{at: time.Now(), stored: raw}}
	if rec.Target.KeyOnly {
		return out
	}
	model, err := s.model(rec)
	if err != nil {
		return out // Write refuses it with the reason
	}
	m, whole := members(raw), true
	for member := range wire.Walk(model) {
		name := string(member.Key)
		if name == s.kind.Number || name == s.kind.ID || name == s.kind.pushID() || s.cfg.Compare != nil && !slices.Contains(s.cfg.Compare, name) {
			continue
		}
		if k, ok := s.kind.lines(name); ok {
			changes, all := k.compare(member.Value, m[name])
			out.Changes, whole = append(out.Changes, changes...), whole && all
			continue
		}
		has, there := m[name]
		if slices.Contains(documentLines, name) && there { // lines without ids of their own
			for _, l := range lostLines("", sentLines(member.Value), has) {
				out.Changes = append(out.Changes, duijiesync.Change{Field: fmt.Sprintf("%s[%d]", name, l.Index), New: "a new line"})
			}
		}
		if !there || !isScalar(member.Value) || !isScalar(has) {
			whole = false
			continue
		}
		if !sameValue(name, has, member.Value) {
			out.Changes = append(out.Changes, duijiesync.Change{Field: name, Old: scalar(has), New: scalar(member.Value)})
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

// lines is the kind of lines a member holds.
func (k RecordKind) lines(name string) (LineKind, bool) {
	i := slices.IndexFunc(k.Lines, func(l LineKind) bool { return l.Member == name })
	if i < 0 {
		return LineKind{}, false
	}
	return k.Lines[i], true
}

// alike tells whether two lines stand for one, by one of the ways of Match in which
// both have all members.
func (k LineKind) alike(by []string, a, b map[string]json.RawMessage) bool {
	for _, name := range by {
		if x := scalar(a[name]); x == "" || x == "0" || !same.Scalar(a[name], b[name]) {
			return false
		}
	}
	return true
}

// match pairs lines of a model with stored ones: which[i] is the stored line of line
// i, -1 for a new one. left are the stored lines no line is paired with.
func (k LineKind) match(lines, stored []map[string]json.RawMessage) (which, left []int) {
	used := make([]bool, len(stored))
	which = make([]int, len(lines))
	take := func(i int, fits func(map[string]json.RawMessage) bool) {
		for j, s := range stored {
			if which[i] < 0 && !used[j] && fits(s) {
				which[i], used[j] = j, true
			}
		}
	}
	for i, line := range lines {
		which[i] = -1
		if id := idText(line[k.ID]); id != "" {
			take(i, func(s map[string]json.RawMessage) bool { return idText(s[k.ID]) == id })
		}
	}
	for _, by := range k.Match {
		for i, line := range lines {
			if idText(line[k.ID]) == "" {
				take(i, func(s map[string]json.RawMessage) bool { return k.alike(by, line, s) })
			}
		}
	}
	for j := range stored {
		if !used[j] {
			left = append(left, j)
		}
	}
	return which, left
}

func lineMembers(list json.RawMessage) []map[string]json.RawMessage {
	var out []map[string]json.RawMessage
	for item := range wire.Elements(list) {
		out = append(out, members(item))
	}
	return out
}

// pair gives the lines of an update the ids of those that are stored, and takes out
// what is left of these.
func (k LineKind) pair(body, stored json.RawMessage) ([]map[string]json.RawMessage, error) {
	lines, have := lineMembers(member(body, k.Member)), lineMembers(member(stored, k.Member))
	which, left := k.match(lines, have)
	for i, j := range which {
		if j < 0 {
			continue
		}
		id := idText(have[j][k.ID])
		if id == "" {
			return nil, fmt.Errorf("okki: a stored line of %s has no %s, so the update might double it: %w", k.Member, k.ID, duijie.ErrInvalid)
		}
		lines[i][k.ID] = json.RawMessage(id)
		for _, name := range k.Keep {
			if _, sent := lines[i][name]; !sent && have[j][name] != nil {
				lines[i][name] = have[j][name]
			}
		}
	}
	for _, j := range left {
		id := idText(have[j][k.ID])
		switch {
		case k.Loose:
		case !k.Remove || id == "":
			return nil, fmt.Errorf("okki: line %s of %s is stored and not in the update, and the platform documents no way to take it out: %w", id, k.Member, duijie.ErrInvalid)
		default:
			gone := map[string]json.RawMessage{k.ID: json.RawMessage(id), "remove": json.RawMessage("1")}
			for _, name := range k.Whole {
				if v, ok := have[j][name]; ok {
					gone[name] = v
				}
			}
			lines = append(lines, gone)
		}
	}
	return lines, nil
}

// compare tells how stored lines differ from those of a model; whole is false where
// something could not be compared.
func (k LineKind) compare(model, stored json.RawMessage) (changes []duijiesync.Change, whole bool) {
	if !isList(model) || len(stored) > 0 && !isList(stored) && !nothing(stored) {
		return nil, false
	}
	lines, have := lineMembers(model), lineMembers(stored)
	which, left := k.match(lines, have)
	whole = true
	for i, j := range which {
		if j < 0 {
			changes = append(changes, duijiesync.Change{Field: fmt.Sprintf("%s[%d]", k.Member, i), New: "a new line"})
			continue
		}
		for name, value := range lines[i] {
			has, there := have[j][name]
			switch {
			case name == k.ID:
			case !there || !isScalar(value) || !isScalar(has):
				whole = false
			case !sameValue(name, has, value):
				changes = append(changes, duijiesync.Change{Field: fmt.Sprintf("%s[%d].%s", k.Member, i, name), Old: scalar(has), New: scalar(value)})
			}
		}
	}
	if !k.Loose {
		for _, j := range left {
			changes = append(changes, duijiesync.Change{Field: k.Member, Old: "line " + idText(have[j][k.ID])})
		}
	}
	slices.SortFunc(changes, func(a, b duijiesync.Change) int { return strings.Compare(a.Field, b.Field) })
	return changes, whole
}

func isList(raw json.RawMessage) bool { return wire.First(raw) == '[' }
