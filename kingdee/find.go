package kingdee

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const statusField = "FDocumentStatus"

// Find looks records up by number in one query, and compares the fields.
func (s *SaveSink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	if len(records) == 0 {
		return nil, nil
	}
	fields := fieldSet{s.cfg.Form.Key, s.cfg.Form.Number, statusField}
	models := make([]json.RawMessage, len(records)) // nil where it could not be made: Write refuses it with the reason
	for i, rec := range records {
		if rec.Target.KeyOnly {
			continue
		}
		if raw, err := s.model(rec); err == nil {
			models[i] = raw
			s.wishes(raw, func(key, inner []byte, _ Cell) { fields.add(key, inner) })
			if s.orgOf(raw) != "" {
				fields.add([]byte(s.cfg.Form.Org), []byte("FNumber"))
			}
		}
	}
	org := fields.index([]byte(s.cfg.Form.Org), []byte("FNumber"))
	stored, err := s.lookup(ctx, records, fields)
	if err != nil {
		return nil, err
	}
	out := make([]duijiesync.Found, len(records))
	for i, rec := range records {
		switch row, err := stored.row(rec.Key, org, s.orgOf(models[i])); {
		case err != nil:
			out[i].Err = err
		case row != nil:
			out[i] = s.found(models[i], fields, row)
		}
	}
	if err := s.compareLines(ctx, models, out); err != nil {
		return nil, err
	}
	return out, nil
}

// orgOf is the organisation a model names, where lookups are not narrowed to one
// and numbers are unique in each: a record in another is not the same.
func (s *SaveSink[T]) orgOf(model json.RawMessage) string {
	if s.cfg.Org != "" || s.cfg.Form.Org == "" {
		return ""
	}
	value, _ := modelField(model, s.cfg.Form.Org)
	return referenceNumber(value)
}

// wishes yields what a model would write, field by field: key, the inner key
// of a reference or nil, and the value. It tells whether these are all that counts,
// beside the lines of CompareLines: other lines and sub-heads are not read back, so
// that two records that are equal elsewhere need not be.
func (s *SaveSink[T]) wishes(model json.RawMessage, each func(key, inner []byte, value Cell)) (whole bool) {
	whole = true
	for m := range wire.Walk(model) {
		inner, value, ok := plainField(m)
		if !ok && m.Value[0] != 'n' && s.cfg.Compare == nil && s.lineFields(string(m.Key)) == nil {
			whole = false
		}
		if ok && !strings.EqualFold(string(m.Key), s.cfg.Form.Number) && !strings.EqualFold(string(m.Key), s.cfg.Form.Key) && s.compares(m.Key, inner) {
			each(m.Key, inner, value)
		}
	}
	return whole
}

// compares tells whether a field counts.
func (s *SaveSink[T]) compares(key, inner []byte) bool {
	if s.cfg.Compare == nil {
		return true
	}
	whole := fieldName(key, inner)
	return slices.ContainsFunc(s.cfg.Compare, func(c string) bool {
		return strings.EqualFold(c, whole) || strings.EqualFold(c, string(key))
	})
}

// plainField is a member that a query can read back: a scalar, or a reference
// by a number or name.
func plainField(m wire.Member) (inner []byte, value Cell, ok bool) {
	if !validName(string(m.Key)) {
		return nil, nil, false
	}
	switch m.Value[0] {
	case '[', 'n':
		return nil, nil, false
	case '{':
		members := 0
		for one := range wire.Walk(m.Value) {
			if members++; members > 1 || !validName(string(one.Key)) {
				return nil, nil, false
			}
			inner, value = one.Key, Cell(one.Value)
		}
		if members == 0 || value[0] == '{' || value[0] == '[' {
			return nil, nil, false
		}
		if _, number := keyNumber(value); number {
			inner = nil // by primary key
		}
		return inner, value, true
	}
	return nil, Cell(m.Value), true
}

// fieldSet are the fields a lookup asks for, each once.
type fieldSet []string

func fieldName(key, inner []byte) string {
	if inner == nil {
		return string(key)
	}
	return string(key) + "." + string(inner)
}

