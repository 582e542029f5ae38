package kingdeetest

import "strings"

// link joins a line of a bill with the line of the bill it was pushed into (下推).
type link struct {
	fromForm, toForm   string // in small letters
	fromID, fromEntry  int64
	toID, toEntry      int64
	sourceQty, takeQty string
}

// pushed tells whether follow-up bills of a record are there.
func (s *Server) pushed(t *table, rec *record) bool {
	for _, l := range s.links {
		if l.fromID == rec.id && l.fromForm == strings.ToLower(t.ID) {
			return true
		}
	}
	return false
}

// unlink forgets the links of a record that is gone.
func (s *Server) unlink(t *table, id int64) {
	kept := s.links[:0]
	for _, l := range s.links {
		if l.toID != id || l.toForm != strings.ToLower(t.ID) {
			kept = append(kept, l)
		}
	}
	s.links = kept
}
