package jdytest

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
	Audited EffectKind = "audited"
	Undone  EffectKind = "unaudited" // 反审核
	Deleted EffectKind = "deleted"
	Closed  EffectKind = "closed"
	Enabled EffectKind = "enabled" // or disabled
)

// Effect is one change that a call made; seeding and other methods of the fake
// leave none.
type Effect struct {
	List   string     // "scm/sal_order"
	Kind   EffectKind // what was done
	ID     string     // of the record
	Number string     // number or bill_no of the record
	At     time.Time  // by the server's clock
	Row    Row        // the record after it, before it for Deleted
}

// note keeps an effect.
func (b *Book) note(l *list, kind EffectKind, rec *record) {
	b.effects = append(b.effects, Effect{
		List: l.name, Kind: kind, ID: rec.id, Number: text(rec.row[l.number]), At: b.s.clock(), Row: b.shown(rec),
	})
}

// Effects returns what calls did to records so far, in order.
func (b *Book) Effects() []Effect {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	return slices.Clone(b.effects)
}

// Created tells how often calls created a record with that number or bill_no in
// a list; number "" counts all.
func (b *Book) Created(name, number string) int {
	l := listName(name)
	n := 0
	for _, e := range b.Effects() {
		if e.List == l && e.Kind == Created && (number == "" || e.Number == number) {
			n++
		}
	}
	return n
}

// CreatedWith tells how often calls created a record whose field has that text:
// for bills the fake numbers, count by a remark or an outside id.
func (b *Book) CreatedWith(name, field, value string) int {
	l := listName(name)
	n := 0
	for _, e := range b.Effects() {
		if e.List == l && e.Kind == Created && text(e.Row[canon(field)]) == value {
			n++
		}
	}
	return n
}
