package qeasy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie/mapping"
)

// Column is one column of a request that is a list of columns, as Kingdee's.
type Column struct {
	Alias string // name in the record
	Key   string // the platform's key
	Path  string // JSON Pointer in the document
}

// Columns reads fields as a list of columns: each a constant without children. ok is false
// where they are not.
func Columns(fields []Field) (columns []Column, ok bool) {
	for i := range fields {
		f := &fields[i]
		if f.Value == "" || len(f.Children) > 0 || len(f.Parsers) > 0 || f.Type != "string" || !isConstant(f.Value) {
			return nil, false
		}
		columns = append(columns, Column{f.Name, f.Value, f.Path})
	}
	return columns, len(columns) > 0
}

// Find returns the field at a path of names, nil where there is none.
func Find(fields []Field, names ...string) *Field {
	var found *Field
	for _, name := range names {
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
		if i < 0 {
			return nil
		}
		found, fields = &fields[i], fields[i].Children
	}
	return found
}

// Constant returns the value of a field that reads nothing; ok is false for others
// and for none.
func (f *Field) Constant() (value string, ok bool) {
	if f == nil || !f.HasValue || len(f.Children) > 0 || !isConstant(f.Value) {
		return "", false
	}
	return f.Value, true
}

// Span tells which times the request of a moment asks for. A time is zero where the
// request has none, or none that can be read.
func (s *SourceSpec) Span(at At) (from, to time.Time) {
	if s.Window == nil {
		return from, to
	}
	for _, b := range []struct {
		bound *Bound
		to    *time.Time
	}{{s.Window.Start, &from}, {s.Window.End, &to}} {
		if b.bound == nil {
			continue
		}
		if text, err := b.bound.text(s, at); err == nil {
			if t, _, ok := readTime(text, s.Zone); ok {
				*b.to = t
			}
		}
	}
	return from, to
}

// Lookback is how far before LAST_SYNC_TIME the request begins; 0 where it does not say.
func (s *SourceSpec) Lookback() time.Duration {
	if s.Window == nil || s.Window.Start == nil || s.Window.Start.Variable != LastSyncTime {
		return 0
	}
	return max(-s.Window.Start.Offset, 0)
}

// Incremental tells that the request begins at LAST_SYNC_TIME.
func (s *SourceSpec) Incremental() bool {
	return s.Window != nil && s.Window.Start != nil && s.Window.Start.Variable == LastSyncTime
}

// Between gives the moment whose request asks for a span, so that a window can be cut
// into slices. ok is false where the bounds do not follow LAST_SYNC_TIME and CURRENT_TIME
// evenly, each on its own. A request without an end asks for all from from on.
func (s *SourceSpec) Between(from, to time.Time) (at At, ok bool) {
	if !s.Incremental() || s.Window.Start.Form == FormOther {
		return at, false
	}
	at = At{LastSync: from.Add(-s.Window.Start.Offset), Now: s.Now(), PageSize: s.PageSize, Page: 1}
	if end := s.Window.End; end != nil {
		if end.Form == FormOther || end.Variable != CurrentTime {
			return at, false
		}
		at.Now = to.Add(-end.Offset)
	}
	return at, true
}

// text is the value of the bound's field before its parsers.
func (b *Bound) text(s *SourceSpec, at At) (string, error) {
	v, _, err := b.value.object(context.Background(), s.env(at), emptyObject)
	if err != nil {
		return "", err
	}
	n, err := readJSON(string(v), defaultLimits)
	if err != nil || n.get("v") == nil {
		return "", err
	}
	return n.get("v").text, nil
}

// probe is where bounds are looked at: two moments that share neither time of day nor
// distance.
var probe = [2]At{
	{LastSync: time.Unix(1710403200, 0), Now: time.Unix(1710406800, 0)},
	{LastSync: time.Unix(1710499031, 0), Now: time.Unix(1710510017, 0)},
}

// window finds the fields of a request that hold its times.
func (s *SourceSpec) window() *Window {
	var found []*Bound
	s.bounds(s.Fields, nil, false, &found)
	s.bounds(s.Other, nil, true, &found)
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b *Bound) int { return a.at.Compare(b.at) })
	w := &Window{}
	if i := slices.IndexFunc(found, func(b *Bound) bool { return b.Variable == LastSyncTime }); i >= 0 {
		w.Start = found[i]
		found = slices.Delete(found, i, i+1)
	} else if i := slices.IndexFunc(found, func(b *Bound) bool { return b.Variable != CurrentTime }); i >= 0 {
		w.Start = found[i]
		found = slices.Delete(found, i, i+1)
	}
	if len(found) > 0 { // the latest; of several the first in the document
		latest := found[len(found)-1]
		w.End = found[slices.IndexFunc(found, func(b *Bound) bool { return b.at.Equal(latest.at) })]
	}
	return w
}

