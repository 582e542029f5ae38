package qeasy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/mapping"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// build makes the JSON object of a list of fields.
type build struct {
	m    *mapping.Mapper // nil where no field has a value
	t    *translated
	side Side
}

var emptyObject = json.RawMessage("{}")

// object builds the object of a record.
func (b *build) object(ctx context.Context, env *mapping.Env, record []byte) (json.RawMessage, []mapping.Note, error) {
	if b == nil || b.m == nil {
		return emptyObject, nil, nil
	}
	res, err := b.m.MapJSON(ctx, env, record)
	if err != nil {
		return nil, nil, b.failed(err)
	}
	return res.JSON, res.Notes, nil
}

// prefetch asks lookups what records will want to know, so that their cache has it.
func (b *build) prefetch(ctx context.Context, env *mapping.Env, records iter.Seq[[]byte]) error {
	if b == nil || b.m == nil || len(b.t.schemes) == 0 {
		return nil
	}
	if _, err := b.m.Prefetch(ctx, env, records); err != nil {
		return b.failed(err)
	}
	return nil
}

// failed gives the errors of a record their places in the document. A lookup that
// failed is no record's fault: it stops the run.
func (b *build) failed(err error) error {
	if _, ok := errors.AsType[*mapping.LookupError](err); ok {
		return duijiesync.Stop(err)
	}
	var all []error
	var walk func(error)
	walk = func(err error) {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				walk(e)
			}
			return
		}
		re, ok := errors.AsType[*mapping.RecordError](err)
		if !ok {
			all = append(all, err)
			return
		}
		o, _, rest := b.t.find(re.Pointer)
		e := &RecordError{Side: b.side, Code: re.Code, Field: o.field, Value: re.Value, Rows: re.Rows, Err: re.Err}
		if o.path != "" {
			e.Path = o.path + documentMember(rest)
			if re.Code == mapping.CodeMappingNotFound {
				e.Path = o.path + "/mapping"
			}
		}
		all = append(all, e)
	}
	walk(err)
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}

// env gives the variables of a moment.
func (s *SourceSpec) env(at At) *mapping.Env {
	vars := map[string]string{LastSyncTime: fmt.Sprint(at.LastSync.Unix())}
	vars["PAGINATION_PAGE_SIZE"] = fmt.Sprint(at.PageSize)
	vars["PAGINATION_START_ROW"] = fmt.Sprint(at.Row)
	vars["PAGINATION_START_PAGE"] = fmt.Sprint(max(at.Page, 1))
	return &mapping.Env{Now: at.Now.In(s.Zone), Vars: vars}
}

// Build makes request and otherRequest of a moment and page, two JSON objects. A window
// whose times lie outside of 1990 to 2200 is an error: milliseconds that were taken for seconds
// would have the platform answer nothing for ever.
func (s *SourceSpec) Build(ctx context.Context, at At) (request, other json.RawMessage, err error) {
	env := s.env(at)
	if request, _, err = s.request.object(ctx, env, emptyObject); err != nil {
		return nil, nil, err
	}
	if other, _, err = s.other.object(ctx, env, emptyObject); err != nil {
		return nil, nil, err
	}
	if w := s.Window; w != nil {
		for _, b := range []*Bound{w.Start, w.End} {
			if b == nil {
				continue
			}
			if err := b.sane(at, s); err != nil {
				return nil, nil, err
			}
		}
	}
	return request, other, nil
}

// sane refuses times of another age.
func (b *Bound) sane(at At, s *SourceSpec) error {
	text, err := b.text(s, at)
	if err != nil {
		return err
	}
	t, _, ok := readTime(text, s.Zone)
	digits := len(text) > 14 && strings.Trim(text, "0123456789") == ""
	if digits || ok && (t.Year() < 1990 || t.Year() > 2200) {
		return &RecordError{
			Side: SideSource, Code: mapping.CodeTypeConversion, Path: b.Path + "/value", Value: text,
			Err: fmt.Errorf("the window would begin or end in another age; seconds were taken for milliseconds or the other way round: %w", duijie.ErrInvalid),
		}
	}
	return nil
}

// readTime reads a time as requests hold it.
func readTime(s string, zone *time.Location) (t time.Time, form Form, ok bool) {
	s = strings.TrimSpace(s)
	if s != "" && strings.Trim(s, "0123456789") == "" {
		n := json.Number(s)
		v, err := n.Int64()
		switch {
		case err != nil || len(s) > 14 || len(s) < 9:
			return t, FormOther, false
		case len(s) > 11:
			return time.UnixMilli(v).In(zone), FormMillis, true
		}
		return time.Unix(v, 0).In(zone), FormSeconds, true
	}
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04:05", time.RFC3339, "2006-01-02T15:04:05.999Z07:00"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, FormText, true
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		return t, FormOther, true
	}
	return t, FormOther, false
}
