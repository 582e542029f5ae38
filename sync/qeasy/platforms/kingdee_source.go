package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// The parameters of a query, which stand in otherRequest or between the columns.
const (
	kingdeeFormID      = "FormId"
	kingdeeFieldKeys   = "FieldKeys"
	kingdeeFilter      = "FilterString"
	kingdeeOrder       = "OrderString"
	kingdeeTop         = "TopRowCount"
	kingdeeStart       = "StartRow"
	kingdeeLimit       = "Limit"
	kingdeeSubSystemID = "SubSystemId"
)

var kingdeeQueryParameters = []string{
	kingdeeFormID, kingdeeFieldKeys, kingdeeFilter, kingdeeOrder, kingdeeTop, kingdeeStart, kingdeeLimit, kingdeeSubSystemID,
}

// kingdeeRead is a source half as it was understood.
type kingdeeRead struct {
	findings
	k       *kingdeeConnector
	spec    *qeasy.SourceSpec
	params  map[string]*qeasy.Field // of the query, by name
	other   map[string]bool         // those that stand in otherRequest
	columns []qeasy.Column
	query   kingdee.Query // without its Filter
	names   [][]string    // of each field of the query in a record
	views   bool          // without FieldKeys: the records are those of View
	window  *kingdeeWindow
}

// Source reads a query: a list of columns (alias and field key), or the parameters
// of the call.
func (k *kingdeeConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	r := &kingdeeRead{k: k, spec: spec, params: map[string]*qeasy.Field{}, other: map[string]bool{}}
	r.split()
	r.read()
	r.paging()
	if len(r.problems) == 0 {
		if _, err := r.source(""); err != nil {
			return nil, nil, err
		}
	}
	if err := r.err(); err != nil {
		return nil, nil, err
	}
	if r.window != nil {
		src, err := r.changes()
		return src, r.notes, err
	}
	src := &pull{spec: spec, overlap: pullOverlap, how: "by primary key " + r.query.Key + ": rows that come or go shift nothing", open: r.open}
	return src, r.notes, nil
}

// split parts columns from parameters.
func (r *kingdeeRead) split() {
	var rest []qeasy.Field
	for _, list := range []struct {
		fields []qeasy.Field
		other  bool
	}{{r.spec.Fields, false}, {r.spec.Other, true}} {
		for i := range list.fields {
			f := &list.fields[i]
			at := slices.IndexFunc(kingdeeQueryParameters, func(name string) bool { return strings.EqualFold(name, f.Name) })
			switch {
			case at >= 0 && r.params[kingdeeQueryParameters[at]] != nil:
				r.badField(f, qeasy.CodeUnsupportedMember, "%s is given twice", f.Name)
			case at >= 0:
				r.params[kingdeeQueryParameters[at]], r.other[kingdeeQueryParameters[at]] = f, list.other
			case !list.other:
				rest = append(rest, *f)
			case !blank(f):
				r.badField(f, qeasy.CodeUnknownMember, "a query has no parameter %s", f.Name)
			default:
				r.note(f.Path, f.Name, "it has no value and is left out")
			}
		}
	}
	keys := r.params[kingdeeFieldKeys]
	switch {
	case keys != nil && len(rest) > 0:
		for i := range rest {
			r.badField(&rest[i], qeasy.CodeUnknownMember, "a query has no parameter %s, and its columns are in FieldKeys", rest[i].Name)
		}
	case keys != nil:
		r.fieldKeys(keys)
	default:
		r.columnList(rest)
	}
}

// columnList reads form 1: each field is a column, its name the alias and its value
// the field key.
func (r *kingdeeRead) columnList(fields []qeasy.Field) {
	for i := range fields {
		f := &fields[i]
		c, ok := qeasy.Columns(fields[i : i+1])
		if !ok {
			r.badField(f, qeasy.CodeUnsupportedMember, "a column is a constant text, the field key of Kingdee")
			continue
		}
		r.columns = append(r.columns, c...)
	}
	if len(fields) == 0 {
		r.bad("/request", "", qeasy.CodeUnsupportedMember, "the query has no columns")
	}
}

