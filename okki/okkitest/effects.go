package okkitest

import (
	"slices"
	"time"
)

// EffectKind says what a call did to a record.
type EffectKind string

// Kinds of effects.
const (
	Created EffectKind = "created"
	Updated EffectKind = "updated"
	Deleted EffectKind = "deleted"
)

// Effect is one change that a call made; the methods of the fake leave none.
type Effect struct {
	List   string     // "product", "invoices/order"
	Kind   EffectKind // what was done
	ID     int64      // of the record
	Number string     // product_no, order_no, serial_id … of the record
	At     time.Time  // by the server's clock
	Row    Row        // the record after it, before it for Deleted
}

func (s *Server) note(l *list, kind EffectKind, rec *record) {
	s.effects = append(s.effects, Effect{
		List: l.name, Kind: kind, ID: rec.id, Number: text(rec.row[l.number]), At: s.clock(), Row: cloneRow(rec.row),
	})
}

// Effects returns what calls did so far, in order.
func (s *Server) Effects() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.effects)
}

// Created tells how often calls created a record of that number in a list; number ""
// counts all.
func (s *Server) Created(list, number string) int { return s.count(Created, list, number) }

// Updated is [Server.Created] for edits.
func (s *Server) Updated(list, number string) int { return s.count(Updated, list, number) }

func (s *Server) count(kind EffectKind, list, number string) int {
	n := 0
	for _, e := range s.Effects() {
		if e.List == list && e.Kind == kind && (number == "" || e.Number == number) {
			n++
		}
	}
	return n
}
