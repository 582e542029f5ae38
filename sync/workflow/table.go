package workflow

import (
	"fmt"
	"slices"
	"strings"
)

// maxName leaves room for the hash behind a step's name in the ledger.
const maxName = 47

// table is what a workflow knows of statuses.
type table struct {
	forward  map[string]int    // status → place of the step that leads on
	back     map[string]int    // status → place of the step that leads back
	doneBy   map[string]string // status → name of the step that leads to it
	editable map[string]bool
	beyond   map[string]bool
	stopped  map[string]string
	final    string
	steps    int // of both ways
}

// place says where a status stands.
type place uint8

const (
	unknown place = iota // not in the table
	short                // on the way to final
	arrived              // final or beyond
	stuck                // stopped
)

func (t *table) place(status string) place {
	if _, ok := t.stopped[status]; ok {
		return stuck
	}
	if status == t.final || t.beyond[status] {
		return arrived
	}
	if _, ok := t.forward[status]; ok {
		return short
	}
	return unknown
}

// newTable checks the steps and returns everything that is wrong with them.
func newTable(steps, undo []Step, editable []string, final string, beyond []string, stopped map[string]string) (table, []error) {
	var wrong []error
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	t := table{
		final: final, editable: set(editable), beyond: set(beyond), stopped: stopped,
		steps: len(steps) + len(undo), doneBy: map[string]string{},
	}
	for _, s := range steps {
		t.doneBy[s.To] = s.Name
	}
	if final == "" {
		bad("the final status is missing (Final)")
	}
	if len(editable) == 0 {
		bad("name the statuses in which a document can be saved (Editable)")
	}
	names := map[string]bool{StepSaved: true}
	t.forward = index("Steps", steps, names, bad)
	t.back = index("Undo", undo, names, bad)
	for status := range t.forward {
		if status == final || t.beyond[status] || stopped[status] != "" {
			bad("a step leads from %q, which is final, beyond it or stopped", status)
		}
		if end, ok := walk(t.forward, steps, status, func(s string) bool { return s == final || t.beyond[s] }); !ok {
			bad("the steps from %q end in %q and not in Final", status, end)
		}
	}
	for _, status := range slices.Concat(editable, undoStatuses(undo)) {
		if t.place(status) == unknown {
			bad("no step leads from %q to Final", status)
		}
	}
	for status := range t.back {
		if end, ok := walk(t.back, undo, status, func(s string) bool { return t.editable[s] }); !ok {
			bad("the steps back from %q end in %q, which is not editable", status, end)
		}
	}
	return t, wrong
}

func undoStatuses(undo []Step) (all []string) {
	for _, s := range undo {
		all = append(append(all, s.From...), s.To)
	}
	return all
}

func set(all []string) map[string]bool {
	m := make(map[string]bool, len(all))
	for _, s := range all {
		m[s] = true
	}
	return m
}

// index finds the step of each status.
func index(what string, steps []Step, names map[string]bool, bad func(string, ...any)) map[string]int {
	byStatus := map[string]int{}
	for i, s := range steps {
		switch {
		case s.Name == "" || len(s.Name) > maxName || strings.Contains(s.Name, "#") || s.Do == nil || len(s.From) == 0 || s.To == "":
			bad("%s[%d] %q needs a Name of 1 to 47 bytes without #, From, To and Do", what, i, s.Name)
		case names[s.Name]:
			bad("%s[%d]: the name %q is taken", what, i, s.Name)
		}
		names[s.Name] = true
		for _, from := range s.From {
			if j, twice := byStatus[from]; twice {
				bad("%s: both %q and %q lead from %q", what, steps[j].Name, s.Name, from)
			}
			byStatus[from] = i
		}
	}
	return byStatus
}

// walk follows the steps from a status until there.
func walk(next map[string]int, steps []Step, status string, there func(string) bool) (end string, ok bool) {
	for range len(steps) {
		i, more := next[status]
		if !more {
			break
		}
		status = steps[i].To
		if there(status) {
			return status, true
		}
	}
	return status, false
}