func (f *fieldSet) add(key, inner []byte) {
	if f.index(key, inner) < 0 {
		*f = append(*f, fieldName(key, inner))
	}
}

// index finds a field without putting its name together.
func (f fieldSet) index(key, inner []byte) int {
	for i, name := range f {
		head, tail, nested := strings.Cut(name, ".")
		if nested == (inner != nil) && head == string(key) && tail == string(inner) {
			return i
		}
	}
	return -1
}

// found says how a stored row differs from what a record would write.
func (s *SaveSink[T]) found(model json.RawMessage, fields fieldSet, row []Cell) duijiesync.Found {
	status := storedStatus(row[2].Text())
	out := duijiesync.Found{Match: duijiesync.Exists, TargetID: row[0].Text(), Note: status}
	if model == nil {
		return out
	}
	whole := s.wishes(model, func(key, inner []byte, value Cell) {
		i := fields.index(key, inner)
		if cell := row[i]; !sameValue(cell, value) {
			out.Changes = append(out.Changes, duijiesync.Change{Field: fields[i], Old: cell.Text(), New: value.Text()})
		}
	})
	if s.cfg.Options.AutoSubmitAndAudit && status != audited {
		// Saved, but the submit or audit behind it was lost.
		out.Changes = append(out.Changes, duijiesync.Change{Field: statusField, Old: string(status), New: string(audited)})
	}
	switch {
	case len(out.Changes) > 0:
		out.Match = duijiesync.Different
	case whole:
		out.Match = duijiesync.Identical
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
func (s *SaveSink[T]) lookup(ctx context.Context, records []duijiesync.Record[T], fields fieldSet) (*storedRows, error) {
	out := newStoredRows(s.cfg.Form.ID, nil)
	numbers := make([]string, 0, len(records))
	for _, rec := range records {
		if checkNumber(rec.Key) == nil { // no number is like the others, and Write refuses them
			numbers = append(numbers, rec.Key)
		}
	}
	if len(numbers) == 0 {
		return out, nil
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
	if e, ok := errors.AsType[*duijie.APIError](err); ok && e.Hint == hintField && s.cfg.Compare == nil {
		return nil, fmt.Errorf("kingdee: look records up (where the model has fields that can not be read, name those to compare in SaveSinkConfig.Compare): %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("kingdee: look records up: %w", err)
	}
	if len(rows) >= defaultPageRows {
		return nil, fmt.Errorf("kingdee: look records up: %d rows for %d numbers: compare no line fields, and set Org: %w", len(rows), len(records), duijie.ErrMalformedAnswer)
	}
	return newStoredRows(s.cfg.Form.ID, rows), nil
}

// newStoredRows sorts rows of key and number by their number.
func newStoredRows(form string, rows [][]Cell) *storedRows {
	out := &storedRows{form: form, exact: map[string][][]Cell{}, fold: map[string][][]Cell{}}
	for _, row := range rows {
		number := strings.TrimRight(row[1].Text(), " ")
		out.exact[number] = append(out.exact[number], row)
		low := strings.ToLower(number)
		out.fold[low] = append(out.fold[low], row)
	}
	return out
}

// row is the one record of a number, nil when there is none. Where org is set
// those of other organisations, by the column at, do not count.
func (r *storedRows) row(number string, at int, org string) ([]Cell, error) {
	rows := ofOrg(r.exact[strings.TrimRight(number, " ")], at, org)
	if len(rows) == 0 {
		rows = ofOrg(r.fold[strings.ToLower(strings.TrimRight(number, " "))], at, org)
	}
	switch len(rows) {
	case 0:
		return nil, nil
	case 1:
		return rows[0], nil
	}
	return nil, fmt.Errorf("kingdee: look records up: %d records of %s have the number %s: set Org to the organisation to write to: %w",
		len(rows), r.form, cut(number), duijie.ErrInvalid)
}

func ofOrg(rows [][]Cell, at int, org string) [][]Cell {
	if org == "" || at < 0 {
		return rows
	}
	var out [][]Cell
	for _, row := range rows {
		if stored := row[at]; stored.IsBlank() || strings.EqualFold(stored.Text(), org) {
			out = append(out, row)
		}
	}
	return out
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
