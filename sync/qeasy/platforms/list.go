package platforms

import (
	"encoding/json"
	"strings"

	"github.com/duijie-go/duijie/mapping/rows"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// rowKey is the scheme's id of a row, by which lists are read until nothing moves; nil
// where the id is a template.
func rowKey(spec *qeasy.SourceSpec) func(json.RawMessage) string {
	if spec.ID == "" || strings.Contains(spec.ID, "{") {
		return nil
	}
	return func(row json.RawMessage) string {
		text, _ := rows.Text(row, spec.ID)
		return text
	}
}

// bounds tells whether the window of a request can be taken over: it begins at
// LAST_SYNC_TIME in the field named from and ends, if anywhere, at CURRENT_TIME in the
// field named to.
func bounds(spec *qeasy.SourceSpec, from, to string) bool {
	w := spec.Window
	if !spec.Incremental() || w.Start.Other || last(w.Start) != from || !even(w.Start) || w.Start.Offset > 0 {
		return false
	}
	return w.End == nil || !w.End.Other && last(w.End) == to && even(w.End) && w.End.Variable == qeasy.CurrentTime
}

// noOther notes what stands in a second set of parameters that the platform does not have.
func (f *findings) noOther(fields []qeasy.Field) {
	for i := range fields {
		if field := &fields[i]; blank(field) {
			f.note(field.Path, field.Name, "it has no value and is left out")
		} else {
			f.badField(field, qeasy.CodeUnknownMember, "the platform has no second set of parameters")
		}
	}
}
