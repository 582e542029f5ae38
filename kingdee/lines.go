package kingdee

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// LinePolicy says what an update of a record does with the lines (单据体) of a
// model that do not name the stored line they are (FEntryID): the platform takes
// each for a new one, so that an update sent twice doubles them.
type LinePolicy uint8

// What an update does with lines that name no stored one.
const (
	// RefuseLines does not send the update: it is duijie.ErrInvalid, and in a sink
	// a dead letter.
	RefuseLines LinePolicy = iota
	// ReplaceLines sends it with IsDeleteEntry: the stored lines go, those of the
	// model take their place, with new keys. What was linked to the old ones loses
	// them.
	ReplaceLines
	// AddLines sends it as it is: the lines come beside the stored ones. A sink needs
	// Compare and CompareLines for it: a bill that has lines equal to all of the model
	// is right as it is, else a lost answer would have them added twice.
	AddLines
)

// apply makes the options of an update of a record with a model.
func (p LinePolicy) apply(o SaveOptions, model json.RawMessage) (SaveOptions, error) {
	if o.DeleteEntries || p == AddLines {
		return o, nil
	}
	unnamed := unnamedLines(model, o.UpdateFields)
	if len(unnamed) == 0 {
		return o, nil
	}
	if p == ReplaceLines {
		o.DeleteEntries = true
		return o, nil
	}
	return o, fmt.Errorf("kingdee: the record exists, and lines of %s without FEntryID would come beside the stored ones: "+
		"choose ReplaceLines or AddLines, or name the stored lines: %w", unnamed[0], duijie.ErrInvalid)
}

// unnamedLines are the keys of the entries of a model that have lines without
// FEntryID and would be written.
func unnamedLines(model json.RawMessage, updateFields []string) (entries []string) {
	for m := range wire.Walk(model) {
		if m.Value[0] != '[' || len(updateFields) > 0 && !slices.ContainsFunc(updateFields, func(f string) bool { return strings.EqualFold(f, string(m.Key)) }) {
			continue
		}
		for line := range wire.Elements(m.Value) {
			if wire.First(line) == '{' && !namesLine(line) {
				entries = append(entries, string(m.Key))
				break
			}
		}
	}
	return entries
}

// namesLine tells whether a line has the key of a stored one.
func namesLine(line json.RawMessage) bool {
	for m := range wire.Walk(line) {
		if strings.EqualFold(string(m.Key), entryKey) {
			c := Cell(m.Value)
			return !c.IsBlank() && c.Text() != "0"
		}
	}
	return false
}

const entryKey = "FEntryID"