// bounds collects the fields that hold a time of the run.
func (s *SourceSpec) bounds(fields []Field, names []string, other bool, out *[]*Bound) {
	for i := range fields {
		f := &fields[i]
		path := append(slices.Clone(names), f.Name)
		if len(f.Children) > 0 {
			if f.Type == "array" {
				path = append(path, "0")
			}
			s.bounds(f.Children, path, other, out)
			continue
		}
		if variable := timeOf(f.Value); variable != "" {
			b := &Bound{Path: f.Path, Names: path, Other: other, Variable: variable}
			b.look(f, s)
			*out = append(*out, b)
		}
	}
}

// timeOf is the variable of time a value holds; LAST_SYNC_TIME where it holds several.
func timeOf(value string) string {
	found := ""
	for _, r := range placeholders(value) {
		if timeVariable.MatchString(r.name) && (found == "" || r.name == LastSyncTime) {
			found = r.name
		}
	}
	return found
}

// look finds out how the bound follows its variable.
func (b *Bound) look(f *Field, s *SourceSpec) {
	b.Form = FormOther
	if b.value = textOf(f.Value, s.zone); b.value == nil {
		return
	}
	if b.even(s) {
		return
	}
	if text, err := b.text(s, probe[0]); err != nil || strings.Trim(text, "0123456789") == "" {
		return // a number that is no time of this age
	}
	holes := placeholders(f.Value)
	kind, _, _ := classify(f.Value)
	if kind != valueTemplate || len(holes) != 1 {
		return
	}
	alone := *b
	end := strings.IndexByte(f.Value[holes[0].offset:], '}') + holes[0].offset + 1
	if strings.HasPrefix(f.Value[end:], "}") {
		end++
	}
	if alone.value = textOf(f.Value[holes[0].offset:end], s.zone); alone.value != nil && alone.even(s) {
		b.value, b.Offset, b.at, b.Form = alone.value, alone.Offset, alone.at, FormEmbedded
	}
}

// even tells whether the value is a time that keeps its distance from the variable.
func (b *Bound) even(s *SourceSpec) bool {
	var offsets [2]time.Duration
	for i, at := range probe {
		text, err := b.text(s, at)
		if err != nil {
			return false
		}
		t, form, ok := readTime(text, s.Zone)
		if !ok {
			return false
		}
		from := at.Now
		if b.Variable == LastSyncTime {
			from = at.LastSync
		}
		if offsets[i] = t.Sub(from); i == 0 {
			b.at = t
		}
		if b.Form = form; form == FormOther {
			return false
		}
	}
	b.Offset = offsets[0]
	if offsets[0] != offsets[1] {
		b.Form = FormOther
	}
	return b.Form != FormOther
}

// textOf builds the text of one value string; nil where it is none that can be built.
func textOf(value, zone string) *build {
	t := &translated{origin: map[string]origin{}, shifts: map[string]int{}, schemes: map[string]origin{}, tables: map[string]origin{}}
	m := mapping.Field{Target: "v", Type: mapping.TypeString}
	switch kind, body, err := classify(value); {
	case err != nil || kind == valueFind || kind == valueMongo || strings.Contains(value, prefixFind):
		return nil
	case kind == valueFunction:
		m.Expr = value[body:]
	default:
		m.Template = value
	}
	mapper, err := mapping.Compile(mapping.Spec{Fields: []mapping.Field{m}, Zone: zone})
	if err != nil {
		return nil
	}
	return &build{m: mapper, t: t, side: SideSource}
}

// String says how the bound is written, for notes: "LAST_SYNC_TIME − 30m1s in start_time".
func (b *Bound) String() string {
	text := b.Variable
	if b.Form == FormOther {
		text += " in a form of its own"
	} else if days, ok := strings.CutPrefix(b.Variable, "DAYS_AGO_"); ok {
		if n, _ := strconv.Atoi(days); b.Offset != -time.Duration(n)*24*time.Hour {
			text += fmt.Sprintf(" (%s from %s)", b.Offset, CurrentTime)
		}
	} else if b.Offset != 0 {
		text += fmt.Sprintf(" %+v", b.Offset)
	}
	return text + " in " + strings.Join(b.Names, ".")
}
