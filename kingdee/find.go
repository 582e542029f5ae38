package kingdee

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const statusField = "FDocumentStatus"

// Find looks records up by number in one query, and compares the fields.
func (s *SaveSink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	if len(records) == 0 {
		return nil, nil
	}
	wanted := make([]wish, len(records))
	fields := []string{s.cfg.Form.Key, s.cfg.Form.Number, statusField}
	for i, rec := range records {
		if rec.Target.KeyOnly {
			continue
		}
		wanted[i] = s.wish(rec)
		for _, f := range wanted[i].fields {
			if !slices.Contains(fields, f.key) {
				fields = append(fields, f.key)
			}
		}
	}
	stored, err := s.lookup(ctx, records, fields)
	if err != nil {
		return nil, err
	}
	out := make([]duijiesync.Found, len(records))
	for i, rec := range records {
		row, err := stored.row(rec.Key)
		if err != nil {
			return nil, err
		}
		if row != nil {
			out[i] = s.found(rec, wanted[i], fields, row)
		}
	}
	return out, nil
}

// wish is what a record would write, field by field.
type wish struct {
	fields []wishField
	ok     bool // the model could be made
}

type wishField struct {
	key   string // as it is asked: "FName", "FGroup.FNumber"
	value Cell
}

func (s *SaveSink[T]) wish(rec duijiesync.Record[T]) wish {
	fields, err := s.model(rec)
	if err != nil {
		return wish{} // Write refuses it with the reason
	}
	w := wish{ok: true}
	for _, f := range fields {
		if wf, ok := plainField(f.Key, f.Value.(json.RawMessage)); ok && !strings.EqualFold(wf.key, s.cfg.Form.Number) &&
			(s.cfg.Compare == nil || slices.ContainsFunc(s.cfg.Compare, func(c string) bool { return strings.EqualFold(c, wf.key) || strings.EqualFold(c, f.Key) })) {
			w.fields = append(w.fields, wf)
		}
	}
	return w
}

// plainField is a member that a query can read back: a scalar, or a reference
// by a number or name.
func plainField(key string, raw json.RawMessage) (wishField, bool) {
	if !validName(key) || len(raw) == 0 {
		return wishField{}, false
	}
	switch raw[0] {
	case '[':
		return wishField{}, false
	case '{':
		inner, err := members(raw)
		if err != nil || len(inner) != 1 || !validName(inner[0].Key) {
			return wishField{}, false
		}
		value := Cell(inner[0].Value.(json.RawMessage))
		if len(value) == 0 || value[0] == '{' || value[0] == '[' {
			return wishField{}, false
		}
		if _, number := keyNumber(value); number {
			return wishField{key, value}, true // by primary key
		}
		return wishField{key + "." + inner[0].Key, value}, true
	}
	if string(raw) == "null" {
		return wishField{}, false
	}
	return wishField{key, Cell(raw)}, true
}

// found says how a stored row differs from what a record would write.
func (s *SaveSink[T]) found(rec duijiesync.Record[T], w wish, fields []string, row []Cell) duijiesync.Found {
	status := storedStatus(row[2].Text())
	out := duijiesync.Found{Match: duijiesync.Exists, TargetID: row[0].Text(), Note: status}
	if rec.Target.KeyOnly || !w.ok {
		return out
	}
	for _, f := range w.fields {
		cell := row[slices.Index(fields, f.key)]
		if !sameValue(cell, f.value) {
			out.Changes = append(out.Changes, duijiesync.Change{Field: f.key, Old: cell.Text(), New: f.value.Text()})
		}
	}
	if s.cfg.Options.AutoSubmitAndAudit && status != audited {
		// Saved, but the submit or audit behind it was lost.
		out.Changes = append(out.Changes, duijiesync.Change{Field: statusField, Old: string(status), New: string(audited)})
	}
	out.Match = duijiesync.Identical
	if len(out.Changes) > 0 {
		out.Match = duijiesync.Different
	}
	return out
}

// storedRows are the rows of a lookup by number.
type storedRows struct {
	form  string
	exact map[string][][]Cell
	fold  map[string][][]Cell // the server may compare without regard to case
}

// lookup reads the records of the keys, in one query.
func (s *SaveSink[T]) lookup(ctx context.Context, records []duijiesync.Record[T], fields []string) (*storedRows, error) {
	numbers := make([]string, len(records))
	for i, rec := range records {
		numbers[i] = rec.Key
	}
	filters := []Filter{In(s.cfg.Form.Number, numbers...)}
	if s.cfg.Org != "" {
		filters = append(filters, Eq(s.cfg.Form.Org+".FNumber", s.cfg.Org))
	}
	filter, err := And(filters...).Text()
	if err != nil {
		return nil, err
	}
	rows, err := s.c.Query(ctx, Query{FormID: s.cfg.Form.ID, Fields: fields, Filter: filter, Order: s.cfg.Form.Key + " ASC"})
	if errors.Is(err, duijie.ErrNotFound) && s.cfg.Compare == nil {
		return nil, fmt.Errorf("kingdee: look records up (where the model has fields that can not be read, name those to compare in SaveSinkConfig.Compare): %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("kingdee: look records up: %w", err)
	}
	if len(rows) >= defaultPageRows {
		return nil, fmt.Errorf("kingdee: look records up: %d rows for %d numbers: compare no line fields, and set Org: %w", len(rows), len(records), duijie.ErrMalformedAnswer)
	}
	out := &storedRows{form: s.cfg.Form.ID, exact: map[string][][]Cell{}, fold: map[string][][]Cell{}}
	for _, row := range rows {
		number := strings.TrimRight(row[1].Text(), " ")
		out.exact[number] = append(out.exact[number], row)
		low := strings.ToLower(number)
		out.fold[low] = append(out.fold[low], row)
	}
	return out, nil
}

// row is the one record of a number, nil when there is none.
func (r *storedRows) row(number string) ([]Cell, error) {
	rows := r.exact[strings.TrimRight(number, " ")]
	if len(rows) == 0 {
		rows = r.fold[strings.ToLower(strings.TrimRight(number, " "))]
	}
	switch len(rows) {
	case 0:
		return nil, nil
	case 1:
		return rows[0], nil
	}
	return nil, fmt.Errorf("kingdee: look records up: %d records of %s have the number %s: set SaveSinkConfig.Org to the organisation to write to: %w",
		len(rows), r.form, cut(number), duijie.ErrInvalid)
}

// sameValue compares a stored value with one to be written: blanks are equal to
// null, numbers compare as numbers, dates as moments, bools as 0 and 1.
func sameValue(stored, wanted Cell) bool {
	if stored.IsBlank() || wanted.IsBlank() {
		return stored.IsBlank() && wanted.IsBlank()
	}
	a, b := stored.Text(), wanted.Text()
	if a == b {
		return true
	}
	if stored[0] != '"' || wanted[0] != '"' {
		if isBool(stored) || isBool(wanted) {
			x, errX := stored.Bool()
			y, errY := wanted.Bool()
			return errX == nil && errY == nil && x == y
		}
		x, errX := stored.Decimal()
		y, errY := wanted.Decimal()
		return errX == nil && errY == nil && x.Equal(y)
	}
	if !isDate(a) || !isDate(b) {
		return false
	}
	x, errX := duijie.ParseTime(a)
	y, errY := duijie.ParseTime(b)
	return errX == nil && errY == nil && x.Equal(y)
}

func isBool(c Cell) bool { return c[0] == 't' || c[0] == 'f' }

func isDate(s string) bool { return len(s) >= 10 && s[4] == '-' && s[7] == '-' }
