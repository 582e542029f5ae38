package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// checkLineFields checks SaveSinkConfig.CompareLines.
func checkLineFields(lines map[string][]string) error {
	for entry, fields := range lines {
		if err := checkField(entry); err != nil {
			return err
		}
		if len(fields) == 0 {
			return fmt.Errorf("kingdee: CompareLines: %s names no fields: %w", entry, duijie.ErrInvalid)
		}
		for _, f := range fields {
			if err := checkField(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// lineFields are the fields of an entry that count, nil when it is not compared.
func (s *SaveSink[T]) lineFields(entry string) []string {
	for key, fields := range s.cfg.CompareLines {
		if strings.EqualFold(key, entry) {
			return fields
		}
	}
	return nil
}

// storedLines are the stored lines of records by primary key, for one entry.
type storedLines map[string][][]Cell

// compareLines reads the lines of the records that were found and compares them:
// one that has other lines is Different. A query answers the lines of one entry
// at a time.
func (s *SaveSink[T]) compareLines(ctx context.Context, models []json.RawMessage, out []duijiesync.Found) error {
	entries := make([]string, 0, len(s.cfg.CompareLines))
	for entry := range s.cfg.CompareLines {
		entries = append(entries, entry)
	}
	slices.Sort(entries)
	for _, entry := range entries {
		var ids []string
		for i, model := range models {
			if _, has := modelField(model, entry); has && out[i].TargetID != "" {
				ids = append(ids, out[i].TargetID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		stored, err := s.readLines(ctx, entry, ids)
		if err != nil {
			return err
		}
		for i, model := range models {
			lines, has := modelField(model, entry)
			if !has || out[i].TargetID == "" {
				continue
			}
			if change, differs := diffLines(entry, s.lineFields(entry), lines, stored[out[i].TargetID], s.cfg.Lines == AddLines); differs {
				out[i].Match = duijiesync.Different
				out[i].Changes = append(out[i].Changes, change)
			}
		}
	}
	return nil
}

// readLines reads the lines of records, all of them: paged by key, so that a long
// bill is never torn.
func (s *SaveSink[T]) readLines(ctx context.Context, entry string, ids []string) (storedLines, error) {
	keys := make([]string, len(ids))
	for i, id := range ids {
		text, err := keyText(id)
		if err != nil {
			return nil, err
		}
		keys[i] = text
	}
	key := s.cfg.Form.Key
	fields := append([]string{key, entry + "_" + entryKey}, s.lineFields(entry)...)
	w, err := newWalk(s.c, Query{FormID: s.cfg.Form.ID, Fields: fields, Key: key, Filter: key + " in (" + strings.Join(keys, ",") + ")"}, nil)
	if err != nil {
		return nil, err
	}
	out := storedLines{}
	at := cursor{}
	for more := true; more; {
		var rows [][]Cell
		if rows, at, more, err = w.page(ctx, at); err != nil {
			return nil, fmt.Errorf("kingdee: look lines of %s up: %w", entry, err)
		}
		for _, row := range rows {
			if c := row[1]; c.IsBlank() || c.Text() == "0" {
				continue // a bill without lines is one row too
			}
			id := row[0].Text()
			out[id] = append(out[id], row[2:])
		}
	}
	return out, nil
}

// diffLines compares lines regardless of their order. beside: others may be stored
// too.
func diffLines(entry string, fields []string, model Cell, stored [][]Cell, beside bool) (duijiesync.Change, bool) {
	rest := slices.Clone(stored)
	wanted := 0
	var missing json.RawMessage
	for line := range wire.Elements(json.RawMessage(model)) {
		wanted++
		at := slices.IndexFunc(rest, func(row []Cell) bool { return sameLine(fields, line, row) })
		if at < 0 {
			if missing == nil {
				missing = line
			}
			continue
		}
		rest = slices.Delete(rest, at, at+1)
	}
	if missing == nil && (beside || len(rest) == 0) {
		return duijiesync.Change{}, false
	}
	c := duijiesync.Change{Field: entry, Old: fmt.Sprintf("%d lines", len(stored)), New: fmt.Sprintf("%d lines", wanted)}
	if missing != nil {
		c.New += ", not stored: " + wire.Excerpt(missing)
	}
	return c, true
}

// sameLine compares the fields that count. One the model does not set is left to
// the server.
func sameLine(fields []string, line json.RawMessage, row []Cell) bool {
	for i, f := range fields {
		head, inner, nested := strings.Cut(f, ".")
		value, has := modelField(line, head)
		if !has {
			continue
		}
		if nested {
			reference := value
			if value, has = modelField(json.RawMessage(reference), inner); !has && !reference.IsBlank() {
				return false
			}
		}
		if !sameValue(row[i], value) {
			return false
		}
	}
	return true
}
