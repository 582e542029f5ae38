package fxiaoketest

import (
	"slices"
	"time"
)

// EffectKind says what a call did to a record.
type EffectKind string

// Kinds of effects.
const (
	Created      EffectKind = "created"
	Updated      EffectKind = "updated"
	Invalidated  EffectKind = "invalidated"
	Recovered    EffectKind = "recovered"
	Deleted      EffectKind = "deleted"
	OwnerChanged EffectKind = "owner changed"
	Locked       EffectKind = "locked"
	Unlocked     EffectKind = "unlocked"
)

// Effect is one change that a call made; the methods of the fake leave none.
type Effect struct {
	Object string     // "AccountObj"
	Kind   EffectKind // what was done
	ID     string     // _id of the record
	At     time.Time  // by the server's clock
	Row    Row        // the record after it
}

func (s *Server) note(object string, kind EffectKind, rec *record) {
	s.effects = append(s.effects, Effect{Object: object, Kind: kind, ID: rec.id, At: s.clock(), Row: cloneRow(rec.row)})
}

// Effects returns what calls did so far, in order.
func (s *Server) Effects() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.effects)
}

// Created tells how often calls created a record of an object with that text in a field;
// field "" counts all of the object.
func (s *Server) Created(object, field, value string) int {
	n := 0
	for _, e := range s.Effects() {
		if e.Object == object && e.Kind == Created && (field == "" || text(e.Row[field]) == value) {
			n++
		}
	}
	return n
}