// fieldKeys reads form 2: the columns are in FieldKeys, parted by commas. A record has them
// by these names and, as the vendor's platform does for columns, with _ for dots.
func (r *kingdeeRead) fieldKeys(f *qeasy.Field) {
	text, ok := f.Constant()
	switch {
	case !ok && !blank(f):
		r.badField(f, qeasy.CodeUnsupportedMember, "FieldKeys are constant field keys of Kingdee, parted by commas")
		return
	case strings.TrimSpace(text) == "":
		r.viewed(f)
		return
	}
	for key := range strings.SplitSeq(text, ",") {
		key = strings.TrimSpace(key)
		r.columns = append(r.columns, qeasy.Column{Alias: key, Key: key, Path: f.Path})
		if alias := strings.ReplaceAll(key, ".", "_"); alias != key {
			r.columns = append(r.columns, qeasy.Column{Alias: alias, Key: key, Path: f.Path})
			r.note(f.Path, key, "a record has it as %s and as %s", key, alias)
		}
	}
}

// read makes the query.
func (r *kingdeeRead) read() {
	q := &r.query
	q.Objects = strings.EqualFold(r.spec.API, "billQuery")
	q.FormID = r.constant(kingdeeFormID)
	if r.params[kingdeeFormID] == nil {
		r.bad("/otherRequest", kingdeeFormID, qeasy.CodeUnsupportedMember, "the query has no FormId, so what it reads is not known")
	}
	q.SubSystemID = r.constant(kingdeeSubSystemID)
	q.Top = r.number(kingdeeTop)
	seen := map[string]bool{}
	for _, c := range r.columns {
		if seen[c.Alias] {
			r.bad(c.Path, c.Alias, qeasy.CodeUnsupportedMember, "two columns are called %s", c.Alias)
			continue
		}
		seen[c.Alias] = true
		at := slices.Index(q.Fields, c.Key)
		if at < 0 {
			at = len(q.Fields)
			q.Fields, r.names = append(q.Fields, c.Key), append(r.names, nil)
		}
		r.names[at] = append(r.names[at], c.Alias)
	}
	if id := r.spec.ID; id != "" && len(r.columns) > 0 && !r.views && !strings.Contains(id, "{") && !seen[id] {
		r.bad("/id", "", qeasy.CodeIDMissing, "the query has no column %s, so records can not be told apart", id)
	}
	if f := r.params[kingdeeFilter]; f != nil && len(f.Children) > 0 {
		r.badField(f, qeasy.CodeUnsupportedMember, "a filter is a text")
	}
	q.Key = r.key()
	if r.views {
		r.viewColumns()
	}
}

// constant is a parameter that no run changes, "" where it is not given.
func (r *kingdeeRead) constant(name string) string {
	f := r.params[name]
	if f == nil || blank(f) {
		return ""
	}
	text, ok := f.Constant()
	if !ok || len(f.Parsers) > 0 || f.Table != nil {
		r.badField(f, qeasy.CodeUnsupportedMember, "%s must be a constant", name)
	}
	return text
}

func (r *kingdeeRead) number(name string) int {
	text := r.constant(name)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		r.badField(r.params[name], qeasy.CodeUnsupportedMember, "%s must be a whole number", name)
	}
	return n
}

// key is the primary key the form is paged by.
func (r *kingdeeRead) key() string {
	if f, known := r.k.forms[strings.ToLower(r.query.FormID)]; known && f.Key != "" {
		return f.Key
	}
	for _, f := range r.query.Fields {
		if strings.EqualFold(f, "FID") { // of every bill
			return f
		}
	}
	if f := r.params[kingdeeFormID]; f != nil {
		r.badField(f, qeasy.CodeUnsupportedMember,
			"the primary key of %s is not known, so its pages would lose rows that move: give the form in KingdeeConfig.Forms", r.query.FormID)
	}
	return "FID" // what else is wrong is said too
}

