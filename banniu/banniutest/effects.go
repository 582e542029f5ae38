package banniutest

import (
	"maps"
	"slices"
	"time"
)

// EffectKind says what a call did to a task.
type EffectKind string

// Kinds of effects.
const (
	Created EffectKind = "created"
	Updated EffectKind = "updated" // an update that changed nothing is none
)

// Effect is one change that a call made; the methods of the fake leave none.
type Effect struct {
	Project string     // project id
	Kind    EffectKind // what was done
	Task    int64      // task id
	At      time.Time  // by the server's clock
	Cells   Cells      // the cells the call sent
}

func (s *Server) note(p *project, kind EffectKind, t *task, cells Cells) {
	s.effects = append(s.effects, Effect{Project: p.ID, Kind: kind, Task: t.id, At: s.clock(), Cells: maps.Clone(cells)})
}

// Effects returns what calls did so far, in order.
func (s *Server) Effects() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.effects)
}

// Created tells how many tasks calls created with that text in a column; column ""
// counts all of the project.
func (s *Server) Created(projectID, column, value string) int {
	n := 0
	for _, e := range s.Effects() {
		if e.Project == projectID && e.Kind == Created && (column == "" || e.Cells[column] == value) {
			n++
		}
	}
	return n
}

// Updated tells how many calls changed a task.
func (s *Server) Updated(projectID string, id int64) int {
	n := 0
	for _, e := range s.Effects() {
		if e.Project == projectID && e.Kind == Updated && e.Task == id {
			n++
		}
	}
	return n
}
