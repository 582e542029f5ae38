package kingdeetest

import (
	"strings"
	"time"
)

// ChangeKind says what a call did to a record.
type ChangeKind string

// The kinds of change. What Seed, Remove and Touch do is no change of a caller
// and is not in the history.
const (
	Created       ChangeKind = "created"        // by Save, Draft, BatchSave, Push, Allocate or GroupSave
	Updated       ChangeKind = "updated"        // by Save, Draft, BatchSave or GroupSave
	Deleted       ChangeKind = "deleted"        // by Delete, CancelAllocate or GroupDelete
	StatusChanged ChangeKind = "status changed" // by Submit, Audit, UnAudit, CancelAssign or WorkflowAudit
	Operated      ChangeKind = "operated"       // by ExcuteOperation
)

// Change is one effect of a call on one record. A call whose answer was lost has
// its effects here all the same.
type Change struct {
	At       time.Time // the server's clock
	Op       string    // last word of the service, as "BatchSave"; the opNumber of ExcuteOperation
	Kind     ChangeKind
	Form     string
	ID       int64  // primary key
	Number   string // the number it had after the change
	From, To string // FDocumentStatus before and after; From is "" for Created, To for Deleted
}

// note adds to the history. It is called with the lock held.
func (s *Server) note(op string, t *table, rec *record, kind ChangeKind, from string, now time.Time) {
	to := rec.status
	if kind == Deleted {
		to = ""
	}
	s.history = append(s.history, Change{
		At: now, Op: op, Kind: kind, Form: t.ID, ID: rec.id, Number: rec.number, From: from, To: to,
	})
}

// History tells every change of a record, oldest first. An empty form or number
// stands for any.
func (s *Server) History(form, number string) []Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Change
	for _, c := range s.history {
		if (form == "" || strings.EqualFold(c.Form, form)) && (number == "" || c.Number == number) {
			out = append(out, c)
		}
	}
	return out
}

// Effects counts the changes of one kind: Effects("SAL_SaleOrder", "X1", Created)
// is 1 when the order was created once, however often it was sent, and stays 1
// when it is deleted later.
func (s *Server) Effects(form, number string, kind ChangeKind) int {
	n := 0
	for _, c := range s.History(form, number) {
		if c.Kind == kind {
			n++
		}
	}
	return n
}