// paging takes the paging over.
func (r *kingdeeRead) paging() {
	if f := r.params[kingdeeStart]; f != nil && !blank(f) {
		if text, fixed := f.Constant(); fixed && strings.Trim(text, "0") != "" {
			r.badField(f, qeasy.CodeUnsupportedMember, "rows are paged by their primary key, so the first ones can not be left out by number")
		}
		r.note(f.Path, f.Name, "left out: rows are paged by the primary key instead of by their number, so that none is lost while rows move")
	}
	if f := r.params[kingdeeOrder]; f != nil && !blank(f) {
		r.note(f.Path, f.Name, "left out: rows come in the order of the primary key they are paged by")
	}
	if f := r.params[kingdeeLimit]; f != nil && !blank(f) {
		r.query.Limit = r.spec.PageSize
		if _, fixed := f.Constant(); fixed {
			r.query.Limit = r.number(kingdeeLimit)
		}
	} else {
		r.query.Limit = r.spec.PageSize
	}
	filter := r.params[kingdeeFilter]
	switch {
	case filter == nil || blank(filter):
		r.note("/api", "", "each pull reads all of %s; the ledger passes what is new or changed", r.query.FormID)
	case r.recognise(filter):
	case r.spec.Incremental():
		r.note(filter.Path, filter.Name, "sent as it is written, with LAST_SYNC_TIME %s before the beginning of the last complete pull, for rows that are shown late", pullOverlap)
	default:
		r.note(filter.Path, filter.Name, "sent as it is written")
	}
}

// open makes the source of one pull.
func (r *kingdeeRead) open(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
	f := r.params[kingdeeFilter]
	if f == nil {
		return r.source("")
	}
	request, other, err := r.spec.Build(ctx, at)
	if err != nil {
		return nil, err
	}
	if r.other[kingdeeFilter] {
		request = other
	}
	value, has := member(request, f.Name)
	text, ok := scalar(value)
	if has && !ok && wire.First(value) != 'n' {
		return nil, errors.New("duijie/sync/qeasy/platforms: the FilterString of the query is no text")
	}
	return r.source(text)
}

// source reads the form with a filter.
func (r *kingdeeRead) source(filter string) (duijiesync.Source[json.RawMessage], error) {
	q := r.query
	q.Filter = filter
	src, err := kingdee.NewSource(r.k.client, q, r.config())
	if err != nil {
		return nil, err
	}
	return r.records(src), nil
}

// config gives rows their versions, where they have a modification time.
func (r *kingdeeRead) config() kingdee.SourceConfig[duijie.Record] {
	cfg := kingdee.SourceConfig[duijie.Record]{Key: func(duijie.Record) string { return "" }}
	if at := slices.IndexFunc(r.query.Fields, func(f string) bool { return strings.EqualFold(f, kingdeeModified) }); at >= 0 {
		name := r.query.Fields[at]
		cfg.Version = func(rec duijie.Record) int64 { return wallMillis(rec[name], r.spec.Zone) }
	}
	return cfg
}

// kingdeeModified is the modification time of every form.
const kingdeeModified = "FModifyDate"

// records makes the records of the rows.
func (r *kingdeeRead) records(rows duijiesync.Source[duijie.Record]) duijiesync.Source[json.RawMessage] {
	src := rawSource[duijie.Record]{from: rows, row: r.row}
	if r.views {
		return &kingdeeViews{rows: rawSource[duijie.Record]{from: rows}, r: r}
	}
	return src
}

// wallMillis reads a time without a zone, 0 where it is none.
func wallMillis(v any, zone *time.Location) int64 {
	text, _ := v.(string)
	t, err := duijie.ParseTime(text)
	if err != nil || t.Time.IsZero() {
		return 0
	}
	wall := t.Time.In(duijie.China)
	return time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone).UnixMilli()
}

// row gives the columns their aliases.
func (r *kingdeeRead) row(raw json.RawMessage) (json.RawMessage, error) {
	out := make(json.RawMessage, 1, len(raw)+len(raw)/2)
	out[0] = '{'
	for m := range wire.Walk(raw) {
		at := slices.Index(r.query.Fields, string(m.Key))
		if at < 0 {
			continue // the primary key, which the scheme did not ask for
		}
		for _, name := range r.names[at] {
			var err error
			if out, err = appendMember(out, name, m.Value); err != nil {
				return nil, err
			}
		}
	}
	return append(out, '}'), nil
}
