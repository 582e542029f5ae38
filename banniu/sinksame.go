package banniu

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/duijie-go/duijie/internal/same"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// foundRow compares a task with the cells a write would set.
func foundRow(row Row, keyOnly bool, form *Form, contents func() (Contents, error)) duijiesync.Found {
	found := duijiesync.Found{Match: duijiesync.Exists, TargetID: row.ID()}
	if keyOnly {
		return found
	}
	want, err := contents()
	if err != nil {
		return found // Write refuses it with the reason
	}
	found.Match = duijiesync.Identical
	for _, id := range slices.Sorted(maps.Keys(want)) {
		column := form.byItsID(id)
		if column.same(row[id], want[id]) {
			continue
		}
		found.Match = duijiesync.Different
		found.Changes = append(found.Changes, duijiesync.Change{Field: firstOf(column.Name, id), Old: row.Text(id), New: want[id]})
	}
	return found
}

// same tells whether a cell holds what a write would set. By its column's type in
// column.list a number is compared by value, a sub-table cell by cell, attachments by
// their ids; anything else exactly, as a text, or as a number where the platform sends one.
func (c Column) same(cell json.RawMessage, want string) bool {
	row := Row{"": cell}
	old := row.Text("")
	switch {
	case old == want:
		return true
	case c.Behavior == fmt.Sprint(int(BehaviorNumber)) && same.Number(old, want):
		return true
	case len(c.Sons) > 0:
		return c.sameRows(row, want)
	case c.Behavior == fmt.Sprint(int(BehaviorAttachment)):
		a, errA := row.FileIDs("")
		b, errB := Row{"": quoted(want)}.FileIDs("")
		return errA == nil && errB == nil && slices.Equal(a, b)
	}
	return same.Scalar(cell, quoted(want))
}

// sameRows compares sub-tables. A cell that is empty, null or not there is the same.
func (c Column) sameRows(row Row, want string) bool {
	old, errOld := row.SubRows("")
	rows, errNew := Row{"": quoted(want)}.SubRows("")
	if errOld != nil || errNew != nil || len(old) != len(rows) {
		return false
	}
	sons := NewForm(c.Sons)
	for i, a := range old {
		b := rows[i]
		for id := range maps.All(b) {
			if _, there := a[id]; !there {
				a[id] = nil
			}
		}
		for id := range a {
			if !sons.byItsID(id).same(a[id], b.Text(id)) {
				return false
			}
		}
	}
	return true
}

// quoted is a text as JSON.
func quoted(text string) json.RawMessage {
	b, err := wire.Marshal(text)
	if err != nil {
		return nil
	}
	return b
}
