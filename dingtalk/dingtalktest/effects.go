package dingtalktest

import (
	"slices"
	"time"
)

// EffectKind says what a call did.
type EffectKind string

// Kinds of effects.
const (
	Created    EffectKind = "created"
	Updated    EffectKind = "updated"
	Deleted    EffectKind = "deleted"
	Started    EffectKind = "started" // a process, of Yida or OA
	Terminated EffectKind = "terminated"
	Approved   EffectKind = "approved"
	Rejected   EffectKind = "rejected"
	SentBack   EffectKind = "sent back"
)

// Effect is one change that a call made; seeding and other methods of the fake
// leave none.
type Effect struct {
	Kind   EffectKind // what was done
	Form   string     // formUuid, or the processCode of an OA approval
	ID     string     // of the row or process
	User   string     // in whose name
	At     time.Time  // by the server's clock
	Values Row        // the values after it in their writing form, before it for Deleted
}

// note keeps an effect on a row.
func (c *call) note(kind EffectKind, r *row) {
	c.s.effects = append(c.s.effects, Effect{
		Kind: kind, Form: r.form.UUID, ID: r.id, User: c.str("userId"), At: c.s.clock(), Values: plain(r.now().values),
	})
}

// hideCreated keeps rows just created out of sight.
func (c *call) hideCreated(effects []Effect) {
	for _, e := range effects {
		if e.Kind != Created && e.Kind != Started {
			continue
		}
		until := c.s.clock().Add(c.late)
		if f := c.s.forms[e.Form]; f != nil {
			f.byID[e.ID].shows = until
			continue
		}
		c.s.approvals.byID[e.ID].shows = until
	}
}

// plain is a copy of values without the ids of sub-table rows.
func plain(values Row) Row {
	out := cloneRow(values)
	for _, v := range out {
		items, _ := v.([]any)
		for _, x := range items {
			if cells, isRow := x.(Row); isRow {
				delete(cells, rowID)
			}
		}
	}
	return out
}

// Effects returns what calls did so far, in order.
func (s *Server) Effects() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.effects)
}

// Created tells how often calls created a row or started a process of the form
// whose component has that text; component "" counts all.
func (s *Server) Created(formUUID, component, value string) int {
	n := 0
	for _, e := range s.Effects() {
		made := e.Kind == Created || e.Kind == Started
		if made && e.Form == formUUID && (component == "" || text(e.Values[component]) == value) {
			n++
		}
	}
	return n
}
